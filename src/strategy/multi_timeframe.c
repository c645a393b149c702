/* multi_timeframe.c: long while days, hours and minutes agree that prices are above their averages.
 *
 *   daily close > SMA(50 days), hourly close > SMA(20 hours), 5-minute close > SMA(5 bars): each on
 *   its own last finished bar; a frame that is finer than the data, or switched off, has no vote
 *   up = share of the votes that hold; BUY when up >= min_alignment, SELL when 1 - up is; the
 *   confidence is that share
 *
 * Closes are compared with averages as exact integers, so a tie counts as not above. It earns in
 * long trends that are joined on their way, and loses where the fast frames turn around a slow one
 * that stands still. */
#include "strategy/multi_timeframe.h"

#include "base/money.h"
#include "base/utc.h"
#include "signal/sma.h"

enum {
    WARMUP_BARS = PARAMETER_WARMUP_BARS,
    MIN_ALIGNMENT,
    USE_HOURLY,
    USE_5MIN,
    DAILY_WINDOW,
    HOURLY_WINDOW,
    WINDOW_5MIN
};
enum { FRAMES = 3 };
enum { REASON_HOLD, REASON_UP, REASON_DOWN, REASON_MIXED };

static const char *const yes_words[] = {"no", "yes", NULL};

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct parameter_def parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, "finished bars before the first act"},
    {"min_alignment", PARAMETER_DECIMAL, 660000000, MONEY_E9 / 2 + 1, MONEY_E9, NULL, "share of the frames that must agree"},
    {"use_hourly", PARAMETER_CHOICE, CHOICE_YES, 0, 1, yes_words, "whether hours have a vote"},
    {"use_5min", PARAMETER_CHOICE, CHOICE_YES, 0, 1, yes_words, "whether five minutes have a vote"},
    {"daily_window", PARAMETER_COUNT, 50, 1, SERIES_WINDOW_MAX, NULL, "days in the slow average"},
    {"hourly_window", PARAMETER_COUNT, 20, 1, SERIES_WINDOW_MAX, NULL, "hours in the middle average"},
    {"window_5min", PARAMETER_COUNT, 5, 1, SERIES_WINDOW_MAX, NULL, "five-minute bars in the fast average"},
    {0},
};
/* clang-format on */

static const char *const reasons[] = {
    [REASON_HOLD] = "hold",
    [REASON_UP] = "enough frames above their averages",
    [REASON_DOWN] = "enough frames not above their averages",
    [REASON_MIXED] = "frames disagree",
    NULL,
};

/* Close and average of each frame that may vote, side by side. */
static uint32_t declare(const int64_t *values, struct series_def *series)
{
    const struct {
        bool used;
        int64_t window;
        int64_t frame_ns;
    } frames[FRAMES] = {
        {true,                             values[DAILY_WINDOW],  NS_PER_DAY    },
        {values[USE_HOURLY] == CHOICE_YES, values[HOURLY_WINDOW], NS_PER_HOUR   },
        {values[USE_5MIN] == CHOICE_YES,   values[WINDOW_5MIN],   5 * NS_PER_MIN},
    };
    uint32_t count = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        if (!frames[i].used) {
            continue;
        }
        series[count++] = (struct series_def){
            .kind = SERIES_CLOSE, .frame_ns = frames[i].frame_ns, .optional = true};
        series[count++] = (struct series_def){.kind = SERIES_SMA,
                                              .window = (uint32_t)frames[i].window,
                                              .frame_ns = frames[i].frame_ns,
                                              .optional = true};
    }
    return count;
}

struct votes {
    int64_t all;
    int64_t up;
};

static struct votes count_votes(const struct strategy_context *context)
{
    struct votes votes = {0};
    uint32_t pairs = 1;
    pairs += context->parameters[USE_HOURLY] == CHOICE_YES ? 1 : 0;
    pairs += context->parameters[USE_5MIN] == CHOICE_YES ? 1 : 0;
    for (uint32_t i = 0; i < pairs; i++) {
        const struct series *close = context->series[2 * i];
        const struct series *average = context->series[2 * i + 1];
        if (series_is_absent(average)) {
            continue;
        }
        votes.all++;
        votes.up +=
            sma_is_above(close->now.price_e9, 1, average->now.sum_e9, (int64_t)average->window) ? 1
                                                                                                : 0;
    }
    return votes;
}

/* The share of `agreeing` votes among `all`, as a confidence. */
static const uint32_t shares_ppm[FRAMES + 1][FRAMES + 1] = {
    [1] = {[1] = 1000000},
    [2] = { [1] = 500000,              [2] = 1000000},
    [3] = {  [1] = 333333, [2] = 666666, [3] = 1000000},
};

/* Which way it goes changes from one instrument to the next, so the processor cannot foretell it:
 * there is no branch on it. */
static struct decision decide(const struct strategy_context *context)
{
    enum { MIXED, UP, DOWN };
    static const uint8_t acts[4] = {[MIXED] = ACT_HOLD, [UP] = ACT_BUY, [DOWN] = ACT_SELL};
    static const uint8_t why[4] = {[MIXED] = REASON_MIXED, [UP] = REASON_UP, [DOWN] = REASON_DOWN};
    const struct votes votes = count_votes(context);
    if (votes.all == 0) {
        return decision_hold(REASON_MIXED);
    }
    const int64_t wanted_e9 = context->parameters[MIN_ALIGNMENT] * votes.all;
    const int64_t agreeing[4] = {[UP] = votes.up, [DOWN] = votes.all - votes.up};
    /* More than half are wanted, so not both. */
    const uint32_t way = (agreeing[UP] * MONEY_E9 >= wanted_e9 ? UP : 0U) +
                         (agreeing[DOWN] * MONEY_E9 >= wanted_e9 ? DOWN : 0U);
    return (struct decision){.act = acts[way],
                             .reason = why[way],
                             .strength_ppm = way == MIXED ? 0 : 1000000,
                             .confidence_ppm = shares_ppm[votes.all][agreeing[way]] & 0xfffff};
}

const struct strategy_def strategy_multi_timeframe = {
    .name = "multi_timeframe",
    .summary = "long while days, hours and minutes stand above their averages",
    .parameters = parameters,
    .reasons = reasons,
    .default_frame_ns = 5 * NS_PER_MIN,
    .scope = SCOPE_EACH,
    .by_series = true,
    .declare = declare,
    .decide = decide,
};
