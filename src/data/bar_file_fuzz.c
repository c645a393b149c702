/* bar_file_fuzz.c: a record file that is accepted keeps the promises of bars.h, even when somebody
 * has made all its checksums right. The input is the bytes of a file; its checksums are mended as
 * far as the layout in its header lies within it. */
#include <stdlib.h>
#include <string.h>

#include "data/bar_file.h"
#include "data/data_fuzz.h"
#include "sys/crc32c.h"
#include "sys/memory.h"

/* One input byte stands for many of the file, or a header of 4096 bytes would never be found: the
 * first 136 bytes are the header's, the rest is what follows it. */
static unsigned char *unpack(const uint8_t *bytes, size_t size, size_t *file_size)
{
    size_t header = size < 136 ? size : 136;
    *file_size = 4096 + size - header;
    unsigned char *file = xcalloc(1, *file_size);
    memcpy(file, bytes, header);
    memcpy(file + 4096, bytes + header, size - header);
    return file;
}

static void seal(unsigned char *file, size_t size)
{
    uint64_t parts[2]; /* offsets of the records and of the block table */
    uint32_t instruments;
    memcpy(parts, file + 56, sizeof parts);
    memcpy(&instruments, file + 40, sizeof instruments);
    if (parts[0] <= parts[1] && parts[1] <= size && size - parts[1] >= 4) {
        uint32_t crc = crc32c(0, file + parts[0], parts[1] - parts[0]);
        memcpy(file + parts[1], &crc, sizeof crc);
        sha256(file + parts[1], size - parts[1], file + 88);
    }
    if ((uint64_t)instruments * 16 <= size - 4096) {
        uint32_t crc = crc32c(0, file + 4096, (size_t)instruments * 16);
        memcpy(file + 84, &crc, sizeof crc);
    }
    memset(file + 12, 0, 4);
    uint32_t crc = crc32c(0, file, 4096);
    memcpy(file + 12, &crc, sizeof crc);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t file_size;
    unsigned char *file = unpack(bytes, size, &file_size);
    seal(file, file_size);
    char path[32];
    int fd = fuzz_file(file, file_size, path);
    free(file);
    struct bars bars;
    struct problem problem;
    if (bar_file_open(path, &bars, &problem) == ERR_OK) {
        CHECK(bars_fault(&bars) == NULL);
        bars_finish(&bars);
    }
    (void)close(fd);
    return 0;
}
