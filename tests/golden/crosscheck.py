"""crosscheck.py SHARED: makes crosscheck.txt, the trades of another backtester on real prices.

Made once with backtesting.py 0.6.6 (numpy 2.4.6, pandas 3.1.1), pip install backtesting==0.6.6, from
bars of SPY in the shared data. tests/crosscheck.sh runs the same cases through our engine and
exchange and compares trade by trade.

What is alike in both: a strategy sees finished bars only, its market orders fill at the next bar's
open, resting stops and limits fill inside a bar at their price, or at the open where that is
already beyond it, and of stop and target in one bar the stop comes first. What had to be said:
commissions are a function there (half a cent a share, at least a dollar, each way); prices of stops,
targets and limits are whole cents; of a bracket they are measured from the close that was decided
on; a trailing stop looks at closes and sells at the next open, and after it nothing is bought until
there was a bar without the signal; cash never binds; trades that are open at the end are left out.
A time is a bar's start for what filled at its open, else its end.
"""

import gzip
import pathlib
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pandas
from backtesting import Backtest, Strategy

CENT = Decimal("0.01")
QTY = 300


def down(price):
    return price.quantize(CENT, rounding=ROUND_FLOOR)


def up(price):
    return price.quantize(CENT, rounding=ROUND_CEILING)


def commission(size, price):
    return max(1.0, 0.005 * abs(size))


class Crossover(Strategy):
    """Moving averages of 10 and 30 closes, as exact sums; the first act is on the 51st bar."""

    limit = target = stop = trailing = Decimal(0)

    def init(self):
        self.armed = True  # not after a trailing stop, until there was no signal to buy
        self.best = self.distance = None

    def bar_closed(self, at):
        """What the two averages did: 1 crossed above, -1 below, 0 neither."""
        def gap(end):
            return sum(CLOSES[end - 10:end]) * 3 - sum(CLOSES[end - 30:end])
        before, now = gap(at), gap(at + 1)
        return 1 if before <= 0 < now else -1 if before >= 0 > now else 0

    def trailed(self, close):
        """The best close since the entry less a share of the entry price, in whole cents."""
        if not self.trailing or not self.trades:
            self.best = None
            return False
        if self.best is None:
            entry = Decimal(repr(float(self.trades[0].entry_price)))
            self.best, self.distance = entry, entry * self.trailing
        self.best = max(self.best, close)
        return close <= up(self.best - self.distance)

    def next(self):
        at, close = len(self.data) - 1, CLOSES[len(self.data) - 1]
        trailed = self.trailed(close)
        cross = self.bar_closed(at) if at >= 50 else 0
        if not self.trades and cross <= 0:
            self.armed = True
        if trailed or (cross < 0 and self.trades):
            self.armed = not trailed
            for trade in self.trades:
                trade.close()
        elif cross > 0 and self.armed and not self.trades and not self.orders:
            how = {}
            if self.limit:
                how["limit"] = float(down(close * (1 - self.limit)))
            if self.stop:
                how["sl"] = float(up(close * (1 - self.stop)))
                how["tp"] = float(down(close * (1 + self.target)))
            self.buy(size=QTY, **how)


def case(name, **parameters):
    return name, type(name, (Crossover,), {k: Decimal(v) for k, v in parameters.items()})


MINUTES = "equity/minute/bars_SPY_1min_20190211-20190215.csv.gz"
FIVES = "equity/minute/bars_SPY_5min_2018-2019.csv.gz"
DAYS = "equity/daily/bars_SPY_1day_19980102-20210331.csv.gz"
CASES = [
    (MINUTES, 1950, case("market")),
    (FIVES, 6000, case("bracket", stop="0.003", target="0.006")),
    (FIVES, 6000, case("trailing", trailing="0.002")),
    (DAYS, 5849, case("limit", limit="0.005")),
]


def read(path, rows):
    with gzip.open(path, "rt") as file:
        frame = pandas.read_csv(file, dtype=str, nrows=rows)
    times = frame["ts_utc"] if "ts_utc" in frame else frame["date"] + "T00:00:00Z"
    closes = [Decimal(text) for text in frame["close"]]
    numbers = frame[["open", "high", "low", "close", "volume"]].astype(float)
    numbers.columns = ["Open", "High", "Low", "Close", "Volume"]
    numbers.index = pandas.to_datetime(times)
    return numbers, closes


def instant(frame, bar, price):
    """When a fill is known: at once at the open, else when its bar has ended."""
    length = frame.index.to_series().diff().min()
    time = frame.index[bar] + (0 * length if price == frame["Open"].iloc[bar] else length)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def main(shared):
    global CLOSES
    out = []
    for path, rows, (name, strategy) in CASES:
        frame, CLOSES = read(pathlib.Path(shared) / "data" / path, rows)
        test = Backtest(frame, strategy, cash=1_000_000, commission=commission)
        trades = test.run()["_trades"].sort_values(["EntryBar"])
        for trade in trades.itertuples():
            times = [instant(frame, trade.EntryBar, trade.EntryPrice),
                     instant(frame, trade.ExitBar, trade.ExitPrice)]
            out.append(f"{name} {times[0]} {times[1]} {trade.Size} {trade.EntryPrice:.4f} "
                       f"{trade.ExitPrice:.4f} {round(trade.PnL, 4) + 0.0:.4f}")
    text = "# case, entry, exit, shares, prices, result after commissions\n"
    (pathlib.Path(__file__).parent / "crosscheck.txt").write_text(text + "\n".join(out) + "\n")


main(sys.argv[1])
