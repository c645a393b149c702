/* account_test.c: orders of an account through their lives, on a market written here by hand. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"
#include "venue/venue.h"

#define E9(dollars) ((int64_t)((dollars)*100 + 0.5) * (MONEY_E9 / 100))

enum { EVENTS_MAX = 64, INSTRUMENTS = 2 };

static struct event records[EVENTS_MAX];
static const struct instrument instruments[INSTRUMENTS] = {{"AAPL"}, {"SPY"}};
static char told[2048]; /* "0 new, 0 fill, ..." */

/* Monday 2026-03-16, 13:30 UTC: the open in New York. */
static int64_t open_ns(void)
{
    int64_t day_ns;
    cr_assert_eq(utc_parse_date("2026-03-16", 10, &day_ns), ERR_OK);
    return day_ns + 13 * NS_PER_HOUR + 30 * NS_PER_MIN;
}

static struct event quote(uint32_t instrument, int64_t ts_ns, double bid, double ask, int64_t size)
{
    return (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_QUOTE,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .quote = {E9(bid), E9(ask), size, size, 0}
    };
}

static void on_event(void *context, struct account *account, const struct served_order *order,
                     enum order_event event, int64_t ts_ns, const struct activity *activity)
{
    (void)context;
    (void)account;
    (void)ts_ns;
    (void)activity;
    size_t used = strlen(told);
    (void)snprintf(told + used, sizeof told - used, "%s%u %s", used > 0 ? ", " : "", order->number,
                   order_event_text((uint8_t)event));
}

struct table {
    struct bars data;
    const struct actions *actions;
    struct venue *venue;
    struct account *account;
};

/* A venue that has seen the first quotes, at half a minute after the open. */
static struct table set(uint32_t count)
{
    struct table table = {
        .data = {.records = records,
                 .count = count,
                 .quote_count = count,
                 .instruments = instruments,
                 .instrument_count = INSTRUMENTS}
    };
    return table;
}

static void start(struct table *table)
{
    told[0] = '\0';
    const struct venue_plan plan = {
        .data = &table->data,
        .seed = 7,
        .actions = table->actions,
        .start_ns = open_ns(),
        .calendar = CALENDAR_XNYS,
        .exchange = {.orders_max = 64,
                     .cash_e9 = 100000 * MONEY_E9,
                     .account = {.kind = ACCOUNT_KIND_MARGIN,
                                 .multiplier = 2,
                                 .shorting = true,
                                 .holds = true}},
        .accounts_max = 4,
        .accounts_open_themselves = true,
    };
    table->venue = venue_create(&plan);
    table->venue->order_watcher.on_event = on_event;
    struct refusal refusal = {0};
    table->account = venue_account(table->venue, "PKTEST", "secret", &refusal);
    cr_assert_not_null(table->account);
    cr_assert(venue_step(table->venue));
}

static void finish(struct table *table)
{
    venue_destroy(table->venue);
}

static struct order_ticket market_order(bool sells, int64_t shares)
{
    return (struct order_ticket){.sells = sells,
                                 .type = ORDER_TYPE_MARKET,
                                 .time_in_force = TIME_IN_FORCE_DAY,
                                 .qty_e9 = shares * MONEY_E9};
}

static struct served_order submit(struct table *table, const struct order_ticket *ticket)
{
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(account_submit(table->account, ticket, table->venue->now_ns, &sent, &refusal), "%s",
              refusal.message);
    return sent;
}

Test(account, a_market_order_meets_the_quote_that_stands)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 500);
    struct table table = set(1);
    start(&table);
    struct order_ticket ticket = market_order(false, 10);
    struct served_order sent = submit(&table, &ticket);
    cr_assert_eq(sent.status, ORDER_STATUS_PENDING_NEW);
    cr_assert_str_eq(told, "0 new, 0 fill");
    const struct served_order *order = account_order(table.account, 0);
    cr_assert_eq(order->status, ORDER_STATUS_FILLED);
    cr_assert_eq(served_order_average_e9(order), E9(212.00));
    cr_assert_eq(order->intent, INTENT_BUY_TO_OPEN);
    cr_assert_eq(exchange_cash_e9(table.account->exchange), 100000 * MONEY_E9 - E9(2120));
    cr_assert_eq(table.account->activity_count, 1);
    cr_assert_eq(table.account->activities[0].position_e9, 10 * MONEY_E9);
    cr_assert_eq(table.account->open_count, 0);
    finish(&table);
}

