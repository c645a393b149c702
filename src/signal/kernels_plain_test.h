/* kernels_plain_test.h: the definitions of the kernels computed anew for every bar, in the plainest
 * way and in long double, for kernels_test.c to compare with. NAN: undefined or warming up. */
#ifndef SIGNAL_KERNELS_PLAIN_TEST_H
#define SIGNAL_KERNELS_PLAIN_TEST_H

#include <math.h>
#include <string.h>

#include "market/event.h"

typedef struct event_bar bar_t;

static inline long double plain_units(long double value_e9)
{
    return value_e9 / 1e9L;
}

static inline long double plain_mean(const bar_t *bars, uint32_t at, uint32_t n)
{
    long double sum = 0;
    for (uint32_t i = at + 1 - n; i <= at; i++) {
        sum += (long double)bars[i].close_e9;
    }
    return sum / n;
}

/* alpha = 2 / (n + 1) over values[from..at], seeded by the mean of the first n. */
static inline long double plain_smooth(const long double *values, uint32_t from, uint32_t at,
                                       uint32_t n, long double alpha)
{
    if (at + 1 < from + n) {
        return NAN;
    }
    long double average = 0;
    for (uint32_t i = from; i < from + n; i++) {
        average += values[i] / n;
    }
    for (uint32_t i = from + n; i <= at; i++) {
        average = average * (1 - alpha) + values[i] * alpha;
    }
    return average;
}

enum { PLAIN_BARS = 512 };

static inline long double plain_ema(const bar_t *bars, uint32_t from, uint32_t at, uint32_t n)
{
    static long double closes[PLAIN_BARS];
    for (uint32_t i = 0; i <= at; i++) {
        closes[i] = plain_units((long double)bars[i].close_e9);
    }
    return plain_smooth(closes, from, at, n, 2.0L / (n + 1));
}

static inline long double plain_macd(const bar_t *bars, uint32_t at, const uint32_t p[3],
                                     uint32_t output)
{
    static long double lines[PLAIN_BARS];
    for (uint32_t i = p[1] - 1; i <= at; i++) {
        lines[i] = plain_ema(bars, p[1] - p[0], i, p[0]) - plain_ema(bars, 0, i, p[1]);
    }
    long double signal = plain_smooth(lines, p[1] - 1, at, p[2], 2.0L / (p[2] + 1));
    if (isnan(signal)) {
        return NAN;
    }
    return output == 0 ? lines[at] : output == 1 ? signal : lines[at] - signal;
}

static inline long double plain_rsi(const bar_t *bars, uint32_t at, uint32_t n, bool wilder)
{
    static long double gains[PLAIN_BARS];
    static long double losses[PLAIN_BARS];
    if (at < n) {
        return NAN;
    }
    for (uint32_t i = 1; i <= at; i++) {
        int64_t change = bars[i].close_e9 - bars[i - 1].close_e9;
        gains[i] = change > 0 ? (long double)change : 0;
        losses[i] = change < 0 ? -(long double)change : 0;
    }
    uint32_t from = wilder ? 1 : at + 1 - n;
    long double gain = plain_smooth(gains, from, at, n, 1.0L / n);
    long double loss = plain_smooth(losses, from, at, n, 1.0L / n);
    return gain + loss > 0 ? 100 * gain / (gain + loss) : NAN;
}

static inline long double plain_range(const bar_t *bars, uint32_t at)
{
    long double last = (long double)bars[at - 1].close_e9;
    long double top = fmaxl((long double)bars[at].high_e9, last);
    return plain_units(top - fminl((long double)bars[at].low_e9, last));
}

static inline long double plain_atr(const bar_t *bars, uint32_t at, uint32_t n, bool wilder)
{
    static long double ranges[PLAIN_BARS];
    for (uint32_t i = 1; i <= at; i++) {
        ranges[i] = plain_range(bars, i);
    }
    return at < n ? NAN : plain_smooth(ranges, wilder ? 1 : at + 1 - n, at, n, 1.0L / n);
}

static inline long double plain_sd(const bar_t *bars, uint32_t at, uint32_t n, uint32_t ddof)
{
    if (at + 1 < n) {
        return NAN;
    }
    long double mean = plain_mean(bars, at, n);
    long double squares = 0;
    for (uint32_t i = at + 1 - n; i <= at; i++) {
        long double away = (long double)bars[i].close_e9 - mean;
        squares += away * away;
    }
    return plain_units(sqrtl(squares / (n - ddof)));
}

/* Whether the last n closes are there and not all equal. */
static inline bool plain_moves(const bar_t *bars, uint32_t at, uint32_t n)
{
    bool moves = false;
    for (uint32_t i = 1; at + 1 >= n && i < n; i++) {
        moves |= bars[at - i].close_e9 != bars[at].close_e9;
    }
    return moves;
}

static inline long double plain_zscore(const bar_t *bars, uint32_t at, uint32_t n)
{
    if (!plain_moves(bars, at, n)) {
        return NAN;
    }
    long double above = (long double)bars[at].close_e9 - plain_mean(bars, at, n);
    return plain_units(above) / plain_sd(bars, at, n, 0);
}

static inline long double plain_bollinger(const bar_t *bars, uint32_t at, const uint32_t p[3],
                                          uint32_t output)
{
    if (at + 1 < p[0] || (output == 2 && !plain_moves(bars, at, p[0]))) {
        return NAN;
    }
    long double mean = plain_units(plain_mean(bars, at, p[0]));
    long double sd = plain_sd(bars, at, p[0], 0);
    long double upper = mean + p[1] * sd;
    long double lower = mean - p[1] * sd;
    long double price = plain_units((long double)bars[at].close_e9);
    return output == 0 ? upper : output == 1 ? lower : (price - lower) / (upper - lower);
}

