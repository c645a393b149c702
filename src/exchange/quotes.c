/* quotes.c: a quote meets the working orders of its instrument.
 *
 * A buyer trades at the ask, a seller at the bid, up to the size there, by arrival. A stop is
 * measured at the side it would trade on: a buyer's at the ask, a seller's at the bid. A trailing
 * stop meets the quote first and is moved by it afterwards. The spread is the cost of a market
 * order here, so the plan's slippage does not apply; nor does its share of the volume. */
#include "base/check.h"
#include "exchange/exchange_private.h"

/* A day order's session is that of the first quote or bar it meets. */
static void join_session(struct exchange *exchange, struct resting *order, int64_t ts_ns)
{
    if (order->life == ORDER_WORKING && order->expires_ns == INT64_MIN &&
        order->time_in_force == TIME_IN_FORCE_DAY && order->works_ns <= ts_ns) {
        order->expires_ns = session_of(exchange, ts_ns).close_ns;
        order_note_due(exchange, order->expires_ns);
    }
}

static bool meets_quotes(const struct resting *order, int64_t ts_ns, uint64_t visit,
                         bool in_session)
{
    return (in_session || order->extended) && order->life == ORDER_WORKING &&
           order->visit != visit && order->works_ns <= ts_ns &&
           order->time_in_force != TIME_IN_FORCE_OPG && order->time_in_force != TIME_IN_FORCE_CLS;
}

static void move_mark(struct resting *order, int64_t price_e9)
{
    if (order->match.type == ORDER_TYPE_TRAILING_STOP &&
        (order->mark_e9 == 0 ||
         (order->match.buys ? price_e9 < order->mark_e9 : price_e9 > order->mark_e9))) {
        order->mark_e9 = price_e9;
        order_set_trail(order);
    }
}

/* One order and its side of the quote. */
static void meet(struct exchange *exchange, int32_t place, int64_t ts_ns, int64_t price_e9,
                 int64_t *most_e9, struct exchange_reports *reports)
{
    struct resting *order = &exchange->orders[place];
    struct match match = {0};
    bool unmarked = order->match.type == ORDER_TYPE_TRAILING_STOP && order->mark_e9 == 0;
    if (price_e9 > 0 && !unmarked) {
        match = match_at(&order->match, price_e9);
    }
    if (match.triggered) {
        fill_trigger(order);
    }
    const struct execution execution = {
        .price_e9 = match.price_e9, .at_ns = ts_ns, .most_e9 = most_e9};
    if (match.price_e9 != 0 && fill_order(exchange, place, &execution, reports)) {
        return;
    }
    if (order_is_immediate(order)) {
        order_end(exchange, place, EVENT_CANCELED, REJECT_NONE, ts_ns, reports);
    } else if (price_e9 > 0) {
        move_mark(order, price_e9);
    }
}

/* The first order from `i` on that has not met this quote. */
static int32_t next_to_meet(const struct exchange *exchange, int32_t i, int64_t ts_ns,
                            bool in_session)
{
    while (i != NO_ORDER &&
           !meets_quotes(&exchange->orders[i], ts_ns, exchange->visits, in_session)) {
        i = exchange->orders[i].next;
    }
    return i;
}

void exchange_on_quote(struct exchange *exchange, uint32_t instrument, int64_t ts_ns,
                       const struct exchange_quote *quote, struct exchange_reports *reports)
{
    CHECK(instrument < exchange->plan.instrument_count);
    struct holding *holding = &exchange->holdings[instrument];
    int64_t ask_left_e9 = quote->ask_size_e9;
    int64_t bid_left_e9 = quote->bid_size_e9;
    if (ts_ns >= exchange->due_ns) {
        orders_due(exchange, ts_ns, reports);
    }
    holding->quoted = true;
    holding->spread_e9 =
        quote->ask_e9 > quote->bid_e9 && quote->bid_e9 > 0 ? quote->ask_e9 - quote->bid_e9 : 0;
    exchange->visits++;
    bool in_session = ts_ns >= session_of(exchange, ts_ns).open_ns;
    int32_t place;
    int32_t from = holding->first;
    while ((place = next_to_meet(exchange, from, ts_ns, in_session)) != NO_ORDER) {
        struct resting *order = &exchange->orders[place];
        bool alone = !order_in_group(order); /* it ends no other and lets none begin */
        int32_t behind = order->next;
        order->visit = exchange->visits;
        join_session(exchange, order, ts_ns);
        bool buys = order->match.buys;
        meet(exchange, place, ts_ns, buys ? quote->ask_e9 : quote->bid_e9,
             buys ? &ask_left_e9 : &bid_left_e9, reports);
        from = alone ? behind : holding->first;
    }
    orders_set_wake(exchange, holding);
    int64_t closing_e9 = holding->qty_e9 < 0 ? quote->ask_e9 : quote->bid_e9;
    if (closing_e9 == 0) {
        closing_e9 = holding->qty_e9 < 0 ? quote->bid_e9 : quote->ask_e9;
    }
    if (closing_e9 != 0) {
        exchange_on_trade(exchange, instrument, closing_e9); /* as if it had traded there */
    }
}
