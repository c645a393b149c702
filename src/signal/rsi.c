/* rsi.c: see rsi.h. */
#include "signal/rsi.h"

void rsi_simple_init(struct rsi_simple *rsi, struct arena *arena, uint32_t window)
{
    CHECK(window <= SIGNAL_WINDOW_MAX);
    *rsi = (struct rsi_simple){0};
    ring_init(&rsi->changes_e9, arena, window);
}

/* Changes are differences of rounded prices, so the prices are rebuilt from the newest back. */
void rsi_simple_rescale(struct rsi_simple *rsi, int64_t numerator, int64_t denominator)
{
    int64_t newer_e9 = rsi->last_e9;
    int64_t newer_split_e9 = units_split(newer_e9, numerator, denominator);
    rsi->last_e9 = newer_split_e9;
    rsi->gains_e9 = 0;
    rsi->losses_e9 = 0;
    for (uint32_t age = 0; age < rsi->changes_e9.count; age++) {
        int64_t *change = ring_place(&rsi->changes_e9, age);
        int64_t older_e9 = newer_e9 - *change;
        int64_t older_split_e9 = units_split(older_e9, numerator, denominator);
        *change = newer_split_e9 - older_split_e9;
        rsi->gains_e9 += rsi_gain(*change);
        rsi->losses_e9 += rsi_loss(*change);
        newer_e9 = older_e9;
        newer_split_e9 = older_split_e9;
    }
}

void rsi_wilder_init(struct rsi_wilder *rsi, uint32_t window)
{
    *rsi = (struct rsi_wilder){0};
    smooth_init_wilder(&rsi->gain, window);
    smooth_init_wilder(&rsi->loss, window);
}

void rsi_wilder_rescale(struct rsi_wilder *rsi, int64_t numerator, int64_t denominator)
{
    smooth_rescale(&rsi->gain, numerator, denominator);
    smooth_rescale(&rsi->loss, numerator, denominator);
    rsi->last_e9 = units_split(rsi->last_e9, numerator, denominator);
}
