/* order_checks.h: checks that new orders and replacements share. Each answers false with the
 * refusal filled in. */
#ifndef VENUE_ORDER_CHECKS_H
#define VENUE_ORDER_CHECKS_H

#include "venue/account.h"

/* What an order will be. */
struct order_terms_seen {
    uint32_t instrument;
    bool sells;
    bool extended_hours;
    uint8_t type;
    uint8_t time_in_force;
    uint8_t order_class;
    int64_t limit_price_e9;
    int64_t stop_price_e9;
};

/* Whether the broker and the owner let the account send orders. */
bool check_account(const struct account *account, struct refusal *refusal);

/* From 1.00 on two decimals, below four; 0 is no price. */
bool check_tick(const char *name, int64_t price_e9, struct refusal *refusal);

/* Which types go with which times in force; early and late trading. */
bool check_time(const struct order_terms_seen *order, struct refusal *refusal);

/* Orders for the open and the close have their hours in New York. */
bool check_hours(const struct market *market, const struct order_terms_seen *order, int64_t now_ns,
                 struct refusal *refusal);

/* Whether it could trade with an open order of the account; `except` is not asked. */
bool check_wash(const struct account *account, const struct order_terms_seen *order,
                uint32_t except, struct refusal *refusal);

/* A target and a stop of one trade: the target lies beyond the stop. */
bool check_pair(bool long_trade, int64_t target_e9, int64_t stop_e9, struct refusal *refusal);

/* The exits of an entry lie a cent or more on their sides of its price; 0 is none. */
bool check_base(bool long_trade, int64_t base_e9, int64_t target_e9, int64_t stop_e9,
                struct refusal *refusal);

#endif
