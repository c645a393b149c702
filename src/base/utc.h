/* utc.h: calendar time from nanoseconds and back, without the C library's time zones.
 *
 * `ts_ns` is nanoseconds since 1970-01-01T00:00:00Z, leap seconds ignored as in POSIX. Valid years
 * are 1700 to 2200, which an int64 of nanoseconds holds. */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NS_PER_MS   INT64_C(1000000)
#define NS_PER_S    INT64_C(1000000000)
#define NS_PER_MIN  (60 * NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MIN)
#define NS_PER_DAY  (24 * NS_PER_HOUR)

/* "2019-02-11T14:30:00.123456789Z" and its NUL. */
#define UTC_TEXT_SIZE 31

struct utc_date {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

/* Days since 1970-01-01 of a proleptic Gregorian date. The date must exist. */
int64_t utc_days(struct utc_date date);

/* The date that many days after 1970-01-01. */
struct utc_date utc_date(int64_t days);

/* The day that holds ts_ns, also for times before 1970 (floor). */
int64_t utc_day_of(int64_t ts_ns);

/* Reads "2019-02-11" (exactly ten characters): the day's first nanosecond. ERR_FORMAT when the
 * text has another form or the date does not exist. */
enum err utc_parse_date(const char *text, size_t length, int64_t *ts_ns);

/* Reads "2019-02-11T14:30:00Z", with up to nine decimals of a second; "+00:00" is read as Z.
 * Other zones and forms, and dates that do not exist: ERR_FORMAT. */
enum err utc_parse(const char *text, size_t length, int64_t *ts_ns);

/* Writes "2019-02-11T14:30:00Z", with decimals only where the second is not whole (3, 6 or 9 of
 * them), and its NUL; returns the length. */
size_t utc_format(int64_t ts_ns, char text[UTC_TEXT_SIZE]);

#endif
