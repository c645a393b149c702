/* wire.h: Alpaca's words and ours: requests out as JSON, answers and stream messages in.
 *
 * No network, no state. Numbers are read from their own text, exactly: an exponent is ERR_FORMAT,
 * more than nine decimals or too large a value ERR_RANGE. What the broker computes may have more
 * (averages, the account's figures, net amounts): it is rounded to e9, halves to the even one. Keys
 * that we do not know are passed over; a word of a closed list that we do not know becomes its
 * UNKNOWN, never a guess, and a side that we do not know is ERR_FORMAT; what is needed and missing
 * is ERR_FORMAT. After an error `out` is not to be used. Shapes: docs/alpaca.md. */
#ifndef ALPACA_WIRE_H
#define ALPACA_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "market/order.h"
#include "net/tree.h"

enum {
    WIRE_ID_SIZE = 64, /* a UUID; longer ones are refused */
    WIRE_CLIENT_ID_SIZE = 129,
    WIRE_SYMBOL_SIZE = 32,
    WIRE_LEGS_MAX = 4,
};

/* The broker's status of an order (6.6). */
#define WIRE_STATUS_LIST(X)                                                                        \
    X(UNKNOWN, "")                                                                                 \
    X(PENDING_NEW, "pending_new")                                                                  \
    X(ACCEPTED, "accepted")                                                                        \
    X(ACCEPTED_FOR_BIDDING, "accepted_for_bidding")                                                \
    X(NEW, "new")                                                                                  \
    X(HELD, "held")                                                                                \
    X(PARTIALLY_FILLED, "partially_filled")                                                        \
    X(FILLED, "filled")                                                                            \
    X(DONE_FOR_DAY, "done_for_day")                                                                \
    X(CANCELED, "canceled")                                                                        \
    X(EXPIRED, "expired")                                                                          \
    X(REPLACED, "replaced")                                                                        \
    X(PENDING_CANCEL, "pending_cancel")                                                            \
    X(PENDING_REPLACE, "pending_replace")                                                          \
    X(PENDING_REVIEW, "pending_review")                                                            \
    X(STOPPED, "stopped")                                                                          \
    X(REJECTED, "rejected")                                                                        \
    X(SUSPENDED, "suspended")                                                                      \
    X(CALCULATED, "calculated")

enum wire_status {
#define X(name, text) WIRE_##name,
    WIRE_STATUS_LIST(X)
#undef X
};

/* Whether nothing more can come of it, but busts. */
bool wire_status_is_final(enum wire_status status);
const char *wire_status_text(enum wire_status status);

/* An order as the broker shows it. Texts are copied; a leg is an order of its own without legs. */
struct wire_order {
    char id[WIRE_ID_SIZE];
    char client_id[WIRE_CLIENT_ID_SIZE];
    char symbol[WIRE_SYMBOL_SIZE];
    char replaced_by[WIRE_ID_SIZE]; /* "": none */
    char replaces[WIRE_ID_SIZE];
    enum wire_status status;
    uint8_t type;          /* enum order_type; 0: a word that we do not know */
    uint8_t time_in_force; /* enum time_in_force; 0: likewise */
    bool buys;             /* false of an order of several legs, which has no symbol either */
    int64_t qty_e9;        /* 0 of a notional order */
    int64_t filled_qty_e9;
    int64_t filled_avg_price_e9; /* 0: none; rounded to e9 */
    int64_t limit_price_e9;      /* 0: none */
    int64_t stop_price_e9;
    int64_t submitted_ns; /* 0: not told; here and below */
    int64_t updated_ns;
    int64_t filled_ns;
    int64_t ended_ns; /* filled, canceled, expired, failed or replaced */
};

struct wire_group {
    struct wire_order order;
    struct wire_order legs[WIRE_LEGS_MAX];
    uint32_t leg_count;
};

enum err wire_read_order(const struct node *node, struct wire_group *out);

/* What a trade update tells (6.6); UNKNOWN for a word that we do not know. */
#define WIRE_UPDATE_LIST(X)                                                                        \
    X(UNKNOWN, "")                                                                                 \
    X(NEW, "new")                                                                                  \
    X(ACCEPTED, "accepted")                                                                        \
    X(PENDING_NEW, "pending_new")                                                                  \
    X(HELD, "held")                                                                                \
    X(FILL, "fill")                                                                                \
    X(PARTIAL_FILL, "partial_fill")                                                                \
    X(CANCELED, "canceled")                                                                        \
    X(EXPIRED, "expired")                                                                          \
    X(DONE_FOR_DAY, "done_for_day")                                                                \
    X(REPLACED, "replaced")                                                                        \
    X(REJECTED, "rejected")                                                                        \
    X(STOPPED, "stopped")                                                                          \
    X(PENDING_CANCEL, "pending_cancel")                                                            \
    X(PENDING_REPLACE, "pending_replace")                                                          \
    X(CALCULATED, "calculated")                                                                    \
    X(SUSPENDED, "suspended")                                                                      \
    X(ORDER_REPLACE_REJECTED, "order_replace_rejected")                                            \
    X(ORDER_CANCEL_REJECTED, "order_cancel_rejected")                                              \
    X(RESTATED, "restated")                                                                        \
    X(TRADE_BUST, "trade_bust")                                                                    \
    X(TRADE_CORRECT, "trade_correct")

