/* match.h: at which price an order fills. Pure functions of an order's prices and the market's; who
 * fills first, how much and for whose money is decided elsewhere. */
#ifndef EXCHANGE_MATCH_H
#define EXCHANGE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

/* An order as prices see it. */
struct match_order {
    uint8_t type; /* enum order_type; a trailing stop is a stop at its present price */
    bool buys;
    int64_t limit_e9;
    int64_t stop_e9;
};

struct match {
    bool triggered;   /* a stop was reached */
    int64_t price_e9; /* of the fill, before slippage; 0: none */
};

/* The market stands at one price: an open, a close, the other side of a quote. */
struct match match_at(const struct match_order *order, int64_t price_e9);

/* Behind the bar's open, at which match_at() found nothing to fill: the price goes from the open to
 * the close, and between them takes every value from low to high at least once. A stop-limit order
 * that was triggered at the open comes here as a limit order. */
struct match match_inside(const struct match_order *order, const struct event_bar *bar);

#endif
