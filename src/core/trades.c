/* trades.c: see trades.h. */
#include "core/trades.h"

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
    if (order_id != 0 && trade->entry.id == order_id) {
        return &trade->entry;
    }
    if (order_id != 0 && trade->exit.id == order_id) {
        return &trade->exit;
    }
    return NULL;
}
