/* alpaca_rounds_test.c: an account at Alpaca after a restart, and round after round: what is read,
 * what it is compared with, and what of it is told. */
#include "broker/alpaca_bench_test.h"

/* ---- again ---- */

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

Test(alpaca_rounds, a_failed_list_is_no_answer)
{
    desk = (struct desk){.orders = "[]", .positions = "[]", .cash = "1000000", .executions = "[]"};
    struct bench_plan plan = bench_plan_simple(2);
    tree_init(&desk.tree);
    bench_init(&desk.bench, &plan);
    desk_open_account(false);
    desk_stream(STREAM_UP);
    desk.lists_class = CLIENT_UNKNOWN;
    for (unsigned i = 0; i < 20; i++) {
        desk_settle();
        desk_later(1);
    }
    ASSERT_DESK_TOLD("+reconciling, +order-stream");
    desk.lists_class = CLIENT_OK;
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
    desk.lists_class = CLIENT_UNKNOWN;
    for (unsigned i = 0; i < 60; i++) {
        desk_later(1);
        desk_settle();
    }
    ASSERT_DESK_TOLD("+reconciling");
    desk.lists_class = CLIENT_OK;
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

/* Seen twice, with nothing moving. */
static void compared(void)
{
    for (int round = 0; round < 3; round++) {
        desk_later(31);
        desk_settle();
    }
}

/* A person sold our shares: nothing is sold once more, until they are bought back. */
Test(alpaca_rounds, what_a_person_sold_is_not_sold_again)
{
    desk_begin();
    (void)held();
    const char *with_ours = desk.positions;
    desk.positions = "[]";
    compared();
    ASSERT_DESK_TOLD("holding A -100");
    desk.bench.ts_ns = desk.client.clock.now_ns;
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&desk.bench, USD(10));
    desk_carry_out();
    cr_expect_eq(posts(), 1, "the entry");
    desk.client.clock.now_ns = desk.bench.ts_ns;
    desk.positions = with_ours;
    compared();
    ASSERT_DESK_TOLD("holding A 0");
    cr_expect_eq(posts(), 2, "the exit that was wanted");
    desk_end();
}

/* A held bracket whose target and stop both fill; what is said of them. */
static void fill_both_exits(void)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_update_of("fill", bracket("filled", 100, "new", 0, "held"), 100);
    desk_settle();
    (void)desk_told();
    desk_update_of("fill", desk_order("b", 0, "limit", false, "filled", 100, NULL), 100);
    desk_update_of("fill", desk_order("c", 0, "stop", false, "filled", 100, NULL), 100);
    desk.positions = "[{\"symbol\":\"A\",\"qty\":\"-100\",\"side\":\"short\",\"qty_available\":"
                     "\"-100\",\"avg_entry_price\":\"10\"}]";
    desk.cash = "1001000";
    desk_settle();
    ASSERT_DESK_TOLD("fill target 100, fill stop 100");
    cr_assert_eq(bench_trade(&desk.bench, 0, 0)->state, TRADE_CLOSED);
    cr_assert_eq(desk.bench.decides.engine->counters.surpluses, 1);
}

Test(alpaca_rounds, a_surplus_is_told_as_a_holding)
{
    fill_both_exits();
    const struct engine *engine = desk.bench.decides.engine;
    compared();
    ASSERT_DESK_TOLD("holding A -100, cash 1000");
    cr_expect_eq(engine->foreign_e9[0], -SHARES(100));
    cr_expect_eq(engine->surplus_e9[0], 0);
    cr_expect_eq(engine->equity_e9 - engine->session_equity_e9, 0, "no gain of ours");
    desk.positions = "[]"; /* a person buys them back */
    desk.cash = "1000000";
    compared();
    ASSERT_DESK_TOLD("holding A 0, cash -1000");
    cr_expect_eq(posts(), 1, "nothing was sent for it");
    desk_end();
}

