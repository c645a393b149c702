/* bar_ticks.h: quotes and trades made along a bar: SIMULATED, also where the bar is not.
 *
 * They are a function of (seed, symbol, bar, close before it) alone, so whoever asks for the ticks
 * of a bar, and whenever, gets the same. What they keep of the bar: the first trade is its open,
 * the last its close and at its end, high and low are touched, nothing trades outside of them, and
 * sizes add up to its volume. What lies between is made up: docs/synthetic-market.md tells how. */
#ifndef DATA_BAR_TICKS_H
#define DATA_BAR_TICKS_H

#include "market/event.h"
#include "market/instrument.h"

/* Instants along one bar: every second of a minute, sixty of any longer bar, and every whole second
 * of a shorter one. */
#define BAR_TICKS_MAX 60

/* One instant: a quote and, where size is not 0, a trade at that quote. */
struct bar_tick {
    int64_t ts_ns;
    struct event_quote quote; /* bid < ask, both whole cents (below a dollar: hundredths) */
    int64_t price_e9;         /* bid <= price <= ask */
    int64_t size;
};

/* How many instants a bar has, and how many of them trade: fewer where it has fewer shares. */
uint32_t bar_ticks_count(const struct event *bar);
uint32_t bar_ticks_trade_count(const struct event *bar);

/* Makes all of a bar's instants, oldest first, and returns their count. All lie behind the bar's
 * start; the last is its end. `previous_close_e9`: of the bar before, 0 when there is none. A bar
 * with less shares than instants trades at fewer of them, with one share only at its close; a bar
 * of volume 0 has quotes and no trade. One trade is TICK_SIZE_MAX shares at most: what is more
 * of a volume is left out. */
uint32_t bar_ticks_make(uint64_t seed, const struct instrument *instrument, const struct event *bar,
                        int64_t previous_close_e9, struct bar_tick ticks[BAR_TICKS_MAX]);

/* The quote and the trade of an instant as events; the trade only where there is one. */
struct event bar_tick_quote(const struct bar_tick *tick, uint32_t instrument);
struct event bar_tick_trade(const struct bar_tick *tick, uint32_t instrument);

#endif
