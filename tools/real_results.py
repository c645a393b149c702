#!/usr/bin/env python3
"""real_results.py [--shared DIR] [--bellwether FILE] [--out DIR] [--keep DIR]

Runs every strategy, each alone in an account of its own, over the real market data of the shared
folder, and writes what it came to, after costs, beside buy-and-hold of the same symbols and span:
real_data.json and real_data.md in the out folder (default: docs/results). --keep leaves the
configurations and runs there, to look at them. Where the data is absent, nothing is written.

Parameters are the strategies' defaults. Nothing was fitted to this data.
"""

import argparse
import csv
import datetime
import gzip
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parent.parent
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
STRATEGIES = ["ma_crossover", "rsi_mean_reversion", "momentum", "mean_reversion", "quick_test",
              "multi_timeframe", "volatility_breakout"]
FEBRUARY_2019 = ["AAPL", "AMT", "BAC", "BK", "DFS", "GLD", "MSFT", "QQQ", "SLV", "SPY", "TRV",
                 "TSLA", "V", "VXXB", "XLP"]

# name, what it is, files, frame, cash, full spread in bps, splits
SETS = [
    ("daily-405", "405 stocks of the S&P 500, daily, five years",
     ["equity/daily/bars_SP500_1day_20130208-20180207.csv.gz"], "1d", 10_000_000, 4, {}),
    ("spy-daily", "SPY, daily, 1998 to 2021",
     ["equity/daily/bars_SPY_1day_19980102-20210331.csv.gz"], "1d", 100_000, 2, {}),
    ("spy-5min", "SPY, 5 minutes, 2018 and 2019",
     ["equity/minute/bars_SPY_5min_2018-2019.csv.gz"], "5min", 100_000, 2, {}),
    ("spy-2011-01", "SPY, minutes, January 2011",
     ["equity/minute/bars_SPY_1min_201101.csv.gz"], "1min", 100_000, 2, {}),
    ("october-2013", "SPY, BAC and IBM, minutes, four sessions of October 2013",
     [f"equity/minute/bars_{s}_1min_20131004-20131009.csv.gz" for s in ("SPY", "BAC", "IBM")],
     "1min", 100_000, 2, {}),
    ("aapl-split", "AAPL, minutes, three sessions of June 2014 over its split of 7 for 1",
     ["equity/minute/bars_AAPL_1min_20140605-20140609.csv.gz"], "1min", 100_000, 2,
     {("AAPL", "2014-06-09"): 7}),
    ("goog-2015", "GOOG, minutes, three sessions of December 2015",
     ["equity/minute/bars_GOOG_1min_20151223-20151228.csv.gz"], "1min", 100_000, 2, {}),
    ("aapl-2016", "AAPL, minutes, 21 sessions of April and May 2016",
     ["equity/minute/bars_AAPL_1min_20160415-20160513.csv.gz"], "1min", 100_000, 2, {}),
    ("february-2019", "15 stocks and funds, minutes, five sessions of February 2019",
     [f"equity/minute/bars_{s}_1min_20190211-20190215.csv.gz" for s in FEBRUARY_2019],
     "1min", 1_000_000, 2, {}),
    ("spy-2023", "SPY, minutes, 2023-08-03",
     ["equity/minute/bars_SPY_1min_20230803-20230803.csv.gz"], "1min", 100_000, 2, {}),
    ("may-2025", "SPY and QQQ, minutes, May 2025",
     [f"equity/minute/bars_{s}_1min_20250509-20250516.csv.gz" for s in ("SPY", "QQQ")],
     "1min", 100_000, 2, {}),
]

CONFIG = """\
mode: backtest
calendar: XNYS
symbols: all
assume_adjusted: {adjusted}
{actions}cash: ${cash}
commission: {{per_fill: $0, per_share: $0.005, minimum: $1}}
exchange:
  account: cash
  slippage: half-spread {spread}bps
  fees: us
  seed: 1
strategies:
  - name: {strategy}
    frame: {frame}
    size: {{equity: {share}%}}
limits:
  max_order_notional: 100%
  max_position_notional: 100%
  max_exposure: 100%
  max_open_positions: 1000 positions
  max_orders_per_session: 1000000 orders
  max_orders_per_strategy: 1000000 orders
  min_time_between_entries: 0s
  max_daily_loss: 100%
  max_portfolio_heat: 100%
  price_collar: 50%
"""


# ---- buy-and-hold, reckoned here from the files alone ----

def half_days(data):
    """The dates on which the exchange closes at 13:00."""
    with open(data / "calendar" / "sessions_XNYS_2000-2027.csv", newline="") as file:
        return {row["date"] for row in csv.DictReader(file) if row["session"] != "full"}


def is_regular(local, half):
    """Whether a bar that begins then is of the regular session."""
    minutes = local.hour * 60 + local.minute
    closes = 13 * 60 if str(local.date()) in half else 16 * 60
    return local.weekday() < 5 and 9 * 60 + 30 <= minutes < closes


def good(prices):
    opened, high, low, close = prices
    return min(prices) > 0 and low <= opened <= high and low <= close <= high


