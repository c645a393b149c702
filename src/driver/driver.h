/* driver.h: the one loop that runs everything: merges feed and broker, stamps time, logs the input,
 * lets the engine decide, logs what it decided, syncs, sends.
 *
 * Backtest, simulation and the rest of a run after a crash are the same loop with other parts. */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "core/engine.h"
#include "driver/pace.h"
#include "exchange/exchange.h"
#include "feed/feed.h"
#include "log/log.h"
#include "log/preamble.h"

/* What of the market a log keeps. */
enum market_log {
    MARKET_LOG_FULL, /* every bar and slice end, as decoded */
    MARKET_LOG_REF,  /* LOG_SLICE_REF where something was decided; the data file holds the rest */
};

struct driver_plan {
    const struct run_config *config;
    uint32_t instrument_count;
    struct feed *feed;           /* borrowed; NULL where all is outside */
    bool outside;                /* market and broker are: driver_set_world() before driver_run() */
    int64_t start_ns;            /* start of the first bar: when the cash is put in */
    const struct event *actions; /* EVENT_ACTION by time, from start_ns on; borrowed */
    size_t action_count;
    struct log *log; /* borrowed; NULL: nothing is logged */
    enum market_log market_log;
    bool every_slice;   /* MARKET_LOG_REF: a SLICE record for each slice, not one per session */
    bool sync;          /* make each step that sends durable before it sends */
    double speed;       /* market seconds per second; 0: as fast as it goes */
    int64_t gap_max_ns; /* a market gap longer than this is passed over at a pace; 0: none is */
    const volatile sig_atomic_t *stop; /* set: stop after the current step; may be NULL */
    /* Called now and then with the slices done; may be NULL. */
    void (*progress)(uint64_t slices, uint64_t slice_count, int64_t ts_ns);
    /* Who attends the run: called between steps, at least once before each slice, and again until
     * the slice is due. It looks, takes commands (driver_command()), and waits until that monotonic
     * moment at most, but may come back sooner; at once when the moment has passed. May be NULL. */
    enum err (*attend)(void *context, int64_t until_mono_ns, struct problem *problem);
    void *attend_context;
    /* Outside: bytes that are free where the log lies, negative where that cannot be told; asked
     * for each minute. NULL: nobody watches. */
    int64_t (*free_bytes)(void *context);
    void *free_context;
};

struct driver;
struct driver_world;
struct latency;

/* Builds view and engine from the config. ERR_USAGE when the config asks for more series than
 * there can be. `*driver` is the caller's to driver_destroy(); it owns its
 * broker, which is our own exchange in process. */
enum err driver_create(const struct driver_plan *plan, struct driver **driver,
                       struct problem *problem);

/* Our exchange as a config wants it: of the run's own process, or served to it. */
struct exchange_plan driver_exchange_plan(const struct run_config *config,
                                          uint32_t instrument_count);

/* Where to log from now on; NULL: nowhere. */
void driver_set_log(struct driver *driver, struct log *log);

/* The exchange anew from the config, before anything happened: a run that is taken up has its seed
 * from the log. */
void driver_renew_exchange(struct driver *driver);

/* Where market and broker are (driver/world.h), for a run whose plan says `outside`; borrowed. */
void driver_set_world(struct driver *driver, const struct driver_world *world);

/* Begins a new run: the deposit, as the log's second step. */
enum err driver_begin(struct driver *driver, struct problem *problem);

/* Takes up a run where its log ends: folds every record behind the preamble (the reader stands
 * there), runs the exchange again and compares, moves the feed behind the last logged slice.
 * ERR_DIFFERS when the exchange, run again, says something else than was logged; ERR_REFUSED when
 * the logged actions are not those of the plan. */
enum err driver_resume(struct driver *driver, struct log_reader *reader, struct problem *problem);

/* Before the world is set: an input of the time between the log's end and now, from a run that
 * could not write it down. What followed from it was sent then: it is logged and not sent. Once
 * all of them are taken, driver_caught_up() makes them durable, in one piece. */
enum err driver_catch_up(struct driver *driver, const struct event *input, struct problem *problem);
enum err driver_caught_up(struct driver *driver, struct problem *problem);

/* Runs to the end of the feed or to a stop. Errors: the log's, at once, or, where market and broker
 * are outside, when the run is ended, which goes on without entries until then; ERR_DIFFERS when
 * the two ledgers disagree or a report cannot be; ERR_FORMAT when a split makes no sense. All that
 * was decided before is in the log. */
enum err driver_run(struct driver *driver, struct problem *problem);

/* Carries out a command of the operator and logs it. From attend() only: between two steps.
 * `wall_ns`: when it was given. ERR_OK, or the log's error where all is inside. */
enum err driver_command(struct driver *driver, enum command command, int64_t value, int64_t wall_ns,
                        struct problem *problem);

/* How the run is driven: speed, and whether the market is held. */
const struct pace *driver_pace(const struct driver *driver);

const struct engine *driver_engine(const struct driver *driver);

/* How long the stages of a run outside take (driver/latency.h); NULL for any other. */
const struct latency *driver_latency(const struct driver *driver);

/* Whether driver_run() ended by `stop` rather than by the end of the data. */
bool driver_stopped(const struct driver *driver);

/* Processor seconds from the first event handed to the engine to the last, exchange included. */
double driver_engine_cpu_s(const struct driver *driver);

/* End of the first and of the last bar that was traded; 0 before the first. */
int64_t driver_first_ns(const struct driver *driver);
int64_t driver_last_ns(const struct driver *driver);

void driver_destroy(struct driver *driver);

#endif
