/* engine_pass.h: the path of a bar through the engine, inline: marks, strategies, the slice's end.
 *
 * This runs for every bar of every run. A pass holds in registers what its bars share and writes it
 * back when it stops; whoever drives the engine may take many slices in one pass, as long as
 * nothing else happens between them. It goes like this:
 *
 *   engine_pass_begin(), engine_pass_turn()
 *   for each slice:
 *       engine_pass_slice()
 *       for each instrument of it:
 *           engine_pass_open()
 *           for each of its bars, which the view has taken: engine_pass_bar()
 *           engine_pass_close()
 *       engine_pass_end()
 *       engine_pass_goes_on(): false when the pass ends here: a strategy wants something, and
 *           engine_decide_slice() has the word, or more than bars is due with the next slice
 *   engine_pass_stop()
 *
 * Deciding and applying stay apart here as elsewhere: strategies see const state, and what they
 * want is decided when the slice's marks are all applied. */
#ifndef CORE_ENGINE_PASS_H
#define CORE_ENGINE_PASS_H

#include "base/check.h"
#include "core/decision_hash.h"
#include "core/engine.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"

struct engine_pass {
    struct engine *engine;
    int64_t ts_ns;
    uint64_t hash;
    int64_t cash_e9;
    int64_t value_e9; /* of all positions */
    int64_t equity_e9;
    uint64_t evaluations;
    int64_t until_ns; /* the pass goes on with slices before this */
    bool says;        /* a strategy wants something */

    /* The instrument at hand. */
    struct position *position;
    bool held; /* only then the next two count */
    int64_t position_value_e9;
    struct band band; /* closes outside of it concern the Closer */
    struct seat *seats;
    const struct seat *seats_end;
};

static inline void engine_pass_begin(struct engine_pass *pass, struct engine *engine,
                                     struct output *output)
{
    output->slots = 0;
    output->send_count = 0;
    pass->engine = engine;
    pass->hash = engine->decision_hash;
    pass->cash_e9 = ledger_cash_e9(&engine->ledger);
    pass->value_e9 = engine->ledger.value_e9;
    pass->equity_e9 = engine->equity_e9;
    pass->evaluations = engine->counters.evaluations;
    pass->until_ns = engine->turn_ns;
    pass->says = false;
}

/* A strategy wants something: the pass ends with this slice. */
static inline void engine_pass_say(struct engine_pass *pass)
{
    pass->says = true;
    pass->until_ns = INT64_MIN;
}

/* Turns to an instrument, whose bars come now. */
static inline void engine_pass_open(struct engine_pass *pass, uint32_t instrument)
{
    const struct engine *const engine = pass->engine;
    pass->position = &engine->ledger.positions[instrument];
    pass->held = pass->position->qty_e9 != 0;
    if (pass->held) {
        pass->position_value_e9 = pass->position->value_e9;
        pass->band = engine->bands[instrument];
    }
    pass->seats = &engine->seats[engine_place(engine, 0, instrument)];
    pass->seats_end = pass->seats + engine->book_count;
}

/* Turns away from it. */
static inline void engine_pass_close(const struct engine_pass *pass)
{
    if (pass->held) {
        pass->position->value_e9 = pass->position_value_e9;
    }
}

/* A session begins, or a time rule of the Closer is due. */
RARELY void engine_pass_take_turn(struct engine_pass *pass, int64_t ts_ns);

/* What is due with the first slice of a pass. */
static inline void engine_pass_turn(struct engine_pass *pass, int64_t ts_ns)
{
    if (ts_ns >= pass->until_ns) {
        engine_pass_take_turn(pass, ts_ns);
    }
}

static inline void engine_pass_slice(struct engine_pass *pass, int64_t ts_ns)
{
    pass->ts_ns = ts_ns;
}

static inline bool engine_pass_goes_on(const struct engine_pass *pass, int64_t ts_ns)
{
    return ts_ns < pass->until_ns;
}

static inline uint64_t engine_hash_evaluation(const struct seat *seat, int64_t ts_ns,
                                              struct decision decision, uint64_t hash)
{
    uint64_t said = (uint64_t)decision.reason << 8 | (uint64_t)decision.act;
    uint64_t x = (uint64_t)ts_ns + seat->what_x_b + said;
    const struct series *const *series = seat->context.series;
    if (seat->series_count == 2) { /* nearly always in a plain view: no loop */
        x = (x + series[0]->now.bits) * DECISION_HASH_K;
        x = (x + series[1]->now.bits) * DECISION_HASH_K;
        return decision_hash_step(hash, x);
    }
    const struct series *const *const end = series + seat->series_count;
    while (series < end) {
        x = (x + (*series++)->now.bits) * DECISION_HASH_K;
    }
    return decision_hash_step(hash, x);
}

/* Asks the seat's strategy, and keeps what each bar needs of the answer for as long as it stands:
 * series of long frames change with few of the bars. */
