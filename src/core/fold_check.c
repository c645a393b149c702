/* fold_check.c: see fold_check.h. Reads const state and changes nothing. */
#include "core/fold_check.h"

#include "base/money.h"

static const struct trade *trade_of(const struct engine *engine, uint16_t book, uint32_t instrument)
{
    return &engine->trades[engine_place(engine, book - 1U, instrument)];
}

static bool has_order(const struct trade *trade, uint64_t order_id)
{
    return trade->entry.id == order_id || trade->exit.id == order_id ||
           trade->target.id == order_id || trade->stop.id == order_id;
}

/* An order that closes a trade. */
static const char *exit_fault(const struct engine *engine, const struct trade *trade,
                              const struct event_order *order)
{
    enum order_role role = order_id_role(order->order_id);
    const struct order *before = role == ORDER_ROLE_EXIT     ? &trade->exit
                                 : role == ORDER_ROLE_TARGET ? &trade->target
                                                             : &trade->stop;
    if (trade->id != order_id_trade(order->order_id)) {
        return "its trade is another one";
    }
    if (role != ORDER_ROLE_EXIT && !engine->closes) {
        return "no plan of the run has such an order";
    }
    return order_is_working(before) ? "the order before it still works" : NULL;
}

static const char *order_fault(const struct engine *engine, const struct event *record)
{
    const struct event_order *order = &record->order;
    if (order->book > engine->book_count) {
        return "the run has no such book";
    }
    const struct trade *trade = trade_of(engine, order->book, record->instrument);
    if (order->action == ORDER_ACTION_CANCEL) {
        return has_order(trade, order->order_id) ? NULL : "it cancels an order that was never sent";
    }
    if (order_id_role(order->order_id) != ORDER_ROLE_ENTRY) {
        return exit_fault(engine, trade, order);
    }
    if (order_id_trade(order->order_id) != engine->next_trade_id) {
        return "its trade is not the next one";
    }
    return trade_is_live(trade) ? "its book holds a trade there already" : NULL;
}

static const char *posting_fault(const struct engine *engine, const struct event *record)
{
    uint64_t order_id = record->posting.order_id;
    bool known = order_id == 0 || engine_trade(engine, record->instrument, order_id) != NULL;
    return known ? NULL : "its order was never sent";
}

/* A TRADE or a NOTICE. */
static const char *trade_fault(const struct engine *engine, uint16_t book, uint32_t instrument,
                               uint64_t trade_id)
{
    if (book > engine->book_count) {
        return "the run has no such book";
    }
    return trade_of(engine, book, instrument)->id == trade_id ? NULL : "its trade is another one";
}

/* What the postings and the marks before it come to. */
static const char *slice_fault(const struct engine *engine, const struct event_slice *slice)
{
    int64_t equity_e9;
    bool equal = slice->cash_e9 == ledger_cash_e9(&engine->ledger) &&
                 ledger_equity(&engine->ledger, &equity_e9) == ERR_OK &&
                 slice->equity_e9 == equity_e9;
    return equal ? NULL : "its cash or equity is not what the records before it come to";
}

bool fold_can_take_action(const struct engine *engine, const struct event *action)
{
    const struct event_action *terms = &action->action;
    int64_t before_e9 = view_price_e9(engine->view, action->instrument);
    int64_t after_e9;
    return money_mul_div(before_e9, terms->split_old, terms->split_new, ROUND_EVEN, &after_e9) ==
               ERR_OK &&
           after_e9 <= PRICE_E9_MAX && (after_e9 > 0) == (before_e9 > 0);
}

const char *fold_fault(const struct engine *engine, const struct event *record)
{
    switch (record->kind) {
    case EVENT_DECISION:
        return record->decision.book > engine->book_count ? "the run has no such book" : NULL;
    case EVENT_ORDER:
        return order_fault(engine, record);
    case EVENT_POSTING:
        return posting_fault(engine, record);
    case EVENT_TRADE:
        return trade_fault(engine, record->trade.book, record->instrument, record->trade.trade_id);
    case EVENT_NOTICE:
        return trade_fault(engine, record->notice.book, record->instrument,
                           record->notice.trade_id);
    case EVENT_SLICE:
        return slice_fault(engine, &record->slice);
    case EVENT_ACTION:
        return fold_can_take_action(engine, record) ? NULL
                                                    : "it leaves a price outside of their range";
    default:
        return NULL;
    }
}
