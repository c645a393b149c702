/* account_orders.c: see account_private.h. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "market/new_york.h"
#include "venue/account_figures.h"
#include "venue/account_private.h"
#include "venue/order_refusals.h"

enum { GROUP_ORDERS_MAX = 3, GTC_DAYS = 90 };

/* When an order until canceled is canceled on its last day, in New York. */
#define GTC_END_NS (16 * NS_PER_HOUR + 15 * NS_PER_MIN)

/* ---- requests ---- */

static enum order_class exchange_class(uint8_t served)
{
    switch ((enum served_class)served) {
    case SERVED_CLASS_BRACKET:
        return ORDER_CLASS_BRACKET;
    case SERVED_CLASS_OCO:
        return ORDER_CLASS_OCO;
    case SERVED_CLASS_OTO:
        return ORDER_CLASS_OTO;
    case SERVED_CLASS_NONE:
    case SERVED_CLASS_SIMPLE:
    case SERVED_CLASS_MLEG:
        break;
    }
    return ORDER_CLASS_SIMPLE;
}

static struct order_request request_of(const struct account *account,
                                       const struct served_order *order, int64_t now_ns)
{
    bool in_group = exchange_class(order->order_class) != ORDER_CLASS_SIMPLE;
    uint32_t first = order->parent != NO_SERVED_ORDER ? order->parent : order->number;
    struct order_request request = {
        .head =
            {
                   .ts_ns = now_ns,
                   .src_ns = now_ns,
                   .kind = EVENT_ORDER,
                   .version = 1,
                   .slots = 2,
                   .flags = order->role,
                   .instrument = order->instrument,
                   .order =
                    {
                        .order_id = exchange_id_of(order->number),
                        .qty_e9 = order->qty_e9 - served_order_executed_e9(order),
                        .limit_price_e9 = order->limit_price_e9,
                        .reference_price_e9 = market_price_e9(account->market, order->instrument),
                        .type = order->type,
                        .time_in_force = order->time_in_force,
                        .leg_count = 1,
                        .order_class = (uint8_t)exchange_class(order->order_class),
                    }, },
        .legs = {{.instrument = order->instrument, .ratio = order->sells ? -1 : 1}     },
        .terms = {.stop_price_e9 = order->stop_price_e9,
                   .trail = order->trail_ppm != 0 ? order->trail_ppm : order->trail_price_e9,
                   .group = in_group ? exchange_id_of(first) : 0},
    };
    request.head.order.order_flags = (uint8_t)((order->trail_ppm != 0 ? ORDER_FLAG_TRAIL_PPM : 0) |
                                               (order->extended_hours ? ORDER_FLAG_EXTENDED : 0));
    if (order->type == ORDER_TYPE_TRAILING_STOP) {
        request.terms.stop_price_e9 = 0; /* follows from the trail */
    }
    return request;
}

/* ---- a no ---- */

/* The exchange's reason in Alpaca's words. What the rules of orders should have refused before is
 * passed on in the exchange's own. */
static void refuse_as(struct account *account, const struct served_order *order,
                      enum reject_reason reason, int64_t now_ns, struct refusal *refusal)
{
    const struct order_size size = {.instrument = order->instrument,
                                    .sells = order->sells,
                                    .qty_e9 = order->qty_e9 - served_order_executed_e9(order),
                                    .limit_price_e9 = order->limit_price_e9,
                                    .stop_price_e9 = order->stop_price_e9};
    if (reason == REJECT_INSUFFICIENT_CASH || reason == REJECT_UNSETTLED_CASH) {
        struct account_figures figures;
        account_figures(account, now_ns, &figures);
        (void)refuse_for_power(account, &size, figures.buying_power_e9, refusal);
    } else if (reason == REJECT_INSUFFICIENT_POSITION) {
        (void)refuse_for_position(account, &size, refusal);
    } else if (reason == REJECT_SHORTING_OFF) {
        (void)refuse(refusal, 403, CODE_FORBIDDEN, "account is not allowed to short");
    } else if (reason == REJECT_TOO_MANY_ORDERS) {
        (void)refuse(refusal, 403, CODE_FORBIDDEN, "too many open orders (limit: %u)",
                     account->plan.orders_max);
    } else {
        (void)refuse(refusal, 422, CODE_UNACCEPTABLE, "%s", reject_reason_text((uint8_t)reason));
    }
}

/* ---- what is sent ---- */

/* An order for a session belongs to that in which it begins to work, or else to the next one. */
static int64_t expiry_ns(const struct account *account, const struct served_order *order,
                         int64_t now_ns)
{
    struct trading_day day;
    if (order->time_in_force == TIME_IN_FORCE_GTC) {
        return new_york_utc(new_york_date(now_ns) + GTC_DAYS, GTC_END_NS);
    }
    if (!calendar_day_after(account->market->calendar, now_ns + account->plan.latency_ns, &day)) {
        return now_ns + NS_PER_DAY;
    }
    return day.close_ns;
}

