/* shape_update.c: what a trade update tells, as section 10 has it. */
#include "exchange_http/shape_text.h"
#include "exchange_http/shapes.h"

static void shape_execution(struct json_writer *json, const struct account *account,
                            const struct activity *activity)
{
    char id[UUID_TEXT_SIZE];
    uuid_write(account->seed, UUID_EXECUTION, activity->number, id);
    json_member_string(json, "execution_id", id);
    json_member_decimal(json, "price", activity->price_e9);
    json_member_decimal(json, "qty", activity->qty_e9);
    json_member_decimal(json, "position_qty", activity->position_e9);
}

void shape_trade_update(struct json_writer *json, const struct account *account,
                        const struct served_order *order, enum order_event event, int64_t ts_ns,
                        const struct activity *activity)
{
    json_begin_object(json);
    json_member_time(json, "at", ts_ns);
    json_member_string(json, "event", order_event_text((uint8_t)event));
    json_member_time(json, "timestamp", ts_ns);
    if (activity != NULL) {
        shape_execution(json, account, activity);
    } else {
        member_null(json, "execution_id");
    }
    json_key(json, "order");
    shape_order(json, account, order, true);
    json_end_object(json);
}
