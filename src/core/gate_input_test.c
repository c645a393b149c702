/* gate_input_test.c: what the gates look at, of an account that holds, enters and leaves. */
#include "core/gate_input.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

enum { INSTRUMENTS = 3, BOOKS = 2 };

static uint32_t declare(const int64_t *parameters, struct series_def *series)
{
    (void)parameters;
    series[0] = (struct series_def){.kind = SERIES_SMA, .window = 2};
    return 1;
}

static struct decision decide(const struct strategy_context *context)
{
    (void)context;
    return (struct decision){0};
}

static const struct strategy_def strategy = {.name = "none", .declare = declare, .decide = decide};

struct stage {
    void *memory;
    struct view *view;
    struct engine *engine;
    struct output output;
};

static void carve(struct stage *stage, struct arena *arena, const struct view_plan *view_plan,
                  const struct engine_plan *plan)
{
    stage->view = view_init(arena, view_plan);
    stage->engine = engine_init(arena, plan, stage->view, &stage->output);
}

/* $100,000, $1 a fill; the second book decides on daily bars. */
static struct engine *stage_init(struct stage *stage, enum calendar_id calendar, bool extended)
{
    const struct book_plan books[BOOKS] = {
        {.strategy = &strategy, .frame_ns = NS_PER_MIN},
        {.strategy = &strategy, .frame_ns = NS_PER_DAY},
    };
    const struct engine_plan plan = {.instrument_count = INSTRUMENTS,
                                     .book_count = BOOKS,
                                     .books = books,
                                     .commission_e9 = USD(1),
                                     .calendar = calendar,
                                     .extended_hours = extended,
                                     .multiplier = 2};
    struct view_plan view_plan = {.instrument_count = INSTRUMENTS, .bar_ns = NS_PER_MIN};
    cr_assert_eq(engine_declare(&plan, &view_plan), ERR_OK);
    struct arena arena;
    arena_init_measure(&arena);
    carve(stage, &arena, &view_plan, &plan);
    size_t size = arena.used;
    stage->memory = xcalloc_aligned(size);
    arena_init(&arena, stage->memory, size);
    carve(stage, &arena, &view_plan, &plan);
    engine_deposit(stage->engine, 0, USD(100000), &stage->output);
    const int64_t closes[INSTRUMENTS] = {USD(100), USD(50), USD(20)};
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        struct event bar = {.instrument = i, .bar = {.close_e9 = closes[i]}};
        view_take_bar(view_row(stage->view, i), &bar);
    }
    return stage->engine;
}

static int64_t at(const char *text)
{
    int64_t ts_ns = 0;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK, "%s", text);
    return ts_ns;
}

/* 10 shares of the first instrument, a minute before the close of a Friday. */
static struct gate_order ten_shares(void)
{
    return (struct gate_order){.ts_ns = at("2024-11-15T20:59:00Z"),
                               .qty_e9 = SHARES(10),
                               .reference_price_e9 = USD(100),
                               .type = ORDER_TYPE_MARKET,
                               .time_in_force = TIME_IN_FORCE_GTC};
}

/* A live trade that holds shares, worth `value_e9` in the ledger. */
static struct trade *hold(struct engine *engine, uint32_t book, uint32_t instrument, int64_t qty_e9,
                          int64_t value_e9, int64_t stop_price_e9)
{
    struct trade *trade = &engine->trades[engine_place(engine, book, instrument)];
    trade->id = 7 + book;
    trade->instrument = instrument;
    trade->book = (uint16_t)(book + 1);
    trade->state = qty_e9 > 0 ? TRADE_OPEN : TRADE_PENDING;
    trade->qty_e9 = qty_e9;
    trade->stop_price_e9 = stop_price_e9;
    engine->ledger.positions[instrument].qty_e9 += qty_e9;
    engine->ledger.positions[instrument].value_e9 += value_e9;
    engine->ledger.value_e9 += value_e9;
    engine->ledger.balance_e9[ACCOUNT_CASH] -= value_e9;
    engine->exposed_count += engine->live[instrument]++ == 0 ? 1 : 0;
    return trade;
}

/* What engine_show() does after each change: here the trades were changed by hand. */
static void show_all(struct engine *engine)
{
    for (uint32_t i = 0; i < engine->book_count * engine->instrument_count; i++) {
        engine->weights[i] = trade_weight(&engine->trades[i]);
    }
}

