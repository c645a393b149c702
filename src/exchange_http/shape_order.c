/* shape_order.c: an order as section 5.5 has it: every key, always. */
#include "base/money.h"
#include "exchange_http/shape_text.h"
#include "exchange_http/shapes.h"

static void member_order(struct json_writer *json, const struct account *account, const char *key,
                         uint32_t number)
{
    char id[UUID_TEXT_SIZE];
    if (number == NO_SERVED_ORDER) {
        member_null(json, key);
        return;
    }
    account_order_id(account, number, id);
    json_member_string(json, key, id);
}

static void shape_names(struct json_writer *json, const struct account *account,
                        const struct served_order *order)
{
    char id[UUID_TEXT_SIZE];
    asset_id(order->instrument, id);
    json_member_string(json, "asset_id", id);
    json_member_string(json, "symbol",
                       account->market->data->instruments[order->instrument].symbol);
    json_member_string(json, "asset_class", "us_equity");
}

static void shape_moments(struct json_writer *json, const struct account *account,
                          const struct served_order *order)
{
    json_member_time(json, "created_at", order->created_ns);
    json_member_time(json, "updated_at", order->updated_ns);
    json_member_time(json, "submitted_at", order->created_ns);
    member_moment(json, "filled_at", order->filled_ns);
    member_moment(json, "expired_at", order->expired_ns);
    member_moment(json, "canceled_at", order->canceled_ns);
    member_moment(json, "failed_at", order->failed_ns);
    member_moment(json, "replaced_at", order->replaced_ns);
    member_order(json, account, "replaced_by", order->replaced_by);
    member_order(json, account, "replaces", order->replaces);
}

static void shape_quantities(struct json_writer *json, const struct served_order *order)
{
    member_amount(json, "notional", order->notional_e9);
    member_amount(json, "qty", order->notional_e9 != 0 ? 0 : order->qty_e9);
    json_member_decimal(json, "filled_qty", order->filled_e9);
    member_amount(json, "filled_avg_price", served_order_average_e9(order));
}

static void shape_terms(struct json_writer *json, const struct served_order *order)
{
    json_member_string(json, "order_class", served_class_text(order->order_class));
    json_member_string(json, "order_type", order_type_text(order->type));
    json_member_string(json, "type", order_type_text(order->type));
    json_member_string(json, "side", order->sells ? "sell" : "buy");
    json_member_string(json, "position_intent", position_intent_text(order->intent));
    json_member_string(json, "time_in_force", time_in_force_text(order->time_in_force));
    member_amount(json, "limit_price", order->limit_price_e9);
    member_amount(json, "stop_price", order->stop_price_e9);
    json_member_string(json, "status", order_status_text(order->status));
    json_member_bool(json, "extended_hours", order->extended_hours);
}

static void shape_legs(struct json_writer *json, const struct account *account,
                       const struct served_order *order, bool nested)
{
    json_key(json, "legs");
    if (!nested || order->legs[0] == NO_SERVED_ORDER) {
        json_null(json);
        return;
    }
    json_begin_array(json);
    for (size_t i = 0; i < 2; i++) {
        const struct served_order *leg = account_order(account, order->legs[i]);
        if (leg != NULL) {
            shape_order(json, account, leg, false);
        }
    }
    json_end_array(json);
}

void shape_order(struct json_writer *json, const struct account *account,
                 const struct served_order *order, bool nested)
{
    char id[UUID_TEXT_SIZE];
    account_order_id(account, order->number, id);
    json_begin_object(json);
    json_member_string(json, "id", id);
    json_member_string(json, "client_order_id", order->client_order_id);
    shape_moments(json, account, order);
    shape_names(json, account, order);
    shape_quantities(json, order);
    shape_terms(json, order);
    shape_legs(json, account, order, nested);
    member_amount(json, "trail_percent", order->trail_ppm * (MONEY_E9 / TRAIL_PPM_PER_PERCENT));
    member_amount(json, "trail_price", order->trail_price_e9);
    member_amount(json, "hwm", order->hwm_e9);
    member_null(json, "ratio_qty"); /* of an option strategy's leg */
    member_null(json, "subtag");
    member_null(json, "source");
    json_member_time(json, "expires_at", order->expires_ns);
    json_end_object(json);
}
