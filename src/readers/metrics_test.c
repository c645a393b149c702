/* metrics_test.c: figures against published packages (tests/golden/metrics.txt), and the cases
 * where a figure cannot be. */
#include "readers/metrics.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "readers/metrics_benchmark.h"
#include "readers/metrics_trades.h"

#define POINTS_MAX 1000

/* A series in the making. */
struct sample {
    struct equity_point points[POINTS_MAX];
    struct session_close sessions[POINTS_MAX];
    struct equity_series series;
};

static void begin(struct sample *sample, int64_t start_ns, int64_t start_e9)
{
    *sample = (struct sample){
        .series = {.start_ns = start_ns,
                   .start_e9 = start_e9,
                   .points = sample->points,
                   .sessions = sample->sessions}
    };
}

static void add(struct sample *sample, int64_t ts_ns, int64_t equity_e9, int64_t cash_e9,
                uint32_t positions)
{
    struct equity_series *series = &sample->series;
    size_t i = series->point_count++;
    int64_t open_ns = utc_day_of(ts_ns) * NS_PER_DAY;
    cr_assert_lt(i, POINTS_MAX);
    sample->points[i] = (struct equity_point){ts_ns, equity_e9, cash_e9, i, positions};
    if (series->session_count == 0 ||
        sample->sessions[series->session_count - 1].open_ns != open_ns) {
        series->session_count++;
    }
    sample->sessions[series->session_count - 1] = (struct session_close){open_ns, i};
}

/* Closes in dollars, one a day, in cash. */
static struct equity_metrics of_closes(const int64_t *closes, size_t count)
{
    static struct sample sample;
    begin(&sample, 0, 100 * MONEY_E9);
    for (size_t i = 0; i < count; i++) {
        add(&sample, (int64_t)(i + 1) * NS_PER_DAY - 1, closes[i] * MONEY_E9, closes[i] * MONEY_E9,
            0);
    }
    return equity_metrics(&sample.series);
}

/* ---- the golden file ---- */

struct golden {
    struct sample sample;
    struct activity activity;
    struct equity_metrics equity;
    struct activity_metrics trades;
    bool fresh; /* equity and trades are of all lines so far */
    int wants;
};

static void compute(struct golden *golden)
{
    if (!golden->fresh) {
        golden->equity = equity_metrics(&golden->sample.series);
        golden->trades = activity_metrics(&golden->activity, golden->equity.mean_equity);
        golden->fresh = true;
    }
}

static double figure(struct figure value)
{
    cr_expect_null(value.why, "%s", value.why);
    return value.value;
}

static double dollars(struct amount value)
{
    cr_expect_null(value.why, "%s", value.why);
    return (double)value.e9 / 1e9;
}

static double ours(const struct golden *golden, const char *name)
{
    const struct equity_metrics *e = &golden->equity;
    const struct activity_metrics *t = &golden->trades;
    const struct {
        const char *name;
        double value;
    } all[] = {
        {"sessions",          (double)e->sessions             },
        {"total_return",      figure(e->total_return)         },
        {"cagr",              figure(e->cagr)                 },
        {"volatility",        figure(e->volatility)           },
        {"sharpe",            figure(e->sharpe)               },
        {"sortino",           figure(e->sortino)              },
        {"drawdown",          figure(e->drawdown.share)       },
        {"drawdown_value_e9", (double)e->drawdown.value.e9    },
        {"peak_ns",           (double)e->drawdown.peak_ns     },
        {"trough_ns",         (double)e->drawdown.trough_ns   },
        {"recovery_ns",       (double)e->drawdown.recovery_ns },
        {"time_invested",     figure(e->time_invested)        },
        {"average_exposure",  figure(e->average_exposure)     },
        {"trades_closed",     (double)t->trades_closed        },
        {"trades_won",        (double)t->trades_won           },
        {"trades_lost",       (double)t->trades_lost          },
        {"win_rate",          t->win_rate.value               },
        {"profit_factor",     t->profit_factor.value          },
        {"average_win",       (double)t->average_win.e9 / 1e9 },
        {"average_loss",      (double)t->average_loss.e9 / 1e9},
        {"expectancy",        (double)t->expectancy.e9 / 1e9  },
        {"largest_win",       (double)t->largest_win.e9 / 1e9 },
        {"largest_loss",      (double)t->largest_loss.e9 / 1e9},
        {"holding_s",         t->average_holding_s.value      },
        {"losing_streak",     (double)t->losing_streak        },
        {"traded",            dollars(t->traded)              },
        {"turnover",          figure(t->turnover)             },
        {"slippage",          (double)t->slippage.e9 / 1e9    },
        {"slippage_bps",      t->slippage_bps.value           },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, name) == 0) {
            return all[i].value;
        }
    }
    cr_assert_fail("the golden file wants %s, which we do not know", name);
    return 0.0;
}

