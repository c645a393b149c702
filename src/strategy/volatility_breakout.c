/* volatility_breakout.c: goes with a close that leaves the range of the bars before by more than
 * their usual movement.
 *
 *   U = highest high of the `lookback` bars before + multiplier x ATR of the bar before
 *   D = lowest low of the same bars - multiplier x ATR of the bar before
 *   BUY when C > U, SELL when C < D, each only when V > volume_factor x the mean volume of the
 *   `lookback` bars before (`volume_confirmation: no` leaves that out); else hold
 *
 * No level contains the bar that is compared with it, so the close before can be above neither U
 * nor below D: the break is always new. It earns on the first day of large moves and loses when
 * they come back: it buys high by design. */
#include "strategy/volatility_breakout.h"

#include "base/money.h"
#include "base/utc.h"
#include "signal/units.h"

enum {
    WARMUP_BARS = PARAMETER_WARMUP_BARS,
    LOOKBACK,
    ATR_PERIOD,
    MULTIPLIER,
    CONFIRMATION,
    VOLUME_FACTOR,
    AVERAGE
};
enum { AVERAGE_SIMPLE, AVERAGE_WILDER };
enum {
    SERIES_LAST,
    SERIES_TOP,
    SERIES_BOTTOM,
    SERIES_RANGE,
    SERIES_SHARES,
    SERIES_SHARES_SUM,
    SERIES_COUNT
};
enum { REASON_HOLD, REASON_ABOVE, REASON_BELOW, REASON_INSIDE, REASON_THIN };

static const char *const yes_words[] = {"no", "yes", NULL};
static const char *const average_words[] = {"simple", "wilder", NULL};

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"lookback", PARAMETER_COUNT, 20, 1, SERIES_WINDOW_MAX, NULL, "bars before that make the range"},
    {"atr_period", PARAMETER_COUNT, 14, 1, SERIES_WINDOW_MAX - 1, NULL, "true ranges in the ATR"},
    {"multiplier", PARAMETER_DECIMAL, 2 * MONEY_E9, 0, 100 * MONEY_E9, NULL, "ATRs beyond the range"},
    {"volume_confirmation", PARAMETER_CHOICE, CHOICE_YES, 0, 1, yes_words, "whether a break needs volume"},
    {"volume_factor", PARAMETER_DECIMAL, 3 * MONEY_E9 / 2, 0, 100 * MONEY_E9, NULL, "times the mean volume"},
    {"average", PARAMETER_CHOICE, AVERAGE_SIMPLE, 0, 1, average_words, "the ATR: plain mean, or Wilder's smoothing"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_ABOVE] = "close broke out above the range",
    [REASON_BELOW] = "close broke out below the range",
    [REASON_INSIDE] = "close inside the range",
    [REASON_THIN] = "breakout without volume",
    NULL,
};

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    const uint32_t lookback = (uint32_t)values[LOOKBACK];
    bool wilder = values[AVERAGE] == AVERAGE_WILDER;
    series[SERIES_LAST] = (struct series_def){.kind = SERIES_CLOSE};
    series[SERIES_TOP] = (struct series_def){.kind = SERIES_MAX_HIGH, .window = lookback};
    series[SERIES_BOTTOM] = (struct series_def){.kind = SERIES_MIN_LOW, .window = lookback};
    series[SERIES_RANGE] = (struct series_def){.kind = wilder ? SERIES_ATR_WILDER : SERIES_ATR,
                                               .window = (uint32_t)values[ATR_PERIOD]};
    series[SERIES_SHARES] = (struct series_def){.kind = SERIES_VOLUME};
    series[SERIES_SHARES_SUM] = (struct series_def){.kind = SERIES_VOLUME_SMA, .window = lookback};
    return SERIES_COUNT;
}

/* V > factor x sum / n, in whole numbers. */
static bool is_confirmed(const struct strategy_context *context)
{
    if (context->parameters[CONFIRMATION] == CHOICE_NO) {
        return true;
    }
    __int128 volume = context->series[SERIES_SHARES]->now.shares;
    __int128 sum = series_before(context->series[SERIES_SHARES_SUM]).shares;
    return volume * context->parameters[LOOKBACK] * MONEY_E9 >
           sum * context->parameters[VOLUME_FACTOR];
}

static struct decision decide(const struct strategy_context *context)
{
    const int64_t close_e9 = context->series[SERIES_LAST]->now.price_e9;
    const int64_t top_e9 = series_before(context->series[SERIES_TOP]).price_e9;
    const int64_t bottom_e9 = series_before(context->series[SERIES_BOTTOM]).price_e9;
    const double beyond = units_from_e9((double)context->parameters[MULTIPLIER]) *
                          series_before(context->series[SERIES_RANGE]).number;
    bool above = units_from_e9((double)(close_e9 - top_e9)) > beyond;
    bool below = units_from_e9((double)(bottom_e9 - close_e9)) > beyond;
    if (!above && !below) {
        return decision_hold(REASON_INSIDE);
    }
    if (!is_confirmed(context)) {
        return decision_hold(REASON_THIN);
    }
    return above ? decision_act(ACT_BUY, REASON_ABOVE) : decision_act(ACT_SELL, REASON_BELOW);
}

const struct strategy_def strategy_volatility_breakout = {
    .name = "volatility_breakout",
    .summary = "goes with closes that leave the recent range by some ATRs",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .declare = declare,
    .decide = decide,
};
