/* closer_test.c: the rules of docs/closer.md, by their names. */
#include "core/engine_test.h"

#define PRICE(dollars)                                                                             \
    {                                                                                              \
        EXIT_PRICE, (int64_t)((dollars)*1e9)                                                       \
    }
#define CENTS(amount) ((int64_t)(amount)*MONEY_E9 / 100)

/* A book of 100 shares that was entered at the price, with that plan. */
static uint64_t enter(struct bench *bench, struct exit_plan exits, int64_t price_e9)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = exits;
    bench_init(bench, &plan);
    uint64_t entry = bench_buy(bench, 0, 0, price_e9);
    bench_say(bench, EVENT_ACCEPTED, 0, entry);
    if (exits.at_broker) {
        return entry;
    }
    bench_fill(bench, 0, entry, SHARES(100), price_e9);
    return entry;
}

/* The order of the last answers that asks for that, or NULL. */
static const struct event *find_order(const struct bench *bench, enum order_role role,
                                      enum order_action action)
{
    for (uint32_t i = 0; i < bench_answers(bench, EVENT_ORDER); i++) {
        const struct event *order = bench_answer(bench, EVENT_ORDER, i);
        if (event_order_role(order) == role && order->order.action == action) {
            return order;
        }
    }
    return NULL;
}

/* The exit sent for that cause, else a failure. */
static uint64_t assert_exit(const struct bench *bench, enum exit_cause cause, int64_t qty_e9)
{
    const struct event *exit = find_order(bench, ORDER_ROLE_EXIT, ORDER_ACTION_SUBMIT);
    cr_assert_not_null(exit, "no exit by %s", exit_cause_text((uint8_t)cause));
    cr_assert_eq(event_order_cause(exit), cause, "%s", exit_cause_text(event_order_cause(exit)));
    cr_assert_eq(exit->order.qty_e9, qty_e9);
    cr_assert_eq(exit->order.type, ORDER_TYPE_MARKET);
    return exit->order.order_id;
}

static void assert_quiet(const struct bench *bench)
{
    cr_assert_eq(bench->decides.output.send_count, 0);
}

/* Fills the exit and expects the trade closed by that cause. */
static void fill_exit(struct bench *bench, uint64_t exit, enum exit_cause cause, int64_t price_e9)
{
    bench_fill(bench, 0, exit, bench_trade(bench, 0, 0)->qty_e9, price_e9);
    const struct event *trade = bench_answer(bench, EVENT_TRADE, 0);
    cr_assert_not_null(trade);
    cr_assert_eq(trade->flags, TRADE_CLOSED);
    cr_assert_eq(trade->trade.exit_cause, cause);
}

/* ---- the rules ---- */

