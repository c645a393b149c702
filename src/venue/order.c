/* order.c: the words of an order as Alpaca writes them. */
#include "venue/order.h"

#include "base/code_text.h"
#include "base/money.h"

#define STATUS(name, text, open) CASE_TEXT(ORDER_STATUS_##name, text)
#define EVENT(name, text)        CASE_TEXT(ORDER_EVENT_##name, text)
#define CLASS(name, text)        CASE_TEXT(SERVED_CLASS_##name, text)
#define INTENT(name, text)       CASE_TEXT(INTENT_##name, text)

CODE_TEXT(order_status_text, enum order_status, ORDER_STATUS_LIST(STATUS), "unknown")
CODE_TEXT(order_event_text, enum order_event, ORDER_EVENT_LIST(EVENT), "unknown")
CODE_TEXT(served_class_text, enum served_class, SERVED_CLASS_LIST(CLASS), "unknown")
CODE_TEXT(position_intent_text, enum position_intent, POSITION_INTENT_LIST(INTENT), "unknown")

bool order_status_is_open(uint8_t status)
{
    static const bool open_statuses[] = {
#define X(name, text, open) [ORDER_STATUS_##name] = (open),
        ORDER_STATUS_LIST(X)
#undef X
    };
    return status < sizeof open_statuses && open_statuses[status];
}

int64_t served_order_average_e9(const struct served_order *order)
{
    int64_t average_e9 = 0;
    if (order->filled_e9 > 0) {
        (void)money_mul_div(order->value_e9, MONEY_E9, order->filled_e9, ROUND_EVEN, &average_e9);
    }
    return average_e9;
}
