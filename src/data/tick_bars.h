/* tick_bars.h: bars built of single trades.
 *
 * A bar of length L begins at a whole multiple of L since midnight UTC and holds the trades from
 * its start to just before its end. Open and close are the first and the last price in the order of
 * the data, high and low the extremes, the volume the sum of all sizes. Trades that count in the
 * volume only make no price; an interval without a price has no bar, and its volume is lost. */
#ifndef DATA_TICK_BARS_H
#define DATA_TICK_BARS_H

#include "data/bars.h"

/* NULL, or why bars of that length are not built: L must divide a day into two or more. */
const char *tick_bars_length_fault(int64_t bar_ns);

/* The bars of all instruments that have trades and no bars, in no particular order of instruments;
 * heap memory of the caller. ERR_FORMAT when one is no good bar. */
enum err tick_bars_build(const struct bars *bars, int64_t bar_ns, struct event **built,
                         uint64_t *count, struct problem *problem);

#endif
