/* gates_test.c: each gate passes at its limit's good side and refuses at the other, with its
 * numbers; what cannot be computed is refused. */
#include "core/gates_test.h"

static void expect_refusal(const struct gate_input *input, enum verdict verdict, int64_t value,
                           int64_t limit, const char *what)
{
    struct gate_result result = gates_entry(input);
    cr_expect_eq(result.verdict, verdict, "%s: %s", what, verdict_text(result.verdict));
    cr_expect_eq(result.value, value, "%s: %" PRId64, what, result.value);
    cr_expect_eq(result.limit, limit, "%s: %" PRId64, what, result.limit);
}

static void expect_pass(const struct gate_input *input, const char *what)
{
    expect_refusal(input, VERDICT_PASS, 0, 0, what);
}

Test(gates, let_a_good_entry_pass)
{
    struct gate_input input = good_entry();
    expect_pass(&input, "a good entry");
    input.limits = &gate_shares;
    expect_pass(&input, "with shares");
}

/* One field of int64 is set to the limit or the last value on its good side, to the one before,
 * and to the first that is refused. */
static const struct {
    const char *what;
    const struct limits *limits;
    size_t offset; /* in gate_input */
    int64_t inside, at, refused;
    enum verdict verdict;
    int64_t value, limit;
} cases[] = {
  /* clang-format off */
#define FIELD(name) offsetof(struct gate_input, name)
    {"worth nothing", &gate_limits, FIELD(order_value_e9), 2, 1, 0, VERDICT_BAD_VALUE, 0, 1},
    {"worth unknown", &gate_limits, FIELD(order_value_e9), 2, 1, -1, VERDICT_BAD_VALUE, -1, 1},
    {"commission unknown", &gate_limits, FIELD(commission_e9), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"heat unknown", &gate_limits, FIELD(heat_e9), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"limit price below zero", &gate_limits, FIELD(limit_price_e9), USD(100), 0, -USD(1), VERDICT_BAD_VALUE, -1, 1},
    {"stop price below zero", &gate_limits, FIELD(stop_price_e9), USD(90), 0, -USD(1), VERDICT_BAD_VALUE, -1, 1},
    {"gap unknown", &gate_limits, FIELD(gap_ppm), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"other way unknown", &gate_limits, FIELD(opposite_entry_qty_e9), 0, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"instrument unknown", &gate_limits, FIELD(instrument_value_e9), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"exposure unknown", &gate_limits, FIELD(exposure_e9), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"commissions unknown", &gate_limits, FIELD(entry_commission_e9), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"all heat unknown", &gate_limits, FIELD(open_heat_e9), 1, 0, -1, VERDICT_BAD_VALUE, -1, 1},
    {"limit beyond a cent", &gate_limits, FIELD(limit_price_e9), CENTS(10010), CENTS(10009), CENTS(10009) + 1, VERDICT_TICK, 1, 0},
    {"limit one tick short", &gate_limits, FIELD(limit_price_e9), CENTS(10010), CENTS(10009), CENTS(10009) - 1, VERDICT_TICK, CENTS(1) - 1, 0},
    {"stop beyond a cent", &gate_limits, FIELD(stop_price_e9), CENTS(101), CENTS(100), CENTS(100) + 100000, VERDICT_TICK, 100000, 0},
    {"stop beyond $0.0001", &gate_limits, FIELD(stop_price_e9), 999900000, 999800000, 999850000, VERDICT_TICK, 50000, 0},
    {"limit above the collar", &gate_limits, FIELD(limit_price_e9), CENTS(10049), CENTS(10050), CENTS(10051), VERDICT_COLLAR, 5100, 5000},
    {"limit below the collar", &gate_limits, FIELD(limit_price_e9), CENTS(9951), CENTS(9950), CENTS(9949), VERDICT_COLLAR, 5100, 5000},
    {"before the open", &gate_limits, FIELD(session_open_ns), NOW - 1, NOW, NOW + 1, VERDICT_SESSION_CLOSED, 1, 0},
    {"after the close", &gate_limits, FIELD(session_close_ns), NOW + 2, NOW + 1, NOW - 5, VERDICT_SESSION_CLOSED, 5, 0},
    {"on the last bar", &gate_limits, FIELD(session_close_ns), NOW + 2, NOW + 1, NOW, VERDICT_SESSION_ENDING, 0, 1},
    {"gap", &gate_limits, FIELD(gap_ppm), 349999, 350000, 350001, VERDICT_PRICE_GAP, 350001, 350000},
    {"short position", &gate_limits, FIELD(position_qty_e9), 1, 0, -1, VERDICT_OPPOSITE_BOOK, 1, 0},
    {"entry the other way", &gate_limits, FIELD(opposite_entry_qty_e9), 0, 0, 7, VERDICT_OPPOSITE_BOOK, 7, 0},
    {"the same bar", &gate_limits, FIELD(bar_end_ns), NOW, NOW - 300 * NS_PER_S + 1, NOW - 300 * NS_PER_S, VERDICT_DUPLICATE, 1, 0},
    {"time between", &gate_limits, FIELD(last_entry_ns), NOW - 61 * NS_PER_S, NOW - 60 * NS_PER_S, NOW - 60 * NS_PER_S + 1, VERDICT_ENTRY_INTERVAL, 60 * NS_PER_S - 1, 60 * NS_PER_S},
    {"loss, cash", &gate_limits, FIELD(equity_e9), USD(99700) + 2, USD(99700) + 1, USD(99700), VERDICT_DAILY_LOSS, USD(300), USD(300)},
    {"loss, share", &gate_shares, FIELD(equity_e9), USD(99700) + 2, USD(99700) + 1, USD(99700), VERDICT_DAILY_LOSS, USD(300), USD(300)},
    {"order, cash", &gate_limits, FIELD(order_value_e9), USD(5000) - 1, USD(5000), USD(5000) + 1, VERDICT_ORDER_NOTIONAL, USD(5000) + 1, USD(5000)},
    {"order, share", &gate_shares, FIELD(order_value_e9), USD(5000) - 1, USD(5000), USD(5000) + 1, VERDICT_ORDER_NOTIONAL, USD(5000) + 1, USD(5000)},
    {"position, cash", &gate_limits, FIELD(instrument_value_e9), USD(7000) - 1, USD(7000), USD(7000) + 1, VERDICT_POSITION_NOTIONAL, USD(8000) + 1, USD(8000)},
    {"position, share", &gate_shares, FIELD(instrument_value_e9), USD(7000) - 1, USD(7000), USD(7000) + 1, VERDICT_POSITION_NOTIONAL, USD(8000) + 1, USD(8000)},
    {"exposure, cash", &gate_limits, FIELD(exposure_e9), USD(59000) - 1, USD(59000), USD(59000) + 1, VERDICT_EXPOSURE, USD(60000) + 1, USD(60000)},
    {"exposure, share", &gate_shares, FIELD(exposure_e9), USD(59000) - 1, USD(59000), USD(59000) + 1, VERDICT_EXPOSURE, USD(60000) + 1, USD(60000)},
    {"heat, cash", &gate_limits, FIELD(open_heat_e9), USD(860) - 1, USD(860), USD(860) + 1, VERDICT_PORTFOLIO_HEAT, USD(900) + 1, USD(900)},
    {"heat of this one, share", &gate_shares, FIELD(heat_e9), USD(400) - 1, USD(400), USD(400) + 1, VERDICT_PORTFOLIO_HEAT, USD(900) + 1, USD(900)},
    {"buying power for the commission", &gate_limits, FIELD(commission_e9), USD(48998) - 1, USD(48998), USD(48998) + 1, VERDICT_BUYING_POWER, USD(49998) + 1, USD(49998)},
    {"buying power for other entries", &gate_limits, FIELD(entry_commission_e9), USD(48999) - 1, USD(48999), USD(48999) + 1, VERDICT_BUYING_POWER, USD(1001), USD(1001) - 1},
#undef FIELD
  /* clang-format on */
};

