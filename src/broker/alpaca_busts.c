/* alpaca_busts.c: executions that the exchange takes back (see alpaca_orders.h).
 *
 * The latest executions that were counted are remembered with the names and numbers by which the
 * broker tells of them. A bust names its execution on the stream. Where that is not heard, an
 * order's filled quantity has fallen below what was counted: then the order's executions are read
 * until those that are not listed any more make exactly the difference. What can be told in neither
 * way is an alarm and doubt, never a guess. */
#include <string.h>

#include "base/money.h"
#include "broker/alpaca_orders_private.h"
#include "sys/memory.h"

/* Times of one execution, by the stream and by the activities, agree so far. */
#define SAME_NS NS_PER_S

/* A younger execution may not be listed yet. */
#define LISTED_NS (10 * NS_PER_S)

enum {
    EXECUTED_KEPT = 1024,
    LISTINGS_MAX = 20, /* so often an order's executions are read for what is missing in them */
};

void busts_begin(struct orders *orders)
{
    orders->executed = xcalloc(EXECUTED_KEPT, sizeof *orders->executed);
    orders->executed_count = 0;
}

void busts_end(struct orders *orders)
{
    free(orders->executed);
    orders->executed = NULL;
}

void busts_note(struct orders *orders, const struct tracked *order, const struct executed *executed)
{
    struct executed *place = &orders->executed[orders->executed_count++ % EXECUTED_KEPT];
    *place = *executed;
    place->order_id = order->id;
}

/* The next one of the order, NULL to begin with; NULL: no more. */
static struct executed *next_of(const struct orders *orders, uint64_t order_id,
                                struct executed *before)
{
    uint64_t kept = orders->executed_count < EXECUTED_KEPT ? orders->executed_count : EXECUTED_KEPT;
    struct executed *at = before == NULL ? orders->executed : before + 1;
    for (; at < orders->executed + kept; at++) {
        if (at->order_id == order_id) {
            return at;
        }
    }
    return NULL;
}

static bool is_same(const struct executed *known, const struct executed *told)
{
    int64_t apart_ns = known->ts_ns - told->ts_ns;
    return known->qty_e9 == told->qty_e9 && known->price_e9 == told->price_e9 &&
           known->cum_e9 == told->cum_e9 && apart_ns <= SAME_NS && apart_ns >= -SAME_NS;
}

bool busts_take_listed(struct orders *orders, const struct tracked *order,
                       const struct executed *told)
{
    bool known = false;
    if (order->bust_ns == 0 && !order->fallen) {
        return false; /* nearly always: the cumulative quantity alone tells what is old */
    }
    for (struct executed *at = NULL; (at = next_of(orders, order->id, at)) != NULL;) {
        bool named =
            told->execution_id[0] != '\0' && strcmp(at->execution_id, told->execution_id) == 0;
        if (named || is_same(at, told)) {
            at->listed = true;
            known = true;
        }
    }
    return known;
}

/* ---- taking back ---- */

int64_t busts_before(const struct orders *orders, const struct tracked *order,
                     const struct executed *told)
{
    int64_t sum_e9 = 0;
    struct executed *at = NULL;
    while (told->ts_ns < order->bust_ns && (at = next_of(orders, order->id, at)) != NULL) {
        if (at->busted && at->cum_e9 < told->cum_e9) {
            sum_e9 = money_add_capped(sum_e9, at->qty_e9);
        }
    }
    return sum_e9;
}

static void take_back(struct orders *orders, struct tracked *order, struct executed *executed,
                      int64_t now_ns)
{
    char qty[MONEY_TEXT_SIZE];
    char price[MONEY_TEXT_SIZE];
    (void)money_format(executed->qty_e9, qty);
    (void)money_format(executed->price_e9, price);
    tracked_say(orders, order, "alarm", "an execution of %s at %s was taken back by the exchange",
                qty, price);
    order->told = order->told || order->applied_e9 >= order->qty_e9; /* it has ended as filled */
    executed->busted = true;
    order->applied_e9 -= executed->qty_e9;
    order->known_e9 -= executed->qty_e9;
    order->bust_ns = now_ns > order->bust_ns ? now_ns : order->bust_ns;
    orders->busts++;
    tracked_doubt(orders, order, DOUBT_BUSTED, 0);
    if (executed->exec_id == 0) {
        return; /* nothing of it was told */
    }
    const struct event event = {
        .src_ns = now_ns,
        .kind = EVENT_BUSTED,
        .instrument = order->instrument,
        .report = {.order_id = order->id, .exec_id = executed->exec_id},
    };
    report_queue_add(orders->plan.reports, &event);
}

