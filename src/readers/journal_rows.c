/* journal_rows.c: which rows of journal.db a record has, and the values in them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/gates.h"
#include "core/ledger.h"
#include "core/trades.h"
#include "readers/explain_words.h"
#include "readers/journal_private.h"

void row_maker_init(struct row_maker *maker, const struct lookup *lookup)
{
    *maker = (struct row_maker){.lookup = lookup};
    maker->ts_length = (int)utc_format(0, maker->ts);
    json_init(&maker->inputs, false);
}

void row_maker_finish(struct row_maker *maker)
{
    json_finish(&maker->inputs);
}

/* ---- values, from left to right ---- */

static struct journal_value *add(struct journal_row *row)
{
    CHECK(row->count < JOURNAL_COLUMNS_MAX);
    return &row->values[row->count++];
}

static void row_int(struct journal_row *row, int64_t value)
{
    struct journal_value *next = add(row);
    next->type = JOURNAL_INT;
    next->value = value;
}

/* Ids beyond 2^63 become negative, which the tables' checks refuse. */
static void row_uint(struct journal_row *row, uint64_t value)
{
    row_int(row, (int64_t)value);
}

static void row_null(struct journal_row *row)
{
    add(row)->type = JOURNAL_NULL;
}

static void row_text_of(struct journal_row *row, const char *text, size_t length)
{
    struct journal_value *next = add(row);
    next->type = JOURNAL_TEXT;
    next->text = text;
    next->length = (int)length;
}

/* NULL for no text. */
static void row_text(struct journal_row *row, const char *text)
{
    if (text == NULL) {
        row_null(row);
    } else {
        row_text_of(row, text, strlen(text));
    }
}

/* ts_ns and ts */
static void row_time(struct row_maker *maker, struct journal_row *row, int64_t ts_ns)
{
    if (ts_ns != maker->ts_ns) {
        maker->ts_ns = ts_ns;
        maker->ts_length = (int)utc_format(ts_ns, maker->ts);
    }
    row_int(row, ts_ns);
    row_text_of(row, maker->ts, (size_t)maker->ts_length);
}

static void row_time_or_null(struct journal_row *row, int64_t ts_ns, char text[UTC_TEXT_SIZE])
{
    if (ts_ns == 0) {
        row_null(row);
    } else {
        row_text_of(row, text, utc_format(ts_ns, text));
    }
}

/* ---- tables ---- */

static void make_deposit(struct row_maker *maker, const struct event *record, uint64_t slot,
                         struct journal_row *row)
{
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_int(row, record->deposit.amount_e9);
}

/* {"sma_10":99.95,"sma_20":100.1} */
static const char *inputs_text(struct row_maker *maker, const struct event *record)
{
    struct decision_inputs inputs;
    memcpy(&inputs, record + 1, sizeof inputs);
    json_reset(&maker->inputs);
    json_begin_object(&maker->inputs);
    for (uint32_t i = 0; i < inputs.count && i < DECISION_INPUTS_MAX; i++) {
        char name[24];
        json_key(&maker->inputs, lookup_series(maker->lookup, record->decision.book, i, name));
        json_money(&maker->inputs,
                   lookup_input_e9(maker->lookup, record->decision.book, i, inputs.bits[i]));
    }
    json_end_object(&maker->inputs);
    return maker->inputs.text;
}

static void make_decision(struct row_maker *maker, const struct event *record, uint64_t slot,
                          struct journal_row *row)
{
    const struct event_decision *decision = &record->decision;
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_int(row, decision->book);
    row_text(row, lookup_strategy(maker->lookup, decision->book));
    row_text(row, lookup_symbol(maker->lookup, record->instrument));
    row_text(row, explain_act(record->flags));
    row_text(row, lookup_reason(maker->lookup, decision->book, decision->reason));
    row_text(row, verdict_text(decision->verdict));
    row_int(row, decision->value);
    row_int(row, decision->limit);
    row_int(row, decision->strength_ppm);
    row_int(row, decision->confidence_ppm);
    row_text(row, inputs_text(maker, record));
    if (decision->order_id != 0) {
        row_uint(row, decision->order_id);
    } else {
        row_null(row);
    }
}

