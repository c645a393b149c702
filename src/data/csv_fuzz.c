/* csv_fuzz.c: whatever the bytes, a CSV (plain or gzip) that is accepted keeps the promises of
 * bars.h, with bad rows refused and with bad rows left out. */
#include "data/data_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[32];
    int fd = fuzz_file(bytes, size, path);
    fuzz_bars_open(path, &(struct import_options){.skip_bad = false});
    fuzz_bars_open(path, &(struct import_options){.skip_bad = true});
    (void)close(fd);
    return 0;
}
