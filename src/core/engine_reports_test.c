/* engine_reports_test.c: reports that repeat, come late or cannot be: an execution counts once, and
 * a fault stays. */
#include "core/engine_test.h"

Test(engine_reports, an_execution_counts_once)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    struct event fill = bench_fill_event(&bench, 0, entry, SHARES(40), USD(10));
    bench_take(&bench, &fill);
    for (int i = 0; i < 3; i++) {
        bench_take(&bench, &fill);
        cr_assert_eq(bench.decides.output.slots, 0);
    }
    fill.report.exec_id = 0;
    bench_take(&bench, &fill);
    cr_assert_eq(bench.decides.engine->counters.fills, 1);
    cr_assert_eq(bench.decides.engine->ledger.positions[0].qty_e9, SHARES(40));
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_NONE);
    bench_finish(&bench);
}

/* A trade with an entry of 100 shares, 40 of them filled; then one report too strange. */
Test(engine_reports, a_report_that_cannot_be_is_a_fault)
{
    static const struct {
        const char *what;
        uint8_t kind;
        uint32_t instrument;
        uint64_t trade;
        int64_t qty_e9, price_e9, commission_e9;
        enum engine_fault fault;
    } cases[] = {
        {"an order never sent",          EVENT_FILL,     0,               2, SHARES(1),      USD(10),   0,
         ENGINE_FAULT_FOREIGN_REPORT                                                                                                          },
        {"no order at all",              EVENT_ACCEPTED, 0,               0, 0,              0,         0,         ENGINE_FAULT_FOREIGN_REPORT},
        {"ours, in another instrument",  EVENT_CANCELED, 1,               1, 0,              0,         0,         ENGINE_FAULT_FOREIGN_REPORT},
        {"an instrument that is not",    EVENT_FILL,     2,               1, SHARES(1),      USD(10),   0,
         ENGINE_FAULT_FOREIGN_REPORT                                                                                                          },
        {"no instrument",                EVENT_FILL,     INSTRUMENT_NONE, 1, SHARES(1),      USD(10),   0,
         ENGINE_FAULT_FOREIGN_REPORT                                                                                                          },
        {"a billionth too much",         EVENT_FILL,     0,               1, SHARES(60) + 1, USD(10),   0,
         ENGINE_FAULT_OVERFILL                                                                                                                },
        {"far too much",                 EVENT_FILL,     0,               1, INT64_MAX,      USD(10),   0,         ENGINE_FAULT_OVERFILL      },
        {"nothing filled",               EVENT_FILL,     0,               1, 0,              USD(10),   0,         ENGINE_FAULT_OVERFILL      },
        {"a negative quantity",          EVENT_FILL,     0,               1, -SHARES(1),     USD(10),   0,         ENGINE_FAULT_OVERFILL      },
        {"for nothing",                  EVENT_FILL,     0,               1, SHARES(1),      0,         0,         ENGINE_FAULT_OVERFILL      },
        {"a negative price",             EVENT_FILL,     0,               1, SHARES(1),      -USD(1),   0,         ENGINE_FAULT_OVERFILL      },
        {"a negative commission",        EVENT_FILL,     0,               1, SHARES(1),      USD(10),   -1,        ENGINE_FAULT_OVERFILL      },
        {"more cash than there can be",  EVENT_FILL,     0,               1, SHARES(1),      INT64_MAX, 0,
         ENGINE_FAULT_RANGE                                                                                                                   },
        {"a commission beyond all cash", EVENT_FILL,     0,               1, SHARES(1),      USD(10),   INT64_MAX,
         ENGINE_FAULT_RANGE                                                                                                                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(2);
        plan.cash_e9 = USD(1001 + 10); /* little: a huge commission leaves the range */
        bench_init(&bench, &plan);
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        bench_fill(&bench, 0, entry, SHARES(40), USD(10));
        uint64_t id = cases[i].trade == 0 ? 0 : order_id_make(cases[i].trade, ORDER_ROLE_ENTRY, 1);
        struct event report = bench_report(&bench, cases[i].kind, cases[i].instrument, id);
        report.report = (struct event_report){.order_id = id,
                                              .exec_id = cases[i].kind == EVENT_FILL ? 2 : 0,
                                              .qty_e9 = cases[i].qty_e9,
                                              .price_e9 = cases[i].price_e9,
                                              .commission_e9 = cases[i].commission_e9};
        bench_take(&bench, &report);
        cr_assert_eq(bench.decides.engine->fault, cases[i].fault, "%s: %s", cases[i].what,
                     engine_fault_text(bench.decides.engine->fault));
        bench_finish(&bench);
    }
}

/* Price x quantity fits no int64: nothing can be posted, so nothing may count as filled. */
Test(engine_reports, a_fill_whose_worth_cannot_be_computed_is_a_fault)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    struct event fill = bench_fill_event(&bench, 0, entry, SHARES(100), INT64_MAX);
    bench_take(&bench, &fill);
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_RANGE, "%s",
                 engine_fault_text(bench.decides.engine->fault));
    cr_assert_neq(bench_trade(&bench, 0, 0)->state, TRADE_CLOSED);
    bench_finish(&bench);
}

