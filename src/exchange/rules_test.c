/* rules_test.c: what the examples page leaves out: refusals, hours, quotes and plans. */
#include "exchange/rules_test.h"

/* ---- what is refused ---- */

Test(rules, orders_that_cannot_be)
{
    static const struct {
        const char *what;
        uint8_t type, time_in_force, flags;
        int64_t limit, stop, trail_e9;
        enum reject_reason reason;
    } cases[] = {
        {"a limit order without a limit",      ORDER_TYPE_LIMIT,         TIME_IN_FORCE_GTC, 0, 0,    0,    0,
         REJECT_BAD_PRICE                                                                                                             },
        {"a negative limit",                   ORDER_TYPE_LIMIT,         TIME_IN_FORCE_GTC, 0, -1,   0,    0,       REJECT_BAD_PRICE  },
        {"a stop order without a stop",        ORDER_TYPE_STOP,          TIME_IN_FORCE_GTC, 0, 900,  0,    0,
         REJECT_BAD_PRICE                                                                                                             },
        {"a stop-limit order without a limit", ORDER_TYPE_STOP_LIMIT,    TIME_IN_FORCE_GTC, 0, 0,    1100,
         0,                                                                                                         REJECT_BAD_PRICE  },
        {"a stop-limit order without a stop",  ORDER_TYPE_STOP_LIMIT,    TIME_IN_FORCE_GTC, 0, 1100, 0,
         0,                                                                                                         REJECT_BAD_PRICE  },
        {"a trail of nothing",                 ORDER_TYPE_TRAILING_STOP, TIME_IN_FORCE_GTC, 0, 0,    0,    0,
         REJECT_BAD_PRICE                                                                                                             },
        {"a trail of the whole price",         ORDER_TYPE_TRAILING_STOP, TIME_IN_FORCE_GTC,
         ORDER_FLAG_TRAIL_PPM,                                                                 0,    0,    1000000, REJECT_BAD_PRICE  },
        {"a stop order at once",               ORDER_TYPE_STOP,          TIME_IN_FORCE_IOC, 0, 0,    1100, 0,
         REJECT_BAD_TIME                                                                                                              },
        {"a trailing stop for the open",       ORDER_TYPE_TRAILING_STOP, TIME_IN_FORCE_OPG, 0, 0,    0,
         CENTS(1),                                                                                                  REJECT_BAD_TIME   },
        {"a stop-limit order for the close",   ORDER_TYPE_STOP_LIMIT,    TIME_IN_FORCE_CLS, 0, 1100,
         1100,                                                                                             0,       REJECT_BAD_TIME   },
        {"an unknown time in force",           ORDER_TYPE_MARKET,        7,                 0, 0,    0,    0,       REJECT_UNSUPPORTED},
        {"no type",                            0,                        TIME_IN_FORCE_GTC, 0, 0,    0,    0,       REJECT_UNSUPPORTED},
    };
    struct market *market = market_create((struct exchange_plan){0});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct order_request request =
            order(market, 1, ORDER_TYPE_MARKET, cases[i].limit, cases[i].stop);
        request.head.order.type = cases[i].type;
        request.head.order.time_in_force = cases[i].time_in_force;
        request.head.order.order_flags = cases[i].flags;
        request.terms.trail = cases[i].trail_e9;
        send(market, &request, 1);
        cr_assert_eq(market->said[0].event.flags, cases[i].reason, "%s: %s", cases[i].what,
                     reject_reason_text(market->said[0].event.flags));
    }
    market_destroy(market);
}

Test(rules, groups_that_do_not_go_together)
{
    enum { ENTRY, TARGET, STOP_EXIT };
    struct market *market = market_create((struct exchange_plan){0});
    for (int i = 0; i < 9; i++) {
        struct order_request requests[3] = {
            order(market, 10, ORDER_TYPE_LIMIT, 1000, 0),
            order(market, -10, ORDER_TYPE_LIMIT, 1100, 0),
            order(market, -10, ORDER_TYPE_STOP, 0, 900),
        };
        as_group(requests, 3, ORDER_CLASS_BRACKET);
        uint32_t count = 3;
        enum reject_reason reason = REJECT_BAD_GROUP;
        switch (i) {
        case 0:
            requests[TARGET].head.order.qty_e9 = SHARES(9);
            break;
        case 1:
            requests[TARGET].legs[0].ratio = 1;
            break;
        case 2:
            requests[STOP_EXIT].terms.stop_price_e9 = CENTS(1000);
            break;
        case 3:
            requests[TARGET].head.order.limit_price_e9 = CENTS(1000);
            break;
        case 4:
            requests[STOP_EXIT].head.order.type = ORDER_TYPE_MARKET;
            break;
        case 5:
            count = 2;
            break;
        case 6:
            requests[STOP_EXIT].head.order.order_class = ORDER_CLASS_OTO;
            break;
        case 7:
            requests[TARGET].head.order.time_in_force = TIME_IN_FORCE_IOC;
            reason = REJECT_BAD_TIME;
            break;
        default:
            requests[TARGET].head.order.order_id = requests[ENTRY].head.order.order_id;
            reason = REJECT_DUPLICATE_ID;
        }
        send(market, requests, count);
        cr_assert_eq(market->reports.count, count, "case %d", i);
        for (uint32_t k = 0; k < count; k++) {
            expect(market, k, EVENT_REJECTED, requests[k].head.order.order_id, reason);
        }
    }
    market_destroy(market);
}

