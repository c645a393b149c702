/* engine_test.h: an engine on a bench: its strategies say what the test wants, its broker is the
 * test.
 *
 * Beside it stands a second engine that never decides: it gets the first one's inputs and answers
 * through engine_apply() and engine_apply_slice() alone, and after every input both must be in the
 * same state. */
#ifndef CORE_ENGINE_TEST_H
#define CORE_ENGINE_TEST_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/engine.h"
#include "core/fold_check.h"
#include "driver/dump.h"
#include "sys/memory.h"

enum { BENCH_INSTRUMENTS = 8, BENCH_BOOKS = 6 };

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

static const struct instrument bench_symbols[BENCH_INSTRUMENTS] = {
    {"A"}, {"B"}, {"C"}, {"D"}, {"E"}, {"F"}, {"G"}, {"H"},
};

/* ---- strategies that say what they are told ---- */

/* What book and instrument will say at the next slice; read once. */
static struct decision bench_wishes[BENCH_BOOKS][BENCH_INSTRUMENTS];

enum { BENCH_WARMUP, BENCH_BOOK, BENCH_SERIES };

/* Bars that a strategy with series waits for: the longer one's window. */
enum { BENCH_LONGEST = 5 };

static struct decision bench_decide(const struct strategy_context *context)
{
    struct decision *wish = &bench_wishes[context->parameters[BENCH_BOOK]][context->instrument];
    struct decision said = *wish;
    *wish = (struct decision){0};
    return said;
}

static uint32_t bench_declare(const int64_t *parameters, struct series_def *series)
{
    series[0] = (struct series_def){.kind = SERIES_SMA, .window = 2};
    series[1] = (struct series_def){.kind = SERIES_SMA, .window = BENCH_LONGEST};
    return parameters[BENCH_SERIES] != 0 ? 2 : 0;
}

static const char *const bench_reasons[] = {"hold", "told so", NULL};
static const struct parameter_def bench_parameters[] = {
    {"warmup_bars",                         PARAMETER_COUNT, 0, 0, 1000, NULL, "finished bars before the first act"},
    {"book",                                    PARAMETER_COUNT, 0, 0, BENCH_BOOKS - 1, NULL, "row of the wishes"},
    {"series",                                 PARAMETER_COUNT, 0, 0, 1, NULL, "whether it looks at averages"},
    {0},
};

static const struct strategy_def bench_strategy = {
    .name = "bench",
    .summary = "says what it is told",
    .parameters = bench_parameters,
    .reasons = bench_reasons,
    .default_frame_ns = NS_PER_MIN,
    .scope = SCOPE_EACH,
    .declare = bench_declare,
    .decide = bench_decide,
};

static inline void bench_wish(uint32_t book, uint32_t instrument, enum act act)
{
    bench_wishes[book][instrument] = (struct decision){
        .act = act, .reason = 1, .strength_ppm = 1000000, .confidence_ppm = 1000000};
}

static inline void bench_wish_with_confidence(uint32_t book, uint32_t instrument, enum act act,
                                              uint32_t ppm)
{
    bench_wish(book, instrument, act);
    bench_wishes[book][instrument].confidence_ppm = ppm & 0xfffff; /* it has 20 bits */
}

/* ---- the bench ---- */

struct bench_side {
    void *memory;
    struct view *view;
    struct engine *engine;
    struct output output;
};

struct bench {
    struct bench_side decides;
    struct bench_side folds;
    struct event bars[BENCH_INSTRUMENTS];
    int64_t price_e9[BENCH_INSTRUMENTS]; /* of the next bar; 0: no bar */
    int64_t ts_ns;
    uint64_t slices;
    uint64_t exec_id; /* of the last fill */
    bool past;        /* nothing is decided on the next slice */
};

struct bench_plan {
    uint32_t instruments, books;
    int64_t cash_e9, qty_e9, commission_e9;
    struct limits limits;
    struct exit_plan exits;
    struct entry_plan entry;
    enum calendar_id calendar; /* bars of a minute */
    bool extended_hours;
    int64_t warmup_bars;
    const bool *first_trades; /* [instrument]: of the first book; NULL: all */
    bool series; /* strategies look at averages of 2 and BENCH_LONGEST bars: asked later */
};

#define WIDE_LIMITS                                                                                \
    {                                                                                              \
        .order_notional = {LIMIT_CASH, USD(1000000000)},                                           \
        .position_notional = {LIMIT_CASH, USD(1000000000)},                                        \
        .exposure = {LIMIT_CASH, USD(1000000000)}, .open_positions = {LIMIT_COUNT, 1000},          \
        .orders_per_session = {LIMIT_COUNT, 1000000000},                                           \
        .strategy_orders = {LIMIT_COUNT, 1000000000}, .entry_interval = {LIMIT_DURATION, 0},       \
        .daily_loss = {LIMIT_CASH, USD(1000000000)},                                               \
        .portfolio_heat = {LIMIT_CASH, USD(1000000000)}, .collar = {LIMIT_PPM, 1000000},           \
    }

