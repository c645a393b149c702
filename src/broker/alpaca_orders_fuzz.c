/* alpaca_orders_fuzz.c: whatever is shown of orders, in whatever order, what was applied never
 * falls but by a bust, its sum is what was reported, and nothing is reported or taken back twice.
 *
 * Each step takes four bytes: what happens, to which order, and two numbers. Quantities, statuses
 * and times contradict each other as they please. */
#include "base/check.h"
#include "broker/alpaca_orders_test.h"

enum { ORDERS = 6, STEP = 4, STEPS_MAX = 256, FILLS_MAX = 64 + STEPS_MAX };

/* Two groups of an entry, a target and a stop; the first ones have names of ours. */
struct fuzz {
    struct bench bench;
    struct order_request requests[ORDERS];
    struct wire_order shown[ORDERS];
    bool sent[ORDERS];
    int64_t filled_e9[ORDERS]; /* as reported */
    int64_t applied_e9[ORDERS];
    bool busted[ORDERS]; /* in this step */
    uint32_t accepted[ORDERS], ended[ORDERS], unanswered[ORDERS], cancels[ORDERS];
    uint64_t exec_id;
    struct event fills[FILLS_MAX]; /* by exec_id, from 41 on; of none: never, or taken back */
};

static void begin(struct fuzz *fuzz)
{
    static const enum order_role roles[] = {ORDER_ROLE_ENTRY, ORDER_ROLE_TARGET, ORDER_ROLE_STOP};
    static const enum order_type types[] = {ORDER_TYPE_MARKET, ORDER_TYPE_LIMIT, ORDER_TYPE_STOP};
    *fuzz = (struct fuzz){.exec_id = 40};
    bench_begin(&fuzz->bench);
    for (unsigned i = 0; i < ORDERS; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "%u", i);
        fuzz->requests[i] =
            bench_request(order_id_make(1 + i / 3, roles[i % 3], 1), types[i % 3], SHARES(10));
        fuzz->shown[i] = bench_order(&fuzz->requests[i], id, i % 3 > 0);
    }
}

static void send_group(struct fuzz *fuzz, unsigned first)
{
    uint64_t group = fuzz->requests[first].head.order.order_id;
    for (unsigned i = first; i < first + 3; i++) {
        if (orders_find(&fuzz->bench.orders, fuzz->requests[i].head.order.order_id) == NULL) {
            orders_sent(&fuzz->bench.orders, &fuzz->requests[i], group, BENCH_T_NS);
            fuzz->sent[i] = true;
        }
    }
}

static struct wire_group picture(struct fuzz *fuzz, unsigned i, uint8_t a, uint8_t b, bool legs)
{
    struct wire_order *order = &fuzz->shown[i];
    order->status = (enum wire_status)(a % (WIRE_CALCULATED + 1));
    order->filled_qty_e9 = SHARES(b % 13);
    order->updated_ns = BENCH_T_NS + (b / 13) * NS_PER_S;
    order->qty_e9 = SHARES(a >= 250 ? 11 : 10);
    struct wire_group group = {.order = *order};
    for (unsigned leg = i + 1; leg < i + 3 && i % 3 == 0 && legs; leg++) {
        group.legs[group.leg_count++] = fuzz->shown[leg];
    }
    return group;
}

static void take_update(struct fuzz *fuzz, unsigned i, uint8_t a, uint8_t b)
{
    struct wire_update update = {
        .event = (enum wire_update_event)(a % (WIRE_UPDATE_TRADE_CORRECT + 1)),
        .timestamp_ns = BENCH_T_NS + b * NS_PER_MS,
        .price_e9 = SHARES(b % 5),
        .qty_e9 = SHARES(a % 7),
        .group = picture(fuzz, i, (uint8_t)(a * 7), b, (a & 64) != 0),
    };
    update.execution_id[0] = b % 4 == 0 ? '\0' : (char)('a' + b % 4);
    orders_take_update(&fuzz->bench.orders, &update);
}

static void take_execution(struct fuzz *fuzz, unsigned i, uint8_t a, uint8_t b)
{
    struct wire_activity activity = {
        .trades = true,
        .price_e9 = SHARES(1 + a % 5),
        .qty_e9 = SHARES(a / 5 % 11),
        .cum_qty_e9 = SHARES(b % 13),
        .ts_ns = BENCH_T_NS + b * NS_PER_MS,
    };
    (void)memcpy(activity.order_id, fuzz->shown[i].id, WIRE_ID_SIZE);
    (void)orders_take_execution(&fuzz->bench.orders, &activity);
}

static void recall(struct fuzz *fuzz, unsigned i, uint8_t a, uint8_t b)
{
    const struct order_fact fact = {
        .id = fuzz->requests[i].head.order.order_id,
        .qty_e9 = SHARES(10),
        .filled_e9 = SHARES(b % 10),
        .accepted = true,
        .working = true,
        .canceling = a % 2 == 1,
    };
    if (orders_find(&fuzz->bench.orders, fact.id) == NULL) {
        fuzz->filled_e9[i] = fact.filled_e9; /* reported by an earlier process */
        fuzz->accepted[i] = 1;
        fuzz->sent[i] = true;
        fuzz->cancels[i] += fact.canceling ? 1 : 0;
        orders_recall(&fuzz->bench.orders, &fact, BENCH_T_NS);
    }
}

