/* poison_test.c: no strategy sees the future, on no frame (the procedure: poison_test.h); one that
 * peeks at the next bar is found. */
#include "driver/poison_test.h"

#include "strategy/signals_file.h"
#include "strategy/table.h"

/* ---- a strategy that looks ahead ---- */

static struct decision leaky_decide(const struct strategy_context *context)
{
    uint64_t symbols = poison_data->instrument_count;
    uint64_t warmup = (uint64_t)context->parameters[PARAMETER_WARMUP_BARS];
    uint64_t now = poison_asked++ + warmup * symbols; /* one call for each bar behind the warm-up */
    uint64_t next = now + symbols;
    struct decision decision = {.act = ACT_HOLD};
    if (next < poison_data->count) {
        const struct event *records = poison_data->records;
        bool rises = records[next].bar.close_e9 > records[now].bar.close_e9;
        decision.act = rises ? ACT_BUY : ACT_SELL;
    }
    return decision;
}

static uint32_t leaky_declare(const int64_t *parameters, struct series_def *series)
{
    (void)parameters;
    series[0] = (struct series_def){.kind = SERIES_SMA, .window = 3};
    return 1;
}

static const char *const leaky_reasons[] = {"hold", NULL};
static const struct parameter_def leaky_parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 3, 1, 1000, NULL, "finished bars before the first act"},
    {0           },
};

static const struct strategy_def strategy_leaky = {
    .name = "leaky",
    .summary = "knows tomorrow's close",
    .parameters = leaky_parameters,
    .reasons = leaky_reasons,
    .default_frame_ns = 1,
    .scope = SCOPE_EACH,
    .declare = leaky_declare,
    .decide = leaky_decide,
};

/* ---- the common workload ---- */

Test(poison, bars_to_come_change_nothing_that_was_decided)
{
    static const struct {
        const char *what;
        struct run_setup setup;
    } cases[] = {
        {"level, one symbol",    {3000, 42, 1, 10, 30, 30, "level"}  },
        {"cross, one symbol",    {3000, 42, 1, 10, 30, 30, "cross"}  },
        {"level, three symbols", {3000, 1000, 3, 10, 30, 30, "level"}},
        {"at nearly every bar",  {3000, 7, 1, 2, 3, 3, "level"}      },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage stage;
        stage_init(&stage, cases[i].setup);
        cr_assert_eq(leaks_found(&stage, 1), 0, "%s", cases[i].what);
        stage_finish(&stage);
    }
}

/* ---- every strategy, on frames of every kind ---- */

/* Signals all along the data, the same in every future. */
static struct signal_list made_up_signals(const struct stage *stage, struct signal *signals)
{
    uint32_t count = 0;
    for (uint32_t instrument = 0; instrument < stage->bars.instrument_count; instrument++) {
        for (uint64_t slice = 7; slice < stage->bars.slice_count; slice += 23) {
            uint64_t record = slice * stage->bars.instrument_count + instrument;
            signals[count++] = (struct signal){.ts_ns = stage->bars.records[record].ts_ns,
                                               .profit_e9 = SIGNAL_UNKNOWN_PROFIT,
                                               .confidence_ppm = SIGNAL_UNKNOWN,
                                               .instrument = instrument,
                                               .buys = slice % 2 == 0};
        }
    }
    return (struct signal_list){signals, count};
}

/* Parameters that make it act often within two days of minutes. */
static void make_busy(struct book_config *book)
{
    static const struct {
        const char *strategy, *parameter;
        int64_t value;
    } changes[] = {
        {"ma_crossover",        "fast",                2         },
        {"ma_crossover",        "slow",                5         },
        {"rsi_mean_reversion",  "period",              3         },
        {"momentum",            "lookback",            3         },
        {"momentum",            "threshold",           0         },
        {"mean_reversion",      "lookback",            6         },
        {"mean_reversion",      "z",                   1000000000},
        {"quick_test",          "threshold",           10000     },
        {"multi_timeframe",     "daily_window",        2         },
        {"multi_timeframe",     "hourly_window",       3         },
        {"volatility_breakout", "lookback",            3         },
        {"volatility_breakout", "atr_period",          2         },
        {"volatility_breakout", "multiplier",          0         },
        {"volatility_breakout", "volume_confirmation", 0         },
    };
    for (size_t k = 0; book->strategy->parameters[k].name != NULL; k++) {
        const struct parameter_def *parameter = &book->strategy->parameters[k];
        book->parameters[k] = k == 0 ? parameter->minimum : parameter->fallback;
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            if (strcmp(changes[i].strategy, book->strategy->name) == 0 &&
                strcmp(changes[i].parameter, parameter->name) == 0) {
                book->parameters[k] = changes[i].value;
            }
        }
    }
}

