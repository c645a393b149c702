/* alpaca_orders_test.c: what becomes of orders, whatever the order of the evidence. */
#include "broker/alpaca_orders_test.h"

#include <criterion/criterion.h>
#include <stdarg.h>

#define ENTRY  order_id_make(7, ORDER_ROLE_ENTRY, 1)
#define TARGET order_id_make(7, ORDER_ROLE_TARGET, 1)
#define STOP   order_id_make(7, ORDER_ROLE_STOP, 1)
#define EXIT   order_id_make(7, ORDER_ROLE_EXIT, 1)

/* The reports since the last time as text: "accepted 1, fill 1 10@100 #41". The order is its role.
 */
static const char *told(struct bench *bench)
{
    static char text[1024];
    size_t used = 0;
    text[0] = '\0';
    for (const struct event *event; (event = report_queue_next(&bench->reports)) != NULL;) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", used > 0 ? ", " : "",
                                 event_kind_text(event->kind),
                                 order_role_text((uint8_t)order_id_role(event->report.order_id)));
        if (event->kind == EVENT_FILL) {
            used += (size_t)snprintf(text + used, sizeof text - used, " %d@%d #%d",
                                     (int)(event->report.qty_e9 / MONEY_E9),
                                     (int)(event->report.price_e9 / MONEY_E9),
                                     (int)event->report.exec_id);
        } else if (event->flags != REJECT_NONE) {
            used += (size_t)snprintf(text + used, sizeof text - used, " (%s)",
                                     reject_reason_text(event->flags));
        }
    }
    return text;
}

#define ASSERT_TOLD(bench, expected)                                                               \
    do {                                                                                           \
        const char *told_ = told(bench);                                                           \
        cr_assert_str_eq(told_, expected, "told: %s", told_);                                      \
    } while (0)

/* An order that was sent, and as the broker has it. */
struct sent {
    struct bench bench;
    struct order_request request;
    struct wire_group group;
};

static struct sent *send(uint64_t id, int64_t shares)
{
    static struct sent sent;
    bench_begin(&sent.bench);
    sent.request = bench_request(id, ORDER_TYPE_MARKET, SHARES(shares));
    sent.group = (struct wire_group){.order = bench_order(&sent.request, "a", false)};
    orders_sent(&sent.bench.orders, &sent.request, id, BENCH_T_NS);
    return &sent;
}

static const struct tracked *order_of(const struct sent *sent)
{
    return orders_find(&sent->bench.orders, sent->request.head.order.order_id);
}

static void show(struct sent *sent, enum wire_status status, int64_t filled, int64_t second)
{
    sent->group.order.status = status;
    sent->group.order.filled_qty_e9 = SHARES(filled);
    sent->group.order.updated_ns = BENCH_T_NS + second * NS_PER_S;
    orders_take_order(&sent->bench.orders, &sent->group, true);
}

static void update(struct sent *sent, enum wire_update_event event, enum wire_status status,
                   int64_t qty, int64_t filled, int64_t second)
{
    struct wire_update told_update = {
        .event = event,
        .timestamp_ns = BENCH_T_NS + second * NS_PER_S,
        .price_e9 = qty == 0 ? 0 : SHARES(100),
        .qty_e9 = SHARES(qty),
        .group = sent->group,
    };
    told_update.group.order.status = status;
    told_update.group.order.filled_qty_e9 = SHARES(filled);
    told_update.group.order.updated_ns = told_update.timestamp_ns;
    orders_take_update(&sent->bench.orders, &told_update);
}

static bool execute(struct sent *sent, int64_t qty, int64_t filled)
{
    const struct wire_activity activity = {
        .trades = true,
        .order_id = "a",
        .price_e9 = SHARES(100),
        .qty_e9 = SHARES(qty),
        .cum_qty_e9 = SHARES(filled),
    };
    return orders_take_execution(&sent->bench.orders, &activity);
}

