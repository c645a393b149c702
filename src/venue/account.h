/* account.h: one account of the served exchange: an exchange of its own over the common market, and
 * everything that Alpaca remembers beside it: orders, executions, equity day by day.
 *
 * Accounts know nothing of each other: nobody's order fills another's. */
#ifndef VENUE_ACCOUNT_H
#define VENUE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "exchange/exchange.h"
#include "venue/faults.h"
#include "venue/market.h"
#include "venue/order.h"
#include "venue/refusal.h"
#include "venue/uuid.h"

#define KEY_SIZE 129 /* a key or a secret, with its NUL */

/* An entry of the account's history: an execution, or cash that moved without one. */
struct activity {
    int64_t ts_ns;
    uint64_t number; /* of the activity, from 0 */
    uint32_t order;  /* number; NO_SERVED_ORDER: not an execution */
    uint32_t instrument;
    uint8_t cause;  /* enum cash_cause, where it is no execution */
    bool completes; /* the fill that ended the order */
    bool busted;    /* an execution that was taken back */
    int64_t qty_e9; /* of this execution, > 0; signed for what a split brought */
    int64_t price_e9;
    int64_t cumulative_e9; /* filled by the order after it */
    int64_t position_e9;   /* signed, after it */
    int64_t amount_e9;     /* cash, signed: 0 for an execution without commission */
};

/* What the account was worth when a slice with bars had passed. */
struct equity_point {
    int64_t ts_ns;
    int64_t equity_e9;
};

#define CHECK_MOMENT_LIST(X)                                                                       \
    X(BOTH, "both")                                                                                \
    X(ENTRY, "entry")                                                                              \
    X(EXIT, "exit")

enum check_moment {
#define X(name, text) CHECK_MOMENT_##name,
    CHECK_MOMENT_LIST(X)
#undef X
};

const char *check_moment_text(uint8_t moment);

/* PATCH /v2/account/configurations. */
struct account_settings {
    bool suspend_trade;
    bool no_shorting;
    bool fractional_trading;
    bool trade_confirm_all;
    bool ptp_no_exception_entry;
    bool disable_overnight_trading;
    uint8_t dtbp_check;               /* enum check_moment; asked by nobody since July 2026 */
    uint8_t pdt_check;                /* the same */
    uint8_t max_margin_multiplier;    /* 1, 2, 4 */
    int8_t max_options_trading_level; /* -1: null */
};

/* What the broker has barred; any of them but the transfers refuses new orders. */
struct account_blocks {
    bool trading;
    bool transfers;
    bool account;
    bool suspended; /* by fault script: shown and meant as trading */
};

struct account;

/* What is left of an instrument's last quote: orders that come later meet that. */
struct standing_quote {
    struct exchange_quote quote; /* sizes less what filled; zero: none */
};

/* An instrument's place in an account. Of a position, shares that came first leave first. */
struct account_book {
    uint32_t first_open; /* orders that are not final, in order of arrival; or NO_SERVED_ORDER */
    uint32_t last_open;
    int64_t overnight_e9; /* what is left of the position that the day began with, signed */
    int64_t opened_e9;    /* what is left of what came to it since, >= 0 */
    int64_t opened_value_e9;
};

struct watchlists;
struct split_order;
struct waiting_bust;

/* Tells what became of an order, right after it; `activity` of a fill, else NULL. */
struct order_watcher {
    void *context;
    void (*on_event)(void *context, struct account *account, const struct served_order *order,
                     enum order_event event, int64_t ts_ns, const struct activity *activity);
};

