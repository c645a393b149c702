/* alpaca_signs_test.c: signs that a round is worth its requests before its time: the broker lives
 * again, nobody looked for a while, the account holds what we do not. */
#include "broker/alpaca_bench_test.h"

#define OPEN_LIST "GET /v2/orders?status=open"

/* How often the list of open orders was asked for: once in each round. */
static unsigned rounds(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < desk.asked_count; i++) {
        count += strncmp(desk.asked[i].target, "/v2/orders?status=open",
                         strlen("/v2/orders?status=open")) == 0;
    }
    return count;
}

/* Nothing is answered for minutes, and the last round has just failed: the next one has to wait. */
static void fail_for_minutes(void)
{
    desk.lists_class = CLIENT_UNKNOWN;
    pass(200);
    int64_t wait_ns = 0;
    for (unsigned i = 0; i < 200 && wait_ns < 10 * NS_PER_S; i++) {
        unsigned before = rounds();
        pass(1);
        wait_ns =
            rounds() > before ? alpaca_round_due_ns(desk.alpaca) - desk.client.clock.now_ns : 0;
    }
    cr_assert_geq(wait_ns, 10 * NS_PER_S);
}

Test(alpaca_signs, a_stream_that_is_back_ends_the_waiting)
{
    desk_begin();
    desk_stream(STREAM_DOWN);
    fail_for_minutes();
    ASSERT_DESK_TOLD("+order-stream, +reconciling");
    desk.lists_class = CLIENT_OK;
    unsigned before = rounds();
    desk_stream(STREAM_UP);
    desk_settle();
    cr_expect_eq(rounds(), before, "the last one has only just failed");
    cr_expect_eq(alpaca_round_due_ns(desk.alpaca), desk.client.clock.now_ns + NS_PER_S);
    pass(1);
    cr_expect_eq(rounds(), before + 1);
    ASSERT_DESK_TOLD("-reconciling, -order-stream");
    desk_end();
}

Test(alpaca_signs, a_stream_that_comes_back_during_a_round_ends_the_waiting_behind_it)
{
    desk_begin();
    desk_stream(STREAM_DOWN);
    fail_for_minutes();
    while (desk_open("/v2/orders?status=open") == 0) {
        desk_later(1);
    }
    desk_stream(STREAM_UP);
    cr_assert(desk_answer(OPEN_LIST, CLIENT_UNKNOWN, 503, NULL));
    desk_take_reports();
    desk.lists_class = CLIENT_OK;
    pass(1);
    ASSERT_DESK_TOLD("+order-stream, +reconciling, -reconciling, -order-stream");
    desk_end();
}

/* An order that was sent before, looked up now: it was never there. */
Test(alpaca_signs, an_answer_ends_the_waiting)
{
    desk_begin();
    (void)desk_buy();
    desk_settle();
    cr_assert(desk_answer(POST, CLIENT_UNKNOWN, 0, NULL));
    fail_for_minutes();
    ASSERT_DESK_TOLD("no-answer entry, +reconciling");
    desk.lists_class = CLIENT_OK;
    unsigned before = rounds();
    cr_assert(desk_not_found(LOOK));
    pass(1);
    cr_expect_eq(rounds(), before + 1);
    ASSERT_DESK_TOLD("-reconciling");
    desk_end();
}

/* Whatever comes up and answers, a round that fails is not begun again within a second. */
Test(alpaca_signs, signs_of_life_make_no_hot_loop)
{
    desk_begin();
    desk.lists_class = CLIENT_UNKNOWN;
    unsigned before = rounds();
    for (unsigned tenths = 0; tenths < 600; tenths++) {
        desk_stream(STREAM_DOWN);
        desk_stream(STREAM_UP);
        desk_settle();
        desk.client.clock.now_ns += NS_PER_S / 10;
        struct broker *broker = alpaca_broker(desk.alpaca);
        broker->ops->on_time(broker, desk.client.clock.now_ns);
        desk_settle();
    }
    cr_expect_leq(rounds() - before, 61, "%u", rounds() - before);
    cr_expect_geq(rounds() - before, 55, "%u", rounds() - before);
    desk_end();
}

/* A part of the broker answers and the rest does not: that is tried less and less often. */
Test(alpaca_signs, half_a_broker_is_not_asked_all_the_time)
{
    desk_begin();
    (void)desk_buy();
    desk_settle();
    cr_assert(desk_answer(POST, CLIENT_UNKNOWN, 0, NULL));
    desk.lists_class = CLIENT_UNKNOWN;
    pass(60);
    unsigned before = rounds();
    unsigned answers = 0;
    for (unsigned second = 0; second < 300; second++) {
        answers += desk_answer(LOOK, CLIENT_REFUSED, 429, NULL) ? 1 : 0;
        pass(1);
    }
    cr_expect_gt(answers, 15, "%u", answers);
    cr_expect_leq(rounds() - before, 300 / 3 / 4, "%u of %u", rounds() - before, answers);
    desk_end();
}

