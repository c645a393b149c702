/* alpaca_evidence.c: what the broker shows, from whichever source, to reports.
 *
 * Two numbers of each order carry it: `applied_e9`, the cumulative quantity that was reported, and
 * `known_e9`, the highest that the broker has shown. While they differ the order wants its
 * activities and does not end. */
#include <string.h>

#include "base/money.h"
#include "broker/alpaca_orders_private.h"

/* An order of this name that is so much older than our request was sent by somebody else. */
#define OLDER_NS (60 * NS_PER_S)

/* Times of executions and of orders agree so far. */
#define FALL_NS NS_PER_S

/* ---- reports that follow ---- */

static void accept(struct orders *orders, struct tracked *order, int64_t src_ns)
{
    if (order->state == TRACKED_ENDED) {
        return;
    }
    order->state = TRACKED_WORKING;
    if (!order->accepted) {
        order->accepted = true;
        tracked_report(orders, order, EVENT_ACCEPTED, REJECT_NONE, src_ns);
    }
}

/* How much of the cumulative quantity the engine is told: what was not sent is none of its. */
static int64_t counted_e9(const struct tracked *order, int64_t cum_e9)
{
    bool all = !order->elsewhere && (!order->unlike || cum_e9 <= order->qty_e9);
    return all ? cum_e9 : order->elsewhere ? 0 : order->qty_e9;
}

/* How it is told that an order which is final at the broker ended. */
static void report_end(struct orders *orders, struct tracked *order)
{
    int64_t filled_e9 = counted_e9(order, order->applied_e9);
    if (order->told || (order->end == WIRE_FILLED && filled_e9 >= order->qty_e9)) {
        return;
    }
    order->told = true;
    if (order->end == WIRE_REJECTED && order->applied_e9 == 0) {
        tracked_report(orders, order, EVENT_REJECTED, REJECT_BY_BROKER, order->ended_ns);
    } else if (order->end == WIRE_EXPIRED) {
        tracked_report(orders, order, EVENT_EXPIRED, REJECT_NONE, order->ended_ns);
    } else {
        tracked_report(orders, order, EVENT_CANCELED, REJECT_NONE, order->ended_ns);
    }
}

/* Draws the conclusions from the two numbers and the end. */
void tracked_settle(struct orders *orders, struct tracked *order)
{
    bool stuck = (order->doubt & DOUBT_EXECUTION) != 0;
    bool lacks = order->known_e9 > order->applied_e9 || order->fallen;
    order->wants_fills = lacks && !stuck;
    if (order->wants_fills && order->state == TRACKED_ENDED) {
        tracked_reopen(orders, order);
    }
    if (order->state == TRACKED_ENDED || lacks) {
        return;
    }
    if (order->end != WIRE_UNKNOWN) {
        report_end(orders, order);
        tracked_end(order);
    } else if (order->applied_e9 >= order->qty_e9 && !order->unlike) {
        tracked_end(order);
    }
}

/* ---- executions ---- */

/* Returns our id of it; 0: nothing of it is told. */
static uint64_t report_fill(struct orders *orders, const struct tracked *order,
                            const struct executed *execution)
{
    if (order->orphan) {
        tracked_say(orders, order, "alarm", "an order that the engine does not know was filled");
        return 0;
    }
    int64_t before_e9 = execution->cum_e9 - execution->qty_e9;
    int64_t qty_e9 = counted_e9(order, execution->cum_e9) - counted_e9(order, before_e9);
    if (qty_e9 < execution->qty_e9) {
        tracked_say(orders, order, "alarm",
                    "it filled what was not sent: the account holds that beside ours");
    }
    if (qty_e9 == 0) {
        return 0;
    }
    const struct event event = {
        .src_ns = execution->ts_ns,
        .kind = EVENT_FILL,
        .instrument = order->instrument,
        .report = {.order_id = order->id,
                   .exec_id = ++orders->last_exec_id,
                   .qty_e9 = qty_e9,
                   .price_e9 = execution->price_e9},
    };
    report_queue_add(orders->plan.reports, &event);
    return event.report.exec_id;
}

/* The next one of the order; remembered as it was told. */
static void count(struct orders *orders, struct tracked *order, const struct executed *execution,
                  const struct executed *told)
{
    struct executed counted = *told;
    order->applied_e9 = execution->cum_e9;
    counted.exec_id = report_fill(orders, order, execution);
    counted.listed = true;
    busts_note(orders, order, &counted);
}

