/* exceptions.c: what happens at real market places out of turn: an execution that wins a race, and
 * one that is taken back. */
#include "base/check.h"
#include "base/money.h"
#include "exchange/exchange_private.h"

bool exchange_fill_by_hand(struct exchange *exchange, uint64_t order_id, int64_t price_e9,
                           int64_t at_ns, struct exchange_reports *reports)
{
    const struct known_id *known = order_find(exchange, order_id);
    int32_t place = known == NULL ? NO_ORDER : known_place(known);
    if (place == NO_ORDER || exchange->orders[place].life != ORDER_WORKING ||
        exchange->orders[place].works_ns > at_ns || price_e9 <= 0) {
        return false;
    }
    struct resting *order = &exchange->orders[place];
    struct holding *holding = &exchange->holdings[order->instrument];
    int64_t most_e9 = order->left_e9;
    const struct execution execution = {.price_e9 = price_e9, .at_ns = at_ns, .most_e9 = &most_e9};
    uint64_t executions = exchange->last_exec_id;
    (void)fill_order(exchange, place, &execution, reports); /* ended: it was filled or canceled */
    account_revalue(exchange, holding);
    orders_set_wake(exchange, holding);
    return exchange->last_exec_id > executions;
}

/* What the position cost before a trade that is no more: one that added to it added its value; one
 * that took from it left the average as it was. Of what was closed or turned over nobody remembers
 * the cost: it counts as bought at the present price. */
static int64_t cost_without_e9(const struct holding *holding, int64_t after_e9, int64_t value_e9)
{
    int64_t before_e9 = holding->qty_e9;
    int64_t cost_e9 = 0;
    if (after_e9 == 0) {
        return 0;
    }
    bool same_side = before_e9 != 0 && (after_e9 < 0) == (before_e9 < 0);
    bool added = same_side && (before_e9 < 0 ? before_e9 < after_e9 : before_e9 > after_e9);
    if (added) {
        (void)money_sub(holding->cost_e9, value_e9, &cost_e9);
    } else if (same_side) {
        (void)money_mul_div(holding->cost_e9, after_e9, before_e9, ROUND_EVEN, &cost_e9);
    } else {
        (void)money_notional(holding->close_e9, after_e9, ROUND_EVEN, &cost_e9);
    }
    return cost_e9;
}

bool exchange_bust(struct exchange *exchange, const struct event *fill, bool buys)
{
    CHECK(fill->instrument < exchange->plan.instrument_count);
    struct holding *holding = &exchange->holdings[fill->instrument];
    const struct event_report *trade = &fill->report;
    int64_t value_e9;
    int64_t cash_e9;
    int64_t after_e9;
    if (money_notional(trade->price_e9, buys ? trade->qty_e9 : -trade->qty_e9, ROUND_EVEN,
                       &value_e9) != ERR_OK ||
        money_add(exchange->cash_e9, value_e9, &cash_e9) != ERR_OK ||
        money_add(cash_e9, trade->commission_e9, &cash_e9) != ERR_OK ||
        money_sub(holding->qty_e9, buys ? trade->qty_e9 : -trade->qty_e9, &after_e9) != ERR_OK) {
        return false;
    }
    holding->cost_e9 = cost_without_e9(holding, after_e9, value_e9);
    exchange->cash_e9 = cash_e9;
    account_set_qty(holding, after_e9);
    account_revalue(exchange, holding);
    return true;
}
