/* trades.c: see trades.h. */
#include "core/trades.h"

#include <stddef.h>

#include "base/code_text.h"

#define STATE(name, text) CASE_TEXT(TRADE_##name, text)
CODE_TEXT(trade_state_text, enum trade_state, TRADE_STATE_LIST(STATE), "unknown")

/* Where an order of that role is kept. */
static struct order *order_of(struct trade *trade, enum order_role role)
{
    switch (role) {
    case ORDER_ROLE_ENTRY:
        return &trade->entry;
    case ORDER_ROLE_EXIT:
        return &trade->exit;
    case ORDER_ROLE_TARGET:
        return &trade->target;
    case ORDER_ROLE_STOP:
        return &trade->stop;
    }
    return NULL;
}

struct order *trade_order(struct trade *trade, uint64_t order_id)
{
    struct order *order = order_of(trade, order_id_role(order_id));
    return order != NULL && order_id != 0 && order->id == order_id ? order : NULL;
}
