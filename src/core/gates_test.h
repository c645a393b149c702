/* gates_test.h: an account, its limits and an entry that every gate lets through: what the tests of
 * the gates start from. */
#ifndef CORE_GATES_TEST_H
#define CORE_GATES_TEST_H

#include "core/gates.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)
#define CENTS(amount)  ((int64_t)(amount)*MONEY_E9 / 100)
#define DAY(number)    ((int64_t)(number)*NS_PER_DAY)

/* 14:30 to 21:00 in UTC is the session of the cases below. */
#define OPEN  (DAY(18000) + 870 * NS_PER_MIN)
#define CLOSE (DAY(18000) + 1260 * NS_PER_MIN)
#define NOW   (DAY(18000) + 1000 * NS_PER_MIN)

static const struct limits gate_limits = {
    .order_notional = {LIMIT_CASH,     USD(5000)    },
    .position_notional = {LIMIT_CASH,     USD(8000)    },
    .exposure = {LIMIT_CASH,     USD(60000)   },
    .open_positions = {LIMIT_COUNT,    4            },
    .orders_per_session = {LIMIT_COUNT,    20           },
    .strategy_orders = {LIMIT_COUNT,    10           },
    .entry_interval = {LIMIT_DURATION, 60 * NS_PER_S},
    .daily_loss = {LIMIT_CASH,     USD(300)     },
    .portfolio_heat = {LIMIT_CASH,     USD(900)     },
    .collar = {LIMIT_PPM,      5000         },
};

/* Same account, limits as shares of its equity at the session's start. */
static const struct limits gate_shares = {
    .order_notional = {LIMIT_SHARE,    50000        },
    .position_notional = {LIMIT_SHARE,    80000        },
    .exposure = {LIMIT_SHARE,    600000       },
    .open_positions = {LIMIT_COUNT,    4            },
    .orders_per_session = {LIMIT_COUNT,    20           },
    .strategy_orders = {LIMIT_COUNT,    10           },
    .entry_interval = {LIMIT_DURATION, 60 * NS_PER_S},
    .daily_loss = {LIMIT_SHARE,    3000         },
    .portfolio_heat = {LIMIT_SHARE,    9000         },
    .collar = {LIMIT_PPM,      5000         },
};

/* An entry that every gate lets through: 10 shares of $100 at most at $100.10. */
static inline struct gate_input good_entry(void)
{
    return (struct gate_input){.limits = &gate_limits,
                               .order_value_e9 = USD(1000),
                               .commission_e9 = USD(1),
                               .heat_e9 = USD(40),
                               .reference_price_e9 = USD(100),
                               .limit_price_e9 = CENTS(10010),
                               .stop_price_e9 = USD(96),
                               .day_known = true,
                               .now_ns = NOW,
                               .bar_end_ns = NOW,
                               .session_open_ns = OPEN,
                               .session_close_ns = CLOSE,
                               .last_entry_ns = NOW - 300 * NS_PER_S,
                               .session_entries = 7,
                               .book_entries = 5,
                               .open_positions = 3,
                               .position_qty_e9 = SHARES(20),
                               .instrument_value_e9 = USD(2000),
                               .exposure_e9 = USD(49900),
                               .entry_commission_e9 = USD(2),
                               .open_heat_e9 = USD(500),
                               .session_equity_e9 = USD(100000),
                               .equity_e9 = USD(99900),
                               .multiplier = 1};
}

#endif