Test(closer, prices_by_every_unit_and_to_the_tick)
{
    static const struct {
        const char *what;
        struct exit_distance target, stop, trailing;
        int64_t price_e9, atr_e9;
        struct closer_prices want;
    } cases[] = {
        {"dollars",
         {EXIT_PRICE, USD(3)},
         {EXIT_PRICE, USD(2)},
         {0},
         USD(100),
         0,                                                                   {USD(103), USD(98), 0}               },
        {"shares of the price",
         {EXIT_PPM, 50000},
         {EXIT_PPM, 20000},
         {EXIT_PPM, 10000},
         USD(200),
         0,                                                                   {USD(210), USD(196), USD(2)}         },
        {"ranges",
         {EXIT_ATR, 3000000},
         {EXIT_ATR, 1500000},
         {0},
         USD(50),
         USD(2),
         {USD(56), USD(47), 0}                                                                                     },
        {"between ticks",
         {EXIT_PPM, 333},
         {EXIT_PPM, 333},
         {0},
         USD(100),
         0,                                                                   {CENTS(10003), CENTS(9997), 0}       },
        {"a cent at least",
         {EXIT_PPM, 1},
         {EXIT_PPM, 1},
         {EXIT_PPM, 1},
         USD(100),
         0,                                                                   {CENTS(10001), CENTS(9999), CENTS(1)}},
        {"an entry between ticks",
         {EXIT_PRICE, CENTS(1)},
         {EXIT_PRICE, CENTS(1)},
         {0},
         USD(100) + CENTS(1) / 2,
         0,                                                                   {CENTS(10002), CENTS(9999), 0}       },
        {"below a dollar",
         {EXIT_PPM, 100000},
         {EXIT_PPM, 100000},
         {0},
         CENTS(50),
         0,                                                                   {CENTS(55), CENTS(45), 0}            },
        {"a stop below nothing",   {0}, {EXIT_PRICE, USD(5)}, {0}, USD(3), 0, {0, 0, 0}                            },
        {"nothing",                {0}, {0},                  {0}, USD(3), 0, {0, 0, 0}                            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct exit_plan plan = {
            .target = cases[i].target, .stop = cases[i].stop, .trailing = cases[i].trailing};
        struct closer_prices got = closer_prices(&plan, cases[i].price_e9, cases[i].atr_e9);
        cr_expect_eq(got.target_e9, cases[i].want.target_e9, "%s: %" PRId64, cases[i].what,
                     got.target_e9);
        cr_expect_eq(got.stop_e9, cases[i].want.stop_e9, "%s: %" PRId64, cases[i].what,
                     got.stop_e9);
        cr_expect_eq(got.trail_e9, cases[i].want.trail_e9, "%s: %" PRId64, cases[i].what,
                     got.trail_e9);
    }
    cr_expect_eq(closer_limit_price_e9(USD(100), 1000), CENTS(10010));
    cr_expect_eq(closer_limit_price_e9(USD(100), -1234), CENTS(9987), "down to the tick");
}

Test(closer, target)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.target = PRICE(2)}, USD(10));
    bench_slice_at(&bench, CENTS(1199));
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(12));
    uint64_t exit = assert_exit(&bench, EXIT_CAUSE_TARGET, SHARES(100));
    bench_slice_at(&bench, USD(13));
    assert_quiet(&bench); /* one exit is on its way */
    fill_exit(&bench, exit, EXIT_CAUSE_TARGET, USD(13));
    bench_finish(&bench);
}

Test(closer, stop)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.stop = PRICE(1)}, USD(10));
    bench_slice_at(&bench, CENTS(901));
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(9));
    fill_exit(&bench, assert_exit(&bench, EXIT_CAUSE_STOP, SHARES(100)), EXIT_CAUSE_STOP, USD(8));
    bench_finish(&bench);
}

Test(closer, trailing_ratchets)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.trailing = PRICE(1)}, USD(10));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    bench_slice_at(&bench, USD(12));
    cr_assert_eq(trade->exits.best_e9, USD(12));
    bench_slice_at(&bench, CENTS(1150));
    cr_assert_eq(trade->exits.best_e9, USD(12), "it never moves down");
    bench_slice_at(&bench, CENTS(1101));
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(11));
    (void)assert_exit(&bench, EXIT_CAUSE_TRAILING, SHARES(100));
    bench_finish(&bench);
}

Test(closer, average_true_ranges_are_those_of_the_decision)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = (struct exit_plan){
        .stop = {EXIT_ATR, 2000000},
          .atr_window = 3
    };
    bench_init(&bench, &plan);
    const int64_t closes[] = {10, 11, 9, 12, 13};
    for (size_t i = 0; i < 4; i++) {
        bench_wish(0, 0, ACT_BUY); /* not asked before the ranges are there */
        bench_slice_at(&bench, USD(closes[i]));
        cr_assert_eq(bench_answers(&bench, EVENT_ORDER), i < 3 ? 0 : 1, "bar %zu", i);
    }
    /* True ranges 1, 2, 3: the mean of the first three. */
    uint64_t entry = bench_answer(&bench, EVENT_ORDER, 0)->order.order_id;
    bench_fill(&bench, 0, entry, SHARES(100), USD(12));
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.atr_e9, USD(2));
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.stop_e9, USD(8));
    bench_slice_at(&bench, USD(8));
    (void)assert_exit(&bench, EXIT_CAUSE_STOP, SHARES(100));
    bench_finish(&bench);
}

Test(closer, time_limit)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.time_limit_ns = 3 * NS_PER_MIN}, USD(10));
    bench_slice_at(&bench, USD(10));
    bench_slice_at(&bench, USD(10));
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(10));
    (void)assert_exit(&bench, EXIT_CAUSE_TIME, SHARES(100));
    bench_finish(&bench);
}

