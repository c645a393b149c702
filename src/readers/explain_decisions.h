/* explain_decisions.h: the decisions of a log as JSONL, and as signals that other programs read.
 *
 * Decisions, one line for each that acted or was refused, in the order of the log; numbers carry
 * their exact digits:
 *   {"ts":"2019-02-11T14:31:00Z","strategy":"ma_crossover","symbol":"SPY","act":"buy","strength":1,
 *    "confidence":1,"reason":"fast crossed above slow","inputs":{"sma_10":99.95,"sma_30":99.9},
 *    "verdicts":[{"gate":"max-order-notional","passed":false,"value":9995,"rule":"at most",
 *    "limit":100,"unit":"money"}],"book":1,"order_id":null}
 * `verdicts` holds the gate that refused, and nothing where none did: then order_id says which
 * order it became.
 *
 * Signals, one line for each decision that became an order:
 *   {"timestamp":"2019-02-11T14:31:00Z","symbol":"SPY","price":99.95,"qty":10,"side":"buy",
 *    "signal":"fast crossed above slow","confidence":1}
 * `timestamp` is the end of the bar it was decided on, `price` that bar's close. */
#ifndef READERS_EXPLAIN_DECISIONS_H
#define READERS_EXPLAIN_DECISIONS_H

#include <stdio.h>

#include "log/log.h"
#include "readers/lookup.h"

struct decision_counts {
    uint64_t ordered;
    uint64_t refused; /* by a gate */
};

/* Reads the log from its start. The owner of `out` asks ferror(). */
struct decision_counts decisions_write(struct log_reader *reader, const struct lookup *lookup,
                                       FILE *out);
struct decision_counts signals_write(struct log_reader *reader, const struct lookup *lookup,
                                     FILE *out);

/* The decisions of the log into a new file at `path`. */
enum err decisions_save(struct log_reader *reader, const struct preamble *preamble,
                        const char *path, struct problem *problem);

#endif
