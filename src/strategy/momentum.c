/* momentum.c: goes with what has risen over the last bars.
 *
 *   m = C[t] / C[t-lookback] - 1;  BUY when m > threshold; SELL when m < -threshold; else hold
 *
 * The change is compared with the threshold as exact integers. It earns while trends last longer
 * than the lookback, and loses at their turns, which it sees a lookback late. */
#include "strategy/momentum.h"

#include "base/money.h"
#include "base/utc.h"
#include "strategy/change.h"

enum { WARMUP_BARS = PARAMETER_WARMUP_BARS, LOOKBACK, THRESHOLD };
enum { SERIES_LAST, SERIES_BASE, SERIES_COUNT };
enum { REASON_HOLD, REASON_UP, REASON_DOWN, REASON_SMALL };

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"lookback", PARAMETER_COUNT, 20, 1, SERIES_WINDOW_MAX, NULL, "bars back to the close compared with"},
    {"threshold", PARAMETER_DECIMAL, 20000000, 0, MONEY_E9, NULL, "least change, 0.02 is two per cent"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_UP] = "rose by more than the threshold",
    [REASON_DOWN] = "fell by more than the threshold",
    [REASON_SMALL] = "change within the threshold",
    NULL,
};

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    series[SERIES_LAST] = (struct series_def){.kind = SERIES_CLOSE};
    series[SERIES_BASE] =
        (struct series_def){.kind = SERIES_CLOSE_AGO, .window = (uint32_t)values[LOOKBACK]};
    return SERIES_COUNT;
}

static struct decision decide(const struct strategy_context *context)
{
    const int64_t close_e9 = context->series[SERIES_LAST]->now.price_e9;
    const int64_t base_e9 = context->series[SERIES_BASE]->now.price_e9;
    const int64_t threshold_e9 = context->parameters[THRESHOLD];
    if (change_compare(base_e9, close_e9, threshold_e9) > 0) {
        return decision_act(ACT_BUY, REASON_UP);
    }
    if (change_compare(base_e9, close_e9, -threshold_e9) < 0) {
        return decision_act(ACT_SELL, REASON_DOWN);
    }
    return decision_hold(REASON_SMALL);
}

const struct strategy_def strategy_momentum = {
    .name = "momentum",
    .summary = "buys what rose by more than the threshold, sells what fell by more",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .declare = declare,
    .decide = decide,
};