/* Every frame that a config can name, on data of three lengths. */
static const struct frame_case {
    int64_t bar_ns;
    int64_t frame_ns;
    uint64_t bars;
    enum calendar_id calendar;
} frame_cases[] = {
    {NS_PER_S,        NS_PER_S,        1500, CALENDAR_ALWAYS},
    {NS_PER_S,        5 * NS_PER_S,    1500, CALENDAR_ALWAYS},
    {NS_PER_S,        10 * NS_PER_S,   1500, CALENDAR_ALWAYS},
    {NS_PER_S,        15 * NS_PER_S,   1500, CALENDAR_ALWAYS},
    {NS_PER_S,        30 * NS_PER_S,   1500, CALENDAR_ALWAYS},
    {NS_PER_MIN,      NS_PER_MIN,      1500, CALENDAR_ALWAYS},
    {NS_PER_MIN,      2 * NS_PER_MIN,  1500, CALENDAR_ALWAYS},
    {NS_PER_MIN,      5 * NS_PER_MIN,  1500, CALENDAR_ALWAYS},
    {NS_PER_MIN,      10 * NS_PER_MIN, 1000, CALENDAR_ALWAYS},
    {NS_PER_MIN,      15 * NS_PER_MIN, 1000, CALENDAR_ALWAYS},
    {NS_PER_MIN,      5 * NS_PER_MIN,  8640, CALENDAR_XNYS  },
    {30 * NS_PER_MIN, 30 * NS_PER_MIN, 1000, CALENDAR_ALWAYS},
    {30 * NS_PER_MIN, NS_PER_HOUR,     1500, CALENDAR_ALWAYS},
    {30 * NS_PER_MIN, 2 * NS_PER_HOUR, 1000, CALENDAR_ALWAYS},
    {30 * NS_PER_MIN, 4 * NS_PER_HOUR, 1000, CALENDAR_ALWAYS},
    {30 * NS_PER_MIN, NS_PER_DAY,      1500, CALENDAR_ALWAYS},
    {30 * NS_PER_MIN, NS_PER_HOUR,     1500, CALENDAR_XNYS  },
    {30 * NS_PER_MIN, NS_PER_DAY,      1500, CALENDAR_XNYS  },
};

static void assert_blind(const struct strategy_def *strategy, const struct frame_case *row)
{
    static struct signal signals[2 * 8640];
    bool wants_days = strcmp(strategy->name, "multi_timeframe") == 0;
    struct stage stage;
    if (wants_days && row->bar_ns < NS_PER_MIN) {
        return; /* it asks for finished days, of which seconds give none */
    }
    uint64_t bars = wants_days && row->bar_ns == NS_PER_MIN ? 8640 : row->bars;
    stage_init(&stage, BUSY_SETUP(bars, 1000, 2));
    retime(&stage, row->bar_ns);
    struct book_config *book = &stage.config.books[0];
    struct signal_list list = made_up_signals(&stage, signals);
    book->strategy = strategy;
    book->data = &list;
    make_busy(book);
    book->frame_ns = row->frame_ns;
    stage.config.calendar = row->calendar;
    int seconds = (int)(row->frame_ns / NS_PER_S);
    cr_assert_gt(decisions_of(&stage), 2, "%s, frame %d s", strategy->name, seconds);
    cr_assert_eq(leaks_found(&stage, 4), 0, "%s, frame %d s", strategy->name, seconds);
    stage_finish(&stage);
}

Test(poison, no_strategy_on_no_frame_sees_the_future, .timeout = 300)
{
    size_t strategies = 0;
    for (; strategy_table[strategies] != NULL; strategies++) {
        for (size_t k = 0; k < sizeof frame_cases / sizeof frame_cases[0]; k++) {
            assert_blind(strategy_table[strategies], &frame_cases[k]);
        }
    }
    cr_assert_geq(strategies, 8, "the seven and the one with a file");
}

/* The procedure is worth something: it finds a strategy that looks one bar ahead. */
Test(poison, finds_a_strategy_that_peeks_at_the_next_bar)
{
    static const uint32_t symbols[] = {1, 3};
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        struct stage stage;
        stage_init(&stage, BUSY_SETUP(3000, 1000, symbols[i]));
        stage.config.books[0].strategy = &strategy_leaky;
        size_t found = leaks_found(&stage, 1);
        /* Not before the warm-up ends; in the mirrored future nearly always. */
        cr_assert_geq(found, 9, "only %zu leaks found", found);
        stage_finish(&stage);
    }
}
