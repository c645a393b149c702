/* requests.c: what the exchange is asked: new orders, cancels, replacements. */
#include "base/check.h"
#include "base/money.h"
#include "exchange/exchange_private.h"
#include "exchange/slippage.h"

enum { GROUP_MAX = 3 };

/* ---- one order by itself ---- */

static bool is_price(int64_t price_e9)
{
    return price_e9 > 0 && price_e9 <= PRICE_E9_MAX;
}

static bool prices_are_good(const struct order_request *request)
{
    const struct event_order *order = &request->head.order;
    const struct order_terms *terms = &request->terms;
    switch ((enum order_type)order->type) {
    case ORDER_TYPE_MARKET:
        return true;
    case ORDER_TYPE_LIMIT:
        return is_price(order->limit_price_e9);
    case ORDER_TYPE_STOP:
        return is_price(terms->stop_price_e9);
    case ORDER_TYPE_STOP_LIMIT:
        return is_price(order->limit_price_e9) && is_price(terms->stop_price_e9);
    case ORDER_TYPE_TRAILING_STOP:
        return terms->trail > 0 &&
               ((order->order_flags & ORDER_FLAG_TRAIL_PPM) != 0 ? terms->trail < 1000000
                                                                 : is_price(terms->trail));
    }
    return false;
}

/* Orders that fill at once, at the open or at the close only are market and limit orders; in
 * extended hours there are only limit orders that may wait. */
static bool time_is_good(const struct event_order *order)
{
    bool waits = order->time_in_force <= TIME_IN_FORCE_GTC;
    if ((order->order_flags & ORDER_FLAG_EXTENDED) != 0) {
        return waits && order->type == ORDER_TYPE_LIMIT && order->order_class == ORDER_CLASS_SIMPLE;
    }
    return waits || order->type == ORDER_TYPE_MARKET || order->type == ORDER_TYPE_LIMIT;
}

static enum reject_reason judge_form(const struct exchange *exchange,
                                     const struct order_request *request)
{
    const struct event_order *order = &request->head.order;
    const struct order_leg *leg = &request->legs[0];
    if (order->leg_count != 1 || (leg->ratio != 1 && leg->ratio != -1)) {
        return REJECT_BAD_LEGS;
    }
    if (leg->instrument >= exchange->plan.instrument_count) {
        return REJECT_UNKNOWN_INSTRUMENT;
    }
    if (order->type < ORDER_TYPE_MARKET || order->type > ORDER_TYPE_TRAILING_STOP ||
        order->time_in_force > TIME_IN_FORCE_CLS || order->order_class > ORDER_CLASS_OTO) {
        return REJECT_UNSUPPORTED;
    }
    if (order->qty_e9 <= 0) {
        return REJECT_BAD_QUANTITY;
    }
    if (!prices_are_good(request)) {
        return REJECT_BAD_PRICE;
    }
    if (!time_is_good(order)) {
        return REJECT_BAD_TIME;
    }
    return order_find(exchange, order->order_id) != NULL ? REJECT_DUPLICATE_ID : REJECT_NONE;
}

/* ---- the account's own orders on the other side ---- */

static bool is_exempt(const struct resting *order)
{
    return order_in_group(order) || order->match.type == ORDER_TYPE_TRAILING_STOP;
}

static bool has_limit(const struct resting *order)
{
    return order->match.type == ORDER_TYPE_LIMIT || order->match.type == ORDER_TYPE_STOP_LIMIT;
}

static bool could_trade(const struct resting *a, const struct resting *b)
{
    if (a->match.buys == b->match.buys || is_exempt(a) || is_exempt(b)) {
        return false;
    }
    const struct resting *buy = a->match.buys ? a : b;
    const struct resting *sell = a->match.buys ? b : a;
    return !has_limit(buy) || !has_limit(sell) || buy->match.limit_e9 >= sell->match.limit_e9;
}

static enum reject_reason judge_opposite(const struct exchange *exchange,
                                         const struct resting *order)
{
    if (!exchange->plan.refuse_opposite) {
        return REJECT_NONE;
    }
    int32_t i = exchange->holdings[order->instrument].first;
    for (; i != NO_ORDER; i = exchange->orders[i].next) {
        if (could_trade(order, &exchange->orders[i])) {
            return REJECT_OPPOSITE;
        }
    }
    return REJECT_NONE;
}