/* Three places are needed, two are left: none is taken. */
Test(rules, a_group_that_finds_no_room_takes_none)
{
    struct market *market = market_create((struct exchange_plan){.orders_max = 4});
    (void)must_take(market, order(market, 1, ORDER_TYPE_LIMIT, 900, 0));
    (void)must_take(market, order(market, 1, ORDER_TYPE_LIMIT, 900, 0));
    struct order_request requests[3] = {
        order(market, 10, ORDER_TYPE_LIMIT, 1000, 0),
        order(market, -10, ORDER_TYPE_LIMIT, 1100, 0),
        order(market, -10, ORDER_TYPE_STOP, 0, 900),
    };
    as_group(requests, 3, ORDER_CLASS_BRACKET);
    send(market, requests, 3);
    expect(market, 0, EVENT_REJECTED, requests[0].head.order.order_id, REJECT_TOO_MANY_ORDERS);
    expect(market, 2, EVENT_REJECTED, requests[2].head.order.order_id, REJECT_TOO_MANY_ORDERS);
    (void)must_take(market, order(market, 1, ORDER_TYPE_LIMIT, 900, 0));
    (void)must_take(market, order(market, 1, ORDER_TYPE_LIMIT, 900, 0));
    market_destroy(market);
}

Test(rules, replacements_that_do_not_go_with_their_order)
{
    struct market *market = market_create((struct exchange_plan){0});
    buy(market, 10);
    struct order_request pair[2] = {
        order(market, -10, ORDER_TYPE_LIMIT, 1100, 0),
        order(market, -10, ORDER_TYPE_STOP, 0, 900),
    };
    as_group(pair, 2, ORDER_CLASS_OCO);
    send(market, pair, 2);
    uint64_t single = must_take(market, order(market, 10, ORDER_TYPE_LIMIT, 800, 0));
    for (int i = 0; i < 6; i++) {
        struct order_request request = order(market, 10, ORDER_TYPE_LIMIT, 810, 0);
        enum reject_reason reason = REJECT_UNSUPPORTED;
        request.head.order.action = ORDER_ACTION_REPLACE;
        request.terms.replaces = single;
        switch (i) {
        case 0:
            request.head.order.type = ORDER_TYPE_MARKET;
            break;
        case 1:
            request.legs[0].ratio = -1;
            break;
        case 2:
            request.terms.replaces = 999;
            reason = REJECT_UNKNOWN_ORDER;
            break;
        case 3:
            request.head.order.order_id = single;
            reason = REJECT_DUPLICATE_ID;
            break;
        case 4:
            request.head.order.limit_price_e9 = 0;
            reason = REJECT_BAD_PRICE;
            break;
        default: /* the quantity of a pair is shared */
            request = order(market, -9, ORDER_TYPE_LIMIT, 1150, 0);
            request.head.order.action = ORDER_ACTION_REPLACE;
            request.head.order.order_class = ORDER_CLASS_OCO;
            request.terms.replaces = pair[0].head.order.order_id;
            reason = REJECT_BAD_GROUP;
        }
        send(market, &request, 1);
        cr_assert_eq(market->reports.count, 1);
        cr_assert_eq(market->said[0].event.kind, EVENT_REJECTED, "case %d", i);
        cr_assert_eq(market->said[0].event.flags, reason, "case %d: %s", i,
                     reject_reason_text(market->said[0].event.flags));
    }
    struct exchange_order left;
    cr_assert(exchange_order(market->exchange, single, &left), "the old order works on");
    cr_assert_eq(left.limit_price_e9, CENTS(800));
    market_destroy(market);
}