Test(gates, refuse_beyond_the_limit_and_pass_at_it)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gate_input input = good_entry();
        input.limits = cases[i].limits;
        int64_t *field = (int64_t *)((char *)&input + cases[i].offset);
        *field = cases[i].inside;
        expect_pass(&input, cases[i].what);
        *field = cases[i].at;
        expect_pass(&input, cases[i].what);
        *field = cases[i].refused;
        expect_refusal(&input, cases[i].verdict, cases[i].value, cases[i].limit, cases[i].what);
    }
}

Test(gates, count_positions_and_orders_this_one_included)
{
    static const struct {
        size_t offset; /* of an uint32 in gate_input */
        uint32_t most;
        enum verdict verdict;
    } counts[] = {
        {offsetof(struct gate_input, open_positions),  4,  VERDICT_OPEN_POSITIONS    },
        {offsetof(struct gate_input, session_entries), 20, VERDICT_ORDERS_PER_SESSION},
        {offsetof(struct gate_input, book_entries),    10, VERDICT_STRATEGY_ORDERS   },
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct gate_input input = good_entry();
        uint32_t *field = (uint32_t *)((char *)&input + counts[i].offset);
        *field = counts[i].most - 1;
        expect_pass(&input, "below");
        *field = counts[i].most;
        expect_pass(&input, "at");
        *field = counts[i].most + 1;
        expect_refusal(&input, counts[i].verdict, counts[i].most + 1, counts[i].most, "above");
        *field = UINT32_MAX;
        expect_refusal(&input, counts[i].verdict, UINT32_MAX, counts[i].most, "far above");
    }
}

