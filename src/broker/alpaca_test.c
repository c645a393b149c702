/* alpaca_test.c: an account at Alpaca, answer by answer: every class of outcome, what is looked up,
 * canceled, and when. */
#include "broker/alpaca_bench_test.h"

/* ---- sending ---- */

Test(alpaca, an_order_goes_out_once_and_is_accepted)
{
    desk_begin();
    uint64_t entry = desk_buy();
    cr_assert_eq(posts(), 1);
    const struct asked *post = desk.asked;
    while (post->ask.method != HTTP_POST) {
        post++;
    }
    cr_expect_eq(post->ask.use, CLIENT_ENTRY);
    cr_expect_str_eq(post->body, "{\"symbol\":\"A\",\"qty\":\"100\",\"side\":\"buy\",\"type\":"
                                 "\"market\",\"time_in_force\":\"gtc\",\"client_order_id\":"
                                 "\"bw-t1-1-1-1\"}");
    cr_expect_not(alpaca_is_idle(desk.alpaca));
    /* the stream may be first */
    desk_update_of("new", desk_order("a", entry, "market", true, "new", 0, NULL), 0);
    desk_update_of("fill", desk_order("a", entry, "market", true, "filled", 100, NULL), 100);
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry, fill entry 100");
    cr_assert(
        desk_answer(POST, CLIENT_OK, 200, desk_order("a", entry, "market", true, "new", 0, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("");
    cr_expect(alpaca_is_idle(desk.alpaca));
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->qty_e9, SHARES(100));
    desk_end();
}

static const struct {
    const char *what;
    enum client_class class;
    int status;
    const char *json, *told;
    bool looked_up;
} rows[] = {
    {"refused",        CLIENT_REFUSED,  403, "{\"code\":40310000,\"message\":\"no\"}",
     "rejected entry (refused by the broker)",                                                                                              false},
    {"not sent",       CLIENT_NOT_SENT, 0,   NULL,                                         "rejected entry (could not be sent)",            false},
    {"keys",           CLIENT_KEYS,     401, NULL,                                         "+keys, rejected entry (refused by the broker)", false},
    {"exists",         CLIENT_EXISTS,   422, "{\"code\":40010001,\"message\":\"unique\"}", "no-answer entry",
     true                                                                                                                                        },
    {"unknown",        CLIENT_UNKNOWN,  504, NULL,                                         "no-answer entry",                               true },
    {"nothing in it",  CLIENT_OK,       200, NULL,                                         "no-answer entry",                               true },
    {"no order in it", CLIENT_OK,       200, "{\"id\":7}",                                 "no-answer entry",                               true },
};

Test(alpaca, every_class_of_outcome_has_its_row)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk_begin();
        (void)desk_buy();
        cr_assert(desk_answer(POST, rows[i].class, rows[i].status, rows[i].json));
        desk_take_reports();
        const char *told = desk_told();
        cr_expect_str_eq(told, rows[i].told, "%s: %s", rows[i].what, told);
        cr_expect_eq(desk_open("/v2/orders:by_client"), rows[i].looked_up ? 1 : 0, "%s",
                     rows[i].what);
        desk_later(100);
        cr_expect_eq(posts(), 1, "%s: sent again", rows[i].what);
        desk_end();
    }
}

Test(alpaca, another_order_in_the_answer_is_no_answer)
{
    desk_begin();
    uint64_t entry = desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200,
                          desk_order("z", entry + 1, "market", true, "new", 0, NULL)));
    desk_take_reports();
    ASSERT_DESK_TOLD("no-answer entry");
    cr_expect_eq(desk_open("/v2/orders:by_client"), 1);
    desk_end();
}

Test(alpaca, without_budget_an_entry_is_not_sent)
{
    desk_begin();
    desk.no_budget = true;
    (void)desk_buy();
    cr_expect_eq(posts(), 0);
    desk_take_reports();
    ASSERT_DESK_TOLD("+budget, rejected entry (could not be sent)");
    desk_later(60);
    desk_settle();
    ASSERT_DESK_TOLD("-budget");
    desk_end();
}

