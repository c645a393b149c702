/* account_reports.c: see account_private.h.
 *
 * The exchange tells what became of an order; what follows for others of its group it does not
 * tell, because both sides know the rules: that is looked up here. */
#include "base/check.h"
#include "base/money.h"
#include "exchange_http/account_private.h"
#include "sys/memory.h"

void account_tell(struct account *account, struct served_order *order, enum order_event event,
                  int64_t ts_ns, const struct activity *activity)
{
    order->updated_ns = ts_ns;
    if (account->watcher != NULL && account->watcher->on_event != NULL) {
        account->watcher->on_event(account->watcher->context, account, order, event, ts_ns,
                                   activity);
    }
}

static void end_order(struct account *account, struct served_order *order, enum order_status status)
{
    CHECK(account->open_count > 0);
    account->open_count--;
    order->status = (uint8_t)status;
}

static struct activity *add_activity(struct account *account, int64_t ts_ns, uint32_t instrument)
{
    if (account->activity_count == account->activity_capacity) {
        account->activity_capacity =
            account->activity_capacity == 0 ? 64 : 2 * account->activity_capacity;
        account->activities =
            xrealloc(account->activities, account->activity_capacity * sizeof *account->activities);
    }
    struct activity *activity = &account->activities[account->activity_count];
    *activity = (struct activity){
        .ts_ns = ts_ns,
        .number = account->activity_count++,
        .order = NO_SERVED_ORDER,
        .instrument = instrument,
    };
    return activity;
}

/* ---- groups ---- */

/* A held exit that the exchange has let to work. */
static void wake_leg(struct account *account, uint32_t number, int64_t ts_ns)
{
    struct exchange_order state;
    if (number == NO_SERVED_ORDER || account->orders[number].status != ORDER_STATUS_HELD ||
        !exchange_order(account->exchange, exchange_id_of(number), &state) || state.held) {
        return;
    }
    struct served_order *leg = &account->orders[number];
    leg->qty_e9 = state.qty_e9 < 0 ? -state.qty_e9 : state.qty_e9;
    leg->status = ORDER_STATUS_NEW;
    account_tell(account, leg, ORDER_EVENT_NEW, ts_ns, NULL);
}

/* What an exit of a pair filled, the other one has less to fill. */
static void follow_sibling(struct account *account, uint32_t number)
{
    struct exchange_order state;
    if (number != NO_SERVED_ORDER &&
        exchange_order(account->exchange, exchange_id_of(number), &state)) {
        struct served_order *order = &account->orders[number];
        order->qty_e9 = (state.qty_e9 < 0 ? -state.qty_e9 : state.qty_e9) + order->filled_e9;
    }
}

static void follow_group(struct account *account, const struct served_order *order, int64_t ts_ns)
{
    if (order->order_class == SERVED_CLASS_OCO) {
        follow_sibling(account, order->parent != NO_SERVED_ORDER ? order->parent : order->legs[0]);
        return;
    }
    if (order->parent == NO_SERVED_ORDER) {
        wake_leg(account, order->legs[0], ts_ns);
        wake_leg(account, order->legs[1], ts_ns);
        return;
    }
    const uint32_t *legs = account->orders[order->parent].legs;
    follow_sibling(account, legs[0] == order->number ? legs[1] : legs[0]);
}

/* ---- reports ---- */

static void take_accepted(struct account *account, struct served_order *order,
                          const struct event *event)
{
    struct exchange_order state;
    bool held = exchange_order(account->exchange, event->report.order_id, &state) && state.held;
    bool open = market_is_open(account->market) ||
                (order->extended_hours && market_is_extended(account->market));
    order->status = held ? ORDER_STATUS_HELD : open ? ORDER_STATUS_NEW : ORDER_STATUS_ACCEPTED;
    account_tell(account, order,
                 held   ? ORDER_EVENT_HELD
                 : open ? ORDER_EVENT_NEW
                        : ORDER_EVENT_ACCEPTED,
                 event->src_ns, NULL);
}

/* What is left of the quote that an execution took from. */
static void take_from_quote(struct account *account, const struct served_order *order,
                            int64_t qty_e9)
{
    struct exchange_quote *quote = &account->standing[order->instrument].quote;
    int64_t *size_e9 = order->sells ? &quote->bid_size_e9 : &quote->ask_size_e9;
    *size_e9 = *size_e9 > qty_e9 ? *size_e9 - qty_e9 : 0;
}