Test(alpaca_orders, a_fill_counts_once_from_whichever_source)
{
    struct sent *sent = send(ENTRY, 10);
    update(sent, WIRE_UPDATE_PARTIAL_FILL, WIRE_PARTIALLY_FILLED, 4, 4, 1);
    ASSERT_TOLD(&sent->bench, "accepted entry, fill entry 4@100 #41");
    update(sent, WIRE_UPDATE_PARTIAL_FILL, WIRE_PARTIALLY_FILLED, 4, 4, 1);
    show(sent, WIRE_NEW, 0, 0);
    show(sent, WIRE_PARTIALLY_FILLED, 4, 1);
    cr_assert_not(execute(sent, 4, 4));
    ASSERT_TOLD(&sent->bench, "");
    cr_assert(execute(sent, 6, 10));
    update(sent, WIRE_UPDATE_FILL, WIRE_FILLED, 6, 10, 2);
    ASSERT_TOLD(&sent->bench, "fill entry 6@100 #42");
    cr_expect_eq(order_of(sent)->state, TRACKED_ENDED);
    cr_expect_eq(sent->bench.orders.doubts, 0);
    cr_expect_null(orders_first(&sent->bench.orders));
    bench_end(&sent->bench);
}

Test(alpaca_orders, a_gap_asks_for_the_activities_and_the_end_waits_for_them)
{
    struct sent *sent = send(ENTRY, 10);
    update(sent, WIRE_UPDATE_PARTIAL_FILL, WIRE_PARTIALLY_FILLED, 3, 7, 2);
    ASSERT_TOLD(&sent->bench, "accepted entry");
    cr_expect(order_of(sent)->wants_fills);
    update(sent, WIRE_UPDATE_CANCELED, WIRE_CANCELED, 0, 7, 3);
    ASSERT_TOLD(&sent->bench, "");
    cr_assert_not(execute(sent, 3, 7), "not in its turn");
    cr_assert(execute(sent, 4, 4));
    cr_assert(execute(sent, 3, 7));
    ASSERT_TOLD(&sent->bench, "fill entry 4@100 #41, fill entry 3@100 #42, canceled entry");
    cr_expect_not(order_of(sent)->wants_fills);
    bench_end(&sent->bench);
}

Test(alpaca_orders, a_polled_quantity_is_no_fill_but_asks_for_it)
{
    struct sent *sent = send(ENTRY, 10);
    show(sent, WIRE_FILLED, 10, 5);
    ASSERT_TOLD(&sent->bench, "accepted entry");
    cr_expect(order_of(sent)->wants_fills);
    cr_expect_not_null(orders_first(&sent->bench.orders));
    cr_assert(execute(sent, 10, 10));
    ASSERT_TOLD(&sent->bench, "fill entry 10@100 #41");
    cr_expect_eq(order_of(sent)->state, TRACKED_ENDED);
    bench_end(&sent->bench);
}

static const struct {
    enum wire_status status;
    const char *told;
} ends[] = {
    {WIRE_CANCELED, "accepted entry, canceled entry"                 },
    {WIRE_EXPIRED,  "accepted entry, expired entry"                  },
    {WIRE_REPLACED, "accepted entry, canceled entry"                 },
    {WIRE_REJECTED, "rejected entry (refused by the broker)"         },
    {WIRE_FILLED,   "accepted entry, canceled entry" /* of nothing */},
};

Test(alpaca_orders, every_end_is_told_once)
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct sent *sent = send(ENTRY, 10);
        show(sent, ends[i].status, 0, 1);
        show(sent, ends[i].status, 0, 1);
        update(sent, WIRE_UPDATE_CANCELED, ends[i].status, 0, 0, 2);
        ASSERT_TOLD(&sent->bench, ends[i].told);
        bench_end(&sent->bench);
    }
}

Test(alpaca_orders, what_is_not_final_is_working)
{
    for (enum wire_status status = WIRE_PENDING_NEW; status <= WIRE_CALCULATED; status++) {
        if (wire_status_is_final(status)) {
            continue;
        }
        struct sent *sent = send(ENTRY, 10);
        show(sent, status, 0, 1);
        ASSERT_TOLD(&sent->bench, "accepted entry");
        cr_expect_eq(order_of(sent)->state, TRACKED_WORKING, "%s", wire_status_text(status));
        bench_end(&sent->bench);
    }
}

Test(alpaca_orders, a_late_fill_counts_after_the_end)
{
    struct sent *sent = send(ENTRY, 10);
    show(sent, WIRE_CANCELED, 0, 1);
    ASSERT_TOLD(&sent->bench, "accepted entry, canceled entry");
    show(sent, WIRE_CANCELED, 4, 2);
    cr_assert_eq(orders_first(&sent->bench.orders), order_of(sent), "it is looked after again");
    cr_assert(execute(sent, 4, 4));
    ASSERT_TOLD(&sent->bench, "fill entry 4@100 #41");
    cr_expect_null(orders_first(&sent->bench.orders));
    bench_end(&sent->bench);
}

