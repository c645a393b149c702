/* calendar_test.c: days, neighbours and frames of both calendars; XNYS against the table of its
 * sessions. */
#include "market/calendar.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "data/data_test.h"

static int64_t moment(const char *text)
{
    int64_t ts_ns = 0;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK, "%s", text);
    return ts_ns;
}

static int32_t days(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)utc_days((struct utc_date){year, month, day});
}

/* The day of XNYS that holds the moment; it must be one. */
static struct trading_day xnys_at(const char *end)
{
    struct trading_day day;
    cr_assert(calendar_day_at(CALENDAR_XNYS, moment(end), &day), "%s is in no day", end);
    return day;
}

static const struct {
    const char *what;
    int64_t end_ns, open_ns;
} cases[] = {
    {"a day begins behind midnight",       1,                               0                 },
    {"noon",                               12 * NS_PER_HOUR,                0                 },
    {"midnight ends the day before",       NS_PER_DAY,                      0                 },
    {"a nanosecond later begins the next", NS_PER_DAY + 1,                  NS_PER_DAY        },
    {"midnight of 1970 ends 1969",         0,                               -NS_PER_DAY       },
    {"before 1970",                        -1,                              -NS_PER_DAY       },
    {"2024-01-01T00:01:00Z",               19723 * NS_PER_DAY + NS_PER_MIN, 19723 * NS_PER_DAY},
};

Test(calendar, a_bar_belongs_to_the_day_it_covers)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session session = calendar_session(cases[i].end_ns);
        cr_expect_eq(session.open_ns, cases[i].open_ns, "%s", cases[i].what);
        cr_expect_eq(session.close_ns, cases[i].open_ns + NS_PER_DAY, "%s", cases[i].what);
        struct trading_day day;
        cr_assert(calendar_day_at(CALENDAR_ALWAYS, cases[i].end_ns, &day), "%s", cases[i].what);
        cr_expect_eq(day.open_ns, session.open_ns, "%s", cases[i].what);
        cr_expect_eq(day.close_ns, session.close_ns, "%s", cases[i].what);
        cr_expect_eq(day.early_open_ns, session.open_ns, "%s", cases[i].what);
        cr_expect_eq(day.late_close_ns, session.close_ns, "%s", cases[i].what);
        cr_expect_eq(day.date, utc_day_of(session.open_ns), "%s", cases[i].what);
        cr_expect(!day.early_close && !day.provisional, "%s", cases[i].what);
        cr_expect(calendar_is_regular(&day, cases[i].end_ns), "%s", cases[i].what);
    }
}

Test(calendar, sessions_touch_and_hold_their_bars)
{
    struct session last = calendar_session(1);
    for (int64_t end_ns = NS_PER_MIN; end_ns < 10 * NS_PER_DAY; end_ns += NS_PER_MIN) {
        struct session session = calendar_session(end_ns);
        cr_assert(session.open_ns < end_ns && end_ns <= session.close_ns);
        cr_assert(session.open_ns == last.open_ns || session.open_ns == last.close_ns);
        last = session;
    }
}

/* Both ways: every row is a day with these moments, and no day lies between two rows. */
Test(calendar, equals_the_table_of_sessions)
{
    char *path = shared_file("calendar/sessions_XNYS_2000-2027.csv");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    char line[128];
    cr_assert_not_null(fgets(line, sizeof line, file), "a header");
    int64_t last_close_ns = moment("1999-12-31T23:59:59Z");
    int rows = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        int64_t date_ns = 0;
        int64_t open_ns = 0;
        int64_t close_ns = 0;
        cr_assert_gt(strlen(line), 56);
        cr_assert_eq(utc_parse_date(line, 10, &date_ns), ERR_OK, "%s", line);
        cr_assert_eq(utc_parse(line + 11, 20, &open_ns), ERR_OK, "%s", line);
        cr_assert_eq(utc_parse(line + 32, 20, &close_ns), ERR_OK, "%s", line);
        struct trading_day day;
        cr_assert(calendar_day_after(CALENDAR_XNYS, last_close_ns, &day));
        cr_assert_eq(day.date * NS_PER_DAY, date_ns, "%s", line);
        cr_assert_eq(day.open_ns, open_ns, "%s", line);
        cr_assert_eq(day.close_ns, close_ns, "%s", line);
        cr_assert_eq(day.early_close, strcmp(line + 53, "half\n") == 0, "%s", line);
        cr_assert_not(day.provisional);
        last_close_ns = close_ns;
        rows++;
    }
    (void)fclose(file);
    free(path);
    cr_assert_eq(rows, 7041);
    struct trading_day day;
    cr_assert(calendar_day_after(CALENDAR_XNYS, last_close_ns, &day));
    cr_assert_eq(day.date, days(2028, 1, 3));
}

