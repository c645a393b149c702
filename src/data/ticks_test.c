/* ticks_test.c: quotes and trades are read to the last digit, what is wrong with them is told, and
 * bars built of trades are the vendor's own. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/bar_file.h"
#include "data/reading_test.h"
#include "data/tick_bars.h"
#include "data/tick_facts.h"

#define QUOTE_BARS                                                                                 \
    "symbol,ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,"        \
    "ask_close,ask_size\n"
#define QUOTES              "symbol,ts_utc,bid,bid_size,ask,ask_size,exchange,quote_condition_hex,suspicious\n"
#define TRADES              "symbol,ts_utc,price,size,exchange,sale_condition_hex,suspicious\n"
#define BARS                "symbol,ts_utc,open,high,low,close,volume\n"
#define USD(dollars, cents) ((INT64_C(dollars) * 100 + (cents)) * (MONEY_E9 / 100))

static void assert_quote(const struct event *quote, int64_t bid_e9, int64_t bid_size,
                         int64_t ask_e9, int64_t ask_size)
{
    cr_assert_eq(quote->kind, EVENT_QUOTE);
    cr_assert_eq(quote->quote.bid_e9, bid_e9, "%" PRId64, quote->quote.bid_e9);
    cr_assert_eq(quote->quote.bid_size, bid_size, "%" PRId64, quote->quote.bid_size);
    cr_assert_eq(quote->quote.ask_e9, ask_e9, "%" PRId64, quote->quote.ask_e9);
    cr_assert_eq(quote->quote.ask_size, ask_size, "%" PRId64, quote->quote.ask_size);
}

/* ---- quotes ---- */

/* A row is what stands at the end of its interval. */
Test(ticks, a_quote_bar_is_its_close_at_its_end)
{
    struct reading reading = read_text(
        QUOTE_BARS "SPY,2013-10-04T08:00:00Z,167.42,167.58,167.42,167.56,20000,167.87,167.87,"
                   "167.6,167.6,300\n"
                   "SPY,2013-10-04T08:01:00Z,,,,,,167.6,167.6,167.57,167.6,100\n",
        false);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    const struct bars *bars = &reading.bars;
    cr_assert_eq(bars->count, 2);
    cr_assert_eq(bars->quote_count, 2);
    cr_assert_eq(bars->bar_ns, 0);
    assert_quote(&bars->records[0], USD(167, 56), 20000, USD(167, 60), 300);
    assert_quote(&bars->records[1], 0, 0, USD(167, 60), 100);
    cr_assert_eq(bars->records[0].ts_ns - bars->records[0].src_ns, NS_PER_MIN);
    cr_assert_eq(bars->records[0].ts_ns, bars->records[1].src_ns);
    reading_finish(&reading);
}

/* One side a row, several rows at one time, one that crosses, one that says nothing new. */
Test(ticks, one_sided_quotes_are_joined)
{
    struct reading reading = read_text(QUOTES "A,2013-10-07T08:00:00.054Z,,0,10.05,100,Q,1,0\n"
                                              "A,2013-10-07T08:00:00.241Z,10.01,300,,0,P,1,0\n"
                                              "A,2013-10-07T08:00:00.241Z,,0,10.03,200,P,1,0\n"
                                              "A,2013-10-07T08:00:00.300Z,10.01,300,,0,N,1,0\n"
                                              "A,2013-10-07T08:00:00.400Z,9,1,,0,N,1,1\n"
                                              "A,2013-10-07T08:00:00.500Z,10.04,50,,0,N,1,0\n"
                                              "A,2013-10-07T08:00:00.600Z,,0,10.04,70,N,1,0\n",
                                       false);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    const struct bars *bars = &reading.bars;
    cr_assert_eq(bars->count, 4);
    cr_assert_eq(reading.report.rows, 7);
    cr_assert_eq(reading.report.set_aside, 1);
    assert_quote(&bars->records[0], 0, 0, USD(10, 5), 100);
    assert_quote(&bars->records[1], USD(10, 1), 300, USD(10, 3), 200);
    assert_quote(&bars->records[2], USD(10, 4), 50, 0, 0);
    assert_quote(&bars->records[3], USD(10, 4), 50, USD(10, 4), 70);
    cr_assert_eq(bars->records[3].ts_ns % NS_PER_S, 600 * NS_PER_S / 1000);
    struct tick_facts *facts = tick_facts_create(bars);
    cr_assert_eq(facts->quotes, 4);
    cr_assert_eq(facts->one_sided, 2);
    cr_assert_eq(facts->locked, 1);
    free(facts);
    reading_finish(&reading);
}

