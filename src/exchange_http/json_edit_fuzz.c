/* json_edit_fuzz.c: whatever the bytes, nothing is read beyond them, and what is not replaced is
 * kept in its order: behind the edit the text is no longer than all of it and what was put there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exchange_http/json_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t length = 0;
    char *text = json_set_members((const char *)bytes, size, "a", "null", &length);
    if (text == NULL) {
        return 0;
    }
    CHECK(length >= 8 && length <= size + 4 * size);
    size_t again_length;
    char *again = json_set_members(text, length, "a", "null", &again_length);
    CHECK(again != NULL && again_length == length && memcmp(again, text, length) == 0);
    free(again);
    free(text);
    return 0;
}
