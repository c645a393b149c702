/* orders.c: places, ids, lists and ends of orders.
 *
 * Ids that were used are refused: those of working orders always, those of ended ones as long as
 * they are remembered. Each id has a window of entries in a table, chosen by its hash; a new one
 * takes one of them that holds no working order, in turn. */
#include "base/check.h"
#include "base/money.h"
#include "exchange/exchange_private.h"

enum { ID_WINDOW = 16 };

struct event *report(struct exchange *exchange, struct exchange_reports *reports,
                     enum event_kind kind, enum reject_reason reason, int64_t ts_ns,
                     uint32_t instrument, uint64_t order_id)
{
    CHECK(reports->count < reports->capacity);
    struct exchange_report *report = &reports->reports[reports->count++];
    struct event *event = &report->event;
    clear_slot(event); /* made in its place: see there */
    event->ts_ns = ts_ns;
    event->src_ns = ts_ns;
    event->kind = (uint8_t)kind;
    event->version = 1;
    event->slots = 1;
    event->flags = (uint8_t)reason;
    event->instrument = instrument;
    event->report.order_id = order_id;
    report->cash_e9 = exchange->cash_e9;
    report->qty_e9 = 0;
    if (instrument < exchange->plan.instrument_count) {
        report->qty_e9 = exchange->holdings[instrument].qty_e9;
    }
    return event;
}

/* ---- ids and places ---- */

/* The first of the id's entries; ids differ in their middle bits. */
static uint32_t id_window(const struct exchange *exchange, uint64_t id)
{
    uint64_t spread = id * UINT64_C(0x9e3779b97f4a7c15);
    return ((uint32_t)(spread >> 32) & exchange->known_mask) * ID_WINDOW;
}

struct known_id *order_find(const struct exchange *exchange, uint64_t id)
{
    if (id > exchange->highest_id) {
        return NULL;
    }
    struct known_id *window = &exchange->known_ids[id_window(exchange, id)];
    for (uint32_t i = 0; i < ID_WINDOW; i++) {
        if (window[i].id == id) {
            return &window[i];
        }
    }
    return NULL;
}

/* An entry for a new id, or UINT32_MAX when its whole window is at work. */
static uint32_t free_id(struct exchange *exchange, uint64_t id)
{
    uint32_t window = id_window(exchange, id);
    for (uint32_t i = 0; i < ID_WINDOW; i++) {
        uint32_t entry = window + (exchange->known_turn + i) % ID_WINDOW;
        if (exchange->known_ids[entry].place_plus_1 == 0) {
            exchange->known_turn += i + 1;
            return entry;
        }
    }
    return UINT32_MAX;
}

int32_t order_take(struct exchange *exchange, uint64_t id)
{
    if (exchange->free == NO_ORDER) {
        return NO_ORDER;
    }
    uint32_t entry = free_id(exchange, id);
    if (entry == UINT32_MAX) {
        return NO_ORDER;
    }
    int32_t place = exchange->free;
    struct resting *order = &exchange->orders[place];
    exchange->free = order->next;
    exchange->free_count--;
    exchange->highest_id = id > exchange->highest_id ? id : exchange->highest_id;
    exchange->known_ids[entry] = (struct known_id){.id = id, .place_plus_1 = place + 1};
    for (size_t i = 0; i < sizeof *order / EVENT_SIZE; i++) {
        clear_slot((unsigned char *)order + i * EVENT_SIZE);
    }
    order->id = id;
    order->known = entry;
    order->next = NO_ORDER;
    order->previous = NO_ORDER;
    order->entry = NO_ORDER;
    order->sibling = NO_ORDER;
    order->children[0] = NO_ORDER;
    order->children[1] = NO_ORDER;
    order->replacement = NO_ORDER;
    order->expires_ns = NEVER_NS;
    order->cancel_ns = NEVER_NS;
    if (place >= exchange->places_used) {
        exchange->places_used = place + 1;
    }
    return place;
}

