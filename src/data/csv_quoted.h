/* csv_quoted.h: one line of a CSV cut into its fields, quoted or not. */
#ifndef DATA_CSV_QUOTED_H
#define DATA_CSV_QUOTED_H

#include "data/bar_row.h"
#include "data/text_lines.h"

#define CSV_QUOTED_MAX 64

struct csv_quoted {
    struct csv_field at[CSV_QUOTED_MAX]; /* without the blanks around them */
    int count;                           /* of all, also of those that find no place */
    size_t used;
    char unwrapped[TEXT_LINE_MAX]; /* what stood in quotes */
};

/* Cuts the line, which stays the caller's and is at most TEXT_LINE_MAX long; false when a quote is
 * not closed before a separator. "" within quotes is one quote. */
bool csv_quoted_split(const char *line, size_t length, char separator, struct csv_quoted *fields);

#endif