Test(account, a_quote_is_taken_once)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 100);
    records[1] = quote(0, open_ns() + 2 * NS_PER_S, 212.00, 212.02, 100);
    struct table table = set(2);
    start(&table);
    struct order_ticket ticket = market_order(false, 80);
    (void)submit(&table, &ticket);
    (void)submit(&table, &ticket);
    cr_assert_str_eq(told, "0 new, 0 fill, 1 new, 1 partial_fill");
    cr_assert_eq(account_order(table.account, 1)->filled_e9, 20 * MONEY_E9);
    cr_assert(venue_step(table.venue));
    cr_assert_eq(account_order(table.account, 1)->status, ORDER_STATUS_FILLED);
    cr_assert_eq(served_order_average_e9(account_order(table.account, 1)),
                 (20 * E9(212.00) + 60 * E9(212.02)) / 80);
    finish(&table);
}

Test(account, a_bracket_wakes_its_exits_and_one_ends_the_other)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 500);
    records[1] = quote(0, open_ns() + 2 * NS_PER_S, 220.00, 220.02, 500);
    struct table table = set(2);
    start(&table);
    struct order_ticket ticket = market_order(false, 10);
    ticket.order_class = SERVED_CLASS_BRACKET;
    ticket.take_profit_e9 = E9(219);
    ticket.stop_loss_e9 = E9(205);
    struct served_order sent = submit(&table, &ticket);
    cr_assert_eq(sent.legs[0], 1);
    cr_assert_eq(sent.legs[1], 2);
    cr_assert_str_eq(told, "0 new, 1 held, 2 held, 0 fill, 1 new, 2 new");
    cr_assert_eq(account_available_e9(table.account, 0), 0);
    told[0] = '\0';
    cr_assert(venue_step(table.venue));
    cr_assert_str_eq(told, "1 fill, 2 canceled");
    cr_assert_eq(account_order(table.account, 1)->filled_e9, 10 * MONEY_E9);
    cr_assert_eq(exchange_qty_e9(table.account->exchange, 0), 0);
    cr_assert_eq(table.account->open_count, 0);
    finish(&table);
}

Test(account, a_replacement_takes_the_place_of_its_order)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 500);
    records[1] = quote(0, open_ns() + 2 * NS_PER_S, 210.98, 211.00, 500);
    struct table table = set(2);
    start(&table);
    struct order_ticket ticket = market_order(false, 10);
    ticket.type = ORDER_TYPE_LIMIT;
    ticket.limit_price_e9 = E9(205);
    (void)submit(&table, &ticket);
    struct order_change change = {.limit_price_e9 = E9(211), .qty_e9 = 12 * MONEY_E9};
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(account_replace(table.account, 0, &change, table.venue->now_ns, &sent, &refusal));
    cr_assert_str_eq(told, "0 new, 0 replaced, 1 new");
    cr_assert_eq(account_order(table.account, 0)->status, ORDER_STATUS_REPLACED);
    cr_assert_eq(account_order(table.account, 0)->replaced_by, 1);
    cr_assert(venue_step(table.venue));
    cr_assert_eq(account_order(table.account, 1)->filled_e9, 12 * MONEY_E9);
    cr_assert(!account_cancel(table.account, 1, table.venue->now_ns, &refusal));
    cr_assert_eq(refusal.status, 422);
    cr_assert_str_eq(refusal.message, "order is already in \"filled\" state");
    finish(&table);
}

Test(account, refusals_leave_no_trace)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 500);
    struct table table = set(1);
    start(&table);
    struct order_ticket ticket = market_order(false, 2000);
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(!account_submit(table.account, &ticket, table.venue->now_ns, &sent, &refusal));
    cr_assert_eq(refusal.status, 403);
    cr_assert_str_eq(refusal.message, "insufficient buying power");
    cr_assert_str_eq(refusal.extras[0].text, "200000");
    cr_assert_eq(table.account->order_count, 0);
    ticket = market_order(false, 5);
    (void)snprintf(ticket.client_order_id, sizeof ticket.client_order_id, "mine");
    (void)submit(&table, &ticket);
    cr_assert_eq(account_order_by_client(table.account, "mine")->number, 0);
    cr_assert(!account_submit(table.account, &ticket, table.venue->now_ns, &sent, &refusal));
    cr_assert_str_eq(refusal.message, "client_order_id must be unique");
    ticket = market_order(true, 6);
    cr_assert(!account_submit(table.account, &ticket, table.venue->now_ns, &sent, &refusal));
    cr_assert_str_eq(refusal.message,
                     "insufficient qty available for order (requested: 6, available: 5)");
    finish(&table);
}

