/* strategies_test.c: each strategy of one frame along paths drawn by hand, and against a naive
 * reckoning on random bars, on SPY's days since 1998 and its minutes of January 2011. */
#include "strategy/strategy_test.h"

struct change {
    const char *parameter;
    int64_t value;
};

static void compare_everywhere(const char *name, const struct change *changes, uint32_t warmup,
                               bench_naive *naive)
{
    static const char *const files[] = {NULL, REAL_DAILY, REAL_MINUTES};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct bars bars = {0};
        if (files[i] != NULL && !bench_real(files[i], &bars)) {
            (void)fprintf(stderr, "%s: not here, skipped\n", files[i]);
            continue;
        }
        struct bench *bench = bench_create(name);
        for (size_t k = 0; changes[k].parameter != NULL; k++) {
            *bench_parameter(bench, changes[k].parameter) = changes[k].value;
        }
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        bench_compare(bench, warmup, naive, bars.records,
                      files[i] == NULL     ? 12000
                      : bars.count < 15000 ? bars.count
                                           : 15000);
        cr_assert_gt(bench->acts[ACT_BUY], 0, "%s on %s never buys", name, files[i]);
        cr_assert_gt(bench->acts[ACT_SELL], 0, "%s on %s never sells", name, files[i]);
        bench_destroy(bench);
        bars_finish(&bars);
    }
}

/* Version 14 does not know the end of such a line. */
/* clang-format off */
#define CHANGES(...) ((const struct change[]){__VA_ARGS__, {NULL, 0}})
#define NO_CHANGES   ((const struct change[]){{NULL, 0}})
/* clang-format on */

/* Walks a path of closes in cents; "-BS" for what is said, '.' for not asked. */
static void walk(struct bench *bench, const int64_t *cents, const int64_t *volumes, char *said)
{
    size_t i = 0;
    for (; cents[i] != 0; i++) {
        struct event bar = bench_flat(bench, cents[i], volumes != NULL ? volumes[i] : 100);
        struct decision decision = bench_take(bench, &bar);
        said[i] = bench->asked ? "-BS"[decision.act] : '.';
    }
    said[i] = '\0';
}

/* ---- rsi_mean_reversion ---- */

/* 100 x gains / (gains + losses) of the last changes, in whole cents of a price. */
static enum act naive_rsi(const struct bench *bench)
{
    int64_t gains = 0;
    int64_t losses = 0;
    for (uint32_t i = 0; i < bench->parameters[1]; i++) {
        int64_t change = bench_bar(bench, i)->close_e9 - bench_bar(bench, i + 1)->close_e9;
        gains += change > 0 ? change : 0;
        losses += change < 0 ? -change : 0;
    }
    if (gains + losses == 0) {
        return ACT_HOLD;
    }
    /* RSI < 30 is 100 G < 30 (G + L): exact. */
    __int128 strength = (__int128)gains * 100 * MONEY_E9;
    __int128 all = gains + losses;
    return strength < all * bench->parameters[2]   ? ACT_BUY
           : strength > all * bench->parameters[3] ? ACT_SELL
                                                   : ACT_HOLD;
}

/* Wilder's own recursion from the first bar, after New Concepts (1978). */
static enum act naive_rsi_wilder(const struct bench *bench)
{
    double n = (double)bench->parameters[1];
    double gain = 0;
    double loss = 0;
    for (uint32_t t = 1; t < bench->count; t++) {
        double change =
            (double)(bench->bars[t].bar.close_e9 - bench->bars[t - 1].bar.close_e9) / 1e9;
        double up = change > 0 ? change : 0;
        double down = change < 0 ? -change : 0;
        gain = t <= n ? gain + up / n : (gain * (n - 1) + up) / n;
        loss = t <= n ? loss + down / n : (loss * (n - 1) + down) / n;
    }
    double strength = loss == 0 && gain == 0 ? 50 : 100 - 100 / (1 + gain / loss);
    return strength < 30 ? ACT_BUY : strength > 70 ? ACT_SELL : ACT_HOLD;
}

Test(rsi_mean_reversion, acts_as_reckoned)
{
    compare_everywhere("rsi_mean_reversion", NO_CHANGES, 15, naive_rsi);
    compare_everywhere("rsi_mean_reversion", CHANGES({"period", 3}, {"oversold", 20000000000}), 4,
                       naive_rsi);
}

