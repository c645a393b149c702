#include "venue/order_refusals.h"

#include "base/money.h"

#define SHORT_MARGIN_PPM INT64_C(1030000) /* 3 % above the market */

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What the market is for an order that opens. */
static int64_t market_e9(const struct market *market, uint32_t instrument)
{
    int64_t ask_e9 = market_side_e9(market, instrument, true);
    if (market_is_open(market)) {
        return ask_e9;
    }
    return market_is_extended(market) ? (ask_e9 + market_side_e9(market, instrument, false)) / 2
                                      : market_price_e9(market, instrument);
}

int64_t order_counted_price_e9(const struct account *account, const struct order_size *size)
{
    int64_t price_e9 = market_e9(account->market, size->instrument);
    if (size->sells) {
        (void)money_mul_div(price_e9, SHORT_MARGIN_PPM, 1000000, ROUND_UP, &price_e9);
        return greater(size->limit_price_e9, price_e9);
    }
    return size->limit_price_e9 != 0 ? size->limit_price_e9
                                     : greater(size->stop_price_e9, price_e9);
}

int64_t order_cost_e9(const struct account *account, const struct order_size *size)
{
    int64_t cost_e9 = INT64_MAX;
    (void)money_notional(order_counted_price_e9(account, size), size->qty_e9, ROUND_EVEN, &cost_e9);
    return cost_e9;
}

bool refuse_for_position(const struct account *account, const struct order_size *size,
                         struct refusal *refusal)
{
    char requested[MONEY_TEXT_SIZE], available[MONEY_TEXT_SIZE];
    int64_t available_e9 = account_available_e9(account, size->instrument);
    (void)money_format(size->qty_e9, requested);
    (void)money_format(available_e9 < 0 ? -available_e9 : available_e9, available);
    (void)refuse(refusal, 403, CODE_FORBIDDEN,
                 "insufficient qty available for order (requested: %s, available: %s)", requested,
                 available);
    refusal_add(refusal, "symbol", account->market->data->instruments[size->instrument].symbol);
    refusal_add_amount(refusal, "existing_qty",
                       exchange_qty_e9(account->exchange, size->instrument));
    refusal_add_amount(refusal, "held_for_orders",
                       exchange_closing_e9(account->exchange, size->instrument));
    refusal_add(refusal, "available", available);
    const struct served_order *order = account_first_open(account, size->instrument);
    for (; order != NULL; order = account_next_open(account, order)) {
        if (order->sells == size->sells) {
            char id[UUID_TEXT_SIZE];
            account_order_id(account, order->number, id);
            refusal_add_list(refusal, "related_orders", id);
        }
    }
    return false;
}

bool refuse_for_power(const struct account *account, const struct order_size *size,
                      int64_t buying_power_e9, struct refusal *refusal)
{
    (void)refuse(refusal, 403, CODE_FORBIDDEN, "insufficient buying power");
    refusal_add_amount(refusal, "buying_power", buying_power_e9);
    refusal_add_amount(refusal, "cost_basis", order_cost_e9(account, size));
    return false;
}
