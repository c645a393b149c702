/* ma_crossover_test.c: what it says along price paths drawn by hand, and against a naive reckoning.
 */
#include "strategy/ma_crossover.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "strategy/table.h"
#include "sys/memory.h"

enum { WARMUP_BARS, FAST, SLOW, TRIGGER };
enum { CROSS, LEVEL };
enum { PRICES_MAX = 64 };

/* The averages over closes, as the view makes them; the strategy is asked when the engine would. */
struct walk {
    int64_t parameters[PARAMETERS_MAX];
    void *memory;
    struct view *view;
    int64_t closes_e9[2048];
    uint32_t count;
    struct strategy_context context;
};

static void walk_init(struct walk *walk, int64_t fast, int64_t slow, int64_t trigger)
{
    memset(walk, 0, sizeof *walk);
    walk->parameters[WARMUP_BARS] = 1;
    walk->parameters[FAST] = fast;
    walk->parameters[SLOW] = slow;
    walk->parameters[TRIGGER] = trigger;
    struct series_def series[SERIES_PER_STRATEGY_MAX];
    struct view_plan plan = {.instrument_count = 1};
    series_id ids[2];
    cr_assert_eq(strategy_ma_crossover.declare(walk->parameters, series), 2);
    cr_assert_eq(view_plan_declare(&plan, series[0], &ids[0]), ERR_OK);
    cr_assert_eq(view_plan_declare(&plan, series[1], &ids[1]), ERR_OK);
    struct arena arena;
    arena_init_measure(&arena);
    (void)view_init(&arena, &plan);
    size_t size = arena.used;
    walk->memory = xcalloc_aligned(size);
    arena_init(&arena, walk->memory, size);
    walk->view = view_init(&arena, &plan);
    walk->context = (struct strategy_context){
        .holding = HOLDING_FLAT,
        .parameters = walk->parameters,
        .series = {view_series(walk->view, 0, ids[0]), view_series(walk->view, 0, ids[1])}
    };
}

static void walk_finish(struct walk *walk)
{
    free(walk->memory);
}

/* One more close; what the strategy says to it: nothing before both averages have both values. */
static struct decision walk_on(struct walk *walk, int64_t close_e9)
{
    struct event bar = {
        .kind = EVENT_BAR, .bar = {close_e9, close_e9, close_e9, close_e9, 1}
    };
    view_take_bar(view_row(walk->view, 0), &bar);
    walk->closes_e9[walk->count++] = close_e9;
    if (walk->count <= (uint32_t)walk->parameters[SLOW]) {
        return (struct decision){.act = ACT_HOLD};
    }
    return strategy_ma_crossover.decide(&walk->context);
}

static const char *reason_of(struct decision said)
{
    return strategy_ma_crossover.reasons[said.reason];
}

