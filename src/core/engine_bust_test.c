/* engine_bust_test.c: executions that the exchange takes back: quantity, cost, result, cash and
 * protection are those of the executions that stand. */
#include "core/engine_test.h"

#define RESTING                                                                                    \
    (struct exit_plan)                                                                             \
    {                                                                                              \
        .target = {EXIT_PRICE, USD(2)}, .stop = {EXIT_PRICE, USD(1)}, .opposite_signal = true,     \
        .at_broker = true                                                                          \
    }

#define ON_SIGNAL                                                                                  \
    (struct exit_plan)                                                                             \
    {                                                                                              \
        .opposite_signal = true                                                                    \
    }

enum { CASH = 10000000 };

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

/* As every run with a broker outside begins; an execution costs a dollar. */
static void begin_outside(struct bench *bench, struct exit_plan exits)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.exits = exits;
    plan.cash_e9 = USD(CASH);
    plan.commission_e9 = USD(1);
    bench_init(bench, &plan);
    for (int64_t begins = 1; begins >= 0; begins--) {
        struct event event = bench_report(bench, EVENT_STATUS, INSTRUMENT_NONE, 0);
        event.flags = STATUS_RECONCILING;
        event.status.begins = begins;
        take_condition(bench, &event);
    }
}

/* What the broker says when it takes that execution back. */
static struct event bust_of(const struct bench *bench, uint64_t exec_id)
{
    const struct execution *execution = engine_execution(bench->decides.engine, exec_id);
    cr_assert_not_null(execution);
    struct event bust =
        bench_report(bench, EVENT_BUSTED, execution->instrument, execution->order_id);
    bust.report.exec_id = exec_id;
    bust.report.qty_e9 = execution->trade_e9;
    bust.report.price_e9 = execution->price_e9;
    bust.report.commission_e9 = execution->commission_e9;
    return bust;
}

static void take_back(struct bench *bench, uint64_t exec_id)
{
    struct event bust = bust_of(bench, exec_id);
    bench_take(bench, &bust);
    cr_assert_eq(bench->decides.engine->fault, ENGINE_FAULT_NONE);
}

/* Quantity, cost and result of the first trade, and the account's cash, in dollars. */
static void expect_trade(const struct bench *bench, enum trade_state state, int64_t qty,
                         int64_t cost, int64_t realized, int64_t cash)
{
    const struct trade *trade = bench_trade(bench, 0, 0);
    const struct ledger *ledger = &bench->decides.engine->ledger;
    cr_expect_eq(trade->state, state, "%s", trade_state_text(trade->state));
    cr_expect_eq(trade->qty_e9, SHARES(qty), "qty %" PRId64, trade->qty_e9);
    cr_expect_eq(trade->cost_e9, USD(cost), "cost %" PRId64, trade->cost_e9);
    cr_expect_eq(trade->realized_e9, USD(realized), "realized %" PRId64, trade->realized_e9);
    cr_expect_eq(ledger_cash_e9(ledger), USD(cash), "cash %" PRId64, ledger_cash_e9(ledger));
    cr_expect(ledger_is_balanced(ledger));
}

static void expect_cancel(const struct bench *bench, uint64_t order_id)
{
    const struct event *order = bench_answer(bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    cr_expect_eq(order->order.action, ORDER_ACTION_CANCEL);
    cr_expect_eq(order->order.order_id, order_id);
}

static const uint64_t target = (uint64_t)1 << 16 | ORDER_ROLE_TARGET << 12 | 1;
static const uint64_t stop = (uint64_t)1 << 16 | ORDER_ROLE_STOP << 12 | 1;

/* Its protection rests at the broker, and has done so for a while. */
static void say_protected(struct bench *bench, uint64_t trade_id)
{
    bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(trade_id, ORDER_ROLE_TARGET, 1));
    bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(trade_id, ORDER_ROLE_STOP, 1));
    bench->ts_ns += CLOSER_STOOD_NS;
}

/* 60 at 10 and 40 at 12, executions 1 and 2, protected. */
static void enter_twice(struct bench *bench)
{
    uint64_t entry = bench_buy(bench, 0, 0, USD(10));
    bench_say(bench, EVENT_ACCEPTED, 0, entry);
    bench_fill(bench, 0, entry, SHARES(60), USD(10));
    bench_fill(bench, 0, entry, SHARES(40), USD(12));
    say_protected(bench, 1);
    expect_trade(bench, TRADE_OPEN, 100, 1080, 0, CASH - 1082);
}

