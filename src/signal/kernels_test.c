/* kernels_test.c: what holds for every kernel: it streams what its definition says, a split in the
 * past is as if it had always been, and the arena it measures is the one it needs. */
#include "signal/kernels_test.h"

#include <criterion/criterion.h>

#include "base/money.h"
#include "signal/kernels_plain_test.h"

enum { BARS = 300, BLOCK = 65536 };

enum shape { WALK, COARSE, FLAT, RISING, JUMPS, FADING, EXTREME };

static const char *const shape_names[] = {"walk",  "coarse", "flat",   "rising",
                                          "jumps", "fading", "extreme"};

static uint64_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Prices are multiples of `unit_e9`; volumes of 1,680. */
static void bars_make(bar_t *bars, enum shape shape, uint64_t seed, int64_t unit_e9)
{
    uint64_t state = seed;
    int64_t close = 100000;
    for (uint32_t i = 0; i < BARS; i++) {
        int64_t step = (int64_t)(random_next(&state) % 401) - 200;
        int64_t up = (int64_t)(random_next(&state) % 100);
        int64_t down = (int64_t)(random_next(&state) % 100);
        int64_t volume = (int64_t)(random_next(&state) % 5) * 1680;
        if (shape == COARSE) {
            step = step / 100 * 1000, up = up / 50 * 1000, down = down / 50 * 1000;
        } else if (shape == FLAT || (shape == FADING && i >= 60)) {
            step = up = down = 0;
        } else if (shape == RISING) {
            step = 30 + up;
        } else if (shape == JUMPS && i % 37 == 36) {
            step = close > 50000 ? -close * 9 / 10 : close * 9;
        } else if (shape == EXTREME) {
            step = (random_next(&state) % 2 == 0 ? 1 : PRICE_E9_MAX / unit_e9) - close;
            up = down = 0;
        }
        close += step;
        int64_t high = close + up;
        int64_t low = close - down;
        bars[i] = (bar_t){close * unit_e9, high * unit_e9, low * unit_e9, close * unit_e9, volume};
    }
}

static void parameters_of(const struct kernel *kernel, uint32_t window, uint32_t p[3])
{
    bool macd = strcmp(kernel->name, "macd") == 0;
    p[0] = window;
    p[1] = macd ? 2 * window : 2;
    p[2] = macd ? window / 2 + 1 : 0;
}

static void kernel_start(const struct kernel *kernel, union state *state, unsigned char *block,
                         uint32_t window)
{
    struct arena arena;
    arena_init(&arena, block, BLOCK);
    uint32_t p[3];
    parameters_of(kernel, window, p);
    kernel->init(state, &arena, p);
}

static void compare_shape(const struct kernel *kernel, uint32_t window, enum shape shape,
                          uint64_t seed)
{
    static _Alignas(64) unsigned char block[BLOCK];
    static bar_t bars[BARS];
    bars_make(bars, shape, seed, 1000000);
    uint32_t p[3];
    parameters_of(kernel, window, p);
    union state state;
    kernel_start(kernel, &state, block, window);
    int64_t top_e9 = 0; /* what was high rounds coarsely for long */
    for (uint32_t i = 0; i < BARS; i++) {
        kernel->take(&state, &bars[i]);
        top_e9 = bars[i].close_e9 > top_e9 ? bars[i].close_e9 : top_e9;
        /* The recursive definitions cost a pass over the past, so later bars are looked at rarely.
         */
        if (i > 110 && i % 23 != 0) {
            continue;
        }
        for (uint32_t output = 0; output < kernel->outputs; output++) {
            double want = (double)plain_value(kernel->name, bars, i, p, output);
            bool ready = kernel->ready(&state, output);
            cr_assert_eq(ready, !isnan(want), "%s %u (%u), %s, bar %u: ready is %d", kernel->name,
                         output, window, shape_names[shape], i, ready);
            if (ready) {
                double got = kernel->value(&state, output);
                cr_assert(nearly(kernel, got, want, 1e-12, top_e9),
                          "%s %u (%u), %s, bar %u: %.17g is not %.17g", kernel->name, output,
                          window, shape_names[shape], i, got, want);
            }
        }
    }
}

Test(kernels, stream_what_the_definition_says)
{
    static const uint32_t windows[] = {1, 2, 3, 5, 14, 50};
    for (size_t k = 0; k < KERNELS; k++) {
        for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
            for (enum shape shape = WALK; shape <= EXTREME; shape++) {
                if (windows[w] >= kernels[k].window_min) {
                    compare_shape(&kernels[k], windows[w], shape, 7 * shape + windows[w]);
                }
            }
        }
    }
}

/* The bar as it would have been quoted before a split that came later. */
static bar_t bar_split(bar_t bar, int64_t numerator, int64_t denominator)
{
    return (bar_t){
        units_split(bar.open_e9, numerator, denominator),
        units_split(bar.high_e9, numerator, denominator),
        units_split(bar.low_e9, numerator, denominator),
        units_split(bar.close_e9, numerator, denominator),
        bar.volume * numerator / denominator,
    };
}

