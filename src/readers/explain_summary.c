/* explain_summary.c: rows are few, so they are found by looking at each. */
#include "readers/explain_summary.h"

#include <stdlib.h>
#include <string.h>

#include "readers/explain_words.h"
#include "sys/memory.h"

void explain_summary_init(struct explain_summary *summary, const struct lookup *lookup,
                          const char *strategy, uint32_t instrument)
{
    *summary =
        (struct explain_summary){.lookup = lookup, .instrument = instrument, .strategy = strategy};
}

void explain_summary_finish(struct explain_summary *summary)
{
    free(summary->rows);
    *summary = (struct explain_summary){0};
}

static bool same_row(const struct summary_row *a, const struct summary_row *b)
{
    return a->book == b->book && a->outcome == b->outcome && a->act == b->act &&
           a->reason == b->reason && a->verdict == b->verdict;
}

static void count(struct explain_summary *summary, struct summary_row row)
{
    for (size_t i = 0; i < summary->row_count; i++) {
        if (same_row(&summary->rows[i], &row)) {
            summary->rows[i].count++;
            return;
        }
    }
    summary->rows = xrealloc(summary->rows, (summary->row_count + 1) * sizeof *summary->rows);
    row.count = 1;
    summary->rows[summary->row_count++] = row;
}

static bool wants(const struct explain_summary *summary, uint16_t book, uint32_t instrument)
{
    return (summary->instrument == INSTRUMENT_NONE || summary->instrument == instrument) &&
           (summary->strategy == NULL ||
            strcmp(lookup_strategy(summary->lookup, book), summary->strategy) == 0);
}

static void ask(struct explain_summary *summary, const struct engine *engine, uint16_t book,
                const struct event *bar)
{
    uint32_t instrument = bar->instrument;
    const struct seat *seat = &engine->seats[engine_place(engine, book - 1U, instrument)];
    struct summary_row row = {.book = book, .outcome = EXPLAIN_WARMING_UP};
    enum seat_state state = engine_seat_state(engine, seat, bar);
    if (state == SEAT_NO_BAR || state == SEAT_OUTSIDE) {
        return; /* nothing was asked, and nothing was missed */
    }
    if (state == SEAT_DUE) {
        struct decision said = engine_seat_ask(seat, bar);
        if (explain_can_act(said, seat->context.holding)) {
            return; /* the engine's own record tells what came of it */
        }
        row.outcome = (uint8_t)explain_outcome(said, seat->context.holding);
        row.act = (uint8_t)said.act;
        row.reason = (uint8_t)said.reason;
    }
    count(summary, row);
}

void explain_summary_before(void *context, const struct engine *engine, const struct slice *slice)
{
    struct explain_summary *summary = context;
    for (uint32_t i = 0; i < slice->count; i++) {
        uint32_t instrument = slice->bars[i].instrument;
        for (uint16_t book = 1; book <= engine->book_count; book++) {
            if (wants(summary, book, instrument)) {
                ask(summary, engine, book, &slice->bars[i]);
            }
        }
    }
}

bool explain_summary_after(void *context, const struct engine *engine, const struct slice *slice,
                           const struct output *output)
{
    struct explain_summary *summary = context;
    (void)engine;
    (void)slice;
    for (uint32_t at = 0; at < output->slots; at += output->records[at].slots) {
        const struct event *record = &output->records[at];
        const struct event_decision *decision = &record->decision;
        if (record->kind == EVENT_DECISION && wants(summary, decision->book, record->instrument)) {
            bool ordered = decision->order_id != 0;
            count(summary,
                  (struct summary_row){.book = decision->book,
                                       .outcome = ordered ? EXPLAIN_ORDERED : EXPLAIN_REFUSED,
                                       .act = record->flags,
                                       .reason = decision->reason,
                                       .verdict = decision->verdict});
        }
    }
    return true;
}

/* By book, then in the order of outcomes, then the most frequent first. */
static int compare(const void *left, const void *right)
{
    const struct summary_row *a = left;
    const struct summary_row *b = right;
    if (a->book != b->book) {
        return a->book < b->book ? -1 : 1;
    }
    if (a->outcome != b->outcome) {
        return a->outcome < b->outcome ? -1 : 1;
    }
    return (a->count < b->count) - (a->count > b->count);
}