Test(rsi_mean_reversion, acts_by_wilders_smoothing)
{
    struct bench *bench = bench_create("rsi_mean_reversion");
    *bench_parameter(bench, "average") = 1;
    bench_begin(bench, 0, CALENDAR_ALWAYS);
    bench_compare(bench, 15, naive_rsi_wilder, NULL, 3000);
    cr_assert_gt(bench->acts[ACT_BUY], 0);
    cr_assert_gt(bench->acts[ACT_SELL], 0);
    bench_destroy(bench);
}

Test(rsi_mean_reversion, walks_paths_drawn_by_hand)
{
    static const struct {
        const char *what;
        int64_t cents[16];
        const char *says;
    } cases[] = {
        {"only losses: RSI 0",         {1000, 999, 998, 997, 996},  "...BB"},
        {"only gains: RSI 100",        {1000, 1001, 1002, 1003},    "...S" },
        {"flat: undefined, hold",      {1000, 1000, 1000, 1000},    "...-" },
        {"exactly 30 is not below 30", {999, 1000, 1003, 996},      "...-" },
        {"just below 30",              {999, 1000, 1003, 995},      "...B" },
        {"exactly 70 is not above 70", {999, 1000, 1007, 1004},     "...-" },
        {"just above 70",              {999, 1000, 1008, 1005},     "...S" },
        {"a loss leaves with its bar", {1000, 1000, 900, 901, 902}, "...BS"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char said[32];
        struct bench *bench = bench_create("rsi_mean_reversion");
        *bench_parameter(bench, "period") = 2;
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        walk(bench, cases[i].cents, NULL, said);
        cr_expect_str_eq(said, cases[i].says, "%s: %s", cases[i].what, said);
        bench_destroy(bench);
    }
}

/* ---- momentum, quick_test ---- */

static enum act naive_change(const struct bench *bench, uint32_t back, int64_t threshold_e9)
{
    int64_t now = bench_bar(bench, 0)->close_e9;
    int64_t base = bench_bar(bench, back)->close_e9;
    __int128 change = (__int128)(now - base) * MONEY_E9;
    return change > (__int128)base * threshold_e9    ? ACT_BUY
           : change < -(__int128)base * threshold_e9 ? ACT_SELL
                                                     : ACT_HOLD;
}

static enum act naive_momentum(const struct bench *bench)
{
    return naive_change(bench, (uint32_t)bench->parameters[1], bench->parameters[2]);
}

static enum act naive_quick_test(const struct bench *bench)
{
    return naive_change(bench, 1, bench->parameters[1]);
}

Test(momentum, acts_as_reckoned)
{
    compare_everywhere("momentum", CHANGES({"threshold", 2000000}), 21, naive_momentum);
    compare_everywhere("momentum", CHANGES({"lookback", 1}, {"threshold", 0}), 2, naive_momentum);
}

Test(quick_test, acts_as_reckoned)
{
    compare_everywhere("quick_test", NO_CHANGES, 2, naive_quick_test);
}

Test(momentum, looks_back_exactly_so_many_bars)
{
    /* 2 % above the close of 20 bars before is a tie; a cent more is not. The bar between, higher
     * by far, has no say. */
    static const struct {
        int64_t last;
        enum act want;
    } cases[] = {
        {10200, ACT_HOLD},
        {10201, ACT_BUY },
        {9800,  ACT_HOLD},
        {9799,  ACT_SELL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *bench = bench_create("momentum");
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        for (int t = 0; t < 22; t++) {
            struct event bar = bench_flat(bench,
                                          t == 1    ? 10000
                                          : t == 21 ? cases[i].last
                                                    : 15000,
                                          1);
            struct decision said = bench_take(bench, &bar);
            cr_assert_eq(bench->asked, t == 21);
            cr_assert(t < 21 || said.act == cases[i].want, "%d", (int)cases[i].last);
        }
        bench_destroy(bench);
    }
}

Test(quick_test, walks_a_path_drawn_by_hand)
{
    static const int64_t cents[] = {10000, 10000, 10010, 10021, 10011, 10000, 10000, 0};
    char said[32];
    struct bench *bench = bench_create("quick_test");
    bench_begin(bench, 0, CALENDAR_ALWAYS);
    walk(bench, cents, NULL, said);
    cr_expect_str_eq(said, "..-B-S-", "%s: 10 of 10000 is exactly the threshold", said);
    bench_destroy(bench);
}

/* ---- mean_reversion ---- */

/* Two passes over the window, in long double, as the definition says. */
static enum act naive_mean_reversion(const struct bench *bench)
{
    uint32_t n = (uint32_t)bench->parameters[1];
    long double sum = 0;
    long double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += (long double)bench_bar(bench, i)->close_e9;
    }
    for (uint32_t i = 0; i < n; i++) {
        long double off = (long double)bench_bar(bench, i)->close_e9 - sum / n;
        squares += off * off;
    }
    long double off = (long double)bench_bar(bench, 0)->close_e9 - sum / n;
    long double wanted = (long double)bench->parameters[2] / 1e9L * sqrtl(squares / (n - 1));
    return squares < 1 ? ACT_HOLD : off < -wanted ? ACT_BUY : off > wanted ? ACT_SELL : ACT_HOLD;
}

Test(mean_reversion, acts_as_reckoned)
{
    compare_everywhere("mean_reversion", NO_CHANGES, 20, naive_mean_reversion);
    compare_everywhere("mean_reversion", CHANGES({"lookback", 5}, {"z", 1300000000}), 5,
                       naive_mean_reversion);
}

Test(mean_reversion, takes_the_deviation_of_the_sample)
{
    /* Nineteen closes of 100 and one apart: z is +-19 / sqrt(20) = 4.2485 with sd1, 4.3589 with
     * sd0, whatever the distance. So a threshold of 4.3 tells them apart. */
    static const struct {
        int64_t z_e9, last;
        enum act want;
    } cases[] = {
        {4248000000, 9000,  ACT_BUY },
        {4249000000, 9000,  ACT_HOLD},
        {4248000000, 11000, ACT_SELL},
        {4249000000, 11000, ACT_HOLD},
        {1000000000, 10000, ACT_HOLD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *bench = bench_create("mean_reversion");
        *bench_parameter(bench, "z") = cases[i].z_e9;
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        struct decision said = {0};
        for (int t = 0; t < 21; t++) {
            struct event bar = bench_flat(bench, t == 20 ? cases[i].last : 10000, 1);
            said = bench_take(bench, &bar);
        }
        cr_expect_eq(said.act, cases[i].want, "case %zu: %s", i, bench_reason(bench, said));
        bench_destroy(bench);
    }
}

/* ---- volatility_breakout ---- */

static double naive_atr(const struct bench *bench, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 1; i <= n; i++) { /* up to the bar before */
        const struct event_bar *bar = bench_bar(bench, i);
        int64_t last = bench_bar(bench, i + 1)->close_e9;
        int64_t high = bar->high_e9 > last ? bar->high_e9 : last;
        int64_t low = bar->low_e9 < last ? bar->low_e9 : last;
        sum += (double)(high - low);
    }
    return sum / n;
}

static enum act naive_breakout(const struct bench *bench)
{
    uint32_t lookback = (uint32_t)bench->parameters[1];
    double beyond =
        (double)bench->parameters[3] / 1e9 * naive_atr(bench, (uint32_t)bench->parameters[2]);
    int64_t top = 0;
    int64_t bottom = INT64_MAX;
    int64_t volumes = 0;
    for (uint32_t i = 1; i <= lookback; i++) {
        const struct event_bar *bar = bench_bar(bench, i);
        top = bar->high_e9 > top ? bar->high_e9 : top;
        bottom = bar->low_e9 < bottom ? bar->low_e9 : bottom;
        volumes += bar->volume;
    }
    int64_t close = bench_bar(bench, 0)->close_e9;
    bool busy =
        bench->parameters[4] == 0 || (double)bench_bar(bench, 0)->volume * lookback >
                                         (double)bench->parameters[5] / 1e9 * (double)volumes;
    bool above = (double)(close - top) > beyond;
    bool below = (double)(bottom - close) > beyond;
    /* The rule's second half: the close before was inside. */
    int64_t before = bench_bar(bench, 1)->close_e9;
    cr_assert(!above || (double)(before - top) <= beyond);
    cr_assert(!below || (double)(bottom - before) <= beyond);
    return busy && above ? ACT_BUY : busy && below ? ACT_SELL : ACT_HOLD;
}

Test(volatility_breakout, acts_as_reckoned)
{
    compare_everywhere("volatility_breakout",
                       CHANGES({"lookback", 5}, {"atr_period", 3}, {"multiplier", 250000000}), 5,
                       naive_breakout);
    compare_everywhere("volatility_breakout",
                       CHANGES({"multiplier", 300000000}, {"volume_confirmation", 0}), 20,
                       naive_breakout);
}

/* A bar of a range: high and low around the close. */
static struct event ranged(const struct bench *bench, int64_t high, int64_t low, int64_t close,
                           int64_t volume)
{
    struct event bar = bench_flat(bench, close, volume);
    bar.bar.open_e9 = close * (MONEY_E9 / 100);
    bar.bar.high_e9 = high * (MONEY_E9 / 100);
    bar.bar.low_e9 = low * (MONEY_E9 / 100);
    return bar;
}

/* Twenty bars 100.50 to 99.50 closing at 100: ATR 1, levels 102.50 and 97.50, mean volume 1000. */
Test(volatility_breakout, breaks_levels_drawn_by_hand)
{
    static const struct {
        const char *what;
        int64_t high, low, close, volume;
        enum act want;
        const char *reason;
    } cases[] = {
        {"the level itself is no break",     10250, 9950, 10250, 9999, ACT_HOLD,
         "close inside the range"                                                                        },
        {"a cent above, busy",               10251, 9950, 10251, 1501, ACT_BUY,
         "close broke out above the range"                                                               },
        {"a cent above, exactly 1.5 x",      10251, 9950, 10251, 1500, ACT_HOLD,
         "breakout without volume"                                                                       },
        {"its own high is not in the level", 19999, 9950, 10251, 1501, ACT_BUY,
         "close broke out above the range"                                                               },
        {"the level below itself",           10050, 9750, 9750,  9999, ACT_HOLD, "close inside the range"},
        {"a cent below, busy",               10050, 9749, 9749,  1501, ACT_SELL,
         "close broke out below the range"                                                               },
        {"a wick below is no close",         10050, 5000, 10000, 9999, ACT_HOLD, "close inside the range"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *bench = bench_create("volatility_breakout");
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        struct event bar;
        for (int t = 0; t < 20; t++) {
            bar = ranged(bench, 10050, 9950, 10000, 1000);
            (void)bench_take(bench, &bar);
        }
        bar = ranged(bench, cases[i].high, cases[i].low, cases[i].close, cases[i].volume);
        struct decision said = bench_take(bench, &bar);
        cr_assert(bench->asked);
        cr_expect_eq(said.act, cases[i].want, "%s", cases[i].what);
        cr_expect_str_eq(bench_reason(bench, said), cases[i].reason, "%s", cases[i].what);
        bench_destroy(bench);
    }
}

/* ---- all rows ---- */

Test(strategies, refuse_parameters_that_do_not_go_together)
{
    int64_t values[PARAMETERS_MAX];
    const struct strategy_def *rsi = strategy_find("rsi_mean_reversion");
    bench_fall_back(rsi, values);
    cr_assert_null(rsi->fault(values));
    values[2] = values[3];
    cr_assert_not_null(rsi->fault(values));
}

/* Whatever the parameters, in their ranges: what is declared can be had. */
Test(strategies, declare_what_a_view_takes)
{
    uint64_t state = 1;
    for (size_t i = 0; strategy_table[i] != NULL; i++) {
        const struct strategy_def *def = strategy_table[i];
        cr_assert_eq(strategy_find(def->name), def);
        size_t reasons = 0;
        while (def->reasons[reasons] != NULL) {
            reasons++;
        }
        cr_assert(reasons >= 2 && reasons <= REASONS_MAX, "%s", def->name);
        for (int round = 0; round < 300; round++) {
            int64_t values[PARAMETERS_MAX] = {0};
            for (size_t k = 0; def->parameters[k].name != NULL; k++) {
                const struct parameter_def *parameter = &def->parameters[k];
                cr_assert_not_null(parameter->help);
                uint64_t width = (uint64_t)(parameter->maximum - parameter->minimum) + 1;
                uint64_t how = bench_random(&state) % 4;
                values[k] = how == 0 ? parameter->minimum
                            : how == 1
                                ? parameter->maximum
                                : parameter->minimum + (int64_t)(bench_random(&state) % width);
            }
            if (def->fault != NULL && def->fault(values) != NULL) {
                continue;
            }
            struct view_plan plan = {.instrument_count = 1, .bar_ns = NS_PER_MIN};
            struct series_def defs[SERIES_PER_STRATEGY_MAX] = {0};
            uint32_t count = def->declare(values, defs);
            cr_assert(count <= SERIES_PER_STRATEGY_MAX && count <= DECISION_INPUTS_MAX);
            for (uint32_t k = 0; k < count; k++) {
                series_id id;
                cr_assert_eq(view_plan_declare(&plan, defs[k], &id), ERR_OK, "%s", def->name);
            }
        }
    }
}