/* Takes bars, split after `before` of them, beside a kernel that only ever saw split prices. They
 * may differ by `share` and by `rest` in all. The unit says whether all prices divide. */
static void compare_split(const struct kernel *kernel, uint32_t window, uint32_t before,
                          const int64_t ratio[2], int64_t unit_e9, double share, double rest)
{
    static _Alignas(64) unsigned char block[BLOCK];
    static _Alignas(64) unsigned char always_block[BLOCK];
    static bar_t bars[BARS];
    bars_make(bars, COARSE, before, unit_e9);
    union state state;
    union state always;
    kernel_start(kernel, &state, block, window);
    kernel_start(kernel, &always, always_block, window);
    for (uint32_t i = 0; i < BARS; i++) {
        bar_t split = bar_split(bars[i], ratio[0], ratio[1]);
        kernel->take(&state, i < before ? &bars[i] : &split);
        kernel->take(&always, &split);
        if (i + 1 == before) {
            kernel->rescale(&state, ratio[0], ratio[1]);
        }
        for (uint32_t output = 0; i + 1 >= before && output < kernel->outputs; output++) {
            bool ready = kernel->ready(&state, output);
            cr_assert_eq(ready, kernel->ready(&always, output), "%s: ready is %d", kernel->name,
                         ready);
            double got = ready ? kernel->value(&state, output) : 0.0;
            double want = ready ? kernel->value(&always, output) : 0.0;
            bool same = fabs(got - want) <= share * fabs(want) + rest;
            cr_assert(same, "%s %u (%u), %d:%d after %u, bar %u: %.17g is not %.17g", kernel->name,
                      output, window, (int)ratio[0], (int)ratio[1], before, i, got, want);
        }
    }
}

static const int64_t ratios[][2] = {
    {2,  1 },
    {7,  1 },
    {3,  2 },
    {1,  10},
    {20, 1 }
};

Test(kernels, a_split_is_as_if_it_had_always_been)
{
    static const uint32_t windows[] = {2, 5, 14, 50};
    static const uint32_t befores[] = {1, 2, 4, 15, 60, 150};
    for (size_t k = 0; k < KERNELS; k++) {
        for (size_t i = 0; i < 4 * 6 * 5; i++) {
            /* 420,000 divides by every numerator: integers give the same bits. */
            bool exact = kernels[k].exact;
            compare_split(&kernels[k], windows[i % 4], befores[i / 4 % 6], ratios[i / 24], 420000,
                          exact ? 0.0 : 1e-12, exact ? 0.0 : 1000 * kernels[k].slack);
        }
    }
}

Test(kernels, a_split_that_leaves_a_rest_rounds_the_prices_alone)
{
    /* Kernels that keep prices round as the prices themselves do: still the same bits. */
    static const char *const keepers[] = {"rsi_simple", "deviation",   "zscore",
                                          "bollinger",  "rolling_max", "rolling_min",
                                          "returns",    "slope",       "percentile_rank"};
    for (size_t k = 0; k < KERNELS; k++) {
        bool keeps = false;
        for (size_t i = 0; i < sizeof keepers / sizeof keepers[0]; i++) {
            keeps |= strcmp(kernels[k].name, keepers[i]) == 0;
        }
        bool adx = strcmp(kernels[k].name, "adx") == 0; /* a tie may become a direction */
        for (size_t i = 0; i < 5 && !adx; i++) {
            compare_split(&kernels[k], 14, 100, ratios[i], 1000003, keeps ? 0.0 : 1e-8,
                          keeps ? 0.0 : 2e-9);
        }
    }
}

Test(kernels, the_arena_they_measure_is_the_one_they_need)
{
    static _Alignas(64) unsigned char block[BLOCK];
    for (size_t k = 0; k < KERNELS; k++) {
        static const uint32_t p[3] = {50, 1000, 9};
        union state state;
        struct arena measure;
        arena_init_measure(&measure);
        kernels[k].init(&state, &measure, p);
        struct arena arena;
        arena_init(&arena, block, measure.used);
        kernels[k].init(&state, &arena, p);
        cr_expect_eq(arena.used, measure.used, "%s", kernels[k].name);
    }
}

Test(kernels, the_largest_prices_and_windows_do_not_overflow)
{
    static _Alignas(64) unsigned char block[BLOCK];
    struct arena arena;
    arena_init(&arena, block, sizeof block);
    struct deviation deviation;
    struct slope slope;
    struct rsi_simple rsi;
    struct atr_simple atr;
    deviation_init(&deviation, &arena, SIGNAL_WINDOW_MAX);
    slope_init(&slope, &arena, SIGNAL_WINDOW_MAX);
    rsi_simple_init(&rsi, &arena, SIGNAL_WINDOW_MAX);
    atr_simple_init(&atr, &arena, SIGNAL_WINDOW_MAX);
    for (uint32_t i = 0; i < 2500; i++) {
        int64_t price_e9 = i % 2 == 0 ? PRICE_E9_MAX : 1;
        deviation_take(&deviation, price_e9);
        rsi_simple_take(&rsi, price_e9);
        atr_simple_take(&atr, price_e9, price_e9, price_e9);
        slope_take(&slope, i % SIGNAL_WINDOW_MAX < 500 ? 1 : PRICE_E9_MAX);
    }
    /* Half of them up, half down; a step of height h in the middle of n has a slope of 1.5 h n /
     * (n^2 - 1). 2,500 bars end half a period on, with the step downward. */
    double top = (double)(PRICE_E9_MAX - 1) / 1e9;
    cr_expect_float_eq(deviation_sd0(&deviation), top / 2, 1e-6);
    cr_expect_float_eq(atr_simple_value(&atr), top, 1e-6);
    cr_expect_float_eq(rsi_simple_value(&rsi), 50.0, 1e-12);
    cr_expect_float_eq(slope_value(&slope), -1.5 * top * 1000 / (1e6 - 1), 1e-6);
}

