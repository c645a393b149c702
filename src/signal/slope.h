/* slope.h: the slope of the straight line fitted to the last n prices by least squares.
 *
 *   slope = sum((i - mean i) * x[i]) / sum((i - mean i)^2)  over i = 0..n-1, oldest first
 *
 * With ages a = n - 1 - i (the newest has 0) that is
 *   6 * ((n - 1) * sum(x) - 2 * sum(a * x)) / (n * (n^2 - 1)),
 * whose numerator is kept as an exact integer. Same as TA-Lib, LINEARREG_SLOPE. Unit: currency per
 * bar. Warm-up: n bars. Flat prices give exactly 0. */
#ifndef SIGNAL_SLOPE_H
#define SIGNAL_SLOPE_H

#include "base/check.h"
#include "signal/ring.h"
#include "signal/units.h"

struct slope {
    __int128 aged_sum_e9; /* sum of age * price */
    int64_t sum_e9;
    struct ring prices_e9;
};

/* window >= 2 */
void slope_init(struct slope *slope, struct arena *arena, uint32_t window);

static inline void slope_take(struct slope *slope, int64_t price_e9)
{
    int64_t leaving_e9 = ring_push(&slope->prices_e9, price_e9);
    /* All grow one bar older; the one that reaches age n leaves. */
    slope->aged_sum_e9 += slope->sum_e9 - (__int128)leaving_e9 * slope->prices_e9.size;
    slope->sum_e9 += price_e9 - leaving_e9;
}

static inline bool slope_ready(const struct slope *slope)
{
    return ring_full(&slope->prices_e9);
}

/* Only when ready. */
static inline double slope_value(const struct slope *slope)
{
    CHECK(slope_ready(slope));
    int64_t n = slope->prices_e9.size;
    __int128 rise_e9 = (__int128)slope->sum_e9 * (n - 1) - 2 * slope->aged_sum_e9;
    return units_from_e9(6.0 * (double)rise_e9 / (double)(n * (n * n - 1)));
}

void slope_rescale(struct slope *slope, int64_t numerator, int64_t denominator);

#endif
