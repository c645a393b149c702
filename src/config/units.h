/* units.h: values with their units: "$1,000,000.50", "2%", "10 positions", "60s", "5bps", "2ATR".
 *
 * Pure text to number. A refused text comes back with two sentences for people: what is wrong with
 * it, and what to write. A bare number where a unit is needed is refused with its likely meanings.
 */
#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/words.h"
#include "core/exit_plan.h"
#include "core/limits.h"

#define CASH_E9_MAX   (INT64_C(9000000000) * INT64_C(1000000000)) /* $9,000,000,000 */
#define SHARE_PPM_MAX INT64_C(100000000)                          /* 10,000% */
#define COUNT_MAX     INT64_C(1000000000)

struct unit_fault {
    struct words text;
    struct words hint;
};

/* A count and the word that stands behind it. */
struct count_unit {
    const char *noun; /* plural: "positions"; "" for a plain number */
    bool noun_optional;
    int64_t minimum;
    int64_t maximum;
};

/* All return false and fill the fault for a text they refuse; the result keeps its old value. */

/* "$100,000": an amount of 0 to CASH_E9_MAX. */
bool unit_cash(const char *text, int64_t *cash_e9, struct unit_fault *fault);

/* "$50,000" or "60%" of the equity, above zero; a share of at most share_ppm_max. */
bool unit_money_limit(const char *text, int64_t share_ppm_max, struct limit *limit,
                      struct unit_fault *fault);

/* "10 positions", "1 position", "100,000 orders". */
bool unit_count(const char *text, const struct count_unit *unit, int64_t *count,
                struct unit_fault *fault);

/* What a value may be, both ends included, in the unit of the result. */
struct unit_range {
    int64_t minimum;
    int64_t maximum;
};

/* "100ms", "60s", "15min", "1.5h", "30d", in nanoseconds. */
bool unit_duration(const char *text, struct unit_range range_ns, int64_t *ns,
                   struct unit_fault *fault);

/* "50bps" or "0.5%" of a price, in parts per million. */
bool unit_ppm(const char *text, struct unit_range range_ppm, int64_t *ppm,
              struct unit_fault *fault);

/* "10%" of something, in parts per million. */
bool unit_share(const char *text, struct unit_range range_ppm, int64_t *ppm,
                struct unit_fault *fault);

/* "$2.50", "5%" or "2ATR" from a price, above zero; a share of at most ppm_max. */
bool unit_distance(const char *text, int64_t ppm_max, struct exit_distance *distance,
                   struct unit_fault *fault);

/* "100", "100 shares"; with `fractional` also "0.5 shares". */
bool unit_quantity(const char *text, bool fractional, int64_t *qty_e9, struct unit_fault *fault);

/* "0.02", "-1.5": a number without a unit, in billionths. */
bool unit_decimal(const char *text, struct unit_range range_e9, int64_t *value_e9,
                  struct unit_fault *fault);

#endif
