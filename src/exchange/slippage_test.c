/* slippage_test.c: what each kind of slippage costs, and that random numbers are even and a
 * function of what they are for. */
#include "exchange/slippage.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/money.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)
#define CENT           (MONEY_E9 / 100)

Test(slippage, moves_the_price_against_the_order)
{
    static const struct {
        const char *what;
        struct slippage slippage;
        bool cents;
        bool buys;
        int64_t qty_e9, volume, spread_e9;
        int64_t want_e9; /* from 100 */
    } cases[] = {
        {"none",                                         {SLIPPAGE_NONE, 1000, 0, 0}, false, true,  SHARES(1), 100, 0,        USD(100)},
        {"ten basis points, buying",
         {SLIPPAGE_FIXED, 1000, 0, 0},
         false,                                                                              true,
         SHARES(1),
         100,                                                                                                       0,
         100100000000                                                                                                                 },
        {"ten basis points, selling",
         {SLIPPAGE_FIXED, 1000, 0, 0},
         false,                                                                              false,
         SHARES(1),
         100,                                                                                                       0,
         99900000000                                                                                                                  },
        {"rounded to the cent: 100.0055",
         {SLIPPAGE_FIXED, 55, 0, 0},
         true,                                                                               true,
         SHARES(1),
         100,                                                                                                       0,
         100010000000                                                                                                                 },
        {"half to even: 100.005",
         {SLIPPAGE_FIXED, 50, 0, 0},
         true,                                                                               true,
         SHARES(1),
         100,                                                                                                       0,
         USD(100)                                                                                                                     },
        {"all of the price: a billionth is left",
         {SLIPPAGE_FIXED, 1000000, 0, 0},
         false,                                                                              false,
         SHARES(1),
         100,                                                                                                       0,
         1                                                                                                                            },
        {"half of 20 basis points",
         {SLIPPAGE_HALF_SPREAD, 2000, 0, 0},
         false,                                                                              true,
         SHARES(1),
         100,                                                                                                       0,
         100100000000                                                                                                                 },
        {"half of the quote's spread",
         {SLIPPAGE_HALF_SPREAD, 2000, 0, 0},
         false,                                                                              false,
         SHARES(1),
         100,                                                                                                       6 * CENT,
         USD(100) - 3 * CENT                                                                                                          },
        {"a tenth of the volume: 10 % of 1 %",
         {SLIPPAGE_VOLUME_SHARE, 100000, 0, 0},
         false,                                                                              true,
         SHARES(10),
         100,                                                                                                       0,
         100100000000                                                                                                                 },
        {"a fortieth, Zipline's limit",
         {SLIPPAGE_VOLUME_SHARE, 100000, 0, 0},
         false,                                                                              false,
         SHARES(25),
         1000,                                                                                                      0,
         USD(100) - 6250000                                                                                                           },
        {"more than the volume counts as all",
         {SLIPPAGE_VOLUME_SHARE, 100000, 0, 0},
         false,                                                                              true,
         SHARES(500),
         100,                                                                                                       0,
         USD(110)                                                                                                                     },
        {"first level of the book",
         {SLIPPAGE_BOOK, 0, CENT, SHARES(100)},
         false,                                                                              true,
         SHARES(100),
         100,                                                                                                       0,
         USD(100)                                                                                                                     },
        {"one and a half levels: a third of a cent, up",
         {SLIPPAGE_BOOK, 0, CENT, SHARES(100)},
         false,                                                                              true,
         SHARES(150),
         100,                                                                                                       0,
         100003333334                                                                                                                 },
        {"five levels",
         {SLIPPAGE_BOOK, 0, CENT, SHARES(100)},
         false,                                                                              false,
         SHARES(500),
         100,                                                                                                       0,
         USD(100) - 2 * CENT                                                                                                          },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange_plan plan = {.slippage = cases[i].slippage,
                                     .round_to_cents = cases[i].cents};
        const struct slip slip = {.buys = cases[i].buys,
                                  .price_e9 = USD(100),
                                  .qty_e9 = cases[i].qty_e9,
                                  .volume = cases[i].volume,
                                  .spread_e9 = cases[i].spread_e9};
        int64_t price_e9 = slippage_price_e9(&plan, &slip);
        cr_assert_eq(price_e9, cases[i].want_e9, "%s: %" PRId64, cases[i].what, price_e9);
    }
}

Test(slippage, the_book_ends_behind_its_last_level)
{
    const struct slippage book = {SLIPPAGE_BOOK, 0, CENT, SHARES(100)};
    const struct slippage fixed = {SLIPPAGE_FIXED, 100, 0, 0};
    cr_assert_eq(slippage_qty_e9(&book, SHARES(499)), SHARES(499));
    cr_assert_eq(slippage_qty_e9(&book, SHARES(501)), SHARES(500));
    cr_assert_eq(slippage_qty_e9(&fixed, SHARES(501)), SHARES(501));
}

/* 200 ppm has 201 values of a price of 1,000,000 units; each of them comes up about as often. */
Test(slippage, uniform_is_even_and_adverse)
{
    enum { DRAWS = 201000 };
    uint32_t counts[201] = {0};
    struct exchange_plan plan = {
        .seed = 7, .slippage = {SLIPPAGE_UNIFORM, 200, 0, 0}
    };
    for (uint64_t id = 1; id <= DRAWS; id++) {
        const struct slip slip = {
            .buys = true, .price_e9 = 1000000, .qty_e9 = SHARES(1), .order_id = id << 16};
        int64_t moved = slippage_price_e9(&plan, &slip) - 1000000;
        cr_assert(moved >= 0 && moved <= 200);
        counts[moved]++;
    }
    double chi_square = 0.0;
    for (size_t i = 0; i < 201; i++) {
        double off = counts[i] - DRAWS / 201.0;
        chi_square += off * off / (DRAWS / 201.0);
    }
    cr_assert(chi_square > 130.0 && chi_square < 290.0, "%f, 200 degrees of freedom", chi_square);
}

Test(slippage, random_numbers_depend_on_what_they_are_for)
{
    uint64_t all = UINT64_MAX;
    uint64_t number = random_below(1, 2, RANDOM_REJECT, 0, all);
    cr_assert_eq(random_below(1, 2, RANDOM_REJECT, 0, all), number);
    cr_assert_neq(random_below(2, 2, RANDOM_REJECT, 0, all), number);
    cr_assert_neq(random_below(1, 3, RANDOM_REJECT, 0, all), number);
    cr_assert_neq(random_below(1, 2, RANDOM_SLIPPAGE, 0, all), number);
    cr_assert_neq(random_below(1, 2, RANDOM_REJECT, 1, all), number);
}
