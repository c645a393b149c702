/* engine_surplus_test.c: a broker outside that fills more than was asked for: what no order of ours
 * asked for is told and not booked, and the run goes on. In process it is a fault of our own
 * (engine_reports_test.c). */
#include "core/engine_test.h"

#define RESTING                                                                                    \
    (struct exit_plan)                                                                             \
    {                                                                                              \
        .target = {EXIT_PRICE, USD(2)}, .stop = {EXIT_PRICE, USD(1)}, .opposite_signal = true,     \
        .at_broker = true                                                                          \
    }

static void take_condition(struct bench *bench, const struct event *event)
{
    engine_on_condition(bench->decides.engine, event, &bench->decides.output);
    engine_apply(bench->folds.engine, event);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

static void say_holding(struct bench *bench, int64_t qty_e9)
{
    struct event event = bench_report(bench, EVENT_HOLDING, 0, 0);
    event.holding = (struct event_holding){.qty_e9 = qty_e9};
    take_condition(bench, &event);
}

/* As every run with a broker outside begins: what is there is looked at. */
static void begin_outside(struct bench *bench, uint32_t books, struct exit_plan exits)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.books = books;
    plan.exits = exits;
    bench_init(bench, &plan);
    for (int64_t begins = 1; begins >= 0; begins--) {
        struct event event = bench_report(bench, EVENT_STATUS, INSTRUMENT_NONE, 0);
        event.flags = STATUS_RECONCILING;
        event.status.begins = begins;
        take_condition(bench, &event);
    }
}

/* A book that holds 100 shares, protected. */
static void enter(struct bench *bench, uint32_t book)
{
    uint64_t entry = bench_buy(bench, book, 0, USD(10));
    uint64_t trade = order_id_trade(entry);
    bench_say(bench, EVENT_ACCEPTED, 0, entry);
    bench_fill(bench, 0, entry, SHARES(100), USD(10));
    bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(trade, ORDER_ROLE_TARGET, 1));
    bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(trade, ORDER_ROLE_STOP, 1));
}

static void assert_surplus(const struct bench *bench, int64_t qty_e9)
{
    const struct event *notice = bench_answer(bench, EVENT_NOTICE, 0);
    cr_assert_not_null(notice);
    cr_assert_eq(notice->flags, NOTICE_SURPLUS, "%s", notice_text(notice->flags));
    cr_assert_eq(notice->notice.qty_e9, qty_e9);
    cr_assert_eq(bench->decides.engine->fault, ENGINE_FAULT_NONE);
}

static uint8_t verdict_of_entry(struct bench *bench, uint32_t book, uint32_t instrument)
{
    bench_wish(book, instrument, ACT_BUY);
    bench_slice_at(bench, USD(10));
    const struct event *decision = bench_answer(bench, EVENT_DECISION, 0);
    cr_assert_not_null(decision);
    return decision->decision.verdict;
}

static const uint64_t target = (uint64_t)1 << 16 | ORDER_ROLE_TARGET << 12 | 1;
static const uint64_t stop = (uint64_t)1 << 16 | ORDER_ROLE_STOP << 12 | 1;

Test(engine_surplus, both_exits_of_a_group)
{
    struct bench bench;
    begin_outside(&bench, 1, RESTING);
    enter(&bench, 0);
    const struct engine *engine = bench.decides.engine;
    bench_fill(&bench, 0, target, SHARES(100), USD(12));
    int64_t cash_e9 = ledger_cash_e9(&engine->ledger);
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    assert_surplus(&bench, SHARES(100));
    cr_expect_eq(bench_answers(&bench, EVENT_POSTING), 0);
    cr_expect_eq(ledger_cash_e9(&engine->ledger), cash_e9);
    cr_expect_eq(engine->ledger.positions[0].qty_e9, 0);
    cr_expect_eq(engine->counters.surpluses, 1);
    const struct event *trade = bench_answer(&bench, EVENT_TRADE, 0);
    cr_assert_not_null(trade, "nothing of it works any more");
    cr_expect_eq(trade->flags, TRADE_CLOSED);
    cr_expect_eq(trade->trade.exit_cause, EXIT_CAUSE_TARGET);
    cr_expect_eq(trade->trade.realized_e9, USD(200));
    bench_finish(&bench);
}

/* At once, and until the account is known to hold nothing of it. */
Test(engine_surplus, it_shuts_its_symbol)
{
    struct bench bench;
    begin_outside(&bench, 1, RESTING);
    enter(&bench, 0);
    bench_fill(&bench, 0, target, SHARES(100), USD(12));
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    for (int told = 0; told < 2; told++) {
        cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_FOREIGN);
        cr_expect_eq(bench_answer(&bench, EVENT_DECISION, 0)->decision.value, -SHARES(100));
        say_holding(&bench, -SHARES(100)); /* the same, said by the account: not twice as much */
    }
    cr_expect_eq(verdict_of_entry(&bench, 0, 1), VERDICT_PASS);
    say_holding(&bench, 0);
    cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_PASS);
    bench_finish(&bench);
}

Test(engine_surplus, what_still_fits_is_booked)
{
    struct bench bench;
    begin_outside(&bench, 1, RESTING);
    enter(&bench, 0);
    bench_fill(&bench, 0, target, SHARES(60), USD(12));
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    assert_surplus(&bench, SHARES(60));
    cr_expect_eq(bench.decides.engine->ledger.positions[0].qty_e9, 0);
    cr_expect_eq(bench_trade(&bench, 0, 0)->realized_e9, USD(60 * 2 - 40));
    cr_expect_eq(bench_trade(&bench, 0, 0)->target.qty_e9, SHARES(60));
    bench_say(&bench, EVENT_CANCELED, 0, target);
    cr_expect_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_finish(&bench);
}

