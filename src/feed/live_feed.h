/* live_feed.h: the port that market data comes in by as it happens.
 *
 * It hands out whole slices: all bars that end at one instant, when all expected ones came or after
 * a bounded wait; minutes without any bar give an empty slice while a session is open, so that time
 * passes for the Closer. What comes later joins the next slice, marked, and causes no entry. */
#ifndef FEED_LIVE_FEED_H
#define FEED_LIVE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

struct live_feed;

struct live_feed_ops {
    /* The next slice that is whole, valid until the next call; false: none yet. */
    bool (*next)(struct live_feed *feed, struct slice *slice);
    /* An EVENT_STATUS (market data stale, or fresh again); NULL: none waits. */
    const struct event *(*next_status)(struct live_feed *feed);
    int64_t (*deadline_ns)(const struct live_feed *feed);
    void (*on_time)(struct live_feed *feed, int64_t now_ns);
};

/* The first member of every live feed. */
struct live_feed {
    const struct live_feed_ops *ops;
};

#endif
