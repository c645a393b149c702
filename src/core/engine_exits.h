/* engine_exits.h: the Closer's part of the engine (docs/closer.md): which trades have to be closed,
 * and the steps that close or protect them. */
#ifndef CORE_ENGINE_EXITS_H
#define CORE_ENGINE_EXITS_H

#include "base/hot.h"
#include "core/engine.h"

/* ---- state: like engine_apply() ---- */

/* A bar of an instrument whose close concerns a trade. True when a trade has to be closed. */
RARELY bool engine_watch_bar(struct engine *engine, const struct event *bar);

/* A bar of the past, likewise; it closes nothing. */
RARELY void engine_see_bar(struct engine *engine, const struct event *bar);

static inline bool engine_concerns(const struct engine *engine, const struct event *bar)
{
    const struct band *band = &engine->bands[bar->instrument];
    return bar->bar.close_e9 <= band->low_e9 || bar->bar.close_e9 >= band->high_e9;
}

/* A price between bars at which its trades could be closed. True as above. */
bool engine_watch_price(struct engine *engine, uint32_t instrument, int64_t price_e9);

/* A slice at or after turn_ns: a session begins, or a time rule is due. True as above. */
RARELY bool engine_turn(struct engine *engine, int64_t ts_ns, int64_t equity_e9);

/* A moment between two slices: the time rules alone. */
RARELY void engine_take_timer(struct engine *engine, int64_t ts_ns);

/* Sets an instrument's band anew, after one of its trades changed. */
void engine_set_band(struct engine *engine, uint32_t instrument);

/* Whether exits or sizing of the plan look at an average true range. */
bool engine_needs_atr(const struct book_plan *plan);

/* The average true range of a book's plan, now; 0 when it needs none. */
int64_t engine_atr_e9(const struct engine *engine, uint32_t book, uint32_t instrument);

/* The trade's entry filled, or some of it was sold. */
RARELY void engine_measure_exits(struct engine *engine, struct trade *trade,
                                 const struct event_posting *posting, bool first);

/* A report that was applied to an order of the trade. */
void engine_note_report(struct engine *engine, struct trade *trade, struct order *order,
                        const struct event *report);

/* A request of protection, or to cancel, went out. */
void engine_note_protection(struct trade *trade, const struct order_request *request);

/* Says something of the trade, with a number of shares. */
void engine_send_notice(struct engine *engine, const struct trade *trade, enum notice notice,
                        int64_t qty_e9, struct output *output);

void engine_apply_notice(struct engine *engine, const struct event *record);

/* The trade was closed: after a stop the entry is armed only when its condition was false again. */
void engine_disarm(struct engine *engine, const struct trade *trade);

/* Said in place of its strategy's answer by a seat that is armed again. */
#define ACT_REARM 3

/* ---- deciding: on const state, but for what is applied with each record ---- */

/* Sends what the trades noted in this slice need. */
RARELY void engine_act_on_exits(struct engine *engine, struct output *output);

/* The next step to close a trade for that cause, or none while an answer is awaited. */
RARELY void engine_close_trade(struct engine *engine, const struct trade *trade,
                               enum exit_cause cause, struct output *output);

/* What a report about the trade calls for: the next step of an exit, or protection. */
RARELY void engine_answer(struct engine *engine, const struct trade *trade,
                          const struct event *report, struct output *output);

/* Whether a live trade can have had that exit (EVENT_FOUND): a later attempt than those we know of,
 * in the place of none that works. */
RARELY bool engine_can_find(const struct engine *engine, const struct trade *trade,
                            const struct event *found);

/* Puts an exit of the trade that was sent and not logged into the log; it is not sent. */
RARELY void engine_take_found(struct engine *engine, const struct trade *trade,
                              const struct event *found, struct output *output);

/* After what is missing of an instrument at the broker changed: no more than is there stays on its
 * way out, and what waited for shares is looked at again. */
RARELY void engine_fit_exits(struct engine *engine, uint32_t instrument, struct output *output);

/* After an execution was taken back: the same, and no more than its trade still holds stays on its
 * way out. `trade`: NULL where its place belongs to another one. */
RARELY void engine_fit_busted(struct engine *engine, const struct trade *trade, uint32_t instrument,
                              struct output *output);

/* The exits that go with an entry: before its record is applied, and after. */
RARELY void engine_tie_bracket(const struct engine *engine, struct event *entry);
RARELY void engine_add_bracket(struct engine *engine, const struct event *entry,
                               struct output *output);

/* Whether the book's entries are sent with their exits. */
bool engine_brackets(const struct book_plan *plan);

RARELY void engine_rearm(struct engine *engine, const struct trade *trade, struct output *output);

#endif
