/* pace.h: how the venue's time goes: with the wall clock, faster, or only when it is told to. */
#ifndef VENUE_PACE_H
#define VENUE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "venue/venue.h"

/* As fast as it goes. */
#define PACE_MAX INT64_MAX

struct pace {
    struct venue *venue;
    int64_t speed_e9;    /* market seconds per second; 0: stands still; PACE_MAX */
    int64_t origin_ns;   /* the venue's time at ... */
    int64_t origin_wall; /* ... this moment of the monotonic clock */
};

/* `wall_ns`: the monotonic clock's now, here and below. */
void pace_start(struct pace *pace, struct venue *venue, int64_t speed_e9, int64_t wall_ns);

/* Another speed from now on. */
void pace_set(struct pace *pace, int64_t speed_e9, int64_t wall_ns);

/* The venue's time goes on from where it is, whatever was advanced by hand. */
void pace_rebase(struct pace *pace, int64_t wall_ns);

/* Lets the venue come to where it should be now; gives up after max_ns of work (by `clock`) and
 * goes on when it is called again. */
void pace_follow(struct pace *pace, int64_t wall_ns, int64_t max_ns);

#endif
