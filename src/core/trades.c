/* trades.c: see trades.h. */
#include "core/trades.h"

#include <stddef.h>

const char *trade_state_text(uint8_t state)
{
    switch ((enum trade_state)state) {
#define X(name, text)                                                                              \
    case TRADE_##name:                                                                             \
        return text;
        TRADE_STATE_LIST(X)
#undef X
    }
    return "unknown";
}

struct order *trade_order(struct trade *trade, uint64_t order_id)
{
    if (order_id == 0) {
        return NULL;
    }
    struct order *const orders[] = {&trade->entry, &trade->exit, &trade->target, &trade->stop};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (orders[i]->id == order_id) {
            return orders[i];
        }
    }
    return NULL;
}
