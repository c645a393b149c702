/* engine_retries_test.c: steps that come to nothing, protection and exits: when exactly they are
 * tried again, what counts as a refusal, and where it ends. */
#include "core/engine_test.h"

#define PRICE(dollars)                                                                             \
    {                                                                                              \
        EXIT_PRICE, USD(dollars)                                                                   \
    }

/* Waits between one that came to nothing and the next; the last stays. */
static const int64_t waits_s[] = {1, 3, 10, 30, 60};

static int64_t wait_ns(uint32_t failure)
{
    const uint32_t last = sizeof waits_s / sizeof waits_s[0] - 1;
    return waits_s[failure < last ? failure : last] * NS_PER_S;
}

static int64_t timer_ns(const struct bench *bench)
{
    return bench->decides.engine->timer_ns;
}

/* The moment that the engine waits for comes. */
static void give_timer(struct bench *bench)
{
    bench->ts_ns = timer_ns(bench) > bench->ts_ns ? timer_ns(bench) : bench->ts_ns;
    const struct event timer = {.ts_ns = bench->ts_ns,
                                .src_ns = bench->ts_ns,
                                .kind = EVENT_TIMER,
                                .version = 1,
                                .slots = 1,
                                .instrument = INSTRUMENT_NONE};
    engine_on_timer(bench->decides.engine, &timer, &bench->decides.output);
    engine_apply(bench->folds.engine, &timer);
    bench_fold_answers(bench);
    bench_assert_same(bench);
}

static void say_rejected(struct bench *bench, uint64_t order_id, enum reject_reason reason)
{
    struct event report = bench_report(bench, EVENT_REJECTED, 0, order_id);
    report.flags = (uint8_t)reason;
    bench_take(bench, &report);
}

static uint64_t target_id(uint32_t attempt)
{
    return order_id_make(1, ORDER_ROLE_TARGET, attempt);
}

static uint64_t stop_id(uint32_t attempt)
{
    return order_id_make(1, ORDER_ROLE_STOP, attempt);
}

/* Both exits of an attempt end so, one after the other. */
static void refuse_group(struct bench *bench, uint32_t attempt, enum reject_reason reason)
{
    say_rejected(bench, target_id(attempt), reason);
    cr_assert_eq(bench->decides.output.send_count, 0, "the other one may still work");
    say_rejected(bench, stop_id(attempt), reason);
}

static void end_group(struct bench *bench, uint32_t attempt, uint8_t kind)
{
    bench_say(bench, kind, 0, target_id(attempt));
    bench_say(bench, kind, 0, stop_id(attempt));
}

static void accept_group(struct bench *bench, uint32_t attempt)
{
    end_group(bench, attempt, EVENT_ACCEPTED);
}

static bool notices(const struct bench *bench, enum notice notice)
{
    for (uint32_t i = 0; i < bench_answers(bench, EVENT_NOTICE); i++) {
        if (bench_answer(bench, EVENT_NOTICE, i)->flags == notice) {
            return true;
        }
    }
    return false;
}

static const struct event *find_order(const struct bench *bench, enum order_role role)
{
    for (uint32_t i = 0; i < bench_answers(bench, EVENT_ORDER); i++) {
        const struct event *order = bench_answer(bench, EVENT_ORDER, i);
        if (event_order_role(order) == role && order->order.action == ORDER_ACTION_SUBMIT) {
            return order;
        }
    }
    return NULL;
}

/* That attempt at protection was sent, and nothing else. */
static void assert_protection(const struct bench *bench, uint32_t attempt)
{
    cr_assert_eq(bench->decides.output.send_count, 2, "attempt %u", attempt);
    cr_assert_eq(find_order(bench, ORDER_ROLE_TARGET)->order.order_id, target_id(attempt));
    cr_assert_eq(find_order(bench, ORDER_ROLE_STOP)->order.order_id, stop_id(attempt));
}

/* Nothing was sent, and the next try comes after that. */
static void assert_waits(const struct bench *bench, int64_t ns)
{
    cr_assert_eq(bench->decides.output.send_count, 0);
    cr_assert_eq(timer_ns(bench), bench->ts_ns + ns, "%" PRId64 " ns instead of %" PRId64,
                 timer_ns(bench) - bench->ts_ns, ns);
}

/* A trade whose entry could not be sent with its exits: they were sent just now, as an OCO. Of the
 * first of two books. */
static void enter_bare(struct bench *bench)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.books = 2;
    plan.entry.time_in_force = TIME_IN_FORCE_IOC;
    plan.exits = (struct exit_plan){
        .target = PRICE(2), .stop = PRICE(1), .at_broker = true, .opposite_signal = true};
    bench_init(bench, &plan);
    uint64_t entry = bench_buy(bench, 0, 0, USD(10));
    bench_fill(bench, 0, entry, SHARES(100), USD(10));
    assert_protection(bench, 1);
}