/* The highest high (sign 1) or the lowest low (sign -1). */
static inline long double plain_extreme(const bar_t *bars, uint32_t at, uint32_t n, int sign)
{
    long double best = -HUGE_VALL;
    for (uint32_t i = at + 1 - n; at + 1 >= n && i <= at; i++) {
        best = fmaxl(best, (long double)(sign > 0 ? bars[i].high_e9 : -bars[i].low_e9));
    }
    return at + 1 < n ? NAN : plain_units(sign * best);
}

static inline long double plain_vwap(const bar_t *bars, uint32_t at, uint32_t session)
{
    long double turnover = 0;
    long double volume = 0;
    for (uint32_t i = at / session * session; i <= at; i++) {
        long double sum = (long double)(bars[i].high_e9 + bars[i].low_e9 + bars[i].close_e9);
        turnover += plain_units(sum / 3) * (long double)bars[i].volume;
        volume += (long double)bars[i].volume;
    }
    return volume > 0 ? turnover / volume : NAN;
}

struct plain_directions {
    long double plus[PLAIN_BARS];
    long double minus[PLAIN_BARS];
    long double range[PLAIN_BARS];
};

/* Wilder's sum up to bar `at`: n - 1 in full, the others after decay. */
static inline long double plain_wilder_sum(const long double *values, uint32_t at, uint32_t n)
{
    long double sum = 0;
    for (uint32_t i = 1; i <= at; i++) {
        sum = (i < n ? sum : sum - sum / n) + values[i];
    }
    return sum;
}

static inline void plain_directions(const bar_t *bars, uint32_t at, struct plain_directions *out)
{
    for (uint32_t i = 1; i <= at; i++) {
        int64_t up = bars[i].high_e9 - bars[i - 1].high_e9;
        int64_t down = bars[i - 1].low_e9 - bars[i].low_e9;
        out->plus[i] = up > down && up > 0 ? (long double)up : 0;
        out->minus[i] = down > up && down > 0 ? (long double)down : 0;
        out->range[i] = plain_range(bars, i) * 1e9L;
    }
}

static inline long double plain_adx(const bar_t *bars, uint32_t at, uint32_t n, uint32_t output)
{
    static struct plain_directions moves;
    plain_directions(bars, at, &moves);
    long double adx = 0;
    for (uint32_t i = n; i <= at; i++) {
        long double plus = plain_wilder_sum(moves.plus, i, n);
        long double minus = plain_wilder_sum(moves.minus, i, n);
        long double range = plain_wilder_sum(moves.range, i, n);
        if (i == at && output > 0) {
            return range > 0 ? 100 * (output == 1 ? plus : minus) / range : 0;
        }
        bool defined = plus + minus > 0;
        long double dx = defined ? 100 * fabsl(plus - minus) / (plus + minus) : 0;
        if (i < 2 * n) {
            adx += dx / n;
        } else if (defined) {
            adx = (adx * (n - 1) + dx) / n;
        }
    }
    return output > 0 || at + 1 < 2 * n ? NAN : adx;
}

static inline long double plain_returns(const bar_t *bars, uint32_t at, uint32_t k)
{
    if (at < k) {
        return NAN;
    }
    long double base = (long double)bars[at - k].close_e9;
    return ((long double)bars[at].close_e9 - base) / base;
}

static inline long double plain_slope(const bar_t *bars, uint32_t at, uint32_t n)
{
    if (at + 1 < n) {
        return NAN;
    }
    long double mean = plain_mean(bars, at, n);
    long double products = 0;
    long double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        long double x = i - (n - 1) / 2.0L;
        products += x * ((long double)bars[at + 1 - n + i].close_e9 - mean);
        squares += x * x;
    }
    return plain_units(products / squares);
}

static inline long double plain_percentile_rank(const bar_t *bars, uint32_t at, uint32_t n)
{
    uint32_t below = 0;
    for (uint32_t i = 1; at >= n && i <= n; i++) {
        below += bars[at - i].close_e9 < bars[at].close_e9 ? 1 : 0;
    }
    return at < n ? NAN : (long double)below / n;
}

/* The kernel of that name. */
static inline long double plain_value(const char *name, const bar_t *bars, uint32_t at,
                                      const uint32_t p[3], uint32_t output)
{
#define IS(text) (strcmp(name, text) == 0)
    return IS("ema")               ? plain_ema(bars, 0, at, p[0])
           : IS("macd")            ? plain_macd(bars, at, p, output)
           : IS("rsi_simple")      ? plain_rsi(bars, at, p[0], false)
           : IS("rsi_wilder")      ? plain_rsi(bars, at, p[0], true)
           : IS("true_range")      ? (at == 0 ? NAN : plain_range(bars, at))
           : IS("atr_simple")      ? plain_atr(bars, at, p[0], false)
           : IS("atr_wilder")      ? plain_atr(bars, at, p[0], true)
           : IS("deviation")       ? plain_sd(bars, at, p[0], output)
           : IS("zscore")          ? plain_zscore(bars, at, p[0])
           : IS("bollinger")       ? plain_bollinger(bars, at, p, output)
           : IS("rolling_max")     ? plain_extreme(bars, at, p[0], 1)
           : IS("rolling_min")     ? plain_extreme(bars, at, p[0], -1)
           : IS("vwap")            ? plain_vwap(bars, at, p[0])
           : IS("adx")             ? plain_adx(bars, at, p[0], output)
           : IS("returns")         ? plain_returns(bars, at, p[0])
           : IS("slope")           ? plain_slope(bars, at, p[0])
           : IS("percentile_rank") ? plain_percentile_rank(bars, at, p[0])
                                   : -HUGE_VALL;
#undef IS
}

#endif
