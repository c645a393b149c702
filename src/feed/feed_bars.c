/* feed_bars.c: a data set of bars as a feed of slices.
 *
 * The hot path of every backtest: one call for each instant. The records are sorted, so a slice is
 * the run of equal ts_ns, used where it lies. The processor's own prefetching stops at each 4 KiB
 * page, so the record one page ahead is asked for (4.2 instead of 6.5 ns a bar from memory). */
#include <stdlib.h>

#include "base/check.h"
#include "feed/feed.h"
#include "sys/memory.h"

enum { PREFETCH_RECORDS = 4096 / EVENT_SIZE };

struct feed_bars {
    struct feed feed; /* first: a feed that we are given is one of these */
    const struct bars *bars;
    const struct event *next; /* first bar of the next slice */
    const struct event *end;
    uint64_t ordinal; /* of the next slice */
    struct slice slice;
};

/* The bar after the run that starts at `bar`. */
static const struct event *run_end(const struct event *bar, const struct event *end)
{
    int64_t ts_ns = bar->ts_ns;
    do {
        bar++;
    } while (bar < end && bar->ts_ns == ts_ns);
    return bar;
}

static const struct slice *feed_bars_next(struct feed *feed)
{
    struct feed_bars *self = (struct feed_bars *)feed;
    const struct event *bar = self->next;
    if (bar == self->end) {
        return NULL;
    }
    __builtin_prefetch(bar + PREFETCH_RECORDS); /* harmless beyond the end */
    const struct event *after = run_end(bar, self->end);
    uint32_t count = (uint32_t)(after - bar); /* at most one of each instrument */
    struct slice *slice = &self->slice;       /* its end's other fields never change */
    slice->bars = bar;
    slice->count = count;
    slice->end.ts_ns = bar->ts_ns;
    slice->end.src_ns = bar->ts_ns;
    slice->end.slice_end.slice = self->ordinal++;
    slice->end.slice_end.expected = count;
    slice->end.slice_end.seen = count;
    self->next = after;
    return slice;
}

static void feed_bars_seek(struct feed *feed, uint64_t slice)
{
    struct feed_bars *self = (struct feed_bars *)feed;
    const struct bars *bars = self->bars;
    CHECK(slice <= bars->slice_count);
    if (bars->slice_count == bars->count) {
        self->next = bars->records + slice; /* each slice is one bar */
        self->ordinal = slice;
        return;
    }
    if (slice < self->ordinal) {
        self->next = bars->records;
        self->ordinal = 0;
    }
    for (; self->ordinal < slice; self->ordinal++) {
        self->next = run_end(self->next, self->end);
    }
}

static void feed_bars_destroy(struct feed *feed)
{
    free(feed);
}

static const struct feed_ops ops = {
    .next = feed_bars_next,
    .seek = feed_bars_seek,
    .destroy = feed_bars_destroy,
};

struct feed *feed_bars_create(const struct bars *bars)
{
    struct feed_bars *self = xcalloc(1, sizeof *self);
    self->feed = (struct feed){.ops = &ops, .slice_count = bars->slice_count};
    self->bars = bars;
    self->next = bars->records;
    self->end = bars->records + bars->count;
    self->slice.end = (struct event){
        .kind = EVENT_SLICE_END,
        .version = 1,
        .slots = 1,
        .instrument = INSTRUMENT_NONE,
    };
    return &self->feed;
}
