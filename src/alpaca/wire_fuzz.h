/* wire_fuzz.h: what holds of every order that was read, for fuzz targets: it can be said again, and
 * is then read the same. */
#ifndef ALPACA_WIRE_FUZZ_H
#define ALPACA_WIRE_FUZZ_H

#include <string.h>

#include "alpaca/wire.h"
#include "base/check.h"
#include "net/json.h"
#include "sys/json_writer.h"

static inline void fuzz_text(const char *text, size_t size)
{
    CHECK(memchr(text, '\0', size) != NULL);
}

static inline void fuzz_order_is_sound(const struct wire_order *order)
{
    fuzz_text(order->id, sizeof order->id);
    fuzz_text(order->client_id, sizeof order->client_id);
    fuzz_text(order->symbol, sizeof order->symbol);
    fuzz_text(order->replaced_by, sizeof order->replaced_by);
    fuzz_text(order->replaces, sizeof order->replaces);
    CHECK(order->id[0] != '\0' && order->client_id[0] != '\0');
    CHECK(order->symbol[0] != '\0' || !order->buys);
    CHECK(order->status <= WIRE_CALCULATED && order->type <= ORDER_TYPE_TRAILING_STOP &&
          order->time_in_force <= TIME_IN_FORCE_CLS);
    CHECK(order->qty_e9 >= 0 && order->filled_qty_e9 >= 0);
    CHECK(strcmp(wire_status_text(order->status), "") != 0 || order->status == WIRE_UNKNOWN);
}

/* The members of the order, without its brackets. */
static inline void fuzz_say_order(struct json_writer *json, const struct wire_order *order)
{
    bool strategy = order->symbol[0] == '\0';
    json_member_string(json, "id", order->id);
    json_member_string(json, "client_order_id", order->client_id);
    json_member_string(json, "symbol", order->symbol);
    json_member_string(json, "order_class", strategy ? "mleg" : "");
    json_member_string(json, "side", strategy ? "" : order->buys ? "buy" : "sell");
    json_member_string(json, "replaced_by", order->replaced_by);
    json_member_string(json, "replaces", order->replaces);
    json_member_string(json, "status", wire_status_text(order->status));
    json_member_string(json, "type", order->type == 0 ? "" : order_type_text(order->type));
    json_member_string(json, "time_in_force",
                       order->time_in_force == 0 ? "" : time_in_force_text(order->time_in_force));
    json_member_decimal(json, "qty", order->qty_e9);
    json_member_decimal(json, "filled_qty", order->filled_qty_e9);
    json_member_money(json, "filled_avg_price", order->filled_avg_price_e9);
    json_member_decimal(json, "limit_price", order->limit_price_e9);
    json_member_money(json, "stop_price", order->stop_price_e9);
    json_member_time(json, "submitted_at", order->submitted_ns);
    json_member_time(json, "updated_at", order->updated_ns);
    json_member_time(json, "filled_at", order->filled_ns);
    json_member_time(json, "canceled_at", order->ended_ns);
}

static inline void fuzz_say_group(struct json_writer *json, const struct wire_group *group)
{
    json_begin_object(json);
    fuzz_say_order(json, &group->order);
    json_key(json, "legs");
    json_begin_array(json);
    for (uint32_t i = 0; i < group->leg_count; i++) {
        json_begin_object(json);
        fuzz_say_order(json, &group->legs[i]);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static inline void fuzz_same_order(const struct wire_order *a, const struct wire_order *b)
{
    CHECK(strcmp(a->id, b->id) == 0 && strcmp(a->client_id, b->client_id) == 0);
    CHECK(strcmp(a->symbol, b->symbol) == 0 && strcmp(a->replaces, b->replaces) == 0);
    CHECK(strcmp(a->replaced_by, b->replaced_by) == 0);
    CHECK(a->status == b->status && a->type == b->type && a->time_in_force == b->time_in_force);
    CHECK(a->buys == b->buys && a->qty_e9 == b->qty_e9 && a->filled_qty_e9 == b->filled_qty_e9);
    CHECK(a->filled_avg_price_e9 == b->filled_avg_price_e9);
    CHECK(a->limit_price_e9 == b->limit_price_e9 && a->stop_price_e9 == b->stop_price_e9);
    CHECK(a->submitted_ns == b->submitted_ns && a->updated_ns == b->updated_ns);
    CHECK(a->filled_ns == b->filled_ns && a->ended_ns == b->ended_ns);
}

/* Every field as it should be, and the same after it was said and read again. */
static inline void fuzz_group(const struct wire_group *group)
{
    static struct json_writer json;
    static struct tree tree;
    struct wire_group again;
    if (json.text == NULL) {
        json_init(&json, false);
        tree_init(&tree);
    }
    CHECK(group->leg_count <= WIRE_LEGS_MAX);
    fuzz_order_is_sound(&group->order);
    for (uint32_t i = 0; i < group->leg_count; i++) {
        fuzz_order_is_sound(&group->legs[i]);
    }
    json_reset(&json);
    fuzz_say_group(&json, group);
    CHECK(json_parse(&tree, json.text, json.length) == ERR_OK);
    CHECK(wire_read_order(tree_root(&tree), &again) == ERR_OK);
    CHECK(again.leg_count == group->leg_count);
    fuzz_same_order(&again.order, &group->order);
    for (uint32_t i = 0; i < group->leg_count; i++) {
        fuzz_same_order(&again.legs[i], &group->legs[i]);
    }
}

#endif
