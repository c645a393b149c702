/* signals_fuzz.c: whatever the bytes: signals in order, for instruments that exist, or a reason. */
#include <string.h>

#include "base/check.h"
#include "data/signals.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct instrument symbols[] = {{"AAPL"}, {"SPY"}};
    struct signals signals = {0};
    struct problem problem = {0};
    enum err err = signals_parse("fuzz.jsonl", (const char *)bytes, length, symbols, 2, NULL,
                                 &signals, &problem);
    CHECK((err == ERR_OK) == (problem.text[0] == '\0'));
    for (uint32_t i = 0; i < signals.list.count; i++) {
        const struct signal *signal = &signals.list.signals[i];
        CHECK(signal->instrument < 2);
        CHECK(signal->confidence_ppm <= 1000000 || signal->confidence_ppm == SIGNAL_UNKNOWN);
        CHECK(i == 0 || signal[-1].instrument < signal->instrument ||
              (signal[-1].instrument == signal->instrument && signal[-1].ts_ns <= signal->ts_ns));
    }
    signals_finish(&signals);
    return 0;
}
