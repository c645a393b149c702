/* engine_confirmed_test.c: no exit and no protection sells more than the broker confirms. */
#include "core/engine_confirmed.h"

#include "core/engine_test.h"

#define RESTING                                                                                    \
    (struct exit_plan)                                                                             \
    {                                                                                              \
        .target = {EXIT_PRICE, USD(2)}, .stop = {EXIT_PRICE, USD(1)}, .opposite_signal = true,     \
        .at_broker = true                                                                          \
    }

/* So many books that hold 100 shares each, with these exits. */
static void hold(struct bench *bench, uint32_t books, struct exit_plan exits)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.books = books;
    plan.exits = exits;
    bench_init(bench, &plan);
    for (uint32_t book = 0; book < books; book++) {
        uint64_t entry = bench_buy(bench, book, 0, USD(10));
        bench_say(bench, EVENT_ACCEPTED, 0, entry);
        bench_fill(bench, 0, entry, SHARES(100), USD(10));
        if (exits.at_broker) {
            bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(book + 1, ORDER_ROLE_TARGET, 1));
            bench_say(bench, EVENT_ACCEPTED, 0, order_id_make(book + 1, ORDER_ROLE_STOP, 1));
        }
    }
}

static void say_holding(struct bench *bench, int64_t qty_e9)
{
    struct event event = bench_report(bench, EVENT_HOLDING, 0, 0);
    event.holding = (struct event_holding){.qty_e9 = qty_e9};
    engine_on_condition(bench->decides.engine, &event, &bench->decides.output);
    engine_apply(bench->folds.engine, &event);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

/* The broker ends both exits of a group. */
static void say_group(struct bench *bench, uint8_t kind, uint64_t trade, uint32_t attempt)
{
    bench_say(bench, kind, 0, order_id_make(trade, ORDER_ROLE_TARGET, attempt));
    bench_say(bench, kind, 0, order_id_make(trade, ORDER_ROLE_STOP, attempt));
}

/* The order of the last answers that asks for that, or NULL. */
static const struct event *find_order(const struct bench *bench, enum order_role role,
                                      enum order_action action)
{
    for (uint32_t i = 0; i < bench_answers(bench, EVENT_ORDER); i++) {
        const struct event *order = bench_answer(bench, EVENT_ORDER, i);
        if (event_order_role(order) == role && order->order.action == action) {
            return order;
        }
    }
    return NULL;
}

static int64_t exit_qty_e9(const struct bench *bench)
{
    const struct event *exit = find_order(bench, ORDER_ROLE_EXIT, ORDER_ACTION_SUBMIT);
    return exit == NULL ? 0 : exit->order.qty_e9;
}

static uint8_t verdict(const struct bench *bench)
{
    const struct event *decision = bench_answer(bench, EVENT_DECISION, 0);
    cr_assert_not_null(decision);
    return decision->decision.verdict;
}

static uint8_t notice(const struct bench *bench)
{
    const struct event *record = bench_answer(bench, EVENT_NOTICE, 0);
    return record == NULL ? 0 : record->flags;
}

/* All that is on its way out, by the orders. */
static int64_t all_leaving_e9(const struct bench *bench, uint32_t books)
{
    int64_t sum_e9 = 0;
    for (uint32_t book = 0; book < books; book++) {
        sum_e9 += engine_leaving_e9(bench_trade(bench, book, 0));
    }
    return sum_e9;
}

/* ---- by a strategy's word ---- */

Test(engine_confirmed, a_signal_sells_nothing_of_what_a_person_sold)
{
    struct bench bench;
    hold(&bench, 1, (struct exit_plan){.opposite_signal = true});
    say_holding(&bench, -SHARES(100));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    cr_expect_eq(bench.decides.output.send_count, 0);
    cr_expect_eq(verdict(&bench), VERDICT_MISSING);
    cr_expect_eq(bench_answer(&bench, EVENT_DECISION, 0)->decision.value, SHARES(100));
    cr_expect_eq(bench_answer(&bench, EVENT_DECISION, 0)->decision.order_id, 0);
    say_holding(&bench, 0); /* bought back: what was refused is done */
    cr_expect_eq(exit_qty_e9(&bench), SHARES(100));
    cr_expect_eq(bench.decides.output.send_count, 1);
    bench_finish(&bench);
}

Test(engine_confirmed, a_refused_exit_after_that_is_its_strategys_again)
{
    struct bench bench;
    hold(&bench, 1, (struct exit_plan){.opposite_signal = true});
    say_holding(&bench, -SHARES(100));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    say_holding(&bench, 0);
    bench_say(&bench, EVENT_REJECTED, 0, order_id_make(1, ORDER_ROLE_EXIT, 1));
    cr_expect_neq(bench_sell(&bench, 0, 0, USD(11)), 0);
    bench_finish(&bench);
}

Test(engine_confirmed, what_is_left_is_sold_in_whole_shares)
{
    struct bench bench;
    hold(&bench, 1, (struct exit_plan){.opposite_signal = true});
    say_holding(&bench, -(SHARES(60) + MONEY_E9 / 2));
    (void)bench_sell(&bench, 0, 0, USD(11));
    cr_expect_eq(exit_qty_e9(&bench), SHARES(39));
    bench_finish(&bench);
}

Test(engine_confirmed, more_than_ours_changes_no_exit)
{
    struct bench bench;
    hold(&bench, 1, (struct exit_plan){.opposite_signal = true});
    say_holding(&bench, SHARES(7));
    cr_expect_eq(bench.decides.output.slots, 0);
    (void)bench_sell(&bench, 0, 0, USD(11));
    cr_expect_eq(exit_qty_e9(&bench), SHARES(100));
    bench_finish(&bench);
}

/* 50 are missing, whosever they were: who asks first gets all of his. */
Test(engine_confirmed, two_trades_do_not_sell_the_same_shares)
{
    struct bench bench;
    hold(&bench, 2, (struct exit_plan){.opposite_signal = true});
    say_holding(&bench, -SHARES(50));
    bench_wish(0, 0, ACT_SELL);
    bench_wish(1, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 2);
    cr_expect_eq(bench_answer(&bench, EVENT_ORDER, 0)->order.qty_e9, SHARES(100));
    cr_expect_eq(bench_answer(&bench, EVENT_ORDER, 1)->order.qty_e9, SHARES(50));
    for (uint64_t trade = 1; trade <= 2; trade++) {
        bench_fill(&bench, 0, order_id_make(trade, ORDER_ROLE_EXIT, 1),
                   trade == 1 ? SHARES(100) : SHARES(50), USD(11));
    }
    cr_expect_eq(bench_trade(&bench, 1, 0)->qty_e9, SHARES(50));
    bench_wish(1, 0, ACT_SELL);
    bench_slice_at(&bench, USD(11));
    cr_expect_eq(verdict(&bench), VERDICT_MISSING);
    cr_expect_eq(bench.decides.output.send_count, 0);
    bench_finish(&bench);
}

Test(engine_confirmed, an_exit_that_is_too_large_is_taken_back)
{
    struct bench bench;
    hold(&bench, 1, (struct exit_plan){.opposite_signal = true});
    uint64_t exit = bench_sell(&bench, 0, 0, USD(11)); /* waits for the morning */
    say_holding(&bench, -SHARES(70));
    cr_expect_not_null(find_order(&bench, ORDER_ROLE_EXIT, ORDER_ACTION_CANCEL));
    cr_expect_eq(bench.decides.output.send_count, 1);
    bench_say(&bench, EVENT_CANCELED, 0, exit);
    (void)bench_sell(&bench, 0, 0, USD(11));
    cr_expect_eq(exit_qty_e9(&bench), SHARES(30));
    bench_finish(&bench);
}

/* ---- by a rule ---- */

Test(engine_confirmed, a_rule_waits_for_the_shares_and_says_so)
{
    struct bench bench;
    hold(&bench, 1,
         (struct exit_plan){
             .stop = {EXIT_PRICE, USD(1)}
    });
    say_holding(&bench, -SHARES(100));
    cr_expect_eq(bench.decides.output.slots, 0);
    bench_slice_at(&bench, USD(9));
    cr_expect_eq(bench.decides.output.send_count, 0);
    cr_expect_eq(notice(&bench), NOTICE_MISSING);
    bench_slice_at(&bench, USD(9)); /* said once */
    cr_expect_eq(notice(&bench), 0);
    cr_expect_eq(bench.decides.engine->counters.missing, 1);
    say_holding(&bench, -SHARES(40));
    cr_expect_eq(exit_qty_e9(&bench), SHARES(60));
    bench_fill(&bench, 0, order_id_make(1, ORDER_ROLE_EXIT, 1), SHARES(60), USD(9));
    cr_expect_eq(notice(&bench), NOTICE_MISSING, "the rest");
    say_holding(&bench, 0);
    cr_expect_eq(exit_qty_e9(&bench), SHARES(40));
    bench_fill(&bench, 0, order_id_make(1, ORDER_ROLE_EXIT, 2), SHARES(40), USD(9));
    cr_expect_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_finish(&bench);
}

Test(engine_confirmed, a_rules_exit_that_is_too_large_is_taken_back_and_tried_again)
{
    struct bench bench;
    hold(&bench, 1,
         (struct exit_plan){
             .stop = {EXIT_PRICE, USD(1)}
    });
    bench_slice_at(&bench, USD(9));
    say_holding(&bench, -SHARES(70));
    cr_expect_not_null(find_order(&bench, ORDER_ROLE_EXIT, ORDER_ACTION_CANCEL));
    bench_say(&bench, EVENT_CANCELED, 0, order_id_make(1, ORDER_ROLE_EXIT, 1));
    bench_slice_at(&bench, USD(9));
    cr_expect_eq(exit_qty_e9(&bench), SHARES(30));
    bench_finish(&bench);
}

/* ---- at the broker ---- */

Test(engine_confirmed, protection_is_cut_to_what_is_there_and_grows_again)
{
    struct bench bench;
    hold(&bench, 1, RESTING);
    say_holding(&bench, -SHARES(60));
    cr_expect_not_null(find_order(&bench, ORDER_ROLE_TARGET, ORDER_ACTION_CANCEL));
    say_group(&bench, EVENT_CANCELED, 1, 1);
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_expect(trade->target.qty_e9 == SHARES(40) && trade->stop.qty_e9 == SHARES(40));
    cr_expect(trade_is_protected(trade));
    say_group(&bench, EVENT_ACCEPTED, 1, 2);
    say_holding(&bench, 0);
    cr_expect_not_null(find_order(&bench, ORDER_ROLE_TARGET, ORDER_ACTION_CANCEL));
    say_group(&bench, EVENT_CANCELED, 1, 2);
    cr_expect(trade->target.qty_e9 == SHARES(100) && trade->stop.qty_e9 == SHARES(100));
    bench_finish(&bench);
}

Test(engine_confirmed, nothing_rests_for_nothing)
{
    struct bench bench;
    hold(&bench, 1, RESTING);
    say_holding(&bench, -SHARES(100));
    say_group(&bench, EVENT_CANCELED, 1, 1);
    cr_expect_eq(bench.decides.output.send_count, 0);
    cr_expect_eq(notice(&bench), NOTICE_MISSING);
    cr_expect_not(trade_is_protected(bench_trade(&bench, 0, 0)));
    say_holding(&bench, 0);
    cr_expect_not_null(find_order(&bench, ORDER_ROLE_TARGET, ORDER_ACTION_SUBMIT));
    cr_expect_not_null(find_order(&bench, ORDER_ROLE_STOP, ORDER_ACTION_SUBMIT));
    cr_expect(trade_is_protected(bench_trade(&bench, 0, 0)));
    bench_finish(&bench);
}

/* A person cancels the group to sell, and the holding comes first. */
Test(engine_confirmed, protection_that_was_canceled_comes_back_for_what_is_there)
{
    struct bench bench;
    hold(&bench, 1, RESTING);
    bench_say(&bench, EVENT_CANCELED, 0, order_id_make(1, ORDER_ROLE_TARGET, 1));
    say_holding(&bench, -SHARES(90));
    bench_say(&bench, EVENT_CANCELED, 0, order_id_make(1, ORDER_ROLE_STOP, 1));
    cr_expect_eq(bench_trade(&bench, 0, 0)->stop.qty_e9, SHARES(10));
    bench_finish(&bench);
}

/* The first keeps its group; the second one's is cut. A signal of the second then has its turn. */
Test(engine_confirmed, two_groups_are_cut_to_what_is_there)
{
    struct bench bench;
    hold(&bench, 2, RESTING);
    say_holding(&bench, -SHARES(50));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 1);
    cr_expect_eq(order_id_trade(bench_answer(&bench, EVENT_ORDER, 0)->order.order_id), 2);
    say_group(&bench, EVENT_CANCELED, 2, 1);
    cr_expect_eq(bench_trade(&bench, 1, 0)->stop.qty_e9, SHARES(50));
    cr_expect_eq(all_leaving_e9(&bench, 2), SHARES(150));
    say_group(&bench, EVENT_ACCEPTED, 2, 2);
    bench_wish(1, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    say_group(&bench, EVENT_CANCELED, 2, 2);
    cr_expect_eq(exit_qty_e9(&bench), SHARES(50));
    bench_finish(&bench);
}

/* SELL while the group is just being cut: it is not forgotten. */
Test(engine_confirmed, a_signal_while_the_group_is_cut_stays_wanted)
{
    struct bench bench;
    hold(&bench, 1, RESTING);
    say_holding(&bench, -SHARES(60));
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    cr_expect_eq(bench.decides.output.send_count, 0);
    say_group(&bench, EVENT_CANCELED, 1, 1);
    cr_expect_eq(exit_qty_e9(&bench), SHARES(40));
    bench_finish(&bench);
}

/* The exits of an entry count with its fills. */
Test(engine_confirmed, exits_that_come_alive_with_their_entry)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = RESTING;
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(40), USD(10));
    say_holding(&bench, -SHARES(30));
    cr_expect_eq(bench_answers(&bench, EVENT_NOTICE), 0);
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    say_group(&bench, EVENT_CANCELED, 1, 1);
    cr_expect_eq(bench_trade(&bench, 0, 0)->stop.qty_e9, SHARES(10));
    bench_finish(&bench);
}

