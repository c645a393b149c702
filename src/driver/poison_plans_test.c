/* poison_plans_test.c: no series of any kind, no exit and no size sees the future (the procedure:
 * poison_test.h). */
#include "driver/poison_test.h"

/* ---- a strategy that looks at every kind of series, eight at a time ---- */

static uint32_t probe_first; /* kind of the first of them */
static int64_t probe_frame_ns;

static uint32_t probe_declare(const int64_t *parameters, struct series_def *series)
{
    uint32_t count = 0;
    (void)parameters;
    for (uint32_t kind = probe_first; kind < SERIES_KIND_END && count < SERIES_PER_STRATEGY_MAX;
         kind++) {
        struct series_def def = {
            .kind = (enum series_kind)kind, .window = 3, .frame_ns = probe_frame_ns};
        if (series_def_check(&def) != ERR_OK) { /* Bollinger's width, MACD's other averages */
            def.second = 5;
            def.third = 2;
        }
        cr_assert_eq(series_def_check(&def), ERR_OK, "%s", series_kind_text(def.kind));
        series[count++] = def;
    }
    return count;
}

/* Acts on all of their bits, so that any change of one is soon a change of orders, too. */
static struct decision probe_decide(const struct strategy_context *context)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < SERIES_PER_STRATEGY_MAX && context->series[i] != NULL; i++) {
        bits = (bits ^ context->series[i]->now.bits) * UINT64_C(0x9e3779b97f4a7c15);
        bits = (bits ^ context->series[i]->before.bits) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return decision_act(bits >> 63 != 0 ? ACT_BUY : ACT_SELL, 1);
}

static const char *const probe_reasons[] = {"hold", "bits", NULL};
static const struct parameter_def probe_parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 3, 1, 1000, NULL, "finished bars before the first act"},
    {0           },
};

static const struct strategy_def strategy_probe = {
    .name = "probe",
    .summary = "acts on whatever the series are",
    .parameters = probe_parameters,
    .reasons = probe_reasons,
    .default_frame_ns = NS_PER_MIN,
    .scope = SCOPE_EACH,
    .declare = probe_declare,
    .decide = probe_decide,
};

Test(poison_plans, no_series_of_any_kind_sees_the_future, .timeout = 300)
{
    static const struct {
        int64_t book_ns, series_ns;
    } frames[] = {
        {NS_PER_MIN,     0             },
        {5 * NS_PER_MIN, 0             },
        {NS_PER_MIN,     2 * NS_PER_MIN},
        {NS_PER_MIN,     NS_PER_HOUR   },
    };
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        probe_frame_ns = frames[i].series_ns;
        for (probe_first = SERIES_NOTHING + 1; probe_first < SERIES_KIND_END;
             probe_first += SERIES_PER_STRATEGY_MAX) {
            struct stage stage;
            stage_init(&stage, BUSY_SETUP(1500, 1000, 2));
            stage.config.books[0].strategy = &strategy_probe;
            stage.config.books[0].frame_ns = frames[i].book_ns;
            cr_assert_gt(decisions_of(&stage), 2, "kind %u", probe_first);
            cr_assert_eq(leaks_found(&stage, 4), 0, "kinds from %s, frames %zu",
                         series_kind_text((enum series_kind)probe_first), i);
            stage_finish(&stage);
        }
    }
}

/* ---- exits and sizes ---- */

/* As RUN_CONFIG with a market place that fills in part and late, and a plan. */
#define PLAN_CONFIG                                                                                \
    "mode: backtest\ncalendar: %s\nsymbols: all\nbar: 1min\ncash: $1,000,000\ncommission: $1\n"    \
    "exchange: {seed: 7, max_volume_share: 5%%, latency: 2s, slippage: uniform 5bps}\n"            \
    "strategies:\n  - name: ma_crossover\n"                                                        \
    "    parameters: {fast: 2, slow: 5, trigger: level, warmup_bars: 8}\n    frame: 1min\n%s"      \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_open_positions: 1000 positions\n  max_orders_per_session: 100000 orders\n"              \
    "  max_orders_per_strategy: 100000 orders\n  min_time_between_entries: 0s\n"                   \
    "  max_daily_loss: 100%%\n  max_exposure: $9,000,000,000\n  max_portfolio_heat: 100%%\n"       \
    "  price_collar: 50%%\n"

static const struct {
    const char *calendar, *plan;
} plans[] = {
    {"always", "    quantity: 500\n    exits: {stop: 1ATR, target: 1.5ATR, atr: 5}\n"                       },
    {"always",
     "    quantity: 500\n    exits: {stop: 1ATR, target: 1.5ATR, atr: 5, held_by: broker}\n"                },
    {"always", "    quantity: 500\n    exits: {trailing: 2ATR, atr: 5}\n"                                   },
    {"always", "    quantity: 500\n    exits: {trailing: 2ATR, atr: 5, held_by: broker}\n"                  },
    {"always", "    quantity: 500\n    exits: {stop: 0.1%, trailing: 0.1%, time_limit: 7 bars}\n"           },
    {"always", "    quantity: 500\n    exits: {stop: $0.1, target: $0.1, time_limit: 20min}\n"              },
    {"always", "    quantity: 500\n    entry: {order: market, time_in_force: ioc}\n"
               "    exits: {stop: 0.1%, target: 0.1%, held_by: broker, opposite_signal: no}\n"},
    {"always", "    quantity: 500\n    entry: {order: limit -2bps, time_in_force: day}\n"
               "    exits: {stop: 1ATR, target: 1ATR, atr: 5, held_by: broker}\n"             },
    {"XNYS",
     "    quantity: 500\n    exits: {stop: 2ATR, flat_before_close: 30min, opposite_signal: no}\n"          },
    {"always", "    size: {volatility: 0.1%, cap: 20%}\n    exits: {stop: 2ATR, atr: 5}\n"                  },
    {"always", "    size: {risk: 0.1%, cap: 20%}\n    exits: {stop: 2ATR, atr: 5}\n    fractional: "
               "yes\n"                                                                        },
    {"always", "    size: {half_kelly: yes, cap: 20%}\n    exits: {target: 0.05%, stop: 0.1%}\n"            },
    {"always", "    size: {equity: 20%}\n"                                                                  },
};

Test(poison_plans, no_exit_and_no_size_sees_the_future, .timeout = 300)
{
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct stage stage;
        struct problem problem;
        char *text = xasprintf(PLAN_CONFIG, plans[i].calendar, plans[i].plan);
        enum err err = config_parse("plan.yaml", text, strlen(text), &stage.config, &problem);
        cr_assert_eq(err, ERR_OK, "%s", problem.text);
        /* From the first of January on, when New York is closed. */
        workload_create(strcmp(plans[i].calendar, "XNYS") == 0 ? 4320 : 1500, 7, 2, &stage.bars);
        stage.folder = folder_create();
        cr_assert_gt(decisions_of(&stage), 20, "%s", plans[i].plan);
        cr_assert_eq(leaks_found(&stage, 4), 0, "%s", plans[i].plan);
        cr_assert_eq(leaks_found_at_orders(&stage, true, 16), 0, "%s", plans[i].plan);
        cr_assert_eq(leaks_found_at_orders(&stage, false, 8), 0, "%s", plans[i].plan);
        stage_finish(&stage);
        free(text);
    }
}
