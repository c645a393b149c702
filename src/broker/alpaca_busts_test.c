/* alpaca_busts_test.c: executions that the exchange takes back are told once, whichever source
 * tells of it first; what cannot be told surely is doubt. */
#include "broker/alpaca_orders_test.h"

#include <criterion/criterion.h>

#define ENTRY order_id_make(7, ORDER_ROLE_ENTRY, 1)

/* The order of 10 that the broker knows as "a", and the reports about it. */
struct sent {
    struct bench bench;
    struct order_request request;
    struct wire_group group;
    char told[512];
};

static struct sent sent;

static void begin(void)
{
    bench_begin(&sent.bench);
    sent.request = bench_request(ENTRY, ORDER_TYPE_MARKET, SHARES(10));
    sent.group = (struct wire_group){.order = bench_order(&sent.request, "a", false)};
    orders_sent(&sent.bench.orders, &sent.request, ENTRY, BENCH_T_NS);
}

static const struct tracked *order(void)
{
    return orders_find(&sent.bench.orders, ENTRY);
}

/* "fill 4 #41, busted #41" */
static const char *told(void)
{
    size_t used = 0;
    sent.told[0] = '\0';
    for (const struct event *event; (event = report_queue_next(&sent.bench.reports)) != NULL;) {
        char *at = sent.told + used;
        size_t size = sizeof sent.told - used;
        const char *comma = used > 0 ? ", " : "";
        if (event->kind == EVENT_FILL) {
            used += (size_t)snprintf(at, size, "%sfill %d #%d", comma,
                                     (int)(event->report.qty_e9 / MONEY_E9),
                                     (int)event->report.exec_id);
        } else if (event->kind == EVENT_BUSTED) {
            used += (size_t)snprintf(at, size, "%sbusted #%d", comma, (int)event->report.exec_id);
        } else if (event->kind != EVENT_ACCEPTED) {
            used += (size_t)snprintf(at, size, "%s%s", comma, event_kind_text(event->kind));
        }
    }
    return sent.told;
}

#define ASSERT_TOLD(expected) cr_assert_str_eq(told(), expected, "told: %s", sent.told)

static void update(enum wire_update_event event, const char *name, int64_t qty, int64_t filled,
                   int64_t second)
{
    struct wire_update shown = {
        .event = event,
        .timestamp_ns = BENCH_T_NS + second * NS_PER_S,
        .price_e9 = SHARES(100),
        .qty_e9 = SHARES(qty),
        .group = sent.group,
    };
    (void)snprintf(shown.execution_id, sizeof shown.execution_id, "%s", name);
    shown.group.order.status = filled < 10 ? WIRE_PARTIALLY_FILLED : WIRE_FILLED;
    shown.group.order.filled_qty_e9 = SHARES(filled);
    shown.group.order.updated_ns = shown.timestamp_ns;
    orders_take_update(&sent.bench.orders, &shown);
}

static void fill(const char *name, int64_t qty, int64_t filled, int64_t second)
{
    update(filled < 10 ? WIRE_UPDATE_PARTIAL_FILL : WIRE_UPDATE_FILL, name, qty, filled, second);
}

static void bust(const char *name, int64_t qty, int64_t filled, int64_t second)
{
    update(WIRE_UPDATE_TRADE_BUST, name, qty, filled, second);
}

static void show(enum wire_status status, int64_t filled, int64_t second)
{
    sent.group.order.status = status;
    sent.group.order.filled_qty_e9 = SHARES(filled);
    sent.group.order.updated_ns = BENCH_T_NS + second * NS_PER_S;
    orders_take_order(&sent.bench.orders, &sent.group, true);
}

static bool execute(int64_t qty, int64_t filled, int64_t second)
{
    const struct wire_activity activity = {
        .trades = true,
        .order_id = "a",
        .price_e9 = SHARES(100),
        .qty_e9 = SHARES(qty),
        .cum_qty_e9 = SHARES(filled),
        .ts_ns = BENCH_T_NS + second * NS_PER_S,
    };
    return orders_take_execution(&sent.bench.orders, &activity);
}

static void end_listing(int64_t second)
{
    orders_end_listing(&sent.bench.orders, ENTRY, BENCH_T_NS + second * NS_PER_S);
}

static void expect_agreement(uint32_t doubts)
{
    orders_agree(&sent.bench.orders, 0, true);
    cr_expect_eq(sent.bench.orders.doubts, doubts);
}

