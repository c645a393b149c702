#!/usr/bin/env python3
"""make.py [SHARED]: makes the golden values of the indicator kernels, one text file per input.

Made with CPython 3.11.7, TA-Lib 0.8.2 (C library 0.8.1) and numpy 2.4.6. SHARED is the folder with
the real market data; without it only the files on made-up bars are written. The files are kept, so
that the tests need none of this.

A line is `KERNEL OUTPUT P1 P2 P3 BAR:VALUE ...`; `none` says that the kernel is not ready after
that bar. The inputs are described in the head of each file and built again by golden_test.c.

How the library is asked: with prices in billionths, which are exact as doubles, so that equal moves
up and down are equal (ADX); for deviation and slope with (price - first price) in ticks, which
changes neither and keeps its one-pass sums exact. Where its deviation still cancels (it subtracts
E[x]^2 from E[x^2]: nearly equal prices far from the first one) its value is left out; numpy's is
always there.
"""
import csv
import gzip
import math
import os
import sys
from decimal import Decimal

import numpy as np
import talib

E9 = 10**9
HERE = os.path.dirname(os.path.abspath(__file__))
ALL_WINDOWS = list(range(2, 51))
SOME_WINDOWS = [2, 5, 14, 50]


def workload(seed, count):
    """The generator at the head of src/data/workload.c."""
    mask = 2**64 - 1
    state, previous, bars = seed, 100.0, []

    def draw():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        return z ^ z >> 31

    def gauss(z):
        fields = (z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48)
        return (fields - 131070) / 37837.0

    def ticks(x):
        return math.floor(x * 128.0 + 0.5)

    for _ in range(count):
        z1, z2, z3, z4 = draw(), draw(), draw(), draw()
        first = ticks(previous * (1.0 + 0.0001 * gauss(z2)))
        last = ticks(previous * ((1.0 + 0.0005 * gauss(z1)) + 1e-5 * ((100.0 - previous) / 100.0)))
        high = ticks(max(first, last) / 128.0 * (1.0 + 0.0003 * ((z3 >> 32) / 4294967296.0)))
        low = ticks(min(first, last) / 128.0 * (1.0 - 0.0003 * ((z3 & 0xFFFFFFFF) / 4294967296.0)))
        bars.append([high * 7812500, low * 7812500, last * 7812500, 100 + z4 % 10000])
        previous = last / 128.0
    return bars


def flat(bars):
    close = bars[0][2]
    return [[close, close, close, bar[3]] for bar in bars]


def fading(bars):
    close = bars[99][2]
    return [bar if i < 100 else [close, close, close, 0] for i, bar in enumerate(bars)]


