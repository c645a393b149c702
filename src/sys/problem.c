/* problem.c: see problem.h. */
#include "sys/problem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static void set(struct problem *problem, enum err err,
                                                      const char *format, va_list arguments)
{
    problem->err = err;
    (void)vsnprintf(problem->text, sizeof problem->text, format, arguments); /* cut is fine */
}

enum err problem_set(struct problem *problem, enum err err, const char *format, ...)
{
    if (problem != NULL) {
        va_list arguments;
        va_start(arguments, format);
        set(problem, err, format, arguments);
        va_end(arguments);
    }
    return err;
}

enum err problem_set_errno(struct problem *problem, const char *format, ...)
{
    int saved = errno;
    bool full = saved == ENOSPC || saved == EDQUOT || saved == EFBIG;
    enum err err = full ? ERR_FULL : ERR_IO;
    if (problem != NULL) {
        va_list arguments;
        va_start(arguments, format);
        set(problem, err, format, arguments);
        va_end(arguments);
        size_t used = strlen(problem->text);
        (void)snprintf(problem->text + used, sizeof problem->text - used, ": %s", strerror(saved));
    }
    return err;
}
