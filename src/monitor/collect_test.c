/* collect_test.c: what the view tells of a run against the engine that ran it, and the log. */
#include "monitor/collect.h"

#include "base/money.h"
#include "driver/driver_test.h"

/* A run of three symbols that trades at nearly every bar, its records, and the snapshot of both. */
static void collect_run(struct collect *collect, struct stage *stage, struct run *run,
                        struct records *records)
{
    stage_init(stage, BUSY_SETUP(2000, 11, 3));
    char *dir = xasprintf("%s/log", stage->folder);
    struct run_options options = {.log_dir = dir, .every_slice = true};
    run_whole(stage, &options, run);
    *records = records_read(dir);
    collect_init(collect, driver_engine(run->driver), stage->bars.instruments,
                 stage->bars.instrument_count, CALENDAR_ALWAYS);
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        collect_record(collect, record_at(records, at));
    }
    collect_engine(collect);
    free(dir);
}

Test(collect, tells_what_the_engine_holds_and_the_log_says)
{
    static struct collect collect;
    struct stage stage;
    struct run run;
    struct records records;
    collect_run(&collect, &stage, &run, &records);
    const struct engine *engine = driver_engine(run.driver);
    const struct snapshot *snapshot = &collect.snapshot;
    const struct event *last = &stage.bars.records[stage.bars.count - 1];
    cr_expect_eq(snapshot->equity_e9, engine->equity_e9);
    cr_expect_eq(snapshot->equity.latest, engine->equity_e9);
    cr_expect_eq(snapshot->equity.values, engine->counters.slices);
    cr_expect_eq(snapshot->start_e9, stage.config.cash_e9);
    cr_expect_eq(snapshot->market_ns, last->ts_ns);
    cr_expect_eq(snapshot->trade_count, engine->counters.fills);
    cr_expect_eq(snapshot->decisions, engine->counters.acted + engine->counters.refused);
    cr_expect_eq(snapshot->session, 2, "2,000 minutes are a day and a part");
    cr_expect_eq(snapshot->position_count, engine->exposed_count);
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect_str_eq(snapshot->symbols[i].name, stage.bars.instruments[i].symbol);
        cr_expect_eq(snapshot->symbols[i].last_e9, view_close_e9(engine->view, i));
        cr_expect_eq(snapshot->symbols[i].closes.latest, view_close_e9(engine->view, i));
    }
    cr_expect_lt(snapshot->symbols[0].closes.values, engine->counters.slices,
                 "the course begins anew with the session");
    records_finish(&records);
    run_finish(&run);
    stage_finish(&stage);
}

/* The last fill in the log is the last trade shown, with the side of its order. */
Test(collect, a_trade_has_the_side_of_its_order_and_its_result)
{
    static struct collect collect;
    struct stage stage;
    struct run run;
    struct records records;
    collect_run(&collect, &stage, &run, &records);
    const struct snapshot *snapshot = &collect.snapshot;
    int64_t net_e9 = 0;
    uint64_t closed = 0;
    for (uint64_t n = snapshot->trade_count - SNAPSHOT_EVENTS_MAX; n < snapshot->trade_count; n++) {
        const struct snapshot_trade *trade = &snapshot->trades[n % SNAPSHOT_EVENTS_MAX];
        cr_expect_eq(trade->closed, !trade->bought, "long only: what is sold is closed");
        cr_expect_eq(trade->qty_e9, stage.config.books[0].sizing.qty_e9);
        cr_expect_str_eq(trade->strategy, "ma_crossover");
        net_e9 += trade->result_e9;
        closed += trade->closed ? 1 : 0;
    }
    int64_t logged_e9 = 0;
    uint64_t seen = 0;
    uint64_t all = driver_engine(run.driver)->books[0].trades_closed;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        const struct event *record = record_at(&records, at);
        if (record->kind == EVENT_TRADE && record->flags == TRADE_CLOSED && ++seen > all - closed) {
            const struct trade_detail *detail = (const struct trade_detail *)(record + 1);
            logged_e9 += record->trade.realized_e9 - detail->commission_e9;
        }
    }
    cr_expect_eq(net_e9, logged_e9);
    records_finish(&records);
    run_finish(&run);
    stage_finish(&stage);
}

