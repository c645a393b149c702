/* serve_past_test.c: histories of bars, quotes and trades over a market that is known. */
#include <stdio.h>

#include "exchange_http/asking_test.h"
#include "exchange_http/routes_data.h"
#include "venue/past_ticks.h"

#define NONE "{\"bars\":{},\"next_page_token\":null}"

static struct bars data;

/* Ten minutes after the open of the second day. */
static struct venue *open_venue(bool along_bars)
{
    data = made_bars();
    return made_venue(&data, made_open_ns(1) + 10 * NS_PER_MIN, along_bars);
}

static void close_venue(struct venue *venue)
{
    venue_destroy(venue);
    bars_finish(&data);
}

Test(serve_past, minute_bars_have_the_vendors_shape)
{
    struct venue *venue = open_venue(false);
    ask_expect(venue, serve_bars, NULL,
               "symbols=SPY,AAPL,XYZ&timeframe=1Min&start=2026-03-16T13:30:00Z"
               "&end=2026-03-16T13:30:30Z",
               200,
               "{\"bars\":{"
               "\"AAPL\":[{\"t\":\"2026-03-16T13:30:00Z\",\"o\":201,\"h\":201.02,\"l\":200.99,"
               "\"c\":201.01,\"v\":1000,\"n\":60,\"vw\":201.005}],"
               "\"SPY\":[{\"t\":\"2026-03-16T13:30:00Z\",\"o\":501,\"h\":501.02,\"l\":500.99,"
               "\"c\":501.01,\"v\":1000,\"n\":60,\"vw\":501.005}]},\"next_page_token\":null}");
    ask_expect(venue, serve_bars, "AAPL",
               "timeframe=1T&start=2026-03-16T13:30:00Z&limit=1&sort=desc"
               "&currency=USD",
               200,
               "{\"symbol\":\"AAPL\",\"bars\":[{\"t\":\"2026-03-16T13:39:00Z\",\"o\":201.09,"
               "\"h\":201.11,\"l\":201.08,\"c\":201.1,\"v\":1009,\"n\":60,\"vw\":201.095}],"
               "\"currency\":\"USD\",\"next_page_token\":\"QUFQTHxCfDE3NzM2NjgzNDAwMDAwMDAwMDB8MQ=="
               "\"}");
    ask_expect(venue, serve_bars, "XYZ", "timeframe=1Min", 200,
               "{\"symbol\":\"XYZ\",\"bars\":[],\"next_page_token\":null}");
    close_venue(venue);
}

Test(serve_past, longer_bars_are_put_together)
{
    struct venue *venue = open_venue(false);
    struct answer answer = ask(venue, serve_bars, "AAPL", "timeframe=5Min&start=2026-03-16");
    const struct node *bars = node_member(answer.root, "bars");
    cr_assert_eq(length_of(bars), 2);
    const struct node *second = element(bars, 1);
    cr_assert_eq(time_of(second, "t"), made_open_ns(1) + 5 * NS_PER_MIN);
    cr_assert_eq(e9_of(second, "o"), made_bar(1, 5, 0).bar.open_e9);
    cr_assert_eq(e9_of(second, "h"), made_bar(1, 9, 0).bar.high_e9);
    cr_assert_eq(e9_of(second, "l"), made_bar(1, 5, 0).bar.low_e9);
    cr_assert_eq(e9_of(second, "c"), made_bar(1, 9, 0).bar.close_e9);
    cr_assert_eq(e9_of(second, "v"), (1005 + 1006 + 1007 + 1008 + 1009) * MONEY_E9);
    cr_assert_eq(e9_of(second, "n"), 300 * MONEY_E9);
    /* sum of (201.005 + i/100) * (1000 + i) over 5..9, by 5035, to six decimals */
    cr_assert_eq(e9_of(second, "vw"), INT64_C(201075020000));
    answer_finish(&answer);
    answer = ask(venue, serve_bars, "SPY", "timeframe=1Day&start=2026-03-01");
    bars = node_member(answer.root, "bars");
    cr_assert_eq(length_of(bars), 2);
    cr_assert(node_is(node_member(element(bars, 0), "t"), "2026-03-13T04:00:00Z"));
    cr_assert(node_is(node_member(element(bars, 1), "t"), "2026-03-16T04:00:00Z"));
    cr_assert_eq(e9_of(element(bars, 0), "c"), made_bar(0, MADE_MINUTES - 1, 1).bar.close_e9);
    cr_assert_eq(e9_of(element(bars, 1), "c"), made_bar(1, 9, 1).bar.close_e9);
    answer_finish(&answer);
    answer = ask(venue, serve_bars, "SPY", "timeframe=1Week&start=2026-03-01&sort=desc");
    bars = node_member(answer.root, "bars");
    cr_assert_eq(length_of(bars), 2);
    cr_assert(node_is(node_member(element(bars, 1), "t"), "2026-03-09T04:00:00Z"));
    answer_finish(&answer);
    close_venue(venue);
}