static void cancel_group(struct bench *bench)
{
    bench_say(bench, EVENT_CANCELED, 0, target);
    bench_say(bench, EVENT_CANCELED, 0, stop);
}

/* What is sent to protect the trade anew. */
static void expect_protection(const struct bench *bench, int64_t qty)
{
    cr_assert_eq(bench_answers(bench, EVENT_ORDER), 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct event *order = bench_answer(bench, EVENT_ORDER, i);
        cr_expect_eq(order->order.action, 0);
        cr_expect_eq(order->order.qty_e9, SHARES(qty), "%" PRId64, order->order.qty_e9);
    }
}

Test(engine_bust, a_part_of_an_entry_cuts_its_protection)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    take_back(&bench, 2);
    expect_trade(&bench, TRADE_OPEN, 60, 600, 0, CASH - 601);
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_expect_eq(trade->detail.entry_qty_e9, SHARES(60));
    cr_expect_eq(trade->detail.entry_value_e9, USD(600));
    cr_expect_eq(trade->detail.commission_e9, USD(1));
    cr_expect_eq(trade->entry.filled_e9, SHARES(60));
    cr_expect_eq(bench.decides.engine->counters.fills, 1);
    cr_expect_eq(bench.decides.engine->counters.busts, 1);
    expect_cancel(&bench, target);
    cancel_group(&bench);
    expect_protection(&bench, 60);
    cr_expect_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.limit_price_e9, USD(12), "of 10");
    bench_finish(&bench);
}

Test(engine_bust, a_whole_entry_ends_as_one_that_never_filled)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    take_back(&bench, 1);
    expect_trade(&bench, TRADE_OPEN, 40, 480, 0, CASH - 481);
    expect_cancel(&bench, target);
    take_back(&bench, 2);
    cr_expect_eq(bench.decides.output.send_count, 0, "it is canceled already");
    cancel_group(&bench);
    expect_trade(&bench, TRADE_VOID, 0, 0, 0, CASH);
    cr_expect_eq(bench_trade(&bench, 0, 0)->detail.opened_ns, 0);
    cr_expect_eq(bench.decides.engine->books[0].trades_closed, 0);
    cr_expect_eq(bench.decides.engine->books[0].commission_e9, 0);
    bench_slice_at(&bench, USD(50));
    cr_expect_eq(bench.decides.engine->equity_e9, USD(CASH));
    cr_expect_eq(bench.decides.engine->exposed_count, 0);
    (void)bench_buy(&bench, 0, 0, USD(10));
    bench_finish(&bench);
}

/* Its other part is still to come, so what rests waits for the entry. */
Test(engine_bust, of_an_entry_that_works)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_say(&bench, EVENT_ACCEPTED, 0, entry);
    bench_fill(&bench, 0, entry, SHARES(40), USD(10));
    take_back(&bench, 1);
    cr_expect_eq(bench.decides.output.send_count, 0);
    expect_trade(&bench, TRADE_OPEN, 0, 0, 0, CASH);
    bench_fill(&bench, 0, entry, SHARES(60), USD(11));
    expect_trade(&bench, TRADE_OPEN, 60, 660, 0, CASH - 661);
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    cr_expect_eq(bench_trade(&bench, 0, 0)->target.qty_e9, SHARES(60));
    bench_finish(&bench);
}

Test(engine_bust, a_part_of_an_exit_is_protected_again)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    bench_fill(&bench, 0, target, SHARES(50), USD(13));
    expect_trade(&bench, TRADE_OPEN, 50, 540, 110, CASH - 1082 + 649);
    take_back(&bench, 3);
    expect_trade(&bench, TRADE_OPEN, 100, 1080, 0, CASH - 1082);
    cr_expect_eq(bench_trade(&bench, 0, 0)->detail.exit_qty_e9, 0);
    cr_expect_eq(bench_trade(&bench, 0, 0)->detail.exit_value_e9, 0);
    cr_expect_eq(bench.decides.engine->books[0].realized_e9, 0);
    expect_cancel(&bench, target);
    cancel_group(&bench);
    expect_protection(&bench, 100);
    bench_finish(&bench);
}

