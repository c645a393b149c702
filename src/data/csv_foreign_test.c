/* csv_foreign_test.c: the files of others give the bars that they mean, or say why not. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdarg.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/file_symbol.h"
#include "data/local_zone.h"
#include "data/reading_test.h"

/* The same two minutes in our own CSV. */
#define OURS                                                                                       \
    "symbol,ts_utc,open,high,low,close,volume\n"                                                   \
    "SPY,2019-02-11T14:30:00Z,271.19,271.34,271.07,271.34,1488804\n"                               \
    "SPY,2019-02-11T14:31:00Z,271.32,271.32,271.22,271.2399,251600\n"

/* The same two days in our own CSV. */
#define OUR_DAYS                                                                                   \
    "symbol,date,open,high,low,close,volume\n"                                                     \
    "SPY,2019-02-11,271.2,271.9699,270.0,270.62,68036100\n"                                        \
    "SPY,2019-02-12,272.44,274.64,272.0,274.1,75077800\n"

static void hash_of(const char *text, char hash[SHA256_HEX_SIZE])
{
    struct reading reading = read_text(text, false);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    memcpy(hash, reading.bars.data_hash, SHA256_HEX_SIZE);
    reading_finish(&reading);
}

/* Files that all hold one of the two. */
static const struct {
    const char *name; /* of the file */
    const char *format;
    const char *text;
    bool days;
} good[] = {
    {"SPY.csv",               "Yahoo CSV",
     "Date,Open,High,Low,Close,Adj Close,Volume\n"
     "2019-02-11,271.200000,271.969900,270.000000,270.620000,252.1,68036100\n"
     "2019-02-12,272.440000,274.640000,272.000000,274.100000,255.9,75077800\n",                  true },
    {"SPY.csv",               "Yahoo or Stooq CSV",
     "Date,Open,High,Low,Close,Volume\n2019-02-11,271.2,271.9699,270,270.62,68036100\n"
     "2019-02-12,272.44,274.64,272,274.1,75077800\n",                                            true },
    {"spy_us_d.csv",          "Yahoo or Stooq CSV",
     "Date,Open,High,Low,Close,Volume\r\n2019-02-11,271.2,271.9699,270,270.62,68036099.6\r\n"
     "2019-02-12,272.44,274.64,272,274.1,75077800.4",                                            true },
    {"SPY.csv",               "Yahoo CSV",
     "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\n"
     "2019-02-11 00:00:00-05:00,271.2,271.9699,270,270.62,68036100,0.0,0.0\n"
     "2019-02-12 00:00:00-05:00,272.44,274.64,272,274.1,75077800,0.0,0.0\n",                     true },
    {"SPY.csv",               "Yahoo CSV",
     "Datetime,Open,High,Low,Close,Adj Close,Volume\n"
     "2019-02-11 09:30:00-05:00,271.19,271.34,271.07,271.34,271.34,1488804\n"
     "2019-02-11 09:31:00-05:00,271.32,271.32,271.22,271.2399,271.2399,251600\n",                false},
    {"any.txt",               "Stooq text",
     "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
     "SPY.US,D,20190211,000000,271.2,271.9699,270,270.62,68036100,0\n"
     "SPY.US,D,20190212,000000,272.44,274.64,272,274.1,75077800,0\n",                            true },
    {"any.txt",               "Stooq text",
     "<TICKER>,<PER>,<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n"
     "SPY.US,D,20190211,271.2,271.9699,270,270.62,68036100\n"
     "SPY.US,D,20190212,272.44,274.64,272,274.1,75077800\n",                                     true },
    {"spy.csv",               "Nasdaq.com CSV",
     "Date,Close/Last,Volume,Open,High,Low\n"
     "02/12/2019,$274.10,75077800,$272.44,$274.64,$272.00\n"
     "2/11/2019,$270.62,\"68,036,100\",\"$271.20\",$271.9699,$270.00\n",                         true },
    {"BATS_SPY, 1.csv",       "TradingView CSV",
     "time,open,high,low,close,Volume,Volume MA\n"
     "1549895400,271.19,271.34,271.07,271.34,1488804,\n"
     "1549895460,271.32,271.32,271.22,271.2399,251600,870202\n",                                 false},
    {"BATS_SPY, 1_4a5b6.csv", "TradingView CSV",
     "time,open,high,low,close,Volume\n"
     "2019-02-11T09:30:00-05:00,271.19,271.34,271.07,271.34,1488804\n"
     "2019-02-11T14:31:00Z,271.32,271.32,271.22,271.2399,251600\n",                              false},
    {"AMEX_SPY, 1D.csv",      "TradingView CSV",
     "time,open,high,low,close,Volume\n1549895400,271.2,271.9699,270,270.62,68036100\n"
     "1549981800,272.44,274.64,272,274.1,75077800\n",                                            true },
    {"SPY.Last.txt",          "NinjaTrader text",
     "20190211 143100;271.19;271.34;271.07;271.34;1488804\n"
     "20190211 143200;271.32;271.32;271.22;271.2399;251600\n",                                   false},
    {"SPY.txt",               "NinjaTrader text",
     "20190211;271.2;271.9699;270;270.62;68036100\n20190212;272.44;274.64;272;274.1;75077800\n", true },
    {"SPY.tsv",               "Yahoo or Stooq CSV",
     "Date\tOpen\tHigh\tLow\tClose\tVolume\n\"2019-02-11\"\t271.2\t271.9699\t270\t270."
     "62\t68036100\n"
     "2019-02-12\t272.44\t274.64\t272\t274.1\t7.50778e7\n",                                      true },
    {"SPY.csv",               "Yahoo or Stooq CSV",
     "\xef\xbb\xbf\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n"
     "\"2019-02-11\", 271.2 ,\"271.9699\",\"270\",\"270.62\",\"68,036,100\"\n"
     "2019-02-12,272.44,274.64,272,274.1,75077800\n\n",                                          true },
};