Test(calendar, a_day_of_xnys_from_early_open_to_late_close)
{
    static const struct {
        const char *what;
        const char *end;
        bool is_day, is_regular;
    } ends[] = {
        {"at the early open",        "2024-07-02T08:00:00Z",           false, false},
        {"behind it",                "2024-07-02T08:00:00.000000001Z", true,  false},
        {"exactly at the open",      "2024-07-02T13:30:00Z",           true,  false},
        {"a nanosecond later",       "2024-07-02T13:30:00.000000001Z", true,  true },
        {"the first minute",         "2024-07-02T13:31:00Z",           true,  true },
        {"exactly at the close",     "2024-07-02T20:00:00Z",           true,  true },
        {"a nanosecond later",       "2024-07-02T20:00:00.000000001Z", true,  false},
        {"at the late close",        "2024-07-03T00:00:00Z",           true,  false},
        {"behind it",                "2024-07-03T00:00:00.000000001Z", false, false},
        {"the close of a half day",  "2024-07-03T17:00:00Z",           true,  true },
        {"a minute after it",        "2024-07-03T17:01:00Z",           true,  false},
        {"its late close, 17:00",    "2024-07-03T21:00:00Z",           true,  false},
        {"a minute after that",      "2024-07-03T21:01:00Z",           false, false},
        {"a holiday at noon",        "2024-07-04T16:00:00Z",           false, false},
        {"a Saturday at noon",       "2024-07-06T16:00:00Z",           false, false},
        {"Friday evening in winter", "2011-01-08T01:00:00Z",           true,  false},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct trading_day day = {.date = -1};
        int64_t end_ns = moment(ends[i].end);
        cr_expect_eq(calendar_day_at(CALENDAR_XNYS, end_ns, &day), ends[i].is_day, "%s %s",
                     ends[i].end, ends[i].what);
        cr_expect_eq(day.date == -1, !ends[i].is_day, "kept on failure: %s", ends[i].what);
        if (ends[i].is_day) {
            cr_expect_eq(calendar_is_regular(&day, end_ns), ends[i].is_regular, "%s %s",
                         ends[i].end, ends[i].what);
        }
    }
    cr_expect_eq(xnys_at("2011-01-08T01:00:00Z").date, days(2011, 1, 7), "a Friday's");
}

