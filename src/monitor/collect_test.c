/* collect_test.c: what the view tells of a run against the engine that ran it, and the log. */
#include "monitor/collect.h"

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
