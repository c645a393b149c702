/* bollinger.h: Bollinger's bands and the place of the newest price between them.
 *
 *   upper, lower = mean +- width * sd0  of the last n prices
 *   position     = (x - lower) / (upper - lower): 0 at the lower band, 1 at the upper
 *
 * Source: TA-Lib, BBANDS with the simple average (deviation of the population); Bollinger,
 * Bollinger on Bollinger Bands (2001), where the position is %b. Unit: currency; the position has
 * none. Warm-up: n bars. Flat prices: both bands are that price; the position is undefined, not
 * ready. */
#ifndef SIGNAL_BOLLINGER_H
#define SIGNAL_BOLLINGER_H

#include "signal/deviation.h"

struct bollinger {
    struct zscore zscore;
    double width; /* half the distance of the bands in deviations, usually 2 */
};

/* width > 0 */
void bollinger_init(struct bollinger *bollinger, struct arena *arena, uint32_t window,
                    double width);

static inline void bollinger_take(struct bollinger *bollinger, int64_t price_e9)
{
    zscore_take(&bollinger->zscore, price_e9);
}

static inline bool bollinger_ready(const struct bollinger *bollinger)
{
    return deviation_ready(&bollinger->zscore.deviation);
}

static inline bool bollinger_position_ready(const struct bollinger *bollinger)
{
    return zscore_ready(&bollinger->zscore);
}

/* Only when ready. */
double bollinger_upper(const struct bollinger *bollinger);
double bollinger_lower(const struct bollinger *bollinger);

/* Only when bollinger_position_ready(). */
double bollinger_position(const struct bollinger *bollinger);

static inline void bollinger_rescale(struct bollinger *bollinger, int64_t numerator,
                                     int64_t denominator)
{
    zscore_rescale(&bollinger->zscore, numerator, denominator);
}

#endif
