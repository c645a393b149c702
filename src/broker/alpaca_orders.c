#include "broker/alpaca_orders.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "broker/alpaca_orders_private.h"
#include "sys/memory.h"

enum {
    CAPACITY_FIRST = 64,
    KEPT_MAX = 4096,   /* so many are looked through for one that ended at most ... */
    KEPT_ENDED = 1024, /* ... of which the latest stay, for what is still told of them */
    SAID_SIZE = 640,
};

void orders_init(struct orders *orders, const struct orders_plan *plan)
{
    *orders = (struct orders){.plan = *plan, .last_exec_id = plan->last_exec_id};
    busts_begin(orders);
}

void orders_finish(struct orders *orders)
{
    free(orders->list);
    free(orders->ids);
    busts_end(orders);
    orders->list = NULL;
    orders->ids = NULL;
    orders->count = 0;
}

/* ---- the table ---- */

/* From the latest backwards: nearly all that is heard is about those. */
struct tracked *orders_find(const struct orders *orders, uint64_t id)
{
    for (uint32_t i = orders->count; i-- > 0;) {
        if (orders->ids[i] == id) {
            return &orders->list[i];
        }
    }
    return NULL;
}

struct tracked *orders_find_broker(const struct orders *orders, const char *broker_id)
{
    for (uint32_t i = orders->count; i-- > 0 && broker_id[0] != '\0';) {
        if (strcmp(orders->list[i].broker_id, broker_id) == 0) {
            return &orders->list[i];
        }
    }
    return NULL;
}

static struct tracked *live_from(struct orders *orders, uint32_t index)
{
    while (index < orders->count && orders->list[index].state == TRACKED_ENDED) {
        index++;
    }
    return index < orders->count ? &orders->list[index] : NULL;
}

struct tracked *orders_first(struct orders *orders)
{
    struct tracked *first = live_from(orders, orders->live);
    orders->live = first == NULL ? orders->count : (uint32_t)(first - orders->list);
    return first;
}

struct tracked *orders_next(struct orders *orders, const struct tracked *order)
{
    return live_from(orders, (uint32_t)(order - orders->list) + 1);
}

uint32_t orders_instrument(const struct orders *orders, const char *symbol)
{
    for (uint32_t i = 0; i < orders->plan.instrument_count; i++) {
        if (strncmp(orders->plan.instruments[i].symbol, symbol, SYMBOL_SIZE) == 0) {
            return i;
        }
    }
    return INSTRUMENT_NONE;
}

/* Forgets what ended long ago and left no doubt. */
static void forget_old(struct orders *orders)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < orders->count; i++) {
        const struct tracked *order = &orders->list[i];
        bool matters = order->state != TRACKED_ENDED || order->doubt != 0 || order->wants_fills;
        if (matters || orders->count - i <= KEPT_ENDED) {
            orders->ids[kept] = order->id;
            orders->list[kept++] = *order;
        }
    }
    orders->count = kept;
    orders->live = 0;
}

struct tracked *tracked_add(struct orders *orders, uint64_t id)
{
    if (orders->count == orders->capacity && orders->count >= KEPT_MAX) {
        forget_old(orders);
    }
    if (orders->count == orders->capacity) {
        orders->capacity = orders->capacity == 0 ? CAPACITY_FIRST : 2 * orders->capacity;
        orders->list = xrealloc(orders->list, orders->capacity * sizeof *orders->list);
        orders->ids = xrealloc(orders->ids, orders->capacity * sizeof *orders->ids);
    }
    orders->ids[orders->count] = id;
    struct tracked *order = &orders->list[orders->count++];
    *order = (struct tracked){.id = id};
    return order;
}

/* ---- what is told ---- */

void tracked_report(struct orders *orders, const struct tracked *order, enum event_kind kind,
                    enum reject_reason reason, int64_t src_ns)
{
    if (order->orphan) {
        return;
    }
    const struct event event = {
        .src_ns = src_ns,
        .kind = (uint8_t)kind,
        .flags = (uint8_t)reason,
        .instrument = order->instrument,
        .report = {.order_id = order->id},
    };
    report_queue_add(orders->plan.reports, &event);
}

