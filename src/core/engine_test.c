/* engine_test.c: what the engine makes of wishes and reports, told by hand. */
#include "core/engine_test.h"

/* ---- the life of a trade ---- */

Test(engine, a_trade_opens_at_the_first_fill_and_closes_at_the_last)
{
    struct bench bench;
    bench_init_simple(&bench, 2);
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
    bench_init_simple(&bench, 1);
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
        bench_init_simple(&bench, 1);
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
    bench_init_simple(&bench, 1);
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
    bench_init_simple(&bench, 1);
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
    const struct seat *seats = &engine->seats[engine_place(engine, 0, 0)];
    cr_expect_eq(engine_seat_state(engine, seats, &bench.bars[0]), SEAT_OUTSIDE);
    seats = &engine->seats[engine_place(engine, 0, 1)];
    cr_expect_eq(engine_seat_state(engine, seats, &bench.bars[1]), SEAT_DUE);
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
    bench_wish_with_confidence(0, 5, ACT_BUY, 100);
    bench_wish_with_confidence(0, 1, ACT_BUY, 500000);
    bench_wish_with_confidence(1, 0, ACT_BUY, 500000);
    bench_wish_with_confidence(0, 0, ACT_BUY, 500000);
    bench_wish_with_confidence(1, 2, ACT_BUY, 900000);
    bench_wish_with_confidence(1, 3, ACT_SELL, 10);
    bench_wish_with_confidence(0, 4, ACT_SELL, 5);
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
    bench_wish_with_confidence(0, 0, ACT_BUY, 1);
    bench_wish_with_confidence(0, 1, ACT_BUY, 2);
    bench_wish_with_confidence(0, 2, ACT_BUY, 3);
    bench_slice_at(&bench, USD(10));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 1);
    cr_assert_eq(bench_answer(&bench, EVENT_ORDER, 0)->instrument, 2);
    cr_assert_eq(bench.decides.engine->counters.refused_by[VERDICT_BUYING_POWER], 2);
    bench_finish(&bench);
}

/* ---- what a slice says ---- */

Test(engine, a_slice_says_what_the_account_came_to)
{
    struct bench bench;
    bench_init_simple(&bench, 2);
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
