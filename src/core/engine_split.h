/* engine_split.h: a split gives what the engine holds, has ordered and has planned its new measure.
 *
 * The corporate action comes first; the view takes it beside the engine. Where shares are held the
 * broker's report of their new number follows, and only it moves them: until then everything that
 * the engine knows of its trades keeps the old measure. Where none are held there is no report, and
 * orders take their new measure with the action. */
#ifndef CORE_ENGINE_SPLIT_H
#define CORE_ENGINE_SPLIT_H

#include "base/hot.h"
#include "core/engine.h"

/* A split or a dividend was announced. */
RARELY void engine_apply_action(struct engine *engine, const struct event *action);

/* The broker's report: orders, plans and the trades' own sums; the ledger lines follow. */
RARELY void engine_apply_split(struct engine *engine, const struct event *cash);

/* Writes the ledger lines of that report, which was just applied; returns how many: at most three
 * for each book, and one. Each open trade gets its own new shares, whole ones where it holds whole
 * ones, and for its fraction cash at the last price; the last one gets what the account then has
 * left of both. */
RARELY uint32_t decide_split_postings(const struct engine *engine, const struct event *cash,
                                      struct event *postings);

/* The ledger line of a trade's new number of shares. */
static inline bool posting_is_split(const struct event_posting *posting)
{
    return posting->debit == ACCOUNT_POSITIONS && posting->credit == ACCOUNT_CAPITAL;
}

/* Posts it, to ledger and trade. */
RARELY void engine_post_split(struct engine *engine, struct trade *trade,
                              const struct event_posting *posting);

#endif
