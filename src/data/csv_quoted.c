/* csv_quoted.c: see csv_quoted.h. */
#include "data/csv_quoted.h"

#include <string.h>

static struct csv_field trim(struct csv_field field)
{
    while (field.length > 0 && field.text[0] == ' ') {
        field.text++;
        field.length--;
    }
    while (field.length > 0 && field.text[field.length - 1] == ' ') {
        field.length--;
    }
    return field;
}

/* Unwraps the field that begins with the quote at line[at]; returns the index behind its closing
 * quote, or `length` + 1 when there is none. */
static size_t unwrap(const char *line, size_t length, size_t at, struct csv_quoted *fields,
                     struct csv_field *field)
{
    field->text = fields->unwrapped + fields->used;
    field->length = 0;
    for (at++; at < length; at++) {
        if (line[at] == '"' && (at + 1 == length || line[at + 1] != '"')) {
            return at + 1;
        }
        at += line[at] == '"' ? 1 : 0; /* "" is a quote */
        fields->unwrapped[fields->used++] = line[at];
        field->length++;
    }
    return length + 1;
}

bool csv_quoted_split(const char *line, size_t length, char separator, struct csv_quoted *fields)
{
    fields->count = 0;
    fields->used = 0;
    size_t at = 0;
    do {
        struct csv_field field = {line + at, 0};
        size_t end = at;
        if (at < length && line[at] == '"') {
            end = unwrap(line, length, at, fields, &field);
            if (end > length || (end < length && line[end] != separator)) {
                return false;
            }
        } else {
            while (end < length && line[end] != separator) {
                end++;
            }
            field.length = end - at;
        }
        if (fields->count < CSV_QUOTED_MAX) {
            fields->at[fields->count] = trim(field);
        }
        fields->count++;
        at = end + 1;
    } while (at <= length);
    return true;
}