def read_bars(path, half):
    """(time, date, symbol, open, close) of each good bar of the regular session, by time."""
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            texts = [row[key] for key in ("open", "high", "low", "close")]
            if "" in texts or not good([float(text) for text in texts]):
                continue
            if "date" in row:
                time = date = row["date"]
            else:
                moment = datetime.datetime.fromisoformat(row["ts_utc"].replace("Z", "+00:00"))
                local = moment.astimezone(NEW_YORK)
                if not is_regular(local, half):
                    continue
                time, date = row["ts_utc"], str(local.date())
            yield time, date, row["symbol"], float(texts[0]), float(texts[3])


def buy_and_hold(paths, splits, half):
    """Equal parts buy each symbol at its first open, in fractions, without costs."""
    bars = sorted(bar for path in paths for bar in read_bars(path, half))
    symbols = sorted({bar[2] for bar in bars})
    part = 1 / len(symbols)
    shares, worth = {}, dict.fromkeys(symbols, part)
    due = dict(splits)
    peak, deepest, ends = 1.0, 0.0, []
    total = 1.0
    for at, (time, date, symbol, opened, close) in enumerate(bars):
        if (symbol, date) in due:
            shares[symbol] *= due.pop((symbol, date))
        shares.setdefault(symbol, part / opened)
        total += shares[symbol] * close - worth[symbol]
        worth[symbol] = shares[symbol] * close
        if at + 1 < len(bars) and bars[at + 1][0] == time:
            continue
        peak = max(peak, total)
        deepest = max(deepest, 1 - total / peak)
        if at + 1 == len(bars) or bars[at + 1][1] != date:
            ends.append(total)
    return {"symbols": len(symbols), "first": bars[0][1], "last": bars[-1][1],
            "sessions": len(ends), "total_return": ends[-1] - 1, "sharpe": sharpe(ends),
            "max_drawdown": deepest}


def sharpe(ends):
    returns = [end / before - 1 for before, end in zip([1.0] + ends, ends)]
    if len(returns) < 2:
        return None
    mean = sum(returns) / len(returns)
    deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / (len(returns) - 1))
    return mean / deviation * math.sqrt(252) if deviation > 0 else None


# ---- the strategies ----

def write_config(folder, strategy, entry, symbols):
    name, _, _, frame, cash, spread, splits = entry
    actions = ""
    if splits:
        lines = [f"{date},{symbol},{ratio}:1" for (symbol, date), ratio in splits.items()]
        (folder / f"{name}-actions.csv").write_text("\n".join(["date,symbol,split", *lines, ""]))
        actions = f"actions: {name}-actions.csv\n"
    text = CONFIG.format(strategy=strategy, frame=frame, cash=f"{cash:,}", spread=spread,
                         share=math.floor(950_000 / symbols) / 10_000, actions=actions,
                         adjusted="no" if splits else "yes")
    path = folder / f"{name}-{strategy}.yaml"
    path.write_text(text)
    return path


