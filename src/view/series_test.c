/* series_test.c: every kind of series in a view: its value, the one before, its warm-up, frames and
 * splits. The kernels themselves are tested against TA-Lib and numpy in signal/. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"
#include "view/view.h"

enum { BARS = 700 };

static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Prices are even cents, volumes even numbers, so that a split of 2 for 1 divides exactly. */
static void random_bars(struct event *bars, uint32_t count, uint64_t state)
{
    int64_t close = 10000;
    for (uint32_t i = 0; i < count; i++) {
        int64_t open = close;
        close += 2 * (int64_t)(random_next(&state) % 21) - 20;
        close = close < 5000 ? 5000 : close;
        int64_t high = (open > close ? open : close) + 2 * (int64_t)(random_next(&state) % 5);
        int64_t low = (open < close ? open : close) - 2 * (int64_t)(random_next(&state) % 5);
        int64_t cent = MONEY_E9 / 100;
        bars[i] = (struct event){
            .ts_ns = (int64_t)(i + 1) * NS_PER_MIN,
            .src_ns = (int64_t)i * NS_PER_MIN,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .bar = {open * cent, high * cent, low * cent, close * cent,
                    2 * (int64_t)(random_next(&state) % 500) + 2}
        };
    }
}

/* A series of every kind, of the base or of a frame. */
struct all {
    void *memory;
    struct view *view;
    series_id ids[SERIES_KIND_END];
    struct series_def defs[SERIES_KIND_END];
};

static struct series_def def_of(enum series_kind kind, uint32_t window)
{
    struct series_def def = {.kind = kind, .window = window};
    if (series_def_check(&def) == ERR_OK) {
        return def;
    }
    def.second = window + 7;
    def.third = 4;
    return def;
}

static void all_init(struct all *all, uint32_t window, int64_t frame_ns, enum calendar_id calendar)
{
    struct view_plan plan = {.instrument_count = 1, .bar_ns = NS_PER_MIN, .calendar = calendar};
    for (enum series_kind kind = SERIES_SMA; kind < SERIES_KIND_END; kind++) {
        all->defs[kind] = def_of(kind, window);
        all->defs[kind].frame_ns = frame_ns;
        cr_assert_eq(view_plan_declare(&plan, all->defs[kind], &all->ids[kind]), ERR_OK, "%s",
                     series_kind_text(kind));
    }
    struct arena arena;
    arena_init_measure(&arena);
    cr_assert_null(view_init(&arena, &plan));
    size_t size = arena.used;
    all->memory = xcalloc_aligned(size);
    arena_init(&arena, all->memory, size);
    all->view = view_init(&arena, &plan);
    cr_assert_eq(arena.used, size);
}

static void all_take(struct all *all, const struct event *bar)
{
    view_take_bar(view_row(all->view, 0), bar);
}

static const struct series *series_of(const struct all *all, enum series_kind kind)
{
    return view_series(all->view, 0, all->ids[kind]);
}

static bool is_number(enum series_kind kind)
{
    return series_unit(kind) == SERIES_UNIT_MONEY || series_unit(kind) == SERIES_UNIT_RATIO;
}

/* ---- values ---- */

static double mean(const struct event *bars, uint32_t t, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += (double)bars[t - i].bar.close_e9;
    }
    return sum / n / 1e9;
}

static double deviation(const struct event *bars, uint32_t t, uint32_t n, double degrees)
{
    double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        double off = (double)bars[t - i].bar.close_e9 / 1e9 - mean(bars, t, n);
        squares += off * off;
    }
    return sqrt(squares / degrees);
}

/* TA-Lib's EMA, seeded by the mean of the first n. */
static double ema(const struct event *bars, uint32_t t, uint32_t n, uint32_t first)
{
    double value = mean(bars, first + n - 1, n);
    for (uint32_t i = first + n; i <= t; i++) {
        value += 2.0 / (n + 1) * ((double)bars[i].bar.close_e9 / 1e9 - value);
    }
    return value;
}

