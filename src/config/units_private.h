/* units_private.h: the words of a refusal, for the files that read units. */
#ifndef CONFIG_UNITS_PRIVATE_H
#define CONFIG_UNITS_PRIVATE_H

#include "config/units.h"

/* Fills the fault; always false, so that a refusal ends with it. */
bool unit_blame(struct unit_fault *fault, struct words text, struct words hint);

/* Refuses a text without the unit it needs: a bare number, a number with a unit of another kind, or
 * none. `wanted` is "an amount of money". */
bool unit_blame_kind(const char *text, const char *wanted, const char *hint,
                     struct unit_fault *fault);

#endif