/* Told also when a person was faster than the comparison: it opens the symbol. */
Test(alpaca_rounds, a_surplus_that_is_gone_is_told)
{
    fill_both_exits();
    desk.positions = "[]";
    desk.cash = "1000000";
    compared();
    ASSERT_DESK_TOLD("holding A 0");
    cr_expect_eq(desk.bench.decides.engine->surplus_e9[0], 0);
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

/* ---- keys that are refused ---- */

static void lose_the_keys(void)
{
    desk_begin();
    (void)desk_buy();
    desk_settle(); /* the round that was due by then */
    cr_assert(desk_answer(POST, CLIENT_KEYS, 401, NULL));
    desk_take_reports();
    ASSERT_DESK_TOLD("+keys, rejected entry (refused by the broker)");
}

Test(alpaca_rounds, refused_keys_are_so_until_everything_was_read_with_them)
{
    lose_the_keys();
    desk_later(31);
    cr_assert(desk_answer_lists());
    desk_take_reports();
    ASSERT_DESK_TOLD(""); /* one accepted call */
    desk_settle();
    ASSERT_DESK_TOLD("-keys");
    desk_end();
}

Test(alpaca_rounds, keys_that_are_refused_during_a_round_wait_for_the_next_one)
{
    desk_begin();
    desk_later(31);
    cr_assert(desk_answer_lists());
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_KEYS, 401, NULL));
    desk_settle();
    ASSERT_DESK_TOLD("+keys, rejected entry (refused by the broker)");
    pass(31);
    ASSERT_DESK_TOLD("-keys");
    desk_end();
}

Test(alpaca_rounds, keys_that_the_stream_refused_are_so_for_good)
{
    desk_begin();
    desk_stream(STREAM_REFUSED);
    pass(120); /* all calls are accepted */
    ASSERT_DESK_TOLD("+order-stream, +keys");
    desk_stream(STREAM_UP);
    pass(1);
    ASSERT_DESK_TOLD("+reconciling, -reconciling, -order-stream, -keys");
    desk_end();
}

Test(alpaca_rounds, with_refused_keys_it_is_asked_once_a_minute_and_said_once)
{
    lose_the_keys();
    desk.lists_class = CLIENT_KEYS;
    unsigned before = desk.asked_count;
    pass(300);
    ASSERT_DESK_TOLD("+reconciling");
    cr_expect_geq(desk.asked_count - before, 4);
    cr_expect_leq(desk.asked_count - before, 6, "%u", desk.asked_count - before);
    cr_expect_eq(said("could not be read"), 1, "%s", desk.said);
    desk.lists_class = CLIENT_OK;
    pass(61);
    ASSERT_DESK_TOLD("-reconciling, -keys");
    desk.lists_class = CLIENT_UNKNOWN;
    pass(60);
    cr_expect_eq(said("could not be read"), 2, "%s", desk.said);
    desk_end();
}

/* ---- how soon it is tried again (W2) ---- */

enum { TRIES = 40 };

/* The seconds between two tries in a row, while that has no answer for ten minutes. */
static unsigned tries(const char *what, unsigned gaps[TRIES])
{
    unsigned count = 0;
    int last = -1;
    for (int second = 0; second < 600; second++) {
        bool asked = false;
        while (desk_answer(what, CLIENT_UNKNOWN, 503, NULL)) {
            asked = true;
        }
        if (asked && last >= 0 && count < TRIES) {
            gaps[count++] = (unsigned)(second - last);
        }
        last = asked ? second : last;
        desk_take_reports();
        desk_later(1);
    }
    return count;
}

/* From three seconds on at most twice as many each time, to thirty, by chance. */
static void assert_backs_off(const unsigned *gaps, unsigned count)
{
    unsigned most = 3, longest = 0, distinct = 0;
    uint64_t seen = 0;
    cr_assert_geq(count, 600 / 31);
    for (unsigned i = 0; i < count; i++, most = most < 15 ? 2 * most : 30) {
        cr_expect(gaps[i] >= 3 && gaps[i] <= most + 1, "%u: %u s of %u", i, gaps[i], most);
        longest = gaps[i] > longest ? gaps[i] : longest;
        distinct += (seen >> gaps[i] & 1) == 0 ? 1 : 0;
        seen |= UINT64_C(1) << gaps[i];
    }
    cr_expect_geq(longest, 20);
    cr_expect_geq(distinct, 5);
}