Test(gates, refuse_a_day_that_the_calendar_does_not_know_and_a_halted_symbol)
{
    struct gate_input input = good_entry();
    input.day_known = false;
    expect_refusal(&input, VERDICT_UNKNOWN_DAY, 0, 1, "unknown day");
    input.day_known = true;
    input.halted = true;
    expect_refusal(&input, VERDICT_HALTED, 1, 0, "halted");
}

/* What waits for the next open may come at any time; what may rest beyond the session only must
 * not come outside of it. */
Test(gates, let_orders_for_the_next_open_wait)
{
    static const struct {
        const char *what;
        int64_t now_ns;
        enum verdict plain, rests;
        int64_t value, limit;
    } moments[] = {
        {"at the open",     OPEN,                VERDICT_PASS,           VERDICT_PASS,           0, 0},
        {"at the close",    CLOSE,               VERDICT_SESSION_ENDING, VERDICT_PASS,           0, 1},
        {"after the close", CLOSE + NS_PER_MIN,  VERDICT_SESSION_CLOSED, VERDICT_SESSION_CLOSED,
         NS_PER_MIN,                                                                                0},
        {"before the open", OPEN - 2 * NS_PER_S, VERDICT_SESSION_CLOSED, VERDICT_SESSION_CLOSED,
         2 * NS_PER_S,                                                                              0},
    };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        struct gate_input input = good_entry();
        input.now_ns = moments[i].now_ns;
        input.bar_end_ns = moments[i].now_ns;
        input.last_entry_ns = GATE_NEVER_NS;
        expect_refusal(&input, moments[i].plain, moments[i].value, moments[i].limit,
                       moments[i].what);
        input.rests = true;
        bool passes = moments[i].rests == VERDICT_PASS;
        expect_refusal(&input, moments[i].rests, passes ? 0 : moments[i].value,
                       passes ? 0 : moments[i].limit, moments[i].what);
        input.waits = true;
        expect_pass(&input, moments[i].what);
        input.rests = false;
        expect_pass(&input, moments[i].what);
    }
}

/* A plan that is flat before the close wants the time to be, even of an order that may rest. */
Test(gates, leave_time_to_be_flat_before_the_close)
{
    struct gate_input input = good_entry();
    input.flat_before_ns = 10 * NS_PER_MIN;
    input.session_close_ns = input.now_ns + 10 * NS_PER_MIN;
    for (int rests = 0; rests < 2; rests++) {
        input.rests = rests == 1;
        expect_refusal(&input, VERDICT_SESSION_ENDING, 10 * NS_PER_MIN, 10 * NS_PER_MIN + 1,
                       rests == 1 ? "rests" : "plain");
    }
    input.session_close_ns++;
    expect_pass(&input, "a moment more");
}

/* A market that never closes. */
Test(gates, know_sessions_without_an_end)
{
    struct gate_input input = good_entry();
    input.session_open_ns = INT64_MIN;
    input.session_close_ns = INT64_MAX;
    expect_pass(&input, "now");
    input.now_ns = -DAY(1);
    input.last_entry_ns = GATE_NEVER_NS;
    expect_pass(&input, "before 1970");
    input.now_ns = NOW;
    input.session_close_ns = INT64_MIN;
    input.waits = true;
    expect_pass(&input, "for the next open, long after the last close");
    input.waits = false;
    expect_refusal(&input, VERDICT_SESSION_CLOSED, INT64_MAX, 0, "long after the last close");
}

