/* view_test.c: every series is the naive sum over its window, for every instrument, gaps or not. */
#include "view/view.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "sys/memory.h"

static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static series_id must_declare(struct view_plan *plan, uint32_t window)
{
    series_id id;
    enum err err =
        view_plan_declare(plan, (struct series_def){.kind = SERIES_SMA, .window = window}, &id);
    cr_assert_eq(err, ERR_OK, "%s", err_text(err));
    return id;
}

struct stage {
    void *memory;
    struct view *view;
};

static void stage_init(struct stage *stage, const struct view_plan *plan)
{
    struct arena arena;
    arena_init_measure(&arena);
    cr_assert_null(view_init(&arena, plan), "measuring");
    size_t size = arena.used;
    stage->memory = xcalloc_aligned(size);
    arena_init(&arena, stage->memory, size);
    stage->view = view_init(&arena, plan);
    cr_assert_eq(arena.used, size, "what was measured is what is used");
}

static void give(struct view *view, const uint32_t *instruments, const int64_t *closes_e9,
                 uint32_t count)
{
    struct event bars[8];
    for (uint32_t i = 0; i < count; i++) {
        /* Only the close may matter: the other prices are far away from it. */
        bars[i] = (struct event){
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = instruments[i],
            .bar = {1, PRICE_E9_MAX, 1, closes_e9[i], 1}
        };
    }
    struct slice slice = {.bars = bars, .count = count, .expected = count};
    view_on_slice(view, &slice);
}

/* ---- declaring ---- */

Test(view, declares_each_distinct_series_once)
{
    struct view_plan plan = {.instrument_count = 1};
    series_id ten = must_declare(&plan, 10);
    series_id thirty = must_declare(&plan, 30);
    cr_assert_neq(ten, thirty);
    cr_assert_eq(must_declare(&plan, 10), ten);
    cr_assert_eq(must_declare(&plan, 30), thirty);
    cr_assert_eq(plan.series_count, 2);
}

