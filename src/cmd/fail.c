/* fail.c: how a command ends: its output written out, an error as a message and an exit code. */
#include <stdio.h>

#include "cmd/cmd.h"

enum err cmd_flush(struct problem *problem)
{
    return fflush(stdout) == 0 && ferror(stdout) == 0
               ? ERR_OK
               : problem_set_errno(problem, "cannot write to the standard output");
}

int cmd_fail(const struct problem *problem)
{
    (void)fprintf(stderr, "bellwether: %s\n", problem->text);
    switch (problem->err) {
    case ERR_USAGE:
        return EXIT_USAGE;
    case ERR_BUSY:
    case ERR_REFUSED:
        return EXIT_REFUSED;
    case ERR_OK:
    case ERR_IO:
    case ERR_RANGE:
    case ERR_FORMAT:
    case ERR_DAMAGED:
    case ERR_FULL:
    case ERR_NOT_FOUND:
    case ERR_DIFFERS:
        return EXIT_FAILED;
    }
    return EXIT_FAILED;
}
