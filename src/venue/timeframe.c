#include "venue/timeframe.h"

#include <stddef.h>
#include <string.h>

#include "base/utc.h"
#include "market/new_york.h"
#include "market/weekday.h"

static const struct {
    const char *text;
    enum timeframe_unit unit;
    int32_t count_max;
} units[] = {
    {"Min",   TIMEFRAME_MINUTE, 59},
    {"T",     TIMEFRAME_MINUTE, 59},
    {"Hour",  TIMEFRAME_HOUR,   23},
    {"H",     TIMEFRAME_HOUR,   23},
    {"Day",   TIMEFRAME_DAY,    1 },
    {"D",     TIMEFRAME_DAY,    1 },
    {"Week",  TIMEFRAME_WEEK,   1 },
    {"W",     TIMEFRAME_WEEK,   1 },
    {"Month", TIMEFRAME_MONTH,  12},
    {"M",     TIMEFRAME_MONTH,  12},
};

bool timeframe_parse(const char *text, struct timeframe *timeframe)
{
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 2 || text[0] == '0') {
        return false;
    }
    int32_t count = text[0] - '0';
    if (digits == 2) {
        count = 10 * count + (text[1] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].text) == 0) {
            bool whole = units[i].unit != TIMEFRAME_MONTH || 12 % count == 0;
            *timeframe = (struct timeframe){.unit = units[i].unit, .count = count};
            return count <= units[i].count_max && whole;
        }
    }
    return false;
}

bool timeframe_holds(const struct timeframe *timeframe, int64_t bar_ns)
{
    int64_t unit_ns = timeframe->unit == TIMEFRAME_MINUTE ? NS_PER_MIN
                      : timeframe->unit == TIMEFRAME_HOUR ? NS_PER_HOUR
                                                          : NS_PER_DAY;
    return bar_ns > 0 && bar_ns <= timeframe->count * unit_ns;
}

/* The part of the wall's day that holds a moment; midnight cuts the last one. */
static struct period part_of_day(int64_t length_ns, int64_t ts_ns)
{
    int32_t date = new_york_date(ts_ns);
    int64_t wall_ns = ts_ns + new_york_offset_ns(ts_ns) - date * NS_PER_DAY;
    int64_t start_ns = ts_ns - wall_ns % length_ns;
    int64_t midnight_ns = new_york_utc(date + 1, 0);
    int64_t end_ns = start_ns + length_ns;
    return (struct period){start_ns, end_ns < midnight_ns ? end_ns : midnight_ns};
}

static struct period of_dates(int32_t first, int32_t behind)
{
    return (struct period){new_york_utc(first, 0), new_york_utc(behind, 0)};
}

static struct period months_of(int32_t count, int32_t date)
{
    struct utc_date first = utc_date(date);
    first.day = 1;
    first.month -= (first.month - 1) % count;
    struct utc_date behind = first;
    behind.month += count;
    if (behind.month > 12) {
        behind.month -= 12;
        behind.year++;
    }
    return of_dates((int32_t)utc_days(first), (int32_t)utc_days(behind));
}

struct period timeframe_period(const struct timeframe *timeframe, int64_t ts_ns)
{
    int32_t date = new_york_date(ts_ns);
    int32_t monday = date - ((int32_t)weekday_of(date) + 6) % 7;
    switch (timeframe->unit) {
    case TIMEFRAME_MINUTE:
        return part_of_day(timeframe->count * NS_PER_MIN, ts_ns);
    case TIMEFRAME_HOUR:
        return part_of_day(timeframe->count * NS_PER_HOUR, ts_ns);
    case TIMEFRAME_DAY:
        return of_dates(date, date + 1);
    case TIMEFRAME_WEEK:
        return of_dates(monday, monday + 7);
    case TIMEFRAME_MONTH:
        return months_of(timeframe->count, date);
    }
    return of_dates(date, date + 1);
}
