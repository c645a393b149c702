/* rate_limit.h: so many requests a minute, counted by the minutes of the wall clock.
 *
 * Each account has one budget for trading and one for market data. The clock is the caller's; one
 * that is set to another minute, forwards or back, begins a new budget. */
#ifndef EXCHANGE_HTTP_RATE_LIMIT_H
#define EXCHANGE_HTTP_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "venue/refusal.h"

/* What the vendor's plans begin with. */
#define RATE_TRADING_PER_MINUTE 200
#define RATE_DATA_PER_MINUTE    200

/* Zeroed but for `per_minute`, it is ready. */
struct rate_limit {
    uint32_t per_minute; /* 0: no limit */
    uint32_t used;       /* in this minute */
    int64_t minute;
};

/* For the headers X-RateLimit-Limit, -Remaining and -Reset. A limit of 0 means that there is none,
 * and that no such header is sent. */
struct rate_standing {
    uint32_t limit;
    uint32_t remaining;
    int64_t reset_s; /* Unix time at which the whole budget is there again */
};

/* Counts a request at wall_ns. False when it is one too many: it is not to be served, and counts
 * for nothing. */
bool rate_limit_take(struct rate_limit *limit, int64_t wall_ns, struct rate_standing *standing);

/* 429 with the vendor's text; returns false. */
bool rate_limit_refuse(struct refusal *refusal);

#endif
