/* engine_test.c: what the engine makes of wishes and reports, told by hand; and a random market
 * with a moody broker, in which deciding and folding never part. */
#include "core/engine_test.h"

/* ---- the life of a trade ---- */

Test(engine, a_trade_opens_at_the_first_fill_and_closes_at_the_last)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    bench_init(&bench, &plan);
    const struct engine *engine = bench.decides.engine;
    const struct trade *trade = bench_trade(&bench, 0, 1);

    uint64_t entry = bench_buy(&bench, 0, 1, USD(10));
    cr_assert_eq(entry, order_id_make(1, ORDER_ROLE_ENTRY, 1));
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.qty_e9, SHARES(100));
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.reference_price_e9, USD(10));
    cr_assert_eq(trade->state, TRADE_PENDING);
    bench_say(&bench, EVENT_ACCEPTED, 1, entry);
    cr_assert_eq(bench.decides.output.slots, 0);

    bench_fill(&bench, 1, entry, SHARES(30), USD(10));
    cr_assert_eq(bench_answers(&bench, EVENT_POSTING), 2);
    cr_assert_eq(bench_answer(&bench, EVENT_TRADE, 0)->flags, TRADE_OPEN);
    cr_assert_eq(trade->detail.opened_ns, bench.ts_ns);
    bench_fill(&bench, 1, entry, SHARES(70), USD(11));
    cr_assert_eq(bench_answers(&bench, EVENT_TRADE), 0, "it is open already");
    cr_assert_eq(trade->qty_e9, SHARES(100));
    cr_assert_eq(trade->cost_e9, USD(30 * 10 + 70 * 11));

    uint64_t exit = bench_sell(&bench, 0, 1, USD(12));
    cr_assert_eq(exit, order_id_make(1, ORDER_ROLE_EXIT, 1));
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.qty_e9, SHARES(100));
    bench_say(&bench, EVENT_ACCEPTED, 1, exit);
    bench_fill(&bench, 1, exit, SHARES(40), USD(12));
    cr_assert_eq(trade->cost_e9, USD(642), "1,070 less 40 parts of 100");
    cr_assert_eq(trade->realized_e9, USD(480 - 428));
    cr_assert_eq(bench_answers(&bench, EVENT_TRADE), 0);
    bench_fill(&bench, 1, exit, SHARES(60), USD(10));
    cr_assert_eq(bench_answer(&bench, EVENT_TRADE, 0)->flags, TRADE_CLOSED);
    cr_assert_eq(trade->realized_e9, USD(480 - 428 + 600 - 642));
    cr_assert_eq(trade->detail.closed_ns, bench.ts_ns);
    cr_assert_eq(trade->detail.entry_value_e9, USD(1070));
    cr_assert_eq(trade->detail.exit_value_e9, USD(1080));
    cr_assert_eq(trade->detail.commission_e9, USD(4));
    cr_assert_eq(engine->books[0].trades_closed, 1);
    cr_assert_eq(engine->books[0].trades_won, 1);
    cr_assert_eq(ledger_cash_e9(&engine->ledger), USD(1000000 + 10 - 4));
    cr_assert_eq(engine->counters.fills, 4);
    cr_assert_eq(engine->exposed_count, 0);
    bench_finish(&bench);
}

/* Won is what is left after commissions. */
Test(engine, a_trade_that_only_earned_its_commissions_is_not_won)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    uint64_t exit = bench_sell(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, exit, SHARES(100), USD(10) + MONEY_E9 / 50);
    cr_assert_eq(bench_trade(&bench, 0, 0)->realized_e9, USD(2));
    cr_assert_eq(bench.decides.engine->books[0].trades_closed, 1);
    cr_assert_eq(bench.decides.engine->books[0].trades_won, 0);
    bench_finish(&bench);
}

Test(engine, an_entry_that_ends_without_a_fill_voids_the_trade)
{
    static const uint8_t endings[] = {EVENT_REJECTED, EVENT_CANCELED, EVENT_EXPIRED};
    for (size_t i = 0; i < sizeof endings; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(1);
        bench_init(&bench, &plan);
        const char *what = event_kind_text(endings[i]);
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        bench_say(&bench, endings[i], 0, entry);
        const struct event *trade = bench_answer(&bench, EVENT_TRADE, 0);
        cr_assert_not_null(trade, "%s", what);
        cr_assert_eq(trade->flags, TRADE_VOID, "%s", what);
        cr_assert_eq(bench.decides.engine->exposed_count, 0, "%s", what);
        cr_assert_eq(bench.decides.engine->counters.rejected, endings[i] == EVENT_REJECTED ? 1 : 0);
        uint64_t again = bench_buy(&bench, 0, 0, USD(10));
        cr_assert_eq(again, order_id_make(2, ORDER_ROLE_ENTRY, 1), "%s: no id comes twice", what);
        cr_assert_eq(bench.decides.engine->books[0].trades_closed, 0);
        bench_finish(&bench);
    }
}

