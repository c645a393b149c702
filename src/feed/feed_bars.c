/* feed_bars.c: a data set of bars and ticks as a feed of slices: the records are sorted, so a slice
 * is the run of equal ts_ns (feed_next() in feed.h, the hot path of every backtest). */
#include <stdlib.h>

#include "base/check.h"
#include "feed/feed.h"
#include "sys/memory.h"

struct feed_bars {
    struct feed feed; /* first: a feed that we are given is one of these */
    const struct bars *bars;
};

static void feed_bars_seek(struct feed *feed, uint64_t slice)
{
    const struct bars *bars = ((struct feed_bars *)feed)->bars;
    CHECK(slice <= bars->slice_count);
    if (bars->slice_count == bars->count) {
        feed->next = bars->records + slice; /* each slice is one record */
        feed->ordinal = slice;
        return;
    }
    if (slice < feed->ordinal) {
        feed->next = bars->records;
        feed->ordinal = 0;
    }
    struct slice passed;
    while (feed->ordinal < slice && feed_next(feed, &passed)) {
    }
}

static void feed_bars_destroy(struct feed *feed)
{
    free(feed);
}

static const struct feed_ops ops = {
    .seek = feed_bars_seek,
    .destroy = feed_bars_destroy,
};

struct feed *feed_bars_create(const struct bars *bars)
{
    struct feed_bars *self = xcalloc(1, sizeof *self);
    self->feed = (struct feed){.ops = &ops,
                               .slice_count = bars->slice_count,
                               .next = bars->records,
                               .end = bars->records + bars->count,
                               .has_ticks = bars_tick_count(bars) > 0};
    self->bars = bars;
    return &self->feed;
}