/* Everything page by page is what one page has, in both orders and at any size of a page. */
static void check_pages(struct venue *venue, call_handler *handle, const char *list,
                        const char *query, unsigned limit)
{
    struct json_writer whole, joined;
    char text[512];
    char token[256] = "";
    json_init(&whole, false);
    json_init(&joined, false);
    (void)snprintf(text, sizeof text, "%s&limit=10000", query);
    struct answer all = ask(venue, handle, NULL, text);
    cr_assert_eq(all.status, 200, "%s", all.json.text);
    cr_assert_eq(node_member(all.root, "next_page_token")->kind, NODE_NULL);
    json_begin_array(&whole);
    json_begin_array(&joined);
    const struct node *lists = node_member(all.root, list);
    unsigned points = 0;
    for (const struct node *key = node_first_key(lists); key != NULL;
         key = node_next_key(lists, key)) {
        const struct node *value = node_value(key);
        for (const struct node *at = node_first(value); at != NULL; at = node_next(value, at)) {
            json_string(&whole, key->as.text);
            json_string(&whole, node_text(node_member(at, "t")));
            points++;
        }
    }
    do {
        (void)snprintf(text, sizeof text, "%s&limit=%u%s%s", query, limit,
                       token[0] != '\0' ? "&page_token=" : "", token);
        struct answer page = ask(venue, handle, NULL, text);
        unsigned count = 0;
        lists = node_member(page.root, list);
        for (const struct node *key = node_first_key(lists); key != NULL;
             key = node_next_key(lists, key)) {
            const struct node *value = node_value(key);
            for (const struct node *at = node_first(value); at != NULL; at = node_next(value, at)) {
                json_string(&joined, key->as.text);
                json_string(&joined, node_text(node_member(at, "t")));
                count++;
            }
        }
        const char *next = node_text(node_member(page.root, "next_page_token"));
        cr_assert_eq(count, points < limit ? points : limit);
        cr_assert_eq(next != NULL, points > limit);
        points -= count;
        (void)snprintf(token, sizeof token, "%s", next != NULL ? next : "");
        answer_finish(&page);
    } while (token[0] != '\0');
    json_end_array(&whole);
    json_end_array(&joined);
    cr_assert_str_eq(whole.text, joined.text);
    json_finish(&whole);
    json_finish(&joined);
    answer_finish(&all);
}

Test(serve_past, pages_add_up)
{
    struct venue *venue = open_venue(true);
    const char *orders[] = {"asc", "desc"};
    for (int i = 0; i < 2; i++) {
        char query[256];
        (void)snprintf(query, sizeof query,
                       "symbols=AAPL,SPY&timeframe=1Min&start=2026-03-13T19:50:00Z&sort=%s",
                       orders[i]);
        check_pages(venue, serve_bars, "bars", query, 7);
        check_pages(venue, serve_bars, "bars", query, 20);
        check_pages(venue, serve_bars, "bars", query, 1);
        (void)snprintf(
            query, sizeof query,
            "symbols=SPY,AAPL&start=2026-03-16T13:31:30Z&end=2026-03-16T13:34:00Z&sort=%s",
            orders[i]);
        check_pages(venue, serve_trades, "trades", query, 11);
        check_pages(venue, serve_quotes, "quotes", query, 150);
    }
    close_venue(venue);
}

