/* json_index.h: where the tokens of a JSON text begin; the door to simdjson. */
#ifndef NET_JSON_INDEX_H
#define NET_JSON_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that may be looked at behind a text's end, whatever is in them. */
#define JSON_PADDING 64

/* Finds the brackets, braces, colons, commas and the first bytes of all other tokens outside of
 * strings, in order. `*parser` is NULL the first time, then kept, and json_index_destroy()'s in the
 * end; `*at` is valid until the next call. Returns NULL, or what is wrong with the text: no UTF-8,
 * a control character in a string, a string without an end, nothing at all. */
const char *json_index(void **parser, const char *text, size_t length, const uint32_t **at,
                       uint32_t *count);
void json_index_destroy(void *parser);

bool utf8_is_valid(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