static void sort(struct explain_summary *summary)
{
    if (summary->row_count > 1) {
        qsort(summary->rows, summary->row_count, sizeof *summary->rows, compare);
    }
}

static void print_row(const struct explain_summary *summary, const struct summary_row *row,
                      FILE *out)
{
    static const char *const texts[EXPLAIN_OUTCOME_COUNT] = {
        [EXPLAIN_WARMING_UP] = "not asked, warming up",
        [EXPLAIN_HOLD] = "hold",
        [EXPLAIN_HELD_ALREADY] = "buy, held already",
        [EXPLAIN_NOTHING_TO_SELL] = "sell, nothing held",
        [EXPLAIN_ORDER_PENDING] = "an order is on its way",
    };
    char shown[SHOWN_SIZE];
    const char *reason = lookup_reason(summary->lookup, row->book, row->reason);
    (void)fprintf(out, "  %12s  ", text_grouped(row->count, shown));
    if (row->outcome == EXPLAIN_WARMING_UP) {
        (void)fprintf(out, "%s\n", texts[row->outcome]);
    } else if (row->outcome == EXPLAIN_REFUSED) {
        (void)fprintf(out, "%s refused by %s: %s\n", explain_act(row->act),
                      verdict_text(row->verdict), reason);
    } else if (row->outcome == EXPLAIN_ORDERED) {
        (void)fprintf(out, "%s, an order was sent: %s\n", explain_act(row->act), reason);
    } else {
        bool plain_hold = row->outcome == EXPLAIN_HOLD && strcmp(reason, "hold") == 0;
        (void)fprintf(out, "%s: %s\n", texts[row->outcome],
                      plain_hold ? "no reason to act" : reason);
    }
}

void explain_summary_print(struct explain_summary *summary, const char *run, FILE *out)
{
    sort(summary);
    (void)fprintf(out, "what the strategies answered, run %s", run);
    if (summary->instrument != INSTRUMENT_NONE) {
        (void)fprintf(out, ", %s alone", lookup_symbol(summary->lookup, summary->instrument));
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < summary->row_count; i++) {
        const struct summary_row *row = &summary->rows[i];
        if (i == 0 || row->book != row[-1].book) {
            (void)fprintf(out, "book %u %s\n", (unsigned)row->book,
                          lookup_strategy(summary->lookup, row->book));
        }
        print_row(summary, row, out);
    }
    if (summary->row_count == 0) {
        (void)fprintf(out, "  nothing: there were no bars\n");
    }
}

static void write_row(struct json_writer *json, const struct explain_summary *summary,
                      const struct summary_row *row)
{
    bool asked = row->outcome != EXPLAIN_WARMING_UP;
    json_begin_object(json);
    json_member_uint(json, "book", row->book);
    json_member_string(json, "strategy", lookup_strategy(summary->lookup, row->book));
    json_member_string(json, "outcome", explain_outcome_text((enum explain_outcome)row->outcome));
    json_member_string(json, "act", explain_act(row->act));
    json_key(json, "reason");
    json_string(json,
                asked ? lookup_reason(summary->lookup, row->book, row->reason) : "warming up");
    json_key(json, "verdict");
    if (row->outcome == EXPLAIN_REFUSED) {
        json_string(json, verdict_text(row->verdict));
    } else {
        json_null(json);
    }
    json_member_uint(json, "count", row->count);
    json_end_object(json);
}

void explain_summary_print_json(struct explain_summary *summary, const char *run, FILE *out)
{
    struct json_writer json;
    sort(summary);
    json_init(&json, true);
    json_begin_object(&json);
    json_member_string(&json, "run_id", run);
    json_key(&json, "answers");
    json_begin_array(&json);
    for (size_t i = 0; i < summary->row_count; i++) {
        write_row(&json, summary, &summary->rows[i]);
    }
    json_end_array(&json);
    json_end_object(&json);
    (void)fprintf(out, "%s\n", json.text); /* the owner of `out` asks ferror() */
    json_finish(&json);
}
