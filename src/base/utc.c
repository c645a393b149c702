/* utc.c: the civil calendar by arithmetic.
 *
 * Days are counted in eras of 400 years (146,097 days) from the first of March, so that the leap
 * day ends a year: the usual days-from-civil method for the proleptic Gregorian calendar. */
#include "base/utc.h"

#include <stdbool.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

int64_t utc_days(struct utc_date date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

struct utc_date utc_date(int64_t days)
{
    int64_t shifted = days + DAYS_TO_1970;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    return (struct utc_date){
        .year = (int32_t)year,
        .month = (int32_t)month,
        .day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

int64_t utc_day_of(int64_t ts_ns)
{
    return floor_div(ts_ns, NS_PER_DAY);
}

/* Reads exactly `digits` decimal digits at text. */
static bool read_digits(const char *text, int digits, int32_t *value)
{
    int32_t result = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        result = result * 10 + (text[i] - '0');
    }
    *value = result;
    return true;
}

enum err utc_parse_date(const char *text, size_t length, int64_t *ts_ns)
{
    struct utc_date date;
    if (length != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text, 4, &date.year) ||
        !read_digits(text + 5, 2, &date.month) || !read_digits(text + 8, 2, &date.day)) {
        return ERR_FORMAT;
    }
    if (date.year < 1700 || date.year > 2200 || date.month < 1 || date.month > 12 || date.day < 1) {
        return ERR_FORMAT;
    }
    /* A day that the month does not have turns into another date on the way back. */
    int64_t days = utc_days(date);
    struct utc_date back = utc_date(days);
    if (back.month != date.month || back.day != date.day) {
        return ERR_FORMAT;
    }
    *ts_ns = days * NS_PER_DAY;
    return ERR_OK;
}

/* Reads ".123456789" at text[0..length) up to the zone; *used tells how many characters it took. */
static enum err read_fraction(const char *text, size_t length, size_t *used, int64_t *ns)
{
    int64_t value = 0;
    size_t digits = 0;
    size_t at = 1;
    for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
        value = value * 10 + (text[at] - '0');
        digits++;
        if (digits > 9) {
            return ERR_FORMAT;
        }
    }
    if (digits == 0) {
        return ERR_FORMAT;
    }
    for (; digits < 9; digits++) {
        value *= 10;
    }
    *used = at;
    *ns = value;
    return ERR_OK;
}

static bool is_utc_zone(const char *text, size_t length)
{
    if (length == 1) {
        return text[0] == 'Z';
    }
    return length == 6 && text[0] == '+' && text[1] == '0' && text[2] == '0' && text[3] == ':' &&
           text[4] == '0' && text[5] == '0';
}

enum err utc_parse(const char *text, size_t length, int64_t *ts_ns)
{
    int64_t day_ns;
    int32_t hour;
    int32_t minute;
    int32_t second;
    if (length < 20 || utc_parse_date(text, 10, &day_ns) != ERR_OK || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || !read_digits(text + 11, 2, &hour) ||
        !read_digits(text + 14, 2, &minute) || !read_digits(text + 17, 2, &second)) {
        return ERR_FORMAT;
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return ERR_FORMAT;
    }
    size_t at = 19;
    int64_t fraction_ns = 0;
    if (text[at] == '.') {
        size_t used;
        if (read_fraction(text + at, length - at, &used, &fraction_ns) != ERR_OK) {
            return ERR_FORMAT;
        }
        at += used;
    }
    if (!is_utc_zone(text + at, length - at)) {
        return ERR_FORMAT;
    }
    int64_t seconds = hour * 3600 + minute * 60 + second;
    *ts_ns = day_ns + seconds * NS_PER_S + fraction_ns;
    return ERR_OK;
}

static char *put_digits(char *out, int64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

size_t utc_format(int64_t ts_ns, char text[UTC_TEXT_SIZE])
{
    int64_t day = utc_day_of(ts_ns);
    int64_t rest_ns = ts_ns % NS_PER_DAY; /* the day's start may lie before all that int64 holds */
    rest_ns += rest_ns < 0 ? NS_PER_DAY : 0;
    struct utc_date date = utc_date(day);
    char *out = put_digits(text, date.year, 4);
    *out++ = '-';
    out = put_digits(out, date.month, 2);
    *out++ = '-';
    out = put_digits(out, date.day, 2);
    *out++ = 'T';
    out = put_digits(out, rest_ns / NS_PER_HOUR, 2);
    *out++ = ':';
    out = put_digits(out, rest_ns / NS_PER_MIN % 60, 2);
    *out++ = ':';
    out = put_digits(out, rest_ns / NS_PER_S % 60, 2);
    int64_t ns = rest_ns % NS_PER_S;
    if (ns != 0) {
        *out++ = '.';
        if (ns % 1000000 == 0) {
            out = put_digits(out, ns / 1000000, 3);
        } else if (ns % 1000 == 0) {
            out = put_digits(out, ns / 1000, 6);
        } else {
            out = put_digits(out, ns, 9);
        }
    }
    *out++ = 'Z';
    *out = '\0';
    return (size_t)(out - text);
}
