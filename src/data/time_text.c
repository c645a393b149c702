/* time_text.c: a cursor over the text; each part takes what it understands. */
#include "data/time_text.h"

#include "base/utc.h"

struct cursor {
    const char *text;
    size_t length;
    size_t at;
};

static size_t left(const struct cursor *cursor)
{
    return cursor->length - cursor->at;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many digits stand here. */
static size_t digits_here(const struct cursor *cursor)
{
    size_t count = 0;
    while (count < left(cursor) && is_digit(cursor->text[cursor->at + count])) {
        count++;
    }
    return count;
}

static bool take_char(struct cursor *cursor, char c)
{
    if (left(cursor) == 0 || cursor->text[cursor->at] != c) {
        return false;
    }
    cursor->at++;
    return true;
}

/* A number of `min` to `max` digits. */
static bool take_number(struct cursor *cursor, size_t min, size_t max, int64_t *value)
{
    int64_t result = 0;
    size_t count = 0;
    while (count < max && left(cursor) > 0 && is_digit(cursor->text[cursor->at])) {
        result = result * 10 + (cursor->text[cursor->at++] - '0');
        count++;
    }
    *value = result;
    return count >= min;
}

/* The day, if it exists. */
static bool day_of(int64_t year, int64_t month, int64_t day, int64_t *ns)
{
    if (year < 1700 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }
    struct utc_date date = {(int32_t)year, (int32_t)month, (int32_t)day};
    int64_t days = utc_days(date);
    *ns = days * NS_PER_DAY;
    return utc_date(days).day == date.day; /* else the month has no such day */
}

static bool take_day(struct cursor *cursor, int64_t *ns)
{
    int64_t year;
    int64_t month;
    int64_t day;
    size_t digits = digits_here(cursor);
    if (digits == 8) {
        return take_number(cursor, 4, 4, &year) && take_number(cursor, 2, 2, &month) &&
               take_number(cursor, 2, 2, &day) && day_of(year, month, day, ns);
    }
    if (digits == 4) {
        bool year_first = take_number(cursor, 4, 4, &year);
        char separator = left(cursor) > 0 && cursor->text[cursor->at] == '/' ? '/' : '-';
        return year_first && take_char(cursor, separator) && take_number(cursor, 2, 2, &month) &&
               take_char(cursor, separator) && take_number(cursor, 2, 2, &day) &&
               day_of(year, month, day, ns);
    }
    return take_number(cursor, 1, 2, &month) && take_char(cursor, '/') &&
           take_number(cursor, 1, 2, &day) && take_char(cursor, '/') &&
           take_number(cursor, 4, 4, &year) && day_of(year, month, day, ns);
}

/* Decimals of a second behind the point. */
static bool take_fraction(struct cursor *cursor, int64_t *ns)
{
    size_t digits = digits_here(cursor);
    if (!take_number(cursor, 1, 9, ns)) {
        return false;
    }
    for (; digits < 9; digits++) {
        *ns *= 10;
    }
    return true;
}

static bool take_clock(struct cursor *cursor, int64_t *ns)
{
    int64_t hour;
    int64_t minute;
    int64_t second = 0;
    int64_t fraction_ns = 0;
    bool compact = digits_here(cursor) == 6;
    if (!take_number(cursor, 2, 2, &hour) || (!compact && !take_char(cursor, ':')) ||
        !take_number(cursor, 2, 2, &minute)) {
        return false;
    }
    if ((compact || take_char(cursor, ':')) && !take_number(cursor, 2, 2, &second)) {
        return false;
    }
    if (take_char(cursor, '.') && !take_fraction(cursor, &fraction_ns)) {
        return false;
    }
    *ns = hour * NS_PER_HOUR + minute * NS_PER_MIN + second * NS_PER_S + fraction_ns;
    return hour < 24 && minute < 60 && second < 60;
}

/* Z, +05:30, +0530, +05. */
static bool take_offset(struct cursor *cursor, int64_t *ns)
{
    *ns = 0;
    if (take_char(cursor, 'Z')) {
        return true;
    }
    bool behind = take_char(cursor, '-');
    int64_t hours;
    int64_t minutes = 0;
    if ((!behind && !take_char(cursor, '+')) || !take_number(cursor, 2, 2, &hours)) {
        return false;
    }
    bool more = take_char(cursor, ':') || left(cursor) > 0;
    if (more && !take_number(cursor, 2, 2, &minutes)) {
        return false;
    }
    *ns = (hours * NS_PER_HOUR + minutes * NS_PER_MIN) * (behind ? -1 : 1);
    return hours < 24 && minutes < 60;
}

/* Seconds or milliseconds since 1970, by their digits: 1973 to 2200. */
static bool parse_unix(struct cursor *cursor, struct time_text *time)
{
    int64_t value;
    int64_t unit_ns = cursor->length > 11 ? NS_PER_MS : NS_PER_S;
    const int64_t end = INT64_C(84371) * NS_PER_DAY; /* 2201-01-01 */
    if (!take_number(cursor, 9, 14, &value) || value >= end / unit_ns) {
        return false;
    }
    *time = (struct time_text){TIME_MOMENT, value * unit_ns};
    return left(cursor) == 0;
}

bool time_text_parse(const char *text, size_t length, struct time_text *time)
{
    struct cursor cursor = {text, length, 0};
    if (length >= 9 && digits_here(&cursor) == length) {
        return parse_unix(&cursor, time);
    }
    int64_t day_ns;
    int64_t clock_ns;
    int64_t offset_ns;
    if (!take_day(&cursor, &day_ns)) {
        return false;
    }
    if (left(&cursor) == 0) {
        *time = (struct time_text){TIME_DAY, day_ns};
        return true;
    }
    if ((!take_char(&cursor, 'T') && !take_char(&cursor, ' ')) || !take_clock(&cursor, &clock_ns)) {
        return false;
    }
    if (left(&cursor) == 0) {
        *time = (struct time_text){TIME_WALL, day_ns + clock_ns};
        return true;
    }
    (void)take_char(&cursor, ' '); /* may stand before the zone */
    bool good = take_offset(&cursor, &offset_ns) && left(&cursor) == 0;
    *time = (struct time_text){TIME_MOMENT, day_ns + clock_ns - offset_ns};
    return good;
}
