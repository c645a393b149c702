/* sma.h: the simple moving average, streaming, as an exact integer sum.
 *
 * Mean of the last `window` values: SMA[t] = (x[t] + ... + x[t-window+1]) / window. Only the sum is
 * kept; two averages are compared by cross-multiplying, so that a tie is a tie and no rounding
 * turns an equality into a cross. Warm-up: `window` values. The values themselves are kept by the
 * caller, who hands back the one that leaves the window. */
#ifndef SIGNAL_SMA_H
#define SIGNAL_SMA_H

#include <stdbool.h>
#include <stdint.h>

struct sma {
    int64_t sum_e9;      /* of the last min(count, window) values */
    int64_t last_sum_e9; /* the same one value earlier */
    uint32_t window;
    uint32_t count; /* values taken, at most window + 1 */
};

static inline void sma_init(struct sma *sma, uint32_t window)
{
    *sma = (struct sma){.window = window};
}

/* Takes the next value; `leaving_e9` is the one taken `window` values ago, 0 when there is none. */
static inline void sma_take(struct sma *sma, int64_t value_e9, int64_t leaving_e9)
{
    sma->last_sum_e9 = sma->sum_e9;
    sma->sum_e9 += value_e9 - leaving_e9;
    sma->count += sma->count <= sma->window ? 1 : 0;
}

/* The window is full. */
static inline bool sma_ready(const struct sma *sma)
{
    return sma->count >= sma->window;
}

/* The window was full one value earlier, too. */
static inline bool sma_last_ready(const struct sma *sma)
{
    return sma->count > sma->window;
}

/* Whether the mean of a is above the mean of b, exactly. */
static inline bool sma_is_above(const struct sma *a, const struct sma *b)
{
    return (__int128)a->sum_e9 * b->window > (__int128)b->sum_e9 * a->window;
}

/* -1, 0 or 1: the mean of a below, equal to or above the mean of b, exactly. */
static inline int sma_compare(const struct sma *a, const struct sma *b)
{
    __int128 left = (__int128)a->sum_e9 * b->window;
    __int128 right = (__int128)b->sum_e9 * a->window;
    return (left > right) - (left < right);
}

/* The same for the means one value earlier. */
static inline int sma_compare_last(const struct sma *a, const struct sma *b)
{
    __int128 left = (__int128)a->last_sum_e9 * b->window;
    __int128 right = (__int128)b->last_sum_e9 * a->window;
    return (left > right) - (left < right);
}

#endif
