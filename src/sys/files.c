/* files.c: see files.h. */
#include "sys/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sys/memory.h"

enum err folder_make(const char *path, struct problem *problem)
{
    char *part = xstrdup(path);
    enum err err = ERR_OK;
    for (char *at = part + 1; err == ERR_OK; at++) {
        bool last = *at == '\0';
        if (*at != '/' && !last) {
            continue;
        }
        *at = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST) {
            err = problem_set_errno(problem, "cannot make the folder %s", part);
        }
        if (last) {
            break;
        }
        *at = '/';
    }
    free(part);
    struct stat status;
    if (err == ERR_OK && (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))) {
        err = problem_set(problem, ERR_IO, "%s is in the way: it is no folder", path);
    }
    return err;
}

enum err folder_sync(const char *path, struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return problem_set_errno(problem, "cannot open the folder %s", path);
    }
    enum err err = ERR_OK;
    /* Some file systems cannot sync a folder and say EINVAL; they need none. */
    if (fsync(fd) != 0 && errno != EINVAL) {
        err = problem_set_errno(problem, "cannot sync the folder %s", path);
    }
    close(fd);
    return err;
}

int write_all(int fd, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    while (length > 0) {
        ssize_t written = write(fd, at, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            errno = written == 0 ? EIO : errno;
            return -1;
        }
        at += written;
        length -= (size_t)written;
    }
    return 0;
}

static enum err folder_of_sync(const char *path, struct problem *problem)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return folder_sync(".", problem);
    }
    if (slash == path) {
        return folder_sync("/", problem);
    }
    char *folder = xstrdup(path);
    folder[slash - path] = '\0';
    enum err err = folder_sync(folder, problem);
    free(folder);
    return err;
}

enum err file_replace(const char *path, const void *bytes, size_t length, struct problem *problem)
{
    char *temporary = xasprintf("%s.%ld.tmp", path, (long)getpid());
    enum err err = ERR_OK;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        err = problem_set_errno(problem, "cannot make %s", temporary);
        free(temporary);
        return err;
    }
    if (write_all(fd, bytes, length) != 0 || fsync(fd) != 0) {
        err = problem_set_errno(problem, "cannot write %s", temporary);
    }
    if (close(fd) != 0 && err == ERR_OK) {
        err = problem_set_errno(problem, "cannot close %s", temporary);
    }
    if (err == ERR_OK && rename(temporary, path) != 0) {
        err = problem_set_errno(problem, "cannot rename %s to %s", temporary, path);
    }
    if (err == ERR_OK) {
        err = folder_of_sync(path, problem);
    } else {
        (void)unlink(temporary); /* the first failure is the one to report */
    }
    free(temporary);
    return err;
}

/* Reads until the end or until `size_max` + 1 bytes are there, which is one too many. */
static ssize_t read_up_to(int fd, size_t size_max, char **bytes)
{
    size_t capacity = 4096;
    size_t length = 0;
    *bytes = xmalloc(capacity);
    while (length <= size_max) {
        if (length + 1 == capacity) {
            capacity *= 2;
            *bytes = xrealloc(*bytes, capacity);
        }
        ssize_t got = read(fd, *bytes + length, capacity - length - 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        length += (size_t)got;
    }
    (*bytes)[length] = '\0';
    return (ssize_t)length;
}

enum err file_read(const char *path, size_t size_max, char **bytes, size_t *length,
                   struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return problem_set(problem, ERR_NOT_FOUND, "%s does not exist", path);
    }
    if (fd < 0) {
        return problem_set_errno(problem, "cannot open %s", path);
    }
    char *content = NULL;
    ssize_t got = read_up_to(fd, size_max, &content);
    enum err err = ERR_OK;
    if (got < 0) {
        err = problem_set_errno(problem, "cannot read %s", path);
    } else if ((size_t)got > size_max) {
        err = problem_set(problem, ERR_RANGE, "%s is larger than %zu bytes", path, size_max);
    }
    close(fd);
    if (err != ERR_OK) {
        free(content);
        return err;
    }
    *bytes = content;
    *length = (size_t)got;
    return ERR_OK;
}

bool file_begins_with(const char *path, const void *bytes, size_t length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return false;
    }
    char *start = xmalloc(length);
    ssize_t got = read(fd, start, length);
    (void)close(fd); /* nothing was written */
    bool same = got == (ssize_t)length && memcmp(start, bytes, length) == 0;
    free(start);
    return same;
}

int64_t folder_free_bytes(const char *path)
{
    struct statvfs there;
    if (statvfs(path, &there) != 0) {
        return -1;
    }
    uint64_t blocks = there.f_bavail;
    uint64_t most = INT64_MAX / (there.f_frsize > 0 ? there.f_frsize : 1);
    return (int64_t)((blocks < most ? blocks : most) * there.f_frsize);
}
