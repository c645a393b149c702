/* metrics_benchmark.h: what the cash had come to had it bought the run's symbols and held them.
 *
 * Equal parts of the cash buy each symbol at the open of its first bar, in fractions of shares and
 * without commission; until then a part stays cash. Splits and dividends that the run knew of
 * count; dividends stay cash. Any other split without an adjustment is a fall here as it is in the
 * run. */
#ifndef READERS_METRICS_BENCHMARK_H
#define READERS_METRICS_BENCHMARK_H

#include "market/event.h"
#include "readers/metrics.h"

struct benchmark;

/* `series` is borrowed. The caller ends it with benchmark_destroy(). */
struct benchmark *benchmark_create(const struct equity_series *series, uint32_t instrument_count);
void benchmark_destroy(struct benchmark *benchmark);

/* The next BAR of the data the run traded, in the data's order. */
void benchmark_take(struct benchmark *benchmark, const struct event *bar);

/* A split or a dividend of the run (EVENT_ACTION), before the first bar it is effective for. */
void benchmark_action(struct benchmark *benchmark, const struct event *action);

/* Once all bars are in: the worth in dollars at each point of the series; the benchmark's own. NULL
 * when no bar came. */
const double *benchmark_values(struct benchmark *benchmark);

/* How often a symbol opened more than 35 % away from its close before: splits, most likely. */
uint64_t benchmark_gaps(const struct benchmark *benchmark);

#endif