Test(serve_past, ticks_are_those_that_the_tape_gave)
{
    struct venue *venue = open_venue(true);
    int64_t from_ns = venue->now_ns;
    int64_t prices[400];
    unsigned count = 0;
    while (venue->now_ns < from_ns + 200 * NS_PER_S) {
        cr_assert(venue_step(venue));
        prices[count++] = venue->market.symbols[1].trade.trade_tick.price_e9;
    }
    struct answer answer = ask(venue, serve_trades, "SPY", "start=2026-03-16T13:40:01Z");
    const struct node *trades = node_member(answer.root, "trades");
    cr_assert_eq(length_of(trades), count);
    uint64_t last_id = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t id = 0;
        cr_assert_eq(e9_of(element(trades, i), "p"), prices[i]);
        cr_assert_eq(node_uint(node_member(element(trades, i), "i"), &id), ERR_OK);
        cr_assert_gt(id, last_id);
        last_id = id;
    }
    answer_finish(&answer);
    close_venue(venue);
}

Test(serve_past, the_future_is_not_told)
{
    struct venue *venue = open_venue(true);
    static const char *const queries[] = {"timeframe=1Min&start=2026-03-16&end=2026-03-18",
                                          "timeframe=1Min&start=2026-03-16&sort=desc"
                                          "&end=2026-03-18"};
    venue_advance(venue, made_open_ns(1) + 10 * NS_PER_MIN + 30 * NS_PER_S);
    for (int i = 0; i < 2; i++) {
        struct answer answer = ask(venue, serve_bars, "AAPL", queries[i]);
        cr_assert_eq(length_of(node_member(answer.root, "bars")), 10);
        answer_finish(&answer);
    }
    struct answer answer =
        ask(venue, serve_trades, "AAPL", "start=2026-03-16T13:40:01Z&end=2026-03-18");
    cr_assert_eq(length_of(node_member(answer.root, "trades")), 30);
    answer_finish(&answer);
    ask_expect(venue, serve_bars, NULL,
               "symbols=AAPL&timeframe=1Min&start=2026-03-16T13:40:00Z&end=2026-03-18", 200, NONE);
    close_venue(venue);
}

Test(serve_past, finer_than_the_data_there_is_nothing)
{
    struct venue *venue = open_venue(false);
    data.bar_ns = 5 * NS_PER_MIN;
    ask_expect(venue, serve_bars, NULL, "symbols=AAPL&timeframe=1Min&start=2026-03-16", 200, NONE);
    ask_expect(venue, serve_bars, NULL, "symbols=AAPL&timeframe=1Min&feed=boats&start=2026-03-16",
               200, NONE);
    close_venue(venue);
}

Test(serve_past, what_is_wrong_is_said)
{
    static const struct {
        const char *query, *message;
    } rows[] = {
        {"timeframe=1Min",                                              "symbols is required"                             },
        {"symbols=AAPL",                                                "timeframe is required"                           },
        {"symbols=AAPL&timeframe=2Day",                                 "invalid timeframe: 2Day"                         },
        {"symbols=aapl&timeframe=1Min",                                 "invalid symbol: aapl"                            },
        {"symbols=AAPL,&timeframe=1Min",                                "invalid symbol: "                                },
        {"symbols=AAPL&timeframe=1Min&feed=nyse",                       "invalid feed: nyse"                              },
        {"symbols=AAPL&timeframe=1Min&feed=delayed_sip",                "invalid feed: delayed_sip"                       },
        {"symbols=AAPL&timeframe=1Min&sort=up",                         "invalid sort: up"                                },
        {"symbols=AAPL&timeframe=1Min&limit=0",                         "invalid limit: 0: it must be between 1 and 10000"},
        {"symbols=AAPL&timeframe=1Min&limit=10001",
         "invalid limit: 10001: it must be between 1 and 10000"                                                           },
        {"symbols=AAPL&timeframe=1Min&adjustment=splits",               "invalid adjustment: splits"                      },
        {"symbols=AAPL&timeframe=1Min&asof=yesterday",                  "invalid asof: yesterday"                         },
        {"symbols=AAPL&timeframe=1Min&page_token=nonsense",             "invalid page_token: nonsense"                    },
        {"symbols=AAPL&timeframe=1Min&start=2026-03-16&end=2026-03-15",
         "end should not be before start"                                                                                 },
        {"symbols=AAPL&timeframe=1Min&currency=JPY",                    "invalid currency: JPY: prices are in USD"        },
    };
    struct venue *venue = open_venue(false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct answer answer = ask(venue, serve_bars, NULL, rows[i].query);
        cr_assert_eq(answer.status, 400);
        cr_assert_str_eq(node_text(node_member(answer.root, "message")), rows[i].message);
        answer_finish(&answer);
    }
    struct answer answer = ask(venue, serve_bars, NULL, "symbols=AAPL&timeframe=1Min&start=soon");
    cr_assert_eq(answer.status, 400);
    answer_finish(&answer);
    answer = ask(venue, serve_bars, NULL,
                 "symbols=AAPL&timeframe=1Min&adjustment=split,dividend&asof=-&feed=IEX&limit=5");
    cr_assert_eq(answer.status, 200);
    answer_finish(&answer);
    close_venue(venue);
}

