/* replay.h: decides a whole log again and compares every record. */
#ifndef DRIVER_REPLAY_H
#define DRIVER_REPLAY_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"
#include "core/engine.h"
#include "data/bars.h"
#include "log/log.h"
#include "log/preamble.h"
#include "sys/problem.h"

struct replay_result {
    uint64_t inputs;   /* bars, slice ends and reports taken */
    uint64_t compared; /* output records equal to the logged ones */
    uint64_t slices;
    uint64_t decision_hash;
    int64_t equity_e9;
    bool ended; /* the log has its end record; else it was cut short */
};

/* Runs the log behind its preamble through a fresh engine. `bars` is the data the log refers to,
 * NULL for a log that holds its market. With `verify` the first record that differs ends it with
 * ERR_DIFFERS and says which. The reader stands behind the preamble. */
enum err replay_run(struct log_reader *reader, const struct preamble *preamble,
                    const struct run_config *config, const struct bars *bars, bool verify,
                    struct replay_result *result, struct problem *problem);

/* Somebody who looks on at a replay, to explain it. */
struct replay_watch {
    void *context;
    const struct gate_trace *gate_trace; /* for the engine (core/engine.h); may be NULL */
    /* The view has the slice, the engine not yet: its state is what it will decide on. */
    void (*before)(void *context, const struct engine *engine, const struct slice *slice);
    /* What the engine made of it. False: seen enough, the replay ends behind this slice. */
    bool (*after)(void *context, const struct engine *engine, const struct slice *slice,
                  const struct output *output);
};

/* The same as replay_run() with `verify`, looked on at, so that what is seen is what the run did.
 */
enum err replay_watched(struct log_reader *reader, const struct preamble *preamble,
                        const struct run_config *config, const struct bars *bars,
                        const struct replay_watch *watch, struct problem *problem);

/* Folds the log without deciding and writes the state it comes to as text: books, account, orders,
 * counters. */
enum err replay_dump(struct log_reader *reader, const struct preamble *preamble,
                     const struct run_config *config, FILE *out, struct problem *problem);

#endif
