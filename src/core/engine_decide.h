/* engine_decide.h: what to do next, decided on const state. Nothing here changes the engine. */
#ifndef CORE_ENGINE_DECIDE_H
#define CORE_ENGINE_DECIDE_H

#include "core/engine.h"

/* A decision of a strategy that wants to act, waiting for its turn. */
struct candidate {
    struct decision decision;
    uint32_t book; /* index from 0 */
    uint32_t instrument;
};

/* What the strategies said about one slice. */
struct evaluation {
    uint64_t hash; /* decision_hash so far */
    uint32_t count;
    uint32_t candidate_count;
    struct candidate *candidates;
};

/* Asks every strategy about every bar of the slice that just ended and ranks those that act: exits,
 * then confidence, then instrument, then book. */
void decide_evaluate(const struct engine *engine, const struct slice *slice,
                     struct evaluation *evaluation);

/* What becomes of a candidate: the DECISION (two slots), and with `*ordered` the ORDER. */
struct decision_record {
    struct event head;
    struct decision_inputs inputs;
};
void decide_candidate(const struct engine *engine, int64_t ts_ns, const struct candidate *candidate,
                      struct decision_record *decision, struct order_request *order, bool *ordered);

/* The ledger lines of a fill that was just applied; returns how many (0 when it was a repetition or
 * the engine is at fault). */
#define FILL_POSTINGS_MAX 3
uint32_t decide_fill_postings(const struct engine *engine, const struct event *fill,
                              struct event postings[FILL_POSTINGS_MAX]);

/* Whether the report opened, closed or voided its trade, and then its TRADE record. */
struct trade_record {
    struct event head;
    struct trade_detail detail;
};
bool decide_trade(const struct engine *engine, const struct event *report,
                  struct trade_record *record);

/* The SLICE record that closes a slice. */
void decide_slice(const struct engine *engine, const struct slice *slice,
                  const struct evaluation *evaluation, struct event *record);

#endif
