/* problem.h: an error together with the sentence that a person reads.
 *
 * The text says what happened, where, and what to do, in one or more lines without a final newline:
 *   bars.csv line 7: high is below low (271.1 < 271.3); mend the row or give --skip-bad
 * Functions that can fail for many reasons return enum err and fill a problem; the command at the
 * top prints it once and picks the exit code. */
#ifndef SYS_PROBLEM_H
#define SYS_PROBLEM_H

#include <stdarg.h>

#include "base/err.h"

#define PROBLEM_TEXT_SIZE 2048

struct problem {
    enum err err;
    char text[PROBLEM_TEXT_SIZE]; /* cut, never overrun, when too long */
};

/* Stores both and returns `err`, so that a failing function can end with `return problem_set(...)`.
 * `problem` may be NULL when the caller needs no words. */
enum err problem_set(struct problem *problem, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: adds ": " and the text of errno. ENOSPC, EDQUOT and EFBIG
 * become ERR_FULL, everything else ERR_IO. */
enum err problem_set_errno(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
