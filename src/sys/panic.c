/* panic.c: where a failed CHECK ends. The next start finds the log as it was last synced. */
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

_Noreturn void panic(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "bellwether: broken invariant at %s:%d: %s\n", file, line, condition);
    abort();
}
