/* csv_fields.h: one line of CSV as fields. No quotes, no blanks: a comma always ends a field. */
#ifndef DATA_CSV_FIELDS_H
#define DATA_CSV_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* Points into the line. */
struct csv_field {
    const char *text;
    size_t length;
};

/* Cuts the line at its commas into at most `max` fields; returns how many there are in all. */
int csv_fields_cut(const char *line, size_t length, struct csv_field *fields, int max);

/* Whether all of it is printable ASCII. */
bool csv_field_is_plain(struct csv_field field);

bool csv_field_equals(struct csv_field field, const char *text);

/* A field from outside as it may be shown: printable and short. */
struct csv_shown {
    char text[44];
};

struct csv_shown csv_field_show(struct csv_field field);

#endif