Test(engine_bust, an_exit_opens_its_trade_again)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    bench_say(&bench, EVENT_CANCELED, 0, target);
    expect_trade(&bench, TRADE_CLOSED, 0, 0, -180, CASH - 1082 + 899);
    cr_expect_eq(bench.decides.engine->books[0].trades_closed, 1);
    take_back(&bench, 3);
    expect_trade(&bench, TRADE_OPEN, 100, 1080, 0, CASH - 1082);
    cr_expect_eq(bench.decides.engine->books[0].trades_closed, 0);
    cr_expect_eq(bench.decides.engine->books[0].record.lost_e9, 0);
    cr_expect_eq(bench.decides.engine->exposed_count, 1);
    expect_protection(&bench, 100);
    bench_finish(&bench);
}

/* The wish that sold it stands: it is sold again. */
Test(engine_bust, a_sale_that_was_wanted_is_sent_again)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    (void)bench_sell(&bench, 0, 0, USD(10));
    cancel_group(&bench);
    bench_fill(&bench, 0, order_id_make(1, ORDER_ROLE_EXIT, 1), SHARES(100), USD(10));
    take_back(&bench, 3);
    expect_trade(&bench, TRADE_OPEN, 100, 1080, 0, CASH - 1082);
    const struct event *order = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    cr_expect_eq(order->order.order_id, order_id_make(1, ORDER_ROLE_EXIT, 2));
    cr_expect_eq(order->order.qty_e9, SHARES(100));
    bench_finish(&bench);
}

/* 50 of the 100 are sold at 13; without the 40 at 12 the 50 cost 10 each, as do the 10 left. */
Test(engine_bust, what_was_sold_cost_what_stands)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    bench_fill(&bench, 0, target, SHARES(50), USD(13));
    take_back(&bench, 2);
    expect_trade(&bench, TRADE_OPEN, 10, 100, 150, CASH - 601 + 649);
    cr_expect_eq(bench.decides.engine->books[0].realized_e9, USD(150));
    expect_cancel(&bench, target);
    bench_finish(&bench);
}

static uint8_t verdict_of_entry(struct bench *bench, uint32_t instrument)
{
    bench_wish(0, instrument, ACT_BUY);
    bench_slice_at(bench, USD(10));
    const struct event *decision = bench_answer(bench, EVENT_DECISION, 0);
    cr_assert_not_null(decision);
    return decision->decision.verdict;
}

/* 100 were bought at 10 and 60 of them sold at 12. Without the purchase the account owes those 60;
 * the trade keeps what it made of them. */
Test(engine_bust, what_was_sold_meanwhile_is_owed_beside_the_trade)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_fill(&bench, 0, target, SHARES(60), USD(12));
    expect_trade(&bench, TRADE_OPEN, 40, 400, 120, CASH - 1001 + 719);
    int64_t peak_e9 = bench.decides.engine->peak_equity_e9;
    take_back(&bench, 1);
    expect_trade(&bench, TRADE_OPEN, 0, 0, 120, CASH + 719);
    const struct engine *engine = bench.decides.engine;
    cr_expect_eq(engine->ledger.balance_e9[ACCOUNT_TRANSFERS], -USD(600));
    cr_expect_eq(engine->surplus_e9[0], -SHARES(60));
    cr_expect_eq(engine->counters.surpluses, 1);
    cr_expect_eq(engine->peak_equity_e9, peak_e9 + USD(600), "neither gain nor loss");
    expect_cancel(&bench, target);
    cancel_group(&bench);
    expect_trade(&bench, TRADE_CLOSED, 0, 0, 120, CASH + 719);
    cr_expect_eq(verdict_of_entry(&bench, 0), VERDICT_FOREIGN);
    cr_expect_eq(verdict_of_entry(&bench, 1), VERDICT_PASS);
    say_holding(&bench, -SHARES(60)); /* the same, said by the account */
    cr_expect_eq(verdict_of_entry(&bench, 0), VERDICT_FOREIGN);
    say_holding(&bench, 0); /* somebody bought them back */
    cr_expect_eq(verdict_of_entry(&bench, 0), VERDICT_PASS);
    bench_finish(&bench);
}

