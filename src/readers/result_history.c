/* result_history.c: one pass over the log gathers; then fills find their orders, orders their
 * trades, by bisection. */
#include "readers/result_history.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "core/trades.h"
#include "market/calendar.h"
#include "sys/memory.h"

/* An array that grows; `items` moves. */
struct list {
    void *items;
    size_t count;
    size_t capacity;
};

/* What history_create() gathers in; the arrays become the history's. */
struct gathering {
    struct history *history;
    struct list points;   /* struct equity_point */
    struct list sessions; /* struct session_close */
    struct list orders;
    struct list fills;
    struct list trades;
    struct list refusals;
    struct list rejections; /* struct rejection */
    struct list splits;     /* struct event: ACTION */
    uint64_t slice;         /* ordinal of the slice at hand */
    uint64_t decided_order; /* the latest decision's, and why */
    uint8_t decided_reason;
};

struct rejection {
    uint64_t order_id;
    uint8_t reason;
};

static void *list_add(struct list *list, size_t size)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        list->items = xrealloc(list->items, list->capacity * size);
    }
    void *item = (char *)list->items + list->count++ * size;
    memset(item, 0, size);
    return item;
}

static void count_refusal(struct gathering *gathering, uint16_t book, bool by_exchange,
                          uint8_t code)
{
    struct history_refusal *rows = gathering->refusals.items;
    for (size_t i = 0; i < gathering->refusals.count; i++) {
        if (rows[i].book == book && rows[i].by_exchange == by_exchange && rows[i].code == code) {
            rows[i].count++;
            return;
        }
    }
    struct history_refusal *row = list_add(&gathering->refusals, sizeof *row);
    *row = (struct history_refusal){book, by_exchange, code, 1};
}

/* ---- gathering ---- */

static void take_decision(struct gathering *gathering, const struct event *record)
{
    const struct event_decision *decision = &record->decision;
    uint16_t book = decision->book <= BOOKS_MAX ? decision->book : 0;
    if (decision->reason < REASONS_MAX) {
        gathering->history->signals[book][decision->reason]++;
    }
    if (decision->order_id != 0) {
        gathering->history->acted[book]++;
        gathering->decided_order = decision->order_id;
        gathering->decided_reason = decision->reason;
    } else {
        gathering->history->refused[book]++;
        count_refusal(gathering, book, false, decision->verdict);
    }
}

static void take_order(struct gathering *gathering, const struct event *record)
{
    struct order_request request;
    if (record->order.action == ORDER_ACTION_CANCEL) {
        return; /* it names an order that is there already */
    }
    memcpy(&request, record, sizeof request);
    struct history_order *order = list_add(&gathering->orders, sizeof *order);
    order->id = record->order.order_id;
    order->reference_price_e9 = record->order.leg_count == 1 ? record->order.reference_price_e9 : 0;
    order->instrument = request.legs[0].instrument;
    order->book = record->order.book <= BOOKS_MAX ? record->order.book : 0;
    order->buys = request.legs[0].ratio > 0;
    order->splits = gathering->splits.count;
    order->reason = order->id == gathering->decided_order ? gathering->decided_reason : 0;
}

static void take_fill(struct gathering *gathering, const struct event *record)
{
    struct history_fill *fill = list_add(&gathering->fills, sizeof *fill);
    fill->ts_ns = record->ts_ns;
    fill->point = gathering->points.count;
    fill->order_id = record->report.order_id;
    fill->exec_id = record->report.exec_id;
    fill->instrument = record->instrument;
    fill->splits = gathering->splits.count;
    fill->facts.qty_e9 = record->report.qty_e9;
    fill->facts.price_e9 = record->report.price_e9;
    fill->facts.commission_e9 = record->report.commission_e9;
}

/* An execution that was taken back is none: one of the latest. */
static void take_bust(struct gathering *gathering, const struct event *record)
{
    struct history_fill *fills = gathering->fills.items;
    size_t at = gathering->fills.count;
    while (at > 0 && fills[at - 1].exec_id != record->report.exec_id) {
        at--;
    }
    if (at > 0) {
        gathering->fills.count--;
        memmove(&fills[at - 1], &fills[at], (gathering->fills.count - (at - 1)) * sizeof *fills);
    }
}