/* One book on `instruments` instruments: $1,000,000, 100 shares an entry, $1 a fill. */
static inline struct bench_plan bench_plan_simple(uint32_t instruments)
{
    return (struct bench_plan){.instruments = instruments,
                               .books = 1,
                               .cash_e9 = USD(1000000),
                               .qty_e9 = SHARES(100),
                               .commission_e9 = USD(1),
                               .limits = WIDE_LIMITS,
                               .exits = {.opposite_signal = true}};
}

static inline void bench_carve(struct bench_side *side, struct arena *arena,
                               const struct engine_plan *plan, const struct view_plan *view_plan)
{
    side->view = view_init(arena, view_plan);
    side->engine = engine_init(arena, plan, side->view, &side->output);
}

static inline void bench_side_init(struct bench_side *side, const struct engine_plan *plan)
{
    struct view_plan view_plan = {.instrument_count = plan->instrument_count,
                                  .bar_ns = plan->calendar == CALENDAR_ALWAYS ? 0 : NS_PER_MIN,
                                  .calendar = plan->calendar,
                                  .extended_hours = plan->extended_hours};
    cr_assert_eq(engine_declare(plan, &view_plan), ERR_OK);
    struct arena arena;
    arena_init_measure(&arena);
    bench_carve(side, &arena, plan, &view_plan);
    size_t size = arena.used;
    side->memory = xcalloc_aligned(size);
    arena_init(&arena, side->memory, size);
    bench_carve(side, &arena, plan, &view_plan);
}