Test(gates, take_a_short_entry_the_other_way)
{
    struct gate_input input = good_entry();
    input.sells = true;
    expect_refusal(&input, VERDICT_OPPOSITE_BOOK, SHARES(20), 0, "long position");
    input.position_qty_e9 = -SHARES(5);
    expect_pass(&input, "short position");
    input.opposite_entry_qty_e9 = SHARES(3);
    expect_refusal(&input, VERDICT_OPPOSITE_BOOK, SHARES(3), 0, "another book buys");
    input.position_qty_e9 = SHARES(4);
    expect_refusal(&input, VERDICT_OPPOSITE_BOOK, SHARES(7), 0, "both");
}

Test(gates, let_a_first_entry_pass_at_any_time)
{
    struct gate_input input = good_entry();
    struct limits slow = gate_limits;
    input.limits = &slow;
    input.last_entry_ns = GATE_NEVER_NS;
    slow.entry_interval.value = INT64_MAX;
    expect_pass(&input, "never entered");
    input.last_entry_ns = NOW - 1;
    expect_refusal(&input, VERDICT_ENTRY_INTERVAL, 1, INT64_MAX, "entered a moment ago");
    slow.entry_interval.value = 0;
    expect_pass(&input, "no time between");
}

/* Of $99,900 twice and four times may be in the market; $49,900 and the commissions are. */
Test(gates, multiply_equity_for_buying_power)
{
    static const struct {
        uint32_t multiplier;
        int64_t limit_e9;
    } accounts[] = {
        {1, USD(99900) - USD(49902)    },
        {2, 2 * USD(99900) - USD(49902)},
        {4, 4 * USD(99900) - USD(49902)},
        {0, -USD(49902)                }, /* no account: nothing may be bought */
    };
    struct limits wide = gate_limits;
    wide.order_notional.value = wide.position_notional.value = wide.exposure.value = INT64_MAX;
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        struct gate_input input = good_entry();
        input.limits = &wide;
        input.multiplier = accounts[i].multiplier;
        input.order_value_e9 = accounts[i].limit_e9 - USD(1);
        if (input.order_value_e9 > 0) {
            expect_pass(&input, "all of it");
        } else {
            input.order_value_e9 = USD(1);
        }
        input.commission_e9 += 1;
        expect_refusal(&input, VERDICT_BUYING_POWER, input.order_value_e9 + USD(1) + 1,
                       accounts[i].limit_e9, "a billionth more");
    }
}

/* Sums and differences that leave int64, one per gate that has some. */
Test(gates, refuse_what_cannot_be_computed)
{
    struct limits wide = gate_limits;
    wide.order_notional.value = wide.position_notional.value = INT64_MAX;
    wide.exposure.value = wide.portfolio_heat.value = INT64_MAX;
    struct gate_input all = good_entry();
    all.limits = &wide;

    struct gate_input input = all;
    input.session_equity_e9 = INT64_MAX;
    input.equity_e9 = INT64_MIN;
    expect_refusal(&input, VERDICT_DAILY_LOSS, INT64_MAX, USD(300), "a loss");
    input.session_equity_e9 = INT64_MIN;
    input.equity_e9 = INT64_MAX;
    expect_refusal(&input, VERDICT_DAILY_LOSS, INT64_MAX, USD(300), "what looks like a gain");

    input = all;
    input.instrument_value_e9 = INT64_MAX;
    expect_refusal(&input, VERDICT_POSITION_NOTIONAL, INT64_MAX, INT64_MAX, "position");
    input = all;
    input.exposure_e9 = INT64_MAX;
    expect_refusal(&input, VERDICT_EXPOSURE, INT64_MAX, INT64_MAX, "exposure");
    input = all;
    input.open_heat_e9 = INT64_MAX;
    expect_refusal(&input, VERDICT_PORTFOLIO_HEAT, INT64_MAX, INT64_MAX, "heat");
    input = all;
    input.position_qty_e9 = INT64_MIN;
    expect_refusal(&input, VERDICT_OPPOSITE_BOOK, INT64_MAX, 0, "position turned round");
    input.position_qty_e9 = -SHARES(1);
    input.opposite_entry_qty_e9 = INT64_MAX;
    expect_refusal(&input, VERDICT_OPPOSITE_BOOK, INT64_MAX, 0, "all the other way");

    input = all;
    input.commission_e9 = INT64_MAX;
    expect_refusal(&input, VERDICT_BUYING_POWER, INT64_MAX, USD(99900) - USD(49902), "cost");
    input = all;
    input.multiplier = UINT32_MAX;
    input.equity_e9 = INT64_MAX / 2;
    expect_refusal(&input, VERDICT_BUYING_POWER, USD(1001), INT64_MIN, "power");
    input = all;
    input.equity_e9 = INT64_MIN + 1;
    input.session_equity_e9 = INT64_MIN + 2;
    input.order_value_e9 = 1;
    expect_refusal(&input, VERDICT_BUYING_POWER, USD(1) + 1, INT64_MIN, "debt");
    input.exposure_e9 = 0;
    input.entry_commission_e9 = USD(9);
    expect_refusal(&input, VERDICT_BUYING_POWER, USD(1) + 1, INT64_MIN, "debt and commissions");
}

