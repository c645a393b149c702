/* sma.c: what is asked of averages now and then. */
#include "signal/sma.h"

int sma_compare_wide(int64_t sum_a_e9, int64_t window_a, int64_t sum_b_e9, int64_t window_b)
{
    __int128 left = (__int128)sum_a_e9 * window_b;
    __int128 right = (__int128)sum_b_e9 * window_a;
    return (left > right) - (left < right);
}

int64_t sma_mean_e9(int64_t sum_e9, int64_t window)
{
    int64_t mean = sum_e9 / window; /* a sum of prices: not negative */
    int64_t rest = 2 * (sum_e9 % window);
    bool up = rest > window || (rest == window && mean % 2 != 0);
    return mean + (up ? 1 : 0);
}