/* Nothing is wanted: a sign of life is no reason. */
Test(alpaca_signs, what_is_not_wanted_waits)
{
    desk_begin();
    desk.lists_class = CLIENT_UNKNOWN;
    pass(31);
    ASSERT_DESK_TOLD("");
    cr_assert(desk.alpaca->reconcile.failures > 0 && desk.alpaca->reconcile.current);
    int64_t due_ns = alpaca_round_due_ns(desk.alpaca);
    alpaca_sign_of_life(desk.alpaca, false);
    cr_expect_eq(alpaca_round_due_ns(desk.alpaca), due_ns);
    desk_end();
}

/* ---- nobody looked ---- */

Test(alpaca_signs, a_machine_that_slept_trusts_no_stream)
{
    desk_begin();
    alpaca_lost_sight(desk.alpaca); /* somebody set the clock, say */
    desk_settle();
    ASSERT_DESK_TOLD("+reconciling, -reconciling");
    cr_expect_eq(desk.stream.restarts, 0);
    alpaca_slept(desk.alpaca);
    desk_settle();
    ASSERT_DESK_TOLD("+reconciling, -reconciling");
    cr_expect_eq(desk.stream.restarts, 1);
    desk_end();
}

/* ---- what the stream lets slip ---- */

/* An execution of `qty` of an order, behind which the account holds `position`. */
static void update_with(const char *order, int qty, const char *position)
{
    char text[9000];
    char moment[UTC_TEXT_SIZE];
    (void)utc_format(desk.client.clock.now_ns, moment);
    (void)snprintf(text, sizeof text,
                   "{\"event\":\"fill\",\"timestamp\":\"%s\",\"price\":\"10\",\"qty\":\"%d\","
                   "\"position_qty\":\"%s\",\"order\":%s}",
                   moment, qty, position, order);
    desk_update(text);
}

static void fill_entry(uint64_t entry, const char *position, const char *positions)
{
    update_with(desk_order("a", entry, "market", true, "filled", 100, NULL), 100, position);
    desk.positions = positions;
    desk.cash = "999000";
    desk_take_reports();
    ASSERT_DESK_TOLD("fill entry 100");
}

#define LONG_A(qty)                                                                                \
    "[{\"symbol\":\"A\",\"qty\":\"" qty "\",\"side\":\"long\",\"qty_available\":\"" qty            \
    "\",\"avg_entry_price\":\"10\"}]"

Test(alpaca_signs, a_position_that_is_ours_is_no_sign)
{
    desk_begin();
    uint64_t entry = accepted();
    unsigned before = rounds();
    fill_entry(entry, "100", LONG_A("100"));
    desk_settle();
    cr_expect_eq(rounds(), before);
    desk_end();
}

Test(alpaca_signs, a_position_that_is_not_ours_wants_a_round)
{
    desk_begin();
    uint64_t entry = accepted();
    unsigned before = rounds();
    fill_entry(entry, "130", LONG_A("130"));
    desk_settle();
    cr_expect_eq(rounds(), before + 1);
    ASSERT_DESK_TOLD(""); /* and nothing more: what differs may be motion */
    const char *order = desk_order("a", entry, "market", true, "filled", 100, NULL);
    for (int second = 0; second < 9; second++) { /* told once more, and again */
        update_with(order, 100, "130");
        desk_settle();
        cr_expect_eq(rounds(), before + 1, "%d", second);
        desk.client.clock.now_ns += NS_PER_S;
    }
    desk.client.clock.now_ns += NS_PER_S;
    update_with(order, 100, "130");
    desk_settle();
    cr_expect_eq(rounds(), before + 2);
    desk_end();
}

/* Somebody sells shares of ours beside us. */
Test(alpaca_signs, a_fill_of_a_stranger_wants_a_round)
{
    desk_begin();
    (void)held();
    unsigned before = rounds();
    desk.positions = LONG_A("70");
    update_with(desk_order("s", 0, "market", false, "filled", 30, NULL), 30, "70");
    desk_settle();
    cr_expect_eq(rounds(), before + 1);
    desk_end();
}

/* What the account has held beside ours all along is none. */
Test(alpaca_signs, a_holding_that_was_told_is_no_sign)
{
    desk_begin();
    desk.positions = LONG_A("30");
    pass(100);
    ASSERT_DESK_TOLD("holding A 30");
    unsigned before = rounds();
    update_with(desk_order("s", 0, "market", true, "filled", 30, NULL), 30, "30");
    desk_settle();
    cr_expect_eq(rounds(), before);
    desk_end();
}

/* Exits of ours rest there: another fill may be on its way. */
Test(alpaca_signs, a_position_that_moves_is_no_sign)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_settle();
    unsigned before = rounds();
    update_with(bracket("filled", 100, "new", 0, "held"), 100, "60");
    desk_settle();
    cr_expect_eq(rounds(), before);
    desk_end();
}
