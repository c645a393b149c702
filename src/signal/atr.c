/* atr.c: see atr.h. */
#include "signal/atr.h"

void true_range_rescale(struct true_range *range, int64_t numerator, int64_t denominator)
{
    range->range_e9 = units_split(range->range_e9, numerator, denominator);
    range->last_close_e9 = units_split(range->last_close_e9, numerator, denominator);
}

void atr_simple_init(struct atr_simple *atr, struct arena *arena, uint32_t window)
{
    CHECK(window <= SIGNAL_WINDOW_MAX);
    *atr = (struct atr_simple){0};
    ring_init(&atr->ranges_e9, arena, window);
}

void atr_simple_rescale(struct atr_simple *atr, int64_t numerator, int64_t denominator)
{
    ring_rescale(&atr->ranges_e9, numerator, denominator);
    atr->sum_e9 = 0;
    for (uint32_t i = 0; i < atr->ranges_e9.size; i++) {
        atr->sum_e9 += atr->ranges_e9.values[i];
    }
    atr->last_close_e9 = units_split(atr->last_close_e9, numerator, denominator);
}

void atr_wilder_rescale(struct atr_wilder *atr, int64_t numerator, int64_t denominator)
{
    smooth_rescale(&atr->average, numerator, denominator);
    atr->last_close_e9 = units_split(atr->last_close_e9, numerator, denominator);
}
