/* measures.c: durations, parts of a price, distances and bare decimals; declared in units.h.
 *
 * Each is a number with its unit right behind it. A number that the unit makes finer than what is
 * stored is refused, never rounded. */
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "config/numbers.h"
#include "config/texts.h"
#include "config/units_private.h"

#define PPM_PER_PERCENT 10000
#define PPM_PER_BP      100
#define PPM_ONE         1000000
#define ATR_MAX         (100 * INT64_C(1000000)) /* 100ATR */
#define QUANTITY_MAX_E9 (INT64_C(1000000000) * MONEY_E9)

struct unit_name {
    const char *name;
    int64_t size; /* of one, in what is stored */
};

static const struct unit_name durations[] = {
    {"ms",  NS_PER_MS  },
    {"s",   NS_PER_S   },
    {"min", NS_PER_MIN },
    {"h",   NS_PER_HOUR},
    {"d",   NS_PER_DAY },
    {NULL,  0          },
};
static const struct unit_name parts[] = {
    {"bps", PPM_PER_BP     },
    {"%",   PPM_PER_PERCENT},
    {NULL,  0              },
};
static const struct unit_name shares[] = {
    {"%",  PPM_PER_PERCENT},
    {NULL, 0              },
};
static const struct unit_name distances[] = {
    {"%",   PPM_PER_PERCENT},
    {"ATR", PPM_ONE        },
    {NULL,  0              },
};

/* A kind of measure: its units, and the words for whoever writes another. */
struct measure {
    const struct unit_name *units;
    const char *wanted;  /* "a length of time" */
    const char *example; /* "like 60s" */
    const char *bare;    /* what a number without a unit could mean, %s standing for it */
};

/* "60 could mean 60s or 60min" from "#s or #min". */
static struct words bare_meaning(const char *pattern, const char *number)
{
    struct words meaning = words("%s", "");
    for (const char *at = pattern; *at != '\0'; at++) {
        meaning =
            *at == '#' ? words("%s%s", meaning.text, number) : words("%s%c", meaning.text, *at);
    }
    return meaning;
}

static const struct unit_name *find_unit(const struct measure *measure, const char *name)
{
    for (const struct unit_name *unit = measure->units; unit->name != NULL; unit++) {
        if (strcmp(unit->name, name) == 0) {
            return unit;
        }
    }
    return NULL;
}

/* Reads a number and its unit; *unit is the one found. */
static bool read_measure(const char *text, const struct measure *measure, int64_t *value,
                         const struct unit_name **unit, struct unit_fault *fault)
{
    size_t digits = strspn(text, "0123456789.,");
    int64_t value_e9;
    *unit = find_unit(measure, text + digits);
    if (*unit == NULL && text[digits] == '\0' &&
        number_read(text, digits, &value_e9) == NUMBER_NONE) {
        return unit_blame(fault, words("%s has no unit", shown(text).text),
                          words("%s could mean %s: write one of them", text,
                                bare_meaning(measure->bare, text).text));
    }
    if (*unit == NULL || digits == 0) {
        return unit_blame_kind(text, measure->wanted, measure->example, fault);
    }
    enum number_fault number = number_read(text, digits, &value_e9);
    if (number != NUMBER_NONE && number != NUMBER_RANGE) {
        return unit_blame(fault, words("%s %s", shown(text).text, number_fault_text(number)),
                          words("%s", measure->example));
    }
    int64_t up;
    if (number == NUMBER_RANGE ||
        money_mul_div(value_e9, (*unit)->size, MONEY_E9, ROUND_DOWN, value) != ERR_OK ||
        money_mul_div(value_e9, (*unit)->size, MONEY_E9, ROUND_UP, &up) != ERR_OK) {
        return unit_blame(fault, words("%s is too large", shown(text).text),
                          words("%s", measure->example));
    }
    return up == *value || unit_blame(fault, words("%s has too many decimals", shown(text).text),
                                      words("%s", measure->example));
}

static bool check_range(const char *text, int64_t value, struct unit_range range,
                        struct words minimum, struct words maximum, struct unit_fault *fault)
{
    if (value >= range.minimum && value <= range.maximum) {
        return true;
    }
    return unit_blame(
        fault, words("%s is too %s", shown(text).text, value < range.minimum ? "small" : "large"),
        words("write %s to %s", minimum.text, maximum.text));
}

bool unit_duration(const char *text, struct unit_range range_ns, int64_t *ns,
                   struct unit_fault *fault)
{
    static const struct measure measure = {
        durations, "a length of time", "units of time are ms, s, min, h and d: 100ms, 60s, 15min",
        "#s, #min or #h"};
    const struct unit_name *unit = NULL;
    int64_t value = 0;
    if (!read_measure(text, &measure, &value, &unit, fault) ||
        !check_range(text, value, range_ns, unit_duration_text(range_ns.minimum),
                     unit_duration_text(range_ns.maximum), fault)) {
        return false;
    }
    *ns = value;
    return true;
}

