/* engine_slice.h: between the files of the engine: faults, marks and the SLICE record. */
#ifndef CORE_ENGINE_SLICE_H
#define CORE_ENGINE_SLICE_H

#include "base/hot.h"
#include "core/engine.h"
#include "core/engine_decide.h"

/* What is gathered while a slice is decided. Its parts lie in the engine's arena. */
struct slice_scratch {
    struct candidate *candidates;
    uint32_t candidate_count;
    uint32_t evaluations;
};

/* The first fault stays. */
static inline void engine_fail(struct engine *engine, enum engine_fault fault)
{
    if (engine->fault == ENGINE_FAULT_NONE) {
        engine->fault = fault;
    }
}

static inline void engine_mark(struct engine *engine, uint32_t instrument, int64_t price_e9)
{
    int64_t equity_e9;
    if (ledger_mark(&engine->ledger, instrument, price_e9) != ERR_OK ||
        ledger_equity(&engine->ledger, &equity_e9) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
}

/* Applies what a SLICE record says. */
void engine_apply_slice_record(struct engine *engine, const struct event_slice *slice);

/* Decides a candidate and adds the outcome to the output; returns the decision hash. */
RARELY uint64_t engine_act_on(struct engine *engine, int64_t ts_ns,
                              const struct candidate *candidate, uint64_t hash,
                              struct output *output);

#endif