/* A trade of which the engine has just sent an exit, at its stop. */
static uint64_t stop_out(struct bench *bench, bool opposite_signal)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = (struct exit_plan){.stop = PRICE(1), .opposite_signal = opposite_signal};
    bench_init(bench, &plan);
    bench_fill(bench, 0, bench_buy(bench, 0, 0, USD(10)), SHARES(100), USD(10));
    bench_slice_at(bench, USD(9));
    return find_order(bench, ORDER_ROLE_EXIT)->order.order_id;
}

static void fill_exit(struct bench *bench, enum exit_cause cause)
{
    const struct event *exit = find_order(bench, ORDER_ROLE_EXIT);
    cr_assert_not_null(exit);
    cr_assert_eq(event_order_cause(exit), cause, "%s", exit_cause_text(event_order_cause(exit)));
    bench_fill(bench, 0, exit->order.order_id, SHARES(100), USD(9));
    cr_assert_eq(bench_answer(bench, EVENT_TRADE, 0)->flags, TRADE_CLOSED);
    cr_assert_eq(bench_answer(bench, EVENT_TRADE, 0)->trade.exit_cause, cause);
}

/* ---- protection ---- */

Test(engine_retries, protection_is_given_up_after_three_retries_by_time)
{
    struct bench bench;
    enter_bare(&bench);
    for (uint32_t refusal = 0; refusal < 3; refusal++) {
        refuse_group(&bench, refusal + 1, REJECT_BY_BROKER);
        cr_assert_eq(notices(&bench, NOTICE_UNPROTECTED), refusal == 0, "said once");
        assert_waits(&bench, wait_ns(refusal));
        give_timer(&bench);
        assert_protection(&bench, refusal + 2);
    }
    refuse_group(&bench, 4, REJECT_BY_BROKER);
    cr_assert(notices(&bench, NOTICE_GIVEN_UP));
    fill_exit(&bench, EXIT_CAUSE_REPAIR);
    cr_assert_eq(bench.decides.engine->counters.unprotected, 1);
    cr_assert_eq(bench.decides.engine->counters.given_up, 1);
    bench_finish(&bench);
}

Test(engine_retries, what_nobody_saw_is_no_refusal)
{
    static const enum reject_reason unseen[] = {REJECT_NOT_SENT, REJECT_NOT_FOUND};
    struct bench bench;
    enter_bare(&bench);
    uint32_t attempt = 1;
    for (; attempt <= 100; attempt++) {
        refuse_group(&bench, attempt, unseen[attempt % 2]);
        cr_assert(!notices(&bench, NOTICE_GIVEN_UP));
        assert_waits(&bench, wait_ns(attempt - 1));
        give_timer(&bench);
        assert_protection(&bench, attempt + 1);
    }
    cr_assert_eq(bench.decides.engine->counters.unprotected, 1);
    for (int refusal = 0; refusal < 3; refusal++, attempt++) { /* now the broker has the word */
        refuse_group(&bench, attempt, REJECT_BY_BROKER);
        assert_waits(&bench, 60 * NS_PER_S);
        give_timer(&bench);
        assert_protection(&bench, attempt + 1);
    }
    refuse_group(&bench, attempt, REJECT_BY_BROKER);
    cr_assert(notices(&bench, NOTICE_GIVEN_UP));
    fill_exit(&bench, EXIT_CAUSE_REPAIR);
    bench_finish(&bench);
}

Test(engine_retries, a_storm_of_the_same_word_changes_nothing)
{
    struct bench bench;
    enter_bare(&bench);
    refuse_group(&bench, 1, REJECT_BY_BROKER);
    int64_t until_ns = timer_ns(&bench);
    for (int i = 0; i < 200; i++) {
        bench.ts_ns += NS_PER_MS;
        refuse_group(&bench, 1, REJECT_BY_BROKER);
        cr_assert_eq(bench.decides.output.slots, 0);
        cr_assert_eq(timer_ns(&bench), until_ns);
    }
    give_timer(&bench);
    assert_protection(&bench, 2);
    cr_assert_eq(bench.ts_ns, until_ns);
    bench_finish(&bench);
}

