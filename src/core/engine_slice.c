/* engine_slice.c: a slice through the engine: marks, strategies, ranking, the SLICE record. */
#include "core/engine_slice.h"

#include "base/check.h"
#include "core/engine_exits.h"
#include "core/engine_pass.h"

void engine_begin_session(struct engine *engine, int64_t ts_ns, int64_t equity_e9)
{
    engine->session = calendar_session_of(engine->calendar, engine->extended_hours, ts_ns);
    engine->session_equity_e9 = equity_e9;
    engine->counters.session_entries = 0;
    for (uint32_t i = 0; i < engine->book_count; i++) {
        engine->books[i].session_entries = 0;
    }
}

void engine_pass_take_turn(struct engine_pass *pass, int64_t ts_ns)
{
    const bool says = engine_turn(pass->engine, ts_ns, pass->equity_e9);
    pass->until_ns = pass->engine->turn_ns;
    if (says) {
        engine_pass_say(pass);
    }
}

void engine_pass_watch(struct engine_pass *pass, const struct event *bar)
{
    const bool says = engine_watch_bar(pass->engine, bar);
    pass->band = pass->engine->bands[bar->instrument];
    if (pass->engine->turn_ns < pass->until_ns) { /* a time rule may be due earlier now */
        pass->until_ns = pass->engine->turn_ns;
    }
    if (says) {
        engine_pass_say(pass);
    }
}

void engine_pass_mark_any(struct engine_pass *pass, int64_t close_e9)
{
    int64_t value_e9;
    if (position_value(pass->position, close_e9, &value_e9) != ERR_OK) {
        engine_fail(pass->engine, ENGINE_FAULT_RANGE);
        return;
    }
    engine_pass_set_value(pass, value_e9);
}

void engine_apply_slice(struct engine *engine, const struct slice *slice)
{
    (void)engine_take_ticks(engine, slice);
    if (slice->ts_ns >= engine->turn_ns) {
        (void)engine_turn(engine, slice->ts_ns, engine->equity_e9);
    }
    engine->ts_ns = slice->ts_ns;
    for (uint32_t i = 0; i < slice->count; i++) {
        const struct event *bar = &slice->bars[i];
        if (engine->ledger.positions[bar->instrument].qty_e9 != 0) {
            engine_mark(engine, bar->instrument, bar->bar.close_e9);
        }
        if (engine_concerns(engine, bar)) {
            (void)engine_watch_bar(engine, bar);
        }
    }
    if (slice->past) {
        engine_put_off(engine, slice->ts_ns);
    }
    engine->scratch->exit_count = 0; /* what followed is in the records */
    engine->counters.slices++;
    engine->counters.bars += slice->count;
}

void engine_apply_slice_record(struct engine *engine, const struct event_slice *slice)
{
    engine->counters.evaluations += slice->evaluations;
    engine->decision_hash = slice->decision_hash;
    engine->equity_e9 = slice->equity_e9;
    engine->filled = false;
    engine_apply_drawdown(engine, slice->equity_e9);
}

/* ---- decide ---- */

void engine_gather(struct engine *engine, struct decision decision, const struct seat *seat)
{
    struct slice_scratch *scratch = engine->scratch;
    scratch->candidates[scratch->candidate_count++] = (struct candidate){
        .decision = decision, .book = seat->book, .instrument = seat->context.instrument};
}

bool engine_note(struct engine *engine, struct decision decision, const struct seat *seat)
{
    engine_count_reason(seat, decision);
    bool possible = engine_is_possible(decision.act, seat->context.holding);
    if (possible) {
        engine_gather(engine, decision, seat);
    }
    return possible;
}

bool engine_seat_warms(const struct engine *engine, struct seat *seat, const struct event *bar)
{
    seat->warm = engine_seat_state(engine, seat, bar) == SEAT_DUE;
    return seat->warm;
}

/* Whether it has bars enough, its series included. */
static inline bool seat_is_warm(const struct engine *engine, const struct seat *seat)
{
    const struct view_track *track = seat->track;
    uint64_t bars =
        track != NULL ? track->row->bars : view_bars(engine->view, seat->context.instrument);
    bool warm = bars > seat->warmup_bars;
    for (uint32_t k = 0; k < seat->series_count && warm; k++) {
        warm = series_is_warm(seat->context.series[k]);
    }
    return warm;
}