void tracked_say(const struct orders *orders, const struct tracked *order, const char *what,
                 const char *format, ...)
{
    char words[SAID_SIZE];
    char text[SAID_SIZE + 256];
    va_list arguments;
    if (orders->plan.say == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    const char *symbol = order->instrument < orders->plan.instrument_count
                             ? orders->plan.instruments[order->instrument].symbol
                             : "?";
    (void)snprintf(text, sizeof text, "%.16s order %" PRIu64 " %s%s: %s", symbol, order->id,
                   order->broker_id[0] == '\0' ? "(no id at the broker yet)" : "at the broker ",
                   order->broker_id, words);
    orders->plan.say(orders->plan.context, what, text);
}

void tracked_doubt(struct orders *orders, struct tracked *order, uint8_t set, uint8_t clear)
{
    bool was = order->doubt != 0;
    order->doubt = (uint8_t)((order->doubt & ~clear) | set);
    bool is = order->doubt != 0;
    orders->doubts += is && !was ? 1 : 0;
    orders->doubts -= was && !is ? 1 : 0;
}

void tracked_end(struct tracked *order)
{
    order->state = TRACKED_ENDED;
    order->cancel = CANCEL_NONE;
    order->wants_poll = false;
    order->lookup = (struct tracked_lookup){0};
}

/* ---- what we do ---- */

/* Whether exits wait at the broker until this one is filled completely. */
static bool leads(const struct order_request *request, uint64_t group)
{
    uint8_t order_class = request->head.order.order_class;
    return request->head.order.order_id == group &&
           (order_class == ORDER_CLASS_BRACKET || order_class == ORDER_CLASS_OTO);
}

/* Nearly always not, so it does not stop at the first: that is several at a time. */
static bool is_used(const struct orders *orders, uint64_t id)
{
    uint64_t found = 0;
    for (uint32_t i = 0; i < orders->count; i++) {
        found |= orders->ids[i] == id;
    }
    return found != 0;
}

void orders_sent(struct orders *orders, const struct order_request *request, uint64_t group,
                 int64_t now_ns)
{
    CHECK(!is_used(orders, request->head.order.order_id)); /* an id is used once */
    struct tracked *order = tracked_add(orders, request->head.order.order_id);
    order->group = group;
    order->instrument = request->legs[0].instrument;
    order->state = TRACKED_SENDING;
    order->buys = request->legs[0].ratio > 0;
    order->has_request = true;
    order->leads = leads(request, group);
    order->qty_e9 = request->head.order.qty_e9;
    order->sent_ns = now_ns;
    order->request = *request;
}

void tracked_reopen(struct orders *orders, struct tracked *order)
{
    uint32_t place = (uint32_t)(order - orders->list);
    order->state = TRACKED_WORKING;
    order->accepted = true;
    orders->live = orders->live < place ? orders->live : place;
}

struct tracked *tracked_recall(struct orders *orders, const struct order_fact *fact)
{
    struct tracked *order = tracked_add(orders, fact->id);
    order->group = fact->id;
    order->instrument = fact->instrument;
    order->adrift = true;
    order->accepted = fact->accepted;
    order->state = fact->accepted ? TRACKED_WORKING : TRACKED_UNKNOWN;
    order->cancel = fact->canceling ? CANCEL_WANTED : CANCEL_NONE;
    order->cancel_asked = fact->canceling;
    order->qty_e9 = fact->qty_e9;
    order->applied_e9 = fact->filled_e9;
    order->known_e9 = fact->filled_e9;
    order->sent_ns = fact->since_ns;
    return order;
}

void orders_recall(struct orders *orders, const struct order_fact *fact, int64_t now_ns)
{
    CHECK(fact->working);
    if (orders_find(orders, fact->id) != NULL) {
        return;
    }
    const struct tracked *order = tracked_recall(orders, fact);
    if (!fact->accepted && !fact->unknown) {
        tracked_report(orders, order, EVENT_NO_ANSWER, REJECT_NONE, now_ns);
    }
}

/* Nothing that the broker said shows that it has the order. */
static bool is_unheard(const struct tracked *order)
{
    return order->broker_id[0] == '\0' && order->state != TRACKED_ENDED;
}

void orders_no_answer(struct orders *orders, uint64_t group, int64_t now_ns)
{
    for (uint32_t i = 0; i < orders->count; i++) {
        struct tracked *order = &orders->list[i];
        if (order->group == group && order->state == TRACKED_SENDING) {
            order->state = TRACKED_UNKNOWN;
            tracked_report(orders, order, EVENT_NO_ANSWER, REJECT_NONE, now_ns);
        }
    }
}

bool orders_refuse(struct orders *orders, uint64_t group, enum reject_reason reason, int64_t now_ns)
{
    const struct tracked *first = orders_find(orders, group);
    if (first == NULL || !is_unheard(first)) {
        return false;
    }
    for (uint32_t i = 0; i < orders->count; i++) {
        struct tracked *order = &orders->list[i];
        if (order->group == group && is_unheard(order)) {
            tracked_report(orders, order, EVENT_REJECTED, reason, now_ns);
            order->told = true;
            tracked_end(order);
        }
    }
    return true;
}

void orders_cancel(struct orders *orders, uint64_t id, int64_t now_ns)
{
    struct tracked *order = orders_find(orders, id);
    if (order == NULL) {
        return; /* it ended long ago, and the engine has been told */
    }
    if (order->state == TRACKED_ENDED) {
        tracked_report(orders, order, EVENT_CANCEL_REJECTED, REJECT_NOT_WORKING, now_ns);
        return;
    }
    order->cancel_asked = true;
    if (order->cancel == CANCEL_NONE) {
        order->cancel = CANCEL_WANTED;
        order->cancels = 0;
    }
}

void orders_cancel_refused(struct orders *orders, uint64_t id, enum reject_reason reason,
                           int64_t now_ns)
{
    struct tracked *order = orders_find(orders, id);
    if (order != NULL && order->cancel != CANCEL_NONE && order->end == WIRE_UNKNOWN) {
        order->cancel = CANCEL_NONE;
        if (order->cancel_asked) {
            order->cancel_asked = false;
            tracked_report(orders, order, EVENT_CANCEL_REJECTED, reason, now_ns);
        }
    }
}

void orders_lost(struct orders *orders, uint64_t id)
{
    struct tracked *order = orders_find(orders, id);
    if (order != NULL && (order->doubt & DOUBT_STATUS) == 0) {
        tracked_doubt(orders, order, DOUBT_STATUS, 0);
        tracked_say(orders, order, "alarm", "the broker says that there is no such order");
    }
}

/* ---- names ---- */

bool orders_is_found(const struct tracked *order)
{
    return order->broker_id[0] != '\0' || order->state == TRACKED_ENDED;
}

/* From the log alone an exit may have gone out by itself, with its trade's target as an OCO, or
 * with the entry, whose exits are the first attempt. */
uint64_t orders_name(const struct tracked *order, uint32_t index)
{
    uint64_t names[3] = {order->adrift ? order->id : order->group, 0, 0};
    uint32_t count = 1;
    enum order_role role = order_id_role(order->id);
    uint32_t attempt = (uint32_t)(order->id & ORDER_ATTEMPT_MAX);
    if (order->adrift && role == ORDER_ROLE_STOP) {
        names[count++] = order_id_make(order_id_trade(order->id), ORDER_ROLE_TARGET, attempt);
    }
    if (order->adrift && (role == ORDER_ROLE_STOP || role == ORDER_ROLE_TARGET) && attempt == 1) {
        names[count++] = order_id_make(order_id_trade(order->id), ORDER_ROLE_ENTRY, 1);
    }
    return index < count ? names[index] : 0;
}
