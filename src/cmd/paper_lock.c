/* paper_lock.c: see paper_lock.h. */
#include "cmd/paper_lock.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/files.h"
#include "sys/memory.h"

/* ---- the place ---- */

static char *place(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    return runtime != NULL && runtime[0] != '\0'
               ? xasprintf("%s/bellwether", runtime)
               : xasprintf("/tmp/bellwether-%lu", (unsigned long)geteuid());
}

/* In /tmp everybody can make a folder of that name, or a link: it has to be ours alone. */
static enum err open_place(const char *path, int *fd, struct problem *problem)
{
    struct stat status;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return problem_set_errno(
            problem, "cannot make %s, where an account's lock lies; is XDG_RUNTIME_DIR right?",
            path);
    }
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, &status) != 0 || status.st_uid != geteuid() ||
        (status.st_mode & 0777) != 0700) {
        return problem_set(problem, ERR_REFUSED,
                           "%s, where an account's lock lies, is no folder of this user alone "
                           "(mode 0700); look whose it is, and remove it",
                           path);
    }
    return ERR_OK;
}

/* ---- the name ---- */

/* This machine has several names. */
static const char *host_name(const char *host, size_t length)
{
    static const char *const here[] = {"localhost", "[::1]"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        if (length == strlen(here[i]) && strncasecmp(host, here[i], length) == 0) {
            return "127.0.0.1";
        }
    }
    return NULL;
}

/* "PA3X@paper-api.alpaca.markets", "X@127.0.0.1:8080". */
static char *lock_name(const char *number, const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme == NULL ? url : scheme + 3;
    size_t host_length = host[0] == '[' ? strcspn(host, "]/") + 1 : strcspn(host, ":/");
    host_length = host_length > strlen(host) ? strlen(host) : host_length;
    size_t port_length = strcspn(host + host_length, "/");
    const char *known = host_name(host, host_length);
    char *name = xasprintf("%s@%.*s%.*s", number, known == NULL ? (int)host_length : INT_MAX,
                           known == NULL ? host : known, (int)port_length, host + host_length);
    for (char *at = name; *at != '\0'; at++) {
        bool plain = isalnum((unsigned char)*at) || strchr("@-.:", *at) != NULL;
        *at = plain ? (char)tolower((unsigned char)*at) : '_';
    }
    return name;
}

/* ---- the lock ---- */

static enum err taken(int fd, const char *number, struct problem *problem)
{
    char text[PATH_MAX + 32] = "";
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    char *end = text;
    long pid = got > 0 ? strtol(text, &end, 10) : 0;
    end[strcspn(end, "\n")] = '\0';
    if (pid <= 0 || *end != ' ') {
        return problem_set(problem, ERR_BUSY,
                           "account %s is traded by another process of this user already; two "
                           "would trade it twice: end that one first",
                           number);
    }
    return problem_set(problem, ERR_BUSY,
                       "account %s is traded by process %ld already, whose log is in%s; two would "
                       "trade it twice: end that one first",
                       number, pid, end);
}

/* For the words of whoever comes second. */
static enum err sign(int fd, const char *path, const char *folder, struct problem *problem)
{
    char *text = xasprintf("%ld %s\n", (long)getpid(), folder);
    bool well = ftruncate(fd, 0) == 0 && write_all(fd, text, strlen(text)) == 0;
    free(text);
    return well ? ERR_OK : problem_set_errno(problem, "cannot write the lock %s", path);
}

static enum err lock_file(int fd, const char *path, const char *number, struct problem *problem)
{
    struct stat status;
    if (fd < 0) {
        return problem_set_errno(problem, "cannot open the lock %s", path);
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid()) {
        return problem_set(problem, ERR_REFUSED, "the lock %s is no file of this user", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        return ERR_OK;
    }
    return errno == EWOULDBLOCK ? taken(fd, number, problem)
                                : problem_set_errno(problem, "cannot lock %s", path);
}

enum err paper_lock_take(const char *number, const char *trading_url, const char *folder, int *lock,
                         struct problem *problem)
{
    char *directory = place();
    char *name = lock_name(number, trading_url);
    char *path = xasprintf("%s/%s", directory, name);
    int at = -1;
    *lock = -1;
    enum err err = open_place(directory, &at, problem);
    if (err == ERR_OK) {
        *lock = openat(at, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        err = lock_file(*lock, path, number, problem);
    }
    if (err == ERR_OK) {
        err = sign(*lock, path, folder, problem);
    }
    if (err != ERR_OK && *lock >= 0) {
        (void)close(*lock);
        *lock = -1;
    }
    if (at >= 0) {
        (void)close(at);
    }
    free(directory);
    free(name);
    free(path);
    return err;
}

void paper_lock_release(int lock)
{
    if (lock >= 0) {
        (void)!ftruncate(lock, 0); /* its words are of nobody any more */
        (void)close(lock);
    }
}
