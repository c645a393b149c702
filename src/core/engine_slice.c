/* engine_slice.c: the path of a slice through the engine: marks, strategies, the SLICE record.
 *
 * This runs for every bar of every run, so it lies in one file and the compiler sees it whole.
 * Deciding and applying stay apart here as elsewhere: what is called decide or evaluate takes const
 * state, what is called apply changes it. */
#include "core/engine_slice.h"

#include "base/check.h"
#include "base/hot.h"
#include "core/decision_hash.h"

/* ---- apply ---- */

RARELY static void begin_session(struct engine *engine, int64_t ts_ns)
{
    engine->session = calendar_session(ts_ns);
    engine->session_equity_e9 = engine->equity_e9;
    engine->counters.session_entries = 0;
}

static inline void apply_bars(struct engine *engine, const struct slice *slice)
{
    const int64_t ts_ns = slice->end.ts_ns;
    const struct event *bar = slice->bars;
    const struct event *const end = bar + slice->count;
    engine->ts_ns = ts_ns;
    engine->counters.bars += slice->count;
    engine->counters.slices++;
    if (engine->ledger.held > 0) {
        const struct position *const positions = engine->ledger.positions;
        for (; bar < end; bar++) {
            if (positions[bar->instrument].qty_e9 != 0) {
                engine_mark(engine, bar->instrument, bar->bar.close_e9);
            }
        }
    }
    if (ts_ns > engine->session.close_ns) {
        begin_session(engine, ts_ns);
    }
}

void engine_apply_slice(struct engine *engine, const struct slice *slice)
{
    apply_bars(engine, slice);
}

static inline void apply_end(struct engine *engine, uint64_t decision_hash, uint32_t evaluations,
                             int64_t equity_e9)
{
    engine->decision_hash = decision_hash;
    engine->counters.evaluations += evaluations;
    engine->counters.slice_fills = engine->counters.fills;
    engine->equity_e9 = equity_e9;
    if (equity_e9 > engine->peak_equity_e9) {
        engine->peak_equity_e9 = equity_e9;
    } else if (engine->peak_equity_e9 - equity_e9 > engine->max_drawdown_e9) {
        engine->max_drawdown_e9 = engine->peak_equity_e9 - equity_e9;
    }
}

void engine_apply_slice_record(struct engine *engine, const struct event_slice *slice)
{
    apply_end(engine, slice->decision_hash, slice->evaluations, slice->equity_e9);
}

/* ---- decide ---- */

static inline uint64_t hash_evaluation(const struct book *book, const struct seat *seat,
                                       uint64_t ts_x_a, struct decision decision, uint64_t hash)
{
    uint64_t what = seat->what | (uint64_t)decision.reason << 8 | (uint64_t)decision.act;
    uint64_t x = ts_x_a + what * DECISION_HASH_B;
    for (uint32_t i = 0; i < book->series_count; i++) {
        x += (uint64_t)seat->context.series[i]->sum_e9 * book->hash_factors[i];
    }
    return decision_hash_step(hash, x);
}

/* BUY opens when the book is flat in the instrument, SELL closes what it holds. */
static bool is_possible(enum act act, enum holding holding)
{
    return (act == ACT_BUY && holding == HOLDING_FLAT) ||
           (act == ACT_SELL && holding == HOLDING_LONG);
}

RARELY static void gather(struct slice_scratch *scratch, struct decision decision, uint32_t book,
                          const struct seat *seat)
{
    if (is_possible(decision.act, seat->context.holding)) {
        scratch->candidates[scratch->candidate_count++] = (struct candidate){
            .decision = decision, .book = book, .instrument = seat->context.instrument};
    }
}

