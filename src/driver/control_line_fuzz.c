/* control_line_fuzz.c: whatever a peer sends, a request that is accepted is one of ours, within its
 * bounds, and the same line is read the same again. */
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "driver/control_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct control_request request = {0};
    struct control_request again = {0};
    const char *fault = control_line_read((const char *)bytes, size, &request);
    CHECK(control_line_read((const char *)bytes, size, &again) == fault);
    if (fault == NULL) {
        CHECK(request.verb <= CONTROL_STOP && request.verb == again.verb);
        CHECK(request.speed_e9 >= 0 && request.speed_e9 <= INT64_C(1000000000000000000));
        CHECK(request.verb == CONTROL_SPEED || request.speed_e9 == 0);
    }
    return 0;
}