Test(engine, an_entry_canceled_after_a_part_keeps_the_part)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(25), USD(10));
    cr_assert_eq(trade_holding(bench_trade(&bench, 0, 0)), HOLDING_PENDING);
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    cr_assert_eq(trade_holding(bench_trade(&bench, 0, 0)), HOLDING_LONG);
    cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_OPEN);
    uint64_t exit = bench_sell(&bench, 0, 0, USD(9));
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.qty_e9, SHARES(25));
    bench_fill(&bench, 0, exit, SHARES(25), USD(9));
    cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    cr_assert_eq(bench_trade(&bench, 0, 0)->realized_e9, -USD(25));
    bench_finish(&bench);
}

Test(engine, an_exit_that_is_rejected_may_be_tried_again)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    for (uint32_t attempt = 1; attempt <= 3; attempt++) {
        uint64_t exit = bench_sell(&bench, 0, 0, USD(10));
        cr_assert_eq(exit, order_id_make(1, ORDER_ROLE_EXIT, attempt));
        bench_say(&bench, EVENT_REJECTED, 0, exit);
        cr_assert_eq(bench_answers(&bench, EVENT_TRADE), 0);
        cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_OPEN);
    }
    bench_finish(&bench);
}

/* ---- who may act ---- */

Test(engine, buys_when_flat_and_sells_when_long)
{
    static const struct {
        const char *what;
        enum holding holding;
        enum act act;
        uint32_t orders;
    } cases[] = {
        {"flat, hold",    HOLDING_FLAT,    ACT_HOLD, 0},
        {"flat, buy",     HOLDING_FLAT,    ACT_BUY,  1},
        {"flat, sell",    HOLDING_FLAT,    ACT_SELL, 0},
        {"pending, hold", HOLDING_PENDING, ACT_HOLD, 0},
        {"pending, buy",  HOLDING_PENDING, ACT_BUY,  0},
        {"pending, sell", HOLDING_PENDING, ACT_SELL, 0},
        {"long, hold",    HOLDING_LONG,    ACT_HOLD, 0},
        {"long, buy",     HOLDING_LONG,    ACT_BUY,  0},
        {"long, sell",    HOLDING_LONG,    ACT_SELL, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(2);
        plan.books = 2;
        bench_init(&bench, &plan);
        if (cases[i].holding != HOLDING_FLAT) {
            uint64_t entry = bench_buy(&bench, 1, 1, USD(10));
            if (cases[i].holding == HOLDING_LONG) {
                bench_fill(&bench, 1, entry, SHARES(100), USD(10));
            }
        }
        bench_wish(1, 1, cases[i].act);
        bench_slice_at(&bench, USD(10));
        cr_assert_eq(bench_answers(&bench, EVENT_ORDER), cases[i].orders, "%s", cases[i].what);
        cr_assert_eq(bench_answers(&bench, EVENT_DECISION), cases[i].orders, "%s", cases[i].what);
        cr_assert_eq(bench.decides.output.send_count, cases[i].orders, "%s", cases[i].what);
        bench_finish(&bench);
    }
}

/* What one book holds is nothing to another one. */
Test(engine, books_are_gated_apart)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.books = 2;
    bench_init(&bench, &plan);
    uint64_t first = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, first, SHARES(100), USD(10));
    bench_wish(1, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 0);
    uint64_t second = bench_buy(&bench, 1, 0, USD(12));
    bench_fill(&bench, 0, second, SHARES(100), USD(12));
    cr_assert_eq(bench.decides.engine->ledger.positions[0].qty_e9, SHARES(200));
    uint64_t exit = bench_sell(&bench, 0, 0, USD(12));
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.qty_e9, SHARES(100));
    bench_fill(&bench, 0, exit, SHARES(100), USD(12));
    cr_assert_eq(bench.decides.engine->books[0].realized_e9, USD(200),
                 "its own cost, not the mean");
    cr_assert_eq(bench.decides.engine->ledger.positions[0].cost_e9, USD(1200));
    bench_finish(&bench);
}

/* Behind the warm-up, and behind the longest window even when the warm-up is shorter: each
 * instrument counts its own bars. */
