/* poison_test.c: nothing that happens after a bar changes what was decided up to it.
 *
 * A run over some data, and a run over the same data with every bar after a moment replaced by
 * other valid prices: up to and including that moment all decisions, orders and slice records are
 * the same. A strategy that peeks at the next bar fails the very same procedure. */
#include "base/money.h"
#include "data/bars_check.h"
#include "driver/driver_test.h"
#include "strategy/signals_file.h"
#include "strategy/table.h"

/* ---- other futures ---- */

/* The bar turned upside down around a price: up becomes down. */
static void mirror(struct event_bar *bar, int64_t around_e9)
{
    int64_t high_e9 = bar->high_e9;
    bar->open_e9 = 2 * around_e9 - bar->open_e9;
    bar->high_e9 = 2 * around_e9 - bar->low_e9;
    bar->low_e9 = 2 * around_e9 - high_e9;
    bar->close_e9 = 2 * around_e9 - bar->close_e9;
}

static void jump(struct event_bar *bar, int64_t around_e9)
{
    (void)around_e9;
    bar->open_e9 *= 3;
    bar->high_e9 *= 3;
    bar->low_e9 *= 3;
    bar->close_e9 *= 3;
    bar->volume = 1;
}

static void flatten(struct event_bar *bar, int64_t around_e9)
{
    *bar = (struct event_bar){around_e9, around_e9, around_e9, around_e9, 0};
}

typedef void poison(struct event_bar *bar, int64_t around_e9);

static const struct {
    const char *what;
    poison *change;
} poisons[] = {
    {"mirrored", mirror },
    {"tripled",  jump   },
    {"flat",     flatten},
};

/* Every bar that ends after the slice of that ordinal is changed, around its symbol's last close.
 */
static struct event *poisoned(const struct bars *bars, uint64_t slice, poison *change)
{
    struct event *records = xcalloc_aligned(bars->count * sizeof *records);
    memcpy(records, bars->records, bars->count * sizeof *records);
    uint32_t symbols = bars->instrument_count;
    for (uint64_t i = (slice + 1) * symbols; i < bars->count; i++) {
        change(&records[i].bar, records[slice * symbols + i % symbols].bar.close_e9);
        cr_assert_null(event_bar_fault(&records[i].bar), "a poisoned bar must be a valid one");
    }
    return records;
}

/* ---- a strategy that looks ahead ---- */

static struct {
    const struct event *records;
    uint64_t count;
    uint32_t symbols;
    uint64_t asked; /* calls so far: one for each bar behind the warm-up */
} leak;

