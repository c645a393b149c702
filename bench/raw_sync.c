/* raw_sync.c: what a durable append costs at the least: a preallocated file, one write of SIZE
 * bytes behind the other, fdatasync() after each, with a pause between them.
 *
 *   raw_sync FILE COUNT SIZE GAP_US
 *
 * Prints {"p50_us":..,"p99_us":..}; removes the file. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "sys/clock.h"
#include "sys/memory.h"

static int by_size(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return *a < *b ? -1 : *a > *b;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fputs("usage: raw_sync FILE COUNT SIZE GAP_US\n", stderr);
        return 2;
    }
    size_t count = strtoul(argv[2], NULL, 10);
    size_t size = strtoul(argv[3], NULL, 10);
    int64_t gap_ns = strtol(argv[4], NULL, 10) * 1000;
    int64_t *taken = xcalloc(count + 1, sizeof *taken);
    char *bytes = xcalloc(count + 1, size);
    int fd = open(argv[1], O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, bytes, count * size, 0) != (ssize_t)(count * size) || fsync(fd) != 0) {
        perror(argv[1]);
        return 1;
    }
    memset(bytes, 'x', size);
    for (size_t i = 0; i < count; i++) {
        clock_sleep_until(clock_mono_ns() + gap_ns);
        int64_t from_ns = clock_mono_ns();
        CHECK(pwrite(fd, bytes, size, (off_t)(i * size)) == (ssize_t)size && fdatasync(fd) == 0);
        taken[i] = clock_mono_ns() - from_ns;
    }
    qsort(taken, count, sizeof *taken, by_size);
    printf("{\"p50_us\":%.2f,\"p99_us\":%.2f}\n", (double)taken[count / 2] / 1e3,
           (double)taken[count * 99 / 100] / 1e3);
    (void)close(fd);
    (void)unlink(argv[1]);
    free(bytes);
    free(taken);
    return 0;
}