Test(view, refuses_windows_outside_the_range)
{
    static const struct {
        uint32_t window;
        enum err want;
    } cases[] = {
        {0,                     ERR_RANGE},
        {1,                     ERR_OK   },
        {SERIES_WINDOW_MAX,     ERR_OK   },
        {SERIES_WINDOW_MAX + 1, ERR_RANGE},
        {UINT32_MAX,            ERR_RANGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct view_plan plan = {.instrument_count = 1};
        struct series_def def = {.kind = SERIES_SMA, .window = cases[i].window};
        series_id id = 77;
        cr_assert_eq(view_plan_declare(&plan, def, &id), cases[i].want, "%u", cases[i].window);
        cr_assert_eq(id, cases[i].want == ERR_OK ? 0 : 77, "%u", cases[i].window);
        cr_assert_eq(plan.series_count, cases[i].want == ERR_OK ? 1 : 0);
    }
}

Test(view, is_full_at_its_most_series)
{
    struct view_plan plan = {.instrument_count = 1};
    for (uint32_t i = 0; i < SERIES_MAX; i++) {
        cr_assert_eq(must_declare(&plan, i + 1), i);
    }
    series_id id;
    struct series_def another = {.kind = SERIES_SMA, .window = SERIES_MAX + 1};
    cr_assert_eq(view_plan_declare(&plan, another, &id), ERR_FULL);
    cr_assert_eq(must_declare(&plan, 5), 4, "what is there is still found");
}

/* ---- sums ---- */

/* The naive sum of the last `window` of `count` closes, or of all. */
static int64_t naive_sum(const int64_t *closes_e9, size_t count, size_t window)
{
    int64_t sum_e9 = 0;
    for (size_t i = 0; i < window && i < count; i++) {
        sum_e9 += closes_e9[count - 1 - i];
    }
    return sum_e9;
}

static void assert_series(const struct view *view, uint32_t instrument, series_id id,
                          uint32_t window, const int64_t *closes_e9, size_t count)
{
    const struct series *series = view_series(view, instrument, id);
    cr_assert_eq(series->window, window);
    cr_assert_eq(series->row, &view->instruments[instrument]);
    cr_assert_eq(series->now.sum_e9, naive_sum(closes_e9, count, window), "window %u at %zu",
                 window, count);
    if (count > window) { /* both values are there: a strategy waits for so many bars */
        cr_assert_eq(series_before(series).sum_e9, naive_sum(closes_e9, count - 1, window),
                     "window %u at %zu, one earlier", window, count);
    }
}

#define USD_500 (500 * MONEY_E9)

enum { BARS = 2600, PLACES = 4 };

static const uint32_t windows[] = {1, 2, 3, 7, 8, 10, 30, 64, 65, 255, 512, 513, 999, 1000};
enum { WINDOWS = sizeof windows / sizeof windows[0] };

/* Instruments with a bar in every slice, in half of them, in few, and in none. */
Test(view, series_are_the_naive_sums)
{
    static const uint64_t one_in[PLACES] = {1, 2, 5, UINT64_MAX};
    static int64_t closes_e9[PLACES][BARS];
    size_t counts[PLACES] = {0};
    struct view_plan plan = {.instrument_count = PLACES};
    series_id ids[WINDOWS];
    for (size_t k = 0; k < WINDOWS; k++) {
        ids[k] = must_declare(&plan, windows[k]);
    }
    struct stage stage;
    stage_init(&stage, &plan);
    uint64_t random = 42;
    for (size_t slice = 0; slice < BARS; slice++) {
        uint32_t instruments[PLACES];
        int64_t now_e9[PLACES];
        uint32_t count = 0;
        for (uint32_t i = 0; i < PLACES; i++) {
            if (random_next(&random) % one_in[i] == 0) {
                int64_t close_e9 = 1 + (int64_t)(random_next(&random) % (uint64_t)PRICE_E9_MAX);
                closes_e9[i][counts[i]++] = close_e9;
                instruments[count] = i;
                now_e9[count++] = close_e9;
            }
        }
        give(stage.view, instruments, now_e9, count);
        for (uint32_t i = 0; i < PLACES; i++) {
            cr_assert_eq(view_bars(stage.view, i), counts[i]);
            cr_assert_eq(view_close_e9(stage.view, i),
                         counts[i] > 0 ? closes_e9[i][counts[i] - 1] : 0);
            size_t k = (slice + i) % WINDOWS; /* a few each time, all in the end */
            assert_series(stage.view, i, ids[k], windows[k], closes_e9[i], counts[i]);
        }
    }
    for (uint32_t i = 0; i < PLACES; i++) {
        for (size_t k = 0; k < WINDOWS; k++) {
            assert_series(stage.view, i, ids[k], windows[k], closes_e9[i], counts[i]);
        }
    }
    free(stage.memory);
}

Test(view, the_longest_window_of_the_dearest_price_fits)
{
    struct view_plan plan = {.instrument_count = 1};
    series_id id = must_declare(&plan, SERIES_WINDOW_MAX);
    struct stage stage;
    stage_init(&stage, &plan);
    for (int i = 0; i < 2 * SERIES_WINDOW_MAX; i++) {
        give(stage.view, (const uint32_t[]){0}, (const int64_t[]){PRICE_E9_MAX}, 1);
    }
    cr_assert_eq(view_series(stage.view, 0, id)->now.sum_e9, SERIES_WINDOW_MAX * PRICE_E9_MAX);
    cr_assert_eq(series_before(view_series(stage.view, 0, id)).sum_e9,
                 SERIES_WINDOW_MAX * PRICE_E9_MAX);
    free(stage.memory);
}

/* The total of all closes may wrap around: the sums of windows do not feel it. */
Test(view, sums_are_exact_when_the_total_wraps_around)
{
    enum { CLOSES = 64 };
    static const uint32_t lengths[] = {1, 3, 14, 15, 30};
    enum { LENGTHS = sizeof lengths / sizeof lengths[0] };
    struct view_plan plan = {.instrument_count = 1};
    series_id ids[LENGTHS];
    for (size_t k = 0; k < LENGTHS; k++) {
        ids[k] = must_declare(&plan, lengths[k]);
    }
    struct stage stage;
    stage_init(&stage, &plan);
    /* As after so many bars that the total is just below the point where it wraps. */
    struct view_instrument *row = &stage.view->instruments[0];
    const uint64_t before_wrap = UINT64_MAX - 40 * (uint64_t)USD_500;
    row->total_e9 = before_wrap;
    for (uint64_t i = 0; i <= row->mask; i++) {
        row->totals_e9[i] = before_wrap;
    }
    int64_t closes_e9[CLOSES];
    uint64_t random = 3;
    for (size_t i = 0; i < CLOSES; i++) {
        closes_e9[i] = USD_500 + (int64_t)(random_next(&random) % 1000000000000);
        give(stage.view, (const uint32_t[]){0}, &closes_e9[i], 1);
        for (size_t k = 0; k < LENGTHS; k++) {
            assert_series(stage.view, 0, ids[k], lengths[k], closes_e9, i + 1);
        }
    }
    cr_assert_lt(row->total_e9, before_wrap, "it has wrapped");
    free(stage.memory);
}

/* Which windows stand beside a series, and in which order they were declared, is nothing to it. */
Test(view, series_do_not_depend_on_their_neighbours)
{
    struct view_plan alone = {.instrument_count = 1};
    struct view_plan among = {.instrument_count = 1};
    series_id single = must_declare(&alone, 20);
    (void)must_declare(&among, 1000);
    series_id middle = must_declare(&among, 20);
    (void)must_declare(&among, 3);
    struct stage one;
    struct stage many;
    stage_init(&one, &alone);
    stage_init(&many, &among);
    uint64_t random = 7;
    for (int i = 0; i < 1500; i++) {
        int64_t close_e9 = 1 + (int64_t)(random_next(&random) % 1000000000000);
        give(one.view, (const uint32_t[]){0}, &close_e9, 1);
        give(many.view, (const uint32_t[]){0}, &close_e9, 1);
        const struct series *a = view_series(one.view, 0, single);
        const struct series *b = view_series(many.view, 0, middle);
        cr_assert_eq(a->window, b->window);
        cr_assert_eq(a->now.bits, b->now.bits, "bar %d", i);
        if (i >= 20) {
            cr_assert_eq(series_before(a).bits, series_before(b).bits, "bar %d", i);
        }
    }
    free(one.memory);
    free(many.memory);
}

Test(view, works_without_any_series)
{
    struct view_plan plan = {.instrument_count = 2};
    struct stage stage;
    stage_init(&stage, &plan);
    give(stage.view, (const uint32_t[]){1}, (const int64_t[]){5}, 1);
    give(stage.view, (const uint32_t[]){1}, (const int64_t[]){6}, 1);
    give(stage.view, NULL, NULL, 0);
    cr_assert_eq(view_bars(stage.view, 0), 0);
    cr_assert_eq(view_close_e9(stage.view, 0), 0);
    cr_assert_eq(view_bars(stage.view, 1), 2);
    cr_assert_eq(view_close_e9(stage.view, 1), 6);
    free(stage.memory);
}
