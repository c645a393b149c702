/* explain.c: notes what the engine saw, said and did at one slice. explain_text.c and
 * explain_json.c tell it. */
#include "readers/explain.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

const char *explain_outcome_text(enum explain_outcome outcome)
{
    static const char *const texts[] = {
#define X(name, text) text,
        EXPLAIN_OUTCOME_LIST(X)
#undef X
    };
    return outcome < EXPLAIN_OUTCOME_COUNT ? texts[outcome] : "unknown";
}

/* ---- which bar ---- */

/* The end of the last slice that the log knows of. */
static void take_span(struct run_span *span, const struct event *record)
{
    if (record->kind == EVENT_SLICE_END || record->kind == EVENT_LOG_SLICE_REF) {
        span->first_ns = span->first_ns == 0 ? record->ts_ns : span->first_ns;
        bool late = record->ts_ns < span->last_ns; /* bars that came late */
        span->last_ns = late ? span->last_ns : record->ts_ns;
    }
}

struct run_span explain_span(struct log_reader *reader, const struct event *bars, uint64_t count)
{
    struct run_span span = {0};
    const struct event *record;
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        take_span(&span, record);
    }
    if (span.last_ns != 0 && bars != NULL && count > 0) {
        span.first_ns = bars[0].ts_ns; /* the log leaves slices out */
    }
    return span;
}

static bool is_bar_of(const struct event *record, uint32_t instrument, int64_t ts_ns)
{
    return record->kind == EVENT_BAR && record->instrument == instrument && record->ts_ns <= ts_ns;
}

int64_t explain_bar_at(struct log_reader *reader, const struct event *bars, uint64_t count,
                       uint32_t instrument, int64_t ts_ns)
{
    int64_t found_ns = 0;
    for (uint64_t i = 0; bars != NULL && i < count && bars[i].ts_ns <= ts_ns; i++) {
        found_ns = is_bar_of(&bars[i], instrument, ts_ns) ? bars[i].ts_ns : found_ns;
    }
    const struct event *record;
    log_reader_rewind(reader);
    while (bars == NULL && (record = log_reader_next(reader)) != NULL) {
        found_ns = is_bar_of(record, instrument, ts_ns) ? record->ts_ns : found_ns;
    }
    return found_ns;
}

/* ---- the explanation ---- */

void explain_init(struct explanation *explanation, const struct lookup *lookup,
                  const char *strategy, uint32_t instrument)
{
    const struct run_config *config = lookup_config(lookup);
    *explanation = (struct explanation){.lookup = lookup, .instrument = instrument};
    explanation->books = xcalloc(config->book_count, sizeof *explanation->books);
    for (uint16_t i = 0; i < config->book_count; i++) {
        if (strategy == NULL || strcmp(config->books[i].strategy->name, strategy) == 0) {
            explanation->books[explanation->book_count++].book = (uint16_t)(i + 1);
        }
    }
}

void explain_finish(struct explanation *explanation)
{
    for (uint32_t i = 0; i < explanation->book_count; i++) {
        for (uint32_t k = 0; k < explanation->books[i].order_count; k++) {
            free(explanation->books[i].orders[k].reports);
        }
    }
    free(explanation->books);
    *explanation = (struct explanation){0};
}

static struct explain_book *find_book(struct explanation *explanation, uint16_t book)
{
    for (uint32_t i = 0; i < explanation->book_count; i++) {
        if (explanation->books[i].book == book) {
            return &explanation->books[i];
        }
    }
    return NULL;
}

static const struct event *bar_of(const struct slice *slice, uint32_t instrument)
{
    for (uint32_t i = 0; i < slice->count; i++) {
        if (slice->bars[i].instrument == instrument) {
            return &slice->bars[i];
        }
    }
    return NULL;
}

enum explain_outcome explain_outcome(struct decision said, enum holding holding)
{
    if (said.act == ACT_HOLD) {
        return EXPLAIN_HOLD;
    }
    if (holding == HOLDING_PENDING) {
        return EXPLAIN_ORDER_PENDING;
    }
    return said.act == ACT_BUY ? EXPLAIN_HELD_ALREADY : EXPLAIN_NOTHING_TO_SELL;
}

