/* engine.c: start, and the one door: apply the input, decide one thing at a time, apply it.
 *
 * Invariant: whatever changed the state is in the output, in the order it was applied. */
#include "core/engine.h"

#include "base/check.h"
#include "base/hot.h"
#include "core/decision_hash.h"
#include "core/engine_decide.h"
#include "core/engine_slice.h"

const char *engine_fault_text(enum engine_fault fault)
{
    switch (fault) {
#define X(name, text)                                                                              \
    case ENGINE_FAULT_##name:                                                                      \
        return text;
        ENGINE_FAULT_LIST(X)
#undef X
    }
    return "unknown fault";
}

/* The series of one book, as ids of the view's plan. */
static enum err declare_book(const struct book_plan *book, struct view_plan *view_plan,
                             series_id *ids, uint32_t *count)
{
    struct series_def defs[SERIES_PER_STRATEGY_MAX];
    *count = book->strategy->declare(book->parameters, defs);
    CHECK(*count <= SERIES_PER_STRATEGY_MAX);
    for (uint32_t i = 0; i < *count; i++) {
        enum err err = view_plan_declare(view_plan, defs[i], &ids[i]);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

enum err engine_declare(const struct engine_plan *plan, struct view_plan *view_plan)
{
    for (uint32_t i = 0; i < plan->book_count; i++) {
        series_id ids[SERIES_PER_STRATEGY_MAX];
        uint32_t count;
        enum err err = declare_book(&plan->books[i], view_plan, ids, &count);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* A strategy is asked once both values of all its series are there. */
static uint64_t warmup_bars(const struct book *book, const struct view_plan *view_plan)
{
    uint64_t bars = (uint64_t)book->plan.parameters[PARAMETER_WARMUP_BARS];
    for (uint32_t k = 0; k < book->series_count; k++) {
        uint32_t window = view_plan->series[book->series[k]].window;
        bars = window > bars ? window : bars;
    }
    return bars;
}

static void init_books(struct engine *engine, const struct engine_plan *plan)
{
    /* The same declarations in the same order give the same ids as in engine_declare(). */
    struct view_plan again = {.instrument_count = plan->instrument_count};
    for (uint32_t i = 0; i < plan->book_count; i++) {
        struct book *book = &engine->books[i];
        book->plan = plan->books[i];
        enum err err = declare_book(&book->plan, &again, book->series, &book->series_count);
        CHECK(err == ERR_OK);
        book->warmup_bars = warmup_bars(book, &again);
    }
}

static void init_seat(const struct engine *engine, uint32_t book_index, uint32_t instrument,
                      struct seat *seat)
{
    const struct book *book = &engine->books[book_index];
    *seat = (struct seat){
        .decide = book->plan.strategy->decide,
        .warmup_bars = book->warmup_bars,
        .what_x_b =
            ((uint64_t)instrument << 32 | (book_index + UINT64_C(1)) << 16) * DECISION_HASH_B,
        .book = book_index,
        .series_count = book->series_count,
        .context = {.instrument = instrument,
                    .holding = HOLDING_FLAT,
                    .parameters = book->plan.parameters},
    };
    for (uint32_t k = 0; k < book->series_count; k++) {
        seat->context.series[k] = view_series(engine->view, instrument, book->series[k]);
    }
}

static void init_seats(struct engine *engine)
{
    for (uint32_t instrument = 0; instrument < engine->instrument_count; instrument++) {
        for (uint32_t book = 0; book < engine->book_count; book++) {
            init_seat(engine, book, instrument,
                      &engine->seats[engine_place(engine, book, instrument)]);
        }
    }
}

/* The most slots one event can come to: a decision and an order per book and bar, and the slice. */
static uint32_t output_capacity(const struct engine_plan *plan)
{
    uint64_t slots = 16 + 4 * (uint64_t)plan->book_count * plan->instrument_count;
    CHECK(slots < UINT32_MAX);
    return (uint32_t)slots;
}

struct engine *engine_init(struct arena *arena, const struct engine_plan *plan,
                           const struct view *view, struct output *output)
{
    size_t places = (size_t)plan->book_count * plan->instrument_count;
    struct engine *engine = arena_take(arena, 1, sizeof *engine);
    struct book *books = arena_take(arena, plan->book_count, sizeof *books);
    struct trade *trades = arena_take(arena, places, sizeof *trades);
    struct seat *seats = arena_take(arena, places, sizeof *seats);
    uint16_t *live = arena_take(arena, plan->instrument_count, sizeof *live);
    struct slice_scratch *scratch = arena_take(arena, 1, sizeof *scratch);
    struct candidate *candidates = arena_take(arena, places, sizeof *candidates);
    struct ledger ledger;
    ledger_init(&ledger, arena, plan->instrument_count);
    *output = (struct output){.capacity = output_capacity(plan)};
    output->records = arena_take(arena, output->capacity, sizeof *output->records);
    output->sends = arena_take(arena, places, sizeof *output->sends);
    if (engine == NULL) {
        return NULL;
    }
    *engine = (struct engine){
        .view = view,
        .limits = plan->limits,
        .commission_e9 = plan->commission_e9,
        .calendar = plan->calendar,
        .extended_hours = plan->extended_hours,
        .multiplier = plan->multiplier == 0 ? 1 : plan->multiplier,
        .instrument_count = plan->instrument_count,
        .book_count = plan->book_count,
        .ledger = ledger,
        .books = books,
        .trades = trades,
        .seats = seats,
        .live = live,
        .next_trade_id = 1,
        .session = {.open_ns = INT64_MIN, .close_ns = INT64_MIN},
        .decision_hash = DECISION_HASH_START,
        .scratch = scratch,
    };
    init_books(engine, plan);
    engine->scratch->candidates = candidates;
    init_seats(engine);
    return engine;
}

/* Where the next record is made: it is not copied afterwards. */
static struct event *next_place(struct output *output, uint32_t slots)
{
    CHECK(slots <= output->capacity - output->slots);
    return &output->records[output->slots];
}

/* The record at the output's end is whole: it counts, and is applied by the function of its kind.
 */
static struct event *commit(struct output *output)
{
    struct event *record = &output->records[output->slots];
    output->slots += record->slots;
    return record;
}

void engine_act_on(struct engine *engine, const struct candidate *candidate, struct output *output)
{
    struct event *decision = next_place(output, 4); /* a decision and an order */
    struct event *order = decision + 2;
    bool ordered = decide_candidate(engine, engine->ts_ns, candidate, decision, order);
    engine_apply_decision(engine, commit(output));
    if (ordered) {
        output->sends[output->send_count++] = (const struct order_request *)order;
        engine_apply_order(engine, commit(output));
    }
    uint64_t x = decision->decision.order_id * DECISION_HASH_A +
                 (ordered ? (uint64_t)order->order.qty_e9 : 0) * DECISION_HASH_B +
                 decision->decision.verdict;
    engine->decision_hash = decision_hash_step(engine->decision_hash, x);
}

static void restart(struct output *output)
{
    output->slots = 0;
    output->send_count = 0;
}

void engine_on_report(struct engine *engine, const struct event *report, struct output *output)
{
    restart(output);
    uint64_t fills = engine->counters.fills;
    engine->ts_ns = report->ts_ns;
    engine_apply_report(engine, report);
    if (engine->counters.fills != fills) { /* an execution that was known already moves nothing */
        uint32_t count =
            decide_fill_postings(engine, report, next_place(output, FILL_POSTINGS_MAX));
        for (uint32_t i = 0; i < count; i++) {
            engine_apply_posting(engine, commit(output));
        }
    }
    if (report->kind != EVENT_ACCEPTED && decide_trade(engine, report, next_place(output, 2))) {
        engine_apply_trade(engine, commit(output));
    }
}

void engine_deposit(struct engine *engine, int64_t ts_ns, int64_t amount_e9, struct output *output)
{
    restart(output);
    *next_place(output, 1) = (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_DEPOSIT,
        .version = 1,
        .slots = 1,
        .instrument = INSTRUMENT_NONE,
        .deposit = {.amount_e9 = amount_e9},
    };
    engine_apply(engine, commit(output));
}

bool engine_is_consistent(const struct engine *engine)
{
    for (uint32_t instrument = 0; instrument < engine->instrument_count; instrument++) {
        __int128 qty = 0;
        __int128 cost = 0;
        for (uint32_t book = 0; book < engine->book_count; book++) {
            const struct trade *trade = &engine->trades[engine_place(engine, book, instrument)];
            qty += trade->qty_e9;
            cost += trade->cost_e9;
        }
        const struct position *position = &engine->ledger.positions[instrument];
        if (qty != position->qty_e9 || cost != position->cost_e9) {
            return false;
        }
    }
    __int128 realized = 0;
    __int128 commission = 0;
    for (uint32_t book = 0; book < engine->book_count; book++) {
        realized += engine->books[book].realized_e9;
        commission += engine->books[book].commission_e9;
    }
    return realized == -(__int128)engine->ledger.balance_e9[ACCOUNT_REALIZED] &&
           commission == engine->ledger.balance_e9[ACCOUNT_COMMISSION] &&
           ledger_is_balanced(&engine->ledger);
}
