/* number_text.c: significant digits and a power of ten, joined in 128 bits. */
#include "data/number_text.h"

#include <string.h>

enum {
    DIGITS_MAX = 36, /* below 2^127 */
    POWER_MAX = 100000,
};

/* digits * 10^power, the digits without trailing zeros unless all is zero. */
struct decimal {
    __int128 digits;
    int64_t power;
    bool negative;
    bool too_long; /* more digits than any number we take */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits from `at` on into the decimal; returns where they end. `behind`: they are decimals. */
static size_t take_digits(const char *text, size_t length, size_t at, bool behind,
                          struct decimal *decimal, int64_t *zeros, int *count)
{
    for (; at < length && is_digit(text[at]); at++) {
        decimal->power -= behind ? 1 : 0;
        if (text[at] == '0') {
            *zeros += 1; /* counted, and joined only when another digit follows */
            continue;
        }
        int64_t shift = decimal->digits == 0 ? 1 : *zeros + 1;
        decimal->too_long = decimal->too_long || *count + shift > DIGITS_MAX;
        for (int64_t i = 0; i < shift && !decimal->too_long; i++) {
            decimal->digits *= 10;
            *count += 1;
        }
        decimal->digits += text[at] - '0';
        *zeros = 0;
    }
    return at;
}

/* The exponent's number behind `e`. */
static bool take_exponent(const char *text, size_t length, size_t at, int64_t *power)
{
    bool negative = at < length && text[at] == '-';
    at += at < length && (text[at] == '-' || text[at] == '+') ? 1 : 0;
    size_t first = at;
    int64_t value = 0;
    for (; at < length && is_digit(text[at]); at++) {
        value = value < POWER_MAX ? value * 10 + (text[at] - '0') : value;
    }
    *power += negative ? -value : value;
    return at == length && at > first;
}

static bool parse(const char *text, size_t length, struct decimal *decimal)
{
    *decimal = (struct decimal){0};
    int64_t zeros = 0;
    int count = 0;
    size_t at = 0;
    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        decimal->negative = text[0] == '-';
        at++;
    }
    size_t first = at;
    at = take_digits(text, length, at, false, decimal, &zeros, &count);
    if (at == first) {
        return false;
    }
    if (at < length && text[at] == '.') {
        first = ++at;
        at = take_digits(text, length, at, true, decimal, &zeros, &count);
        if (at == first) {
            return false;
        }
    }
    decimal->power += zeros;
    return at == length || ((text[at] == 'e' || text[at] == 'E') &&
                            take_exponent(text, length, at + 1, &decimal->power));
}

/* A negative power's digits, rounded away: halves to the even neighbour. */
static __int128 rounded_quotient(__int128 digits, int64_t power)
{
    if (power < -DIGITS_MAX - 1) {
        return 0;
    }
    __int128 divisor = 1;
    for (int64_t i = power; i < 0; i++) {
        divisor *= 10;
    }
    __int128 quotient = digits / divisor;
    __int128 rest = digits % divisor;
    bool up = rest > divisor - rest || (rest == divisor - rest && quotient % 2 != 0);
    return quotient + (up ? 1 : 0);
}

static enum err scale(const struct decimal *decimal, int64_t power, bool rounded, int64_t *value)
{
    if (decimal->too_long) {
        return ERR_RANGE;
    }
    __int128 result = decimal->digits;
    if (power < 0 && result != 0) {
        if (!rounded) {
            return ERR_RANGE;
        }
        result = rounded_quotient(result, power);
    }
    for (int64_t i = 0; i < power && result != 0; i++) {
        result *= 10;
        if (result > INT64_MAX) {
            return ERR_RANGE;
        }
    }
    if (result > INT64_MAX) {
        return ERR_RANGE;
    }
    *value = decimal->negative ? -(int64_t)result : (int64_t)result;
    return ERR_OK;
}

enum err number_text_e9(const char *text, size_t length, int64_t *value_e9)
{
    struct decimal decimal;
    return parse(text, length, &decimal) ? scale(&decimal, decimal.power + 9, false, value_e9)
                                         : ERR_FORMAT;
}

enum err number_text_whole(const char *text, size_t length, bool rounded, int64_t *value)
{
    struct decimal decimal;
    return parse(text, length, &decimal) ? scale(&decimal, decimal.power, rounded, value)
                                         : ERR_FORMAT;
}

/* Whether the commas of text[0..length) part groups of three whole digits. */
static bool commas_fit(const char *text, size_t length)
{
    size_t whole = 0; /* the end of the whole part */
    while (whole < length && (is_digit(text[whole]) || text[whole] == ',')) {
        whole++;
    }
    bool any = length > 0 && memchr(text, ',', length) != NULL;
    for (size_t i = 0; any && i < length; i++) {
        bool place = i > 0 && i < whole && (whole - i) % 4 == 0;
        if ((text[i] == ',') != place) {
            return false;
        }
    }
    return !any || whole % 4 != 0; /* the first group has one to three digits, too */
}

size_t number_text_clean(const char *text, size_t length, char clean[NUMBER_TEXT_MAX])
{
    while (length > 0 && text[0] == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    if (length > 0 && text[0] == '$') {
        text++;
        length--;
    }
    if (length > NUMBER_TEXT_MAX || !commas_fit(text, length)) {
        return 0;
    }
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ',') {
            clean[used++] = text[i];
        }
    }
    return used;
}
