/* order.h: an order as Alpaca shows it, and as it is asked for. The exchange's own order is only
 * what works; this remembers everything that was ever sent. */
#ifndef VENUE_ORDER_H
#define VENUE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "market/order.h"

#define CLIENT_ID_SIZE  129 /* 128 characters and NUL */
#define NO_SERVED_ORDER UINT32_MAX

/* Trails are kept in parts per million of the price. */
#define TRAIL_PPM_PER_PERCENT 10000

#define ORDER_STATUS_LIST(X)                                                                       \
    X(PENDING_NEW, "pending_new", true)                                                            \
    X(ACCEPTED, "accepted", true) /* waits for its session */                                      \
    X(NEW, "new", true)                                                                            \
    X(HELD, "held", true)                                                                          \
    X(PARTIALLY_FILLED, "partially_filled", true)                                                  \
    X(PENDING_CANCEL, "pending_cancel", true)                                                      \
    X(PENDING_REPLACE, "pending_replace", true)                                                    \
    X(FILLED, "filled", false)                                                                     \
    X(CANCELED, "canceled", false)                                                                 \
    X(EXPIRED, "expired", false)                                                                   \
    X(REJECTED, "rejected", false)                                                                 \
    X(REPLACED, "replaced", false)

enum order_status {
#define X(name, text, open) ORDER_STATUS_##name,
    ORDER_STATUS_LIST(X)
#undef X
};

const char *order_status_text(uint8_t status);
bool order_status_is_open(uint8_t status);

/* What a trade update tells. */
#define ORDER_EVENT_LIST(X)                                                                        \
    X(PENDING_NEW, "pending_new")                                                                  \
    X(ACCEPTED, "accepted")                                                                        \
    X(NEW, "new")                                                                                  \
    X(HELD, "held")                                                                                \
    X(PARTIAL_FILL, "partial_fill")                                                                \
    X(FILL, "fill")                                                                                \
    X(PENDING_CANCEL, "pending_cancel")                                                            \
    X(CANCELED, "canceled")                                                                        \
    X(EXPIRED, "expired")                                                                          \
    X(REJECTED, "rejected")                                                                        \
    X(PENDING_REPLACE, "pending_replace")                                                          \
    X(REPLACED, "replaced")                                                                        \
    X(REPLACE_REJECTED, "order_replace_rejected")                                                  \
    X(CANCEL_REJECTED, "order_cancel_rejected")                                                    \
    X(TRADE_BUST, "trade_bust") /* by fault script only */

enum order_event {
#define X(name, text) ORDER_EVENT_##name,
    ORDER_EVENT_LIST(X)
#undef X
};

const char *order_event_text(uint8_t event);

/* `simple` is what the caller wrote; absent and "" come back as "". */
#define SERVED_CLASS_LIST(X)                                                                       \
    X(NONE, "")                                                                                    \
    X(SIMPLE, "simple")                                                                            \
    X(BRACKET, "bracket")                                                                          \
    X(OCO, "oco")                                                                                  \
    X(OTO, "oto")                                                                                  \
    X(MLEG, "mleg")

enum served_class {
#define X(name, text) SERVED_CLASS_##name,
    SERVED_CLASS_LIST(X)
#undef X
};

const char *served_class_text(uint8_t order_class);

#define POSITION_INTENT_LIST(X)                                                                    \
    X(NONE, "")                                                                                    \
    X(BUY_TO_OPEN, "buy_to_open")                                                                  \
    X(BUY_TO_CLOSE, "buy_to_close")                                                                \
    X(SELL_TO_OPEN, "sell_to_open")                                                                \
    X(SELL_TO_CLOSE, "sell_to_close")

enum position_intent {
#define X(name, text) INTENT_##name,
    POSITION_INTENT_LIST(X)
#undef X
};

const char *position_intent_text(uint8_t intent);

/* What is asked for: well-formed, not judged yet. Amounts that are not given are 0. */
struct order_ticket {
    uint32_t instrument;
    bool sells;
    bool extended_hours;
    uint8_t type;          /* enum order_type */
    uint8_t time_in_force; /* enum time_in_force */
    uint8_t order_class;   /* enum served_class */
    uint8_t intent;        /* enum position_intent; NONE: not given */
    int64_t qty_e9;        /* 0: notional is given */
    int64_t notional_e9;
    int64_t limit_price_e9;
    int64_t stop_price_e9;
    int64_t trail_price_e9;
    int64_t trail_ppm; /* of trail_percent: 1 % is 10,000 */
    int64_t take_profit_e9;
    int64_t stop_loss_e9;
    int64_t stop_loss_limit_e9;
    char client_order_id[CLIENT_ID_SIZE]; /* "": none given */
};

/* What a PATCH asks for; 0 or "" where nothing is to change. */
struct order_change {
    int64_t qty_e9;
    int64_t limit_price_e9;
    int64_t stop_price_e9;
    int64_t trail;         /* in the order's own unit: e9, or ppm */
    uint8_t time_in_force; /* 0: unchanged */
    char client_order_id[CLIENT_ID_SIZE];
};

struct served_order {
    uint32_t number; /* place in the account's list; the exchange's id is number + 1 */
    uint32_t instrument;
    bool sells;
    bool extended_hours;
    uint8_t type;
    uint8_t time_in_force;
    uint8_t order_class; /* enum served_class */
    uint8_t intent;      /* enum position_intent */
    uint8_t status;      /* enum order_status */
    uint8_t role;   /* enum order_role: ENTRY for what was sent, TARGET and STOP for children */
    int64_t qty_e9; /* shares, as they stand: 0 while a notional order is unpriced */
    int64_t notional_e9; /* 0: none */
    int64_t limit_price_e9;
    int64_t stop_price_e9; /* of a trailing stop: the present one, 0 while none is known */
    int64_t hwm_e9;        /* of a trailing stop: the best price so far, 0 while none is known */
    int64_t trail_price_e9;
    int64_t trail_ppm;
    int64_t filled_e9;
    int64_t busted_e9; /* filled, and taken back: it does not fill again */
    int64_t value_e9;  /* sum of price x quantity over its fills */
    int64_t created_ns;
    int64_t updated_ns;
    int64_t expires_ns;
    int64_t filled_ns; /* of the last fill that completed it; these are 0 where not so */
    int64_t canceled_ns;
    int64_t expired_ns;
    int64_t failed_ns;
    int64_t replaced_ns;
    uint32_t replaced_by; /* numbers, or NO_SERVED_ORDER */
    uint32_t replaces;
    uint32_t parent;
    uint32_t legs[2];   /* of a bracket: target, stop; of an OCO or OTO: one in the first place */
    uint32_t next_open; /* orders of the instrument that are not final, in order of arrival */
    uint32_t previous_open;
    int64_t hidden_until_ns; /* by fault script: lists and its client's id do not find it */
    bool rejects_late;       /* by fault script: it is rejected once it was accepted */
    char client_order_id[CLIENT_ID_SIZE];
};

/* All that was ever filled of it. */
static inline int64_t served_order_executed_e9(const struct served_order *order)
{
    return order->filled_e9 + order->busted_e9;
}

/* What one share was filled at on average; 0 before the first fill. */
int64_t served_order_average_e9(const struct served_order *order);

#endif
