/* alpaca_send.c: orders and cancels out. Each group of orders is one POST, written once and never
 * again: whatever is not known of its outcome is looked up. A cancel waits until the broker's id of
 * its order is known; 204 is a promise, and the order is looked at until it has ended.
 *
 * Where time moves by steps, requests go out one by one, each when everything that the one before
 * set off has been heard, so that a run is the same each time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/alpaca_private.h"
#include "sys/memory.h"

enum {
    BODY_SIZE = 1024,
    CANCELS_MAX = 5, /* requests to cancel one order that came to nothing */
};

#define CANCEL_LOOK_NS   (3 * NS_PER_S)  /* after it was asked for, and again */
#define CANCEL_REPEAT_NS (30 * NS_PER_S) /* promised, and nothing came of it */
#define PARTIAL_NS       (3 * NS_PER_S) /* R7: so long an entry may stand half filled, its exits held */

/* ---- the outbox ---- */

static void put_out(struct alpaca *alpaca, uint64_t order_id, bool cancels)
{
    struct outbox *outbox = &alpaca->outbox;
    if (outbox->first == outbox->count) {
        outbox->first = 0;
        outbox->count = 0;
    }
    if (outbox->count == outbox->capacity) {
        outbox->capacity = outbox->capacity == 0 ? 16 : 2 * outbox->capacity;
        outbox->items = xrealloc(outbox->items, outbox->capacity * sizeof *outbox->items);
    }
    outbox->items[outbox->count++] = (struct outgoing){order_id, cancels};
}

/* Everything that it set off has been heard. */
static void on_through(void *context)
{
    struct alpaca *alpaca = context;
    alpaca->outbox.busy = false;
    alpaca_tend(alpaca);
}

static void go_on(struct alpaca *alpaca)
{
    if (alpaca->outbox.busy) {
        stream_barrier(alpaca->stream, on_through, alpaca);
    }
}

/* ---- orders ---- */

static void say_order(struct alpaca *alpaca, uint64_t id, const char *what, const char *words)
{
    const struct tracked *order = orders_find(&alpaca->orders, id);
    if (order == NULL) {
        return;
    }
    alpaca_say(alpaca, what, "%.16s order %" PRIu64 ": %s",
               alpaca->plan.instruments[order->instrument].symbol, id, words);
}

/* An answer with the order that was sent, or an order that could be read at least. */
static bool take_answer(struct alpaca *alpaca, uint64_t group, const struct client_reply *reply)
{
    struct wire_group shown;
    uint64_t id;
    if (reply->root == NULL || wire_read_order(reply->root, &shown) != ERR_OK ||
        !wire_client_id_read(alpaca->plan.tag, shown.order.client_id, &id) || id != group) {
        return false;
    }
    orders_take_order(&alpaca->orders, &shown, true);
    return true;
}

static void refuse(struct alpaca *alpaca, uint64_t group, enum reject_reason reason,
                   const char *words)
{
    say_order(alpaca, group, "refused", words);
    if (!orders_refuse(&alpaca->orders, group, reason, alpaca_now_ns(alpaca))) {
        struct tracked *order = orders_find(&alpaca->orders, group);
        if (order != NULL && order->state != TRACKED_ENDED) {
            order->wants_poll = true; /* the broker has it all the same */
        }
    }
}

static void look_up(struct alpaca *alpaca, uint64_t group, const char *words)
{
    say_order(alpaca, group, "unknown", words);
    alpaca_look_up(alpaca, group);
}

static void on_posted(struct alpaca *alpaca, const struct call *call,
                      const struct client_reply *reply)
{
    uint64_t group = call->order_id;
    switch (reply->class) {
    case CLIENT_OK:
        if (!take_answer(alpaca, group, reply)) {
            look_up(alpaca, group, "the answer is not the order that was sent");
        }
        break;
    case CLIENT_NOT_SENT:
        refuse(alpaca, group, REJECT_NOT_SENT, reply->message);
        break;
    case CLIENT_EXISTS:
        look_up(alpaca, group, "the broker has an order of this name already");
        break;
    case CLIENT_REFUSED:
        refuse(alpaca, group, REJECT_BY_BROKER, reply->message);
        break;
    case CLIENT_KEYS:
        refuse(alpaca, group, REJECT_BY_BROKER, reply->message);
        break;
    case CLIENT_UNKNOWN:
        look_up(alpaca, group, reply->message);
        break;
    }
    go_on(alpaca);
}

/* The requests of a group in the order that they came. */
static uint32_t collect(struct alpaca *alpaca, uint64_t group,
                        const struct order_request *requests[WIRE_LEGS_MAX])
{
    uint32_t count = 0;
    const struct orders *orders = &alpaca->orders;
    const struct tracked *order = orders_find(orders, group);
    for (; order != NULL && order < orders->list + orders->count && count < WIRE_LEGS_MAX;
         order++) {
        if (order->group == group) {
            requests[count++] = &order->request;
        }
    }
    return count;
}