/* ---- looking up (O5) ---- */

static void lose_the_answer(void)
{
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_UNKNOWN, 0, NULL));
    desk_take_reports();
    ASSERT_DESK_TOLD("no-answer entry");
}

Test(alpaca, any_evidence_ends_the_search)
{
    for (int i = 0; i < 3; i++) {
        desk_begin();
        lose_the_answer();
        uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 1);
        const char *order = desk_order("a", entry, "market", true, "new", 0, NULL);
        char list[4200];
        (void)snprintf(list, sizeof list, "[%s]", order);
        if (i == 0) {
            cr_assert(desk_not_found(LOOK));
            desk_later(3);
            cr_assert(desk_answer(LOOK, CLIENT_OK, 200, order));
        } else if (i == 1) {
            desk_update_of("new", order, 0);
            cr_assert(desk_not_found(LOOK));
        } else {
            desk.orders = list;
            desk_later(30);
        }
        desk_settle();
        ASSERT_DESK_TOLD("accepted entry");
        desk_later(20);
        (void)desk_not_found(LOOK);
        cr_expect_eq(desk_open("/v2/orders:by_client"), 0, "%d", i);
        desk_end();
    }
}

/* Misses count when the broker says so, five at least over thirty seconds at least; then every list
 * is read. */
Test(alpaca, an_order_that_never_arrived_is_proven)
{
    desk_begin();
    lose_the_answer();
    unsigned misses = 0;
    for (unsigned seconds = 0; desk_open("/v2/orders?status=all") == 0; seconds++) {
        cr_assert_lt(seconds, 90);
        if (seconds == 9) {
            cr_assert(desk_answer(LOOK, CLIENT_UNKNOWN, 500, NULL)); /* no answer at all */
        } else if (desk_not_found(LOOK)) {
            misses++;
            cr_assert(seconds >= 30 || desk_open("/v2/orders?status=all") == 0);
        }
        desk_later(1);
        (void)desk_answer_lists();
    }
    cr_expect_geq(misses, 5);
    desk_take_reports();
    ASSERT_DESK_TOLD("");
    cr_assert(desk_answer("GET /v2/orders?status=all", CLIENT_OK, 200, "[]"));
    desk_settle();
    ASSERT_DESK_TOLD("rejected entry (never reached the broker)");
    cr_expect_eq(posts(), 1);
    desk_end();
}

/* Errors are not "not found", and a broker that was silent for long has not said it five times. */
Test(alpaca, errors_prove_nothing)
{
    desk_begin();
    lose_the_answer();
    cr_assert(desk_not_found(LOOK));
    unsigned misses = 1;
    for (unsigned seconds = 0; desk_open("/v2/orders?status=all") == 0; seconds++) {
        cr_assert_lt(seconds, 200);
        if (seconds < 100) {
            (void)desk_answer(LOOK, CLIENT_UNKNOWN, 500, NULL);
            (void)desk_answer(LOOK, CLIENT_REFUSED, 404, "{\"message\":\"a gateway's\"}");
        } else {
            misses += desk_not_found(LOOK) ? 1 : 0;
        }
        desk_settle();
        desk_later(1);
    }
    cr_expect_geq(misses, 5);
    desk_end();
}

static void search_to_the_lists(void)
{
    lose_the_answer();
    while (desk_open("/v2/orders?status=all") == 0) {
        (void)desk_not_found(LOOK);
        desk_settle();
        desk_later(1);
    }
}

Test(alpaca, a_list_that_failed_proves_nothing)
{
    desk_begin();
    search_to_the_lists();
    cr_assert(desk_answer("GET /v2/orders?status=all", CLIENT_UNKNOWN, 502, NULL));
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk_later(3);
    cr_assert(desk_not_found(LOOK));
    cr_assert_eq(desk_open("/v2/orders?status=all"), 1, "asked again");
    desk_end();
}

