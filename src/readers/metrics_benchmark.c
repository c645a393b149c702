/* metrics_benchmark.c: see metrics_benchmark.h. */
#include "readers/metrics_benchmark.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/money.h"
#include "sys/memory.h"

#define GAP 0.35

struct holding {
    double open;  /* of its first bar; 0 before that */
    double ratio; /* latest close / open */
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
    }
    double opened = (double)bar->bar.open_e9 / holding->open;
    benchmark->gaps += fabs(opened / holding->ratio - 1.0) > GAP ? 1 : 0;
    double ratio = (double)bar->bar.close_e9 / holding->open;
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
