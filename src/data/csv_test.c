/* csv_test.c: our CSV is read to the last digit, and whatever is wrong with it is told. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/data_test.h"
#include "data/reading_test.h"

#define HEADER "symbol,ts_utc,open,high,low,close,volume\n"
#define ROW1   "SPY,2019-02-11T14:30:00Z,271.19,271.34,271.07,271.34,1488804\n"
#define ROW2   "SPY,2019-02-11T14:31:00Z,271.32,271.32,271.22,271.2399,251600\n"
#define ROW3   "SPY,2019-02-11T14:32:00Z,271.25,271.25,271.2,271.2,1\n"

Test(csv, reads_prices_exactly_and_times_as_starts)
{
    struct reading reading = read_text(HEADER ROW1 ROW2, false);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    const struct bars *bars = &reading.bars;
    cr_assert_eq(bars->count, 2);
    cr_assert_eq(bars->bar_ns, NS_PER_MIN);
    cr_assert(reading.report.bar_length_guessed);
    const struct event *second = &bars->records[1];
    cr_assert_eq(second->bar.close_e9, INT64_C(271239900000));
    cr_assert_eq(second->bar.volume, 251600);
    char text[UTC_TEXT_SIZE];
    (void)utc_format(second->src_ns, text);
    cr_assert_str_eq(text, "2019-02-11T14:31:00Z");
    (void)utc_format(second->ts_ns, text);
    cr_assert_str_eq(text, "2019-02-11T14:32:00Z");
    cr_assert_str_eq(bars->instruments[0].symbol, "SPY");
    reading_finish(&reading);
}

Test(csv, accepts_what_harmless_programs_write)
{
    static const struct {
        const char *what;
        const char *text;
    } cases[] = {
        {"byte order mark",            "\xef\xbb\xbf" HEADER ROW1 ROW2                               },
        {"CRLF",                       "symbol,ts_utc,open,high,low,close,volume\r\n"
                 "SPY,2019-02-11T14:30:00Z,1,2,1,2,5\r\n"
                 "SPY,2019-02-11T14:31:00Z,1,2,1,2,5\r\n"                            },
        {"no final newline",
         HEADER ROW1 "SPY,2019-02-11T14:31:00Z,271.32,271.32,271.22,271.2399,251600"                 },
        {"blank lines at the end",     HEADER ROW1 ROW2 "\n\n"                                       },
        {"whole volume with decimals", HEADER ROW1 "SPY,2019-02-11T14:31:00Z,1,2,1,2,123.000\n"      },
        {"the largest volume",         HEADER ROW1 "SPY,2019-02-11T14:31:00Z,1,2,1,2,1000000000000\n"},
        {"no volume",                  HEADER ROW1 "SPY,2019-02-11T14:31:00Z,1,2,1,2,0\n"            },
        {"nine decimals",
         HEADER ROW1 "SPY,2019-02-11T14:31:00Z,1.000000001,2,1.0,2.0000000000,5\n"                   },
        {"another order of columns",
         "close,volume,low,ts_utc,vwap,high,open,symbol,trade_count\n"
         "2,5,1,2019-02-11T14:30:00Z,,2,1,SPY,7\n2,5,1,2019-02-11T14:31:00Z,x,2,1,SPY,\n"            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading = read_text(cases[i].text, false);
        cr_assert_eq(reading.err, ERR_OK, "%s: %s", cases[i].what, reading.problem.text);
        cr_assert_eq(reading.bars.count, 2, "%s", cases[i].what);
        reading_finish(&reading);
    }
}

Test(csv, names_the_columns_it_reads_over)
{
    struct reading reading =
        read_text("symbol,date,open,high,low,close,volume,adj_factor_next,vwap\n"
                  "AA,2015-03-20,13.02,13.09,12.9,12.97,36838700,,13\n",
                  false);
    cr_assert_eq(reading.err, ERR_OK);
    cr_assert_str_eq(reading.report.files[0].read_over, "vwap, adj_factor_next");
    cr_assert_str_eq(reading.report.files[0].time, "column date, the UTC day");
    cr_assert_str_eq(reading.report.files[0].format, "CSV");
    reading_finish(&reading);
}

Test(csv, a_date_is_the_whole_utc_day)
{
    struct reading reading = read_text("symbol,date,open,high,low,close,volume\n"
                                       "AA,2015-03-20,1,2,1,2,3\n",
                                       false);
    cr_assert_eq(reading.err, ERR_OK);
    cr_assert_eq(reading.bars.bar_ns, NS_PER_DAY);
    cr_assert_eq(reading.bars.records[0].src_ns % NS_PER_DAY, 0);
    cr_assert_eq(reading.bars.records[0].ts_ns - reading.bars.records[0].src_ns, NS_PER_DAY);
    cr_assert_not(reading.report.bar_length_guessed);
    reading_finish(&reading);
}

Test(csv, refuses_bad_headers)
{
    static const struct {
        const char *what;
        const char *text;
        const char *part;
    } cases[] = {
        {"unknown column",  "symbol,ts_utc,open,high,low,close,volume,bid\n",
         "unknown column `bid`"                                                                                    },
        {"missing columns", "symbol,ts_utc,open,high,low\n",                   "lacks the column `close`, `volume`"},
        {"no time",         "symbol,open,high,low,close,volume\n",             "lacks a column of time"            },
        {"two times",       "symbol,date,ts_utc,open,high,low,close,volume\n",
         "both `ts_utc` and `date`"                                                                                },
        {"a column twice",  "symbol,date,open,open,high,low,close,volume\n",   "`open` twice"                      },
        {"capital letters", "DATE,OPEN,HIGH,LOW,CLOSE,VOLUME\n",               "unknown column `DATE`"             },
        {"blank",           "\nSPY\n",                                         "is blank"                          },
        {"binary",          "\x01\x02\xff,b\n",                                "unknown column `???`"              },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_refusal(cases[i].text, cases[i].part);
    }
}

/* Rows that are bad whatever stands around them. */
static const struct {
    const char *what;
    const char *row;
    const char *part;
} bad_rows[] = {
    {"blank price",         "SPY,2019-02-11T14:31:00Z,,2,1,2,5",                     "open is blank"                      },
    {"blank volume",        "SPY,2019-02-11T14:31:00Z,1,2,1,2,",                     "volume is blank"                    },
    {"blank symbol",        ",2019-02-11T14:31:00Z,1,2,1,2,5",                       "symbol is blank"                    },
    {"blank time",          "SPY,,1,2,1,2,5",                                        "ts_utc is blank"                    },
    {"spaces only",         "SPY,2019-02-11T14:31:00Z,1,  ,1,2,5",                   "high is blank"                      },
    {"high below low",      "SPY,2019-02-11T14:31:00Z,1,1,2,1,5",
     "high is below low (open 1, high 1, low 2, close 1, volume 5)"                                                       },
    {"open outside",        "SPY,2019-02-11T14:31:00Z,3,2,1,2,5",                    "open lies outside low..high (open 3"},
    {"close outside",       "SPY,2019-02-11T14:31:00Z,1,2,1,0.5,5",                  "close lies outside low..high"       },
    {"price zero",          "SPY,2019-02-11T14:31:00Z,0,2,0,2,5",                    "a price is not positive"            },
    {"price negative",      "SPY,2019-02-11T14:31:00Z,1,2,-1,2,5",                   "a price is not positive (open 1"    },
    {"price too large",     "SPY,2019-02-11T14:31:00Z,1,9000001,1,2,5",              "above 9,000,000"                    },
    {"price far too large", "SPY,2019-02-11T14:31:00Z,1,99999999999999999999,1,2,5",
     "high is too large"                                                                                                  },
    {"ten decimals",        "SPY,2019-02-11T14:31:00Z,1.0000000001,2,1,2,5",         "more than nine decimals"            },
    {"NaN",                 "SPY,2019-02-11T14:31:00Z,1,nan,1,2,5",                  "high is no number (nan)"            },
    {"infinity",            "SPY,2019-02-11T14:31:00Z,1,inf,1,2,5",                  "high is no number (inf)"            },
    {"exponent",            "SPY,2019-02-11T14:31:00Z,1,2e0,1,2,5",                  "high is no number (2e0)"            },
    {"trailing junk",       "SPY,2019-02-11T14:31:00Z,1,2x,1,2,5",                   "high is no number (2x)"             },
    {"dollar sign",         "SPY,2019-02-11T14:31:00Z,1,$2,1,2,5",                   "high is no number ($2)"             },
    {"space before",        "SPY,2019-02-11T14:31:00Z,1, 2,1,2,5",                   "high is no number ( 2)"             },
    {"volume fractional",   "SPY,2019-02-11T14:31:00Z,1,2,1,2,5.5",                  "volume is no whole number"          },
    {"volume negative",     "SPY,2019-02-11T14:31:00Z,1,2,1,2,-5",                   "volume is no whole number"          },
    {"volume exponent",     "SPY,2019-02-11T14:31:00Z,1,2,1,2,1e3",                  "volume is no whole number"          },
    {"volume lone point",   "SPY,2019-02-11T14:31:00Z,1,2,1,2,5.",                   "volume is no whole number"          },
    {"volume too large",    "SPY,2019-02-11T14:31:00Z,1,2,1,2,1000000000001",
     "volume is above 1,000,000,000,000 (open 1, high 2, low 1, close 2, volume 1000000000001)"                           },
    {"volume overflow",     "SPY,2019-02-11T14:31:00Z,1,2,1,2,18446744073709551617", "volume is above"                    },
    {"cut line",            "SPY,2019-02-11T14:31:00Z,1,2",                          "the line has 4 fields, the header 7"},
    {"too many fields",     "SPY,2019-02-11T14:31:00Z,1,2,1,2,5,6,7,8,9,10,11,12",
     "the line has 14 fields, the header 7"                                                                               },
    {"local time",          "SPY,2019-02-11 14:31:00,1,2,1,2,5",                     "ts_utc is no time"                  },
    {"no such day",         "SPY,2019-02-29T14:31:00Z,1,2,1,2,5",                    "ts_utc is no time"                  },
    {"out of order",        "SPY,2019-02-11T14:29:00Z,1,2,1,2,5",
     "not later than the one before of its symbol "
     "(2019-02-11T14:29:00Z after 2019-02-11T14:30:00Z)"                                                                  },
    {"duplicate",           "SPY,2019-02-11T14:30:00Z,1,2,1,2,5",                    "not later than the one before"      },
    {"small letters",       "spy,2019-02-11T14:31:00Z,1,2,1,2,5",                    "symbol is not 1 to 15 of A-Z"       },
    {"long symbol",         "ABCDEFGHIJKLMNOP,2019-02-11T14:31:00Z,1,2,1,2,5",       "symbol is not 1 to 15"              },
    {"quotes",              "\"SPY\",2019-02-11T14:31:00Z,1,2,1,2,5",                "symbol is not 1 to 15"              },
    {"binary",              "SPY\x01\xfe,2019-02-11T14:31:00Z,1,2,1,2,5",            "no plain text (SPY??,2019"          },
};