static void ask(const struct lookup *lookup, const struct engine *engine, const struct event *bar,
                struct explain_book *book)
{
    uint32_t instrument = bar->instrument;
    size_t place = engine_place(engine, book->book - 1U, instrument);
    const struct seat *seat = &engine->seats[place];
    const struct trade *trade = &engine->trades[place];
    enum seat_state state = engine_seat_state(engine, seat, bar);
    book->bars = seat->track != NULL ? seat->track->row->bars : view_bars(engine->view, instrument);
    book->warmup_bars = engine->books[book->book - 1U].warmup_bars;
    book->series_count = seat->series_count;
    for (uint32_t i = 0; i < seat->series_count; i++) {
        const struct series *series = seat->context.series[i];
        struct explain_series *shown = &book->series[i];
        (void)lookup_series(lookup, book->book, i, shown->name);
        shown->value_e9 = lookup_input_e9(lookup, book->book, i, series->now.bits);
        shown->full = !series_is_absent(series) && series->row->bars >= series->window;
    }
    book->holding = seat->context.holding;
    if (trade_is_live(trade)) {
        book->held_qty_e9 = trade->qty_e9;
        book->held_cost_e9 = trade->cost_e9;
        book->held_since_ns = trade->detail.opened_ns;
        book->trade_id = trade->id;
    }
    book->outcome = state == SEAT_OUTSIDE  ? EXPLAIN_OUTSIDE
                    : state == SEAT_NO_BAR ? EXPLAIN_NO_BAR
                                           : EXPLAIN_WARMING_UP;
    if (state == SEAT_DUE) {
        book->said = engine_seat_ask(seat, bar);
        book->outcome = explain_outcome(book->said, book->holding);
    }
}

void explain_before(void *context, const struct engine *engine, const struct slice *slice)
{
    struct explanation *explanation = context;
    const struct event *bar = bar_of(slice, explanation->instrument);
    if (slice->ts_ns != explanation->bar_ns || bar == NULL) {
        return;
    }
    explanation->seen = true;
    explanation->bar = *bar;
    explanation->bars = view_bars(engine->view, explanation->instrument);
    for (uint32_t i = 0; i < explanation->book_count; i++) {
        ask(explanation->lookup, engine, bar, &explanation->books[i]);
    }
}

/* Gates behind the first that refuses were not needed; their numbers are told all the same. */
void explain_gates(void *context, uint32_t book_index, uint32_t instrument, int64_t price_e9,
                   int64_t qty_e9, const struct gate_input *input)
{
    struct explanation *explanation = context;
    struct explain_book *book = find_book(explanation, (uint16_t)(book_index + 1));
    if (!explanation->seen || instrument != explanation->instrument || book == NULL) {
        return;
    }
    book->price_e9 = price_e9;
    book->qty_e9 = qty_e9;
    book->gated = true;
    gates_use(input, book->gates);
}

static void take_decision(struct explain_book *book, const struct event *record)
{
    book->decided = true;
    book->decision = *record;
    book->outcome = record->decision.order_id != 0 ? EXPLAIN_ORDERED : EXPLAIN_REFUSED;
}

static void take_order(struct explain_book *book, const struct event *record)
{
    book->trade_id = order_id_trade(record->order.order_id);
    if (book->order_count < EXPLAIN_ORDERS_MAX) {
        struct explain_order *order = &book->orders[book->order_count++];
        memcpy(&order->request, record, sizeof order->request);
    }
}

bool explain_after(void *context, const struct engine *engine, const struct slice *slice,
                   const struct output *output)
{
    struct explanation *explanation = context;
    (void)slice; /* explain_before() has said whether it is the one */
    if (!explanation->seen) {
        return true;
    }
    explanation->equity_e9 = engine->equity_e9;
    explanation->cash_e9 = ledger_cash_e9(&engine->ledger);
    for (uint32_t at = 0; at < output->slots; at += output->records[at].slots) {
        const struct event *record = &output->records[at];
        bool decision = record->kind == EVENT_DECISION;
        bool order = record->kind == EVENT_ORDER;
        struct explain_book *book = decision ? find_book(explanation, record->decision.book)
                                    : order  ? find_book(explanation, record->order.book)
                                             : NULL;
        if (book == NULL || record->instrument != explanation->instrument) {
            continue;
        }
        (decision ? take_decision : take_order)(book, record);
    }
    return false;
}

/* ---- what became of it ---- */

static void take_report(struct explain_order *order, const struct event *record)
{
    if (record->report.order_id == order->request.head.order.order_id) {
        order->reports =
            xrealloc(order->reports, (order->report_count + 1) * sizeof *order->reports);
        order->reports[order->report_count++] = *record;
    }
}

static void follow(struct explain_book *book, const struct event *record)
{
    if (event_is_report(record->kind)) {
        for (uint32_t i = 0; i < book->order_count; i++) {
            take_report(&book->orders[i], record);
        }
    } else if (record->kind == EVENT_TRADE && record->slots >= 2 && book->trade_id != 0 &&
               record->trade.trade_id == book->trade_id) {
        book->trade = *record;
        memcpy(&book->trade_detail, record + 1, sizeof book->trade_detail);
    }
}

void explain_follow(struct explanation *explanation, struct log_reader *reader)
{
    const struct event *record;
    log_reader_rewind(reader);
    while ((record = log_reader_next(reader)) != NULL) {
        for (uint32_t i = 0; i < explanation->book_count; i++) {
            follow(&explanation->books[i], record);
        }
    }
}
