/* engine_gates_test.c: the gates inside the engine: what a refusal records, and what the engine
 * counts for them. */
#include "core/engine_test.h"

/* One refused entry: the record says by which gate, with what it measured and what it allows. */
static void assert_refused(struct bench *bench, uint32_t instrument, enum verdict verdict,
                           int64_t value, int64_t limit, const char *what)
{
    uint64_t before = bench->decides.engine->counters.refused_by[verdict];
    bench_wish(0, instrument, ACT_BUY);
    bench_slice(bench);
    const struct event *decision = bench_answer(bench, EVENT_DECISION, 0);
    cr_assert_not_null(decision, "%s", what);
    cr_assert_eq(decision->decision.verdict, verdict, "%s: %s", what,
                 verdict_text(decision->decision.verdict));
    cr_assert_eq(decision->decision.value, value, "%s: %" PRId64, what, decision->decision.value);
    cr_assert_eq(decision->decision.limit, limit, "%s: %" PRId64, what, decision->decision.limit);
    cr_assert_eq(decision->decision.order_id, 0, "%s", what);
    cr_assert_eq(bench_answers(bench, EVENT_ORDER), 0, "%s", what);
    cr_assert_eq(bench->decides.output.send_count, 0, "%s", what);
    cr_assert_eq(bench->decides.engine->counters.refused_by[verdict], before + 1, "%s", what);
}

/* Instrument 0 is held (100 at $10), instrument 1 is being entered (100 at $10). */
static void bench_init_held(struct bench *bench, struct limits limits, int64_t cash_e9)
{
    struct bench_plan plan = bench_plan_simple(3);
    plan.books = 2;
    plan.limits = limits;
    plan.cash_e9 = cash_e9;
    bench_init(bench, &plan);
    bench_fill(bench, 0, bench_buy(bench, 1, 0, USD(10)), SHARES(100), USD(10));
    (void)bench_buy(bench, 1, 1, USD(10));
}

Test(engine_gates, records_refusals_with_their_numbers)
{
    static const struct {
        const char *what;
        struct limits limits;
        int64_t cash_e9;
        uint32_t instrument;
        enum verdict verdict;
        int64_t value, limit;
    } cases[] = {
        {"one order too large",
         {.order_notional = {LIMIT_CASH, USD(1500)}},
         USD(100000),
         2,                                                                VERDICT_ORDER_NOTIONAL,
         USD(2000),
         USD(1500)                                                                                                 },
        {"a position too large, held",
         {.position_notional = {LIMIT_CASH, USD(2500)}},
         USD(100000),
         0,                                                                VERDICT_POSITION_NOTIONAL,
         USD(4000),
         USD(2500)                                                                                                 },
        {"a position too large, being entered",
         {.position_notional = {LIMIT_CASH, USD(2500)}},
         USD(100000),
         1,                                                                VERDICT_POSITION_NOTIONAL,
         USD(3000),
         USD(2500)                                                                                                 },
        {"too many positions",
         {.open_positions = {LIMIT_COUNT, 2}},
         USD(100000),
         2,                                                                VERDICT_OPEN_POSITIONS,
         3,                                                                                                       2},
        {"too many orders",
         {.orders_per_session = {LIMIT_COUNT, 2}},
         USD(100000),
         2,                                                                VERDICT_ORDERS_PER_SESSION,
         3,                                                                                                       2},
        {"too little cash",                     WIDE_LIMITS, USD(4000), 2, VERDICT_BUYING_POWER,       USD(2001),
         USD(4000 - 1001 - 1001)                                                                                   },
        {"a share of equity",
         {.order_notional = {LIMIT_SHARE, 10000}},
         USD(100000),
         2,                                                                VERDICT_ORDER_NOTIONAL,
         USD(2000),
         USD(1000)                                                                                                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct limits wide = WIDE_LIMITS;
        struct limits limits = wide;
        const struct limits *set = &cases[i].limits;
#define X(field, key, kind, noun, help)                                                            \
    limits.field = set->field.unit != 0 ? set->field : wide.field;
        LIMIT_LIST(X)
#undef X
        struct bench bench;
        bench_init_held(&bench, limits, cases[i].cash_e9);
        /* At twice the price: 100 shares are $2,000, what is held is worth $2,000. */
        for (uint32_t k = 0; k < 3; k++) {
            bench.price_e9[k] = USD(20);
        }
        assert_refused(&bench, cases[i].instrument, cases[i].verdict, cases[i].value,
                       cases[i].limit, cases[i].what);
        bench_finish(&bench);
    }
}

/* An instrument that is held or being entered already is no new position. */
Test(engine_gates, counts_an_instrument_once)
{
    struct bench bench;
    struct limits limits = WIDE_LIMITS;
    limits.open_positions.value = 2;
    bench_init_held(&bench, limits, USD(100000));
    (void)bench_buy(&bench, 0, 0, USD(10));
    (void)bench_buy(&bench, 0, 1, USD(10));
    cr_assert_eq(bench.decides.engine->exposed_count, 2);
    bench_finish(&bench);
}

Test(engine_gates, an_exit_meets_no_gate)
{
    struct bench bench;
    struct limits limits = WIDE_LIMITS;
    limits.orders_per_session.value = 2;
    limits.daily_loss.value = USD(500);
    bench_init_held(&bench, limits, USD(3000));
    for (uint32_t i = 0; i < 3; i++) {
        bench.price_e9[i] = USD(1);
    }
    assert_refused(&bench, 2, VERDICT_DAILY_LOSS, USD(901), USD(500), "lost on the first");
    (void)bench_sell(&bench, 1, 0, USD(1));
    bench_finish(&bench);
}

Test(engine_gates, a_new_session_resets_orders_and_the_base_of_the_daily_loss)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    plan.cash_e9 = USD(10000);
    plan.limits.orders_per_session.value = 1;
    plan.limits.daily_loss = (struct limit){LIMIT_SHARE, 50000};
    bench_init(&bench, &plan);
    const struct engine *engine = bench.decides.engine;
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    bench.price_e9[0] = USD(5);
    bench.price_e9[1] = USD(5);
    assert_refused(&bench, 1, VERDICT_DAILY_LOSS, USD(501), USD(500), "the first day");
    bench.price_e9[0] = USD(5) + MONEY_E9 / 10;
    assert_refused(&bench, 1, VERDICT_ORDERS_PER_SESSION, 2, 1, "not yet that much lost");

    bench.ts_ns += NS_PER_DAY - 4 * NS_PER_MIN; /* the next bar ends at midnight: the same day */
    bench_slice(&bench);
    cr_assert_eq(engine->counters.session_entries, 1);
    cr_assert_eq(engine->session_equity_e9, USD(10000));
    bench_slice(&bench);
    cr_assert_eq(engine->counters.session_entries, 0);
    cr_assert_eq(engine->session_equity_e9, USD(10000 - 1001 + 510), "the day before's close");
    (void)bench_buy(&bench, 0, 1, USD(5));
    bench_finish(&bench);
}