Test(csv_foreign, each_format_gives_the_bars_that_it_means)
{
    char minutes[SHA256_HEX_SIZE];
    char days[SHA256_HEX_SIZE];
    hash_of(OURS, minutes);
    hash_of(OUR_DAYS, days);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct reading reading = read_named(good[i].name, good[i].text, strlen(good[i].text), NULL);
        cr_assert_eq(reading.err, ERR_OK, "%zu: %s", i, reading.problem.text);
        cr_assert_str_eq(reading.report.files[0].format, good[i].format);
        cr_assert_str_eq(reading.bars.data_hash, good[i].days ? days : minutes, "%zu: %s", i,
                         good[i].text);
        reading_finish(&reading);
    }
}

Test(csv_foreign, each_format_is_the_same_in_gzip)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        unsigned char bytes[4096];
        size_t size = gzip_text(good[i].text, bytes, sizeof bytes);
        char *name = xasprintf("%s.gz", good[i].name);
        struct reading packed = read_named(name, bytes, size, NULL);
        struct reading plain = read_named(good[i].name, good[i].text, strlen(good[i].text), NULL);
        cr_assert_eq(packed.err, ERR_OK, "%zu: %s", i, packed.problem.text);
        cr_assert_str_eq(packed.bars.data_hash, plain.bars.data_hash);
        reading_finish(&packed);
        reading_finish(&plain);
        free(name);
    }
}

/* A bad row behind two good ones refuses the file with its line and is left out by skip_bad. */
static void check_bad_row(const char *name, const char *head, const char *row, const char *part)
{
    struct import_options skip = {.skip_bad = true};
    char *text = xasprintf("%s%s\n", head, row);
    struct reading reading = read_named(name, text, strlen(text), NULL);
    cr_assert_neq(reading.err, ERR_OK, "accepted: %s", row);
    cr_assert_not_null(strstr(reading.problem.text, part), "`%s` is not in: %s", part,
                       reading.problem.text);
    reading_finish(&reading);
    reading = read_named(name, text, strlen(text), &skip);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_eq(reading.bars.count, 2);
    cr_assert_eq(reading.report.skipped, 1);
    reading_finish(&reading);
    free(text);
}

