/* extremes.c: see extremes.h. */
#include "signal/extremes.h"

void rolling_max_init(struct rolling_max *max, struct arena *arena, uint32_t window)
{
    CHECK(window >= 1 && window <= SIGNAL_WINDOW_MAX);
    uint32_t size = 1;
    while (size <= window) {
        size *= 2;
    }
    *max = (struct rolling_max){
        .queue = arena_take(arena, size, sizeof *max->queue),
        .mask = size - 1,
        .window = window,
    };
}

/* Rounding can make neighbours equal, never turn their order round, so the queue stays right. */
void rolling_max_rescale(struct rolling_max *max, int64_t numerator, int64_t denominator)
{
    for (uint32_t at = max->head; at != max->tail; at++) {
        struct extreme *extreme = &max->queue[at & max->mask];
        extreme->price_e9 = units_split(extreme->price_e9, numerator, denominator);
    }
}
