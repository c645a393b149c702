/* driver_test.c: the one loop gives what a naive reckoning gives, with and without a log, and says
 * in its log what it did.
 *
 * That the exchange's ledger and the engine's agree is checked by the loop itself after every step:
 * a run that ends with ERR_OK has agreed throughout. */
#include "driver/driver_test.h"

#include "base/money.h"
#include "base/utc.h"

/* ---- the naive reckoning: whole sums at every bar, one symbol after the other ---- */

struct reckoning {
    uint64_t fills;
    int64_t cash_e9;
    int64_t held_value_e9;
};

static int64_t close_of(const struct bars *bars, uint64_t bar, uint32_t symbol)
{
    return bars->records[bar * bars->instrument_count + symbol].bar.close_e9;
}

static int64_t sum_of(const struct bars *bars, uint64_t bar, uint32_t symbol, uint64_t window)
{
    int64_t sum_e9 = 0;
    for (uint64_t i = 0; i < window; i++) {
        sum_e9 += close_of(bars, bar - i, symbol);
    }
    return sum_e9;
}

/* Long while the mean of 10 is above that of 30, from bar 30 on; 100 shares at the next open. */
static void reckon_symbol(const struct bars *bars, uint32_t symbol, struct reckoning *reckoning)
{
    uint64_t count = bars->count / bars->instrument_count;
    bool held = false;
    bool wanted = false;
    for (uint64_t bar = 0; bar < count; bar++) {
        const struct event *now = &bars->records[bar * bars->instrument_count + symbol];
        if (wanted != held) {
            reckoning->cash_e9 -= (held ? -100 : 100) * now->bar.open_e9 + MONEY_E9;
            reckoning->fills++;
            held = wanted;
        }
        if (bar >= 30) {
            wanted = 3 * sum_of(bars, bar, symbol, 10) > sum_of(bars, bar, symbol, 30);
        }
    }
    reckoning->held_value_e9 += held ? 100 * close_of(bars, count - 1, symbol) : 0;
}

static struct reckoning reckon(const struct bars *bars)
{
    struct reckoning reckoning = {.cash_e9 = 10000000 * MONEY_E9};
    for (uint32_t symbol = 0; symbol < bars->instrument_count; symbol++) {
        reckon_symbol(bars, symbol, &reckoning);
    }
    return reckoning;
}

static void assert_as_reckoned(const struct engine *engine, const struct bars *bars)
{
    struct reckoning want = reckon(bars);
    cr_assert_eq(engine->counters.fills, want.fills);
    cr_assert_eq(ledger_cash_e9(&engine->ledger), want.cash_e9);
    cr_assert_eq(engine->equity_e9, want.cash_e9 + want.held_value_e9);
    cr_assert_eq(engine->counters.bars, bars->count);
    cr_assert_eq(engine->counters.slices, bars->slice_count);
    cr_assert(engine_is_consistent(engine));
}

/* ---- the facts ---- */