/* The client's id, or a UUID where none is given. */
static void set_client_id(struct account *account, struct served_order *order, const char *given)
{
    if (given[0] != '\0') {
        (void)snprintf(order->client_order_id, sizeof order->client_order_id, "%s", given);
    } else {
        uuid_write(~account->seed, UUID_ORDER, order->number, order->client_order_id);
    }
}

enum position_intent account_intent(const struct account *account, uint32_t instrument, bool sells)
{
    int64_t qty_e9 = exchange_qty_e9(account->exchange, instrument);
    if (sells) {
        return qty_e9 > 0 ? INTENT_SELL_TO_CLOSE : INTENT_SELL_TO_OPEN;
    }
    return qty_e9 < 0 ? INTENT_BUY_TO_CLOSE : INTENT_BUY_TO_OPEN;
}

/* Lists of orders are paged by the time they were sent, so within an account it always rises. */
static int64_t sent_ns(struct account *account, int64_t now_ns)
{
    int64_t next_ns = account->last_sent_ns + 1;
    account->last_sent_ns = now_ns > next_ns ? now_ns : next_ns;
    return account->last_sent_ns;
}

/* The order that was asked for, without its exits. */
static uint32_t add_first(struct account *account, const struct order_ticket *ticket,
                          int64_t now_ns)
{
    struct served_order *order = account_add_order(account, sent_ns(account, now_ns));
    order->instrument = ticket->instrument;
    order->sells = ticket->sells;
    order->extended_hours = ticket->extended_hours;
    order->type = ticket->type;
    order->time_in_force = ticket->time_in_force;
    order->order_class = ticket->order_class;
    order->role = ORDER_ROLE_ENTRY;
    order->qty_e9 = ticket->qty_e9;
    order->notional_e9 = ticket->notional_e9;
    order->limit_price_e9 = ticket->limit_price_e9;
    order->stop_price_e9 = ticket->stop_price_e9;
    order->trail_price_e9 = ticket->trail_price_e9;
    order->trail_ppm = ticket->trail_ppm;
    order->intent = ticket->intent != INTENT_NONE
                        ? ticket->intent
                        : (uint8_t)account_intent(account, ticket->instrument, ticket->sells);
    if (ticket->order_class == SERVED_CLASS_OCO) {
        order->role = ORDER_ROLE_TARGET;
        order->limit_price_e9 = ticket->take_profit_e9;
    }
    order->expires_ns = expiry_ns(account, order, now_ns);
    set_client_id(account, order, ticket->client_order_id);
    return order->number;
}

static uint32_t add_leg(struct account *account, uint32_t parent, enum order_role role,
                        const struct order_ticket *ticket)
{
    int64_t parent_ns = account->orders[parent].created_ns;
    struct served_order *leg = account_add_order(account, parent_ns);
    const struct served_order *first = &account->orders[parent];
    leg->parent = parent;
    leg->instrument = first->instrument;
    leg->sells = first->order_class == SERVED_CLASS_OCO ? first->sells : !first->sells;
    leg->time_in_force = first->time_in_force;
    leg->order_class = first->order_class;
    leg->role = (uint8_t)role;
    leg->qty_e9 = first->qty_e9;
    leg->intent = leg->sells ? INTENT_SELL_TO_CLOSE : INTENT_BUY_TO_CLOSE;
    leg->expires_ns = first->expires_ns;
    if (role == ORDER_ROLE_TARGET) {
        leg->type = ORDER_TYPE_LIMIT;
        leg->limit_price_e9 = ticket->take_profit_e9;
    } else {
        leg->type = ticket->stop_loss_limit_e9 != 0 ? ORDER_TYPE_STOP_LIMIT : ORDER_TYPE_STOP;
        leg->stop_price_e9 = ticket->stop_loss_e9;
        leg->limit_price_e9 = ticket->stop_loss_limit_e9;
    }
    set_client_id(account, leg, "");
    return leg->number;
}

static uint32_t add_orders(struct account *account, const struct order_ticket *ticket,
                           int64_t now_ns)
{
    uint32_t first = add_first(account, ticket, now_ns);
    uint32_t leg_count = 0;
    bool grouped = exchange_class(ticket->order_class) != ORDER_CLASS_SIMPLE;
    if (grouped && ticket->take_profit_e9 != 0 && ticket->order_class != SERVED_CLASS_OCO) {
        uint32_t leg = add_leg(account, first, ORDER_ROLE_TARGET, ticket);
        account->orders[first].legs[leg_count++] = leg;
    }
    if (grouped && ticket->stop_loss_e9 != 0) {
        uint32_t leg = add_leg(account, first, ORDER_ROLE_STOP, ticket);
        account->orders[first].legs[leg_count++] = leg;
    }
    return first;
}

