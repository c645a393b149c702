/* rsi_mean_reversion.c: buys what fell too steadily, sells what rose too steadily.
 *
 *   BUY when RSI(period) < oversold; SELL when RSI(period) > overbought; else hold
 *
 * RSI = 100 x gains / (gains + losses) over the last `period` changes of the close: their plain
 * sums
 * (`average: simple`), or Wilder's smoothing. Without losses it is 100; without any change it is
 * undefined and nothing is done. It earns in markets that swing around a level and loses in a
 * steady fall, where it buys early and the sale does not come. */
#include "strategy/rsi_mean_reversion.h"

#include "base/money.h"
#include "base/utc.h"
#include "signal/units.h"

enum { WARMUP_BARS = PARAMETER_WARMUP_BARS, PERIOD, OVERSOLD, OVERBOUGHT, AVERAGE };
enum { AVERAGE_SIMPLE, AVERAGE_WILDER };
enum { SERIES_STRENGTH, SERIES_COUNT };
enum { REASON_HOLD, REASON_OVERSOLD, REASON_OVERBOUGHT, REASON_BETWEEN, REASON_FLAT };

static const char *const average_words[] = {"simple", "wilder", NULL};

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"period", PARAMETER_COUNT, 14, 2, SERIES_WINDOW_MAX - 1, NULL, "changes of the close in the RSI"},
    {"oversold", PARAMETER_DECIMAL, 30 * MONEY_E9, 0, 100 * MONEY_E9, NULL, "buy below"},
    {"overbought", PARAMETER_DECIMAL, 70 * MONEY_E9, 0, 100 * MONEY_E9, NULL, "sell above"},
    {"average", PARAMETER_CHOICE, AVERAGE_SIMPLE, 0, 1, average_words, "sums of the period, or Wilder's smoothing"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_OVERSOLD] = "RSI below oversold",
    [REASON_OVERBOUGHT] = "RSI above overbought",
    [REASON_BETWEEN] = "RSI between oversold and overbought",
    [REASON_FLAT] = "no RSI: prices did not move",
    NULL,
};

static const char *fault(const int64_t *values)
{
    return values[OVERSOLD] < values[OVERBOUGHT] ? NULL : "oversold must be below overbought";
}

static uint32_t declare(const int64_t *values, struct series_def *series)
{
    series[SERIES_STRENGTH] = (struct series_def){
        .kind = values[AVERAGE] == AVERAGE_WILDER ? SERIES_RSI_WILDER : SERIES_RSI,
        .window = (uint32_t)values[PERIOD]};
    return SERIES_COUNT;
}

static struct decision decide(const struct strategy_context *context)
{
    const double rsi = context->series[SERIES_STRENGTH]->now.number;
    if (rsi != rsi) {
        return decision_hold(REASON_FLAT);
    }
    if (rsi < units_from_e9((double)context->parameters[OVERSOLD])) {
        return decision_act(ACT_BUY, REASON_OVERSOLD);
    }
    if (rsi > units_from_e9((double)context->parameters[OVERBOUGHT])) {
        return decision_act(ACT_SELL, REASON_OVERBOUGHT);
    }
    return decision_hold(REASON_BETWEEN);
}

const struct strategy_def strategy_rsi_mean_reversion = {
    .name = "rsi_mean_reversion",
    .summary = "buys when the RSI is oversold, sells when it is overbought",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = NS_PER_DAY,
    .scope = SCOPE_EACH,
    .fault = fault,
    .declare = declare,
    .decide = decide,
};