Test(driver, fills_the_common_workload_as_published)
{
    struct stage stage;
    struct run run;
    stage_init(&stage, COMMON_SETUP(100000, 42, 1));
    run_whole(&stage, &(struct run_options){0}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    const struct engine *engine = driver_engine(run.driver);
    cr_assert_eq(engine->counters.fills, 3917);
    cr_assert_eq(engine->equity_e9, INT64_C(9995992375000000));
    cr_assert_eq(engine->counters.evaluations, 100000 - 30);
    assert_as_reckoned(engine, &stage.bars);
    run_finish(&run);
    stage_finish(&stage);
}

Test(driver, cross_form_fills_the_common_workload_as_published)
{
    struct stage stage;
    struct run run;
    struct run_setup setup = COMMON_SETUP(100000, 42, 1);
    setup.trigger = "cross";
    stage_init(&stage, setup);
    run_whole(&stage, &(struct run_options){0}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_eq(driver_engine(run.driver)->counters.fills, 3907);
    cr_assert_eq(driver_engine(run.driver)->equity_e9, INT64_C(9995957062500000));
    run_finish(&run);
    stage_finish(&stage);
}

Test(driver, fills_fifty_symbols_as_reckoned)
{
    struct stage stage;
    struct run run;
    stage_init(&stage, COMMON_SETUP(2000, 1000, 50));
    run_whole(&stage, &(struct run_options){0}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_gt(driver_engine(run.driver)->counters.fills, 1000);
    assert_as_reckoned(driver_engine(run.driver), &stage.bars);
    run_finish(&run);
    stage_finish(&stage);
}

Test(driver, a_log_changes_nothing)
{
    struct stage stage;
    struct run bare;
    stage_init(&stage, COMMON_SETUP(1500, 1000, 4));
    run_whole(&stage, &(struct run_options){0}, &bare);
    char *want = dump_text(driver_engine(bare.driver), stage.bars.instruments);
    for (size_t i = 0; i < LOG_KINDS; i++) {
        struct run run;
        char *dir = xasprintf("%s/log%zu", stage.folder, i);
        struct run_options options = {.log_dir = dir,
                                      .market_log = log_kinds[i].market_log,
                                      .every_slice = log_kinds[i].every_slice};
        run_whole(&stage, &options, &run);
        cr_assert_eq(run.err, ERR_OK, "%s: %s", log_kinds[i].what, run.problem.text);
        char *got = dump_text(driver_engine(run.driver), stage.bars.instruments);
        cr_assert_str_eq(got, want, "%s", log_kinds[i].what);
        free(got);
        free(dir);
        run_finish(&run);
    }
    free(want);
    run_finish(&bare);
    stage_finish(&stage);
}

/* Records of each kind, and whether the engine's time ever ran backwards. */
static void count_kinds(const struct records *records, uint64_t counts[256])
{
    int64_t ts_ns = INT64_MIN;
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        const struct event *record = record_at(records, at);
        counts[record->kind]++;
        cr_assert_geq(record->ts_ns, ts_ns, "slot %zu", at);
        ts_ns = record->ts_ns;
    }
}

Test(driver, logs_every_input_and_every_answer)
{
    struct stage stage;
    struct run run;
    stage_init(&stage, BUSY_SETUP(400, 1000, 3));
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    struct records records = records_read(dir);
    uint64_t counts[256] = {0};
    count_kinds(&records, counts);
    const struct engine_counters *counters = &driver_engine(run.driver)->counters;
    cr_assert_gt(counters->fills, 300);
    cr_assert_eq(counts[EVENT_DEPOSIT], 1);
    cr_assert_eq(counts[EVENT_BAR], 1200);
    cr_assert_eq(counts[EVENT_SLICE_END], 400);
    cr_assert_eq(counts[EVENT_SLICE], 400);
    cr_assert_eq(counts[EVENT_ORDER], counters->orders);
    cr_assert_eq(counts[EVENT_DECISION], counters->acted + counters->refused);
    cr_assert_eq(counts[EVENT_ACCEPTED], counters->orders);
    cr_assert_eq(counts[EVENT_FILL], counters->fills);
    cr_assert_eq(counts[EVENT_LOG_END], 1);
    const struct event *end = record_at(&records, records.count - 1);
    cr_assert_eq(end->kind, EVENT_LOG_END);
    cr_assert_eq(end->flags, 0);
    cr_assert_eq(end->slice.decision_hash, driver_engine(run.driver)->decision_hash);
    cr_assert_eq(end->slice.equity_e9, driver_engine(run.driver)->equity_e9);
    records_finish(&records);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

/* A log that refers to the data says the same about everything but the market. */
Test(driver, a_log_by_reference_holds_the_same_decisions)
{
    struct stage stage;
    stage_init(&stage, COMMON_SETUP(3000, 1000, 2));
    struct records decided[2] = {0};
    for (int ref = 0; ref < 2; ref++) {
        struct run run;
        char *dir = xasprintf("%s/log%d", stage.folder, ref);
        struct run_options options = {.log_dir = dir,
                                      .market_log = ref ? MARKET_LOG_REF : MARKET_LOG_FULL};
        run_whole(&stage, &options, &run);
        cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
        struct records records = records_read(dir);
        for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
            const struct event *record = record_at(&records, at);
            if (event_is_report(record->kind) ||
                (event_is_output(record->kind) && record->kind != EVENT_SLICE)) {
                records_add(&decided[ref], record);
            }
        }
        records_finish(&records);
        free(dir);
        run_finish(&run);
    }
    cr_assert_gt(decided[0].count, 100);
    cr_assert_eq(decided[0].count, decided[1].count);
    cr_assert_eq(memcmp(decided[0].slots, decided[1].slots, decided[0].count * EVENT_SIZE), 0);
    records_finish(&decided[0]);
    records_finish(&decided[1]);
    stage_finish(&stage);
}

Test(driver, knows_how_far_it_got)
{
    struct stage stage;
    struct run run;
    stage_init(&stage, BUSY_SETUP(100, 42, 1));
    run_whole(&stage, &(struct run_options){0}, &run);
    cr_assert_eq(driver_first_ns(run.driver), stage.bars.records[0].ts_ns);
    cr_assert_eq(driver_last_ns(run.driver), stage.bars.records[99].ts_ns);
    cr_assert_not(driver_stopped(run.driver));
    cr_assert_geq(driver_engine_cpu_s(run.driver), 0.0);
    run_finish(&run);
    stage_finish(&stage);
}

Test(driver, stops_before_the_next_slice)
{
    static const volatile sig_atomic_t stop = 1;
    struct stage stage;
    struct run run;
    stage_init(&stage, BUSY_SETUP(100, 42, 1));
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir, .stop = &stop}, &run);
    cr_assert_eq(run.err, ERR_OK);
    cr_assert(driver_stopped(run.driver));
    cr_assert_eq(driver_engine(run.driver)->counters.slices, 0);
    struct records records = records_read(dir);
    cr_assert_eq(record_at(&records, records.count - 1)->kind, EVENT_LOG_END);
    cr_assert_eq(record_at(&records, records.count - 1)->flags, 1, "stopped, not ended");
    records_finish(&records);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

Test(driver, refuses_more_series_than_there_can_be)
{
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(10, 42, 1));
    stage.config.books[0].parameters[2] = 100000; /* the slow window */
    struct run run = {0};
    struct driver_plan plan = run_plan(&stage, &(struct run_options){0}, &run);
    cr_assert_eq(driver_create(&plan, &run.driver, &run.problem), ERR_USAGE);
    cr_assert_null(run.driver);
    cr_assert_not_null(strstr(run.problem.text, "test.yaml"), "%s", run.problem.text);
    run_finish(&run);
    stage_finish(&stage);
}
