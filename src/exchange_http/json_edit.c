#include "exchange_http/json_edit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

/* Behind the string that begins at `at`. */
static size_t end_of_string(const char *text, size_t length, size_t at)
{
    for (at++; at < length && text[at] != '"'; at++) {
        at += text[at] == '\\' ? 1 : 0;
    }
    return at < length ? at + 1 : length;
}

/* Behind the value that begins at `at`: where a comma or the end of what holds it comes. */
static size_t end_of_value(const char *text, size_t length, size_t at)
{
    int depth = 0;
    while (at < length) {
        char c = text[at];
        if (c == '"') {
            at = end_of_string(text, length, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            return at;
        }
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        at++;
    }
    return length;
}

/* Where the value begins, if the string in at..end is that key; 0: it is not. */
static size_t value_of_key(const char *text, size_t length, size_t at, size_t end, const char *name)
{
    size_t size = strlen(name);
    bool same = end - at == size + 2 && memcmp(text + at + 1, name, size) == 0;
    while (same && end < length && (text[end] == ' ' || text[end] == '\n')) {
        end++;
    }
    return same && end < length && text[end] == ':' ? end + 1 : 0;
}

struct edit {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void append(struct edit *edit, const char *text, size_t length)
{
    if (edit->length + length > edit->capacity) {
        edit->capacity = 2 * (edit->length + length);
        edit->bytes = xrealloc(edit->bytes, edit->capacity);
    }
    memcpy(edit->bytes + edit->length, text, length);
    edit->length += length;
}

char *json_set_members(const char *text, size_t length, const char *name, const char *value,
                       size_t *out_length)
{
    struct edit edit = {0};
    size_t kept = 0; /* up to here it is copied */
    for (size_t at = 0; at < length;) {
        if (text[at] != '"') {
            at++;
            continue;
        }
        size_t end = end_of_string(text, length, at);
        size_t begin = value_of_key(text, length, at, end, name);
        at = end;
        if (begin != 0) {
            append(&edit, text + kept, begin - kept);
            append(&edit, value, strlen(value));
            kept = end_of_value(text, length, begin);
            at = kept;
        }
    }
    if (kept == 0) {
        return NULL;
    }
    append(&edit, text + kept, length - kept);
    *out_length = edit.length;
    return edit.bytes;
}
