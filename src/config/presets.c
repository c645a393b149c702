/* presets.c: intraday, swing, weekly, monthly, as traders use the words. */
#include "config/presets.h"

#include <stddef.h>
#include <string.h>

#include "base/utc.h"

/* Version 14 tears wide tables apart. */
/* clang-format off */
const struct preset presets[] = {
    {"intraday", 5 * NS_PER_MIN, 5, 20, 10000, 6 * NS_PER_HOUR, 30 * NS_PER_MIN, 5 * NS_PER_MIN, 3},
    {"swing", NS_PER_HOUR, 10, 50, 20000, 120 * NS_PER_HOUR, 0, 6 * NS_PER_HOUR, 5},
    {"weekly", NS_PER_DAY, 5, 20, 30000, 720 * NS_PER_HOUR, 0, 7 * NS_PER_DAY, 8},
    {"monthly", NS_PER_DAY, 20, 60, 50000, 2160 * NS_PER_HOUR, 0, 30 * NS_PER_DAY, 10},
    {0},
};
/* clang-format on */

const struct preset *preset_find(const char *name)
{
    for (const struct preset *preset = presets; preset->name != NULL; preset++) {
        if (strcmp(preset->name, name) == 0) {
            return preset;
        }
    }
    return NULL;
}
