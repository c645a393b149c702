/* result.h: what a run came to, as result.json and as the summary that a person reads. */
#ifndef READERS_RESULT_H
#define READERS_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"
#include "sys/problem.h"
#include "sys/sha256.h"

/* Counts of refused entries by gate, in the gates' own order and with their names. */
#define RESULT_REFUSALS_MAX 32

struct run_metrics; /* result_metrics.h */

struct run_result {
    char run_id[40];
    enum run_mode mode;
    bool simulated;      /* fills are made by our own exchange */
    bool simulated_data; /* the market itself is made up, too (workload) */
    bool stopped;        /* ended by a signal before the end of the data */
    char config_path[256];
    char config_hash[SHA256_HEX_SIZE];
    char data_hash[SHA256_HEX_SIZE];
    char source[512]; /* what was traded, for people */
    uint64_t decision_hash;
    uint64_t bars;
    uint64_t bars_skipped; /* bad rows left out by --skip-bad */
    uint64_t slices;
    uint64_t evaluations;
    uint64_t decisions; /* that acted */
    uint64_t refused;   /* by a gate */
    uint64_t rejected;  /* by the exchange */
    uint64_t orders;
    uint64_t fills;
    uint64_t trades_closed;
    uint64_t trades_won;
    uint64_t trades_open;
    int64_t first_ns; /* end of the first bar */
    int64_t last_ns;  /* end of the last bar */
    int64_t initial_cash_e9;
    int64_t final_cash_e9;
    int64_t final_equity_e9;
    int64_t realized_e9;
    int64_t commission_e9;
    int64_t max_drawdown_e9; /* of the equity at slice ends, in cash */
    uint64_t log_slots;      /* 0 without a log */
    uint64_t log_chain;
    uint64_t books_cold; /* bit i: strategy i + 1 never had bars enough to be asked */
    bool random;         /* the exchange does something at random ... */
    bool seed_drawn;     /* ... with a seed that was drawn, for want of one in the config */
    uint64_t exchange_seed;
    double engine_cpu_s;
    double process_s; /* wall time of the whole command so far */
    struct {
        const char *gate;
        uint64_t count;
    } refusals[RESULT_REFUSALS_MAX];
    uint32_t refusal_count;
    const struct run_metrics *metrics; /* borrowed; NULL in a result that was read back */
};

/* The result as one JSON object with a final newline. Top level: run_id, mode, simulated,
 * simulated_market, config_hash, data_hash, decision_hash (16 hex digits), bars, fills,
 * final_equity (decimal text), engine_cpu_s and the rest; all money is decimal text. With metrics
 * also theirs (result_metrics.h). */
void result_write_json(const struct run_result *result, FILE *out);

/* The same written atomically to `run_dir`/result.json. */
enum err result_save(const struct run_result *result, const char *run_dir, struct problem *problem);

/* Reads result.json back, what result_write_json wrote but for the metrics; for verify. */
enum err result_load(const char *run_dir, struct run_result *result, struct problem *problem);

/* The summary for people, about thirty lines, fit for 80 columns. It ends with the run's folder;
 * NULL: nothing was written. */
void result_print(const struct run_result *result, const char *run_dir, FILE *out);

#endif