Test(csv_foreign, bad_rows_are_named)
{
    static const struct {
        const char *row;
        const char *part;
    } cases[] = {
        {"2019-02-13,null,null,null,null,null,null", "line 4: Open is no number (null)"         },
        {"2019-02-13,1,2,1,2,2,",                    "line 4: Volume is blank"                  },
        {"2019-02-13,,2,1,2,2,5",                    "line 4: Open is blank"                    },
        {"2019-02-13,1,1,2,1,2,5",                   "line 4: high is below low (open 1"        },
        {"2019-02-13,1,2",                           "line 4: the line has 3 fields, the header"},
        {"2019-02-13,1,2,1,\"2,2,5",                 "line 4: a quote is not closed"            },
        {"2019-02-13,1,2,1,\"2\"x,2,5",              "line 4: a quote is not closed"            },
        {"2019-02-13,1,2,1,1.0000000001,2,5",        "line 4: Close is too large or has more"   },
        {"2019-02-13,1,2,1,1e-10,2,5",               "line 4: Close is too large or has more"   },
        {"2019-02-13,1,2,1,1e99,2,5",                "line 4: Close is too large or has more"   },
        {"2019-02-13,\"1,2\",2,1,1,2,5",             "line 4: Open is no number (1,2)"          },
        {"2019-02-13,1,2,1,2,2,5.5",                 "line 4: Volume is no whole number"        },
        {"2019-02-13,1,2,1,2,2,-5",                  "line 4: volume is "                       },
        {"2019-02-12,1,2,1,2,2,5",                   "line 4: its time is not later than"       },
        {"2019-02-29,1,2,1,2,2,5",                   "line 4: Date is no time that we know"     },
        {"13/13/2019,1,2,1,2,2,5",                   "line 4: Date is no time that we know"     },
        {"2019-02-13 09:30,1,2,1,2,2,5",             "line 4: it has a time where the rows"     },
        {"Dividend,1,2,1,2,2,5",                     "line 4: Date is no time that we know"     },
        {"2019-02-13,1,2,1,2,2,\x01",                "line 4: the line holds bytes that are no" },
        {"2019-02-13,-1,2,-1,2,2,5",                 "line 4: a price is not positive"          },
    };
    const char *head = "Date,Open,High,Low,Close,Adj Close,Volume\n2019-02-11,1,2,1,2,2,5\n"
                       "2019-02-12,1,2,1,2,2,5\n";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_bad_row("SPY.csv", head, cases[i].row, cases[i].part);
    }
}

Test(csv_foreign, newest_first_stays_newest_first)
{
    const char *head = "Date,Close/Last,Volume,Open,High,Low\n02/12/2019,$2,5,$1,$2,$1\n"
                       "02/11/2019,$2,5,$1,$2,$1\n";
    check_bad_row("SPY.csv", head, "02/13/2019,$2,5,$1,$2,$1",
                  "line 4: its time is not earlier (newest first)");
    check_bad_row("SPY.csv", head, "02/11/2019,$2,5,$1,$2,$1", "line 4: its time is not earlier");
}

Test(csv_foreign, files_that_cannot_be_used_are_refused)
{
    static const struct {
        const char *name;
        const char *text;
        const char *part;
    } cases[] = {
        {"SPY.csv",               "Date,Open,High,Low,Close,Adj Close,Volume\n",                        "has a header and no rows"            },
        {"HistoricalData_17.csv",
         "Date,Close/Last,Volume,Open,High,Low\n02/12/2019,$2,5,$1,$2,$1\n",                            "--symbol AAPL"                       },
        {"BATS_SPY, 1.csv",       "time,open,high,low,close\n1549895400,1,2,1,2\n",
         "without its column of volumes"                                                                                                      },
        {"SPY.csv",               "time,ticker,open,high,low,close,Volume\n1549895400,SPY,1,2,1,2,5\n",
         "unknown column `time`"                                                                                                              },
        {"SPY.csv",               "Date,Open,High,Low,Close,Volume,Colour\n2019-02-12,1,2,1,2,5,red\n",
         "unknown column `Date`"                                                                                                              },
        {"any.txt",
         "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
         "SPY.US,5,20190211,153000,1,2,1,2,5,0\nSPY.US,5,20190211,153500,1,2,1,2,5,0\n",                "no such file says of which time zone"},
        {"any.txt",
         "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
         "SPY.US,W,20190211,000000,1,2,1,2,5,0\n",                                                      "its period is W"                     },
        {"SPY.csv",
         "Date,Open,High,Low,Close,Adj Close,Volume\n2019-02-04,1,2,1,2,2,5\n"
         "2019-02-11,1,2,1,2,2,5\n2019-02-18,1,2,1,2,2,5\n2019-02-25,1,2,1,2,2,5\n",                    "7 days apart or more"                },
        {"SPY.csv",
         "time,open,high,low,close,Volume\n2019-02-04T00:00:00-05:00,1,2,1,2,5\n"
         "2019-03-04T00:00:00-05:00,1,2,1,2,5\n2019-04-01T00:00:00-04:00,1,2,1,2,5\n"
         "2019-05-06T00:00:00-04:00,1,2,1,2,5\n",                                                       "28 days apart or more"               },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading =
            read_named(cases[i].name, cases[i].text, strlen(cases[i].text), NULL);
        cr_assert_neq(reading.err, ERR_OK, "%zu is accepted", i);
        cr_assert_not_null(strstr(reading.problem.text, cases[i].part), "`%s` is not in: %s",
                           cases[i].part, reading.problem.text);
        reading_finish(&reading);
    }
}

