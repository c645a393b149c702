/* actions.c: splits and dividends.
 *
 * A dividend counts the shares held before the split of the same day; who is short pays it. A split
 * gives every share, price and quantity of the instrument its new measure. A position in whole
 * shares stays one: the fraction that the split leaves is paid in cash at the last close. Working
 * orders lose theirs, and one that is left with nothing is canceled. Prices keep nine decimals. A
 * dividend moves no order's price. What is due by then ends after the split, in its new measure: so
 * all that is reported here is what the action came to. */
#include "base/check.h"
#include "base/money.h"
#include "exchange/exchange_private.h"

static void report_cash(struct exchange *exchange, const struct event *action,
                        enum cash_cause cause, int64_t amount_e9, int64_t qty_e9,
                        struct exchange_reports *reports)
{
    report(exchange, reports, EVENT_ACCOUNT_CASH, REJECT_NONE, action->ts_ns, action->instrument,
           0);
    struct event *event = &reports->reports[reports->count - 1].event;
    event->flags = (uint8_t)cause;
    event->account_cash = (struct event_account_cash){.amount_e9 = amount_e9, .qty_e9 = qty_e9};
}

static void pay_dividend(struct exchange *exchange, const struct event *action,
                         struct exchange_reports *reports)
{
    const struct holding *holding = &exchange->holdings[action->instrument];
    int64_t amount_e9;
    if (holding->qty_e9 == 0 || action->action.cash_e9 == 0) {
        return;
    }
    if (money_notional(action->action.cash_e9, holding->qty_e9, ROUND_EVEN, &amount_e9) != ERR_OK ||
        money_add(exchange->cash_e9, amount_e9, &exchange->cash_e9) != ERR_OK) {
        exchange->out_of_range = true;
        return;
    }
    report_cash(exchange, action, CASH_DIVIDEND, amount_e9, 0, reports);
}

/* value * a / b; what no longer fits stays as it is, and the ledger says that it does. */
static int64_t scaled(struct exchange *exchange, int64_t value, int64_t a, int64_t b,
                      enum rounding rounding)
{
    int64_t result = value;
    if (money_mul_div(value, a, b, rounding, &result) != ERR_OK) {
        exchange->out_of_range = true;
    }
    return result;
}

/* A quantity after the split, without a fraction where there was none before; towards zero. */
static int64_t split_qty_e9(struct exchange *exchange, int64_t qty_e9,
                            const struct event_action *split)
{
    int64_t result_e9 = scaled(exchange, qty_e9, split->split_new, split->split_old,
                               qty_e9 < 0 ? ROUND_UP : ROUND_DOWN);
    return qty_e9 % MONEY_E9 == 0 ? result_e9 - result_e9 % MONEY_E9 : result_e9;
}

static int64_t split_price_e9(struct exchange *exchange, int64_t price_e9,
                              const struct event_action *split)
{
    return scaled(exchange, price_e9, split->split_old, split->split_new, ROUND_EVEN);
}

/* Whether a position that is whole is to stay so: not while an order holds a part of a share. */
static bool is_whole(const struct exchange *exchange, const struct holding *holding)
{
    bool whole = holding->qty_e9 % MONEY_E9 == 0;
    for (int32_t i = holding->first; i != NO_ORDER; i = exchange->orders[i].next) {
        whole = whole && exchange->orders[i].left_e9 % MONEY_E9 == 0;
    }
    return whole;
}