Test(alpaca, an_execution_of_an_order_that_nothing_else_shows)
{
    desk_begin();
    search_to_the_lists();
    uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    desk.executions = desk_fill("a", 100, 100);
    cr_assert(desk_answer("GET /v2/orders?status=all", CLIENT_OK, 200, "[]"));
    desk_settle();
    ASSERT_DESK_TOLD("");
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "filled", 100, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry, fill entry 100");
    desk_end();
}

Test(alpaca, a_possible_order_that_cannot_be_looked_at_keeps_the_search_open)
{
    desk_begin();
    search_to_the_lists();
    desk.executions = desk_fill("a", 100, 100);
    cr_assert(desk_answer("GET /v2/orders?status=all", CLIENT_OK, 200, "[]"));
    desk_settle();
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_UNKNOWN, 500, NULL));
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk_later(3);
    cr_expect_eq(desk_open("/v2/orders:by_client"), 1);
    desk_end();
}

Test(alpaca, a_name_that_is_taken_by_something_else)
{
    desk_begin();
    const char *older = desk_order("a", order_id_make(1, ORDER_ROLE_ENTRY, 1), "market", false,
                                   "filled", 100, NULL);
    desk.client.clock.now_ns += NS_PER_DAY;
    desk.bench.ts_ns = desk.client.clock.now_ns;
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_EXISTS, 422, "{\"code\":40010001,\"message\":\"unique\"}"));
    cr_assert(desk_answer(LOOK, CLIENT_OK, 200, older));
    desk_settle();
    ASSERT_DESK_TOLD("no-answer entry, rejected entry (order id already used), +difference");
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->qty_e9, 0);
    desk_end();
}

/* An order of ours works there that the log knows nothing of: it lost its end. Its id is not used
 * once more, nor is that of any order of its group. */
Test(alpaca, a_name_that_the_log_has_lost_is_not_used_again)
{
    begin_with_bracket();
    uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    desk_update_of("new", desk_order("z", entry, "market", true, "new", 0, NULL), 0);
    desk_settle();
    cr_expect_eq(desk_open("/v2/orders/z"), 1, "it is canceled");
    unsigned before = posts();
    cr_expect_eq(desk_buy(), entry);
    cr_expect_eq(posts(), before);
    desk_settle();
    ASSERT_DESK_TOLD("rejected entry (order id already used), rejected target (order id already "
                     "used), rejected stop (order id already used)");
    desk_end();
}

/* O4: the answer has our name on another order than was sent, which works there. */
Test(alpaca, an_answer_that_is_not_what_was_sent_is_canceled)
{
    desk_begin();
    uint64_t entry = desk_buy();
    const char *limit = desk_order("a", entry, "limit", true, "new", 0, NULL);
    cr_assert(desk_answer(POST, CLIENT_OK, 200, limit));
    desk_take_reports();
    ASSERT_DESK_TOLD("accepted entry, +difference");
    cr_expect_not_null(strstr(desk.said, "alarm: A order"), "%s", desk.said);
    cr_assert(desk_answer(CANCEL, CLIENT_OK, 204, NULL), "at once");
    desk_update_of("partial_fill",
                   desk_order("a", entry, "limit", true, "partially_filled", 30, NULL), 30);
    desk_take_reports();
    ASSERT_DESK_TOLD("fill entry 30");
    desk_update_of("canceled", desk_order("a", entry, "limit", true, "canceled", 30, NULL), 0);
    desk_take_reports();
    ASSERT_DESK_TOLD("canceled entry");
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->qty_e9, SHARES(30));
    cr_expect_eq(posts(), 1);
    desk_end();
}

/* ---- canceling ---- */