/* By the definition; NAN where only a kernel's own test reckons. */
static double naive(const struct series_def *def, const struct event *bars, uint32_t t)
{
    uint32_t n = def->window;
    double close = (double)bars[t].bar.close_e9 / 1e9;
    int64_t best[6] = {0, 0, 0, INT64_MAX, INT64_MAX, INT64_MAX};
    int64_t volumes = 0;
    uint32_t below = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct event_bar *bar = &bars[t - i].bar;
        const int64_t prices[3] = {bar->high_e9, bar->low_e9, bar->close_e9};
        for (int k = 0; k < 3; k++) {
            best[k] = prices[k] > best[k] ? prices[k] : best[k];
            best[k + 3] = prices[k] < best[k + 3] ? prices[k] : best[k + 3];
        }
        volumes += bar->volume;
        below += t > i && bars[t - i - 1].bar.close_e9 < bars[t].bar.close_e9 ? 1 : 0;
    }
    double width = (double)def->second / 1000 * deviation(bars, t, n, n);
    switch ((int)def->kind) {
    case SERIES_SMA:
        return mean(bars, t, n) * n * 1e9;
    case SERIES_EMA:
        return ema(bars, t, n, 0);
    case SERIES_SD0:
        return deviation(bars, t, n, n);
    case SERIES_SD1:
        return deviation(bars, t, n, n - 1);
    case SERIES_ZSCORE0:
        return (close - mean(bars, t, n)) / deviation(bars, t, n, n);
    case SERIES_ZSCORE1:
        return (close - mean(bars, t, n)) / deviation(bars, t, n, n - 1);
    case SERIES_MACD_LINE:
        return ema(bars, t, n, def->second - n) - ema(bars, t, def->second, 0);
    case SERIES_BOLLINGER_UPPER:
        return mean(bars, t, n) + width;
    case SERIES_BOLLINGER_LOWER:
        return mean(bars, t, n) - width;
    case SERIES_MAX_HIGH:
    case SERIES_MAX_LOW:
    case SERIES_MAX_CLOSE:
        return (double)best[def->kind - SERIES_MAX_HIGH];
    case SERIES_MIN_HIGH:
    case SERIES_MIN_LOW:
    case SERIES_MIN_CLOSE:
        return (double)best[def->kind - SERIES_MIN_HIGH + 3];
    case SERIES_RETURN:
        return close / ((double)bars[t - n].bar.close_e9 / 1e9) - 1;
    case SERIES_CLOSE_AGO:
        return (double)bars[t - n].bar.close_e9;
    case SERIES_PERCENTILE_RANK:
        return (double)below / n;
    case SERIES_VOLUME_SMA:
        return (double)volumes;
    case SERIES_OPEN:
        return (double)bars[t].bar.open_e9;
    case SERIES_HIGH:
        return (double)bars[t].bar.high_e9;
    case SERIES_LOW:
        return (double)bars[t].bar.low_e9;
    case SERIES_CLOSE:
        return (double)bars[t].bar.close_e9;
    case SERIES_VOLUME:
        return (double)bars[t].bar.volume;
    case SERIES_TIME:
        return (double)bars[t].ts_ns;
    default:
        return NAN;
    }
}

static double read_value(enum series_kind kind, union series_value value)
{
    return is_number(kind) ? value.number : (double)(int64_t)value.bits;
}

static void assert_close(double got, double want, const char *what, uint32_t t)
{
    cr_assert(fabs(got - want) <= 1e-9 * (1 + fabs(want)), "%s at %u: %.17g, not %.17g", what, t,
              got, want);
}

Test(series, values_are_those_of_the_definitions)
{
    static struct event bars[BARS];
    random_bars(bars, BARS, 5);
    static const uint32_t windows[] = {2, 14, 100};
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        struct all all;
        all_init(&all, windows[w], 0, CALENDAR_ALWAYS);
        uint32_t compared = 0;
        for (uint32_t t = 0; t < BARS; t++) {
            all_take(&all, &bars[t]);
            for (enum series_kind kind = SERIES_SMA; kind < SERIES_KIND_END; kind++) {
                const struct series_def *def = &all.defs[kind];
                bool there = t >= windows[w] && t + 1 >= series_def_bars(def);
                double want = there ? naive(def, bars, t) : NAN;
                if (!isnan(want)) {
                    assert_close(read_value(kind, series_of(&all, kind)->now), want,
                                 series_kind_text(kind), t);
                    compared++;
                }
            }
        }
        cr_assert_gt(compared, 10000);
        free(all.memory);
    }
}

