/* alpaca_orders_random_test.c: a true history of orders at a broker, and its evidence dropped,
 * doubled and shuffled: the reports must be the history, each part once.
 *
 * After the shuffled evidence comes what the one who asks would get for what is still wanted: the
 * orders as they are now, and their executions in order. Now and then the broker made something
 * else of an order than was sent: what becomes of that is the history then. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "broker/alpaca_orders_test.h"

enum { SEEDS = 6000, GROUPS_MAX = 4, EVIDENCE_MAX = 512, STEPS_MAX = 12, ORDERS_MAX = 3 };

/* ---- the truth ---- */

struct true_order {
    struct order_request request;
    struct wire_order shown; /* as it is now */
    int64_t fills[STEPS_MAX];
    uint32_t fill_count;
    enum event_kind end; /* as it is to be told; EVENT_NONE: none, it filled or works on */
    bool exists;
    bool unlike; /* at the broker it is of another quantity or price than was sent */
};

struct true_group {
    struct true_order orders[ORDERS_MAX]; /* an entry, its target, its stop */
    uint32_t count;
    bool answered; /* its request was */
};

/* What of a cumulative quantity is told: no more than was sent. */
static int64_t told_e9(const struct true_order *order, int64_t cum_e9)
{
    int64_t sent_e9 = order->request.head.order.qty_e9;
    return cum_e9 < sent_e9 ? cum_e9 : sent_e9;
}

enum evidence_kind { EVIDENCE_UPDATE, EVIDENCE_ORDER, EVIDENCE_EXECUTION, EVIDENCE_NO_ANSWER };

struct evidence {
    enum evidence_kind kind;
    bool nested;
    uint64_t id;
    struct wire_update update; /* its group is that of ORDER, too */
    struct wire_activity execution;
};

struct world {
    struct bench bench;
    struct true_group groups[GROUPS_MAX];
    uint32_t count;
    struct evidence *evidence; /* in true order, then shuffled */
    uint32_t evidence_count;
    struct wire_activity executions[EVIDENCE_MAX];
    uint32_t execution_count;
    uint64_t random;
    int64_t now_ns, tick_ns;
};

static uint32_t draw(struct world *world, uint32_t below)
{
    world->random = world->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(world->random >> 33) % below;
}

/* The group as the broker shows it, seen from one of its orders. */
static struct wire_group picture(const struct true_group *group, uint32_t index, bool nested)
{
    struct wire_group shown = {.order = group->orders[index].shown};
    for (uint32_t i = 1; i < group->count && index == 0 && nested; i++) {
        shown.legs[shown.leg_count++] = group->orders[i].shown;
    }
    return shown;
}

static struct evidence *add_evidence(struct world *world, enum evidence_kind kind)
{
    cr_assert_lt(world->evidence_count, EVIDENCE_MAX);
    struct evidence *evidence = &world->evidence[world->evidence_count++];
    *evidence = (struct evidence){.kind = kind};
    return evidence;
}

/* Something became of an order: the stream tells it, and now and then somebody looks. */
static void happens(struct world *world, struct true_group *group, uint32_t index,
                    enum wire_update_event event, enum wire_status status, int64_t qty_e9)
{
    struct true_order *order = &group->orders[index];
    world->now_ns += (1 + draw(world, 1000)) * world->tick_ns;
    order->shown.status = status;
    order->shown.filled_qty_e9 += qty_e9;
    order->shown.updated_ns = world->now_ns;
    order->shown.ended_ns = wire_status_is_final(status) ? world->now_ns : 0;
    struct evidence *told = add_evidence(world, EVIDENCE_UPDATE);
    told->update = (struct wire_update){
        .event = event,
        .timestamp_ns = world->now_ns,
        .price_e9 = qty_e9 == 0 ? 0 : SHARES(100 + draw(world, 9)),
        .qty_e9 = qty_e9,
        .group = picture(group, index, draw(world, 2) == 0),
    };
    if (qty_e9 > 0) {
        struct evidence *executed = add_evidence(world, EVIDENCE_EXECUTION);
        executed->execution = (struct wire_activity){
            .trades = true,
            .price_e9 = told->update.price_e9,
            .qty_e9 = qty_e9,
            .cum_qty_e9 = order->shown.filled_qty_e9,
            .ts_ns = world->now_ns,
        };
        (void)memcpy(executed->execution.order_id, order->shown.id, WIRE_ID_SIZE);
        world->executions[world->execution_count++] = executed->execution;
        int64_t cum_e9 = order->shown.filled_qty_e9;
        int64_t counted_e9 = told_e9(order, cum_e9) - told_e9(order, cum_e9 - qty_e9);
        if (counted_e9 > 0) {
            order->fills[order->fill_count++] = counted_e9;
        }
    }
    if (draw(world, 3) == 0) {
        struct evidence *seen = add_evidence(world, EVIDENCE_ORDER);
        uint32_t from = draw(world, 2) == 0 ? 0 : index;
        seen->nested = draw(world, 2) == 0;
        seen->update.group = picture(group, from, seen->nested);
    }
}

