/* feed_synth.c: the synthetic market (data/synth.h) as a feed that makes its slices when they are
 * asked for. What it gives is SIMULATED.
 *
 * A few slices lie side by side in one buffer, so that the loop has runs of bars to go through; no
 * more than that is kept, however many sessions there are. Going back means beginning again. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "feed/feed.h"
#include "sys/memory.h"

/* Slices that are made at once: few, since a run that is watched should not wait for them. */
enum { SLICES_AHEAD = 16 };

struct feed_synth {
    struct feed feed; /* first: a feed that we are given is one of these */
    struct synth_plan plan;
    struct synth_symbol *symbols;
    struct synth_session *sessions;
    struct synth *synth;
    struct event *records;
};

static bool feed_synth_more(struct feed *feed)
{
    struct feed_synth *self = (struct feed_synth *)feed;
    struct event *end = self->records;
    const struct slice *slice;
    for (int i = 0; i < SLICES_AHEAD && (slice = synth_next_slice(self->synth)) != NULL; i++) {
        memcpy(end, slice->bars, slice->count * sizeof *end);
        end += slice->count;
    }
    feed->next = self->records;
    feed->end = end;
    return feed->next != feed->end;
}

static void begin(struct feed_synth *self)
{
    synth_destroy(self->synth);
    self->synth = synth_create(&self->plan);
    self->feed.next = self->feed.end = self->records;
    self->feed.ordinal = 0;
}

static void feed_synth_seek(struct feed *feed, uint64_t slice)
{
    CHECK(slice <= feed->slice_count);
    if (slice < feed->ordinal) {
        begin((struct feed_synth *)feed);
    }
    struct slice passed;
    while (feed->ordinal < slice && feed_next(feed, &passed)) {
    }
}

static void feed_synth_destroy(struct feed *feed)
{
    struct feed_synth *self = (struct feed_synth *)feed;
    synth_destroy(self->synth);
    free(self->records);
    free(self->symbols);
    free(self->sessions);
    free(self);
}

static const struct feed_ops ops = {
    .more = feed_synth_more,
    .seek = feed_synth_seek,
    .destroy = feed_synth_destroy,
};

struct feed *feed_synth_create(const struct synth_plan *plan)
{
    struct feed_synth *self = xcalloc(1, sizeof *self);
    self->plan = *plan;
    self->symbols = xcalloc(plan->symbol_count, sizeof *self->symbols);
    memcpy(self->symbols, plan->symbols, plan->symbol_count * sizeof *self->symbols);
    self->sessions = xcalloc(plan->session_count, sizeof *self->sessions);
    memcpy(self->sessions, plan->sessions, plan->session_count * sizeof *self->sessions);
    self->plan.symbols = self->symbols;
    self->plan.sessions = self->sessions;
    size_t records = (size_t)SLICES_AHEAD * plan->symbol_count;
    self->records = xcalloc_aligned(records * sizeof *self->records);
    self->feed = (struct feed){.ops = &ops, .slice_count = synth_slice_count(plan)};
    begin(self);
    return &self->feed;
}
