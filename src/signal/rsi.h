/* rsi.h: the relative strength index over the last n changes of the price, simple and Wilder's.
 *
 *   RSI = 100 * gains / (gains + losses)
 *
 * rsi_simple: sums of gains and losses over the last n changes (Cutler's RSI), exact integers.
 * rsi_wilder: both smoothed with 1 / n, seeded by the mean of the first n; source: TA-Lib, RSI, and
 * Wilder, New Concepts in Technical Trading Systems (1978).
 * Unit: 0..100. Warm-up: n + 1 bars. No losses give 100, no gains 0. Flat prices have neither, the
 * quotient is undefined and the kernel is not ready (TA-Lib answers 0): the simple one while all n
 * changes are zero, Wilder's while nothing has moved yet or all has faded (units_nothing()). */
#ifndef SIGNAL_RSI_H
#define SIGNAL_RSI_H

#include "signal/ring.h"
#include "signal/smooth.h"

struct rsi_simple {
    struct ring changes_e9;
    int64_t last_e9; /* the last price, 0 before the first */
    int64_t gains_e9;
    int64_t losses_e9; /* >= 0 */
};

struct rsi_wilder {
    struct smooth gain; /* of e9 prices */
    struct smooth loss; /* >= 0 */
    int64_t last_e9;    /* the last price, 0 before the first */
};

static inline int64_t rsi_gain(int64_t change)
{
    return change > 0 ? change : 0;
}

static inline int64_t rsi_loss(int64_t change)
{
    return change < 0 ? -change : 0;
}

void rsi_simple_init(struct rsi_simple *rsi, struct arena *arena, uint32_t window);

static inline void rsi_simple_take(struct rsi_simple *rsi, int64_t price_e9)
{
    int64_t last_e9 = rsi->last_e9;
    rsi->last_e9 = price_e9;
    if (__builtin_expect(last_e9 == 0, 0)) {
        return;
    }
    int64_t change = price_e9 - last_e9;
    int64_t leaving = ring_push(&rsi->changes_e9, change);
    rsi->gains_e9 += rsi_gain(change) - rsi_gain(leaving);
    rsi->losses_e9 += rsi_loss(change) - rsi_loss(leaving);
}

static inline bool rsi_simple_ready(const struct rsi_simple *rsi)
{
    return ring_full(&rsi->changes_e9) && rsi->gains_e9 + rsi->losses_e9 > 0;
}

/* Only when ready. */
static inline double rsi_simple_value(const struct rsi_simple *rsi)
{
    CHECK(rsi_simple_ready(rsi));
    return 100.0 * (double)rsi->gains_e9 / (double)(rsi->gains_e9 + rsi->losses_e9);
}

void rsi_simple_rescale(struct rsi_simple *rsi, int64_t numerator, int64_t denominator);

void rsi_wilder_init(struct rsi_wilder *rsi, uint32_t window);

static inline void rsi_wilder_take(struct rsi_wilder *rsi, int64_t price_e9)
{
    int64_t last_e9 = rsi->last_e9;
    rsi->last_e9 = price_e9;
    if (__builtin_expect(last_e9 == 0, 0)) {
        return;
    }
    int64_t change = price_e9 - last_e9;
    smooth_take(&rsi->gain, (double)rsi_gain(change));
    smooth_take(&rsi->loss, (double)rsi_loss(change));
}

static inline bool rsi_wilder_ready(const struct rsi_wilder *rsi)
{
    return smooth_ready(&rsi->gain) && !units_nothing(rsi->gain.value + rsi->loss.value);
}

/* Only when ready. */
static inline double rsi_wilder_value(const struct rsi_wilder *rsi)
{
    CHECK(rsi_wilder_ready(rsi));
    return 100.0 * rsi->gain.value / (rsi->gain.value + rsi->loss.value);
}

void rsi_wilder_rescale(struct rsi_wilder *rsi, int64_t numerator, int64_t denominator);

#endif