Test(alpaca_orders, no_answer_is_told_once_and_ends_with_any_evidence)
{
    struct sent *sent = send(ENTRY, 10);
    orders_no_answer(&sent->bench.orders, ENTRY, BENCH_T_NS);
    orders_no_answer(&sent->bench.orders, ENTRY, BENCH_T_NS);
    ASSERT_TOLD(&sent->bench, "no-answer entry");
    update(sent, WIRE_UPDATE_NEW, WIRE_NEW, 0, 0, 1);
    cr_expect(orders_is_found(order_of(sent)));
    cr_expect_not(orders_refuse(&sent->bench.orders, ENTRY, REJECT_NOT_FOUND, BENCH_T_NS));
    orders_no_answer(&sent->bench.orders, ENTRY, BENCH_T_NS);
    ASSERT_TOLD(&sent->bench, "accepted entry");
    bench_end(&sent->bench);
}

Test(alpaca_orders, a_refused_order_that_works_after_all_is_canceled)
{
    struct sent *sent = send(ENTRY, 10);
    cr_assert(orders_refuse(&sent->bench.orders, ENTRY, REJECT_NOT_FOUND, BENCH_T_NS));
    ASSERT_TOLD(&sent->bench, "rejected entry (never reached the broker)");
    show(sent, WIRE_NEW, 0, 1);
    cr_expect_eq(order_of(sent)->cancel, CANCEL_WANTED);
    cr_expect_eq(sent->bench.alarms, 1);
    update(sent, WIRE_UPDATE_PARTIAL_FILL, WIRE_PARTIALLY_FILLED, 2, 2, 2);
    show(sent, WIRE_CANCELED, 2, 3);
    ASSERT_TOLD(&sent->bench, "fill entry 2@100 #41");
    cr_expect_null(orders_first(&sent->bench.orders));
    bench_end(&sent->bench);
}

Test(alpaca_orders, a_cancel_is_a_promise_until_the_order_has_ended)
{
    struct sent *sent = send(ENTRY, 10);
    orders_cancel(&sent->bench.orders, ENTRY, BENCH_T_NS);
    cr_expect_eq(order_of(sent)->cancel, CANCEL_WANTED);
    show(sent, WIRE_NEW, 0, 1);
    show(sent, WIRE_PENDING_CANCEL, 0, 2);
    ASSERT_TOLD(&sent->bench, "accepted entry");
    update(sent, WIRE_UPDATE_ORDER_CANCEL_REJECTED, WIRE_NEW, 0, 0, 3);
    update(sent, WIRE_UPDATE_ORDER_CANCEL_REJECTED, WIRE_NEW, 0, 0, 3);
    ASSERT_TOLD(&sent->bench, "cancel-rejected entry (refused by the broker)");
    orders_cancel(&sent->bench.orders, ENTRY, BENCH_T_NS);
    update(sent, WIRE_UPDATE_FILL, WIRE_FILLED, 10, 10, 4);
    ASSERT_TOLD(&sent->bench, "fill entry 10@100 #41");
    orders_cancel(&sent->bench.orders, ENTRY, BENCH_T_NS);
    ASSERT_TOLD(&sent->bench, "cancel-rejected entry (the order works no more)");
    bench_end(&sent->bench);
}

/* Busts: alpaca_busts_test.c. */
Test(alpaca_orders, a_correction_and_an_overlap_are_alarms_and_change_nothing)
{
    for (int i = 0; i < 2; i++) {
        struct sent *sent = send(ENTRY, 10);
        update(sent, WIRE_UPDATE_PARTIAL_FILL, WIRE_PARTIALLY_FILLED, 4, 4, 1);
        (void)told(&sent->bench);
        if (i == 0) {
            update(sent, WIRE_UPDATE_TRADE_CORRECT, WIRE_PARTIALLY_FILLED, 4, 4, 2);
        } else {
            (void)execute(sent, 3, 6);
        }
        ASSERT_TOLD(&sent->bench, "");
        cr_expect_eq(sent->bench.orders.doubts, 1, "%d", i);
        cr_expect_eq(sent->bench.alarms, 1, "%d: %s", i, sent->bench.last_said);
        cr_expect_eq(order_of(sent)->applied_e9, SHARES(4));
        bench_end(&sent->bench);
    }
}