Test(gates, refuse_a_limit_price_without_a_reference)
{
    struct gate_use uses[GATE_COUNT];
    const struct gate_use *collar = &uses[VERDICT_COLLAR - GATE_FIRST];
    struct gate_input input = good_entry();
    input.reference_price_e9 = 0;
    expect_refusal(&input, VERDICT_COLLAR, INT64_MAX, 5000, "no reference");
    input.reference_price_e9 = 1;
    input.limit_price_e9 = USD(100000);
    expect_refusal(&input, VERDICT_COLLAR, INT64_MAX, 5000, "farther than int64 counts");
    input.reference_price_e9 = USD(100);
    input.limit_price_e9 = INT64_MIN;
    gates_use(&input, uses);
    cr_assert(!collar->passes);
    cr_assert_eq(collar->value, INT64_MAX);
    input.limit_price_e9 = 0;
    gates_use(&input, uses);
    cr_assert(collar->passes);
    cr_assert_eq(collar->value, 0);
}

/* Everything is wrong; one thing after the other is put right: the gates are asked in the order of
 * GATE_LIST. */
Test(gates, are_asked_in_their_order)
{
    struct limits now = {
        .order_notional = {LIMIT_CASH,     1         },
        .position_notional = {LIMIT_CASH,     1         },
        .exposure = {LIMIT_CASH,     1         },
        .open_positions = {LIMIT_COUNT,    1         },
        .orders_per_session = {LIMIT_COUNT,    1         },
        .strategy_orders = {LIMIT_COUNT,    1         },
        .entry_interval = {LIMIT_DURATION, NS_PER_DAY},
        .daily_loss = {LIMIT_CASH,     1         },
        .portfolio_heat = {LIMIT_CASH,     1         },
        .collar = {LIMIT_PPM,      1         }
    };
    struct gate_input input = good_entry();
    input.limits = &now;
    input.order_value_e9 = -1;
    input.limit_price_e9 += 1;
    input.day_known = false;
    input.now_ns = CLOSE + 1;
    input.bar_end_ns = CLOSE;
    input.halted = true;
    input.gap_ppm = 400000;
    input.position_qty_e9 = -1;
    input.last_entry_ns = CLOSE;
    input.multiplier = 0;
#define NEXT(name, repair)                                                                         \
    cr_expect_eq(gates_entry(&input).verdict, VERDICT_##name, "%s",                                \
                 verdict_text(gates_entry(&input).verdict));                                       \
    repair
    NEXT(BAD_VALUE, input.order_value_e9 = USD(1000));
    NEXT(TICK, input.limit_price_e9 -= 1);
    NEXT(COLLAR, now.collar = gate_limits.collar);
    NEXT(UNKNOWN_DAY, input.day_known = true);
    NEXT(SESSION_CLOSED, input.now_ns = CLOSE);
    NEXT(SESSION_ENDING, input.session_close_ns = CLOSE + 1);
    NEXT(HALTED, input.halted = false);
    NEXT(PRICE_GAP, input.gap_ppm = 0);
    NEXT(OPPOSITE_BOOK, input.position_qty_e9 = 0);
    NEXT(DUPLICATE, input.last_entry_ns = CLOSE - 100 * NS_PER_S);
    NEXT(ENTRY_INTERVAL, now.entry_interval = gate_limits.entry_interval);
    NEXT(DAILY_LOSS, now.daily_loss = gate_limits.daily_loss);
    NEXT(ORDERS_PER_SESSION, now.orders_per_session = gate_limits.orders_per_session);
    NEXT(STRATEGY_ORDERS, now.strategy_orders = gate_limits.strategy_orders);
    NEXT(OPEN_POSITIONS, now.open_positions = gate_limits.open_positions);
    NEXT(ORDER_NOTIONAL, now.order_notional = gate_limits.order_notional);
    NEXT(POSITION_NOTIONAL, now.position_notional = gate_limits.position_notional);
    NEXT(EXPOSURE, now.exposure = gate_limits.exposure);
    NEXT(PORTFOLIO_HEAT, now.portfolio_heat = gate_limits.portfolio_heat);
    NEXT(BUYING_POWER, input.multiplier = 1);
    NEXT(PASS, );
#undef NEXT
}

