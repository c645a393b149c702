#include "sys/base64.h"

#include <nettle/base64.h>
#include <string.h>

#include "base/check.h"

/* nettle has names like ours, behind macros of its own. */
#undef base64_encode

void base64_encode(const void *bytes, size_t length, char *text)
{
    base64_encode_raw(text, length, bytes);
    text[BASE64_TEXT_SIZE(length) - 1] = '\0';
}

bool base64_decode_text(const char *base64, char *text, size_t size)
{
    size_t length = strlen(base64);
    size_t decoded = size;
    struct base64_decode_ctx context;
    if (size <= BASE64_DECODE_LENGTH(length)) {
        return false;
    }
    base64_decode_init(&context);
    if (!base64_decode_update(&context, &decoded, (uint8_t *)text, length, base64) ||
        !base64_decode_final(&context)) {
        return false;
    }
    text[decoded] = '\0';
    return memchr(text, '\0', decoded) == NULL;
}
