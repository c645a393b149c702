/* day_bars_test.c: dates become sessions: whole days, half days, winter and summer. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/data_test.h"
#include "data/day_bars.h"

static char *folder;

static void set_up(void)
{
    folder = folder_create();
}

static void tear_down(void)
{
    folder_remove(folder);
}

TestSuite(day_bars, .init = set_up, .fini = tear_down);

static int64_t at(const char *text)
{
    int64_t ns;
    cr_assert_eq(utc_parse(text, strlen(text), &ns), ERR_OK, "%s", text);
    return ns;
}

static void open_text(const char *text, const struct import_options *options, struct bars *bars)
{
    char *path = xasprintf("%s/days.csv", folder);
    struct problem problem;
    file_write(path, text, strlen(text));
    cr_assert_eq(bars_open(path, options, bars, NULL, &problem), ERR_OK, "%s", problem.text);
    free(path);
}

/* Hours as the exchange published them: 2013-07-03 and 2013-11-29 ended at 13:00 in New York;
 * 2013-07-04 was a holiday, on which no bar belongs to a session. */
#define DAYS                                                                                       \
    "symbol,date,open,high,low,close,volume\n"                                                     \
    "AA,2013-02-08,1,2,1,2,1\nBB,2013-02-08,1,2,1,2,2\n"                                           \
    "AA,2013-07-03,1,2,1,2,3\nAA,2013-07-04,1,2,1,2,4\nAA,2013-07-05,1,2,1,2,5\n"                  \
    "BB,2013-11-29,1,2,1,2,6\n"

static void expect_sessions(const struct bars *bars)
{
    static const struct {
        const char *open, *close;
        uint32_t instrument;
    } want[] = {
        {"2013-02-08T14:30:00Z", "2013-02-08T21:00:00Z", 0},
        {"2013-02-08T14:30:00Z", "2013-02-08T21:00:00Z", 1},
        {"2013-07-03T13:30:00Z", "2013-07-03T17:00:00Z", 0},
        {"2013-07-04T00:00:00Z", "2013-07-05T00:00:00Z", 0},
        {"2013-07-05T13:30:00Z", "2013-07-05T20:00:00Z", 0},
        {"2013-11-29T14:30:00Z", "2013-11-29T18:00:00Z", 1},
    };
    cr_assert_eq(bars->count, 6);
    cr_assert_eq(bars->slice_count, 5);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(bars->records[i].src_ns, at(want[i].open), "bar %zu", i);
        cr_assert_eq(bars->records[i].ts_ns, at(want[i].close), "bar %zu", i);
        cr_assert_eq(bars->records[i].instrument, want[i].instrument, "bar %zu", i);
    }
}

Test(day_bars, dates_become_the_hours_of_the_exchange)
{
    struct bars bars;
    struct problem problem;
    open_text(DAYS, NULL, &bars);
    char hash[SHA256_HEX_SIZE];
    memcpy(hash, bars.data_hash, sizeof hash);
    cr_assert_eq(bars_take_sessions(&bars, CALENDAR_XNYS, &problem), ERR_OK);
    expect_sessions(&bars);
    cr_assert_str_eq(bars.data_hash, hash);
    bars_finish(&bars);
}

Test(day_bars, a_mapped_file_becomes_the_same)
{
    struct bars bars, mapped;
    struct problem problem;
    char *path = xasprintf("%s/days.bwbars", folder);
    open_text(DAYS, NULL, &bars);
    cr_assert_eq(bar_file_write(path, &bars, &problem), ERR_OK);
    bars_finish(&bars);
    cr_assert_eq(bars_open(path, NULL, &mapped, NULL, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(bars_take_sessions(&mapped, CALENDAR_XNYS, &problem), ERR_OK);
    expect_sessions(&mapped);
    cr_assert_str_eq(mapped.instruments[1].symbol, "BB");
    bars_finish(&mapped);
    free(path);
}

Test(day_bars, other_bars_and_an_exchange_without_hours_change_nothing)
{
    struct bars bars;
    struct problem problem;
    open_text(DAYS, NULL, &bars);
    const struct event *records = bars.records;
    cr_assert_eq(bars_take_sessions(&bars, CALENDAR_ALWAYS, &problem), ERR_OK);
    cr_assert_eq(bars.records, records);
    cr_assert_eq(bars.records[0].src_ns, at("2013-02-08T00:00:00Z"));
    bars_finish(&bars);

    open_text("symbol,ts_utc,open,high,low,close,volume\nAA,2019-02-11T14:30:00Z,1,2,1,2,1\n"
              "AA,2019-02-11T14:31:00Z,1,2,1,2,1\n",
              NULL, &bars);
    records = bars.records;
    cr_assert_eq(bars_take_sessions(&bars, CALENDAR_XNYS, &problem), ERR_OK);
    cr_assert_eq(bars.records, records);
    bars_finish(&bars);
}

/* Two sources stamp a day differently, here midnight in UTC and in New York. */
#define TWO_STAMPS                                                                                 \
    "symbol,ts_utc,open,high,low,close,volume\n"                                                   \
    "BB,2019-02-11T00:00:00Z,1,2,1,2,1\nBB,2019-02-12T00:00:00Z,1,2,1,2,2\n"                       \
    "AA,2019-02-11T05:00:00Z,1,2,1,2,3\n"

Test(day_bars, one_session_is_one_slice_however_its_bars_were_stamped)
{
    static const struct import_options options = {.bar_ns = NS_PER_DAY};
    struct bars bars;
    struct problem problem;
    open_text(TWO_STAMPS, &options, &bars);
    cr_assert_eq(bars.slice_count, 3);
    cr_assert_eq(bars_take_sessions(&bars, CALENDAR_XNYS, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(bars.slice_count, 2);
    cr_assert_eq(bars.records[0].bar.volume, 3);
    cr_assert_eq(bars.records[1].bar.volume, 1);
    cr_assert_eq(bars.records[2].bar.volume, 2);
    bars_finish(&bars);
}

Test(day_bars, two_bars_of_a_symbol_in_one_session_are_refused)
{
    static const char other[] = "symbol,ts_utc,open,high,low,close,volume\n"
                                "AA,2019-02-11T14:30:00Z,1,2,1,2,4\n";
    static const struct import_options options = {.bar_ns = NS_PER_DAY};
    struct bars bars;
    struct problem problem;
    char *first = xasprintf("%s/a.csv", folder);
    char *second = xasprintf("%s/b.csv", folder);
    file_write(first, TWO_STAMPS, strlen(TWO_STAMPS));
    file_write(second, other, strlen(other));
    const char *const paths[] = {first, second};
    cr_assert_eq(bars_open_many(paths, 2, &options, &bars, NULL, &problem), ERR_OK, "%s",
                 problem.text);
    cr_assert_eq(bars_take_sessions(&bars, CALENDAR_XNYS, &problem), ERR_FORMAT);
    cr_assert_not_null(strstr(problem.text, "two daily bars of AA"), "%s", problem.text);
    cr_assert_eq(bars.count, 4);
    cr_assert_eq(bars.slice_count, 4);
    bars_finish(&bars);
    free(first);
    free(second);
}
