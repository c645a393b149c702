/* serve_orders.c: one order sent, looked up, replaced, canceled; and all of them canceled. */
#include <string.h>

#include "exchange_http/order_request.h"
#include "exchange_http/routes_trading.h"
#include "exchange_http/shapes.h"
#include "venue/order_rules.h"
#include "venue/walk.h"

/* ---- a new one ---- */

/* The answer is written before anything becomes of the order: its exits are held. */
void serve_order_submit(struct call *call)
{
    struct account *account = call->account;
    int64_t now_ns = call->venue->now_ns;
    struct order_ticket ticket;
    struct refusal refusal = {0};
    uint32_t first;
    if (!order_ticket_read(account->market, call->body, &ticket, &refusal) ||
        !order_rules_submit(account, &ticket, now_ns, &refusal) ||
        !account_take(account, &ticket, now_ns, &first, &refusal)) {
        call_refuse(call, &refusal);
        return;
    }
    shape_order(call->json, account, account_order(account, first), true);
    account_go_on(account, first, now_ns);
}

/* ---- one that is there ---- */

/* The order that the path names; NULL with the refusal sent. */
static const struct served_order *find_order(struct call *call)
{
    const char *id = call->arguments[0];
    size_t length = strlen(id);
    if (!uuid_is(id, length)) {
        call_fail(call, 422, CODE_BAD_VALUE, "order_id is missing");
        return NULL;
    }
    const struct served_order *order = account_order_by_id(call->account, id, length);
    if (order == NULL) {
        call_fail(call, 404, CODE_NOT_FOUND, "order not found for %s", id);
    }
    return order;
}

void serve_order(struct call *call)
{
    const struct served_order *order = find_order(call);
    bool nested;
    if (order != NULL && call_query_bool(call, "nested", false, &nested)) {
        shape_order(call->json, call->account, order, nested);
    }
}

void serve_order_by_client(struct call *call)
{
    const char *id = call_query(call, "client_order_id");
    bool nested;
    if (id == NULL || id[0] == '\0') {
        call_fail(call, 422, CODE_BAD_VALUE, "client_order_id is required");
        return;
    }
    const struct served_order *order = account_order_by_client(call->account, id);
    if (order == NULL || !account_shows(order, call->venue->now_ns)) {
        call_fail(call, 404, CODE_NOT_FOUND, "order not found for %.128s", id);
    } else if (call_query_bool(call, "nested", false, &nested)) {
        shape_order(call->json, call->account, order, nested);
    }
}

void serve_order_replace(struct call *call)
{
    const struct served_order *order = find_order(call);
    int64_t now_ns = call->venue->now_ns;
    struct order_change change;
    struct served_order sent;
    struct refusal refusal = {0};
    if (order == NULL) {
        return;
    }
    uint32_t number = order->number;
    if (!order_change_read(order, call->body, &change, &refusal) ||
        !order_rules_replace(call->account, number, &change, now_ns, &refusal) ||
        !account_replace(call->account, number, &change, now_ns, &sent, &refusal)) {
        call_refuse(call, &refusal);
        return;
    }
    shape_order(call->json, call->account, &sent, true);
}

void serve_order_cancel(struct call *call)
{
    const struct served_order *order = find_order(call);
    struct refusal refusal = {0};
    if (order == NULL) {
        return;
    }
    if (!account_cancel(call->account, order->number, call->venue->now_ns, &refusal)) {
        call_refuse(call, &refusal);
        return;
    }
    call->status = 204;
    call->empty = true;
}

/* ---- all ---- */

void serve_orders_cancel(struct call *call)
{
    struct order_walk walk;
    order_walk_begin(&walk, call->account, true);
    call->status = 207;
    json_begin_array(call->json);
    for (uint32_t i = 0; i < walk.count; i++) {
        char id[UUID_TEXT_SIZE];
        account_order_id(call->account, order_walk_at(&walk, i), id);
        json_begin_object(call->json);
        json_member_string(call->json, "id", id);
        json_member_uint(call->json, "status", 200);
        json_end_object(call->json);
    }
    json_end_array(call->json);
    account_cancel_all(call->account, call->venue->now_ns);
    order_walk_end(&walk);
}