/* Three books, a moody account: whatever is missing, no more is on its way than is there, but for
 * what is being taken back. */
Test(engine_confirmed, never_more_than_is_there)
{
    struct bench bench;
    hold(&bench, 3, RESTING);
    uint64_t random = 42;
    uint32_t cut = 0;
    for (int step = 0; step < 400; step++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        int64_t missing_e9 = SHARES((random >> 33) % 321);
        say_holding(&bench, -missing_e9);
        for (uint32_t book = 0; book < 3; book++) { /* what was asked for is done */
            const struct trade *trade = bench_trade(&bench, book, 0);
            while (trade->target.state == ORDER_CANCELING || trade->stop.state == ORDER_CANCELING) {
                bool target = trade->target.state == ORDER_CANCELING;
                bench_say(&bench, EVENT_CANCELED, 0, target ? trade->target.id : trade->stop.id);
                cut++;
            }
            if (trade_is_protected(trade)) {
                bench_say(&bench, EVENT_ACCEPTED, 0, trade->target.id);
            }
        }
        int64_t there_e9 = missing_e9 > SHARES(300) ? 0 : SHARES(300) - missing_e9;
        cr_assert_leq(all_leaving_e9(&bench, 3), there_e9, "step %d", step);
        cr_assert_eq(bench.decides.engine->counters.given_up, 0);
    }
    cr_expect_gt(cut, 100);
    bench_finish(&bench);
}