/* Daily times, 23, 24 and 25 hours apart, are days. */
Test(csv_foreign, days_stay_days_when_clocks_change)
{
    const char *text = "time,open,high,low,close,Volume\n"
                       "2019-03-08T09:30:00-05:00,1,2,1,2,5\n2019-03-11T09:30:00-04:00,1,2,1,2,5\n"
                       "2019-03-12T09:30:00-04:00,1,2,1,2,5\n2019-11-01T09:30:00-04:00,1,2,1,2,5\n"
                       "2019-11-04T09:30:00-05:00,1,2,1,2,5\n";
    struct reading reading = read_named("SPY.csv", text, strlen(text), NULL);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_eq(reading.bars.bar_ns, NS_PER_DAY);
    char start[UTC_TEXT_SIZE];
    (void)utc_format(reading.bars.records[4].src_ns, start);
    cr_assert_str_eq(start, "2019-11-04T00:00:00Z");
    reading_finish(&reading);
}

Test(csv_foreign, columns_zone_stamp_and_symbol_are_as_the_user_says)
{
    char hash[SHA256_HEX_SIZE];
    hash_of(OURS, hash);
    struct local_zone zone;
    cr_assert_eq(local_zone_parse("+05:30", &zone), ERR_OK);
    struct instrument spy = {.symbol = "SPY"};
    struct import_options options = {.columns = "date=Day,time=Until,open=O,high=H,low=L,close=C,"
                                                "volume=V",
                                     .zone = &zone,
                                     .stamp = STAMP_END,
                                     .file_symbol = &spy};
    const char *text = "Day;Until;O;H;L;C;V;Note\n"
                       "11-02;x;1;1;1;1;1;bad\n"
                       "2019-02-11;20:01;271.19;271.34;271.07;271.34;1488804;\"a;b\"\n"
                       "2019-02-11;20:02;271.32;271.32;271.22;271.2399;251600;\n";
    options.skip_bad = true;
    struct reading reading = read_named("bars_1.csv", text, strlen(text), &options);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_str_eq(reading.bars.data_hash, hash);
    cr_assert_str_eq(reading.report.files[0].read_over, "Note");
    reading_finish(&reading);
    static const struct {
        const char *columns;
        const char *part;
    } wrong[] = {
        {"time=Day,open=O,high=H,low=L,close=C",                 "which column is the volume"},
        {"time=Day,open=O,high=H,low=L,close=C,volume=Volume",   "no column `Volume`"        },
        {"time=Day,opening=O",                                   "says `opening=O`"          },
        {"time",                                                 "says `time`"               },
        {"open=O,open=H,time=Day,high=H,low=L,close=C,volume=V", "`open` twice"              },
        {"",                                                     "which column is the time"  },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        options.columns = wrong[i].columns;
        reading_finish(&reading);
        reading = read_named("bars_1.csv", text, strlen(text), &options);
        cr_assert_neq(reading.err, ERR_OK);
        cr_assert_not_null(strstr(reading.problem.text, wrong[i].part), "`%s` is not in: %s",
                           wrong[i].part, reading.problem.text);
    }
    reading_finish(&reading);
}

