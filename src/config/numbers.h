/* numbers.h: plain numbers as a person writes them ("1,234.5"), and what is wrong with others. */
#ifndef CONFIG_NUMBERS_H
#define CONFIG_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "config/words.h"

#define NUMBER_FAULT_LIST(X)                                                                       \
    X(NONE, "is well formed")                                                                      \
    X(EMPTY, "has no number")                                                                      \
    X(SIGN, "has a plus sign")                                                                     \
    X(NEGATIVE, "is negative")                                                                     \
    X(NAN, "is not a number")                                                                      \
    X(FORM, "is not a plain number")                                                               \
    X(EXPONENT, "is written with an exponent")                                                     \
    X(GROUPS, "has a comma that does not part groups of three digits")                             \
    X(ZERO, "begins with a zero too many")                                                         \
    X(DECIMALS, "has more than nine decimals")                                                     \
    X(RANGE, "is too large")

enum number_fault {
#define X(name, text) NUMBER_##name,
    NUMBER_FAULT_LIST(X)
#undef X
};

/* Goes on behind the number: "is negative". */
const char *number_fault_text(enum number_fault fault);

/* Reads all of text[0..length) as a number that is not negative, in billionths. */
enum number_fault number_read(const char *text, size_t length, int64_t *value_e9);

/* "1,234.5" */
struct words number_grouped(int64_t value_e9);

#endif