Test(ticks, tells_what_is_wrong)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {QUOTES "A,2013-10-07T08:00:00Z,10.02,1,10.01,1,Q,1,0\n",
         "line 2: the quote is crossed: bid is above ask (bid 10.02, ask 10.01"                                                                                  },
        {QUOTES "A,2013-10-07T08:00:00Z,0,1,10.01,1,Q,1,0\n",                                   "line 2: bid is not positive"                                    },
        {QUOTES "A,2013-10-07T08:00:00Z,-1,1,10.01,1,Q,1,0\n",                                  "line 2: bid is not positive"                                    },
        {QUOTES "A,2013-10-07T08:00:00Z,,0,,0,Q,1,0\n",                                         "line 2: neither side has a price"                               },
        {QUOTES "A,2013-10-07T08:00:00Z,,5,10,1,Q,1,0\n",
         "line 2: bid is blank, but there is a size"                                                                                                             },
        {QUOTES "A,2013-10-07T08:00:00Z,1,x,2,1,Q,1,0\n",                                       "line 2: bid_size is no whole"                                   },
        {QUOTES "A,2013-10-07T08:00:00Z,1,1000000001,2,1,Q,1,0\n",                              "line 2: a size is outside"                                      },
        {QUOTES "A,2013-10-07T08:00:00Z,1,1,9000001,1,Q,1,0\n",
         "line 2: a price is above 9,000,000"                                                                                                                    },
        {QUOTES "A,2013-10-07T08:00:00Z,1,1,2,1,Q,1,7\n",                                       "line 2: suspicious is 0 or 1, not 7"                            },
        {QUOTES "A,2013-10-07T08:00:01Z,1,1,2,1,Q,1,0\nA,2013-10-07T08:00:00Z,1,1,2,1,Q,1,0\n",
         "line 3: its time is earlier than the one before of its symbol"                                                                                         },
        {QUOTES "A,2013-10-07T08:00:00Z,1,1,2,1,Q,1\n",                                         "line 2: the line has 8 fields"                                  },
        {QUOTES "a,2013-10-07T08:00:00Z,1,1,2,1,Q,1,0\n",                                       "line 2: symbol is not"                                          },
        {QUOTES "A,yesterday,1,1,2,1,Q,1,0\n",                                                  "line 2: ts_utc is no time"                                      },
        {QUOTE_BARS "A,2013-10-04T08:00:00Z,1,2,1,3,5,4,4,4,4,5\n",
         "line 2: bid_open to bid_close do not agree"                                                                                                            },
        {QUOTE_BARS "A,2013-10-04T08:00:00Z,1,1,1,1,5,4,4,4,4,5\n",
         "does not tell how long its bars are"                                                                                                                   },
        {QUOTE_BARS "A,2013-10-04T08:00:00Z,1,1,1,1,5,4,4,4,4,5\n"
                    "A,2013-10-04T08:00:00Z,1,1,1,1,5,4,4,4,4,5\n",                    "line 3: its time is not later than the one before of its symbol"},
        {TRADES "A,2013-10-07T08:00:00Z,0,1,Q,1,0\n",                                           "line 2: the price is not positive"                              },
        {TRADES "A,2013-10-07T08:00:00Z,1,0,Q,1,0\n",                                           "line 2: the size is outside 1.."                                },
        {TRADES "A,2013-10-07T08:00:00Z,1,1,Q,xyz,0\n",
         "line 2: sale_condition_hex is no hexadecimal number (xyz)"                                                                                             },
        {TRADES "A,2013-10-07T08:00:01Z,1,1,Q,1,0\nA,2013-10-07T08:00:00Z,1,1,Q,1,0\n",
         "line 3: its time is earlier"                                                                                                                           },
        {TRADES "A,2013-10-07T08:00:01Z,1,1,Q,1,1\n",                                           "all 1 rows are flagged"                                         },
        {"symbol,ts_utc,price,size,volume\n",                                                   "has the unknown column `volume`"                                },
        {"symbol,ts_utc,price,size,size\n",                                                     "has the column `size` twice"                                    },
        {"symbol,price,size\n",                                                                 "is one of trades and lacks the column `ts_utc`"                 },
        {"symbol,ts_utc,price,size,bid_size\n",
         "is one of trades, which have no column `bid_size`"                                                                                                     },
        {"symbol,ts_utc,bid,ask,bid_size\n",                                                    "is one of quotes and lacks the column `ask_size`"               },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_refusal(cases[i].text, cases[i].part);
    }
}

/* ---- trades and bars of them ---- */

