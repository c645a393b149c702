/* recording_fuzz.c: a recording that is accepted is a data set that keeps the promises of bars.h,
 * even when somebody has made all its checksums right, and going on with it leaves one. */
#include <stdlib.h>
#include <string.h>

#include "data/data_fuzz.h"
#include "data/recording.h"
#include "sys/crc32c.h"
#include "sys/memory.h"

static uint64_t padded(uint64_t size)
{
    return (size + 63) / 64 * 64;
}

static void put_crc(unsigned char *bytes, size_t at, size_t size)
{
    memset(bytes + at, 0, 4);
    uint32_t crc = crc32c(0, bytes, size);
    memcpy(bytes + at, &crc, sizeof crc);
}

/* Mends what lies within the file. */
static void seal(unsigned char *file, size_t size)
{
    uint32_t instruments, about;
    memcpy(&instruments, file + 12, sizeof instruments);
    memcpy(&about, file + 24, sizeof about);
    uint64_t at = padded(64 + (uint64_t)instruments * 16 + about);
    if (at > size) {
        return;
    }
    put_crc(file, 8, at);
    while (size - at >= 64) {
        uint32_t counts[2];
        memcpy(counts, file + at + 8, sizeof counts);
        uint64_t piece = 64 + (uint64_t)counts[0] * 64 + padded(counts[1]);
        if (piece > size - at) {
            return;
        }
        put_crc(file + at, 4, piece);
        at += piece;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 64) {
        return 0;
    }
    unsigned char *file = xmalloc(size);
    memcpy(file, bytes, size);
    seal(file, size);
    char path[32];
    int fd = fuzz_file(file, size, path);
    free(file);
    struct bars bars;
    struct problem problem;
    if (recording_bars(path, &bars, &problem) == ERR_OK) {
        CHECK(bars_fault(&bars) == NULL);
        CHECK(recording_is(path));
        bars_finish(&bars);
    }
    (void)close(fd);
    return 0;
}
