/* live_feed.h: the port that market data comes in by as it happens.
 *
 * It hands out whole slices: all bars that end at one instant, when all expected ones came or after
 * a bounded wait; instants without any bar give an empty slice while a session is open, so that
 * time passes for the Closer. A slice's time is its bars' end, whenever they came: the engine lives
 * by the market's time, which stands still at a slice's end until the slice is given (horizon_ns).
 * A bar that comes after its slice was given is counted, said and left out. */
#ifndef FEED_LIVE_FEED_H
#define FEED_LIVE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

struct live_feed;

struct live_feed_ops {
    /* The next slice that is whole, valid until the next call; false: none yet. */
    bool (*next)(struct live_feed *feed, struct slice *slice);
    /* The end of the slice that comes next, as far as it is known: nothing else may be taken for
     * later than that. Between sessions the end of the first slice of the next one. */
    int64_t (*horizon_ns)(const struct live_feed *feed);
    /* An EVENT_STATUS (market data stale, or fresh again; an instrument halted, or traded again),
     * valid until the next call; NULL: none waits. */
    const struct event *(*next_status)(struct live_feed *feed);
    int64_t (*deadline_ns)(const struct live_feed *feed);
    void (*on_time)(struct live_feed *feed, int64_t now_ns);
};

/* The first member of every live feed. */
struct live_feed {
    const struct live_feed_ops *ops;
    int64_t received_mono_ns; /* when the bytes came that made the last slice whole, for figures;
                                 0: not known */
};

#endif