#define FIVE_TRADES                                                                                \
    "A,2013-10-07T13:30:00Z,10.02,100,Q,1,0\n"                                                     \
    "A,2013-10-07T13:30:00Z,10.05,20,Q,1,0\n"                                                      \
    "A,2013-10-07T13:30:30Z,99,7,D,20000020,0\n"                                                   \
    "A,2013-10-07T13:30:59.999Z,10.01,200,Q,2000,0\n"                                              \
    "A,2013-10-07T13:31:00Z,10.03,1,Q,1,0\n"

static struct reading read_minutes(const char *text)
{
    struct import_options options = {.bar_ns = NS_PER_MIN, .needs_bars = true};
    return read_bytes(text, strlen(text), &options);
}

Test(ticks, bars_are_built_of_trades)
{
    struct reading reading = read_minutes(TRADES FIVE_TRADES);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    const struct bars *bars = &reading.bars;
    cr_assert_eq(bars->trade_count, 5);
    cr_assert_eq(bars_bar_count(bars), 2);
    cr_assert_eq(bars->bar_ns, NS_PER_MIN);
    cr_assert_eq(bars->slice_count, 5);
    /* The trade at 13:31 comes before the bar that ends then. */
    cr_assert_eq(bars->records[4].kind, EVENT_TRADE_TICK);
    const struct event *bar = &bars->records[5];
    cr_assert_eq(bar->kind, EVENT_BAR);
    cr_assert_eq(bar->ts_ns, bars->records[4].ts_ns);
    cr_assert_eq(bar->bar.open_e9, USD(10, 2));
    cr_assert_eq(bar->bar.high_e9, USD(10, 5));
    cr_assert_eq(bar->bar.low_e9, USD(10, 1));
    cr_assert_eq(bar->bar.close_e9, USD(10, 1));
    cr_assert_eq(bar->bar.volume, 327);
    cr_assert_eq(bars->records[6].bar.volume, 1);
    cr_assert_eq(bars->records[2].flags, TRADE_TICK_VOLUME_ONLY);
    reading_finish(&reading);
}

/* Volume without a price waits for a price of the same minute, and only there. */
Test(ticks, an_interval_without_a_price_has_no_bar)
{
    struct reading reading = read_minutes(TRADES "A,2013-10-07T13:30:01Z,9,7,D,200,0\n"
                                                 "A,2013-10-07T13:31:01Z,9,5,D,200,0\n"
                                                 "A,2013-10-07T13:31:02Z,8,1,D,1,0\n");
    cr_assert_eq(bars_bar_count(&reading.bars), 1);
    const struct event *bar = &reading.bars.records[reading.bars.count - 1];
    cr_assert_eq(bar->bar.volume, 6);
    cr_assert_eq(bar->bar.high_e9, USD(8, 0));
    reading_finish(&reading);
}

Test(ticks, says_what_is_needed_for_bars)
{
    struct import_options options = {.needs_bars = true};
    struct reading reading = read_bytes(TRADES FIVE_TRADES, strlen(TRADES FIVE_TRADES), &options);
    cr_assert_eq(reading.err, ERR_USAGE);
    cr_assert_not_null(strstr(reading.problem.text, "say how long"));
    reading_finish(&reading);
    options.bar_ns = NS_PER_DAY;
    reading = read_bytes(TRADES FIVE_TRADES, strlen(TRADES FIVE_TRADES), &options);
    cr_assert_eq(reading.err, ERR_USAGE);
    cr_assert_not_null(strstr(reading.problem.text, "divide a day"));
    reading_finish(&reading);
    const char *quotes = QUOTES "A,2013-10-07T08:00:00Z,1,1,2,1,Q,1,0\n";
    reading = read_bytes(quotes, strlen(quotes), &options);
    cr_assert_eq(reading.err, ERR_USAGE);
    cr_assert_not_null(strstr(reading.problem.text, "quotes and no bars or trades"));
    reading_finish(&reading);
    cr_assert_null(tick_bars_length_fault(5 * NS_PER_MIN));
    cr_assert_not_null(tick_bars_length_fault(7 * NS_PER_MIN));
}

/* ---- the record file ---- */

