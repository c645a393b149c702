<<<<<<< HEAD
/* serve_history_test.c: an account's equity in steps, on a market whose prices can be computed. */
#include "exchange_http/history_steps.h"
#include "exchange_http/serve_test.h"

/* Friday at the open, 100 AAPL at 200.00 or the next bar's open; then until the given moment. */
static struct served serve_until(int64_t now_ns)
{
    struct served served = serve_at(made_open_ns(0));
    const struct order_ticket ticket = {
        .type = ORDER_TYPE_MARKET, .time_in_force = TIME_IN_FORCE_DAY, .qty_e9 = 100 * MONEY_E9};
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(account_submit(served.account, &ticket, served.venue->now_ns, &sent, &refusal), "%s",
              refusal.message);
    venue_advance(served.venue, now_ns);
    return served;
}

static uint32_t length_of(const struct served *served, const char *key)
{
    return node_member(tree_root(&served->tree), key)->length;
}

/* The element of an array, in billionths; negative: from the end. */
static int64_t element(const struct served *served, const char *key, int index)
{
    const struct node *array = node_member(tree_root(&served->tree), key);
    const struct node *at = node_first(array);
    for (int i = index < 0 ? index + (int)array->length : index; i > 0; i--) {
        at = node_next(array, at);
    }
    int64_t value_e9 = INT64_MIN;
    cr_assert_eq(node_e9(at, &value_e9), ERR_OK, "%s", key);
    return value_e9;
}

static void expect_equal_lengths(const struct served *served)
{
    uint32_t length = length_of(served, "timestamp");
    cr_expect_eq(length_of(served, "equity"), length);
    cr_expect_eq(length_of(served, "profit_loss"), length);
    cr_expect_eq(length_of(served, "profit_loss_pct"), length);
}

static int64_t seconds(int64_t ts_ns)
{
    return ts_ns / NS_PER_S * MONEY_E9;
}

/* The close of a day's AAPL is 203.90 plus the day: 200 + day + 389 cents, and one. */
static int64_t close_equity_e9(const struct served *served, int day)
{
    int64_t paid_e9 = served->account->activities[0].price_e9;
    return 100000 * MONEY_E9 + 100 * ((200 + day) * MONEY_E9 + 390 * CENT_E9 - paid_e9);
}

Test(history, of_a_day_has_its_close_as_well)
{
    struct served served = serve_until(made_open_ns(1) + 7 * NS_PER_HOUR); /* Monday, 16:30 */
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&timeframe=15Min");
    cr_assert_eq(served.status, 200, "%s", served.json.text);
    expect_equal_lengths(&served);
    cr_expect_eq(length_of(&served, "timestamp"), 27); /* as the vendor's example: 09:30 to 16:00 */
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(element(&served, "timestamp", 1) - element(&served, "timestamp", 0),
                 900 * MONEY_E9);
    cr_expect_eq(element(&served, "timestamp", -1),
                 seconds(made_open_ns(1) + MADE_MINUTES * NS_PER_MIN));
    cr_expect_eq(element(&served, "equity", -1), close_equity_e9(&served, 1));
    cr_expect_eq(element(&served, "profit_loss", -1),
                 close_equity_e9(&served, 1) - close_equity_e9(&served, 0));
    int64_t base_e9 = 0;
    cr_assert_eq(node_e9(node_member(tree_root(&served.tree), "base_value"), &base_e9), ERR_OK);
    cr_expect_eq(base_e9, close_equity_e9(&served, 0));
    cr_expect(node_is(node_member(tree_root(&served.tree), "base_value_asof"), "2026-03-13"));
    cr_expect(node_is(node_member(tree_root(&served.tree), "timeframe"), "15Min"));
    /* 09:30 to 09:45: the bar from 09:44 closes at 201.15 */
    cr_expect_eq(element(&served, "equity", 0),
                 close_equity_e9(&served, 1) - 100 * (390 - 15) * CENT_E9);
    serve_end(&served);
}

