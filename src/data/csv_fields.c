/* csv_fields.c: see csv_fields.h. */
#include "data/csv_fields.h"

#include <string.h>

int csv_fields_cut(const char *line, size_t length, struct csv_field *fields, int max)
{
    int count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i == length || line[i] == ',') {
            if (count < max) {
                fields[count] = (struct csv_field){line + start, i - start};
            }
            count++;
            start = i + 1;
        }
    }
    return count;
}

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f;
}

bool csv_field_is_plain(struct csv_field field)
{
    for (size_t i = 0; i < field.length; i++) {
        if (!is_plain(field.text[i])) {
            return false;
        }
    }
    return true;
}

bool csv_field_equals(struct csv_field field, const char *text)
{
    return field.length == strlen(text) && memcmp(field.text, text, field.length) == 0;
}

struct csv_shown csv_field_show(struct csv_field field)
{
    struct csv_shown shown;
    size_t length = field.length < 40 ? field.length : 40;
    for (size_t i = 0; i < length; i++) {
        shown.text[i] = is_plain(field.text[i]) ? field.text[i] : '?';
    }
    const char *end = field.length > length ? "..." : "";
    memcpy(shown.text + length, end, strlen(end) + 1);
    return shown;
}
