/* bar_length.c: bar lengths and their names; declared in config.h. */
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "config/config.h"

static const struct {
    const char *name;
    int64_t bar_ns;
} lengths[] = {
    {"1s",    NS_PER_S       },
    {"5s",    5 * NS_PER_S   },
    {"10s",   10 * NS_PER_S  },
    {"15s",   15 * NS_PER_S  },
    {"30s",   30 * NS_PER_S  },
    {"1min",  NS_PER_MIN     },
    {"2min",  2 * NS_PER_MIN },
    {"5min",  5 * NS_PER_MIN },
    {"10min", 10 * NS_PER_MIN},
    {"15min", 15 * NS_PER_MIN},
    {"30min", 30 * NS_PER_MIN},
    {"1h",    NS_PER_HOUR    },
    {"2h",    2 * NS_PER_HOUR},
    {"4h",    4 * NS_PER_HOUR},
    {"1d",    NS_PER_DAY     },
};

enum { LENGTH_COUNT = sizeof lengths / sizeof lengths[0] };

enum err bar_length_parse(const char *text, int64_t *bar_ns)
{
    for (size_t i = 0; i < LENGTH_COUNT; i++) {
        if (strcmp(text, lengths[i].name) == 0) {
            *bar_ns = lengths[i].bar_ns;
            return ERR_OK;
        }
    }
    return ERR_FORMAT;
}

const char *bar_length_text(int64_t bar_ns, char text[24])
{
    for (size_t i = 0; i < LENGTH_COUNT; i++) {
        if (bar_ns == lengths[i].bar_ns) {
            (void)snprintf(text, 24, "%s", lengths[i].name);
            return text;
        }
    }
    (void)snprintf(text, 24, "%llds", (long long)(bar_ns / NS_PER_S));
    return text;
}
