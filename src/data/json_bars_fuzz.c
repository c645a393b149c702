/* json_bars_fuzz.c: whatever the bytes, JSON that is accepted as bars keeps the promises of
 * bars.h, in any zone and by start or end. */
#include "data/data_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_foreign(bytes, size, NULL);
}
