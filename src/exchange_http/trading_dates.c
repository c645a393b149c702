#include "exchange_http/trading_dates.h"

#include "base/utc.h"
#include "exchange_http/local_time.h"
#include "market/weekday.h"

enum { GAP_DAYS_MAX = 10 }; /* no US market was closed longer since 1998 */

bool trading_date(enum calendar_id calendar, int32_t date, struct trading_day *day)
{
    int64_t noon_ns = local_utc(calendar, date, 12 * NS_PER_HOUR);
    return calendar_day_at(calendar, noon_ns, day) && day->date == date;
}

bool trading_date_from(enum calendar_id calendar, int32_t date, struct trading_day *day)
{
    for (int32_t i = 0; i < GAP_DAYS_MAX; i++) {
        if (trading_date(calendar, date + i, day)) {
            return true;
        }
    }
    return false;
}

bool trading_date_until(enum calendar_id calendar, int32_t date, struct trading_day *day)
{
    for (int32_t i = 0; i < GAP_DAYS_MAX; i++) {
        if (trading_date(calendar, date - i, day)) {
            return true;
        }
    }
    return false;
}

/* Exchanges trade on these two, banks do not. Columbus Day is the second Monday of October; banks
 * keep Veterans Day on Monday when November 11 is a Sunday. */
static bool is_bank_holiday(int32_t days)
{
    struct utc_date date = utc_date(days);
    bool monday = weekday_of(days) == MONDAY;
    return (date.month == 10 && monday && date.day >= 8 && date.day <= 14) ||
           (date.month == 11 && (date.day == 11 || (date.day == 12 && monday)));
}

static int days_to_settle(int32_t date)
{
    return date >= utc_days((struct utc_date){2024, 5, 28})  ? 1
           : date >= utc_days((struct utc_date){2017, 9, 5}) ? 2
                                                             : 3;
}

bool settlement_date(enum calendar_id calendar, const struct trading_day *day, int32_t *date)
{
    int days_left = days_to_settle(day->date);
    struct trading_day next = *day;
    while (days_left > 0) {
        if (!trading_date_from(calendar, next.date + 1, &next)) {
            return false;
        }
        days_left -= calendar == CALENDAR_ALWAYS || !is_bank_holiday(next.date);
    }
    *date = next.date;
    return true;
}
