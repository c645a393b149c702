/* ema.h: the exponential moving average of prices.
 *
 *   EMA = EMA + 2 / (n + 1) * (x - EMA), seeded by the mean of the first n prices
 *
 * Source: TA-Lib, EMA. Unit: currency. Warm-up: n bars. Flat prices give that price. Takes + - *
 * and one division in all; no drift, because what is old fades. */
#ifndef SIGNAL_EMA_H
#define SIGNAL_EMA_H

#include "signal/smooth.h"

struct ema {
    struct smooth average; /* of e9 prices */
};

static inline void ema_init(struct ema *ema, uint32_t window)
{
    smooth_init_ema(&ema->average, window);
}

static inline void ema_take(struct ema *ema, int64_t price_e9)
{
    smooth_take(&ema->average, (double)price_e9);
}

static inline bool ema_ready(const struct ema *ema)
{
    return smooth_ready(&ema->average);
}

/* Only when ready. */
static inline double ema_value(const struct ema *ema)
{
    return units_from_e9(smooth_value(&ema->average));
}

static inline void ema_rescale(struct ema *ema, int64_t numerator, int64_t denominator)
{
    smooth_rescale(&ema->average, numerator, denominator);
}

#endif