/* A number is there from series_def_bars() on and not before; RSI and z of a bar that did not move
 * excepted, which random bars rarely are for long. The value before is the value of the bar before.
 */
Test(series, warm_up_is_as_told_and_before_is_before)
{
    static struct event bars[BARS];
    random_bars(bars, BARS, 6);
    struct all all;
    all_init(&all, 9, 0, CALENDAR_ALWAYS);
    union series_value last[SERIES_KIND_END];
    for (uint32_t t = 0; t < 200; t++) {
        all_take(&all, &bars[t]);
        for (enum series_kind kind = SERIES_SMA; kind < SERIES_KIND_END; kind++) {
            const struct series *series = series_of(&all, kind);
            uint32_t needed = series_def_bars(&all.defs[kind]);
            cr_assert_eq(series->window, needed);
            cr_assert_eq(series_is_warm(series), t + 1 > needed, "%s at %u", series_kind_text(kind),
                         t);
            if (is_number(kind)) {
                cr_assert_eq(!isnan(series->now.number), t + 1 >= needed, "%s at %u",
                             series_kind_text(kind), t);
            }
            if (t > 0) {
                cr_assert_eq(series_before(series).bits, last[kind].bits, "%s at %u",
                             series_kind_text(kind), t);
            }
            last[kind] = series->now;
        }
    }
    free(all.memory);
}

/* Flat prices: no RSI, no z, no place between bands that fall together. */
Test(series, the_undefined_has_one_form_and_no_comparison_holds)
{
    struct all all;
    all_init(&all, 5, 0, CALENDAR_ALWAYS);
    struct event bar = {
        .kind = EVENT_BAR, .bar = {MONEY_E9, MONEY_E9, MONEY_E9, MONEY_E9, 0}
    };
    static const enum series_kind kinds[] = {SERIES_RSI,     SERIES_RSI_WILDER,
                                             SERIES_ZSCORE0, SERIES_ZSCORE1,
                                             SERIES_VWAP,    SERIES_BOLLINGER_POSITION};
    for (int t = 1; t <= 50; t++) {
        bar.ts_ns = t * NS_PER_MIN;
        all_take(&all, &bar);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            const struct series *series = series_of(&all, kinds[i]);
            cr_assert_eq(series->now.bits, series_undefined().bits, "%s",
                         series_kind_text(kinds[i]));
            cr_assert_not(series->now.number < 1 || series->now.number >= 1);
        }
        cr_assert_eq(series_of(&all, SERIES_SLOPE)->now.number == 0, t >= 5);
    }
    free(all.memory);
}

/* ---- frames ---- */

/* Every kind on frames of five minutes is every kind on bars that were put together before. */
Test(series, of_a_frame_are_those_of_its_bars)
{
    static struct event bars[BARS];
    static struct event fives[BARS / 5];
    random_bars(bars, BARS, 8);
    for (uint32_t i = 0; i < BARS; i++) {
        struct event *five = &fives[i / 5];
        struct event_bar *sum = &five->bar;
        if (i % 5 == 0) {
            *five = bars[i];
        }
        sum->high_e9 = bars[i].bar.high_e9 > sum->high_e9 ? bars[i].bar.high_e9 : sum->high_e9;
        sum->low_e9 = bars[i].bar.low_e9 < sum->low_e9 ? bars[i].bar.low_e9 : sum->low_e9;
        sum->close_e9 = bars[i].bar.close_e9;
        sum->volume += i % 5 == 0 ? 0 : bars[i].bar.volume;
        five->ts_ns = bars[i].ts_ns;
    }
    struct all framed;
    struct all plain;
    all_init(&framed, 7, 5 * NS_PER_MIN, CALENDAR_ALWAYS);
    all_init(&plain, 7, 0, CALENDAR_ALWAYS);
    for (uint32_t i = 0; i < BARS; i++) {
        all_take(&framed, &bars[i]);
        const struct view_track *track = view_track(framed.view, 0, 5 * NS_PER_MIN);
        cr_assert_eq(*view_finished_ns(track) == bars[i].ts_ns, i % 5 == 4);
        cr_assert_eq(track->row->bars, (i + 1) / 5);
        if (i % 5 != 4) {
            continue;
        }
        all_take(&plain, &fives[i / 5]);
        for (enum series_kind kind = SERIES_SMA; kind < SERIES_KIND_END; kind++) {
            cr_assert_eq(series_of(&framed, kind)->now.bits, series_of(&plain, kind)->now.bits,
                         "%s at %u", series_kind_text(kind), i);
        }
    }
    free(framed.memory);
    free(plain.memory);
}

