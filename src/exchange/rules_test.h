/* rules_test.h: one symbol at an exchange, for the tests of its rules: bars in cents, orders, and
 * what the exchange said. */
#ifndef EXCHANGE_RULES_TEST_H
#define EXCHANGE_RULES_TEST_H

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

static inline void bar(struct market *market, int64_t open, int64_t high, int64_t low,
                       int64_t close, int64_t volume) /* cents */
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

static inline struct market *market_create(struct exchange_plan plan)
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

static inline void market_destroy(struct market *market)
{
    free(market->memory);
    free(market);
}

/* A gtc order for `shares` (negative: sells); prices in cents. */
static inline struct order_request order(struct market *market, int64_t shares,
                                         enum order_type type, int64_t limit, int64_t stop)
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

static inline void send(struct market *market, const struct order_request *requests, uint32_t count)
{
    const struct order_request *sends[8];
    for (uint32_t i = 0; i < count; i++) {
        sends[i] = &requests[i];
    }
    market->reports.count = 0;
    exchange_on_requests(market->exchange, sends, count, market->now_ns, &market->reports);
}

static inline void expect(const struct market *market, uint32_t place, enum event_kind kind,
                          uint64_t id, enum reject_reason reason)
{
    cr_assert_lt(place, market->reports.count, "report %u of %u", place, market->reports.count);
    const struct event *event = &market->said[place].event;
    cr_assert_eq(event->kind, kind, "%s, not %s", event_kind_text(event->kind),
                 event_kind_text((uint8_t)kind));
    cr_assert_eq(event->report.order_id, id, "%" PRIu64, event->report.order_id);
    cr_assert_eq(event->flags, reason, "%s", reject_reason_text(event->flags));
}

static inline void expect_fill(const struct market *market, uint32_t place, uint64_t id,
                               int64_t shares, int64_t cents)
{
    expect(market, place, EVENT_FILL, id, REJECT_NONE);
    const struct event_report *fill = &market->said[place].event.report;
    cr_assert_eq(fill->qty_e9, SHARES(shares), "%" PRId64, fill->qty_e9);
    cr_assert_eq(fill->price_e9, CENTS(cents), "%" PRId64, fill->price_e9);
}

static inline uint64_t must_take(struct market *market, struct order_request request)
{
    send(market, &request, 1);
    expect(market, 0, EVENT_ACCEPTED, request.head.order.order_id, REJECT_NONE);
    return request.head.order.order_id;
}

static inline void buy(struct market *market, int64_t shares)
{
    (void)must_take(market, order(market, shares, ORDER_TYPE_MARKET, 0, 0));
    bar(market, 1000, 1000, 1000, 1000, 1000000);
}

static inline void as_group(struct order_request *requests, uint32_t count,
                            enum order_class order_class)
{
    for (uint32_t i = 0; i < count; i++) {
        requests[i].head.order.order_class = (uint8_t)order_class;
        requests[i].terms.group = requests[0].head.order.order_id;
    }
}

static inline int64_t moment(const char *text)
{
    int64_t ns = 0;
    cr_assert_eq(utc_parse(text, strlen(text), &ns), ERR_OK, "%s", text);
    return ns;
}

#endif
