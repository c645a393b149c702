/* verify_private.h: the parts of verify, one comparison or a few each. */
#ifndef READERS_VERIFY_PRIVATE_H
#define READERS_VERIFY_PRIVATE_H

#include <stdbool.h>

#include "log/preamble.h"
#include "readers/lookup.h"
#include "readers/verify.h"

/* What has been found so far. */
struct checks {
    FILE *out;
    bool foreign;         /* another build wrote the run */
    struct problem first; /* the first difference; .err is ERR_OK while all hold */
};

/* "ok   TEXT" and "FAIL TEXT". The first failure is kept as a problem. */
void checks_pass(struct checks *checks, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void checks_fail(struct checks *checks, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "skip TEXT": what cannot be compared here. */
void checks_skip(struct checks *checks, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What the log's records add up to. */
struct tally {
    uint64_t slices; /* of the data, up to the last that the log names */
    uint64_t points; /* SLICE records; a log without the market has fewer of them */
    uint64_t bars;
    uint64_t evaluations;
    uint64_t decisions;
    uint64_t refused;
    uint64_t rejected;
    uint64_t orders;
    uint64_t fills;
    uint64_t postings;
    uint64_t trades_closed;
    uint64_t trades_won;
    int64_t deposited_e9;
    int64_t commission_e9;
    struct event_slice last;
    int64_t last_ns; /* of the last record with a time */
    bool ended;      /* the last record is LOG_END */
};

/* (2) Folds the records behind the preamble into a ledger of its own and holds it against the
 * engine's. `tally` is filled for the later checks. */
void verify_ledger(struct checks *checks, struct log_reader *reader,
                   const struct preamble *preamble, struct tally *tally);

/* (3) Every row of both journals, in every table; of another build's in those that it made as this
 * one does. */
void verify_journal(struct checks *checks, const char *run_dir, const char *rebuilt_dir);

/* (4) Every byte of the three streams. */
void verify_streams(struct checks *checks, const char *run_dir, const char *rebuilt_dir);

/* (5) result.json and config.yaml. */
void verify_result(struct checks *checks, const char *run_dir, const struct log_reader *reader,
                   const struct preamble *preamble, const struct tally *tally);

#endif