Test(alpaca_orders, a_status_that_is_not_known_is_doubt_until_one_that_is)
{
    struct sent *sent = send(ENTRY, 10);
    show(sent, WIRE_UNKNOWN, 0, 1);
    show(sent, WIRE_UNKNOWN, 0, 2);
    cr_expect_eq(sent->bench.orders.doubts, 1);
    cr_expect_eq(sent->bench.alarms, 1);
    cr_expect_eq(order_of(sent)->state, TRACKED_WORKING);
    show(sent, WIRE_NEW, 0, 3);
    cr_expect_eq(sent->bench.orders.doubts, 0);
    ASSERT_TOLD(&sent->bench, "accepted entry");
    bench_end(&sent->bench);
}

Test(alpaca_orders, a_taken_name_is_not_our_order)
{
    for (int i = 0; i < 3; i++) {
        struct sent *sent = send(ENTRY, 10);
        orders_no_answer(&sent->bench.orders, ENTRY, BENCH_T_NS);
        (void)told(&sent->bench);
        struct wire_order *order = &sent->group.order;
        order->submitted_ns -= NS_PER_DAY; /* all else may be the same */
        if (i == 0) {
            order->qty_e9 = SHARES(11);
        } else if (i == 1) {
            order->buys = false;
        }
        show(sent, WIRE_FILLED, 10, 1);
        show(sent, WIRE_FILLED, 10, 1);
        ASSERT_TOLD(&sent->bench, "rejected entry (order id already used)");
        cr_expect_eq(sent->bench.orders.doubts, 1);
        cr_expect_not(execute(sent, 10, 10));
        bench_end(&sent->bench);
    }
}

/* The broker took our request for another order: it fills 6, then to `filled`, and ends. */
static const struct {
    const char *what, *symbol;
    int64_t qty, limit, filled;
    bool sells;
    const char *told;
} unlike[] = {
    {"another type",   "AAPL", 10, 99, 10, false, "fill entry 6@100 #41, fill entry 4@100 #42"},
    {"more shares",    "AAPL", 20, 0,  11, false,
     "fill entry 6@100 #41, fill entry 4@100 #42, canceled entry"                             },
    {"the other side", "AAPL", 10, 0,  10, true,  "canceled entry"                            },
    {"another symbol", "SPY",  10, 0,  10, false, "canceled entry"                            },
};

Test(alpaca_orders, what_became_something_else_is_canceled_and_told)
{
    for (size_t i = 0; i < sizeof unlike / sizeof unlike[0]; i++) {
        struct sent *sent = send(ENTRY, 10);
        struct wire_order *order = &sent->group.order;
        order->qty_e9 = SHARES(unlike[i].qty);
        order->limit_price_e9 = SHARES(unlike[i].limit);
        order->type = unlike[i].limit != 0 ? ORDER_TYPE_LIMIT : ORDER_TYPE_MARKET;
        order->buys = !unlike[i].sells;
        (void)snprintf(order->symbol, sizeof order->symbol, "%s", unlike[i].symbol);
        show(sent, WIRE_NEW, 0, 1);
        ASSERT_TOLD(&sent->bench, "accepted entry");
        cr_expect_eq(order_of(sent)->cancel, CANCEL_WANTED, "%s", unlike[i].what);
        cr_expect_eq(sent->bench.alarms, 1, "%s", unlike[i].what);
        update(sent, WIRE_UPDATE_PARTIAL_FILL, WIRE_PARTIALLY_FILLED, 6, 6, 2);
        cr_expect_eq(orders_first(&sent->bench.orders), order_of(sent), "%s", unlike[i].what);
        bool full = unlike[i].filled == unlike[i].qty;
        show(sent, full ? WIRE_FILLED : WIRE_CANCELED, unlike[i].filled, 3);
        cr_assert(execute(sent, unlike[i].filled - 6, unlike[i].filled));
        const char *heard = told(&sent->bench);
        cr_expect_str_eq(heard, unlike[i].told, "%s: %s", unlike[i].what, heard);
        cr_expect_null(orders_first(&sent->bench.orders), "%s", unlike[i].what);
        cr_expect_eq(sent->bench.orders.doubts, 1, "a person must look");
        bench_end(&sent->bench);
    }
}

