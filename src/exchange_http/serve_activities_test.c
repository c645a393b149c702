/* serve_activities_test.c: the account's history, on orders that are really filled. */
#include "exchange_http/served_test.h"
#include "exchange_http/shape_activity.h"
#include "venue/account_private.h"

static void trade(struct served *served, bool sells, int64_t shares, uint32_t instrument)
{
    const struct order_ticket ticket = {.instrument = instrument,
                                        .sells = sells,
                                        .type = ORDER_TYPE_MARKET,
                                        .time_in_force = TIME_IN_FORCE_DAY,
                                        .qty_e9 = shares * MONEY_E9};
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(account_submit(served->account, &ticket, served->venue->now_ns, &sent, &refusal),
              "%s", refusal.message);
    cr_assert(venue_step(served->venue));
}

/* Monday at the open: 10 AAPL bought, 4 of them sold, 7 more: short by one; 2 SPY bought. */
static struct served serve_trades(void)
{
    struct served served = served_at(made_open_ns(1));
    trade(&served, false, 10, 0);
    trade(&served, true, 10, 0);
    trade(&served, true, 1, 0);
    trade(&served, false, 2, 1);
    cr_assert_eq(served.account->activity_count, 4);
    return served;
}

/* The member of each row in turn: "a b c". */
static const char *column(const struct served *served, const char *key)
{
    static char text[1024];
    size_t length = 0;
    const struct node *rows = tree_root(&served->answer);
    text[0] = '\0';
    for (const struct node *at = node_first(rows); at != NULL; at = node_next(rows, at)) {
        const char *value = node_text(node_member(at, key));
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                                   length > 0 ? " " : "", value == NULL ? "-" : value);
    }
    return text;
}

Test(activities, of_executions_have_all_keys)
{
    struct served served = serve_trades();
    const struct activity *first = &served.account->activities[0];
    char order[UUID_TEXT_SIZE], uuid[UUID_TEXT_SIZE], time[UTC_TEXT_SIZE], expected[1024];
    account_order_id(served.account, 0, order);
    uuid_write(served.account->seed, UUID_EXECUTION, 0, uuid);
    (void)utc_format(first->ts_ns, time);
    char price[MONEY_TEXT_SIZE];
    (void)money_format(first->price_e9, price);
    cr_assert_eq(first->ts_ns % NS_PER_MIN, 0);
    (void)snprintf(expected, sizeof expected,
                   "[{\"id\":\"2026031609%.2s%.2s000::%s\",\"account_id\":\"%s\","
                   "\"activity_type\":\"FILL\",\"transaction_time\":\"%s\",\"type\":\"fill\","
                   "\"price\":\"%s\",\"qty\":\"10\",\"side\":\"buy\",\"symbol\":\"AAPL\","
                   "\"order_id\":\"%s\",\"order_status\":\"filled\",\"cum_qty\":\"10\","
                   "\"leaves_qty\":\"0\"}]",
                   time + 14, time + 17, uuid, served.account->id, time, price, order);
    char request[128];
    (void)snprintf(request, sizeof request, "GET /v2/account/activities?order_id=%s", order);
    expect_answer(&served, request, 200, expected);
    served_finish(&served);
}

Test(activities, are_filtered_and_ordered)
{
    static const struct {
        const char *query, *sides;
    } cases[] = {
        {"",                                               "buy sell_short sell buy"},
        {"?direction=asc",                                 "buy sell sell_short buy"},
        {"/FILL?direction=asc&page_size=2",                "buy sell"               },
        {"/DIV",                                           ""                       },
        {"?activity_types=DIV,FILL&page_size=1",           "buy"                    },
        {"?category=trade_activity&page_size=1",           "buy"                    },
        {"?category=non_trade_activity",                   ""                       },
        {"?date=2026-03-16&page_size=1",                   "buy"                    },
        {"?date=2026-03-16T23:00:00Z&page_size=1",         "buy"                    },
        {"?date=2026-03-17",                               ""                       },
        {"?after=2026-03-16T13:32:00Z",                    "buy"                    },
        {"?until=2026-03-16T13:32:00Z",                    "sell buy"               },
        {"?after=2026-03-17",                              ""                       },
        {"?order_id=3174d6df-7726-44b4-a5bd-7fda5ae6e009", ""                       },
    };
    struct served served = serve_trades();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[160];
        (void)snprintf(request, sizeof request, "GET /v2/account/activities%s", cases[i].query);
        (void)ask(&served, request);
        cr_expect_eq(served.status, 200, "%s", served.json.text);
        cr_expect_str_eq(column(&served, "side"), cases[i].sides, "%s: %s", cases[i].query,
                         served.json.text);
    }
    served_finish(&served);
}