Test(alpaca_busts, the_stream_names_it)
{
    begin();
    fill("e1", 4, 4, 1);
    bust("e1", 4, 0, 30);
    ASSERT_TOLD("fill 4 #41, busted #41");
    cr_expect_eq(order()->applied_e9, 0);
    cr_expect_eq(order()->known_e9, 0);
    cr_expect_eq(sent.bench.orders.doubts, 1, "until all was compared");
    bust("e1", 4, 0, 30);
    show(WIRE_PARTIALLY_FILLED, 0, 31);
    cr_expect_not(execute(4, 4, 1), "read before it was taken back");
    show(WIRE_PARTIALLY_FILLED, 4, 2); /* as old */
    ASSERT_TOLD("");
    cr_expect_not(order()->wants_fills);
    fill("e2", 6, 6, 40);
    cr_expect_not(execute(6, 6, 40));
    ASSERT_TOLD("fill 6 #42");
    expect_agreement(0);
    bench_end(&sent.bench);
}

/* The message is lost; the order has ended. */
Test(alpaca_busts, the_numbers_tell_it)
{
    begin();
    fill("e1", 4, 4, 1);
    fill("e2", 6, 10, 2);
    ASSERT_TOLD("fill 4 #41, fill 6 #42");
    cr_expect_eq(order()->state, TRACKED_ENDED);
    show(WIRE_FILLED, 4, 30);
    ASSERT_TOLD("");
    cr_expect(order()->wants_fills, "its executions are read");
    cr_expect_eq(orders_first(&sent.bench.orders), order());
    orders_begin_listing(&sent.bench.orders, order());
    cr_expect_not(execute(4, 4, 1));
    end_listing(40);
    ASSERT_TOLD("busted #42");
    cr_expect_eq(order()->state, TRACKED_ENDED);
    cr_expect_not(order()->wants_fills);
    bust("e2", 6, 4, 30);
    show(WIRE_FILLED, 4, 50);
    ASSERT_TOLD("");
    cr_expect_eq(order()->applied_e9, SHARES(4));
    expect_agreement(0);
    bench_end(&sent.bench);
}

/* First the quantity falls, then the stream names the execution, before its list is read. */
Test(alpaca_busts, the_quantity_and_then_the_stream)
{
    begin();
    fill("e1", 4, 4, 1);
    show(WIRE_PARTIALLY_FILLED, 0, 30);
    bust("e1", 4, 0, 30);
    ASSERT_TOLD("fill 4 #41, busted #41");
    cr_expect_not(order()->fallen);
    orders_begin_listing(&sent.bench.orders, order());
    end_listing(60);
    ASSERT_TOLD("");
    bench_end(&sent.bench);
}

/* What came by the activities has another name there. */
Test(alpaca_busts, one_that_has_no_name_yet)
{
    begin();
    show(WIRE_NEW, 0, 0);
    cr_assert(execute(4, 4, 1));
    cr_assert(execute(6, 10, 2));
    bust("e1", 4, 6, 30);
    ASSERT_TOLD("fill 4 #41, fill 6 #42, busted #41");
    bench_end(&sent.bench);
    begin();
    show(WIRE_NEW, 0, 0);
    cr_assert(execute(4, 4, 1));
    show(WIRE_PARTIALLY_FILLED, 0, 30);
    orders_begin_listing(&sent.bench.orders, order());
    end_listing(40);
    bust("e1", 4, 0, 30);
    fill("e2", 4, 4, 50);
    bust("e1", 4, 4, 30); /* once more; it is not the new one */
    ASSERT_TOLD("fill 4 #41, busted #41, fill 4 #42");
    bench_end(&sent.bench);
}

Test(alpaca_busts, one_that_was_never_heard_of)
{
    begin();
    fill("e1", 4, 4, 1);
    show(WIRE_PARTIALLY_FILLED, 7, 5);
    cr_expect(order()->wants_fills);
    bust("e2", 3, 4, 30);
    ASSERT_TOLD("fill 4 #41");
    cr_expect_not(order()->wants_fills);
    cr_expect_eq(sent.bench.orders.doubts, 0);
    cr_expect_eq(sent.bench.alarms, 1, "%s", sent.bench.last_said);
    bench_end(&sent.bench);
}