/* Fills the order in parts, up to `to_e9`. */
static void fills(struct world *world, struct true_group *group, uint32_t index, int64_t to_e9)
{
    struct true_order *order = &group->orders[index];
    while (order->shown.filled_qty_e9 < to_e9) {
        int64_t left = (to_e9 - order->shown.filled_qty_e9) / MONEY_E9;
        int64_t qty_e9 = SHARES(1 + draw(world, (uint32_t)left));
        if (order->fill_count == STEPS_MAX - 1) {
            qty_e9 = SHARES(left);
        }
        bool all = order->shown.filled_qty_e9 + qty_e9 == order->shown.qty_e9;
        happens(world, group, index, all ? WIRE_UPDATE_FILL : WIRE_UPDATE_PARTIAL_FILL,
                all ? WIRE_FILLED : WIRE_PARTIALLY_FILLED, qty_e9);
    }
}

static void ends(struct world *world, struct true_group *group, uint32_t index)
{
    static const struct {
        enum wire_update_event event;
        enum wire_status status;
        enum event_kind kind;
    } ways[] = {
        {WIRE_UPDATE_CANCELED, WIRE_CANCELED, EVENT_CANCELED},
        {WIRE_UPDATE_EXPIRED,  WIRE_EXPIRED,  EVENT_EXPIRED },
        {WIRE_UPDATE_REPLACED, WIRE_REPLACED, EVENT_CANCELED},
    };
    uint32_t way = draw(world, 3);
    group->orders[index].end = ways[way].kind;
    happens(world, group, index, ways[way].event, ways[way].status, 0);
}

/* An order's life from `new`: some fills, then it is full, or ends, or works on. */
static void lives(struct world *world, struct true_group *group, uint32_t index)
{
    struct true_order *order = &group->orders[index];
    int64_t shares = order->shown.qty_e9 / MONEY_E9;
    happens(world, group, index, WIRE_UPDATE_NEW, WIRE_NEW, 0);
    uint32_t way = draw(world, 4);
    fills(world, group, index,
          way == 0 ? order->shown.qty_e9 : SHARES(draw(world, (uint32_t)shares)));
    if (way == 1 || way == 2) {
        ends(world, group, index);
    }
    int64_t sent_e9 = order->request.head.order.qty_e9;
    if (order->shown.status == WIRE_FILLED && order->shown.filled_qty_e9 < sent_e9) {
        order->end = EVENT_CANCELED; /* the broker has no more of it */
    }
}

static void group_lives(struct world *world, struct true_group *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        group->orders[i].exists = true;
    }
    struct evidence *first =
        add_evidence(world, group->answered ? EVIDENCE_ORDER : EVIDENCE_NO_ANSWER);
    first->nested = true;
    first->id = group->orders[0].request.head.order.order_id;
    first->update.group = picture(group, 0, true);
    if (group->count == 1 && draw(world, 8) == 0) { /* after it was taken: never accepted by us
                                                       when that is all we hear */
        group->orders[0].end = EVENT_REJECTED;
        happens(world, group, 0, WIRE_UPDATE_REJECTED, WIRE_REJECTED, 0);
        return;
    }
    lives(world, group, 0);
    if (group->count == 1) {
        return;
    }
    if (group->orders[0].shown.status != WIRE_FILLED) {
        for (uint32_t i = 1; i < group->count && group->orders[0].end != EVENT_NONE; i++) {
            ends(world, group, i);
        }
        return;
    }
    lives(world, group, 1);
    if (group->orders[1].shown.status != WIRE_NEW) {
        ends(world, group, 2);
    } else {
        lives(world, group, 2);
    }
}