Test(gates, take_a_share_of_the_sessions_equity)
{
    static const struct {
        const char *what;
        struct limit limit;
        int64_t equity_e9, want;
    } shares_of[] = {
        {"cash is cash",                {LIMIT_CASH, USD(7)},     USD(100),            USD(7)   },
        {"cash without equity",         {LIMIT_CASH, USD(7)},     0,                   USD(7)   },
        {"a count is a count",          {LIMIT_COUNT, 12},        USD(100),            12       },
        {"two per cent",                {LIMIT_SHARE, 20000},     USD(100),            USD(2)   },
        {"all of it",                   {LIMIT_SHARE, 1000000},   INT64_MAX,           INT64_MAX},
        {"a millionth, rounded down",   {LIMIT_SHARE, 1},         1999999,             1        },
        {"less than a billionth",       {LIMIT_SHARE, 1},         999999,              0        },
        {"no equity, nothing to spend", {LIMIT_SHARE, 20000},     0,                   0        },
        {"debt, nothing to spend",      {LIMIT_SHARE, 20000},     -USD(100),           0        },
        {"more than there is: refuse",  {LIMIT_SHARE, 2000000},   INT64_MAX,           0        },
        {"a share out of range",        {LIMIT_SHARE, INT64_MAX}, 999999,              0        },
        {"a billionth too much",        {LIMIT_SHARE, 1000001},   9223362813491999999, 0        },
    };
    for (size_t i = 0; i < sizeof shares_of / sizeof shares_of[0]; i++) {
        cr_expect_eq(limit_value(&shares_of[i].limit, shares_of[i].equity_e9), shares_of[i].want,
                     "%s: %" PRId64, shares_of[i].what,
                     limit_value(&shares_of[i].limit, shares_of[i].equity_e9));
    }
}

/* Shares of nothing allow nothing, the loss gate included. */
Test(gates, refuse_everything_without_equity)
{
    struct gate_input input = good_entry();
    input.limits = &gate_shares;
    input.session_equity_e9 = 0;
    input.equity_e9 = 0;
    cr_assert_eq(gates_entry(&input).verdict, VERDICT_DAILY_LOSS);
}

Test(gates, take_heat_as_the_distance_to_the_stop)
{
    int64_t heat_e9 = -7;
    cr_assert_eq(gate_heat(USD(100), USD(96), SHARES(10), &heat_e9), ERR_OK);
    cr_assert_eq(heat_e9, USD(40));
    cr_assert_eq(gate_heat(USD(96), USD(100), SHARES(10), &heat_e9), ERR_OK);
    cr_assert_eq(heat_e9, USD(40));
    cr_assert_eq(gate_heat(USD(96), USD(96), SHARES(10), &heat_e9), ERR_OK);
    cr_assert_eq(heat_e9, 0);
    cr_assert_eq(gate_heat(3, 2, 1, &heat_e9), ERR_OK); /* 1e-18 in cash */
    cr_assert_eq(heat_e9, 1, "rounded up");
    cr_assert_eq(gate_heat(INT64_MAX, -1, 1, &heat_e9), ERR_RANGE);
    cr_assert_eq(gate_heat(INT64_MAX, 0, SHARES(2), &heat_e9), ERR_RANGE);
    cr_assert_eq(heat_e9, 1, "keeps its old value");
}

