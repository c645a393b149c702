/* explain_signals.c: one pass gathers the decisions, a second gives them what the broker said. */
#include "readers/explain_signals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "readers/explain_words.h"
#include "sys/memory.h"

/* ---- rows ---- */

static void take_decision(struct signal_rows *rows, size_t *capacity, const struct event *record)
{
    const struct event_decision *decision = &record->decision;
    if (rows->count == *capacity) {
        *capacity = *capacity == 0 ? 256 : 2 * *capacity;
        rows->rows = xrealloc(rows->rows, *capacity * sizeof *rows->rows);
    }
    rows->rows[rows->count++] = (struct signal_row){
        .ts_ns = record->ts_ns,
        .instrument = record->instrument,
        .book = decision->book,
        .act = record->flags,
        .reason = decision->reason,
        .verdict = decision->verdict,
        .confidence_ppm = decision->confidence_ppm,
        .value = decision->value,
        .limit = decision->limit,
        .order_id = decision->order_id,
    };
}

/* A decision's order lies right behind it. */
static void take_order(struct signal_rows *rows, const struct event *record)
{
    if (rows->count > 0 && rows->rows[rows->count - 1].order_id == record->order.order_id) {
        rows->rows[rows->count - 1].qty_e9 = record->order.qty_e9;
        rows->rows[rows->count - 1].reference_e9 = record->order.reference_price_e9;
    }
}

/* What was taken back did not fill. */
static void take_bust(struct signal_row *row, const struct event_report *report)
{
    int64_t paid_e9;
    if (money_notional(report->price_e9, report->qty_e9, ROUND_EVEN, &paid_e9) == ERR_OK) {
        row->paid_e9 = money_sub_capped(row->paid_e9, paid_e9);
        row->filled_e9 = money_sub_capped(row->filled_e9, report->qty_e9);
        row->commission_e9 = money_sub_capped(row->commission_e9, report->commission_e9);
    }
    if (row->filled_e9 == 0) {
        row->first_fill_ns = 0;
        row->last_fill_ns = 0;
    }
}

/* Amounts beyond the range stay what they were: the run itself would have ended there. */
static void take_report(struct signal_row *row, const struct event *record)
{
    const struct event_report *report = &record->report;
    int64_t paid_e9;
    if (record->kind == EVENT_REJECTED) {
        row->rejected = record->flags;
    } else if (record->kind == EVENT_CANCELED || record->kind == EVENT_EXPIRED) {
        row->ended = record->kind;
    } else if (record->kind == EVENT_BUSTED) {
        take_bust(row, report);
    } else if (record->kind == EVENT_FILL &&
               money_notional(report->price_e9, report->qty_e9, ROUND_EVEN, &paid_e9) == ERR_OK &&
               money_add(row->paid_e9, paid_e9, &row->paid_e9) == ERR_OK) {
        row->first_fill_ns = row->first_fill_ns == 0 ? record->ts_ns : row->first_fill_ns;
        row->last_fill_ns = record->ts_ns;
        row->filled_e9 = money_add_capped(row->filled_e9, report->qty_e9);
        row->commission_e9 = money_add_capped(row->commission_e9, report->commission_e9);
    }
}

static int compare(const void *left, const void *right)
{
    const struct signal_row *const *a = left;
    const struct signal_row *const *b = right;
    return ((*a)->order_id > (*b)->order_id) - ((*a)->order_id < (*b)->order_id);
}

static void take_reports(struct signal_rows *rows, struct log_reader *reader)
{
    struct signal_row **by_order = xcalloc(rows->count + 1, sizeof(struct signal_row *));
    for (size_t i = 0; i < rows->count; i++) {
        by_order[i] = &rows->rows[i];
    }
    qsort(by_order, rows->count, sizeof *by_order, compare);
    const struct event *record;
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        const struct signal_row wanted = {.order_id = record->report.order_id};
        const struct signal_row *key = &wanted;
        if (!event_is_report(record->kind) || wanted.order_id == 0) {
            continue;
        }
        struct signal_row **found = bsearch(&key, by_order, rows->count, sizeof *by_order, compare);
        if (found != NULL) {
            take_report(*found, record);
        }
    }
    free(by_order);
}

struct signal_rows signal_rows_read(struct log_reader *reader)
{
    struct signal_rows rows = {0};
    size_t capacity = 0;
    const struct event *record;
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        if (record->kind == EVENT_DECISION) {
            take_decision(&rows, &capacity, record);
        } else if (record->kind == EVENT_ORDER) {
            take_order(&rows, record);
        }
    }
    if (rows.count > 0) {
        take_reports(&rows, reader);
    }
    return rows;
}

int64_t signal_fill_price_e9(const struct signal_row *row)
{
    int64_t price_e9 = 0;
    if (row->filled_e9 > 0) {
        (void)money_mul_div(row->paid_e9, MONEY_E9, row->filled_e9, ROUND_EVEN, &price_e9);
    }
    return price_e9;
}

/* ---- as text ---- */

static void print_filled(const struct signal_row *row, FILE *out)
{
    int64_t price_e9 = signal_fill_price_e9(row);
    int64_t slippage_e9 = explain_slippage_e9(row->act == ACT_BUY, row->reference_e9, price_e9);
    struct figure seconds = {(double)(row->first_fill_ns - row->ts_ns) / 1e9, NULL};
    char qty[MONEY_TEXT_SIZE];
    char price[SHOWN_SIZE];
    char reference[SHOWN_SIZE];
    char delay[SHOWN_SIZE];
    char far[SHOWN_SIZE];
    (void)money_format(row->filled_e9, qty);
    (void)fprintf(out, "%s at %s after %s, %s %s%s\n", qty, text_dollars(price_e9, false, price),
                  text_duration(seconds, delay),
                  explain_slippage(slippage_e9, row->reference_e9, far),
                  text_dollars(row->reference_e9, false, reference),
                  row->filled_e9 < row->qty_e9 ? ", in part" : "");
}

