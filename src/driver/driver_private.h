/* driver_private.h: the loop's state, for driver.c and resume.c only. */
#ifndef DRIVER_DRIVER_PRIVATE_H
#define DRIVER_DRIVER_PRIVATE_H

#include "broker/sim.h"
#include "core/engine_pass.h"
#include "driver/assembly.h"
#include "driver/driver.h"

/* The engine goes on ahead of a market place that has nothing to say until it has so many bars. */
#define AHEAD_MAX 256

struct driver {
    struct driver_plan plan;
    struct assembly assembly;
    struct sim *sim; /* the broker: our exchange in process */

    struct slice slice; /* the one at hand */
    bool opened;        /* the market place has seen the next slice already: see resume.c */
    struct engine_pass pass;
    int64_t ts_ns;           /* of the last event: never decreases */
    int64_t first_ns;        /* end of the first bar */
    int64_t last_ns;         /* end of the last bar */
    int64_t logged_session;  /* open_ns of the session of the last logged SLICE */
    struct event last_slice; /* SLICE record not logged yet; kind NONE when it is */
    uint64_t last_ref;       /* slice that the last LOG_SLICE_REF names */
    uint64_t last_ordinal;   /* of the last slice that ended */
    bool stopped;
    bool watched; /* somebody looks on: progress, a pace or an attendant */
    struct pace pace;
    int64_t cpu_ns;
    int64_t equity_e9[AHEAD_MAX]; /* the engine's, at the end of each slice that it is ahead */
};

#endif
