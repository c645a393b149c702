/* deviation.h: standard deviation of the last n prices, and the z-score of the newest.
 *
 *   V   = n * sum(x^2) - sum(x)^2        an exact integer, so nothing cancels and nothing drifts
 *   sd0 = sqrt(V) / n                    of the population (TA-Lib, STDDEV; numpy, ddof = 0)
 *   sd1 = sqrt(V / (n * (n - 1)))        of the sample (numpy, ddof = 1)
 *   z   = (x - mean) / sd0 = (n * x - sum(x)) / sqrt(V)       (scipy.stats.zscore, ddof = 0)
 *
 * Unit: currency; z has none. Warm-up: n bars. Flat prices give a deviation of exactly 0; the
 * z-score is then undefined and not ready. */
#ifndef SIGNAL_DEVIATION_H
#define SIGNAL_DEVIATION_H

#include "base/check.h"
#include "signal/ring.h"
#include "signal/units.h"

struct deviation {
    __int128 squares_e18; /* sum of the squares of the values in the ring */
    int64_t sum_e9;
    struct ring prices_e9;
};

struct zscore {
    struct deviation deviation;
};

void deviation_init(struct deviation *deviation, struct arena *arena, uint32_t window);

static inline void deviation_take(struct deviation *deviation, int64_t price_e9)
{
    int64_t leaving_e9 = ring_push(&deviation->prices_e9, price_e9);
    int64_t difference_e9 = price_e9 - leaving_e9;
    deviation->sum_e9 += difference_e9;
    /* a^2 - b^2 = (a - b)(a + b): one product instead of two. */
    deviation->squares_e18 += (__int128)difference_e9 * (price_e9 + leaving_e9);
}

static inline bool deviation_ready(const struct deviation *deviation)
{
    return ring_full(&deviation->prices_e9);
}

/* V in e18; 0 when and only when all n prices are equal. Only when ready. */
static inline __int128 deviation_v_e18(const struct deviation *deviation)
{
    CHECK(deviation_ready(deviation));
    return deviation->squares_e18 * deviation->prices_e9.size -
           (__int128)deviation->sum_e9 * deviation->sum_e9;
}

/* The mean of the prices. Only when ready. */
static inline double deviation_mean(const struct deviation *deviation)
{
    CHECK(deviation_ready(deviation));
    return units_from_e9((double)deviation->sum_e9 / (double)deviation->prices_e9.size);
}

/* Only when ready. */
double deviation_sd0(const struct deviation *deviation);

/* Only when ready; n >= 2. */
double deviation_sd1(const struct deviation *deviation);

void deviation_rescale(struct deviation *deviation, int64_t numerator, int64_t denominator);

static inline void zscore_init(struct zscore *zscore, struct arena *arena, uint32_t window)
{
    deviation_init(&zscore->deviation, arena, window);
}

static inline void zscore_take(struct zscore *zscore, int64_t price_e9)
{
    deviation_take(&zscore->deviation, price_e9);
}

/* The window is full and not flat. */
static inline bool zscore_ready(const struct zscore *zscore)
{
    return deviation_ready(&zscore->deviation) && deviation_v_e18(&zscore->deviation) > 0;
}

/* Only when ready. */
double zscore_value(const struct zscore *zscore);

static inline void zscore_rescale(struct zscore *zscore, int64_t numerator, int64_t denominator)
{
    deviation_rescale(&zscore->deviation, numerator, denominator);
}

#endif