/* Whether it was new and in its turn. */
static bool apply(struct orders *orders, struct tracked *order, const struct executed *told)
{
    if (busts_take_listed(orders, order, told)) {
        return false;
    }
    struct executed shifted = *told;
    const struct executed *const execution = &shifted;
    shifted.cum_e9 -= busts_before(orders, order, told);
    int64_t before_e9 = execution->cum_e9 - execution->qty_e9;
    if (execution->qty_e9 <= 0 || execution->price_e9 <= 0 || before_e9 < 0 ||
        execution->cum_e9 <= order->applied_e9 || (order->doubt & DOUBT_EXECUTION) != 0) {
        return false;
    }
    if (execution->cum_e9 > order->known_e9) {
        order->known_e9 = execution->cum_e9;
    }
    if (execution->ts_ns > order->updated_ns) {
        order->updated_ns = execution->ts_ns;
    }
    accept(orders, order, execution->ts_ns);
    bool next = before_e9 == order->applied_e9;
    if (next) {
        count(orders, order, execution, told);
    } else if (before_e9 < order->applied_e9) {
        tracked_doubt(orders, order, DOUBT_EXECUTION, 0);
        tracked_say(orders, order, "alarm",
                    "an execution overlaps with one that was counted; "
                    "compare the order with the broker's records");
    }
    tracked_settle(orders, order);
    return next;
}

/* ---- whose it is ---- */

static bool is_of_symbol(const struct orders *orders, const struct tracked *order,
                         const struct wire_order *shown)
{
    return orders_instrument(orders, shown->symbol) == order->instrument;
}

/* Whether the broker's order is the one that was sent; looked at once. */
static bool is_as_sent(const struct orders *orders, const struct tracked *order,
                       const struct wire_order *shown)
{
    const char *symbol = orders->plan.instruments[order->instrument].symbol;
    return order->has_request ? wire_order_matches(shown, symbol, &order->request)
                              : is_of_symbol(orders, order, shown);
}

static bool is_older(const struct tracked *order, const struct wire_order *shown)
{
    return shown->submitted_ns != 0 && shown->submitted_ns <= order->sent_ns - OLDER_NS;
}

/* It may not be counted as what was sent. */
static bool is_elsewhere(const struct orders *orders, const struct tracked *order,
                         const struct wire_order *shown)
{
    return !is_of_symbol(orders, order, shown) ||
           (order->has_request && shown->buys != (order->request.legs[0].ratio > 0));
}

/* What our request came to is not what it said (O4): it works there, so it is looked after until it
 * has ended. */
static void take_unlike(struct orders *orders, struct tracked *order,
                        const struct wire_order *shown)
{
    char qty[MONEY_TEXT_SIZE];
    char limit[MONEY_TEXT_SIZE];
    char stop[MONEY_TEXT_SIZE];
    (void)money_format(shown->qty_e9, qty);
    (void)money_format(shown->limit_price_e9, limit);
    (void)money_format(shown->stop_price_e9, stop);
    tracked_say(orders, order, "alarm",
                "the broker has it as %s: %s %s of %s, %s, limit %s, stop %s; that is not what was "
                "sent; it is canceled, and what it fills is told",
                shown->id, shown->buys ? "buy" : "sell", qty, shown->symbol,
                order_type_text(shown->type), limit, stop);
    tracked_doubt(orders, order, DOUBT_OTHER, 0);
    order->unlike = true;
    order->elsewhere = is_elsewhere(orders, order, shown);
    order->unwanted = true;
    if (order->cancel == CANCEL_NONE && !wire_status_is_final(shown->status)) {
        order->cancel = CANCEL_WANTED;
    }
}

/* The client id is taken: what has it is not what we sent, and what we sent was refused. */
static void bar(struct orders *orders, struct tracked *order, const struct wire_order *shown)
{
    tracked_say(orders, order, "alarm",
                "its client id %s belongs to another order at the broker (%s, %s, of an earlier "
                "account folder?); it was not sent again",
                shown->client_id, shown->id, shown->symbol);
    tracked_doubt(orders, order, DOUBT_OTHER, 0);
    order->barred = true;
    uint64_t group = order->group;
    int64_t now_ns = shown->updated_ns;
    if (!orders_refuse(orders, group, REJECT_DUPLICATE_ID, now_ns) && !order->told) {
        tracked_report(orders, order, EVENT_REJECTED, REJECT_DUPLICATE_ID, now_ns);
        order->told = true;
        tracked_end(order);
    }
}

