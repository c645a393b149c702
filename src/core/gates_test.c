/* gates_test.c: each gate passes at its limit's good side and refuses at the other, with its
 * numbers; what cannot be computed is refused. */
#include "core/gates.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/money.h"

#define USD(amount) ((int64_t)(amount)*MONEY_E9)

static const struct limits limits = {
    .order_notional = {LIMIT_CASH,  USD(5000)},
    .position_notional = {LIMIT_CASH,  USD(8000)},
    .open_positions = {LIMIT_COUNT, 4        },
    .orders_per_session = {LIMIT_COUNT, 20       },
    .daily_loss = {LIMIT_CASH,  USD(300) },
};

/* Same account, limits as shares of its equity at the session's start. */
static const struct limits shares = {
    .order_notional = {LIMIT_SHARE, 50000},
    .position_notional = {LIMIT_SHARE, 80000},
    .open_positions = {LIMIT_COUNT, 4    },
    .orders_per_session = {LIMIT_COUNT, 20   },
    .daily_loss = {LIMIT_SHARE, 3000 },
};

/* An entry that every gate lets through. */
static struct gate_input good(void)
{
    return (struct gate_input){.limits = &limits,
                               .order_value_e9 = USD(1000),
                               .commission_e9 = USD(1),
                               .instrument_value_e9 = USD(2000),
                               .position_qty_e9 = USD(20),
                               .session_equity_e9 = USD(100000),
                               .equity_e9 = USD(99900),
                               .free_cash_e9 = USD(50000),
                               .open_positions = 3,
                               .session_entries = 7};
}

Test(gates, let_a_good_entry_pass)
{
    struct gate_input input = good();
    struct gate_result result = gates_entry(&input);
    cr_assert_eq(result.verdict, VERDICT_PASS);
    cr_assert_eq(result.value, 0);
    cr_assert_eq(result.limit, 0);
}

/* One field is set to the last value that passes, then to the first that does not. */
Test(gates, refuse_at_the_limit_and_pass_just_below)
{
    static const struct {
        const char *what;
        const struct limits *limits;
        size_t offset; /* of an int64 in gate_input */
        int64_t passes, refused;
        enum verdict verdict;
        int64_t value, limit;
    } cases[] = {
#define FIELD(name) offsetof(struct gate_input, name)
        {"worth nothing",           &limits, FIELD(order_value_e9),      1,              0,              VERDICT_BAD_VALUE,     0,              1            },
        {"worth unknown",           &limits, FIELD(order_value_e9),      1,              -1,             VERDICT_BAD_VALUE,     -1,             1            },
        {"short position",          &limits, FIELD(position_qty_e9),     0,              -1,             VERDICT_OPPOSITE_BOOK, -1,             0            },
        {"loss, cash",              &limits, FIELD(equity_e9),           USD(99700) + 1, USD(99700),     VERDICT_DAILY_LOSS,
                                                             USD(300),                                                                                                                              USD(300)     },
        {"loss, share",             &shares, FIELD(equity_e9),           USD(99700) + 1, USD(99700),     VERDICT_DAILY_LOSS,
                                                             USD(300),                                                                                                                              USD(300)     },
        {"order, cash",             &limits, FIELD(order_value_e9),      USD(5000),      USD(5000) + 1,
                                                             VERDICT_ORDER_NOTIONAL,                                                                                                USD(5000) + 1,  USD(5000)    },
        {"order, share",            &shares, FIELD(order_value_e9),      USD(5000),      USD(5000) + 1,
                                                             VERDICT_ORDER_NOTIONAL,                                                                                                USD(5000) + 1,  USD(5000)    },
        {"position, cash",          &limits, FIELD(instrument_value_e9), USD(7000),      USD(7000) + 1,
                                                             VERDICT_POSITION_NOTIONAL,                                                                                             USD(8000) + 1,  USD(8000)    },
        {"position, share",         &shares, FIELD(instrument_value_e9), USD(7000),      USD(7000) + 1,
                                                             VERDICT_POSITION_NOTIONAL,                                                                                             USD(8000) + 1,  USD(8000)    },
        {"cash",                    &limits, FIELD(free_cash_e9),        USD(1001),      USD(1001) - 1,  VERDICT_BUYING_POWER,
                                                             USD(1001),                                                                                                                             USD(1001) - 1},
        {"cash for the commission", &limits, FIELD(commission_e9),       USD(49000),     USD(49000) + 1,
                                                             VERDICT_BUYING_POWER,                                                                                                  USD(50000) + 1, USD(50000)   },
#undef FIELD
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gate_input input = good();
        input.limits = cases[i].limits;
        int64_t *field = (int64_t *)((char *)&input + cases[i].offset);
        *field = cases[i].passes;
        cr_expect_eq(gates_entry(&input).verdict, VERDICT_PASS, "%s", cases[i].what);
        *field = cases[i].refused;
        struct gate_result result = gates_entry(&input);
        cr_expect_eq(result.verdict, cases[i].verdict, "%s: %s", cases[i].what,
                     verdict_text(result.verdict));
        cr_expect_eq(result.value, cases[i].value, "%s: %" PRId64, cases[i].what, result.value);
        cr_expect_eq(result.limit, cases[i].limit, "%s: %" PRId64, cases[i].what, result.limit);
    }
}

