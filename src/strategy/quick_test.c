/* quick_test.c: acts on any move from one bar to the next: for trying things out.
 *
 *   r = C[t] / C[t-1] - 1;  BUY when r > threshold; SELL when r < -threshold; else hold
 *
 * It is meant to produce orders soon after the start, not to earn: costs are larger than what such
 * moves tell of the next one. */
#include "strategy/quick_test.h"

#include "base/money.h"
#include "base/utc.h"
#include "strategy/change.h"

enum { WARMUP_BARS = PARAMETER_WARMUP_BARS, THRESHOLD };
enum { SERIES_LAST, SERIES_BASE, SERIES_COUNT };
enum { REASON_HOLD, REASON_UP, REASON_DOWN, REASON_SMALL };

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"threshold", PARAMETER_DECIMAL, 1000000, 0, MONEY_E9, NULL, "least change, 0.02 is two per cent"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_UP] = "rose by more than the threshold since the last bar",
    [REASON_DOWN] = "fell by more than the threshold since the last bar",
    [REASON_SMALL] = "change within the threshold",
    NULL,
};

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    (void)values;
    series[SERIES_LAST] = (struct series_def){.kind = SERIES_CLOSE};
    series[SERIES_BASE] = (struct series_def){.kind = SERIES_CLOSE_AGO, .window = 1};
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

const struct strategy_def strategy_quick_test = {
    .name = "quick_test",
    .summary = "acts on any move from one bar to the next, to try things out",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_MIN,
    .scope = SCOPE_EACH,
    .declare = declare,
    .decide = decide,
};