Test(activities, pages_go_on_behind_the_last_id)
{
    static const struct {
        const char *direction, *sides;
    } cases[] = {
        {"asc",  "buy sell sell_short buy "},
        {"desc", "buy sell_short sell buy "},
    };
    struct served served = serve_trades();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char token[ACTIVITY_ID_SIZE] = "";
        char all[256] = "";
        uint32_t count;
        do {
            char request[256];
            (void)snprintf(request, sizeof request,
                           "GET /v2/account/activities?direction=%s&page_size=3&page_token=%s",
                           cases[i].direction, token);
            (void)ask(&served, request);
            const struct node *rows = tree_root(&served.answer);
            count = rows->length;
            for (const struct node *at = node_first(rows); at != NULL; at = node_next(rows, at)) {
                size_t used = strlen(all);
                (void)snprintf(all + used, sizeof all - used, "%s ",
                               node_text(node_member(at, "side")));
                (void)snprintf(token, sizeof token, "%s", node_text(node_member(at, "id")));
            }
        } while (count == 3);
        cr_expect_str_eq(all, cases[i].sides);
    }
    served_finish(&served);
}

Test(activities, ids_sort_by_time)
{
    struct served served = serve_trades();
    (void)ask(&served, "GET /v2/account/activities?direction=asc");
    char before[ACTIVITY_ID_SIZE] = "";
    const struct node *rows = tree_root(&served.answer);
    for (const struct node *at = node_first(rows); at != NULL; at = node_next(rows, at)) {
        cr_expect_lt(strcmp(before, node_text(node_member(at, "id"))), 0);
        (void)snprintf(before, sizeof before, "%s", node_text(node_member(at, "id")));
    }
    served_finish(&served);
}

static void act(struct served *served, int64_t split_new, int64_t split_old, int64_t cash_e9)
{
    int64_t day_ns = made_open_ns(2) - 9 * NS_PER_HOUR - 30 * NS_PER_MIN; /* 00:00 in New York */
    const struct event action = {
        .ts_ns = day_ns,
        .src_ns = day_ns,
        .kind = EVENT_ACTION,
        .version = 1,
        .slots = 1,
        .instrument = 1,
        .action = {split_new, split_old, cash_e9, {0}}
    };
    account_make_room(served->account, 0);
    exchange_on_action(served->account->exchange, &action, &served->account->reports);
    account_take_reports(served->account);
}

