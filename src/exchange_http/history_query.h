/* history_query.h: what part of an account's past is asked for, and in what steps. */
#ifndef EXCHANGE_HTTP_HISTORY_QUERY_H
#define EXCHANGE_HTTP_HISTORY_QUERY_H

#include "exchange_http/call.h"

struct history_timeframe {
    const char *name; /* "15Min" */
    int64_t ns;       /* NS_PER_DAY: one step for each trading day */
};

enum history_hours {
    HISTORY_MARKET_HOURS,
    HISTORY_EXTENDED_HOURS,
    HISTORY_CONTINUOUS,
};

struct history_query {
    const struct history_timeframe *timeframe;
    enum history_hours hours; /* of steps within days */
    bool resets;              /* profit begins anew each day */
    int32_t first_date;       /* in the market's time, both included */
    int32_t last_date;
    int64_t start_ns; /* steps begin neither before ... */
    int64_t end_ns;   /* ... nor behind these; at most now */
    bool flows;
    const char *flow_types; /* with `flows`: a list of them; NULL: all that occur */
};

/* False with the refusal sent. */
bool history_query_read(struct call *call, struct history_query *query);

#endif