Test(engine, asks_nobody_before_the_warm_up_is_over)
{
    static const struct {
        const char *what;
        int64_t warmup_bars;
        bool series;
        uint32_t first; /* the bar at which a strategy is asked first, from 1 */
    } cases[] = {
        {"no warm-up, no series",           0,             false, 1                },
        {"a warm-up, no series",            3,             false, 4                },
        {"a warm-up below the window",      3,             true,  BENCH_LONGEST + 1},
        {"a warm-up as long as the window", BENCH_LONGEST, true,  BENCH_LONGEST + 1},
        {"a warm-up above the window",      7,             true,  8                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(2);
        plan.warmup_bars = cases[i].warmup_bars;
        plan.series = cases[i].series;
        bench_init(&bench, &plan);
        uint32_t bars[2] = {0};
        uint64_t want = 0;
        for (uint32_t slice = 1; slice <= 20; slice++) {
            bench.price_e9[0] = USD(10);
            bench.price_e9[1] = slice % 2 == 1 ? USD(10) : 0; /* every other slice */
            for (uint32_t k = 0; k < 2; k++) {
                bars[k] += bench.price_e9[k] != 0 ? 1 : 0;
                want += bench.price_e9[k] != 0 && bars[k] >= cases[i].first ? 1 : 0;
            }
            bench_wish(0, 0, ACT_HOLD);
            bench_slice(&bench);
            cr_assert_eq(bench.decides.engine->counters.evaluations, want, "%s: slice %u",
                         cases[i].what, slice);
        }
        bench_finish(&bench);
    }
}

/* ---- ranking ---- */

static void wish_with_confidence(uint32_t book, uint32_t instrument, enum act act, uint32_t ppm)
{
    bench_wish(book, instrument, act);
    bench_wishes[book][instrument].confidence_ppm = ppm & 0xfffff; /* it has 20 bits */
}

Test(engine, a_book_trades_only_its_instruments)
{
    static const bool second_alone[] = {false, true};
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    plan.books = 2;
    plan.first_trades = second_alone;
    bench_init(&bench, &plan);
    struct engine *engine = bench.decides.engine;
    bench.price_e9[0] = USD(10);
    bench.price_e9[1] = USD(20);
    for (uint32_t book = 0; book < 2; book++) {
        bench_wish(book, 0, ACT_BUY);
        bench_wish(book, 1, ACT_BUY);
    }
    bench_slice(&bench);
    bench_slice(&bench);
    cr_expect_eq(engine_seat_state(engine, &engine->seats[engine_place(engine, 0, 0)]),
                 SEAT_OUTSIDE);
    cr_expect_eq(engine_seat_state(engine, &engine->seats[engine_place(engine, 0, 1)]), SEAT_DUE);
    cr_expect_eq(engine->trades[engine_place(engine, 0, 0)].state, TRADE_NONE, "not its own");
    cr_expect_eq(engine->trades[engine_place(engine, 0, 1)].state, TRADE_PENDING);
    cr_expect_eq(engine->trades[engine_place(engine, 1, 0)].state, TRADE_PENDING);
    cr_expect_eq(engine->trades[engine_place(engine, 1, 1)].state, TRADE_PENDING);
    cr_expect_eq(engine->counters.evaluations, 6, "two slices, three seats");
    cr_expect(engine_book_is_warm(engine, 0));
    bench_assert_same(&bench);
    bench_finish(&bench);
}

Test(engine, ranks_exits_then_confidence_then_instrument_then_book)
{
    static const struct {
        uint8_t act;
        uint16_t book;
        uint32_t instrument;
    } want[] = {
        {ACT_SELL, 2, 3},
        {ACT_SELL, 1, 4},
        {ACT_BUY,  2, 2},
        {ACT_BUY,  1, 0},
        {ACT_BUY,  2, 0},
        {ACT_BUY,  1, 1},
        {ACT_BUY,  1, 5},
    };
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(6);
    plan.books = 2;
    bench_init(&bench, &plan);
    bench_fill(&bench, 3, bench_buy(&bench, 1, 3, USD(10)), SHARES(100), USD(10));
    bench_fill(&bench, 4, bench_buy(&bench, 0, 4, USD(10)), SHARES(100), USD(10));
    wish_with_confidence(0, 5, ACT_BUY, 100);
    wish_with_confidence(0, 1, ACT_BUY, 500000);
    wish_with_confidence(1, 0, ACT_BUY, 500000);
    wish_with_confidence(0, 0, ACT_BUY, 500000);
    wish_with_confidence(1, 2, ACT_BUY, 900000);
    wish_with_confidence(1, 3, ACT_SELL, 10);
    wish_with_confidence(0, 4, ACT_SELL, 5);
    bench_slice_at(&bench, USD(10));
    for (uint32_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        const struct event *decision = bench_answer(&bench, EVENT_DECISION, i);
        cr_assert_not_null(decision);
        cr_assert_eq(decision->flags, want[i].act, "place %u", i);
        cr_assert_eq(decision->decision.book, want[i].book, "place %u", i);
        cr_assert_eq(decision->instrument, want[i].instrument, "place %u", i);
    }
    cr_assert_eq(bench_answers(&bench, EVENT_DECISION), sizeof want / sizeof want[0]);
    bench_finish(&bench);
}

/* Buying power goes to the most confident, not to the lowest number. */
Test(engine, gives_the_last_cash_to_the_most_confident)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(3);
    plan.cash_e9 = USD(1500);
    bench_init(&bench, &plan);
    wish_with_confidence(0, 0, ACT_BUY, 1);
    wish_with_confidence(0, 1, ACT_BUY, 2);
    wish_with_confidence(0, 2, ACT_BUY, 3);
    bench_slice_at(&bench, USD(10));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 1);
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->instrument, 2);
    cr_assert_eq(bench.decides.engine->counters.refused_by[VERDICT_BUYING_POWER], 2);
    bench_finish(&bench);
}