void order_release(struct exchange *exchange, int32_t place)
{
    struct resting *order = &exchange->orders[place];
    exchange->known_ids[order->known].place_plus_1 = 0;
    order->life = ORDER_FREE;
    order->next = exchange->free;
    exchange->free = place;
    exchange->free_count++;
}

void order_forget(struct exchange *exchange, int32_t place)
{
    exchange->known_ids[exchange->orders[place].known].id = 0;
    order_release(exchange, place);
}

void order_enlist(struct exchange *exchange, int32_t place)
{
    struct resting *order = &exchange->orders[place];
    struct holding *holding = &exchange->holdings[order->instrument];
    order->previous = holding->last;
    order->next = NO_ORDER;
    if (holding->last == NO_ORDER) {
        holding->first = place;
    } else {
        exchange->orders[holding->last].next = place;
    }
    holding->last = place;
}

static void unlist(struct exchange *exchange, const struct resting *order)
{
    struct holding *holding = &exchange->holdings[order->instrument];
    if (order->previous == NO_ORDER) {
        holding->first = order->next;
    } else {
        exchange->orders[order->previous].next = order->next;
    }
    if (order->next == NO_ORDER) {
        holding->last = order->previous;
    } else {
        exchange->orders[order->next].previous = order->previous;
    }
}

/* ---- ends ---- */

/* Requests that were on their way to an order that ended before they worked. */
static void answer_late_requests(struct exchange *exchange, struct resting *order,
                                 enum event_kind kind, int64_t at_ns,
                                 struct exchange_reports *reports)
{
    if (order->cancel_ns != NEVER_NS && kind != EVENT_CANCELED) {
        report(exchange, reports, EVENT_CANCEL_REJECTED, REJECT_NOT_WORKING, at_ns,
               order->instrument, order->id);
    }
    if (order->replacement != NO_ORDER) {
        uint64_t id = exchange->orders[order->replacement].id;
        order_forget(exchange, order->replacement);
        order->replacement = NO_ORDER;
        report(exchange, reports, EVENT_REJECTED, REJECT_NOT_WORKING, at_ns, order->instrument, id);
    }
}

void order_end_plain(struct exchange *exchange, int32_t place)
{
    struct resting *order = &exchange->orders[place];
    account_free(exchange, order);
    unlist(exchange, order);
    order_release(exchange, place);
}

RARELY void order_end(struct exchange *exchange, int32_t place, enum event_kind kind,
                      enum reject_reason reason, int64_t at_ns, struct exchange_reports *reports)
{
    struct resting *order = &exchange->orders[place];
    CHECK(order->life == ORDER_WORKING || order->life == ORDER_HELD);
    if (kind != EVENT_FILL) {
        report(exchange, reports, kind, reason, at_ns, order->instrument, order->id);
    }
    account_free(exchange, order);
    answer_late_requests(exchange, order, kind, at_ns, reports);
    unlist(exchange, order);
    if (order_in_group(order) && kind != EVENT_FILL && kind != EVENT_REPLACED) {
        groups_on_end(exchange, place, kind, at_ns, reports);
    }
    order_release(exchange, place);
}

/* When the next thing happens to the order by itself. */
static int64_t due_at(const struct exchange *exchange, const struct resting *order)
{
    if (order->life != ORDER_WORKING && order->life != ORDER_HELD) {
        return NEVER_NS;
    }
    int64_t due_ns = order->cancel_ns;
    if (order->expires_ns != INT64_MIN && order->expires_ns < due_ns) {
        due_ns = order->expires_ns;
    }
    if (order->replacement != NO_ORDER) {
        int64_t works_ns = exchange->orders[order->replacement].works_ns;
        due_ns = works_ns < due_ns ? works_ns : due_ns;
    }
    return due_ns;
}

/* Of what happens at one instant, an order's end by the session comes first, then what was asked
 * for. */
