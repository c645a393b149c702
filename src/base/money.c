/* money.c: the only place where money is multiplied or divided.
 *
 * Two int64 multiplied need at most 127 bits, so every product here is exact; only the final
 * quotient is rounded, once, in the direction that the caller names. */
#include "base/money.h"

#include "base/check.h"

/* The floor of numerator / denominator, moved up by one where the rounding asks for it. */
static __int128 divide(__int128 numerator, __int128 denominator, enum rounding rounding)
{
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    __int128 floor;
    __int128 rest;
    if (numerator == (int64_t)numerator && denominator == (int64_t)denominator) {
        floor = (int64_t)numerator / (int64_t)denominator; /* one instruction instead of a call */
        rest = (int64_t)numerator % (int64_t)denominator;
    } else {
        floor = numerator / denominator;
        rest = numerator % denominator;
    }
    if (rest < 0) {
        floor -= 1;
        rest += denominator;
    }
    switch (rounding) { /* CHECK-LINE: no test leaves the enum */
    case ROUND_DOWN:
        return floor;
    case ROUND_UP:
        return rest > 0 ? floor + 1 : floor;
    case ROUND_EVEN: {
        __int128 twice = 2 * rest;
        bool up = twice > denominator || (twice == denominator && floor % 2 != 0);
        return up ? floor + 1 : floor;
    }
    }
    panic(__FILE__, __LINE__, "a rounding outside its enum"); /* CHECK-LINE */
}

enum err money_mul_div(int64_t a, int64_t b, int64_t c, enum rounding rounding, int64_t *out)
{
    CHECK(c != 0); /* CHECK-LINE */
    __int128 result = divide((__int128)a * b, c, rounding);
    if (result > INT64_MAX || result < INT64_MIN) {
        return ERR_RANGE;
    }
    *out = (int64_t)result;
    return ERR_OK;
}

struct money_result money_notional_any(int64_t price_e9, int64_t qty_e9, enum rounding rounding)
{
    struct money_result result = {0};
    result.err = money_mul_div(price_e9, qty_e9, MONEY_E9, rounding, &result.value_e9);
    return result;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum err money_parse(const char *text, size_t length, int64_t *value_e9)
{
    size_t at = 0;
    bool negative = false;
    if (at < length && (text[at] == '-' || text[at] == '+')) {
        negative = text[at] == '-';
        at++;
    }
    /* Twenty digits stay far below 128 bits; longer runs stop as soon as they leave int64. */
    __int128 value = 0;
    bool too_large = false;
    size_t whole_digits = 0;
    for (; at < length && is_digit(text[at]); at++, whole_digits++) {
        if (!too_large) {
            value = value * 10 + (text[at] - '0');
            too_large = value > INT64_MAX;
        }
    }
    int decimals = 0;
    bool too_fine = false;
    size_t decimal_digits = 0;
    if (at < length && text[at] == '.') {
        at++;
        for (; at < length && is_digit(text[at]); at++, decimal_digits++) {
            if (decimals == 9) {
                too_fine = too_fine || text[at] != '0';
            } else {
                value = value * 10 + (text[at] - '0');
                decimals++;
            }
        }
        if (decimal_digits == 0) {
            return ERR_FORMAT;
        }
    }
    if (at != length || whole_digits == 0) {
        return ERR_FORMAT;
    }
    for (; decimals < 9; decimals++) {
        value *= 10;
    }
    value = negative ? -value : value;
    if (too_large || too_fine || value > INT64_MAX || value < INT64_MIN) {
        return ERR_RANGE;
    }
    *value_e9 = (int64_t)value;
    return ERR_OK;
}

size_t money_format(int64_t value_e9, char text[MONEY_TEXT_SIZE])
{
    uint64_t size = value_e9 < 0 ? 0 - (uint64_t)value_e9 : (uint64_t)value_e9;
    uint64_t whole = size / (uint64_t)MONEY_E9;
    uint64_t part = size % (uint64_t)MONEY_E9;
    char reversed[MONEY_TEXT_SIZE];
    size_t count = 0;
    bool seen = false; /* trailing zeros of the decimals are left out */
    for (int i = 0; i < 9; i++) {
        char digit = (char)('0' + part % 10);
        part /= 10;
        seen = seen || digit != '0';
        if (seen) {
            reversed[count++] = digit;
        }
    }
    if (count > 0) {
        reversed[count++] = '.';
    }
    do {
        reversed[count++] = (char)('0' + whole % 10);
        whole /= 10;
    } while (whole > 0);
    if (value_e9 < 0) {
        reversed[count++] = '-';
    }
    for (size_t i = 0; i < count; i++) {
        text[i] = reversed[count - 1 - i];
    }
    text[count] = '\0';
    return count;
}

enum err money_from_double(double value, int64_t *value_e9)
{
    /* The comparison is false for NaN. */
    if (!(value > -1e10 && value < 1e10)) {
        return ERR_RANGE;
    }
    /* value * 1e9 would round twice. The parts of a double are exact, and so is the part below the
     * point in units of 2^-84, unless it is under 2^-32 and thus under half a billionth. */
    int64_t whole = (int64_t)value;
    __int128 part_e84 = (__int128)((value - (double)whole) * 0x1p84);
    __int128 result =
        (__int128)whole * MONEY_E9 + divide(part_e84 * MONEY_E9, (__int128)1 << 84, ROUND_EVEN);
    if (result > INT64_MAX || result < INT64_MIN) {
        return ERR_RANGE;
    }
    *value_e9 = (int64_t)result;
    return ERR_OK;
}
