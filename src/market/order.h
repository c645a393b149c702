/* order.h: the words of an order: what engine and exchange both need, data without logic. */
#ifndef MARKET_ORDER_H
#define MARKET_ORDER_H

#include <assert.h>
#include <stdint.h>

#include "market/event.h"

#define LEGS_MAX 4

enum order_type {
    ORDER_TYPE_MARKET = 1,
};

enum time_in_force {
    TIME_IN_FORCE_DAY = 1,
    TIME_IN_FORCE_GTC = 2,
};

/* Why an order exists. An entry can raise exposure, an exit only lowers a confirmed position. */
enum order_role {
    ORDER_ROLE_ENTRY = 1,
    ORDER_ROLE_EXIT = 2,
};

/* Why the exchange says no. */
#define REJECT_REASON_LIST(X)                                                                      \
    X(NONE, "none")                                                                                \
    X(DUPLICATE_ID, "order id already used")                                                       \
    X(UNKNOWN_INSTRUMENT, "no such instrument")                                                    \
    X(BAD_QUANTITY, "quantity is not positive")                                                    \
    X(BAD_LEGS, "an equity order has exactly one leg")                                             \
    X(UNSUPPORTED, "order type not supported")                                                     \
    X(INSUFFICIENT_CASH, "not enough cash")                                                        \
    X(INSUFFICIENT_POSITION, "sells more than is held")                                            \
    X(TOO_MANY_ORDERS, "too many working orders")

enum reject_reason {
#define X(name, text) REJECT_##name,
    REJECT_REASON_LIST(X)
#undef X
};

const char *reject_reason_text(uint8_t reason);

struct order_leg {
    uint32_t instrument;
    int32_t ratio; /* signed shares (or contracts) per unit: +1 buys, -1 sells */
    uint64_t unused;
};

static_assert(sizeof(struct order_leg) == 16, "four fill a slot");

/* An order as decided, gated, logged and sent: an ORDER event and its second slot. */
struct order_request {
    struct event head;
    struct order_leg legs[LEGS_MAX];
};

static_assert(sizeof(struct order_request) == 2 * EVENT_SIZE, "two slots");

#define ORDER_ATTEMPT_MAX 4095

/* An order id is a function of (trade, role, attempt), so that after any crash look-up finds what
 * was sent: trade << 16 | role << 12 | attempt. Trades count from 1; attempts from 1 to
 * ORDER_ATTEMPT_MAX. */
static inline uint64_t order_id_make(uint64_t trade_id, enum order_role role, uint32_t attempt)
{
    return trade_id << 16 | (uint64_t)role << 12 | attempt;
}

static inline uint64_t order_id_trade(uint64_t order_id)
{
    return order_id >> 16;
}

static inline enum order_role order_id_role(uint64_t order_id)
{
    return (enum order_role)(order_id >> 12 & 0xf);
}

#endif
