/* xnys_test.c: the exchange's days against published tables and against the days on which SPY
 * really traded. */
#include "market/xnys.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/utc.h"
#include "data/data_test.h"

enum { DATE_MAX = 30000 }; /* days since 1970: beyond 2035 */

static int32_t days(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)utc_days((struct utc_date){year, month, day});
}

static int32_t date_read(const char *text)
{
    int64_t ts_ns = 0;
    cr_assert_eq(utc_parse_date(text, 10, &ts_ns), ERR_OK, "%.10s", text);
    return (int32_t)utc_day_of(ts_ns);
}

static void expect_hours(int32_t date, enum xnys_hours want, const char *what)
{
    struct utc_date civil = utc_date(date);
    cr_expect_eq(xnys_hours(date), want, "%04d-%02d-%02d %s: %d, not %d", civil.year, civil.month,
                 civil.day, what, (int)xnys_hours(date), (int)want);
}

Test(xnys, equals_the_table_of_holidays_and_early_closes)
{
    char *path = shared_file("calendar/holidays_XNYS_2000-2027.csv");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    static enum xnys_hours want[DATE_MAX];
    for (int32_t date = days(2000, 1, 1); date <= days(2027, 12, 31); date++) {
        int32_t of_week = (date + 3) % 7; /* 0: Monday */
        want[date] = of_week < 5 ? XNYS_FULL : XNYS_CLOSED;
    }
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    char line[128];
    int rows = 0;
    cr_assert_not_null(fgets(line, sizeof line, file), "a header");
    while (fgets(line, sizeof line, file) != NULL) {
        bool closed = strncmp(line + 11, "closed,", 7) == 0;
        cr_assert(closed || strncmp(line + 11, "early_close_13:00_ET,", 21) == 0, "%s", line);
        want[date_read(line)] = closed ? XNYS_CLOSED : XNYS_EARLY_CLOSE;
        rows++;
    }
    (void)fclose(file);
    free(path);
    cr_assert_gt(rows, 300);
    for (int32_t date = days(2000, 1, 1); date <= days(2027, 12, 31); date++) {
        expect_hours(date, want[date], "in the table");
    }
}

/* The exchange's own notices, the last one of 2025-12-23 for 2026 to 2028. */
Test(xnys, the_published_calendar_of_2028)
{
    static const struct {
        struct utc_date date;
        enum xnys_hours hours;
    } notice[] = {
        {{2028, 1, 17},  XNYS_CLOSED     },
        {{2028, 2, 21},  XNYS_CLOSED     },
        {{2028, 4, 14},  XNYS_CLOSED     },
        {{2028, 5, 29},  XNYS_CLOSED     },
        {{2028, 6, 19},  XNYS_CLOSED     },
        {{2028, 7, 3},   XNYS_EARLY_CLOSE},
        {{2028, 7, 4},   XNYS_CLOSED     },
        {{2028, 9, 4},   XNYS_CLOSED     },
        {{2028, 11, 23}, XNYS_CLOSED     },
        {{2028, 11, 24}, XNYS_EARLY_CLOSE},
        {{2028, 12, 25}, XNYS_CLOSED     },
    };
    size_t at = 0;
    for (int32_t date = days(2028, 1, 1); date <= days(2028, 12, 31); date++) {
        int32_t of_week = (date + 3) % 7;
        enum xnys_hours want = of_week < 5 ? XNYS_FULL : XNYS_CLOSED;
        if (at < sizeof notice / sizeof notice[0] && date == utc_days(notice[at].date)) {
            want = notice[at++].hours;
        }
        expect_hours(date, want, "in the notice");
    }
    cr_assert_eq(at, sizeof notice / sizeof notice[0]);
}

/* SPY trades on every day of the exchange. */
Test(xnys, is_open_on_exactly_the_days_on_which_spy_traded)
{
    char *path = shared_file("equity/daily/bars_SPY_1day_19980102-20210331.csv.gz");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    static bool traded[DATE_MAX];
    gzFile file = gzopen(path, "rb");
    cr_assert_not_null(file);
    char line[256];
    cr_assert_not_null(gzgets(file, line, sizeof line), "a header");
    while (gzgets(file, line, sizeof line) != NULL) {
        cr_assert_eq(strncmp(line, "SPY,", 4), 0);
        traded[date_read(line + 4)] = true;
    }
    cr_assert_eq(gzclose(file), Z_OK);
    free(path);
    int open_days = 0;
    for (int32_t date = days(1998, 1, 1); date <= days(2021, 3, 31); date++) {
        struct utc_date civil = utc_date(date);
        cr_expect_eq(xnys_hours(date) != XNYS_CLOSED, traded[date], "%04d-%02d-%02d", civil.year,
                     civil.month, civil.day);
        open_days += traded[date];
    }
    cr_assert_eq(open_days, 5849);
}

