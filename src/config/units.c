/* units.c: reads numbers with units strictly, and finds the words for what is wrong with them.
 *
 * Strict because a slip here is money: commas only between groups of three, no exponents, no signs,
 * no second spelling of one amount. */
#include "config/units.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/money.h"

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

static const char *number_fault_text(enum number_fault fault)
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

/* Reads all of text[0..length) as a number that is not negative, in billionths. */
static enum number_fault read_number(const char *text, size_t length, int64_t *value_e9)
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

/* "1,234.5" */
static struct words grouped(int64_t value_e9)
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

static bool blame(struct unit_fault *fault, struct words text, struct words hint)
{
    fault->text = text;
    fault->hint = hint;
    return false;
}

/* The amount behind "$". */
static bool read_amount(const char *text, int64_t *cash_e9, const char *hint,
                        struct unit_fault *fault)
{
    int64_t value_e9;
    enum number_fault number = read_number(text + 1, strlen(text + 1), &value_e9);
    if (number == NUMBER_NONE && value_e9 > CASH_E9_MAX) {
        number = NUMBER_RANGE;
    }
    if (number == NUMBER_RANGE) {
        return blame(fault, words("%s is too large", shown(text).text),
                     words("amounts go up to $%s", grouped(CASH_E9_MAX).text));
    }
    if (number != NUMBER_NONE) {
        return blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                     words("%s", hint));
    }
    *cash_e9 = value_e9;
    return true;
}

/* A text without the unit it needs: a bare number, a number with a unit of another kind, or none.
 */
static bool blame_unit(const char *text, const char *wanted, const char *hint,
                       struct unit_fault *fault)
{
    int64_t unused;
    enum number_fault number = read_number(text, strlen(text), &unused);
    if (number != NUMBER_FORM) {
        return blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                     words("%s", hint));
    }
    if (is_digit(text[0])) {
        const char *unit = text + strspn(text, "0123456789., ");
        return blame(fault,
                     words("%s has the unit %s where %s is wanted", shown(text).text,
                           shown(unit).text, wanted),
                     words("%s", hint));
    }
    return blame(fault, words("%s is not %s", shown(text).text, wanted), words("%s", hint));
}

bool unit_cash(const char *text, int64_t *cash_e9, struct unit_fault *fault)
{
    static const char hint[] = "write an amount like $100,000 or $0.50";
    if (text[0] == '$') {
        return read_amount(text, cash_e9, hint, fault);
    }
    int64_t value_e9;
    if (read_number(text, strlen(text), &value_e9) == NUMBER_NONE) {
        return blame(fault, words("%s has no unit", shown(text).text),
                     words("write $%s", grouped(value_e9).text));
    }
    return blame_unit(text, "an amount of money", hint, fault);
}

/* "60%" without its sign is `length` long. */
static bool read_share(const char *text, size_t length, int64_t share_ppm_max, struct limit *limit,
                       const char *hint, struct unit_fault *fault)
{
    int64_t value_e9;
    enum number_fault number = read_number(text, length, &value_e9);
    if (number != NUMBER_NONE && number != NUMBER_RANGE) {
        return blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                     words("%s", hint));
    }
    /* One percent is 10,000 parts per million. */
    if (number == NUMBER_RANGE || value_e9 / 100000 > share_ppm_max ||
        (value_e9 / 100000 == share_ppm_max && value_e9 % 100000 != 0)) {
        struct words most = grouped(share_ppm_max * 100000);
        return blame(fault, words("%s is above %s%%", shown(text).text, most.text),
                     words("write a share of at most %s%%", most.text));
    }
    if (value_e9 % 100000 != 0) {
        return blame(fault, words("%s has more than four decimals", shown(text).text),
                     words("a share has at most four decimals, like 0.0001%%"));
    }
    if (value_e9 == 0) {
        return blame(fault, words("%s is zero; a limit is above zero", shown(text).text),
                     words("%s", hint));
    }
    *limit = (struct limit){.unit = LIMIT_SHARE, .value = value_e9 / 100000};
    return true;
}

