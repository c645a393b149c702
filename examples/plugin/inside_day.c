/* inside_day.c: an example of a strategy in a file of its own. Build it from the tree's root:
 *
 *   cc -std=gnu17 -O2 -ffp-contract=off -fPIC -shared -I src \
 *      -o examples/plugin/inside_day.so examples/plugin/inside_day.c
 *   bellwether backtest -c examples/plugin/inside_day.yaml --data DAYS
 *
 * The idea: a bar that lies within the one before it says that the market waits; the close of the
 * next one says where it goes.
 *
 *   BUY when the bar before was inside the `bars` bars before it and the close is above its high by
 *   more than `margin`; SELL when the close is below its low by more than that; else hold
 *
 * It loses when the break is a false one, which is often. It is here to be read. */
#include "base/utc.h"
#include "core/strategy.h"

/* Parameters, in the order of the table below; the first is the same for every strategy. */
enum { WARMUP_BARS = PARAMETER_WARMUP_BARS, BARS, MARGIN };

static const struct parameter_def parameters[] = {
    {"warmup_bars",                         PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"bars",                                   PARAMETER_COUNT, 1, 1, 100, NULL, "bars that the inside bar must lie within"},
    {"margin",                               PARAMETER_DECIMAL, 1000000, 0, 1000000000, NULL,
     "how far the close must break out, 0.001 is 0.1 per cent"},
    {0},
};

/* Every answer has a reason, to hold as well: `why` shows them, and the run counts them. */
enum { REASON_HOLD, REASON_UP, REASON_DOWN, REASON_NOT_INSIDE, REASON_STILL_INSIDE };

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_UP] = "close above an inside bar",
    [REASON_DOWN] = "close below an inside bar",
    [REASON_NOT_INSIDE] = "the bar before was not inside",
    [REASON_STILL_INSIDE] = "no break of the inside bar",
    NULL,
};

/* What decide() looks at. Each has a value at the last bar and one at the bar before. */
enum { SERIES_LAST, SERIES_TOP, SERIES_BOTTOM, SERIES_TOPS, SERIES_BOTTOMS, SERIES_COUNT };

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    const uint32_t bars = (uint32_t)values[BARS];
    series[SERIES_LAST] = (struct series_def){.kind = SERIES_CLOSE};
    series[SERIES_TOP] = (struct series_def){.kind = SERIES_HIGH};
    series[SERIES_BOTTOM] = (struct series_def){.kind = SERIES_LOW};
    series[SERIES_TOPS] = (struct series_def){.kind = SERIES_MAX_HIGH, .window = bars + 1};
    series[SERIES_BOTTOMS] = (struct series_def){.kind = SERIES_MIN_LOW, .window = bars + 1};
    return SERIES_COUNT;
}

/* Prices are whole billionths; the product needs 128 bits. */
static bool is_beyond(int64_t distance_e9, int64_t price_e9, int64_t margin_e9)
{
    return (__int128)distance_e9 * 1000000000 > (__int128)price_e9 * margin_e9;
}

static struct decision decide(const struct strategy_context *context)
{
    const int64_t close_e9 = context->series[SERIES_LAST]->now.price_e9;
    const int64_t top_e9 = series_before(context->series[SERIES_TOP]).price_e9;
    const int64_t bottom_e9 = series_before(context->series[SERIES_BOTTOM]).price_e9;
    /* Inside: it set neither the highest high nor the lowest low of the bars up to it. */
    bool inside = top_e9 < series_before(context->series[SERIES_TOPS]).price_e9 &&
                  bottom_e9 > series_before(context->series[SERIES_BOTTOMS]).price_e9;
    if (!inside) {
        return decision_hold(REASON_NOT_INSIDE);
    }
    if (is_beyond(close_e9 - top_e9, top_e9, context->parameters[MARGIN])) {
        return decision_act(ACT_BUY, REASON_UP);
    }
    if (is_beyond(bottom_e9 - close_e9, bottom_e9, context->parameters[MARGIN])) {
        return decision_act(ACT_SELL, REASON_DOWN);
    }
    return decision_hold(REASON_STILL_INSIDE);
}

static const struct strategy_def inside_day = {
    .name = "inside_day",
    .summary = "goes with the break of a bar that lies within the ones before it",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .declare = declare,
    .decide = decide,
};

STRATEGY_PLUGIN(inside_day);