Test(rules, an_action_without_a_meaning_is_refused)
{
    struct market *market = market_create((struct exchange_plan){0});
    struct order_request request = order(market, 1, ORDER_TYPE_MARKET, 0, 0);
    request.head.order.action = 3;
    send(market, &request, 1);
    cr_assert_eq(market->reports.count, 1);
    expect(market, 0, EVENT_REJECTED, 1, REJECT_UNSUPPORTED);
    market_destroy(market);
}

/* ---- the calendar of the exchanges ---- */

/* 2024-01-02: 09:30 to 16:00 in New York is 14:30 to 21:00 UTC. */
Test(rules, a_day_order_ends_at_the_close_in_new_york)
{
    struct market *market = market_create((struct exchange_plan){.calendar = CALENDAR_XNYS});
    market->now_ns = moment("2024-01-02T14:30:00Z");
    struct order_request request = order(market, 1, ORDER_TYPE_LIMIT, 900, 0);
    request.head.order.time_in_force = TIME_IN_FORCE_DAY;
    (void)must_take(market, request);
    struct order_request closing = order(market, 1, ORDER_TYPE_MARKET, 0, 0);
    closing.head.order.time_in_force = TIME_IN_FORCE_CLS;
    (void)must_take(market, closing);
    bar(market, 1000, 1000, 1000, 1000, 100);
    cr_assert_eq(market->reports.count, 0);
    market->now_ns = moment("2024-01-02T20:59:00Z");
    bar(market, 1000, 1000, 1000, 1010, 100);
    cr_assert_eq(market->reports.count, 2);
    expect_fill(market, 0, 2, 1, 1010);
    expect(market, 1, EVENT_EXPIRED, 1, REJECT_NONE);
    cr_assert_eq(market->said[1].event.ts_ns, moment("2024-01-02T21:00:00Z"));
    market_destroy(market);
}

/* Before the open only a limit order that asks for it fills; the others wait for 09:30. */
Test(rules, extended_hours_are_for_those_who_ask)
{
    struct market *market = market_create((struct exchange_plan){.calendar = CALENDAR_XNYS});
    market->now_ns = moment("2024-01-02T13:00:00Z");
    struct order_request early = order(market, 1, ORDER_TYPE_LIMIT, 1000, 0);
    early.head.order.order_flags = ORDER_FLAG_EXTENDED;
    (void)must_take(market, order(market, 2, ORDER_TYPE_MARKET, 0, 0));
    (void)must_take(market, early);
    struct order_request opening = order(market, 3, ORDER_TYPE_MARKET, 0, 0);
    opening.head.order.time_in_force = TIME_IN_FORCE_OPG;
    (void)must_take(market, opening);
    struct order_request wrong = order(market, 1, ORDER_TYPE_MARKET, 0, 0);
    wrong.head.order.order_flags = ORDER_FLAG_EXTENDED;
    send(market, &wrong, 1);
    expect(market, 0, EVENT_REJECTED, wrong.head.order.order_id, REJECT_BAD_TIME);
    bar(market, 990, 1000, 980, 1000, 100);
    cr_assert_eq(market->reports.count, 1);
    expect_fill(market, 0, 1, 1, 990);
    market->now_ns = moment("2024-01-02T14:30:00Z");
    bar(market, 1005, 1010, 1000, 1000, 100);
    cr_assert_eq(market->reports.count, 2);
    expect_fill(market, 0, 2, 2, 1005);
    expect_fill(market, 1, 3, 3, 1005);
    market_destroy(market);
}

/* ---- quotes ---- */

/* Each side has its own size; 0 at a side means nothing there. */
Test(rules, both_sides_of_a_quote_have_their_size)
{
    struct market *market = market_create((struct exchange_plan){0});
    buy(market, 100);
    (void)must_take(market, order(market, 50, ORDER_TYPE_MARKET, 0, 0));
    (void)must_take(market, order(market, -50, ORDER_TYPE_MARKET, 0, 0));
    const struct exchange_quote quote = {CENTS(999), CENTS(1001), SHARES(20), SHARES(30)};
    market->reports.count = 0;
    exchange_on_quote(market->exchange, 0, market->now_ns, &quote, &market->reports);
    cr_assert_eq(market->reports.count, 2);
    expect_fill(market, 0, 2, 30, 1001);
    expect_fill(market, 1, 3, 20, 999);
    const struct exchange_quote empty = {CENTS(999), 0, 0, 0};
    market->reports.count = 0;
    exchange_on_quote(market->exchange, 0, market->now_ns, &empty, &market->reports);
    cr_assert_eq(market->reports.count, 0);
    market_destroy(market);
}