/* Fewer shares than were sent: when those are filled there are no more to come. */
Test(alpaca_orders, what_became_less_ends_with_less)
{
    struct sent *sent = send(ENTRY, 10);
    sent->group.order.qty_e9 = SHARES(7);
    update(sent, WIRE_UPDATE_FILL, WIRE_FILLED, 7, 7, 1);
    ASSERT_TOLD(&sent->bench, "accepted entry, fill entry 7@100 #41, canceled entry");
    cr_expect_null(orders_first(&sent->bench.orders));
    bench_end(&sent->bench);
}

Test(alpaca_orders, others_are_never_touched)
{
    struct sent *sent = send(ENTRY, 10);
    (void)snprintf(sent->group.order.client_id, WIRE_CLIENT_ID_SIZE, "bw-t2-7-1-1");
    show(sent, WIRE_NEW, 0, 1);
    update(sent, WIRE_UPDATE_FILL, WIRE_FILLED, 10, 10, 2);
    cr_expect_not(execute(sent, 10, 10));
    ASSERT_TOLD(&sent->bench, "");
    cr_expect_eq(order_of(sent)->state, TRACKED_SENDING);
    cr_expect_eq(sent->bench.orders.count, 1);
    bench_end(&sent->bench);
}

Test(alpaca_orders, one_of_ours_that_the_log_does_not_know_is_canceled)
{
    struct sent *sent = send(EXIT, 5);
    wire_client_id(BENCH_TAG, ENTRY, sent->group.order.client_id);
    sent->group.order.status = WIRE_FILLED;
    orders_take_order(&sent->bench.orders, &sent->group, true);
    cr_expect_eq(sent->bench.orders.count, 1, "it is over: of another time");
    sent->group.order.status = WIRE_NEW;
    orders_take_order(&sent->bench.orders, &sent->group, true);
    const struct tracked *order = orders_find(&sent->bench.orders, ENTRY);
    cr_assert_not_null(order);
    cr_expect(order->orphan && order->cancel == CANCEL_WANTED);
    cr_expect_eq(sent->bench.alarms, 1);
    sent->group.order.status = WIRE_CANCELED;
    orders_take_order(&sent->bench.orders, &sent->group, true);
    cr_expect_eq(orders_find(&sent->bench.orders, ENTRY)->state, TRACKED_ENDED);
    ASSERT_TOLD(&sent->bench, "");
    bench_end(&sent->bench);
}

Test(alpaca_orders, one_that_the_engine_knows_is_adopted_with_what_it_has_filled)
{
    struct sent *sent = send(EXIT, 5);
    sent->bench.fact = (struct order_fact){.id = ENTRY,
                                           .qty_e9 = SHARES(10),
                                           .filled_e9 = SHARES(4),
                                           .accepted = true,
                                           .working = true};
    wire_client_id(BENCH_TAG, ENTRY, sent->group.order.client_id);
    sent->group.order.qty_e9 = SHARES(10);
    update(sent, WIRE_UPDATE_FILL, WIRE_FILLED, 6, 10, 3);
    ASSERT_TOLD(&sent->bench, "fill entry 6@100 #41");
    cr_expect_eq(sent->bench.alarms, 0);
    bench_end(&sent->bench);
}

/* ---- groups ---- */

struct bracket {
    struct bench bench;
    struct order_request requests[3];
    struct wire_group group;
};

static struct bracket *send_bracket(void)
{
    static struct bracket bracket;
    bench_begin(&bracket.bench);
    bracket.requests[0] = bench_request(ENTRY, ORDER_TYPE_MARKET, SHARES(10));
    bracket.requests[1] = bench_request(TARGET, ORDER_TYPE_LIMIT, SHARES(10));
    bracket.requests[2] = bench_request(STOP, ORDER_TYPE_STOP, SHARES(10));
    for (int i = 0; i < 3; i++) {
        orders_sent(&bracket.bench.orders, &bracket.requests[i], ENTRY, BENCH_T_NS);
    }
    bracket.group = (struct wire_group){
        .order = bench_order(&bracket.requests[0], "a", false),
        .legs = {bench_order(&bracket.requests[1], "b", true),
                 bench_order(&bracket.requests[2], "c", true)},
        .leg_count = 2,
    };
    return &bracket;
}