static bool blame_bare_limit(int64_t value_e9, int64_t share_ppm_max, const char *text,
                             struct unit_fault *fault)
{
    struct words number = grouped(value_e9);
    struct words what = words("%s has no unit", shown(text).text);
    if (value_e9 == 0) {
        return blame(fault, what, words("a limit is above zero, like $50,000 or 60%%"));
    }
    if (value_e9 / 100000 > share_ppm_max) {
        return blame(fault, what, words("write $%s", number.text));
    }
    return blame(
        fault, what,
        words("%s could mean $%s or %s%%: write one of them", text, number.text, number.text));
}

bool unit_money_limit(const char *text, int64_t share_ppm_max, struct limit *limit,
                      struct unit_fault *fault)
{
    static const char hint[] =
        "write an amount like $50,000 or a share of the session's starting equity like 60%";
    size_t length = strlen(text);
    if (text[0] == '$') {
        int64_t cash_e9;
        if (!read_amount(text, &cash_e9, hint, fault)) {
            return false;
        }
        if (cash_e9 == 0) {
            return blame(fault, words("%s is zero; a limit is above zero", shown(text).text),
                         words("%s", hint));
        }
        *limit = (struct limit){.unit = LIMIT_CASH, .value = cash_e9};
        return true;
    }
    if (length > 0 && text[length - 1] == '%') {
        return read_share(text, length - 1, share_ppm_max, limit, hint, fault);
    }
    int64_t value_e9;
    if (read_number(text, length, &value_e9) == NUMBER_NONE) {
        return blame_bare_limit(value_e9, share_ppm_max, text, fault);
    }
    return blame_unit(text, "money ($ or %)", hint, fault);
}

/* "positions", or "position" behind a one. */
static bool is_noun(const char *text, const char *noun, bool one)
{
    size_t length = strlen(noun);
    return strcmp(text, noun) == 0 ||
           (one && strlen(text) + 1 == length && strncmp(text, noun, length - 1) == 0);
}

static struct words count_hint(const struct count_unit *unit, int64_t count)
{
    const char *blank = unit->noun[0] == '\0' ? "" : " ";
    if (count >= unit->minimum && count <= unit->maximum) {
        return words("write %s%s%s", grouped(count * MONEY_E9).text, blank, unit->noun);
    }
    return words("write a whole number of %s to %s%s%s", grouped(unit->minimum * MONEY_E9).text,
                 grouped(unit->maximum * MONEY_E9).text, blank, unit->noun);
}

bool unit_count(const char *text, const struct count_unit *unit, int64_t *count,
                struct unit_fault *fault)
{
    size_t digits = strspn(text, "0123456789.,");
    const char *noun = text + digits + strspn(text + digits, " ");
    struct words hint = count_hint(unit, -1);
    int64_t value_e9 = 0;
    enum number_fault number = read_number(text, digits, &value_e9);
    int64_t unused;
    enum number_fault whole = read_number(text, strlen(text), &unused);
    if (digits == 0 || unit->noun[0] == '\0' || whole == NUMBER_EXPONENT) {
        number = whole;
    }
    if (number == NUMBER_RANGE || (number == NUMBER_NONE && value_e9 / MONEY_E9 > unit->maximum)) {
        return blame(fault, words("%s is too large", shown(text).text), hint);
    }
    if (number != NUMBER_NONE) {
        return blame(fault, words("%s %s", shown(text).text, number_fault_text(number)), hint);
    }
    if (value_e9 % MONEY_E9 != 0) {
        return blame(fault, words("%s is not a whole number", shown(text).text), hint);
    }
    int64_t value = value_e9 / MONEY_E9;
    if (noun[0] == '\0' ? unit->noun[0] != '\0' && !unit->noun_optional
                        : !is_noun(noun, unit->noun, value == 1)) {
        struct words what = noun[0] == '\0' ? words("%s has no unit", shown(text).text)
                                            : words("%s has the unit %s where %s are counted",
                                                    shown(text).text, shown(noun).text, unit->noun);
        return blame(fault, what, count_hint(unit, value));
    }
    if (value < unit->minimum) {
        return blame(fault, words("%s is too small", shown(text).text), hint);
    }
    *count = value;
    return true;
}