static void work(struct order *order, int64_t qty_e9, int64_t filled_e9, int64_t price_e9)
{
    *order = (struct order){.id = 99,
                            .qty_e9 = qty_e9,
                            .filled_e9 = filled_e9,
                            .reference_price_e9 = price_e9,
                            .state = ORDER_WORKING};
}

Test(gate_input, of_an_account_without_trades)
{
    struct stage stage;
    struct engine *engine = stage_init(&stage, CALENDAR_ALWAYS, false);
    struct gate_order order = ten_shares();
    struct gate_input input;
    memset(&input, 0xa5, sizeof input);
    gate_input_fill(engine, &order, &input);
    cr_expect_eq(input.limits, &engine->limits);
    cr_expect_eq(input.order_value_e9, USD(1000));
    cr_expect_eq(input.commission_e9, USD(1));
    cr_expect_eq(input.heat_e9, 0);
    cr_expect_eq(input.without_stop, 1, "this one");
    cr_expect_eq(input.exposure_e9, 0);
    cr_expect_eq(input.instrument_value_e9, 0);
    cr_expect_eq(input.entry_commission_e9, 0);
    cr_expect_eq(input.open_heat_e9, 0);
    cr_expect_eq(input.last_entry_ns, GATE_NEVER_NS);
    cr_expect_eq(input.session_entries, 1);
    cr_expect_eq(input.book_entries, 1);
    cr_expect_eq(input.open_positions, 1);
    cr_expect_eq(input.equity_e9, USD(100000));
    cr_expect_eq(input.session_equity_e9, USD(100000));
    cr_expect_eq(input.multiplier, 2);
    cr_expect(input.day_known && !input.waits && !input.rests && !input.sells && !input.halted);
    cr_expect_eq(input.session_open_ns, INT64_MIN);
    cr_expect_eq(input.session_close_ns, INT64_MAX);
    free(stage.memory);
}

/* Book 1 holds 10 shares at $100 with a stop at $95; book 2 enters 5 more at $101, 2 of which have
 * filled, without a stop; 4 shares at $50 with a stop at $48 have an exit on its way. */
Test(gate_input, counts_entries_in_full_and_exits_as_not_filled)
{
    struct stage stage;
    struct engine *engine = stage_init(&stage, CALENDAR_ALWAYS, false);
    (void)hold(engine, 0, 0, SHARES(10), USD(1000), USD(95));
    struct trade *entering = hold(engine, 1, 0, SHARES(2), USD(200), 0);
    work(&entering->entry, SHARES(5), SHARES(2), USD(101));
    struct trade *leaving = hold(engine, 0, 1, SHARES(4), USD(200), USD(48));
    work(&leaving->exit, SHARES(4), 0, USD(50));
    engine->counters.session_entries = 6;
    engine->books[0].session_entries = 4;
    engine->trades[0].entered_ns = at("2024-11-15T20:00:00Z");
    engine->closes = true; /* plans have stops */
    show_all(engine);

    struct gate_order order = ten_shares();
    order.stop_price_e9 = USD(97);
    struct gate_input input;
    gate_input_fill(engine, &order, &input);
    cr_expect_eq(input.heat_e9, USD(30));
    cr_expect_eq(input.open_heat_e9, USD(50) + USD(8), "%" PRId64, input.open_heat_e9);
    cr_expect_eq(input.without_stop, 1, "book 2's");
    cr_expect_eq(input.instrument_value_e9, USD(1000) + USD(200) + USD(303));
    cr_expect_eq(input.exposure_e9, USD(1400) + USD(303));
    cr_expect_eq(input.entry_commission_e9, USD(1));
    cr_expect_eq(input.position_qty_e9, SHARES(12));
    cr_expect_eq(input.open_positions, 2);
    cr_expect_eq(input.session_entries, 7);
    cr_expect_eq(input.book_entries, 5);
    cr_expect_eq(input.last_entry_ns, at("2024-11-15T20:00:00Z"));
    cr_expect_eq(input.equity_e9, USD(100000));

    entering->stop_price_e9 = USD(99);
    order.instrument = 2;
    gate_input_fill(engine, &order, &input);
    cr_expect_eq(input.open_heat_e9, USD(50) + USD(8) + USD(2) + USD(6), "held and to come");
    cr_expect_eq(input.open_positions, 3, "this one, too");
    cr_expect_eq(input.instrument_value_e9, 0);
    cr_expect_eq(input.exposure_e9, USD(1400) + USD(303));
    cr_expect_eq(input.last_entry_ns, GATE_NEVER_NS);
    free(stage.memory);
}

