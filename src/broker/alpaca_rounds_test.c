/* alpaca_rounds_test.c: an account at Alpaca after a restart, and round after round: what is read,
 * what it is compared with, and what of it is told. */
#include "broker/alpaca_bench_test.h"

/* ---- again ---- */

static void restart(void)
{
    alpaca_destroy(desk.alpaca);
    desk.asked_count = 0;
    desk.said[0] = '\0';
    desk_open_account(false);
    desk_stream(STREAM_UP);
}

Test(alpaca_rounds, after_a_restart_orders_are_found_by_name_and_what_they_filled_is_told)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_update_of("fill", bracket("filled", 100, "new", 0, "held"), 100);
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry, accepted target, accepted stop, fill entry 100");
    restart();
    desk.cash = "1000000";
    cr_assert(desk_answer_lists());
    const char *exits = bracket("filled", 100, "filled", 100, "canceled");
    while (desk_answer(LOOK, CLIENT_OK, 200, exits) ||
           desk_not_found("GET /v2/orders:by_client_order_id")) {
    }
    desk.executions = desk_fill("b", 100, 100);
    desk_settle();
    const char *told = desk_told();
    cr_expect_str_eq(told,
                     "+reconciling, +order-stream, canceled stop, fill target 100, -reconciling, "
                     "-order-stream",
                     "%s\n%s", told, desk.said);
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->state, TRADE_CLOSED);
    cr_expect_eq(posts(), 0);
    desk_end();
}

Test(alpaca_rounds, after_a_restart_an_order_may_never_have_arrived)
{
    desk_begin();
    (void)desk_buy(); /* the process ends before an answer */
    restart();
    for (unsigned i = 0; i < 60; i++) {
        (void)desk_not_found(LOOK);
        (void)desk_answer("GET /v2/orders?status=all", CLIENT_OK, 200, "[]");
        desk_settle();
        desk_later(1);
    }
    ASSERT_DESK_TOLD("no-answer entry, +reconciling, +order-stream, -reconciling, -order-stream, "
                     "rejected entry (never reached the broker)");
    cr_expect_eq(posts(), 0, "nothing is sent again by itself");
    desk_end();
}

/* ---- rounds ---- */

Test(alpaca_rounds, a_failed_list_is_no_answer)
{
    desk = (struct desk){.orders = "[]", .positions = "[]", .cash = "1000000", .executions = "[]"};
    struct bench_plan plan = bench_plan_simple(2);
    tree_init(&desk.tree);
    bench_init(&desk.bench, &plan);
    desk_open_account(false);
    desk_stream(STREAM_UP);
    desk.lists_fail = true;
    for (unsigned i = 0; i < 20; i++) {
        desk_settle();
        desk_later(1);
    }
    ASSERT_DESK_TOLD("+reconciling, +order-stream");
    desk.lists_fail = false;
    desk.orders = "{\"not\":\"a list\"}";
    desk_later(10);
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk.orders = "[]";
    desk_later(10);
    desk_settle();
    ASSERT_DESK_TOLD("-reconciling, -order-stream");
    desk_end();
}

Test(alpaca_rounds, rounds_that_fail_for_long_shut_entries)
{
    desk_begin();
    desk.lists_fail = true;
    for (unsigned i = 0; i < 60; i++) {
        desk_later(1);
        desk_settle();
    }
    ASSERT_DESK_TOLD("+reconciling");
    desk.lists_fail = false;
    desk_later(5);
    desk_settle();
    ASSERT_DESK_TOLD("-reconciling");
    desk_end();
}

Test(alpaca_rounds, every_page_is_read)
{
    desk_begin();
    const size_t size = 500 * 700;
    char *page = xmalloc(size);
    size_t used = 0;
    for (int i = 0; i < 500; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "n%d", i);
        used += (size_t)snprintf(page + used, size - used, "%s%s", i == 0 ? "[" : ",",
                                 desk_order(id, 0, "market", true, "new", 0, NULL));
    }
    (void)snprintf(page + used, size - used, "]");
    desk.orders = page;
    (void)accepted();
    desk_later(10);
    cr_assert(desk_answer("GET /v2/orders?status=open", CLIENT_OK, 200, page));
    cr_expect_eq(desk_open("/v2/orders?status=open&nested=true&direction=asc&limit=500&after="), 1,
                 "a full page is followed by another");
    free(page);
    desk.orders = "[]";
    desk_end();
}

