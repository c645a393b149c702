/* explain_signals.h: what became of each decision of a run: the bar it acted on, how long the order
 * took, at what price it filled, or why it did not. The same for strategies that compute their
 * signals and for those that are given them. */
#ifndef READERS_EXPLAIN_SIGNALS_H
#define READERS_EXPLAIN_SIGNALS_H

#include <stdio.h>

#include "log/log.h"
#include "readers/lookup.h"

struct signal_row {
    int64_t ts_ns; /* of the decision: the end of the bar it acted on */
    uint32_t instrument;
    uint16_t book;
    uint8_t act;
    uint8_t reason;
    uint8_t verdict;
    uint8_t rejected; /* enum reject_reason; NONE while it was not */
    uint8_t ended;    /* CANCELED or EXPIRED, else EVENT_NONE */
    int32_t confidence_ppm;
    int64_t value; /* the refusing gate's */
    int64_t limit;
    uint64_t order_id; /* 0: refused */
    int64_t qty_e9;
    int64_t reference_e9;
    int64_t first_fill_ns; /* 0: none */
    int64_t last_fill_ns;
    int64_t filled_e9;
    int64_t paid_e9; /* price x quantity over the fills */
    int64_t commission_e9;
};

struct signal_rows {
    struct signal_row *rows; /* in the order of the log */
    size_t count;
};

/* Reads the log from its start. The caller free()s `rows`. */
struct signal_rows signal_rows_read(struct log_reader *reader);

/* Average price of what filled; 0: nothing did. */
int64_t signal_fill_price_e9(const struct signal_row *row);

void signals_print(const struct signal_rows *rows, const struct lookup *lookup, const char *run,
                   FILE *out);
void signals_print_json(const struct signal_rows *rows, const struct lookup *lookup,
                        const char *run, FILE *out);

#endif