/* ---- splits ---- */

static struct event halved(const struct event *bar)
{
    struct event half = *bar;
    half.bar.open_e9 /= 2;
    half.bar.high_e9 /= 2;
    half.bar.low_e9 /= 2;
    half.bar.close_e9 /= 2;
    half.bar.volume *= 2;
    return half;
}

/* A view that a split reaches is from then on a view that never saw the old prices, also in the
 * middle of a frame. */
static void assert_split(int64_t frame_ns, uint32_t at, uint32_t window)
{
    static struct event bars[BARS];
    random_bars(bars, BARS, 9);
    struct all split;
    struct all never;
    all_init(&split, window, frame_ns, CALENDAR_ALWAYS);
    all_init(&never, window, frame_ns, CALENDAR_ALWAYS);
    for (uint32_t t = 0; t < BARS; t++) {
        if (t == at) {
            view_rescale(split.view, 0, 2, 1);
        }
        struct event half = halved(&bars[t]);
        all_take(&split, t < at ? &bars[t] : &half);
        all_take(&never, &half);
        if (t < at) {
            continue; /* not told of the split yet */
        }
        cr_assert_eq(view_close_e9(split.view, 0), view_close_e9(never.view, 0));
        for (enum series_kind kind = SERIES_SMA; kind < SERIES_KIND_END; kind++) {
            const struct series *a = series_of(&split, kind);
            const struct series *b = series_of(&never, kind);
            if (!is_number(kind)) {
                cr_assert_eq(a->now.bits, b->now.bits, "%s at %u", series_kind_text(kind), t);
                cr_assert(a->row->bars < 2 || series_before(a).bits == series_before(b).bits,
                          "%s at %u", series_kind_text(kind), t);
            } else if (!isnan(b->now.number) || !isnan(a->now.number)) {
                assert_close(a->now.number, b->now.number, series_kind_text(kind), t);
            }
        }
    }
    free(split.memory);
    free(never.memory);
}

Test(series, a_split_rescales_all_that_is_known)
{
    static const uint32_t moments[] = {0, 1, 2, 30, 333, 334};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        assert_split(0, moments[i], 14);
        assert_split(5 * NS_PER_MIN, moments[i], 14);
        assert_split(0, moments[i], 126); /* the ring of totals is just as long as it must be */
    }
}

/* The plain view has its own way. */
Test(series, a_split_reaches_the_plain_view)
{
    static struct event bars[BARS];
    random_bars(bars, BARS, 10);
    struct view_plan plan = {.instrument_count = 1};
    series_id id;
    cr_assert_eq(
        view_plan_declare(&plan, (struct series_def){.kind = SERIES_SMA, .window = 62}, &id),
        ERR_OK);
    struct arena arena;
    arena_init_measure(&arena);
    (void)view_init(&arena, &plan);
    void *memory = xcalloc_aligned(arena.used);
    arena_init(&arena, memory, arena.used);
    struct view *view = view_init(&arena, &plan);
    cr_assert(view->plain);
    for (uint32_t t = 0; t < BARS; t++) {
        if (t == 400) {
            view_rescale(view, 0, 3, 1); /* 3 for 1: closes are rounded each */
        }
        view_take_bar(view_row(view, 0), &bars[t]);
        int64_t sum = 0;
        for (uint32_t i = 0; t >= 61 && i < 62; i++) {
            int64_t close = bars[t - i].bar.close_e9;
            int64_t third = close / 3 + (close % 3 == 2 ? 1 : 0);
            sum += t >= 400 && t - i < 400 ? third : close;
        }
        cr_assert(t < 61 || view_series(view, 0, id)->now.sum_e9 == sum, "%u", t);
    }
    free(memory);
}

/* ---- sessions, definitions ---- */

