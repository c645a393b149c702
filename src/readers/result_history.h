/* result_history.h: what a log's records say of equity, orders, fills and trades, in arrays: the
 * ground of the result's figures and of the reports. */
#ifndef READERS_RESULT_HISTORY_H
#define READERS_RESULT_HISTORY_H

#include "log/log.h"
#include "readers/lookup.h"
#include "readers/metrics.h"
#include "readers/metrics_trades.h"

struct history_order {
    uint64_t id;
    int64_t reference_price_e9; /* 0 for an order of several legs: theirs are not known */
    uint32_t instrument;        /* the first leg's */
    uint16_t book;
    uint8_t reason; /* of its decision */
    bool buys;
    size_t splits; /* in the log before it */
};

struct history_fill {
    int64_t ts_ns;
    size_t point; /* index of the first equity point after it */
    uint64_t order_id;
    uint64_t exec_id;
    uint32_t instrument;
    uint16_t book;
    size_t splits; /* in the log before it */
    struct fill_facts facts;
};

struct history_trade {
    uint64_t id;
    size_t sequence; /* of the record: a later one replaces an earlier one */
    size_t point;    /* index of the first equity point after it */
    uint32_t instrument;
    uint16_t book;
    uint8_t state;        /* enum trade_state */
    uint8_t entry_reason; /* of the decisions; 0 (hold) where there was none */
    uint8_t exit_reason;  /* of the exit that filled last */
    uint8_t exit_role;    /* enum order_role of that exit; 0 while there is none */
    int64_t qty_e9;       /* held now */
    int64_t cost_e9;
    struct trade_facts facts;
    int64_t entry_qty_e9;
    int64_t entry_value_e9;
    int64_t exit_qty_e9;
    int64_t exit_value_e9;
};

/* A word of no, and how often it was said to a book. */
struct history_refusal {
    uint16_t book;
    bool by_exchange;
    uint8_t code; /* enum verdict, or enum reject_reason */
    uint64_t count;
};

struct history {
    struct lookup *lookup;
    const struct preamble *preamble; /* borrowed */
    struct equity_series equity;
    bool every_slice;             /* there is a point for each slice */
    bool ended;                   /* the run ended by itself */
    struct history_order *orders; /* by id */
    size_t order_count;
    struct history_fill *fills; /* that stand, in the order they came */
    size_t fill_count;
    struct history_trade *trades; /* that filled, in the order they closed; open ones last */
    size_t trade_count;
    struct history_refusal *refusals; /* by book, gates first */
    size_t refusal_count;
    uint64_t acted[BOOKS_MAX + 1];                /* decisions by book */
    uint64_t signals[BOOKS_MAX + 1][REASONS_MAX]; /* the same and the refused ones, by reason */
    uint64_t refused[BOOKS_MAX + 1];
    uint64_t rejected[BOOKS_MAX + 1];
    uint64_t evaluations; /* of the slices that have a point */
};

/* Reads the log from its start; the preamble was read from it and is borrowed. The caller ends
 * `*history` with history_destroy(). ERR_FORMAT when records do not belong together. */
enum err history_create(struct log_reader *reader, const struct preamble *preamble,
                        struct history **history, struct problem *problem);
void history_destroy(struct history *history);

#endif
