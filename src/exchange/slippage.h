/* slippage.h: what a fill at the market's price really costs, and the exchange's random numbers. */
#ifndef EXCHANGE_SLIPPAGE_H
#define EXCHANGE_SLIPPAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "exchange/exchange.h"

/* What a random number is for; each use has numbers of its own. */
enum random_purpose {
    RANDOM_REJECT = 1,
    RANDOM_SLIPPAGE = 2,
};

/* An even number in 0..below-1, a function of its arguments alone, so that a run after a crash
 * draws the same ones. */
uint64_t random_below(uint64_t seed, uint64_t order_id, enum random_purpose purpose,
                      uint64_t attempt, uint64_t below);

/* A fill that slippage may move. */
struct slip {
    bool buys;
    int64_t price_e9;
    int64_t qty_e9;
    int64_t volume;    /* of the bar, in shares; 0 for a quote */
    int64_t spread_e9; /* of the instrument's last quote, 0 without one */
    uint64_t order_id;
    uint64_t attempt; /* fills of this order before */
};

/* The price after slippage, at least one billionth. */
int64_t slippage_price_e9(const struct exchange_plan *plan, const struct slip *slip);

/* The most of qty_e9 that can fill at once: the book ends behind its last level. */
int64_t slippage_qty_e9(const struct slippage *slippage, int64_t qty_e9);

#endif
