/* limits.h: the limits of an account as the operator wrote them. None has a default. */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include <stdint.h>

enum limit_unit {
    LIMIT_CASH = 1, /* value in e9 of the account's currency */
    LIMIT_SHARE,    /* value in parts per million of the equity at the session's start */
    LIMIT_COUNT,    /* value is a whole number */
    LIMIT_DURATION, /* value in nanoseconds */
    LIMIT_PPM,      /* value in parts per million of a price */
};

struct limit {
    enum limit_unit unit;
    int64_t value; /* > 0; a duration may be 0 */
};

/* One row per limit: field, config key, what kind of amount it is (MONEY: cash or share of equity),
 * the noun that follows a count in the config, and a sentence for people. */
#define LIMIT_LIST(X)                                                                              \
    X(order_notional, "max_order_notional", MONEY, "", "most that one entry order may be worth")   \
    X(position_notional, "max_position_notional", MONEY, "",                                       \
      "most that one instrument may be worth, open entries included")                              \
    X(exposure, "max_exposure", MONEY, "",                                                         \
      "most that all positions and open entries together may be worth")                            \
    X(open_positions, "max_open_positions", COUNT, "positions",                                    \
      "most instruments held or being entered at once")                                            \
    X(orders_per_session, "max_orders_per_session", COUNT, "orders",                               \
      "most entry orders in one session")                                                          \
    X(strategy_orders, "max_orders_per_strategy", COUNT, "orders",                                 \
      "most entry orders of one strategy in one session")                                          \
    X(entry_interval, "min_time_between_entries", DURATION, "",                                    \
      "least time between two entries of a strategy in the same instrument")                       \
    X(daily_loss, "max_daily_loss", MONEY, "",                                                     \
      "loss since the last session's close from which no entry is allowed")                        \
    X(portfolio_heat, "max_portfolio_heat", MONEY, "",                                             \
      "most that could be lost if every open trade and entry ended at its stop")                   \
    X(collar, "price_collar", PPM, "",                                                             \
      "farthest that an entry's limit price may lie from the reference price")

struct limits {
#define X(field, key, kind, noun, help) struct limit field;
    LIMIT_LIST(X)
#undef X
};

#endif
