/* ledger_test.c: every posting leaves the balances at zero, or nothing is changed. */
#include "core/ledger.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/money.h"

enum { INSTRUMENTS = 3 };

#define USD(amount) ((int64_t)(amount)*MONEY_E9)
#define MAX_E9      INT64_MAX

struct account_book {
    struct ledger ledger;
    _Alignas(64) unsigned char memory[4096];
};

static void book_init(struct account_book *book)
{
    struct arena arena;
    arena_init(&arena, book->memory, sizeof book->memory);
    memset(book->memory, 0, sizeof book->memory);
    ledger_init(&book->ledger, &arena, INSTRUMENTS);
}

struct line {
    uint16_t debit, credit;
    uint32_t instrument;
    int64_t amount_e9, qty_e9;
};

static enum err post(struct ledger *ledger, struct line line)
{
    struct event_posting posting = {.amount_e9 = line.amount_e9,
                                    .qty_e9 = line.qty_e9,
                                    .debit = line.debit,
                                    .credit = line.credit};
    return ledger_post(ledger, line.instrument, &posting);
}

static void must_post(struct ledger *ledger, struct line line)
{
    cr_assert_eq(post(ledger, line), ERR_OK);
}

static struct line deposit(int64_t amount_e9)
{
    return (struct line){ACCOUNT_CASH, ACCOUNT_CAPITAL, INSTRUMENT_NONE, amount_e9, 0};
}

static struct line buy(uint32_t instrument, int64_t amount_e9, int64_t qty_e9)
{
    return (struct line){ACCOUNT_POSITIONS, ACCOUNT_CASH, instrument, amount_e9, qty_e9};
}

static struct line sell(uint32_t instrument, int64_t cost_e9, int64_t qty_e9)
{
    return (struct line){ACCOUNT_CASH, ACCOUNT_POSITIONS, instrument, cost_e9, -qty_e9};
}

/* All of a ledger, to see that a refusal changed nothing. */
struct snapshot {
    struct ledger ledger;
    struct position positions[INSTRUMENTS];
};

static struct snapshot snapshot_of(const struct ledger *ledger)
{
    struct snapshot snapshot;
    memset(&snapshot, 0, sizeof snapshot);
    memcpy(&snapshot.ledger, ledger, sizeof *ledger);
    memcpy(snapshot.positions, ledger->positions, sizeof snapshot.positions);
    return snapshot;
}

static void assert_unchanged(const struct ledger *ledger, const struct snapshot *before,
                             const char *what)
{
    struct snapshot now = snapshot_of(ledger);
    cr_assert_eq(memcmp(&now, before, sizeof now), 0, "%s", what);
}

Test(ledger, begins_empty_and_balanced)
{
    struct account_book book;
    book_init(&book);
    int64_t equity_e9 = -1;
    cr_assert(ledger_is_balanced(&book.ledger));
    cr_assert_eq(ledger_equity(&book.ledger, &equity_e9), ERR_OK);
    cr_assert_eq(equity_e9, 0);
    cr_assert_eq(book.ledger.held, 0);
}

Test(ledger, names_its_accounts)
{
    static const char *const want[ACCOUNT_COUNT] = {"cash",     "positions",  "capital",
                                                    "realized", "commission", "dividends",
                                                    "interest", "transfers"};
    for (uint16_t i = 0; i < ACCOUNT_COUNT; i++) {
        cr_assert_str_eq(account_text(i), want[i]);
    }
    cr_assert_str_eq(account_text(ACCOUNT_COUNT), "unknown");
    cr_assert_str_eq(account_text(UINT16_MAX), "unknown");
}