/* What came of it: a fill or the reason why not. */
static void print_end(const struct signal_row *row, FILE *out)
{
    char value[SHOWN_SIZE];
    char limit[SHOWN_SIZE];
    if (row->order_id == 0) {
        (void)fprintf(out, "refused by %s: %s, allowed %s %s\n", verdict_text(row->verdict),
                      explain_measure(row->verdict, row->value, value),
                      gate_rule_text(verdict_rule(row->verdict)),
                      explain_measure(row->verdict, row->limit, limit));
    } else if (row->filled_e9 > 0) {
        print_filled(row, out);
    } else if (row->rejected != REJECT_NONE) {
        (void)fprintf(out, "rejected by the exchange: %s\n", reject_reason_text(row->rejected));
    } else if (row->ended != EVENT_NONE) {
        (void)fprintf(out, "%s before anything filled\n", event_kind_text(row->ended));
    } else {
        (void)fprintf(out, "not filled before the log ends\n");
    }
}

void signals_print(const struct signal_rows *rows, const struct lookup *lookup, const char *run,
                   FILE *out)
{
    size_t filled = 0;
    size_t refused = 0;
    (void)fprintf(out, "signals of %s\n  SIMULATED  fills by our own exchange%s\n\n", run,
                  lookup_market_is_simulated(lookup) ? ", and the market itself is made up" : "");
    for (size_t i = 0; i < rows->count; i++) {
        const struct signal_row *row = &rows->rows[i];
        char when[UTC_TEXT_SIZE];
        (void)fprintf(out, "%-19s  %-8s %-4s  %s (%u %s)\n", text_minute(row->ts_ns, when),
                      lookup_symbol(lookup, row->instrument), explain_act(row->act),
                      lookup_reason(lookup, row->book, row->reason), (unsigned)row->book,
                      lookup_strategy(lookup, row->book));
        (void)fprintf(out, "%21s", "");
        print_end(row, out);
        filled += row->filled_e9 > 0 ? 1 : 0;
        refused += row->order_id == 0 ? 1 : 0;
    }
    (void)fprintf(out, "%s%zu signals: %zu filled, %zu refused by a gate, %zu not filled\n",
                  rows->count > 0 ? "\n" : "", rows->count, filled, refused,
                  rows->count - filled - refused);
}

/* ---- as JSON ---- */

static void write_fill(struct json_writer *json, const struct signal_row *row)
{
    json_key(json, "fill");
    if (row->filled_e9 == 0) {
        json_null(json);
        return;
    }
    int64_t price_e9 = signal_fill_price_e9(row);
    json_begin_object(json);
    json_member_time(json, "first", row->first_fill_ns);
    json_member_time(json, "last", row->last_fill_ns);
    json_member_money(json, "delay_s", row->first_fill_ns - row->ts_ns);
    json_member_decimal(json, "qty", row->filled_e9);
    json_member_decimal(json, "price", price_e9);
    json_member_decimal(json, "slippage",
                        explain_slippage_e9(row->act == ACT_BUY, row->reference_e9, price_e9));
    json_member_decimal(json, "commission", row->commission_e9);
    json_end_object(json);
}

static void write_why_not(struct json_writer *json, const struct signal_row *row)
{
    json_key(json, "why_not");
    if (row->order_id == 0) {
        struct gate_use use = {false, row->value, row->limit};
        explain_gate_json(json, row->verdict, &use, true);
    } else if (row->filled_e9 > 0) {
        json_null(json);
    } else if (row->rejected != REJECT_NONE) {
        json_string(json, reject_reason_text(row->rejected));
    } else {
        json_string(json, row->ended != EVENT_NONE ? event_kind_text(row->ended) : "not filled");
    }
}

static void write_row(struct json_writer *json, const struct signal_row *row,
                      const struct lookup *lookup)
{
    json_begin_object(json);
    json_member_time(json, "ts", row->ts_ns);
    json_member_string(json, "symbol", lookup_symbol(lookup, row->instrument));
    json_member_string(json, "side", explain_act(row->act));
    json_member_string(json, "signal", lookup_reason(lookup, row->book, row->reason));
    json_member_string(json, "strategy", lookup_strategy(lookup, row->book));
    json_member_uint(json, "book", row->book);
    json_member_money(json, "confidence", (int64_t)row->confidence_ppm * 1000);
    json_key(json, "order_id");
    if (row->order_id != 0) {
        json_uint(json, row->order_id);
    } else {
        json_null(json);
    }
    json_member_decimal(json, "qty", row->qty_e9);
    json_member_decimal(json, "reference_price", row->reference_e9);
    write_fill(json, row);
    write_why_not(json, row);
    json_end_object(json);
}

void signals_print_json(const struct signal_rows *rows, const struct lookup *lookup,
                        const char *run, FILE *out)
{
    struct json_writer json;
    json_init(&json, true);
    json_begin_object(&json);
    json_member_string(&json, "run_id", run);
    json_member_bool(&json, "simulated", true); /* every mode there is fills at our own exchange */
    json_key(&json, "signals");
    json_begin_array(&json);
    for (size_t i = 0; i < rows->count; i++) {
        write_row(&json, &rows->rows[i], lookup);
    }
    json_end_array(&json);
    json_end_object(&json);
    (void)fprintf(out, "%s\n", json.text); /* the owner of `out` asks ferror() */
    json_finish(&json);
}