Test(csv, refuses_bad_rows_with_line_and_values)
{
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        char *text = xasprintf(HEADER ROW1 "%s\n" ROW3, bad_rows[i].row);
        expect_refusal(text, bad_rows[i].part);
        expect_refusal(text, "bars.csv line 3: ");
        expect_refusal(text, "--skip-bad");
        free(text);
    }
}

Test(csv, leaves_bad_rows_out_when_told)
{
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        char *text = xasprintf(HEADER ROW1 "%s\n" ROW2 ROW3, bad_rows[i].row);
        struct reading reading = read_text(text, true);
        cr_assert_eq(reading.err, ERR_OK, "%s: %s", bad_rows[i].what, reading.problem.text);
        cr_assert_eq(reading.bars.count, 3, "%s", bad_rows[i].what);
        cr_assert_eq(reading.report.rows, 4);
        cr_assert_eq(reading.report.skipped, 1);
        cr_assert_eq(reading.report.fault_count, 1);
        cr_assert_not_null(strstr(reading.report.faults[0], bad_rows[i].part));
        reading_finish(&reading);
        free(text);
    }
}

Test(csv, a_nul_byte_makes_a_row_bad)
{
    char text[] = HEADER ROW1 "SPY,2019-02-11T14:31:00Z,1,2,1,2,5\n";
    *strstr(text, "14:31") = '\0';
    struct reading reading = read_bytes(text, sizeof text - 1, NULL);
    cr_assert_eq(reading.err, ERR_FORMAT);
    cr_assert_not_null(strstr(reading.problem.text, "line 3: the line holds bytes"));
    reading_finish(&reading);
}