Test(engine_surplus, an_entry_is_held_as_ordered)
{
    struct bench bench;
    begin_outside(&bench, 1, (struct exit_plan){.opposite_signal = true});
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(130), USD(10));
    assert_surplus(&bench, SHARES(30));
    cr_expect_eq(bench_trade(&bench, 0, 0)->qty_e9, SHARES(100));
    cr_expect_eq(bench_trade(&bench, 0, 0)->entry.state, ORDER_CLOSED);
    cr_expect_eq(bench.decides.engine->surplus_e9[0], SHARES(30));
    (void)bench_sell(&bench, 0, 0, USD(11));
    cr_expect_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.qty_e9, SHARES(100));
    bench_finish(&bench);
}

/* The group was said to be canceled, all was sold, and then it filled all the same. */
Test(engine_surplus, a_late_fill_of_a_trade_that_is_over)
{
    struct bench bench;
    begin_outside(&bench, 1, RESTING);
    enter(&bench, 0);
    (void)bench_sell(&bench, 0, 0, USD(10)); /* begins with the cancel */
    bench_say(&bench, EVENT_CANCELED, 0, target);
    bench_say(&bench, EVENT_CANCELED, 0, stop);
    bench_fill(&bench, 0, order_id_make(1, ORDER_ROLE_EXIT, 1), SHARES(100), USD(10));
    cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_fill(&bench, 0, target, SHARES(100), USD(12));
    assert_surplus(&bench, SHARES(100));
    cr_expect_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    cr_expect_eq(bench.decides.engine->surplus_e9[0], -SHARES(100));
    bench_finish(&bench);
}

/* The exit was said to be canceled, the next one is under way, and then the first one fills. */
Test(engine_surplus, a_late_fill_of_an_attempt_that_another_followed)
{
    struct bench bench;
    begin_outside(&bench, 1, (struct exit_plan){.opposite_signal = true});
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    uint64_t first = bench_sell(&bench, 0, 0, USD(11));
    bench_say(&bench, EVENT_CANCELED, 0, first);
    uint64_t second = bench_sell(&bench, 0, 0, USD(11));
    bench_fill(&bench, 0, first, SHARES(100), USD(11));
    assert_surplus(&bench, SHARES(100));
    const struct event *cancel = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(cancel, "there is nothing left for it to sell");
    cr_expect_eq(cancel->order.order_id, second);
    cr_expect_eq(cancel->order.action, ORDER_ACTION_CANCEL);
    cr_expect_eq(bench_answers(&bench, EVENT_POSTING), 0);
    bench_say(&bench, EVENT_CANCELED, 0, 77); /* of no trade of ours */
    cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_FOREIGN_REPORT);
    bench_finish(&bench);
}

/* What one trade sold too much is missing for the other, whose protection is cut. */
Test(engine_surplus, the_other_trades_exits_are_cut)
{
    struct bench bench;
    begin_outside(&bench, 2, RESTING);
    enter(&bench, 0);
    enter(&bench, 1);
    bench_fill(&bench, 0, target, SHARES(100), USD(12));
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    assert_surplus(&bench, SHARES(100));
    const struct event *cancel = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(cancel);
    cr_expect_eq(cancel->order.action, ORDER_ACTION_CANCEL);
    cr_expect_eq(order_id_trade(cancel->order.order_id), 2);
    bench_finish(&bench);
}

Test(engine_surplus, an_execution_counts_once)
{
    struct bench bench;
    begin_outside(&bench, 1, RESTING);
    enter(&bench, 0);
    bench_fill(&bench, 0, target, SHARES(100), USD(12));
    struct event fill = bench_fill_event(&bench, 0, stop, SHARES(100), USD(9));
    bench_take(&bench, &fill);
    bench_take(&bench, &fill);
    cr_expect_eq(bench.decides.output.slots, 0);
    cr_expect_eq(bench.decides.engine->surplus_e9[0], -SHARES(100));
    bench_finish(&bench);
}

Test(engine_surplus, what_cannot_be_stays_a_fault)
{
    static const int64_t strange[][2] = {
        {0,          USD(9)},
        {-SHARES(1), USD(9)},
        {SHARES(1),  0     }
    };
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        struct bench bench;
        begin_outside(&bench, 1, (struct exit_plan){.opposite_signal = true});
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        bench_fill(&bench, 0, entry, strange[i][0], strange[i][1]);
        cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_OVERFILL);
        bench_finish(&bench);
    }
}

/* A command of the operator tells nothing of where the broker is. */
Test(engine_surplus, in_process_it_is_a_fault)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    struct event pause = bench_report(&bench, EVENT_COMMAND, INSTRUMENT_NONE, 0);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    pause.flags = COMMAND_PAUSE;
    engine_on_command(bench.decides.engine, &pause, &bench.decides.output);
    engine_apply(bench.folds.engine, &pause);
    bench_fill(&bench, 0, entry, SHARES(101), USD(10));
    cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_OVERFILL);
    cr_expect_eq(bench_answers(&bench, EVENT_NOTICE), 0);
    bench_finish(&bench);
}