Test(csv_foreign, the_name_of_a_file_tells_its_symbol)
{
    static const struct {
        const char *path;
        const char *symbol; /* NULL: none */
    } cases[] = {
        {"/data/AAPL.csv",            "AAPL" },
        {"aapl.csv.gz",               "AAPL" },
        {"BRK-B.csv",                 "BRK-B"},
        {"aapl_us_d.csv",             "AAPL" },
        {"aapl.us.txt",               "AAPL" },
        {"NASDAQ_AAPL, 1D_2f3a1.csv", "AAPL" },
        {"SPY.Last.txt",              "SPY"  },
        {"SPY",                       "SPY"  },
        {"HistoricalData_1700.csv",   NULL   },
        {"2019-02-11.csv",            NULL   },
        {"ES 12-25.Last.txt",         NULL   },
        {"^GSPC.csv",                 NULL   },
        {".csv",                      NULL   },
        {"my bars.csv",               NULL   },
        {"ABCDEFGHIJKLMNOPQ.csv",     NULL   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct instrument instrument = {0};
        cr_assert_eq(file_symbol(cases[i].path, &instrument), cases[i].symbol != NULL, "%s",
                     cases[i].path);
        cr_assert_str_eq(instrument.symbol, cases[i].symbol != NULL ? cases[i].symbol : "");
    }
}

/* ---- real bars through every format ---- */

enum format_kind { AS_NINJA, AS_TRADING_VIEW, AS_NASDAQ_STYLE, AS_JSONL, AS_ALPACA };

struct text {
    char *at;
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    cr_assert(length > 0 && (size_t)length < sizeof line);
    text->at = xrealloc(text->at, text->length + (size_t)length + 1);
    memcpy(text->at + text->length, line, (size_t)length + 1);
    text->length += (size_t)length;
}

static void add_bar(struct text *text, const struct event *record, enum format_kind kind)
{
    char at[4][MONEY_TEXT_SIZE];
    char time[UTC_TEXT_SIZE];
    (void)money_format(record->bar.open_e9, at[0]);
    (void)money_format(record->bar.high_e9, at[1]);
    (void)money_format(record->bar.low_e9, at[2]);
    (void)money_format(record->bar.close_e9, at[3]);
    int64_t volume = record->bar.volume;
    (void)utc_format(kind == AS_NINJA ? record->ts_ns : record->src_ns, time);
    switch (kind) {
    case AS_NINJA:
        add(text, "%.4s%.2s%.2s %.2s%.2s%.2s;%s;%s;%s;%s;%" PRId64 "\n", time, time + 5, time + 8,
            time + 11, time + 14, time + 17, at[0], at[1], at[2], at[3], volume);
        break;
    case AS_TRADING_VIEW:
        add(text, "%" PRId64 ",%s,%s,%s,%s,%" PRId64 ",\n", record->src_ns / NS_PER_S, at[0], at[1],
            at[2], at[3], volume);
        break;
    case AS_NASDAQ_STYLE: /* winter: five hours behind */
        (void)utc_format(record->src_ns - 5 * NS_PER_HOUR, time);
        add(text, "\"%.2s/%.2s/%.4s %.5s\",$%s,$%s,\"$%s\",$%s,%" PRId64 "\r\n", time + 5, time + 8,
            time, time + 11, at[0], at[1], at[2], at[3], volume);
        break;
    case AS_JSONL:
        add(text,
            "{\"symbol\":\"SPY\", \"timestamp\":\"%.19s+00:00\",\"open\":%se0,\"high\":%s,"
            "\"low\":%s,\"close\":%s,\"volume\":%" PRId64 "}\n",
            time, at[0], at[1], at[2], at[3], volume);
        break;
    case AS_ALPACA:
        add(text,
            "{\"t\":\"%s\",\"o\":%s,\"h\":%s,\"l\":%s,\"c\":%s,\"v\":%" PRId64
            ",\"n\":1,\"vw\":1.23456789012}",
            time, at[0], at[1], at[2], at[3], volume);
        break;
    }
}

static struct text make_text(const struct bars *bars, enum format_kind kind)
{
    struct text text = {0};
    if (kind == AS_TRADING_VIEW) {
        add(&text, "time,open,high,low,close,Volume,Plot\n");
    } else if (kind == AS_NASDAQ_STYLE) {
        add(&text, "Datetime,Open,High,Low,Close,Volume\r\n");
    } else if (kind == AS_ALPACA) {
        add(&text, "{\"bars\":[");
    }
    for (uint64_t i = 0; i < bars->count; i++) {
        if (kind == AS_ALPACA && i > 0) { /* pages of 1,000 bars */
            add(&text, "%s", i % 1000 == 0 ? "],\"symbol\":\"SPY\"}\n{\"bars\":[" : ",");
        }
        add_bar(&text, &bars->records[i], kind);
    }
    if (kind == AS_ALPACA) {
        add(&text, "],\"next_page_token\":null,\"symbol\":\"SPY\"}");
    }
    return text;
}

Test(csv_foreign, a_real_week_of_minutes_is_the_same_in_every_format)
{
    char *path = shared_file("equity/minute/bars_SPY_1min_20190211-20190215.csv.gz");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    struct reading real = read_path(path, NULL);
    cr_assert_eq(real.err, ERR_OK, "%s", real.problem.text);
    for (enum format_kind kind = AS_NINJA; kind <= AS_ALPACA; kind++) {
        struct text text = make_text(&real.bars, kind);
        struct reading reading = read_named("SPY.csv", text.at, text.length, NULL);
        cr_assert_eq(reading.err, ERR_OK, "%d: %s", (int)kind, reading.problem.text);
        cr_assert_str_eq(reading.bars.data_hash, real.bars.data_hash, "%d", (int)kind);
        reading_finish(&reading);
        free(text.at);
    }
    reading_finish(&real);
    free(path);
}
