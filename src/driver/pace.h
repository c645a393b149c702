/* pace.h: when the next slice is due on the wall, at a speed that may change while one waits.
 *
 * A pace knows two things at once: which market moment was reached, and when. Everything else
 * follows from the speed. The time is an argument, so that a test needs no clock. */
#ifndef DRIVER_PACE_H
#define DRIVER_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* A speed above this is as good as none. */
#define PACE_SPEED_MAX 1e9

struct pace {
    double speed;       /* market seconds per second; 0: as fast as it goes */
    bool held;          /* the market stands still */
    int64_t gap_max_ns; /* a longer gap of market time is passed over as if it were this; 0: none */
    int64_t market_ns;  /* reached ... */
    int64_t mono_ns;    /* ... at this moment; 0: nothing was paced yet */
    int64_t held_ns;    /* since when it stands */
};

/* When the market moment is due: INT64_MAX while held, INT64_MIN for at once. The first moment that
 * is asked for is due now. */
int64_t pace_due(struct pace *pace, int64_t market_ns, int64_t now_ns);

/* The market reached that moment. Who is more than a second late starts anew from now, instead of
 * running to catch up. */
void pace_reach(struct pace *pace, int64_t market_ns, int64_t now_ns);

/* Changes the speed from now on; what was waited so far counts. */
void pace_set_speed(struct pace *pace, double speed, int64_t now_ns);

/* Stops the market, or lets it go on where it stood. */
void pace_hold(struct pace *pace, bool held, int64_t now_ns);

#endif