static void cancel_entry(void)
{
    const struct trade *trade = bench_trade(&desk.bench, 0, 0);
    struct order_request request = {
        .head = {.kind = EVENT_ORDER,
                 .version = 1,
                 .slots = 2,
                 .flags = ORDER_ROLE_ENTRY,
                 .ts_ns = desk.client.clock.now_ns,
                 .order = {.order_id = trade->entry.id,
                           .qty_e9 = trade->entry.qty_e9,
                           .action = ORDER_ACTION_CANCEL,
                           .book = 1,
                           .leg_count = 1}},
        .legs = {{0, 1}         },
    };
    const struct order_request *sends[] = {&request};
    struct output output = {.sends = sends, .send_count = 1};
    engine_apply(desk.bench.decides.engine, &request.head);
    engine_apply(desk.bench.folds.engine, &request.head);
    alpaca_broker(desk.alpaca)->ops->carry_out(alpaca_broker(desk.alpaca), &output);
}

Test(alpaca, a_cancel_waits_for_the_brokers_id)
{
    desk_begin();
    uint64_t entry = desk_buy();
    cancel_entry();
    cr_expect_eq(desk_open("/v2/orders/a"), 0);
    cr_assert(
        desk_answer(POST, CLIENT_OK, 200, desk_order("a", entry, "market", true, "new", 0, NULL)));
    cr_assert(desk_answer(CANCEL, CLIENT_OK, 204, NULL));
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry"); /* asked for is not done */
    desk_update_of("canceled", desk_order("a", entry, "market", true, "canceled", 0, NULL), 0);
    desk_settle();
    ASSERT_DESK_TOLD("canceled entry");
    desk_end();
}

Test(alpaca, a_cancel_that_is_promised_is_looked_after)
{
    desk_begin();
    uint64_t entry = accepted();
    cancel_entry();
    cr_assert(desk_answer(CANCEL, CLIENT_OK, 204, NULL));
    desk_later(3);
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "pending_cancel", 0, NULL)));
    desk_later(3);
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "canceled", 0, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("canceled entry");
    desk_end();
}

Test(alpaca, a_refused_cancel_is_looked_into)
{
    for (int i = 0; i < 2; i++) {
        bool filled = i == 0;
        desk_begin();
        uint64_t entry = accepted();
        cancel_entry();
        cr_assert(desk_answer(CANCEL, CLIENT_REFUSED, 422,
                              "{\"code\":42210000,\"message\":\"order is already in state\"}"));
        desk.executions = filled ? desk_fill("a", 100, 100) : "[]";
        cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                              desk_order("a", entry, "market", true, filled ? "filled" : "new",
                                         filled ? 100 : 0, NULL)));
        desk_settle();
        ASSERT_DESK_TOLD(filled ? "fill entry 100"
                                : "cancel-rejected entry (refused by the broker)");
        desk_end();
    }
}

Test(alpaca, a_cancel_that_is_refused_because_one_is_pending_is_not_refused)
{
    desk_begin();
    uint64_t entry = accepted();
    cancel_entry();
    cr_assert(desk_answer(CANCEL, CLIENT_REFUSED, 422,
                          "{\"code\":42210000,\"message\":\"order is already pending cancel\"}"));
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "pending_cancel", 0, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("");
    desk_later(3);
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "canceled", 0, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("canceled entry");
    desk_end();
}

Test(alpaca, a_lost_cancel_is_repeated_after_a_look)
{
    desk_begin();
    uint64_t entry = accepted();
    cancel_entry();
    unsigned deletes = 0;
    for (unsigned i = 0; i < 30; i++) {
        deletes += desk_answer(CANCEL, CLIENT_UNKNOWN, 504, NULL) ? 1 : 0;
        (void)desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "new", 0, NULL));
        desk_later(1);
    }
    cr_expect_eq(deletes, 5);
    desk_take_reports();
    ASSERT_DESK_TOLD("cancel-rejected entry (could not be sent)");
    cr_expect_eq(posts(), 1);
    desk_end();
}

/* ---- groups ---- */

Test(alpaca, a_bracket_is_one_request)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert_eq(posts(), 1);
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry, accepted target, accepted stop");
    desk_update_of("fill", bracket("filled", 100, "new", 0, "held"), 100);
    desk_update_of("fill", desk_order("b", 0, "limit", false, "filled", 100, NULL), 100);
    desk_update_of("canceled", desk_order("c", 0, "stop", false, "canceled", 0, NULL), 0);
    desk_settle();
    ASSERT_DESK_TOLD("fill entry 100, fill target 100, canceled stop");
    cr_expect_eq(posts(), 1, "nothing was left to protect");
    desk_end();
}

