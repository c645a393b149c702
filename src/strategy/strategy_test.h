/* strategy_test.h: a strategy on a bench: a view of one instrument, bars from the test, and what
 * the strategy says when an engine would ask it.
 *
 * Beside it the test reckons anew for every bar, from all bars so far, in the most direct way. */
#ifndef STRATEGY_STRATEGY_TEST_H
#define STRATEGY_STRATEGY_TEST_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/bars.h"
#include "data/data_test.h"
#include "strategy/table.h"
#include "sys/memory.h"

enum { BENCH_BARS = 20000 };

struct bench {
    const struct strategy_def *def;
    int64_t parameters[PARAMETERS_MAX];
    int64_t frame_ns;
    void *memory;
    struct view *view;
    const struct view_track *track; /* NULL in a plain view */
    struct strategy_context context;
    uint32_t series_count;

    struct event bars[BENCH_BARS]; /* all so far */
    uint32_t count;
    bool asked; /* about the last one */
    uint64_t acts[3];
};

static inline void bench_fall_back(const struct strategy_def *def, int64_t *parameters)
{
    memset(parameters, 0, PARAMETERS_MAX * sizeof *parameters);
    for (size_t i = 0; def->parameters[i].name != NULL; i++) {
        parameters[i] = def->parameters[i].fallback;
    }
}

/* The place of a parameter by its name. */
static inline int64_t *bench_parameter(struct bench *bench, const char *name)
{
    size_t i = 0;
    while (strcmp(bench->def->parameters[i].name, name) != 0) {
        i++;
        cr_assert_not_null(bench->def->parameters[i].name, "%s", name);
    }
    return &bench->parameters[i];
}

/* Of the strategy's defaults, with its shortest warm-up; change the parameters, then begin. */
static inline struct bench *bench_create(const char *name)
{
    struct bench *bench = xcalloc(1, sizeof *bench);
    bench->def = strategy_find(name);
    cr_assert_not_null(bench->def, "%s", name);
    bench_fall_back(bench->def, bench->parameters);
    bench->parameters[PARAMETER_WARMUP_BARS] = bench->def->parameters[0].minimum;
    return bench;
}

/* With bars of bar_ns in a calendar; the frame is bench->frame_ns, 0: the base. */
static inline void bench_begin(struct bench *bench, int64_t bar_ns, enum calendar_id calendar)
{
    struct view_plan plan = {.instrument_count = 1, .bar_ns = bar_ns, .calendar = calendar};
    struct series_def defs[SERIES_PER_STRATEGY_MAX] = {0};
    series_id ids[SERIES_PER_STRATEGY_MAX];
    if (bench->def->fault != NULL) {
        cr_assert_null(bench->def->fault(bench->parameters));
    }
    bench->series_count = bench->def->declare(bench->parameters, defs);
    cr_assert_leq(bench->series_count, SERIES_PER_STRATEGY_MAX);
    cr_assert_eq(view_plan_add_frame(&plan, bench->frame_ns), ERR_OK);
    for (uint32_t i = 0; i < bench->series_count; i++) {
        defs[i].frame_ns = defs[i].frame_ns == 0 ? bench->frame_ns : defs[i].frame_ns;
        cr_assert_eq(view_plan_declare(&plan, defs[i], &ids[i]), ERR_OK, "series %u", i);
    }
    struct arena arena;
    arena_init_measure(&arena);
    cr_assert_null(view_init(&arena, &plan));
    size_t size = arena.used;
    bench->memory = xcalloc_aligned(size);
    arena_init(&arena, bench->memory, size);
    bench->view = view_init(&arena, &plan);
    cr_assert_eq(arena.used, size);
    bench->track = view_track(bench->view, 0, bench->frame_ns);
    bench->context.parameters = bench->parameters;
    for (uint32_t i = 0; i < bench->series_count; i++) {
        bench->context.series[i] = view_series(bench->view, 0, ids[i]);
    }
}

static inline void bench_destroy(struct bench *bench)
{
    free(bench->memory);
    free(bench);
}

static inline bool bench_is_due(const struct bench *bench, const struct event *bar)
{
    const struct view_instrument *row =
        bench->track != NULL ? bench->track->row : view_row(bench->view, 0);
    bool due = bench->track == NULL || *view_finished_ns(bench->track) == bar->ts_ns;
    due = due && row->bars > (uint64_t)bench->parameters[PARAMETER_WARMUP_BARS];
    for (uint32_t i = 0; i < bench->series_count; i++) {
        due = due && series_is_warm(bench->context.series[i]);
    }
    return due;
}

