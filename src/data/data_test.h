/* data_test.h: files for the tests of data/, log/ and driver/. */
#ifndef DATA_DATA_TEST_H
#define DATA_DATA_TEST_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/folder_test.h"
#include "sys/memory.h"

static inline void file_write(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
    cr_assert_eq(close(fd), 0);
}

static inline unsigned char *file_read(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0, "%s", path);
    struct stat stat;
    cr_assert_eq(fstat(fd, &stat), 0);
    *size = (size_t)stat.st_size;
    unsigned char *bytes = xmalloc(*size + 1);
    cr_assert_eq(read(fd, bytes, *size), (ssize_t)*size);
    cr_assert_eq(close(fd), 0);
    return bytes;
}

/* A file of the shared data, or NULL where it is not there (the test is then skipped). */
static inline char *shared_file(const char *name)
{
    const char *shared = getenv("BELLWETHER_SHARED");
    char *path = xasprintf("%s/data/%s", shared != NULL ? shared : "../shared", name);
    if (access(path, R_OK) != 0) {
        free(path);
        return NULL;
    }
    return path;
}

#endif