/* ---- gates ---- */

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

Test(engine, records_refusals_with_their_numbers)
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
Test(engine, counts_an_instrument_once)
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

Test(engine, an_exit_meets_no_gate)
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

Test(engine, a_new_session_resets_orders_and_the_base_of_the_daily_loss)
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

/* ---- reports that repeat and reports that cannot be ---- */

Test(engine, an_execution_counts_once)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    struct event fill = bench_fill_event(&bench, 0, entry, SHARES(40), USD(10));
    bench_take(&bench, &fill);
    for (int i = 0; i < 3; i++) {
        bench_take(&bench, &fill);
        cr_assert_eq(bench.decides.output.slots, 0);
    }
    fill.report.exec_id = 0;
    bench_take(&bench, &fill);
    cr_assert_eq(bench.decides.engine->counters.fills, 1);
    cr_assert_eq(bench.decides.engine->ledger.positions[0].qty_e9, SHARES(40));
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_NONE);
    bench_finish(&bench);
}

/* A trade with an entry of 100 shares, 40 of them filled; then one report too strange. */
Test(engine, a_report_that_cannot_be_is_a_fault)
{
    static const struct {
        const char *what;
        uint8_t kind;
        uint32_t instrument;
        uint64_t trade;
        int64_t qty_e9, price_e9, commission_e9;
        enum engine_fault fault;
    } cases[] = {
        {"an order never sent",          EVENT_FILL,     0,               2, SHARES(1),      USD(10),   0,
         ENGINE_FAULT_FOREIGN_REPORT                                                                                                          },
        {"no order at all",              EVENT_ACCEPTED, 0,               0, 0,              0,         0,         ENGINE_FAULT_FOREIGN_REPORT},
        {"ours, in another instrument",  EVENT_CANCELED, 1,               1, 0,              0,         0,         ENGINE_FAULT_FOREIGN_REPORT},
        {"an instrument that is not",    EVENT_FILL,     2,               1, SHARES(1),      USD(10),   0,
         ENGINE_FAULT_FOREIGN_REPORT                                                                                                          },
        {"no instrument",                EVENT_FILL,     INSTRUMENT_NONE, 1, SHARES(1),      USD(10),   0,
         ENGINE_FAULT_FOREIGN_REPORT                                                                                                          },
        {"a billionth too much",         EVENT_FILL,     0,               1, SHARES(60) + 1, USD(10),   0,
         ENGINE_FAULT_OVERFILL                                                                                                                },
        {"far too much",                 EVENT_FILL,     0,               1, INT64_MAX,      USD(10),   0,         ENGINE_FAULT_OVERFILL      },
        {"nothing filled",               EVENT_FILL,     0,               1, 0,              USD(10),   0,         ENGINE_FAULT_OVERFILL      },
        {"a negative quantity",          EVENT_FILL,     0,               1, -SHARES(1),     USD(10),   0,         ENGINE_FAULT_OVERFILL      },
        {"for nothing",                  EVENT_FILL,     0,               1, SHARES(1),      0,         0,         ENGINE_FAULT_OVERFILL      },
        {"a negative price",             EVENT_FILL,     0,               1, SHARES(1),      -USD(1),   0,         ENGINE_FAULT_OVERFILL      },
        {"a negative commission",        EVENT_FILL,     0,               1, SHARES(1),      USD(10),   -1,        ENGINE_FAULT_OVERFILL      },
        {"more cash than there can be",  EVENT_FILL,     0,               1, SHARES(1),      INT64_MAX, 0,
         ENGINE_FAULT_RANGE                                                                                                                   },
        {"a commission beyond all cash", EVENT_FILL,     0,               1, SHARES(1),      USD(10),   INT64_MAX,
         ENGINE_FAULT_RANGE                                                                                                                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(2);
        plan.cash_e9 = USD(1001 + 10); /* little: a huge commission leaves the range */
        bench_init(&bench, &plan);
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        bench_fill(&bench, 0, entry, SHARES(40), USD(10));
        uint64_t id = cases[i].trade == 0 ? 0 : order_id_make(cases[i].trade, ORDER_ROLE_ENTRY, 1);
        struct event report = bench_report(&bench, cases[i].kind, cases[i].instrument, id);
        report.report = (struct event_report){.order_id = id,
                                              .exec_id = cases[i].kind == EVENT_FILL ? 2 : 0,
                                              .qty_e9 = cases[i].qty_e9,
                                              .price_e9 = cases[i].price_e9,
                                              .commission_e9 = cases[i].commission_e9};
        bench_take(&bench, &report);
        cr_assert_eq(bench.decides.engine->fault, cases[i].fault, "%s: %s", cases[i].what,
                     engine_fault_text(bench.decides.engine->fault));
        bench_finish(&bench);
    }
}

/* Price x quantity fits no int64: nothing can be posted, so nothing may count as filled. */
Test(engine, a_fill_whose_worth_cannot_be_computed_is_a_fault)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    struct event fill = bench_fill_event(&bench, 0, entry, SHARES(100), INT64_MAX);
    bench_take(&bench, &fill);
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_RANGE, "%s",
                 engine_fault_text(bench.decides.engine->fault));
    cr_assert_neq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_finish(&bench);
}