static void split_position(struct exchange *exchange, const struct event *action,
                           struct exchange_reports *reports)
{
    const struct event_action *split = &action->action;
    struct holding *holding = &exchange->holdings[action->instrument];
    int64_t before_e9 = holding->qty_e9;
    int64_t after_e9 = is_whole(exchange, holding)
                           ? split_qty_e9(exchange, before_e9, split)
                           : scaled(exchange, before_e9, split->split_new, split->split_old,
                                    before_e9 < 0 ? ROUND_UP : ROUND_DOWN);
    int64_t all_e9 = scaled(exchange, before_e9, split->split_new, split->split_old, ROUND_EVEN);
    int64_t amount_e9 = 0;
    holding->close_e9 = split_price_e9(exchange, holding->close_e9, split);
    holding->spread_e9 = split_price_e9(exchange, holding->spread_e9, split);
    if (before_e9 == 0) {
        return;
    }
    if (money_notional(holding->close_e9, all_e9 - after_e9, ROUND_EVEN, &amount_e9) != ERR_OK ||
        money_add(exchange->cash_e9, amount_e9, &exchange->cash_e9) != ERR_OK) {
        exchange->out_of_range = true;
        return;
    }
    if (all_e9 != 0) {
        holding->cost_e9 = scaled(exchange, holding->cost_e9, after_e9, all_e9, ROUND_EVEN);
    }
    account_set_qty(holding, after_e9);
    account_revalue(exchange, holding);
    report_cash(exchange, action, CASH_SPLIT, amount_e9, after_e9 - before_e9, reports);
}

/* False when nothing is left of the order. */
static bool split_order(struct exchange *exchange, struct resting *order,
                        const struct event_action *split)
{
    account_free(exchange, order);
    order->left_e9 = split_qty_e9(exchange, order->left_e9, split);
    order->filled_e9 = split_qty_e9(exchange, order->filled_e9, split);
    order->asked_at_e9 = split_qty_e9(exchange, order->asked_at_e9, split);
    order->match.limit_e9 = split_price_e9(exchange, order->match.limit_e9, split);
    order->match.stop_e9 = split_price_e9(exchange, order->match.stop_e9, split);
    order->mark_e9 = split_price_e9(exchange, order->mark_e9, split);
    order->hold_price_e9 = split_price_e9(exchange, order->hold_price_e9, split);
    if (!order->trail_is_ppm) {
        order->trail = split_price_e9(exchange, order->trail, split);
    }
    account_hold(exchange, order);
    return order->left_e9 > 0;
}

/* The exits of an entry that still works are for what it filled and has left; each of the two lost
 * its own fraction. */
static void fit_exit(struct exchange *exchange, struct resting *order)
{
    if (order->entry == NO_ORDER) {
        return;
    }
    const struct resting *entry = &exchange->orders[order->entry];
    int64_t most_e9 = entry->filled_e9 + entry->left_e9;
    if (order->left_e9 > most_e9) {
        account_free(exchange, order);
        order->left_e9 = most_e9;
        account_hold(exchange, order);
    }
}

static void split_orders(struct exchange *exchange, const struct event *action,
                         struct exchange_reports *reports)
{
    const struct event_action *split = &action->action;
    const struct holding *holding = &exchange->holdings[action->instrument];
    for (int32_t i = holding->first; i != NO_ORDER; i = exchange->orders[i].next) {
        struct resting *order = &exchange->orders[i];
        (void)split_order(exchange, order, split);
        if (order->replacement != NO_ORDER) { /* holds nothing yet */
            struct resting *replacement = &exchange->orders[order->replacement];
            replacement->closing_e9 = 0;
            (void)split_order(exchange, replacement, split);
        }
    }
    for (int32_t i = holding->first; i != NO_ORDER; i = exchange->orders[i].next) {
        fit_exit(exchange, &exchange->orders[i]);
    }
    for (int32_t i = holding->first; i != NO_ORDER;) {
        if (exchange->orders[i].left_e9 > 0) {
            i = exchange->orders[i].next;
            continue;
        }
        order_end(exchange, i, EVENT_CANCELED, REJECT_BAD_QUANTITY, action->ts_ns, reports);
        i = holding->first; /* others may have ended with it */
    }
}

void exchange_on_action(struct exchange *exchange, const struct event *action,
                        struct exchange_reports *reports)
{
    CHECK(action->instrument < exchange->plan.instrument_count);
    const struct event_action *terms = &action->action;
    CHECK(terms->split_new > 0 && terms->split_old > 0 && terms->cash_e9 >= 0);
    pay_dividend(exchange, action, reports);
    if (terms->split_new != terms->split_old) {
        split_position(exchange, action, reports);
        split_orders(exchange, action, reports);
        orders_set_wake(exchange, &exchange->holdings[action->instrument]);
    }
}