static void post(struct alpaca *alpaca, uint64_t group)
{
    const struct order_request *requests[WIRE_LEGS_MAX];
    uint32_t count = collect(alpaca, group, requests);
    if (count == 0) {
        return; /* it has ended, and was forgotten */
    }
    const char *tag = alpaca->plan.tag;
    const char *symbol = alpaca->plan.instruments[requests[0]->legs[0].instrument].symbol;
    char body[BODY_SIZE];
    size_t length = wire_write_order(tag, symbol, requests, count, body, sizeof body);
    if (length == 0) {
        refuse(alpaca, group, REJECT_UNSUPPORTED, "it cannot be said in the broker's words");
        return;
    }
    if (!wire_order_is(tag, symbol, requests, count, body, length)) { /* G1 */
        refuse(alpaca, group, REJECT_NOT_SENT, "what was to be written is not what was decided");
        return;
    }
    bool enters = order_id_role(group) == ORDER_ROLE_ENTRY;
    const struct call about = {.answered = on_posted, .order_id = group};
    if (!alpaca_ask(alpaca, enters ? CLIENT_ENTRY : CLIENT_EXIT, HTTP_POST, "/v2/orders", body,
                    &about)) {
        alpaca_condition(alpaca, STATUS_BUDGET, true, 0);
        refuse(alpaca, group, REJECT_NOT_SENT, "the limit of requests leaves none for entries");
        return;
    }
    alpaca->outbox.busy = client_clock(alpaca->plan.client)->stepped;
}

/* ---- cancels ---- */

static void on_canceled(struct alpaca *alpaca, const struct call *call,
                        const struct client_reply *reply)
{
    struct tracked *order = orders_find(&alpaca->orders, call->order_id);
    if (order != NULL && order->cancel == CANCEL_SENT) {
        bool refused = reply->class == CLIENT_REFUSED || reply->class == CLIENT_EXISTS;
        order->cancel_answer = reply->class == CLIENT_OK ? CANCEL_TAKEN
                               : refused                 ? CANCEL_REFUSED
                                                         : CANCEL_UNANSWERED;
        order->wants_poll = reply->class != CLIENT_OK;
        order->polled_ns = 0;
        if (refused) {
            say_order(alpaca, call->order_id, "cancel", reply->message);
        }
    }
    go_on(alpaca);
}

static void send_cancel(struct alpaca *alpaca, uint64_t id)
{
    struct tracked *order = orders_find(&alpaca->orders, id);
    if (order == NULL || order->state == TRACKED_ENDED || order->cancel != CANCEL_SENT) {
        return; /* it ended meanwhile */
    }
    char target[TARGET_SIZE];
    (void)snprintf(target, sizeof target, "/v2/orders/%s", order->broker_id);
    order->cancels++;
    order->cancel_ns = alpaca_now_ns(alpaca);
    order->cancel_answer = CANCEL_UNANSWERED;
    const struct call about = {.answered = on_canceled, .order_id = id};
    (void)alpaca_ask(alpaca, CLIENT_EXIT, HTTP_DELETE, target, NULL, &about); /* it waits */
    alpaca->outbox.busy = client_clock(alpaca->plan.client)->stepped;
}

/* What filled has no protection: its exits wait at the broker until the rest has filled, too. */
static bool is_bare(const struct tracked *order)
{
    return order->leads && order->end == WIRE_UNKNOWN && order->known_e9 > 0 &&
           order->known_e9 < order->qty_e9;
}

/* R7: after a partial of 3 s the rest goes; when it has, the engine protects what filled. */
static void cut_short(struct alpaca *alpaca, struct tracked *order, int64_t now_ns)
{
    if (!is_bare(order) || order->unwanted || alpaca->plan.by_bars) {
        return;
    }
    if (order->cut_ns == 0) {
        order->cut_ns = alpaca_now_ns(alpaca) + PARTIAL_NS;
    }
    if (now_ns < order->cut_ns) {
        return;
    }
    order->unwanted = true;
    if (order->cancel == CANCEL_NONE) {
        say_order(alpaca, order->id, "cancel",
                  "filled in part, and its exits wait for the rest: that is canceled");
        order->cancel = CANCEL_WANTED;
        order->cancels = 0;
    }
}

/* A cancel of it was refused, and it works on. */
static bool is_to_be_canceled_again(const struct tracked *order)
{
    return order->unwanted && order->cancel == CANCEL_NONE && order->end == WIRE_UNKNOWN;
}

int64_t alpaca_cancel_due_ns(const struct tracked *order)
{
    if (is_to_be_canceled_again(order)) {
        return order->cancel_ns + CANCEL_REPEAT_NS;
    }
    return is_bare(order) && !order->unwanted && order->cut_ns != 0 ? order->cut_ns : INT64_MAX;
}

