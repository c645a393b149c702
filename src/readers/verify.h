/* verify.h: holds log, ledger, journal, streams and summary of a run against each other. */
#ifndef READERS_VERIFY_H
#define READERS_VERIFY_H

#include <stdio.h>

#include "sys/problem.h"

/* One line per comparison goes to `out` ("ok   journal: 7,834 rows equal the log's"). ERR_OK when
 * all hold; ERR_DIFFERS with the first difference; ERR_DAMAGED, ERR_NOT_FOUND for the log itself.
 *
 * `build`: what this program is, in a preamble's words. Where another one wrote the run, that is
 * said first; tables of the journal that it made otherwise cannot be compared, which is said as
 * well
 * ("skip journal: ...") and no difference. */
enum err verify_run(const char *run_dir, const char *build, FILE *out, struct problem *problem);

#endif
