/* wire_served_test.c: what our served exchange writes, read back, and what we write, taken by it.
 */
#include "alpaca/wire.h"
#include "exchange_http/routes_account.h"
#include "exchange_http/served_test.h"
#include "exchange_http/shape_activity.h"
#include "exchange_http/shapes.h"

static struct wire_update last_update;
static unsigned updates;

/* Each update as the stream would tell it, read at once. */
static void on_event(void *context, struct account *account, const struct served_order *order,
                     enum order_event event, int64_t ts_ns, const struct activity *activity)
{
    struct json_writer json;
    struct tree tree;
    (void)context;
    json_init(&json, false);
    tree_init(&tree);
    shape_trade_update(&json, account, order, event, ts_ns, activity);
    cr_assert_eq(json_parse(&tree, json.text, json.length), ERR_OK);
    cr_assert_eq(wire_read_update(tree_root(&tree), &last_update), ERR_OK, "%s", json.text);
    cr_expect_neq(last_update.event, WIRE_UPDATE_UNKNOWN);
    cr_expect_eq(last_update.timestamp_ns, ts_ns);
    cr_expect_eq(last_update.has_position, activity != NULL);
    if (activity != NULL) {
        cr_expect_eq(last_update.qty_e9, activity->qty_e9);
        cr_expect_eq(last_update.price_e9, activity->price_e9);
        cr_expect_eq(last_update.position_qty_e9, activity->position_e9);
    }
    updates++;
    tree_finish(&tree);
    json_finish(&json);
}

static struct served *start(void)
{
    struct served *served = xcalloc(1, sizeof *served);
    served_init(served);
    served_start(served);
    served->venue->order_watcher = (struct order_watcher){.context = served, .on_event = on_event};
    return served;
}

static void finish(struct served *served)
{
    served_finish(served);
    free(served);
}

/* ---- requests ---- */

