/* groups.c: orders that hang together.
 *
 * The entry of a bracket or an OTO works alone; its exits are held until it is filled completely,
 * or ends partly filled: then they work for what was filled. When it ends without a fill they end
 * with it. Two exits share one quantity: what one fills, the other loses, and when one ends, the
 * other ends with it. Ending a held exit ends its entry, too. */
#include "base/check.h"
#include "base/money.h"
#include "exchange/exchange_private.h"

#define CENT (MONEY_E9 / 100)

/* ---- what may be a group ---- */

static bool is_stop_type(uint8_t type)
{
    return type == ORDER_TYPE_STOP || type == ORDER_TYPE_STOP_LIMIT ||
           type == ORDER_TYPE_TRAILING_STOP;
}

static bool goes_with(const struct order_request *first, const struct order_request *other)
{
    return other->head.order.order_class == first->head.order.order_class &&
           other->head.order.action == ORDER_ACTION_SUBMIT &&
           other->terms.group == first->head.order.order_id &&
           other->legs[0].instrument == first->legs[0].instrument &&
           other->head.order.qty_e9 == first->head.order.qty_e9;
}

/* A target lies beyond the base in the trade's direction, a stop before it, by a cent or more. */
static bool exit_fits(const struct order_request *request, bool long_trade, int64_t base_e9)
{
    const struct event_order *order = &request->head.order;
    if (base_e9 == 0 || order->type == ORDER_TYPE_TRAILING_STOP) {
        return true;
    }
    bool above = (order->type == ORDER_TYPE_LIMIT) == long_trade;
    int64_t price_e9 =
        order->type == ORDER_TYPE_LIMIT ? order->limit_price_e9 : request->terms.stop_price_e9;
    return above ? price_e9 >= base_e9 + CENT : price_e9 <= base_e9 - CENT;
}

/* One of two exits is a target, the other a stop, and the target is the better price. */
static bool pair_fits(const struct order_request *a, const struct order_request *b, bool long_trade)
{
    const struct order_request *target = a->head.order.type == ORDER_TYPE_LIMIT ? a : b;
    const struct order_request *stop = target == a ? b : a;
    if (target->head.order.type != ORDER_TYPE_LIMIT || !is_stop_type(stop->head.order.type)) {
        return false;
    }
    int64_t limit_e9 = target->head.order.limit_price_e9;
    int64_t stop_e9 = stop->terms.stop_price_e9;
    return stop->head.order.type == ORDER_TYPE_TRAILING_STOP ||
           (long_trade ? limit_e9 > stop_e9 : limit_e9 < stop_e9);
}

/* What the exits of an entry are measured against; 0 when nothing is known. */
static int64_t base_price_e9(const struct exchange *exchange, const struct order_request *entry)
{
    switch ((enum order_type)entry->head.order.type) {
    case ORDER_TYPE_LIMIT:
    case ORDER_TYPE_STOP_LIMIT:
        return entry->head.order.limit_price_e9;
    case ORDER_TYPE_STOP:
        return entry->terms.stop_price_e9;
    case ORDER_TYPE_MARKET:
    case ORDER_TYPE_TRAILING_STOP:
        return exchange->holdings[entry->legs[0].instrument].close_e9;
    }
    return 0;
}

static bool with_entry_fits(const struct exchange *exchange,
                            const struct order_request *const *requests, uint32_t count)
{
    const struct order_request *entry = requests[0];
    bool long_trade = entry->legs[0].ratio > 0;
    int64_t base_e9 = base_price_e9(exchange, entry);
    for (uint32_t i = 1; i < count; i++) {
        uint8_t type = requests[i]->head.order.type;
        if (requests[i]->legs[0].ratio != -entry->legs[0].ratio ||
            (type != ORDER_TYPE_LIMIT && !is_stop_type(type)) ||
            !exit_fits(requests[i], long_trade, base_e9)) {
            return false;
        }
    }
    return count == 2 || pair_fits(requests[1], requests[2], long_trade);
}

static bool fits(const struct exchange *exchange, const struct order_request *const *requests,
                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!goes_with(requests[0], requests[i])) {
            return false;
        }
    }
    switch ((enum order_class)requests[0]->head.order.order_class) {
    case ORDER_CLASS_SIMPLE:
        return count == 1;
    case ORDER_CLASS_BRACKET:
        return count == 3 && with_entry_fits(exchange, requests, count);
    case ORDER_CLASS_OTO:
        return count == 2 && with_entry_fits(exchange, requests, count);
    case ORDER_CLASS_OCO:
        return count == 2 && requests[0]->legs[0].ratio == requests[1]->legs[0].ratio &&
               pair_fits(requests[0], requests[1], requests[0]->legs[0].ratio < 0);
    }
    return false;
}

enum reject_reason groups_judge(const struct exchange *exchange,
                                const struct order_request *const *requests, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t time_in_force = requests[i]->head.order.time_in_force;
        if (time_in_force != TIME_IN_FORCE_DAY && time_in_force != TIME_IN_FORCE_GTC) {
            return REJECT_BAD_TIME;
        }
    }
    return fits(exchange, requests, count) ? REJECT_NONE : REJECT_BAD_GROUP;
}