def run(options, folder, strategy, entry, symbols):
    name, files = entry[0], entry[2]
    config = write_config(folder, strategy, entry, symbols)
    command = [options.bellwether, "backtest", "-c", config.name, "--skip-bad", "--json",
               "--out", f"{name}-{strategy}"]
    for file in files:
        command += ["--data", str(options.data / file)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{name} {strategy}: {done.stderr}")
    return summary(json.loads(done.stdout), entry)


def summary(result, entry):
    metrics = result["metrics"]
    cash, spread = entry[4], entry[5]
    fees = float(metrics["commission"])
    crossed = float(metrics["traded"]) * spread / 2 / 10_000
    keys = ("trades_closed", "trades_open", "win_rate", "profit_factor", "total_return", "sharpe",
            "average_exposure", "fills")
    return {key: metrics[key] for key in keys} | {
        "max_drawdown": metrics["max_drawdown"]["share"], "commission_and_fees": fees,
        "half_spread": round(crossed, 2), "costs": (fees + crossed) / cash,
        "refused": result["refused"], "rejected": result["rejected"], "bars": result["bars"],
        "bars_skipped": result["bars_skipped"], "config_hash": result["config_hash"],
        "data_hash": result["data_hash"], "decision_hash": result["decision_hash"]}


def measure(options, folder):
    sets = []
    half = half_days(options.data)
    for entry in SETS:
        hold = buy_and_hold([options.data / file for file in entry[2]], entry[6], half)
        rows = {}
        for strategy in STRATEGIES:
            rows[strategy] = run(options, folder, strategy, entry, hold["symbols"])
            print(f"{entry[0]:14} {strategy:20} {percent(rows[strategy]['total_return']):>9}",
                  flush=True)
        sets.append({"name": entry[0], "what": entry[1], "files": entry[2], "frame": entry[3],
                     "cash": entry[4], "spread_bps": entry[5], "buy_and_hold": hold,
                     "strategies": rows})
    return sets


# ---- what people read ----

def percent(value, digits=2):
    return "-" if value is None else f"{100 * value:.{digits}f} %"


def number(value):
    return "-" if value is None else f"{value:.2f}"


def table(one):
    hold = one["buy_and_hold"]
    lines = ["| | trades | won | profit factor | return | Sharpe | deepest fall | exposure | costs "
             "| decision hash |", "| --- |" + " ---: |" * 8 + " --- |",
             f"| **buy and hold** | | | | **{percent(hold['total_return'])}** "
             f"| {number(hold['sharpe'])} | {percent(hold['max_drawdown'])} | 100 % | 0 | |"]
    for name, row in one["strategies"].items():
        trades = f"{row['trades_closed']:,}" + (f" + {row['trades_open']}"
                                               if row["trades_open"] else "")
        lines.append(f"| {name} | {trades} | {percent(row['win_rate'], 0)} "
                     f"| {number(row['profit_factor'])} | {percent(row['total_return'])} "
                     f"| {number(row['sharpe'])} | {percent(row['max_drawdown'])} "
                     f"| {percent(row['average_exposure'], 0)} | {percent(row['costs'])} "
                     f"| {row['decision_hash']} |")
    return lines


INTRO = """\
# The strategies on real data

Each strategy alone, in an account of its own, with its default parameters, after costs, beside buy-and-hold of the
same symbols over the same span. Made by

    tools/real_results.py --shared DIR

from the files under `data/` of the shared folder; they are not part of this project. Two runs with one *decision
hash* decided, sized and ordered alike; [real_data.json](real_data.json) has the hash of each run's configuration and
data as well, so a reader can tell whether the same was run. `--keep FOLDER` leaves configurations and runs.

**How it was traded.** `calendar: XNYS`, regular hours; what is decided at a bar's end fills at the next bar's open
(daily: the next session's). Long only, whole shares, no borrowing; an entry is worth 95 % of the equity divided by
the number of symbols, so with one symbol nearly all of it. No stops, targets or time limits: the strategy's own SELL
is the only exit. `multi_timeframe` needs 51 finished days before it says anything: on files of a few sessions it does
not trade, and on daily bars only its daily vote is left. All others decide on the frame that is named.

**Costs.** $0.005 a share and at least $1 a fill, the fees of SEC and FINRA of their day, and half a spread: the
spread is 4 bps for the 405 stocks and 2 bps elsewhere. *costs* is all of that as a share of the cash put in; it is
part of *return* already. Buy-and-hold pays nothing and earns no dividends, as the strategies earn none.

**How to read it.** *trades*: closed, and open at the end. *won*: of the closed ones. *exposure*: mean share of the
equity that was invested, over all bars. *Sharpe*: session returns, 252 a year, no interest on cash; over days or
weeks it says next to nothing. A dash: not defined, or nothing was traded.

Limits of this: the 405 stocks are those that were in the index at the *end* of the five years, so buy-and-hold of
them looks better than anybody could have done then; minute files of few sessions say how the strategies act, not
whether they pay; no borrowing fees, taxes or impact on the price.
"""


def verdict(sets):
    beaten = [(one["name"], name) for one in sets for name, row in one["strategies"].items()
              if row["fills"] and row["total_return"] > one["buy_and_hold"]["total_return"]]
    active = [row for one in sets for row in one["strategies"].values() if row["fills"]]
    lost = sum(1 for row in active if row["total_return"] < 0)
    better = ", ".join(f"{name} on {data}" for data, name in beaten)
    return (f"**In short.** Of {len(active)} runs that traded {lost} lost money, and {len(beaten)} "
            f"ended above buy-and-hold: {better or 'none'}.")


def page(sets):
    lines = [INTRO, verdict(sets), ""]
    for one in sets:
        hold = one["buy_and_hold"]
        row = next(iter(one["strategies"].values()))
        skipped = f", {row['bars_skipped']} bad rows left out" if row["bars_skipped"] else ""
        lines += [f"## {one['name']}: {one['what']}", "",
                  f"{hold['first']} to {hold['last']}, {hold['sessions']:,} session{'s' * (hold['sessions'] > 1)}, "
                  f"{row['bars']:,} bars{skipped}; frame {one['frame']}, "
                  f"${one['cash']:,} at the start.", "", *table(one), ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT.parent / "shared")
    parser.add_argument("--bellwether", default=str(ROOT / "build" / "bellwether"))
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "docs" / "results")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    options.data = (options.shared / "data").resolve()
    options.bellwether = str(pathlib.Path(options.bellwether).resolve())
    wanted = [file for entry in SETS for file in entry[2]]
    wanted.append("calendar/sessions_XNYS_2000-2027.csv")
    missing = [file for file in wanted if not (options.data / file).exists()]
    if missing:
        print(f"skip real results: {len(missing)} files are not there, e.g. {missing[0]}")
        return
    with tempfile.TemporaryDirectory(prefix="bellwether-real.") as scratch:
        folder = options.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sets = measure(options, folder)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "real_data.json").write_text(json.dumps(sets, indent=1) + "\n")
    (options.out / "real_data.md").write_text(page(sets))


main()
