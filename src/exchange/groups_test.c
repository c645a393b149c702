/* groups_test.c: corners of bracket, OCO and OTO that the examples page leaves out. */
#include "exchange/rules_test.h"

/* The target's new price takes the old one's place: still one ends the other. */
Test(groups, a_replaced_exit_stays_in_its_group)
{
    struct market *market = market_create((struct exchange_plan){0});
    struct order_request requests[3] = {
        order(market, 10, ORDER_TYPE_MARKET, 0, 0),
        order(market, -10, ORDER_TYPE_LIMIT, 1100, 0),
        order(market, -10, ORDER_TYPE_STOP, 0, 900),
    };
    as_group(requests, 3, ORDER_CLASS_BRACKET);
    send(market, requests, 3);
    struct order_request held = order(market, -10, ORDER_TYPE_LIMIT, 1090, 0);
    held.head.order.action = ORDER_ACTION_REPLACE;
    held.head.order.order_class = ORDER_CLASS_BRACKET;
    held.terms.replaces = requests[1].head.order.order_id;
    send(market, &held, 1);
    expect(market, 0, EVENT_REPLACED, held.terms.replaces, REJECT_NONE);
    expect(market, 1, EVENT_ACCEPTED, held.head.order.order_id, REJECT_NONE);
    bar(market, 1000, 1010, 990, 1000, 1000);
    struct order_request working = order(market, -10, ORDER_TYPE_LIMIT, 1080, 0);
    working.head.order.action = ORDER_ACTION_REPLACE;
    working.head.order.order_class = ORDER_CLASS_BRACKET;
    working.terms.replaces = held.head.order.order_id;
    send(market, &working, 1);
    expect(market, 1, EVENT_ACCEPTED, working.head.order.order_id, REJECT_NONE);
    bar(market, 1000, 1085, 990, 1000, 1000);
    cr_assert_eq(market->reports.count, 2);
    expect_fill(market, 0, working.head.order.order_id, 10, 1080);
    expect(market, 1, EVENT_CANCELED, requests[2].head.order.order_id, REJECT_NONE);
    market_destroy(market);
}

/* Both exits of a pair sell the same shares: they need them once, and nobody else gets them. */
Test(groups, a_pair_holds_its_shares_once)
{
    struct market *market = market_create((struct exchange_plan){0});
    buy(market, 10);
    struct order_request pair[2] = {
        order(market, -10, ORDER_TYPE_LIMIT, 1100, 0),
        order(market, -10, ORDER_TYPE_STOP, 0, 900),
    };
    as_group(pair, 2, ORDER_CLASS_OCO);
    send(market, pair, 2);
    expect(market, 1, EVENT_ACCEPTED, pair[1].head.order.order_id, REJECT_NONE);
    struct order_request third = order(market, -1, ORDER_TYPE_LIMIT, 1200, 0);
    send(market, &third, 1);
    expect(market, 0, EVENT_REJECTED, third.head.order.order_id, REJECT_INSUFFICIENT_POSITION);
    struct order_request cancel = pair[0];
    cancel.head.order.action = ORDER_ACTION_CANCEL;
    send(market, &cancel, 1);
    expect(market, 1, EVENT_CANCELED, pair[1].head.order.order_id, REJECT_NONE);
    (void)must_take(market, order(market, -10, ORDER_TYPE_LIMIT, 1200, 0));
    market_destroy(market);
}

/* The entry fills inside a bar at 9.90; only the close of 10.40 surely came after it. */
Test(groups, a_trailing_exit_begins_at_its_entry)
{
    struct market *market = market_create((struct exchange_plan){0});
    struct order_request requests[2] = {
        order(market, 10, ORDER_TYPE_LIMIT, 990, 0),
        order(market, -10, ORDER_TYPE_TRAILING_STOP, 0, 0),
    };
    requests[1].terms.trail = CENTS(50);
    as_group(requests, 2, ORDER_CLASS_OTO);
    send(market, requests, 2);
    bar(market, 1000, 1100, 980, 1040, 1000);
    cr_assert_eq(market->reports.count, 1);
    expect_fill(market, 0, 1, 10, 990);
    struct exchange_order exit;
    cr_assert(exchange_order(market->exchange, 2, &exit));
    cr_assert_eq(exit.stop_price_e9, CENTS(990), "10.40 - 0.50");
    cr_assert(!exit.held);
    bar(market, 1040, 1050, 990, 1000, 1000);
    expect_fill(market, 0, 2, 10, 990);
    market_destroy(market);
}

/* The entry's second fill finds the cash gone to an older order, inside the bar: what it filled
 * before is protected, from the next bar on. */
Test(groups, an_entry_that_the_account_ends_leaves_its_exits)
{
    struct market *market =
        market_create((struct exchange_plan){.volume_share_ppm = 500000, .cash_e9 = USD(1000)});
    (void)must_take(market, order(market, 50, ORDER_TYPE_LIMIT, 900, 0));
    struct order_request requests[2] = {
        order(market, 99, ORDER_TYPE_LIMIT, 1000, 0),
        order(market, -99, ORDER_TYPE_STOP, 0, 960),
    };
    as_group(requests, 2, ORDER_CLASS_OTO);
    send(market, requests, 2);
    bar(market, 1000, 1000, 995, 1000, 100);
    cr_assert_eq(market->reports.count, 1);
    expect_fill(market, 0, 2, 50, 1000);
    bar(market, 1005, 1010, 890, 900, 1000);
    cr_assert_eq(market->reports.count, 2);
    expect_fill(market, 0, 1, 50, 900);
    expect(market, 1, EVENT_CANCELED, 2, REJECT_INSUFFICIENT_CASH);
    bar(market, 950, 950, 950, 950, 1000);
    cr_assert_eq(market->reports.count, 1);
    expect_fill(market, 0, 3, 50, 950);
    market_destroy(market);
}
