/* weekday.c: 1970-01-01 was a Thursday; the rest is counting by sevens. */
#include "market/weekday.h"

#include "base/utc.h"

enum weekday weekday_of(int32_t date)
{
    int32_t rest = (date % 7 + THURSDAY) % 7;
    return (enum weekday)(rest < 0 ? rest + 7 : rest);
}

/* The first such day at or after `date`. */
static int32_t weekday_from(int32_t date, enum weekday weekday)
{
    return date + ((int32_t)weekday - (int32_t)weekday_of(date) + 7) % 7;
}

int32_t weekday_nth(int32_t year, int32_t month, enum weekday weekday, int32_t nth)
{
    int32_t first = (int32_t)utc_days((struct utc_date){year, month, 1});
    return weekday_from(first, weekday) + 7 * (nth - 1);
}

int32_t weekday_last(int32_t year, int32_t month, enum weekday weekday)
{
    struct utc_date next =
        month == 12 ? (struct utc_date){year + 1, 1, 1} : (struct utc_date){year, month + 1, 1};
    return weekday_from((int32_t)utc_days(next) - 7, weekday);
}