Test(csv, a_line_without_end_makes_a_bad_row)
{
    static const size_t lengths[] = {4097, 5000, 262143, 262144, 262145, 1000000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *junk = xcalloc(1, lengths[i] + 1);
        memset(junk, 'x', lengths[i]);
        char *text = xasprintf(HEADER ROW1 "%s\n" ROW2, junk);
        struct reading reading = read_text(text, true);
        cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
        cr_assert_eq(reading.bars.count, 2);
        cr_assert_eq(reading.report.skipped, 1);
        cr_assert_not_null(strstr(reading.report.faults[0], "line 3: the line is too long"));
        reading_finish(&reading);
        free(text);
        free(junk);
    }
}

Test(csv, lists_the_first_twenty_faults)
{
    char text[4096] = HEADER ROW1;
    for (int i = 0; i < 30; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "junk %d\n", i);
    }
    struct reading reading = read_text(text, true);
    cr_assert_eq(reading.err, ERR_USAGE, "one bar does not tell its length");
    cr_assert_eq(reading.report.fault_count, IMPORT_FAULTS_MAX);
    reading_finish(&reading);
}

Test(csv, refuses_files_that_hold_nothing)
{
    expect_refusal("", "is empty");
    expect_refusal(HEADER, "has a header and no rows");
    expect_refusal(HEADER "\n\n", "has a header and no rows");
    struct reading reading = read_text(HEADER "a,b\nc,d\n", true);
    cr_assert_eq(reading.err, ERR_FORMAT);
    cr_assert_not_null(strstr(reading.problem.text, "all 2 rows are bad; the first is line 2:"));
    reading_finish(&reading);
}