Test(engine, the_first_fault_stays)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(101), USD(10));
    bench_say(&bench, EVENT_CANCELED, 0, 77);
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_OVERFILL);
    bench_finish(&bench);
}

Test(engine, a_mark_out_of_range_is_a_fault)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.qty_e9 = SHARES(2000);
    bench_init(&bench, &plan);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(2000), USD(10));
    bench_slice_at(&bench, PRICE_E9_MAX);
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_RANGE);
    bench_finish(&bench);
}

Test(engine, faults_have_names)
{
    cr_assert_str_eq(engine_fault_text(ENGINE_FAULT_NONE), "none");
    cr_assert_str_eq(engine_fault_text((enum engine_fault)99), "unknown fault");
}

/* What was canceled may still have filled (O8, O9): the late fill belongs to its trade, which is
 * held again and can be sold. */
Test(engine, a_fill_after_the_cancel_opens_the_trade)
{
    static const int64_t filled_before[] = {0, SHARES(40)};
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(1);
        bench_init(&bench, &plan);
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        if (filled_before[i] > 0) {
            bench_fill(&bench, 0, entry, filled_before[i], USD(10));
        }
        bench_say(&bench, EVENT_CANCELED, 0, entry);
        bench_fill(&bench, 0, entry, SHARES(20), USD(10));
        cr_assert_eq(bench.decides.engine->ledger.positions[0].qty_e9,
                     filled_before[i] + SHARES(20));
        cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_OPEN, "%s",
                     trade_state_text(bench_trade(&bench, 0, 0)->state));
        bench_wish(0, 0, ACT_BUY);
        bench_slice_at(&bench, USD(10));
        cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 0, "it is long: no second entry");
        (void)bench_sell(&bench, 0, 0, USD(10));
        bench_finish(&bench);
    }
}

/* The same for a trade that was closed already: it opens again as itself, and counts once. */
Test(engine, a_closed_trade_that_a_late_fill_opens_counts_once)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    const struct trade *trade = bench_trade(&bench, 0, 0);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(40), USD(10));
    int64_t opened_ns = trade->detail.opened_ns;
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    bench_fill(&bench, 0, bench_sell(&bench, 0, 0, USD(12)), SHARES(40), USD(12));
    cr_assert_eq(trade->state, TRADE_CLOSED);
    bench_fill(&bench, 0, entry, SHARES(20), USD(10));
    cr_assert_eq(trade->state, TRADE_OPEN);
    cr_assert_eq(trade->detail.opened_ns, opened_ns, "the first fill is the first fill");
    cr_assert_eq(trade->detail.closed_ns, 0, "it is open");
    bench_fill(&bench, 0, bench_sell(&bench, 0, 0, USD(12)), SHARES(20), USD(12));
    cr_assert_eq(trade->state, TRADE_CLOSED);
    cr_assert_eq(trade->detail.closed_ns, bench.ts_ns);
    cr_assert_eq(trade->realized_e9, USD(120));
    cr_assert_eq(bench.decides.engine->books[0].trades_closed, 1);
    cr_assert_eq(bench.decides.engine->books[0].trades_won, 1);
    bench_finish(&bench);
}