/* A child is ours through its parent, whatever it looks like. Its quantity follows what its sibling
 * filled, downwards. */
static void check_leg(struct orders *orders, struct tracked *order, const struct wire_order *shown)
{
    const struct order_request *request = &order->request;
    bool priced =
        !order->has_request || (shown->limit_price_e9 == request->head.order.limit_price_e9 &&
                                shown->stop_price_e9 == request->terms.stop_price_e9);
    order->elsewhere = is_elsewhere(orders, order, shown);
    order->unlike = order->elsewhere || (order->has_request && shown->qty_e9 > order->qty_e9);
    if (order->unlike || !priced) {
        tracked_doubt(orders, order, DOUBT_OTHER, 0);
        tracked_say(orders, order, "alarm", "the broker holds it %s than was sent",
                    order->elsewhere ? "for another symbol or side"
                    : priced         ? "for more shares"
                                     : "at other prices");
    }
}

/* From now on it is known by the broker's id; false: that cannot be. */
static bool bind(struct orders *orders, struct tracked *order, const struct wire_order *shown)
{
    if (order->barred ||
        (order->broker_id[0] != '\0' && strcmp(order->broker_id, shown->id) != 0)) {
        return false;
    }
    if (!order->matched && !order->orphan) {
        uint64_t named;
        bool fits = is_as_sent(orders, order, shown);
        order->matched = true;
        if (!wire_client_id_read(orders->plan.tag, shown->client_id, &named)) {
            check_leg(orders, order, shown);
        } else if (is_older(order, shown) && (order->has_request || !fits)) {
            bar(orders, order, shown);
            return false;
        } else if (!fits) {
            take_unlike(orders, order, shown);
        }
    }
    (void)memcpy(order->broker_id, shown->id, sizeof order->broker_id);
    order->buys = order->elsewhere ? order->buys : shown->buys;
    return true;
}

/* An order with a client id of ours that is not in the table. */
static struct tracked *adopt(struct orders *orders, uint64_t id, const struct wire_order *shown)
{
    struct order_fact fact;
    uint32_t instrument = orders_instrument(orders, shown->symbol);
    bool known = instrument != INSTRUMENT_NONE && orders->plan.find != NULL &&
                 orders->plan.find(orders->plan.context, instrument, id, &fact);
    bool final = wire_status_is_final(shown->status);
    if (final && (!known || shown->filled_qty_e9 <= fact.filled_e9)) {
        return NULL; /* of another time */
    }
    if (!known) {
        fact = (struct order_fact){.id = id, .instrument = instrument, .qty_e9 = shown->qty_e9};
    }
    struct tracked *order = tracked_recall(orders, &fact);
    order->orphan = !known;
    order->accepted = true;
    order->state = TRACKED_WORKING;
    (void)memcpy(order->broker_id, shown->id, sizeof order->broker_id);
    if (!final && (!known || !fact.working)) {
        tracked_say(orders, order, "alarm", "it works at the broker, and %s; it is canceled",
                    known ? "we took it for ended" : "the log knows nothing of it");
        order->cancel = CANCEL_WANTED;
        order->unwanted = true;
    }
    return order;
}

/* The order that is shown, if it is ours. */
static struct tracked *find_shown(struct orders *orders, const struct wire_order *shown)
{
    uint64_t id;
    struct tracked *order = orders_find_broker(orders, shown->id);
    if (order == NULL && wire_client_id_read(orders->plan.tag, shown->client_id, &id)) {
        order = orders_find(orders, id);
        order = order != NULL ? order : adopt(orders, id, shown);
    }
    return order;
}

