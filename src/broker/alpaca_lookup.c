/* alpaca_lookup.c: what became of an order.
 *
 * An order whose request got no answer is looked for by its client id. Only the broker's own "no
 * such order" counts as a miss, and five of them over thirty seconds lead to the list of all orders
 * and to the executions since it was sent; only when those do not have it either it never reached
 * the broker (O5). Any evidence, from wherever, ends the search.
 *
 * An order that is known is looked at by its id, and its executions are read where the broker shows
 * more of them than we have. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/alpaca_private.h"

enum {
    MISSES_MIN = 5,
    ENDED_MAX = 4, /* orders that are looked at again for one difference */
};

#define MISSES_NS     (30 * NS_PER_S)
#define LOOK_NS       (3 * NS_PER_S)
#define FILLS_NS      NS_PER_S        /* between two tries to read an order's executions */
#define FILLS_LATE_NS (60 * NS_PER_S) /* they should have been there by now */
#define BEFORE_NS     (60 * NS_PER_S) /* the broker's clock may be so far behind ours */

static void ask_name(struct alpaca *alpaca, struct tracked *order);

/* ---- how often ---- */

/* It was asked for, and there was an answer, or not: the next question waits accordingly. */
static void note_answer(struct alpaca *alpaca, struct tracked *order, bool well)
{
    order->failures = well ? 0 : order->failures + 1;
    order->wait_ns = well ? 0 : alpaca_wait_ns(alpaca, order->failures);
}

static int64_t wait_ns(const struct tracked *order, int64_t usual_ns)
{
    return order->wait_ns > usual_ns ? order->wait_ns : usual_ns;
}

/* ---- by its id ---- */

static void take_poll(struct alpaca *alpaca, const struct call *call,
                      const struct client_reply *reply)
{
    struct wire_group shown;
    struct tracked *order = orders_find(&alpaca->orders, call->order_id);
    bool read = reply->class == CLIENT_OK && reply->root != NULL &&
                wire_read_order(reply->root, &shown) == ERR_OK;
    if (order != NULL) {
        note_answer(alpaca, order, read);
    }
    if (read) {
        orders_take_order(&alpaca->orders, &shown, true);
        alpaca_cancel_polled(alpaca, call->order_id, shown.order.status);
        return;
    }
    if (alpaca_says_not_found(reply)) {
        orders_lost(&alpaca->orders, call->order_id);
    }
    if (order != NULL && order->state != TRACKED_ENDED) {
        order->wants_poll = true;
    }
}

static void on_polled(struct alpaca *alpaca, const struct call *call,
                      const struct client_reply *reply)
{
    take_poll(alpaca, call, reply);
}

static void on_polled_for_round(struct alpaca *alpaca, const struct call *call,
                                const struct client_reply *reply)
{
    take_poll(alpaca, call, reply);
    alpaca_round_answered(alpaca, reply->class == CLIENT_OK);
}

void alpaca_poll(struct alpaca *alpaca, struct tracked *order, bool counted)
{
    char target[TARGET_SIZE];
    (void)snprintf(target, sizeof target, "/v2/orders/%s?nested=true", order->broker_id);
    order->wants_poll = false;
    order->polled_ns = alpaca_now_ns(alpaca);
    const struct call about = {.answered = counted ? on_polled_for_round : on_polled,
                               .order_id = order->id};
    enum client_use use = order->cancel != CANCEL_NONE ? CLIENT_EXIT : CLIENT_RECONCILE;
    (void)alpaca_ask(alpaca, use, HTTP_GET, target, NULL, &about); /* it waits */
}

/* An execution that was taken back unheard makes the difference that its order filled for. */
bool alpaca_poll_ended(struct alpaca *alpaca, uint32_t instrument, int64_t differs_e9)
{
    uint32_t left = ENDED_MAX;
    for (uint32_t i = alpaca->orders.count; i-- > 0 && left > 0;) {
        struct tracked *order = &alpaca->orders.list[i];
        if (order->instrument == instrument && order->state == TRACKED_ENDED &&
            order->applied_e9 > 0 && order->buys == (differs_e9 < 0) &&
            order->broker_id[0] != '\0') {
            alpaca_poll(alpaca, order, false);
            left--;
        }
    }
    return left < ENDED_MAX;
}

/* ---- its executions ---- */

