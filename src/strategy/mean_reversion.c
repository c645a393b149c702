/* mean_reversion.c: buys far below the mean of the last closes, sells far above it.
 *
 *   z = (C - mean) / sd1 over the last `lookback` closes, the current one included
 *   BUY when z < -threshold; SELL when z > threshold; else hold
 *
 * sd1 is the deviation of a sample. When all closes are equal there is no z, and nothing is done.
 * With n closes |z| cannot exceed (n - 1) / sqrt(n). It earns where prices come back and loses
 * where they left for good: the mean follows slowly, and the position waits. */
#include "strategy/mean_reversion.h"

#include "base/money.h"
#include "base/utc.h"
#include "signal/units.h"

enum { WARMUP_BARS = PARAMETER_WARMUP_BARS, LOOKBACK, THRESHOLD };
enum { SERIES_SCORE, SERIES_COUNT };
enum { REASON_HOLD, REASON_BELOW, REASON_ABOVE, REASON_NEAR, REASON_FLAT };

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"lookback", PARAMETER_COUNT, 20, 3, SERIES_WINDOW_MAX, NULL, "closes in mean and deviation"},
    {"z", PARAMETER_DECIMAL, 2 * MONEY_E9, 1, 100 * MONEY_E9, NULL, "deviations from the mean to act at"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_BELOW] = "close far below its mean",
    [REASON_ABOVE] = "close far above its mean",
    [REASON_NEAR] = "close near its mean",
    [REASON_FLAT] = "no deviation: prices did not move",
    NULL,
};

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    series[SERIES_SCORE] =
        (struct series_def){.kind = SERIES_ZSCORE1, .window = (uint32_t)values[LOOKBACK]};
    return SERIES_COUNT;
}

static struct decision decide(const struct strategy_context *context)
{
    const double z = context->series[SERIES_SCORE]->now.number;
    const double threshold = units_from_e9((double)context->parameters[THRESHOLD]);
    if (z != z) {
        return decision_hold(REASON_FLAT);
    }
    if (z < -threshold) {
        return decision_act(ACT_BUY, REASON_BELOW);
    }
    if (z > threshold) {
        return decision_act(ACT_SELL, REASON_ABOVE);
    }
    return decision_hold(REASON_NEAR);
}

const struct strategy_def strategy_mean_reversion = {
    .name = "mean_reversion",
    .summary = "buys far below the mean of the last closes, sells far above it",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .declare = declare,
    .decide = decide,
};