/* The child of the group that a leg is: the limit leg is the target, the other one the stop. */
static struct tracked *find_leg(const struct orders *orders, uint64_t parent,
                                const struct wire_order *leg)
{
    struct tracked *known = orders_find_broker(orders, leg->id);
    if (known != NULL) {
        return known;
    }
    enum order_role role = leg->type == ORDER_TYPE_LIMIT ? ORDER_ROLE_TARGET : ORDER_ROLE_STOP;
    for (uint32_t i = orders->count; i-- > 0;) {
        struct tracked *order = &orders->list[i];
        if (order->group == parent && order->id != parent && order_id_role(order->id) == role) {
            return order;
        }
    }
    bool of_entry = order_id_role(parent) == ORDER_ROLE_ENTRY;
    uint32_t attempt = of_entry ? 1 : (uint32_t)(parent & ORDER_ATTEMPT_MAX);
    struct tracked *order =
        orders_find(orders, order_id_make(order_id_trade(parent), role, attempt));
    return order != NULL && order->adrift ? order : NULL;
}

/* ---- orders ---- */

/* A stale copy shows less and is passed over; a later one that shows less takes back. */
static void take_quantity(struct orders *orders, struct tracked *order,
                          const struct wire_order *shown)
{
    bool later = shown->updated_ns - FALL_NS > order->updated_ns && order->updated_ns != 0;
    if (shown->filled_qty_e9 > order->known_e9 && shown->updated_ns >= order->bust_ns) {
        order->known_e9 = shown->filled_qty_e9;
    }
    bool less = shown->filled_qty_e9 < order->known_e9;
    if ((less && later) || (order->fallen && shown->updated_ns >= order->fallen_ns)) {
        busts_take_quantity(orders, order, shown);
    }
    if (shown->updated_ns > order->updated_ns) {
        order->updated_ns = shown->updated_ns;
    }
}

static void take_status(struct orders *orders, struct tracked *order,
                        const struct wire_order *shown)
{
    if (shown->status == WIRE_UNKNOWN) {
        if ((order->doubt & DOUBT_STATUS) == 0) {
            tracked_say(orders, order, "alarm", "the broker gives it a status that we do not know");
        }
        tracked_doubt(orders, order, DOUBT_STATUS, 0);
    } else if ((order->doubt & DOUBT_STATUS) != 0) {
        tracked_doubt(orders, order, 0, DOUBT_STATUS);
    }
    if (wire_status_is_final(shown->status) && order->end == WIRE_UNKNOWN) {
        order->end = (uint8_t)shown->status;
        order->ended_ns = shown->ended_ns != 0 ? shown->ended_ns : shown->updated_ns;
        if (shown->status == WIRE_REPLACED) {
            tracked_say(orders, order, "alarm",
                        "somebody else replaced it at the broker by %s, which is not ours",
                        shown->replaced_by);
        }
    }
}

static void take_order(struct orders *orders, struct tracked *order, const struct wire_order *shown)
{
    if (!bind(orders, order, shown)) {
        return;
    }
    bool late = order->state == TRACKED_ENDED && !wire_status_is_final(shown->status) &&
                order->end == WIRE_UNKNOWN && order->applied_e9 < order->qty_e9;
    take_quantity(orders, order, shown);
    take_status(orders, order, shown);
    if (late) { /* refused, or never found: so we said */
        tracked_say(orders, order, "alarm", "it works at the broker after all; it is canceled");
        tracked_reopen(orders, order);
        order->cancel = CANCEL_WANTED;
        order->unwanted = true;
    } else if (order->end != WIRE_REJECTED || order->known_e9 > 0) {
        accept(orders, order, shown->submitted_ns);
    }
    tracked_settle(orders, order);
}

/* The first of a group ended, and its children do not exist. */
static void end_childless(struct orders *orders, uint64_t group, int64_t src_ns)
{
    for (uint32_t i = 0; i < orders->count; i++) {
        struct tracked *order = &orders->list[i];
        if (order->group == group && order->id != group && !orders_is_found(order)) {
            tracked_report(orders, order, EVENT_REJECTED, REJECT_BY_BROKER, src_ns);
            order->told = true;
            tracked_end(order);
        }
    }
}

