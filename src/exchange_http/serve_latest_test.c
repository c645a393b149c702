/* serve_latest_test.c: what is last, the screener, and what codes mean. */
#include "data/actions.h"
#include "exchange_http/asking_test.h"
#include "exchange_http/routes_data.h"

static struct bars data;

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

Test(serve_latest, one_and_many)
{
    struct venue *venue = open_venue(false);
    ask_expect(venue, serve_latest_bars, NULL, "symbols=SPY,XYZ", 200,
               "{\"bars\":{\"SPY\":{\"t\":\"2026-03-16T13:39:00Z\",\"o\":501.09,\"h\":501.11,"
               "\"l\":501.08,\"c\":501.1,\"v\":1009,\"n\":60,\"vw\":501.095}}}");
    ask_expect(venue, serve_latest_trades, "AAPL", "feed=iex", 200,
               "{\"symbol\":\"AAPL\",\"trade\":{\"t\":\"2026-03-16T13:40:00Z\",\"x\":\"V\","
               "\"p\":201.1,\"s\":1009,\"c\":[\"@\"],\"i\":799,\"z\":\"C\"}}");
    ask_expect(venue, serve_latest_quotes, NULL, "symbols=AAPL", 200, "{\"quotes\":{}}");
    ask_expect(venue, serve_latest_quotes, "AAPL", "", 404,
               "{\"message\":\"no quote found for AAPL\"}");
    ask_expect(venue, serve_latest_bars, NULL, "symbols=AAPL&feed=overnight", 200, "{\"bars\":{}}");
    close_venue(venue);
}

Test(serve_latest, it_is_what_the_market_shows)
{
    struct venue *venue = open_venue(true);
    for (int i = 0; i < 150; i++) {
        const struct market_symbol *symbol = &venue->market.symbols[0];
        struct answer answer = ask(venue, serve_snapshots, NULL, "symbols=AAPL");
        const struct node *snapshot = node_member(answer.root, "AAPL");
        const struct node *trade = node_member(snapshot, "latestTrade");
        const struct node *quote = node_member(snapshot, "latestQuote");
        cr_assert_eq(e9_of(trade, "p"), symbol->trade.trade_tick.price_e9);
        cr_assert_eq(e9_of(trade, "s"), symbol->trade.trade_tick.size * MONEY_E9);
        cr_assert_eq(time_of(trade, "t"), symbol->trade.ts_ns);
        cr_assert_eq(e9_of(quote, "bp"), symbol->quote.quote.bid_e9);
        cr_assert_eq(e9_of(quote, "ap"), symbol->quote.quote.ask_e9);
        cr_assert_eq(time_of(quote, "t"), symbol->quote.ts_ns);
        cr_assert_eq(e9_of(node_member(snapshot, "minuteBar"), "c"), symbol->bar.bar.close_e9);
        cr_assert_eq(e9_of(node_member(snapshot, "dailyBar"), "v"),
                     symbol->today.bar.volume * MONEY_E9);
        cr_assert_eq(e9_of(node_member(snapshot, "prevDailyBar"), "c"),
                     symbol->yesterday.bar.close_e9);
        answer_finish(&answer);
        cr_assert(venue_step(venue));
    }
    struct answer answer = ask(venue, serve_snapshots, "SPY", "");
    cr_assert(node_is(node_member(answer.root, "symbol"), "SPY"));
    cr_assert_not_null(node_member(answer.root, "latestTrade"));
    answer_finish(&answer);
    close_venue(venue);
}

Test(serve_latest, before_the_first_bar_there_is_nothing)
{
    data = made_bars();
    struct venue *venue = made_venue(&data, made_open_ns(0), false);
    ask_expect(venue, serve_snapshots, NULL, "symbols=AAPL,SPY", 200, "{}");
    ask_expect(venue, serve_latest_bars, NULL, "symbols=AAPL", 200, "{\"bars\":{}}");
    ask_expect(venue, serve_most_actives, NULL, "", 200,
               "{\"most_actives\":[],\"last_updated\":\"2026-03-13T13:30:00Z\"}");
    close_venue(venue);
}

