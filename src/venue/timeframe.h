/* timeframe.h: the lengths of bars that market data can be asked for, and where such bars begin.
 *
 * Everything is counted on New York's walls: minutes and hours from midnight, weeks from Monday,
 * several months from January. A bar is stamped with the moment its period begins. */
#ifndef VENUE_TIMEFRAME_H
#define VENUE_TIMEFRAME_H

#include <stdbool.h>
#include <stdint.h>

enum timeframe_unit {
    TIMEFRAME_MINUTE,
    TIMEFRAME_HOUR,
    TIMEFRAME_DAY,
    TIMEFRAME_WEEK,
    TIMEFRAME_MONTH,
};

struct timeframe {
    enum timeframe_unit unit;
    int32_t count; /* of the units */
};

/* Holds start_ns and not end_ns. */
struct period {
    int64_t start_ns, end_ns;
};

/* "5Min", "5T", "1Hour", "1H", "1Day", "1D", "1Week", "1W", "3Month", "3M": 1..59 minutes, 1..23
 * hours, one day, one week, 1, 2, 3, 4, 6 or 12 months. */
bool timeframe_parse(const char *text, struct timeframe *timeframe);

/* The period that holds a moment. The last one before midnight may be shorter. */
struct period timeframe_period(const struct timeframe *timeframe, int64_t ts_ns);

/* Whether bars of that length can be put together to it: they must not be longer. */
bool timeframe_holds(const struct timeframe *timeframe, int64_t bar_ns);

#endif