static struct decision leaky_decide(const struct strategy_context *context)
{
    uint64_t now =
        leak.asked++ + (uint64_t)context->parameters[PARAMETER_WARMUP_BARS] * leak.symbols;
    uint64_t next = now + leak.symbols;
    struct decision decision = {.act = ACT_HOLD};
    if (next < leak.count) {
        bool rises = leak.records[next].bar.close_e9 > leak.records[now].bar.close_e9;
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

/* ---- the procedure ---- */

/* The decisions, orders and slice records of a run, all slots of them. */
static struct records decided_on(const struct stage *stage, const struct event *bar_records,
                                 const char *dir)
{
    struct stage other = *stage;
    other.bars.records = bar_records;
    leak.records = bar_records;
    leak.count = stage->bars.count;
    leak.symbols = stage->bars.instrument_count;
    leak.asked = 0;
    struct run run;
    run_whole(&other, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    run_finish(&run);
    struct records all = records_read(dir);
    struct records kept = {0};
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        uint8_t kind = record_at(&all, at)->kind;
        if (kind == EVENT_DECISION || kind == EVENT_ORDER || kind == EVENT_SLICE) {
            records_add(&kept, record_at(&all, at));
        }
    }
    records_finish(&all);
    char *command = xasprintf("rm -r -- '%s'", dir);
    cr_assert_eq(system(command), 0);
    free(command);
    return kept;
}

/* Slots of the records up to and including that moment. */
static size_t slots_until(const struct records *records, int64_t ts_ns)
{
    size_t at = 0;
    while (at < records->count && record_at(records, at)->ts_ns <= ts_ns) {
        at += record_at(records, at)->slots;
    }
    return at;
}

static bool same_until(const struct records *a, const struct records *b, int64_t ts_ns)
{
    size_t slots = slots_until(a, ts_ns);
    return slots == slots_until(b, ts_ns) && memcmp(a->slots, b->slots, slots * EVENT_SIZE) == 0;
}

/* Whether anything decided up to and including the slice depends on what comes after it. */
static bool sees_the_future(const struct stage *stage, const struct records *clean, uint64_t slice,
                            poison *change)
{
    char *dir = xasprintf("%s/log", stage->folder);
    int64_t ts_ns = stage->bars.records[slice * stage->bars.instrument_count].ts_ns;
    struct event *changed = poisoned(&stage->bars, slice, change);
    struct records dirty = decided_on(stage, changed, dir);
    bool sees = !same_until(clean, &dirty, ts_ns);
    if (slice + 200 < stage->bars.slice_count) { /* longer than any frame but the day */
        cr_assert_not(same_until(clean, &dirty, INT64_MAX), "the poison had no effect at all");
    }
    records_finish(&dirty);
    free(changed);
    free(dir);
    return sees;
}

enum { MOMENT_SLICES = 3000 };

/* Of so many slices; longer runs are looked at in the same places. */
static const uint64_t moments[] = {0, 1, 29, 30, 31, 99, 500, 1499, 1500, 1501, 2222, 2990, 2998};

/* In how many of all futures and every n-th of the moments the strategy sees the future. */
static size_t leaks_found(const struct stage *stage, size_t every)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct records clean = decided_on(stage, stage->bars.records, dir);
    size_t found = 0;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i += every) {
        for (size_t k = 0; k < sizeof poisons / sizeof poisons[0]; k++) {
            uint64_t slice = moments[i] * stage->bars.slice_count / MOMENT_SLICES;
            found += sees_the_future(stage, &clean, slice, poisons[k].change) ? 1 : 0;
        }
    }
    records_finish(&clean);
    free(dir);
    return found;
}

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
        {"multi_timeframe",     "daily_window",        1         },
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

static size_t decisions_of(const struct stage *stage)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct records records = decided_on(stage, stage->bars.records, dir);
    size_t count = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        count += record_at(&records, at)->kind == EVENT_DECISION ? 1 : 0;
    }
    records_finish(&records);
    free(dir);
    return count;
}

Test(poison, no_strategy_on_no_frame_sees_the_future, .timeout = 300)
{
    enum { DAYS = 6 };
    static const int64_t frames_ns[] = {NS_PER_MIN, 5 * NS_PER_MIN, NS_PER_HOUR};
    static struct signal signals[2 * DAYS * 1440];
    for (size_t i = 0; strategy_table[i] != NULL; i++) {
        for (size_t k = 0; k < 4; k++) {
            bool slow = k == 3 || strcmp(strategy_table[i]->name, "multi_timeframe") == 0;
            int days = slow ? DAYS : 2;
            struct stage stage;
            stage_init(&stage, BUSY_SETUP((uint64_t)days * 1440, 1000, 2));
            struct book_config *book = &stage.config.books[0];
            struct signal_list list = made_up_signals(&stage, signals);
            book->strategy = strategy_table[i];
            book->data = &list;
            make_busy(book);
            book->frame_ns = k < 3 ? frames_ns[k] : 5 * NS_PER_MIN;
            stage.config.calendar = k < 3 ? CALENDAR_ALWAYS : CALENDAR_XNYS;
            cr_assert_gt(decisions_of(&stage), 2, "%s, frame %zu", book->strategy->name, k);
            cr_assert_eq(leaks_found(&stage, 4), 0, "%s, frame %zu", book->strategy->name, k);
            stage_finish(&stage);
        }
    }
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