static void make_order(struct row_maker *maker, const struct event *record, uint64_t slot,
                       struct journal_row *row)
{
    struct order_request request;
    memcpy(&request, record, sizeof request);
    const struct event_order *order = &record->order;
    row_uint(row, order->order_id);
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_uint(row, order_id_trade(order->order_id));
    row_int(row, order->book);
    row_text(row, lookup_strategy(maker->lookup, order->book));
    row_text(row, lookup_symbol(maker->lookup, request.legs[0].instrument));
    row_text(row, request.legs[0].ratio > 0 ? "buy" : "sell");
    row_text(row, order_role_text(event_order_role(record)));
    row_text(row, order_type_text(order->type));
    row_text(row, time_in_force_text(order->time_in_force));
    row_int(row, order->qty_e9);
    row_int(row, order->limit_price_e9);
    row_int(row, order->reference_price_e9);
    row_int(row, order->leg_count);
}

/* Of a fill, or of a bust: what it takes back. */
static void make_fill(struct row_maker *maker, const struct event *record, uint64_t slot,
                      struct journal_row *row)
{
    const struct event_report *report = &record->report;
    const struct known_order *order = lookup_order(maker->lookup, report->order_id);
    row_uint(row, report->exec_id);
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_int(row, record->src_ns);
    row_uint(row, report->order_id);
    row_uint(row, order_id_trade(report->order_id));
    row_text(row, lookup_strategy(maker->lookup, order != NULL ? order->book : 0));
    row_text(row, lookup_symbol(maker->lookup, record->instrument));
    /* A fill of no order that we know has no side, and the table refuses it. */
    row_text(row, order == NULL ? NULL : order->buys ? "buy" : "sell");
    row_int(row, report->qty_e9);
    row_int(row, report->price_e9);
    row_int(row, report->commission_e9);
}

static bool says_why(const struct event *report)
{
    bool may = report->kind == EVENT_REJECTED || report->kind == EVENT_CANCELED ||
               report->kind == EVENT_CANCEL_REJECTED;
    return may && report->flags != REJECT_NONE;
}

static void make_report(struct row_maker *maker, const struct event *record, uint64_t slot,
                        struct journal_row *row)
{
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_int(row, record->src_ns);
    row_text(row, event_kind_text(record->kind));
    row_uint(row, record->kind == EVENT_ACCOUNT_CASH ? 0 : record->report.order_id);
    row_text(row, says_why(record) ? reject_reason_text(record->flags) : NULL);
}

static void make_posting(struct row_maker *maker, const struct event *record, uint64_t slot,
                         struct journal_row *row)
{
    const struct event_posting *posting = &record->posting;
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_text(row, account_text(posting->debit));
    row_text(row, account_text(posting->credit));
    row_int(row, posting->amount_e9);
    row_text(row, record->instrument == INSTRUMENT_NONE
                      ? NULL
                      : lookup_symbol(maker->lookup, record->instrument));
    row_int(row, posting->qty_e9);
    row_int(row, posting->book);
    row_uint(row, posting->order_id);
    row_uint(row, posting->exec_id);
}

static void make_trade(struct row_maker *maker, const struct event *record, uint64_t slot,
                       struct journal_row *row)
{
    const struct event_trade *trade = &record->trade;
    struct trade_detail detail;
    memcpy(&detail, record + 1, sizeof detail);
    row_uint(row, trade->trade_id);
    row_uint(row, slot);
    row_text(row, trade_state_text(record->flags));
    row_int(row, trade->book);
    row_text(row, lookup_strategy(maker->lookup, trade->book));
    row_text(row, lookup_symbol(maker->lookup, record->instrument));
    row_int(row, trade->qty_e9);
    row_int(row, trade->cost_e9);
    row_int(row, trade->realized_e9);
    row_time_or_null(row, detail.opened_ns, maker->opened);
    row_time_or_null(row, detail.closed_ns, maker->closed);
    row_int(row, detail.entry_qty_e9);
    row_int(row, detail.entry_value_e9);
    row_int(row, detail.exit_qty_e9);
    row_int(row, detail.exit_value_e9);
    row_int(row, detail.commission_e9);
}