Test(csv, refuses_what_is_no_file)
{
    char *folder = folder_create();
    char *missing = xasprintf("%s/missing.csv", folder);
    struct reading reading = read_path(missing, NULL);
    cr_assert_eq(reading.err, ERR_IO);
    cr_assert_not_null(strstr(reading.problem.text, "No such file"));
    reading_finish(&reading);
    reading = read_path(folder, NULL);
    cr_assert_not_null(strstr(reading.problem.text, "is a folder"));
    reading_finish(&reading);
    reading = read_path("/dev/null", NULL);
    cr_assert_not_null(strstr(reading.problem.text, "is not a regular file"));
    free(missing);
    folder_remove(folder);
    reading_finish(&reading);
}

Test(csv, refuses_a_file_it_may_not_read)
{
    char *folder = folder_create();
    char *path = xasprintf("%s/secret.csv", folder);
    file_write(path, HEADER, sizeof HEADER - 1);
    cr_assert_eq(chmod(path, 0), 0);
    bool was_root = geteuid() == 0;
    cr_assert_eq(chmod(folder, 0755), 0);
    cr_assert(!was_root || seteuid(65534) == 0);
    struct reading reading = read_path(path, NULL);
    cr_assert(!was_root || seteuid(0) == 0);
    cr_assert_eq(reading.err, ERR_IO);
    cr_assert_not_null(strstr(reading.problem.text, "Permission denied"));
    reading_finish(&reading);
    free(path);
    folder_remove(folder);
}

#define IBM1 "IBM,2019-02-11T14:30:00Z,1,2,1,2,5\n"
#define IBM2 "IBM,2019-02-11T14:31:00Z,1,2,1,2,6\n"

