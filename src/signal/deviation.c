/* deviation.c: see deviation.h. */
#include "signal/deviation.h"

void deviation_init(struct deviation *deviation, struct arena *arena, uint32_t window)
{
    CHECK(window <= SIGNAL_WINDOW_MAX);
    *deviation = (struct deviation){0};
    ring_init(&deviation->prices_e9, arena, window);
}

double deviation_sd0(const struct deviation *deviation)
{
    double root_e9 = __builtin_sqrt((double)deviation_v_e18(deviation));
    return units_from_e9(root_e9 / (double)deviation->prices_e9.size);
}

double deviation_sd1(const struct deviation *deviation)
{
    double n = (double)deviation->prices_e9.size;
    CHECK(n >= 2.0);
    return units_from_e9(__builtin_sqrt((double)deviation_v_e18(deviation) / (n * (n - 1.0))));
}

void deviation_rescale(struct deviation *deviation, int64_t numerator, int64_t denominator)
{
    ring_rescale(&deviation->prices_e9, numerator, denominator);
    deviation->sum_e9 = 0;
    deviation->squares_e18 = 0;
    for (uint32_t i = 0; i < deviation->prices_e9.size; i++) {
        int64_t price_e9 = deviation->prices_e9.values[i];
        deviation->sum_e9 += price_e9;
        deviation->squares_e18 += (__int128)price_e9 * price_e9;
    }
}

double zscore_value(const struct zscore *zscore)
{
    CHECK(zscore_ready(zscore));
    const struct deviation *deviation = &zscore->deviation;
    int64_t price_e9 = *ring_place(&deviation->prices_e9, 0);
    __int128 above_e9 = (__int128)price_e9 * deviation->prices_e9.size - deviation->sum_e9;
    return (double)above_e9 / __builtin_sqrt((double)deviation_v_e18(deviation));
}
