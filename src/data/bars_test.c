/* bars_test.c: some symbols of a file, and several files as one. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/bars_sort.h"
#include "data/data_test.h"
#include "data/workload.h"

#define HEADER "symbol,ts_utc,open,high,low,close,volume\n"
#define AA     "AA,2019-02-11T14:30:00Z,1,2,1,2,1\nAA,2019-02-11T14:31:00Z,1,2,1,2,2\n"
#define BB     "BB,2019-02-11T14:30:00Z,1,2,1,2,3\nBB,2019-02-11T14:31:00Z,1,2,1,2,4\n"
#define CC     "CC,2019-02-11T14:31:00Z,1,2,1,2,5\nCC,2019-02-11T14:32:00Z,1,2,1,2,6\n"

static char *folder;

static void set_up(void)
{
    folder = folder_create();
}

static void tear_down(void)
{
    folder_remove(folder);
}

static char *write_text(const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    file_write(path, text, strlen(text));
    return path;
}

TestSuite(bars, .init = set_up, .fini = tear_down);

Test(bars, keeps_only_the_symbols_asked_for)
{
    static const struct instrument wanted[] = {{"CC"}, {"AA"}};
    struct import_options options = {.symbols = wanted, .symbol_count = 2};
    char *csv = write_text("all.csv", HEADER CC BB AA);
    char *file = xasprintf("%s/all.bwbars", folder);
    struct bars all;
    struct problem problem;
    cr_assert_eq(bars_open(csv, NULL, &all, NULL, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(bar_file_write(file, &all, &problem), ERR_OK);
    const char *paths[] = {csv, file};
    for (size_t i = 0; i < 2; i++) {
        struct bars bars;
        cr_assert_eq(bars_open(paths[i], &options, &bars, NULL, &problem), ERR_OK, "%s",
                     problem.text);
        cr_assert_null(bars_fault(&bars));
        cr_assert_eq(bars.count, 4);
        cr_assert_eq(bars.slice_count, 3);
        cr_assert_eq(bars.instrument_count, 2);
        cr_assert_str_eq(bars.instruments[0].symbol, "AA");
        cr_assert_str_eq(bars.instruments[1].symbol, "CC");
        cr_assert_eq(bars.records[2].bar.volume, 5);
        bars_finish(&bars);
    }
    bars_finish(&all);
    free(csv);
    free(file);
}

/* Whatever else it is, a file by that name is not searched for columns. */
Test(bars, a_record_file_by_name_alone_is_refused_as_such)
{
    static const char *const texts[] = {"\x8f\x02 no text at all \xff,\n", "BWBARS", HEADER AA};
    struct bars bars;
    struct problem problem;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *path = write_text("by_name.bwbars", texts[i]);
        cr_assert_eq(bars_open(path, NULL, &bars, NULL, &problem), ERR_FORMAT);
        cr_expect(strncmp(problem.text, path, strlen(path)) == 0, "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, "is no bars file of ours"), "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, "make it again with `bellwether data import`"));
        cr_expect_null(strstr(problem.text, "column"), "%s", problem.text);
        free(path);
    }
    cr_expect_eq(bars_open("nowhere/none.bwbars", NULL, &bars, NULL, &problem), ERR_IO);
    cr_expect_not_null(strstr(problem.text, "cannot open nowhere/none.bwbars"), "%s", problem.text);
}

Test(bars, a_record_file_wanted_whole_stays_mapped)
{
    static const struct instrument wanted[] = {{"S001"}, {"S000"}};
    struct import_options options = {.symbols = wanted, .symbol_count = 2};
    char *path = xasprintf("%s/w.bwbars", folder);
    struct problem problem;
    cr_assert_eq(workload_write(path, 100, 1, 2, NULL, &problem), ERR_OK);
    struct bars bars;
    cr_assert_eq(bars_open(path, &options, &bars, NULL, &problem), ERR_OK);
    cr_assert_not_null(bars.mapping);
    cr_assert_null(bars.memory);
    bars_finish(&bars);
    options.bar_ns = NS_PER_HOUR;
    cr_assert_eq(bars_open(path, &options, &bars, NULL, &problem), ERR_USAGE);
    free(path);
}

Test(bars, a_symbol_that_does_not_occur_is_named)
{
    static const struct instrument wanted[] = {{"AA"}, {"ZZ"}};
    struct import_options options = {.symbols = wanted, .symbol_count = 2};
    char *csv = write_text("all.csv", HEADER AA BB);
    struct bars bars;
    struct problem problem;
    cr_assert_eq(bars_open(csv, &options, &bars, NULL, &problem), ERR_NOT_FOUND);
    cr_assert_not_null(strstr(problem.text, "holds no bars of ZZ"));
    free(csv);
}

Test(bars, several_files_are_one_data_set)
{
    char *one = write_text("one.csv", HEADER CC AA);
    char *two = write_text("two.csv", HEADER BB);
    char *both = write_text("both.csv", HEADER AA BB CC);
    const char *paths[] = {one, two};
    struct bars merged;
    struct bars want;
    struct problem problem;
    struct import_report report = {0};
    cr_assert_eq(bars_open_many(paths, 2, NULL, &merged, &report, &problem), ERR_OK, "%s",
                 problem.text);
    cr_assert_eq(bars_open(both, NULL, &want, NULL, &problem), ERR_OK);
    cr_assert_null(bars_fault(&merged));
    cr_assert_str_eq(merged.data_hash, want.data_hash);
    cr_assert_eq(merged.slice_count, 3);
    cr_assert_eq(report.rows, 6);
    bars_finish(&merged);
    bars_finish(&want);
    import_report_finish(&report);
    free(one);
    free(two);
    free(both);
}

Test(bars, files_that_do_not_go_together_are_refused)
{
    char *one = write_text("one.csv", HEADER AA);
    char *again = write_text("again.csv", HEADER BB AA);
    char *daily = write_text("daily.csv", "symbol,date,open,high,low,close,volume\n"
                                          "DD,2019-02-11,1,2,1,2,3\n");
    const char *twice[] = {one, again};
    const char *mixed[] = {one, daily};
    struct bars bars;
    struct problem problem;
    cr_assert_eq(bars_open_many(twice, 2, NULL, &bars, NULL, &problem), ERR_FORMAT);
    cr_assert_not_null(strstr(problem.text, "two bars of AA at 2019-02-11T14:30:00Z"));
    cr_assert_eq(bars_open_many(mixed, 2, NULL, &bars, NULL, &problem), ERR_USAGE);
    cr_assert_not_null(strstr(problem.text, "only bars of one length go together"));
    free(one);
    free(again);
    free(daily);
}

Test(bars, sorting_agrees_with_insertion)
{
    struct bars bars;
    workload_create(300, 5, 11, &bars);
    struct event *mixed = xcalloc_aligned(bars.count * sizeof *mixed);
    for (uint64_t i = 0; i < bars.count; i++) {
        mixed[i] = bars.records[i * 1009 % bars.count]; /* 1009 has no divisor in common */
    }
    struct event *sorted = bars_sorted(mixed, bars.count);
    cr_assert_eq(memcmp(sorted, bars.records, bars.count * sizeof *sorted), 0);
    free(sorted);
    free(mixed);
    bars_finish(&bars);
}
