/* engine_conditions_test.c: a broker elsewhere: what keeps entries shut, and that exits go on. */
#include "core/engine_test.h"

static void take_condition(struct bench *bench, const struct event *event)
{
    engine_on_condition(bench->decides.engine, event, &bench->decides.output);
    cr_assert_eq(bench->decides.output.slots, 0);
    engine_apply(bench->folds.engine, event);
    bench_assert_same(bench);
}

static void say_status(struct bench *bench, enum status_condition condition, bool begins)
{
    struct event event = bench_report(bench, EVENT_STATUS, INSTRUMENT_NONE, 0);
    event.flags = (uint8_t)condition;
    event.status = (struct event_status){.begins = begins ? 1 : 0};
    take_condition(bench, &event);
}

static void say_halt(struct bench *bench, uint32_t instrument, bool begins)
{
    struct event event = bench_report(bench, EVENT_STATUS, instrument, 0);
    event.flags = STATUS_HALTED;
    event.status = (struct event_status){.begins = begins ? 1 : 0};
    take_condition(bench, &event);
}

static void say_holding(struct bench *bench, uint32_t instrument, int64_t qty_e9)
{
    struct event event = bench_report(bench, EVENT_HOLDING, instrument, 0);
    event.holding = (struct event_holding){.qty_e9 = qty_e9};
    take_condition(bench, &event);
}

/* Wishes an entry; the verdict on it. */
static uint8_t verdict_of_entry(struct bench *bench, uint32_t book, uint32_t instrument)
{
    bench_wish(book, instrument, ACT_BUY);
    bench_slice_at(bench, USD(10));
    const struct event *decision = bench_answer(bench, EVENT_DECISION, 0);
    cr_assert_not_null(decision);
    return decision->decision.verdict;
}

Test(engine_conditions, each_keeps_every_entry_shut_until_it_ends)
{
    for (uint8_t condition = STATUS_RECONCILING; condition <= STATUS_CONDITION_COUNT; condition++) {
        struct bench bench;
        if (status_is_of_instrument(condition)) {
            continue;
        }
        bench_init_simple(&bench, 2);
        say_status(&bench, (enum status_condition)condition, true);
        cr_expect_eq(verdict_of_entry(&bench, 0, 1), VERDICT_NOT_READY);
        cr_expect_eq(bench_answer(&bench, EVENT_DECISION, 0)->decision.value, 1 << condition);
        cr_expect_eq(bench.decides.output.send_count, 0);
        say_status(&bench, (enum status_condition)condition, false);
        cr_expect_eq(verdict_of_entry(&bench, 0, 1), VERDICT_PASS, "%s",
                     status_condition_text(condition));
        bench_finish(&bench);
    }
}

Test(engine_conditions, the_last_one_to_end_opens)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    say_status(&bench, STATUS_RECONCILING, true);
    say_status(&bench, STATUS_MARKET_DATA, true);
    say_status(&bench, STATUS_RECONCILING, false);
    cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_NOT_READY);
    say_status(&bench, STATUS_MARKET_DATA, false);
    say_status(&bench, STATUS_MARKET_DATA, false); /* twice is once */
    cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_PASS);
    bench_finish(&bench);
}

Test(engine_conditions, exits_go_on)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    say_status(&bench, STATUS_ORDER_STREAM, true);
    cr_expect_neq(bench_sell(&bench, 0, 0, USD(11)), 0);
    cr_expect_eq(bench.decides.output.send_count, 1);
    bench_finish(&bench);
}

Test(engine_conditions, shares_that_are_not_ours_shut_their_symbol)
{
    struct bench bench;
    bench_init_simple(&bench, 2);
    say_holding(&bench, 0, -SHARES(3));
    cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_FOREIGN);
    cr_expect_eq(bench_answer(&bench, EVENT_DECISION, 0)->decision.value, -SHARES(3));
    cr_expect_eq(verdict_of_entry(&bench, 0, 1), VERDICT_PASS);
    say_holding(&bench, 0, 0);
    cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_PASS);
    bench_finish(&bench);
}

Test(engine_conditions, a_halt_shuts_its_symbol_and_no_other)
{
    struct bench bench;
    bench_init_simple(&bench, 3);
    say_halt(&bench, 1, true);
    say_halt(&bench, 1, true); /* twice is once */
    cr_expect_eq(bench.decides.engine->shut, 0);
    cr_expect_eq(verdict_of_entry(&bench, 0, 1), VERDICT_TRADING_HALTED);
    cr_expect_eq(bench.decides.output.send_count, 0);
    cr_expect_eq(verdict_of_entry(&bench, 0, 0), VERDICT_PASS);
    say_halt(&bench, 2, true);
    say_halt(&bench, 1, false);
    cr_expect_eq(verdict_of_entry(&bench, 0, 1), VERDICT_PASS);
    cr_expect_eq(verdict_of_entry(&bench, 0, 2), VERDICT_TRADING_HALTED);
    say_status(&bench, STATUS_KEYS, true);
    cr_expect_eq(verdict_of_entry(&bench, 0, 2), VERDICT_NOT_READY, "the run comes first");
    say_status(&bench, STATUS_KEYS, false);
    cr_expect_eq(verdict_of_entry(&bench, 0, 2), VERDICT_TRADING_HALTED);
    bench_finish(&bench);
}

