/* utc_test.c: the civil calendar against known dates and against the C library's. */
#include "base/utc.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sys/clock.h"

static const struct {
    struct utc_date date;
    int64_t days;
} known[] = {
    {{1970, 1, 1},   0     },
    {{1969, 12, 31}, -1    },
    {{1970, 3, 1},   59    },
    {{1972, 2, 29},  789   },
    {{2000, 2, 29},  11016 },
    {{2000, 3, 1},   11017 },
    {{2024, 1, 1},   19723 },
    {{2024, 12, 31}, 20088 },
    {{1900, 3, 1},   -25508},
    {{1700, 1, 1},   -98615},
    {{2200, 12, 31}, 84370 },
};

Test(utc, known_dates_have_their_day)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct utc_date back = utc_date(known[i].days);
        cr_expect_eq(utc_days(known[i].date), known[i].days, "%d: %" PRId64, known[i].date.year,
                     utc_days(known[i].date));
        cr_expect_eq(back.year, known[i].date.year);
        cr_expect_eq(back.month, known[i].date.month);
        cr_expect_eq(back.day, known[i].date.day);
    }
}

Test(utc, every_day_of_the_valid_years_comes_back_and_follows_the_one_before)
{
    struct utc_date last = {1699, 12, 31};
    for (int64_t days = utc_days((struct utc_date){1700, 1, 1});
         days <= utc_days((struct utc_date){2200, 12, 31}); days++) {
        struct utc_date date = utc_date(days);
        cr_assert_eq(utc_days(date), days);
        bool next_day =
            date.year == last.year && date.month == last.month && date.day == last.day + 1;
        bool next_month = date.year == last.year && date.month == last.month + 1 && date.day == 1;
        bool next_year = date.year == last.year + 1 && date.month == 1 && date.day == 1 &&
                         last.month == 12 && last.day == 31;
        cr_assert(next_day || next_month || next_year, "day %" PRId64, days);
        last = date;
    }
}

/* SplitMix64. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* A text by the C library's calendar must be read as timegm()'s moment and written back. */
Test(utc, random_moments_agree_with_the_c_library)
{
    const char *given = getenv("SEED");
    uint64_t state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)clock_utc_ns();
    (void)fprintf(stderr, "moments: SEED=%" PRIu64 "\n", state);
    for (int i = 0; i < 100000; i++) {
        struct tm tm = {
            .tm_year = (int)(next_random(&state) % 501) - 200,
            .tm_mon = (int)(next_random(&state) % 12),
            .tm_mday = 1 + (int)(next_random(&state) % 28),
            .tm_hour = (int)(next_random(&state) % 24),
            .tm_min = (int)(next_random(&state) % 60),
            .tm_sec = (int)(next_random(&state) % 60),
        };
        char want[64];
        char text[UTC_TEXT_SIZE];
        int64_t ts_ns = 0;
        (void)snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        cr_assert_eq(utc_parse(want, strlen(want), &ts_ns), ERR_OK, "%s", want);
        cr_assert_eq(ts_ns, (int64_t)timegm(&tm) * NS_PER_S, "%s", want);
        cr_assert_eq(utc_format(ts_ns, text), strlen(want));
        cr_assert_str_eq(text, want);
        int64_t day_ns =
            ts_ns - ((int64_t)tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * NS_PER_S;
        cr_assert_eq(utc_day_of(ts_ns) * NS_PER_DAY, day_ns, "%s", want);
    }
}

Test(utc, random_nanoseconds_come_back)
{
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        int64_t ts_ns = (int64_t)(next_random(&state) % UINT64_C(7000000000000000000));
        ts_ns = next_random(&state) & 1 ? -ts_ns : ts_ns;
        char text[UTC_TEXT_SIZE];
        int64_t back = 0;
        size_t length = utc_format(ts_ns, text);
        cr_assert_lt(length, UTC_TEXT_SIZE);
        cr_assert_eq(utc_parse(text, length, &back), ERR_OK, "%s", text);
        cr_assert_eq(back, ts_ns, "%s", text);
    }
}

Test(utc, format_writes_as_many_decimals_as_needed)
{
    static const struct {
        int64_t ts_ns;
        const char *want;
    } cases[] = {
        {0,                            "1970-01-01T00:00:00Z"          },
        {-1,                           "1969-12-31T23:59:59.999999999Z"},
        {500 * NS_PER_MS,              "1970-01-01T00:00:00.500Z"      },
        {1500,                         "1970-01-01T00:00:00.000001500Z"},
        {1000,                         "1970-01-01T00:00:00.000001Z"   },
        {INT64_C(1549895400123456789), "2019-02-11T14:30:00.123456789Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[UTC_TEXT_SIZE];
        cr_expect_eq(utc_format(cases[i].ts_ns, text), strlen(cases[i].want));
        cr_expect_str_eq(text, cases[i].want);
    }
}

Test(utc, parse_reads_its_forms_only)
{
    static const char *const wrong[] = {
        "",
        "2019-02-11",
        "2019-02-11T14:30:00",
        "2019-02-11 14:30:00Z",
        "2019-02-11T14:30:00z",
        "2019-02-11T14:30Z",
        "2019-02-11T14:30:00-05:00",
        "2019-02-11T14:30:00+00:0",
        "2019-02-11T14:30:00+0000",
        "2019-02-11T14:30:00.Z",
        "2019-02-11T14:30:00.1234567890Z",
        "2019-02-11T14:30:00.5",
        "2019-02-11T14:30:00.5x",
        "2019-02-11T14:30:00ZZ",
        "2019-02-11T24:00:00Z",
        "2019-02-11T23:60:00Z",
        "2016-12-31T23:59:60Z",
        "2019-02-11T1x:30:00Z",
        "2019-02-11T14-30:00Z",
        "2019-02-11T14:30-00Z",
        "2019-02-29T14:30:00Z",
        "1900-02-29T00:00:00Z",
        "1699-12-31T00:00:00Z",
        "2201-01-01T00:00:00Z",
        "2019-00-11T14:30:00Z",
        "2019-13-11T14:30:00Z",
        "2019-04-31T14:30:00Z",
        "2019-04-00T14:30:00Z",
    };
    int64_t ts_ns = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(utc_parse(wrong[i], strlen(wrong[i]), &ts_ns), ERR_FORMAT, "%s", wrong[i]);
        cr_expect_eq(ts_ns, 7);
    }
    cr_expect_eq(utc_parse("2019-02-11T14:30:00.5+00:00", 27, &ts_ns), ERR_OK);
    cr_expect_eq(ts_ns, INT64_C(1549895400500000000));
    cr_expect_eq(utc_parse("2000-02-29T00:00:00Z", 20, &ts_ns), ERR_OK);
}

Test(utc, parse_date_reads_ten_characters)
{
    int64_t ts_ns = 7;
    cr_expect_eq(utc_parse_date("2019-2-11", 9, &ts_ns), ERR_FORMAT);
    cr_expect_eq(utc_parse_date("2019-02-111", 11, &ts_ns), ERR_FORMAT);
    cr_expect_eq(utc_parse_date("2019/02/11", 10, &ts_ns), ERR_FORMAT);
    cr_expect_eq(utc_parse_date("2019-02/11", 10, &ts_ns), ERR_FORMAT);
    cr_expect_eq(utc_parse_date("2023-02-29", 10, &ts_ns), ERR_FORMAT);
    cr_expect_eq(ts_ns, 7);
    cr_expect_eq(utc_parse_date("2024-02-29", 10, &ts_ns), ERR_OK);
    cr_expect_eq(ts_ns, 19782 * NS_PER_DAY);
}