Test(calendar, moments_move_with_the_clocks)
{
    static const struct {
        const char *what;
        const char *noon, *early_open, *open, *close, *late_close;
    } rows[] = {
        {"winter",                      "2000-01-03T17:00:00Z", "2000-01-03T09:00:00Z", "2000-01-03T14:30:00Z",
         "2000-01-03T21:00:00Z",                                                                                                        "2000-01-04T01:00:00Z"},
        {"Friday before the change",    "2011-03-11T17:00:00Z", "2011-03-11T09:00:00Z",
         "2011-03-11T14:30:00Z",                                                                                "2011-03-11T21:00:00Z", "2011-03-12T01:00:00Z"},
        {"Monday after it",             "2011-03-14T17:00:00Z", "2011-03-14T08:00:00Z", "2011-03-14T13:30:00Z",
         "2011-03-14T20:00:00Z",                                                                                                        "2011-03-15T00:00:00Z"},
        {"Monday after the autumn one", "2006-10-30T17:00:00Z", "2006-10-30T09:00:00Z",
         "2006-10-30T14:30:00Z",                                                                                "2006-10-30T21:00:00Z", "2006-10-31T01:00:00Z"},
        {"a half day in winter",        "2023-11-24T17:00:00Z", "2023-11-24T09:00:00Z",
         "2023-11-24T14:30:00Z",                                                                                "2023-11-24T18:00:00Z", "2023-11-24T22:00:00Z"},
        {"the last day of 2035",        "2035-12-31T17:00:00Z", "2035-12-31T09:00:00Z",
         "2035-12-31T14:30:00Z",                                                                                "2035-12-31T21:00:00Z", "2036-01-01T01:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trading_day day = xnys_at(rows[i].noon);
        cr_expect_eq(day.early_open_ns, moment(rows[i].early_open), "%s", rows[i].what);
        cr_expect_eq(day.open_ns, moment(rows[i].open), "%s", rows[i].what);
        cr_expect_eq(day.close_ns, moment(rows[i].close), "%s", rows[i].what);
        cr_expect_eq(day.late_close_ns, moment(rows[i].late_close), "%s", rows[i].what);
    }
    cr_expect(xnys_at("2023-11-24T17:00:00Z").early_close);
    cr_expect_not(xnys_at("2028-12-29T17:00:00Z").provisional);
    cr_expect(xnys_at("2029-01-02T17:00:00Z").provisional);
}

/* Walks the calendar to both ends: neighbours are each other's, and every moment has its answer. */
static int walk(enum calendar_id id, int64_t from_ns, int64_t to_ns)
{
    struct trading_day last;
    int count = 1;
    cr_assert(calendar_day_after(id, from_ns, &last));
    struct trading_day day;
    while (calendar_day_after(id, last.close_ns, &day) && day.open_ns < to_ns) {
        struct trading_day back;
        cr_assert(last.late_close_ns <= day.early_open_ns && last.date < day.date);
        cr_assert(day.early_open_ns <= day.open_ns && day.open_ns < day.close_ns);
        cr_assert(day.close_ns <= day.late_close_ns);
        cr_assert(calendar_day_before(id, day.close_ns - 1, &back) && back.date == last.date);
        cr_assert(calendar_day_before(id, day.close_ns, &back) && back.date == day.date);
        cr_assert(calendar_day_before(id, day.early_open_ns, &back) && back.date == last.date);
        cr_assert(calendar_day_after(id, last.close_ns - 1, &back) && back.date == last.date);
        cr_assert(calendar_day_after(id, day.early_open_ns, &back) && back.date == day.date);
        cr_assert(calendar_day_at(id, day.early_open_ns + 1, &back) && back.date == day.date);
        cr_assert(calendar_day_at(id, day.late_close_ns, &back) && back.date == day.date);
        if (id == CALENDAR_XNYS) {
            cr_assert_not(calendar_day_at(id, day.early_open_ns, &back));
            cr_assert_not(calendar_day_at(id, day.late_close_ns + 1, &back));
        }
        last = day;
        count++;
    }
    return count;
}

Test(calendar, days_follow_each_other_both_ways)
{
    int64_t from_ns = moment("1998-01-01T06:00:00Z");
    int64_t to_ns = moment("2036-01-01T06:00:00Z");
    int count = walk(CALENDAR_XNYS, from_ns, to_ns);
    cr_expect(count > 38 * 250 && count < 38 * 253, "%d", count);
    cr_expect_eq(walk(CALENDAR_ALWAYS, moment("1998-01-01T00:00:00Z"), to_ns), 38 * 365 + 9 + 1);
}

Test(calendar, outside_of_its_years_it_finds_nothing)
{
    static const struct {
        const char *what;
        const char *ts;
        bool covered, has_before, has_after;
    } edges[] = {
        {"the last second before 1998", "1998-01-01T04:59:59Z", false, false, false},
        {"the first of 1998",           "1998-01-01T05:00:00Z", true,  false, true },
        {"the first close",             "1998-01-02T21:00:00Z", true,  true,  true },
        {"the last close",              "2035-12-31T21:00:00Z", true,  true,  false},
        {"the last second of 2035",     "2036-01-01T04:59:59Z", true,  true,  false},
        {"the first of 2036",           "2036-01-01T05:00:00Z", false, false, false},
        {"a session of 1997",           "1997-06-02T16:00:00Z", false, false, false},
        {"a session of 2036",           "2036-06-02T16:00:00Z", false, false, false},
        {"a far past",                  "1700-01-01T00:00:00Z", false, false, false},
        {"a far future",                "2200-12-31T00:00:00Z", false, false, false},
    };
    struct trading_day day;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        int64_t ts_ns = moment(edges[i].ts);
        bool covered = calendar_covers(CALENDAR_XNYS, ts_ns);
        cr_expect_eq(covered, edges[i].covered, "%s", edges[i].what);
        bool before = calendar_day_before(CALENDAR_XNYS, ts_ns, &day);
        cr_expect_eq(before, edges[i].has_before, "%s", edges[i].what);
        bool after = calendar_day_after(CALENDAR_XNYS, ts_ns, &day);
        cr_expect_eq(after, edges[i].has_after, "%s", edges[i].what);
        cr_expect(edges[i].covered || !calendar_day_at(CALENDAR_XNYS, ts_ns, &day), "%s",
                  edges[i].what);
    }
    for (enum calendar_id id = CALENDAR_ALWAYS; id <= CALENDAR_XNYS; id++) {
        cr_expect_not(calendar_covers(id, INT64_MIN));
        cr_expect_not(calendar_covers(id, INT64_MAX));
        cr_expect_not(calendar_day_at(id, INT64_MIN, &day));
        cr_expect_not(calendar_day_at(id, INT64_MAX, &day));
        cr_expect_not(calendar_day_after(id, INT64_MAX, &day));
        cr_expect_not(calendar_day_before(id, INT64_MIN, &day));
    }
    cr_expect(calendar_covers(CALENDAR_ALWAYS, moment("2200-12-31T23:59:59Z")));
    cr_expect_not(
        calendar_day_after(CALENDAR_ALWAYS, moment("2200-12-31T23:59:59Z") + NS_PER_S, &day));
}

