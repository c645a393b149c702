/* order.c: the exchange's reasons in words. */
#include "market/order.h"

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
