/* order.c: the words of an order as text. */
#include "market/order.h"

const char *order_type_text(uint8_t type)
{
    switch ((enum order_type)type) {
#define X(name, code, text)                                                                        \
    case ORDER_TYPE_##name:                                                                        \
        return text;
        ORDER_TYPE_LIST(X)
#undef X
    }
    return "unknown";
}

const char *time_in_force_text(uint8_t time_in_force)
{
    switch ((enum time_in_force)time_in_force) {
#define X(name, code, text)                                                                        \
    case TIME_IN_FORCE_##name:                                                                     \
        return text;
        TIME_IN_FORCE_LIST(X)
#undef X
    }
    return "unknown";
}

const char *order_role_text(uint8_t role)
{
    switch ((enum order_role)role) {
#define X(name, code, text)                                                                        \
    case ORDER_ROLE_##name:                                                                        \
        return text;
        ORDER_ROLE_LIST(X)
#undef X
    }
    return "unknown";
}

const char *reject_reason_text(uint8_t reason)
{
    switch ((enum reject_reason)reason) {
#define X(name, text)                                                                              \
    case REJECT_##name:                                                                            \
        return text;
        REJECT_REASON_LIST(X)
#undef X
    }
    return "unknown reason";
}
