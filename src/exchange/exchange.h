/* exchange.h: the simulated market place: it takes orders, matches them against bars and keeps its
 * own ledger, written apart from the engine's and sharing none of it.
 *
 * Pure, like the engine: events and requests in, reports out. Today it knows market orders of one
 * equity leg, fills at the next bar's open, a fixed commission per fill, and a cash account without
 * shorting. Everything it says is SIMULATED. */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hot.h"
#include "market/event.h"
#include "market/order.h"

/* An order that arrives within this after a bar's start may still fill at its open. */
#define EXCHANGE_OPEN_WINDOW_NS INT64_C(1000000000)

struct exchange_plan {
    uint32_t instrument_count;
    uint32_t orders_max; /* working at once */
    int64_t cash_e9;
    int64_t commission_e9; /* per fill */
};

/* A report and what the exchange's own ledger was right after it. */
struct exchange_report {
    _Alignas(16) struct event event;
    int64_t cash_e9;
    int64_t qty_e9; /* of the report's instrument */
};

/* Where reports go; the caller owns it and empties it. A slice or a request adds at most
 * exchange_reports_max() of them. */
struct exchange_reports {
    struct exchange_report *reports;
    uint32_t count;
    uint32_t capacity;
};

struct exchange;

/* Carves an exchange from the arena; NULL only when the arena measures. */
struct exchange *exchange_init(struct arena *arena, const struct exchange_plan *plan);

/* The most reports that one slice can add. */
uint32_t exchange_reports_max(const struct exchange_plan *plan);

/* Takes an order that arrives at now_ns; answers ACCEPTED or REJECTED at once. */
void exchange_on_request(struct exchange *exchange, const struct order_request *request,
                         int64_t now_ns, struct exchange_reports *reports);

/* Takes all bars of one instant: working orders that arrived in time fill at their instrument's
 * open, first come first served. */
void exchange_on_slice(struct exchange *exchange, const struct slice *slice,
                       struct exchange_reports *reports);

/* Whether no order works: nothing is reported until the next request. */
bool exchange_is_quiet(const struct exchange *exchange);

/* Takes the bars of whole slices while no order works, and compares its equity at the end of each
 * with the given one; false, at the first that differs or left int64, with the later bars not
 * taken. */
RARELY bool exchange_follow(struct exchange *exchange, const struct event *first,
                            const struct event *end, const int64_t *equity_e9);

/* The exchange's own books. */
int64_t exchange_cash_e9(const struct exchange *exchange);
int64_t exchange_qty_e9(const struct exchange *exchange, uint32_t instrument);

/* Cash plus all positions at their last closes; false when an amount left int64. */
bool exchange_equity_e9(const struct exchange *exchange, int64_t *equity_e9);

#endif
