/* engine_decide.h: what to do next, decided on const state. Nothing here changes the engine. */
#ifndef CORE_ENGINE_DECIDE_H
#define CORE_ENGINE_DECIDE_H

#include "base/hot.h"
#include "core/engine.h"

/* A decision of a strategy that wants to act, waiting for its turn. */
struct candidate {
    struct decision decision;
    uint32_t book; /* index from 0 */
    uint32_t instrument;
};

/* Begins a record in its place: all of it zero but its head. */
static inline void begin_record(struct event *record, uint8_t kind, uint8_t slots, int64_t ts_ns,
                                int64_t src_ns, uint32_t instrument)
{
    clear_slot(record);
    if (slots > 1) {
        clear_slot(record + 1);
    }
    record->ts_ns = ts_ns;
    record->src_ns = src_ns;
    record->kind = kind;
    record->version = 1;
    record->slots = slots;
    record->instrument = instrument;
}

/* What becomes of a candidate: writes the DECISION (two slots), and when no gate refuses the ORDER
 * (two slots), and says whether there is one. */
bool decide_candidate(const struct engine *engine, int64_t ts_ns, const struct candidate *candidate,
                      struct event *decision, struct event *order);

/* Writes the ledger lines of cash that moved without an execution; returns how many: at most three
 * for each book, and one. */
RARELY uint32_t decide_cash_postings(const struct engine *engine, const struct event *cash,
                                     struct event *postings);

/* Writes the ledger lines of a trade's fill that was just applied, side by side; returns how many
 * (0 when the engine is at fault). */
#define FILL_POSTINGS_MAX 3
uint32_t decide_fill_postings(const struct engine *engine, const struct trade *trade,
                              const struct event *fill, struct event *postings);

/* Whether the report opened, closed or voided its trade; then writes the TRADE (two slots). */
bool decide_trade(const struct trade *trade, const struct event *report, struct event *record);

/* The same of a book's trade after the report of a split, which may have left nothing of it. */
RARELY bool decide_split_trade(const struct engine *engine, uint32_t book, const struct event *cash,
                               struct event *record);

#endif
