/* actions_test.c: splits and dividends are read exactly, and what is wrong with a file is told. */
#include "data/actions.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

#include "base/utc.h"
#include "data/data_test.h"
#include "market/calendar.h"

#define HEADER "date,symbol,split,cash\n"

static enum err read_bytes(const void *bytes, size_t size, struct actions *actions,
                           struct problem *problem)
{
    char *folder = folder_create();
    char *path = xasprintf("%s/actions.csv", folder);
    file_write(path, bytes, size);
    enum err err = actions_read(path, actions, problem);
    free(path);
    folder_remove(folder);
    return err;
}

/* Reads a text that must be good. */
static struct actions read_text(const char *text)
{
    struct actions actions = {0};
    struct problem problem = {0};
    enum err err = read_bytes(text, strlen(text), &actions, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    return actions;
}

static int32_t days(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)utc_days((struct utc_date){year, month, day});
}

Test(actions, reads_splits_and_cash_exactly)
{
    static const struct {
        const char *what;
        const char *row;
        int64_t split_new, split_old, cash_e9;
    } cases[] = {
        {"a split as a ratio",             "2014-06-09,AAPL,7:1,",         7,     1,     0         },
        {"as a number",                    "2014-06-09,AAPL,7,",           7,     1,     0         },
        {"three for two",                  "2014-06-09,AAPL,3:2,",         3,     2,     0         },
        {"as a decimal",                   "2014-06-09,AAPL,1.5,",         3,     2,     0         },
        {"a reverse split",                "2014-06-09,AAPL,1:8,",         1,     8,     0         },
        {"as a decimal",                   "2014-06-09,AAPL,0.125,",       1,     8,     0         },
        {"a third, exactly",               "2014-06-09,AAPL,1:3,",         1,     3,     0         },
        {"a ratio that is not reduced",    "2014-06-09,AAPL,200:100,",     2,     1,     0         },
        {"decimals on both sides",         "2014-06-09,AAPL,1.0483:1.5,",  10483, 15000, 0         },
        {"a dividend",                     "2014-06-09,AAPL,,0.47",        1,     1,     470000000 },
        {"the smallest",                   "2014-06-09,AAPL,,0.000000001", 1,     1,     1         },
        {"both",                           "2014-06-09,AAPL,2:1,1.25",     2,     1,     1250000000},
        {"nearly the largest split",       "2014-06-09,AAPL,99999:1,",     99999, 1,     0         },
        {"nearly the largest reverse one", "2014-06-09,AAPL,1:99999,",     1,     99999, 0         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = xasprintf(HEADER "%s\n", cases[i].row);
        struct actions actions = read_text(text);
        cr_assert_eq(actions.count, 1);
        cr_expect_eq(actions.rows[0].date, days(2014, 6, 9), "%s", cases[i].what);
        cr_expect_str_eq(actions.rows[0].instrument.symbol, "AAPL");
        cr_expect_eq(actions.rows[0].split_new, cases[i].split_new, "%s", cases[i].what);
        cr_expect_eq(actions.rows[0].split_old, cases[i].split_old, "%s", cases[i].what);
        cr_expect_eq(actions.rows[0].cash_e9, cases[i].cash_e9, "%s", cases[i].what);
        actions_finish(&actions);
        free(text);
    }
}

Test(actions, come_sorted_by_date_and_symbol)
{
    struct actions actions = read_text("\xef\xbb\xbf"
                                       "cash,symbol,date,split\r\n"
                                       "0.5,SPY,2020-08-31,\r\n"
                                       ",TSLA,2020-08-31,5:1\r\n"
                                       "\r\n"
                                       ",AAPL,2020-08-31,4:1\r\n"
                                       "0.1,ZZZ,2019-01-02,");
    static const char *const want[] = {"ZZZ", "AAPL", "SPY", "TSLA"};
    cr_assert_eq(actions.count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_str_eq(actions.rows[i].instrument.symbol, want[i]);
    }
    cr_expect_eq(actions.rows[0].date, days(2019, 1, 2));
    cr_expect_eq(actions.rows[1].split_new, 4);
    cr_expect_eq(actions.rows[2].cash_e9, 500000000);
    actions_finish(&actions);
}

Test(actions, a_column_that_nobody_needs_may_be_left_out)
{
    struct actions dividends = read_text("date,symbol,cash\n2014-08-07,AAPL,0.47\n");
    cr_expect_eq(dividends.rows[0].cash_e9, 470000000);
    cr_expect_eq(dividends.rows[0].split_new, 1);
    actions_finish(&dividends);
    struct actions splits = read_text("symbol,split,date\nAAPL,7:1,2014-06-09\n");
    cr_expect_eq(splits.rows[0].split_new, 7);
    actions_finish(&splits);
}

Test(actions, a_header_alone_is_no_actions)
{
    struct actions actions = read_text(HEADER);
    cr_expect_eq(actions.count, 0);
    cr_expect_null(actions.rows);
    actions_finish(&actions);
    actions_finish(NULL);
}

Test(actions, refuses_and_says_where_and_why)
{
    static const struct {
        const char *what;
        const char *text;
        const char *want; /* in the message */
    } cases[] = {
        {"nothing",                 "",                                                                       "is empty"                                    },
        {"a mark and nothing else", "\xef\xbb\xbf",                                                           "is empty"                                    },
        {"no symbol column",        "date,split\n",                                                           "line 1: the header lacks the column `symbol`"},
        {"no date column",          "symbol,split\n",                                                         "line 1: the header lacks the column `date`"  },
        {"neither split nor cash",  "date,symbol\n",                                                          "has neither `split` nor `cash`"              },
        {"an unknown column",       "date,symbol,split,cash,note\n",                                          "the unknown column `note`"                   },
        {"a column twice",          "date,symbol,split,split\n",                                              "the column `split` twice"                    },
        {"a blank header",          "\n2014-06-09,AAPL,7:1,\n",                                               "line 1: the header has the unknown column"   },
        {"a field too few",         HEADER "2014-06-09,AAPL,7:1\n",
         "line 2: the line has 3 fields, the header 4"                                                                                                      },
        {"a field too many",        HEADER "2014-06-09,AAPL,7:1,,\n",
         "line 2: the line has 5 fields, the header 4"                                                                                                      },
        {"a date that is none",     HEADER "2014-06-31,AAPL,7:1,\n",                                          "line 2: date is no day"                      },
        {"another form of date",    HEADER "06/09/2014,AAPL,7:1,\n",                                          "line 2: date is no day"                      },
        {"no date",                 HEADER ",AAPL,7:1,\n",                                                    "line 2: date is no day"                      },
        {"a symbol in small",       HEADER "2014-06-09,aapl,7:1,\n",                                          "line 2: symbol is not"                       },
        {"no symbol",               HEADER "2014-06-09,,7:1,\n",                                              "line 2: symbol is not"                       },
        {"neither of the two",      HEADER "2014-06-09,AAPL,,\n",                                             "line 2: the row has neither"                 },
        {"a split of nothing",      HEADER "2014-06-09,AAPL,0:1,\n",                                          "line 2: split is no ratio"                   },
        {"into nothing",            HEADER "2014-06-09,AAPL,1:0,\n",                                          "line 2: split is no ratio"                   },
        {"a negative split",        HEADER "2014-06-09,AAPL,-2:1,\n",                                         "line 2: split is no ratio"                   },
        {"half a ratio",            HEADER "2014-06-09,AAPL,2:,\n",                                           "line 2: split is no ratio"                   },
        {"three parts",             HEADER "2014-06-09,AAPL,2:1:1,\n",                                        "line 2: split is no ratio"                   },
        {"blanks in it",            HEADER "2014-06-09,AAPL,2 : 1,\n",                                        "line 2: split is no ratio"                   },
        {"words",                   HEADER "2014-06-09,AAPL,2 for 1,\n",                                      "line 2: split is no ratio"                   },
        {"one for one",             HEADER "2014-06-09,AAPL,1:1,0.5\n",                                       "line 2: split changes nothing"               },
        {"two for two",             HEADER "2014-06-09,AAPL,2:2,\n",                                          "line 2: split changes nothing"               },
        {"too large a split",       HEADER "2014-06-09,AAPL,100000:1,\n",                                     "line 2: split is beyond"                     },
        {"too small a split",       HEADER "2014-06-09,AAPL,1:100000,\n",                                     "line 2: split is beyond"                     },
        {"no cash",                 HEADER "2014-06-09,AAPL,,0\n",                                            "line 2: cash is no amount"                   },
        {"negative cash",           HEADER "2014-06-09,AAPL,,-0.47\n",                                        "line 2: cash is no amount"                   },
        {"a sign of dollars",       HEADER "2014-06-09,AAPL,,$0.47\n",                                        "line 2: cash is no amount"                   },
        {"ten decimals",            HEADER "2014-06-09,AAPL,,0.0000000001\n",                                 "line 2: cash is no amount"                   },
        {"cash beyond all",         HEADER "2014-06-09,AAPL,,9000001\n",                                      "line 2: cash is more than"                   },
        {"a control character",     HEADER "2014-06-09,AAPL,7:1,\x01\n",
         "line 2: the line holds bytes"                                                                                                                     },
        {"a second row",            HEADER "2014-06-09,AAPL,7:1,\n2014-06-09,SPY,,1\n2014-06-09,AAPL,,0.5\n",
         "line 4: a second row for AAPL on 2014-06-09, after line 2"                                                                                        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct actions actions = {.count = 77};
        struct problem problem = {0};
        enum err err = read_bytes(cases[i].text, strlen(cases[i].text), &actions, &problem);
        cr_expect_eq(err, ERR_FORMAT, "%s: %s", cases[i].what, problem.text);
        cr_expect_eq(err, problem.err, "%s", cases[i].what);
        cr_expect_not_null(strstr(problem.text, "actions.csv"), "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].want), "%s: `%s` is not in: %s",
                           cases[i].what, cases[i].want, problem.text);
        cr_expect_eq(actions.count, 77, "kept on failure: %s", cases[i].what);
    }
}

Test(actions, a_missing_file_and_a_long_line)
{
    struct actions actions;
    struct problem problem;
    cr_expect_eq(actions_read("/nowhere/actions.csv", &actions, &problem), ERR_IO);
    cr_expect_not_null(strstr(problem.text, "/nowhere/actions.csv"));
    cr_expect_eq(actions_read("/nowhere/actions.csv", &actions, NULL), ERR_IO, "without words");
    char *text = xmalloc(8192);
    memset(text, 'x', 8192);
    cr_expect_eq(read_bytes(text, 8192, &actions, &problem), ERR_FORMAT);
    cr_expect_not_null(strstr(problem.text, "line 1: the line is too long"), "%s", problem.text);
    free(text);
}

Test(actions, damaged_gzip_is_told_as_such)
{
    static const char text[] = HEADER "2014-06-09,AAPL,7:1,\n2014-08-07,AAPL,,0.47\n";
    unsigned char bytes[256];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)text,
                       .avail_in = (unsigned)strlen(text),
                       .next_out = bytes,
                       .avail_out = sizeof bytes};
    cr_assert_eq(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t size = sizeof bytes - stream.avail_out;
    cr_assert_eq(deflateEnd(&stream), Z_OK);
    struct actions actions;
    struct problem problem;
    cr_assert_eq(read_bytes(bytes, size, &actions, &problem), ERR_OK, "%s", problem.text);
    cr_expect_eq(actions.count, 2);
    actions_finish(&actions);
    cr_expect_eq(read_bytes(bytes, size - 4, &actions, &problem), ERR_DAMAGED);
    bytes[size - 8] ^= 0x10; /* the checksum */
    cr_expect_eq(read_bytes(bytes, size, &actions, &problem), ERR_DAMAGED, "%s", problem.text);
}

/* AAPL's own history as its investor pages give it. */
static const char apple[] = HEADER "2000-06-21,AAPL,2:1,\n"
                                   "2005-02-28,AAPL,2:1,\n"
                                   "2012-08-09,AAPL,,2.65\n"
                                   "2014-05-08,AAPL,,3.29\n"
                                   "2014-06-09,AAPL,7:1,\n"
                                   "2014-08-07,AAPL,,0.47\n"
                                   "2015-05-07,AAPL,,0.52\n"
                                   "2020-08-07,AAPL,,0.82\n"
                                   "2020-08-31,AAPL,4:1,\n"
                                   "2020-11-06,AAPL,,0.205\n";

/* A row of another source's table: the factors on raw prices up to and including `date`. */
struct factors {
    int32_t date;
    double price, split, close; /* `close` is the raw one of that date */
};

static size_t read_factors(const char *path, struct factors *rows, size_t max)
{
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    char line[128];
    size_t count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "AAPL,", 5) == 0) {
            int64_t date_ns = 0;
            cr_assert_eq(utc_parse_date(line + 5, 10, &date_ns), ERR_OK, "%s", line);
            cr_assert_lt(count, max);
            struct factors *row = &rows[count++];
            row->date = (int32_t)utc_day_of(date_ns);
            cr_assert_eq(sscanf(line + 15, ",%lf,%lf,%lf", &row->price, &row->split, &row->close),
                         3, "%s", line);
        }
    }
    (void)fclose(file);
    return count;
}