/* An id has room for 4,095 attempts; what comes after must not look like another order's. */
Test(engine, attempts_beyond_the_room_in_an_id_do_not_repeat_ids)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    uint64_t last = 0;
    for (uint32_t attempt = 1; attempt <= 4200; attempt++) {
        bench_wish(0, 0, ACT_SELL);
        bench_slice_at(&bench, USD(10));
        const struct event *order = bench_answer(&bench, EVENT_ORDER, 0);
        if (order == NULL) {
            break;
        }
        cr_assert_gt(order->order.order_id, last, "attempt %u", attempt);
        last = order->order.order_id;
        cr_assert_eq(order_id_role(last), ORDER_ROLE_EXIT, "attempt %u", attempt);
        bench_say(&bench, EVENT_REJECTED, 0, last);
    }
    const struct event *decision = bench_answer(&bench, EVENT_DECISION, 0);
    cr_assert_eq(last, order_id_make(1, ORDER_ROLE_EXIT, 4095));
    cr_assert_not_null(decision);
    cr_assert_eq(decision->decision.verdict, VERDICT_EXIT_ATTEMPTS);
    cr_assert_eq(decision->decision.value, 4095);
    cr_assert_eq(decision->decision.limit, 4095);
    cr_assert_eq(bench.decides.engine->counters.refused_by[VERDICT_EXIT_ATTEMPTS], 1);
    bench_finish(&bench);
}

/* ---- what a slice says ---- */

Test(engine, a_slice_says_what_the_account_came_to)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 1, USD(10));
    const struct event *slice = bench_answer(&bench, EVENT_SLICE, 0);
    cr_assert_eq(slice->flags, 0);
    cr_assert_eq(slice->slice.orders, 1);
    cr_assert_eq(slice->slice.evaluations, 2);
    bench_fill(&bench, 1, entry, SHARES(100), USD(10));
    bench_slice_at(&bench, USD(12));
    slice = bench_answer(&bench, EVENT_SLICE, 0);
    cr_assert_eq(slice->flags, 1, "something filled");
    cr_assert_eq(slice->slice.fills, 1);
    cr_assert_eq(slice->slice.positions, 1);
    cr_assert_eq(slice->slice.cash_e9, USD(1000000 - 1001));
    cr_assert_eq(slice->slice.equity_e9, USD(1000000 - 1001 + 1200));
    bench_slice_at(&bench, USD(4));
    slice = bench_answer(&bench, EVENT_SLICE, 0);
    cr_assert_eq(slice->flags, 0, "nothing filled since");
    const struct engine *engine = bench.decides.engine;
    cr_assert_eq(engine->peak_equity_e9, USD(1000000 - 1001 + 1200));
    cr_assert_eq(engine->max_drawdown_e9, USD(800));
    cr_assert_eq(slice->slice.decision_hash, engine->decision_hash);
    bench_finish(&bench);
}

Test(engine, a_decision_holds_the_values_it_was_taken_on)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.series = true;
    bench_init(&bench, &plan);
    for (int i = 0; i <= 4; i++) {
        bench_slice_at(&bench, USD(100) + USD(i));
    }
    (void)bench_buy(&bench, 0, 0, USD(107));
    const struct event *decision = bench_answer(&bench, EVENT_DECISION, 0);
    const struct decision_inputs *inputs = (const struct decision_inputs *)(decision + 1);
    cr_assert_eq(inputs->count, 2);
    cr_assert_eq(inputs->bits[0], (uint64_t)USD(104 + 107), "the sum of the last 2");
    cr_assert_eq(inputs->bits[1], (uint64_t)USD(101 + 102 + 103 + 104 + 107), "and of 5");
    for (int i = 2; i < DECISION_INPUTS_MAX; i++) {
        cr_assert_eq(inputs->bits[i], 0);
    }
    cr_assert_eq(decision->decision.reason, 1);
    bench_finish(&bench);
}

/* ---- a random market with a moody broker ---- */

static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(random_next(state) % limit);
}

struct moody_order {
    uint64_t id;
    uint32_t instrument;
    bool buys;
    bool accepted;
    int64_t rest_e9;
};