Test(csv, rows_by_symbol_and_rows_by_time_are_the_same_data)
{
    struct reading by_symbol = read_text(HEADER ROW1 ROW2 IBM1 IBM2, false);
    struct reading by_time = read_text(HEADER ROW1 IBM1 IBM2 ROW2, false);
    cr_assert_eq(by_symbol.err, ERR_OK);
    cr_assert_eq(by_time.err, ERR_OK);
    cr_assert_str_eq(by_symbol.bars.data_hash, by_time.bars.data_hash);
    cr_assert_eq(by_symbol.bars.slice_count, 2);
    cr_assert_str_eq(by_symbol.bars.instruments[0].symbol, "IBM");
    cr_assert_eq(by_symbol.bars.records[1].instrument, 1);
    cr_assert_eq(by_symbol.bars.records[1].bar.volume, 1488804);
    reading_finish(&by_symbol);
    reading_finish(&by_time);
}

Test(csv, the_bar_length_is_asked_for_or_the_smallest_distance)
{
    struct import_options one_minute = {.bar_ns = NS_PER_MIN};
    struct import_options five_minutes = {.bar_ns = 5 * NS_PER_MIN};
    const char *single = HEADER ROW1 IBM1;
    struct reading reading = read_text(single, false);
    cr_assert_eq(reading.err, ERR_USAGE);
    cr_assert_not_null(strstr(reading.problem.text, "`bar: 1min`"));
    reading_finish(&reading);
    reading = read_bytes(single, strlen(single), &five_minutes);
    cr_assert_eq(reading.err, ERR_OK);
    cr_assert_eq(reading.bars.bar_ns, 5 * NS_PER_MIN);
    reading_finish(&reading);
    const char *gap = HEADER ROW1 ROW3;
    reading_finish(&reading);
    reading = read_text(gap, false);
    cr_assert_eq(reading.bars.bar_ns, 2 * NS_PER_MIN);
    reading_finish(&reading);
    reading = read_bytes(gap, strlen(gap), &one_minute);
    cr_assert_eq(reading.bars.bar_ns, NS_PER_MIN);
    reading_finish(&reading);
    reading = read_bytes(gap, strlen(gap), &five_minutes);
    cr_assert_eq(reading.err, ERR_USAGE);
    cr_assert_not_null(strstr(reading.problem.text, "line 3: two bars of one symbol start 120 s"));
    reading_finish(&reading);
}

Test(csv, two_bars_centuries_apart_do_not_tell_a_length)
{
    expect_refusal(HEADER
                   "SPY,1700-01-01T00:00:00Z,1,2,1,2,5\nSPY,2200-12-31T23:59:59Z,1,2,1,2,5\n",
                   "does not tell how long its bars are");
}

Test(csv, daily_files_have_daily_bars)
{
    struct import_options one_minute = {.bar_ns = NS_PER_MIN};
    const char *text = "symbol,date,open,high,low,close,volume\nAA,2015-03-20,1,2,1,2,3\n";
    struct reading reading = read_bytes(text, strlen(text), &one_minute);
    cr_assert_eq(reading.err, ERR_USAGE);
    cr_assert_not_null(strstr(reading.problem.text, "one day long"));
    reading_finish(&reading);
}

Test(csv, gzip_is_the_same_data)
{
    unsigned char bytes[1024];
    size_t size = gzip_text(HEADER ROW1 ROW2 ROW3, bytes, sizeof bytes);
    struct reading packed = read_bytes(bytes, size, NULL);
    struct reading plain = read_text(HEADER ROW1 ROW2 ROW3, false);
    cr_assert_eq(packed.err, ERR_OK, "%s", packed.problem.text);
    cr_assert_str_eq(packed.bars.data_hash, plain.bars.data_hash);
    cr_assert_str_eq(packed.report.files[0].format, "gzip CSV");
    reading_finish(&packed);
    reading_finish(&plain);
}