Test(serve_past, the_free_plan_sees_old_consolidated_data)
{
    static const char *const recent = "{\"message\":\"subscription does not permit querying recent "
                                      "SIP data\"}";
    struct venue *venue = open_venue(false);
    venue->plan.free_plan = true;
    venue_advance(venue, made_open_ns(1) + 60 * NS_PER_MIN);
    ask_expect(venue, serve_bars, NULL,
               "symbols=AAPL&timeframe=1Min&feed=sip&start=2026-03-16&end=2026-03-16T14:16:00Z",
               403, recent);
    ask_expect(venue, serve_latest_trades, NULL, "symbols=AAPL&feed=sip", 403, recent);
    struct answer answer =
        ask(venue, serve_bars, "AAPL", "timeframe=1Min&feed=sip&start=2026-03-16T13:30:00Z");
    cr_assert_eq(length_of(node_member(answer.root, "bars")), 46); /* stamps 13:30 to 14:15 */
    answer_finish(&answer);
    answer = ask(venue, serve_bars, "AAPL", "timeframe=1Min&start=2026-03-16T13:30:00Z");
    cr_assert_eq(length_of(node_member(answer.root, "bars")), 60); /* feed iex */
    answer_finish(&answer);
    answer = ask(venue, serve_latest_bars, "AAPL", "feed=delayed_sip");
    cr_assert_eq(time_of(node_member(answer.root, "bar"), "t"), made_open_ns(1) + 44 * NS_PER_MIN);
    answer_finish(&answer);
    close_venue(venue);
}

Test(serve_past, auctions_open_and_close_the_days)
{
    struct venue *venue = open_venue(false);
    ask_expect(venue, serve_auctions, NULL, "symbols=AAPL&start=2026-03-13", 200,
               "{\"auctions\":{\"AAPL\":["
               "{\"d\":\"2026-03-13\",\"o\":[{\"t\":\"2026-03-13T13:30:00Z\",\"x\":\"V\",\"p\":200,"
               "\"c\":\"Q\"}],\"c\":[{\"t\":\"2026-03-13T20:00:00Z\",\"x\":\"V\",\"p\":203.9,"
               "\"c\":\"M\"}]},"
               "{\"d\":\"2026-03-16\",\"o\":[{\"t\":\"2026-03-16T13:30:00Z\",\"x\":\"V\",\"p\":201,"
               "\"c\":\"Q\"}],\"c\":[]}]},\"next_page_token\":null}");
    close_venue(venue);
    venue = open_venue(true);
    struct answer answer = ask(venue, serve_auctions, "SPY", "start=2026-03-16");
    const struct node *open =
        element(node_member(element(node_member(answer.root, "auctions"), 0), "o"), 0);
    cr_assert_eq(e9_of(open, "p"), 501 * MONEY_E9);
    cr_assert_gt(e9_of(open, "s"), 0);
    answer_finish(&answer);
    close_venue(venue);
}

