/* serve_positions.c: positions shown and closed. Closing is a market order like any other: what
 * refuses an order refuses it, too. */
#include <string.h>

#include "base/money.h"
#include "exchange_http/routes_trading.h"
#include "exchange_http/shapes.h"
#include "venue/order_rules.h"
#include "venue/walk.h"

#define PERCENT_ALL_E9 (100 * MONEY_E9)

/* ---- shown ---- */

void serve_positions(struct call *call)
{
    json_begin_array(call->json);
    for (uint32_t i = 0; i < call->account->plan.instrument_count; i++) {
        if (exchange_qty_e9(call->account->exchange, i) != 0) {
            shape_position(call->json, call->account, i);
        }
    }
    json_end_array(call->json);
}

/* The position that the path names; false with the refusal sent. */
static bool find_position(struct call *call, uint32_t *instrument)
{
    if (!asset_find(call->account->market, call->arguments[0], instrument)) {
        call_fail(call, 404, CODE_NOT_FOUND, "symbol not found: %.40s", call->arguments[0]);
        return false;
    }
    if (exchange_qty_e9(call->account->exchange, *instrument) == 0) {
        call_fail(call, 404, CODE_NOT_FOUND, "position does not exist");
        return false;
    }
    return true;
}

void serve_position(struct call *call)
{
    uint32_t instrument;
    if (find_position(call, &instrument)) {
        shape_position(call->json, call->account, instrument);
    }
}

/* ---- closed ---- */

static int64_t size_e9(const struct account *account, uint32_t instrument)
{
    int64_t qty_e9 = exchange_qty_e9(account->exchange, instrument);
    return qty_e9 < 0 ? -qty_e9 : qty_e9;
}

/* Sends the order that closes so much of a position, and writes it. */
static bool close_position(struct call *call, uint32_t instrument, int64_t qty_e9,
                           struct refusal *refusal)
{
    struct account *account = call->account;
    int64_t now_ns = call->venue->now_ns;
    uint32_t first;
    const struct order_ticket ticket = {
        .instrument = instrument,
        .sells = exchange_qty_e9(account->exchange, instrument) > 0,
        .type = ORDER_TYPE_MARKET,
        .time_in_force = TIME_IN_FORCE_DAY,
        .qty_e9 = qty_e9,
    };
    if (!order_rules_submit(account, &ticket, now_ns, refusal) ||
        !account_take(account, &ticket, now_ns, &first, refusal)) {
        return false;
    }
    shape_order(call->json, account, account_order(account, first), true);
    account_go_on(account, first, now_ns);
    return true;
}

/* A decimal of the query above 0; `*value_e9` stays where it is absent. */
static bool query_amount(struct call *call, const char *name, int64_t most_e9, int64_t *value_e9)
{
    const char *text = call_query(call, name);
    int64_t number_e9;
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    if (money_parse(text, strlen(text), &number_e9) != ERR_OK || number_e9 > most_e9) {
        call_fail(call, 422, CODE_BAD_VALUE, "invalid %s", name);
        return false;
    }
    if (number_e9 <= 0) {
        call_fail(call, 422, CODE_BAD_VALUE, "%s must be > 0", name);
        return false;
    }
    *value_e9 = number_e9;
    return true;
}

/* How much of a position is to be closed: a part of a share only of one that has a part. */
static bool read_quantity(struct call *call, uint32_t instrument, int64_t *qty_e9)
{
    int64_t all_e9 = size_e9(call->account, instrument);
    int64_t percent_e9 = 0;
    *qty_e9 = 0;
    if (!query_amount(call, "qty", INT64_MAX, qty_e9) ||
        !query_amount(call, "percentage", PERCENT_ALL_E9, &percent_e9)) {
        return false;
    }
    if (*qty_e9 != 0 && percent_e9 != 0) {
        call_fail(call, 422, CODE_BAD_VALUE, "only one of qty or percentage is accepted");
        return false;
    }
    if (*qty_e9 != 0) {
        return true;
    }
    percent_e9 = percent_e9 == 0 ? PERCENT_ALL_E9 : percent_e9;
    (void)money_mul_div(all_e9, percent_e9, PERCENT_ALL_E9, ROUND_DOWN, qty_e9);
    if (all_e9 % MONEY_E9 == 0) {
        *qty_e9 -= *qty_e9 % MONEY_E9;
    }
    if (*qty_e9 == 0) {
        call_fail(call, 422, CODE_BAD_VALUE, "qty must be > 0");
    }
    return *qty_e9 != 0;
}

void serve_position_close(struct call *call)
{
    uint32_t instrument;
    int64_t qty_e9;
    struct refusal refusal = {0};
    if (find_position(call, &instrument) && read_quantity(call, instrument, &qty_e9) &&
        !close_position(call, instrument, qty_e9, &refusal)) {
        call_refuse(call, &refusal);
    }
}

void serve_positions_close(struct call *call)
{
    struct account *account = call->account;
    bool cancel_orders;
    if (!call_query_bool(call, "cancel_orders", false, &cancel_orders)) {
        return;
    }
    if (cancel_orders) {
        account_cancel_all(account, call->venue->now_ns);
    }
    call->status = 207;
    json_begin_array(call->json);
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        struct refusal refusal = {.status = 200};
        int64_t qty_e9 = size_e9(account, i);
        if (qty_e9 == 0) {
            continue;
        }
        json_begin_object(call->json);
        json_member_string(call->json, "symbol", account->market->data->instruments[i].symbol);
        json_key(call->json, "body");
        if (!close_position(call, i, qty_e9, &refusal)) {
            shape_refusal(call->json, &refusal);
        }
        json_member_uint(call->json, "status", (uint64_t)refusal.status);
        json_end_object(call->json);
    }
    json_end_array(call->json);
}

/* ---- options ---- */

/* There are no option positions here yet. */
void serve_exercise(struct call *call)
{
    call_fail(call, 404, CODE_NOT_FOUND, "long position not found: %.40s", call->arguments[0]);
}
