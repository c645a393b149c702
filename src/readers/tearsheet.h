/* tearsheet.h: a run on one page of HTML that needs nothing else: no script, no font, no picture
 * from outside; drawn with inline SVG, light and dark by the reader's setting, printable, and
 * readable on a phone. Every text from outside (symbols, paths, config) is escaped. */
#ifndef READERS_TEARSHEET_H
#define READERS_TEARSHEET_H

#include <stdio.h>

#include "readers/result_history.h"
#include "readers/result_metrics.h"

struct tearsheet {
    const char *run_id;
    const char *run_dir; /* where the whole run lies */
    const struct history *history;
    const struct run_metrics *metrics;
    const double *benchmark;   /* buy and hold in dollars at each equity point; NULL: not known */
    const char *benchmark_why; /* why it is not known */
    uint64_t benchmark_gaps;   /* jumps in its prices that look like splits */
};

/* The owner of `out` asks ferror(). */
void tearsheet_write(const struct tearsheet *sheet, FILE *out);

#endif
