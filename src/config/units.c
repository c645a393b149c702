/* units.c: reads numbers with units strictly, and finds the words for what is wrong with them.
 *
 * Strict because a slip here is money: commas only between groups of three, no exponents, no signs,
 * no second spelling of one amount. */
#include "config/units.h"

#include <string.h>

#include "base/money.h"
#include "config/numbers.h"
#include "config/units_private.h"

bool unit_blame(struct unit_fault *fault, struct words text, struct words hint)
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
    enum number_fault number = number_read(text + 1, strlen(text + 1), &value_e9);
    if (number == NUMBER_NONE && value_e9 > CASH_E9_MAX) {
        number = NUMBER_RANGE;
    }
    if (number == NUMBER_RANGE) {
        return unit_blame(fault, words("%s is too large", shown(text).text),
                          words("amounts go up to $%s", number_grouped(CASH_E9_MAX).text));
    }
    if (number != NUMBER_NONE) {
        return unit_blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                          words("%s", hint));
    }
    *cash_e9 = value_e9;
    return true;
}

bool unit_blame_kind(const char *text, const char *wanted, const char *hint,
                     struct unit_fault *fault)
{
    int64_t unused;
    enum number_fault number = number_read(text, strlen(text), &unused);
    if (number != NUMBER_FORM) {
        return unit_blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                          words("%s", hint));
    }
    if (text[0] >= '0' && text[0] <= '9') {
        const char *unit = text + strspn(text, "0123456789., ");
        return unit_blame(fault,
                          words("%s has the unit %s where %s is wanted", shown(text).text,
                                shown(unit).text, wanted),
                          words("%s", hint));
    }
    return unit_blame(fault, words("%s is not %s", shown(text).text, wanted), words("%s", hint));
}

bool unit_cash(const char *text, int64_t *cash_e9, struct unit_fault *fault)
{
    static const char hint[] = "write an amount like $100,000 or $0.50";
    if (text[0] == '$') {
        return read_amount(text, cash_e9, hint, fault);
    }
    int64_t value_e9;
    if (number_read(text, strlen(text), &value_e9) == NUMBER_NONE) {
        return unit_blame(fault, words("%s has no unit", shown(text).text),
                          words("write $%s", number_grouped(value_e9).text));
    }
    return unit_blame_kind(text, "an amount of money", hint, fault);
}

/* "60%" without its sign is `length` long. */
static bool read_share(const char *text, size_t length, int64_t share_ppm_max, struct limit *limit,
                       const char *hint, struct unit_fault *fault)
{
    int64_t value_e9;
    enum number_fault number = number_read(text, length, &value_e9);
    if (number != NUMBER_NONE && number != NUMBER_RANGE) {
        return unit_blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                          words("%s", hint));
    }
    /* One percent is 10,000 parts per million. */
    if (number == NUMBER_RANGE || value_e9 / 100000 > share_ppm_max ||
        (value_e9 / 100000 == share_ppm_max && value_e9 % 100000 != 0)) {
        struct words most = number_grouped(share_ppm_max * 100000);
        return unit_blame(fault, words("%s is above %s%%", shown(text).text, most.text),
                          words("write a share of at most %s%%", most.text));
    }
    if (value_e9 % 100000 != 0) {
        return unit_blame(fault, words("%s has more than four decimals", shown(text).text),
                          words("a share has at most four decimals, like 0.0001%%"));
    }
    if (value_e9 == 0) {
        return unit_blame(fault, words("%s is zero; a limit is above zero", shown(text).text),
                          words("%s", hint));
    }
    *limit = (struct limit){.unit = LIMIT_SHARE, .value = value_e9 / 100000};
    return true;
}

static bool blame_bare_limit(int64_t value_e9, int64_t share_ppm_max, const char *text,
                             struct unit_fault *fault)
{
    struct words number = number_grouped(value_e9);
    struct words what = words("%s has no unit", shown(text).text);
    if (value_e9 == 0) {
        return unit_blame(fault, what, words("a limit is above zero, like $50,000 or 60%%"));
    }
    if (value_e9 / 100000 > share_ppm_max) {
        return unit_blame(fault, what, words("write $%s", number.text));
    }
    return unit_blame(
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
            return unit_blame(fault, words("%s is zero; a limit is above zero", shown(text).text),
                              words("%s", hint));
        }
        *limit = (struct limit){.unit = LIMIT_CASH, .value = cash_e9};
        return true;
    }
    if (length > 0 && text[length - 1] == '%') {
        return read_share(text, length - 1, share_ppm_max, limit, hint, fault);
    }
    int64_t value_e9;
    if (number_read(text, length, &value_e9) == NUMBER_NONE) {
        return blame_bare_limit(value_e9, share_ppm_max, text, fault);
    }
    return unit_blame_kind(text, "money ($ or %)", hint, fault);
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
        return words("write %s%s%s", number_grouped(count * MONEY_E9).text, blank, unit->noun);
    }
    return words("write a whole number of %s to %s%s%s",
                 number_grouped(unit->minimum * MONEY_E9).text,
                 number_grouped(unit->maximum * MONEY_E9).text, blank, unit->noun);
}

bool unit_count(const char *text, const struct count_unit *unit, int64_t *count,
                struct unit_fault *fault)
{
    size_t digits = strspn(text, "0123456789.,");
    const char *noun = text + digits + strspn(text + digits, " ");
    struct words hint = count_hint(unit, -1);
    int64_t value_e9 = 0;
    enum number_fault number = number_read(text, digits, &value_e9);
    int64_t unused;
    enum number_fault whole = number_read(text, strlen(text), &unused);
    if (digits == 0 || unit->noun[0] == '\0' || whole == NUMBER_EXPONENT) {
        number = whole;
    }
    if (number == NUMBER_RANGE || (number == NUMBER_NONE && value_e9 / MONEY_E9 > unit->maximum)) {
        return unit_blame(fault, words("%s is too large", shown(text).text), hint);
    }
    if (number != NUMBER_NONE) {
        return unit_blame(fault, words("%s %s", shown(text).text, number_fault_text(number)), hint);
    }
    if (value_e9 % MONEY_E9 != 0) {
        return unit_blame(fault, words("%s is not a whole number", shown(text).text), hint);
    }
    int64_t value = value_e9 / MONEY_E9;
    if (noun[0] == '\0' ? unit->noun[0] != '\0' && !unit->noun_optional
                        : !is_noun(noun, unit->noun, value == 1)) {
        struct words what = noun[0] == '\0' ? words("%s has no unit", shown(text).text)
                                            : words("%s has the unit %s where %s are counted",
                                                    shown(text).text, shown(noun).text, unit->noun);
        return unit_blame(fault, what, count_hint(unit, value));
    }
    if (value < unit->minimum) {
        return unit_blame(fault, words("%s is too small", shown(text).text), hint);
    }
    *count = value;
    return true;
}
