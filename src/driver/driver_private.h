/* driver_private.h: the loop's state, for driver.c and resume.c only. */
#ifndef DRIVER_DRIVER_PRIVATE_H
#define DRIVER_DRIVER_PRIVATE_H

#include "base/hot.h"
#include "broker/sim.h"
#include "core/engine_pass.h"
#include "driver/assembly.h"
#include "driver/disk_room.h"
#include "driver/driver.h"
#include "driver/latency.h"
#include "driver/world.h"

/* The engine goes on ahead of a market place that has nothing to say until it has so many bars. */
#define AHEAD_MAX 256

/* A live run and the disk that holds its log. */
struct live_storage {
    struct problem why;     /* .err is not ERR_OK once the log is lost */
    int64_t since_ns;       /* by the world's clock */
    int64_t remind_mono_ns; /* when it is said again */
    struct event *waiting;  /* what the engine is still to be told, the next one at `next` */
    uint32_t next, count;
    struct disk_room room;
    int64_t look_mono_ns; /* when the room is looked at again */
};

struct driver {
    struct driver_plan plan;
    struct assembly assembly;
    struct sim *sim;                  /* the broker: our exchange in process; NULL: it is outside */
    const struct driver_world *world; /* then: where market and broker are; else NULL */

    struct slice slice; /* the one at hand */
    bool opened;        /* the market place has seen the next slice already: see resume.c */
    struct engine_pass pass;
    size_t next_action;      /* of the plan's */
    int64_t action_ns;       /* when it is effective; INT64_MAX: there is none */
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
    struct latency *latency;      /* where market and broker are outside; else NULL */
    struct live_storage storage;
};

/* ---- actions.c ---- */

/* Takes all actions that are effective before a slice which ends at ts_ns. */
RARELY enum err actions_take(struct driver *driver, int64_t ts_ns, struct problem *problem);

/* Takes up a logged one: through view, engine and market place. False when it is not the next one
 * of the plan. */
bool actions_fold(struct driver *driver, const struct event *logged);

/* Goes to the next one of the plan. */
void actions_set_next(struct driver *driver, size_t next);

/* The first of the bars, which lie in time order, that is behind the next action. */
RARELY const struct event *actions_cut(const struct driver *driver, const struct event *first,
                                       const struct event *end);

/* ---- driver.c ---- */

/* Hands what the broker has reported to the engine, one by one, and sends what follows. */
RARELY enum err driver_take_reports(struct driver *driver, struct problem *problem);

/* Tells the engine that a moment has come which it waits for, as a step; what it answers is still
 * to be sent. */
RARELY enum err driver_give_timer(struct driver *driver, int64_t ts_ns, struct problem *problem);

/* Before an input between two slices: a log that refers to the data has to say between which. */
void driver_refer_to_last_slice(struct driver *driver);

/* An input and what followed from it, as a step; nothing where nothing is logged. */
RARELY enum err driver_log_input(struct driver *driver, const struct event *input,
                                 struct problem *problem);
RARELY enum err driver_log_slice(struct driver *driver, struct problem *problem);

/* What makes going on wrong: a report that cannot be, or two ledgers that disagree. `kind`: of the
 * event after which it was seen. ERR_DIFFERS. */
RARELY enum err driver_halt(const struct driver *driver, uint8_t kind, struct problem *problem);

/* Whether a stop was asked for. */
bool driver_stop_asked(struct driver *driver);

/* ---- live.c ---- */

/* The loop of a run whose market and broker are outside. */
enum err live_run(struct driver *driver, struct problem *problem);

/* Takes such a run up where its log ends; the broker then finds out what happened since. */
enum err live_resume(struct driver *driver, struct log_reader *reader, struct problem *problem);

/* ---- live_storage.c ---- */

/* The log takes nothing more. */
RARELY void live_log_failed(struct driver *driver, const struct problem *why);

/* The same of a step that was decided: what of it may still go out is left in its output. */
RARELY void live_step_failed(struct driver *driver, const struct problem *why);
bool live_log_is_lost(const struct driver *driver);

/* What the engine is to be told of the disk, as an input; NULL: nothing. */
const struct event *live_storage_next(struct driver *driver);

/* At the start of the loop, and between two steps, now and then. */
void live_storage_begin(struct driver *driver);
void live_storage_look(struct driver *driver, int64_t mono_ns);

/* ---- driver.c ---- */

/* A step is whole: durable before anything is sent, where the run wants that. */
enum err driver_end_step(struct driver *driver, struct problem *problem);

#endif