/* The VWAP begins anew each day. */
Test(series, vwap_is_that_of_the_day)
{
    static struct event bars[BARS];
    random_bars(bars, BARS, 11);
    struct all all;
    all_init(&all, 5, 0, CALENDAR_ALWAYS);
    double turnover = 0;
    double volume = 0;
    for (uint32_t t = 0; t < BARS; t++) {
        bars[t].ts_ns = NS_PER_DAY - 300 * NS_PER_MIN + (int64_t)t * NS_PER_MIN;
        bool first = t == 301; /* the bar that ends at midnight is of the day before */
        turnover = first ? 0 : turnover;
        volume = first ? 0 : volume;
        const struct event_bar *bar = &bars[t].bar;
        double typical = (double)(bar->high_e9 + bar->low_e9 + bar->close_e9) / 3e9;
        turnover += typical * (double)bar->volume;
        volume += (double)bar->volume;
        all_take(&all, &bars[t]);
        assert_close(series_of(&all, SERIES_VWAP)->now.number, turnover / volume, "vwap", t);
    }
    free(all.memory);
}

Test(series, refuses_what_no_kernel_takes)
{
    static const struct {
        struct series_def def;
        enum err want;
    } cases[] = {
        {{.kind = SERIES_NOTHING, .window = 5},                                ERR_RANGE},
        {{.kind = SERIES_KIND_END, .window = 5},                               ERR_RANGE},
        {{.kind = SERIES_EMA, .window = 0},                                    ERR_RANGE},
        {{.kind = SERIES_EMA, .window = 1},                                    ERR_OK   },
        {{.kind = SERIES_EMA, .window = 1001},                                 ERR_RANGE},
        {{.kind = SERIES_SD1, .window = 1},                                    ERR_RANGE},
        {{.kind = SERIES_ADX, .window = 1},                                    ERR_RANGE},
        {{.kind = SERIES_CLOSE, .window = 0},                                  ERR_OK   },
        {{.kind = SERIES_MACD_LINE, .window = 12, .second = 12, .third = 9},   ERR_RANGE},
        {{.kind = SERIES_MACD_LINE, .window = 12, .second = 13, .third = 0},   ERR_RANGE},
        {{.kind = SERIES_MACD_SIGNAL, .window = 12, .second = 26, .third = 9}, ERR_OK   },
        {{.kind = SERIES_BOLLINGER_UPPER, .window = 20, .second = 0},          ERR_RANGE},
        {{.kind = SERIES_BOLLINGER_UPPER, .window = 20, .second = 2000},       ERR_OK   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(series_def_check(&cases[i].def), cases[i].want, "case %zu", i);
    }
}

Test(series, values_read_in_billionths)
{
    static const struct {
        struct series_def def;
        union series_value value;
        int64_t want_e9;
    } cases[] = {
        {{.kind = SERIES_SMA, .window = 4},        {.sum_e9 = 10},            2               },
        {{.kind = SERIES_CLOSE},                   {.price_e9 = 77},          77              },
        {{.kind = SERIES_VOLUME},                  {.shares = 12},            12 * MONEY_E9   },
        {{.kind = SERIES_VOLUME_SMA, .window = 8}, {.shares = 12},            3 * MONEY_E9 / 2},
        {{.kind = SERIES_VOLUME},                  {.shares = 1000000000000}, INT64_MAX       },
        {{.kind = SERIES_RSI, .window = 2},        {.number = 29.5},          29500000000     },
        {{.kind = SERIES_RETURN, .window = 2},     {.number = -0.25},         -250000000      },
        {{.kind = SERIES_SD0, .window = 2},        {.number = 1.5e-9},        2               },
        {{.kind = SERIES_SD0, .window = 2},        {.number = 2.5e-9},        2               },
        {{.kind = SERIES_SD0, .window = 2},        {.number = 1e300},         INT64_MAX       },
        {{.kind = SERIES_SLOPE, .window = 2},      {.number = -1e300},        -INT64_MAX      },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(series_value_e9(&cases[i].def, cases[i].value), cases[i].want_e9, "case %zu",
                     i);
    }
    struct series_def rsi = {.kind = SERIES_RSI, .window = 2};
    cr_expect_eq(series_value_e9(&rsi, series_undefined()), 0);
}