/* One that the stream should have told long ago: the stream is dead, whatever its pings say. */
static void doubt_stream(struct alpaca *alpaca, const struct wire_activity *activity)
{
    const int64_t late_ns = 5 * NS_PER_S;
    if (activity->ts_ns > alpaca->stream_up_ns &&
        alpaca_now_ns(alpaca) - activity->ts_ns > late_ns) {
        alpaca->stream_up_ns = INT64_MAX;
        alpaca_say(alpaca, "alarm",
                   "the stream of order updates did not tell of an execution; "
                   "it is connected anew");
        stream_restart(alpaca->stream, "it did not tell of an execution");
    }
}

void alpaca_take_execution(struct alpaca *alpaca, const struct list_plan *plan,
                           const struct wire_activity *activity)
{
    (void)plan;
    if (orders_take_execution(&alpaca->orders, activity)) {
        doubt_stream(alpaca, activity);
    }
}

static void on_fills(struct alpaca *alpaca, const struct list_plan *plan, bool complete)
{
    struct tracked *order = orders_find(&alpaca->orders, plan->order_id);
    if (order == NULL) {
        return;
    }
    note_answer(alpaca, order, complete);
    if (!complete) {
        return;
    }
    orders_end_listing(&alpaca->orders, order->id, alpaca_now_ns(alpaca));
    struct tracked_lookup *lookup = &order->lookup;
    int64_t now_ns = alpaca_now_ns(alpaca);
    if (!order->wants_fills) {
        *lookup = (struct tracked_lookup){0};
    } else if (lookup->first_miss_ns == 0) {
        lookup->first_miss_ns = now_ns;
    } else if (now_ns - lookup->first_miss_ns >= FILLS_LATE_NS) {
        lookup->first_miss_ns = now_ns;
        alpaca_say(alpaca, "alarm", "the executions of order %" PRIu64 " (%s) are not to be had",
                   order->id, order->broker_id);
    }
}

static void ask_fills(struct alpaca *alpaca, struct tracked *order)
{
    struct list_plan plan = {
        .kind = LIST_EXECUTIONS,
        .order_id = order->id,
        .take_activity = alpaca_take_execution,
        .done = on_fills,
    };
    (void)memcpy(plan.order, order->broker_id, sizeof plan.order);
    orders_begin_listing(&alpaca->orders, order);
    order->fills_ns = alpaca_now_ns(alpaca);
    alpaca_list(alpaca, &plan);
}

/* ---- the lists, at last ---- */

static void conclude(struct alpaca *alpaca, uint64_t id)
{
    struct tracked *order = orders_find(&alpaca->orders, id);
    if (order == NULL || !order->lookup.listed || order->lookup.pending > 0) {
        return;
    }
    note_answer(alpaca, order, !order->lookup.failed);
    order->lookup.asked = false;
    order->lookup.listed = false;
    order->lookup.next_ns = alpaca_now_ns(alpaca) + wait_ns(order, LOOK_NS);
    if (order->lookup.failed || orders_is_found(order)) {
        return;
    }
    alpaca_say(alpaca, "not-found", "%.16s order %" PRIu64 " never reached the broker",
               alpaca->plan.instruments[order->instrument].symbol, id);
    (void)orders_refuse(&alpaca->orders, order->group, REJECT_NOT_FOUND, alpaca_now_ns(alpaca));
    alpaca_reconcile_want(alpaca);
}

static void on_candidate(struct alpaca *alpaca, const struct call *call,
                         const struct client_reply *reply)
{
    struct wire_group shown;
    bool read = reply->class == CLIENT_OK && reply->root != NULL &&
                wire_read_order(reply->root, &shown) == ERR_OK;
    if (read) {
        orders_take_order(&alpaca->orders, &shown, true);
    }
    struct tracked *order = orders_find(&alpaca->orders, call->order_id);
    if (order != NULL && order->lookup.pending > 0) {
        order->lookup.pending--;
        order->lookup.failed = order->lookup.failed || !read;
        conclude(alpaca, call->order_id);
    }
}

