/* feed.h: the port that market data comes in by: one slice after another.
 *
 * A feed owns what a slice points to until it is asked for the next one. Today's feed is a data set
 * of bars and ticks (feed_bars_create) or the synthetic market (feed_synth_create); it has no delay
 * and is finite. */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "data/bars.h"
#include "data/synth.h"
#include "market/event.h"

struct feed;

struct feed_ops {
    /* Asked when [next, end) is used up: makes more whole slices available there; false at the end
     * of the data. NULL: everything was there from the beginning. */
    bool (*more)(struct feed *feed);
    /* Goes to the slice of that ordinal, so that feed_next() gives it. */
    void (*seek)(struct feed *feed, uint64_t slice);
    void (*destroy)(struct feed *feed);
};

/* First member of every feed. */
struct feed {
    const struct feed_ops *ops;
    uint64_t slice_count;     /* in all; 0 when not known */
    uint64_t ordinal;         /* of the next slice */
    const struct event *next; /* its first record */
    const struct event *end;  /* behind the last record that is available */
    bool has_ticks;           /* slices may hold quotes and trades, and may be without bars */
};

/* Whether there is a next slice. */
static inline bool feed_ready(struct feed *feed)
{
    return feed->next != feed->end || (feed->ops->more != NULL && feed->ops->more(feed));
}

/* The next slice, without taking it: the run of equal ts_ns, used where it lies. False at the end
 * of the data. */
static inline bool feed_peek(struct feed *feed, struct slice *slice)
{
    if (!feed_ready(feed)) {
        return false;
    }
    const struct event *const first = feed->next;
    const struct event *bar = first;
    do {
        bar++;
    } while (bar < feed->end && bar->ts_ns == first->ts_ns);
    *slice = feed->has_ticks ? slice_of_mixed(first, bar, feed->ordinal)
                             : slice_of(first, bar, feed->ordinal);
    return true;
}

/* Goes behind slices that somebody took from `next`. */
static inline void feed_skip(struct feed *feed, const struct event *next, uint64_t slices)
{
    feed->next = next;
    feed->ordinal += slices;
}

/* Takes the next slice. */
static inline bool feed_next(struct feed *feed, struct slice *slice)
{
    if (!feed_peek(feed, slice)) {
        return false;
    }
    feed_skip(feed, slice->bars + slice->count, 1);
    return true;
}

/* A feed over `bars`, which must outlive it. The caller ends it with ops->destroy(). */
struct feed *feed_bars_create(const struct bars *bars);

/* A feed over the synthetic market, made as it is asked for; the plan is copied. What comes out of
 * it is SIMULATED, and whoever shows it says so. */
struct feed *feed_synth_create(const struct synth_plan *plan);

#endif
