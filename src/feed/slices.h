/* slices.h: bars of several instruments, as they come, become slices in the order of time.
 *
 * No network and no clock: who feeds it says up to when everything has come (slices_settle()). A
 * slice is given when that has been said of its end, or when every instrument has a bar that
 * reaches to its end. Instants of a session at which nothing came give an empty slice, except in
 * the past.
 *
 * Bars may be shorter than those of the run: they are put together. The last one that came for an
 * instant counts, as long as its slice was not given. */
#ifndef FEED_SLICES_H
#define FEED_SLICES_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/schedule.h"
#include "market/event.h"

struct slices_plan {
    struct schedule schedule;
    uint32_t instrument_count;
    int64_t first_ns;       /* nothing that ends at or before it is given */
    uint64_t first_ordinal; /* of the first slice */
};

struct slices;

struct slices *slices_create(const struct slices_plan *plan);
void slices_destroy(struct slices *slices);

enum slices_taken {
    SLICES_TAKEN,
    SLICES_OUTSIDE, /* outside of the sessions, or before the first slice: nobody waits for it */
    SLICES_KNOWN,   /* its slice was given, and this was in it */
    SLICES_CHANGED, /* its slice was given with other numbers */
    SLICES_LATE,    /* its slice was given without it */
};

/* A bar that starts at start_ns and is as long as it says, cut at the end of the run's bar. */
enum slices_taken slices_bar(struct slices *slices, uint32_t instrument, int64_t start_ns,
                             int64_t length_ns, const struct event_bar *bar);

/* Nothing that ends at or before this is waited for any more. */
void slices_settle(struct slices *slices, int64_t end_ns);

/* What ends at or before this is past: given as such, and only where there are bars. */
void slices_set_past(struct slices *slices, int64_t end_ns);

/* Whether a bar that reaches to the end of its slice says that all of it has come: not while bars
 * before it may be missing. At first it does not. */
void slices_trust(struct slices *slices, bool trusts);

/* The next slice that is whole, valid until the next call; false: none yet. */
bool slices_next(struct slices *slices, struct slice *slice);

/* The end of the slice that comes next; INT64_MAX behind the last day of the calendar. */
int64_t slices_horizon_ns(const struct slices *slices);

/* The start of that slice: nothing that starts before is of use; INT64_MAX likewise. */
int64_t slices_start_ns(const struct slices *slices);

#endif
