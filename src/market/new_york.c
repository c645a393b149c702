/* new_york.c: summer time by rule. The changes of a year are computed when asked for; whoever asks
 * often keeps the answer, which holds for a whole trading day. */
#include "market/new_york.h"

#include "base/utc.h"
#include "market/weekday.h"

#define STANDARD_NS (-5 * NS_PER_HOUR)
#define SUMMER_NS   (-4 * NS_PER_HOUR)

/* The Sundays on which summer time begins and ends. */
struct summer {
    int32_t first;
    int32_t last;
};

static struct summer summer_of(int32_t year)
{
    if (year < 2007) {
        return (struct summer){weekday_nth(year, 4, SUNDAY, 1), weekday_last(year, 10, SUNDAY)};
    }
    return (struct summer){weekday_nth(year, 3, SUNDAY, 2), weekday_nth(year, 11, SUNDAY, 1)};
}

int64_t new_york_offset_ns(int64_t ts_ns)
{
    /* The changes are far from the turn of the year, so UTC's year will do. */
    struct summer summer = summer_of(utc_date(utc_day_of(ts_ns)).year);
    int64_t begin_ns = summer.first * NS_PER_DAY + 2 * NS_PER_HOUR - STANDARD_NS;
    int64_t end_ns = summer.last * NS_PER_DAY + 2 * NS_PER_HOUR - SUMMER_NS;
    return ts_ns >= begin_ns && ts_ns < end_ns ? SUMMER_NS : STANDARD_NS;
}

int32_t new_york_date(int64_t ts_ns)
{
    return (int32_t)utc_day_of(ts_ns + new_york_offset_ns(ts_ns));
}

int64_t new_york_utc(int32_t date, int64_t time_ns)
{
    /* The hour left out (02:00 to 03:00) counts as standard time still, which moves it forward; the
     * hour shown twice (01:00 to 02:00) as summer time, which is the first. */
    struct summer summer = summer_of(utc_date(date).year);
    int64_t wall_ns = date * NS_PER_DAY + time_ns;
    int64_t begin_ns = summer.first * NS_PER_DAY + 3 * NS_PER_HOUR;
    int64_t end_ns = summer.last * NS_PER_DAY + 2 * NS_PER_HOUR;
    return wall_ns - (wall_ns >= begin_ns && wall_ns < end_ns ? SUMMER_NS : STANDARD_NS);
}