Test(alpaca_rounds, rounds_that_fail_are_tried_less_and_less_often)
{
    static unsigned gaps[2][TRIES];
    unsigned counts[2];
    for (int i = 0; i < 2; i++) {
        desk_begin();
        desk_later(29);
        counts[i] = tries("GET /v2/orders?status=open", gaps[i]);
        assert_backs_off(gaps[i], counts[i]);
        pass(40); /* and after a success as in the beginning */
        ASSERT_DESK_TOLD("+reconciling, -reconciling");
        (void)tries("GET /v2/orders?status=open", gaps[i]);
        cr_expect_eq(gaps[i][0], 3);
        desk_end();
    }
    cr_expect_eq(counts[0], counts[1], "by the same seed");
    cr_expect_arr_eq(gaps[0], gaps[1], sizeof gaps[0]);
}

Test(alpaca_rounds, look_ups_that_fail_are_tried_less_and_less_often)
{
    static unsigned gaps[TRIES];
    desk_begin();
    (void)desk_buy();
    desk_settle();
    cr_assert(desk_answer(POST, CLIENT_UNKNOWN, 0, NULL));
    desk_take_reports();
    assert_backs_off(gaps, tries(LOOK, gaps));
    unsigned missed = 0;
    for (unsigned second = 0; second < 60 && desk_open("/v2/orders?status=all") == 0; second++) {
        missed += desk_not_found(LOOK) ? 1 : 0;
        desk_settle();
        desk_later(1);
    }
    cr_expect_geq(missed, 11, "an answer, if not a good one: each three seconds, for thirty");
    desk_end();
}

Test(alpaca_rounds, an_order_that_cannot_be_looked_at_is_asked_for_less_and_less_often)
{
    static unsigned gaps[TRIES];
    desk_begin();
    uint64_t entry = accepted();
    orders_find(&desk.alpaca->orders, entry)->wants_poll = true;
    desk.alpaca->reconcile.full_ns = INT64_MAX; /* rounds ask for it as well */
    desk.alpaca->reconcile.orders_ns = INT64_MAX;
    desk_take_reports();
    assert_backs_off(gaps, tries("GET /v2/orders/a", gaps));
    desk_end();
}

/* ---- executions that do not come ---- */

#define GIVEN_UP "this one is given up"

/* An order as the broker shows it, of B instead of A. */
static const char *of_b(const char *order)
{
    static char text[8192];
    (void)snprintf(text, sizeof text, "%s", order);
    char *symbol = strstr(text, "\"symbol\":\"A\"");
    cr_assert_not_null(symbol);
    symbol[strlen("\"symbol\":\"")] = 'B';
    return text;
}

/* Besides the entry in A, which the broker knows as "a", one in B, as "b". */
static uint64_t accepted_in_b(void)
{
    desk.bench.ts_ns = desk.client.clock.now_ns;
    uint64_t entry = bench_buy(&desk.bench, 0, 1, USD(10));
    desk_carry_out();
    cr_assert(desk_answer(POST, CLIENT_OK, 200,
                          of_b(desk_order("b", entry, "market", true, "new", 0, NULL))));
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry");
    return entry;
}

/* The list of open orders: the entry in A with so much filled, and what else there is. */
static void list_filled(uint64_t entry, int filled, const char *beside)
{
    static char orders[16384];
    (void)snprintf(orders, sizeof orders, "[%s%s%s]",
                   desk_order("a", entry, "market", true, "partially_filled", filled, NULL),
                   beside[0] != '\0' ? "," : "", beside);
    desk.orders = orders;
}

/* An order is shown with 40 filled, and their executions stand nowhere. The full round that waits
 * for them has just begun to. */
static void begin_to_wait(uint64_t entry, const char *beside)
{
    list_filled(entry, 40, beside);
    for (unsigned i = 0; i < 60 && desk.alpaca->reconcile.round.stage != ROUND_SETTLE; i++) {
        pass(1);
    }
    cr_assert_eq(desk.alpaca->reconcile.round.stage, ROUND_SETTLE);
    cr_assert_eq(alpaca_round_due_ns(desk.alpaca), desk.client.clock.now_ns + 10 * NS_PER_S);
    ASSERT_DESK_TOLD("");
}

/* The executions come, and the account shows what they make. */
static void forty_come(void)
{
    desk.executions = desk_fill("a", 40, 40);
    desk.positions = "[{\"symbol\":\"A\",\"qty\":\"40\",\"side\":\"long\",\"qty_available\":"
                     "\"40\",\"avg_entry_price\":\"10\"}]";
    desk.cash = "999600";
}

