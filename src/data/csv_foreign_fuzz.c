/* csv_foreign_fuzz.c: whatever the bytes, a CSV of others that is accepted keeps the promises of
 * bars.h, in any zone, by start or end, and with columns named by the user. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "data/bars_check.h"
#include "data/local_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What the first byte chooses of the options; the rest is the file. */
static void read_with(const char *path, uint8_t choice)
{
    struct local_zone zone;
    CHECK(local_zone_parse((choice & 1) != 0 ? "UTC" : "America/New_York", &zone) == ERR_OK);
    struct instrument symbol = {.symbol = "FUZZ"};
    struct import_options options = {
        .skip_bad = (choice & 2) != 0,
        .zone = &zone,
        .stamp = (choice & 4) != 0 ? STAMP_END : STAMP_BY_FORMAT,
        .bar_ns = (choice & 8) != 0 ? 86400 * INT64_C(1000000000) : 0,
        .columns = (choice & 16) != 0 ? "time=t,open=o,high=h,low=l,close=c,volume=v" : NULL,
        .file_symbol = &symbol,
    };
    struct import_report report = {0};
    struct bars bars = {0};
    struct problem problem;
    if (bars_open(path, &options, &bars, &report, &problem) == ERR_OK) {
        CHECK(bars_fault(&bars) == NULL);
        CHECK(bars_tick_count(&bars) > 0 || bars.count + report.skipped == report.rows);
        CHECK(options.skip_bad || report.skipped == 0);
    }
    import_report_finish(&report);
    bars_finish(&bars);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    int fd = memfd_create("bars", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, bytes + 1, size - 1) == (ssize_t)size - 1);
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_with(path, bytes[0]);
    (void)close(fd);
    return 0;
}