static struct order_request request_of(enum order_role role, int32_t ratio, enum order_type type)
{
    static uint64_t trade = 0x1234;
    trade += role == ORDER_ROLE_ENTRY;
    return (struct order_request){
        .head = {.kind = EVENT_ORDER,
                 .version = 1,
                 .slots = 2,
                 .order = {.order_id = order_id_make(trade, role, 1),
                           .qty_e9 = E9(10),
                           .type = (uint8_t)type,
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{AAPL, ratio}         },
    };
}

static struct order_request limit_of(enum order_role role, int32_t ratio, double price)
{
    struct order_request request = request_of(role, ratio, ORDER_TYPE_LIMIT);
    request.head.order.limit_price_e9 = E9(price);
    return request;
}

static struct order_request stop_of(double price)
{
    struct order_request request = request_of(ORDER_ROLE_STOP, -1, ORDER_TYPE_STOP);
    request.terms.stop_price_e9 = E9(price);
    return request;
}

static void group(struct order_request *requests[], uint32_t count, enum order_class class)
{
    for (uint32_t i = 0; i < count; i++) {
        requests[i]->head.order.order_class = (uint8_t) class;
        requests[i]->terms.group = requests[0]->head.order.order_id;
    }
}

/* Written, checked, posted and read back: each is the order that was sent. */
static void send(struct served *served, struct order_request *const *requests, uint32_t count,
                 struct wire_group *out)
{
    const struct order_request *sent[3];
    char body[1024];
    uint64_t id = 0;
    for (uint32_t i = 0; i < count; i++) {
        sent[i] = requests[i];
    }
    size_t length = wire_write_order("t1", "AAPL", sent, count, body, sizeof body);
    cr_assert_gt(length, 0);
    cr_assert(wire_order_is("t1", "AAPL", sent, count, body, length), "%s", body);
    cr_assert_eq(served_ask(served, "POST", "/v2/orders", body), 200, "%s: %s", body,
                 served->json.text);
    cr_assert_eq(wire_read_order(tree_root(&served->answer), out), ERR_OK);
    cr_expect(wire_client_id_read("t1", out->order.client_id, &id));
    cr_expect_eq(id, sent[0]->head.order.order_id);
    cr_expect(wire_order_matches(&out->order, "AAPL", sent[0]), "%s", served->json.text);
    cr_assert_eq(out->leg_count, count - 1);
    for (uint32_t i = 1; i < count; i++) {
        cr_expect(wire_order_matches(&out->legs[i - 1], "AAPL", sent[i]), "%s", served->json.text);
    }
}

Test(wire_served, simple_orders_of_every_type)
{
    struct served *served = start();
    struct wire_group out;
    struct order_request market = request_of(ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
    send(served, (struct order_request *[]){&market}, 1, &out);
    cr_expect_eq(last_update.event, WIRE_UPDATE_FILL);
    cr_expect_eq(last_update.group.order.filled_avg_price_e9, E9(212));

    struct order_request stop = stop_of(200.5);
    stop.head.order.qty_e9 = E9(1);
    send(served, (struct order_request *[]){&stop}, 1, &out);

    struct order_request stop_limit = request_of(ORDER_ROLE_EXIT, -1, ORDER_TYPE_STOP_LIMIT);
    stop_limit.head.order.qty_e9 = E9(1);
    stop_limit.head.order.limit_price_e9 = E9(198);
    stop_limit.terms.stop_price_e9 = E9(199);
    send(served, (struct order_request *[]){&stop_limit}, 1, &out);

    struct order_request trail = request_of(ORDER_ROLE_STOP, -1, ORDER_TYPE_TRAILING_STOP);
    trail.head.order.order_id++;
    trail.head.order.qty_e9 = E9(1);
    trail.terms.trail = E9(2.5);
    send(served, (struct order_request *[]){&trail}, 1, &out);
    cr_expect_str_eq(served_text(served, "trail_price"), "2.5");

    trail.head.order.order_id++;
    trail.head.order.order_flags = ORDER_FLAG_TRAIL_PPM;
    trail.terms.trail = 12500;
    send(served, (struct order_request *[]){&trail}, 1, &out);
    cr_expect_str_eq(served_text(served, "trail_percent"), "1.25");
    finish(served);
}

Test(wire_served, a_limit_order)
{
    struct served *served = start();
    struct wire_group out;
    struct order_request limit = limit_of(ORDER_ROLE_ENTRY, 1, 205.01);
    limit.head.order.order_flags = ORDER_FLAG_EXTENDED;
    limit.head.order.time_in_force = TIME_IN_FORCE_DAY;
    send(served, (struct order_request *[]){&limit}, 1, &out);
    cr_expect_eq(out.order.time_in_force, TIME_IN_FORCE_DAY);
    cr_expect_eq(last_update.event, WIRE_UPDATE_NEW);
    finish(served);
}

Test(wire_served, groups)
{
    struct served *served = start();
    struct wire_group out;
    struct order_request entry = request_of(ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
    struct order_request target = limit_of(ORDER_ROLE_TARGET, -1, 219);
    struct order_request stop = stop_of(205);
    struct order_request *bracket[] = {&entry, &target, &stop};
    group(bracket, 3, ORDER_CLASS_BRACKET);
    send(served, bracket, 3, &out);

    struct order_request entry2 = limit_of(ORDER_ROLE_ENTRY, 1, 211);
    struct order_request stop2 = stop_of(204.5);
    stop2.head.order.type = ORDER_TYPE_STOP;
    struct order_request *oto[] = {&entry2, &stop2};
    group(oto, 2, ORDER_CLASS_OTO);
    send(served, oto, 2, &out);
    cr_expect_eq(out.legs[0].status, WIRE_HELD);

    struct order_request entry3 = limit_of(ORDER_ROLE_ENTRY, 1, 210.5);
    struct order_request target3 = limit_of(ORDER_ROLE_TARGET, -1, 220);
    struct order_request *oto2[] = {&entry3, &target3};
    group(oto2, 2, ORDER_CLASS_OTO);
    send(served, oto2, 2, &out);

    struct order_request more = request_of(ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
    send(served, (struct order_request *[]){&more}, 1, &out);
    struct order_request target4 = limit_of(ORDER_ROLE_TARGET, -1, 221);
    struct order_request stop4 = stop_of(203);
    struct order_request *oco[] = {&target4, &stop4};
    group(oco, 2, ORDER_CLASS_OCO);
    send(served, oco, 2, &out);
    cr_expect_gt(updates, 8);
    finish(served);
}

/* ---- what the account shows ---- */

static struct order_request bought_and_resting(struct served *served)
{
    struct wire_group out;
    struct order_request market = request_of(ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
    send(served, (struct order_request *[]){&market}, 1, &out);
    struct order_request exit = limit_of(ORDER_ROLE_TARGET, -1, 219);
    exit.head.order.qty_e9 = E9(3);
    send(served, (struct order_request *[]){&exit}, 1, &out);
    return market;
}

Test(wire_served, account_and_positions)
{
    struct served *served = start();
    struct wire_account account;
    struct wire_position position;
    (void)bought_and_resting(served);
    cr_assert_eq(served_ask(served, "GET", "/v2/account", NULL), 200);
    cr_assert_eq(wire_read_account(tree_root(&served->answer), &account), ERR_OK);
    cr_expect_str_eq(account.id, served->account->id);
    cr_expect(account.active && !account.blocked && account.shorting);
    cr_expect_eq(account.cash_e9, E9(100000) - E9(2120));
    cr_expect_eq(account.multiplier, 2);
    cr_expect_gt(account.equity_e9, E9(99000));

    cr_assert_eq(served_ask(served, "GET", "/v2/positions", NULL), 200);
    cr_assert_eq(wire_read_position(node_first(tree_root(&served->answer)), &position), ERR_OK);
    cr_expect_str_eq(position.symbol, "AAPL");
    cr_expect_eq(position.qty_e9, E9(10));
    cr_expect_eq(position.qty_available_e9, E9(7));
    cr_expect_eq(position.average_price_e9, E9(212));
    finish(served);
}

Test(wire_served, a_short_position)
{
    struct served *served = start();
    struct wire_position position;
    struct wire_group out;
    struct order_request market = request_of(ORDER_ROLE_ENTRY, -1, ORDER_TYPE_MARKET);
    send(served, (struct order_request *[]){&market}, 1, &out);
    cr_assert_eq(served_ask(served, "GET", "/v2/positions/AAPL", NULL), 200);
    cr_assert_eq(wire_read_position(tree_root(&served->answer), &position), ERR_OK);
    cr_expect_eq(position.qty_e9, -E9(10));
    cr_expect_eq(last_update.position_qty_e9, -E9(10));
    finish(served);
}

Test(wire_served, activities)
{
    struct served *served = start();
    const struct order_request sent = bought_and_resting(served);
    struct wire_activity activity;
    cr_assert_eq(served->account->activity_count, 1);
    json_reset(&served->json);
    shape_activity(&served->json, served->account, &served->account->activities[0]);
    cr_assert_eq(json_parse(&served->answer, served->json.text, served->json.length), ERR_OK);
    cr_assert_eq(wire_read_activity(tree_root(&served->answer), &activity), ERR_OK);
    cr_expect(activity.trades && activity.known && activity.buys);
    cr_expect_eq(activity.qty_e9, sent.head.order.qty_e9);
    cr_expect_eq(activity.cum_qty_e9, sent.head.order.qty_e9);
    cr_expect_eq(activity.price_e9, E9(212));
    cr_expect_eq(activity.ts_ns, served->account->activities[0].ts_ns);

    struct activity dividend = served->account->activities[0];
    dividend.cause = CASH_DIVIDEND;
    dividend.order = NO_SERVED_ORDER;
    dividend.amount_e9 = E9(2.4);
    json_reset(&served->json);
    shape_activity(&served->json, served->account, &dividend);
    cr_assert_eq(json_parse(&served->answer, served->json.text, served->json.length), ERR_OK);
    cr_assert_eq(wire_read_activity(tree_root(&served->answer), &activity), ERR_OK, "%s",
                 served->json.text);
    cr_expect(activity.known && !activity.trades);
    cr_expect_str_eq(activity.type, "DIV");
    cr_expect_eq(activity.net_amount_e9, E9(2.4));
    finish(served);
}

/* ---- clock, sessions, assets ---- */

static const struct node *answer_of(struct served *served, call_handler *handle,
                                    const struct query_item *query, uint32_t query_count)
{
    struct call call = {.venue = served->venue,
                        .account = served->account,
                        .status = 200,
                        .query = query,
                        .query_count = query_count,
                        .json = &served->json};
    json_reset(&served->json);
    handle(&call);
    cr_assert_eq(json_parse(&served->answer, served->json.text, served->json.length), ERR_OK);
    return tree_root(&served->answer);
}

Test(wire_served, clock_sessions_and_assets)
{
    struct served *served = start();
    struct wire_clock clock;
    struct wire_session session;
    struct wire_asset asset;
    cr_assert_eq(wire_read_clock(answer_of(served, serve_clock, NULL, 0), &clock), ERR_OK);
    cr_expect_eq(clock.ts_ns, served_time(9, 30, 2));
    cr_expect(clock.is_open);
    cr_expect_eq(clock.next_close_ns, served_time(16, 0, 0));
    cr_expect_eq(clock.next_open_ns, served_time(9, 30, 0) + NS_PER_DAY);

    static const struct query_item days[] = {
        {"start", "2026-01-01"},
        {"end",   "2026-12-31"}
    };
    const struct node *rows = answer_of(served, serve_calendar, days, 2);
    unsigned count = 0;
    for (const struct node *row = node_first(rows); row != NULL; row = node_next(rows, row)) {
        struct trading_day day;
        cr_assert_eq(wire_read_session(row, &session), ERR_OK);
        cr_assert(calendar_day_after(CALENDAR_XNYS, session.open_ns, &day));
        cr_expect_eq(session.open_ns, day.open_ns);
        cr_expect_eq(session.close_ns, day.close_ns);
        cr_expect_eq(session.date, day.date);
        count++;
    }
    cr_expect_eq(count, 251);

    const struct node *assets = answer_of(served, serve_assets, NULL, 0);
    unsigned read = 0;
    for (const struct node *at = node_first(assets); at != NULL; at = node_next(assets, at)) {
        cr_assert_eq(wire_read_asset(at, &asset), ERR_OK);
        cr_expect(asset.active && asset.tradable && asset.shortable);
        read++;
    }
    cr_expect_eq(read, SERVED_SYMBOLS);
    finish(served);
}