/* Shares for the amount at the price that the order would trade at now. */
static bool price_notional(struct account *account, struct served_order *order,
                           struct refusal *refusal)
{
    int64_t price_e9 = order->limit_price_e9 != 0
                           ? order->limit_price_e9
                           : market_side_e9(account->market, order->instrument, !order->sells);
    if (price_e9 <= 0) {
        return refuse(refusal, 403, CODE_FORBIDDEN,
                      "order has been rejected due to no available quote for symbol. please "
                      "reenter with a limit");
    }
    if (money_mul_div(order->notional_e9, MONEY_E9, price_e9, ROUND_DOWN, &order->qty_e9) !=
            ERR_OK ||
        order->qty_e9 == 0) {
        return refuse(refusal, 403, CODE_FORBIDDEN,
                      "cost basis must be >= minimal amount of order 1");
    }
    return true;
}

/* The exchange's answer to the orders from `first` on, before any other report is taken. */
static bool was_refused(const struct account *account, uint32_t first, enum reject_reason *reason)
{
    for (uint32_t i = 0; i < account->reports.count; i++) {
        const struct event *event = &account->reports.reports[i].event;
        if (event->kind == EVENT_REJECTED && event->report.order_id == exchange_id_of(first)) {
            *reason = (enum reject_reason)event->flags;
            return true;
        }
    }
    return false;
}

/* Sends what lies in the list from `first` on; false with the refusal when the exchange says no. */
static bool send(struct account *account, uint32_t first, enum order_action action, int64_t now_ns,
                 struct refusal *refusal)
{
    struct order_request requests[GROUP_ORDERS_MAX];
    const struct order_request *sends[GROUP_ORDERS_MAX];
    uint32_t count = account->order_count - first;
    CHECK(count <= GROUP_ORDERS_MAX);
    account_make_room(account, count);
    for (uint32_t i = 0; i < count; i++) {
        requests[i] = request_of(account, &account->orders[first + i], now_ns);
        requests[i].head.order.action = (uint8_t)action;
        if (action == ORDER_ACTION_REPLACE) {
            requests[i].terms.replaces = exchange_id_of(account->orders[first + i].replaces);
        }
        sends[i] = &requests[i];
    }
    exchange_on_requests(account->exchange, sends, count, now_ns, &account->reports);
    enum reject_reason reason;
    if (was_refused(account, first, &reason) && reason != REJECT_RANDOM) {
        refuse_as(account, &account->orders[first], reason, now_ns, refusal);
        account->reports.count = 0;
        account_drop_orders(account, first);
        return false;
    }
    return true;
}

static void status_as_sent(const struct account *account, struct served_order *sent)
{
    bool open = market_is_open(account->market) ||
                (sent->extended_hours && market_is_extended(account->market));
    sent->status = open ? ORDER_STATUS_PENDING_NEW : ORDER_STATUS_ACCEPTED;
}

void account_make_known(struct account *account, uint32_t first)
{
    for (uint32_t i = first; i < account->order_count; i++) {
        struct served_order *order = &account->orders[i];
        account_index_client(account, order);
        status_as_sent(account, order);
        if (order->parent != NO_SERVED_ORDER && order->replaces == NO_SERVED_ORDER) {
            order->status = ORDER_STATUS_HELD;
        }
        account_open_order(account, order);
    }
}

void account_go_on(struct account *account, uint32_t first, int64_t now_ns)
{
    uint32_t instrument = account->orders[first].instrument;
    account_roll_day(account, now_ns);
    account_take_reports(account);
    account_strike_accepted(account, first, now_ns);
    account_meet_standing_quote(account, instrument, now_ns);
}

bool account_take(struct account *account, const struct order_ticket *ticket, int64_t now_ns,
                  uint32_t *first_order, struct refusal *refusal)
{
    if (ticket->client_order_id[0] != '\0' &&
        account_order_by_client(account, ticket->client_order_id) != NULL) {
        return refuse(refusal, 422, CODE_BAD_VALUE, "client_order_id must be unique");
    }
    uint32_t first = add_orders(account, ticket, now_ns);
    if (ticket->notional_e9 != 0 && !price_notional(account, &account->orders[first], refusal)) {
        account_drop_orders(account, first);
        return false;
    }
    if (!send(account, first, ORDER_ACTION_SUBMIT, now_ns, refusal)) {
        return false;
    }
    account_make_known(account, first);
    account_strike_new(account, first, now_ns);
    *first_order = first;
    return true;
}

