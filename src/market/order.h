/* order.h: the words of an order: what engine and exchange both need, data without logic. */
#ifndef MARKET_ORDER_H
#define MARKET_ORDER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

#define LEGS_MAX 4

#define ORDER_TYPE_LIST(X)                                                                         \
    X(MARKET, 1, "market")                                                                         \
    X(LIMIT, 2, "limit")                                                                           \
    X(STOP, 3, "stop")                                                                             \
    X(STOP_LIMIT, 4, "stop_limit")                                                                 \
    X(TRAILING_STOP, 5, "trailing_stop")

enum order_type {
#define X(name, code, text) ORDER_TYPE_##name = code,
    ORDER_TYPE_LIST(X)
#undef X
};

/* day: until the session's close. gtc: until canceled. ioc: what fills at once, the rest is
 * canceled. fok: all at once or nothing. opg, cls: at the next open, at the close only. */
#define TIME_IN_FORCE_LIST(X)                                                                      \
    X(DAY, 1, "day")                                                                               \
    X(GTC, 2, "gtc")                                                                               \
    X(IOC, 3, "ioc")                                                                               \
    X(FOK, 4, "fok")                                                                               \
    X(OPG, 5, "opg")                                                                               \
    X(CLS, 6, "cls")

enum time_in_force {
#define X(name, code, text) TIME_IN_FORCE_##name = code,
    TIME_IN_FORCE_LIST(X)
#undef X
};

/* How orders hang together. All orders of a group carry the same `terms.group` and are sent as one
 * batch: taken whole or refused whole. */
enum order_class {
    ORDER_CLASS_SIMPLE = 0,
    ORDER_CLASS_BRACKET = 1, /* an entry, and held until it fills: a target and a stop */
    ORDER_CLASS_OCO = 2,     /* a target and a stop: what one fills, the other loses */
    ORDER_CLASS_OTO = 3,     /* an entry, and held until it fills: one exit */
};

/* What the request asks for. */
enum order_action {
    ORDER_ACTION_SUBMIT = 0,
    ORDER_ACTION_CANCEL = 1,  /* of the order with this id */
    ORDER_ACTION_REPLACE = 2, /* of `terms.replaces` by this order; the remainder, under a new id */
};

/* Bits of event_order.flags. */
#define ORDER_FLAG_TRAIL_PPM 1 /* terms.trail is in parts per million of the price, not in e9 */
#define ORDER_FLAG_EXTENDED  2 /* may fill in extended hours */

/* Why an order exists. An entry can raise exposure, the others only lower a confirmed position: an
 * exit is sent by the engine (a signal, time, flat before close), target and stop are protection
 * that rests at the broker. */
#define ORDER_ROLE_LIST(X)                                                                         \
    X(ENTRY, 1, "entry")                                                                           \
    X(EXIT, 2, "exit")                                                                             \
    X(TARGET, 3, "target")                                                                         \
    X(STOP, 4, "stop")

enum order_role {
#define X(name, code, text) ORDER_ROLE_##name = code,
    ORDER_ROLE_LIST(X)
#undef X
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
    X(TOO_MANY_ORDERS, "too many working orders")                                                  \
    X(BAD_PRICE, "a limit, stop or trail that cannot be")                                          \
    X(BAD_GROUP, "the orders of the group do not go together")                                     \
    X(BAD_TIME, "this time in force cannot be had now")                                            \
    X(SHORTING_OFF, "the account may not sell short")                                              \
    X(UNSETTLED_CASH, "not enough settled cash")                                                   \
    X(UNKNOWN_ORDER, "no such order")                                                              \
    X(NOT_WORKING, "the order works no more")                                                      \
    X(RANDOM, "refused at random, as configured")                                                  \
    X(OPPOSITE, "could trade with the account's own order")                                        \
    X(BY_BROKER, "refused by the broker")                                                          \
    X(NOT_SENT, "could not be sent")                                                               \
    X(NOT_FOUND, "never reached the broker")

enum reject_reason {
#define X(name, text) REJECT_##name,
    REJECT_REASON_LIST(X)
#undef X
};

/* In words; "unknown" for a code that is none. */
const char *order_type_text(uint8_t type);
const char *time_in_force_text(uint8_t time_in_force);
const char *order_role_text(uint8_t role);
const char *reject_reason_text(uint8_t reason);

/* Whether somebody refused the request. What could not be sent, or never arrived, nobody has seen.
 */
static inline bool reject_is_refusal(uint8_t reason)
{
    return reason != REJECT_NOT_SENT && reason != REJECT_NOT_FOUND;
}

struct order_leg {
    uint32_t instrument;
    int32_t ratio; /* signed shares (or contracts) per unit: +1 buys, -1 sells */
};

/* What only some orders have; zero where it does not apply. */
struct order_terms {
    int64_t stop_price_e9; /* STOP and STOP_LIMIT: where the order wakes up */
    int64_t trail;         /* TRAILING_STOP: distance in e9, or in ppm by ORDER_FLAG_TRAIL_PPM */
    uint64_t group;        /* bracket, OCO, OTO: the id of the group's first order; else 0 */
    uint64_t replaces;     /* ORDER_ACTION_REPLACE: the id of the order that ends; else 0 */
};

/* An order as decided, gated, logged and sent: an ORDER event and its second slot. */
struct order_request {
    struct event head;
    struct order_leg legs[LEGS_MAX];
    struct order_terms terms;
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