/* Data with ticks of its own: those are told, and bars count and weigh its trades. */
Test(serve_past, the_datas_own_ticks_are_told)
{
    struct event records[4] = {made_bar(0, 0, 0), made_bar(0, 0, 0), made_bar(0, 0, 0),
                               made_bar(0, 0, 0)};
    int64_t open_ns = made_open_ns(0);
    for (int i = 0; i < 3; i++) {
        records[i].ts_ns = records[i].src_ns = open_ns + (i < 2 ? 10 : 20) * NS_PER_S;
        records[i].kind = i == 0 ? EVENT_QUOTE : EVENT_TRADE_TICK;
    }
    records[0].quote = (struct event_quote){200 * MONEY_E9, 0, 100, 0, 0};
    records[1].trade_tick = (struct event_trade_tick){.price_e9 = 200 * MONEY_E9, .size = 300};
    records[2].trade_tick = (struct event_trade_tick){.price_e9 = 20001 * CENT_E9, .size = 100};
    struct bars own = {.records = records,
                       .count = 4,
                       .quote_count = 1,
                       .trade_count = 2,
                       .instruments = made_instruments,
                       .instrument_count = MADE_SYMBOLS,
                       .bar_ns = NS_PER_MIN};
    struct venue *venue = made_venue(&own, open_ns + NS_PER_MIN, true);
    ask_expect(venue, serve_quotes, "AAPL", "", 200,
               "{\"symbol\":\"AAPL\",\"quotes\":[{\"t\":\"2026-03-13T13:30:10Z\",\"ax\":\" \","
               "\"ap\":0,\"as\":0,\"bx\":\"V\",\"bp\":200,\"bs\":100,\"c\":[\"R\"],\"z\":\"C\"}],"
               "\"next_page_token\":null}");
    ask_expect(venue, serve_trades, "AAPL", "sort=desc&limit=1", 200,
               "{\"symbol\":\"AAPL\",\"trades\":[{\"t\":\"2026-03-13T13:30:20Z\",\"x\":\"V\","
               "\"p\":200.01,\"s\":100,\"c\":[\"@\"],\"i\":3,\"z\":\"C\"}],"
               "\"next_page_token\":\"QUFQTHxUfDE3NzM0MDg2MjAwMDAwMDAwMDB8MQ==\"}");
    struct answer answer = ask(venue, serve_bars, "AAPL", "timeframe=1Min");
    const struct node *bar = element(node_member(answer.root, "bars"), 0);
    cr_assert_eq(e9_of(bar, "n"), 2 * MONEY_E9);
    cr_assert_eq(e9_of(bar, "vw"), INT64_C(200002500000));
    answer_finish(&answer);
    venue_destroy(venue);
}

/* A split of 4:1 and a dividend of 2 % on the second day, a split that is still to come. */
Test(serve_past, bars_are_adjusted_by_what_is_effective)
{
    struct venue *venue = open_venue(false);
    int64_t close_e9 = made_bar(0, MADE_MINUTES - 1, 0).bar.close_e9; /* 203.90 */
    struct action rows[] = {
        {.date = 20528,
         .instrument = {"AAPL"},
         .split_new = 4,
         .split_old = 1,
         .cash_e9 = close_e9 / 50},
        {.date = 20529,             .instrument = {"AAPL"},        .split_new = 2, .split_old = 1},
    };
    const struct actions actions = {.rows = rows, .count = 2};
    static const struct {
        const char *adjustment;
        int64_t close_e9, volume;
    } expected[] = {
        {"raw",            203900000000, 465855    },
        {"split",          50975000000,  4 * 465855},
        {"dividend",       199822000000, 465855    },
        {"all",            49955500000,  4 * 465855},
        {"split,dividend", 49955500000,  4 * 465855},
    };
    venue->plan.actions = &actions;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char query[128];
        (void)snprintf(query, sizeof query, "timeframe=1Day&start=2026-03-13&adjustment=%s",
                       expected[i].adjustment);
        struct answer answer = ask(venue, serve_bars, "AAPL", query);
        const struct node *bars = node_member(answer.root, "bars");
        cr_assert_eq(e9_of(element(bars, 0), "c"), expected[i].close_e9);
        cr_assert_eq(e9_of(element(bars, 0), "v"), expected[i].volume * MONEY_E9);
        cr_assert_eq(e9_of(element(bars, 1), "c"), made_bar(1, 9, 0).bar.close_e9);
        answer_finish(&answer);
    }
    struct answer answer =
        ask(venue, serve_bars, "SPY", "timeframe=1Day&start=2026-03-13&adjustment=all");
    cr_assert_eq(e9_of(element(node_member(answer.root, "bars"), 0), "c"),
                 made_bar(0, MADE_MINUTES - 1, 1).bar.close_e9);
    answer_finish(&answer);
    close_venue(venue);
}