static void take_rejection(struct gathering *gathering, const struct event *record)
{
    struct rejection *rejection = list_add(&gathering->rejections, sizeof *rejection);
    rejection->order_id = record->report.order_id;
    rejection->reason = record->flags;
}

static void take_trade(struct gathering *gathering, const struct event *record)
{
    struct trade_detail detail;
    memcpy(&detail, record + 1, sizeof detail);
    struct history_trade *trade = list_add(&gathering->trades, sizeof *trade);
    *trade = (struct history_trade){
        .id = record->trade.trade_id,
        .sequence = gathering->trades.count,
        .point = gathering->points.count,
        .instrument = record->instrument,
        .book = record->trade.book <= BOOKS_MAX ? record->trade.book : 0,
        .state = record->flags,
        .qty_e9 = record->trade.qty_e9,
        .cost_e9 = record->trade.cost_e9,
        .facts = {.realized_e9 = record->trade.realized_e9,
                  .commission_e9 = detail.commission_e9,
                  .opened_ns = detail.opened_ns,
                  .closed_ns = detail.closed_ns,
                  .closed = record->flags == TRADE_CLOSED},
        .entry_qty_e9 = detail.entry_qty_e9,
        .entry_value_e9 = detail.entry_value_e9,
        .exit_qty_e9 = detail.exit_qty_e9,
        .exit_value_e9 = detail.exit_value_e9,
    };
}

static void take_slice(struct gathering *gathering, const struct event *record)
{
    struct equity_point *point = list_add(&gathering->points, sizeof *point);
    point->ts_ns = record->ts_ns;
    point->equity_e9 = record->slice.equity_e9;
    point->cash_e9 = record->slice.cash_e9;
    point->positions = record->slice.positions;
    point->slice = gathering->slice;
    gathering->history->evaluations += record->slice.evaluations;
    const struct run_config *config = lookup_config(gathering->history->lookup);
    int64_t open_ns =
        calendar_session_of(config->calendar, config->extended_hours, record->ts_ns).open_ns;
    struct list *sessions = &gathering->sessions;
    struct session_close *close = sessions->items;
    if (sessions->count == 0 || close[sessions->count - 1].open_ns != open_ns) {
        close = list_add(sessions, sizeof *close);
    } else {
        close += sessions->count - 1;
    }
    *close = (struct session_close){open_ns, gathering->points.count - 1};
}

static void take_deposit(struct gathering *gathering, const struct event *record)
{
    struct equity_series *equity = &gathering->history->equity;
    equity->start_ns = record->ts_ns;
    equity->start_e9 = record->deposit.amount_e9;
}

static void take_action(struct gathering *gathering, const struct event *record)
{
    const struct event_action *action = &record->action;
    if (action->split_new != action->split_old && action->split_new > 0 && action->split_old > 0) {
        *(struct event *)list_add(&gathering->splits, sizeof *record) = *record;
    }
}

static void take(struct gathering *gathering, const struct event *record)
{
    if (record->kind == EVENT_SLICE_END || record->kind == EVENT_LOG_SLICE_REF) {
        gathering->slice = record->slice_end.slice;
    } else if (record->kind == EVENT_DECISION) {
        take_decision(gathering, record);
    } else if (record->kind == EVENT_ORDER) {
        take_order(gathering, record);
    } else if (record->kind == EVENT_FILL) {
        take_fill(gathering, record);
    } else if (record->kind == EVENT_BUSTED) {
        take_bust(gathering, record);
    } else if (record->kind == EVENT_REJECTED) {
        take_rejection(gathering, record);
    } else if (record->kind == EVENT_TRADE) {
        take_trade(gathering, record);
    } else if (record->kind == EVENT_SLICE) {
        take_slice(gathering, record);
    } else if (record->kind == EVENT_DEPOSIT) {
        take_deposit(gathering, record);
    } else if (record->kind == EVENT_ACTION) {
        take_action(gathering, record);
    }
    gathering->history->ended = record->kind == EVENT_LOG_END;
}