static void make_slice(struct row_maker *maker, const struct event *record, uint64_t slot,
                       struct journal_row *row)
{
    const struct event_slice *slice = &record->slice;
    (void)snprintf(maker->hash, sizeof maker->hash, "%016" PRIx64, slice->decision_hash);
    row_uint(row, maker->slices++);
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_int(row, slice->equity_e9);
    row_int(row, slice->cash_e9);
    row_int(row, slice->positions);
    row_int(row, slice->evaluations);
    row_int(row, slice->orders);
    row_int(row, slice->fills);
    row_int(row, record->flags & 1);
    row_text(row, maker->hash);
}

/* Of a symbol: what the account holds or filled otherwise than our orders make it, and what of a
 * trade is not as its plan has it. */
static bool is_of_symbol(const struct event *record)
{
    return record->kind == EVENT_HOLDING ||
           (record->kind == EVENT_NOTICE && record->flags != NOTICE_REARMED);
}

static const char *condition_text(const struct event *record)
{
    return record->kind == EVENT_STATUS   ? status_condition_text(record->flags)
           : record->kind == EVENT_NOTICE ? notice_text(record->flags)
                                          : event_kind_text(record->kind);
}

/* A holding lasts as long as there is something held; a notice tells of a moment. Of the whole run
 * is what has no instrument. */
static void make_condition(struct row_maker *maker, const struct event *record, uint64_t slot,
                           struct journal_row *row)
{
    bool of_symbol = is_of_symbol(record);
    int64_t value = record->kind == EVENT_HOLDING  ? record->holding.qty_e9
                    : record->kind == EVENT_NOTICE ? record->notice.qty_e9
                                                   : record->status.value;
    row_uint(row, slot);
    row_time(maker, row, record->ts_ns);
    row_int(row, record->src_ns);
    row_text(row, condition_text(record));
    row_int(row, of_symbol ? value != 0 : record->status.begins);
    row_text(row, record->instrument != INSTRUMENT_NONE
                      ? lookup_symbol(maker->lookup, record->instrument)
                      : NULL);
    row_int(row, value);
}

/* A cancel names an order that is there already. */
static bool is_new_order(const struct event *record)
{
    return record->kind == EVENT_ORDER && record->order.action != ORDER_ACTION_CANCEL;
}

bool journal_has_row(enum journal_table table, const struct event *record)
{
    switch (table) {
    case TABLE_RUN:
    case TABLE_INSTRUMENTS:
    case TABLE_COUNT:
        return false;
    case TABLE_DEPOSITS:
        return record->kind == EVENT_DEPOSIT;
    case TABLE_DECISIONS:
        return record->kind == EVENT_DECISION;
    case TABLE_ORDERS:
        return is_new_order(record);
    case TABLE_REPORTS:
        return event_is_report(record->kind);
    case TABLE_FILLS:
        return record->kind == EVENT_FILL;
    case TABLE_BUSTS:
        return record->kind == EVENT_BUSTED;
    case TABLE_POSTINGS:
        return record->kind == EVENT_POSTING;
    case TABLE_TRADES:
        return record->kind == EVENT_TRADE;
    case TABLE_SLICES:
        return record->kind == EVENT_SLICE;
    case TABLE_CONDITIONS:
        return record->kind == EVENT_STATUS || is_of_symbol(record);
    }
    return false;
}

uint64_t journal_key(enum journal_table table, const struct event *record, uint64_t slot)
{
    return table == TABLE_ORDERS   ? record->order.order_id
           : table == TABLE_FILLS  ? record->report.exec_id
           : table == TABLE_BUSTS  ? record->report.exec_id
           : table == TABLE_TRADES ? record->trade.trade_id
                                   : slot;
}

void journal_row_make(struct row_maker *maker, enum journal_table table, const struct event *record,
                      uint64_t slot, struct journal_row *row)
{
    static void (*const make[TABLE_COUNT])(struct row_maker *, const struct event *, uint64_t,
                                           struct journal_row *) = {
        [TABLE_DEPOSITS] = make_deposit, [TABLE_DECISIONS] = make_decision,
        [TABLE_ORDERS] = make_order,     [TABLE_REPORTS] = make_report,
        [TABLE_FILLS] = make_fill,       [TABLE_BUSTS] = make_fill,
        [TABLE_POSTINGS] = make_posting, [TABLE_TRADES] = make_trade,
        [TABLE_SLICES] = make_slice,     [TABLE_CONDITIONS] = make_condition,
    };
    row->count = 0;
    make[table](maker, record, slot, row);
    CHECK(row->count == journal_tables[table].columns);
}