bool account_submit(struct account *account, const struct order_ticket *ticket, int64_t now_ns,
                    struct served_order *sent, struct refusal *refusal)
{
    uint32_t first = NO_SERVED_ORDER;
    if (!account_take(account, ticket, now_ns, &first, refusal)) {
        return false;
    }
    *sent = account->orders[first];
    account_go_on(account, first, now_ns);
    return true;
}

/* ---- replacements ---- */

void account_apply_change(struct served_order *order, const struct order_change *change)
{
    order->qty_e9 = change->qty_e9 != 0 ? change->qty_e9 : order->qty_e9;
    order->limit_price_e9 =
        change->limit_price_e9 != 0 ? change->limit_price_e9 : order->limit_price_e9;
    order->stop_price_e9 =
        change->stop_price_e9 != 0 ? change->stop_price_e9 : order->stop_price_e9;
    order->time_in_force =
        change->time_in_force != 0 ? change->time_in_force : order->time_in_force;
    if (change->trail != 0 && order->trail_ppm != 0) {
        order->trail_ppm = change->trail;
    } else if (change->trail != 0) {
        order->trail_price_e9 = change->trail;
    }
}

void account_take_place(struct account *account, const struct served_order *order)
{
    if (order->parent != NO_SERVED_ORDER) {
        uint32_t *legs = account->orders[order->parent].legs;
        legs[legs[0] == order->replaces ? 0 : 1] = order->number;
    }
    for (size_t i = 0; i < 2; i++) {
        if (order->legs[i] != NO_SERVED_ORDER) {
            account->orders[order->legs[i]].parent = order->number;
        }
    }
}

bool account_replace(struct account *account, uint32_t number, const struct order_change *change,
                     int64_t now_ns, struct served_order *sent, struct refusal *refusal)
{
    if (change->client_order_id[0] != '\0' &&
        account_order_by_client(account, change->client_order_id) != NULL) {
        return refuse(refusal, 422, CODE_BAD_VALUE, "client_order_id must be unique");
    }
    int64_t created_ns = sent_ns(account, now_ns);
    struct served_order *order = account_add_order(account, created_ns);
    uint32_t first = order->number;
    *order = account->orders[number];
    order->number = first;
    order->created_ns = created_ns;
    order->updated_ns = now_ns;
    order->replaces = number;
    order->replaced_by = NO_SERVED_ORDER;
    order->hidden_until_ns = 0;
    account_apply_change(order, change);
    order->expires_ns = expiry_ns(account, order, now_ns);
    set_client_id(account, order, change->client_order_id);
    if (account_strike_replace(account, number, first, now_ns, sent)) {
        return true;
    }
    if (!send(account, first, ORDER_ACTION_REPLACE, now_ns, refusal)) {
        return false;
    }
    struct served_order *old = &account->orders[number];
    old->replaced_by = first;
    account_make_known(account, first);
    if (old->status == ORDER_STATUS_HELD && account->plan.latency_ns == 0) {
        account->orders[first].status = ORDER_STATUS_HELD;
    }
    *sent = account->orders[first];
    if (account->plan.latency_ns > 0) {
        old->status = ORDER_STATUS_PENDING_REPLACE;
        account_tell(account, old, ORDER_EVENT_PENDING_REPLACE, now_ns, NULL);
    }
    account_go_on(account, first, now_ns);
    return true;
}

/* ---- cancels ---- */

bool account_cancel(struct account *account, uint32_t number, int64_t now_ns,
                    struct refusal *refusal)
{
    return account_strike_cancel(account, number, now_ns) ||
           account_ask_cancel(account, number, now_ns, refusal);
}

bool account_ask_cancel(struct account *account, uint32_t number, int64_t now_ns,
                        struct refusal *refusal)
{
    struct served_order *order = &account->orders[number];
    if (!order_status_is_open(order->status)) {
        return refuse(refusal, 422, CODE_UNACCEPTABLE, "order is already in \"%s\" state",
                      order_status_text(order->status));
    }
    const struct order_request request = {
        .head =
            {
                   .ts_ns = now_ns,
                   .src_ns = now_ns,
                   .kind = EVENT_ORDER,
                   .version = 1,
                   .slots = 2,
                   .instrument = order->instrument,
                   .order = {.order_id = exchange_id_of(number), .action = ORDER_ACTION_CANCEL},
                   },
    };
    const struct order_request *sends = &request;
    account_make_room(account, 1);
    exchange_on_requests(account->exchange, &sends, 1, now_ns, &account->reports);
    if (account->plan.latency_ns > 0 && order->status != ORDER_STATUS_PENDING_CANCEL) {
        order->status = ORDER_STATUS_PENDING_CANCEL;
        account_tell(account, order, ORDER_EVENT_PENDING_CANCEL, now_ns, NULL);
    }
    account_take_reports(account);
    return true;
}
