/* calendar.h: which session a moment belongs to.
 *
 * The only calendar so far is `always`: the market never closes and a session is a UTC day. */
#ifndef MARKET_CALENDAR_H
#define MARKET_CALENDAR_H

#include <stdint.h>

struct session {
    int64_t open_ns;  /* first nanosecond of the session */
    int64_t close_ns; /* first nanosecond after it */
};

/* The session that holds the moment at which a bar or fill ends: a bar that ends exactly at
 * midnight belongs to the day it covers, so the session is (open, close] for ends of bars. */
struct session calendar_session(int64_t end_ns);

#endif
