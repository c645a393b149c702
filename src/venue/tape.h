/* tape.h: the market's records in order of time, slice by slice.
 *
 * Plain, it gives what the data has. `along_bars`: between the bars' ends it adds quotes and trades
 * that are made along each bar (data/bar_ticks.h); they are SIMULATED, also where the bars are not.
 * Data that has ticks of its own gets no others. */
#ifndef VENUE_TAPE_H
#define VENUE_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/bars.h"
#include "market/event.h"

struct tape;

struct tape_plan {
    const struct bars *data; /* outlives the tape */
    uint64_t seed;
    bool along_bars;
};

/* The caller ends it with tape_destroy(). */
struct tape *tape_create(const struct tape_plan *plan);
void tape_destroy(struct tape *tape);

/* When the next slice is; false at the end of the data. */
bool tape_peek(struct tape *tape, int64_t *ts_ns);

/* Takes the next slice; it stays valid until the next call. Only after tape_peek() said true. */
void tape_take(struct tape *tape, struct slice *slice);

/* Goes to the first slice that ends behind ts_ns; no ticks are made for what is left behind. */
void tape_seek(struct tape *tape, int64_t ts_ns);

/* A bar of the data as its ticks are made along it: it begins no earlier than the slice before it
 * ended, so that time never goes back where bars of several symbols overlap. */
struct event tape_bar(const struct bars *data, const struct event *bar);

#endif