Test(alpaca_rounds, an_order_that_is_not_listed_is_looked_at_by_its_id)
{
    desk_begin();
    uint64_t entry = accepted();
    desk_later(11);
    desk_settle();
    desk.executions = desk_fill("a", 100, 100);
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "filled", 100, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("fill entry 100");
    desk_end();
}

Test(alpaca_rounds, a_stream_that_keeps_fills_to_itself_is_connected_anew)
{
    desk_begin();
    uint64_t entry = accepted();
    desk.executions = desk_fill("a", 100, 100);
    const char *order = desk_order("a", entry, "market", true, "filled", 100, NULL);
    desk_later(11);
    desk_settle();
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200, order));
    desk_settle();
    ASSERT_DESK_TOLD("fill entry 100");
    cr_expect_eq(desk.stream.restarts, 1);
    desk_stream(STREAM_DOWN);
    desk_settle();
    ASSERT_DESK_TOLD("+order-stream");
    desk.positions = "[{\"symbol\":\"A\",\"qty\":\"100\",\"side\":\"long\",\"qty_available\":"
                     "\"100\",\"avg_entry_price\":\"10\"}]";
    desk.cash = "999000";
    desk_stream(STREAM_UP);
    desk_settle();
    ASSERT_DESK_TOLD("+reconciling, -reconciling, -order-stream");
    desk_end();
}

Test(alpaca_rounds, what_the_account_holds_beside_ours)
{
    desk_begin();
    uint64_t entry = held();
    desk.positions = "[{\"symbol\":\"A\",\"qty\":\"130\",\"side\":\"long\",\"qty_available\":"
                     "\"130\",\"avg_entry_price\":\"10\"}]";
    desk_later(31);
    desk_settle();
    ASSERT_DESK_TOLD(""); /* seen once */
    desk_later(25);
    desk_update_of("fill", desk_order("a", entry, "market", true, "filled", 100, NULL), 100);
    desk_later(5);
    desk_settle();
    ASSERT_DESK_TOLD(""); /* seen twice, but something moves there */
    desk_later(30);
    desk_settle();
    ASSERT_DESK_TOLD("holding A 30");
    desk_later(60);
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk_end();
}

Test(alpaca_rounds, what_is_there_at_the_start_is_told_at_once)
{
    desk = (struct desk){.orders = "[]", .cash = "1000000", .executions = "[]"};
    desk.positions =
        "[{\"symbol\":\"B\",\"qty\":\"-5\",\"side\":\"short\",\"qty_available\":\"-5\","
        "\"avg_entry_price\":\"10\"},{\"symbol\":\"OTHER\",\"qty\":\"1\",\"side\":"
        "\"long\",\"qty_available\":\"1\",\"avg_entry_price\":\"10\"}]";
    struct bench_plan plan = bench_plan_simple(2);
    tree_init(&desk.tree);
    bench_init(&desk.bench, &plan);
    desk_open_account(false);
    desk_stream(STREAM_UP);
    desk_settle();
    ASSERT_DESK_TOLD("+reconciling, +order-stream, holding B -5, -reconciling, -order-stream");
    cr_expect_not_null(strstr(desk.said, "the account holds OTHER"));
    desk_end();
}

Test(alpaca_rounds, cash_that_our_trades_do_not_explain)
{
    desk_begin();
    desk.cash = "1000025";
    desk_later(31);
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk.executions = "[{\"id\":\"d1\",\"activity_type\":\"DIV\",\"date\":\"2024-01-01\","
                      "\"net_amount\":\"25\",\"symbol\":\"A\",\"qty\":\"100\"}]";
    desk_later(31);
    desk_settle();
    ASSERT_DESK_TOLD("cash 25");
    cr_expect_not_null(strstr(desk.said, "activity: DIV A 25 (d1)"), "%s", desk.said);
    desk_later(90);
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk_end();
}

Test(alpaca_rounds, conditions_of_clock_and_keys)
{
    desk_begin();
    desk.skew_ns = 3 * NS_PER_S;
    desk_later(31);
    desk_settle();
    ASSERT_DESK_TOLD("");
    cr_expect_not_null(strstr(desk.said, "3 s ahead of"));
    desk.skew_ns = -11 * NS_PER_S;
    desk_later(31);
    desk_settle();
    ASSERT_DESK_TOLD("+clock");
    desk.skew_ns = 0;
    desk_later(31);
    desk_settle();
    ASSERT_DESK_TOLD("-clock");
    desk_stream(STREAM_REFUSED);
    desk_take_reports();
    ASSERT_DESK_TOLD("+order-stream, +keys");
    desk_end();
}