Test(closer, time_limit_in_bars)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.time_limit_bars = 2}, USD(10));
    bench_slice_at(&bench, USD(10));
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(10));
    (void)assert_exit(&bench, EXIT_CAUSE_TIME, SHARES(100));
    bench_finish(&bench);
}

/* Bars of five minutes out of bars of one: also when the one that ends a frame did not come. */
Test(closer, time_limit_counts_bars_of_the_frame)
{
    const struct exit_plan plan = {.time_limit_bars = 2};
    const int64_t day = 19724 * NS_PER_DAY;
    static const struct {
        int64_t minutes[8];
        size_t last; /* the bar that closes the trade */
    } cases[] = {
        {{3, 4, 5, 6, 9, 10}, 5},
        {{3, 6, 7, 8, 10},    4},
        {{4, 8, 12},          2},
        {{5, 10},             1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exits exits;
        closer_begin(&exits, 0);
        closer_take_entry(&plan, &exits, USD(10), day, true);
        for (size_t k = 0; k <= cases[i].last; k++) {
            struct event bar = {.ts_ns = day + cases[i].minutes[k] * NS_PER_MIN,
                                .bar = {.close_e9 = USD(10)}};
            bar.src_ns = bar.ts_ns - NS_PER_MIN;
            enum exit_cause cause =
                closer_take_bar(&plan, CALENDAR_ALWAYS, 5 * NS_PER_MIN, &exits, &bar);
            cr_expect_eq(cause, k == cases[i].last ? EXIT_CAUSE_TIME : EXIT_CAUSE_NONE,
                         "case %zu, bar %zu", i, k);
        }
    }
}

/* 2024-01-02 in New York: 14:30 to 21:00 UTC. */
Test(closer, flat_before_close)
{
    static const struct {
        int64_t before_ns, bar_ns, exit_ns; /* before the close */
    } cases[] = {
        {15 * NS_PER_MIN, NS_PER_MIN,     15 * NS_PER_MIN},
        {1,               5 * NS_PER_MIN, 5 * NS_PER_MIN },
    };
    const int64_t close_ns = 19724 * NS_PER_DAY + 21 * 60 * NS_PER_MIN;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct exit_plan plan = {.flat_before_close_ns = cases[i].before_ns};
        struct exits exits;
        closer_begin(&exits, 0);
        closer_take_entry(&plan, &exits, USD(10), close_ns - 60 * NS_PER_MIN, true);
        int64_t ts_ns = close_ns - 59 * NS_PER_MIN;
        struct event bar = {
            .ts_ns = ts_ns, .src_ns = ts_ns - cases[i].bar_ns, .bar = {.close_e9 = USD(10)}};
        cr_expect_eq(closer_take_bar(&plan, CALENDAR_XNYS, 0, &exits, &bar), EXIT_CAUSE_NONE);
        cr_expect_eq(closer_take_time(&exits, close_ns - cases[i].exit_ns - 1), EXIT_CAUSE_NONE);
        cr_expect_eq(closer_take_time(&exits, close_ns - cases[i].exit_ns), EXIT_CAUSE_FLAT);
    }
}

Test(closer, opposite_signal)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.stop = PRICE(1), .opposite_signal = true}, USD(10));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    (void)assert_exit(&bench, EXIT_CAUSE_SIGNAL, SHARES(100));
    bench_finish(&bench);
    enter(&bench, (struct exit_plan){.stop = PRICE(1)}, USD(10));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    assert_quiet(&bench);
    cr_assert_eq(bench_answers(&bench, EVENT_DECISION), 0);
    bench_finish(&bench);
}

Test(closer, exits_come_first)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    plan.exits = (struct exit_plan){.stop = PRICE(1), .opposite_signal = true};
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 1, USD(10));
    bench_fill(&bench, 1, entry, SHARES(100), USD(10));
    bench_wish(0, 0, ACT_BUY);
    bench_wish(0, 1, ACT_SELL); /* comes too late: the Closer has it */
    bench_slice_at(&bench, USD(9));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 2);
    cr_assert_eq(bench_answers(&bench, EVENT_DECISION), 1);
    const struct event *first = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_eq(event_order_cause(first), EXIT_CAUSE_STOP);
    cr_assert_eq(first->instrument, 1);
    bench_finish(&bench);
}

