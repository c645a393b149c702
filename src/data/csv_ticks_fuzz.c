/* csv_ticks_fuzz.c: whatever the bytes, a CSV of quotes or trades that is accepted keeps the
 * promises of bars.h, and so does what is built of it. The first byte chooses the header and
 * whether bad rows are left out and bars built. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/utc.h"
#include "data/bars_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define QUOTE_BARS                                                                                 \
    "symbol,ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,"        \
    "ask_close,ask_size\n"
#define QUOTES "symbol,ts_utc,bid,bid_size,ask,ask_size,exchange,quote_condition_hex,suspicious\n"
#define TRADES "symbol,ts_utc,price,size,exchange,sale_condition_hex,suspicious\n"

static const char *const headers[] = {QUOTE_BARS, QUOTES, TRADES, ""};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *header = headers[bytes[0] & 3];
    int fd = memfd_create("ticks", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, header, strlen(header)) == (ssize_t)strlen(header));
    CHECK(write(fd, bytes + 1, size - 1) == (ssize_t)size - 1);
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct import_options options = {.skip_bad = (bytes[0] & 4) != 0,
                                     .bar_ns = (bytes[0] & 8) != 0 ? NS_PER_MIN : 0,
                                     .needs_bars = (bytes[0] & 16) != 0};
    struct import_report report = {0};
    struct bars bars = {0};
    struct problem problem;
    if (bars_open(path, &options, &bars, &report, &problem) == ERR_OK) {
        CHECK(bars_fault(&bars) == NULL);
        CHECK(options.skip_bad || report.skipped == 0);
        CHECK(bars_tick_count(&bars) + report.skipped + report.set_aside <= report.rows);
        CHECK(!options.needs_bars || bars_bar_count(&bars) > 0);
        bars_drop_ticks(&bars);
        CHECK(bars.count == bars_bar_count(&bars));
    }
    import_report_finish(&report);
    bars_finish(&bars);
    (void)close(fd);
    return 0;
}