static inline uint64_t evaluate_book(const struct engine *engine, uint32_t book_index,
                                     const struct slice *slice, uint64_t hash,
                                     struct slice_scratch *scratch)
{
    const struct book *book = &engine->books[book_index];
    const struct view_instrument *rows = engine->view->instruments;
    const struct seat *seats = &engine->seats[(size_t)book_index * engine->instrument_count];
    const uint64_t warmup = (uint64_t)book->plan.parameters[PARAMETER_WARMUP_BARS];
    const uint64_t ts_x_a = (uint64_t)slice->end.ts_ns * DECISION_HASH_A;
    const struct event *end = slice->bars + slice->count;
    uint32_t evaluations = 0;
    for (const struct event *bar = slice->bars; bar < end; bar++) {
        const struct seat *seat = &seats[bar->instrument];
        if (rows[bar->instrument].bars > warmup) {
            struct decision decision = book->plan.strategy->decide(&seat->context);
            hash = hash_evaluation(book, seat, ts_x_a, decision, hash);
            evaluations++;
            if (decision.act != ACT_HOLD) {
                gather(scratch, decision, book_index, seat);
            }
        }
    }
    scratch->evaluations += evaluations;
    return hash;
}

/* Whether a goes before b. */
static bool goes_before(const struct candidate *a, const struct candidate *b)
{
    if (a->decision.act != b->decision.act) {
        return a->decision.act == ACT_SELL;
    }
    if (a->decision.confidence_ppm != b->decision.confidence_ppm) {
        return a->decision.confidence_ppm > b->decision.confidence_ppm;
    }
    if (a->instrument != b->instrument) {
        return a->instrument < b->instrument;
    }
    return a->book < b->book;
}

/* Insertion sort: candidates are few and nearly in order. */
RARELY static void rank(struct candidate *candidates, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct candidate moving = candidates[i];
        uint32_t at = i;
        for (; at > 0 && goes_before(&moving, &candidates[at - 1]); at--) {
            candidates[at] = candidates[at - 1];
        }
        candidates[at] = moving;
    }
}

/* Asks every strategy about every bar and gathers in the scratch those that act, ranked: exits,
 * then confidence, then instrument, then book. Returns the decision hash. */
static inline uint64_t evaluate(const struct engine *engine, const struct slice *slice,
                                struct slice_scratch *scratch)
{
    uint64_t hash = engine->decision_hash;
    scratch->candidate_count = 0;
    scratch->evaluations = 0;
    for (uint32_t book = 0; book < engine->book_count; book++) {
        hash = evaluate_book(engine, book, slice, hash, scratch);
    }
    if (scratch->candidate_count > 1) {
        rank(scratch->candidates, scratch->candidate_count);
    }
    return hash;
}

static inline int64_t decide_equity(const struct engine *engine)
{
    /* Wraps only where a mark was out of range, which is a fault already. */
    return (int64_t)((uint64_t)ledger_cash_e9(&engine->ledger) + (uint64_t)engine->ledger.value_e9);
}

/* The SLICE record that closes a slice. */
static inline void decide_slice(const struct engine *engine, int64_t ts_ns, uint64_t decision_hash,
                                uint32_t evaluations, struct event *record)
{
    *record = (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_SLICE,
        .version = 1,
        .slots = 1,
        .flags = engine->counters.fills != engine->counters.slice_fills ? 1 : 0,
        .instrument = INSTRUMENT_NONE,
        .slice = {.orders = (uint32_t)engine->counters.orders,
                  .evaluations = evaluations,
                  .decision_hash = decision_hash,
                  .equity_e9 = decide_equity(engine),
                  .cash_e9 = ledger_cash_e9(&engine->ledger),
                  .fills = (uint32_t)engine->counters.fills,
                  .positions = engine->ledger.held},
    };
}

void engine_on_slice(struct engine *engine, const struct slice *slice, struct output *output)
{
    output->slots = 0;
    output->send_count = 0;
    apply_bars(engine, slice);
    struct slice_scratch *scratch = engine->scratch;
    uint64_t hash = evaluate(engine, slice, scratch);
    for (uint32_t i = 0; i < scratch->candidate_count; i++) {
        hash = engine_act_on(engine, slice->end.ts_ns, &scratch->candidates[i], hash, output);
    }
    if (!output->without_slices) {
        CHECK(output->slots < output->capacity);
        decide_slice(engine, slice->end.ts_ns, hash, scratch->evaluations,
                     &output->records[output->slots++]);
    }
    apply_end(engine, hash, scratch->evaluations, decide_equity(engine));
}
