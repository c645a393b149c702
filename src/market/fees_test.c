/* fees_test.c: fees of fills by date, worked by hand from the published rates. */
#include "market/fees.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/money.h"
#include "base/utc.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define CENTS(amount)  ((int64_t)(amount)*MONEY_E9 / 100)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

Test(fees, are_those_of_the_day)
{
    static const struct {
        const char *what;
        struct utc_date date;
        bool buys;
        int64_t qty_e9, price_e9, want_e9;
    } cases[] = {
        {"buying costs nothing",                      {2024, 6, 3},  true,  SHARES(1000),   USD(100), 0              },
        {"2.78 and 16.6 cents, up",                   {2024, 6, 3},  false, SHARES(1000),   USD(100), CENTS(295)     },
        {"the day before: 8.00 a million",            {2024, 5, 21}, false, SHARES(1000),   USD(100), CENTS(97)      },
        {"22.10 in 2020, TAF 11.9 cents",             {2020, 2, 18}, false, SHARES(1000),   USD(100), CENTS(233)     },
        {"20.70 the day before",                      {2020, 2, 17}, false, SHARES(1000),   USD(100), CENTS(219)     },
        {"5.10 in 2021",                              {2021, 2, 25}, false, SHARES(1000),   USD(100), CENTS(63)      },
        {"no SEC fee in summer 2025",                 {2025, 5, 14}, false, SHARES(1000),   USD(100), CENTS(17)      },
        {"the broker's own example: 10,000 at 23.10",
         {2017, 8, 1},
         false,                                                             SHARES(100),
         USD(100),
         CENTS(24 + 2)                                                                                               },
        {"TAF ends at its most",                      {2024, 2, 1},  false, SHARES(100000), USD(1),   CENTS(80 + 830)},
        {"one share, two cents",                      {2024, 2, 1},  false, SHARES(1),      USD(1),   CENTS(2)       },
        {"before the tables: the first rows",
         {2005, 1, 3},
         false,                                                             SHARES(1000),
         USD(100),
         CENTS(224 + 8)                                                                                              },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t fees_e9 = -1;
        int64_t ts_ns = utc_days(cases[i].date) * NS_PER_DAY + 15 * NS_PER_HOUR;
        cr_assert_eq(
            fees_of_fill(ts_ns, cases[i].buys, cases[i].qty_e9, cases[i].price_e9, &fees_e9),
            ERR_OK, "%s", cases[i].what);
        cr_assert_eq(fees_e9, cases[i].want_e9, "%s: %" PRId64, cases[i].what, fees_e9);
    }
}

Test(fees, say_when_an_amount_does_not_fit)
{
    int64_t fees_e9 = 7;
    cr_assert_eq(fees_of_fill(0, false, SHARES(9000000), PRICE_E9_MAX, &fees_e9), ERR_RANGE);
    cr_assert_eq(fees_e9, 7);
}
