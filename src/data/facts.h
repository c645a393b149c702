/* facts.h: the stylised facts of a data set: what returns and volumes of stocks look like, as
 * numbers, so that a SIMULATED data set can be laid beside a real one.
 *
 * Bars of less than a day count where they start within a regular session (synth_sessions.h), and
 * days are made of them; bars of a day are the days. Returns are logarithmic. Each fact is computed
 * per symbol and averaged over the symbols for which it can be known. */
#ifndef DATA_FACTS_H
#define DATA_FACTS_H

#include "data/bars.h"

/* Name, key, what it is, and the range in which US stocks and index funds usually lie. The ranges
 * come from the files listed in docs/synthetic-market.md. */
#define FACT_LIST(X)                                                                               \
    X(BAR_VOLATILITY, "bar_volatility", "volatility a year, from bars", 0.05, 0.80)                \
    X(BAR_SKEW, "bar_skew", "skew", -3.0, 3.0)                                                     \
    X(BAR_KURTOSIS, "bar_kurtosis", "kurtosis (normal: 3)", 4.0, 100.0)                            \
    X(BAR_RETURNS_LAG_1, "bar_returns_lag_1", "autocorrelation of r, lag 1", -0.15, 0.10)          \
    X(BAR_SIZES_LAG_1, "bar_sizes_lag_1", "autocorrelation of |r|, lag 1", 0.10, 0.55)             \
    X(BAR_SIZES_LAG_10, "bar_sizes_lag_10", "autocorrelation of |r|, lag 10", 0.03, 0.45)          \
    X(BAR_SIZES_LAG_50, "bar_sizes_lag_50", "autocorrelation of |r|, lag 50", -0.10, 0.40)         \
    X(BAR_LEVERAGE, "bar_leverage", "r with the next 10 |r|", -0.20, 0.10)                         \
    X(BAR_VOLUME_SIZE, "bar_volume_size", "volume with |r|", 0.25, 0.80)                           \
    X(BAR_PAIRS, "bar_pairs", "r of two symbols", 0.15, 0.80)                                      \
    X(BAR_RANGE, "bar_range", "mean high - low / mean |r|", 1.2, 3.0)                              \
    X(SHAPE_FIRST, "shape_first", "|r|, first half hour / all", 1.2, 3.0)                          \
    X(SHAPE_MIDDLE, "shape_middle", "|r|, between / all", 0.75, 1.0)                               \
    X(SHAPE_LAST, "shape_last", "|r|, last half hour / all", 0.7, 1.7)                             \
    X(VOLUME_FIRST, "volume_first", "volume, first half hour / all", 1.3, 3.5)                     \
    X(VOLUME_MIDDLE, "volume_middle", "volume, between / all", 0.6, 0.95)                          \
    X(VOLUME_LAST, "volume_last", "volume, last half hour / all", 1.2, 3.5)                        \
    X(DAY_VOLATILITY, "day_volatility", "volatility a year, from days", 0.07, 0.80)                \
    X(DAY_SKEW, "day_skew", "skew", -2.0, 2.0)                                                     \
    X(DAY_KURTOSIS, "day_kurtosis", "kurtosis (normal: 3)", 3.5, 25.0)                             \
    X(DAY_TAIL, "day_tail", "days with |r| > 3 deviations", 0.005, 0.03)                           \
    X(DAY_RETURNS_LAG_1, "day_returns_lag_1", "autocorrelation of r, lag 1", -0.15, 0.10)          \
    X(DAY_SIZES_LAG_1, "day_sizes_lag_1", "autocorrelation of |r|, lag 1", 0.05, 0.40)             \
    X(DAY_SIZES_LAG_10, "day_sizes_lag_10", "autocorrelation of |r|, lag 10", 0.0, 0.35)           \
    X(DAY_SIZES_LAG_50, "day_sizes_lag_50", "autocorrelation of |r|, lag 50", -0.10, 0.25)         \
    X(DAY_LEVERAGE, "day_leverage", "r with the next 10 |r|", -0.35, 0.05)                         \
    X(DAY_VOLUME_SIZE, "day_volume_size", "volume with |r|", 0.25, 0.80)                           \
    X(DAY_PAIRS, "day_pairs", "r of two symbols", 0.20, 0.85)                                      \
    X(DAY_NIGHT, "day_night", "variance, night / session", 0.15, 1.2)

enum fact {
#define X(name, key, text, low, high) FACT_##name,
    FACT_LIST(X)
#undef X
        FACT_COUNT,
};

struct fact_row {
    const char *key;
    const char *text;
    double low, high;
};

extern const struct fact_row fact_rows[FACT_COUNT];

struct facts {
    uint64_t bars;   /* used: of regular sessions */
    uint64_t days;   /* of all symbols together */
    uint64_t unused; /* nights of more than 35 % without a return: a split, or another company */
    uint32_t symbols;
    double values[FACT_COUNT]; /* NaN where the data set does not tell */
};

void facts_compute(const struct bars *bars, struct facts *facts);

#endif
