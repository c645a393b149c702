/* exchange_private.h: what the exchange's files share.
 *
 *   exchange.c   the door: plan, slices, values       requests.c  new orders, cancels, replacements
 *   orders.c     places, lists, ids, reports, ends    groups.c    bracket, OCO, OTO
 *   fill.c       a bar meets the working orders       quotes.c    a quote meets them
 *   account.c    cash, positions, buying power        actions.c   splits and dividends
 *   match.c, slippage.c   pure functions of prices
 *
 * Orders lie in places of one table and know each other by place. The working and held orders of an
 * instrument are a list in order of arrival. */
#ifndef EXCHANGE_EXCHANGE_PRIVATE_H
#define EXCHANGE_EXCHANGE_PRIVATE_H

#include "base/hot.h"
#include "exchange/exchange.h"
#include "exchange/match.h"
#include "market/calendar.h"

enum { NO_ORDER = -1, SETTLEMENTS_MAX = 8 };

#define NEVER_NS INT64_MAX

/* An id that was used, and its order while that works. Empty entries have the id 0, which is
 * thereby known and never taken. */
struct known_id {
    uint64_t id;
    int32_t place_plus_1; /* 0: ended */
};

static inline int32_t known_place(const struct known_id *known)
{
    return known->place_plus_1 - 1; /* NO_ORDER when it has ended */
}

enum order_life {
    ORDER_FREE = 0,
    ORDER_WORKING,
    ORDER_HELD,        /* an exit whose entry is not filled yet */
    ORDER_REPLACEMENT, /* on its way; in no list */
};

struct resting {
    uint64_t id;
    struct match_order match; /* type, side, prices; the stop price of a trailing stop moves */
    int64_t left_e9;          /* to fill, > 0 */
    int64_t filled_e9;        /* by it and by the orders it replaced */
    int64_t trail;            /* TRAILING_STOP: e9, or ppm */
    int64_t mark_e9;          /* TRAILING_STOP: best price so far; 0: none known yet */
    int64_t works_ns;         /* may fill from here on */
    int64_t expires_ns;       /* INT64_MIN: its session is not known yet */
    int64_t cancel_ns;        /* a cancel works from here on */
    int64_t asked_at_e9;      /* a replacement: what the old one had left when it was asked for */
    int64_t hold_price_e9;    /* what a share of an opening order holds of the buying power */
    int64_t held_e9;          /* and what the order holds */
    int64_t closing_e9;       /* shares of the position that it closes */
    int64_t armed_at_e9;      /* the price its entry filled at inside a bar, else 0 */
    uint64_t visit;           /* the last visit that dealt with it */
    uint64_t armed_visit;     /* the visit in which its entry filled */
    uint32_t fills;
    uint32_t known; /* its entry among the known ids */
    uint32_t instrument;
    int32_t next; /* in its instrument's list, or among the free places */
    int32_t previous;
    int32_t entry;       /* of an exit: its entry, while that works */
    int32_t sibling;     /* of an exit: the other one */
    int32_t children[2]; /* of an entry */
    int32_t replacement; /* on its way */
    uint8_t time_in_force;
    uint8_t order_class;
    uint8_t life; /* enum order_life */
    bool trail_is_ppm;
    bool extended; /* may fill outside of the regular session */
} __attribute__((aligned(EVENT_SIZE)));

static_assert(sizeof(struct resting) % EVENT_SIZE == 0, "cleared slot by slot");

struct holding {
    int64_t wake_low_e9;  /* a bar that falls to here ... */
    int64_t wake_high_e9; /* ... or rises to here concerns an order */
    int64_t qty_e9;
    int64_t whole; /* qty_e9 in whole shares when it is whole, else 0 */
    int64_t close_e9;
    int64_t value_e9; /* qty_e9 at close_e9 */
    int32_t first;    /* orders, oldest first */
    int32_t last;
    int64_t cost_e9;    /* what the position cost; a short one: what it brought, negative */
    int64_t closing_e9; /* shares that working orders close */
    int64_t spread_e9;  /* of the last quote */
    bool quoted;        /* its orders meet quotes, not bars */
} __attribute__((aligned(64)));

