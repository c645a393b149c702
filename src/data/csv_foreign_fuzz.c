/* csv_foreign_fuzz.c: whatever the bytes, a CSV of others that is accepted keeps the promises of
 * bars.h, in any zone, by start or end, and with columns named by the user. */
#include "data/data_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_foreign(bytes, size, "time=t,open=o,high=h,low=l,close=c,volume=v");
}