static void make_group(struct world *world, uint32_t number)
{
    static const enum order_role roles[] = {ORDER_ROLE_ENTRY, ORDER_ROLE_TARGET, ORDER_ROLE_STOP};
    static const enum order_type types[] = {ORDER_TYPE_MARKET, ORDER_TYPE_LIMIT, ORDER_TYPE_STOP};
    struct true_group *group = &world->groups[number];
    int64_t qty_e9 = SHARES(2 + draw(world, 8));
    *group =
        (struct true_group){.count = draw(world, 2) == 0 ? 1 : 3, .answered = draw(world, 3) > 0};
    for (uint32_t i = 0; i < group->count; i++) {
        struct true_order *order = &group->orders[i];
        char id[16];
        (void)snprintf(id, sizeof id, "%u-%u", number, i);
        order->request = bench_request(order_id_make(number + 1, roles[i], 1), types[i], qty_e9);
        order->shown = bench_order(&order->request, id, i > 0);
        order->shown.status = i > 0 ? WIRE_HELD : WIRE_PENDING_NEW;
        order->unlike = group->count == 1 && draw(world, 6) == 0;
        if (order->unlike) {
            uint32_t way = draw(world, 3);
            order->shown.limit_price_e9 = way == 0 ? SHARES(3) : 0;
            order->shown.qty_e9 += way == 1 ? SHARES(1 + draw(world, 5)) : 0;
            order->shown.qty_e9 -= way == 2 ? SHARES(1) : 0;
        }
        orders_sent(&world->bench.orders, &order->request,
                    group->orders[0].request.head.order.order_id, BENCH_T_NS);
    }
}

/* ---- the evidence ---- */

static void deliver(struct world *world, const struct evidence *evidence)
{
    struct orders *orders = &world->bench.orders;
    switch (evidence->kind) {
    case EVIDENCE_UPDATE:
        orders_take_update(orders, &evidence->update);
        return;
    case EVIDENCE_ORDER:
        orders_take_order(orders, &evidence->update.group, evidence->nested);
        return;
    case EVIDENCE_EXECUTION:
        (void)orders_take_execution(orders, &evidence->execution);
        return;
    case EVIDENCE_NO_ANSWER:
        orders_no_answer(orders, evidence->id, BENCH_T_NS);
        return;
    }
}

/* Some of it is lost, some comes twice, and it comes in another order: near its own, or anyhow. */
static void deliver_all(struct world *world)
{
    struct evidence *queue = calloc(4 * EVIDENCE_MAX, sizeof *queue);
    uint32_t count = 0;
    uint32_t lost = draw(world, 4);
    for (uint32_t i = 0; i < world->evidence_count; i++) {
        bool matters = world->evidence[i].kind == EVIDENCE_NO_ANSWER;
        uint32_t copies = matters ? 1 : draw(world, 4) < lost ? 0 : 1 + draw(world, 3);
        for (uint32_t copy = 0; copy < copies; copy++) {
            queue[count++] = world->evidence[i];
        }
    }
    uint32_t reach = draw(world, 3) == 0 ? count : 1 + draw(world, 8);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = i + draw(world, reach);
        other = other < count ? other : count - 1;
        struct evidence kept = queue[i];
        queue[i] = queue[other];
        queue[other] = kept;
    }
    for (uint32_t i = 0; i < count; i++) {
        deliver(world, &queue[i]);
    }
    free(queue);
}

/* What is still wanted comes: every group as it is, and executions, oldest first; twice. */
static void deliver_rest(struct world *world)
{
    for (int i = 0; i < 2; i++) {
        for (uint32_t group = 0; group < world->count; group++) {
            struct wire_group shown = picture(&world->groups[group], 0, true);
            orders_take_order(&world->bench.orders, &shown, true);
        }
        for (uint32_t k = 0; k < world->execution_count; k++) {
            (void)orders_take_execution(&world->bench.orders, &world->executions[k]);
        }
    }
}

/* ---- the comparison ---- */

struct heard {
    uint32_t accepted, ends, no_answers, fills;
    int64_t filled_e9;
    enum event_kind end;
};