Test(alpaca_rounds, a_round_does_not_wait_for_ever_for_executions)
{
    desk_begin();
    uint64_t entry = accepted();
    uint64_t other = accepted_in_b();
    begin_to_wait(entry, of_b(desk_order("b", other, "market", true, "new", 0, NULL)));
    list_filled(entry, 40, ""); /* "b" is open no more, and the stream does not tell */
    pass(9);
    ASSERT_DESK_TOLD("");
    pass(1);
    ASSERT_DESK_TOLD("+reconciling");
    cr_expect_eq(said("(a): the broker shows 40 filled, and its executions that we have make 0; "
                      "entries stay shut"),
                 1, "%s", desk.said);
    pass(4); /* the next round finds that "b" is not listed */
    const char *filled = of_b(desk_order("b", other, "market", true, "filled", 100, NULL));
    cr_assert(desk_answer("GET /v2/orders/b", CLIENT_OK, 200, filled));
    cr_assert(desk_answer("GET /v2/account/activities?activity_types=FILL&direction=asc&page_size="
                          "100&order_id=b",
                          CLIENT_OK, 200, desk_fill("b", 100, 100)));
    desk_settle();
    ASSERT_DESK_TOLD("fill entry 100");
    pass(120);
    ASSERT_DESK_TOLD(""); /* nothing is invented, and nothing is whole */
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->entry.filled_e9, 0);
    cr_expect_eq(bench_trade(&desk.bench, 0, 1)->entry.filled_e9, SHARES(100));
    cr_expect_eq(said(GIVEN_UP), 1, "%s", desk.said);
    desk_end();
}

Test(alpaca_rounds, executions_that_come_late_make_a_round_whole)
{
    desk_begin();
    begin_to_wait(accepted(), "");
    pass(15);
    ASSERT_DESK_TOLD("+reconciling");
    forty_come();
    pass(2);
    ASSERT_DESK_TOLD("fill entry 40");
    pass(40); /* at the latest when the next full round is due */
    ASSERT_DESK_TOLD("-reconciling");
    pass(60);
    ASSERT_DESK_TOLD("");
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->entry.filled_e9, SHARES(40));
    desk_end();
}

Test(alpaca_rounds, executions_that_come_in_time_are_waited_for)
{
    desk_begin();
    begin_to_wait(accepted(), "");
    pass(8);
    uint32_t number = desk.alpaca->reconcile.round.number;
    forty_come();
    pass(2);
    ASSERT_DESK_TOLD("fill entry 40");
    cr_expect_eq(desk.alpaca->reconcile.round.number, number, "the same round went on");
    cr_expect_eq(desk.alpaca->reconcile.round.stage, ROUND_NONE);
    cr_expect_eq(desk.alpaca->reconcile.failures, 0);
    pass(60);
    ASSERT_DESK_TOLD("");
    cr_expect_eq(said(GIVEN_UP), 0, "%s", desk.said);
    desk_end();
}

Test(alpaca_rounds, an_order_that_is_given_up_again_later_is_said_again)
{
    desk_begin();
    uint64_t entry = accepted();
    begin_to_wait(entry, "");
    pass(15);
    forty_come();
    pass(60);
    ASSERT_DESK_TOLD("+reconciling, fill entry 40, -reconciling");
    cr_expect_eq(said(GIVEN_UP), 1, "%s", desk.said);
    list_filled(entry, 70, "");
    pass(60);
    ASSERT_DESK_TOLD("+reconciling");
    cr_expect_eq(said(GIVEN_UP), 2, "%s", desk.said);
    desk_end();
}

Test(alpaca_rounds, a_round_does_not_wait_for_ever_for_an_order_known_by_name_only)
{
    desk_begin();
    (void)desk_buy(); /* the process ends before an answer */
    restart();
    desk_settle();
    ASSERT_DESK_TOLD("no-answer entry, +reconciling, +order-stream");
    cr_assert_eq(desk.alpaca->reconcile.round.stage, ROUND_SETTLE);
    uint32_t number = desk.alpaca->reconcile.round.number;
    pass(60); /* the question after it has no answer, and nothing else is due about it */
    cr_expect_gt(desk.alpaca->reconcile.round.number, number + 1);
    cr_expect_eq(said("the broker has not answered whether it has it"), 1, "%s", desk.said);
    ASSERT_DESK_TOLD("");
    cr_assert(desk_not_found(LOOK));
    pass(40);
    ASSERT_DESK_TOLD("-reconciling, -order-stream");
    desk_end();
}