static uint8_t slots_needed(uint8_t kind)
{
    return kind == EVENT_DECISION || kind == EVENT_ORDER || kind == EVENT_TRADE ? 2 : 1;
}

static enum err gather(struct gathering *gathering, struct log_reader *reader,
                       struct problem *problem)
{
    const struct event *record;
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        if (record->slots < slots_needed(record->kind)) {
            return problem_set(problem, ERR_FORMAT, "the log: a %s record is cut short",
                               event_kind_text(record->kind));
        }
        take(gathering, record);
    }
    return ERR_OK;
}

/* ---- what belongs together ---- */

static int compare_orders(const void *left, const void *right)
{
    const struct history_order *a = left;
    const struct history_order *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_trades(const void *left, const void *right)
{
    const struct history_trade *a = left;
    const struct history_trade *b = right;
    int by_id = (a->id > b->id) - (a->id < b->id);
    return by_id != 0 ? by_id : (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static int compare_trade_ids(const void *left, const void *right)
{
    const struct history_trade *a = left;
    const struct history_trade *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

/* In the order they closed, the open ones behind them in the order they opened. */
static int compare_closings(const void *left, const void *right)
{
    const struct history_trade *a = left;
    const struct history_trade *b = right;
    if (a->facts.closed != b->facts.closed) {
        return a->facts.closed ? -1 : 1;
    }
    int64_t a_ns = a->facts.closed ? a->facts.closed_ns : a->facts.opened_ns;
    int64_t b_ns = b->facts.closed ? b->facts.closed_ns : b->facts.opened_ns;
    int by_time = (a_ns > b_ns) - (a_ns < b_ns);
    return by_time != 0 ? by_time : compare_trade_ids(left, right);
}

static int compare_refusals(const void *left, const void *right)
{
    const struct history_refusal *a = left;
    const struct history_refusal *b = right;
    if (a->book != b->book) {
        return a->book < b->book ? -1 : 1;
    }
    if (a->by_exchange != b->by_exchange) {
        return a->by_exchange ? 1 : -1;
    }
    return (a->code > b->code) - (a->code < b->code);
}

static void sort(struct list *list, size_t size, int (*compare)(const void *, const void *))
{
    if (list->count > 1) {
        qsort(list->items, list->count, size, compare);
    }
}

static const struct history_order *find_order(const struct list *orders, uint64_t id)
{
    const struct history_order wanted = {.id = id};
    return orders->count == 0
               ? NULL
               : bsearch(&wanted, orders->items, orders->count, sizeof wanted, compare_orders);
}

/* The price that the order was decided on, in the measure of the fill: a split may lie between. */
static int64_t reference_at(const struct gathering *gathering, const struct history_order *order,
                            const struct history_fill *fill)
{
    const struct event *splits = gathering->splits.items;
    int64_t price_e9 = order->reference_price_e9;
    for (size_t i = order->splits; i < fill->splits; i++) {
        const struct event_action *split = &splits[i].action;
        if (splits[i].instrument == fill->instrument &&
            money_mul_div(price_e9, split->split_old, split->split_new, ROUND_EVEN, &price_e9) !=
                ERR_OK) {
            return 0; /* not known */
        }
    }
    return price_e9;
}

static enum err own_fills(struct gathering *gathering, struct problem *problem)
{
    struct history_fill *fills = gathering->fills.items;
    for (size_t i = 0; i < gathering->fills.count; i++) {
        const struct history_order *order = find_order(&gathering->orders, fills[i].order_id);
        if (order == NULL) {
            return problem_set(problem, ERR_FORMAT,
                               "the log: a fill of order %llu, which was never sent",
                               (unsigned long long)fills[i].order_id);
        }
        fills[i].book = order->book;
        fills[i].facts.buys = order->buys;
        fills[i].facts.reference_price_e9 = reference_at(gathering, order, &fills[i]);
    }
    const struct rejection *rejections = gathering->rejections.items;
    for (size_t i = 0; i < gathering->rejections.count; i++) {
        const struct history_order *order = find_order(&gathering->orders, rejections[i].order_id);
        uint16_t book = order == NULL ? 0 : order->book;
        gathering->history->rejected[book]++;
        count_refusal(gathering, book, true, rejections[i].reason);
    }
    return ERR_OK;
}

/* Of each trade its latest record stays, if anything of it filled. */
static void keep_latest(struct list *trades)
{
    struct history_trade *rows = trades->items;
    size_t kept = 0;
    for (size_t i = 0; i < trades->count; i++) {
        bool latest = i + 1 == trades->count || rows[i + 1].id != rows[i].id;
        if (latest && (rows[i].state == TRADE_OPEN || rows[i].state == TRADE_CLOSED)) {
            rows[kept++] = rows[i];
        }
    }
    trades->count = kept;
}

/* A trade was entered and left for the reasons of the orders that filled. */
static void give_reasons(struct gathering *gathering)
{
    const struct history_fill *fills = gathering->fills.items;
    for (size_t i = 0; i < gathering->fills.count && gathering->trades.count > 0; i++) {
        const struct history_order *order = find_order(&gathering->orders, fills[i].order_id);
        const struct history_trade wanted = {.id = order_id_trade(fills[i].order_id)};
        struct history_trade *trade =
            bsearch(&wanted, gathering->trades.items, gathering->trades.count, sizeof wanted,
                    compare_trade_ids);
        if (trade == NULL || order == NULL) {
            continue;
        }
        if (order_id_role(order->id) == ORDER_ROLE_ENTRY) {
            trade->entry_reason = order->reason;
        } else {
            trade->exit_reason = order->reason;
            trade->exit_role = (uint8_t)order_id_role(order->id);
        }
    }
}

static enum err put_together(struct gathering *gathering, struct problem *problem)
{
    sort(&gathering->orders, sizeof(struct history_order), compare_orders);
    sort(&gathering->trades, sizeof(struct history_trade), compare_trades);
    enum err err = own_fills(gathering, problem);
    keep_latest(&gathering->trades);
    give_reasons(gathering);
    sort(&gathering->trades, sizeof(struct history_trade), compare_closings);
    sort(&gathering->refusals, sizeof(struct history_refusal), compare_refusals);
    return err;
}

static void hand_over(struct gathering *gathering)
{
    struct history *history = gathering->history;
    history->equity.points = gathering->points.items;
    history->equity.point_count = gathering->points.count;
    history->equity.sessions = gathering->sessions.items;
    history->equity.session_count = gathering->sessions.count;
    history->every_slice =
        gathering->points.count == 0 ||
        history->equity.points[gathering->points.count - 1].slice + 1 == gathering->points.count;
    history->orders = gathering->orders.items;
    history->order_count = gathering->orders.count;
    history->fills = gathering->fills.items;
    history->fill_count = gathering->fills.count;
    history->trades = gathering->trades.items;
    history->trade_count = gathering->trades.count;
    history->refusals = gathering->refusals.items;
    history->refusal_count = gathering->refusals.count;
    free(gathering->rejections.items);
    free(gathering->splits.items);
}

enum err history_create(struct log_reader *reader, const struct preamble *preamble,
                        struct history **out, struct problem *problem)
{
    struct history *history = xcalloc(1, sizeof *history);
    struct gathering gathering = {.history = history};
    history->preamble = preamble;
    enum err err = lookup_create(preamble, &history->lookup, problem);
    if (err == ERR_OK) {
        err = gather(&gathering, reader, problem);
    }
    if (err == ERR_OK) {
        err = put_together(&gathering, problem);
    }
    hand_over(&gathering);
    if (err != ERR_OK) {
        history_destroy(history);
        return err;
    }
    *out = history;
    return ERR_OK;
}

void history_destroy(struct history *history)
{
    if (history != NULL) {
        lookup_destroy(history->lookup);
        free((void *)history->equity.points);
        free((void *)history->equity.sessions);
        free(history->orders);
        free(history->fills);
        free(history->trades);
        free(history->refusals);
        free(history);
    }
}
