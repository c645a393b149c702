/* contents.h: whether the records of a log can be a run's: asked once, at the door of whoever reads
 * one that others may have written.
 *
 * Checksums say that a log is as it was written, not that a run wrote it. What is checked here
 * needs no state: each record for itself, its time against the one before, and the bars of a slice
 * side by side. Whether a record can follow from the records before it, only a fold can tell
 * (core/fold_check.h); and whether the run decided so, a replay. What a broker reported is not
 * judged: it may say anything, and who reads it has to bear it. */
#ifndef LOG_CONTENTS_H
#define LOG_CONTENTS_H

#include "log/preamble.h"

/* A check under way over records that come one by one. */
struct contents {
    uint32_t instrument_count;
    uint32_t bars;          /* of the slice at hand */
    uint32_t ticks;         /* before them */
    int64_t bar_instrument; /* of the slice's last bar; -1: there is none yet */
    int64_t slice_ns;
    int64_t last_ns; /* of the run's records: never decreases */
};

void contents_begin(struct contents *contents, uint32_t instrument_count);

/* NULL when the record can come next, else a constant text that says what is wrong with it. */
const char *contents_fault(struct contents *contents, const struct event *record);

/* Sets the problem to ERR_DAMAGED with such a text; `number`: of the record, from 1 behind the
 * preamble. */
enum err contents_refuse(const struct event *record, uint64_t number, const char *fault,
                         struct problem *problem);

/* Reads the preamble as preamble_read() does, and checks all records behind it. ERR_DAMAGED names
 * the first that cannot be. */
enum err contents_read(struct log_reader *reader, struct preamble *preamble,
                       struct problem *problem);

#endif