static void take_line(struct golden *golden, const char *line)
{
    int64_t a;
    int64_t b;
    int64_t c;
    int64_t d;
    char name[32];
    double want;
    if (sscanf(line, "start %" SCNd64 " %" SCNd64, &a, &b) == 2) {
        begin(&golden->sample, a, b);
        golden->activity = (struct activity){0};
    } else if (sscanf(line, "point %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &a, &b, &c, &d) ==
               4) {
        add(&golden->sample, a, b, c, (uint32_t)d);
    } else if (sscanf(line, "trade %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &a, &b, &c, &d) ==
               4) {
        activity_add_trade(&golden->activity, &(struct trade_facts){a, b, c, d, true});
    } else if (sscanf(line, "fill %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &a, &b, &c, &d) ==
               4) {
        activity_add_fill(&golden->activity, &(struct fill_facts){b, c, d, 0, a != 0});
    } else if (sscanf(line, "want %31s %lf", name, &want) == 2) {
        compute(golden);
        double value = ours(golden, name);
        cr_expect(fabs(value - want) <= 1e-9 * fmax(1.0, fabs(want)), "%s is %.17g, theirs %.17g",
                  name, value, want);
        golden->wants++;
        return;
    }
    golden->fresh = false;
}

Test(metrics, agree_with_published_packages)
{
    static struct golden golden;
    FILE *file = fopen("tests/golden/metrics.txt", "r");
    cr_assert_not_null(file);
    char line[200];
    while (fgets(line, sizeof line, file) != NULL) {
        take_line(&golden, line);
    }
    cr_assert_eq(fclose(file), 0);
    cr_expect_eq(golden.wants, 3 * 29);
}

/* ---- what cannot be ---- */

#define EXPECT_NONE(figure, text)                                                                  \
    do {                                                                                           \
        cr_assert_not_null((figure).why);                                                          \
        cr_expect_str_eq((figure).why, text);                                                      \
    } while (false)

Test(metrics, a_run_without_bars_has_no_figures)
{
    struct equity_metrics metrics = of_closes(NULL, 0);
    EXPECT_NONE(metrics.total_return, "no bars");
    EXPECT_NONE(metrics.sharpe, "no bars");
    EXPECT_NONE(metrics.drawdown.share, "no bars");
    EXPECT_NONE(metrics.time_invested, "no bars");
    EXPECT_NONE(metrics.mean_equity, "no bars");
}

Test(metrics, one_session_has_a_return_but_nothing_per_year)
{
    const int64_t closes[] = {110};
    struct equity_metrics metrics = of_closes(closes, 1);
    cr_expect_float_eq(metrics.total_return.value, 0.1, 1e-12);
    EXPECT_NONE(metrics.cagr, "not enough sessions");
    EXPECT_NONE(metrics.volatility, "not enough sessions");
    EXPECT_NONE(metrics.sharpe, "not enough sessions");
    EXPECT_NONE(metrics.sortino, "not enough sessions");
}

Test(metrics, equity_that_never_moves_has_no_sharpe)
{
    const int64_t closes[] = {100, 100, 100};
    struct equity_metrics metrics = of_closes(closes, 3);
    cr_expect_null(metrics.volatility.why);
    cr_expect_eq(metrics.volatility.value, 0.0);
    EXPECT_NONE(metrics.sharpe, "equity never moved");
    EXPECT_NONE(metrics.sortino, "no losing session");
    cr_expect_eq(metrics.drawdown.share.value, 0.0);
    cr_expect_eq(metrics.drawdown.peak_ns, 0);
}

Test(metrics, equity_of_zero_ends_returns_and_exposure)
{
    const int64_t closes[] = {50, 0, 0};
    struct equity_metrics metrics = of_closes(closes, 3);
    cr_expect_eq(metrics.total_return.value, -1.0);
    cr_expect_eq(metrics.cagr.value, -1.0);
    EXPECT_NONE(metrics.sharpe, "equity was not above zero");
    EXPECT_NONE(metrics.average_exposure, "equity was not above zero");
    cr_expect_eq(metrics.drawdown.share.value, 1.0);
    cr_expect_eq(metrics.drawdown.value.e9, 100 * MONEY_E9);
}

Test(metrics, debts_fall_deeper_than_everything)
{
    const int64_t closes[] = {50, -20, -10};
    struct equity_metrics metrics = of_closes(closes, 3);
    EXPECT_NONE(metrics.cagr, "equity ended below zero");
    EXPECT_NONE(metrics.volatility, "equity was not above zero");
    cr_expect_float_eq(metrics.drawdown.share.value, 1.2, 1e-12);
    cr_expect_eq(metrics.drawdown.recovery_ns, 0);
}

Test(metrics, a_fall_that_was_made_good_says_when)
{
    const int64_t closes[] = {120, 90, 119, 120, 121};
    struct equity_metrics metrics = of_closes(closes, 5);
    cr_expect_float_eq(metrics.drawdown.share.value, 0.25, 1e-12);
    cr_expect_eq(metrics.drawdown.peak_ns, 1 * NS_PER_DAY - 1);
    cr_expect_eq(metrics.drawdown.trough_ns, 2 * NS_PER_DAY - 1);
    cr_expect_eq(metrics.drawdown.recovery_ns, 4 * NS_PER_DAY - 1);
}

Test(metrics, a_point_stands_for_the_slices_up_to_the_next)
{
    static struct sample sample;
    begin(&sample, 0, 100 * MONEY_E9);
    add(&sample, 10, 100 * MONEY_E9, 50 * MONEY_E9, 1);
    add(&sample, 50, 100 * MONEY_E9, 100 * MONEY_E9, 0);
    sample.points[0].slice = 2; /* two slices before it, four that it stands for */
    sample.points[1].slice = 6;
    struct equity_metrics metrics = equity_metrics(&sample.series);
    cr_expect_float_eq(metrics.time_invested.value, 4.0 / 7.0, 1e-12);
    cr_expect_float_eq(metrics.average_exposure.value, 0.5 * 4.0 / 7.0, 1e-12);
}

Test(metrics, no_trades_have_no_averages)
{
    struct activity activity = {0};
    struct activity_metrics metrics = activity_metrics(&activity, amount_of(MONEY_E9));
    EXPECT_NONE(metrics.win_rate, "no closed trade");
    EXPECT_NONE(metrics.profit_factor, "no closed trade");
    EXPECT_NONE(metrics.expectancy, "no closed trade");
    EXPECT_NONE(metrics.average_win, "no winning trade");
    EXPECT_NONE(metrics.largest_loss, "no losing trade");
    EXPECT_NONE(metrics.average_holding_s, "no closed trade");
    EXPECT_NONE(metrics.slippage_bps, "no fills");
    cr_expect_eq(metrics.net_result.e9, 0);
    cr_expect_eq(metrics.turnover.value, 0.0);
}

Test(metrics, one_won_trade_has_no_profit_factor)
{
    struct activity activity = {0};
    const struct trade_facts trade = {3 * MONEY_E9, MONEY_E9, 0, 90 * NS_PER_S, true};
    activity_add_trade(&activity, &trade);
    struct activity_metrics metrics = activity_metrics(&activity, amount_none("no bars"));
    cr_expect_eq(metrics.win_rate.value, 1.0);
    EXPECT_NONE(metrics.profit_factor, "no losing trade");
    EXPECT_NONE(metrics.turnover, "no bars");
    cr_expect_eq(metrics.expectancy.e9, 2 * MONEY_E9);
    cr_expect_eq(metrics.average_holding_s.value, 90.0);
    cr_expect_eq(metrics.losing_streak, 0);
}

Test(metrics, a_trade_that_came_to_nothing_is_neither_won_nor_lost_and_ends_a_streak)
{
    struct activity activity = {0};
    const int64_t results[] = {-1, -1, 0, -1, 5, -1};
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        const struct trade_facts trade = {results[i] * MONEY_E9, 0, 0, 0, true};
        activity_add_trade(&activity, &trade);
    }
    const struct trade_facts open = {.realized_e9 = 7 * MONEY_E9, .commission_e9 = MONEY_E9};
    activity_add_trade(&activity, &open);
    struct activity_metrics metrics = activity_metrics(&activity, amount_of(MONEY_E9));
    cr_expect_eq(metrics.trades_closed, 6);
    cr_expect_eq(metrics.trades_open, 1);
    cr_expect_eq(metrics.trades_won, 1);
    cr_expect_eq(metrics.trades_lost, 4);
    cr_expect_eq(metrics.losing_streak, 2);
    cr_expect_eq(metrics.net_result.e9, 7 * MONEY_E9, "open trades count in the result");
}

Test(metrics, slippage_is_a_cost_when_positive)
{
    static const struct {
        const char *what;
        bool buys;
        int64_t price, reference, want;
    } cases[] = {
        {"bought dearer",  true,  101, 100, 10 },
        {"bought cheaper", true,  99,  100, -10},
        {"sold cheaper",   false, 99,  100, 10 },
        {"sold dearer",    false, 101, 100, -10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct activity activity = {0};
        const struct fill_facts fill = {10 * MONEY_E9, cases[i].price * MONEY_E9,
                                        cases[i].reference * MONEY_E9, 0, cases[i].buys};
        activity_add_fill(&activity, &fill);
        struct activity_metrics metrics = activity_metrics(&activity, amount_of(MONEY_E9));
        cr_expect_eq(metrics.slippage.e9, cases[i].want * MONEY_E9, "%s", cases[i].what);
        cr_expect_float_eq(metrics.slippage_bps.value, (double)cases[i].want * 10.0, 1e-9);
    }
}

Test(metrics, sums_beyond_the_range_say_so)
{
    struct activity activity = {0};
    const struct fill_facts fill = {9000 * MONEY_E9, PRICE_E9_MAX / 10, PRICE_E9_MAX / 10, 0, true};
    for (int i = 0; i < 2; i++) {
        activity_add_fill(&activity, &fill);
    }
    struct activity_metrics metrics = activity_metrics(&activity, amount_of(MONEY_E9));
    EXPECT_NONE(metrics.traded, "beyond 9.2 billion");
    cr_expect_null(metrics.turnover.why, "a ratio of them is still a number");
    cr_expect_eq(amount_mean(-3, 2, "").e9, -2, "half a billionth goes away from zero");
    EXPECT_NONE(figure_of(NAN), "not a number");
    EXPECT_NONE(figure_ratio(1, 0, "nothing"), "nothing");
}

/* ---- buy and hold ---- */

static struct event bar_of(uint32_t instrument, int64_t ts_ns, int64_t open, int64_t close)
{
    return (struct event){
        .ts_ns = ts_ns,
        .kind = EVENT_BAR,
        .instrument = instrument,
        .bar = {.open_e9 = open * MONEY_E9, .close_e9 = close * MONEY_E9}
    };
}

Test(metrics, buy_and_hold_splits_the_cash_and_buys_each_symbol_at_its_first_open)
{
    static struct sample sample;
    begin(&sample, 0, 1000 * MONEY_E9);
    for (int64_t at = 10; at <= 40; at += 10) {
        add(&sample, at, 1000 * MONEY_E9, 1000 * MONEY_E9, 0);
    }
    const struct event bars[] = {
        bar_of(0, 10, 50, 60),  /* 500 becomes 600 */
        bar_of(0, 20, 60, 55),  /* 550 */
        bar_of(1, 20, 10, 12),  /* 500 becomes 600 */
        bar_of(1, 30, 30, 40),  /* a gap, then 2,000 */
        bar_of(7, 30, 30, 100), /* none of the run's */
    };
    struct benchmark *benchmark = benchmark_create(&sample.series, 2);
    cr_expect_null(benchmark_values(benchmark), "no bar came yet");
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        benchmark_take(benchmark, &bars[i]);
    }
    const double want[] = {1100, 1150, 2550, 2550};
    const double *values = benchmark_values(benchmark);
    cr_assert_not_null(values);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_float_eq(values[i], want[i], 1e-9, "point %zu is %g", i, values[i]);
    }
    cr_expect_eq(benchmark_gaps(benchmark), 1);
    benchmark_destroy(benchmark);
}