static void doubt(struct orders *orders, struct tracked *order, const char *why)
{
    order->fallen = false;
    tracked_doubt(orders, order, DOUBT_EXECUTION, 0);
    tracked_say(orders, order, "alarm", "%s", why);
}

/* ---- by name ---- */

/* What the order has of that quantity and price. */
struct likeness {
    struct executed *standing; /* the last of them */
    struct executed *unnamed;  /* taken back by the numbers, before its name was heard */
    uint32_t count;            /* standing ones */
};

static struct likeness find_like(const struct orders *orders, uint64_t order_id,
                                 const struct wire_update *update)
{
    struct likeness found = {0};
    for (struct executed *at = NULL; (at = next_of(orders, order_id, at)) != NULL;) {
        if (at->qty_e9 != update->qty_e9 || at->price_e9 != update->price_e9) {
            continue;
        }
        if (!at->busted) {
            found.standing = at;
            found.count++;
        } else if (at->execution_id[0] == '\0') {
            found.unnamed = at;
        }
    }
    return found;
}

static struct executed *find_named(const struct orders *orders, uint64_t order_id, const char *name)
{
    struct executed *at = NULL;
    while (name[0] != '\0' && (at = next_of(orders, order_id, at)) != NULL) {
        if (strcmp(at->execution_id, name) == 0) {
            return at;
        }
    }
    return NULL;
}

/* One that an earlier process counted: the engine knows it by its numbers. */
static uint64_t recall(const struct orders *orders, uint64_t order_id,
                       const struct wire_update *update)
{
    return orders->plan.executed == NULL ? 0
                                         : orders->plan.executed(orders->plan.context, order_id,
                                                                 update->qty_e9, update->price_e9);
}

/* It is remembered from now on, and taken back. */
static void take_back_recalled(struct orders *orders, struct tracked *order,
                               const struct wire_update *update, uint64_t exec_id, int64_t now_ns)
{
    struct executed recalled = {
        .exec_id = exec_id, .qty_e9 = update->qty_e9, .price_e9 = update->price_e9};
    (void)memcpy(recalled.execution_id, update->execution_id, WIRE_ID_SIZE);
    busts_note(orders, order, &recalled);
    uint64_t last = orders->executed_count - 1;
    take_back(orders, order, &orders->executed[last % EXECUTED_KEPT], now_ns);
}

void busts_take_forgotten(struct orders *orders, const struct wire_update *update)
{
    const struct wire_order *shown = &update->group.order;
    uint32_t instrument = orders_instrument(orders, shown->symbol);
    struct order_fact fact;
    uint64_t id;
    if (update->event != WIRE_UPDATE_TRADE_BUST || instrument == INSTRUMENT_NONE ||
        !wire_client_id_read(orders->plan.tag, shown->client_id, &id)) {
        return;
    }
    uint64_t exec_id = recall(orders, id, update);
    bool known = orders->plan.find(orders->plan.context, instrument, id, &fact);
    if (exec_id == 0 || (known && fact.filled_e9 - update->qty_e9 != shown->filled_qty_e9)) {
        return; /* the account's shares and cash will differ */
    }
    if (!known) {
        fact = (struct order_fact){.id = id, .qty_e9 = shown->qty_e9};
        fact.filled_e9 = shown->filled_qty_e9 + update->qty_e9;
    }
    fact.instrument = instrument;
    struct tracked *order = tracked_recall(orders, &fact);
    (void)memcpy(order->broker_id, shown->id, sizeof order->broker_id);
    order->matched = true;
    order->accepted = true;
    order->told = true;
    order->end = (uint8_t)shown->status;
    order->buys = shown->buys;
    tracked_end(order);
    take_back_recalled(orders, order, update, exec_id,
                       update->timestamp_ns != 0 ? update->timestamp_ns : shown->updated_ns);
}