struct account {
    uint32_t index;
    uint64_t seed; /* of its ids */
    char key[KEY_SIZE];
    char secret[KEY_SIZE];
    char id[UUID_TEXT_SIZE];
    char number[16];
    int64_t created_ns;
    const struct market *market;
    const struct order_watcher *watcher;
    struct faults *faults;      /* NULL: none */
    struct split_order *splits; /* orders that fill in parts */
    struct waiting_bust *busts; /* executions that will be taken back */
    struct exchange_plan plan;
    struct exchange *exchange;
    void *memory;
    struct exchange_reports reports;
    struct standing_quote *standing; /* by instrument */
    struct account_book *books;      /* by instrument */
    uint32_t trailing_count;         /* open trailing stops */
    int64_t day_ends_ns;             /* midnight in New York, or of the calendar `always` */
    int64_t gtc_due_ns;              /* no order until canceled is too old before this */
    bool market_was_open;            /* orders for the session have been let in */
    bool late_was_open;              /* and those for early and late trading */
    struct served_order *orders;
    uint32_t order_count;
    uint32_t order_capacity;
    uint32_t *client_ids; /* hash table of order numbers + 1 */
    uint32_t client_mask;
    uint32_t open_count;  /* orders that are not final */
    int64_t last_sent_ns; /* when the last order was sent: no two have the same moment */
    struct activity *activities;
    uint32_t activity_count;
    uint32_t activity_capacity;
    struct equity_point *equity;
    uint32_t equity_count;
    uint32_t equity_capacity;
    int64_t last_equity_e9; /* at the last session's close */
    int64_t last_maintenance_e9;
    int32_t last_date; /* of that session */
    struct account_settings settings;
    struct account_blocks blocks;
    struct watchlists *watchlists; /* NULL: none yet */
};

struct account_plan_served {
    uint32_t index;
    uint64_t seed;
    const char *key;
    const char *secret;
    int64_t created_ns;
    const struct market *market;         /* outlives the account */
    const struct order_watcher *watcher; /* outlives the account */
    struct faults *faults;               /* outlives the account; may be NULL */
    struct exchange_plan exchange;
};

struct account *account_create(const struct account_plan_served *plan);
void account_destroy(struct account *account);

/* Lets the market's slice meet the account's orders. */
void account_on_slice(struct account *account, const struct slice *slice);

/* When the account has something to do of its own; INT64_MAX: not before the market has. And does
 * it, once it is due. */
int64_t account_due_ns(const struct account *account);
void account_do_due(struct account *account, int64_t now_ns);

/* Whether lists of orders and look-ups by the client's id find an order. */
bool account_shows(const struct served_order *order, int64_t now_ns);

/* A split or a dividend, before the first slice of its day, when the market has had it. A split
 * cancels the symbol's open orders: their owners know best what they should be now. */
void account_on_action(struct account *account, const struct event *action);

/* Sends an order, or a group, that has been judged (order_rules.h). What the exchange answers comes
 * as events; a no of the exchange becomes the refusal, and nothing is remembered of the order.
 * `*sent`: the order as it was taken, before anything became of it: what a POST answers. */
bool account_submit(struct account *account, const struct order_ticket *ticket, int64_t now_ns,
                    struct served_order *sent, struct refusal *refusal);

/* The two halves of it: the exchange takes the order, and it is known as it was sent; then what
 * became of it. A caller that wants to show the order and its legs as they were sent looks at them
 * in between. */
bool account_take(struct account *account, const struct order_ticket *ticket, int64_t now_ns,
                  uint32_t *first, struct refusal *refusal);
void account_go_on(struct account *account, uint32_t first, int64_t now_ns);

/* The same as account_submit() for a replacement of an order that is judged to be replaceable. */
bool account_replace(struct account *account, uint32_t order, const struct order_change *change,
                     int64_t now_ns, struct served_order *sent, struct refusal *refusal);

/* What an order becomes by a change. */
void account_apply_change(struct served_order *order, const struct order_change *change);

/* Asks for the end of an order that is open. */
bool account_cancel(struct account *account, uint32_t order, int64_t now_ns,
                    struct refusal *refusal);

/* By number; by Alpaca's id; by the client's id. NULL when there is none. Valid until the next
 * order is sent. */
const struct served_order *account_order(const struct account *account, uint32_t number);
const struct served_order *account_order_by_id(const struct account *account, const char *id,
                                               size_t length);
const struct served_order *account_order_by_client(const struct account *account,
                                                   const char *client_order_id);

void account_order_id(const struct account *account, uint32_t number, char text[UUID_TEXT_SIZE]);

/* 30 % of the value of all positions, long and short. */
int64_t account_maintenance_e9(const struct account *account);

/* The oldest open order of an instrument, and the next one; NULL at the end. */
const struct served_order *account_first_open(const struct account *account, uint32_t instrument);
const struct served_order *account_next_open(const struct account *account,
                                             const struct served_order *order);

/* What the position's side of an order is: whether it opens or closes. */
enum position_intent account_intent(const struct account *account, uint32_t instrument, bool sells);

/* Shares of a position that no open order closes; negative of a short one. */
int64_t account_available_e9(const struct account *account, uint32_t instrument);

#endif
