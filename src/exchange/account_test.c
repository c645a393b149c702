/* account_test.c: what the account may do, what it costs, and when its cash settles. */
#include "exchange/rules_test.h"

Test(account, shorting_must_be_allowed)
{
    struct market *market =
        market_create((struct exchange_plan){.account = {.kind = ACCOUNT_KIND_MARGIN}});
    struct order_request request = order(market, -1, ORDER_TYPE_MARKET, 0, 0);
    send(market, &request, 1);
    expect(market, 0, EVENT_REJECTED, 1, REJECT_SHORTING_OFF);
    market_destroy(market);
}

/* $10,000 twice over: 2,000 shares at 10.00, then nothing; what the position gains counts twice. */
Test(account, margin_lends_the_multiplier)
{
    struct market *market = market_create((struct exchange_plan){
        .account = {.kind = ACCOUNT_KIND_MARGIN, .multiplier = 2, .holds = true}
    });
    cr_assert_eq(exchange_buying_power_e9(market->exchange, market->now_ns), USD(20000));
    struct order_request over = order(market, 2001, ORDER_TYPE_LIMIT, 1000, 0);
    send(market, &over, 1);
    expect(market, 0, EVENT_REJECTED, 1, REJECT_INSUFFICIENT_CASH);
    (void)must_take(market, order(market, 2000, ORDER_TYPE_LIMIT, 1000, 0));
    cr_assert_eq(exchange_buying_power_e9(market->exchange, market->now_ns), 0);
    bar(market, 1000, 1000, 1000, 1000, 1000);
    cr_assert_eq(exchange_cash_e9(market->exchange), -USD(10000));
    cr_assert_eq(exchange_buying_power_e9(market->exchange, market->now_ns), 0);
    bar(market, 1100, 1100, 1100, 1100, 1000); /* equity 12,000, position 22,000 */
    cr_assert_eq(exchange_buying_power_e9(market->exchange, market->now_ns), USD(2000));
    market_destroy(market);
}

/* A short sale counts three per cent above the market: 970 x 10.30 = 9,991; 971 are too many. */
Test(account, a_short_sale_counts_above_the_market)
{
    struct market *market = market_create((struct exchange_plan){
        .account = {.kind = ACCOUNT_KIND_MARGIN, .multiplier = 1, .shorting = true}
    });
    struct order_request over = order(market, -971, ORDER_TYPE_MARKET, 0, 0);
    send(market, &over, 1);
    expect(market, 0, EVENT_REJECTED, 1, REJECT_INSUFFICIENT_CASH);
    (void)must_take(market, order(market, -970, ORDER_TYPE_MARKET, 0, 0));
    market_destroy(market);
}

Test(account, average_cost_follows_the_position)
{
    struct market *market = market_create((struct exchange_plan){
        .account = {.kind = ACCOUNT_KIND_MARGIN, .multiplier = 2, .shorting = true}
    });
    cr_assert_eq(exchange_average_cost_e9(market->exchange, 0), 0);
    buy(market, 100);
    (void)must_take(market, order(market, 100, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 1100, 1100, 1100, 1100, 1000);
    cr_assert_eq(exchange_average_cost_e9(market->exchange, 0), CENTS(1050));
    (void)must_take(market, order(market, -150, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 1200, 1200, 1200, 1200, 1000);
    cr_assert_eq(exchange_average_cost_e9(market->exchange, 0), CENTS(1050), "sales keep it");
    struct event split = {
        .ts_ns = market->now_ns, .action = {2, 1, 0, {0}}
    };
    exchange_on_action(market->exchange, &split, &market->reports);
    cr_assert_eq(exchange_average_cost_e9(market->exchange, 0), CENTS(525));
    (void)must_take(market, order(market, -100, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 600, 600, 600, 600, 1000);
    cr_assert_eq(exchange_average_cost_e9(market->exchange, 0), 0);
    (void)must_take(market, order(market, -10, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 620, 620, 620, 620, 1000);
    cr_assert_eq(exchange_average_cost_e9(market->exchange, 0), CENTS(620), "a short one, too");
    market_destroy(market);
}

/* 2024-06-07 was a Friday, with one day to settlement: Monday. */
Test(account, settlement_skips_the_weekend_and_follows_its_date)
{
    static const struct {
        struct utc_date sold, before, settled;
    } cases[] = {
        {{2024, 6, 7},  {2024, 6, 9},  {2024, 6, 10}}, /* Friday, T+1 */
        {{2024, 5, 27}, {2024, 5, 28}, {2024, 5, 29}}, /* Monday, the last of T+2 */
        {{2024, 5, 28}, {2024, 5, 28}, {2024, 5, 29}}, /* Tuesday, the first of T+1 */
        {{2017, 9, 1},  {2017, 9, 5},  {2017, 9, 6} }, /* Friday, the last of T+3 */
        {{2017, 9, 5},  {2017, 9, 6},  {2017, 9, 7} }, /* Tuesday, the first of T+2 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct market *market =
            market_create((struct exchange_plan){.account = {.settled_only = true}});
        market->now_ns = utc_days(cases[i].sold) * NS_PER_DAY + 15 * NS_PER_HOUR;
        buy(market, 1000);
        (void)must_take(market, order(market, -1000, ORDER_TYPE_MARKET, 0, 0));
        bar(market, 1000, 1000, 1000, 1000, 1000);
        cr_assert_eq(exchange_cash_e9(market->exchange), USD(10000));
        int64_t before_ns = utc_days(cases[i].before) * NS_PER_DAY + 23 * NS_PER_HOUR;
        int64_t settled_ns = utc_days(cases[i].settled) * NS_PER_DAY;
        cr_assert_eq(exchange_buying_power_e9(market->exchange, before_ns), 0, "case %zu", i);
        cr_assert_eq(exchange_buying_power_e9(market->exchange, settled_ns), USD(10000), "case %zu",
                     i);
        market_destroy(market);
    }
}

/* Sold on Wednesday 2024-07-03, settled on Friday: Thursday is Independence Day. */
Test(account, settlement_knows_the_holidays)
{
    struct market *market = market_create(
        (struct exchange_plan){.calendar = CALENDAR_XNYS, .account = {.settled_only = true}});
    market->now_ns = moment("2024-07-03T14:30:00Z");
    buy(market, 1000);
    (void)must_take(market, order(market, -1000, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 1000, 1000, 1000, 1000, 1000);
    cr_assert_eq(exchange_buying_power_e9(market->exchange, moment("2024-07-04T23:59:59Z")), 0);
    cr_assert_eq(exchange_buying_power_e9(market->exchange, moment("2024-07-05T00:00:00Z")),
                 USD(10000));
    market_destroy(market);
}
