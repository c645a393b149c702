/* exchange.h: the simulated market place: it takes orders, matches them against bars or quotes and
 * keeps its own ledger, written apart from the engine's and sharing none of it.
 *
 * Pure, like the engine: events and requests in, reports out. docs/exchange-model.md states what
 * each order does; docs/order-examples.md shows it in numbers. Everything it says is SIMULATED.
 *
 * A plan whose optional parts are all zero is the plainest market place: fills at the stated price,
 * no latency, no limit by volume, a cash account without shorting in which each order is judged by
 * itself. */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hot.h"
#include "market/calendar.h"
#include "market/event.h"
#include "market/order.h"

/* An order that arrives within this after a bar's start may still fill at its open. */
#define EXCHANGE_OPEN_WINDOW_NS INT64_C(1000000000)

#define EXCHANGE_BOOK_LEVELS 5

/* What comes first when one bar holds the prices of several orders. */
enum intrabar {
    INTRABAR_STOP_FIRST = 0,  /* stops before limits: the cautious answer */
    INTRABAR_TARGET_FIRST,    /* limits before stops */
    INTRABAR_NEAREST_TO_OPEN, /* the nearer to the open the earlier */
};

enum slippage_kind {
    SLIPPAGE_NONE = 0,
    SLIPPAGE_FIXED,        /* ppm of the price */
    SLIPPAGE_UNIFORM,      /* 0..ppm of the price, evenly, by the order's own random number */
    SLIPPAGE_HALF_SPREAD,  /* half of a spread of ppm of the price, or of the last quote's spread */
    SLIPPAGE_VOLUME_SHARE, /* ppm of the price times (share of the bar's volume) squared */
    SLIPPAGE_BOOK,         /* walks levels of level_qty_e9 shares, tick_e9 apart, from the price */
};

/* Always against the order, never on limit prices. 100 ppm are one basis point. */
struct slippage {
    enum slippage_kind kind;
    int64_t ppm;
    int64_t tick_e9;
    int64_t level_qty_e9;
};

enum account_kind {
    ACCOUNT_KIND_CASH = 0,
    ACCOUNT_KIND_MARGIN,
};

struct account_plan {
    enum account_kind kind;
    uint32_t multiplier; /* margin: 1, 2 or 4 times the equity; 0 is 1 */
    bool shorting;       /* margin only */
    bool holds;          /* working orders hold the buying power they need */
    bool settled_only;   /* cash: purchases only from settled cash */
};

struct exchange_plan {
    uint32_t instrument_count;
    uint32_t orders_max; /* working or held at once; a replacement on its way counts, too */
    int64_t cash_e9;
    int64_t commission_e9;           /* per fill */
    int64_t commission_per_share_e9; /* added to it */
    int64_t commission_min_e9;       /* the least for one fill */
    bool fees;                       /* SEC and FINRA fees by their tables (market/fees.h) */
    bool round_to_cents;             /* prices of fills that slippage moved */
    bool refuse_opposite; /* orders that could trade with the account's own, as Alpaca does */
    uint64_t seed;
    int64_t latency_ns;       /* a request works from its arrival plus this */
    int64_t volume_share_ppm; /* of a bar's volume that may fill, all orders together; 0: all */
    int64_t reject_ppm;       /* share of orders refused at random */
    enum calendar_id calendar;
    enum intrabar intrabar;
    struct slippage slippage;
    struct account_plan account;
};

/* The mock broker of the tick-by-tick trading system (behaviour 5.3): two seconds of delay, one
 * order in twenty refused, 0 to 2 basis points against the order, whole cents, no leverage. Other
 * parts of the plan stay as they are. */
void exchange_profile_mock(struct exchange_plan *plan);

/* NULL when the plan can be carried out, else a constant text that names what cannot. */
const char *exchange_plan_fault(const struct exchange_plan *plan);

/* A report and what the exchange's own ledger was right after it. */
struct exchange_report {
    _Alignas(16) struct event event;
    int64_t cash_e9;
    int64_t qty_e9; /* of the report's instrument */
};

/* Where reports go; the caller owns it and empties it. A slice, a quote or an action adds at most
 * exchange_reports_max() of them; requests add at most that and one for each of them. */
struct exchange_reports {
    struct exchange_report *reports;
    uint32_t count;
    uint32_t capacity;
};

struct exchange;

/* Carves an exchange from the arena; NULL only when the arena measures. The plan has no fault. */
struct exchange *exchange_init(struct arena *arena, const struct exchange_plan *plan);