static void take_fill(struct account *account, struct served_order *order,
                      const struct exchange_report *report)
{
    const struct event *event = &report->event;
    int64_t value_e9 = 0;
    (void)money_notional(event->report.price_e9, event->report.qty_e9, ROUND_EVEN, &value_e9);
    order->filled_e9 += event->report.qty_e9;
    order->value_e9 += value_e9;
    take_from_quote(account, order, event->report.qty_e9);
    struct activity *activity = add_activity(account, event->src_ns, order->instrument);
    activity->order = order->number;
    activity->qty_e9 = event->report.qty_e9;
    activity->price_e9 = event->report.price_e9;
    activity->cumulative_e9 = order->filled_e9;
    activity->position_e9 = report->qty_e9;
    activity->amount_e9 = -event->report.commission_e9;
    activity->completes = order->filled_e9 >= order->qty_e9;
    if (activity->completes) {
        order->filled_ns = event->src_ns;
        end_order(account, order, ORDER_STATUS_FILLED);
    } else {
        order->status = ORDER_STATUS_PARTIALLY_FILLED;
    }
    account_tell(account, order, activity->completes ? ORDER_EVENT_FILL : ORDER_EVENT_PARTIAL_FILL,
                 event->src_ns, activity);
    follow_group(account, order, event->src_ns);
}

static void take_end(struct account *account, struct served_order *order, const struct event *event)
{
    int64_t ts_ns = event->src_ns;
    if (event->kind == EVENT_CANCELED) {
        order->canceled_ns = ts_ns;
        end_order(account, order, ORDER_STATUS_CANCELED);
        account_tell(account, order, ORDER_EVENT_CANCELED, ts_ns, NULL);
    } else if (event->kind == EVENT_EXPIRED) {
        order->expired_ns = ts_ns;
        end_order(account, order, ORDER_STATUS_EXPIRED);
        account_tell(account, order, ORDER_EVENT_EXPIRED, ts_ns, NULL);
    } else {
        order->replaced_ns = ts_ns;
        end_order(account, order, ORDER_STATUS_REPLACED);
        account_tell(account, order, ORDER_EVENT_REPLACED, ts_ns, NULL);
    }
    follow_group(account, order, ts_ns);
}

/* A no that came after the order, or its replacement, had been taken. */
static void take_rejected(struct account *account, struct served_order *order, int64_t ts_ns)
{
    order->failed_ns = ts_ns;
    end_order(account, order, ORDER_STATUS_REJECTED);
    account_tell(account, order, ORDER_EVENT_REJECTED, ts_ns, NULL);
    if (order->replaces != NO_SERVED_ORDER) {
        struct served_order *old = &account->orders[order->replaces];
        old->replaced_by = NO_SERVED_ORDER;
        account_tell(account, old, ORDER_EVENT_REPLACE_REJECTED, ts_ns, NULL);
    }
}

static void take_cash(struct account *account, const struct event *event)
{
    struct activity *activity = add_activity(account, event->src_ns, event->instrument);
    activity->cause = event->flags;
    activity->qty_e9 = event->account_cash.qty_e9;
    activity->amount_e9 = event->account_cash.amount_e9;
}

static void take_report(struct account *account, const struct exchange_report *report)
{
    const struct event *event = &report->event;
    if (event->kind == EVENT_ACCOUNT_CASH) {
        take_cash(account, event);
        return;
    }
    CHECK(event->report.order_id > 0 && event->report.order_id <= account->order_count);
    struct served_order *order = &account->orders[event->report.order_id - 1];
    if (event->kind == EVENT_ACCEPTED) {
        take_accepted(account, order, event);
    } else if (event->kind == EVENT_FILL) {
        take_fill(account, order, report);
    } else if (event->kind == EVENT_REJECTED) {
        take_rejected(account, order, event->src_ns);
    } else if (event->kind == EVENT_CANCEL_REJECTED) {
        account_tell(account, order, ORDER_EVENT_CANCEL_REJECTED, event->src_ns, NULL);
    } else {
        take_end(account, order, event);
    }
}

void account_take_reports(struct account *account)
{
    for (uint32_t i = 0; i < account->reports.count; i++) {
        take_report(account, &account->reports.reports[i]);
    }
    account->reports.count = 0;
}