Test(alpaca_orders, children_are_known_by_their_parents_legs)
{
    struct bracket *bracket = send_bracket();
    struct orders *orders = &bracket->bench.orders;
    const struct wire_update early = {.event = WIRE_UPDATE_HELD,
                                      .group = {.order = bracket->group.legs[0]}};
    orders_take_update(orders, &early);
    ASSERT_TOLD(&bracket->bench, "");
    bracket->group.legs[0].status = WIRE_HELD;
    bracket->group.legs[1].status = WIRE_HELD;
    orders_take_order(orders, &bracket->group, true);
    ASSERT_TOLD(&bracket->bench, "accepted entry, accepted target, accepted stop");
    cr_expect_str_eq(orders_find(orders, TARGET)->broker_id, "b");
    cr_expect_str_eq(orders_find(orders, STOP)->broker_id, "c");
    struct wire_update stopped = {.event = WIRE_UPDATE_FILL,
                                  .qty_e9 = SHARES(10),
                                  .price_e9 = SHARES(89),
                                  .timestamp_ns = BENCH_T_NS + NS_PER_S,
                                  .group = {.order = bracket->group.legs[1]}};
    stopped.group.order.status = WIRE_FILLED;
    stopped.group.order.filled_qty_e9 = SHARES(10);
    orders_take_update(orders, &stopped);
    ASSERT_TOLD(&bracket->bench, "fill stop 10@89 #41");
    bench_end(&bracket->bench);
}

Test(alpaca_orders, a_group_is_refused_as_one)
{
    struct bracket *bracket = send_bracket();
    orders_no_answer(&bracket->bench.orders, ENTRY, BENCH_T_NS);
    ASSERT_TOLD(&bracket->bench, "no-answer entry, no-answer target, no-answer stop");
    cr_assert(orders_refuse(&bracket->bench.orders, ENTRY, REJECT_NOT_FOUND, BENCH_T_NS));
    cr_assert_not(orders_refuse(&bracket->bench.orders, ENTRY, REJECT_NOT_FOUND, BENCH_T_NS));
    ASSERT_TOLD(&bracket->bench, "rejected entry (never reached the broker), "
                                 "rejected target (never reached the broker), "
                                 "rejected stop (never reached the broker)");
    bench_end(&bracket->bench);
}

Test(alpaca_orders, children_that_never_were_end_with_their_parent)
{
    struct bracket *bracket = send_bracket();
    bracket->group.leg_count = 0;
    bracket->group.order.status = WIRE_REJECTED;
    orders_take_order(&bracket->bench.orders, &bracket->group, false);
    ASSERT_TOLD(&bracket->bench, "rejected entry (refused by the broker)");
    orders_take_order(&bracket->bench.orders, &bracket->group, true);
    ASSERT_TOLD(&bracket->bench, "rejected target (refused by the broker), "
                                 "rejected stop (refused by the broker)");
    bench_end(&bracket->bench);
}

/* After a restart: whether the exits went out with the entry, or as an OCO, is not known. */
Test(alpaca_orders, children_are_found_again_after_a_restart)
{
    struct bracket *bracket = send_bracket();
    bench_end(&bracket->bench);
    bench_begin(&bracket->bench);
    struct orders *orders = &bracket->bench.orders;
    const struct order_fact target = {
        .id = TARGET, .qty_e9 = SHARES(10), .accepted = true, .working = true};
    const struct order_fact stop = {
        .id = STOP, .qty_e9 = SHARES(10), .accepted = true, .working = true};
    orders_recall(orders, &target, BENCH_T_NS);
    orders_recall(orders, &stop, BENCH_T_NS);
    const struct tracked *child = orders_find(orders, STOP);
    cr_expect_eq(orders_name(child, 0), STOP);
    cr_expect_eq(orders_name(child, 1), TARGET);
    cr_expect_eq(orders_name(child, 2), ENTRY);
    cr_expect_eq(orders_name(child, 3), 0);
    bracket->group.order.status = WIRE_FILLED;
    bracket->group.order.filled_qty_e9 = SHARES(10);
    bracket->group.legs[0].status = WIRE_FILLED;
    bracket->group.legs[0].filled_qty_e9 = SHARES(10);
    bracket->group.legs[1].status = WIRE_CANCELED;
    orders_take_order(orders, &bracket->group, true);
    ASSERT_TOLD(&bracket->bench, "canceled stop");
    cr_expect(orders_find(orders, TARGET)->wants_fills);
    const struct wire_activity activity = {.trades = true,
                                           .order_id = "b",
                                           .price_e9 = SHARES(110),
                                           .qty_e9 = SHARES(10),
                                           .cum_qty_e9 = SHARES(10)};
    cr_assert(orders_take_execution(orders, &activity));
    ASSERT_TOLD(&bracket->bench, "fill target 10@110 #41");
    cr_expect_eq(bracket->bench.alarms, 0);
    bench_end(&bracket->bench);
}

