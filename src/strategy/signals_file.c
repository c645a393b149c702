/* signals_file.c: does what a file of signals says, made elsewhere.
 *
 *   A signal acts at the first bar that ends at or after its time, and at most `max_age` after it
 *   (0s: the length of one bar). Of several signals between two bars the last one that may act
 * does. One with a confidence below `min_confidence`, or without one under `require_confidence:
 * yes`, does not act, nor one whose expected profit is below `min_profit`; without an expected
 * profit it does. The confidence ranks and sizes.
 *
 * Which signals the last bar made due follows from the ends of the last two bars, so nothing has to
 * be remembered. It loses whatever the file's maker loses; what a signal's price was in the file is
 * no promise of a fill. */
#include "strategy/signals_file.h"

#include "base/money.h"
#include "base/utc.h"

enum {
    WARMUP_BARS = PARAMETER_WARMUP_BARS,
    MAX_AGE,
    REQUIRE_CONFIDENCE,
    MIN_CONFIDENCE,
    MIN_PROFIT
};
enum { SERIES_END, SERIES_COUNT };
enum {
    REASON_HOLD,
    REASON_BUY,
    REASON_SELL,
    REASON_NONE,
    REASON_LATE,
    REASON_NO_CONFIDENCE,
    REASON_CONFIDENCE,
    REASON_PROFIT
};

static const char *const yes_words[] = {"no", "yes", NULL};

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 0, 0, 100000, NULL, "finished bars before the first act"},
    {"max_age", PARAMETER_DURATION, 0, 0, 30 * NS_PER_DAY, NULL, "how late a signal may act; 0s: one bar"},
    {"require_confidence", PARAMETER_CHOICE, CHOICE_NO, 0, 1, yes_words, "whether signals without one are left out"},
    {"min_confidence", PARAMETER_DECIMAL, 600000000, 0, MONEY_E9, NULL, "least confidence, 0..1"},
    {"min_profit", PARAMETER_DECIMAL, 300000, 0, MONEY_E9, NULL, "least expected profit, 0.0003 is 3 bps"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_BUY] = "signal to buy",
    [REASON_SELL] = "signal to sell",
    [REASON_NONE] = "no signal due",
    [REASON_LATE] = "signal too old",
    [REASON_NO_CONFIDENCE] = "signal without confidence",
    [REASON_CONFIDENCE] = "signal's confidence too small",
    [REASON_PROFIT] = "signal's expected profit too small",
    NULL,
};

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    (void)values;
    series[SERIES_END] = (struct series_def){.kind = SERIES_TIME};
    return SERIES_COUNT;
}

/* The first signal of the list that does not come before (instrument, ts_ns). */
static uint32_t first_at(const struct signal_list *list, uint32_t instrument, int64_t ts_ns)
{
    uint32_t low = 0;
    uint32_t high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct signal *signal = &list->signals[middle];
        bool before = signal->instrument != instrument ? signal->instrument < instrument
                                                       : signal->ts_ns < ts_ns;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

/* What one signal comes to at a bar. */
static struct decision judge(const struct signal *signal, const struct strategy_context *context)
{
    const int64_t *values = context->parameters;
    const struct event *bar = context->bar;
    int64_t age_max_ns = values[MAX_AGE] > 0 ? values[MAX_AGE] : bar->ts_ns - bar->src_ns;
    if (bar->ts_ns - signal->ts_ns > age_max_ns) {
        return decision_hold(REASON_LATE);
    }
    bool confident = signal->confidence_ppm != SIGNAL_UNKNOWN;
    if (!confident && values[REQUIRE_CONFIDENCE] == CHOICE_YES) {
        return decision_hold(REASON_NO_CONFIDENCE);
    }
    if (confident && (int64_t)signal->confidence_ppm * 1000 < values[MIN_CONFIDENCE]) {
        return decision_hold(REASON_CONFIDENCE);
    }
    if (signal->profit_e9 != SIGNAL_UNKNOWN_PROFIT && signal->profit_e9 < values[MIN_PROFIT]) {
        return decision_hold(REASON_PROFIT);
    }
    struct decision decision =
        signal->buys ? decision_act(ACT_BUY, REASON_BUY) : decision_act(ACT_SELL, REASON_SELL);
    if (confident) {
        decision.confidence_ppm = signal->confidence_ppm & 0xfffff;
    }
    return decision;
}

static struct decision decide(const struct strategy_context *context)
{
    const struct signal_list *list = context->data;
    struct decision decision = decision_hold(REASON_NONE);
    if (list == NULL) {
        return decision;
    }
    int64_t before_ns = series_before(context->series[SERIES_END]).ts_ns;
    uint32_t from = first_at(list, context->instrument, before_ns + 1);
    uint32_t to = first_at(list, context->instrument, context->bar->ts_ns + 1);
    for (uint32_t i = to; i > from && decision.act == ACT_HOLD; i--) {
        struct decision said = judge(&list->signals[i - 1], context);
        decision = said.act != ACT_HOLD || i == to ? said : decision;
    }
    return decision;
}

const struct strategy_def strategy_signals_file = {
    .name = "signals_file",
    .summary = "does what a file of signals says",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .declare = declare,
    .decide = decide,
};