enum seat_state engine_seat_state(const struct engine *engine, const struct seat *seat,
                                  const struct event *bar)
{
    if (seat->warmup_bars == SEAT_NEVER) {
        return SEAT_OUTSIDE;
    }
    if (seat->track != NULL && *seat->finished_ns != bar->ts_ns) {
        return SEAT_NO_BAR;
    }
    return seat_is_warm(engine, seat) ? SEAT_DUE : SEAT_WARMING_UP;
}

bool engine_book_is_warm(const struct engine *engine, uint32_t book)
{
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        if (seat_is_warm(engine, &engine->seats[engine_place(engine, book, i)])) {
            return true;
        }
    }
    return false;
}

struct decision engine_seat_ask(const struct seat *seat, const struct event *bar)
{
    struct strategy_context context = seat->context;
    context.bar = seat->track != NULL ? view_track_bar(seat->track, bar) : bar;
    struct decision decision = seat->strategy(&context);
    bool disarmed = seat->decide != seat->strategy;
    if (disarmed && decision.act == ACT_BUY) {
        decision.act = ACT_HOLD; /* as the engine takes it, until it has said something else */
    }
    return decision;
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
static void rank(struct candidate *candidates, uint32_t count)
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

void engine_add_slice(const struct engine *engine, bool filled, uint64_t evaluations,
                      struct output *output)
{
    *output_place(output, 1) = (struct event){
        .ts_ns = engine->ts_ns,
        .src_ns = engine->ts_ns,
        .kind = EVENT_SLICE,
        .version = 1,
        .slots = 1,
        .flags = filled ? 1 : 0,
        .instrument = INSTRUMENT_NONE,
        .slice = {.orders = (uint32_t)engine->counters.orders,
                  .evaluations = (uint32_t)(engine->counters.evaluations - evaluations),
                  .decision_hash = engine->decision_hash,
                  .equity_e9 = engine->equity_e9,
                  .cash_e9 = ledger_cash_e9(&engine->ledger),
                  .fills = (uint32_t)engine->counters.fills,
                  .positions = engine->ledger.held},
    };
    output->slots++;
}

void engine_decide_slice(struct engine *engine, struct output *output)
{
    struct slice_scratch *scratch = engine->scratch;
    if (scratch->exit_count > 0) {
        engine_act_on_exits(engine, output);
    }
    rank(scratch->candidates, scratch->candidate_count);
    for (uint32_t i = 0; i < scratch->candidate_count; i++) {
        engine_act_on(engine, &scratch->candidates[i], output);
    }
    scratch->candidate_count = 0;
}

/* The view has it and positions are marked by it; nobody is asked. */
RARELY static void take_past(struct engine *engine, const struct slice *slice,
                             struct output *output)
{
    const bool filled = engine->filled;
    output->slots = 0;
    output->send_count = 0;
    engine_apply_slice(engine, slice);
    if (ledger_equity(&engine->ledger, &engine->equity_e9) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
    engine_add_slice(engine, filled, engine->counters.evaluations, output);
    engine_apply_slice_record(engine, &output->records[0].slice);
}

void engine_on_slice(struct engine *engine, const struct slice *slice, struct output *output)
{
    if (slice->past) {
        take_past(engine, slice, output);
        return;
    }
    const uint64_t evaluations = engine->counters.evaluations;
    const bool filled = engine->filled;
    UNSET struct engine_pass pass;
    const bool tick_says = slice->tick_count > 0 && engine_take_ticks(engine, slice);
    engine_pass_begin(&pass, engine, output);
    pass.says = tick_says;
    const struct event *const end = slice->bars + slice->count;
    engine_pass_turn(&pass, slice->ts_ns);
    engine_pass_slice(&pass, slice->ts_ns);
    for (const struct event *bar = slice->bars; bar < end; bar++) {
        engine_pass_open(&pass, bar->instrument);
        if (engine->view->plain) {
            engine_pass_bar(&pass, bar, view_bars(engine->view, bar->instrument));
        } else {
            engine_pass_bar_rich(&pass, bar);
        }
        engine_pass_close(&pass);
    }
    engine_pass_end(&pass);
    engine_pass_stop(&pass, 1, slice->count);
    if (pass.says) {
        engine_decide_slice(engine, output);
    }
    if (!output->without_slices) {
        engine_add_slice(engine, filled, evaluations, output);
    }
}