Test(engine_retries, what_was_accepted_ends_the_row)
{
    struct bench bench;
    enter_bare(&bench);
    const struct trade *trade = bench_trade(&bench, 0, 0);
    for (uint32_t attempt = 1; attempt < 4; attempt++) {
        refuse_group(&bench, attempt, REJECT_BY_BROKER);
        give_timer(&bench);
    }
    cr_assert(trade->exits.bare);
    accept_group(&bench, 4);
    cr_assert(!trade->exits.bare);
    cr_assert_eq(timer_ns(&bench), CLOSER_NEVER_NS);
    bench.ts_ns += CLOSER_STOOD_NS;
    end_group(&bench, 4, EVENT_CANCELED);
    cr_assert(notices(&bench, NOTICE_UNPROTECTED));
    assert_protection(&bench, 5); /* what rested is repaired at once */
    refuse_group(&bench, 5, REJECT_BY_BROKER);
    assert_waits(&bench, NS_PER_S); /* and the row begins anew */
    bench_finish(&bench);
}

/* Accepted, and refused a moment later, time and again: it never rested. */
Test(engine_retries, acceptance_that_does_not_last_counts_as_none)
{
    struct bench bench;
    enter_bare(&bench);
    for (uint32_t attempt = 1; attempt < 4; attempt++) {
        accept_group(&bench, attempt);
        bench.ts_ns += CLOSER_STOOD_NS - 1;
        refuse_group(&bench, attempt, REJECT_BY_BROKER);
        assert_waits(&bench, wait_ns(attempt - 1));
        give_timer(&bench);
        assert_protection(&bench, attempt + 1);
    }
    refuse_group(&bench, 4, REJECT_BY_BROKER);
    cr_assert(notices(&bench, NOTICE_GIVEN_UP));
    bench_finish(&bench);
}

/* A broker that takes what it then cancels at once: by time, too, and never given up for it. */
Test(engine_retries, cancels_are_repaired_by_time)
{
    struct bench bench;
    enter_bare(&bench);
    for (uint32_t attempt = 1; attempt < 20; attempt++) {
        accept_group(&bench, attempt);
        end_group(&bench, attempt, attempt % 2 == 0 ? EVENT_CANCELED : EVENT_EXPIRED);
        assert_waits(&bench, wait_ns(attempt - 1));
        give_timer(&bench);
        assert_protection(&bench, attempt + 1);
    }
    bench_finish(&bench);
}

Test(engine_retries, entries_of_the_symbol_are_shut_meanwhile)
{
    struct bench bench;
    enter_bare(&bench);
    refuse_group(&bench, 1, REJECT_NOT_SENT);
    bench_wish(1, 0, ACT_BUY);
    bench_slice_at(&bench, USD(10)); /* beyond the time: it is tried with the slice */
    const struct event *refused = bench_answer(&bench, EVENT_DECISION, 0);
    cr_assert_not_null(refused);
    cr_assert_eq(refused->decision.verdict, VERDICT_UNPROTECTED, "%s",
                 verdict_text(refused->decision.verdict));
    cr_assert_eq(refused->decision.value, 1);
    assert_protection(&bench, 2);
    bench_wish(1, 0, ACT_BUY);
    bench_slice_at(&bench, USD(10));
    cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 0, "sent is not accepted");
    accept_group(&bench, 2);
    bench_wish(1, 0, ACT_BUY);
    bench_slice_at(&bench, USD(10));
    cr_assert_not_null(find_order(&bench, ORDER_ROLE_ENTRY));
    bench_finish(&bench);
}

/* While protection waits for its time, the strategy may still sell. */
Test(engine_retries, a_signal_goes_first)
{
    struct bench bench;
    enter_bare(&bench);
    refuse_group(&bench, 1, REJECT_BY_BROKER);
    bench.ts_ns -= NS_PER_MIN; /* the slice ends now: half a second before the retry, say */
    bench.ts_ns += NS_PER_S / 2;
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    cr_assert_eq(bench.decides.output.send_count, 1);
    fill_exit(&bench, EXIT_CAUSE_SIGNAL);
    cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    while (timer_ns(&bench) != CLOSER_NEVER_NS) {
        give_timer(&bench);
        cr_assert_eq(bench.decides.output.send_count, 0);
    }
    bench_finish(&bench);
}

/* ---- exits ---- */

Test(engine_retries, an_exit_is_tried_by_time_and_never_given_up_silently)
{
    static const enum reject_reason reasons[] = {REJECT_NOT_SENT, REJECT_BY_BROKER};
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;
        uint64_t exit = stop_out(&bench, true);
        for (uint32_t failure = 0; failure < 50; failure++) {
            say_rejected(&bench, exit, reasons[i]);
            cr_assert_eq(notices(&bench, NOTICE_NOT_CLOSED), failure == 3, "failure %u", failure);
            assert_waits(&bench, wait_ns(failure));
            say_rejected(&bench, exit, reasons[i]); /* said twice */
            assert_waits(&bench, wait_ns(failure));
            give_timer(&bench);
            cr_assert_eq(bench.decides.output.send_count, 1);
            exit = find_order(&bench, ORDER_ROLE_EXIT)->order.order_id;
        }
        cr_assert_eq(bench.decides.engine->counters.not_closed, 1);
        fill_exit(&bench, EXIT_CAUSE_STOP);
        bench_finish(&bench);
    }
}