void orders_take_order(struct orders *orders, const struct wire_group *group, bool nested)
{
    const struct wire_order *first = &group->order;
    uint64_t id = 0;
    bool named = wire_client_id_read(orders->plan.tag, first->client_id, &id);
    struct tracked *order = find_shown(orders, first);
    if (order != NULL) {
        take_order(orders, order, first);
        if (order->barred) {
            return;
        }
        id = order->id;
        /* of an earlier process's order the log does not tell */
        order->leads = order->leads || (order->adrift && group->leg_count > 0 &&
                                        order_id_role(id) == ORDER_ROLE_ENTRY);
    }
    for (uint32_t i = 0; i < group->leg_count && (named || order != NULL); i++) {
        struct tracked *leg = find_leg(orders, id, &group->legs[i]);
        if (leg != NULL) {
            take_order(orders, leg, &group->legs[i]);
        }
    }
    if (nested && order != NULL && group->leg_count == 0 && wire_status_is_final(first->status)) {
        end_childless(orders, id, first->updated_ns);
    }
}

/* ---- the stream and the activities ---- */

static void take_word(struct orders *orders, struct tracked *order,
                      const struct wire_update *update)
{
    switch (update->event) {
    case WIRE_UPDATE_TRADE_BUST:
        busts_take_update(orders, order, update);
        return;
    case WIRE_UPDATE_TRADE_CORRECT: /* nobody has told yet what it says of the old execution */
        tracked_doubt(orders, order, DOUBT_EXECUTION, 0);
        tracked_say(orders, order, "alarm", "an execution was corrected by the exchange");
        return;
    case WIRE_UPDATE_ORDER_CANCEL_REJECTED:
        orders_cancel_refused(orders, order->id, REJECT_BY_BROKER, update->timestamp_ns);
        return;
    case WIRE_UPDATE_UNKNOWN:
        tracked_say(orders, order, "alarm", "the stream tells a word of it that we do not know");
        order->wants_poll = order->state != TRACKED_ENDED;
        return;
    case WIRE_UPDATE_RESTATED:
        order->wants_poll = order->state != TRACKED_ENDED;
        return;
    case WIRE_UPDATE_NEW:
    case WIRE_UPDATE_ACCEPTED:
    case WIRE_UPDATE_PENDING_NEW:
    case WIRE_UPDATE_HELD:
    case WIRE_UPDATE_FILL:
    case WIRE_UPDATE_PARTIAL_FILL:
    case WIRE_UPDATE_CANCELED:
    case WIRE_UPDATE_EXPIRED:
    case WIRE_UPDATE_DONE_FOR_DAY:
    case WIRE_UPDATE_REPLACED:
    case WIRE_UPDATE_REJECTED:
    case WIRE_UPDATE_STOPPED:
    case WIRE_UPDATE_PENDING_CANCEL:
    case WIRE_UPDATE_PENDING_REPLACE:
    case WIRE_UPDATE_CALCULATED:
    case WIRE_UPDATE_SUSPENDED:
    case WIRE_UPDATE_ORDER_REPLACE_REJECTED:
        return; /* the order beside it says as much */
    }
}

void orders_take_update(struct orders *orders, const struct wire_update *update)
{
    const struct wire_order *shown = &update->group.order;
    struct tracked *order = find_shown(orders, shown);
    if (order == NULL) { /* or a child whose parent has not been heard of: it is looked at then */
        busts_take_forgotten(orders, update);
        return;
    }
    bool fills = update->event == WIRE_UPDATE_FILL || update->event == WIRE_UPDATE_PARTIAL_FILL;
    if (fills && bind(orders, order, shown)) {
        struct executed execution = {
            .qty_e9 = update->qty_e9,
            .cum_e9 = shown->filled_qty_e9,
            .price_e9 = update->price_e9,
            .ts_ns = update->timestamp_ns != 0 ? update->timestamp_ns : shown->updated_ns,
        };
        (void)memcpy(execution.execution_id, update->execution_id, WIRE_ID_SIZE);
        (void)apply(orders, order, &execution);
    }
    take_word(orders, order, update);
    orders_take_order(orders, &update->group, false);
}

bool orders_take_execution(struct orders *orders, const struct wire_activity *activity)
{
    struct tracked *order = orders_find_broker(orders, activity->order_id);
    if (order == NULL || !activity->trades) {
        return false;
    }
    const struct executed execution = {
        .qty_e9 = activity->qty_e9,
        .cum_e9 = activity->cum_qty_e9,
        .price_e9 = activity->price_e9,
        .ts_ns = activity->ts_ns,
    };
    return apply(orders, order, &execution);
}