void alpaca_tend_cancel(struct alpaca *alpaca, struct tracked *order, int64_t now_ns)
{
    cut_short(alpaca, order, now_ns);
    if (is_to_be_canceled_again(order) && now_ns - order->cancel_ns >= CANCEL_REPEAT_NS) {
        order->cancel = CANCEL_WANTED;
        order->cancels = 0;
    }
    if (order->cancel == CANCEL_WANTED && order->broker_id[0] != '\0') {
        order->cancel = CANCEL_SENT;
        order->cancel_ns = now_ns;
        put_out(alpaca, order->id, true);
    } else if (order->cancel == CANCEL_SENT && now_ns - order->cancel_ns >= CANCEL_LOOK_NS &&
               now_ns - order->polled_ns >= CANCEL_LOOK_NS) {
        order->wants_poll = true;
    }
}

void alpaca_cancel_polled(struct alpaca *alpaca, uint64_t order_id, enum wire_status status)
{
    struct tracked *order = orders_find(&alpaca->orders, order_id);
    if (order == NULL || order->cancel != CANCEL_SENT || order->end != WIRE_UNKNOWN ||
        status == WIRE_PENDING_CANCEL) {
        return;
    }
    int64_t now_ns = alpaca_now_ns(alpaca);
    if (order->cancel_answer == CANCEL_REFUSED) {
        orders_cancel_refused(&alpaca->orders, order_id, REJECT_BY_BROKER, now_ns);
    } else if (order->cancel_answer == CANCEL_UNANSWERED ||
               now_ns - order->cancel_ns >= CANCEL_REPEAT_NS) {
        if (order->cancels < CANCELS_MAX) {
            order->cancel = CANCEL_WANTED;
        } else {
            orders_cancel_refused(&alpaca->orders, order_id, REJECT_NOT_SENT, now_ns);
        }
    }
}

/* ---- a step ---- */

void alpaca_pump(struct alpaca *alpaca)
{
    struct outbox *outbox = &alpaca->outbox;
    while (!outbox->busy && outbox->first < outbox->count) {
        struct outgoing next = outbox->items[outbox->first++];
        if (next.cancels) {
            send_cancel(alpaca, next.order_id);
        } else {
            post(alpaca, next.order_id);
        }
    }
}

/* A replacement would be a new order under a new name; the engine asks for none. */
static void refuse_replace(struct alpaca *alpaca, const struct order_request *request)
{
    uint64_t id = request->head.order.order_id;
    orders_sent(&alpaca->orders, request, id, alpaca_now_ns(alpaca));
    refuse(alpaca, id, REJECT_UNSUPPORTED, "orders are not replaced here");
}

static uint64_t group_of(const struct order_request *request)
{
    return request->terms.group != 0 ? request->terms.group : request->head.order.order_id;
}

/* Whether the broker has something under an id of the group already. The engine uses an id once:
 * its log has lost its end, by a disk that had not written what it said or an old copy put in its
 * place. */
static bool is_taken(const struct alpaca *alpaca, const struct output *output, uint64_t group)
{
    for (uint32_t i = 0; i < output->send_count; i++) {
        const struct order_request *request = output->sends[i];
        if (group_of(request) == group && request->head.order.action == ORDER_ACTION_SUBMIT &&
            orders_find(&alpaca->orders, request->head.order.order_id) != NULL) {
            return true;
        }
    }
    return false;
}

static void refuse_taken(struct alpaca *alpaca, const struct order_request *request)
{
    const struct event event = {
        .src_ns = alpaca_now_ns(alpaca),
        .kind = EVENT_REJECTED,
        .flags = REJECT_DUPLICATE_ID,
        .instrument = request->legs[0].instrument,
        .report = {.order_id = request->head.order.order_id},
    };
    say_order(alpaca, event.report.order_id, "alarm",
              "an order of this name is at the broker already, and the log knows nothing of it: it "
              "lost its end; nothing is sent");
    report_queue_add(&alpaca->reports, &event);
}

void alpaca_carry_out(struct alpaca *alpaca, const struct output *output)
{
    int64_t now_ns = alpaca_now_ns(alpaca);
    uint64_t taken = 0; /* the group that nothing is sent of */
    for (uint32_t i = 0; i < output->send_count; i++) {
        const struct order_request *request = output->sends[i];
        const struct event_order *head = &request->head.order;
        uint64_t group = group_of(request);
        bool first = group == head->order_id || orders_find(&alpaca->orders, group) == NULL;
        alpaca_touch(alpaca, request->legs[0].instrument);
        if (head->action == ORDER_ACTION_CANCEL) {
            orders_cancel(&alpaca->orders, head->order_id, now_ns);
            alpaca_tend(alpaca); /* in the order of the step */
        } else if (head->action == ORDER_ACTION_REPLACE) {
            refuse_replace(alpaca, request);
        } else if (group == taken || (first && is_taken(alpaca, output, group))) {
            taken = group;
            refuse_taken(alpaca, request);
        } else if (first) {
            orders_sent(&alpaca->orders, request, head->order_id, now_ns);
            put_out(alpaca, head->order_id, false);
        } else {
            orders_sent(&alpaca->orders, request, group, now_ns);
        }
    }
    alpaca_tend(alpaca);
}