/* Bars, quotes and trades of two symbols in one file, quotes of an instant first; and back. */
Test(ticks, a_record_file_holds_all_kinds)
{
    char *folder = folder_create();
    static const char *const texts[] = {
        BARS "B,2013-10-07T13:30:00Z,1,2,1,2,5\nB,2013-10-07T13:31:00Z,1,2,1,2,5\n",
        TRADES FIVE_TRADES,
        QUOTES "B,2013-10-07T13:31:00Z,1,1,2,1,Q,1,0\nA,2013-10-07T13:32:00Z,1,1,2,1,Q,1,0\n",
    };
    char *paths[3];
    for (int i = 0; i < 3; i++) {
        paths[i] = xasprintf("%s/%d.csv", folder, i);
        file_write(paths[i], texts[i], strlen(texts[i]));
    }
    struct problem problem;
    struct bars bars;
    struct bars again;
    char *file = xasprintf("%s/all.bwbars", folder);
    cr_assert_eq(bars_open_many((const char *const *)paths, 3, NULL, &bars, NULL, &problem), ERR_OK,
                 "%s", problem.text);
    cr_assert_null(bars_fault(&bars));
    /* A has trades and no bars, and gets them in the length of B's. */
    cr_assert_eq(bars_bar_count(&bars), 4);
    cr_assert_eq(bars.quote_count, 2);
    cr_assert_eq(bars.trade_count, 5);
    cr_assert_eq(bar_file_write(file, &bars, &problem), ERR_OK);
    cr_assert_eq(bar_file_open(file, &again, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(again.count, bars.count);
    cr_assert_eq(again.slice_count, bars.slice_count);
    cr_assert_eq(memcmp(again.records, bars.records, bars.count * EVENT_SIZE), 0);
    cr_assert_str_eq(again.data_hash, bars.data_hash);
    size_t size;
    unsigned char *bytes = file_read(file, &size);
    cr_assert_eq(bytes[8], 2, "version 2");
    /* Without the ticks it is version 1 again, as it was before there was another. */
    bars_drop_ticks(&again);
    cr_assert_eq(again.count, 4);
    cr_assert_eq(bars_tick_count(&again), 0);
    cr_assert_eq(bar_file_write(file, &again, &problem), ERR_OK);
    free(bytes);
    bytes = file_read(file, &size);
    cr_assert_eq(bytes[8], 1, "version 1");
    for (int i = 120; i < 136; i++) {
        cr_assert_eq(bytes[i], 0);
    }
    free(bytes);
    bars_finish(&bars);
    bars_finish(&again);
    for (int i = 0; i < 3; i++) {
        free(paths[i]);
    }
    free(file);
    folder_remove(folder);
}

/* What a record file may not hold. */
Test(ticks, the_check_finds_bad_ticks)
{
    static const struct instrument instruments[] = {{"A"}, {"B"}};
    struct event quote = {
        .ts_ns = 100,
        .src_ns = 100,
        .kind = EVENT_QUOTE,
        .version = 1,
        .slots = 1,
        .quote = {1, 2, 3, 4, 0}
    };
    struct event trade = {
        .ts_ns = 100,
        .src_ns = 100,
        .kind = EVENT_TRADE_TICK,
        .version = 1,
        .slots = 1,
        .trade_tick = {.price_e9 = 1, .size = 1}
    };
    struct event bad[8] = {quote, quote, quote, quote, trade, trade, trade, quote};
    bad[0].quote.bid_e9 = 3;
    bad[1].quote.unused = 1;
    bad[2].flags = 1;
    bad[3].src_ns = 101;
    bad[4].flags = 2;
    bad[5].trade_tick.unused[2] = 1;
    bad[6].trade_tick.size = 0;
    bad[7].instrument = 2;
    for (int i = 0; i < 8; i++) {
        struct bars_check check;
        bars_check_init(&check, 2, 0);
        cr_assert_not_null(bars_check_records(&check, &bad[i], 1), "case %d", i);
    }
    /* Any number of ticks of one instrument at one time, but quotes before trades. */
    struct event order[] = {quote, quote, trade, trade, quote};
    struct bars_check check;
    bars_check_init(&check, 2, 0);
    cr_assert_null(bars_check_records(&check, order, 4));
    cr_assert_not_null(bars_check_records(&check, &order[4], 1));
    cr_assert_eq(check.slice_count, 1);
    cr_assert_null(bars_instruments_fault(instruments, 2));
}

/* ---- against the vendor's own ---- */

/* How many of the vendor's bars of 2013-10-07 have the same prices, and the same volume, as ours,
 * which are built of the trades of that day. */
static void compare(const char *symbol, const char *bars_name, int64_t bar_ns, uint64_t *vendor,
                    uint64_t *prices, uint64_t *volumes)
{
    char *trades_name = xasprintf("equity/tick/trades_%s_tick_20131007.csv.gz", symbol);
    char *ticks_path = shared_file(trades_name);
    char *bars_path = shared_file(bars_name);
    struct import_options options = {.bar_ns = bar_ns};
    if (ticks_path == NULL || bars_path == NULL) {
        cr_skip_test("the shared market data is not there");
    }
    struct reading ours = read_path(ticks_path, &options);
    struct reading theirs = read_path(bars_path, NULL);
    cr_assert_eq(ours.err, ERR_OK, "%s", ours.problem.text);
    cr_assert_eq(theirs.err, ERR_OK, "%s", theirs.problem.text);
    cr_assert_eq(theirs.bars.bar_ns, bar_ns);
    bars_drop_ticks(&ours.bars);
    const struct event *mine = ours.bars.records;
    const struct event *const end = mine + ours.bars.count;
    int64_t from_ns = mine->ts_ns;
    int64_t to_ns = end[-1].ts_ns;
    *vendor = *prices = *volumes = 0;
    for (uint64_t i = 0; i < theirs.bars.count; i++) {
        const struct event *bar = &theirs.bars.records[i];
        if (bar->ts_ns < from_ns || bar->ts_ns > to_ns) {
            continue;
        }
        (*vendor)++;
        while (mine < end && mine->ts_ns < bar->ts_ns) {
            mine++;
        }
        if (mine < end && mine->ts_ns == bar->ts_ns) {
            *prices += memcmp(&mine->bar, &bar->bar, offsetof(struct event_bar, volume)) == 0;
            *volumes += mine->bar.volume == bar->bar.volume;
        }
    }
    reading_finish(&ours);
    reading_finish(&theirs);
    free(trades_name);
    free(ticks_path);
    free(bars_path);
}

/* 99 of 100 minutes agree in every price and in the volume; of seconds the vendor counts the volume
 * of the trades that make no price otherwise. */
Test(ticks, bars_of_real_trades_are_the_vendors)
{
    static const struct {
        const char *symbol;
        const char *bars;
        int64_t bar_ns;
        uint64_t vendor, prices, volumes;
    } cases[] = {
        {"IBM", "equity/minute/bars_IBM_1min_20131004-20131009.csv.gz", NS_PER_MIN, 453,   450,   451 },
        {"BAC", "equity/minute/bars_BAC_1min_20131004-20131009.csv.gz", NS_PER_MIN, 595,   591,   593 },
        {"SPY", "equity/minute/bars_SPY_1min_20131004-20131009.csv.gz", NS_PER_MIN, 828,   822,   825 },
        {"IBM", "equity/second/bars_IBM_1sec_20131007-20131007.csv.gz", NS_PER_S,   5123,  5118,  4199},
        {"BAC", "equity/second/bars_BAC_1sec_20131007-20131007.csv.gz", NS_PER_S,   12315, 12299,
         11891                                                                                        },
        {"SPY", "equity/second/bars_SPY_1sec_20131007-20131007.csv.gz", NS_PER_S,   16675, 16656,
         15492                                                                                        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t vendor;
        uint64_t prices;
        uint64_t volumes;
        compare(cases[i].symbol, cases[i].bars, cases[i].bar_ns, &vendor, &prices, &volumes);
        cr_assert_eq(vendor, cases[i].vendor);
        cr_expect_eq(prices, cases[i].prices, "%s: %" PRIu64, cases[i].bars, prices);
        cr_expect_eq(volumes, cases[i].volumes, "%s: %" PRIu64, cases[i].bars, volumes);
    }
}

/* The quotes that ticks leave at the end of each second are the vendor's quote bars. */
Test(ticks, joined_quotes_are_the_vendors)
{
    char *ticks_path = shared_file("equity/tick/quotes_BAC_tick_20131007.csv.gz");
    char *bars_path = shared_file("equity/second/quotes_BAC_1sec_20131007-20131007.csv.gz");
    if (ticks_path == NULL || bars_path == NULL) {
        cr_skip_test("the shared market data is not there");
    }
    struct reading ticks = read_path(ticks_path, NULL);
    struct reading bars = read_path(bars_path, NULL);
    cr_assert_eq(bars.bars.count, 18817);
    uint64_t at = 0;
    uint64_t same = 0;
    for (uint64_t i = 0; i < bars.bars.count; i++) {
        const struct event *bar = &bars.bars.records[i];
        while (at + 1 < ticks.bars.count && ticks.bars.records[at + 1].ts_ns < bar->ts_ns) {
            at++;
        }
        same += memcmp(&ticks.bars.records[at].quote, &bar->quote, sizeof bar->quote) == 0;
    }
    cr_assert_eq(same, 18817);
    reading_finish(&ticks);
    reading_finish(&bars);
    free(ticks_path);
    free(bars_path);
}
