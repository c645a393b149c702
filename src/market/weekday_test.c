/* weekday_test.c: days of the week against the C library's and against dates from a wall calendar.
 */
#include "market/weekday.h"

#include <criterion/criterion.h>
#include <time.h>

#include "base/utc.h"

static int32_t days(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)utc_days((struct utc_date){year, month, day});
}

Test(weekday, agrees_with_the_c_library)
{
    for (int32_t date = days(1700, 1, 1); date <= days(2200, 12, 31); date++) {
        time_t time = (time_t)date * 86400;
        struct tm tm;
        cr_assert_not_null(gmtime_r(&time, &tm));
        cr_assert_eq((int)weekday_of(date), tm.tm_wday, "day %d", date);
    }
}

Test(weekday, dates_told_by_a_day_of_the_week)
{
    static const struct {
        const char *what;
        int32_t year, month;
        enum weekday weekday;
        int32_t nth; /* 0: the last */
        int32_t day;
    } cases[] = {
        {"a month that begins with the day",   2024, 1,  MONDAY,   1, 1 },
        {"the third Monday",                   2024, 1,  MONDAY,   3, 15},
        {"a month that begins a day later",    2024, 9,  SATURDAY, 1, 7 },
        {"the fourth Thursday of five",        2023, 11, THURSDAY, 4, 23},
        {"the last of five",                   2023, 11, THURSDAY, 0, 30},
        {"the last is the last of the month",  2021, 5,  MONDAY,   0, 31},
        {"the last of a leap February",        2024, 2,  THURSDAY, 0, 29},
        {"the last of December",               2023, 12, SUNDAY,   0, 31},
        {"the last of December, not the last", 2024, 12, SUNDAY,   0, 29},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t got =
            cases[i].nth == 0
                ? weekday_last(cases[i].year, cases[i].month, cases[i].weekday)
                : weekday_nth(cases[i].year, cases[i].month, cases[i].weekday, cases[i].nth);
        cr_expect_eq(got, days(cases[i].year, cases[i].month, cases[i].day), "%s", cases[i].what);
    }
}