/* A broker with its own books, and no law but its mood. */
struct moody {
    struct bench bench;
    uint64_t random;
    struct moody_order orders[BENCH_BOOKS * BENCH_INSTRUMENTS];
    uint32_t count;
    int64_t cash_e9;
    int64_t qty_e9[BENCH_INSTRUMENTS];
    struct event last_fill;
    struct moody_order ghost; /* canceled or expired, yet it may fill; id 0: none */
    uint64_t partial, rejected, ended, repeated, late;
};

static void moody_take_orders(struct moody *moody)
{
    const struct output *output = &moody->bench.decides.output;
    for (uint32_t i = 0; i < output->send_count; i++) {
        const struct order_request *request = output->sends[i];
        cr_assert_lt(moody->count, BENCH_BOOKS * BENCH_INSTRUMENTS);
        moody->orders[moody->count++] =
            (struct moody_order){.id = request->head.order.order_id,
                                 .instrument = request->legs[0].instrument,
                                 .buys = request->legs[0].ratio > 0,
                                 .rest_e9 = request->head.order.qty_e9};
    }
}

static void moody_slice(struct moody *moody)
{
    struct bench *bench = &moody->bench;
    if (random_below(&moody->random, 40) == 0) {
        bench->ts_ns += (int64_t)random_below(&moody->random, 30) * NS_PER_HOUR;
    }
    for (uint32_t i = 0; i < BENCH_INSTRUMENTS; i++) {
        bench->price_e9[i] =
            random_below(&moody->random, 5) == 0
                ? 0
                : USD(5) + (int64_t)(random_next(&moody->random) % (uint64_t)USD(20));
        for (uint32_t book = 0; book < BENCH_BOOKS; book++) {
            uint32_t act = random_below(&moody->random, 6);
            wish_with_confidence(book, i, act < 3 ? (enum act)act : ACT_HOLD,
                                 random_below(&moody->random, 3));
        }
    }
    bench_slice(bench);
    moody_take_orders(moody);
}

static void moody_forget(struct moody *moody, uint32_t index)
{
    moody->orders[index] = moody->orders[--moody->count];
}

/* Fills the order, wholly or in part. */
static void moody_fill(struct moody *moody, struct moody_order *order)
{
    int64_t qty_e9 = order->rest_e9;
    if (random_below(&moody->random, 2) == 0) {
        qty_e9 = 1 + (int64_t)(random_next(&moody->random) % (uint64_t)order->rest_e9);
    }
    int64_t price_e9 = 1 + (int64_t)(random_next(&moody->random) % (uint64_t)USD(30));
    int64_t value_e9 = 0;
    cr_assert_eq(money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9), ERR_OK);
    moody->last_fill =
        bench_fill_event(&moody->bench, order->instrument, order->id, qty_e9, price_e9);
    moody->last_fill.report.commission_e9 = random_below(&moody->random, 3);
    moody->cash_e9 -= moody->last_fill.report.commission_e9 + (order->buys ? value_e9 : -value_e9);
    moody->qty_e9[order->instrument] += order->buys ? qty_e9 : -qty_e9;
    bench_take(&moody->bench, &moody->last_fill);
    order->rest_e9 -= qty_e9;
    moody->partial += order->rest_e9 > 0 ? 1 : 0;
}

/* The order that ended fills all the same, while its trade still knows it (O8, O9). */
static void moody_fill_ghost(struct moody *moody)
{
    struct moody_order *ghost = &moody->ghost;
    struct trade *trade = engine_trade(moody->bench.decides.engine, ghost->instrument, ghost->id);
    if (ghost->rest_e9 > 0 && trade != NULL && trade_order(trade, ghost->id) != NULL) {
        moody_fill(moody, ghost);
        moody->late++;
    }
    ghost->id = 0;
    moody->last_fill.kind = EVENT_NONE;
}

static void moody_end(struct moody *moody, uint32_t index, uint8_t kind)
{
    struct moody_order *order = &moody->orders[index];
    bench_say(&moody->bench, kind, order->instrument, order->id);
    if (moody->last_fill.report.order_id == order->id) {
        moody->last_fill.kind = EVENT_NONE; /* its trade may be another one soon */
    }
    if (kind == EVENT_REJECTED) {
        moody->rejected++;
    } else {
        moody->ended++;
        moody->ghost = *order;
    }
    moody_forget(moody, index);
}

