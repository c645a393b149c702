/* atr.h: the true range of a bar and its averages over n bars, simple and Wilder's.
 *
 *   true range = max(high, last close) - min(low, last close)
 *   atr_simple = mean of the last n true ranges, an exact integer sum
 *   atr_wilder = true ranges smoothed with 1 / n, seeded by the mean of the first n
 *
 * Sources: TA-Lib, TRANGE and ATR; Wilder, New Concepts in Technical Trading Systems (1978).
 * Unit: currency. Warm-up: 2 bars for the range, n + 1 for the averages: as in TA-Lib the first
 * bar, which has no close before it, has no true range. Flat prices give 0. */
#ifndef SIGNAL_ATR_H
#define SIGNAL_ATR_H

#include "signal/ring.h"
#include "signal/smooth.h"

struct true_range {
    int64_t range_e9;
    int64_t last_close_e9; /* 0 before the first bar, here and below */
    bool ready;
};

struct atr_simple {
    struct ring ranges_e9;
    int64_t sum_e9;
    int64_t last_close_e9;
};

struct atr_wilder {
    struct smooth average; /* of e9 ranges */
    int64_t last_close_e9;
};

static inline int64_t true_range_e9(int64_t high_e9, int64_t low_e9, int64_t last_close_e9)
{
    int64_t top_e9 = high_e9 > last_close_e9 ? high_e9 : last_close_e9;
    int64_t bottom_e9 = low_e9 < last_close_e9 ? low_e9 : last_close_e9;
    return top_e9 - bottom_e9;
}

static inline void true_range_init(struct true_range *range)
{
    *range = (struct true_range){0};
}

static inline void true_range_take(struct true_range *range, int64_t high_e9, int64_t low_e9,
                                   int64_t close_e9)
{
    range->ready = range->last_close_e9 != 0;
    range->range_e9 = true_range_e9(high_e9, low_e9, range->last_close_e9);
    range->last_close_e9 = close_e9;
}

static inline bool true_range_ready(const struct true_range *range)
{
    return range->ready;
}

/* Only when ready. */
static inline double true_range_value(const struct true_range *range)
{
    CHECK(range->ready);
    return units_from_e9((double)range->range_e9);
}

void true_range_rescale(struct true_range *range, int64_t numerator, int64_t denominator);

void atr_simple_init(struct atr_simple *atr, struct arena *arena, uint32_t window);

static inline void atr_simple_take(struct atr_simple *atr, int64_t high_e9, int64_t low_e9,
                                   int64_t close_e9)
{
    int64_t last_close_e9 = atr->last_close_e9;
    atr->last_close_e9 = close_e9;
    if (__builtin_expect(last_close_e9 == 0, 0)) {
        return;
    }
    int64_t range_e9 = true_range_e9(high_e9, low_e9, last_close_e9);
    atr->sum_e9 += range_e9 - ring_push(&atr->ranges_e9, range_e9);
}

static inline bool atr_simple_ready(const struct atr_simple *atr)
{
    return ring_full(&atr->ranges_e9);
}

/* Only when ready. */
static inline double atr_simple_value(const struct atr_simple *atr)
{
    CHECK(atr_simple_ready(atr));
    return units_from_e9((double)atr->sum_e9 / (double)atr->ranges_e9.size);
}

/* Each range is rounded, not the prices it came from: a billionth at most. */
void atr_simple_rescale(struct atr_simple *atr, int64_t numerator, int64_t denominator);

static inline void atr_wilder_init(struct atr_wilder *atr, uint32_t window)
{
    *atr = (struct atr_wilder){0};
    smooth_init_wilder(&atr->average, window);
}

static inline void atr_wilder_take(struct atr_wilder *atr, int64_t high_e9, int64_t low_e9,
                                   int64_t close_e9)
{
    int64_t last_close_e9 = atr->last_close_e9;
    atr->last_close_e9 = close_e9;
    if (__builtin_expect(last_close_e9 == 0, 0)) {
        return;
    }
    smooth_take(&atr->average, (double)true_range_e9(high_e9, low_e9, last_close_e9));
}

static inline bool atr_wilder_ready(const struct atr_wilder *atr)
{
    return smooth_ready(&atr->average);
}

/* Only when ready. */
static inline double atr_wilder_value(const struct atr_wilder *atr)
{
    return units_from_e9(smooth_value(&atr->average));
}

void atr_wilder_rescale(struct atr_wilder *atr, int64_t numerator, int64_t denominator);

#endif