/* Proceeds that are not settled yet. */
struct settlement {
    int64_t settles_ns;
    int64_t amount_e9;
};

struct exchange {
    struct exchange_plan plan;
    int64_t cash_e9;
    int64_t value_e9; /* of all positions */
    bool out_of_range;
    int64_t due_ns;  /* nothing ends, and no request begins to work, before this */
    int64_t held_e9; /* by all working orders */
    uint64_t last_exec_id;
    uint64_t visits;
    int32_t free; /* unused places of `orders`, linked by next */
    uint32_t free_count;
    int32_t places_used; /* places at and behind this one were never used */
    struct resting *orders;
    struct holding *holdings;
    uint64_t highest_id; /* ever used: what is above it is new */
    uint32_t known_mask; /* windows less one */
    uint32_t known_turn; /* spreads new ids over their window */
    struct known_id *known_ids;
    struct settlement settlements[SETTLEMENTS_MAX];
};

/* The regular session that a moment lies in, or else the next one. Where the calendar knows no more
 * days, a session is a UTC day. */
static inline struct session session_of(const struct exchange *exchange, int64_t ns)
{
    struct trading_day day;
    if (exchange->plan.calendar == CALENDAR_ALWAYS ||
        !calendar_day_after(exchange->plan.calendar, ns, &day)) {
        return calendar_session(ns + 1);
    }
    return (struct session){.open_ns = day.open_ns, .close_ns = day.close_ns};
}

/* A market order that waits for nothing but the next open. */
static inline bool order_is_plain(const struct resting *order)
{
    return order->match.type == ORDER_TYPE_MARKET && order->time_in_force == TIME_IN_FORCE_GTC &&
           order->order_class == ORDER_CLASS_SIMPLE && order->life == ORDER_WORKING;
}

static inline bool order_in_group(const struct resting *order)
{
    return order->order_class != ORDER_CLASS_SIMPLE;
}

/* ---- orders.c ---- */

/* Adds a report; a FILL's other fields are the caller's to set. */
struct event *report(struct exchange *exchange, struct exchange_reports *reports,
                     enum event_kind kind, enum reject_reason reason, int64_t ts_ns,
                     uint32_t instrument, uint64_t order_id);

/* The entry of an id, or NULL when it was not used or is forgotten. */
struct known_id *order_find(const struct exchange *exchange, uint64_t id);

/* Takes a place and an entry among the known ids; NO_ORDER when either is not to be had. */
int32_t order_take(struct exchange *exchange, uint64_t id);

/* Gives them back; the id stays known. */
void order_release(struct exchange *exchange, int32_t place);

/* Forgets an id that was never answered with ACCEPTED. */
void order_forget(struct exchange *exchange, int32_t place);

void order_enlist(struct exchange *exchange, int32_t place);

/* Ends an order with a report (EVENT_FILL: it has been made) and all that follows from it: what it
 * held is free, requests for it that are on their way are refused, its group takes notice. */
void order_end(struct exchange *exchange, int32_t place, enum event_kind kind,
               enum reject_reason reason, int64_t at_ns, struct exchange_reports *reports);

/* The same for an order that was filled, is no part of a group and has no request on its way. */
void order_end_plain(struct exchange *exchange, int32_t place);

static inline bool order_ends_plainly(const struct resting *order)
{
    return order->order_class == ORDER_CLASS_SIMPLE && order->cancel_ns == NEVER_NS &&
           order->replacement == NO_ORDER;
}

/* Ends orders that expire and lets cancels and replacements work, all up to a moment. */
void orders_due(struct exchange *exchange, int64_t until_ns, struct exchange_reports *reports);

static inline void order_note_due(struct exchange *exchange, int64_t ns)
{
    exchange->due_ns = ns < exchange->due_ns ? ns : exchange->due_ns;
}

