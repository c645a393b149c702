/* ma_crossover.c: long while the fast average of closes is above the slow one.
 *
 * With f and s the means of the last `fast` and `slow` closes:
 *   trigger cross  BUY when f[t-1] <= s[t-1] and f[t] > s[t]; SELL when f[t-1] >= s[t-1] and
 *                  f[t] < s[t]
 *   trigger level  BUY when f[t] > s[t]; SELL when not: a tie counts as not above
 * Averages are compared as exact integer sums, so a tie is a tie. The idea follows trends and pays
 * for it in sideways markets, where each small wave costs a round trip. */
#include "strategy/ma_crossover.h"

#include "base/hot.h"
#include "base/utc.h"
#include "signal/sma.h"

enum { WARMUP_BARS = PARAMETER_WARMUP_BARS, FAST, SLOW, TRIGGER };
enum { TRIGGER_CROSS, TRIGGER_LEVEL };
enum { SERIES_FAST, SERIES_SLOW, SERIES_COUNT };
enum { REASON_HOLD, REASON_CROSSED_UP, REASON_CROSSED_DOWN, REASON_ABOVE, REASON_NOT_ABOVE };

static const char *const trigger_words[] = {"cross", "level", NULL};

static const struct parameter_def parameters[] = {
    {"warmup_bars",                         PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"fast",                                   PARAMETER_COUNT, 10, 1, SERIES_WINDOW_MAX - 1, NULL, "bars in the fast average"},
    {"slow",                               PARAMETER_COUNT, 30, 2, SERIES_WINDOW_MAX, NULL, "bars in the slow average"},
    {"trigger", PARAMETER_CHOICE, TRIGGER_CROSS, 0, 1, trigger_words,
     "act when the averages cross, or whenever they stand that way"},
    {0                               },
};

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_CROSSED_UP] = "fast crossed above slow",
    [REASON_CROSSED_DOWN] = "fast crossed below slow",
    [REASON_ABOVE] = "fast above slow",
    [REASON_NOT_ABOVE] = "fast not above slow",
    NULL,
};

static const char *fault(const int64_t *values)
{
    return values[FAST] < values[SLOW] ? NULL : "fast must be smaller than slow";
}

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    series[SERIES_FAST] = (struct series_def){.kind = SERIES_SMA, .window = (uint32_t)values[FAST]};
    series[SERIES_SLOW] = (struct series_def){.kind = SERIES_SMA, .window = (uint32_t)values[SLOW]};
    return SERIES_COUNT;
}

static struct decision act(uint8_t act, uint8_t reason)
{
    return (struct decision){
        .act = act, .reason = reason, .strength_ppm = 1000000, .confidence_ppm = 1000000};
}

static struct decision hold(void)
{
    return (struct decision){.act = ACT_HOLD, .reason = REASON_HOLD};
}

RARELY static struct decision decide_cross(const struct strategy_context *context)
{
    const struct series *fast = context->series[SERIES_FAST];
    const struct series *slow = context->series[SERIES_SLOW];
    const int64_t fast_bars = context->parameters[FAST];
    const int64_t slow_bars = context->parameters[SLOW];
    int now = sma_compare(fast->now.sum_e9, fast_bars, slow->now.sum_e9, slow_bars);
    int before =
        sma_compare(series_before(fast).sum_e9, fast_bars, series_before(slow).sum_e9, slow_bars);
    if (before <= 0 && now > 0) {
        return act(ACT_BUY, REASON_CROSSED_UP);
    }
    if (before >= 0 && now < 0) {
        return act(ACT_SELL, REASON_CROSSED_DOWN);
    }
    return hold();
}

/* Sums whose products need more than 64 bits. */
RARELY static struct decision decide_wide(const struct strategy_context *context)
{
    int order =
        sma_compare_wide(context->series[SERIES_FAST]->now.sum_e9, context->parameters[FAST],
                         context->series[SERIES_SLOW]->now.sum_e9, context->parameters[SLOW]);
    if (order > 0) {
        return context->holding == HOLDING_FLAT ? act(ACT_BUY, REASON_ABOVE) : hold();
    }
    return context->holding == HOLDING_LONG ? act(ACT_SELL, REASON_NOT_ABOVE) : hold();
}

static struct decision decide(const struct strategy_context *context)
{
    const int64_t *values = context->parameters;
    const enum holding holding = context->holding;
    int64_t fast;
    int64_t slow;
    if (values[TRIGGER] != TRIGGER_LEVEL) {
        return decide_cross(context);
    }
    if (!sma_products(context->series[SERIES_FAST]->now.sum_e9, values[FAST],
                      context->series[SERIES_SLOW]->now.sum_e9, values[SLOW], &fast, &slow)) {
        return decide_wide(context);
    }
    if (fast > slow && holding == HOLDING_FLAT) {
        return act(ACT_BUY, REASON_ABOVE);
    }
    if (fast <= slow && holding == HOLDING_LONG) {
        return act(ACT_SELL, REASON_NOT_ABOVE);
    }
    return hold();
}

const struct strategy_def strategy_ma_crossover = {
    .name = "ma_crossover",
    .summary = "long while the fast average is above the slow one",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .fault = fault,
    .declare = declare,
    .decide = decide,
};