void groups_tie(struct exchange *exchange, const int32_t *places, uint32_t count)
{
    struct resting *orders = exchange->orders;
    bool has_entry = orders[places[0]].order_class != ORDER_CLASS_OCO;
    uint32_t first_exit = has_entry ? 1 : 0;
    if (has_entry) {
        for (uint32_t i = 1; i < count; i++) {
            orders[places[0]].children[i - 1] = places[i];
            orders[places[i]].entry = places[0];
            orders[places[i]].life = ORDER_HELD;
        }
    }
    if (count - first_exit == 2) {
        orders[places[first_exit]].sibling = places[first_exit + 1];
        orders[places[first_exit + 1]].sibling = places[first_exit];
    }
}

/* ---- what follows from fills and ends ---- */

/* A held exit begins to work for qty_e9; the first of two holds the shares for both. When the entry
 * ended without its last fill, price_e9 is 0 and the exit begins with the next bar. */
static void arm(struct exchange *exchange, int32_t place, int64_t qty_e9, int64_t price_e9,
                bool inside, bool holds)
{
    struct resting *exit = &exchange->orders[place];
    const struct holding *holding = &exchange->holdings[exit->instrument];
    exit->entry = NO_ORDER;
    exit->life = ORDER_WORKING;
    exit->left_e9 = qty_e9;
    exit->armed_visit = exchange->visits;
    exit->armed_at_e9 = inside ? price_e9 : 0;
    exit->visit = price_e9 == 0 ? exchange->visits : 0;
    if (exit->match.type == ORDER_TYPE_TRAILING_STOP) {
        exit->mark_e9 = price_e9 != 0 ? price_e9 : holding->close_e9;
        order_set_trail(exit);
    }
    if (holds) {
        int64_t closable_e9 = account_closable_e9(holding, exit->match.buys);
        exit->closing_e9 = closable_e9 >= qty_e9 ? qty_e9 : 0;
        account_hold(exchange, exit);
    }
}

static void arm_children(struct exchange *exchange, struct resting *entry, int64_t price_e9,
                         bool inside)
{
    for (int i = 0; i < 2; i++) {
        int32_t child = entry->children[i];
        entry->children[i] = NO_ORDER;
        if (child != NO_ORDER) {
            arm(exchange, child, entry->filled_e9, price_e9, inside, i == 0);
        }
    }
}

/* The second of two exits takes over what the first one held. */
static void end_sibling(struct exchange *exchange, struct resting *order, enum event_kind kind,
                        int64_t at_ns, struct exchange_reports *reports)
{
    int32_t sibling = order->sibling;
    if (sibling != NO_ORDER) {
        order->sibling = NO_ORDER;
        exchange->orders[sibling].sibling = NO_ORDER;
        order_end(exchange, sibling, kind, REJECT_NONE, at_ns, reports);
    }
}

void groups_on_fill(struct exchange *exchange, int32_t place, int64_t qty_e9, int64_t price_e9,
                    bool inside, int64_t at_ns, struct exchange_reports *reports)
{
    struct resting *order = &exchange->orders[place];
    if (order->sibling != NO_ORDER) {
        struct resting *sibling = &exchange->orders[order->sibling];
        account_free(exchange, sibling);
        sibling->left_e9 -= qty_e9;
        account_hold(exchange, sibling);
        CHECK(sibling->left_e9 == order->left_e9);
    }
    if (order->left_e9 == 0) {
        end_sibling(exchange, order, EVENT_CANCELED, at_ns, reports);
        arm_children(exchange, order, price_e9, inside);
    }
}

void groups_on_end(struct exchange *exchange, int32_t place, enum event_kind kind, int64_t at_ns,
                   struct exchange_reports *reports)
{
    struct resting *order = &exchange->orders[place];
    int32_t entry = order->entry;
    if (entry != NO_ORDER) { /* a held exit: the entry goes, and with it the other exit */
        struct resting *its = &exchange->orders[entry];
        its->children[its->children[0] == place ? 0 : 1] = NO_ORDER;
        order->entry = NO_ORDER;
        end_sibling(exchange, order, kind, at_ns, reports);
        if (exchange->orders[entry].life == ORDER_WORKING) {
            order_end(exchange, entry, kind, REJECT_NONE, at_ns, reports);
        }
        return;
    }
    end_sibling(exchange, order, kind, at_ns, reports);
    if (order->filled_e9 > 0) {
        arm_children(exchange, order, 0, false);
        return;
    }
    for (int i = 0; i < 2; i++) {
        int32_t child = order->children[i];
        order->children[i] = NO_ORDER;
        if (child != NO_ORDER) {
            exchange->orders[child].entry = NO_ORDER;
            exchange->orders[child].sibling = NO_ORDER;
            order_end(exchange, child, kind, REJECT_NONE, at_ns, reports);
        }
    }
}
