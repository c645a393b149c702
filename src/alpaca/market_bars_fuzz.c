/* market_bars_fuzz.c: both readers of bars on the same bytes. */
#include "alpaca/market_agree_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct taken taken;
    (void)readers_agree_on_copy((const char *)bytes, size, &taken);
    return 0;
}