/* An execution in its symbol by an order that we cannot place. */
static void take_stranger(struct alpaca *alpaca, const struct list_plan *plan,
                          const struct wire_activity *activity)
{
    struct tracked *order = orders_find(&alpaca->orders, plan->order_id);
    if (order == NULL || orders_find_broker(&alpaca->orders, activity->order_id) != NULL ||
        orders_instrument(&alpaca->orders, activity->symbol) != order->instrument ||
        strcmp(activity->order_id, alpaca->searched) == 0) {
        return;
    }
    char target[TARGET_SIZE];
    (void)snprintf(alpaca->searched, sizeof alpaca->searched, "%s", activity->order_id);
    (void)snprintf(target, sizeof target, "/v2/orders/%s?nested=true", activity->order_id);
    const struct call about = {.answered = on_candidate, .order_id = plan->order_id};
    order->lookup.pending++;
    (void)alpaca_ask(alpaca, CLIENT_RECONCILE, HTTP_GET, target, NULL, &about); /* it waits */
}

static void on_strangers(struct alpaca *alpaca, const struct list_plan *plan, bool complete)
{
    struct tracked *order = orders_find(&alpaca->orders, plan->order_id);
    if (order != NULL) {
        order->lookup.failed = order->lookup.failed || !complete;
        order->lookup.listed = true;
        conclude(alpaca, plan->order_id);
    }
}

static void take_listed(struct alpaca *alpaca, const struct list_plan *plan,
                        const struct wire_group *group)
{
    (void)plan;
    orders_take_order(&alpaca->orders, group, true);
}

static void on_listed(struct alpaca *alpaca, const struct list_plan *plan, bool complete)
{
    struct tracked *order = orders_find(&alpaca->orders, plan->order_id);
    if (order == NULL) {
        return;
    }
    if (!complete || orders_is_found(order)) {
        note_answer(alpaca, order, complete);
        order->lookup.asked = false;
        order->lookup.next_ns = alpaca_now_ns(alpaca) + wait_ns(order, LOOK_NS);
        return;
    }
    struct list_plan executions = *plan;
    executions.kind = LIST_EXECUTIONS;
    executions.take_activity = take_stranger;
    executions.done = on_strangers;
    alpaca->searched[0] = '\0';
    alpaca_list(alpaca, &executions);
}

static void ask_lists(struct alpaca *alpaca, struct tracked *order)
{
    const struct list_plan plan = {
        .kind = LIST_ALL_ORDERS,
        .after_ns = order->sent_ns - BEFORE_NS,
        .order_id = order->id,
        .take_order = take_listed,
        .done = on_listed,
    };
    order->lookup.asked = true;
    order->lookup.failed = false;
    order->lookup.listed = false;
    order->lookup.pending = 0;
    alpaca_list(alpaca, &plan);
}

/* ---- by its client id ---- */

/* None of its names is known there. */
static void miss(struct alpaca *alpaca, struct tracked *order)
{
    struct tracked_lookup *lookup = &order->lookup;
    int64_t now_ns = alpaca_now_ns(alpaca);
    if (lookup->misses < MISSES_MIN) { /* else it is the lists that answer or fail */
        note_answer(alpaca, order, true);
    }
    lookup->name = 0;
    lookup->next_ns = now_ns + LOOK_NS;
    lookup->first_miss_ns = lookup->misses == 0 ? now_ns : lookup->first_miss_ns;
    lookup->misses++;
    if (lookup->misses >= MISSES_MIN && now_ns - lookup->first_miss_ns >= MISSES_NS) {
        ask_lists(alpaca, order);
    }
}

static void on_name(struct alpaca *alpaca, const struct call *call,
                    const struct client_reply *reply)
{
    struct wire_group shown;
    bool read = reply->class == CLIENT_OK && reply->root != NULL &&
                wire_read_order(reply->root, &shown) == ERR_OK;
    if (read) {
        orders_take_order(&alpaca->orders, &shown, true);
    }
    struct tracked *order = orders_find(&alpaca->orders, call->order_id);
    if (order == NULL) {
        return;
    }
    order->lookup.asked = false;
    if (orders_is_found(order)) {
        note_answer(alpaca, order, true);
        order->lookup = (struct tracked_lookup){0};
        if (!order->adrift) {
            alpaca_reconcile_want(alpaca); /* an unknown has ended */
        }
    } else if (!read && !alpaca_says_not_found(reply)) {
        note_answer(alpaca, order, false); /* an error is no answer */
        order->lookup.next_ns = alpaca_now_ns(alpaca) + order->wait_ns;
    } else if (orders_name(order, ++order->lookup.name) != 0) {
        ask_name(alpaca, order);
    } else {
        miss(alpaca, order);
    }
}

