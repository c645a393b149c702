/* quality_test.c: what is missing or wrong is found where it is, and nothing else is. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/utc.h"
#include "data/quality.h"
#include "data/reading_test.h"

static struct quality measure_text(const char *text, struct reading *reading)
{
    struct quality quality;
    *reading = read_text(text, false);
    cr_assert_eq(reading->err, ERR_OK, "%s", reading->problem.text);
    quality_measure(&reading->bars, &quality);
    return quality;
}

static void expect_finding(const struct quality *quality, size_t i, enum quality_kind kind,
                           const char *at)
{
    char text[UTC_TEXT_SIZE];
    cr_assert_lt(i, quality->finding_count);
    (void)utc_format(quality->findings[i].at_ns, text);
    cr_assert_eq(quality->findings[i].kind, kind);
    cr_assert_str_eq(text, at);
}

#define DAYS "symbol,date,open,high,low,close,volume\n"

/* Monday, Wednesday, Saturday and Monday: Tuesday, Thursday and Friday are missing. */
Test(quality, days_are_sessions_and_sessions_have_days)
{
    struct reading reading;
    struct quality quality = measure_text(DAYS "A,2019-02-11,1,1,1,1,5\nA,2019-02-13,1,1,1,1,5\n"
                                               "A,2019-02-16,1,1,1,1,0\nA,2019-02-19,1,1,1,1,5\n",
                                          &reading);
    cr_assert_eq(quality.all.sessions, 6); /* Monday 18 was Washington's Birthday */
    cr_assert_eq(quality.all.found[QUALITY_SESSION], 3);
    cr_assert_eq(quality.all.found[QUALITY_OFF_SESSION], 1);
    expect_finding(&quality, 0, QUALITY_SESSION, "2019-02-12T00:00:00Z");
    expect_finding(&quality, 1, QUALITY_SESSION, "2019-02-14T00:00:00Z");
    expect_finding(&quality, 2, QUALITY_SESSION, "2019-02-15T00:00:00Z");
    expect_finding(&quality, 3, QUALITY_OFF_SESSION, "2019-02-16T00:00:00Z");
    cr_assert_eq(quality.all.zero_volume, 1);
    cr_assert_eq(quality.all.repeats, 1);
    quality_finish(&quality);
    reading_finish(&reading);
}

/* Hours on the full hour: the bar of 09:00 holds the open. One in the middle is missing, then the
 * rest of an early close, then a whole day. */
Test(quality, bars_of_a_session_are_counted_by_its_slots)
{
    struct reading reading;
    struct quality quality = measure_text("symbol,ts_utc,open,high,low,close,volume\n"
                                          "A,2018-11-23T13:00:00Z,1,1,1,1,1\n" /* before the open */
                                          "A,2018-11-23T14:00:00Z,1,1,1,1,2\n"
                                          "A,2018-11-23T16:00:00Z,1,1,1,1,3\n" /* closes at 18:00 */
                                          "A,2018-11-27T14:00:00Z,1,1,1,1,4\n"
                                          "A,2018-11-27T15:00:00Z,1,1,1,1,5\n",
                                          &reading);
    cr_assert_eq(quality.all.sessions, 3);
    cr_assert_eq(quality.all.expected, 4 + 2);
    cr_assert_eq(quality.all.missing, 2);
    cr_assert_eq(quality.all.outside, 1);
    expect_finding(&quality, 0, QUALITY_GAP, "2018-11-23T15:30:00Z");
    expect_finding(&quality, 1, QUALITY_GAP, "2018-11-23T17:30:00Z");
    expect_finding(&quality, 2, QUALITY_SESSION, "2018-11-26T14:30:00Z");
    cr_assert_eq(quality.finding_count, 3);
    quality_finish(&quality);
    reading_finish(&reading);
}

