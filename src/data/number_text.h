/* number_text.h: numbers as foreign programs write them, read exactly or not at all.
 *
 * Optional sign, digits, decimals, exponent: 271.24, -5, 1.5e3. */
#ifndef DATA_NUMBER_TEXT_H
#define DATA_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* In billionths. ERR_FORMAT: no number. ERR_RANGE: too large, or more than nine decimals that are
 * not zero. */
enum err number_text_e9(const char *text, size_t length, int64_t *value_e9);

/* A whole number; ERR_RANGE when it has decimals that are not zero, unless they are to be rounded
 * (halves to the even neighbour), or does not fit. */
enum err number_text_whole(const char *text, size_t length, bool rounded, int64_t *value);

#define NUMBER_TEXT_MAX 64

/* The number without what spreadsheets put around it: blanks on both ends, one `$` in front,
 * commas between groups of three digits. Returns its length, 0 when the text is longer than
 * NUMBER_TEXT_MAX or its commas do not part thousands. */
size_t number_text_clean(const char *text, size_t length, char clean[NUMBER_TEXT_MAX]);

#endif
