/* extremes.h: the highest and the lowest of the last n prices.
 *
 *   max = max(x[t], ..., x[t-n+1]);  min likewise
 *
 * A queue keeps the values that can still become the maximum: each is below the one before it. A
 * new value drops those it is not below, so a value enters and leaves once: O(1) a bar on average
 * (Lemire, Streaming maximum-minimum filter, 2006). Same as TA-Lib, MAX and MIN. The minimum is the
 * maximum of the negated prices. Unit: currency; the _e9 forms are exact. Warm-up: n bars. Flat
 * prices give that price. */
#ifndef SIGNAL_EXTREMES_H
#define SIGNAL_EXTREMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "signal/units.h"

struct extreme {
    int64_t price_e9;
    uint32_t bar; /* ordinal of its bar, modulo 2^32 */
};

struct rolling_max {
    struct extreme *queue; /* [mask + 1], in the arena; mask + 1 is a power of two above window */
    uint32_t mask;
    uint32_t head; /* ordinal of the oldest entry, the maximum */
    uint32_t tail; /* one behind the newest; modulo 2^32, as head */
    uint32_t bar;  /* ordinal of the next bar */
    uint32_t window;
    uint32_t count; /* prices taken, at most window */
};

struct rolling_min {
    struct rolling_max negated;
};

void rolling_max_init(struct rolling_max *max, struct arena *arena, uint32_t window);

static inline void rolling_max_take(struct rolling_max *max, int64_t price_e9)
{
    uint32_t tail = max->tail;
    while (tail != max->head && max->queue[(tail - 1) & max->mask].price_e9 <= price_e9) {
        tail--;
    }
    max->queue[tail & max->mask] = (struct extreme){.price_e9 = price_e9, .bar = max->bar};
    max->tail = tail + 1;
    /* At most one entry can be too old: the others came later. */
    max->head += max->bar - max->queue[max->head & max->mask].bar >= max->window ? 1 : 0;
    max->bar++;
    max->count += max->count < max->window ? 1 : 0;
}

static inline bool rolling_max_ready(const struct rolling_max *max)
{
    return max->count == max->window;
}

/* Only when ready. */
static inline int64_t rolling_max_e9(const struct rolling_max *max)
{
    CHECK(rolling_max_ready(max));
    return max->queue[max->head & max->mask].price_e9;
}

/* Only when ready. */
static inline double rolling_max_value(const struct rolling_max *max)
{
    return units_from_e9((double)rolling_max_e9(max));
}

void rolling_max_rescale(struct rolling_max *max, int64_t numerator, int64_t denominator);

static inline void rolling_min_init(struct rolling_min *min, struct arena *arena, uint32_t window)
{
    rolling_max_init(&min->negated, arena, window);
}

static inline void rolling_min_take(struct rolling_min *min, int64_t price_e9)
{
    rolling_max_take(&min->negated, -price_e9);
}

static inline bool rolling_min_ready(const struct rolling_min *min)
{
    return rolling_max_ready(&min->negated);
}

/* Only when ready. */
static inline int64_t rolling_min_e9(const struct rolling_min *min)
{
    return -rolling_max_e9(&min->negated);
}

/* Only when ready. */
static inline double rolling_min_value(const struct rolling_min *min)
{
    return units_from_e9((double)rolling_min_e9(min));
}

static inline void rolling_min_rescale(struct rolling_min *min, int64_t numerator,
                                       int64_t denominator)
{
    rolling_max_rescale(&min->negated, numerator, denominator);
}

#endif
