/* account_reports.c: see account_private.h.
 *
 * The exchange tells what became of an order; what follows for others of its group it does not
 * tell, because both sides know the rules: that is looked up here. */
#include "base/check.h"
#include "base/money.h"
#include "sys/memory.h"
#include "venue/account_private.h"

void account_tell(struct account *account, struct served_order *order, enum order_event event,
                  int64_t ts_ns, const struct activity *activity)
{
    order->updated_ns = ts_ns;
    if (account->watcher != NULL && account->watcher->on_event != NULL) {
        account->watcher->on_event(account->watcher->context, account, order, event, ts_ns,
                                   activity);
    }
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

static int64_t size_of(int64_t qty_e9)
{
    return qty_e9 < 0 ? -qty_e9 : qty_e9;
}

/* ---- states of what works ---- */

/* Alpaca shows the stop of an OCO as held as long as its target works. */
static bool is_shown_held(const struct served_order *order, const struct exchange_order *state)
{
    return state->held ||
           (order->order_class == SERVED_CLASS_OCO && order->parent != NO_SERVED_ORDER);
}

enum order_status account_working_status(const struct account *account,
                                         const struct served_order *order)
{
    struct exchange_order state;
    bool open = market_is_open(account->market) ||
                (order->extended_hours && market_is_extended(account->market));
    if (exchange_order(account->exchange, exchange_id_of(order->number), &state) &&
        is_shown_held(order, &state)) {
        return ORDER_STATUS_HELD;
    }
    return order->filled_e9 > 0 ? ORDER_STATUS_PARTIALLY_FILLED
           : open               ? ORDER_STATUS_NEW
                                : ORDER_STATUS_ACCEPTED;
}

static void follow_trail(const struct account *account, struct served_order *order)
{
    struct exchange_order state;
    if (order->type == ORDER_TYPE_TRAILING_STOP &&
        exchange_order(account->exchange, exchange_id_of(order->number), &state) &&
        state.mark_e9 != 0) {
        order->hwm_e9 = state.mark_e9;
        order->stop_price_e9 = state.stop_price_e9;
    }
}

void account_follow_trails(struct account *account, uint32_t instrument)
{
    uint32_t i = account->books[instrument].first_open;
    for (; i != NO_SERVED_ORDER; i = account->orders[i].next_open) {
        follow_trail(account, &account->orders[i]);
    }
}

/* ---- groups ----
 *
 * The exchange may be ahead of the reports: what it says an order has filled counts, not what was
 * reported so far. */

/* A held exit that the exchange has let to work. */
static void wake_leg(struct account *account, uint32_t number, int64_t ts_ns)
{
    struct exchange_order state;
    if (number == NO_SERVED_ORDER || account->orders[number].status != ORDER_STATUS_HELD ||
        !exchange_order(account->exchange, exchange_id_of(number), &state) || state.held) {
        return;
    }
    struct served_order *leg = &account->orders[number];
    leg->qty_e9 = size_of(state.qty_e9) + state.filled_e9;
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
        order->qty_e9 = size_of(state.qty_e9) + state.filled_e9;
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
    if (order->replaces != NO_SERVED_ORDER) {
        follow_sibling(account, order->number); /* what was lost to the sibling meanwhile */
    }
    follow_trail(account, order);
    order->status = (uint8_t)account_working_status(account, order);
    account_tell(account, order,
                 order->status == ORDER_STATUS_HELD       ? ORDER_EVENT_HELD
                 : order->status == ORDER_STATUS_ACCEPTED ? ORDER_EVENT_ACCEPTED
                                                          : ORDER_EVENT_NEW,
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

/* Whether an answer to a request for the order is awaited. */
static bool is_pending(const struct served_order *order)
{
    return order->status == ORDER_STATUS_PENDING_CANCEL ||
           order->status == ORDER_STATUS_PENDING_REPLACE;
}

/* More of a position than there was before; one that was turned over begins anew. */
static void book_opened(struct account_book *book, int64_t qty_e9, int64_t price_e9, bool anew)
{
    int64_t value_e9 = 0;
    (void)money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9);
    book->overnight_e9 = anew ? 0 : book->overnight_e9;
    book->opened_e9 = (anew ? 0 : book->opened_e9) + qty_e9;
    book->opened_value_e9 = (anew ? 0 : book->opened_value_e9) + value_e9;
}

/* Less of it: shares that came first leave first. */
static void book_closed(struct account_book *book, int64_t qty_e9)
{
    int64_t overnight_e9 = size_of(book->overnight_e9);
    int64_t old_e9 = qty_e9 < overnight_e9 ? qty_e9 : overnight_e9;
    book->overnight_e9 += book->overnight_e9 < 0 ? old_e9 : -old_e9;
    int64_t left_e9 = book->opened_e9 - (qty_e9 - old_e9);
    if (left_e9 <= 0 || money_mul_div(book->opened_value_e9, left_e9, book->opened_e9, ROUND_EVEN,
                                      &book->opened_value_e9) != ERR_OK) {
        left_e9 = 0;
        book->opened_value_e9 = 0;
    }
    book->opened_e9 = left_e9;
}

void account_book_fill(struct account_book *book, bool sells, const struct event *event,
                       int64_t after_e9)
{
    const struct event_report *fill = &event->report;
    int64_t before_e9 = after_e9 + (sells ? fill->qty_e9 : -fill->qty_e9);
    bool turns = before_e9 != 0 && after_e9 != 0 && (before_e9 < 0) != (after_e9 < 0);
    if (turns) {
        book_opened(book, size_of(after_e9), fill->price_e9, true);
    } else if (size_of(after_e9) > size_of(before_e9)) {
        book_opened(book, fill->qty_e9, fill->price_e9, false);
    } else {
        book_closed(book, fill->qty_e9);
    }
}

static void take_fill(struct account *account, struct served_order *order,
                      const struct exchange_report *report)
{
    const struct event *event = &report->event;
    int64_t value_e9 = 0;
    (void)money_notional(event->report.price_e9, event->report.qty_e9, ROUND_EVEN, &value_e9);
    order->filled_e9 += event->report.qty_e9;
    account_book_fill(&account->books[order->instrument], order->sells, event, report->qty_e9);
    order->value_e9 += value_e9;
    take_from_quote(account, order, event->report.qty_e9);
    account_split_fill(account, order, event->report.qty_e9);
    struct activity *activity = add_activity(account, event->src_ns, order->instrument);
    activity->order = order->number;
    activity->qty_e9 = event->report.qty_e9;
    activity->price_e9 = event->report.price_e9;
    activity->cumulative_e9 = order->filled_e9;
    activity->position_e9 = report->qty_e9;
    activity->amount_e9 = -event->report.commission_e9;
    activity->completes = served_order_executed_e9(order) >= order->qty_e9;
    if (activity->completes) {
        order->filled_ns = event->src_ns;
        account_end_order(account, order, ORDER_STATUS_FILLED);
    } else if (!is_pending(order)) {
        order->status = ORDER_STATUS_PARTIALLY_FILLED;
    }
    account_tell(account, order, activity->completes ? ORDER_EVENT_FILL : ORDER_EVENT_PARTIAL_FILL,
                 event->src_ns, activity);
    follow_group(account, order, event->src_ns);
    account_strike_fill(account, order->number, account->activity_count - 1);
}

/* The new order goes on where the old one stopped, which may have filled since it was asked for. */
static void hand_over(struct account *account, const struct served_order *old)
{
    struct served_order *order = &account->orders[old->replaced_by];
    order->filled_e9 = old->filled_e9;
    order->busted_e9 = old->busted_e9;
    order->value_e9 = old->value_e9;
    for (size_t i = 0; i < 2; i++) {
        order->legs[i] = old->legs[i];
    }
    order->parent = old->parent;
    account_take_place(account, order);
}

static void take_end(struct account *account, struct served_order *order, const struct event *event)
{
    int64_t ts_ns = event->src_ns;
    if (event->kind == EVENT_CANCELED && order->rejects_late) {
        account_reject_order(account, order, ts_ns);
    } else if (event->kind == EVENT_CANCELED) {
        order->canceled_ns = ts_ns;
        account_end_order(account, order, ORDER_STATUS_CANCELED);
        account_tell(account, order, ORDER_EVENT_CANCELED, ts_ns, NULL);
    } else if (event->kind == EVENT_EXPIRED) {
        order->expired_ns = ts_ns;
        account_end_order(account, order, ORDER_STATUS_EXPIRED);
        account_tell(account, order, ORDER_EVENT_EXPIRED, ts_ns, NULL);
    } else {
        order->replaced_ns = ts_ns;
        account_end_order(account, order, ORDER_STATUS_REPLACED);
        account_tell(account, order, ORDER_EVENT_REPLACED, ts_ns, NULL);
        hand_over(account, order);
    }
    follow_group(account, order, ts_ns);
}

/* A no that came after the order, or its replacement, had been taken. */
void account_reject_order(struct account *account, struct served_order *order, int64_t ts_ns)
{
    order->failed_ns = ts_ns;
    order->filled_e9 = 0; /* what a replacement would have taken over */
    order->busted_e9 = 0;
    order->value_e9 = 0;
    account_end_order(account, order, ORDER_STATUS_REJECTED);
    account_tell(account, order, ORDER_EVENT_REJECTED, ts_ns, NULL);
    if (order->replaces != NO_SERVED_ORDER) {
        struct served_order *old = &account->orders[order->replaces];
        old->replaced_by = NO_SERVED_ORDER;
        if (old->status == ORDER_STATUS_PENDING_REPLACE) {
            old->status = (uint8_t)account_working_status(account, old);
        }
        account_tell(account, old, ORDER_EVENT_REPLACE_REJECTED, ts_ns, NULL);
    }
}

static void take_cancel_rejected(struct account *account, struct served_order *order, int64_t ts_ns)
{
    if (order->status == ORDER_STATUS_PENDING_CANCEL) {
        bool known = order->replaces == NO_SERVED_ORDER ||
                     account->orders[order->replaces].status == ORDER_STATUS_REPLACED;
        order->status = known ? (uint8_t)account_working_status(account, order)
                              : (uint8_t)ORDER_STATUS_PENDING_NEW;
    }
    account_tell(account, order, ORDER_EVENT_CANCEL_REJECTED, ts_ns, NULL);
}

static void take_cash(struct account *account, const struct exchange_report *report)
{
    const struct event *event = &report->event;
    struct activity *activity = add_activity(account, event->src_ns, event->instrument);
    activity->cause = event->flags;
    activity->qty_e9 = event->account_cash.qty_e9;
    activity->position_e9 = report->qty_e9;
    if (activity->cause == CASH_SPLIT) {
        account->books[event->instrument].overnight_e9 += event->account_cash.qty_e9;
    }
    activity->amount_e9 = event->account_cash.amount_e9;
}

static void take_report(struct account *account, const struct exchange_report *report)
{
    const struct event *event = &report->event;
    if (event->kind == EVENT_ACCOUNT_CASH) {
        take_cash(account, report);
        return;
    }
    CHECK(event->report.order_id > 0 && event->report.order_id <= account->order_count);
    struct served_order *order = &account->orders[event->report.order_id - 1];
    if (event->kind == EVENT_ACCEPTED) {
        take_accepted(account, order, event);
    } else if (event->kind == EVENT_FILL) {
        take_fill(account, order, report);
    } else if (event->kind == EVENT_REJECTED) {
        account_reject_order(account, order, event->src_ns);
    } else if (event->kind == EVENT_CANCEL_REJECTED) {
        take_cancel_rejected(account, order, event->src_ns);
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
    account_do_due(account, account->market->now_ns);
}