Test(activities, of_dividends_and_splits)
{
    struct served served = serve_trades();
    act(&served, 1, 1, MONEY_E9 / 4); /* 25 cents on each of 2 SPY */
    act(&served, 2, 1, 0);
    char dividend[UUID_TEXT_SIZE], split[UUID_TEXT_SIZE], expected[1024];
    uuid_write(served.account->seed, UUID_ACTIVITY, 4, dividend);
    uuid_write(served.account->seed, UUID_ACTIVITY, 5, split);
    (void)snprintf(expected, sizeof expected,
                   "[{\"id\":\"20260317000000000::%s\",\"account_id\":\"%s\",\"activity_type\":"
                   "\"DIV\",\"activity_sub_type\":\"CDIV\",\"date\":\"2026-03-17\",\"net_amount\":"
                   "\"0.5\",\"description\":\"Cash Dividend\",\"symbol\":\"SPY\",\"qty\":\"2\","
                   "\"per_share_amount\":\"0.25\",\"status\":\"executed\",\"currency\":\"USD\","
                   "\"created_at\":\"2026-03-17T04:00:00Z\"}]",
                   dividend, served.account->id);
    expect_answer(&served, "GET /v2/account/activities/DIV", 200, expected);
    (void)snprintf(expected, sizeof expected,
                   "[{\"id\":\"20260317000000000::%s\",\"account_id\":\"%s\",\"activity_type\":"
                   "\"SPLIT\",\"activity_sub_type\":\"FSPLIT\",\"date\":\"2026-03-17\","
                   "\"net_amount\":\"0\",\"description\":\"Stock Split\",\"symbol\":\"SPY\","
                   "\"qty\":\"2\",\"status\":\"executed\",\"currency\":\"USD\",\"created_at\":"
                   "\"2026-03-17T04:00:00Z\"}]",
                   split, served.account->id);
    expect_answer(&served, "GET /v2/account/activities/SPLIT", 200, expected);
    (void)ask(&served, "GET /v2/account/activities?category=non_trade_activity");
    cr_expect_str_eq(column(&served, "activity_type"), "SPLIT DIV");
    act(&served, 1, 2, 0);
    (void)ask(&served, "GET /v2/account/activities/SPLIT?page_size=1");
    cr_expect_str_eq(column(&served, "activity_sub_type"), "RSPLIT");
    cr_expect_str_eq(column(&served, "qty"), "-2");
    served_finish(&served);
}

Test(activities, refuse_what_they_cannot_read)
{
    static const struct {
        const char *query;
        int status;
    } cases[] = {
        {"?activity_types=FILLS",                                               422},
        {"/fill",                                                               422},
        {"?activity_types=FILL&category=trade_activity",                        422},
        {"?category=other",                                                     422},
        {"?direction=up",                                                       422},
        {"?page_size=0",                                                        422},
        {"?page_size=101",                                                      422},
        {"?page_token=20260316093100000",                                       422},
        {"?page_token=20260316093100000::3174d6df-7726-44b4-a5bd-7fda5ae6e009", 422},
        {"?order_id=1",                                                         422},
        {"?after=yesterday",                                                    400},
    };
    struct served served = serve_trades();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[160];
        (void)snprintf(request, sizeof request, "GET /v2/account/activities%s", cases[i].query);
        (void)ask(&served, request);
        cr_expect_eq(served.status, cases[i].status, "%s: %d", cases[i].query, served.status);
    }
    served_finish(&served);
}

Test(activities, as_events_have_what_the_vendor_requires)
{
    static const char *const required[] = {"at",     "activity_type", "executed_at",
                                           "status", "settle_date",   "currency",
                                           "ref_id", "details"};
    struct served served = serve_trades();
    act(&served, 1, 1, MONEY_E9 / 4);
    for (uint32_t i = 0; i < served.account->activity_count; i++) {
        json_reset(&served.json);
        shape_activity_event(&served.json, served.account, &served.account->activities[i]);
        cr_assert_eq(json_parse(&served.answer, served.json.text, served.json.length), ERR_OK);
        for (size_t k = 0; k < sizeof required / sizeof required[0]; k++) {
            cr_expect_not_null(node_member(tree_root(&served.answer), required[k]), "%s in %s",
                               required[k], served.json.text);
        }
    }
    cr_expect(node_is(node_member(tree_root(&served.answer), "net_amount"), "0.5"));
    json_reset(&served.json);
    shape_activity_event(&served.json, served.account, &served.account->activities[0]);
    cr_assert_eq(json_parse(&served.answer, served.json.text, served.json.length), ERR_OK);
    int64_t net_e9 = 0;
    cr_assert_eq(node_decimal_e9(node_member(tree_root(&served.answer), "net_amount"), &net_e9),
                 ERR_OK);
    cr_expect_eq(net_e9, -10 * served.account->activities[0].price_e9);
    cr_expect(node_is(node_member(tree_root(&served.answer), "settle_date"), "2026-03-17"));
    served_finish(&served);
}