static inline char *bench_dump(const struct bench_side *side)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    dump_engine(side->engine, bench_symbols, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static inline void bench_assert_same(const struct bench *bench)
{
    char *decided = bench_dump(&bench->decides);
    char *folded = bench_dump(&bench->folds);
    cr_assert_str_eq(decided, folded);
    free(decided);
    free(folded);
    cr_assert(engine_is_consistent(bench->decides.engine));
}

/* The answers of the engine that decides go to the one that folds. */
static inline void bench_fold_answers(struct bench *bench)
{
    const struct output *output = &bench->decides.output;
    for (uint32_t at = 0; at < output->slots; at += output->records[at].slots) {
        const char *fault = fold_fault(bench->folds.engine, &output->records[at]);
        cr_assert_null(fault, "%s: %s", event_kind_text(output->records[at].kind), fault);
        engine_apply(bench->folds.engine, &output->records[at]);
    }
}

static inline void bench_init(struct bench *bench, const struct bench_plan *plan)
{
    struct book_plan books[BENCH_BOOKS];
    for (uint32_t i = 0; i < plan->books; i++) {
        books[i] = (struct book_plan){
            .strategy = &bench_strategy,
            .parameters = {plan->warmup_bars, i,   plan->series ? 1 : 0},
            .sizing = {.kind = SIZING_FIXED,                 .qty_e9 = plan->qty_e9},
            .exits = plan->exits,
            .entry = plan->entry
        };
    }
    books[0].instruments = plan->first_trades;
    struct engine_plan engine_plan = {.instrument_count = plan->instruments,
                                      .book_count = plan->books,
                                      .books = books,
                                      .limits = plan->limits,
                                      .commission_e9 = plan->commission_e9,
                                      .calendar = plan->calendar,
                                      .extended_hours = plan->extended_hours};
    *bench = (struct bench){.ts_ns = INT64_C(19723) * NS_PER_DAY};
    memset(bench_wishes, 0, sizeof bench_wishes);
    bench_side_init(&bench->decides, &engine_plan);
    bench_side_init(&bench->folds, &engine_plan);
    engine_deposit(bench->decides.engine, bench->ts_ns, plan->cash_e9, &bench->decides.output);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

/* A bench of the simple plan. */
static inline void bench_init_simple(struct bench *bench, uint32_t instruments)
{
    struct bench_plan plan = bench_plan_simple(instruments);
    bench_init(bench, &plan);
}

static inline void bench_finish(struct bench *bench)
{
    free(bench->decides.memory);
    free(bench->folds.memory);
}

/* A minute later: one bar for each instrument with a price. */
static inline void bench_slice(struct bench *bench)
{
    struct slice slice = {.bars = bench->bars};
    int64_t start_ns = bench->ts_ns;
    bench->ts_ns += NS_PER_MIN;
    for (uint32_t i = 0; i < bench->decides.engine->instrument_count; i++) {
        int64_t price_e9 = bench->price_e9[i];
        if (price_e9 == 0) {
            continue;
        }
        bench->bars[slice.count++] = (struct event){
            .ts_ns = bench->ts_ns,
            .src_ns = start_ns,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = i,
            .bar = {price_e9, price_e9, price_e9, price_e9, 1}
        };
    }
    slice.expected = slice.count;
    slice.ts_ns = bench->ts_ns;
    slice.ordinal = bench->slices++;
    slice.past = bench->past;
    view_on_slice(bench->decides.view, &slice);
    engine_on_slice(bench->decides.engine, &slice, &bench->decides.output);
    view_on_slice(bench->folds.view, &slice);
    engine_apply_slice(bench->folds.engine, &slice);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

/* One price for all instruments, then a slice. */
static inline void bench_slice_at(struct bench *bench, int64_t price_e9)
{
    for (uint32_t i = 0; i < bench->decides.engine->instrument_count; i++) {
        bench->price_e9[i] = price_e9;
    }
    bench_slice(bench);
}

static inline struct event bench_report(const struct bench *bench, uint8_t kind,
                                        uint32_t instrument, uint64_t order_id)
{
    return (struct event){.ts_ns = bench->ts_ns,
                          .src_ns = bench->ts_ns,
                          .kind = kind,
                          .version = 1,
                          .slots = 1,
                          .instrument = instrument,
                          .report = {.order_id = order_id}};
}

static inline void bench_take(struct bench *bench, const struct event *report)
{
    engine_on_report(bench->decides.engine, report, &bench->decides.output);
    engine_apply(bench->folds.engine, report);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

/* A split of new for old shares, or a dividend (1 for 1), through view and engine. */
static inline void bench_action(struct bench *bench, uint32_t instrument, int64_t split_new,
                                int64_t split_old, int64_t cash_e9)
{
    const struct event action = {
        .ts_ns = bench->ts_ns,
        .src_ns = bench->ts_ns,
        .kind = EVENT_ACTION,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .action = {.split_new = split_new, .split_old = split_old, .cash_e9 = cash_e9}
    };
    view_on_action(bench->decides.view, &action);
    engine_on_action(bench->decides.engine, &action, &bench->decides.output);
    cr_assert_eq(bench->decides.output.slots, 0);
    view_on_action(bench->folds.view, &action);
    engine_apply(bench->folds.engine, &action);
    bench_assert_same(bench);
}

/* The broker's word on cash. */
static inline void bench_cash(struct bench *bench, uint32_t instrument, enum cash_cause cause,
                              int64_t amount_e9, int64_t qty_e9)
{
    struct event cash = bench_report(bench, EVENT_ACCOUNT_CASH, instrument, 0);
    cash.flags = (uint8_t)cause;
    cash.account_cash = (struct event_account_cash){.amount_e9 = amount_e9, .qty_e9 = qty_e9};
    bench_take(bench, &cash);
}

static inline void bench_say(struct bench *bench, uint8_t kind, uint32_t instrument,
                             uint64_t order_id)
{
    struct event report = bench_report(bench, kind, instrument, order_id);
    bench_take(bench, &report);
}

static inline struct event bench_fill_event(struct bench *bench, uint32_t instrument,
                                            uint64_t order_id, int64_t qty_e9, int64_t price_e9)
{
    struct event fill = bench_report(bench, EVENT_FILL, instrument, order_id);
    fill.report.exec_id = ++bench->exec_id;
    fill.report.qty_e9 = qty_e9;
    fill.report.price_e9 = price_e9;
    fill.report.commission_e9 = bench->decides.engine->commission_e9;
    return fill;
}

static inline void bench_fill(struct bench *bench, uint32_t instrument, uint64_t order_id,
                              int64_t qty_e9, int64_t price_e9)
{
    struct event fill = bench_fill_event(bench, instrument, order_id, qty_e9, price_e9);
    bench_take(bench, &fill);
}

/* The n-th record of that kind among the last answers, or NULL. */
static inline const struct event *bench_answer(const struct bench *bench, uint8_t kind, uint32_t n)
{
    const struct output *output = &bench->decides.output;
    for (uint32_t at = 0; at < output->slots; at += output->records[at].slots) {
        if (output->records[at].kind == kind && n-- == 0) {
            return &output->records[at];
        }
    }
    return NULL;
}

static inline uint32_t bench_answers(const struct bench *bench, uint8_t kind)
{
    uint32_t count = 0;
    while (bench_answer(bench, kind, count) != NULL) {
        count++;
    }
    return count;
}

/* Wishes a BUY, takes a slice at the price, and returns the order's id. */
static inline uint64_t bench_buy(struct bench *bench, uint32_t book, uint32_t instrument,
                                 int64_t price_e9)
{
    bench_wish(book, instrument, ACT_BUY);
    bench_slice_at(bench, price_e9);
    const struct event *order = bench_answer(bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    return order->order.order_id;
}

static inline uint64_t bench_sell(struct bench *bench, uint32_t book, uint32_t instrument,
                                  int64_t price_e9)
{
    bench_wish(book, instrument, ACT_SELL);
    bench_slice_at(bench, price_e9);
    const struct event *order = bench_answer(bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    return order->order.order_id;
}

static inline const struct trade *bench_trade(const struct bench *bench, uint32_t book,
                                              uint32_t instrument)
{
    const struct engine *engine = bench->decides.engine;
    return &engine->trades[engine_place(engine, book, instrument)];
}

#endif
