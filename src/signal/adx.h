/* adx.h: Wilder's directional movement: +DI, -DI and the average directional index.
 *
 *   +DM  = high - last high, if that is above 0 and above last low - low, else 0;  -DM mirrored
 *   sums of +DM, -DM and true range: the first n - 1 added up, then S = S - S / n + x
 *   DI   = 100 * sum of DM / sum of true range;  DX = 100 * |+DI - -DI| / (+DI + -DI)
 *   ADX  = DX smoothed with 1 / n, seeded by the mean of the first n
 *
 * Sources: TA-Lib, PLUS_DI, MINUS_DI and ADX; Wilder, New Concepts in Technical Trading Systems
 * (1978). Equal moves up and down are compared as integers and give neither. Unit: 0..100. Warm-up:
 * n + 1 bars for the DI, 2n for the ADX. Flat prices: as in TA-Lib the DI are 0 where there is no
 * range, and a bar without DX leaves the ADX as it is (counts 0 in its seed). */
#ifndef SIGNAL_ADX_H
#define SIGNAL_ADX_H

#include "signal/atr.h"
#include "signal/smooth.h"

struct adx {
    double plus_e9;  /* decayed sum of +DM */
    double minus_e9; /* of -DM */
    double range_e9; /* of the true range */
    double keep;     /* 1 - 1 / n */
    int64_t last_high_e9;
    int64_t last_low_e9;
    int64_t last_close_e9; /* 0 before the first bar */
    struct smooth index;   /* of the DX */
    uint32_t moves;        /* bars with one before them, at most n */
};

/* window >= 2 */
void adx_init(struct adx *adx, uint32_t window);

/* The three sums take a bar: the first n - 1 in full, later ones after decay. */
static inline void adx_take_sums(struct adx *adx, int64_t high_e9, int64_t low_e9)
{
    int64_t up_e9 = high_e9 - adx->last_high_e9;
    int64_t down_e9 = adx->last_low_e9 - low_e9;
    int64_t plus_e9 = up_e9 > 0 && up_e9 > down_e9 ? up_e9 : 0;
    int64_t minus_e9 = down_e9 > 0 && down_e9 > up_e9 ? down_e9 : 0;
    int64_t range_e9 = true_range_e9(high_e9, low_e9, adx->last_close_e9);
    double keep = adx->moves + 1 < adx->index.window ? 1.0 : adx->keep;
    adx->plus_e9 = units_faded(adx->plus_e9 * keep) + (double)plus_e9;
    adx->minus_e9 = units_faded(adx->minus_e9 * keep) + (double)minus_e9;
    adx->range_e9 = units_faded(adx->range_e9 * keep) + (double)range_e9;
    adx->moves += adx->moves < adx->index.window ? 1 : 0;
}

/* The index takes the DX of the sums as they are. The range cancels out of it. */
static inline void adx_take_index(struct adx *adx)
{
    double moved_e9 = adx->plus_e9 + adx->minus_e9;
    if (__builtin_expect(!units_nothing(moved_e9), 1)) {
        smooth_take(&adx->index, 100.0 * __builtin_fabs(adx->plus_e9 - adx->minus_e9) / moved_e9);
    } else if (!smooth_ready(&adx->index)) {
        smooth_take(&adx->index, 0.0);
    }
}

static inline void adx_take(struct adx *adx, int64_t high_e9, int64_t low_e9, int64_t close_e9)
{
    if (__builtin_expect(adx->last_close_e9 != 0, 1)) {
        adx_take_sums(adx, high_e9, low_e9);
        if (__builtin_expect(adx->moves == adx->index.window, 1)) {
            adx_take_index(adx);
        }
    }
    adx->last_high_e9 = high_e9;
    adx->last_low_e9 = low_e9;
    adx->last_close_e9 = close_e9;
}

static inline bool adx_di_ready(const struct adx *adx)
{
    return adx->moves == adx->index.window;
}

static inline bool adx_ready(const struct adx *adx)
{
    return smooth_ready(&adx->index);
}

/* Only when adx_di_ready(). */
double adx_plus_di(const struct adx *adx);
double adx_minus_di(const struct adx *adx);

/* Only when ready. */
static inline double adx_value(const struct adx *adx)
{
    return smooth_value(&adx->index);
}

void adx_rescale(struct adx *adx, int64_t numerator, int64_t denominator);

#endif
