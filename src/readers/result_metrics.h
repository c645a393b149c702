/* result_metrics.h: a run's figures in one place: of the account, each strategy and each symbol,
 * with who refused what how often. In result.json, the summary and the reports. */
#ifndef READERS_RESULT_METRICS_H
#define READERS_RESULT_METRICS_H

#include "market/instrument.h"
#include "readers/metrics.h"
#include "readers/metrics_trades.h"
#include "readers/result_history.h"
#include "sys/json_writer.h"

struct strategy_metrics {
    uint16_t book;
    const char *name; /* the strategy's, constant */
    uint64_t acted;
    uint64_t refused;  /* by gates */
    uint64_t rejected; /* by the exchange */
    struct activity_metrics activity;
};

struct symbol_metrics {
    struct instrument symbol;
    struct activity_metrics activity;
};

struct refusal_row {
    uint16_t book;
    const char *name;
    bool by_exchange;
    const char *reason; /* constant */
    uint64_t count;
};

/* A reason for which a strategy wanted to act, and how often it did; gates may have refused it. */
struct signal_count {
    uint16_t book;
    const char *name;
    const char *reason; /* constant */
    uint64_t count;
};

struct run_metrics {
    bool without_log; /* sessions, symbols, refusals and rejections are not known */
    bool every_slice; /* the log has an equity point for each slice; else one per session or so */
    struct equity_metrics equity;
    struct activity_metrics total;
    struct amount unrealized; /* of what is held at the end, at its last marks */
    struct strategy_metrics *strategies;
    uint32_t strategy_count;
    struct symbol_metrics *symbols; /* that were traded, in alphabetical order */
    uint32_t symbol_count;
    struct refusal_row *refusals; /* by book, gates before the exchange */
    uint32_t refusal_count;
    struct signal_count *signals; /* by book and reason */
    uint32_t signal_count;
};

/* From a whole log; never fails. The caller ends it with run_metrics_destroy(). */
struct run_metrics *run_metrics_create(const struct history *history);

/* What a strategy's book knows of itself without a log. */
struct book_totals {
    const char *name;
    uint64_t acted;
    uint64_t refused;
    uint64_t trades_closed;
    uint64_t trades_won;
    uint64_t trades_open;
    int64_t realized_e9;
    int64_t commission_e9;
};

/* For a run that kept no log: what the books' totals tell, and "no log was kept" for the rest. */
struct run_metrics *run_metrics_create_bare(int64_t start_e9, int64_t end_e9,
                                            const struct book_totals *books, uint32_t book_count);

void run_metrics_destroy(struct run_metrics *metrics);

/* The members "metrics", "strategies", "symbols", "refusals_by_strategy" and "signals" into the
 * open object. Money is decimal text, other figures are numbers; what cannot be is null. */
void run_metrics_write_json(const struct run_metrics *metrics, struct json_writer *json);

#endif
