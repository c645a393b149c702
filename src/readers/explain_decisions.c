/* explain_decisions.c: see explain_decisions.h. */
#include "readers/explain_decisions.h"

#include <string.h>

#include "readers/explain_words.h"
#include "sys/json_writer.h"

/* Parts per million as 0..1. */
static void write_share(struct json_writer *json, const char *key, int32_t ppm)
{
    json_member_money(json, key, (int64_t)ppm * 1000);
}

static void write_inputs(struct json_writer *json, const struct lookup *lookup,
                         const struct event *record)
{
    struct decision_inputs inputs;
    memcpy(&inputs, record + 1, sizeof inputs);
    json_key(json, "inputs");
    json_begin_object(json);
    for (uint32_t i = 0; i < inputs.count && i < DECISION_INPUTS_MAX; i++) {
        char name[24];
        json_member_money(json, lookup_series(lookup, record->decision.book, i, name),
                          lookup_input_e9(lookup, record->decision.book, i, inputs.bits[i]));
    }
    json_end_object(json);
}

static void write_decision(struct json_writer *json, const struct lookup *lookup,
                           const struct event *record)
{
    const struct event_decision *decision = &record->decision;
    json_begin_object(json);
    json_member_time(json, "ts", record->ts_ns);
    json_member_string(json, "strategy", lookup_strategy(lookup, decision->book));
    json_member_string(json, "symbol", lookup_symbol(lookup, record->instrument));
    json_member_string(json, "act", explain_act(record->flags));
    write_share(json, "strength", decision->strength_ppm);
    write_share(json, "confidence", decision->confidence_ppm);
    json_member_string(json, "reason", lookup_reason(lookup, decision->book, decision->reason));
    write_inputs(json, lookup, record);
    json_key(json, "verdicts");
    json_begin_array(json);
    if (decision->verdict != VERDICT_PASS) {
        struct gate_use use = {false, decision->value, decision->limit};
        explain_gate_json(json, decision->verdict, &use, false);
    }
    json_end_array(json);
    json_member_uint(json, "book", decision->book);
    json_key(json, "order_id");
    if (decision->order_id != 0) {
        json_uint(json, decision->order_id);
    } else {
        json_null(json);
    }
    json_end_object(json);
}

static void count(struct decision_counts *counts, const struct event *record)
{
    bool ordered = record->decision.order_id != 0;
    counts->ordered += ordered ? 1 : 0;
    counts->refused += ordered ? 0 : 1;
}

static bool is_decision(const struct event *record)
{
    return record->kind == EVENT_DECISION && record->slots >= 2;
}

struct decision_counts decisions_write(struct log_reader *reader, const struct lookup *lookup,
                                       FILE *out)
{
    struct decision_counts counts = {0};
    struct json_writer json;
    const struct event *record;
    json_init(&json, false);
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        if (is_decision(record)) {
            json_reset(&json);
            write_decision(&json, lookup, record);
            count(&counts, record);
            (void)fprintf(out, "%s\n", json.text);
        }
    }
    json_finish(&json);
    return counts;
}

static void write_signal(struct json_writer *json, const struct lookup *lookup,
                         const struct event *decision, const struct event *order)
{
    json_begin_object(json);
    json_member_time(json, "timestamp", decision->ts_ns);
    json_member_string(json, "symbol", lookup_symbol(lookup, decision->instrument));
    json_member_money(json, "price", order->order.reference_price_e9);
    json_member_money(json, "qty", order->order.qty_e9);
    json_member_string(json, "side", explain_act(decision->flags));
    json_member_string(json, "signal",
                       lookup_reason(lookup, decision->decision.book, decision->decision.reason));
    write_share(json, "confidence", decision->decision.confidence_ppm);
    json_end_object(json);
}

struct decision_counts signals_write(struct log_reader *reader, const struct lookup *lookup,
                                     FILE *out)
{
    struct decision_counts counts = {0};
    struct json_writer json;
    const struct event *record;
    const struct event *decision = NULL; /* the latest: its order lies right behind it */
    json_init(&json, false);
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        if (is_decision(record)) {
            decision = record;
            count(&counts, record);
        } else if (record->kind == EVENT_ORDER && decision != NULL &&
                   record->order.order_id == decision->decision.order_id) {
            json_reset(&json);
            write_signal(&json, lookup, decision, record);
            (void)fprintf(out, "%s\n", json.text);
        }
    }
    json_finish(&json);
    return counts;
}

enum err decisions_save(struct log_reader *reader, const struct preamble *preamble,
                        const char *path, struct problem *problem)
{
    struct lookup *lookup;
    enum err err = lookup_create(preamble, &lookup, problem);
    if (err != ERR_OK) {
        return err;
    }
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        lookup_destroy(lookup);
        return problem_set_errno(problem, "cannot make %s", path);
    }
    (void)decisions_write(reader, lookup, out);
    lookup_destroy(lookup);
    bool failed = ferror(out) != 0;
    return fclose(out) != 0 || failed ? problem_set_errno(problem, "cannot write %s", path)
                                      : ERR_OK;
}