Test(account, ids_lead_back)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 500);
    struct table table = set(1);
    start(&table);
    struct order_ticket ticket = market_order(false, 1);
    (void)submit(&table, &ticket);
    (void)submit(&table, &ticket);
    char id[UUID_TEXT_SIZE];
    account_order_id(table.account, 1, id);
    cr_assert_eq(account_order_by_id(table.account, id, strlen(id))->number, 1);
    id[0] = id[0] == 'a' ? 'b' : 'a';
    cr_assert_null(account_order_by_id(table.account, id, strlen(id)));
    finish(&table);
}

Test(account, the_wrong_secret_is_refused)
{
    records[0] = quote(0, open_ns() + NS_PER_S, 211.98, 212.00, 500);
    struct table table = set(1);
    start(&table);
    struct refusal refusal = {0};
    cr_assert_null(venue_account(table.venue, "PKTEST", "Secret", &refusal));
    cr_assert_eq(refusal.status, 401);
    cr_assert_eq(venue_account(table.venue, "PKTEST", "secret", &refusal), table.account);
    finish(&table);
}

static struct event bar(uint32_t instrument, int64_t end_ns, double price)
{
    return (struct event){
        .ts_ns = end_ns,
        .src_ns = end_ns - NS_PER_MIN,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .bar = {E9(price), E9(price), E9(price), E9(price), 1000}
    };
}

Test(account, splits_and_dividends)
{
    int64_t next_day_ns = open_ns() + NS_PER_DAY;
    records[0] = bar(0, open_ns() + NS_PER_MIN, 212.00);
    records[1] = bar(0, open_ns() + 2 * NS_PER_MIN, 212.00);
    records[2] = bar(0, next_day_ns + NS_PER_MIN, 53.00);
    struct action rows[] = {
        {.instrument = {"AAPL"}, .split_new = 4, .split_old = 1}
    };
    rows[0].date = (int32_t)utc_day_of(next_day_ns);
    rows[0].cash_e9 = E9(0.50); /* of an old share */
    const struct actions actions = {.rows = rows, .count = 1};
    struct table table = set(3);
    table.data.quote_count = 0;
    table.actions = &actions;
    start(&table);
    struct order_ticket ticket = market_order(false, 10);
    (void)submit(&table, &ticket);
    cr_assert(venue_step(table.venue)); /* bought at the second bar's open */
    ticket = market_order(true, 10);
    ticket.type = ORDER_TYPE_LIMIT;
    ticket.time_in_force = TIME_IN_FORCE_GTC;
    ticket.limit_price_e9 = E9(230);
    (void)submit(&table, &ticket);
    told[0] = '\0';
    cr_assert(venue_step(table.venue));
    cr_assert_str_eq(told, "1 canceled");
    cr_assert_eq(exchange_qty_e9(table.account->exchange, 0), 40 * MONEY_E9);
    cr_assert_eq(exchange_average_cost_e9(table.account->exchange, 0), E9(53.00));
    cr_assert_eq(exchange_cash_e9(table.account->exchange),
                 100000 * MONEY_E9 - E9(2120) + E9(5.00));
    cr_assert_eq(market_previous_close_e9(&table.venue->market, 0), E9(53.00));
    cr_assert_eq(account_available_e9(table.account, 0), 40 * MONEY_E9);
    cr_assert_eq(table.account->activity_count, 3); /* fill, dividend, split */
    cr_assert_eq(table.account->activities[1].cause, CASH_DIVIDEND);
    cr_assert_eq(table.account->activities[2].cause, CASH_SPLIT);
    cr_assert_eq(table.account->activities[2].qty_e9, 30 * MONEY_E9);
    finish(&table);
}
