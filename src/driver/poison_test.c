/* poison_test.c: nothing that happens after a bar changes what was decided up to it.
 *
 * A run over some data, and a run over the same data with every bar after a moment replaced by
 * other valid prices: up to and including that moment all decisions, orders and slice records are
 * the same. A strategy that peeks at the next bar fails the very same procedure. */
#include "base/money.h"
#include "data/bars_check.h"
#include "driver/driver_test.h"

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
    if (slice + 1 < stage->bars.slice_count) {
        cr_assert_not(same_until(clean, &dirty, INT64_MAX), "the poison had no effect at all");
    }
    records_finish(&dirty);
    free(changed);
    free(dir);
    return sees;
}

static const uint64_t moments[] = {0, 1, 29, 30, 31, 99, 500, 1499, 1500, 1501, 2222, 2990, 2998};

/* In how many of all futures and moments the strategy sees the future. */
static size_t leaks_found(const struct stage *stage)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct records clean = decided_on(stage, stage->bars.records, dir);
    size_t found = 0;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        for (size_t k = 0; k < sizeof poisons / sizeof poisons[0]; k++) {
            found += sees_the_future(stage, &clean, moments[i], poisons[k].change) ? 1 : 0;
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
        cr_assert_eq(leaks_found(&stage), 0, "%s", cases[i].what);
        stage_finish(&stage);
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
        size_t found = leaks_found(&stage);
        /* Not before the warm-up ends; in the mirrored future nearly always. */
        cr_assert_geq(found, 9, "only %zu leaks found", found);
        stage_finish(&stage);
    }
}