/* A broker may queue what is sold in a halt or refuse it. Refused, it is sent again once a slice,
 * and for as long as a halt may last; where trading goes on it is sold. */
Test(engine_conditions, what_is_held_in_a_halted_symbol_is_sold_as_soon_as_it_can_be)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    plan.exits.stop = (struct exit_distance){EXIT_PPM, 50000};
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    bench_slice_at(&bench, USD(10));
    say_halt(&bench, 0, true);
    bench_slice_at(&bench, USD(9)); /* the close of the minute in which it was halted */
    bench.price_e9[0] = 0;
    for (int slice = 0; slice < 390; slice++) {
        cr_assert_eq(bench.decides.output.send_count, 1, "slice %d", slice);
        uint64_t exit = bench.decides.output.sends[0]->head.order.order_id;
        bench_say(&bench, EVENT_REJECTED, 0, exit);
        cr_assert_eq(bench.decides.output.send_count, 0, "not at once");
        bench_slice(&bench);
    }
    say_halt(&bench, 0, false);
    uint64_t exit = bench_trade(&bench, 0, 0)->exit.id;
    bench_say(&bench, EVENT_ACCEPTED, 0, exit);
    bench_slice_at(&bench, USD(8));
    cr_expect_eq(bench.decides.output.send_count, 0, "it rests at the broker");
    bench_fill(&bench, 0, exit, SHARES(100), USD(8));
    cr_expect_eq(bench_trade(&bench, 0, 0)->qty_e9, 0);
    cr_expect_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_finish(&bench);
}

/* Another book may not enter where an order's outcome is looked up; evidence ends it. */
Test(engine_conditions, an_order_without_an_answer_shuts_its_symbol)
{
    static const uint8_t evidence[] = {EVENT_ACCEPTED, EVENT_FILL, EVENT_CANCELED, EVENT_REJECTED};
    for (size_t i = 0; i < sizeof evidence; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(2);
        plan.books = 2;
        bench_init(&bench, &plan);
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        bench_say(&bench, EVENT_NO_ANSWER, 0, entry);
        bench_say(&bench, EVENT_NO_ANSWER, 0, entry); /* said twice: nothing more */
        cr_expect_eq(bench_trade(&bench, 0, 0)->entry.state, ORDER_UNKNOWN);
        cr_expect_eq(verdict_of_entry(&bench, 1, 0), VERDICT_UNKNOWN_ORDER);
        cr_expect_eq(verdict_of_entry(&bench, 1, 1), VERDICT_PASS);
        if (evidence[i] == EVENT_FILL) {
            bench_fill(&bench, 0, entry, SHARES(100), USD(10));
        } else {
            bench_say(&bench, evidence[i], 0, entry);
        }
        cr_expect_eq(verdict_of_entry(&bench, 1, 0), VERDICT_PASS, "%s",
                     event_kind_text(evidence[i]));
        bench_finish(&bench);
    }
}

/* A bar of the past moves the view and marks positions; nobody is asked, nothing is hashed. */
Test(engine_conditions, a_slice_of_the_past_decides_nothing)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(100), USD(10));
    const uint64_t hash = bench.decides.engine->decision_hash;
    const int64_t equity_e9 = bench.decides.engine->equity_e9;
    bench.past = true;
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(12));
    cr_expect_eq(bench.decides.output.send_count, 0);
    cr_expect_eq(bench_answers(&bench, EVENT_DECISION), 0);
    cr_expect_eq(bench_answers(&bench, EVENT_SLICE), 1);
    cr_expect_eq(bench.decides.engine->decision_hash, hash);
    cr_expect_eq(bench.decides.engine->equity_e9, equity_e9 + USD(200 - 1)); /* 1 for the fill */
    bench.past = false;
    bench_slice_at(&bench, USD(12)); /* the wish still stands: it is asked now */
    cr_expect_eq(bench.decides.output.send_count, 1);
    bench_finish(&bench);
}

Test(engine_conditions, cash_that_the_broker_counts_and_we_do_not)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    bench_cash(&bench, INSTRUMENT_NONE, CASH_RECONCILED, -USD(7), 0);
    cr_expect_eq(ledger_cash_e9(&bench.decides.engine->ledger), USD(1000000 - 7));
    bench_cash(&bench, INSTRUMENT_NONE, CASH_RECONCILED, USD(9), 0);
    cr_expect_eq(ledger_cash_e9(&bench.decides.engine->ledger), USD(1000000 + 2));
    cr_expect_eq(bench.decides.engine->ledger.balance_e9[ACCOUNT_TRANSFERS], -USD(2));
    bench_finish(&bench);
}
