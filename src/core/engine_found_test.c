/* engine_found_test.c: exits that the log does not have, found at the broker: they become orders of
 * their trades as if they had been logged when they were sent, and nothing is sent for them. */
#include "core/engine_test.h"

#define RESTING                                                                                    \
    (struct exit_plan)                                                                             \
    {                                                                                              \
        .target = {EXIT_PRICE, USD(2)}, .stop = {EXIT_PRICE, USD(1)}, .opposite_signal = true,     \
        .at_broker = true                                                                          \
    }

static void begin(struct bench *bench, struct exit_plan exits)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.exits = exits;
    bench_init(bench, &plan);
}

/* Book 0 holds 100 shares of instrument 0, by trade 1. */
static void enter(struct bench *bench, bool protected)
{
    uint64_t entry = bench_buy(bench, 0, 0, USD(10));
    bench_say(bench, EVENT_ACCEPTED, 0, entry);
    bench_fill(bench, 0, entry, SHARES(100), USD(10));
    if (protected) {
        bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(1, ORDER_ROLE_TARGET, 1));
        bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(1, ORDER_ROLE_STOP, 1));
    }
}

/* Both engines take it; the answers of the first are folded by the second. */
static void find(struct bench *bench, uint64_t order_id, int64_t qty_e9, enum order_type type,
                 int64_t price_e9)
{
    struct event event = bench_report(bench, EVENT_FOUND, 0, order_id);
    event.flags = (uint8_t)type;
    event.report.qty_e9 = qty_e9;
    event.report.price_e9 = price_e9;
    engine_on_report(bench->decides.engine, &event, &bench->decides.output);
    engine_apply(bench->folds.engine, &event);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

static const uint64_t target_1 = (uint64_t)1 << 16 | ORDER_ROLE_TARGET << 12 | 1;
static const uint64_t stop_1 = (uint64_t)1 << 16 | ORDER_ROLE_STOP << 12 | 1;
static const uint64_t exit_1 = (uint64_t)1 << 16 | ORDER_ROLE_EXIT << 12 | 1;

Test(engine_found, an_exit_closes_its_trade_and_is_not_sent)
{
    struct bench bench;
    begin(&bench, (struct exit_plan){.opposite_signal = true});
    enter(&bench, false);
    find(&bench, exit_1, SHARES(100), ORDER_TYPE_MARKET, 0);
    cr_expect_eq(bench.decides.output.send_count, 0);
    const struct event *order = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    cr_expect_eq(order->order.order_id, exit_1);
    cr_expect_eq(event_order_cause(order), EXIT_CAUSE_UNLOGGED);
    bench_fill(&bench, 0, exit_1, SHARES(100), USD(11));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_expect_eq(trade->state, TRADE_CLOSED);
    cr_expect_eq(trade->realized_e9, USD(100));
    cr_expect_eq(trade->exits.cause, EXIT_CAUSE_UNLOGGED);
    cr_expect_eq(bench.decides.engine->ledger.positions[0].qty_e9, 0);
    bench_finish(&bench);
}

/* What rested before it was canceled for it: that calls for no new protection. */
Test(engine_found, what_it_followed_may_end_after_it)
{
    struct bench bench;
    begin(&bench, RESTING);
    enter(&bench, true);
    find(&bench, exit_1, SHARES(100), ORDER_TYPE_MARKET, 0);
    bench_say(&bench, EVENT_CANCELED, 0, target_1);
    cr_expect_eq(bench.decides.output.send_count, 0);
    bench_say(&bench, EVENT_CANCELED, 0, stop_1);
    cr_expect_eq(bench.decides.output.send_count, 0, "the exit has all of it");
    bench_fill(&bench, 0, exit_1, SHARES(100), USD(9));
    cr_expect_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_finish(&bench);
}

/* The next attempt has the next number: no name is used twice. */
Test(engine_found, attempts_go_on_behind_it)
{
    struct bench bench;
    begin(&bench, (struct exit_plan){.opposite_signal = true});
    enter(&bench, false);
    find(&bench, exit_1 + 2, SHARES(100), ORDER_TYPE_MARKET, 0);
    bench_say(&bench, EVENT_CANCELED, 0, exit_1 + 2);
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    const struct event *order = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    cr_expect_eq(order->order.order_id, exit_1 + 3);
    bench_say(&bench, EVENT_CANCELED, 0, exit_1 + 3);
    find(&bench, exit_1 + 1, SHARES(100), ORDER_TYPE_MARKET, 0);
    cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_FOREIGN_REPORT, "it is an earlier one");
    bench_finish(&bench);
}

Test(engine_found, protection_is_taken_in_pairs)
{
    struct bench bench;
    begin(&bench, RESTING);
    enter(&bench, true);
    bench_slice_at(&bench, USD(10)); /* it has rested for a while */
    bench_say(&bench, EVENT_CANCELED, 0, target_1);
    bench_say(&bench, EVENT_CANCELED, 0, stop_1);
    /* It has asked for the second pair itself: that is no news. The third is. */
    uint64_t second = order_id_make(1, ORDER_ROLE_STOP, 2);
    cr_assert_eq(bench_trade(&bench, 0, 0)->stop.id, second);
    bench_say(&bench, EVENT_CANCELED, 0, second);
    find(&bench, target_1 + 1, SHARES(100), ORDER_TYPE_LIMIT, USD(12));
    cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_FOREIGN_REPORT, "it works already");
    bench_finish(&bench);
}

static enum engine_fault fault_of(uint64_t order_id, int64_t qty_e9, enum order_type type)
{
    struct bench bench;
    begin(&bench, (struct exit_plan){.opposite_signal = true});
    enter(&bench, false);
    find(&bench, order_id, qty_e9, type, 0);
    enum engine_fault fault = bench.decides.engine->fault;
    cr_expect(fault == ENGINE_FAULT_NONE || bench.decides.output.slots == 0);
    bench_finish(&bench);
    return fault;
}

Test(engine_found, what_cannot_be_stops_the_run)
{
    uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 2);
    uint64_t other = order_id_make(2, ORDER_ROLE_EXIT, 1);
    cr_expect_eq(fault_of(exit_1, SHARES(100), ORDER_TYPE_MARKET), ENGINE_FAULT_NONE);
    cr_expect_eq(fault_of(entry, SHARES(100), ORDER_TYPE_MARKET), ENGINE_FAULT_FOREIGN_REPORT);
    cr_expect_eq(fault_of(other, SHARES(100), ORDER_TYPE_MARKET), ENGINE_FAULT_FOREIGN_REPORT);
    cr_expect_eq(fault_of(stop_1, SHARES(100), ORDER_TYPE_STOP), ENGINE_FAULT_FOREIGN_REPORT,
                 "the plan has none");
    cr_expect_eq(fault_of(exit_1, SHARES(101), ORDER_TYPE_MARKET), ENGINE_FAULT_FOREIGN_REPORT);
    cr_expect_eq(fault_of(exit_1, 0, ORDER_TYPE_MARKET), ENGINE_FAULT_FOREIGN_REPORT);
    cr_expect_eq(fault_of(exit_1 - 1, SHARES(1), ORDER_TYPE_MARKET), ENGINE_FAULT_FOREIGN_REPORT,
                 "attempts count from 1");
}
