/* money.h: exact arithmetic on prices, quantities and cash.
 *
 * All three are int64 in billionths: `price_e9`, `qty_e9`, `cash_e9` (9.2 billion units at most).
 * Products and quotients go through 128 bits here and nowhere else; rounding is an argument and
 * overflow an error. On an error the result parameter keeps its old value. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MONEY_E9 INT64_C(1000000000)

/* No instrument we trade costs more; with it a sum of 1,000 prices still fits an int64. */
#define PRICE_E9_MAX (INT64_C(9000000) * MONEY_E9)

/* "-9223372036.854775808" and its NUL. */
#define MONEY_TEXT_SIZE 22

enum rounding {
    ROUND_DOWN, /* towards minus infinity */
    ROUND_UP,   /* towards plus infinity */
    ROUND_EVEN, /* to the nearest, halves to the even neighbour */
};

/* *sum = a + b; ERR_RANGE when it does not fit. */
static inline enum err money_add(int64_t a, int64_t b, int64_t *sum)
{
    int64_t result;
    if (__builtin_add_overflow(a, b, &result)) {
        return ERR_RANGE;
    }
    *sum = result;
    return ERR_OK;
}

/* *difference = a - b; ERR_RANGE when it does not fit. */
static inline enum err money_sub(int64_t a, int64_t b, int64_t *difference)
{
    int64_t result;
    if (__builtin_sub_overflow(a, b, &result)) {
        return ERR_RANGE;
    }
    *difference = result;
    return ERR_OK;
}

/* a + b and a - b, or the end of the range that they lie beyond: for what is shown, never for what
 * is booked. */
static inline int64_t money_add_capped(int64_t a, int64_t b)
{
    int64_t sum = a < 0 ? INT64_MIN : INT64_MAX; /* both have one sign where it does not fit */
    (void)money_add(a, b, &sum);
    return sum;
}

static inline int64_t money_sub_capped(int64_t a, int64_t b)
{
    int64_t difference = a < 0 ? INT64_MIN : INT64_MAX;
    (void)money_sub(a, b, &difference);
    return difference;
}

/* *out = a * b / c for any signs, c != 0; ERR_RANGE when the result does not fit. */
enum err money_mul_div(int64_t a, int64_t b, int64_t c, enum rounding rounding, int64_t *out);

/* An amount, or why there is none; it comes back in registers. */
struct money_result {
    enum err err;
    int64_t value_e9;
};

/* money_notional() for any quantity. */
struct money_result money_notional_any(int64_t price_e9, int64_t qty_e9, enum rounding rounding);

/* *cash_e9 = price_e9 * qty_e9 in cash. A short position has a negative quantity. Whole shares,
 * nearly always, need neither 128 bits nor rounding. */
static inline enum err money_notional(int64_t price_e9, int64_t qty_e9, enum rounding rounding,
                                      int64_t *cash_e9)
{
    int64_t whole = qty_e9 / MONEY_E9;
    int64_t exact_e9;
    if (whole * MONEY_E9 == qty_e9 && !__builtin_mul_overflow(price_e9, whole, &exact_e9)) {
        *cash_e9 = exact_e9;
        return ERR_OK;
    }
    struct money_result result = money_notional_any(price_e9, qty_e9, rounding);
    if (result.err == ERR_OK) {
        *cash_e9 = result.value_e9;
    }
    return result.err;
}

/* Reads a plain decimal number ("271.2399", "-0.5"; optional sign, digits, at most nine decimals)
 * that fills all of text[0..length). No blanks, exponent, NaN, thousands separators or lone point:
 * ERR_FORMAT. More than nine decimals that are not zero, or too large: ERR_RANGE. */
enum err money_parse(const char *text, size_t length, int64_t *value_e9);

/* Writes the exact decimal text with no trailing zeros ("9995992.375") and its NUL, and returns its
 * length. `text` has MONEY_TEXT_SIZE bytes. */
size_t money_format(int64_t value_e9, char text[MONEY_TEXT_SIZE]);

/* The nearest billionth to a finite double within range, halves to the even neighbour; the one way
 * from series and statistics back to money. NaN, infinity or too large: ERR_RANGE. */
enum err money_from_double(double value, int64_t *value_e9);

#endif