Test(alpaca_orders, legs_at_other_prices_are_doubt)
{
    struct bracket *bracket = send_bracket();
    bracket->group.legs[1].stop_price_e9 += MONEY_E9;
    orders_take_order(&bracket->bench.orders, &bracket->group, true);
    ASSERT_TOLD(&bracket->bench, "accepted entry, accepted target, accepted stop");
    cr_expect_eq(bracket->bench.orders.doubts, 1);
    bench_end(&bracket->bench);
}

/* The whole bracket became larger: what its stop sells beyond ours is not told. */
Test(alpaca_orders, legs_of_more_shares_are_told_as_far_as_they_were_sent)
{
    struct bracket *bracket = send_bracket();
    struct orders *orders = &bracket->bench.orders;
    bracket->group.order.qty_e9 = SHARES(12);
    bracket->group.legs[0].qty_e9 = SHARES(12);
    bracket->group.legs[1].qty_e9 = SHARES(12);
    orders_take_order(orders, &bracket->group, true);
    ASSERT_TOLD(&bracket->bench, "accepted entry, accepted target, accepted stop");
    cr_expect_eq(bracket->bench.orders.doubts, 3);
    cr_expect_eq(orders_find(orders, ENTRY)->cancel, CANCEL_WANTED);
    cr_expect_eq(orders_find(orders, STOP)->cancel, CANCEL_NONE, "it protects what fills");
    const char *ids[] = {"a", "c"};
    struct wire_order *shown[] = {&bracket->group.order, &bracket->group.legs[1]};
    for (size_t i = 0; i < 2; i++) {
        struct wire_activity activity = {.trades = true,
                                         .price_e9 = SHARES(100),
                                         .qty_e9 = SHARES(12),
                                         .cum_qty_e9 = SHARES(12)};
        (void)snprintf(activity.order_id, sizeof activity.order_id, "%s", ids[i]);
        cr_assert(orders_take_execution(orders, &activity));
        shown[i]->status = WIRE_FILLED;
        shown[i]->filled_qty_e9 = SHARES(12);
    }
    bracket->group.legs[0].status = WIRE_CANCELED;
    orders_take_order(orders, &bracket->group, true);
    ASSERT_TOLD(&bracket->bench, "fill entry 10@100 #41, fill stop 10@100 #42, canceled target");
    cr_expect_null(orders_first(orders));
    bench_end(&bracket->bench);
}

Test(alpaca_orders, a_long_run_keeps_what_matters)
{
    struct bench bench;
    bench_begin(&bench);
    struct order_request first = bench_request(ENTRY, ORDER_TYPE_MARKET, SHARES(1));
    orders_sent(&bench.orders, &first, ENTRY, BENCH_T_NS);
    for (uint32_t i = 0; i < 20000; i++) {
        uint64_t id = order_id_make(100 + i, ORDER_ROLE_ENTRY, 1);
        struct order_request request = bench_request(id, ORDER_TYPE_MARKET, SHARES(1));
        orders_sent(&bench.orders, &request, id, BENCH_T_NS);
        cr_assert(orders_refuse(&bench.orders, id, REJECT_NOT_SENT, BENCH_T_NS));
    }
    cr_expect_lt(bench.orders.capacity, 8193);
    cr_assert_not_null(orders_find(&bench.orders, ENTRY));
    cr_expect_eq(orders_first(&bench.orders)->id, ENTRY);
    cr_expect_null(orders_next(&bench.orders, orders_first(&bench.orders)));
    bench_end(&bench);
}
