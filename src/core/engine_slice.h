/* engine_slice.h: what the files of the engine share: faults, marks, the place of the next record,
 * what a slice gathers to be decided, and the applying of each kind of record. */
#ifndef CORE_ENGINE_SLICE_H
#define CORE_ENGINE_SLICE_H

#include "base/check.h"
#include "base/hot.h"
#include "core/engine.h"
#include "core/engine_decide.h"
#include "core/engine_exits.h"

/* What is gathered while a slice is decided. Its parts lie in the engine's arena. */
struct slice_scratch {
    struct trade **exits; /* trades that need a step, in the order in which they were noted */
    uint32_t exit_count;
    struct candidate *candidates;
    uint32_t candidate_count;
    int64_t surplus_e9; /* of the fill that was applied last, where the broker is outside */
    struct execution taken_back; /* by the bust that was applied last; exec_id 0: by none */
};

/* The first fault stays. */
static inline void engine_fail(struct engine *engine, enum engine_fault fault)
{
    if (engine->fault == ENGINE_FAULT_NONE) {
        engine->fault = fault;
    }
}

/* Where the next record is made: it is not copied afterwards. */
static inline struct event *output_place(struct output *output, uint32_t slots)
{
    CHECK(slots <= output->capacity - output->slots);
    return &output->records[output->slots];
}

/* The record at the output's end is whole: it counts, and is applied by the function of its kind.
 */
static inline struct event *output_commit(struct output *output)
{
    struct event *record = &output->records[output->slots];
    output->slots += record->slots;
    return record;
}

/* After any change of a trade or its orders: what strategies and gates may know of it is kept
 * beside them. */
void engine_show(struct engine *engine, const struct trade *trade);

/* Marks a position that is held. */
static inline void engine_mark(struct engine *engine, uint32_t instrument, int64_t price_e9)
{
    if (ledger_mark(&engine->ledger, instrument, price_e9) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
}

/* A session begins; `equity_e9` is that of the slice before. */
RARELY void engine_begin_session(struct engine *engine, int64_t ts_ns, int64_t equity_e9);

static inline void engine_apply_drawdown(struct engine *engine, int64_t equity_e9)
{
    int64_t drawdown_e9 = engine->peak_equity_e9 - equity_e9;
    if (drawdown_e9 < 0) {
        engine->peak_equity_e9 = equity_e9;
    } else if (drawdown_e9 > engine->max_drawdown_e9) {
        engine->max_drawdown_e9 = drawdown_e9;
    }
}

/* BUY opens when the book is flat in the instrument, SELL closes what it holds. Without branches:
 * it is not what one instrument said that tells what the next will. */
static inline bool engine_is_possible(uint64_t act, enum holding holding)
{
    return ((act == ACT_BUY) & (holding == HOLDING_FLAT)) |
           ((act == ACT_SELL) & (holding == HOLDING_LONG)) | (act == ACT_REARM);
}

static inline void engine_count_reason(const struct seat *seat, struct decision decision)
{
    if (decision.reason < REASONS_MAX) {
        seat->said[decision.reason]++;
    }
}

/* Notes what a strategy wants, which is possible, for the end of the slice. */
RARELY void engine_gather(struct engine *engine, struct decision decision, const struct seat *seat);

/* Counts the reason, and gathers a decision that is possible for its book; whether it is. */
RARELY bool engine_note(struct engine *engine, struct decision decision, const struct seat *seat);

/* Whether a seat whose frame has a finished bar is asked about it; keeps that it is warm. */
RARELY bool engine_seat_warms(const struct engine *engine, struct seat *seat,
                              const struct event *bar);

/* What the strategies want in a slice whose marks are all applied: ranks what was gathered, sends
 * each through sizing and gates, and adds the outcomes to the output. */
RARELY void engine_decide_slice(struct engine *engine, struct output *output);

/* Quotes and trades of a slice, which come before its bars: what is held takes their prices, and
 * quotes run the exits. True when a trade has to be closed. */
RARELY bool engine_take_ticks(struct engine *engine, const struct slice *slice);

/* The SLICE record that closes a slice; `filled`: something did since the one before;
 * `evaluations`: how many there were before. It needs no applying. */
void engine_add_slice(const struct engine *engine, bool filled, uint64_t evaluations,
                      struct output *output);

/* Applies what a SLICE record says. */
void engine_apply_slice_record(struct engine *engine, const struct event_slice *slice);

/* Decides a candidate and adds the outcome to the output. */
void engine_act_on(struct engine *engine, const struct candidate *candidate, struct output *output);

/* engine_apply() for one kind of record; engine_post() for a posting whose trade is at hand (NULL:
 * none has a part in it). */
void engine_apply_decision(struct engine *engine, const struct event *record);
void engine_apply_order(struct engine *engine, const struct event *record);
void engine_apply_posting(struct engine *engine, const struct event *record);
void engine_post(struct engine *engine, struct trade *trade, const struct event *posting);
void engine_apply_trade(struct engine *engine, const struct event *record);

/* What came or went beside our orders: where equity is measured from moves with it. */
void engine_move_measures(struct engine *engine, int64_t amount_e9);

/* The trade that the report names, or NULL. */
struct trade *engine_apply_report(struct engine *engine, const struct event *report);

#endif