Test(xnys, rules_and_exceptions)
{
    static const struct {
        const char *what;
        struct utc_date date;
        enum xnys_hours hours;
    } cases[] = {
        {"the first Martin Luther King Jr. Day",         {1998, 1, 19},  XNYS_CLOSED     },
        {"the eve of 2000",                              {1999, 12, 31}, XNYS_EARLY_CLOSE},
        {"2000 begins on a Saturday, Monday trades",     {2000, 1, 3},   XNYS_FULL       },
        {"New Year's Day on a Saturday is not kept",     {2004, 12, 31}, XNYS_FULL       },
        {"nor in the provisional years",                 {2032, 12, 31}, XNYS_FULL       },
        {"New Year's Day on a Sunday is kept on Monday", {2023, 1, 2},   XNYS_CLOSED     },
        {"no Juneteenth before 2022",                    {2020, 6, 19},  XNYS_FULL       },
        {"Juneteenth on a Friday before 2022",           {2015, 6, 19},  XNYS_FULL       },
        {"Juneteenth of 2022, a Sunday",                 {2022, 6, 20},  XNYS_CLOSED     },
        {"Juneteenth of 2027, a Saturday",               {2027, 6, 18},  XNYS_CLOSED     },
        {"Christmas of 2010, a Saturday",                {2010, 12, 24}, XNYS_CLOSED     },
        {"Christmas of 2022, a Sunday",                  {2022, 12, 26}, XNYS_CLOSED     },
        {"Good Friday of 2008, early",                   {2008, 3, 21},  XNYS_CLOSED     },
        {"Good Friday of 2035, early",                   {2035, 3, 23},  XNYS_CLOSED     },
        {"Good Friday of 2000, late",                    {2000, 4, 21},  XNYS_CLOSED     },
        {"Good Friday of 2030",                          {2030, 4, 19},  XNYS_CLOSED     },
        {"the Monday after Easter trades",               {2024, 4, 1},   XNYS_FULL       },
        {"2001-09-10",                                   {2001, 9, 10},  XNYS_FULL       },
        {"2001-09-14",                                   {2001, 9, 14},  XNYS_CLOSED     },
        {"2001-09-17",                                   {2001, 9, 17},  XNYS_FULL       },
        {"the day after Independence Day, 2002",         {2002, 7, 5},   XNYS_EARLY_CLOSE},
        {"and its eve, a Wednesday",                     {2002, 7, 3},   XNYS_FULL       },
        {"the day after Independence Day, 2013",         {2013, 7, 5},   XNYS_FULL       },
        {"and its eve, a Wednesday",                     {2013, 7, 3},   XNYS_EARLY_CLOSE},
        {"the day after Christmas, 2003",                {2003, 12, 26}, XNYS_EARLY_CLOSE},
        {"the day before a Christmas kept on Friday",    {2021, 12, 23}, XNYS_FULL       },
        {"Christmas Eve of 2035, a Monday",              {2035, 12, 24}, XNYS_EARLY_CLOSE},
        {"the last day of 2035",                         {2035, 12, 31}, XNYS_FULL       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_hours((int32_t)utc_days(cases[i].date), cases[i].hours, cases[i].what);
    }
}

/* 251 to 253 days, nine or ten holidays: no rule runs wild in the years that no table covers. */
Test(xnys, every_year_has_the_right_number_of_days)
{
    for (int32_t year = 1998; year <= 2035; year++) {
        int open_days = 0;
        int holidays = 0;
        int early = 0;
        for (int32_t date = days(year, 1, 1); date <= days(year, 12, 31); date++) {
            bool weekend = (date + 3) % 7 >= 5;
            enum xnys_hours hours = xnys_hours(date);
            cr_assert(!weekend || hours == XNYS_CLOSED);
            open_days += hours != XNYS_CLOSED;
            holidays += !weekend && hours == XNYS_CLOSED;
            early += hours == XNYS_EARLY_CLOSE;
        }
        bool extra = year == 2001 || year == 2004 || year == 2007 || year == 2012 || year == 2018 ||
                     year == 2025;
        int regular = year >= 2022 ? 10 : 9;
        /* One less when New Year's Day is a Saturday. */
        bool saturday = (days(year, 1, 1) + 3) % 7 == 5;
        cr_expect(extra || holidays == regular - saturday, "%d: %d", year, holidays);
        cr_expect(open_days >= 248 && open_days <= 253, "%d: %d", year, open_days);
        cr_expect(early >= 1 && early <= 4, "%d: %d early closes", year, early);
    }
}
