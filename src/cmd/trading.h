/* trading.h: one run from config to result: what `run` and `backtest` share. */
#ifndef CMD_TRADING_H
#define CMD_TRADING_H

#include "cmd/market.h"
#include "cmd/source.h"
#include "config/config.h"
#include "driver/driver.h"
#include "sys/problem.h"

/* A market and a broker outside, instead of data and our exchange (mode paper). */
struct trading_outside {
    const struct instrument *instruments; /* borrowed, as all here */
    uint32_t instrument_count;
    int64_t bar_ns;
    const char *place; /* where, in words: for the log */
    void *context;
    /* Begins broker and feed for an engine whose state is that of its log, and is the driver's
     * world (driver/world.h) from then on. `born_ns`: when the log was begun. */
    enum err (*meet)(void *context, struct driver *driver, int64_t born_ns,
                     struct problem *problem);
};

struct trading_options {
    enum run_mode mode;
    const char *
        config_path; /* NULL: examples/seven_strategies.yaml for the market, else quickstart.yaml */
    struct source source;
    const struct trading_outside *outside; /* instead of the source; NULL: none */
    struct market_choice market;           /* instead of the source */
    const char *out_dir;                   /* NULL: runs/<id>/ */
    const char *state_dir;                 /* NULL: the log lies in the run's folder */
    const char *decisions_path;            /* NULL, or where the log's decisions go as JSONL */
    bool no_run_dir;                       /* nothing is written, not even a log */
    bool in_memory;                        /* nothing is written; the log is kept in memory */
    bool json;                             /* the result as JSON on stdout and nothing else there */
    bool view;        /* the terminal view, where there is a terminal; else full speed */
    double session_s; /* > 0: seconds of wall time for one session of market time */
    double speed;     /* > 0: market seconds per second; 0: as fast as it goes */
};

/* Runs it, prints the result, and returns the exit code. */
int trading_run(const struct trading_options *options);

#endif
