/* match_test.c: at which price an order fills, case by case. */
#include "exchange/match.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/money.h"
#include "market/order.h"

#define CENTS(amount) ((int64_t)(amount)*MONEY_E9 / 100)

enum { MARKET = 1, LIMIT, STOP, STOP_LIMIT, TRAILING };

Test(match, at_a_price)
{
    static const struct {
        const char *what;
        uint8_t type;
        bool buys;
        int64_t limit, stop, price; /* cents */
        bool triggered;
        int64_t want;
    } cases[] = {
        {"market",                         MARKET,     true,  0,    0,    1000, false, 1000},
        {"a buyer's limit, better",        LIMIT,      true,  1000, 0,    990,  false, 990 },
        {"at it",                          LIMIT,      true,  1000, 0,    1000, false, 1000},
        {"worse",                          LIMIT,      true,  1000, 0,    1001, false, 0   },
        {"a seller's limit, better",       LIMIT,      false, 1000, 0,    1010, false, 1010},
        {"worse",                          LIMIT,      false, 1000, 0,    999,  false, 0   },
        {"a buyer's stop, below it",       STOP,       true,  0,    1000, 999,  false, 0   },
        {"at it",                          STOP,       true,  0,    1000, 1000, true,  1000},
        {"jumped over",                    STOP,       true,  0,    1000, 1050, true,  1050},
        {"a seller's stop, jumped over",   STOP,       false, 0,    1000, 950,  true,  950 },
        {"above it",                       STOP,       false, 0,    1000, 1001, false, 0   },
        {"a trailing stop is a stop",      TRAILING,   false, 0,    1000, 950,  true,  950 },
        {"stop-limit, both met",           STOP_LIMIT, false, 900,  1000, 950,  true,  950 },
        {"the limit not met",              STOP_LIMIT, false, 960,  1000, 950,  true,  0   },
        {"the stop not met, the limit is", STOP_LIMIT, false, 900,  1000, 1050, false, 0   },
        {"a buyer's, both met",            STOP_LIMIT, true,  1100, 1000, 1050, true,  1050},
        {"a buyer's, the limit not met",   STOP_LIMIT, true,  1040, 1000, 1050, true,  0   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct match_order order = {cases[i].type, cases[i].buys, CENTS(cases[i].limit),
                                          CENTS(cases[i].stop)};
        struct match match = match_at(&order, CENTS(cases[i].price));
        cr_assert_eq(match.triggered, cases[i].triggered, "%zu: %s", i, cases[i].what);
        cr_assert_eq(match.price_e9, CENTS(cases[i].want), "%zu: %s", i, cases[i].what);
    }
}

Test(match, inside_a_bar)
{
    static const struct {
        const char *what;
        uint8_t type;
        bool buys;
        int64_t limit, stop;
        int64_t open, high, low, close;
        bool triggered;
        int64_t want;
    } cases[] = {
        {"a market order had its open",                      MARKET,     true,  0,    0,    1000, 1010, 990, 1000, false, 0   },
        {"a buyer's limit at the low",                       LIMIT,      true,  990,  0,    1000, 1010, 990, 1000, false, 990 },
        {"a cent under the low",                             LIMIT,      true,  989,  0,    1000, 1010, 990, 1000, false, 0   },
        {"a seller's limit at the high",                     LIMIT,      false, 1010, 0,    1000, 1010, 990, 1000, false, 1010},
        {"a cent over the high",                             LIMIT,      false, 1011, 0,    1000, 1010, 990, 1000, false, 0   },
        {"a seller's stop at the low",                       STOP,       false, 0,    990,  1000, 1010, 990, 1000, true,  990 },
        {"a cent under the low",                             STOP,       false, 0,    989,  1000, 1010, 990, 1000, false, 0   },
        {"a buyer's stop at the high",                       STOP,       true,  0,    1010, 1000, 1010, 990, 1000, true,  1010},
        {"a cent over the high",                             STOP,       true,  0,    1011, 1000, 1010, 990, 1000, false, 0   },
        {"a trailing stop is a stop",                        TRAILING,   false, 0,    995,  1000, 1010, 990, 1000, true,  995 },
        {"stop-limit: the limit allows it",                  STOP_LIMIT, false, 990,  995,  1000, 1010, 990, 992,  true,
         995                                                                                                                  },
        {"the limit is above the stop, the close beyond it", STOP_LIMIT, false, 998,  995,  1000,
         1010,                                                                                          990, 999,  true,  998 },
        {"the limit is above the stop, the close under it",  STOP_LIMIT, false, 998,  995,  1000, 1010,
         990,                                                                                                997,  true,  0   },
        {"not triggered",                                    STOP_LIMIT, false, 980,  985,  1000, 1010, 990, 992,  false, 0   },
        {"a buyer's, the limit allows it",                   STOP_LIMIT, true,  1008, 1005, 1000, 1010, 990, 992,  true,
         1005                                                                                                                 },
        {"a buyer's, limit under the stop",                  STOP_LIMIT, true,  1000, 1005, 1000, 1010, 990, 1001,
         true,                                                                                                            0   },
        {"a buyer's, close under the limit",                 STOP_LIMIT, true,  1000, 1005, 1000, 1010, 990, 1000,
         true,                                                                                                            1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct match_order order = {cases[i].type, cases[i].buys, CENTS(cases[i].limit),
                                          CENTS(cases[i].stop)};
        const struct event_bar bar = {CENTS(cases[i].open), CENTS(cases[i].high),
                                      CENTS(cases[i].low), CENTS(cases[i].close), 1};
        cr_assert_null(event_bar_fault(&bar));
        struct match match = match_inside(&order, &bar);
        cr_assert_eq(match.triggered, cases[i].triggered, "%zu: %s", i, cases[i].what);
        cr_assert_eq(match.price_e9, CENTS(cases[i].want), "%zu: %s", i, cases[i].what);
    }
}
