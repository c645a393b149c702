/* wire_order.c: orders and what is told about them. */
#include <assert.h>
#include <string.h>

#include "alpaca/wire_private.h"
#include "base/code_text.h"

/* ---- words ---- */

#define STATUS_TEXT(name, text) CASE_TEXT(WIRE_##name, text)
static CODE_TEXT(status_text, enum wire_status, WIRE_STATUS_LIST(STATUS_TEXT), "")

    const char *wire_status_text(enum wire_status status)
{
    return status_text((uint8_t)status);
}

bool wire_status_is_final(enum wire_status status)
{
    return status == WIRE_FILLED || status == WIRE_CANCELED || status == WIRE_EXPIRED ||
           status == WIRE_REJECTED || status == WIRE_REPLACED;
}

#define TEXT_ONLY(name, text) text,
static const char *const statuses[] = {WIRE_STATUS_LIST(TEXT_ONLY)};
static const char *const updates[] = {WIRE_UPDATE_LIST(TEXT_ONLY)};

#define TEXT_OF_THREE(name, code, text) text,
static const char *const types[] = {"", ORDER_TYPE_LIST(TEXT_OF_THREE)};
static const char *const times[] = {"", TIME_IN_FORCE_LIST(TEXT_OF_THREE)};
static_assert(sizeof types / sizeof *types == ORDER_TYPE_TRAILING_STOP + 1, "a place is a code");
static_assert(sizeof times / sizeof *times == TIME_IN_FORCE_CLS + 1, "a place is a code");

/* Where the member's word stands in the list; 0 for one that does not. It must be there. */
static unsigned find_word(struct wire_reader *reader, const char *key, const char *const *words,
                          size_t count)
{
    const struct node *value = wire_value(reader, key);
    if (node_text(value) == NULL) {
        wire_fail(reader, ERR_FORMAT);
        return 0;
    }
    for (size_t i = 1; i < count; i++) {
        if (node_is(value, words[i])) {
            return (unsigned)i;
        }
    }
    return 0;
}

#define FIND_WORD(reader, key, words) find_word(reader, key, words, sizeof(words) / sizeof *(words))

/* ---- an order ---- */

/* An order of several legs has neither symbol nor side of its own. */
static void read_what(struct wire_reader *reader, struct wire_order *order)
{
    if (node_is(node_member(reader->object, "order_class"), "mleg") &&
        node_is(node_member(reader->object, "symbol"), "")) {
        return;
    }
    wire_text(reader, "symbol", order->symbol, sizeof order->symbol);
    wire_side(reader, &order->buys);
}

static void read_quantities(struct wire_reader *reader, struct wire_order *order)
{
    wire_amount_or_none(reader, "qty", &order->qty_e9);
    wire_amount(reader, "filled_qty", &order->filled_qty_e9);
    wire_rounded_or_none(reader, "filled_avg_price", &order->filled_avg_price_e9);
    wire_amount_or_none(reader, "limit_price", &order->limit_price_e9);
    wire_amount_or_none(reader, "stop_price", &order->stop_price_e9);
    bool notional = wire_value(reader, "qty") == NULL;
    if (order->qty_e9 < 0 || order->filled_qty_e9 < 0 ||
        (notional && wire_value(reader, "notional") == NULL)) {
        wire_fail(reader, ERR_FORMAT);
    }
}

/* The first of these that is told. */
static void read_end(struct wire_reader *reader, struct wire_order *order)
{
    static const char *const keys[] = {"canceled_at", "expired_at", "failed_at", "replaced_at"};
    wire_moment_or_none(reader, "filled_at", &order->filled_ns);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && order->ended_ns == 0; i++) {
        wire_moment_or_none(reader, keys[i], &order->ended_ns);
    }
    if (order->ended_ns == 0 && order->status == WIRE_FILLED) {
        order->ended_ns = order->filled_ns;
    }
}

static enum err read_order(const struct node *node, struct wire_order *order)
{
    struct wire_reader reader = wire_reader(node);
    *order = (struct wire_order){0};
    wire_text(&reader, "id", order->id, sizeof order->id);
    wire_text(&reader, "client_order_id", order->client_id, sizeof order->client_id);
    read_what(&reader, order);
    wire_text_or_none(&reader, "replaced_by", order->replaced_by, sizeof order->replaced_by);
    wire_text_or_none(&reader, "replaces", order->replaces, sizeof order->replaces);
    order->status = (enum wire_status)FIND_WORD(&reader, "status", statuses);
    order->type = (uint8_t)FIND_WORD(&reader, "type", types);
    order->time_in_force = (uint8_t)FIND_WORD(&reader, "time_in_force", times);
    read_quantities(&reader, order);
    wire_moment_or_none(&reader, "submitted_at", &order->submitted_ns);
    wire_moment_or_none(&reader, "updated_at", &order->updated_ns);
    read_end(&reader, order);
    return reader.err;
}

enum err wire_read_order(const struct node *node, struct wire_group *out)
{
    out->leg_count = 0;
    enum err err = read_order(node, &out->order);
    const struct node *legs = node_member(node, "legs");
    if (err == ERR_OK && legs != NULL && legs->kind != NODE_NULL && legs->kind != NODE_ARRAY) {
        err = ERR_FORMAT;
    }
    for (const struct node *leg = node_first(legs); err == ERR_OK && leg != NULL;
         leg = node_next(legs, leg)) {
        if (out->leg_count == WIRE_LEGS_MAX) {
            return ERR_RANGE;
        }
        err = read_order(leg, &out->legs[out->leg_count++]);
    }
    return err;
}

/* ---- an update ---- */

enum err wire_read_update(const struct node *node, struct wire_update *out)
{
    struct wire_reader reader = wire_reader(node);
    *out = (struct wire_update){0};
    out->event = (enum wire_update_event)FIND_WORD(&reader, "event", updates);
    wire_text_or_none(&reader, "execution_id", out->execution_id, sizeof out->execution_id);
    wire_moment_or_none(&reader, "timestamp", &out->timestamp_ns);
    if (wire_value(&reader, "timestamp") == NULL) {
        wire_moment_or_none(&reader, "at", &out->timestamp_ns);
    }
    wire_amount_or_none(&reader, "price", &out->price_e9);
    wire_amount_or_none(&reader, "qty", &out->qty_e9);
    wire_amount_or_none(&reader, "position_qty", &out->position_qty_e9);
    out->has_position = wire_value(&reader, "position_qty") != NULL;
    bool fills = out->event == WIRE_UPDATE_FILL || out->event == WIRE_UPDATE_PARTIAL_FILL;
    if (fills && (out->qty_e9 <= 0 || wire_value(&reader, "price") == NULL)) {
        wire_fail(&reader, ERR_FORMAT);
    }
    if (reader.err == ERR_OK) {
        wire_fail(&reader, wire_read_order(node_member(node, "order"), &out->group));
    }
    return reader.err;
}

/* ---- whether it is the one that was sent ---- */

bool wire_order_matches(const struct wire_order *order, const char *symbol,
                        const struct order_request *request)
{
    const struct event_order *wanted = &request->head.order;
    /* a trailing stop's stop price moves with the market */
    bool stop_fits = order->type == ORDER_TYPE_TRAILING_STOP ||
                     order->stop_price_e9 == request->terms.stop_price_e9;
    return strcmp(order->symbol, symbol) == 0 && order->buys == (request->legs[0].ratio > 0) &&
           order->type == wanted->type && order->qty_e9 == wanted->qty_e9 &&
           order->limit_price_e9 == wanted->limit_price_e9 && stop_fits;
}
