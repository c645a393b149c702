/* xnys.c: holidays by rule, exceptions by table.
 *
 * A holiday on a fixed date that falls on a Sunday is kept on Monday, one on a Saturday on Friday;
 * but a New Year's Day on a Saturday is not kept at all, for the Friday belongs to the old year. */
#include "market/xnys.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"
#include "base/utc.h"
#include "market/weekday.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { LAST = 5 }; /* in place of 1..4 */

/* Holidays on a day of the week: the nth one of a month. */
static const struct {
    int32_t month, nth;
    enum weekday weekday;
} moving[] = {
    {1,  3,    MONDAY  }, /* Martin Luther King Jr. Day */
    {2,  3,    MONDAY  }, /* Washington's Birthday */
    {5,  LAST, MONDAY  }, /* Memorial Day */
    {9,  1,    MONDAY  }, /* Labor Day */
    {11, 4,    THURSDAY}, /* Thanksgiving Day */
};

/* Holidays on a date. None is kept in another month than its own. */
static const struct {
    int32_t month, day, since;
    bool saturday_kept;
} fixed[] = {
    {1,  1,  0,    false}, /* New Year's Day */
    {6,  19, 2022, true }, /* Juneteenth */
    {7,  4,  0,    true }, /* Independence Day */
    {12, 25, 0,    true }, /* Christmas Day */
};

static const struct utc_date closings[] = {
    {2001, 9,  11}, /* the attacks of 11 September, and the three days after */
    {2001, 9,  12},
    {2001, 9,  13},
    {2001, 9,  14},
    {2004, 6,  11}, /* mourning for President Reagan */
    {2007, 1,  2 }, /* for President Ford */
    {2012, 10, 29}, /* hurricane Sandy */
    {2012, 10, 30},
    {2018, 12, 5 }, /* mourning for President George H. W. Bush */
    {2025, 1,  9 }, /* for President Carter */
};

static const struct utc_date early_closes[] = {
    {1999, 12, 31}, /* the eve of 2000 */
    {2003, 12, 26}, /* the day after Christmas */
};

static bool is_listed(const struct utc_date *list, size_t count, struct utc_date civil)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].day == civil.day && list[i].month == civil.month &&
            list[i].year == civil.year) {
            return true;
        }
    }
    return false;
}

static bool is_moving_holiday(int32_t date, struct utc_date civil)
{
    for (size_t i = 0; i < COUNT(moving); i++) {
        if (civil.month == moving[i].month) {
            int32_t holiday =
                moving[i].nth == LAST
                    ? weekday_last(civil.year, civil.month, moving[i].weekday)
                    : weekday_nth(civil.year, civil.month, moving[i].weekday, moving[i].nth);
            return date == holiday;
        }
    }
    return false;
}

static bool is_fixed_holiday(struct utc_date civil, enum weekday weekday)
{
    for (size_t i = 0; i < COUNT(fixed); i++) {
        if (civil.month == fixed[i].month && civil.year >= fixed[i].since) {
            return civil.day == fixed[i].day ||
                   (weekday == MONDAY && civil.day == fixed[i].day + 1) ||
                   (weekday == FRIDAY && civil.day == fixed[i].day - 1 && fixed[i].saturday_kept);
        }
    }
    return false;
}

/* Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher. The
 * one-letter names are the method's own. */
static int32_t easter(int32_t year)
{
    int32_t a = year % 19;
    int32_t b = year / 100;
    int32_t c = year % 100;
    int32_t g = (b - (b + 8) / 25 + 1) / 3;
    int32_t h = (19 * a + b - b / 4 - g + 15) % 30;
    int32_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int32_t m = (a + 11 * h + 22 * l) / 451;
    int32_t n = h + l - 7 * m + 114;
    return (int32_t)utc_days((struct utc_date){year, n / 31, n % 31 + 1});
}

static bool is_closed(int32_t date, struct utc_date civil, enum weekday weekday)
{
    return weekday == SATURDAY || weekday == SUNDAY || is_fixed_holiday(civil, weekday) ||
           is_moving_holiday(date, civil) ||
           (weekday == FRIDAY && date == easter(civil.year) - 2) ||
           is_listed(closings, COUNT(closings), civil);
}

/* Around Independence Day the exchange closed early on the third when that was a Monday, Tuesday or
 * Thursday, and on Friday the fifth; since 2013 on Wednesday the third instead. */
static bool is_july_early_close(struct utc_date civil, enum weekday weekday)
{
    if (civil.day == 3) {
        return weekday != WEDNESDAY || civil.year >= 2013;
    }
    return civil.day == 5 && weekday == FRIDAY && civil.year < 2013;
}

/* Of a day on which the exchange is open. */
static bool is_early_close(int32_t date, struct utc_date civil, enum weekday weekday)
{
    switch (civil.month) {
    case 7:
        return is_july_early_close(civil, weekday);
    case 11: /* the day after Thanksgiving Day */
        return weekday == FRIDAY && date == weekday_nth(civil.year, 11, THURSDAY, 4) + 1;
    case 12: /* Christmas Eve */
        return civil.day == 24 || is_listed(early_closes, COUNT(early_closes), civil);
    default:
        return false;
    }
}

enum xnys_hours xnys_hours(int32_t date)
{
    CHECK(date >= XNYS_DATE_FIRST && date <= XNYS_DATE_LAST);
    struct utc_date civil = utc_date(date);
    enum weekday weekday = weekday_of(date);
    if (is_closed(date, civil, weekday)) {
        return XNYS_CLOSED;
    }
    return is_early_close(date, civil, weekday) ? XNYS_EARLY_CLOSE : XNYS_FULL;
}