Test(history, in_days_is_added_at_eight_in_the_evening)
{
    int64_t evening_ns = made_open_ns(1) + 10 * NS_PER_HOUR + 30 * NS_PER_MIN;
    struct served served = serve_until(evening_ns - NS_PER_S);
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1D&period=3D");
    cr_expect_eq(length_of(&served, "timestamp"), 1); /* Friday; the weekend has none */
    venue_advance(served.venue, evening_ns);
    (void)ask(&served, "GET /v2/account/portfolio/history");
    expect_equal_lengths(&served);
    cr_expect_eq(length_of(&served, "timestamp"), 2);
    cr_expect(node_is(node_member(tree_root(&served.tree), "timeframe"), "1D"));
    cr_expect_eq(element(&served, "timestamp", 1), seconds(evening_ns));
    cr_expect_eq(element(&served, "equity", 1), close_equity_e9(&served, 1));
    cr_expect_eq(element(&served, "profit_loss", 0), 0); /* a new account begins with itself */
    int64_t gain_e9 = close_equity_e9(&served, 1) - close_equity_e9(&served, 0);
    cr_expect_eq(element(&served, "profit_loss", 1), gain_e9);
    cr_expect_eq(gain_e9, 100 * MONEY_E9);
    cr_expect_eq(element(&served, "profit_loss_pct", 1), 10 * MONEY_E9 / 10000); /* 0.001 */
    cr_expect_null(node_member(tree_root(&served.tree), "base_value_asof"));
    serve_end(&served);
}

Test(history, without_resets_is_told_from_the_base)
{
    struct served served = serve_until(made_open_ns(2) + 7 * NS_PER_HOUR);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=2D&timeframe=1H");
    cr_expect_eq(length_of(&served, "timestamp"), 14); /* 09:30, 10:30, ... 15:30: twice */
    cr_expect_eq(element(&served, "profit_loss", -1), 100 * MONEY_E9);
    (void)ask(&served,
              "GET /v2/account/portfolio/history?period=2D&timeframe=1H&pnl_reset=no_reset");
    cr_expect_eq(element(&served, "profit_loss", -1), 200 * MONEY_E9);
    serve_end(&served);
}

Test(history, goes_as_far_as_now)
{
    struct served served = serve_until(made_open_ns(1) + 30 * NS_PER_MIN);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D");
    cr_expect(node_is(node_member(tree_root(&served.tree), "timeframe"), "1Min"));
    cr_expect_eq(element(&served, "timestamp", -1), seconds(served.venue->now_ns));
    cr_expect_eq(length_of(&served, "timestamp"), 31);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&intraday_reporting="
                       "continuous&timeframe=1H");
    cr_expect_eq(length_of(&served, "timestamp"), 11); /* 00:00 to 10:00 */
    cr_expect_eq(element(&served, "timestamp", 0),
                 seconds(made_open_ns(1) - 9 * NS_PER_HOUR - 30 * NS_PER_MIN));
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&extended_hours=true"
                       "&timeframe=1H");
    cr_expect_eq(length_of(&served, "timestamp"), 7); /* 04:00 to 10:00 */
    serve_end(&served);
}

Test(history, between_moments)
{
    struct served served = serve_until(made_open_ns(2) + 7 * NS_PER_HOUR);
    /* a start behind the close is the next session's; one within it is its beginning */
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1H&start="
                       "2026-03-13T23:59:59-04:00&end=2026-03-16T11:00:00-04:00");
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(length_of(&served, "timestamp"), 2);
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1H&start="
                       "2026-03-16T12:00:00-04:00&period=1D");
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(length_of(&served, "timestamp"), 7);
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1H&date_end=2026-03-16"
                       "&period=1D");
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(length_of(&served, "timestamp"), 7);
    (void)ask(&served, "GET /v2/account/portfolio/history?start=2027-01-01T00:00:00Z&period=1W");
    cr_expect_eq(served.status, 200);
    cr_expect_eq(length_of(&served, "timestamp"), 0);
    serve_end(&served);
}