Test(serve_latest, screeners_rank_the_day)
{
    struct venue *venue = open_venue(false);
    ask_expect(venue, serve_most_actives, NULL, "by=volume&top=1", 200,
               "{\"most_actives\":[{\"symbol\":\"AAPL\",\"trade_count\":600,\"volume\":10045}],"
               "\"last_updated\":\"2026-03-16T13:40:00Z\"}");
    ask_expect(venue, serve_movers, NULL, "top=5", 200,
               "{\"gainers\":[],\"losers\":["
               "{\"change\":-2.8,\"percent_change\":-1.37,\"price\":201.1,\"symbol\":\"AAPL\"},"
               "{\"change\":-2.8,\"percent_change\":-0.56,\"price\":501.1,\"symbol\":\"SPY\"}],"
               "\"market_type\":\"stocks\",\"last_updated\":\"2026-03-16T13:40:00Z\"}");
    struct answer answer = ask(venue, serve_movers, NULL, "top=51");
    cr_assert_eq(answer.status, 400);
    answer_finish(&answer);
    answer = ask(venue, serve_most_actives, NULL, "by=name");
    cr_assert_eq(answer.status, 400);
    answer_finish(&answer);
    close_venue(venue);
}

Test(serve_latest, actions_up_to_today_are_told)
{
    struct action rows[] = {
        {.date = 20525,
         .instrument = {"SPY"},
         .split_new = 1,
         .split_old = 1,
         .cash_e9 = 1500000000},
        {.date = 20528,             .instrument = {"AAPL"},       .split_new = 4, .split_old = 1},
        {.date = 20528,             .instrument = {"SPY"},       .split_new = 1,  .split_old = 8 },
        {.date = 20529,             .instrument = {"SPY"},       .split_new = 2,  .split_old = 1},
    };
    const struct actions actions = {.rows = rows, .count = 4};
    struct venue *venue = open_venue(false);
    ask_expect(venue, serve_corporate_actions, NULL, "start=2026-03-01", 200,
               "{\"corporate_actions\":{},\"next_page_token\":null}");
    venue->plan.actions = &actions;
    struct answer answer =
        ask(venue, serve_corporate_actions, NULL, "start=2026-03-01&end=2026-12-31");
    const struct node *lists = node_member(answer.root, "corporate_actions");
    const struct node *dividend = element(node_member(lists, "cash_dividends"), 0);
    cr_assert(node_is(node_member(dividend, "ex_date"), "2026-03-13"));
    cr_assert_eq(e9_of(dividend, "rate"), 1500000000);
    cr_assert_eq(length_of(node_member(lists, "forward_splits")), 1);
    cr_assert_eq(e9_of(element(node_member(lists, "reverse_splits"), 0), "old_rate"), 8 * MONEY_E9);
    answer_finish(&answer);
    answer = ask(venue, serve_corporate_actions, NULL,
                 "start=2026-03-01&types=forward_split,spin_off&symbols=AAPL");
    lists = node_member(answer.root, "corporate_actions");
    cr_assert_eq(lists->length, 1);
    cr_assert_eq(length_of(node_member(lists, "forward_splits")), 1);
    answer_finish(&answer);
    answer = ask(venue, serve_corporate_actions, NULL, "start=2026-03-01&limit=2");
    cr_assert_not_null(node_text(node_member(answer.root, "next_page_token")));
    char query[128];
    (void)snprintf(query, sizeof query, "start=2026-03-01&limit=2&page_token=%s",
                   node_text(node_member(answer.root, "next_page_token")));
    answer_finish(&answer);
    answer = ask(venue, serve_corporate_actions, NULL, query);
    cr_assert_eq(node_member(answer.root, "corporate_actions")->length, 1);
    cr_assert_eq(node_member(answer.root, "next_page_token")->kind, NODE_NULL);
    answer_finish(&answer);
    answer = ask(venue, serve_corporate_actions, NULL, "types=gift");
    cr_assert_eq(answer.status, 400);
    answer_finish(&answer);
    close_venue(venue);
}

Test(serve_latest, codes_have_names)
{
    struct venue *venue = open_venue(false);
    struct answer answer = ask(venue, serve_conditions, "trade", "tape=C");
    cr_assert(node_is(node_member(answer.root, "@"), "Regular Sale"));
    answer_finish(&answer);
    answer = ask(venue, serve_conditions, "quote", "tape=A");
    cr_assert_not_null(node_member(answer.root, "R"));
    answer_finish(&answer);
    answer = ask(venue, serve_exchanges, NULL, "");
    cr_assert(node_is(node_member(answer.root, "V"), "IEX"));
    answer_finish(&answer);
    answer = ask(venue, serve_conditions, "bar", "tape=A");
    cr_assert_eq(answer.status, 400);
    answer_finish(&answer);
    answer = ask(venue, serve_conditions, "trade", "tape=D");
    cr_assert_eq(answer.status, 400);
    answer_finish(&answer);
    ask_expect(venue, serve_news, NULL, "symbols=AAPL", 200,
               "{\"news\":[],\"next_page_token\":null}");
    close_venue(venue);
}