/* Sets the prices that wake an instrument's orders. */
void orders_set_wake(struct exchange *exchange, struct holding *holding);

/* The stop price that follows from the mark. */
void order_set_trail(struct resting *order);

/* ---- requests.c ---- */

/* Puts a replacement in the old order's stead, or refuses it. */
void replacement_work(struct exchange *exchange, int32_t old, int64_t at_ns,
                      struct exchange_reports *reports);

/* ---- groups.c ---- */

/* What is wrong with a group's orders: BAD_GROUP, BAD_TIME, BAD_PRICE or NONE. */
enum reject_reason groups_judge(const struct exchange *exchange,
                                const struct order_request *const *requests, uint32_t count);

/* Ties the places of a group that was taken. */
void groups_tie(struct exchange *exchange, const int32_t *places, uint32_t count);

/* An order of a group was filled by qty_e9 with the market at price_e9 (0: unknown); `inside`: in
 * the course of a bar. */
void groups_on_fill(struct exchange *exchange, int32_t place, int64_t qty_e9, int64_t price_e9,
                    bool inside, int64_t at_ns, struct exchange_reports *reports);

/* An order of a group ended before it was filled; `kind` as in order_end(). */
void groups_on_end(struct exchange *exchange, int32_t place, enum event_kind kind, int64_t at_ns,
                   struct exchange_reports *reports);

/* ---- fill.c ---- */

/* A bar's prices and volume meet the instrument's orders. */
void fill_bar(struct exchange *exchange, const struct event *bar, struct exchange_reports *reports);

/* One match of one order. */
struct execution {
    int64_t price_e9; /* before slippage */
    int64_t at_ns;
    int64_t volume;   /* of the bar, in shares */
    int64_t *most_e9; /* what may still fill; taken from */
    bool inside;      /* in the course of a bar */
    bool slips;
};

/* Fills what can be filled of an order, or cancels it when the account cannot take it. True when
 * the order has ended. */
bool fill_order(struct exchange *exchange, int32_t place, const struct execution *execution,
                struct exchange_reports *reports);

/* What a stop is after it was reached. */
void fill_trigger(struct resting *order);

static inline bool order_is_immediate(const struct resting *order)
{
    return order->time_in_force == TIME_IN_FORCE_IOC || order->time_in_force == TIME_IN_FORCE_FOK;
}

/* ---- account.c ---- */

/* Whether the account may take the order; sets what it would hold and close. */
enum reject_reason account_judge(struct exchange *exchange, struct resting *order, int64_t now_ns);

/* Writes what an order holds and closes into the totals, and takes it out of them. */
RARELY void account_hold_power(struct exchange *exchange, struct resting *order);

static inline void account_hold(struct exchange *exchange, struct resting *order)
{
    order->held_e9 = 0;
    if (order->closing_e9 != 0) {
        order->closing_e9 = order->left_e9;
        exchange->holdings[order->instrument].closing_e9 += order->left_e9;
    }
    if (exchange->plan.account.holds && order->hold_price_e9 != 0) {
        account_hold_power(exchange, order);
    }
}

static inline void account_free(struct exchange *exchange, struct resting *order)
{
    exchange->holdings[order->instrument].closing_e9 -= order->closing_e9;
    exchange->held_e9 -= order->held_e9;
    order->held_e9 = 0;
}

/* What `qty_e9` of a position that is to be closed leaves free for others. */
int64_t account_closable_e9(const struct holding *holding, bool buys);

/* Moves cash and position; REJECT_NONE, or why the account cannot take the fill. */
enum reject_reason account_fill(struct exchange *exchange, const struct resting *order,
                                int64_t qty_e9, int64_t price_e9, int64_t at_ns,
                                int64_t *commission_e9);

/* The position's quantity, and its value at the last close. */
void account_set_qty(struct holding *holding, int64_t qty_e9);
void account_revalue(struct exchange *exchange, struct holding *holding);

#endif