Test(gate_input, takes_a_limit_above_the_reference_at_its_worst)
{
    struct stage stage;
    struct engine *engine = stage_init(&stage, CALENDAR_ALWAYS, false);
    struct gate_order order = ten_shares();
    order.type = ORDER_TYPE_LIMIT;
    order.limit_price_e9 = USD(101);
    order.stop_price_e9 = USD(97);
    struct gate_input input;
    gate_input_fill(engine, &order, &input);
    cr_expect_eq(input.order_value_e9, USD(1010));
    cr_expect_eq(input.heat_e9, USD(40));
    order.limit_price_e9 = USD(99);
    gate_input_fill(engine, &order, &input);
    cr_expect_eq(input.order_value_e9, USD(1000), "may fill no dearer than it was decided on");
    cr_expect_eq(input.heat_e9, USD(30));
    free(stage.memory);
}

/* Without plans no trade has a stop, and only open entries are summed. */
Test(gate_input, counts_trades_without_plans)
{
    struct stage stage;
    struct engine *engine = stage_init(&stage, CALENDAR_ALWAYS, false);
    (void)hold(engine, 0, 0, SHARES(10), USD(1000), 0);
    (void)hold(engine, 1, 2, SHARES(10), USD(200), 0);
    struct trade *entering = hold(engine, 1, 1, 0, 0, 0);
    work(&entering->entry, SHARES(5), 0, USD(50));
    show_all(engine);
    struct gate_order order = ten_shares();
    struct gate_input input;
    gate_input_fill(engine, &order, &input);
    cr_expect_eq(input.without_stop, 4, "three and this one: %u", input.without_stop);
    cr_expect_eq(input.exposure_e9, USD(1200) + USD(250));
    cr_expect_eq(input.entry_commission_e9, USD(1));
    cr_expect_eq(input.open_heat_e9, 0);
    free(stage.memory);
}

Test(gate_input, knows_what_waits_and_what_rests)
{
    static const struct {
        uint32_t book;
        uint8_t type, time_in_force;
        bool waits, rests;
    } orders[] = {
        {0, ORDER_TYPE_MARKET, TIME_IN_FORCE_GTC, false, false},
        {0, ORDER_TYPE_MARKET, TIME_IN_FORCE_DAY, false, false},
        {0, ORDER_TYPE_MARKET, TIME_IN_FORCE_OPG, true,  false},
        {0, ORDER_TYPE_LIMIT,  TIME_IN_FORCE_GTC, false, true },
        {0, ORDER_TYPE_LIMIT,  TIME_IN_FORCE_DAY, false, false},
        {0, ORDER_TYPE_LIMIT,  TIME_IN_FORCE_IOC, false, false},
        {0, ORDER_TYPE_LIMIT,  TIME_IN_FORCE_OPG, true,  false},
        {1, ORDER_TYPE_MARKET, TIME_IN_FORCE_GTC, true,  false}, /* daily bars */
    };
    struct stage stage;
    struct engine *engine = stage_init(&stage, CALENDAR_XNYS, false);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct gate_order order = ten_shares();
        order.book = orders[i].book;
        order.type = orders[i].type;
        order.time_in_force = orders[i].time_in_force;
        struct gate_input input;
        gate_input_fill(engine, &order, &input);
        cr_expect_eq(input.waits, orders[i].waits, "row %zu", i);
        cr_expect_eq(input.rests, orders[i].rests, "row %zu", i);
    }
    free(stage.memory);
}