static bool read_ppm(const char *text, const struct measure *measure, struct unit_range range_ppm,
                     int64_t *ppm, struct unit_fault *fault)
{
    const struct unit_name *unit = NULL;
    int64_t value = 0;
    if (!read_measure(text, measure, &value, &unit, fault) ||
        !check_range(text, value, range_ppm, unit_share_text(range_ppm.minimum),
                     unit_share_text(range_ppm.maximum), fault)) {
        return false;
    }
    *ppm = value;
    return true;
}

bool unit_ppm(const char *text, struct unit_range range_ppm, int64_t *ppm, struct unit_fault *fault)
{
    static const struct measure measure = {
        parts, "a part of the price",
        "write basis points or percent of the price, like 50bps or 0.5%", "#bps or #%"};
    return read_ppm(text, &measure, range_ppm, ppm, fault);
}

bool unit_share(const char *text, struct unit_range range_ppm, int64_t *ppm,
                struct unit_fault *fault)
{
    static const struct measure measure = {shares, "a share", "write a share like 10%", "#%"};
    return read_ppm(text, &measure, range_ppm, ppm, fault);
}

/* "$2.50" */
static bool read_price_distance(const char *text, struct exit_distance *distance,
                                struct unit_fault *fault)
{
    int64_t value_e9;
    if (!unit_cash(text, &value_e9, fault)) {
        return false;
    }
    if (value_e9 == 0 || value_e9 > PRICE_E9_MAX) {
        return unit_blame(fault,
                          words("%s is %s", shown(text).text,
                                value_e9 == 0 ? "zero" : "more than any share costs"),
                          words("write a distance per share like $2.50"));
    }
    *distance = (struct exit_distance){.unit = EXIT_PRICE, .value = value_e9};
    return true;
}

bool unit_distance(const char *text, int64_t ppm_max, struct exit_distance *distance,
                   struct unit_fault *fault)
{
    static const struct measure measure = {
        distances, "a distance from the price",
        "write a distance like $2.50 a share, 5% of the price or 2ATR", "$#, #% or #ATR"};
    if (text[0] == '$') {
        return read_price_distance(text, distance, fault);
    }
    const struct unit_name *unit = NULL;
    int64_t value = 0;
    if (!read_measure(text, &measure, &value, &unit, fault)) {
        return false;
    }
    bool atr = unit->size == PPM_ONE;
    if (value == 0) {
        return unit_blame(fault, words("%s is zero; a distance is above zero", shown(text).text),
                          words("%s", measure.example));
    }
    if (value > (atr ? ATR_MAX : ppm_max)) {
        return unit_blame(fault, words("%s is too large", shown(text).text),
                          atr ? words("write at most 100ATR")
                              : words("write at most %s", unit_share_text(ppm_max).text));
    }
    *distance = (struct exit_distance){.unit = atr ? EXIT_ATR : EXIT_PPM, .value = value};
    return true;
}

bool unit_quantity(const char *text, bool fractional, int64_t *qty_e9, struct unit_fault *fault)
{
    static const struct count_unit whole = {.noun = "shares",
                                            .noun_optional = true,
                                            .minimum = 1,
                                            .maximum = QUANTITY_MAX_E9 / MONEY_E9};
    size_t digits = strspn(text, "0123456789.,");
    const char *noun = text + digits + strspn(text + digits, " ");
    int64_t value_e9;
    int64_t count;
    bool number = number_read(text, digits, &value_e9) == NUMBER_NONE;
    if (fractional && number && value_e9 > 0 && value_e9 <= QUANTITY_MAX_E9 &&
        (noun[0] == '\0' || strcmp(noun, "shares") == 0 || strcmp(noun, "share") == 0)) {
        *qty_e9 = value_e9;
        return true;
    }
    if (!unit_count(text, &whole, &count, fault)) {
        if (!fractional && number && value_e9 % MONEY_E9 != 0) {
            fault->hint = words("write whole shares, or add fractional: yes");
        }
        return false;
    }
    *qty_e9 = count * MONEY_E9;
    return true;
}

bool unit_decimal(const char *text, struct unit_range range_e9, int64_t *value_e9,
                  struct unit_fault *fault)
{
    bool negative = text[0] == '-' && range_e9.minimum < 0;
    int64_t value;
    struct words low = number_grouped(range_e9.minimum);
    struct words high = number_grouped(range_e9.maximum);
    struct words hint = words("write a number in %s..%s", low.text, high.text);
    const char *digits = negative ? text + 1 : text;
    enum number_fault number = number_read(digits, strlen(digits), &value);
    if (number != NUMBER_NONE) {
        return unit_blame(fault, words("%s %s", shown(text).text, number_fault_text(number)), hint);
    }
    value = negative ? -value : value;
    if (value < range_e9.minimum || value > range_e9.maximum) {
        bool small = value < range_e9.minimum;
        return unit_blame(fault, words("%s is too %s", shown(text).text, small ? "small" : "large"),
                          hint);
    }
    *value_e9 = value;
    return true;
}