Test(gates, count_positions_and_orders_this_one_included)
{
    struct gate_input input = good();
    input.open_positions = 4;
    input.session_entries = 20;
    cr_assert_eq(gates_entry(&input).verdict, VERDICT_PASS);
    input.open_positions = 5;
    struct gate_result result = gates_entry(&input);
    cr_assert_eq(result.verdict, VERDICT_OPEN_POSITIONS);
    cr_assert_eq(result.value, 5);
    cr_assert_eq(result.limit, 4);
    input.open_positions = 1;
    input.session_entries = 21;
    result = gates_entry(&input);
    cr_assert_eq(result.verdict, VERDICT_ORDERS_PER_SESSION);
    cr_assert_eq(result.value, 21);
    cr_assert_eq(result.limit, 20);
}

/* Sums that leave int64, one per gate that adds. */
Test(gates, refuse_what_cannot_be_computed)
{
    struct gate_input loss = good();
    loss.session_equity_e9 = INT64_MAX;
    loss.equity_e9 = INT64_MIN;
    cr_assert_eq(gates_entry(&loss).verdict, VERDICT_DAILY_LOSS);

    struct gate_input gain = good(); /* a difference that only looks like a gain */
    gain.session_equity_e9 = INT64_MIN;
    gain.equity_e9 = INT64_MAX;
    cr_assert_eq(gates_entry(&gain).verdict, VERDICT_DAILY_LOSS);

    struct gate_input position = good();
    position.instrument_value_e9 = INT64_MAX;
    cr_assert_eq(gates_entry(&position).verdict, VERDICT_POSITION_NOTIONAL);

    struct gate_input cash = good();
    cash.commission_e9 = INT64_MAX;
    cash.free_cash_e9 = INT64_MAX;
    cr_assert_eq(gates_entry(&cash).verdict, VERDICT_BUYING_POWER);
}

/* Everything is wrong; one thing after the other is put right: the gates are asked in this order.
 */
Test(gates, are_asked_in_their_order)
{
    static const struct limits nothing = {
        .order_notional = {LIMIT_CASH,  1},
        .position_notional = {LIMIT_CASH,  1},
        .open_positions = {LIMIT_COUNT, 1},
        .orders_per_session = {LIMIT_COUNT, 1},
        .daily_loss = {LIMIT_CASH,  1},
    };
    struct limits now = nothing;
    struct gate_input input = good();
    input.limits = &now;
    input.order_value_e9 = -1;
    input.position_qty_e9 = -1;
    input.free_cash_e9 = 0;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_BAD_VALUE);
    input.order_value_e9 = USD(1000);
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_OPPOSITE_BOOK);
    input.position_qty_e9 = 0;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_DAILY_LOSS);
    now.daily_loss = limits.daily_loss;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_ORDERS_PER_SESSION);
    now.orders_per_session = limits.orders_per_session;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_OPEN_POSITIONS);
    now.open_positions = limits.open_positions;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_ORDER_NOTIONAL);
    now.order_notional = limits.order_notional;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_POSITION_NOTIONAL);
    now.position_notional = limits.position_notional;
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_BUYING_POWER);
    input.free_cash_e9 = USD(1001);
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_PASS);
}

Test(gates, take_a_share_of_the_sessions_equity)
{
    static const struct {
        const char *what;
        struct limit limit;
        int64_t equity_e9, want;
    } cases[] = {
        {"cash is cash",                {LIMIT_CASH, USD(7)},   USD(100),  USD(7)   },
        {"cash without equity",         {LIMIT_CASH, USD(7)},   0,         USD(7)   },
        {"a count is a count",          {LIMIT_COUNT, 12},      USD(100),  12       },
        {"two per cent",                {LIMIT_SHARE, 20000},   USD(100),  USD(2)   },
        {"all of it",                   {LIMIT_SHARE, 1000000}, INT64_MAX, INT64_MAX},
        {"a millionth, rounded down",   {LIMIT_SHARE, 1},       1999999,   1        },
        {"less than a billionth",       {LIMIT_SHARE, 1},       999999,    0        },
        {"no equity, nothing to spend", {LIMIT_SHARE, 20000},   0,         0        },
        {"debt, nothing to spend",      {LIMIT_SHARE, 20000},   -USD(100), 0        },
        {"more than there is: refuse",  {LIMIT_SHARE, 2000000}, INT64_MAX, 0        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(limit_value(&cases[i].limit, cases[i].equity_e9), cases[i].want, "%s",
                     cases[i].what);
    }
}

/* Shares of nothing allow nothing, the loss gate included. */
Test(gates, refuse_everything_without_equity)
{
    struct gate_input input = good();
    input.limits = &shares;
    input.session_equity_e9 = 0;
    input.equity_e9 = 0;
    cr_assert_eq(gates_entry(&input).verdict, VERDICT_DAILY_LOSS);
}

Test(gates, have_names_and_sentences)
{
    static const char *const names[VERDICT_COUNT] = {"pass",
                                                     "bad-value",
                                                     "opposite-book",
                                                     "max-daily-loss",
                                                     "max-orders-per-session",
                                                     "max-open-positions",
                                                     "max-order-notional",
                                                     "max-position-notional",
                                                     "buying-power",
                                                     "exit-attempts",
                                                     "entries-off"};
    for (uint8_t i = 0; i < VERDICT_COUNT; i++) {
        cr_assert_str_eq(verdict_text(i), names[i]);
        cr_assert_gt(strlen(verdict_help(i)), 10);
    }
    cr_assert_str_eq(verdict_text(VERDICT_COUNT), "unknown");
    cr_assert_str_eq(verdict_help(UINT8_MAX), "unknown");
}
