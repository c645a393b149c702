/* returns.h: the return over k bars.
 *
 *   R = x[t] / x[t-k] - 1, computed as (x[t] - x[t-k]) / x[t-k] with an exact difference
 *
 * Same as TA-Lib, ROCP. Unit: a ratio, 0.01 is one per cent. Warm-up: k + 1 bars. Flat prices give
 * exactly 0. */
#ifndef SIGNAL_RETURNS_H
#define SIGNAL_RETURNS_H

#include "base/check.h"
#include "signal/ring.h"

struct returns {
    struct ring prices_e9; /* the last k */
    int64_t last_e9;
    int64_t base_e9; /* k bars before the last; 0 when there is none */
};

void returns_init(struct returns *returns, struct arena *arena, uint32_t bars);

static inline void returns_take(struct returns *returns, int64_t price_e9)
{
    returns->base_e9 = ring_push(&returns->prices_e9, price_e9);
    returns->last_e9 = price_e9;
}

static inline bool returns_ready(const struct returns *returns)
{
    return returns->base_e9 > 0;
}

/* Only when ready. */
static inline double returns_value(const struct returns *returns)
{
    CHECK(returns_ready(returns));
    return (double)(returns->last_e9 - returns->base_e9) / (double)returns->base_e9;
}

void returns_rescale(struct returns *returns, int64_t numerator, int64_t denominator);

#endif