/* Another trade has the place: its shares come back beside that one. */
Test(engine_bust, a_sale_of_a_trade_whose_place_is_taken)
{
    struct bench bench;
    begin_outside(&bench, ON_SIGNAL);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    bench_fill(&bench, 0, bench_sell(&bench, 0, 0, USD(12)), SHARES(100), USD(12));
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(20)), SHARES(100), USD(20));
    expect_trade(&bench, TRADE_OPEN, 100, 2000, 0, CASH - 1001 + 1199 - 2001);
    take_back(&bench, 2);
    expect_trade(&bench, TRADE_OPEN, 100, 2000, 0, CASH - 1001 - 2001);
    const struct engine *engine = bench.decides.engine;
    cr_expect_eq(engine->surplus_e9[0], SHARES(100));
    cr_expect_eq(engine->ledger.balance_e9[ACCOUNT_TRANSFERS], USD(1199));
    cr_expect_eq(engine->books[0].realized_e9, USD(200), "the trade stays as it was");
    cr_expect_eq(bench_answers(&bench, EVENT_TRADE), 0);
    bench_finish(&bench);
}

/* ... and a purchase of it is missing in what the account holds. */
Test(engine_bust, a_purchase_of_a_trade_whose_place_is_taken)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    bench_say(&bench, EVENT_CANCELED, 0, target);
    bench_wish(0, 0, ACT_HOLD);
    bench_slice_at(&bench, USD(9)); /* armed again after the stop */
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    say_protected(&bench, 2);
    int64_t cash_e9 = ledger_cash_e9(&bench.decides.engine->ledger);
    take_back(&bench, 1);
    expect_trade(&bench, TRADE_OPEN, 100, 1000, 0, cash_e9 / MONEY_E9 + 601);
    cr_expect_eq(bench.decides.engine->surplus_e9[0], -SHARES(60));
    expect_cancel(&bench, order_id_make(2, ORDER_ROLE_TARGET, 1));
    bench_say(&bench, EVENT_CANCELED, 0, order_id_make(2, ORDER_ROLE_TARGET, 1));
    bench_say(&bench, EVENT_CANCELED, 0, order_id_make(2, ORDER_ROLE_STOP, 1));
    expect_protection(&bench, 40);
    bench_finish(&bench);
}

Test(engine_bust, an_execution_is_taken_back_once)
{
    struct bench bench;
    begin_outside(&bench, RESTING);
    enter_twice(&bench);
    struct event bust = bust_of(&bench, 2);
    bench_take(&bench, &bust);
    bench_take(&bench, &bust);
    cr_expect_eq(bench.decides.output.slots, 0);
    bust.report.exec_id = 77; /* never heard of: there is nothing to reverse */
    bench_take(&bench, &bust);
    cr_expect_eq(bench.decides.output.slots, 0);
    bust = bust_of(&bench, 1);
    bust.report.price_e9 += 1; /* is not what was booked */
    bench_take(&bench, &bust);
    cr_expect_eq(bench.decides.output.slots, 0);
    expect_trade(&bench, TRADE_OPEN, 60, 600, 0, CASH - 601);
    cr_expect_eq(bench.decides.engine->counters.busts, 1);
    cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_NONE);
    bench_finish(&bench);
}

/* 130 of 100 filled: the 30 were the account's, and are no more. */
Test(engine_bust, a_surplus_goes_with_its_execution)
{
    struct bench bench;
    begin_outside(&bench, ON_SIGNAL);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(130), USD(10));
    cr_expect_eq(bench.decides.engine->surplus_e9[0], SHARES(30));
    take_back(&bench, 1);
    expect_trade(&bench, TRADE_VOID, 0, 0, 0, CASH);
    cr_expect_eq(bench.decides.engine->surplus_e9[0], 0);
    bench_finish(&bench);
}

Test(engine_bust, nothing_is_taken_back_in_an_old_measure)
{
    struct bench bench;
    begin_outside(&bench, ON_SIGNAL);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    bench_action(&bench, 0, 2, 1, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(100));
    cr_expect_null(engine_execution(bench.decides.engine, 1));
    bench_finish(&bench);
}

/* Only so many are kept: an older one is not known any more. */
Test(engine_bust, the_latest_are_remembered)
{
    struct bench bench;
    begin_outside(&bench, ON_SIGNAL);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    for (uint64_t i = 0; i <= EXECUTIONS_KEPT; i++) {
        struct event fill = bench_fill_event(&bench, 0, entry, MONEY_E9 / 100, USD(10));
        engine_on_report(bench.decides.engine, &fill, &bench.decides.output);
    }
    cr_expect_null(engine_execution(bench.decides.engine, 1));
    cr_expect_not_null(engine_execution(bench.decides.engine, 2));
    cr_expect_not_null(engine_execution(bench.decides.engine, EXECUTIONS_KEPT + 1));
    cr_expect_null(engine_execution(bench.decides.engine, EXECUTIONS_KEPT + 2));
    bench_finish(&bench);
}
