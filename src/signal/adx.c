/* adx.c: see adx.h. */
#include "signal/adx.h"

void adx_init(struct adx *adx, uint32_t window)
{
    CHECK(window >= 2);
    *adx = (struct adx){.keep = 1.0 - 1.0 / (double)window};
    smooth_init_wilder(&adx->index, window);
}

static double di(const struct adx *adx, double moved_e9)
{
    CHECK(adx_di_ready(adx));
    return units_nothing(adx->range_e9) ? 0.0 : 100.0 * moved_e9 / adx->range_e9;
}

double adx_plus_di(const struct adx *adx)
{
    return di(adx, adx->plus_e9);
}

double adx_minus_di(const struct adx *adx)
{
    return di(adx, adx->minus_e9);
}

/* The index has no unit and stays. */
void adx_rescale(struct adx *adx, int64_t numerator, int64_t denominator)
{
    adx->plus_e9 = units_split_double(adx->plus_e9, numerator, denominator);
    adx->minus_e9 = units_split_double(adx->minus_e9, numerator, denominator);
    adx->range_e9 = units_split_double(adx->range_e9, numerator, denominator);
    adx->last_high_e9 = units_split(adx->last_high_e9, numerator, denominator);
    adx->last_low_e9 = units_split(adx->last_low_e9, numerator, denominator);
    adx->last_close_e9 = units_split(adx->last_close_e9, numerator, denominator);
}
