/* presets.c: intraday, swing, weekly, monthly, as traders use the words. */
#include "config/presets.h"

#include <stddef.h>
#include <string.h>

#include "base/utc.h"

/* Version 14 tears wide tables apart. */
/* clang-format off */
const struct preset presets[] = {
    {"intraday", 5 * NS_PER_MIN, 5, 20, 600000000, 300000, 10000, 6 * NS_PER_HOUR, 30 * NS_PER_MIN,
     5 * NS_PER_MIN, 3},
    {"swing", NS_PER_HOUR, 10, 50, 650000000, 1000000, 20000, 120 * NS_PER_HOUR, 0,
     6 * NS_PER_HOUR, 5},
    {"weekly", NS_PER_DAY, 5, 20, 700000000, 2500000, 30000, 720 * NS_PER_HOUR, 0,
     7 * NS_PER_DAY, 8},
    {"monthly", NS_PER_DAY, 20, 60, 750000000, 5000000, 50000, 2160 * NS_PER_HOUR, 0,
     30 * NS_PER_DAY, 10},
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