/* ---- filled in part before its exits (R7) ---- */

static unsigned deletes(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < desk.asked_count; i++) {
        count += desk.asked[i].ask.method == HTTP_DELETE ? 1 : 0;
    }
    return count;
}

/* A bracket whose entry filled 40 of 100 just now. */
static void fill_in_part(void)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_update_of("partial_fill", bracket("partially_filled", 40, "held", 0, "held"), 40);
    desk.positions = "[{\"symbol\":\"A\",\"qty\":\"40\",\"side\":\"long\",\"qty_available\":"
                     "\"40\",\"avg_entry_price\":\"10\"}]";
    desk.cash = "999600";
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry, accepted target, accepted stop, fill entry 40");
}

static const char *last_body(void)
{
    const char *body = "";
    for (unsigned i = 0; i < desk.asked_count; i++) {
        body = desk.asked[i].ask.method == HTTP_POST ? desk.asked[i].body : body;
    }
    return body;
}

Test(alpaca, a_bracket_filled_in_part_is_cut_short_and_protected)
{
    fill_in_part();
    struct broker *broker = alpaca_broker(desk.alpaca);
    cr_expect_eq(broker->ops->deadline_ns(broker), desk.client.clock.now_ns + 3 * NS_PER_S);
    desk_later(2);
    cr_expect_eq(deletes(), 0);
    desk_later(1);
    cr_expect_eq(deletes(), 1, "no slice came");
    cr_assert(desk_answer(CANCEL, CLIENT_OK, 204, NULL));
    desk_take_reports();
    ASSERT_DESK_TOLD(""); /* asked for is not done */
    cr_expect_eq(posts(), 1);
    const char *canceled = bracket("canceled", 40, "canceled", 0, "canceled");
    desk_update_of("canceled", canceled, 0);
    desk_take_reports();
    ASSERT_DESK_TOLD("canceled entry, canceled target, canceled stop");
    cr_assert_eq(posts(), 2);
    cr_expect_not_null(strstr(last_body(), "\"qty\":\"40\",\"side\":\"sell\""), "%s", last_body());
    cr_expect_not_null(strstr(last_body(), "\"order_class\":\"oco\""), "%s", last_body());
    desk_end();
}

Test(alpaca, the_rest_may_fill_while_it_is_canceled)
{
    fill_in_part();
    desk_later(3);
    cr_assert(desk_answer(CANCEL, CLIENT_REFUSED, 422,
                          "{\"code\":42210000,\"message\":\"order is already filled\"}"));
    desk.executions = desk_fill("a", 60, 100);
    cr_assert(
        desk_answer("GET /v2/orders/a", CLIENT_OK, 200, bracket("filled", 100, "new", 0, "held")));
    desk_settle();
    ASSERT_DESK_TOLD("fill entry 60");
    desk_later(60);
    cr_expect_eq(deletes(), 1);
    cr_expect_eq(posts(), 1, "its exits stand");
    desk_end();
}

Test(alpaca, a_rest_that_fills_in_time_is_left_alone)
{
    fill_in_part();
    desk_later(2);
    desk_update_of("fill", bracket("filled", 100, "new", 0, "held"), 60);
    desk_later(60);
    cr_expect_eq(deletes(), 0);
    desk_end();
}

Test(alpaca, a_rest_that_is_not_canceled_is_canceled_again)
{
    fill_in_part();
    unsigned seconds = 0;
    for (; deletes() < 3; seconds++) {
        cr_assert_lt(seconds, 90);
        desk_later(1);
        (void)desk_answer(CANCEL, CLIENT_REFUSED, 422,
                          "{\"code\":42210000,\"message\":\"order is not cancelable\"}");
        (void)desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          bracket("partially_filled", 40, "held", 0, "held"));
        desk_settle();
    }
    cr_expect_geq(seconds, 63);
    ASSERT_DESK_TOLD(""); /* the engine did not ask for it */
    desk_end();
}