/* One letter for each close: B buys, S sells, '-' holds. Whoever buys is long at the next close. */
Test(ma_crossover, walks_price_paths_drawn_by_hand)
{
    static const struct {
        const char *what;
        int64_t fast, slow, trigger;
        int64_t closes[PRICES_MAX]; /* 0 ends it */
        const char *says;
    } cases[] = {
        {"level: above, tie, above, below", 1, 2, LEVEL, {10, 11, 12, 12, 13, 12},     "--BSBS" },
        {"level: never above",              1, 2, LEVEL, {10, 9, 9, 8, 8, 7},          "------" },
        {"level: above as soon as it can",  2, 3, LEVEL, {1, 2, 3, 4, 5},              "---B-"  },
        {"level: a tie keeps nobody long",  1, 3, LEVEL, {10, 10, 10, 14, 12, 12, 12}, "---BS--"},
        {"cross: needs a bar before",       1, 2, CROSS, {10, 11, 12, 12, 13, 12, 11}, "----BS-"},
        {"cross: up through a tie",         1, 2, CROSS, {12, 11, 11, 12},             "---B"   },
        {"cross: down through a tie",       1, 2, CROSS, {11, 12, 12, 11},             "---S"   },
        {"cross: touching from below",      1, 2, CROSS, {12, 11, 11, 10, 9},          "---S-"  },
        {"cross: touching from above",      1, 2, CROSS, {11, 12, 12, 13, 14},         "---B-"  },
        {"cross: above from the start",     2, 3, CROSS, {1, 2, 3, 4, 5, 6},           "------" },
        {"cross: from above to below",      1, 3, CROSS, {5, 5, 8, 2, 2, 2, 9},        "---S--B"},
        {"flat prices are one long tie",    2, 4, LEVEL, {7, 7, 7, 7, 7, 7, 7},        "-------"},
        {"flat prices, cross",              2, 4, CROSS, {7, 7, 7, 7, 7, 7, 7},        "-------"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct walk walk;
        char said[PRICES_MAX + 1] = "";
        walk_init(&walk, cases[i].fast, cases[i].slow, cases[i].trigger);
        for (size_t t = 0; cases[i].closes[t] != 0; t++) {
            struct decision decision = walk_on(&walk, cases[i].closes[t] * MONEY_E9);
            said[t] = "-BS"[decision.act];
            if (decision.act != ACT_HOLD) {
                walk.context.holding = decision.act == ACT_BUY ? HOLDING_LONG : HOLDING_FLAT;
            }
        }
        cr_expect_str_eq(said, cases[i].says, "%s: says %s", cases[i].what, said);
        walk_finish(&walk);
    }
}

Test(ma_crossover, says_why)
{
    struct walk walk;
    walk_init(&walk, 1, 2, LEVEL);
    (void)walk_on(&walk, 10);
    (void)walk_on(&walk, 10);
    cr_assert_str_eq(reason_of(walk_on(&walk, 10)), "hold");
    struct decision buy = walk_on(&walk, 11);
    cr_assert_str_eq(reason_of(buy), "fast above slow");
    cr_assert_eq(buy.strength_ppm, 1000000);
    cr_assert_eq(buy.confidence_ppm, 1000000);
    walk.context.holding = HOLDING_LONG;
    cr_assert_str_eq(reason_of(walk_on(&walk, 11)), "fast not above slow");
    walk_finish(&walk);
    walk_init(&walk, 1, 2, CROSS);
    (void)walk_on(&walk, 10);
    (void)walk_on(&walk, 10);
    cr_assert_str_eq(reason_of(walk_on(&walk, 11)), "fast crossed above slow");
    cr_assert_str_eq(reason_of(walk_on(&walk, 9)), "fast crossed below slow");
    walk_finish(&walk);
}

/* Level asks what is held; cross does not, the engine's gating does it. */
Test(ma_crossover, heeds_what_is_held)
{
    static const struct {
        const char *what;
        int64_t trigger;
        enum holding holding;
        int64_t last; /* after 10, 10 */
        enum act want;
    } cases[] = {
        {"level, above, flat",    LEVEL, HOLDING_FLAT,    11, ACT_BUY },
        {"level, above, pending", LEVEL, HOLDING_PENDING, 11, ACT_HOLD},
        {"level, above, long",    LEVEL, HOLDING_LONG,    11, ACT_HOLD},
        {"level, below, flat",    LEVEL, HOLDING_FLAT,    9,  ACT_HOLD},
        {"level, below, pending", LEVEL, HOLDING_PENDING, 9,  ACT_HOLD},
        {"level, below, long",    LEVEL, HOLDING_LONG,    9,  ACT_SELL},
        {"level, tie, flat",      LEVEL, HOLDING_FLAT,    10, ACT_HOLD},
        {"level, tie, long",      LEVEL, HOLDING_LONG,    10, ACT_SELL},
        {"cross up, long",        CROSS, HOLDING_LONG,    11, ACT_BUY },
        {"cross down, flat",      CROSS, HOLDING_FLAT,    9,  ACT_SELL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct walk walk;
        walk_init(&walk, 1, 2, cases[i].trigger);
        walk.context.holding = cases[i].holding;
        (void)walk_on(&walk, 10);
        (void)walk_on(&walk, 10);
        cr_expect_eq(walk_on(&walk, cases[i].last).act, cases[i].want, "%s", cases[i].what);
        walk_finish(&walk);
    }
}

/* A tie is a tie, and a billionth is a difference: where doubles would round either way. */
Test(ma_crossover, sees_a_billionth_and_nothing_less)
{
    static const int64_t prices_e9[] = {1, 3333333333, 100015625000, 271239900001,
                                        PRICE_E9_MAX - 1};
    for (size_t i = 0; i < sizeof prices_e9 / sizeof prices_e9[0]; i++) {
        for (int64_t more = 0; more <= 1; more++) {
            struct walk walk;
            walk_init(&walk, 10, 30, LEVEL);
            struct decision said = {0};
            for (int t = 0; t < 50; t++) {
                said = walk_on(&walk, prices_e9[i] + (t == 49 ? more : 0));
            }
            cr_assert_eq(said.act, more == 1 ? ACT_BUY : ACT_HOLD, "price %zu", i);
            walk_finish(&walk);
        }
    }
}

/* ---- against a naive reckoning ---- */

/* Sign of mean(fast) - mean(slow) over the last closes before `end`, in whole sums. */
static int naive_compare(const struct walk *walk, uint32_t end)
{
    __int128 fast = 0;
    __int128 slow = 0;
    int64_t fast_bars = walk->parameters[FAST];
    int64_t slow_bars = walk->parameters[SLOW];
    for (int64_t i = 0; i < slow_bars; i++) {
        slow += walk->closes_e9[end - 1 - (uint32_t)i];
        fast += i < fast_bars ? walk->closes_e9[end - 1 - (uint32_t)i] : 0;
    }
    fast *= slow_bars;
    slow *= fast_bars;
    return (fast > slow) - (fast < slow);
}

static enum act naive_act(const struct walk *walk)
{
    uint32_t slow_bars = (uint32_t)walk->parameters[SLOW];
    enum holding holding = walk->context.holding;
    if (walk->count <= slow_bars) {
        return ACT_HOLD;
    }
    int now = naive_compare(walk, walk->count);
    if (walk->parameters[TRIGGER] == LEVEL) {
        return now > 0 && holding == HOLDING_FLAT    ? ACT_BUY
               : now <= 0 && holding == HOLDING_LONG ? ACT_SELL
                                                     : ACT_HOLD;
    }
    int before = naive_compare(walk, walk->count - 1);
    return before <= 0 && now > 0 ? ACT_BUY : before >= 0 && now < 0 ? ACT_SELL : ACT_HOLD;
}

/* Few different prices, so that ties are frequent. */
Test(ma_crossover, does_as_naively_reckoned)
{
    static const int64_t windows[][2] = {
        {1,  2  },
        {2,  3  },
        {3,  9  },
        {10, 30 },
        {1,  50 },
        {99, 100}
    };
    for (size_t i = 0; i < 2 * sizeof windows / sizeof windows[0]; i++) {
        static struct walk walk;
        uint32_t state = 12345;
        uint32_t acts[3] = {0};
        walk_init(&walk, windows[i / 2][0], windows[i / 2][1], i % 2 == 0 ? CROSS : LEVEL);
        for (int t = 0; t < 2000; t++) {
            state = state * 1664525 + 1013904223;
            struct decision said = walk_on(&walk, (int64_t)(100 + (state >> 16) % 4) * MONEY_E9);
            cr_assert_eq(said.act, naive_act(&walk), "case %zu, close %d", i, t);
            acts[said.act]++;
            if (said.act != ACT_HOLD) {
                walk.context.holding = said.act == ACT_BUY ? HOLDING_LONG : HOLDING_FLAT;
            }
        }
        cr_assert_gt(acts[ACT_BUY], 20, "case %zu", i);
        cr_assert_gt(acts[ACT_SELL], 20, "case %zu", i);
        walk_finish(&walk);
    }
}

/* ---- the row ---- */

Test(ma_crossover, declares_its_two_averages)
{
    const int64_t parameters[PARAMETERS_MAX] = {50, 12, 34, CROSS};
    struct series_def series[SERIES_PER_STRATEGY_MAX];
    cr_assert_eq(strategy_ma_crossover.declare(parameters, series), 2);
    cr_assert_eq(series[0].kind, SERIES_SMA);
    cr_assert_eq(series[0].window, 12);
    cr_assert_eq(series[1].kind, SERIES_SMA);
    cr_assert_eq(series[1].window, 34);
}

Test(ma_crossover, wants_fast_below_slow)
{
    cr_assert_null(strategy_ma_crossover.fault((const int64_t[PARAMETERS_MAX]){50, 9, 10, CROSS}));
    cr_assert_not_null(
        strategy_ma_crossover.fault((const int64_t[PARAMETERS_MAX]){50, 10, 10, CROSS}));
    cr_assert_not_null(
        strategy_ma_crossover.fault((const int64_t[PARAMETERS_MAX]){50, 11, 10, CROSS}));
}

Test(ma_crossover, stands_in_the_table_with_sound_parameters)
{
    cr_assert_eq(strategy_find("ma_crossover"), &strategy_ma_crossover);
    cr_assert_null(strategy_find("ma_crossove"));
    cr_assert_null(strategy_find("ma_crossover2"));
    cr_assert_null(strategy_find(""));
    for (size_t i = 0; strategy_table[i] != NULL; i++) {
        const struct strategy_def *def = strategy_table[i];
        cr_assert_str_eq(def->parameters[PARAMETER_WARMUP_BARS].name, "warmup_bars");
        cr_assert_str_eq(def->reasons[0], "hold");
        int64_t fallbacks[PARAMETERS_MAX] = {0};
        for (size_t k = 0; def->parameters[k].name != NULL; k++) {
            const struct parameter_def *parameter = &def->parameters[k];
            cr_assert_lt(k, PARAMETERS_MAX);
            cr_assert_leq(parameter->minimum, parameter->fallback, "%s", parameter->name);
            cr_assert_geq(parameter->maximum, parameter->fallback, "%s", parameter->name);
            fallbacks[k] = parameter->fallback;
        }
        cr_assert(def->fault == NULL || def->fault(fallbacks) == NULL, "%s", def->name);
    }
}
