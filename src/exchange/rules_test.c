/* rules_test.c: what the examples page leaves out: refusals, plans, and corners of the rules. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange/exchange.h"
#include "sys/memory.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define CENTS(amount)  ((int64_t)(amount)*MONEY_E9 / 100)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

enum { REPORTS_MAX = 4096 };

struct market {
    void *memory;
    struct exchange *exchange;
    struct exchange_report said[REPORTS_MAX];
    struct exchange_reports reports;
    int64_t now_ns;
    uint64_t last_id;
};

static void bar(struct market *market, int64_t open, int64_t high, int64_t low, int64_t close,
                int64_t volume) /* cents */
{
    struct event event = {
        .ts_ns = market->now_ns + NS_PER_MIN,
        .src_ns = market->now_ns,
        .kind = EVENT_BAR,
        .bar = {CENTS(open), CENTS(high), CENTS(low), CENTS(close), volume}
    };
    struct slice slice = {.bars = &event, .count = 1};
    market->reports.count = 0;
    exchange_on_slice(market->exchange, &slice, &market->reports);
    market->now_ns = event.ts_ns;
}

static struct market *market_create(struct exchange_plan plan)
{
    struct market *market = xcalloc(1, sizeof *market);
    struct arena arena;
    plan.instrument_count = 1;
    plan.orders_max = plan.orders_max == 0 ? 32 : plan.orders_max;
    plan.cash_e9 = plan.cash_e9 == 0 ? USD(10000) : plan.cash_e9;
    cr_assert_null(exchange_plan_fault(&plan));
    arena_init_measure(&arena);
    (void)exchange_init(&arena, &plan);
    size_t size = arena.used;
    market->memory = xcalloc_aligned(size);
    arena_init(&arena, market->memory, size);
    market->exchange = exchange_init(&arena, &plan);
    market->reports = (struct exchange_reports){.reports = market->said, .capacity = REPORTS_MAX};
    market->now_ns = 19724 * NS_PER_DAY;
    bar(market, 1000, 1000, 1000, 1000, 1000);
    return market;
}

static void market_destroy(struct market *market)
{
    free(market->memory);
    free(market);
}

/* A gtc order for `shares` (negative: sells); prices in cents. */
static struct order_request order(struct market *market, int64_t shares, enum order_type type,
                                  int64_t limit, int64_t stop)
{
    return (struct order_request){
        .head = {.kind = EVENT_ORDER,
                 .order = {.order_id = ++market->last_id,
                           .qty_e9 = SHARES(shares < 0 ? -shares : shares),
                           .limit_price_e9 = CENTS(limit),
                           .type = (uint8_t)type,
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{.ratio = shares < 0 ? -1 : 1}                  },
        .terms = {.stop_price_e9 = CENTS(stop)},
    };
}

static void send(struct market *market, const struct order_request *requests, uint32_t count)
{
    const struct order_request *sends[8];
    for (uint32_t i = 0; i < count; i++) {
        sends[i] = &requests[i];
    }
    market->reports.count = 0;
    exchange_on_requests(market->exchange, sends, count, market->now_ns, &market->reports);
}

static void expect(const struct market *market, uint32_t place, enum event_kind kind, uint64_t id,
                   enum reject_reason reason)
{
    cr_assert_lt(place, market->reports.count, "report %u of %u", place, market->reports.count);
    const struct event *event = &market->said[place].event;
    cr_assert_eq(event->kind, kind, "%s, not %s", event_kind_text(event->kind),
                 event_kind_text((uint8_t)kind));
    cr_assert_eq(event->report.order_id, id, "%" PRIu64, event->report.order_id);
    cr_assert_eq(event->flags, reason, "%s", reject_reason_text(event->flags));
}

static void expect_fill(const struct market *market, uint32_t place, uint64_t id, int64_t shares,
                        int64_t cents)
{
    expect(market, place, EVENT_FILL, id, REJECT_NONE);
    const struct event_report *fill = &market->said[place].event.report;
    cr_assert_eq(fill->qty_e9, SHARES(shares), "%" PRId64, fill->qty_e9);
    cr_assert_eq(fill->price_e9, CENTS(cents), "%" PRId64, fill->price_e9);
}

static uint64_t must_take(struct market *market, struct order_request request)
{
    send(market, &request, 1);
    expect(market, 0, EVENT_ACCEPTED, request.head.order.order_id, REJECT_NONE);
    return request.head.order.order_id;
}

static void buy(struct market *market, int64_t shares)
{
    (void)must_take(market, order(market, shares, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 1000, 1000, 1000, 1000, 1000000);
}

static void as_group(struct order_request *requests, uint32_t count, enum order_class order_class)
{
    for (uint32_t i = 0; i < count; i++) {
        requests[i].head.order.order_class = (uint8_t)order_class;
        requests[i].terms.group = requests[0].head.order.order_id;
    }
}

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

/* ---- groups ---- */

/* The target's new price takes the old one's place: still one ends the other. */
Test(rules, a_replaced_exit_stays_in_its_group)
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
Test(rules, a_pair_holds_its_shares_once)
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
Test(rules, a_trailing_exit_begins_at_its_entry)
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
Test(rules, an_entry_that_the_account_ends_leaves_its_exits)
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

/* ---- the account ---- */

Test(rules, shorting_must_be_allowed)
{
    struct market *market =
        market_create((struct exchange_plan){.account = {.kind = ACCOUNT_KIND_MARGIN}});
    struct order_request request = order(market, -1, ORDER_TYPE_MARKET, 0, 0);
    send(market, &request, 1);
    expect(market, 0, EVENT_REJECTED, 1, REJECT_SHORTING_OFF);
    market_destroy(market);
}

/* $10,000 twice over: 2,000 shares at 10.00, then nothing; what the position gains counts twice. */
Test(rules, margin_lends_the_multiplier)
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
Test(rules, a_short_sale_counts_above_the_market)
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

Test(rules, average_cost_follows_the_position)
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
Test(rules, settlement_skips_the_weekend_and_follows_its_date)
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

/* ---- the calendar of the exchanges ---- */

static int64_t moment(const char *text)
{
    int64_t ns = 0;
    cr_assert_eq(utc_parse(text, strlen(text), &ns), ERR_OK, "%s", text);
    return ns;
}

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

/* Sold on Wednesday 2024-07-03, settled on Friday: Thursday is Independence Day. */
Test(rules, settlement_knows_the_holidays)
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
