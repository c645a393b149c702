#!/usr/bin/env python3
"""metrics.py: makes metrics.txt: equity series and trades, and what published packages say of them.

    python3 -m venv venv && venv/bin/pip install numpy pandas empyrical-reloaded
    venv/bin/python tests/golden/metrics.py > tests/golden/metrics.txt

The figures are empyrical's where it has them, else pandas' own. The series are walks of a linear
congruential generator in whole cents, so that every number of the file is exact.
"""
import datetime
from importlib.metadata import version

import empyrical
import numpy as np
import pandas as pd

CENT_E9 = 10_000_000


class Walk:
    """Numerical Recipes' generator; the high bits are the good ones."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) % limit


def say(name, value):
    print(f"want {name} {value!r}" if isinstance(value, int) else f"want {name} {float(value):.17g}")


def make_points(walk, start_cents, sessions, drift):
    day = datetime.date(2024, 1, 2)
    equity = start_cents
    rows = []
    for _ in range(sessions):
        while day.weekday() >= 5:
            day += datetime.timedelta(days=1)
        for hour in (15, 17, 19, 21):
            equity += walk.below(400_001) - 200_000 + drift
            held = walk.below(3)
            cash = equity - held * walk.below(equity // 4)
            time = datetime.datetime.combine(day, datetime.time(hour), datetime.timezone.utc)
            rows.append((time, equity, cash, held))
        day += datetime.timedelta(days=1)
    frame = pd.DataFrame(rows, columns=["time", "equity", "cash", "held"]).set_index("time")
    return frame


def say_equity(frame, start_time, start):
    print(f"start {int(start_time.timestamp()) * 10**9} {start * CENT_E9}")
    for time, row in frame.iterrows():
        print(f"point {int(time.timestamp()) * 10**9} {row.equity * CENT_E9} "
              f"{row.cash * CENT_E9} {row.held}")
    closes = frame.equity.groupby(frame.index.date).last()
    returns = pd.concat([pd.Series([start]), closes]).pct_change().dropna()
    say("sessions", len(closes))
    say("total_return", closes.iloc[-1] / start - 1)
    years = (frame.index[-1] - start_time) / pd.Timedelta(days=365.25)
    say("cagr", (closes.iloc[-1] / start) ** (1 / years) - 1)
    say("volatility", empyrical.annual_volatility(returns))
    say("sharpe", empyrical.sharpe_ratio(returns))
    say("sortino", empyrical.sortino_ratio(returns))
    every = pd.concat([pd.Series([start], index=[start_time]), frame.equity])
    say("drawdown", -empyrical.max_drawdown(every.pct_change().dropna()))
    peaks = every.cummax()
    trough = (every / peaks - 1).idxmin()
    peak = every[:trough].idxmax()
    later = every[trough:]
    back = later[later >= every[peak]]
    say("drawdown_value_e9", int(every[peak] - every[trough]) * CENT_E9)
    say("peak_ns", int(peak.timestamp()) * 10**9)
    say("trough_ns", int(trough.timestamp()) * 10**9)
    say("recovery_ns", int(back.index[0].timestamp()) * 10**9 if len(back) else 0)
    say("time_invested", (frame.held > 0).mean())
    say("average_exposure", ((frame.equity - frame.cash) / frame.equity).mean())
    return closes


def say_trades(walk, count, closes):
    rows = []
    for i in range(count):
        opened = 1_704_207_600 + i * 3600
        rows.append((walk.below(60_001) - 31_000, walk.below(200), opened,
                     opened + walk.below(90_000)))
    trades = pd.DataFrame(rows, columns=["realized", "commission", "opened", "closed"])
    trades = trades.sort_values("closed", kind="stable")
    for row in trades.itertuples():
        print(f"trade {row.realized * CENT_E9} {row.commission * CENT_E9} "
              f"{row.opened * 10**9} {row.closed * 10**9}")
    result = trades.realized - trades.commission
    won, lost = result[result > 0], result[result < 0]
    say("trades_closed", len(trades))
    say("trades_won", len(won))
    say("trades_lost", len(lost))
    say("win_rate", len(won) / len(trades))
    say("profit_factor", won.sum() / -lost.sum())
    say("average_win", won.mean() / 100)
    say("average_loss", lost.mean() / 100)
    say("expectancy", result.mean() / 100)
    say("largest_win", won.max() / 100)
    say("largest_loss", lost.min() / 100)
    say("holding_s", (trades.closed - trades.opened).mean())
    losing = (result < 0).astype(int)
    streaks = losing.groupby((losing == 0).cumsum()).sum()
    say("losing_streak", int(streaks.max()))
    say_fills(walk, closes)


def say_fills(walk, closes):
    rows = []
    for _ in range(40):
        price = 5_000 + walk.below(20_000)
        rows.append((walk.below(2), 1 + walk.below(300), price, price + walk.below(41) - 20))
    fills = pd.DataFrame(rows, columns=["buys", "qty", "price", "reference"])
    for row in fills.itertuples():
        print(f"fill {row.buys} {row.qty * 10**9} {row.price * CENT_E9} {row.reference * CENT_E9}")
    traded = (fills.price * fills.qty).sum()
    sign = np.where(fills.buys == 1, 1, -1)
    slippage = ((fills.price - fills.reference) * fills.qty * sign).sum()
    say("traded", traded / 100)
    say("turnover", traded / closes.mean())
    say("slippage", slippage / 100)
    say("slippage_bps", slippage / (fills.reference * fills.qty).sum() * 10_000)


def main():
    packages = ", ".join(f"{name} {version(name)}"
                         for name in ("numpy", "pandas", "empyrical-reloaded"))
    print(f"# made by metrics.py with {packages}")
    start_time = pd.Timestamp("2024-01-02 14:00", tz="UTC")
    for name, seed, drift in (("rises", 42, 9_000), ("falls", 7, -14_000), ("wavers", 2026, 1_000)):
        walk = Walk(seed)
        print(f"series {name}")
        frame = make_points(walk, 10_000_000, 60, drift)
        closes = say_equity(frame, start_time, 10_000_000)
        say_trades(walk, 50, closes)


if __name__ == "__main__":
    main()