static void moody_report(struct moody *moody)
{
    uint32_t index = random_below(&moody->random, moody->count);
    struct moody_order *order = &moody->orders[index];
    uint32_t mood = random_below(&moody->random, 10);
    if (mood == 0 && moody->last_fill.kind == EVENT_FILL) {
        bench_take(&moody->bench, &moody->last_fill);
        cr_assert_eq(moody->bench.decides.output.slots, 0);
        moody->repeated++;
    } else if (mood < 3 && !order->accepted) {
        bench_say(&moody->bench, EVENT_ACCEPTED, order->instrument, order->id);
        order->accepted = true;
    } else if (mood < 5) {
        uint32_t way = random_below(&moody->random, 3);
        moody_end(moody, index,
                  (uint8_t)(way == 0   ? EVENT_REJECTED
                            : way == 1 ? EVENT_CANCELED
                                       : EVENT_EXPIRED));
    } else {
        moody_fill(moody, order);
        if (order->rest_e9 == 0) {
            moody_forget(moody, index);
        }
    }
}

static void swap_sides(struct bench *bench)
{
    struct bench_side side = bench->decides;
    bench->decides = bench->folds;
    bench->folds = side;
}

static void moody_step(struct moody *moody)
{
    if (moody->ghost.id != 0 && random_below(&moody->random, 4) == 0) {
        moody_fill_ghost(moody);
    } else if (moody->count == 0 || random_below(&moody->random, 4) == 0) {
        moody->last_fill.kind = EVENT_NONE;
        moody_slice(moody);
    } else {
        moody_report(moody);
    }
    const struct engine *engine = moody->bench.decides.engine;
    cr_assert_eq(ledger_cash_e9(&engine->ledger), moody->cash_e9);
    for (uint32_t i = 0; i < BENCH_INSTRUMENTS; i++) {
        cr_assert_eq(engine->ledger.positions[i].qty_e9, moody->qty_e9[i]);
    }
    cr_assert_eq(engine->fault, ENGINE_FAULT_NONE);
    /* The engine that only folded decides from here on: its hidden state must be as good. */
    if (random_below(&moody->random, 8) == 0) {
        swap_sides(&moody->bench);
    }
}

/* Consistency and the equality of deciding and folding are asserted by the bench at every input;
 * that the ledger is the broker's here. */
static void moody_run(uint64_t seed, uint32_t steps)
{
    static struct moody moody;
    struct bench_plan plan = bench_plan_simple(BENCH_INSTRUMENTS);
    plan.books = BENCH_BOOKS;
    plan.series = true;
    plan.cash_e9 = USD(40000);
    plan.limits.open_positions.value = 6;
    plan.limits.orders_per_session.value = 60;
    plan.limits.position_notional = (struct limit){LIMIT_SHARE, 200000};
    plan.limits.daily_loss = (struct limit){LIMIT_SHARE, 300000};
    memset(&moody, 0, sizeof moody);
    moody.random = seed;
    moody.cash_e9 = plan.cash_e9;
    bench_init(&moody.bench, &plan);
    for (uint32_t i = 0; i < steps; i++) {
        moody_step(&moody);
    }
    const struct engine_counters *counters = &moody.bench.decides.engine->counters;
    cr_log_info("seed %" PRIu64 ": %" PRIu64 " slices, %" PRIu64 " orders, %" PRIu64
                " fills (%" PRIu64 " in part, %" PRIu64 " repeated), %" PRIu64 " rejected, %" PRIu64
                " ended, %" PRIu64 " filled late, %" PRIu64 " refused",
                seed, counters->slices, counters->orders, counters->fills, moody.partial,
                moody.repeated, moody.rejected, moody.ended, moody.late, counters->refused);
    cr_assert_gt(counters->fills, steps / 10, "seed %" PRIu64, seed);
    cr_assert_gt(moody.partial, 0);
    cr_assert_gt(moody.rejected, 0);
    cr_assert_gt(moody.ended, 0);
    cr_assert_gt(moody.late, 0);
    cr_assert_gt(moody.repeated, 0);
    cr_assert_gt(counters->refused, 0);
    bench_finish(&moody.bench);
}

#define MOODY_STEPS 3000

Test(engine, deciding_and_folding_never_part_seed_1)
{
    moody_run(1, MOODY_STEPS);
}

Test(engine, deciding_and_folding_never_part_seed_2)
{
    moody_run(2, MOODY_STEPS);
}

/* Another seed by BELLWETHER_SEED; it is printed with --verbose and on failure. */
Test(engine, deciding_and_folding_never_part_seed_of_choice)
{
    const char *text = getenv("BELLWETHER_SEED");
    moody_run(text != NULL ? strtoull(text, NULL, 10) : 20240101, MOODY_STEPS);
}