/* ---- new orders ---- */

static void fill_in(struct exchange *exchange, struct resting *order,
                    const struct order_request *request, int64_t works_ns)
{
    const struct event_order *asked = &request->head.order;
    order->match.type = asked->type; /* field by field: see clear_slot() */
    order->match.buys = request->legs[0].ratio > 0;
    order->match.limit_e9 = asked->limit_price_e9;
    order->match.stop_e9 = request->terms.stop_price_e9;
    order->instrument = request->legs[0].instrument;
    order->left_e9 = asked->qty_e9;
    order->trail = request->terms.trail;
    order->trail_is_ppm = (asked->order_flags & ORDER_FLAG_TRAIL_PPM) != 0;
    order->time_in_force = asked->time_in_force;
    order->extended = (asked->order_flags & ORDER_FLAG_EXTENDED) != 0;
    order->order_class = asked->order_class;
    order->works_ns = works_ns;
    order->expires_ns = asked->time_in_force == TIME_IN_FORCE_GTC || asked->time_in_force == 0 ||
                                order_is_immediate(order)
                            ? NEVER_NS
                            : INT64_MIN;
    if (asked->type == ORDER_TYPE_TRAILING_STOP) {
        order->mark_e9 = exchange->holdings[order->instrument].close_e9;
        order_set_trail(order);
    }
}

static enum reject_reason judge_at_random(const struct exchange *exchange, uint64_t id)
{
    const struct exchange_plan *plan = &exchange->plan;
    return plan->reject_ppm > 0 && random_below(plan->seed, id, RANDOM_REJECT, 0, 1000000) <
                                       (uint64_t)plan->reject_ppm
               ? REJECT_RANDOM
               : REJECT_NONE;
}

/* All that can be said before places are taken. */
static enum reject_reason judge_unit(const struct exchange *exchange,
                                     const struct order_request *const *requests, uint32_t count)
{
    enum reject_reason reason = REJECT_NONE;
    for (uint32_t i = 0; i < count && reason == REJECT_NONE; i++) {
        reason = judge_form(exchange, requests[i]);
        for (uint32_t k = 0; k < i; k++) {
            if (requests[k]->head.order.order_id == requests[i]->head.order.order_id) {
                reason = REJECT_DUPLICATE_ID;
            }
        }
    }
    const struct event_order *first = &requests[0]->head.order;
    if (reason == REJECT_NONE &&
        (count > 1 || first->order_class != ORDER_CLASS_SIMPLE || requests[0]->terms.group != 0)) {
        reason = groups_judge(exchange, requests, count);
    }
    return reason == REJECT_NONE ? judge_at_random(exchange, first->order_id) : reason;
}

/* The account answers for the first order: the exits of an entry come later, and two exits share
 * what the first one closes. */
static enum reject_reason judge_account(struct exchange *exchange, struct resting *order,
                                        int64_t now_ns)
{
    if (order->order_class == ORDER_CLASS_OCO &&
        account_closable_e9(&exchange->holdings[order->instrument], order->match.buys) == 0) {
        return REJECT_INSUFFICIENT_POSITION;
    }
    enum reject_reason reason = account_judge(exchange, order, now_ns);
    return reason == REJECT_NONE ? judge_opposite(exchange, order) : reason;
}