Test(alpaca, an_order_without_exits_fills_in_its_own_time)
{
    desk_begin();
    uint64_t entry = accepted();
    const char *part = desk_order("a", entry, "market", true, "partially_filled", 40, NULL);
    desk_update_of("partial_fill", part, 40);
    desk_later(9);
    cr_expect_eq(deletes(), 0);
    desk_end();
}

/* Of the order of an earlier process only the broker shows that exits hang on it. */
Test(alpaca, after_a_restart_it_is_cut_short_as_well)
{
    fill_in_part();
    alpaca_destroy(desk.alpaca);
    desk.asked_count = 0;
    desk_open_account(false);
    desk_stream(STREAM_UP);
    char list[8300];
    (void)snprintf(list, sizeof list, "[%s]", bracket("partially_filled", 40, "held", 0, "held"));
    desk.orders = list;
    desk_settle();
    desk_later(2);
    desk_settle();
    cr_expect_eq(deletes(), 0);
    desk_later(1);
    cr_expect_eq(deletes(), 1, "%s", desk.said);
    desk_end();
}

/* Of a filled parent a nested list of what is open need not tell. */
Test(alpaca, children_are_seen_in_the_plain_list)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_update_of("fill", bracket("filled", 100, "new", 0, "held"), 100);
    desk_settle();
    (void)desk_told();
    desk_later(11);
    cr_assert(desk_answer("GET /v2/orders?status=open&nested=true", CLIENT_OK, 200, "[]"));
    char rows_text[8300];
    (void)snprintf(rows_text, sizeof rows_text, "[%.4000s,%.4000s]",
                   desk_order("b", 0, "limit", false, "new", 0, NULL),
                   desk_order("c", 0, "stop", false, "held", 0, NULL));
    cr_assert(desk_answer("GET /v2/orders?status=open&nested=false", CLIENT_OK, 200, rows_text));
    cr_expect_eq(desk_open("/v2/orders/"), 0, "nothing is missing");
    desk_later(11);
    cr_assert(desk_answer("GET /v2/orders?status=open&nested=true", CLIENT_OK, 200, "[]"));
    cr_assert(desk_answer("GET /v2/orders?status=open&nested=false", CLIENT_OK, 200, "[]"));
    cr_expect_eq(desk_open("/v2/orders/"), 2, "both are");
    desk_end();
}

Test(alpaca, an_answer_without_the_legs_is_looked_into)
{
    begin_with_bracket();
    uint64_t entry = desk_buy();
    cr_assert(
        desk_answer(POST, CLIENT_OK, 200, desk_order("a", entry, "market", true, "new", 0, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry");
    cr_assert(desk_answer("GET /v2/orders/a", CLIENT_UNKNOWN, 500, NULL));
    desk_later(3);
    cr_assert(
        desk_answer("GET /v2/orders/a", CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_settle();
    ASSERT_DESK_TOLD("accepted target, accepted stop");
    desk_end();
}

/* ---- by steps ---- */

Test(alpaca, by_steps_requests_go_out_one_by_one)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.books = 2;
    desk_begin_with(&plan);
    desk.client.clock.stepped = true;
    bench_wish(0, 0, ACT_BUY);
    bench_wish(1, 1, ACT_BUY);
    bench_slice_at(&desk.bench, USD(10));
    desk.client.clock.now_ns = desk.bench.ts_ns;
    desk_carry_out();
    cr_assert_eq(posts(), 1);
    cr_assert(desk_answer(POST, CLIENT_REFUSED, 403, "{\"code\":40310000,\"message\":\"no\"}"));
    cr_assert_eq(posts(), 2);
    cr_assert(desk_answer(POST, CLIENT_REFUSED, 403, "{\"code\":40310000,\"message\":\"no\"}"));
    desk_settle();
    cr_expect(alpaca_is_idle(desk.alpaca));
    desk_end();
}