Test(engine_reports, the_first_fault_stays)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(101), USD(10));
    bench_say(&bench, EVENT_CANCELED, 0, 77);
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_OVERFILL);
    bench_finish(&bench);
}

Test(engine_reports, a_mark_out_of_range_is_a_fault)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.qty_e9 = SHARES(2000);
    bench_init(&bench, &plan);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(2000), USD(10));
    bench_slice_at(&bench, PRICE_E9_MAX);
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_RANGE);
    bench_finish(&bench);
}

Test(engine_reports, faults_have_names)
{
    cr_assert_str_eq(engine_fault_text(ENGINE_FAULT_NONE), "none");
    cr_assert_str_eq(engine_fault_text((enum engine_fault)99), "unknown fault");
}

/* What was canceled may still have filled (O8, O9): the late fill belongs to its trade, which is
 * held again and can be sold. */
Test(engine_reports, a_fill_after_the_cancel_opens_the_trade)
{
    static const int64_t filled_before[] = {0, SHARES(40)};
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;
        bench_init_simple(&bench, 1);
        uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
        if (filled_before[i] > 0) {
            bench_fill(&bench, 0, entry, filled_before[i], USD(10));
        }
        bench_say(&bench, EVENT_CANCELED, 0, entry);
        bench_fill(&bench, 0, entry, SHARES(20), USD(10));
        cr_assert_eq(bench.decides.engine->ledger.positions[0].qty_e9,
                     filled_before[i] + SHARES(20));
        cr_assert_eq(bench_trade(&bench, 0, 0)->state, TRADE_OPEN, "%s",
                     trade_state_text(bench_trade(&bench, 0, 0)->state));
        bench_wish(0, 0, ACT_BUY);
        bench_slice_at(&bench, USD(10));
        cr_assert_eq(bench_answers(&bench, EVENT_ORDER), 0, "it is long: no second entry");
        (void)bench_sell(&bench, 0, 0, USD(10));
        bench_finish(&bench);
    }
}

/* The same for a trade that was closed already: it opens again as itself, and counts once. */
Test(engine_reports, a_closed_trade_that_a_late_fill_opens_counts_once)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    const struct trade *trade = bench_trade(&bench, 0, 0);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_fill(&bench, 0, entry, SHARES(40), USD(10));
    int64_t opened_ns = trade->detail.opened_ns;
    bench_say(&bench, EVENT_CANCELED, 0, entry);
    bench_fill(&bench, 0, bench_sell(&bench, 0, 0, USD(12)), SHARES(40), USD(12));
    cr_assert_eq(trade->state, TRADE_CLOSED);
    bench_fill(&bench, 0, entry, SHARES(20), USD(10));
    cr_assert_eq(trade->state, TRADE_OPEN);
    cr_assert_eq(trade->detail.opened_ns, opened_ns, "the first fill is the first fill");
    cr_assert_eq(trade->detail.closed_ns, 0, "it is open");
    bench_fill(&bench, 0, bench_sell(&bench, 0, 0, USD(12)), SHARES(20), USD(12));
    cr_assert_eq(trade->state, TRADE_CLOSED);
    cr_assert_eq(trade->detail.closed_ns, bench.ts_ns);
    cr_assert_eq(trade->realized_e9, USD(120));
    cr_assert_eq(bench.decides.engine->books[0].trades_closed, 1);
    cr_assert_eq(bench.decides.engine->books[0].trades_won, 1);
    bench_finish(&bench);
}

/* An id has room for 4,095 attempts; what comes after must not look like another order's. */
Test(engine_reports, attempts_beyond_the_room_in_an_id_do_not_repeat_ids)
{
    struct bench bench;
    bench_init_simple(&bench, 1);
    bench_fill(&bench, 0, bench_buy(&bench, 0, 0, USD(10)), SHARES(100), USD(10));
    uint64_t last = 0;
    for (uint32_t attempt = 1; attempt <= 4200; attempt++) {
        bench_wish(0, 0, ACT_SELL);
        bench_slice_at(&bench, USD(10));
        const struct event *order = bench_answer(&bench, EVENT_ORDER, 0);
        if (order == NULL) {
            break;
        }
        cr_assert_gt(order->order.order_id, last, "attempt %u", attempt);
        last = order->order.order_id;
        cr_assert_eq(order_id_role(last), ORDER_ROLE_EXIT, "attempt %u", attempt);
        bench_say(&bench, EVENT_REJECTED, 0, last);
    }
    const struct event *decision = bench_answer(&bench, EVENT_DECISION, 0);
    cr_assert_eq(last, order_id_make(1, ORDER_ROLE_EXIT, 4095));
    cr_assert_not_null(decision);
    cr_assert_eq(decision->decision.verdict, VERDICT_EXIT_ATTEMPTS);
    cr_assert_eq(decision->decision.value, 4095);
    cr_assert_eq(decision->decision.limit, 4095);
    cr_assert_eq(bench.decides.engine->counters.refused_by[VERDICT_EXIT_ATTEMPTS], 1);
    bench_finish(&bench);
}