Test(kernels, the_rsi_knows_its_ends)
{
    static _Alignas(64) unsigned char block[BLOCK];
    static const struct {
        const char *what;
        int64_t step;
        bool ready;
        double value;
    } cases[] = {
        {"no losses", 5,  true,  100.0},
        {"no gains",  -5, true,  0.0  },
        {"neither",   0,  false, 0.0  },
    };
    for (size_t i = 0; i < 3; i++) {
        struct arena arena;
        arena_init(&arena, block, sizeof block);
        struct rsi_simple simple;
        struct rsi_wilder wilder;
        rsi_simple_init(&simple, &arena, 14);
        rsi_wilder_init(&wilder, 14);
        for (int bar = 0; bar < 40; bar++) {
            cr_expect_eq(rsi_simple_ready(&simple), bar > 14 && cases[i].ready);
            cr_expect_eq(rsi_wilder_ready(&wilder), bar > 14 && cases[i].ready);
            rsi_simple_take(&simple, 100 * MONEY_E9 + bar * cases[i].step);
            rsi_wilder_take(&wilder, 100 * MONEY_E9 + bar * cases[i].step);
        }
        if (cases[i].ready) {
            cr_expect_eq(rsi_simple_value(&simple), cases[i].value, "%s", cases[i].what);
            cr_expect_eq(rsi_wilder_value(&wilder), cases[i].value, "%s", cases[i].what);
        }
    }
}

Test(kernels, a_market_that_stops_fades_to_zero_not_to_subnormals)
{
    struct rsi_wilder rsi;
    struct macd macd;
    struct adx adx;
    rsi_wilder_init(&rsi, 14);
    macd_init(&macd, 12, 26, 9);
    adx_init(&adx, 14);
    double settled = 0.0;
    double share = 0.0;
    for (int64_t bar = 0; bar < 20000; bar++) {
        int64_t price_e9 = (bar < 100 ? 100 + bar * 7 % 10 : 100) * MONEY_E9;
        rsi_wilder_take(&rsi, price_e9);
        macd_take(&macd, price_e9);
        adx_take(&adx, price_e9, price_e9, price_e9);
        settled = bar == 5000 ? adx_value(&adx) : settled;
        share = bar == 100 ? rsi_wilder_value(&rsi) : share;
        if (bar > 100 && rsi_wilder_ready(&rsi)) {
            cr_assert_float_eq(rsi_wilder_value(&rsi), share, 1e-9, "bar %d", (int)bar);
        }
    }
    cr_expect_eq(rsi.gain.value, 0.0);
    cr_expect_eq(rsi.loss.value, 0.0);
    cr_expect(!rsi_wilder_ready(&rsi));
    cr_expect_eq(adx.plus_e9, 0.0);
    cr_expect_eq(adx.range_e9, 0.0);
    cr_expect_eq(adx_plus_di(&adx), 0.0);
    cr_expect_gt(settled, 1.0);
    cr_expect_float_eq(adx_value(&adx), settled, 1e-9, "bars without a DX leave the ADX alone");
    double left = fabs(macd.signal.value);
    cr_expect(left == 0.0 || left >= 1e-300, "%g", left);
}

Test(kernels, the_macd_line_comes_before_its_signal)
{
    struct macd macd;
    macd_init(&macd, 12, 26, 9);
    for (int bar = 1; bar <= 60; bar++) {
        macd_take(&macd, (100 + bar % 5) * MONEY_E9);
        cr_expect_eq(macd_line_ready(&macd), bar >= 26);
        cr_expect_eq(macd_ready(&macd), bar >= 26 + 9 - 1);
    }
}

Test(kernels, the_extremes_follow_long_after_the_ordinals_wrap)
{
    static _Alignas(64) unsigned char block[BLOCK];
    struct arena arena;
    arena_init(&arena, block, sizeof block);
    struct rolling_max max;
    rolling_max_init(&max, &arena, 3);
    max.bar = max.head = max.tail = UINT32_MAX - 4;
    static const int64_t prices[] = {9, 5, 4, 3, 8, 1, 1, 1, 2, 1, 0, 7};
    static const int64_t wants[] = {0, 0, 9, 5, 8, 8, 8, 1, 2, 2, 2, 7};
    for (size_t i = 0; i < 12; i++) {
        rolling_max_take(&max, prices[i]);
        cr_expect(i < 2 || rolling_max_e9(&max) == wants[i], "price %zu", i);
    }
}
