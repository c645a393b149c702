/* explain_json.c: an explanation as JSON: money is decimal text, counts are numbers, what is not
 * there is null or left out of its list. */
#include "core/trades.h"
#include "readers/explain.h"
#include "readers/explain_words.h"
#include "sys/json_writer.h"

static void write_bar(struct json_writer *json, const struct explanation *explanation)
{
    const struct event *bar = &explanation->bar;
    json_key(json, "bar");
    json_begin_object(json);
    json_member_time(json, "start", bar->src_ns);
    json_member_time(json, "end", bar->ts_ns);
    json_member_uint(json, "number", explanation->bars);
    json_member_decimal(json, "open", bar->bar.open_e9);
    json_member_decimal(json, "high", bar->bar.high_e9);
    json_member_decimal(json, "low", bar->bar.low_e9);
    json_member_decimal(json, "close", bar->bar.close_e9);
    json_member_uint(json, "volume", (uint64_t)bar->bar.volume);
    json_end_object(json);
}

static void write_series(struct json_writer *json, const struct explain_book *book)
{
    json_key(json, "series");
    json_begin_object(json);
    for (uint32_t i = 0; i < book->series_count; i++) {
        json_key(json, book->series[i].name);
        if (book->series[i].full) {
            json_decimal(json, book->series[i].value_e9);
        } else {
            json_null(json);
        }
    }
    json_end_object(json);
}

static void write_holding(struct json_writer *json, const struct explain_book *book)
{
    static const char *const texts[] = {"flat", "pending", "long"};
    json_member_string(json, "holding", texts[book->holding]);
    json_member_decimal(json, "held_qty", book->held_qty_e9);
    json_member_decimal(json, "held_cost", book->held_cost_e9);
}

static void write_answer(struct json_writer *json, const struct explanation *explanation,
                         const struct explain_book *book)
{
    json_key(json, "answer");
    if (book->outcome == EXPLAIN_WARMING_UP || book->outcome == EXPLAIN_NO_BAR ||
        book->outcome == EXPLAIN_OUTSIDE) {
        json_null(json);
        return;
    }
    json_begin_object(json);
    json_member_string(json, "act", explain_act((uint8_t)book->said.act));
    json_member_string(json, "reason",
                       lookup_reason(explanation->lookup, book->book, (uint8_t)book->said.reason));
    json_member_money(json, "strength", (int64_t)book->said.strength_ppm * 1000);
    json_member_money(json, "confidence", (int64_t)book->said.confidence_ppm * 1000);
    json_end_object(json);
}

static void write_gates(struct json_writer *json, const struct explain_book *book)
{
    json_key(json, "gates");
    json_begin_array(json);
    for (uint8_t i = 0; book->gated && i < GATE_COUNT; i++) {
        explain_gate_json(json, (uint8_t)(GATE_FIRST + i), &book->gates[i], true);
    }
    if (book->outcome == EXPLAIN_REFUSED && !book->gated) {
        const struct event_decision *decision = &book->decision.decision;
        struct gate_use use = {false, decision->value, decision->limit};
        explain_gate_json(json, decision->verdict, &use, true);
    }
    json_end_array(json);
}

static void write_report(struct json_writer *json, const struct explain_order *order,
                         const struct event *report)
{
    const struct event_order *terms = &order->request.head.order;
    json_begin_object(json);
    json_member_time(json, "time", report->ts_ns);
    json_member_string(json, "kind", event_kind_text(report->kind));
    json_member_money(json, "delay_s", report->ts_ns - order->request.head.ts_ns);
    if (report->kind == EVENT_FILL) {
        json_member_decimal(json, "qty", report->report.qty_e9);
        json_member_decimal(json, "price", report->report.price_e9);
        json_member_decimal(json, "commission", report->report.commission_e9);
        json_member_decimal(json, "slippage",
                            explain_slippage_e9(order->request.legs[0].ratio > 0,
                                                terms->reference_price_e9,
                                                report->report.price_e9));
    } else if (report->kind == EVENT_BUSTED) {
        json_member_decimal(json, "qty", report->report.qty_e9);
        json_member_decimal(json, "price", report->report.price_e9);
        json_member_decimal(json, "commission", report->report.commission_e9);
    } else if (report->flags != REJECT_NONE) {
        json_member_string(json, "reason", reject_reason_text(report->flags));
    }
    json_end_object(json);
}

static void write_orders(struct json_writer *json, const struct explain_book *book)
{
    json_key(json, "orders");
    json_begin_array(json);
    for (uint32_t i = 0; i < book->order_count; i++) {
        const struct explain_order *order = &book->orders[i];
        const struct event_order *terms = &order->request.head.order;
        json_begin_object(json);
        json_member_uint(json, "order_id", terms->order_id);
        json_member_string(json, "role", order_role_text(order->request.head.flags));
        json_member_string(json, "side", order->request.legs[0].ratio > 0 ? "buy" : "sell");
        json_member_string(json, "type", order_type_text(terms->type));
        json_member_string(json, "time_in_force", time_in_force_text(terms->time_in_force));
        json_member_decimal(json, "qty", terms->qty_e9);
        json_member_decimal(json, "reference_price", terms->reference_price_e9);
        json_key(json, "reports");
        json_begin_array(json);
        for (size_t k = 0; k < order->report_count; k++) {
            write_report(json, order, &order->reports[k]);
        }
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_trade(struct json_writer *json, const struct explain_book *book)
{
    json_key(json, "trade");
    if (book->trade_id == 0 || book->trade.kind == EVENT_NONE) {
        json_null(json);
        return;
    }
    json_begin_object(json);
    json_member_uint(json, "trade_id", book->trade_id);
    json_member_string(json, "state", trade_state_text(book->trade.flags));
    json_member_decimal(json, "realized", book->trade.trade.realized_e9);
    json_member_decimal(json, "commission", book->trade_detail.commission_e9);
    json_end_object(json);
}

static void write_book(struct json_writer *json, const struct explanation *explanation,
                       const struct explain_book *book)
{
    json_begin_object(json);
    json_member_uint(json, "book", book->book);
    json_member_string(json, "strategy", lookup_strategy(explanation->lookup, book->book));
    json_member_string(json, "outcome", explain_outcome_text(book->outcome));
    json_member_uint(json, "warmup_bars", book->warmup_bars);
    write_series(json, book);
    write_holding(json, book);
    write_answer(json, explanation, book);
    json_key(json, "qty");
    if (book->gated) {
        json_decimal(json, book->qty_e9);
    } else {
        json_null(json);
    }
    write_gates(json, book);
    write_orders(json, book);
    write_trade(json, book);
    json_end_object(json);
}

void explain_print_json(const struct explanation *explanation, const char *run, FILE *out)
{
    struct json_writer json;
    json_init(&json, true);
    json_begin_object(&json);
    json_member_string(&json, "run_id", run);
    json_member_bool(&json, "simulated", true); /* every mode there is fills at our own exchange */
    json_member_string(&json, "symbol",
                       lookup_symbol(explanation->lookup, explanation->instrument));
    json_member_time(&json, "asked", explanation->asked_ns);
    write_bar(&json, explanation);
    json_member_decimal(&json, "equity", explanation->equity_e9);
    json_member_decimal(&json, "cash", explanation->cash_e9);
    json_key(&json, "books");
    json_begin_array(&json);
    for (uint32_t i = 0; i < explanation->book_count; i++) {
        write_book(&json, explanation, &explanation->books[i]);
    }
    json_end_array(&json);
    json_end_object(&json);
    (void)fprintf(out, "%s\n", json.text); /* the owner of `out` asks ferror() */
    json_finish(&json);
}