/* What fills on the way begins the row anew. */
Test(engine_retries, an_exit_that_gets_on_begins_a_new_row)
{
    struct bench bench;
    uint64_t exit = stop_out(&bench, true);
    for (uint32_t failure = 0; failure < 4; failure++) {
        say_rejected(&bench, exit, REJECT_BY_BROKER);
        give_timer(&bench);
        exit = find_order(&bench, ORDER_ROLE_EXIT)->order.order_id;
    }
    bench_fill(&bench, 0, exit, SHARES(40), USD(9));
    bench_say(&bench, EVENT_CANCELED, 0, exit);
    assert_waits(&bench, NS_PER_S);
    give_timer(&bench);
    cr_assert_eq(find_order(&bench, ORDER_ROLE_EXIT)->order.qty_e9, SHARES(60));
    bench_finish(&bench);
}

/* A strategy that says SELL once is not asked to say it again. */
Test(engine_retries, a_refused_signal_stays_wanted)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = (struct exit_plan){.stop = PRICE(5), .opposite_signal = true};
    bench_init(&bench, &plan);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    uint64_t exit = bench_sell(&bench, 0, 0, USD(10));
    say_rejected(&bench, exit, REJECT_NOT_SENT);
    assert_waits(&bench, NS_PER_S);
    give_timer(&bench);
    fill_exit(&bench, EXIT_CAUSE_SIGNAL);
    bench_finish(&bench);
}

Test(engine_retries, a_cancel_that_is_refused_is_tried_by_time)
{
    struct bench bench;
    enter_bare(&bench);
    accept_group(&bench, 1);
    bench_wish(0, 0, ACT_SELL);
    bench_slice_at(&bench, USD(10));
    for (uint32_t failure = 0; failure < 8; failure++) {
        cr_assert_eq(bench.decides.output.send_count, 1, "failure %u", failure);
        bench_say(&bench, EVENT_CANCEL_REJECTED, 0, target_id(1));
        bench_say(&bench, EVENT_CANCEL_REJECTED, 0, stop_id(1));
        assert_waits(&bench, wait_ns(failure));
        give_timer(&bench);
    }
    cr_assert_eq(bench.decides.engine->counters.not_closed, 1);
    end_group(&bench, 1, EVENT_CANCELED);
    fill_exit(&bench, EXIT_CAUSE_SIGNAL);
    bench_finish(&bench);
}

/* An id has room for 4,095 attempts: the last word is to a person. */
Test(engine_retries, attempts_that_run_out_are_told)
{
    struct bench bench;
    uint64_t exit = stop_out(&bench, true);
    for (uint32_t attempt = 1; attempt <= ORDER_ATTEMPT_MAX; attempt++) {
        cr_assert_eq(exit, order_id_make(1, ORDER_ROLE_EXIT, attempt));
        say_rejected(&bench, exit, REJECT_BY_BROKER);
        cr_assert_leq(timer_ns(&bench) - bench.ts_ns, 60 * NS_PER_S);
        give_timer(&bench);
        if (attempt < ORDER_ATTEMPT_MAX) {
            exit = find_order(&bench, ORDER_ROLE_EXIT)->order.order_id;
        }
    }
    cr_assert_eq(bench.decides.output.send_count, 0);
    cr_assert(notices(&bench, NOTICE_NOT_CLOSED));
    cr_assert_eq(timer_ns(&bench), CLOSER_NEVER_NS);
    bench_finish(&bench);
}

/* ---- slices on which nothing is decided ---- */

Test(engine_retries, what_is_due_in_the_past_goes_with_the_next_step)
{
    struct bench bench;
    uint64_t exit = stop_out(&bench, true);
    say_rejected(&bench, exit, REJECT_BY_BROKER);
    bench.past = true;
    bench_slice_at(&bench, USD(9));
    assert_waits(&bench, 1);
    bench.past = false;
    bench_slice_at(&bench, USD(9));
    fill_exit(&bench, EXIT_CAUSE_STOP);
    bench_finish(&bench);
}

Test(engine_retries, a_rule_that_is_met_in_the_past_closes_with_the_next_step)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.exits = (struct exit_plan){.stop = PRICE(1)};
    bench_init(&bench, &plan);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    bench.past = true;
    bench_slice_at(&bench, USD(9));
    assert_waits(&bench, 1);
    bench.past = false;
    give_timer(&bench);
    fill_exit(&bench, EXIT_CAUSE_STOP);
    bench_finish(&bench);
}
