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

enum { INSTRUMENTS = 3, BOOKS = 2, MANY_BOOKS = 11 };

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

/* Of the first book's plan. */
static int64_t stage_flat_ns;

/* $100,000, $1 a fill; all books but the first decide on daily bars. */
static struct engine *stage_init_books(struct stage *stage, uint32_t book_count,
                                       enum calendar_id calendar, bool extended)
{
    struct book_plan books[MANY_BOOKS];
    for (uint32_t i = 0; i < MANY_BOOKS; i++) {
        books[i] = (struct book_plan){.strategy = &strategy, .frame_ns = NS_PER_DAY};
    }
    books[0].frame_ns = NS_PER_MIN;
    books[0].exits.flat_before_close_ns = stage_flat_ns;
    const struct engine_plan plan = {.instrument_count = INSTRUMENTS,
                                     .book_count = book_count,
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

static struct engine *stage_init(struct stage *stage, enum calendar_id calendar, bool extended)
{
    return stage_init_books(stage, BOOKS, calendar, extended);
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

/* ---- the sums over many trades ---- */

static uint64_t random_below(uint64_t end)
{
    static uint64_t state = 0x9e3779b97f4a7c15;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % end;
}

/* A place as it may be: empty, ended, entering, held, or both; with and without a stop. */
static void randomize(struct engine *engine, uint32_t book, uint32_t instrument)
{
    static const uint8_t states[] = {TRADE_NONE, TRADE_PENDING, TRADE_OPEN, TRADE_CLOSED,
                                     TRADE_VOID};
    struct trade *trade = &engine->trades[engine_place(engine, book, instrument)];
    *trade = (struct trade){.instrument = instrument, .book = (uint16_t)(book + 1)};
    trade->state = states[random_below(sizeof states)];
    if (trade_is_live(trade)) {
        engine->live[instrument]++;
    }
    trade->qty_e9 = trade->state == TRADE_OPEN ? SHARES(1 + random_below(20)) : 0;
    trade->stop_price_e9 = engine->closes && random_below(2) == 0 ? USD(1 + random_below(19)) : 0;
    if (trade->state != TRADE_NONE && random_below(3) == 0) {
        int64_t qty_e9 = SHARES(1 + random_below(20));
        work(&trade->entry, qty_e9, SHARES(random_below(2)) * (qty_e9 > SHARES(1)),
             USD(20 + random_below(100)));
    }
}

/* The same sums, reckoned by looking at every trade. */
static struct gate_input plain_sums(const struct engine *engine, uint32_t instrument)
{
    struct gate_input sums = {.without_stop = 1}; /* the order itself */
    for (uint32_t i = 0; i < engine->book_count * engine->instrument_count; i++) {
        const struct trade *trade = &engine->trades[i];
        const struct order *entry = &trade->entry;
        bool enters = order_is_working(entry);
        int64_t shares = enters ? (entry->qty_e9 - entry->filled_e9) / MONEY_E9 : 0;
        int64_t held = trade->qty_e9 / MONEY_E9;
        int64_t price_e9 = entry->reference_price_e9;
        sums.exposure_e9 += shares * price_e9;
        sums.instrument_value_e9 += trade->instrument == instrument ? shares * price_e9 : 0;
        sums.entry_commission_e9 += enters ? USD(1) : 0;
        if (!enters && !trade_is_live(trade)) {
            continue;
        }
        sums.without_stop += trade->stop_price_e9 == 0 ? 1 : 0;
        if (trade->stop_price_e9 != 0) {
            int64_t close_e9 = view_close_e9(engine->view, trade->instrument);
            sums.open_heat_e9 += held * (close_e9 - trade->stop_price_e9);
            sums.open_heat_e9 += shares * (price_e9 - trade->stop_price_e9);
        }
    }
    return sums;
}

/* Books from 1 to many: the places fill one word of eight, several, and the last one or not. */
Test(gate_input, sums_are_those_of_every_trade_looked_at)
{
    for (int round = 0; round < 2000; round++) {
        struct stage stage;
        uint32_t book_count = 1 + (uint32_t)round % MANY_BOOKS;
        struct engine *engine = stage_init_books(&stage, book_count, CALENDAR_ALWAYS, false);
        engine->closes = random_below(2) == 0;
        for (uint32_t i = 0; i < book_count * INSTRUMENTS; i++) {
            randomize(engine, i / INSTRUMENTS, i % INSTRUMENTS);
        }
        show_all(engine);
        struct gate_order order = ten_shares();
        order.instrument = (uint32_t)random_below(INSTRUMENTS);
        struct gate_input input;
        gate_input_fill(engine, &order, &input);
        struct gate_input plain = plain_sums(engine, order.instrument);
        cr_assert_eq(input.without_stop, plain.without_stop, "round %d: %u, not %u", round,
                     input.without_stop, plain.without_stop);
        cr_assert_eq(input.exposure_e9, plain.exposure_e9, "round %d", round);
        cr_assert_eq(input.instrument_value_e9, plain.instrument_value_e9, "round %d", round);
        cr_assert_eq(input.entry_commission_e9, plain.entry_commission_e9, "round %d", round);
        cr_assert_eq(input.open_heat_e9, plain.open_heat_e9, "round %d", round);
        free(stage.memory);
    }
}

/* One amount beyond int64, or a sum of two, whatever is added behind it. */
Test(gate_input, a_sum_out_of_range_stays_so)
{
    const int64_t dear = PRICE_E9_MAX;
    static const struct {
        const char *what;
        int64_t shares[INSTRUMENTS]; /* of each book's entry, at the highest price there is */
        bool fits;
    } rows[] = {
        {"all fit",         {300, 300, 300},    true },
        {"the first alone", {2000, 1, 1},       false},
        {"the last alone",  {1, 1, 2000},       false},
        {"two together",    {1000, 1000, 1},    false},
        {"three, twice",    {1000, 1000, 1000}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stage stage;
        struct engine *engine = stage_init_books(&stage, INSTRUMENTS, CALENDAR_ALWAYS, false);
        for (uint32_t book = 0; book < INSTRUMENTS; book++) {
            struct trade *entering = hold(engine, book, book, 0, 0, 0);
            work(&entering->entry, SHARES(rows[i].shares[book]), 0, dear);
        }
        show_all(engine);
        struct gate_order order = ten_shares();
        struct gate_input input;
        gate_input_fill(engine, &order, &input);
        cr_expect_eq(input.exposure_e9, rows[i].fits ? 900 * dear : -1, "%s", rows[i].what);
        free(stage.memory);
    }
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

/* Who has to be flat ten minutes before the close enters no later. */
Test(gate_input, knows_when_the_plan_wants_to_be_flat)
{
    static const struct {
        const char *now;
        int64_t flat_ns, least_ns;
        uint8_t type;
        bool refused;
    } rows[] = {
        {"2024-11-15T20:49:00Z", 10 * NS_PER_MIN, 10 * NS_PER_MIN + 1, ORDER_TYPE_MARKET, false},
        {"2024-11-15T20:50:00Z", 10 * NS_PER_MIN, 10 * NS_PER_MIN + 1, ORDER_TYPE_MARKET, true },
        {"2024-11-15T20:50:00Z", 10 * NS_PER_MIN, 10 * NS_PER_MIN + 1, ORDER_TYPE_LIMIT,  true },
        {"2024-11-15T20:59:00Z", 10 * NS_PER_S,   NS_PER_MIN + 1,      ORDER_TYPE_MARKET, true },
        {"2024-11-15T20:59:00Z", 0,               1,                   ORDER_TYPE_MARKET, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stage stage;
        stage_flat_ns = rows[i].flat_ns;
        struct engine *engine = stage_init(&stage, CALENDAR_XNYS, false);
        struct gate_order order = ten_shares();
        order.ts_ns = at(rows[i].now);
        order.type = rows[i].type;
        order.time_in_force = TIME_IN_FORCE_GTC;
        struct gate_input input;
        struct gate_use uses[GATE_COUNT];
        gate_input_fill(engine, &order, &input);
        gates_use(&input, uses);
        const struct gate_use *use = &uses[VERDICT_SESSION_ENDING - GATE_FIRST];
        cr_expect_eq(use->passes, !rows[i].refused, "row %zu", i);
        cr_expect_eq(use->limit, rows[i].least_ns, "row %zu", i);
        free(stage.memory);
    }
    stage_flat_ns = 0;
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

/* ---- jumps and silences ---- */

/* Bars of a minute of the first instrument, as they come. */
struct minute {
    const char *end;
    int64_t open_e9, close_e9;
};

static void take(const struct stage *stage, const struct minute *minute)
{
    struct event bar = {.ts_ns = at(minute->end), .src_ns = at(minute->end) - NS_PER_MIN};
    int64_t high_e9 = minute->open_e9 > minute->close_e9 ? minute->open_e9 : minute->close_e9;
    int64_t low_e9 = minute->open_e9 < minute->close_e9 ? minute->open_e9 : minute->close_e9;
    bar.bar = (struct event_bar){minute->open_e9, high_e9, low_e9, minute->close_e9, 1};
    view_take_bar(view_row(stage->view, 0), &bar);
}

static struct gate_input input_at(const struct stage *stage, const char *now)
{
    struct gate_order order = ten_shares();
    struct gate_input input;
    order.ts_ns = at(now);
    gate_input_fill(stage->engine, &order, &input);
    return input;
}

/* The stage's first bar closed at $100, in 1970. */
Test(gate_input, a_jump_between_two_sessions_stays)
{
    struct stage stage;
    struct engine *engine = stage_init(&stage, CALENDAR_XNYS, false);
    const struct event dividend = {
        .kind = EVENT_ACTION, .action = {1, 1, USD(30), {0}}
    };
    const struct event split = {
        .kind = EVENT_ACTION, .action = {2, 1, 0, {0}}
    };
    take(&stage, &(struct minute){"2024-11-14T14:31:00Z", USD(100), USD(120)});
    cr_expect_eq(input_at(&stage, "2024-11-14T14:31:00Z").gap_ppm, 200000, "its close is farther");
    take(&stage, &(struct minute){"2024-11-14T14:32:00Z", USD(60), USD(60)});
    cr_expect_eq(input_at(&stage, "2024-11-14T14:32:00Z").gap_ppm, 200000, "none within the day");
    view_on_action(stage.view, &split);
    take(&stage, &(struct minute){"2024-11-15T14:31:00Z", USD(30), USD(30)});
    cr_expect_eq(input_at(&stage, "2024-11-15T14:31:00Z").gap_ppm, 200000, "a split explains it");
    take(&stage, &(struct minute){"2024-11-15T14:32:00Z", USD(100), USD(100)});
    view_on_action(stage.view, &dividend);
    take(&stage, &(struct minute){"2024-11-18T14:31:00Z", USD(63), USD(70)});
    cr_expect_eq(input_at(&stage, "2024-11-18T14:31:00Z").gap_ppm, 200000, "$70 of $100 are left");
    take(&stage, &(struct minute){"2024-11-19T14:31:00Z", USD(35), USD(40)});
    cr_expect_eq(input_at(&stage, "2024-11-19T14:31:00Z").gap_ppm, 500000);
    take(&stage, &(struct minute){"2024-11-20T14:31:00Z", USD(41), USD(40)});
    cr_expect_eq(input_at(&stage, "2024-11-20T14:31:00Z").gap_ppm, 500000, "the largest so far");
    engine->assume_adjusted = true;
    cr_expect_eq(input_at(&stage, "2024-11-20T14:31:00Z").gap_ppm, 0);
    free(stage.memory);
}

/* More than two minutes without a bar, in the regular session alone. */
Test(gate_input, a_silence_is_a_halt)
{
    static const struct {
        const char *what, *now;
        struct minute minute; /* that comes before; no end: none */
        bool halted;
    } rows[] = {
        {"opens on time",       "2024-11-15T14:32:00Z", {"2024-11-15T14:32:00Z", 0, 0}, false},
        {"two minutes silent",  "2024-11-15T14:35:00Z", {"2024-11-15T14:35:00Z", 0, 0}, false},
        {"three",               "2024-11-15T14:39:00Z", {"2024-11-15T14:39:00Z", 0, 0}, true },
        {"goes on",             "2024-11-15T14:40:00Z", {"2024-11-15T14:40:00Z", 0, 0}, false},
        {"quiet up to now",     "2024-11-15T14:42:00Z", {0},                            false},
        {"too long up to now",  "2024-11-15T14:43:00Z", {0},                            true },
        {"its last",            "2024-11-15T21:00:00Z", {"2024-11-15T20:59:00Z", 0, 0}, true },
        {"no bar in the night", "2024-11-18T14:32:00Z", {"2024-11-18T14:32:00Z", 0, 0}, false},
        {"opens late",          "2024-11-19T14:34:00Z", {"2024-11-19T14:34:00Z", 0, 0}, true },
    };
    struct stage stage;
    (void)stage_init(&stage, CALENDAR_XNYS, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct minute minute = rows[i].minute;
        minute.open_e9 = minute.close_e9 = USD(100);
        if (minute.end != NULL) {
            take(&stage, &minute);
        }
        cr_expect_eq(input_at(&stage, rows[i].now).halted, rows[i].halted, "%s", rows[i].what);
    }
    free(stage.memory);
}