/* A day of trading; after each line cash, positions and what is held are as reckoned by hand. */
Test(ledger, postings_sum_to_zero)
{
    static const struct {
        const char *what;
        struct line line;
        int64_t cash_e9, positions_e9;
        uint32_t held;
    } steps[] = {
        {"cash comes in",
         {ACCOUNT_CASH, ACCOUNT_CAPITAL, INSTRUMENT_NONE, USD(1000), 0},
         USD(1000),
         0,                                                                                                   0},
        {"ten shares at 20",
         {ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, USD(200), USD(10)},
         USD(800),
         USD(200),
         1                                                                                                     },
        {"commission",                 {ACCOUNT_COMMISSION, ACCOUNT_CASH, 0, USD(1), 0}, USD(799),  USD(200), 1},
        {"ten more at 30",
         {ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, USD(300), USD(10)},
         USD(499),
         USD(500),
         1                                                                                                     },
        {"half a share of another",
         {ACCOUNT_POSITIONS, ACCOUNT_CASH, 2, USD(5), MONEY_E9 / 2},
         USD(494),
         USD(505),
         2                                                                                                     },
        {"five leave at average cost",
         {ACCOUNT_CASH, ACCOUNT_POSITIONS, 0, USD(125), -USD(5)},
         USD(619),
         USD(380),
         2                                                                                                     },
        {"and won 10",                 {ACCOUNT_CASH, ACCOUNT_REALIZED, 0, USD(10), 0},  USD(629),  USD(380), 2},
        {"the rest leaves",
         {ACCOUNT_CASH, ACCOUNT_POSITIONS, 0, USD(375), -USD(15)},
         USD(1004),
         USD(5),
         1                                                                                                     },
        {"and lost 4",                 {ACCOUNT_REALIZED, ACCOUNT_CASH, 0, USD(4), 0},   USD(1000), USD(5),   1},
        {"nothing moves",              {ACCOUNT_CASH, ACCOUNT_REALIZED, 0, 0, 0},        USD(1000), USD(5),   1},
    };
    struct account_book book;
    book_init(&book);
    struct ledger *ledger = &book.ledger;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        must_post(ledger, steps[i].line);
        cr_assert_eq(ledger_cash_e9(ledger), steps[i].cash_e9, "%s", steps[i].what);
        cr_assert_eq(ledger->balance_e9[ACCOUNT_POSITIONS], steps[i].positions_e9, "%s",
                     steps[i].what);
        cr_assert_eq(ledger->held, steps[i].held, "%s", steps[i].what);
        cr_assert(ledger_is_balanced(ledger), "%s", steps[i].what);
    }
    cr_assert_eq(ledger->balance_e9[ACCOUNT_REALIZED], -USD(6));
    cr_assert_eq(ledger->balance_e9[ACCOUNT_COMMISSION], USD(1));
    cr_assert_eq(ledger->balance_e9[ACCOUNT_CAPITAL], -USD(1000));
    cr_assert_eq(ledger->positions[0].qty_e9, 0);
    cr_assert_eq(ledger->positions[0].cost_e9, 0);
}

/* Each row posts `first` and then `too_much`, which must be refused with nothing changed. */
Test(ledger, refuses_a_posting_that_overflows)
{
    static const struct {
        const char *what;
        struct line first[3];
        struct line too_much;
    } cases[] = {
        {"the debited balance",
         {{ACCOUNT_CASH, ACCOUNT_CAPITAL, INSTRUMENT_NONE, MAX_E9, 0}},
         {ACCOUNT_CASH, ACCOUNT_REALIZED, 0, 1, 0}   },
        {"the credited balance",
         {{ACCOUNT_CASH, ACCOUNT_CAPITAL, INSTRUMENT_NONE, MAX_E9, 0}},
         {ACCOUNT_REALIZED, ACCOUNT_CAPITAL, 0, 2, 0}},
        {"cost that comes in",
         {{ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, MAX_E9, USD(1)},
          {ACCOUNT_CASH, ACCOUNT_POSITIONS, 1, MAX_E9, -USD(1)}},
         {ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, 1, 0}  },
        {"cost that leaves",
         {{ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, MAX_E9, USD(1)},
          {ACCOUNT_CASH, ACCOUNT_POSITIONS, 1, MAX_E9, -USD(1)}},
         {ACCOUNT_CASH, ACCOUNT_POSITIONS, 1, 2, 0}  },
        {"quantity bought",
         {{ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, 0, MAX_E9}},
         {ACCOUNT_POSITIONS, ACCOUNT_CASH, 0, 1, 1}  },
        {"quantity sold",
         {{ACCOUNT_CASH, ACCOUNT_POSITIONS, 0, 0, -MAX_E9}},
         {ACCOUNT_CASH, ACCOUNT_POSITIONS, 0, 1, -2} },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct account_book book;
        book_init(&book);
        for (size_t k = 0; k < 3; k++) {
            if (cases[i].first[k].debit != cases[i].first[k].credit) {
                must_post(&book.ledger, cases[i].first[k]);
            }
        }
        struct snapshot before = snapshot_of(&book.ledger);
        cr_assert_eq(post(&book.ledger, cases[i].too_much), ERR_RANGE, "%s", cases[i].what);
        assert_unchanged(&book.ledger, &before, cases[i].what);
        cr_assert(ledger_is_balanced(&book.ledger), "%s", cases[i].what);
    }
}