static inline void engine_ask(struct seat *seat, const struct event *bar)
{
    seat->asked_at = *seat->changes;
    seat->context.bar = view_track_bar(seat->track, bar);
    const struct decision answer = seat->decide(&seat->context);
    const struct series *const *series = seat->context.series;
    const uint64_t *power = &decision_hash_powers[seat->series_count];
    const uint64_t said = (uint64_t)answer.reason << 8 | (uint64_t)answer.act;
    uint64_t sum = (seat->what_x_b + said) * *power;
    for (; power > decision_hash_powers; power--) {
        sum += (*series++)->now.bits * *power;
    }
    /* Each reason counts, of holding, too. */
    const bool counts = said != ACT_HOLD && answer.reason < REASONS_MAX;
    seat->answer = answer;
    seat->answer_part = sum;
    seat->tally = &seat->said[counts ? answer.reason : SAID_NONE];
    seat->possible = engine_is_possible(answer.act, seat->context.holding);
}

static inline void engine_pass_set_value(struct engine_pass *pass, int64_t value_e9)
{
    int64_t sum_e9;
    if (__builtin_sub_overflow(pass->value_e9, pass->position_value_e9, &sum_e9) ||
        __builtin_add_overflow(sum_e9, value_e9, &sum_e9)) {
        engine_fail(pass->engine, ENGINE_FAULT_RANGE);
        return;
    }
    pass->value_e9 = sum_e9;
    pass->position_value_e9 = value_e9;
}

/* A close that concerns the Closer. */
RARELY void engine_pass_watch(struct engine_pass *pass, const struct event *bar);

/* Marks a position of any quantity. */
RARELY void engine_pass_mark_any(struct engine_pass *pass, int64_t close_e9);

/* The position's worth at the close: whole shares, nearly always, need one product. */
static inline void engine_pass_mark(struct engine_pass *pass, int64_t close_e9)
{
    int64_t value_e9;
    int64_t whole = pass->position->whole;
    if (whole == 0 || __builtin_mul_overflow(close_e9, whole, &value_e9)) {
        engine_pass_mark_any(pass, close_e9);
        return;
    }
    engine_pass_set_value(pass, value_e9);
}

/* What a bar means for what is held of the instrument at hand: its worth, and its exits. */
static inline void engine_pass_hold(struct engine_pass *pass, const struct event *bar)
{
    if (pass->held) {
        const int64_t close_e9 = bar->bar.close_e9;
        engine_pass_mark(pass, close_e9);
        if (close_e9 <= pass->band.low_e9 || close_e9 >= pass->band.high_e9) {
            engine_pass_watch(pass, bar);
        }
    }
}

/* Marks the instrument at hand and asks every book about it; `bars` counts its bars so far. In a
 * plain view. */
static inline void engine_pass_bar(struct engine_pass *pass, const struct event *bar, uint64_t bars)
{
    engine_pass_hold(pass, bar);
    struct seat *seat = pass->seats;
    do {
        if (bars > seat->warmup_bars) {
            seat->context.bar = bar;
            struct decision decision = seat->decide(&seat->context);
            pass->hash = engine_hash_evaluation(seat, pass->ts_ns, decision, pass->hash);
            pass->evaluations++;
            if (decision.act != ACT_HOLD && engine_note(pass->engine, decision, seat)) {
                engine_pass_say(pass);
            }
        }
        seat++;
    } while (seat < pass->seats_end);
}

/* engine_pass_bar() in a view with frames, sessions or kernels: a strategy whose last answer still
 * stands gives it again. */
static inline void engine_pass_bar_rich(struct engine_pass *pass, const struct event *bar)
{
    engine_pass_hold(pass, bar);
    struct seat *seat = pass->seats;
    do {
        if (*seat->finished_ns == pass->ts_ns &&
            (seat->warm || engine_seat_warms(pass->engine, seat, bar))) {
            if (seat->asked_at != *seat->changes) {
                engine_ask(seat, bar);
            }
            const uint64_t x = (uint64_t)pass->ts_ns * seat->time_factor + seat->answer_part;
            pass->hash = decision_hash_step(pass->hash, x);
            pass->evaluations++;
            ++*seat->tally;
            if (seat->possible) {
                engine_gather(pass->engine, seat->answer, seat);
                engine_pass_say(pass);
            }
        }
        seat++;
    } while (seat < pass->seats_end);
}

/* Closes the slice. */
static inline void engine_pass_end(struct engine_pass *pass)
{
    struct engine *const engine = pass->engine;
    int64_t equity_e9;
    if (__builtin_add_overflow(pass->cash_e9, pass->value_e9, &equity_e9)) {
        engine_fail(engine, ENGINE_FAULT_RANGE); /* the equity stays what it was */
        return;
    }
    pass->equity_e9 = equity_e9;
    engine_apply_drawdown(engine, equity_e9);
}

/* Writes back what the pass holds, after `slices` slices of `bars` bars; the instrument at hand is
 * closed. */
static inline void engine_pass_stop(const struct engine_pass *pass, uint64_t slices, uint64_t bars)
{
    struct engine *const engine = pass->engine;
    engine->ts_ns = pass->ts_ns;
    engine->decision_hash = pass->hash;
    engine->ledger.value_e9 = pass->value_e9;
    engine->equity_e9 = pass->equity_e9;
    engine->filled = false;
    engine->counters.evaluations = pass->evaluations;
    engine->counters.slices += slices;
    engine->counters.bars += bars;
}

#endif
