#include "sys/secrets_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/memory.h"

/* Opened first and judged then, so that it is the same file. */
static enum err check_file(int fd, const char *path, size_t size_max, size_t *size,
                           struct problem *problem)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        return problem_set_errno(problem, "%.400s: cannot be looked at", path);
    }
    if (!S_ISREG(facts.st_mode)) {
        return problem_set(problem, ERR_REFUSED, "%.400s: not a regular file; give a file", path);
    }
    if ((facts.st_mode & 077) != 0) {
        return problem_set(problem, ERR_REFUSED,
                           "%.400s: holds secrets and others may read it (mode %04o); run: chmod "
                           "600 %.400s",
                           path, (unsigned)facts.st_mode & 07777, path);
    }
    if (facts.st_size < 0 || (size_t)facts.st_size > size_max) {
        return problem_set(problem, ERR_USAGE,
                           "%.400s: larger than %zu bytes; is this the right file?", path,
                           size_max);
    }
    *size = (size_t)facts.st_size;
    return ERR_OK;
}

static enum err read_bytes(int fd, const char *path, char *bytes, size_t size, size_t *length,
                           struct problem *problem)
{
    *length = 0;
    while (*length < size) {
        ssize_t got = read(fd, bytes + *length, size - *length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return problem_set_errno(problem, "%.400s: cannot be read", path);
        }
        if (got == 0) {
            break;
        }
        *length += (size_t)got;
    }
    bytes[*length] = '\0';
    return ERR_OK;
}

static enum err read_open(int fd, const char *path, size_t size_max, char **bytes, size_t *length,
                          struct problem *problem)
{
    size_t size = 0;
    enum err err = check_file(fd, path, size_max, &size, problem);
    if (err != ERR_OK) {
        return err;
    }
    *bytes = xmalloc(size + 1);
    err = read_bytes(fd, path, *bytes, size, length, problem);
    if (err != ERR_OK) {
        secrets_free(*bytes, size);
        *bytes = NULL;
    }
    return err;
}

enum err secrets_file_read(const char *path, size_t size_max, char **bytes, size_t *length,
                           struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe does not hold us */
    if (fd < 0) {
        bool missing = errno == ENOENT;
        enum err err = problem_set_errno(problem, "%.400s: cannot be opened", path);
        return missing ? problem_set(problem, ERR_NOT_FOUND, "%.400s: no such file", path) : err;
    }
    enum err err = read_open(fd, path, size_max, bytes, length, problem);
    (void)close(fd); /* nothing was written */
    return err;
}

void secrets_free(char *bytes, size_t length)
{
    if (bytes != NULL) {
        explicit_bzero(bytes, length);
        free(bytes);
    }
}