def gaps(bars):
    """The prices half as high again from bar 100 on, and half of what they were from bar 200 on."""

    def scaled(bar, numerator):
        return [price * numerator // 2 for price in bar[:3]] + bar[3:]

    return [scaled(bar, 2 if i < 100 else 3 if i < 200 else 1) for i, bar in enumerate(bars)]


def real(shared, name, first, count):
    bars = []
    with gzip.open(os.path.join(shared, "data", name), "rt") as text:
        for i, row in enumerate(csv.DictReader(text)):
            if first <= i < first + count:
                prices = [int(Decimal(row[key]) * E9) for key in ("high", "low", "close")]
                bars.append(prices + [int(Decimal(row["volume"]))])
    assert len(bars) == count
    return bars


class Input:
    def __init__(self, bars):
        self.high = [bar[0] for bar in bars]
        self.low = [bar[1] for bar in bars]
        self.close = [bar[2] for bar in bars]
        self.volume = [bar[3] for bar in bars]
        self.high_d, self.low_d, self.close_d = (
            np.array(x, dtype=float) for x in (self.high, self.low, self.close)
        )
        self.tick = math.gcd(*(x - self.close[0] for x in self.close)) or 1
        self.ticks = np.array([(x - self.close[0]) // self.tick for x in self.close], dtype=float)
        self.count = len(bars)

    def windows(self, n):
        """Each bar's last n closes as integers, None before there are n."""
        return [self.close[t - n + 1 : t + 1] if t >= n - 1 else None for t in range(self.count)]

    def true_ranges(self):
        return [None] + [
            max(self.high[t], self.close[t - 1]) - min(self.low[t], self.close[t - 1])
            for t in range(1, self.count)
        ]

    def changes(self):
        return [None] + [self.close[t] - self.close[t - 1] for t in range(1, self.count)]


def listed(values, unit=1.0):
    return [None if math.isnan(x) else x / unit for x in values]


# --- TA-Lib -------------------------------------------------------------------------------------


def ta_rsi(x, n):
    """TA-Lib answers 0 where both averages are zero to it; there we have no value."""
    values = listed(talib.RSI(x.close_d, n))
    changes = x.changes()
    gain = loss = 0.0
    for t in range(1, x.count):
        up, down = max(changes[t], 0), max(-changes[t], 0)
        if t <= n:
            gain, loss = gain + up / n, loss + down / n
        else:
            gain, loss = (gain * (n - 1) + up) / n, (loss * (n - 1) + down) / n
        if gain + loss == 0:
            values[t] = None
    return values


def ta_bands_error(x, n):
    """What TA-Lib's deviation in ticks may be off by, per bar."""
    errors = []
    for t in range(x.count):
        w = x.ticks[max(0, t - n + 1) : t + 1]
        error = 4e-16 * float(np.mean(w * w))
        sd = float(np.std(w))
        errors.append(math.sqrt(error) if sd * sd <= error else error / sd)
    return errors


def ta_sd0(x, n):
    values = talib.STDDEV(x.ticks, n, 1.0) * (x.tick / E9)
    errors = ta_bands_error(x, n)
    return [
        None if v is None else "omit" if e * x.tick / E9 > 1e-10 * v else v
        for v, e in zip(listed(values), errors)
    ]


def ta_band(which):
    def values(x, n, width):
        bands = talib.BBANDS(x.ticks, n, width, width, 0)[which]
        prices = (bands * x.tick + x.close[0]) / E9
        errors = ta_bands_error(x, n)
        return [
            None if v is None else "omit" if width * e * x.tick / E9 > 1e-10 * v else v
            for v, e in zip(listed(prices), errors)
        ]

    return values


def ta_macd(which):
    return lambda x, *p: listed(talib.MACD(x.close_d, *p)[which], E9)


# --- numpy and exact integers -------------------------------------------------------------------


def np_rsi_simple(x, n):
    changes, values = x.changes(), []
    for t in range(x.count):
        window = np.array(changes[t - n + 1 : t + 1], dtype=float) if t >= n else np.array([])
        moves = np.abs(window).sum()
        values.append(100.0 * window[window > 0].sum() / moves if moves > 0 else None)
    return values


def np_atr_simple(x, n):
    ranges = x.true_ranges()
    return [
        float(np.mean(np.array(ranges[t - n + 1 : t + 1], dtype=float))) / E9 if t >= n else None
        for t in range(x.count)
    ]


def np_sd(ddof):
    def values(x, n):
        return [
            None if w is None else float(np.std(np.array(w, dtype=float) - w[0], ddof=ddof)) / E9
            for w in x.windows(n)
        ]

    return values


def np_zscore(x, n):
    values = []
    for w in x.windows(n):
        if w is None or min(w) == max(w):
            values.append(None)
        else:
            sd = float(np.std(np.array(w, dtype=float) - w[0]))
            values.append((w[-1] * n - sum(w)) / (n * sd))
    return values


def np_position(x, n, width):
    return [None if z is None else 0.5 + z / (2 * width) for z in np_zscore(x, n)]


def np_vwap(x, n):
    """A session of n bars."""
    values = []
    for t in range(x.count):
        session = slice(t // n * n, t + 1)
        volume = np.array(x.volume[session], dtype=float)
        typical = (x.high_d[session] + x.low_d[session] + x.close_d[session]) / 3.0
        values.append(
            float(np.average(typical, weights=volume)) / E9 if volume.sum() > 0 else None
        )
    return values


def np_percentile_rank(x, n):
    return [
        float(np.mean(np.array(x.close[t - n : t]) < x.close[t])) if t >= n else None
        for t in range(x.count)
    ]


# KERNEL, OUTPUT, source, parameters from a window, values
TABLE = [
    ("ema", 0, "TA-Lib EMA", lambda n: (n,), lambda x, n: listed(talib.EMA(x.close_d, n), E9)),
    ("macd", 0, "TA-Lib MACD", lambda n: (n, 2 * n, n // 2 + 1), ta_macd(0)),
    ("macd", 1, "TA-Lib MACD", lambda n: (n, 2 * n, n // 2 + 1), ta_macd(1)),
    ("macd", 2, "TA-Lib MACD", lambda n: (n, 2 * n, n // 2 + 1), ta_macd(2)),
    ("rsi_simple", 0, "numpy", lambda n: (n,), np_rsi_simple),
    ("rsi_wilder", 0, "TA-Lib RSI", lambda n: (n,), ta_rsi),
    ("true_range", 0, "TA-Lib TRANGE", lambda n: (),
     lambda x: listed(talib.TRANGE(x.high_d, x.low_d, x.close_d), E9)),
    ("atr_simple", 0, "numpy", lambda n: (n,), np_atr_simple),
    ("atr_wilder", 0, "TA-Lib ATR", lambda n: (n,),
     lambda x, n: listed(talib.ATR(x.high_d, x.low_d, x.close_d, n), E9)),
    ("deviation", 0, "TA-Lib STDDEV", lambda n: (n,), ta_sd0),
    ("deviation", 0, "numpy std", lambda n: (n,), np_sd(0)),
    ("deviation", 1, "numpy std, ddof 1", lambda n: (n,), np_sd(1)),
    ("zscore", 0, "numpy", lambda n: (n,), np_zscore),
    ("bollinger", 0, "TA-Lib BBANDS", lambda n: (n, 2), ta_band(0)),
    ("bollinger", 1, "TA-Lib BBANDS", lambda n: (n, 2), ta_band(2)),
    ("bollinger", 2, "numpy", lambda n: (n, 2), np_position),
    ("rolling_max", 0, "TA-Lib MAX of the highs", lambda n: (n,),
     lambda x, n: listed(talib.MAX(x.high_d, n), E9)),
    ("rolling_min", 0, "TA-Lib MIN of the lows", lambda n: (n,),
     lambda x, n: listed(talib.MIN(x.low_d, n), E9)),
    ("vwap", 0, "numpy average", lambda n: (n,), np_vwap),
    ("adx", 0, "TA-Lib ADX", lambda n: (n,),
     lambda x, n: listed(talib.ADX(x.high_d, x.low_d, x.close_d, n))),
    ("adx", 1, "TA-Lib PLUS_DI", lambda n: (n,),
     lambda x, n: listed(talib.PLUS_DI(x.high_d, x.low_d, x.close_d, n))),
    ("adx", 2, "TA-Lib MINUS_DI", lambda n: (n,),
     lambda x, n: listed(talib.MINUS_DI(x.high_d, x.low_d, x.close_d, n))),
    ("returns", 0, "TA-Lib ROCP", lambda n: (n,), lambda x, n: listed(talib.ROCP(x.close_d, n))),
    ("slope", 0, "TA-Lib LINEARREG_SLOPE", lambda n: (n,),
     lambda x, n: listed(talib.LINEARREG_SLOPE(x.ticks, n) * x.tick, E9)),
    ("percentile_rank", 0, "numpy", lambda n: (n,), np_percentile_rank),
]


def sample(values, often):
    """The bars kept: around the end of the warm-up, the last, and some between when `often`."""
    ready = next((t for t, v in enumerate(values) if v not in (None, "omit")), 0)
    bars = {ready - 1, ready, len(values) - 1}
    if often:
        bars |= {ready + 1, ready + 2} | set(range(ready, len(values), 59))
    return sorted(t for t in bars if 0 <= t < len(values) and values[t] != "omit")


def write(name, described, bars, windows):
    x = Input(bars)
    with open(os.path.join(HERE, name + ".txt"), "w") as out:
        out.write("# Golden values of the indicator kernels; made by make.py.\n")
        out.write(f"# TA-Lib {talib.__version__}, numpy {np.__version__}\n")
        out.write(f"input {described}\n")
        for kernel, output, source, parameters_of, values_of in TABLE:
            out.write(f"# {kernel} {output}: {source}\n")
            done = set()
            for n in windows:
                parameters = parameters_of(n)
                if parameters in done:
                    continue
                done.add(parameters)
                values = values_of(x, *parameters)
                padded = (list(parameters) + [0, 0, 0])[:3]
                points = " ".join(
                    f"{t}:{'none' if values[t] is None else format(values[t], '.12g')}"
                    for t in sample(values, n in SOME_WINDOWS)
                )
                if points:
                    out.write(f"{kernel} {output} {padded[0]} {padded[1]} {padded[2]} {points}\n")


def main():
    bars = workload(42, 300)
    write("workload", "workload 42 0 300", bars, ALL_WINDOWS)
    write("flat", "flat 42 0 120", flat(bars[:120]), SOME_WINDOWS)
    write("fading", "fading 42 0 300", fading(bars), SOME_WINDOWS)
    write("gaps", "gaps 42 0 300", gaps(bars), SOME_WINDOWS)
    if len(sys.argv) > 1:
        for name, path, first, windows in (
            ("aapl_daily", "equity/daily/bars_AAPL_1day_19980102-20210331.csv.gz", 400,
             ALL_WINDOWS),
            ("spy_5min", "equity/minute/bars_SPY_5min_2018-2019.csv.gz", 0, SOME_WINDOWS),
            ("aapl_1min", "equity/minute/bars_AAPL_1min_20140605-20140609.csv.gz", 1300,
             SOME_WINDOWS),
        ):
            write(name, f"{path} 0 {first} 400", real(sys.argv[1], path, first, 400), windows)


main()
