/* verify.h: holds log, ledger, journal, streams and summary of a run against each other. */
#ifndef READERS_VERIFY_H
#define READERS_VERIFY_H

#include <stdio.h>

#include "sys/problem.h"

/* One line per comparison goes to `out` ("ok   journal: 7,834 rows equal the log's"). ERR_OK when
 * all hold; ERR_DIFFERS with the first difference; ERR_DAMAGED, ERR_NOT_FOUND for the log itself.
 */
enum err verify_run(const char *run_dir, FILE *out, struct problem *problem);

#endif