Test(calendar, frames_are_counted_from_the_open)
{
    static const struct {
        const char *what;
        int64_t frame_ns;
        const char *end, *frame_start, *frame_end;
    } rows[] = {
        {"the first minute",             NS_PER_MIN,      "2024-07-02T13:31:00Z", "2024-07-02T13:30:00Z",
         "2024-07-02T13:31:00Z"                                                                                                 },
        {"five minutes: the first bar",  5 * NS_PER_MIN,  "2024-07-02T13:31:00Z",
         "2024-07-02T13:30:00Z",                                                                          "2024-07-02T13:35:00Z"},
        {"five minutes: the last bar",   5 * NS_PER_MIN,  "2024-07-02T13:35:00Z",
         "2024-07-02T13:30:00Z",                                                                          "2024-07-02T13:35:00Z"},
        {"five minutes: the next",       5 * NS_PER_MIN,  "2024-07-02T13:36:00Z", "2024-07-02T13:35:00Z",
         "2024-07-02T13:40:00Z"                                                                                                 },
        {"an hour begins at half past",  NS_PER_HOUR,     "2024-07-02T14:31:00Z", "2024-07-02T14:30:00Z",
         "2024-07-02T15:30:00Z"                                                                                                 },
        {"the last hour is half of one", NS_PER_HOUR,     "2024-07-02T20:00:00Z",
         "2024-07-02T19:30:00Z",                                                                          "2024-07-02T20:00:00Z"},
        {"four hours, cut at the close", 4 * NS_PER_HOUR, "2024-07-02T18:00:00Z",
         "2024-07-02T17:30:00Z",                                                                          "2024-07-02T20:00:00Z"},
        {"the last hour of a half day",  NS_PER_HOUR,     "2024-07-03T16:45:00Z", "2024-07-03T16:30:00Z",
         "2024-07-03T17:00:00Z"                                                                                                 },
        {"seven minutes, the last two",  7 * NS_PER_MIN,  "2024-07-02T20:00:00Z",
         "2024-07-02T19:55:00Z",                                                                          "2024-07-02T20:00:00Z"},
        {"a day is the session",         NS_PER_DAY,      "2024-07-02T15:00:00Z", "2024-07-02T13:30:00Z",
         "2024-07-02T20:00:00Z"                                                                                                 },
        {"also half a day",              NS_PER_DAY,      "2024-07-03T17:00:00Z", "2024-07-03T13:30:00Z",
         "2024-07-03T17:00:00Z"                                                                                                 },
        {"before the open: up to it",    NS_PER_HOUR,     "2024-07-02T13:30:00Z", "2024-07-02T12:30:00Z",
         "2024-07-02T13:30:00Z"                                                                                                 },
        {"the first, cut at 04:00",      NS_PER_HOUR,     "2024-07-02T08:01:00Z", "2024-07-02T08:00:00Z",
         "2024-07-02T08:30:00Z"                                                                                                 },
        {"after the close: from it",     NS_PER_HOUR,     "2024-07-02T20:01:00Z", "2024-07-02T20:00:00Z",
         "2024-07-02T20:30:00Z"                                                                                                 },
        {"the next after the close",     NS_PER_HOUR,     "2024-07-02T20:31:00Z", "2024-07-02T20:30:00Z",
         "2024-07-02T21:30:00Z"                                                                                                 },
        {"the last, cut at 20:00",       NS_PER_HOUR,     "2024-07-03T00:00:00Z", "2024-07-02T23:30:00Z",
         "2024-07-03T00:00:00Z"                                                                                                 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trading_day day = xnys_at(rows[i].end);
        struct frame frame = {0};
        cr_assert(calendar_frame(&day, rows[i].frame_ns, moment(rows[i].end), &frame), "%s",
                  rows[i].what);
        cr_expect_eq(frame.start_ns, moment(rows[i].frame_start), "%s", rows[i].what);
        cr_expect_eq(frame.end_ns, moment(rows[i].frame_end), "%s", rows[i].what);
    }
}

Test(calendar, no_frame_outside_of_the_day)
{
    struct trading_day day = xnys_at("2024-07-02T15:00:00Z");
    struct frame frame;
    cr_expect_not(calendar_frame(&day, NS_PER_MIN, day.early_open_ns, &frame));
    cr_expect_not(calendar_frame(&day, NS_PER_MIN, day.late_close_ns + 1, &frame));
    cr_expect_not(calendar_frame(&day, NS_PER_DAY, day.open_ns, &frame), "1d is regular alone");
    cr_expect_not(calendar_frame(&day, NS_PER_DAY, day.close_ns + 1, &frame));
    cr_expect(calendar_frame(&day, NS_PER_DAY, day.close_ns, &frame));
}

/* Frames of one length cover a day without gap or overlap, and each holds the bars in it. */
static void expect_tiles(const struct trading_day *day, int64_t frame_ns)
{
    int64_t at_ns = day->early_open_ns;
    bool met_open = false;
    bool met_close = false;
    while (at_ns < day->late_close_ns) {
        struct frame first;
        struct frame last;
        cr_assert(calendar_frame(day, frame_ns, at_ns + 1, &first));
        cr_assert_eq(first.start_ns, at_ns);
        cr_assert(first.end_ns > at_ns && first.end_ns <= at_ns + frame_ns);
        cr_assert(calendar_frame(day, frame_ns, first.end_ns, &last));
        cr_assert(last.start_ns == first.start_ns && last.end_ns == first.end_ns);
        met_open |= at_ns == day->open_ns;
        at_ns = first.end_ns;
        met_close |= at_ns == day->close_ns;
    }
    cr_assert(at_ns == day->late_close_ns && met_open && met_close);
}

Test(calendar, frames_tile_the_day)
{
    static const int64_t minutes[] = {1, 2, 3, 5, 7, 10, 15, 30, 45, 60, 120, 240, 390, 1439};
    static const char *const ends[] = {"2024-07-02T15:00:00Z", "2024-07-03T15:00:00Z",
                                       "2011-03-14T15:00:00Z"};
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            struct trading_day day = xnys_at(ends[k]);
            expect_tiles(&day, minutes[i] * NS_PER_MIN);
            cr_assert(calendar_day_at(CALENDAR_ALWAYS, moment(ends[k]), &day));
            expect_tiles(&day, minutes[i] * NS_PER_MIN);
        }
    }
    struct trading_day always;
    cr_assert(calendar_day_at(CALENDAR_ALWAYS, 1, &always));
    expect_tiles(&always, NS_PER_DAY);
}

