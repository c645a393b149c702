/* engine_bust.h: an execution that the exchange takes back (EVENT_BUSTED).
 *
 * The latest executions of a broker outside are remembered as they were booked, so that one is
 * taken back exactly once and exactly as it was counted. What it comes to:
 *
 *   an entry's   the trade holds less; with nothing bought any more it ends as one that never
 * filled an exit's    the trade holds more, and is open (again)
 *
 * The average cost of what is held is that of the purchases that stand; the trade's result follows
 * from it. Shares that no trade can give or take (a purchase that was sold meanwhile, a sale whose
 * trade's place belongs to another one) are the account's beside ours, as a surplus: their cash is
 * booked against transfers, and the symbol stays shut until the account holds nothing of them. */
#ifndef CORE_ENGINE_BUST_H
#define CORE_ENGINE_BUST_H

#include "base/hot.h"
#include "core/engine.h"

/* ---- state: like engine_apply() ---- */

/* A fill that was applied: so much of it counts for its order, and for its trade. */
RARELY void engine_note_execution(struct engine *engine, const struct event *fill, int64_t order_e9,
                                  int64_t trade_e9);

/* After a split nothing is taken back of what was executed in the old measure. */
RARELY void engine_forget_executions(struct engine *engine, uint32_t instrument);

/* Takes the execution back from its order; what it was booked as is in the scratch until the next
 * one. False, with nothing changed: it is not known, or no more. */
RARELY bool engine_apply_bust(struct engine *engine, const struct event *bust);

/* A posting of a bust. */
RARELY void engine_post_bust(struct engine *engine, struct trade *trade, const struct event *event);

/* ---- deciding ---- */

/* Takes the report: ledger lines follow, the trade may end or open, and its exits are fitted. */
RARELY void engine_on_bust(struct engine *engine, const struct event *bust, struct output *output);

#endif