Test(csv, gzip_cut_anywhere_is_refused)
{
    struct import_options skip = {.skip_bad = true};
    unsigned char bytes[1024];
    size_t size = gzip_text(HEADER ROW1 ROW2 ROW3, bytes, sizeof bytes);
    for (size_t cut = 0; cut < size; cut++) {
        struct reading reading = read_bytes(bytes, cut, &skip);
        cr_assert_neq(reading.err, ERR_OK, "cut at %zu", cut);
        if (cut > 20) {
            cr_assert_not_null(strstr(reading.problem.text, "is cut short"), "%zu: %s", cut,
                               reading.problem.text);
        }
        reading_finish(&reading);
    }
}

Test(csv, a_flipped_byte_in_gzip_data_is_never_other_data)
{
    struct import_options skip = {.skip_bad = true};
    unsigned char bytes[1024];
    size_t size = gzip_text(HEADER ROW1 ROW2 ROW3, bytes, sizeof bytes);
    struct reading want = read_bytes(bytes, size, NULL);
    size_t refused = 0;
    for (size_t at = 0; at < size; at++) {
        bytes[at] ^= 0x10;
        struct reading reading = read_bytes(bytes, size, &skip);
        /* The header's time and the last bits of padding say nothing about the data. */
        cr_assert(reading.err != ERR_OK || strcmp(reading.bars.data_hash, want.bars.data_hash) == 0,
                  "byte %zu", at);
        if (reading.err != ERR_OK && at >= 10) {
            cr_assert_eq(reading.err, ERR_DAMAGED, "byte %zu: %s", at, reading.problem.text);
            refused++;
        }
        reading_finish(&reading);
        bytes[at] ^= 0x10;
    }
    cr_assert_geq(refused, size - 11, "all after the header but one byte of padding");
    reading_finish(&want);
}

Test(csv, reads_the_real_minute_files_of_2019)
{
    static const struct {
        const char *name;
        uint64_t count;
    } cases[] = {
        {"equity/minute/bars_SPY_1min_20190211-20190215.csv.gz",  1950},
        {"equity/minute/bars_QQQ_1min_20190211-20190215.csv.gz",  1948},
        {"equity/minute/bars_AAPL_1min_20190211-20190215.csv.gz", 1948},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = shared_file(cases[i].name);
        if (path == NULL) {
            cr_skip_test("the shared data is not here");
        }
        struct reading reading = read_path(path, NULL);
        cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
        cr_assert_eq(reading.bars.count, cases[i].count);
        cr_assert_eq(reading.bars.bar_ns, NS_PER_MIN);
        reading_finish(&reading);
        free(path);
    }
}

Test(csv, the_405_symbol_file_has_19_bad_rows)
{
    char *path = shared_file("equity/daily/bars_SP500_1day_20130208-20180207.csv.gz");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    struct import_options skip = {.skip_bad = true};
    struct reading reading = read_path(path, &skip);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_eq(reading.report.rows, 499759);
    cr_assert_eq(reading.report.skipped, 19);
    cr_assert_eq(reading.report.fault_count, 19);
    cr_assert_eq(reading.bars.count, 499740);
    cr_assert_eq(reading.bars.instrument_count, 405);
    cr_assert_eq(reading.bars.slice_count, 1259);
    reading_finish(&reading);
    reading = read_path(path, NULL);
    cr_assert_eq(reading.err, ERR_FORMAT);
    cr_assert_not_null(strstr(reading.problem.text, "line 61212: close lies outside low..high"));
    free(path);
    reading_finish(&reading);
}

Test(csv, an_import_has_the_hash_of_its_csv)
{
    char *folder = folder_create();
    char *path = xasprintf("%s/import.bwbars", folder);
    struct reading csv = read_text(HEADER ROW1 ROW2 IBM1 IBM2, false);
    cr_assert_eq(bar_file_write(path, &csv.bars, &csv.problem), ERR_OK);
    struct reading file = read_path(path, NULL);
    cr_assert_eq(file.err, ERR_OK, "%s", file.problem.text);
    cr_assert_str_eq(file.bars.data_hash, csv.bars.data_hash);
    cr_assert_str_eq(file.report.files[0].format, "record file");
    reading_finish(&csv);
    reading_finish(&file);
    free(path);
    folder_remove(folder);
}
