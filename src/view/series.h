/* series.h: what can be computed from an instrument's finished bars of one frame.
 *
 * A series has a value at each bar. Averages of closes (SMA) come from the view's running totals;
 * every other kind is a kernel of signal/, one for each series and instrument. Prices and volumes
 * stay exact integers; what needs a quotient or a root is a double. A double that is undefined (the
 * RSI of flat prices) is not a number, so that no comparison with it holds. */
#ifndef VIEW_SERIES_H
#define VIEW_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "market/event.h"

#define SERIES_WINDOW_MAX 1000 /* with PRICE_E9_MAX a window's sum fits an int64 */

/* How a value reads, and what a split does to it. */
enum series_unit {
    SERIES_UNIT_SUM,    /* int64: e9 prices, `window` of them added up */
    SERIES_UNIT_PRICE,  /* int64: e9 price */
    SERIES_UNIT_SHARES, /* int64: whole shares */
    SERIES_UNIT_SHARES_SUM,
    SERIES_UNIT_TIME,  /* int64: ts_ns */
    SERIES_UNIT_MONEY, /* double: currency */
    SERIES_UNIT_RATIO, /* double without a unit */
};

/* One row per kind: code, name, unit, the smallest window (0: it has none), sentence for people. n
 * is the window; the formulas stand at the head of each kernel in signal/. */
#define SERIES_KIND_LIST(X)                                                                        \
    X(SMA, "sma", SUM, 1, "sum of the last n closes, exact")                                       \
    X(EMA, "ema", MONEY, 1, "exponential average of closes")                                       \
    X(RSI, "rsi", RATIO, 1, "relative strength, simple sums, 0..100")                              \
    X(RSI_WILDER, "rsi_wilder", RATIO, 1, "relative strength, Wilder's smoothing, 0..100")         \
    X(TRUE_RANGE, "true_range", MONEY, 0, "true range of the bar")                                 \
    X(ATR, "atr", MONEY, 1, "mean of the last n true ranges")                                      \
    X(ATR_WILDER, "atr_wilder", MONEY, 1, "true ranges, Wilder's smoothing")                       \
    X(SD0, "sd0", MONEY, 1, "standard deviation of the last n closes, of the population")          \
    X(SD1, "sd1", MONEY, 2, "standard deviation of the last n closes, of the sample")              \
    X(ZSCORE0, "zscore0", RATIO, 2, "close against mean and sd0 of the last n, itself included")   \
    X(ZSCORE1, "zscore1", RATIO, 2, "close against mean and sd1 of the last n, itself included")   \
    X(MACD_LINE, "macd", MONEY, 1, "EMA(n) less EMA(second) of closes")                            \
    X(MACD_SIGNAL, "macd_signal", MONEY, 1, "EMA(third) of that line")                             \
    X(MACD_HISTOGRAM, "macd_hist", MONEY, 1, "line less signal")                                   \
    X(BOLLINGER_UPPER, "bollinger_up", MONEY, 2, "mean + second/1000 x sd0 of n closes")           \
    X(BOLLINGER_LOWER, "bollinger_low", MONEY, 2, "mean - second/1000 x sd0 of n closes")          \
    X(BOLLINGER_POSITION, "bollinger_pos", RATIO, 2, "0 at the lower band, 1 at the upper")        \
    X(MAX_HIGH, "max_high", PRICE, 1, "highest high of the last n bars")                           \
    X(MAX_LOW, "max_low", PRICE, 1, "highest low of the last n bars")                              \
    X(MAX_CLOSE, "max_close", PRICE, 1, "highest close of the last n bars")                        \
    X(MIN_HIGH, "min_high", PRICE, 1, "lowest high of the last n bars")                            \
    X(MIN_LOW, "min_low", PRICE, 1, "lowest low of the last n bars")                               \
    X(MIN_CLOSE, "min_close", PRICE, 1, "lowest close of the last n bars")                         \
    X(VWAP, "vwap", MONEY, 0, "average price of the session, weighted by volume")                  \
    X(ADX, "adx", RATIO, 2, "average directional index, 0..100")                                   \
    X(PLUS_DI, "plus_di", RATIO, 2, "directional indicator upwards, 0..100")                       \
    X(MINUS_DI, "minus_di", RATIO, 2, "directional indicator downwards, 0..100")                   \
    X(RETURN, "return", RATIO, 1, "close / close n bars ago - 1")                                  \
    X(CLOSE_AGO, "close_ago", PRICE, 1, "close n bars ago")                                        \
    X(SLOPE, "slope", MONEY, 2, "slope of the line fitted to the last n closes, per bar")          \
    X(PERCENTILE_RANK, "rank", RATIO, 1, "share of the n closes before that are lower")            \
    X(VOLUME_SMA, "volume_sma", SHARES_SUM, 1, "sum of the last n volumes, exact")                 \
    X(OPEN, "open", PRICE, 0, "open of the bar")                                                   \
    X(HIGH, "high", PRICE, 0, "high of the bar")                                                   \
    X(LOW, "low", PRICE, 0, "low of the bar")                                                      \
    X(CLOSE, "close", PRICE, 0, "close of the bar")                                                \
    X(VOLUME, "volume", SHARES, 0, "volume of the bar")                                            \
    X(TIME, "time", TIME, 0, "end of the bar")

enum series_kind {
    SERIES_NOTHING = 0,
#define X(code, text, unit, window_min, help) SERIES_##code,
    SERIES_KIND_LIST(X)
#undef X
        SERIES_KIND_END
};

struct series_def {
    enum series_kind kind;
    uint32_t window;
    uint32_t second;  /* MACD: the slow average; BOLLINGER: width in thousandths */
    uint32_t third;   /* MACD: the average of the line */
    int64_t frame_ns; /* length of its bars; 0: those of whoever declares it */
    bool optional;    /* left out where the data has no bars that fine, else refused */
};

/* What a series is at a bar. */
union series_value {
    int64_t sum_e9;   /* UNIT_SUM */
    int64_t price_e9; /* UNIT_PRICE */
    int64_t shares;   /* UNIT_SHARES, UNIT_SHARES_SUM */
    int64_t ts_ns;    /* UNIT_TIME */
    double number;    /* UNIT_MONEY, UNIT_RATIO */
    uint64_t bits;    /* any kind, as it enters the decision hash */
};

/* The one form of a double that is undefined. */
static inline union series_value series_undefined(void)
{
    return (union series_value){.bits = UINT64_C(0x7ff8000000000000)};
}

/* ERR_RANGE when the kind is none or its parameters lie outside of what its kernel takes. */
enum err series_def_check(const struct series_def *def);

bool series_def_equal(const struct series_def *a, const struct series_def *b);

/* Bars until the series has its first value. */
uint32_t series_def_bars(const struct series_def *def);

enum series_unit series_unit(enum series_kind kind);

/* "sma", "rsi_wilder", ... */
const char *series_kind_text(enum series_kind kind);

/* A value as a person reads it, in billionths, rounded half to even: the mean of a sum, shares as
 * they are. What is undefined or too large for it gives 0 or the largest number. */
int64_t series_value_e9(const struct series_def *def, union series_value value);

#endif
