/* percentile_rank.c: see percentile_rank.h. */
#include "signal/percentile_rank.h"

#include "base/check.h"
#include "signal/units.h"

void percentile_rank_init(struct percentile_rank *rank, struct arena *arena, uint32_t window)
{
    CHECK(window >= 1 && window <= SIGNAL_WINDOW_MAX);
    ring_init(&rank->prices_e9, arena, window + 1);
}

double percentile_rank_value(const struct percentile_rank *rank)
{
    CHECK(percentile_rank_ready(rank));
    const struct ring *ring = &rank->prices_e9;
    int64_t newest_e9 = *ring_place(ring, 0);
    uint32_t below = 0;
    for (uint32_t i = 0; i < ring->size; i++) {
        below += ring->values[i] < newest_e9 ? 1 : 0; /* never the newest itself */
    }
    return (double)below / (double)(ring->size - 1);
}

void percentile_rank_rescale(struct percentile_rank *rank, int64_t numerator, int64_t denominator)
{
    ring_rescale(&rank->prices_e9, numerator, denominator);
}
