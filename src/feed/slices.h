/* slices.h: bars of several instruments, as they come, become slices in the order of time.
 *
 * No network and no clock: who feeds it says of each instrument up to when everything has come
 * (slices_settle()), and what is not waited for any more (slices_pass()). A slice is given when
 * everything of its instant has come, or when time passes without that.
 *
 * An instrument of which something is missing then is behind: none of its bars is given until all
 * of them are there, so that nobody computes over a hole. Of what has come of it only the price is
 * told (EVENT_LAST_PRICE): positions are valued and exits run by it. When everything up to the last
 * slice has come, its bars are given in their order, in slices of the past, before anything newer.
 * So an instrument's bars are given once each and in order, whatever came late. A bar that nobody
 * knew to be missing is given likewise, unless a newer one was given before.
 *
 * Instants of a session at which nothing came give an empty slice, except in the past.
 *
 * Bars may be shorter than those of the run: they are put together. The last one that came for an
 * instant counts, as long as it was not given. */
#ifndef FEED_SLICES_H
#define FEED_SLICES_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/schedule.h"
#include "market/event.h"

struct slices_plan {
    struct schedule schedule;
    uint32_t instrument_count;
    int64_t first_ns;       /* slices end behind it ... */
    const int64_t *have_ns; /* ... and bars behind that, of each instrument, if it is earlier: these
                             * are behind at once; NULL: none. Copied */
    uint64_t first_ordinal; /* of the first slice */
};

struct slices;

struct slices *slices_create(const struct slices_plan *plan);
void slices_destroy(struct slices *slices);

enum slices_taken {
    SLICES_TAKEN,
    SLICES_MISSING, /* its slice was given without it: it is given in one of the past */
    SLICES_OUTSIDE, /* outside of the sessions, or before the first slice: nobody waits for it */
    SLICES_KNOWN,   /* it was given, or is a part of what was, or a newer one was given */
    SLICES_CHANGED, /* it was given with other numbers */
    SLICES_LATE,    /* a part of a longer bar, all of which was said to have come without it */
};

/* A bar that starts at start_ns and is as long as it says, cut at the end of the run's bar. */
enum slices_taken slices_bar(struct slices *slices, uint32_t instrument, int64_t start_ns,
                             int64_t length_ns, const struct event_bar *bar);

/* Everything of the instrument that ends at or before this has come. */
void slices_settle(struct slices *slices, uint32_t instrument, int64_t end_ns);

/* Slices that end at or before due_ns do not wait for instruments that are behind, those up to
 * limit_ns for none. At first none is given so. */
void slices_pass(struct slices *slices, int64_t due_ns, int64_t limit_ns);

/* What ends at or before this is past: given as such, and only where there are bars. */
void slices_set_past(struct slices *slices, int64_t end_ns);

/* The next slice that is whole, valid until the next call; false: none yet. */
bool slices_next(struct slices *slices, struct slice *slice);

/* The end of the slice that comes next; INT64_MAX behind the last day of the calendar. */
int64_t slices_horizon_ns(const struct slices *slices);

/* Instruments that are behind and still lack something up to the last slice. */
uint32_t slices_behind(const struct slices *slices);

/* Whether all that was missing was given. */
bool slices_has_caught_up(const struct slices *slices);

/* Bars that are kept back. */
size_t slices_held(const struct slices *slices);

#endif