Test(closer, rearm_after_stop)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.stop = PRICE(1), .opposite_signal = true}, USD(10));
    bench_slice_at(&bench, USD(9));
    uint64_t exit = assert_exit(&bench, EXIT_CAUSE_STOP, SHARES(100));
    fill_exit(&bench, exit, EXIT_CAUSE_STOP, USD(9));
    for (int i = 0; i < 3; i++) {
        bench_wish(0, 0, ACT_BUY);
        bench_slice_at(&bench, USD(9));
        assert_quiet(&bench);
        cr_assert_eq(bench_answers(&bench, EVENT_NOTICE), 0);
    }
    bench_slice_at(&bench, USD(9)); /* it says hold */
    cr_assert_eq(bench_answer(&bench, EVENT_NOTICE, 0)->flags, NOTICE_REARMED);
    bench_wish(0, 0, ACT_BUY);
    bench_slice_at(&bench, USD(9));
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_ENTRY, ORDER_ACTION_SUBMIT));
    bench_finish(&bench);
}

Test(closer, a_target_needs_no_rearming)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.target = PRICE(1)}, USD(10));
    bench_slice_at(&bench, USD(11));
    uint64_t exit = assert_exit(&bench, EXIT_CAUSE_TARGET, SHARES(100));
    fill_exit(&bench, exit, EXIT_CAUSE_TARGET, USD(11));
    bench_wish(0, 0, ACT_BUY);
    bench_slice_at(&bench, USD(9));
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_ENTRY, ORDER_ACTION_SUBMIT));
    bench_finish(&bench);
}

/* ---- fills in parts ---- */

Test(closer, partial_entry)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = (struct exit_plan){.stop = PRICE(1)};
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(40), USD(10));
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.stop_e9, USD(9));
    bench_fill(&bench, 0, entry, SHARES(40), USD(12));
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.stop_e9, USD(10), "from the average");
    bench_slice_at(&bench, USD(10));
    cr_assert_null(find_order(&bench, ORDER_ROLE_EXIT, ORDER_ACTION_SUBMIT), "the entry first");
    const struct event *cancel = find_order(&bench, ORDER_ROLE_ENTRY, ORDER_ACTION_CANCEL);
    cr_assert_not_null(cancel);
    cr_assert_eq(event_order_cause(cancel), EXIT_CAUSE_STOP);
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    (void)assert_exit(&bench, EXIT_CAUSE_STOP, SHARES(80));
    bench_finish(&bench);
}

#define RESTING                                                                                    \
    (struct exit_plan)                                                                             \
    {                                                                                              \
        .target = PRICE(2), .stop = PRICE(1), .at_broker = true, .opposite_signal = true           \
    }

/* An entry that went as a bracket, its exits accepted. */
static void enter_bracket(struct bench *bench, uint64_t *entry, uint64_t *target, uint64_t *stop)
{
    *entry = enter(bench, RESTING, USD(10));
    *target = order_id_make(1, ORDER_ROLE_TARGET, 1);
    *stop = order_id_make(1, ORDER_ROLE_STOP, 1);
    bench_say(bench, EVENT_ACCEPTED, 0, *target);
    bench_say(bench, EVENT_ACCEPTED, 0, *stop);
}

Test(closer, a_bracket_goes_with_the_entry)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = RESTING;
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    cr_assert_eq(bench.decides.output.send_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct event *order = bench_answer(&bench, EVENT_ORDER, i);
        cr_assert_eq(order->order.order_class, ORDER_CLASS_BRACKET);
        cr_assert_eq(((const struct order_request *)order)->terms.group, entry);
        cr_assert_eq(order->order.qty_e9, SHARES(100));
    }
    const struct event *target = bench_answer(&bench, EVENT_ORDER, 1);
    const struct event *stop = bench_answer(&bench, EVENT_ORDER, 2);
    cr_assert_eq(target->order.type, ORDER_TYPE_LIMIT);
    cr_assert_eq(target->order.limit_price_e9, USD(12));
    cr_assert_eq(stop->order.type, ORDER_TYPE_STOP);
    cr_assert_eq(((const struct order_request *)stop)->terms.stop_price_e9, USD(9));
    bench_finish(&bench);
}

