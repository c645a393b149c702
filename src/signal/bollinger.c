/* bollinger.c: see bollinger.h. */
#include "signal/bollinger.h"

void bollinger_init(struct bollinger *bollinger, struct arena *arena, uint32_t window, double width)
{
    CHECK(width > 0.0);
    zscore_init(&bollinger->zscore, arena, window);
    bollinger->width = width;
}

double bollinger_upper(const struct bollinger *bollinger)
{
    const struct deviation *deviation = &bollinger->zscore.deviation;
    return deviation_mean(deviation) + bollinger->width * deviation_sd0(deviation);
}

double bollinger_lower(const struct bollinger *bollinger)
{
    const struct deviation *deviation = &bollinger->zscore.deviation;
    return deviation_mean(deviation) - bollinger->width * deviation_sd0(deviation);
}

/* x - lower = (z + width) * sd0, and the bands are 2 * width * sd0 apart. */
double bollinger_position(const struct bollinger *bollinger)
{
    return (zscore_value(&bollinger->zscore) + bollinger->width) / (2.0 * bollinger->width);
}