void busts_take_update(struct orders *orders, struct tracked *order,
                       const struct wire_update *update)
{
    int64_t now_ns =
        update->timestamp_ns != 0 ? update->timestamp_ns : update->group.order.updated_ns;
    int64_t shown_e9 = update->group.order.filled_qty_e9;
    struct executed *named = find_named(orders, order->id, update->execution_id);
    struct likeness like = find_like(orders, order->id, update);
    bool fell = shown_e9 == order->applied_e9 - update->qty_e9;
    uint64_t exec_id = like.count == 0 && order->adrift ? recall(orders, order->id, update) : 0;
    if (named != NULL) {
        if (!named->busted) {
            take_back(orders, order, named, now_ns);
        }
    } else if (like.unnamed != NULL) {
        (void)memcpy(like.unnamed->execution_id, update->execution_id, WIRE_ID_SIZE);
    } else if (like.count == 1 && fell) {
        take_back(orders, order, like.standing, now_ns);
    } else if (exec_id != 0 && fell) {
        take_back_recalled(orders, order, update, exec_id, now_ns);
    } else if (shown_e9 < order->applied_e9) {
        return; /* the quantity beside it has fallen: its executions are read */
    } else if (like.count == 0 && !order->adrift && update->qty_e9 > 0) {
        tracked_say(orders, order, "alarm",
                    "the exchange took back an execution that was not heard of");
        order->bust_ns = now_ns > order->bust_ns ? now_ns : order->bust_ns;
    } else {
        doubt(orders, order,
              "an execution was taken back by the exchange, and which cannot be told");
    }
}

/* ---- by the numbers ---- */

void busts_take_quantity(struct orders *orders, struct tracked *order,
                         const struct wire_order *shown)
{
    bool less = shown->filled_qty_e9 < order->applied_e9;
    if (!less || (order->doubt & DOUBT_EXECUTION) != 0) { /* what was not heard of is no more */
        order->known_e9 = less ? order->applied_e9 : shown->filled_qty_e9;
        order->fallen = false;
        return;
    }
    if (!order->fallen) {
        order->fallen = true;
        order->listings = 0;
        tracked_say(orders, order, "busts", "its filled quantity fell: its executions are read");
    }
    order->known_e9 = order->applied_e9;
    order->shown_e9 = shown->filled_qty_e9;
    order->fallen_ns = shown->updated_ns;
}

void orders_begin_listing(struct orders *orders, const struct tracked *order)
{
    for (struct executed *at = NULL; (at = next_of(orders, order->id, at)) != NULL;) {
        at->listed = false;
    }
}

/* What stands and was not listed; false: some of it may just not be listed yet. */
static bool sum_unlisted(const struct orders *orders, uint64_t order_id, int64_t now_ns,
                         int64_t *sum_e9)
{
    *sum_e9 = 0;
    for (struct executed *at = NULL; (at = next_of(orders, order_id, at)) != NULL;) {
        if (at->busted || at->listed) {
            continue;
        }
        if (now_ns - at->ts_ns < LISTED_NS) {
            return false;
        }
        *sum_e9 = money_add_capped(*sum_e9, at->qty_e9);
    }
    return true;
}

void orders_end_listing(struct orders *orders, uint64_t id, int64_t now_ns)
{
    struct tracked *order = orders_find(orders, id);
    int64_t sum_e9;
    if (order == NULL || !order->fallen) {
        return;
    }
    bool all = sum_unlisted(orders, id, now_ns, &sum_e9);
    if (all && sum_e9 == order->applied_e9 - order->shown_e9) {
        order->fallen = false;
        for (struct executed *at = NULL; (at = next_of(orders, id, at)) != NULL;) {
            if (!at->busted && !at->listed) {
                take_back(orders, order, at, order->fallen_ns);
            }
        }
    } else if (++order->listings >= LISTINGS_MAX) {
        doubt(orders, order,
              "its filled quantity fell: an execution was taken back, and which "
              "cannot be told");
    }
    tracked_settle(orders, order);
}

void orders_doubt_execution(struct orders *orders, uint64_t id)
{
    struct tracked *order = orders_find(orders, id);
    if (order != NULL) {
        tracked_doubt(orders, order, DOUBT_EXECUTION, 0);
    }
}

void orders_agree(struct orders *orders, uint32_t instrument, bool nothing_beside)
{
    uint8_t ends = nothing_beside ? DOUBT_BUSTED | DOUBT_EXECUTION : DOUBT_BUSTED;
    for (uint32_t i = 0; orders->doubts > 0 && i < orders->count; i++) {
        struct tracked *order = &orders->list[i];
        if (order->instrument == instrument && (order->doubt & ends) != 0 && !order->fallen &&
            order->known_e9 == order->applied_e9) {
            tracked_doubt(orders, order, 0, ends);
            tracked_say(orders, order, "busts", "the account is what its executions make it");
        }
    }
}
