/* test_feed.h: FAKEPACA, the symbol of the test stream: SIMULATED, a function of time alone. It
 * trades every second of every day, at a price that wanders around 150 dollars. */
#ifndef EXCHANGE_HTTP_TEST_FEED_H
#define EXCHANGE_HTTP_TEST_FEED_H

#include "data/bar_ticks.h"
#include "venue/frames.h"

extern const struct instrument test_feed_symbol;

/* The bar of the minute that holds a moment; its ticks come from bar_ticks_make() with this seed
 * and the close before it. */
#define TEST_FEED_SEED 1
struct event test_feed_bar(int64_t ts_ns);

/* That minute, and the day in New York up to its end, as the stream shows them. */
struct frame_bar test_feed_minute(int64_t ts_ns);
struct frame_bar test_feed_day(int64_t ts_ns);

#endif
