/* base64.h: base64 of RFC 4648, by nettle. */
#ifndef SYS_BASE64_H
#define SYS_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of text for `length` bytes, with its NUL. */
#define BASE64_TEXT_SIZE(length) (((length) + 2) / 3 * 4 + 1)

/* Writes BASE64_TEXT_SIZE(length) bytes at most. */
void base64_encode(const void *bytes, size_t length, char *text);

/* Back to text that has no NUL in it; false when it is no base64, holds a NUL or needs more than
 * `size` bytes with its own. */
bool base64_decode_text(const char *base64, char *text, size_t size);

#endif