/* A whole list of its executions, which has one at most; or the account agrees. */
static void read_list(struct fuzz *fuzz, unsigned i, uint8_t a, uint8_t b)
{
    struct orders *orders = &fuzz->bench.orders;
    uint64_t id = fuzz->requests[i].head.order.order_id;
    const struct tracked *order = orders_find(orders, id);
    if (order == NULL) {
        return;
    }
    if (a >= 250) {
        orders_agree(orders, 0, b % 2 == 0);
        return;
    }
    orders_begin_listing(orders, order);
    if (a >= 64) {
        take_execution(fuzz, i, a, b);
    }
    orders_end_listing(orders, id, BENCH_T_NS + b * NS_PER_S);
}

static void step(struct fuzz *fuzz, const uint8_t *bytes)
{
    unsigned i = bytes[1] % ORDERS;
    uint64_t id = fuzz->requests[i].head.order.order_id;
    uint64_t group = fuzz->requests[i / 3 * 3].head.order.order_id;
    struct orders *orders = &fuzz->bench.orders;
    struct wire_group shown;
    switch (bytes[0] % 10) {
    case 0:
        send_group(fuzz, i / 3 * 3);
        return;
    case 1:
        recall(fuzz, i, bytes[2], bytes[3]);
        return;
    case 2:
        shown = picture(fuzz, i, bytes[2], bytes[3], bytes[0] >= 128);
        orders_take_order(orders, &shown, (bytes[0] & 64) != 0);
        return;
    case 3:
    case 4:
        take_update(fuzz, i, bytes[2], bytes[3]);
        return;
    case 5:
        take_execution(fuzz, i, bytes[2], bytes[3]);
        return;
    case 6:
        orders_no_answer(orders, group, BENCH_T_NS);
        return;
    case 7:
        (void)orders_refuse(orders, group, REJECT_BY_BROKER, BENCH_T_NS);
        return;
    case 8:
        if (bytes[2] % 2 == 0) {
            fuzz->cancels[i]++;
            orders_cancel(orders, id, BENCH_T_NS);
        } else {
            orders_cancel_refused(orders, id, REJECT_BY_BROKER, BENCH_T_NS);
        }
        return;
    case 9:
        read_list(fuzz, i, bytes[2], bytes[3]);
        return;
    }
}

static void hear(struct fuzz *fuzz, const struct event *event)
{
    uint64_t id = event->report.order_id;
    unsigned i = 0;
    while (fuzz->requests[i].head.order.order_id != id) {
        i++;
        CHECK(i < ORDERS);
    }
    CHECK(fuzz->sent[i]);
    if (event->kind == EVENT_FILL) {
        CHECK(event->report.exec_id == ++fuzz->exec_id);
        CHECK(event->report.qty_e9 > 0 && event->report.price_e9 > 0);
        fuzz->filled_e9[i] += event->report.qty_e9;
        CHECK(fuzz->exec_id < FILLS_MAX);
        fuzz->fills[fuzz->exec_id] = *event;
    } else if (event->kind == EVENT_BUSTED) {
        struct event *fill = &fuzz->fills[event->report.exec_id % FILLS_MAX];
        CHECK(fill->report.exec_id == event->report.exec_id && fill->report.order_id == id);
        fuzz->filled_e9[i] -= fill->report.qty_e9;
        fuzz->busted[i] = true;
        *fill = (struct event){0};
    } else if (event->kind == EVENT_ACCEPTED) {
        CHECK(++fuzz->accepted[i] == 1);
        CHECK(fuzz->ended[i] == 0);
    } else if (event->kind == EVENT_NO_ANSWER) {
        CHECK(++fuzz->unanswered[i] == 1);
        CHECK(fuzz->accepted[i] == 0);
    } else if (event->kind == EVENT_CANCEL_REJECTED) {
        CHECK(fuzz->cancels[i]-- > 0); /* told once for each that was asked for */
    } else {
        CHECK(++fuzz->ended[i] == 1);
    }
}

static void check(struct fuzz *fuzz)
{
    uint32_t doubts = 0;
    for (const struct event *event; (event = report_queue_next(&fuzz->bench.reports)) != NULL;) {
        hear(fuzz, event);
    }
    for (unsigned i = 0; i < ORDERS; i++) {
        const struct tracked *order =
            orders_find(&fuzz->bench.orders, fuzz->requests[i].head.order.order_id);
        if (order == NULL) {
            continue;
        }
        CHECK(order->applied_e9 >= fuzz->applied_e9[i] || fuzz->busted[i] || order->orphan ||
              order->unlike);
        CHECK(order->applied_e9 >= 0);
        fuzz->busted[i] = false;
        CHECK(order->orphan || order->unlike || order->applied_e9 == fuzz->filled_e9[i]);
        CHECK(order->orphan || order->applied_e9 >= fuzz->filled_e9[i]);
        CHECK(!order->unlike || order->doubt != 0);
        CHECK(order->known_e9 >= order->applied_e9);
        CHECK(order->state != TRACKED_ENDED || !order->wants_fills);
        doubts += order->doubt != 0 ? 1 : 0;
        fuzz->applied_e9[i] = order->applied_e9;
    }
    CHECK(doubts == fuzz->bench.orders.doubts);
    CHECK(fuzz->bench.orders.count <= ORDERS);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct fuzz fuzz;
    begin(&fuzz);
    for (size_t at = 0; at + STEP <= size && at < STEPS_MAX * STEP; at += STEP) {
        step(&fuzz, bytes + at);
        check(&fuzz);
    }
    bench_end(&fuzz.bench);
    return 0;
}
