/* order_refusals.h: the noes that tell amounts, and what an order is counted at. */
#ifndef VENUE_ORDER_REFUSALS_H
#define VENUE_ORDER_REFUSALS_H

#include "venue/account.h"

/* What of an order decides its cost. */
struct order_size {
    uint32_t instrument;
    bool sells;
    int64_t qty_e9;
    int64_t limit_price_e9; /* 0: none */
    int64_t stop_price_e9;  /* 0: none */
};

/* The price that one share of it is counted at: of a purchase the limit, else the larger of stop
 * and market; of a short sale the larger of the limit and 3 % above the market. The market is the
 * ask in the regular session, the middle of the quote in early and late trading, the last trade
 * at night. 0: nothing is known. */
int64_t order_counted_price_e9(const struct account *account, const struct order_size *size);

/* Its price times its quantity; INT64_MAX when that leaves the numbers. */
int64_t order_cost_e9(const struct account *account, const struct order_size *size);

/* More is to be closed than the position has free. */
bool refuse_for_position(const struct account *account, const struct order_size *size,
                         struct refusal *refusal);

bool refuse_for_power(const struct account *account, const struct order_size *size,
                      int64_t buying_power_e9, struct refusal *refusal);

#endif
