/* fold_check_test.c: records that cannot follow from those before them. That all which follow can,
 * each test shows that folds what its engine says (engine_test.h). */
#include "core/fold_check.h"

#include "core/engine_test.h"

/* Two instruments; the first book holds 10 shares of the first one and is selling them. */
static void begin(struct bench *bench)
{
    bench_init_simple(bench, 2);
    uint64_t entry = bench_buy(bench, 0, 0, USD(10));
    bench_say(bench, EVENT_ACCEPTED, 0, entry);
    bench_fill(bench, 0, entry, bench_trade(bench, 0, 0)->entry.qty_e9, USD(10));
    (void)bench_sell(bench, 0, 0, USD(10));
}

static struct event record_of(uint8_t kind, uint32_t instrument)
{
    return (struct event){.kind = kind, .version = 1, .slots = 1, .instrument = instrument};
}

static struct event order_of(uint32_t instrument, uint64_t trade_id, enum order_role role,
                             uint8_t action)
{
    struct event record = record_of(EVENT_ORDER, instrument);
    record.order = (struct event_order){
        .order_id = order_id_make(trade_id, role, 1), .book = 1, .action = action};
    return record;
}

#define EXPECT_FAULT(bench, record, text)                                                          \
    do {                                                                                           \
        const char *fault = fold_fault((bench)->folds.engine, &(record));                          \
        cr_expect(fault != NULL && strcmp(fault, (text)) == 0, "%s: %s", (text), fault);           \
    } while (0)

Test(fold_check, orders)
{
    struct bench bench;
    begin(&bench);
    struct event again = order_of(1, 1, ORDER_ROLE_ENTRY, ORDER_ACTION_SUBMIT);
    struct event held = order_of(0, 2, ORDER_ROLE_ENTRY, ORDER_ACTION_SUBMIT);
    struct event next = order_of(1, 2, ORDER_ROLE_ENTRY, ORDER_ACTION_SUBMIT);
    struct event other_exit = order_of(0, 7, ORDER_ROLE_EXIT, ORDER_ACTION_SUBMIT);
    struct event second_exit = order_of(0, 1, ORDER_ROLE_EXIT, ORDER_ACTION_SUBMIT);
    struct event stop = order_of(0, 1, ORDER_ROLE_STOP, ORDER_ACTION_SUBMIT);
    struct event never = order_of(0, 1, ORDER_ROLE_STOP, ORDER_ACTION_CANCEL);
    struct event cancel = order_of(0, 1, ORDER_ROLE_EXIT, ORDER_ACTION_CANCEL);
    EXPECT_FAULT(&bench, again, "its trade is not the next one");
    EXPECT_FAULT(&bench, held, "its book holds a trade there already");
    EXPECT_FAULT(&bench, other_exit, "its trade is another one");
    EXPECT_FAULT(&bench, second_exit, "the order before it still works");
    EXPECT_FAULT(&bench, stop, "no plan of the run has such an order");
    EXPECT_FAULT(&bench, never, "it cancels an order that was never sent");
    cr_expect_null(fold_fault(bench.folds.engine, &next));
    cr_expect_null(fold_fault(bench.folds.engine, &cancel));
    next.order.book = 2;
    EXPECT_FAULT(&bench, next, "the run has no such book");
    bench_finish(&bench);
}

Test(fold_check, what_is_said_of_orders_and_trades)
{
    struct bench bench;
    begin(&bench);
    struct event posting = record_of(EVENT_POSTING, 0);
    cr_expect_null(fold_fault(bench.folds.engine, &posting), "of no order");
    posting.posting.order_id = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    cr_expect_null(fold_fault(bench.folds.engine, &posting));
    posting.posting.order_id = order_id_make(2, ORDER_ROLE_ENTRY, 1);
    EXPECT_FAULT(&bench, posting, "its order was never sent");

    struct event trade = record_of(EVENT_TRADE, 0);
    trade.trade = (struct event_trade){.trade_id = 2, .book = 1};
    EXPECT_FAULT(&bench, trade, "its trade is another one");
    trade.trade.trade_id = 1;
    cr_expect_null(fold_fault(bench.folds.engine, &trade));
    trade.trade.book = 2;
    EXPECT_FAULT(&bench, trade, "the run has no such book");

    struct event notice = record_of(EVENT_NOTICE, 1);
    notice.notice = (struct event_notice){.trade_id = 1, .book = 1};
    EXPECT_FAULT(&bench, notice, "its trade is another one");
    struct event decision = record_of(EVENT_DECISION, 0);
    decision.decision.book = 2;
    EXPECT_FAULT(&bench, decision, "the run has no such book");
    bench_finish(&bench);
}

Test(fold_check, sums_and_prices)
{
    struct bench bench;
    begin(&bench);
    struct event slice = record_of(EVENT_SLICE, INSTRUMENT_NONE);
    slice.slice.cash_e9 = ledger_cash_e9(&bench.folds.engine->ledger);
    slice.slice.equity_e9 = bench.folds.engine->equity_e9;
    cr_expect_null(fold_fault(bench.folds.engine, &slice));
    slice.slice.cash_e9++;
    EXPECT_FAULT(&bench, slice, "its cash or equity is not what the records before it come to");
    slice.slice.cash_e9--;
    slice.slice.equity_e9--;
    EXPECT_FAULT(&bench, slice, "its cash or equity is not what the records before it come to");

    struct event action = record_of(EVENT_ACTION, 0);
    action.action = (struct event_action){.split_new = 2, .split_old = 1};
    cr_expect_null(fold_fault(bench.folds.engine, &action));
    action.action = (struct event_action){.split_new = 1, .split_old = 1000000};
    EXPECT_FAULT(&bench, action, "it leaves a price outside of their range");
    bench_finish(&bench);
}
