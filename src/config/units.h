/* units.h: values with their units: "$1,000,000.50", "2%", "10 positions", "1min".
 *
 * Pure text to number. A refused text comes back with two sentences for people: what is wrong with
 * it, and what to write. A bare number where a unit is needed is refused with its likely meanings.
 */
#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/source.h"
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

#endif
