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

static void init_books(struct engine *engine, const struct engine_plan *plan)
{
    /* The same declarations in the same order give the same ids as in engine_declare(). */
    struct view_plan again = {.instrument_count = plan->instrument_count};
    for (uint32_t i = 0; i < plan->book_count; i++) {
        struct book *book = &engine->books[i];
        book->plan = plan->books[i];
        enum err err = declare_book(&book->plan, &again, book->series, &book->series_count);
        CHECK(err == ERR_OK);
        for (uint32_t k = 0; k < book->series_count; k++) {
            book->hash_factors[k] = decision_hash_odd(k);
        }
    }
}

static void init_seats(struct engine *engine)
{
    for (size_t i = 0; i < (size_t)engine->book_count * engine->instrument_count; i++) {
        struct seat *seat = &engine->seats[i];
        uint32_t instrument = (uint32_t)(i % engine->instrument_count);
        uint64_t book_number = i / engine->instrument_count + 1;
        const struct book *book = &engine->books[book_number - 1];
        seat->what = (uint64_t)instrument << 32 | book_number << 16;
        seat->context.instrument = instrument;
        seat->context.holding = HOLDING_FLAT;
        seat->context.parameters = book->plan.parameters;
        for (uint32_t k = 0; k < book->series_count; k++) {
            seat->context.series[k] = view_sma(engine->view, instrument, book->series[k]);
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
    bool *exposed = arena_take(arena, plan->instrument_count, sizeof *exposed);
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
        .instrument_count = plan->instrument_count,
        .book_count = plan->book_count,
        .ledger = ledger,
        .books = books,
        .trades = trades,
        .seats = seats,
        .exposed = exposed,
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

/* The record at the output's end is whole: it counts, and it is applied. */
static void commit(struct engine *engine, struct output *output)
{
    struct event *record = &output->records[output->slots];
    output->slots += record->slots;
    if (record->kind == EVENT_ORDER) {
        output->sends[output->send_count++] = (const struct order_request *)record;
    }
    engine_apply(engine, record);
}

RARELY uint64_t engine_act_on(struct engine *engine, int64_t ts_ns,
                              const struct candidate *candidate, uint64_t hash,
                              struct output *output)
{
    struct event *decision = next_place(output, 4); /* a decision and an order */
    struct event *order = decision + 2;
    bool ordered = decide_candidate(engine, ts_ns, candidate, decision, order);
    commit(engine, output);
    if (ordered) {
        commit(engine, output);
    }
    return decision_hash_step(hash,
                              decision->decision.order_id * DECISION_HASH_A +
                                  (ordered ? (uint64_t)order->order.qty_e9 : 0) * DECISION_HASH_B +
                                  decision->decision.verdict);
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
    engine_apply(engine, report);
    if (engine->counters.fills != fills) { /* an execution that was known already moves nothing */
        uint32_t count =
            decide_fill_postings(engine, report, next_place(output, FILL_POSTINGS_MAX));
        for (uint32_t i = 0; i < count; i++) {
            commit(engine, output);
        }
    }
    if (decide_trade(engine, report, next_place(output, 2))) {
        commit(engine, output);
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
    commit(engine, output);
}

bool engine_is_consistent(const struct engine *engine)
{
    for (uint32_t instrument = 0; instrument < engine->instrument_count; instrument++) {
        __int128 qty = 0;
        __int128 cost = 0;
        for (uint32_t book = 0; book < engine->book_count; book++) {
            const struct trade *trade =
                &engine->trades[(size_t)book * engine->instrument_count + instrument];
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