/* That table's row of the session before the action, and the one after it, differ by what the
 * action says. */
static void expect_factors(const struct action *action, const struct factors *rows, size_t count)
{
    size_t at = 0;
    struct trading_day next;
    while (
        at + 1 < count &&
        !(calendar_day_after(CALENDAR_XNYS, rows[at].date * NS_PER_DAY + 23 * NS_PER_HOUR, &next) &&
          next.date == action->date)) {
        at++;
    }
    cr_assert_lt(at + 1, count, "day %d is not in the table", action->date);
    double split = rows[at + 1].split / rows[at].split;
    double cash = (1 - rows[at].price / rows[at + 1].price) * rows[at].close;
    double want_split = (double)action->split_new / (double)action->split_old;
    cr_expect(fabs(split / want_split - 1) < 1e-5, "day %d: %.7f", action->date, split);
    cr_expect(fabs(cash - (double)action->cash_e9 / 1e9) < 1e-3, "day %d: %.7f", action->date,
              cash);
}

Test(actions, the_splits_and_dividends_of_aapl_agree_with_its_adjustment_factors)
{
    char *path = shared_file("equity/reference/adjustment-factors_LEAN.csv");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    struct factors rows[100];
    size_t count = read_factors(path, rows, sizeof rows / sizeof rows[0]);
    free(path);
    cr_assert_gt(count, 30);
    struct actions actions = read_text(apple);
    cr_assert_eq(actions.count, 10);
    for (size_t i = 0; i < actions.count; i++) {
        expect_factors(&actions.rows[i], rows, count);
    }
    actions_finish(&actions);
}