Test(calendar, weeks_are_iso_weeks_and_months_have_years)
{
    static const struct {
        const char *what;
        struct utc_date a, b;
        bool same_week, same_month;
    } pairs[] = {
        {"Monday and Sunday",         {2024, 7, 1},   {2024, 7, 7},   true,  true },
        {"Sunday and Monday",         {2024, 7, 7},   {2024, 7, 8},   false, true },
        {"over the turn of the year", {2024, 12, 31}, {2025, 1, 2},   true,  false},
        {"over the turn of a month",  {2024, 7, 31},  {2024, 8, 1},   true,  false},
        {"the same day a year later", {2023, 7, 3},   {2024, 7, 3},   false, false},
        {"a week apart",              {2024, 7, 3},   {2024, 7, 10},  false, true },
        {"around 1970",               {1969, 12, 29}, {1970, 1, 4},   true,  false},
        {"before 1970",               {1969, 12, 28}, {1969, 12, 29}, false, true },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int32_t a = (int32_t)utc_days(pairs[i].a);
        int32_t b = (int32_t)utc_days(pairs[i].b);
        cr_expect_eq(calendar_same_week(a, b), pairs[i].same_week, "%s", pairs[i].what);
        cr_expect_eq(calendar_same_week(b, a), pairs[i].same_week, "%s", pairs[i].what);
        cr_expect_eq(calendar_same_month(a, b), pairs[i].same_month, "%s", pairs[i].what);
    }
}
