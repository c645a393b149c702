/* percentile_rank.h: how the newest price ranks among the n before it.
 *
 *   rank = (how many of x[t-1], ..., x[t-n] are below x[t]) / n
 *
 * Strictly below, and the newest is not among the n: 0 when it is the lowest or equal to the
 * lowest, 1 when it is above all (Connors and Alvarez's PercentRank, there times 100). Unit: a
 * share, 0..1. Warm-up: n + 1 bars. Flat prices give 0. Taking is O(1), reading O(n). */
#ifndef SIGNAL_PERCENTILE_RANK_H
#define SIGNAL_PERCENTILE_RANK_H

#include "signal/ring.h"

struct percentile_rank {
    struct ring prices_e9; /* n + 1: the newest is among them */
};

void percentile_rank_init(struct percentile_rank *rank, struct arena *arena, uint32_t window);

static inline void percentile_rank_take(struct percentile_rank *rank, int64_t price_e9)
{
    (void)ring_push(&rank->prices_e9, price_e9); /* nothing is kept of what leaves */
}

static inline bool percentile_rank_ready(const struct percentile_rank *rank)
{
    return ring_full(&rank->prices_e9);
}

/* Only when ready. */
double percentile_rank_value(const struct percentile_rank *rank);

void percentile_rank_rescale(struct percentile_rank *rank, int64_t numerator, int64_t denominator);

#endif