/* 00:00 in New York is 04:00 in UTC in summer and 05:00 in winter. */
Test(actions, become_events_of_the_data_by_time)
{
    static const struct instrument symbols[] = {{"MSFT"}, {"AAPL"}};
    struct action rows[] = {
        {.date = 16071,           .instrument = {"AAPL"}, .split_new = 1, .split_old = 1, .cash_e9 = 7},
        {.date = 16087,           .instrument = {"IBM"},  .split_new = 2, .split_old = 1},
        {.date = 16230, .instrument = {"AAPL"},         .split_new = 7, .split_old = 1              },
        {.date = 16230,         .instrument = {"MSFT"},                 .split_new = 1,   .split_old = 1,               .cash_e9 = 5            },
    };
    const struct actions actions = {.rows = rows, .count = 4};
    int64_t winter_ns = 16071 * NS_PER_DAY + 5 * NS_PER_HOUR; /* 2014-01-01 */
    size_t count;
    struct event *events = actions_events(&actions, symbols, 2, winter_ns, &count);
    cr_assert_eq(count, 3, "not the one of a symbol that the data has not");
    cr_assert_eq(events[0].ts_ns, winter_ns);
    cr_assert_eq(events[0].src_ns, winter_ns);
    cr_assert_eq(events[0].kind, EVENT_ACTION);
    cr_assert_eq(events[0].instrument, 1);
    cr_assert_eq(events[0].action.cash_e9, 7);
    cr_assert_eq(events[1].ts_ns, 16230 * NS_PER_DAY + 4 * NS_PER_HOUR);
    cr_assert_eq(events[1].action.split_new, 7);
    cr_assert_eq(events[2].instrument, 0);
    free(events);
    events = actions_events(&actions, symbols, 2, winter_ns + 1, &count);
    cr_assert_eq(count, 2, "nor what lies before it");
    free(events);
    cr_assert_null(actions_events(&actions, symbols, 0, winter_ns, &count));
    cr_assert_eq(count, 0);
}
