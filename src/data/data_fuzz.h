/* data_fuzz.h: what the fuzz targets of data/ share: bytes as a file, and the promises of bars.h
 * that an accepted file keeps. */
#ifndef DATA_DATA_FUZZ_H
#define DATA_DATA_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "data/bars_check.h"
#include "data/local_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A file in memory, to be closed; `path` names it while it is open. */
static inline int fuzz_file(const uint8_t *bytes, size_t size, char path[32])
{
    int fd = memfd_create("bars", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    (void)snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

static inline void fuzz_bars_open(const char *path, const struct import_options *options)
{
    struct import_report report = {0};
    struct bars bars = {0};
    struct problem problem;
    if (bars_open(path, options, &bars, &report, &problem) == ERR_OK) {
        CHECK(bars_fault(&bars) == NULL);
        CHECK(bars_tick_count(&bars) > 0 || bars.count + report.skipped == report.rows);
        CHECK(options->skip_bad || report.skipped == 0);
    }
    import_report_finish(&report);
    bars_finish(&bars);
}

/* For files of others: the first byte chooses of the options, the rest is the file; `columns` are
 * named where the choice has bit 16. */
static inline int fuzz_foreign(const uint8_t *bytes, size_t size, const char *columns)
{
    if (size == 0) {
        return 0;
    }
    const uint8_t choice = bytes[0];
    struct local_zone zone;
    CHECK(local_zone_parse((choice & 1) != 0 ? "UTC" : "America/New_York", &zone) == ERR_OK);
    struct instrument symbol = {.symbol = "FUZZ"};
    struct import_options options = {
        .skip_bad = (choice & 2) != 0,
        .zone = &zone,
        .stamp = (choice & 4) != 0 ? STAMP_END : STAMP_BY_FORMAT,
        .bar_ns = (choice & 8) != 0 ? 86400 * INT64_C(1000000000) : 0,
        .columns = (choice & 16) != 0 ? columns : NULL,
        .file_symbol = &symbol,
    };
    char path[32];
    int fd = fuzz_file(bytes + 1, size - 1, path);
    fuzz_bars_open(path, &options);
    (void)close(fd);
    return 0;
}

#endif