static void do_due(struct exchange *exchange, int32_t place, int64_t at_ns,
                   struct exchange_reports *reports)
{
    const struct resting *order = &exchange->orders[place];
    if (order->expires_ns == at_ns) {
        order_end(exchange, place, EVENT_EXPIRED, REJECT_NONE, at_ns, reports);
    } else if (order->cancel_ns == at_ns) {
        order_end(exchange, place, EVENT_CANCELED, REJECT_NONE, at_ns, reports);
    } else {
        replacement_work(exchange, place, at_ns, reports);
    }
}

RARELY void orders_due(struct exchange *exchange, int64_t until_ns,
                       struct exchange_reports *reports)
{
    for (;;) {
        int64_t first_ns = NEVER_NS;
        for (int32_t i = 0; i < exchange->places_used; i++) {
            int64_t due_ns = due_at(exchange, &exchange->orders[i]);
            first_ns = due_ns < first_ns ? due_ns : first_ns;
        }
        exchange->due_ns = first_ns;
        if (first_ns > until_ns || first_ns == NEVER_NS) {
            return;
        }
        for (int32_t i = 0; i < exchange->places_used; i++) {
            if (due_at(exchange, &exchange->orders[i]) == first_ns) {
                struct holding *holding = &exchange->holdings[exchange->orders[i].instrument];
                do_due(exchange, i, first_ns, reports);
                orders_set_wake(exchange, holding);
            }
        }
    }
}

/* ---- what wakes them ---- */

static void wake_at_or_below(struct holding *holding, int64_t price_e9)
{
    holding->wake_low_e9 = price_e9 > holding->wake_low_e9 ? price_e9 : holding->wake_low_e9;
}

static void wake_at_or_above(struct holding *holding, int64_t price_e9)
{
    holding->wake_high_e9 = price_e9 < holding->wake_high_e9 ? price_e9 : holding->wake_high_e9;
}

static void wake_for_price(struct holding *holding, const struct resting *order)
{
    bool limit = order->match.type == ORDER_TYPE_LIMIT;
    int64_t price_e9 = limit ? order->match.limit_e9 : order->match.stop_e9;
    if (limit == order->match.buys) { /* a buyer's limit and a seller's stop wait below */
        wake_at_or_below(holding, price_e9);
    } else {
        wake_at_or_above(holding, price_e9);
    }
    if (order->match.type == ORDER_TYPE_TRAILING_STOP) { /* and a new best price moves the stop */
        if (order->match.buys) {
            wake_at_or_below(holding, order->mark_e9 - 1);
        } else {
            wake_at_or_above(holding, order->mark_e9 + 1);
        }
    }
}

/* Whether an order wants to see the next bar whatever its prices. */
static bool always_awake(const struct resting *order)
{
    return order->match.type == ORDER_TYPE_MARKET || order->expires_ns == INT64_MIN ||
           order_is_immediate(order) || order->time_in_force == TIME_IN_FORCE_OPG ||
           order->time_in_force == TIME_IN_FORCE_CLS ||
           (order->match.type == ORDER_TYPE_TRAILING_STOP && order->mark_e9 == 0);
}

void orders_set_wake(struct exchange *exchange, struct holding *holding)
{
    holding->wake_low_e9 = 0;
    holding->wake_high_e9 = INT64_MAX;
    for (int32_t i = holding->first; i != NO_ORDER; i = exchange->orders[i].next) {
        const struct resting *order = &exchange->orders[i];
        if (order->life != ORDER_WORKING) {
            continue;
        }
        if (always_awake(order)) {
            holding->wake_low_e9 = INT64_MAX;
            return;
        }
        wake_for_price(holding, order);
    }
}

void order_set_trail(struct resting *order)
{
    int64_t distance_e9 = order->trail;
    if (order->trail_is_ppm) {
        (void)money_mul_div(order->mark_e9, order->trail, 1000000, ROUND_EVEN, &distance_e9);
    }
    order->match.stop_e9 =
        order->match.buys ? order->mark_e9 + distance_e9 : order->mark_e9 - distance_e9;
}