/* Two of the same size and price, and a name that was not heard: the list knows. */
Test(alpaca_busts, one_of_two_that_are_alike)
{
    for (int fell = 0; fell < 2; fell++) {
        begin();
        show(WIRE_NEW, 0, 0);
        cr_assert(execute(4, 4, 1));
        cr_assert(execute(4, 8, 2));
        bust("x", 4, fell != 0 ? 4 : 8, 30);
        ASSERT_TOLD("fill 4 #41, fill 4 #42");
        if (fell != 0) {
            orders_begin_listing(&sent.bench.orders, order());
            cr_expect_not(execute(4, 8, 2));
            end_listing(40);
            ASSERT_TOLD("busted #41");
        } else {
            cr_expect_eq(order()->doubt, DOUBT_EXECUTION);
        }
        cr_expect_eq(order()->applied_e9, SHARES(fell != 0 ? 4 : 8));
        expect_agreement(0);
        bench_end(&sent.bench);
    }
}

/* An execution of a moment ago may not be listed yet: that is no proof. */
Test(alpaca_busts, a_young_execution_is_waited_for)
{
    begin();
    fill("e1", 4, 4, 1);
    fill("e2", 4, 8, 30);
    show(WIRE_PARTIALLY_FILLED, 4, 32);
    for (int64_t second = 33; second <= 45; second += 6) {
        orders_begin_listing(&sent.bench.orders, order());
        if (second > 35) { /* the list has caught up */
            cr_expect_not(execute(4, 8, 30));
        } else {
            cr_expect_not(execute(4, 4, 1));
        }
        end_listing(second);
    }
    ASSERT_TOLD("fill 4 #41, fill 4 #42, busted #41");
    bench_end(&sent.bench);
}

Test(alpaca_busts, what_the_list_does_not_explain_is_doubt)
{
    begin();
    fill("e1", 4, 4, 1);
    show(WIRE_PARTIALLY_FILLED, 3, 30);
    for (int64_t second = 40; order()->fallen && second < 100; second++) {
        orders_begin_listing(&sent.bench.orders, order());
        cr_expect_not(execute(4, 4, 1));
        end_listing(second);
    }
    ASSERT_TOLD("fill 4 #41");
    cr_expect_eq(order()->doubt, DOUBT_EXECUTION);
    cr_expect_eq(sent.bench.alarms, 1);
    cr_expect_not(order()->wants_fills);
    orders_agree(&sent.bench.orders, 1, true); /* another symbol */
    cr_expect_eq(sent.bench.orders.doubts, 1);
    orders_agree(&sent.bench.orders, 0, false); /* the account holds something beside ours */
    cr_expect_eq(sent.bench.orders.doubts, 1);
    expect_agreement(0);
    bench_end(&sent.bench);
}

/* One is taken back while the next one has not been heard: that counted it in. */
Test(alpaca_busts, with_a_gap_behind_it)
{
    begin();
    fill("e1", 4, 4, 1);
    show(WIRE_FILLED, 10, 5);
    bust("e1", 4, 6, 30);
    ASSERT_TOLD("fill 4 #41, busted #41");
    cr_expect(order()->wants_fills);
    cr_assert(execute(6, 10, 5));
    ASSERT_TOLD("fill 6 #42, canceled");
    cr_expect_eq(order()->applied_e9, SHARES(6));
    cr_expect_eq(order()->state, TRACKED_ENDED);
    cr_expect_not(execute(6, 10, 5));
    expect_agreement(0);
    bench_end(&sent.bench);
}

Test(alpaca_busts, a_correction_is_doubt_until_the_account_agrees)
{
    begin();
    fill("e1", 4, 4, 1);
    update(WIRE_UPDATE_TRADE_CORRECT, "e1", 4, 4, 30);
    ASSERT_TOLD("fill 4 #41");
    cr_expect_eq(order()->doubt, DOUBT_EXECUTION);
    expect_agreement(0);
    bench_end(&sent.bench);
}

/* The broker shows more than is counted: then nothing agrees. */
Test(alpaca_busts, doubt_stays_while_the_order_shows_more)
{
    begin();
    fill("e1", 4, 4, 1);
    cr_expect_not(execute(3, 6, 5), "it overlaps");
    cr_expect_eq(order()->doubt, DOUBT_EXECUTION);
    expect_agreement(1);
    show(WIRE_PARTIALLY_FILLED, 4, 60);
    expect_agreement(0);
    ASSERT_TOLD("fill 4 #41");
    bench_end(&sent.bench);
}
