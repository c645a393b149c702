/* alpaca_orders_test.h: a bench for the bookkeeping of orders: what it reports, and orders to show
 * it. */
#ifndef BROKER_ALPACA_ORDERS_TEST_H
#define BROKER_ALPACA_ORDERS_TEST_H

#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "broker/alpaca_orders.h"

#define BENCH_TAG  "t1"
#define SHARES(n)  ((int64_t)(n)*MONEY_E9)
#define BENCH_T_NS INT64_C(1773667800000000000) /* 2026-03-16T13:30:00Z */

static const struct instrument bench_instruments[] = {{"AAPL"}, {"SPY"}};

struct bench {
    struct orders orders;
    struct report_queue reports;
    uint32_t said, alarms;
    char last_said[1024];
    struct order_fact fact; /* what the engine knows of one order more; id 0: nothing */
};

static inline void bench_say(void *context, const char *what, const char *text)
{
    struct bench *bench = context;
    bench->said++;
    bench->alarms += strcmp(what, "alarm") == 0 ? 1 : 0;
    (void)snprintf(bench->last_said, sizeof bench->last_said, "%s: %s", what, text);
}

static inline bool bench_find(void *context, uint32_t instrument, uint64_t order_id,
                              struct order_fact *fact)
{
    const struct bench *bench = context;
    *fact = bench->fact;
    return order_id != 0 && bench->fact.id == order_id && bench->fact.instrument == instrument;
}

static inline void bench_begin(struct bench *bench)
{
    *bench = (struct bench){0};
    orders_init(&bench->orders, &(struct orders_plan){
                                    .tag = BENCH_TAG,
                                    .instruments = bench_instruments,
                                    .instrument_count = 2,
                                    .last_exec_id = 40,
                                    .reports = &bench->reports,
                                    .context = bench,
                                    .find = bench_find,
                                    .say = bench_say,
                                });
}

static inline void bench_end(struct bench *bench)
{
    orders_finish(&bench->orders);
    report_queue_finish(&bench->reports);
}

static inline struct order_request bench_request(uint64_t id, enum order_type type, int64_t qty_e9)
{
    bool buys = order_id_role(id) == ORDER_ROLE_ENTRY;
    return (struct order_request){
        .head = {.kind = EVENT_ORDER,
                 .order = {.order_id = id,
                           .qty_e9 = qty_e9,
                           .type = (uint8_t)type,
                           .limit_price_e9 = type == ORDER_TYPE_LIMIT ? SHARES(100) : 0}},
        .legs = {{0, buys ? 1 : -1}                  },
        .terms = {.stop_price_e9 = type == ORDER_TYPE_STOP ? SHARES(90) : 0},
    };
}

/* The order as the broker has it: `new`, of the moment when it was sent. */
static inline struct wire_order bench_order(const struct order_request *request,
                                            const char *broker_id, bool child)
{
    struct wire_order order = {
        .symbol = "AAPL",
        .status = WIRE_NEW,
        .type = request->head.order.type,
        .time_in_force = TIME_IN_FORCE_GTC,
        .buys = request->legs[0].ratio > 0,
        .qty_e9 = request->head.order.qty_e9,
        .limit_price_e9 = request->head.order.limit_price_e9,
        .stop_price_e9 = request->terms.stop_price_e9,
        .submitted_ns = BENCH_T_NS,
        .updated_ns = BENCH_T_NS,
    };
    (void)snprintf(order.id, sizeof order.id, "%s", broker_id);
    if (child) {
        (void)snprintf(order.client_id, sizeof order.client_id, "of-the-brokers-making-%s",
                       broker_id);
    } else {
        wire_client_id(BENCH_TAG, request->head.order.order_id, order.client_id);
    }
    return order;
}

#endif