static enum reject_reason take_unit(struct exchange *exchange,
                                    const struct order_request *const *requests, uint32_t count,
                                    int64_t now_ns)
{
    UNSET struct resting first; /* what the account needs of it: all that fill_in() sets */
    fill_in(exchange, &first, requests[0], now_ns + exchange->plan.latency_ns);
    enum reject_reason reason = judge_account(exchange, &first, now_ns);
    if (reason != REJECT_NONE) {
        return reason;
    }
    int32_t places[GROUP_MAX];
    for (uint32_t i = 0; i < count; i++) {
        places[i] = order_take(exchange, requests[i]->head.order.order_id);
        if (places[i] == NO_ORDER) {
            while (i-- > 0) {
                order_forget(exchange, places[i]);
            }
            return REJECT_TOO_MANY_ORDERS;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struct resting *order = &exchange->orders[places[i]];
        fill_in(exchange, order, requests[i], first.works_ns);
        order->life = ORDER_WORKING;
        order_enlist(exchange, places[i]);
    }
    struct resting *order = &exchange->orders[places[0]];
    order->closing_e9 = first.closing_e9;
    order->hold_price_e9 = first.hold_price_e9;
    account_hold(exchange, order);
    if (count > 1) {
        groups_tie(exchange, places, count);
    }
    return REJECT_NONE;
}

RARELY static void submit_unit(struct exchange *exchange,
                               const struct order_request *const *requests, uint32_t count,
                               int64_t now_ns, struct exchange_reports *reports)
{
    enum reject_reason reason = judge_unit(exchange, requests, count);
    if (reason == REJECT_NONE) {
        reason = take_unit(exchange, requests, count, now_ns);
    }
    for (uint32_t i = 0; i < count; i++) {
        report(exchange, reports, reason == REJECT_NONE ? EVENT_ACCEPTED : EVENT_REJECTED, reason,
               now_ns, requests[i]->legs[0].instrument, requests[i]->head.order.order_id);
    }
    if (reason == REJECT_NONE) {
        orders_set_wake(exchange, &exchange->holdings[requests[0]->legs[0].instrument]);
    }
}

/* ---- plain orders ---- */

/* A market order by itself, with nothing in the plan that could keep it: nearly every order. */
static bool is_plain(const struct exchange *exchange, const struct order_request *request)
{
    const struct event_order *order = &request->head.order;
    const struct order_leg *leg = &request->legs[0];
    return order->action == ORDER_ACTION_SUBMIT && order->type == ORDER_TYPE_MARKET &&
           order->time_in_force == TIME_IN_FORCE_GTC && order->order_class == ORDER_CLASS_SIMPLE &&
           request->terms.group == 0 && order->order_flags == 0 && order->leg_count == 1 &&
           (leg->ratio == 1 || leg->ratio == -1) &&
           leg->instrument < exchange->plan.instrument_count && order->qty_e9 > 0 &&
           exchange->plan.reject_ppm == 0 && !exchange->plan.refuse_opposite &&
           order_find(exchange, order->order_id) == NULL;
}

/* Does for it what submit_unit() does for any, without the questions that have one answer; false,
 * with nothing done, when there is no room. */
static bool submit_plain(struct exchange *exchange, const struct order_request *request,
                         int64_t now_ns, struct exchange_reports *reports)
{
    const struct order_leg *leg = &request->legs[0];
    struct holding *holding = &exchange->holdings[leg->instrument];
    int32_t place = order_take(exchange, request->head.order.order_id);
    if (place == NO_ORDER) {
        return false;
    }
    struct resting *order = &exchange->orders[place];
    order->match.type = ORDER_TYPE_MARKET;
    order->match.buys = leg->ratio > 0;
    order->instrument = leg->instrument;
    order->left_e9 = request->head.order.qty_e9;
    order->time_in_force = TIME_IN_FORCE_GTC;
    order->works_ns = now_ns + exchange->plan.latency_ns;
    enum reject_reason reason = account_judge(exchange, order, now_ns);
    if (reason == REJECT_NONE) {
        order->life = ORDER_WORKING;
        order_enlist(exchange, place);
        account_hold(exchange, order);
        holding->wake_low_e9 = INT64_MAX;
    } else {
        order_forget(exchange, place);
    }
    report(exchange, reports, reason == REJECT_NONE ? EVENT_ACCEPTED : EVENT_REJECTED, reason,
           now_ns, leg->instrument, request->head.order.order_id);
    return true;
}

/* ---- cancels ---- */

RARELY static void cancel(struct exchange *exchange, const struct order_request *request,
                          int64_t now_ns, struct exchange_reports *reports)
{
    uint64_t id = request->head.order.order_id;
    const struct known_id *known = order_find(exchange, id);
    if (known == NULL || known_place(known) == NO_ORDER) {
        report(exchange, reports, EVENT_CANCEL_REJECTED,
               known == NULL ? REJECT_UNKNOWN_ORDER : REJECT_NOT_WORKING, now_ns,
               request->head.instrument, id);
        return;
    }
    struct resting *order = &exchange->orders[known_place(known)];
    struct holding *holding = &exchange->holdings[order->instrument];
    if (order->life == ORDER_REPLACEMENT) {
        report(exchange, reports, EVENT_CANCEL_REJECTED, REJECT_NOT_WORKING, now_ns,
               order->instrument, id);
    } else if (exchange->plan.latency_ns > 0) {
        int64_t at_ns = now_ns + exchange->plan.latency_ns;
        order->cancel_ns = at_ns < order->cancel_ns ? at_ns : order->cancel_ns;
        order_note_due(exchange, order->cancel_ns);
    } else {
        order_end(exchange, known_place(known), EVENT_CANCELED, REJECT_NONE, now_ns, reports);
        orders_set_wake(exchange, holding);
    }
}

/* ---- replacements ---- */

/* Whether a replacement goes with the order it replaces: the same instrument, side, type and
 * class; in a group also the quantity, because its orders share it. */
static enum reject_reason judge_replacement(const struct exchange *exchange,
                                            const struct order_request *request,
                                            const struct resting *old)
{
    const struct event_order *order = &request->head.order;
    enum reject_reason reason = judge_form(exchange, request);
    if (reason != REJECT_NONE) {
        return reason;
    }
    if (old->life == ORDER_REPLACEMENT || old->replacement != NO_ORDER) {
        return REJECT_NOT_WORKING;
    }
    if (order->type != old->match.type || order->order_class != old->order_class ||
        request->legs[0].instrument != old->instrument ||
        (request->legs[0].ratio > 0) != old->match.buys) {
        return REJECT_UNSUPPORTED;
    }
    if (order_in_group(old)) {
        if (order->time_in_force != TIME_IN_FORCE_DAY &&
            order->time_in_force != TIME_IN_FORCE_GTC) {
            return REJECT_BAD_TIME;
        }
        return order->qty_e9 == old->left_e9 ? REJECT_NONE : REJECT_BAD_GROUP;
    }
    return REJECT_NONE;
}

RARELY static void replace(struct exchange *exchange, const struct order_request *request,
                           int64_t now_ns, struct exchange_reports *reports)
{
    const struct known_id *known = order_find(exchange, request->terms.replaces);
    enum reject_reason reason =
        known == NULL ? REJECT_UNKNOWN_ORDER
        : known_place(known) == NO_ORDER
            ? REJECT_NOT_WORKING
            : judge_replacement(exchange, request, &exchange->orders[known_place(known)]);
    int32_t old = reason == REJECT_NONE ? known_place(known) : NO_ORDER;
    int32_t place =
        reason == REJECT_NONE ? order_take(exchange, request->head.order.order_id) : NO_ORDER;
    if (reason == REJECT_NONE && place == NO_ORDER) {
        reason = REJECT_TOO_MANY_ORDERS;
    }
    if (reason != REJECT_NONE) {
        report(exchange, reports, EVENT_REJECTED, reason, now_ns, request->legs[0].instrument,
               request->head.order.order_id);
        return;
    }
    struct resting *order = &exchange->orders[place];
    fill_in(exchange, order, request, now_ns + exchange->plan.latency_ns);
    order->life = ORDER_REPLACEMENT;
    order->asked_at_e9 = exchange->orders[old].left_e9;
    exchange->orders[old].replacement = place;
    if (exchange->plan.latency_ns > 0) {
        order_note_due(exchange, order->works_ns);
    } else {
        replacement_work(exchange, old, now_ns, reports);
        orders_set_wake(exchange, &exchange->holdings[request->legs[0].instrument]);
    }
}

/* The group knows the new order in the old one's stead. */
static void take_over_group(struct exchange *exchange, int32_t old_place, int32_t new_place)
{
    const struct resting *old = &exchange->orders[old_place];
    struct resting *order = &exchange->orders[new_place];
    order->entry = old->entry;
    order->sibling = old->sibling;
    if (old->sibling != NO_ORDER) {
        exchange->orders[old->sibling].sibling = new_place;
    }
    if (old->entry != NO_ORDER) {
        int32_t *children = exchange->orders[old->entry].children;
        children[children[0] == old_place ? 0 : 1] = new_place;
    }
    for (int i = 0; i < 2; i++) {
        order->children[i] = old->children[i];
        if (old->children[i] != NO_ORDER) {
            exchange->orders[old->children[i]].entry = new_place;
        }
    }
}

/* What may stand against a replacement at the moment it works. The old order's holds are free. */
static enum reject_reason judge_working(struct exchange *exchange, const struct resting *old,
                                        struct resting *order, int64_t at_ns)
{
    order->left_e9 -= order->asked_at_e9 - old->left_e9;
    if (order->left_e9 <= 0) {
        return REJECT_BAD_QUANTITY;
    }
    if (old->match.type != order->match.type) {
        return REJECT_NOT_WORKING; /* its stop was reached meanwhile */
    }
    bool exit = old->entry != NO_ORDER || old->sibling != NO_ORDER || old->armed_visit != 0;
    if (exit) { /* the group has the shares */
        order->closing_e9 = old->closing_e9;
        return REJECT_NONE;
    }
    return account_judge(exchange, order, at_ns);
}

void replacement_work(struct exchange *exchange, int32_t old_place, int64_t at_ns,
                      struct exchange_reports *reports)
{
    struct resting *old = &exchange->orders[old_place];
    int32_t place = old->replacement;
    struct resting *order = &exchange->orders[place];
    old->replacement = NO_ORDER;
    account_free(exchange, old);
    enum reject_reason reason = judge_working(exchange, old, order, at_ns);
    account_hold(exchange, old);
    if (reason != REJECT_NONE) {
        report(exchange, reports, EVENT_REJECTED, reason, at_ns, old->instrument, order->id);
        order_forget(exchange, place);
        return;
    }
    order->life = old->life;
    order->filled_e9 = old->filled_e9;
    order->armed_visit = old->armed_visit;
    if (order->match.type == ORDER_TYPE_TRAILING_STOP) {
        order->mark_e9 = old->mark_e9;
        order_set_trail(order);
    }
    take_over_group(exchange, old_place, place);
    order_end(exchange, old_place, EVENT_REPLACED, REJECT_NONE, at_ns, reports);
    order_enlist(exchange, place);
    account_hold(exchange, order);
    report(exchange, reports, EVENT_ACCEPTED, REJECT_NONE, at_ns, order->instrument, order->id);
}

/* ---- the door ---- */

/* How many requests from the first on are one group. */
static uint32_t unit_size(const struct order_request *const *requests, uint32_t count)
{
    uint32_t size = 1;
    uint64_t group = requests[0]->terms.group;
    while (group != 0 && size < count && size < GROUP_MAX && requests[size]->terms.group == group &&
           requests[size]->head.order.action == ORDER_ACTION_SUBMIT) {
        size++;
    }
    return size;
}

RARELY void exchange_on_requests(struct exchange *exchange,
                                 const struct order_request *const *requests, uint32_t count,
                                 int64_t now_ns, struct exchange_reports *reports)
{
    for (uint32_t i = 0; i < count;) {
        const struct order_request *request = requests[i];
        if (is_plain(exchange, request) && submit_plain(exchange, request, now_ns, reports)) {
            i++;
            continue;
        }
        if (request->head.order.action > ORDER_ACTION_REPLACE) {
            report(exchange, reports, EVENT_REJECTED, REJECT_UNSUPPORTED, now_ns,
                   request->head.instrument, request->head.order.order_id);
        }
        switch ((enum order_action)request->head.order.action) {
        case ORDER_ACTION_SUBMIT: {
            uint32_t size = unit_size(&requests[i], count - i);
            submit_unit(exchange, &requests[i], size, now_ns, reports);
            i += size;
            continue;
        }
        case ORDER_ACTION_CANCEL:
            cancel(exchange, request, now_ns, reports);
            break;
        case ORDER_ACTION_REPLACE:
            replace(exchange, request, now_ns, reports);
            break;
        }
        i++;
    }
}