/* Sessions of the New York Stock Exchange as it published them. */
static const struct {
    const char *what, *now, *open, *close;
    bool extended;
    enum verdict verdict; /* of a market order, limits wide */
} sessions[] = {
  /* clang-format off */
    {"a Friday", "2024-11-15T20:59:00Z", "2024-11-15T14:30:00Z", "2024-11-15T21:00:00Z", false, VERDICT_PASS},
    {"its last bar", "2024-11-15T21:00:00Z", "2024-11-15T14:30:00Z", "2024-11-15T21:00:00Z", false, VERDICT_SESSION_ENDING},
    {"its evening", "2024-11-15T21:01:00Z", "2024-11-15T14:30:00Z", "2024-11-15T21:00:00Z", false, VERDICT_SESSION_CLOSED},
    {"its evening, extended", "2024-11-15T21:01:00Z", "2024-11-15T09:00:00Z", "2024-11-16T01:00:00Z", true, VERDICT_PASS},
    {"the last evening bar", "2024-11-16T01:00:00Z", "2024-11-15T09:00:00Z", "2024-11-16T01:00:00Z", true, VERDICT_SESSION_ENDING},
    {"the Saturday", "2024-11-16T15:00:00Z", "2024-11-18T14:30:00Z", "2024-11-18T21:00:00Z", false, VERDICT_SESSION_CLOSED},
    {"summer time", "2024-07-01T13:31:00Z", "2024-07-01T13:30:00Z", "2024-07-01T20:00:00Z", false, VERDICT_PASS},
    {"the day after Thanksgiving", "2024-11-29T18:00:00Z", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z", false, VERDICT_SESSION_ENDING},
    {"Christmas", "2024-12-25T16:00:00Z", "2024-12-26T14:30:00Z", "2024-12-26T21:00:00Z", false, VERDICT_SESSION_CLOSED},
    {"a year that no calendar knows", "2060-01-05T16:00:00Z", NULL, NULL, false, VERDICT_UNKNOWN_DAY},
  /* clang-format on */
};

/* Two bars of the first instrument, one behind the other, the second ending at now. */
static void trade_until(const struct stage *stage, int64_t now_ns)
{
    for (int bars = 1; bars >= 0; bars--) {
        int64_t end_ns = now_ns - bars * NS_PER_MIN;
        struct event bar = {.ts_ns = end_ns, .src_ns = end_ns - NS_PER_MIN};
        bar.bar = (struct event_bar){USD(100), USD(100), USD(100), USD(100), 1};
        view_take_bar(view_row(stage->view, 0), &bar);
    }
}

Test(gate_input, finds_the_session)
{
    struct limits wide;
#define X(field, key, kind, noun, help) wide.field = (struct limit){LIMIT_CASH, INT64_MAX};
    LIMIT_LIST(X)
#undef X
    wide.entry_interval.value = 0;
    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
        struct stage stage;
        struct engine *engine = stage_init(&stage, CALENDAR_XNYS, sessions[i].extended);
        engine->limits = wide;
        struct gate_order order = ten_shares();
        order.ts_ns = at(sessions[i].now);
        trade_until(&stage, order.ts_ns);
        struct gate_input input;
        gate_input_fill(engine, &order, &input);
        const char *what = sessions[i].what;
        cr_expect_eq(input.session_open_ns,
                     sessions[i].open == NULL ? INT64_MAX : at(sessions[i].open), "%s", what);
        cr_expect_eq(input.session_close_ns,
                     sessions[i].close == NULL ? INT64_MAX : at(sessions[i].close), "%s", what);
        struct gate_result result = gates_entry(&input);
        cr_expect_eq(result.verdict, sessions[i].verdict, "%s: %s", what,
                     verdict_text(result.verdict));
        free(stage.memory);
    }
}

/* Each amount that leaves int64 is refused as bad value, and none of them makes another good. */
Test(gate_input, marks_what_cannot_be_computed)
{
    for (int broken = 0; broken < 6; broken++) {
        struct stage stage;
        struct engine *engine = stage_init(&stage, CALENDAR_ALWAYS, false);
        struct trade *held = hold(engine, 0, 0, SHARES(10), USD(1000), USD(95));
        struct gate_order order = ten_shares();
        if (broken == 0) {
            order.qty_e9 = SHARES(1000000000);
        } else if (broken == 1) {
            work(&held->entry, SHARES(1000000000), 0, USD(100));
        } else if (broken == 2) {
            held->qty_e9 = INT64_MAX;
        } else if (broken == 3) {
            engine->ledger.value_e9 = INT64_MAX;
        } else if (broken == 4) {
            engine->ledger.positions[0].value_e9 = INT64_MAX;
            work(&held->entry, SHARES(1), 0, USD(100));
        } else {
            order.stop_price_e9 = 1;
            order.qty_e9 = SHARES(92233721);
        }
        engine->closes = true;
        show_all(engine);
        struct gate_input input;
        gate_input_fill(engine, &order, &input);
        cr_expect_eq(gates_entry(&input).verdict, VERDICT_BAD_VALUE, "case %d: %s", broken,
                     verdict_text(gates_entry(&input).verdict));
        free(stage.memory);
    }
}