/* One more bar; what is said about it, nothing unless it is due. Who buys is long afterwards. */
static inline struct decision bench_take(struct bench *bench, const struct event *bar)
{
    cr_assert_lt(bench->count, BENCH_BARS);
    bench->bars[bench->count++] = *bar;
    view_take_bar(view_row(bench->view, 0), bar);
    bench->asked = bench_is_due(bench, bar);
    if (!bench->asked) {
        return (struct decision){.act = ACT_HOLD};
    }
    bench->context.bar = bench->track != NULL ? view_track_bar(bench->track, bar) : bar;
    struct decision said = bench->def->decide(&bench->context);
    cr_assert_lt(said.reason, REASONS_MAX);
    cr_assert_not_null(bench->def->reasons[said.reason]);
    bench->acts[said.act]++;
    if (said.act != ACT_HOLD) {
        bench->context.holding = said.act == ACT_BUY ? HOLDING_LONG : HOLDING_FLAT;
    }
    return said;
}

static inline const char *bench_reason(const struct bench *bench, struct decision said)
{
    return bench->def->reasons[said.reason];
}

/* The bar `back` bars before the last. */
static inline const struct event_bar *bench_bar(const struct bench *bench, uint32_t back)
{
    cr_assert_lt(back, bench->count);
    return &bench->bars[bench->count - 1 - back].bar;
}

static inline double bench_close(const struct bench *bench, uint32_t back)
{
    return (double)bench_bar(bench, back)->close_e9 / 1e9;
}

/* ---- bars ---- */

/* A minute's bar, the next after the last, flat at a price of so many cents. */
static inline struct event bench_flat(const struct bench *bench, int64_t cents, int64_t volume)
{
    int64_t start_ns = (int64_t)bench->count * NS_PER_MIN;
    int64_t price_e9 = cents * (MONEY_E9 / 100);
    return (struct event){
        .ts_ns = start_ns + NS_PER_MIN,
        .src_ns = start_ns,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .bar = {price_e9, price_e9, price_e9, price_e9, volume}
    };
}

static inline uint64_t bench_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* A random bar about the last close; `steps` different prices, few of them make ties. */
static inline struct event bench_walk(const struct bench *bench, uint64_t *state, int64_t steps)
{
    int64_t last = bench->count == 0 ? 10000 : bench_bar(bench, 0)->close_e9 / (MONEY_E9 / 100);
    int64_t close = last + (int64_t)(bench_random(state) % (uint64_t)(2 * steps + 1)) - steps;
    close = close < 1000 ? 1000 : close;
    int64_t more = (int64_t)(bench_random(state) % (uint64_t)(steps + 1));
    int64_t less = (int64_t)(bench_random(state) % (uint64_t)(steps + 1));
    struct event bar = bench_flat(bench, close, (int64_t)(bench_random(state) % 1000));
    bar.bar.open_e9 = last * (MONEY_E9 / 100);
    bar.bar.high_e9 = ((close > last ? close : last) + more) * (MONEY_E9 / 100);
    bar.bar.low_e9 = ((close < last ? close : last) - less) * (MONEY_E9 / 100);
    return bar;
}

/* What a strategy should do about the last bar of the bench, from all bars: reckoned by hand. */
typedef enum act bench_naive(const struct bench *bench);

/* Random bars of three grains and, where they are there, real ones: the strategy acts as reckoned,
 * from the bar on that has `warmup` bars before it. */
static inline void bench_compare(struct bench *bench, uint32_t warmup, bench_naive *naive,
                                 const struct event *bars, uint64_t count)
{
    uint64_t state = count;
    for (uint64_t i = 0; i < count; i++) {
        struct event bar =
            bars != NULL ? bars[i] : bench_walk(bench, &state, i % 3000 < 1500 ? 2 : 60);
        bar.instrument = 0;
        struct decision said = bench_take(bench, &bar);
        cr_assert_eq(bench->asked, i >= warmup, "bar %zu: asked %d", (size_t)i, bench->asked);
        if (bench->asked) {
            cr_assert_eq(said.act, naive(bench), "bar %zu says %s", (size_t)i,
                         bench_reason(bench, said));
        }
    }
}

static inline bool bench_real(const char *name, struct bars *bars)
{
    char *path = shared_file(name);
    if (path == NULL) {
        return false;
    }
    struct problem problem;
    cr_assert_eq(bars_open(path, NULL, bars, NULL, &problem), ERR_OK, "%s", problem.text);
    free(path);
    return true;
}

#define REAL_DAILY   "equity/daily/bars_SPY_1day_19980102-20210331.csv.gz"
#define REAL_MINUTES "equity/minute/bars_SPY_1min_201101.csv.gz"

#endif