static void hear(const struct true_order *order, struct heard *heard, const struct event *event,
                 uint32_t seed)
{
    switch (event->kind) {
    case EVENT_ACCEPTED:
        cr_assert_eq(heard->fills + heard->ends, 0, "seed %u: accepted late", seed);
        heard->accepted++;
        return;
    case EVENT_NO_ANSWER:
        cr_assert_eq(heard->accepted, 0, "seed %u: an answer was there", seed);
        heard->no_answers++;
        return;
    case EVENT_FILL:
        cr_assert(heard->accepted == 1 && heard->ends == 0, "seed %u: a fill out of turn", seed);
        cr_assert_lt(heard->fills, order->fill_count, "seed %u: more fills than there were", seed);
        cr_assert_eq(event->report.qty_e9, order->fills[heard->fills], "seed %u", seed);
        heard->filled_e9 += event->report.qty_e9;
        heard->fills++;
        return;
    default:
        heard->ends++;
        heard->end = (enum event_kind)event->kind;
        return;
    }
}

static void compare(const struct world *world, const struct heard heard[][ORDERS_MAX],
                    uint32_t seed)
{
    for (uint32_t g = 0; g < world->count; g++) {
        for (uint32_t i = 0; i < world->groups[g].count; i++) {
            const struct true_order *order = &world->groups[g].orders[i];
            const struct heard *told = &heard[g][i];
            const struct tracked *tracked =
                orders_find(&world->bench.orders, order->request.head.order.order_id);
            bool rejected = order->end == EVENT_REJECTED;
            cr_assert(told->accepted == 1 || (rejected && told->accepted == 0),
                      "seed %u: accepted %u times", seed, told->accepted);
            cr_assert_leq(told->no_answers, world->groups[g].answered ? 0 : 1, "seed %u", seed);
            cr_assert_eq(told->fills, order->fill_count, "seed %u: %u of %u fills", seed,
                         told->fills, order->fill_count);
            cr_assert_eq(told->filled_e9, told_e9(order, tracked->applied_e9), "seed %u", seed);
            cr_assert_eq(tracked->applied_e9, order->shown.filled_qty_e9, "seed %u", seed);
            cr_assert_eq(tracked->unlike, order->unlike, "seed %u", seed);
            cr_assert_eq(told->ends, order->end == EVENT_NONE ? 0 : 1, "seed %u: %u ends", seed,
                         told->ends);
            cr_assert_eq(told->end, order->end, "seed %u", seed);
            cr_assert_eq(tracked->state == TRACKED_ENDED, wire_status_is_final(order->shown.status),
                         "seed %u", seed);
            cr_assert_str_eq(tracked->broker_id, order->shown.id, "seed %u", seed);
        }
    }
}

static void run(uint32_t seed)
{
    static struct world world;
    static struct heard heard[GROUPS_MAX][ORDERS_MAX];
    struct evidence *evidence = calloc(EVIDENCE_MAX, sizeof *evidence);
    world = (struct world){.evidence = evidence,
                           .random = seed,
                           .now_ns = BENCH_T_NS,
                           .tick_ns = seed % 2 == 0 ? 1 : 50 * NS_PER_MS};
    (void)memset(heard, 0, sizeof heard);
    bench_begin(&world.bench);
    world.count = 1 + draw(&world, GROUPS_MAX);
    for (uint32_t i = 0; i < world.count; i++) {
        make_group(&world, i);
    }
    for (uint32_t i = 0; i < world.count; i++) {
        group_lives(&world, &world.groups[i]);
    }
    deliver_all(&world);
    deliver_rest(&world);
    uint64_t last_exec_id = 40;
    for (const struct event *event; (event = report_queue_next(&world.bench.reports)) != NULL;) {
        uint32_t group = (uint32_t)order_id_trade(event->report.order_id) - 1;
        enum order_role role = order_id_role(event->report.order_id);
        uint32_t index = role == ORDER_ROLE_ENTRY ? 0 : role == ORDER_ROLE_TARGET ? 1 : 2;
        hear(&world.groups[group].orders[index], &heard[group][index], event, seed);
        if (event->kind == EVENT_FILL) {
            cr_assert_eq(event->report.exec_id, ++last_exec_id, "seed %u", seed);
        }
    }
    compare(&world, heard, seed);
    uint32_t unlike = 0;
    for (uint32_t i = 0; i < world.count; i++) {
        unlike += world.groups[i].orders[0].unlike ? 1 : 0;
    }
    cr_assert_eq(world.bench.orders.doubts, unlike, "seed %u: %s", seed, world.bench.last_said);
    bench_end(&world.bench);
    free(evidence);
}

Test(alpaca_orders_random, the_reports_are_the_history, .timeout = 100)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        run(seed);
    }
}