Test(history, tells_cash_by_type)
{
    struct served served = serve_until(made_open_ns(2) + 7 * NS_PER_HOUR);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=2D&timeframe=1H"
                       "&cashflow_types=ALL");
    cr_expect_eq(length_of(&served, "cashflow"), 0); /* nothing moved */
    (void)ask(&served, "GET /v2/account/portfolio/history?period=2D&timeframe=1H"
                       "&cashflow_types=CSD,DIV");
    const struct node *flow = node_member(tree_root(&served.tree), "cashflow");
    cr_expect_eq(flow->length, 2);
    cr_expect_eq(node_member(flow, "DIV")->length, length_of(&served, "timestamp"));
    (void)ask(&served, "GET /v2/account/portfolio/history?cashflow_types=NONE");
    cr_expect_null(node_member(tree_root(&served.tree), "cashflow"));
    serve_end(&served);
}

Test(history, refuses_what_it_cannot_read)
{
    static const struct {
        const char *query;
        int status;
    } cases[] = {
        {"period=1Y",                                    422},
        {"period=0D",                                    422},
        {"period=D",                                     422},
        {"period=99999999999999999999D",                 422},
        {"period=1D1",                                   422},
        {"timeframe=2Min",                               422},
        {"period=2M&timeframe=15Min",                    422},
        {"start=2026-01-01&end=2026-02-15&timeframe=1H", 422},
        {"start=2026-01-01&end=2026-01-15&period=1D",    422},
        {"start=2026-01-16&end=2026-01-15",              422},
        {"start=today",                                  400},
        {"intraday_reporting=always",                    422},
        {"pnl_reset=never",                              422},
        {"extended_hours=perhaps",                       400},
        {"cashflow_types=CASH",                          422},
        {"period=1M&timeframe=15min",                    200},
        {"period=1A",                                    200},
        {"period=36500D&timeframe=1D",                   200},
        {"start=1700-01-02&end=2200-01-02",              200},
        {"start=2200-01-02&period=100A",                 200},
    };
    struct served served = serve_until(made_open_ns(0) + NS_PER_HOUR);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[160];
        (void)snprintf(request, sizeof request, "GET /v2/account/portfolio/history?%s",
                       cases[i].query);
        (void)ask(&served, request);
        cr_expect_eq(served.status, cases[i].status, "%s: %d %s", cases[i].query, served.status,
                     served.json.text);
    }
    serve_end(&served);
=======
/* serve_history_test.c: histories of bars, quotes and trades over a market that is known. */
#include <stdio.h>

#include "exchange_http/asking_test.h"
#include "exchange_http/past_ticks.h"
#include "exchange_http/routes_data.h"

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

Test(serve_history, minute_bars_have_the_vendors_shape)
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

Test(serve_history, longer_bars_are_put_together)
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

Test(serve_history, pages_add_up)
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

Test(serve_history, ticks_are_those_that_the_tape_gave)
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

Test(serve_history, the_future_is_not_told)
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

Test(serve_history, finer_than_the_data_there_is_nothing)
{
    struct venue *venue = open_venue(false);
    data.bar_ns = 5 * NS_PER_MIN;
    ask_expect(venue, serve_bars, NULL, "symbols=AAPL&timeframe=1Min&start=2026-03-16", 200, NONE);
    ask_expect(venue, serve_bars, NULL, "symbols=AAPL&timeframe=1Min&feed=boats&start=2026-03-16",
               200, NONE);
    close_venue(venue);
}

Test(serve_history, what_is_wrong_is_said)
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

Test(serve_history, the_free_plan_sees_old_consolidated_data)
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

Test(serve_history, auctions_open_and_close_the_days)
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
Test(serve_history, the_datas_own_ticks_are_told)
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
>>>>>>> integrate
}
