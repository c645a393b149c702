/* power_cut.c: loaded before a program (LD_PRELOAD), it ends it as a power cut would: at the call
 * of number CUT_AT of those that change what others see (bytes sent, written, synced; a file
 * renamed), before or (CUT_WHEN=after) behind it. What was written to a log and not synced is lost
 * first: all of it, or (CUT_LOSES=some) by chance each sector of it. CUT_COUNT names a file that is
 * given the number of calls when the program ends by itself. */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, PATH_SIZE = 4096 };

/* What stood where a log was written to, until that is synced; the last write first. */
struct unsynced {
    struct unsynced *next;
    int fd;
    off_t at, file_size;
    size_t length, had;
    char old[];
};

static struct unsynced *unsynced;
static long cut_at, calls;
static bool cut_behind, loses_some;
static uint32_t chance;
static typeof(pwrite) *real_pwrite;
static typeof(fdatasync) *real_fdatasync;
static typeof(fsync) *real_fsync;
static typeof(send) *real_send;
static typeof(sendmsg) *real_sendmsg;
static typeof(rename) *real_rename;

static bool env_is(const char *name, const char *value)
{
    const char *text = getenv(name);
    return text != NULL && strcmp(text, value) == 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("CUT_AT");
    cut_at = at != NULL ? strtol(at, NULL, 10) : 0;
    cut_behind = env_is("CUT_WHEN", "after");
    loses_some = env_is("CUT_LOSES", "some");
    chance = (uint32_t)cut_at;
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    real_rename = dlsym(RTLD_NEXT, "rename");
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("CUT_COUNT");
    FILE *file = path != NULL && calls > 0 ? fopen(path, "w") : NULL;
    if (file != NULL) {
        (void)fprintf(file, "%ld\n", calls);
        (void)fclose(file);
    }
}

static bool by_chance(void)
{
    chance = chance * 1664525U + 1013904223U; /* Numerical Recipes */
    return chance >> 31 != 0;
}

static void must(bool done)
{
    if (!done) {
        abort(); /* the test would test nothing */
    }
}

static void lose(const struct unsynced *write)
{
    for (size_t i = 0; i < write->had; i += SECTOR) {
        size_t length = write->had - i < SECTOR ? write->had - i : SECTOR;
        if (!loses_some || by_chance()) {
            must(real_pwrite(write->fd, write->old + i, length, write->at + (off_t)i) ==
                 (ssize_t)length);
        }
    }
    if (!loses_some && write->file_size < write->at + (off_t)write->length) {
        must(ftruncate(write->fd, write->file_size) == 0);
    }
}

static void cut(bool behind)
{
    if (calls == cut_at && behind == cut_behind) {
        for (const struct unsynced *write = unsynced; write != NULL; write = write->next) {
            lose(write);
        }
        (void)raise(SIGKILL);
    }
}

static void before(void)
{
    calls++;
    cut(false);
}

static bool is_log(int fd)
{
    char link[64], path[PATH_SIZE];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return strstr(path, ".bwlog") != NULL;
}

static void remember(int fd, size_t length, off_t at)
{
    struct stat file;
    struct unsynced *write = malloc(sizeof *write + length);
    must(write != NULL && fstat(fd, &file) == 0);
    ssize_t had = pread(fd, write->old, length, at);
    must(had >= 0);
    write->fd = fd;
    write->at = at;
    write->file_size = file.st_size;
    write->length = length;
    write->had = (size_t)had;
    write->next = unsynced;
    unsynced = write;
}

static void forget(int fd)
{
    for (struct unsynced **link = &unsynced; *link != NULL;) {
        struct unsynced *write = *link;
        if (write->fd == fd) {
            *link = write->next;
            free(write);
        } else {
            link = &write->next;
        }
    }
}

/* ---- what the program calls ---- */

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    before();
    if (is_log(fd)) {
        remember(fd, length, at);
    }
    ssize_t result = real_pwrite(fd, bytes, length, at);
    cut(true);
    return result;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at)
{
    return pwrite(fd, bytes, length, at);
}

int fdatasync(int fd)
{
    before();
    int result = real_fdatasync(fd);
    forget(fd);
    cut(true);
    return result;
}

int fsync(int fd)
{
    before();
    int result = real_fsync(fd);
    forget(fd);
    cut(true);
    return result;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    before();
    ssize_t result = real_send(fd, bytes, length, flags);
    cut(true);
    return result;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    before();
    ssize_t result = real_sendmsg(fd, message, flags);
    cut(true);
    return result;
}

int rename(const char *from, const char *to)
{
    before();
    int result = real_rename(from, to);
    cut(true);
    return result;
}