enum wire_update_event {
#define X(name, text) WIRE_UPDATE_##name,
    WIRE_UPDATE_LIST(X)
#undef X
};

struct wire_update {
    enum wire_update_event event;
    char execution_id[WIRE_ID_SIZE]; /* "": none */
    int64_t timestamp_ns;            /* 0: none */
    int64_t price_e9;                /* of this execution; 0: none; as the next */
    int64_t qty_e9;
    int64_t position_qty_e9; /* signed, after it */
    bool has_position;
    struct wire_group group; /* the order after the event */
};

/* `node`: `data` of a trade_updates. */
enum err wire_read_update(const struct node *node, struct wire_update *out);

struct wire_position {
    char symbol[WIRE_SYMBOL_SIZE];
    int64_t qty_e9; /* signed: short < 0, whatever the sign it came with */
    int64_t qty_available_e9;
    int64_t average_price_e9; /* rounded to e9 */
};

enum err wire_read_position(const struct node *node, struct wire_position *out);

struct wire_account {
    char id[WIRE_ID_SIZE];
    char number[32];
    bool active;  /* status ACTIVE */
    bool blocked; /* trading_blocked, account_blocked or trade_suspended_by_user */
    bool shorting;
    int64_t cash_e9;
    int64_t equity_e9;
    int64_t buying_power_e9;
    int64_t last_equity_e9;
    int64_t multiplier; /* 1, 2, 4 */
    char status[32];    /* the broker's word */
};

enum err wire_read_account(const struct node *node, struct wire_account *out);

/* An activity; `trades` tells the executions from all else. */
struct wire_activity {
    char id[96];
    char type[16]; /* FILL, DIV, FEE, ...; a longer one that we do not know is cut */
    bool trades;   /* FILL */
    bool known;    /* of the closed list (5.3); others raise an alarm (O11) */
    char symbol[WIRE_SYMBOL_SIZE]; /* "": none */
    char order_id[WIRE_ID_SIZE];
    bool buys;
    int64_t price_e9;
    int64_t qty_e9;     /* of an execution > 0 */
    int64_t cum_qty_e9; /* of its order, this execution included */
    int64_t net_amount_e9;
    int64_t ts_ns; /* of an execution; else the day's beginning in UTC */
};

enum err wire_read_activity(const struct node *node, struct wire_activity *out);

struct wire_clock {
    int64_t ts_ns;
    bool is_open;
    int64_t next_open_ns; /* 0: not told; here and below */
    int64_t next_close_ns;
};

enum err wire_read_clock(const struct node *node, struct wire_clock *out);

/* A session of GET /v2/calendar: New York's walls to UTC. */
struct wire_session {
    int32_t date; /* days since 1970-01-01 */
    int64_t open_ns;
    int64_t close_ns;
};

enum err wire_read_session(const struct node *node, struct wire_session *out);

struct wire_asset {
    char symbol[WIRE_SYMBOL_SIZE];
    bool active;
    bool tradable;
    bool shortable;
    bool fractionable;
};

enum err wire_read_asset(const struct node *node, struct wire_asset *out);

/* ---- out ---- */

/* The order's name at the broker (O2): "bw-" + account tag + "-" + trade, role, attempt in hex: a
 * function of our id, at most 48 characters; wire_client_id_read() is its inverse, false for an id
 * that is not ours. `tag`: of the account's folder, 1..16 of [a-z0-9]. */
void wire_client_id(const char *tag, uint64_t order_id, char out[WIRE_CLIENT_ID_SIZE]);
bool wire_client_id_read(const char *tag, const char *text, uint64_t *order_id);

/* The body of POST /v2/orders for one order, or a group (bracket, OCO, OTO) whose first request
 * comes first, as the engine sends it. Prices and quantities exactly, as decimal text. Returns its
 * length; 0: it cannot be said to Alpaca (several legs, ...) or does not fit. */
size_t wire_write_order(const char *tag, const char *symbol,
                        const struct order_request *const *requests, uint32_t count, char *out,
                        size_t size);

/* Whether the body, read back, asks for exactly these requests: the sender's last check (G1). */
bool wire_order_is(const char *tag, const char *symbol, const struct order_request *const *requests,
                   uint32_t count, const char *body, size_t length);

/* Whether what the broker shows is the order that was sent: symbol, side, type, quantity, prices.
 */
bool wire_order_matches(const struct wire_order *order, const char *symbol,
                        const struct order_request *request);

#endif
