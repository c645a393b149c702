/* feed.h: the port that market data comes in by: one slice after another.
 *
 * A feed owns what a slice points to until it is asked for the next one. Today's feed is a data set
 * of bars (feed_bars_create); it has no delay and is finite. */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "data/bars.h"
#include "market/event.h"

struct feed;

struct feed_ops {
    /* The next slice, the feed's until it is asked again; NULL at the end of the data. */
    const struct slice *(*next)(struct feed *feed);
    /* Goes to the slice of that ordinal, so that next() gives it. */
    void (*seek)(struct feed *feed, uint64_t slice);
    void (*destroy)(struct feed *feed);
};

/* First member of every feed. */
struct feed {
    const struct feed_ops *ops;
    uint64_t slice_count; /* in all; 0 when not known */
};

static inline const struct slice *feed_next(struct feed *feed)
{
    return feed->ops->next(feed);
}

/* A feed over `bars`, which must outlive it. The caller ends it with ops->destroy(). */
struct feed *feed_bars_create(const struct bars *bars);

#endif
