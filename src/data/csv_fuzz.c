/* csv_fuzz.c: whatever the bytes, a CSV (plain or gzip) that is accepted keeps the promises of
 * bars.h, with bad rows refused and with bad rows left out. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "data/bars_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int skip_bad = 0; skip_bad < 2; skip_bad++) {
        struct import_options options = {.skip_bad = skip_bad != 0};
        struct import_report report = {0};
        struct bars bars = {0};
        struct problem problem;
        if (bars_open(path, &options, &bars, &report, &problem) == ERR_OK) {
            CHECK(bars_fault(&bars) == NULL);
            bool ticks = bars_tick_count(&bars) > 0; /* csv_ticks_fuzz.c counts those */
            CHECK(ticks || bars.count + report.skipped == report.rows);
            CHECK(skip_bad != 0 || report.skipped == 0);
        }
        import_report_finish(&report);
        bars_finish(&bars);
    }
    (void)close(fd);
    return 0;
}
