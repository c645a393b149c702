/* slope.c: see slope.h. */
#include "signal/slope.h"

void slope_init(struct slope *slope, struct arena *arena, uint32_t window)
{
    CHECK(window >= 2 && window <= SIGNAL_WINDOW_MAX);
    *slope = (struct slope){0};
    ring_init(&slope->prices_e9, arena, window);
}

void slope_rescale(struct slope *slope, int64_t numerator, int64_t denominator)
{
    ring_rescale(&slope->prices_e9, numerator, denominator);
    slope->sum_e9 = 0;
    slope->aged_sum_e9 = 0;
    for (uint32_t age = 0; age < slope->prices_e9.count; age++) {
        int64_t price_e9 = *ring_place(&slope->prices_e9, age);
        slope->sum_e9 += price_e9;
        slope->aged_sum_e9 += (__int128)price_e9 * age;
    }
}
