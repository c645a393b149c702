/* new_york_test.c: New York's clocks against the zone file of the system. */
#include "market/new_york.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/utc.h"

/* 1987-01-01 and 2100-01-01 in seconds; the C library knows the rule beyond its tables. */
static const int64_t first_s = INT64_C(536457600);
static const int64_t last_s = INT64_C(4102444800);

/* The zone file's wall time minus UTC, in seconds, and its local date. */
static int64_t zone_offset_s(int64_t ts_s, int32_t *date)
{
    time_t time = ts_s;
    struct tm tm;
    cr_assert_not_null(localtime_r(&time, &tm));
    *date = (int32_t)utc_days((struct utc_date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday});
    return tm.tm_gmtoff;
}

/* Skips the test where the system has no zone files: then every zone is UTC. */
static void use_zone(void)
{
    int32_t date;
    cr_assert_eq(setenv("TZ", "America/New_York", 1), 0);
    tzset();
    if (zone_offset_s(0, &date) == 0) {
        cr_skip_test("the system has no time zone files");
    }
}

static void expect_agreement(int64_t ts_s, int64_t ns)
{
    int64_t ts_ns = ts_s * NS_PER_S + ns;
    int32_t date;
    int64_t offset_s = zone_offset_s(ts_s, &date);
    cr_assert_eq(new_york_offset_ns(ts_ns), offset_s * NS_PER_S, "second %" PRId64, ts_s);
    cr_assert_eq(new_york_date(ts_ns), date, "second %" PRId64, ts_s);
}

Test(new_york, every_half_hour_and_every_change_agree_with_the_zone_file)
{
    use_zone();
    int32_t date;
    int64_t changes = 0;
    int64_t last_offset_s = zone_offset_s(first_s, &date);
    for (int64_t ts_s = first_s; ts_s < last_s; ts_s += 1800) {
        expect_agreement(ts_s, 0);
        expect_agreement(ts_s + 1799, NS_PER_S - 1);
        int64_t offset_s = zone_offset_s(ts_s, &date);
        if (offset_s != last_offset_s) {
            changes++;
            for (int64_t around_s = ts_s - 3; around_s <= ts_s + 3; around_s++) {
                expect_agreement(around_s, 0);
                expect_agreement(around_s, NS_PER_S - 1);
            }
        }
        last_offset_s = offset_s;
    }
    cr_assert_eq(changes, 2 * (2100 - 1987));
}

/* By search: the first moment at which the zone file shows the time, else (spring) an hour on. */
static int64_t utc_by_search_s(int64_t wall_s)
{
    int32_t date;
    for (int64_t behind_s = 4 * 3600; behind_s <= 5 * 3600; behind_s += 3600) {
        if (zone_offset_s(wall_s + behind_s, &date) == -behind_s) {
            return wall_s + behind_s;
        }
    }
    return wall_s + 5 * 3600;
}

Test(new_york, wall_times_come_back_also_where_clocks_change)
{
    use_zone();
    int64_t left_out = 0;
    for (int64_t wall_s = first_s; wall_s < last_s; wall_s += 1800) {
        int64_t want_s = utc_by_search_s(wall_s);
        int64_t date = utc_day_of(wall_s * NS_PER_S);
        int64_t time_ns = wall_s * NS_PER_S - date * NS_PER_DAY;
        int64_t ts_ns = new_york_utc((int32_t)date, time_ns);
        cr_assert_eq(ts_ns, want_s * NS_PER_S, "wall second %" PRId64, wall_s);
        left_out += ts_ns + new_york_offset_ns(ts_ns) != wall_s * NS_PER_S;
    }
    cr_assert_eq(left_out, 2 * (2100 - 1987), "two half hours each spring");
}

Test(new_york, known_moments)
{
    static const struct {
        const char *what;
        const char *utc;
        struct utc_date date;
        int64_t hour, minute; /* on the wall */
    } cases[] = {
        {"the open in winter",               "2000-01-03T14:30:00Z", {2000, 1, 3},   9,  30},
        {"the open in summer",               "2035-07-02T13:30:00Z", {2035, 7, 2},   9,  30},
        {"the last hour of winter, 2006",    "2006-04-02T06:59:00Z", {2006, 4, 2},   1,  59},
        {"the first of summer, 2006",        "2006-04-02T07:00:00Z", {2006, 4, 2},   3,  0 },
        {"old rule: March is winter",        "2006-03-13T14:30:00Z", {2006, 3, 13},  9,  30},
        {"new rule: March is summer",        "2007-03-12T13:30:00Z", {2007, 3, 12},  9,  30},
        {"old rule: November is winter",     "2006-11-01T14:30:00Z", {2006, 11, 1},  9,  30},
        {"new rule: the first of November",  "2007-11-01T13:30:00Z", {2007, 11, 1},  9,  30},
        {"shown twice in autumn: the first", "2023-11-05T05:30:00Z", {2023, 11, 5},  1,  30},
        {"evening is the next day in UTC",   "2024-01-01T01:00:00Z", {2023, 12, 31}, 20, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ts_ns = 0;
        int32_t date = (int32_t)utc_days(cases[i].date);
        int64_t time_ns = cases[i].hour * NS_PER_HOUR + cases[i].minute * NS_PER_MIN;
        cr_assert_eq(utc_parse(cases[i].utc, 20, &ts_ns), ERR_OK);
        cr_expect_eq(new_york_utc(date, time_ns), ts_ns, "%s", cases[i].what);
        cr_expect_eq(new_york_date(ts_ns), date, "%s", cases[i].what);
        cr_expect_eq(ts_ns + new_york_offset_ns(ts_ns), date * NS_PER_DAY + time_ns, "%s",
                     cases[i].what);
    }
}

Test(new_york, a_time_left_out_in_spring_moves_forward)
{
    int32_t date = (int32_t)utc_days((struct utc_date){2024, 3, 10});
    int64_t half_past_two_ns = new_york_utc(date, 2 * NS_PER_HOUR + 30 * NS_PER_MIN);
    int64_t half_past_three_ns = new_york_utc(date, 3 * NS_PER_HOUR + 30 * NS_PER_MIN);
    cr_expect_eq(half_past_two_ns, half_past_three_ns);
}
