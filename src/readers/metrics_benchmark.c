/* metrics_benchmark.c: see metrics_benchmark.h. */
#include "readers/metrics_benchmark.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/money.h"
#include "sys/memory.h"

#define GAP 0.35

struct holding {
    double open;   /* of its first bar; 0 before that */
    double ratio;  /* latest worth / open */
    double shares; /* that the first one has become */
    double cash;   /* that it was paid */
};

struct benchmark {
    const struct equity_series *series;
    struct holding *holdings;
    uint32_t instrument_count;
    double ratio_sum; /* of all; those not bought yet count 1 */
    size_t point;     /* the first whose worth is not known yet */
    double *values;
    uint64_t gaps;
    bool any;
};

struct benchmark *benchmark_create(const struct equity_series *series, uint32_t instrument_count)
{
    struct benchmark *benchmark = xcalloc(1, sizeof *benchmark);
    benchmark->series = series;
    benchmark->instrument_count = instrument_count;
    benchmark->holdings = xcalloc((size_t)instrument_count + 1, sizeof *benchmark->holdings);
    benchmark->values = xcalloc(series->point_count + 1, sizeof *benchmark->values);
    benchmark->ratio_sum = (double)instrument_count;
    return benchmark;
}

void benchmark_destroy(struct benchmark *benchmark)
{
    if (benchmark != NULL) {
        free(benchmark->holdings);
        free(benchmark->values);
        free(benchmark);
    }
}

/* The points up to the moment have seen every bar they will see. */
static void settle(struct benchmark *benchmark, int64_t before_ns)
{
    const struct equity_series *series = benchmark->series;
    double cash = (double)series->start_e9 / (double)MONEY_E9;
    while (benchmark->point < series->point_count &&
           series->points[benchmark->point].ts_ns < before_ns) {
        benchmark->values[benchmark->point++] =
            cash * benchmark->ratio_sum / (double)benchmark->instrument_count;
    }
}

/* Of what was bought for 1, at that price. */
static double worth(const struct holding *holding, int64_t price_e9)
{
    return (holding->shares * (double)price_e9 + holding->cash) / holding->open;
}

void benchmark_action(struct benchmark *benchmark, const struct event *action)
{
    const struct event_action *terms = &action->action;
    if (action->instrument < benchmark->instrument_count && terms->split_old > 0) {
        struct holding *holding = &benchmark->holdings[action->instrument];
        holding->cash += holding->shares * (double)terms->cash_e9;
        holding->shares *= (double)terms->split_new / (double)terms->split_old;
    }
}

void benchmark_take(struct benchmark *benchmark, const struct event *bar)
{
    if (bar->instrument >= benchmark->instrument_count || bar->bar.open_e9 <= 0) {
        return;
    }
    settle(benchmark, bar->ts_ns);
    struct holding *holding = &benchmark->holdings[bar->instrument];
    if (holding->open == 0.0) {
        holding->open = (double)bar->bar.open_e9;
        holding->ratio = 1.0;
        holding->shares = 1.0;
    }
    double opened = worth(holding, bar->bar.open_e9);
    benchmark->gaps += fabs(opened / holding->ratio - 1.0) > GAP ? 1 : 0;
    double ratio = worth(holding, bar->bar.close_e9);
    benchmark->ratio_sum += ratio - holding->ratio;
    holding->ratio = ratio;
    benchmark->any = true;
}

const double *benchmark_values(struct benchmark *benchmark)
{
    if (!benchmark->any) {
        return NULL;
    }
    settle(benchmark, INT64_MAX);
    return benchmark->values;
}

uint64_t benchmark_gaps(const struct benchmark *benchmark)
{
    return benchmark->gaps;
}
