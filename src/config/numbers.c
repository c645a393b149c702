/* numbers.c: strict because a slip here is money: commas only between groups of three, no
 * exponents, no signs, no second spelling of one amount. */
#include "config/numbers.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/money.h"

const char *number_fault_text(enum number_fault fault)
{
    static const char *const texts[] = {
#define X(name, text) [NUMBER_##name] = text,
        NUMBER_FAULT_LIST(X)
#undef X
    };
    return texts[fault];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a text that does not begin with a digit is. */
static enum number_fault judge_start(const char *text, size_t length)
{
    if (length == 0) {
        return NUMBER_EMPTY;
    }
    if (text[0] == '-') {
        return NUMBER_NEGATIVE;
    }
    if (text[0] == '+') {
        return NUMBER_SIGN;
    }
    static const char *const words[] = {"nan", ".nan", "inf", ".inf", "infinity"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (length == strlen(words[i]) && strncasecmp(text, words[i], length) == 0) {
            return NUMBER_NAN;
        }
    }
    return NUMBER_FORM;
}

/* Copies the digits of the whole part without its commas; *at is left behind it. */
static enum number_fault read_whole(const char *text, size_t length, size_t *at, char *digits,
                                    size_t size, size_t *used)
{
    size_t group = 0; /* digits since the last comma */
    bool commas = false;
    for (; *at < length && (is_digit(text[*at]) || text[*at] == ','); ++*at) {
        if (text[*at] == ',') {
            if (group == 0 || group > 3 || (commas && group != 3)) {
                return NUMBER_GROUPS;
            }
            commas = true;
            group = 0;
            continue;
        }
        if (*used + 1 >= size) {
            return NUMBER_RANGE;
        }
        digits[(*used)++] = text[*at];
        group++;
    }
    if (commas && group != 3) {
        return NUMBER_GROUPS;
    }
    return digits[0] == '0' && *used > 1 ? NUMBER_ZERO : NUMBER_NONE;
}

enum number_fault number_read(const char *text, size_t length, int64_t *value_e9)
{
    if (length == 0 || !is_digit(text[0])) {
        return judge_start(text, length);
    }
    char plain[48];
    size_t used = 0;
    size_t at = 0;
    enum number_fault fault = read_whole(text, length, &at, plain, 24, &used);
    if (fault != NUMBER_NONE) {
        return fault;
    }
    if (at < length && text[at] == '.') {
        size_t decimals = 0;
        plain[used++] = text[at++];
        for (; at < length && is_digit(text[at]); at++) {
            if (++decimals > 9) {
                return NUMBER_DECIMALS;
            }
            plain[used++] = text[at];
        }
    }
    if (at + 1 < length && (text[at] == 'e' || text[at] == 'E') &&
        (is_digit(text[at + 1]) || text[at + 1] == '-' || text[at + 1] == '+')) {
        return NUMBER_EXPONENT;
    }
    if (at < length) {
        return text[at] == ',' ? NUMBER_GROUPS : NUMBER_FORM;
    }
    enum err err = money_parse(plain, used, value_e9);
    return err == ERR_OK ? NUMBER_NONE : err == ERR_RANGE ? NUMBER_RANGE : NUMBER_FORM;
}

struct words number_grouped(int64_t value_e9)
{
    char plain[MONEY_TEXT_SIZE];
    size_t length = money_format(value_e9, plain);
    const char *point = memchr(plain, '.', length);
    size_t whole = point == NULL ? length : (size_t)(point - plain);
    struct words result;
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            result.text[used++] = ',';
        }
        result.text[used++] = plain[i];
    }
    result.text[used] = '\0';
    return result;
}
