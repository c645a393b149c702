/* slippage.c: price against the order.
 *
 * VOLUME_SHARE is the model of Zipline's VolumeShareSlippage (quantopian/zipline,
 * finance/slippage.py): price * (1 +- price_impact * volume_share^2), where volume_share is the
 * fill's part of the bar's volume; Zipline's own price_impact of 0.1 is 100,000 ppm here. How much
 * of a bar may fill is the plan's volume_share_ppm.
 *
 * BOOK has five levels on each side: the first lies at the market's price, each further one a tick
 * worse, and each holds level_qty_e9 shares anew at every fill. The price is the average over the
 * levels walked. */
#include "exchange/slippage.h"

#include "base/check.h"
#include "base/money.h"

#define PPM  INT64_C(1000000)
#define CENT (MONEY_E9 / 100)

/* SplitMix64's finalizer: every bit of the input reaches every bit of the result. */
static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t random_below(uint64_t seed, uint64_t order_id, enum random_purpose purpose,
                      uint64_t attempt, uint64_t below)
{
    uint64_t z = mix(mix(mix(mix(seed) ^ order_id) ^ (uint64_t)purpose) ^ attempt);
    return (uint64_t)((unsigned __int128)z * below >> 64);
}

/* value * ppm / 1e6; what does not fit is cut at INT64_MAX, which no price reaches. */
static int64_t part(int64_t value, int64_t ppm)
{
    int64_t result = INT64_MAX;
    (void)money_mul_div(value, ppm, PPM, ROUND_EVEN, &result);
    return result;
}

static int64_t volume_share_e9(const struct slippage *slippage, const struct slip *slip)
{
    int64_t volume_e9;
    int64_t share_ppm = PPM;
    if (slip->volume > 0 && !__builtin_mul_overflow(slip->volume, MONEY_E9, &volume_e9) &&
        slip->qty_e9 < volume_e9) {
        (void)money_mul_div(slip->qty_e9, PPM, volume_e9, ROUND_EVEN, &share_ppm);
    }
    return part(part(part(slip->price_e9, slippage->ppm), share_ppm), share_ppm);
}

/* The average distance from the first level, rounded against the order. */
static int64_t book_e9(const struct slippage *slippage, const struct slip *slip)
{
    int64_t left_e9 = slip->qty_e9;
    int64_t ticks_e9 = 0; /* shares times levels */
    for (int64_t level = 0; level < EXCHANGE_BOOK_LEVELS && left_e9 > 0; level++) {
        int64_t here_e9 = left_e9 < slippage->level_qty_e9 ? left_e9 : slippage->level_qty_e9;
        ticks_e9 += level * here_e9;
        left_e9 -= here_e9;
    }
    int64_t distance_e9 = INT64_MAX;
    (void)money_mul_div(slippage->tick_e9, ticks_e9, slip->qty_e9, ROUND_UP, &distance_e9);
    return distance_e9;
}

static int64_t distance_e9(const struct exchange_plan *plan, const struct slip *slip)
{
    const struct slippage *slippage = &plan->slippage;
    switch (slippage->kind) {
    case SLIPPAGE_NONE:
        return 0;
    case SLIPPAGE_FIXED:
        return part(slip->price_e9, slippage->ppm);
    case SLIPPAGE_UNIFORM: {
        uint64_t drawn = random_below(plan->seed, slip->order_id, RANDOM_SLIPPAGE, slip->attempt,
                                      (uint64_t)slippage->ppm + 1);
        return part(slip->price_e9, (int64_t)drawn);
    }
    case SLIPPAGE_HALF_SPREAD:
        return slip->spread_e9 > 0 ? slip->spread_e9 / 2 : part(slip->price_e9, slippage->ppm) / 2;
    case SLIPPAGE_VOLUME_SHARE:
        return volume_share_e9(slippage, slip);
    case SLIPPAGE_BOOK:
        return book_e9(slippage, slip);
    }
    CHECK(!"a kind of slippage");
    return 0;
}

int64_t slippage_price_e9(const struct exchange_plan *plan, const struct slip *slip)
{
    int64_t distance = distance_e9(plan, slip);
    int64_t price_e9;
    if (slip->buys ? __builtin_add_overflow(slip->price_e9, distance, &price_e9)
                   : __builtin_sub_overflow(slip->price_e9, distance, &price_e9)) {
        price_e9 = slip->buys ? INT64_MAX : 1;
    }
    if (plan->round_to_cents) {
        int64_t cents = 0;
        (void)money_mul_div(price_e9, 1, CENT, ROUND_EVEN, &cents);
        if (__builtin_mul_overflow(cents, CENT, &price_e9)) {
            price_e9 = INT64_MAX;
        }
    }
    return price_e9 > 0 ? price_e9 : 1;
}

int64_t slippage_qty_e9(const struct slippage *slippage, int64_t qty_e9)
{
    int64_t most_e9;
    if (slippage->kind != SLIPPAGE_BOOK ||
        __builtin_mul_overflow(slippage->level_qty_e9, EXCHANGE_BOOK_LEVELS, &most_e9) ||
        qty_e9 < most_e9) {
        return qty_e9;
    }
    return most_e9;
}