/* The bid rises to 10.60 and raises the stop to 10.10 behind itself. */
Test(rules, a_trailing_stop_follows_the_bid)
{
    struct market *market = market_create((struct exchange_plan){0});
    buy(market, 10);
    struct order_request trail = order(market, -10, ORDER_TYPE_TRAILING_STOP, 0, 0);
    trail.terms.trail = CENTS(50);
    (void)must_take(market, trail);
    static const int64_t bids[] = {1000, 1060, 1011, 1010};
    for (int i = 0; i < 4; i++) {
        const struct exchange_quote quote = {CENTS(bids[i]), CENTS(bids[i] + 1), SHARES(99),
                                             SHARES(99)};
        market->reports.count = 0;
        exchange_on_quote(market->exchange, 0, market->now_ns + i, &quote, &market->reports);
        cr_assert_eq(market->reports.count, i == 3 ? 1 : 0, "quote %d", i);
    }
    expect_fill(market, 0, 2, 10, 1010);
    market_destroy(market);
}

/* ---- plans ---- */

Test(rules, plans_that_cannot_be_carried_out)
{
    const struct exchange_plan bad[] = {
        {.orders_max = 0                                                },
        { .orders_max = 1,                                            .commission_e9 = -1},
        { .orders_max = 1,                                               .latency_ns = -1},
        { .orders_max = 1,                                    .volume_share_ppm = 1000001},
        { .orders_max = 1,                                               .reject_ppm = -1},
        { .orders_max = 1,      .account = {.kind = ACCOUNT_KIND_MARGIN, .multiplier = 3}},
        { .orders_max = 1,                                   .account = {.multiplier = 2}},
        { .orders_max = 1,                                  .account = {.shorting = true}},
        { .orders_max = 1, .account = {.kind = ACCOUNT_KIND_MARGIN, .settled_only = true}},
        { .orders_max = 1,                .slippage = {.kind = SLIPPAGE_FIXED, .ppm = -1}},
        { .orders_max = 1,              .slippage = {.kind = SLIPPAGE_BOOK, .tick_e9 = 1}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_not_null(exchange_plan_fault(&bad[i]), "plan %zu", i);
    }
    cr_assert_null(exchange_plan_fault(&(struct exchange_plan){.orders_max = 1}));
}

/* The mock broker: two seconds late, whole cents at most two basis points worse, one in twenty
 * refused. */
Test(rules, the_mock_profile_is_that_broker)
{
    enum { ORDERS = 2000 };
    struct exchange_plan plan = {.seed = 11, .cash_e9 = USD(1000000)};
    exchange_profile_mock(&plan);
    struct market *market = market_create(plan);
    uint32_t refused = 0;
    for (int i = 0; i < ORDERS; i++) {
        struct order_request request = order(market, 1, ORDER_TYPE_MARKET, 0, 0);
        send(market, &request, 1);
        if (market->said[0].event.kind == EVENT_REJECTED) {
            expect(market, 0, EVENT_REJECTED, request.head.order.order_id, REJECT_RANDOM);
            refused++;
            continue;
        }
        bar(market, 30000, 30000, 30000, 30000, 1000);
        cr_assert_eq(market->reports.count, 0, "it is on its way");
        bar(market, 30000, 30000, 30000, 30000, 1000);
        cr_assert_eq(market->reports.count, 1);
        int64_t price_e9 = market->said[0].event.report.price_e9;
        cr_assert(price_e9 >= USD(300) && price_e9 <= USD(300) + CENTS(6));
        cr_assert_eq(price_e9 % CENTS(1), 0);
    }
    cr_assert(refused > 70 && refused < 130, "%u of %d", refused, ORDERS);
    market_destroy(market);
}

/* One order twice, in two exchanges with other orders around it: its numbers are its own. */
Test(rules, random_numbers_belong_to_the_order)
{
    int64_t price_e9[2];
    for (int i = 0; i < 2; i++) {
        struct exchange_plan plan = {
            .seed = 5, .slippage = {.kind = SLIPPAGE_UNIFORM, .ppm = 5000}
        };
        struct market *market = market_create(plan);
        for (int k = 0; k < 3 * i; k++) {
            buy(market, 1);
        }
        market->last_id = 76;
        (void)must_take(market, order(market, 1, ORDER_TYPE_MARKET, 0, 0));
        bar(market, 1000, 1000, 1000, 1000, 1000);
        price_e9[i] = market->said[0].event.report.price_e9;
        market_destroy(market);
    }
    cr_assert_eq(price_e9[0], price_e9[1]);
    cr_assert_gt(price_e9[0], CENTS(1000));
}