static void ask_name(struct alpaca *alpaca, struct tracked *order)
{
    char client_id[WIRE_CLIENT_ID_SIZE];
    char target[TARGET_SIZE];
    wire_client_id(alpaca->plan.tag, orders_name(order, order->lookup.name), client_id);
    (void)snprintf(target, sizeof target,
                   "/v2/orders:by_client_order_id?client_order_id=%s&nested=true", client_id);
    const struct call about = {.answered = on_name, .order_id = order->id};
    order->lookup.asked = true;
    (void)alpaca_ask(alpaca, CLIENT_RECONCILE, HTTP_GET, target, NULL, &about); /* it waits */
}

void alpaca_look_up(struct alpaca *alpaca, uint64_t group)
{
    orders_no_answer(&alpaca->orders, group, alpaca_now_ns(alpaca)); /* asked for at once */
}

/* ---- what is due ---- */

/* It went out by itself or as the first of its group, or nobody knows: it is asked for by name. Of
 * an earlier process's orders the list of all that are open may know more at once. */
static bool goes_by_name(const struct alpaca *alpaca, const struct tracked *order)
{
    return !orders_is_found(order) && order->state != TRACKED_SENDING &&
           (order->id == order->group || order->adrift) &&
           (!order->adrift || alpaca->reconcile.listed);
}

/* A child that its parent was shown without: when the parent is looked at; INT64_MAX: there is
 * none.
 */
static int64_t child_due_ns(const struct alpaca *alpaca, const struct tracked *child)
{
    const struct tracked *parent = orders_find(&alpaca->orders, child->group);
    if (parent == NULL || parent->broker_id[0] == '\0') {
        return INT64_MAX;
    }
    return child->polled_ns == 0 ? 0 : child->polled_ns + wait_ns(parent, LOOK_NS);
}

static void look_for_child(struct alpaca *alpaca, struct tracked *child, int64_t now_ns)
{
    struct tracked *parent = orders_find(&alpaca->orders, child->group);
    child->adrift = parent == NULL; /* gone long ago */
    if (parent != NULL && now_ns >= child_due_ns(alpaca, child)) {
        child->polled_ns = now_ns;
        alpaca_poll(alpaca, parent, false);
    }
}

/* When it may be looked at by its id. */
static int64_t poll_due_ns(const struct tracked *order)
{
    return order->polled_ns == 0 ? 0 : order->polled_ns + wait_ns(order, LOOK_NS);
}

static int64_t fills_due_ns(const struct tracked *order)
{
    return order->fills_ns == 0 ? 0 : order->fills_ns + wait_ns(order, FILLS_NS);
}

void alpaca_tend_lookup(struct alpaca *alpaca, struct tracked *order, int64_t now_ns)
{
    if (goes_by_name(alpaca, order)) {
        if (!order->lookup.asked && now_ns >= order->lookup.next_ns) {
            ask_name(alpaca, order);
        }
    } else if (!orders_is_found(order) && order->id != order->group && !order->adrift) {
        look_for_child(alpaca, order, now_ns);
    }
    if (order->broker_id[0] == '\0') {
        return;
    }
    if (order->wants_poll && now_ns >= poll_due_ns(order)) {
        alpaca_poll(alpaca, order, false);
    }
    if (order->wants_fills && now_ns >= fills_due_ns(order)) {
        ask_fills(alpaca, order);
    }
}

int64_t alpaca_lookup_due_ns(const struct alpaca *alpaca, const struct tracked *order)
{
    int64_t due_ns = INT64_MAX;
    if (goes_by_name(alpaca, order)) {
        due_ns = order->lookup.asked ? INT64_MAX : order->lookup.next_ns;
    } else if (!orders_is_found(order) && order->polled_ns != 0 && !order->adrift) { /* a child */
        due_ns = child_due_ns(alpaca, order);
    }
    if (order->wants_poll || order->cancel == CANCEL_SENT) {
        int64_t cancel_ns = order->cancel_ns + LOOK_NS;
        int64_t poll_ns = poll_due_ns(order);
        poll_ns = cancel_ns > poll_ns ? cancel_ns : poll_ns;
        due_ns = poll_ns < due_ns ? poll_ns : due_ns;
    }
    if (order->wants_fills && fills_due_ns(order) < due_ns) {
        due_ns = fills_due_ns(order);
    }
    return due_ns;
}
