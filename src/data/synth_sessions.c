/* synth_sessions.c: see synth_sessions.h. */
#include "data/synth_sessions.h"

#include "base/utc.h"
#include "sys/memory.h"

#define OPEN_LOCAL_NS  (9 * NS_PER_HOUR + 30 * NS_PER_MIN)
#define CLOSE_LOCAL_NS (16 * NS_PER_HOUR)

enum { MONDAY = 0, SATURDAY = 5, SUNDAY = 6 };

/* 1970-01-01 was a Thursday. */
static int64_t weekday(int64_t day)
{
    return ((day + 3) % 7 + 7) % 7;
}

/* The n-th Sunday (from 1) of a month. */
static int64_t nth_sunday(int32_t year, int32_t month, int64_t n)
{
    int64_t first = utc_days((struct utc_date){.year = year, .month = month, .day = 1});
    return first + (SUNDAY - weekday(first)) + 7 * (n - 1);
}

/* Hours that New York is behind UTC, by the rule since 2007: summer time from the second Sunday of
 * March to the first of November. */
static int64_t hours_behind_utc(int64_t day)
{
    int32_t year = utc_date(day).year;
    return day >= nth_sunday(year, 3, 2) && day < nth_sunday(year, 11, 1) ? 4 : 5;
}

bool synth_session_of_day(int64_t day, struct synth_session *session)
{
    if (weekday(day) >= SATURDAY) {
        return false;
    }
    int64_t midnight_ns = day * NS_PER_DAY + hours_behind_utc(day) * NS_PER_HOUR;
    session->open_ns = midnight_ns + OPEN_LOCAL_NS;
    session->close_ns = midnight_ns + CLOSE_LOCAL_NS;
    return true;
}

struct synth_session *synth_sessions(int64_t first_day, uint32_t count)
{
    struct synth_session *sessions = xcalloc(count, sizeof *sessions);
    int64_t day = first_day;
    for (uint32_t i = 0; i < count; day++) {
        if (synth_session_of_day(day, &sessions[i])) {
            i++;
        }
    }
    return sessions;
}
