/* exchange_market.h: the market that `bellwether exchange` serves: recorded bars, or SIMULATED ones
 * of sessions of the US stock exchanges around today. */
#ifndef CMD_EXCHANGE_MARKET_H
#define CMD_EXCHANGE_MARKET_H

#include "data/bars.h"
#include "venue/venue.h"

struct exchange_market_choice {
    const char *const *paths; /* data files; none: the synthetic market */
    size_t path_count;
    uint64_t seed;
    const char *symbols; /* "SPY,AAPL"; NULL: the cast, or all of the data */
    bool skip_bad;
    uint32_t history_sessions; /* of the synthetic market, before the one it starts in */
    uint32_t future_sessions;  /* and after it */
    int64_t wall_ns;           /* now, by the wall clock */
    int64_t start_ns;          /* 0: not given */
};

/* Opens or makes the bars, and sets the plan's data, seed, start, calendar and what is synthetic.
 * The plan borrows *bars, the caller's to bars_finish(). Without a start: data files begin before
 * their first bar; the synthetic market at 10:00 in New York of the wall clock's session, or of the
 * last one before it. */
enum err exchange_market_open(const struct exchange_market_choice *choice, struct bars *bars,
                              struct venue_plan *plan, struct problem *problem);

#endif
