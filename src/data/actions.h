/* actions.h: splits and cash dividends from a CSV, plain or gzip:
 *
 *   date,symbol,split,cash
 *   2014-06-09,AAPL,7:1,
 *   2014-08-07,AAPL,,0.47
 *
 * `date` is the ex-date: the first day on which the shares trade divided, or without the dividend.
 * `split` is new shares per old: 7:1, 7, 3:2, 1.5, 1:8, 0.125. A decimal is taken at its word, so a
 * third is written 1:3. `cash` is US dollars per share as held before that day, so before a split
 * on the same date. A row has one of the two or both; a column that no row needs may be left out.
 * Columns and rows come in any order, with one row for a symbol and date. */
#ifndef DATA_ACTIONS_H
#define DATA_ACTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "market/instrument.h"
#include "sys/problem.h"

/* About twice what all US stocks had in thirty years. */
#define ACTIONS_MAX 1000000

struct action {
    int32_t date; /* the ex-date in New York, in days since 1970-01-01 */
    struct instrument instrument;
    int64_t split_new, split_old; /* new shares for old ones, in lowest terms; 1 and 1: no split */
    int64_t cash_e9;              /* per old share; 0: none */
};

struct actions {
    struct action *rows; /* by date, then by symbol */
    size_t count;        /* 0: a file with a header and no rows */
};

/* A bad row or two rows for a symbol and date refuse the file: ERR_FORMAT. `*actions` is the
 * caller's to actions_finish(). */
enum err actions_read(const char *path, struct actions *actions, struct problem *problem);
void actions_finish(struct actions *actions);

/* The actions of a run over those instruments whose data begins at start_ns, as EVENT_ACTION by
 * time: what is effective from a later moment than that on, each at 00:00 in New York of its date.
 * Heap memory of the caller; NULL and 0 when there is none. */
struct event *actions_events(const struct actions *actions, const struct instrument *instruments,
                             uint32_t instrument_count, int64_t start_ns, size_t *count);

#endif
