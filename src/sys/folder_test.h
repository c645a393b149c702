/* folder_test.h: a folder of its own for a test. */
#ifndef SYS_FOLDER_TEST_H
#define SYS_FOLDER_TEST_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/memory.h"

/* A new folder; the test removes it with folder_remove(). */
static inline char *folder_create(void)
{
    char *folder = xstrdup("/tmp/bellwether-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    return folder;
}

static inline void folder_remove(char *folder)
{
    char *command = xasprintf("rm -rf -- '%s'", folder);
    cr_assert_eq(system(command), 0);
    free(command);
    free(folder);
}

/* A new folder as the working directory, which is the test's own, since criterion gives each test a
 * process; folder_leave() removes it. */
static inline void folder_enter(void)
{
    char *folder = folder_create();
    cr_assert_eq(chdir(folder), 0);
    free(folder);
}

static inline void folder_leave(void)
{
    cr_assert_eq(system("rm -rf -- \"$PWD\""), 0);
}

#endif
