/* exceptions_test.c: executions that no price explains, and executions that are taken back. */
#include "exchange/rules_test.h"

static bool fill(struct market *market, uint64_t id, int64_t cents)
{
    market->reports.count = 0;
    return exchange_fill_by_hand(market->exchange, id, CENTS(cents), market->now_ns,
                                 &market->reports);
}

/* The books hold so many shares that cost so much, and so much cash. */
static void expect_books(const struct market *market, int64_t shares, int64_t cost_cents,
                         int64_t cash_cents)
{
    cr_expect_eq(exchange_qty_e9(market->exchange, 0), SHARES(shares));
    cr_expect_eq(exchange_cost_e9(market->exchange, 0), CENTS(cost_cents), "%" PRId64,
                 exchange_cost_e9(market->exchange, 0));
    cr_expect_eq(exchange_cash_e9(market->exchange), CENTS(cash_cents), "%" PRId64,
                 exchange_cash_e9(market->exchange));
}

Test(exceptions, an_order_fills_far_from_the_market)
{
    struct market *market = market_create((struct exchange_plan){.commission_e9 = USD(1)});
    uint64_t id = must_take(market, order(market, 10, ORDER_TYPE_LIMIT, 500, 0));
    cr_assert(fill(market, id, 500));
    cr_expect_eq(market->reports.count, 1);
    expect_fill(market, 0, id, 10, 500);
    expect_books(market, 10, 5000, 1000000 - 5000 - 100);
    cr_expect_not(fill(market, id, 500), "it is filled");
    cr_expect_not(fill(market, id + 1, 500), "there never was such an order");
    bar(market, 400, 400, 400, 400, 1000);
    cr_expect_eq(market->reports.count, 0, "nothing is left of it");
    market_destroy(market);
}

Test(exceptions, a_held_exit_does_not_fill)
{
    struct market *market = market_create((struct exchange_plan){0});
    struct order_request group[] = {order(market, 10, ORDER_TYPE_LIMIT, 900, 0),
                                    order(market, -10, ORDER_TYPE_LIMIT, 1200, 0),
                                    order(market, -10, ORDER_TYPE_STOP, 0, 800)};
    as_group(group, 3, ORDER_CLASS_BRACKET);
    group[1].head.flags = ORDER_ROLE_TARGET;
    group[2].head.flags = ORDER_ROLE_STOP;
    send(market, group, 3);
    expect(market, 0, EVENT_ACCEPTED, 1, REJECT_NONE);
    cr_expect_not(fill(market, 2, 1200));
    cr_assert(fill(market, 1, 900));
    cr_assert(fill(market, 2, 1200), "now it works");
    expect_fill(market, 0, 2, 10, 1200);
    expect(market, 1, EVENT_CANCELED, 3, REJECT_NONE);
    expect_books(market, 0, 0, 1000000 + 3000);
    market_destroy(market);
}

Test(exceptions, what_the_account_cannot_pay_is_canceled)
{
    struct market *market = market_create((struct exchange_plan){.cash_e9 = USD(100)});
    uint64_t id = must_take(market, order(market, 10, ORDER_TYPE_MARKET, 0, 0));
    cr_expect_not(fill(market, id, 1001));
    expect(market, 0, EVENT_CANCELED, id, REJECT_INSUFFICIENT_CASH);
    market_destroy(market);
}

static struct event last_fill(const struct market *market)
{
    cr_assert_eq(market->said[0].event.kind, EVENT_FILL);
    return market->said[0].event;
}

/* 10 at 10.00, 10 more at 12.00; the second is busted, then the first. */
Test(exceptions, busts_of_purchases_undo_them)
{
    struct market *market = market_create((struct exchange_plan){.commission_e9 = USD(1)});
    uint64_t first = must_take(market, order(market, 10, ORDER_TYPE_LIMIT, 1000, 0));
    cr_assert(fill(market, first, 1000));
    struct event first_fill = last_fill(market);
    uint64_t second = must_take(market, order(market, 10, ORDER_TYPE_LIMIT, 1200, 0));
    cr_assert(fill(market, second, 1200));
    struct event second_fill = last_fill(market);
    expect_books(market, 20, 22000, 1000000 - 22000 - 200);
    cr_assert(exchange_bust(market->exchange, &second_fill, true));
    expect_books(market, 10, 10000, 1000000 - 10000 - 100);
    cr_assert(exchange_bust(market->exchange, &first_fill, true));
    expect_books(market, 0, 0, 1000000);
    int64_t equity_e9;
    cr_assert(exchange_equity_e9(market->exchange, &equity_e9));
    cr_expect_eq(equity_e9, CENTS(1000000));
    market_destroy(market);
}

/* 10 at 10.00, of which 4 are sold at 12.00; the sale is busted. */
Test(exceptions, the_bust_of_a_sale_keeps_the_average)
{
    struct market *market = market_create((struct exchange_plan){0});
    uint64_t bought = must_take(market, order(market, 10, ORDER_TYPE_LIMIT, 1000, 0));
    cr_assert(fill(market, bought, 1000));
    uint64_t sold = must_take(market, order(market, -4, ORDER_TYPE_LIMIT, 1200, 0));
    cr_assert(fill(market, sold, 1200));
    struct event sale = last_fill(market);
    expect_books(market, 6, 6000, 1000000 - 10000 + 4800);
    cr_assert(exchange_bust(market->exchange, &sale, false));
    expect_books(market, 10, 10000, 1000000 - 10000);
    market_destroy(market);
}

/* All of it sold: nobody remembers what it cost, it counts as bought at the last close. */
Test(exceptions, the_bust_of_a_whole_sale_is_at_the_present_price)
{
    struct market *market = market_create((struct exchange_plan){0});
    uint64_t bought = must_take(market, order(market, 10, ORDER_TYPE_LIMIT, 900, 0));
    cr_assert(fill(market, bought, 900));
    uint64_t sold = must_take(market, order(market, -10, ORDER_TYPE_LIMIT, 1100, 0));
    cr_assert(fill(market, sold, 1100));
    struct event sale = last_fill(market);
    cr_assert(exchange_bust(market->exchange, &sale, false));
    expect_books(market, 10, 10000, 1000000 - 9000);
    market_destroy(market);
}

/* A short sale on margin. */
Test(exceptions, busts_of_short_sales_undo_them)
{
    struct market *market = market_create((struct exchange_plan){
        .account = {.kind = ACCOUNT_KIND_MARGIN, .multiplier = 2, .shorting = true}
    });
    uint64_t first = must_take(market, order(market, -10, ORDER_TYPE_LIMIT, 1000, 0));
    cr_assert(fill(market, first, 1000));
    uint64_t second = must_take(market, order(market, -5, ORDER_TYPE_LIMIT, 1400, 0));
    cr_assert(fill(market, second, 1400));
    struct event sale = last_fill(market);
    expect_books(market, -15, -17000, 1000000 + 17000);
    cr_assert(exchange_bust(market->exchange, &sale, false));
    expect_books(market, -10, -10000, 1000000 + 10000);
    market_destroy(market);
}