Test(closer, a_bracket_that_is_refused_leaves_nothing)
{
    struct bench bench;
    uint64_t entry = enter(&bench, RESTING, USD(10));
    bench_say(&bench, EVENT_REJECTED, 0, entry);
    cr_assert_eq(bench_answers(&bench, EVENT_TRADE), 0, "its exits are still on their way");
    bench_say(&bench, EVENT_REJECTED, 0, order_id_make(1, ORDER_ROLE_TARGET, 1));
    bench_say(&bench, EVENT_REJECTED, 0, order_id_make(1, ORDER_ROLE_STOP, 1));
    cr_assert_eq(bench_answer(&bench, EVENT_TRADE, 0)->flags, TRADE_VOID);
    bench_finish(&bench);
}

Test(closer, partial_entry_at_broker)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(30), USD(10));
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(10)); /* a minute: more than three seconds */
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_ENTRY, ORDER_ACTION_CANCEL));
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    assert_quiet(&bench);
    cr_assert_eq(bench_trade(&bench, 0, 0)->target.qty_e9, SHARES(30));
    cr_assert_eq(bench_trade(&bench, 0, 0)->stop.qty_e9, SHARES(30));
    bench_fill(&bench, 0, target, SHARES(30), USD(12));
    bench_say(&bench, EVENT_CANCELED, 0, stop);
    const struct event *trade = bench_answer(&bench, EVENT_TRADE, 0);
    cr_assert_eq(trade->flags, TRADE_CLOSED);
    cr_assert_eq(trade->trade.exit_cause, EXIT_CAUSE_TARGET);
    bench_finish(&bench);
}

/* A broker that ends the bracket's exits with the entry. */
Test(closer, protection_follows_entry)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(30), USD(11));
    bench_slice_at(&bench, USD(11));
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    bench_say(&bench, EVENT_CANCELED, 0, target);
    assert_quiet(&bench);
    bench_say(&bench, EVENT_CANCELED, 0, stop);
    cr_assert_eq(bench.decides.output.send_count, 2);
    const struct event *new_target = find_order(&bench, ORDER_ROLE_TARGET, ORDER_ACTION_SUBMIT);
    const struct event *new_stop = find_order(&bench, ORDER_ROLE_STOP, ORDER_ACTION_SUBMIT);
    cr_assert_eq(new_target->order.order_class, ORDER_CLASS_OCO);
    cr_assert_eq(new_target->order.qty_e9, SHARES(30));
    cr_assert_eq(new_target->order.limit_price_e9, USD(13), "from the average");
    cr_assert_eq(((const struct order_request *)new_stop)->terms.stop_price_e9, USD(10));
    cr_assert_eq(((const struct order_request *)new_stop)->terms.group, new_target->order.order_id);
    bench_finish(&bench);
}

Test(closer, partial_exit)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_fill(&bench, 0, target, SHARES(60), USD(12));
    cr_assert_eq(bench_trade(&bench, 0, 0)->stop.qty_e9, SHARES(40), "it loses what filled");
    bench_fill(&bench, 0, stop, SHARES(40), USD(9));
    cr_assert_eq(bench_answers(&bench, EVENT_TRADE), 0, "the target may still work");
    bench_say(&bench, EVENT_CANCELED, 0, target);
    const struct event *trade = bench_answer(&bench, EVENT_TRADE, 0);
    cr_assert_eq(trade->flags, TRADE_CLOSED);
    cr_assert_eq(trade->trade.exit_cause, EXIT_CAUSE_STOP, "the last that filled");
    bench_finish(&bench);
}

Test(closer, only_a_trailing_stop_rests)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = (struct exit_plan){.trailing = PRICE(1), .at_broker = true};
    bench_init(&bench, &plan);
    (void)bench_buy(&bench, 0, 0, USD(10));
    const struct event *stop = find_order(&bench, ORDER_ROLE_STOP, ORDER_ACTION_SUBMIT);
    cr_assert_eq(bench.decides.output.send_count, 2);
    cr_assert_eq(stop->order.order_class, ORDER_CLASS_OTO);
    cr_assert_eq(stop->order.type, ORDER_TYPE_TRAILING_STOP);
    cr_assert_eq(((const struct order_request *)stop)->terms.trail, USD(1));
    bench_finish(&bench);
}

/* ---- one way out ---- */