Test(ledger, takes_a_posting_up_to_the_last_billionth)
{
    struct account_book book;
    book_init(&book);
    must_post(&book.ledger, deposit(MAX_E9 - 1));
    must_post(&book.ledger, deposit(1));
    cr_assert_eq(ledger_cash_e9(&book.ledger), MAX_E9);
    must_post(&book.ledger, buy(0, MAX_E9, MAX_E9));
    cr_assert_eq(book.ledger.positions[0].qty_e9, MAX_E9);
    cr_assert(ledger_is_balanced(&book.ledger));
}

Test(ledger, marks_whole_and_fractional_positions)
{
    static const struct {
        const char *what;
        int64_t qty_e9, price_e9, value_e9;
    } cases[] = {
        {"nothing held",                         0,             USD(7),      0                },
        {"one share",                            USD(1),        93008875000, 93008875000      },
        {"a hundred shares",                     USD(100),      92851562500, 9285156250000    },
        {"short, whole",                         -USD(3),       USD(2),      -USD(6)          },
        {"half a share",                         MONEY_E9 / 2,  USD(3),      MONEY_E9 * 3 / 2 },
        {"one billionth at a price under 1",     1,             499999999,   0                },
        {"half a billionth of cash: to even, 0", 1,             500000000,   0                },
        {"one and a half billionths: to even 2", 1,             1500000000,  2                },
        {"two and a half billionths: to even 2", 1,             2500000000,  2                },
        {"short, fractional",                    -MONEY_E9 / 2, USD(3),      -MONEY_E9 * 3 / 2},
        {"a whole and a bit",                    USD(1) + 1,    USD(5),      USD(5) + 5       },
        {"the largest that fits, whole",         USD(1),        MAX_E9,      MAX_E9           },
        {"the largest that fits, fractional",    MONEY_E9 / 2,  MAX_E9 - 1,  (MAX_E9 - 1) / 2 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct account_book book;
        book_init(&book);
        if (cases[i].qty_e9 != 0) {
            must_post(&book.ledger, buy(1, 0, cases[i].qty_e9));
        }
        cr_assert_eq(ledger_mark(&book.ledger, 1, cases[i].price_e9), ERR_OK, "%s", cases[i].what);
        cr_assert_eq(book.ledger.positions[1].value_e9, cases[i].value_e9, "%s", cases[i].what);
        cr_assert_eq(book.ledger.value_e9, cases[i].value_e9, "%s", cases[i].what);
        cr_assert(ledger_is_balanced(&book.ledger), "%s", cases[i].what);
    }
}

Test(ledger, a_mark_replaces_the_one_before)
{
    struct account_book book;
    book_init(&book);
    struct ledger *ledger = &book.ledger;
    must_post(ledger, deposit(USD(1000)));
    must_post(ledger, buy(0, USD(100), USD(10)));
    must_post(ledger, buy(2, USD(30), MONEY_E9 * 3 / 2));
    cr_assert_eq(ledger_mark(ledger, 0, USD(11)), ERR_OK);
    cr_assert_eq(ledger_mark(ledger, 2, USD(20)), ERR_OK);
    cr_assert_eq(ledger_mark(ledger, 0, USD(9)), ERR_OK);
    cr_assert_eq(ledger->value_e9, USD(90 + 30));
    int64_t equity_e9 = 0;
    cr_assert_eq(ledger_equity(ledger, &equity_e9), ERR_OK);
    cr_assert_eq(equity_e9, USD(1000 - 130 + 120));
    must_post(ledger, sell(0, USD(100), USD(10)));
    cr_assert_eq(ledger_mark(ledger, 0, USD(9)), ERR_OK);
    cr_assert_eq(ledger->value_e9, USD(30));
    cr_assert(ledger_is_balanced(ledger));
}

Test(ledger, refuses_a_mark_that_overflows)
{
    static const struct {
        const char *what;
        int64_t other_qty_e9, qty_e9, price_e9;
    } cases[] = {
        {"a whole position",                  0,          USD(2),        MAX_E9 / 2 + 1},
        {"a whole short position",            0,          -USD(2),       MAX_E9 / 2 + 2},
        {"a fractional position",             0,          USD(2) + 1,    MAX_E9 / 2 + 1},
        {"the sum of two that fit",           USD(1000),  USD(1000),     USD(5000000)  },
        {"the sum of two short ones",         -USD(1000), -USD(1000),    USD(5000000)  },
        {"the sum of a whole and a fraction", USD(1000),  USD(1000) + 1, USD(5000000)  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct account_book book;
        book_init(&book);
        if (cases[i].other_qty_e9 != 0) {
            must_post(&book.ledger, buy(0, 0, cases[i].other_qty_e9));
            cr_assert_eq(ledger_mark(&book.ledger, 0, USD(5000000)), ERR_OK);
        }
        must_post(&book.ledger, buy(1, 0, cases[i].qty_e9));
        cr_assert_eq(ledger_mark(&book.ledger, 1, USD(1)), ERR_OK);
        struct snapshot before = snapshot_of(&book.ledger);
        cr_assert_eq(ledger_mark(&book.ledger, 1, cases[i].price_e9), ERR_RANGE, "%s",
                     cases[i].what);
        assert_unchanged(&book.ledger, &before, cases[i].what);
    }
}

/* Old and new value may lie further apart than an int64 reaches; only the sum has to fit. */
Test(ledger, marks_across_the_whole_range)
{
    struct account_book book;
    book_init(&book);
    must_post(&book.ledger, buy(0, 0, USD(1)));
    cr_assert_eq(ledger_mark(&book.ledger, 0, MAX_E9), ERR_OK);
    must_post(&book.ledger, sell(0, 0, USD(2)));
    cr_assert_eq(ledger_mark(&book.ledger, 0, MAX_E9), ERR_OK);
    cr_assert_eq(book.ledger.value_e9, -MAX_E9);
    cr_assert(ledger_is_balanced(&book.ledger));
}

/* The sum of all other marks is an amount, too. */
Test(ledger, refuses_a_mark_whose_others_overflow)
{
    struct account_book book;
    book_init(&book);
    must_post(&book.ledger, buy(0, 0, USD(1000)));
    must_post(&book.ledger, sell(1, 0, USD(1000)));
    must_post(&book.ledger, sell(2, 0, USD(1000)));
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        cr_assert_eq(ledger_mark(&book.ledger, i, USD(9000000)), ERR_OK);
    }
    struct snapshot before = snapshot_of(&book.ledger);
    cr_assert_eq(ledger_mark(&book.ledger, 0, USD(8000000)), ERR_RANGE);
    assert_unchanged(&book.ledger, &before, "the other two");
}

Test(ledger, equity_out_of_range_is_an_error)
{
    struct account_book book;
    book_init(&book);
    must_post(&book.ledger, deposit(MAX_E9));
    must_post(&book.ledger, buy(0, 0, USD(1)));
    cr_assert_eq(ledger_mark(&book.ledger, 0, 1), ERR_OK);
    int64_t equity_e9 = 17;
    cr_assert_eq(ledger_equity(&book.ledger, &equity_e9), ERR_RANGE);
    cr_assert_eq(equity_e9, 17);
}

Test(ledger, takes_cost_out_at_the_average)
{
    static const struct {
        const char *what;
        int64_t cost_e9, held_qty_e9, qty_e9, want_e9;
    } cases[] = {
        {"all of it",                        USD(500), USD(20), USD(20),    USD(500)   },
        {"a quarter",                        USD(500), USD(20), USD(5),     USD(125)   },
        {"a third of 100",                   USD(100), USD(3),  USD(1),     33333333333},
        {"two thirds of 100",                USD(100), USD(3),  USD(2),     66666666667},
        {"half of an odd billionth: 0",      1,        USD(2),  USD(1),     0          },
        {"half of three billionths: 2",      3,        USD(2),  USD(1),     2          },
        {"half of five billionths: 2",       5,        USD(2),  USD(1),     2          },
        {"free shares cost nothing",         0,        USD(2),  USD(1),     0          },
        {"all but one billionth of a lot",   MAX_E9,   MAX_E9,  MAX_E9 - 1, MAX_E9 - 1 },
        {"one billionth of the dearest lot", MAX_E9,   1,       1,          MAX_E9     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(
            ledger_cost_leaving_e9(cases[i].cost_e9, cases[i].held_qty_e9, cases[i].qty_e9),
            cases[i].want_e9, "%s", cases[i].what);
    }
}

/* Whatever is sold in whatever parts: the last part takes the rest, so no billionth stays. */
Test(ledger, parts_that_leave_sum_to_the_cost)
{
    for (int64_t parts = 1; parts <= 97; parts++) {
        int64_t cost_e9 = USD(1000) + parts * 12345677;
        int64_t qty_e9 = USD(100);
        int64_t left_e9 = 0;
        for (int64_t i = 0; i < parts; i++) {
            int64_t sold_e9 = i + 1 < parts ? USD(100) / parts : qty_e9;
            int64_t leaving_e9 = ledger_cost_leaving_e9(cost_e9, qty_e9, sold_e9);
            left_e9 += leaving_e9;
            cost_e9 -= leaving_e9;
            qty_e9 -= sold_e9;
            cr_assert_geq(cost_e9, 0);
        }
        cr_assert_eq(qty_e9, 0);
        cr_assert_eq(cost_e9, 0);
        cr_assert_eq(left_e9, USD(1000) + parts * 12345677);
    }
}

/* A healthy ledger, then one number bent: each kind must be seen. */
Test(ledger, sees_every_kind_of_imbalance)
{
    struct account_book book;
    book_init(&book);
    struct ledger *ledger = &book.ledger;
    must_post(ledger, deposit(USD(1000)));
    must_post(ledger, buy(1, USD(100), USD(10)));
    cr_assert_eq(ledger_mark(ledger, 1, USD(12)), ERR_OK);
    cr_assert(ledger_is_balanced(ledger));

    for (size_t i = 0; i < ACCOUNT_COUNT; i++) {
        ledger->balance_e9[i]++;
        cr_assert_not(ledger_is_balanced(ledger), "account %zu", i);
        ledger->balance_e9[i]--;
    }
    for (size_t i = 0; i < INSTRUMENTS; i++) {
        ledger->positions[i].cost_e9++;
        cr_assert_not(ledger_is_balanced(ledger), "cost of %zu", i);
        ledger->positions[i].cost_e9--;
        ledger->positions[i].value_e9--;
        cr_assert_not(ledger_is_balanced(ledger), "value of %zu", i);
        ledger->positions[i].value_e9++;
    }
    ledger->balance_e9[ACCOUNT_CASH]++;
    ledger->balance_e9[ACCOUNT_POSITIONS]--;
    cr_assert_not(ledger_is_balanced(ledger), "balances sum to zero, costs do not");
    ledger->balance_e9[ACCOUNT_CASH]--;
    ledger->balance_e9[ACCOUNT_POSITIONS]++;
    ledger->value_e9++;
    cr_assert_not(ledger_is_balanced(ledger), "sum of the marks");
    ledger->value_e9--;
    ledger->held++;
    cr_assert_not(ledger_is_balanced(ledger), "count of positions");
    ledger->held--;
    cr_assert(ledger_is_balanced(ledger));
}