/* Books with all that can end a trade, and one that warms up for long. */
#define FOUR_BOOKS                                                                                 \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"                \
    "commission: $1\nstrategies:\n"                                                                \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 3, trigger: level, warmup_bars: 3},\n"   \
    "     frame: 1min, quantity: 10, exits: {target: 3%, stop: 2%, held_by: broker}}\n"            \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 4, trigger: level, warmup_bars: 4},\n"   \
    "     frame: 1min, quantity: 10, exits: {target: 3%, stop: 2%}}\n"                             \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 5, trigger: level, warmup_bars: 5},\n"   \
    "     frame: 1min, quantity: 10, exits: {stop: 2%, trailing: 1%}}\n"                           \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 900, trigger: level, warmup_bars: 9},\n" \
    "     frame: 1min, quantity: 10}\n"                                                            \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_exposure: $1,000,000,000\n  max_open_positions: 1000 positions\n"                       \
    "  max_orders_per_session: 100000 orders\n  max_orders_per_strategy: 100000 orders\n"          \
    "  min_time_between_entries: 0s\n  max_daily_loss: 100%\n"                                     \
    "  max_portfolio_heat: $1,000,000,000\n  price_collar: 50%\n"

/* So far from the price, in parts per million; within a cent of rounding. */
static void expect_distance(int64_t price_e9, int64_t from_e9, int64_t ppm, const char *what)
{
    int64_t want_e9 = from_e9 + from_e9 / 1000000 * ppm;
    cr_expect_leq(llabs(price_e9 - want_e9), 10 * MONEY_E9 / 1000, "%s: %lld, wanted %lld", what,
                  (long long)price_e9, (long long)want_e9);
}

static void expect_exits(const struct snapshot_position *position, const struct trade *trade)
{
    if (trade->book <= 2) {
        /* A bracket is measured from the price that the entry was decided at. */
        bool bracket = trade->book == 1;
        int64_t from_e9 = bracket ? trade->entry.reference_price_e9 : position->entry_e9;
        expect_distance(position->stop_e9, from_e9, -20000, "stop");
        expect_distance(position->target_e9, from_e9, 30000, "target");
        cr_expect(!position->trails);
    } else {
        cr_expect_eq(position->target_e9, 0);
        cr_expect(position->trails, "one percent is nearer than two");
        expect_distance(position->stop_e9, trade->exits.best_e9, -10000, "trailing stop");
    }
}

/* A run of so many bars; counts in `seen` the open trades of each of the first three books. */
static void show_run(uint64_t bars, uint32_t seen[3])
{
    static struct collect collect;
    struct stage stage;
    struct run run;
    struct problem problem;
    enum err err =
        config_parse("four.yaml", FOUR_BOOKS, strlen(FOUR_BOOKS), &stage.config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    workload_create(bars, 42, 3, &stage.bars);
    stage.folder = folder_create();
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir, .every_slice = true}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    struct records records = records_read(dir);
    const struct engine *engine = driver_engine(run.driver);
    const struct snapshot *snapshot = &collect.snapshot;
    collect_init(&collect, engine, stage.bars.instruments, 3, CALENDAR_ALWAYS);
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        collect_record(&collect, record_at(&records, at));
    }
    collect_engine(&collect);
    uint32_t shown = 0;
    for (uint32_t i = 0; i < 3 * engine->book_count; i++) {
        const struct trade *trade = &engine->trades[i];
        if (!trade_is_live(trade)) {
            continue;
        }
        const struct snapshot_position *position = &snapshot->positions[shown++];
        if (!position->entering && !position->leaving) {
            seen[trade->book - 1]++;
            expect_exits(position, trade);
        }
    }
    cr_expect_eq(shown, snapshot->position_count);
    cr_expect_eq(snapshot->book_count, 4);
    cr_expect_eq(snapshot->books[0].closed, engine->books[0].trades_closed);
    cr_expect_eq(snapshot->books[3].bars_seen, bars);
    cr_expect_eq(snapshot->books[3].bars_needed, engine->books[3].warmup_bars);
    cr_expect_eq(snapshot->bars_needed, 0, "somebody was asked");
    records_finish(&records);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

/* Every position shows where its own plan ends it, whoever holds that; the last book still warms
 * up and says so. */
Test(collect, a_position_shows_its_stop_and_target)
{
    uint32_t seen[3] = {0};
    for (uint64_t bars = 20; bars < 120; bars += 5) {
        show_run(bars, seen);
    }
    cr_assert(seen[0] > 0 && seen[1] > 0 && seen[2] > 0, "each kind was open: %u %u %u", seen[0],
              seen[1], seen[2]);
}