Test(closer, one_step_at_a_time)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    cr_assert_eq(bench.decides.output.send_count, 1, "the broker ends both exits together");
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_TARGET, ORDER_ACTION_CANCEL));
    bench_slice_at(&bench, USD(11));
    assert_quiet(&bench);
    bench_say(&bench, EVENT_CANCELED, 0, target);
    assert_quiet(&bench);
    bench_say(&bench, EVENT_CANCELED, 0, stop);
    uint64_t exit = assert_exit(&bench, EXIT_CAUSE_SIGNAL, SHARES(100));
    fill_exit(&bench, exit, EXIT_CAUSE_SIGNAL, USD(11));
    bench_finish(&bench);
}

Test(closer, late_fill_counts)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    bench_fill(&bench, 0, target, SHARES(70), USD(12)); /* before the cancel arrives */
    assert_quiet(&bench);
    bench_say(&bench, EVENT_CANCELED, 0, target);
    bench_say(&bench, EVENT_CANCELED, 0, stop);
    (void)assert_exit(&bench, EXIT_CAUSE_SIGNAL, SHARES(30));
    bench_finish(&bench);
}

Test(closer, a_late_fill_of_all_leaves_nothing_to_sell)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    bench_fill(&bench, 0, stop, SHARES(100), USD(9));
    bench_say(&bench, EVENT_CANCEL_REJECTED, 0, target);
    assert_quiet(&bench);
    bench_say(&bench, EVENT_CANCELED, 0, target);
    assert_quiet(&bench);
    cr_assert_eq(bench_answer(&bench, EVENT_TRADE, 0)->trade.exit_cause, EXIT_CAUSE_STOP);
    bench_finish(&bench);
}

Test(closer, a_refused_step_is_tried_with_the_next_slice)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.stop = PRICE(1)}, USD(10));
    bench_slice_at(&bench, USD(9));
    uint64_t exit = assert_exit(&bench, EXIT_CAUSE_STOP, SHARES(100));
    bench_say(&bench, EVENT_REJECTED, 0, exit);
    assert_quiet(&bench);
    bench_slice_at(&bench, USD(20)); /* back above: it stays decided */
    uint64_t again = assert_exit(&bench, EXIT_CAUSE_STOP, SHARES(100));
    cr_assert_neq(again, exit);
    bench_finish(&bench);
}

/* ---- repair ---- */

Test(closer, repair)
{
    struct bench bench;
    uint64_t entry, target, stop;
    enter_bracket(&bench, &entry, &target, &stop);
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_slice_at(&bench, USD(10));
    bench_say(&bench, EVENT_EXPIRED, 0, target);
    bench_say(&bench, EVENT_EXPIRED, 0, stop);
    cr_assert_eq(bench_answer(&bench, EVENT_NOTICE, 0)->flags, NOTICE_UNPROTECTED);
    cr_assert_eq(bench.decides.engine->counters.unprotected, 1);
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_TARGET, ORDER_ACTION_SUBMIT));
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_STOP, ORDER_ACTION_SUBMIT));
    bench_finish(&bench);
}

/* ---- entries, cash, splits ---- */

Test(closer, entries_go_as_configured)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.entry = (struct entry_plan){ORDER_TYPE_LIMIT, 1000, TIME_IN_FORCE_DAY};
    bench_init(&bench, &plan);
    (void)bench_buy(&bench, 0, 0, USD(100));
    const struct event *entry = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_eq(entry->order.type, ORDER_TYPE_LIMIT);
    cr_assert_eq(entry->order.limit_price_e9, CENTS(10010));
    cr_assert_eq(entry->order.reference_price_e9, USD(100));
    cr_assert_eq(entry->order.time_in_force, TIME_IN_FORCE_DAY);
    bench_finish(&bench);
}

Test(closer, dividends_and_interest_have_their_accounts)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.stop = PRICE(1)}, USD(10));
    const struct ledger *ledger = &bench.decides.engine->ledger;
    int64_t cash_e9 = ledger_cash_e9(ledger);
    bench_cash(&bench, 0, CASH_DIVIDEND, USD(25), 0);
    bench_cash(&bench, 0, CASH_INTEREST, -USD(3), 0);
    cr_assert_eq(ledger_cash_e9(ledger), cash_e9 + USD(22));
    cr_assert_eq(ledger->balance_e9[ACCOUNT_DIVIDENDS], -USD(25));
    cr_assert_eq(ledger->balance_e9[ACCOUNT_INTEREST], USD(3));
    cr_assert_eq(bench_trade(&bench, 0, 0)->realized_e9, 0);
    bench_finish(&bench);
}