/* The most reports that one slice, quote or action can add. */
uint32_t exchange_reports_max(const struct exchange_plan *plan);

/* Takes requests that arrive together at now_ns: new orders, cancels, replacements. Each is
 * answered, at once or when it works. The orders of one group follow each other, its first order
 * first; a group is taken whole or refused whole. */
void exchange_on_requests(struct exchange *exchange, const struct order_request *const *requests,
                          uint32_t count, int64_t now_ns, struct exchange_reports *reports);

/* Takes all bars of one instant: what is due ends, working orders meet their instrument's bar,
 * positions take the closes. */
void exchange_on_slice(struct exchange *exchange, const struct slice *slice,
                       struct exchange_reports *reports);

/* Whether no order works: nothing is reported until the next request or action. */
bool exchange_is_quiet(const struct exchange *exchange);

/* Takes the bars of whole slices while no order works, and compares its equity at the end of each
 * with the given one; false, at the first that differs or left int64, with the later bars not
 * taken. */
RARELY bool exchange_follow(struct exchange *exchange, const struct event *first,
                            const struct event *end, const int64_t *equity_e9);

/* Takes a split or a dividend, before the first bar it is effective for. */
void exchange_on_action(struct exchange *exchange, const struct event *action,
                        struct exchange_reports *reports);

/* The best prices on both sides; sizes in shares, 0 where nothing is offered. */
struct exchange_quote {
    int64_t bid_e9;
    int64_t ask_e9;
    int64_t bid_size_e9;
    int64_t ask_size_e9;
};

/* Takes a quote at ts_ns. From its first quote on an instrument's orders meet quotes alone, except
 * those for the open or the close; bars then only value positions. The position takes the side that
 * it could be closed at. */
void exchange_on_quote(struct exchange *exchange, uint32_t instrument, int64_t ts_ns,
                       const struct exchange_quote *quote, struct exchange_reports *reports);

/* Takes the price of a trade of others: the position takes it, orders do not meet it. */
void exchange_on_trade(struct exchange *exchange, uint32_t instrument, int64_t price_e9);

/* The exchange's own books. */
int64_t exchange_cash_e9(const struct exchange *exchange);
int64_t exchange_qty_e9(const struct exchange *exchange, uint32_t instrument);

/* Shares of the position that working orders close, >= 0. */
int64_t exchange_closing_e9(const struct exchange *exchange, uint32_t instrument);

/* What the position cost, commissions left out: signed as its quantity is; and one share of it on
 * average. 0 without a position. */
int64_t exchange_cost_e9(const struct exchange *exchange, uint32_t instrument);
int64_t exchange_average_cost_e9(const struct exchange *exchange, uint32_t instrument);

/* The price that a position is worth now: the last close, trade or quote, whichever came last; 0
 * before the first. */
int64_t exchange_price_e9(const struct exchange *exchange, uint32_t instrument);

/* Cash plus all positions at their last closes, trades or quotes, whichever came last; false when
 * an amount left int64. */
bool exchange_equity_e9(const struct exchange *exchange, int64_t *equity_e9);

/* What new positions may cost now: less what working orders hold, where the account holds it. */
int64_t exchange_buying_power_e9(struct exchange *exchange, int64_t now_ns);

/* An execution that no price explains: fills all that is left of a working order, at that price.
 * False when no such order works, is held, or cannot be taken by the account. */
bool exchange_fill_by_hand(struct exchange *exchange, uint64_t order_id, int64_t price_e9,
                           int64_t at_ns, struct exchange_reports *reports);

/* Takes an execution back: cash and position are as if it had not been. Nothing is reported; the
 * order stays as it is. False when the amounts leave int64. */
bool exchange_bust(struct exchange *exchange, const struct event *fill, bool buys);

/* How an order stands, for tests and for whoever serves the exchange. */
struct exchange_order {
    uint64_t id;
    uint32_t instrument;
    int64_t qty_e9; /* left to fill; signed: sales negative */
    int64_t filled_e9;
    int64_t limit_price_e9;
    int64_t stop_price_e9; /* a trailing stop's present one, too */
    int64_t mark_e9;       /* of a trailing stop: the best price so far; 0: none known yet */
    uint8_t type;          /* what it is now: a stop that was hit is a market order */
    bool held;             /* waits for its group's entry */
};

/* False when no order with that id works. */
bool exchange_order(const struct exchange *exchange, uint64_t order_id,
                    struct exchange_order *order);

#endif
