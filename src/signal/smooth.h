/* smooth.h: the exponentially weighted average that EMA, Wilder's averages and MACD share.
 *
 *   first value  S = (x[1] + ... + x[n]) / n
 *   then         S += alpha * (x - S)
 *
 * alpha is 2 / (n + 1) for the EMA and 1 / n for Wilder's smoothing (New Concepts in Technical
 * Trading Systems, 1978); both are seeded by the plain mean of the first n values, as TA-Lib does.
 * Unit: that of the values. Warm-up: n values. Equal values give that value. */
#ifndef SIGNAL_SMOOTH_H
#define SIGNAL_SMOOTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "signal/units.h"

struct smooth {
    double value; /* the sum of the values while count < window */
    double alpha;
    uint32_t window;
    uint32_t count; /* values taken, at most window */
};

static inline void smooth_init(struct smooth *smooth, uint32_t window, double alpha)
{
    CHECK(window >= 1 && window <= SIGNAL_WINDOW_MAX);
    *smooth = (struct smooth){.alpha = alpha, .window = window};
}

static inline void smooth_init_ema(struct smooth *smooth, uint32_t window)
{
    smooth_init(smooth, window, 2.0 / ((double)window + 1.0));
}

static inline void smooth_init_wilder(struct smooth *smooth, uint32_t window)
{
    smooth_init(smooth, window, 1.0 / (double)window);
}

static inline bool smooth_ready(const struct smooth *smooth)
{
    return smooth->count == smooth->window;
}

static inline void smooth_take(struct smooth *smooth, double value)
{
    if (__builtin_expect(smooth_ready(smooth), 1)) {
        smooth->value = units_faded(smooth->value + smooth->alpha * (value - smooth->value));
        return;
    }
    smooth->value += value;
    smooth->count++;
    if (smooth_ready(smooth)) {
        smooth->value /= (double)smooth->window;
    }
}

static inline double smooth_value(const struct smooth *smooth)
{
    CHECK(smooth_ready(smooth));
    return smooth->value;
}

/* For values that are prices or differences of prices. */
static inline void smooth_rescale(struct smooth *smooth, int64_t numerator, int64_t denominator)
{
    smooth->value = units_split_double(smooth->value, numerator, denominator);
}

#endif
