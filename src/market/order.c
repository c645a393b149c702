/* order.c: the words of an order as text. */
#include "market/order.h"

#include "base/code_text.h"

#define TYPE(name, code, text)          CASE_TEXT(ORDER_TYPE_##name, text)
#define TIME_IN_FORCE(name, code, text) CASE_TEXT(TIME_IN_FORCE_##name, text)
#define ROLE(name, code, text)          CASE_TEXT(ORDER_ROLE_##name, text)
#define REJECT(name, text)              CASE_TEXT(REJECT_##name, text)

CODE_TEXT(order_type_text, enum order_type, ORDER_TYPE_LIST(TYPE), "unknown")
CODE_TEXT(time_in_force_text, enum time_in_force, TIME_IN_FORCE_LIST(TIME_IN_FORCE), "unknown")
CODE_TEXT(order_role_text, enum order_role, ORDER_ROLE_LIST(ROLE), "unknown")
CODE_TEXT(reject_reason_text, enum reject_reason, REJECT_REASON_LIST(REJECT), "unknown reason")