Test(quality, outliers_reach_beyond_both_neighbours)
{
    struct reading reading;
    struct quality quality =
        measure_text(DAYS "A,2019-02-11,100,101,99,100,1\nA,2019-02-12,100,112,99,100,2\n"
                          "A,2019-02-13,100,101,99,100,3\nA,2019-02-14,100,101,88,100,4\n"
                          "A,2019-02-15,100,101,99,100,5\nA,2019-02-19,110,111,109,110,6\n"
                          "A,2019-02-20,110,111,109,110,7\n",
                     &reading);
    cr_assert_eq(quality.finding_count, 2); /* the new level is none */
    expect_finding(&quality, 0, QUALITY_OUTLIER, "2019-02-12T00:00:00Z");
    expect_finding(&quality, 1, QUALITY_OUTLIER, "2019-02-14T00:00:00Z");
    cr_assert_lt(fabs(quality.findings[0].ratio - 11.0 / 101.0), 1e-6);
    cr_assert_lt(fabs(quality.findings[1].ratio - 11.0 / 99.0), 1e-6);
    quality_finish(&quality);
    reading_finish(&reading);
}

Test(quality, jumps_have_the_nearest_simple_split)
{
    static const struct {
        const char *open;
        bool jump;
        uint32_t split, splits;
    } cases[] = {
        {"135",  false, 0,  0 },
        {"136",  true,  2,  3 },
        {"65",   false, 0,  0 },
        {"64",   true,  3,  2 },
        {"51",   true,  2,  1 },
        {"14.2", true,  7,  1 },
        {"1003", true,  1,  10},
        {"5",    true,  20, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading;
        char *text = xasprintf(DAYS "A,2019-02-11,100,100,100,100,1\nA,2019-02-12,%s,%s,%s,%s,1\n",
                               cases[i].open, cases[i].open, cases[i].open, cases[i].open);
        struct quality quality = measure_text(text, &reading);
        cr_assert_eq(quality.all.found[QUALITY_JUMP], cases[i].jump ? 1 : 0, "%s", cases[i].open);
        if (cases[i].jump) {
            cr_assert_eq(quality.findings[0].split, cases[i].split, "%s", cases[i].open);
            cr_assert_eq(quality.findings[0].splits, cases[i].splits, "%s", cases[i].open);
        }
        quality_finish(&quality);
        reading_finish(&reading);
        free(text);
    }
}

/* The figures that others counted in the same files (checks.json and the README beside them). */
Test(quality, counts_of_real_files_are_those_that_others_found)
{
    static const struct {
        const char *name;
        uint64_t missing, outside, jumps, off_session;
    } cases[] = {
        {"equity/minute/bars_SPY_1min_20190211-20190215.csv.gz",      0,   0,    0,  0},
        {"equity/minute/bars_SLV_1min_20190211-20190215.csv.gz",      174, 0,    0,  0},
        {"equity/minute/bars_SPY_5min_2018-2019.csv.gz",              420, 0,    0,  0},
        {"equity/minute/bars_AAPL_1min_20140605-20140609.csv.gz",     0,   1133, 1,  0},
        {"equity/minute/bars_IBM_1min_20131004-20131009.csv.gz",      1,   152,  0,  0},
        {"equity/daily/bars_AAPL_1day_19980102-20210331.csv.gz",      0,   0,    5,  0},
        {"equity/daily/bars_SPY_1day_19980102-20210331.csv.gz",       0,   0,    0,  0},
        {"equity/daily/bars_US-LIQUID_1day_20150320-20170331.csv.gz", 0,   0,    62, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = shared_file(cases[i].name);
        if (path == NULL) {
            cr_skip_test("the shared data is not here");
        }
        struct import_options skip = {.skip_bad = true};
        struct reading reading = read_path(path, &skip);
        struct quality quality;
        cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
        quality_measure(&reading.bars, &quality);
        const struct quality_counts *all = &quality.all;
        cr_assert_eq(all->missing, cases[i].missing, "%s: %lu missing", path, all->missing);
        cr_assert_eq(all->outside, cases[i].outside, "%s: %lu outside", path, all->outside);
        cr_assert_eq(all->found[QUALITY_JUMP], cases[i].jumps, "%s: %lu jumps", path,
                     all->found[QUALITY_JUMP]);
        cr_assert_eq(all->found[QUALITY_OFF_SESSION], cases[i].off_session, "%s: %lu", path,
                     all->found[QUALITY_OFF_SESSION]);
        quality_finish(&quality);
        reading_finish(&reading);
        free(path);
    }
}