/* ---- words ---- */

Test(gates, have_names_units_rules_and_sentences)
{
    static const struct {
        const char *name, *unit, *rule, *key;
    } want[VERDICT_COUNT] = {
        {"pass",                     "none",     "none",     NULL                      },
        {"bad-value",                "money",    "at least", NULL                      },
        {"off-tick",                 "price",    "at most",  NULL                      },
        {"price-collar",             "ppm",      "at most",  "price_collar"            },
        {"unknown-day",              "count",    "at least", NULL                      },
        {"session-closed",           "duration", "at most",  NULL                      },
        {"session-ending",           "duration", "at least", NULL                      },
        {"symbol-halted",            "count",    "at most",  NULL                      },
        {"price-gap",                "ppm",      "at most",  NULL                      },
        {"opposite-book",            "quantity", "at most",  NULL                      },
        {"duplicate",                "count",    "at most",  NULL                      },
        {"min-time-between-entries", "duration", "at least", "min_time_between_entries"},
        {"max-daily-loss",           "money",    "below",    "max_daily_loss"          },
        {"max-orders-per-session",   "count",    "at most",  "max_orders_per_session"  },
        {"max-orders-per-strategy",  "count",    "at most",  "max_orders_per_strategy" },
        {"max-open-positions",       "count",    "at most",  "max_open_positions"      },
        {"max-order-notional",       "money",    "at most",  "max_order_notional"      },
        {"max-position-notional",    "money",    "at most",  "max_position_notional"   },
        {"max-exposure",             "money",    "at most",  "max_exposure"            },
        {"max-portfolio-heat",       "money",    "at most",  "max_portfolio_heat"      },
        {"buying-power",             "money",    "at most",  NULL                      },
        {"no-size",                  "money",    "at least", NULL                      },
        {"exit-attempts",            "count",    "below",    NULL                      },
        {"entries-off",              "none",     "none",     NULL                      },
        {"not-ready",                "none",     "none",     NULL                      },
        {"not-ours",                 "quantity", "at most",  NULL                      },
        {"unknown-order",            "count",    "at most",  NULL                      },
        {"not-there",                "quantity", "at most",  NULL                      },
        {"trading-halted",           "none",     "none",     NULL                      },
        {"unprotected",              "count",    "at most",  NULL                      },
    };
    for (uint8_t i = 0; i < VERDICT_COUNT; i++) {
        cr_expect_str_eq(verdict_text(i), want[i].name);
        cr_expect_str_eq(gate_unit_text(verdict_unit(i)), want[i].unit, "%s", want[i].name);
        cr_expect_str_eq(gate_rule_text(verdict_rule(i)), want[i].rule, "%s", want[i].name);
        cr_expect_gt(strlen(verdict_help(i)), 10);
        const char *key = gate_limit_key(i);
        cr_expect(key == NULL ? want[i].key == NULL : strcmp(key, want[i].key) == 0, "%s",
                  want[i].name);
    }
    cr_assert_str_eq(verdict_text(VERDICT_COUNT), "unknown");
    cr_assert_str_eq(verdict_help(UINT8_MAX), "unknown");
    cr_assert_eq(verdict_unit(VERDICT_COUNT), GATE_UNIT_NONE);
    cr_assert_eq(verdict_rule(VERDICT_COUNT), GATE_RULE_NONE);
    cr_assert_null(gate_limit_key(VERDICT_COUNT));
}

/* Each row of the limits belongs to exactly one gate. */
Test(gates, know_their_rows_of_the_limits)
{
#define X(field, name, kind, noun, help)                                                           \
    {                                                                                              \
        uint32_t found = 0;                                                                        \
        for (uint8_t i = 0; i < VERDICT_COUNT; i++) {                                              \
            bool ours = gate_limit(&gate_limits, i) == &gate_limits.field;                         \
            found += ours ? 1 : 0;                                                                 \
            cr_expect(!ours || strcmp(gate_limit_key(i), name) == 0, "%s", name);                  \
        }                                                                                          \
        cr_expect_eq(found, 1, "%s", name);                                                        \
    }
    LIMIT_LIST(X)
#undef X
    cr_assert_null(gate_limit(&gate_limits, VERDICT_BUYING_POWER));
}
