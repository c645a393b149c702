/* sma.h: simple moving averages as exact integer sums.
 *
 * Mean of the last `window` values: SMA[t] = (x[t] + ... + x[t-window+1]) / window. Only the sum is
 * kept (the view makes it from a running total); two averages are compared by cross-multiplying, so
 * that a tie is a tie and no rounding turns an equality into a cross. Warm-up: `window` values. */
#ifndef SIGNAL_SMA_H
#define SIGNAL_SMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hot.h"

/* The same where a product needs more than 64 bits. */
RARELY int sma_compare_wide(int64_t sum_a_e9, int64_t window_a, int64_t sum_b_e9, int64_t window_b);

/* Both means times window_a times window_b, which compare as they do; false when 64 bits do not
 * hold them. */
static inline bool sma_products(int64_t sum_a_e9, int64_t window_a, int64_t sum_b_e9,
                                int64_t window_b, int64_t *a, int64_t *b)
{
    return !__builtin_mul_overflow(sum_a_e9, window_b, a) &&
           !__builtin_mul_overflow(sum_b_e9, window_a, b);
}

/* -1, 0 or 1: the mean of window_a values with sum_a is below, equal to or above that of window_b
 * values with sum_b, exactly. */
static inline int sma_compare(int64_t sum_a_e9, int64_t window_a, int64_t sum_b_e9,
                              int64_t window_b)
{
    int64_t left;
    int64_t right;
    if (__builtin_mul_overflow(sum_a_e9, window_b, &left) ||
        __builtin_mul_overflow(sum_b_e9, window_a, &right)) {
        return sma_compare_wide(sum_a_e9, window_a, sum_b_e9, window_b);
    }
    return (left > right) - (left < right);
}

/* Whether the mean of a is above that of b. */
static inline bool sma_is_above(int64_t sum_a_e9, int64_t window_a, int64_t sum_b_e9,
                                int64_t window_b)
{
    int64_t left;
    int64_t right;
    if (__builtin_mul_overflow(sum_a_e9, window_b, &left) ||
        __builtin_mul_overflow(sum_b_e9, window_a, &right)) {
        return sma_compare_wide(sum_a_e9, window_a, sum_b_e9, window_b) > 0;
    }
    return left > right;
}

/* The mean of a full window as money, for people to read, rounded half to even. */
int64_t sma_mean_e9(int64_t sum_e9, int64_t window);

#endif
