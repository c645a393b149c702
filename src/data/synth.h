/* synth.h: the synthetic market: SIMULATED bars of correlated US stocks, bit for bit the same from
 * one seed on every machine (docs/synthetic-market.md tells the model).
 *
 * A market is streamed, slice by slice, and keeps no history. What it gives depends on what was
 * before and never on how much is still to come; and a symbol's bars are the same whichever others
 * are asked for. */
#ifndef DATA_SYNTH_H
#define DATA_SYNTH_H

#include "base/utc.h"
#include "data/bars.h"
#include "data/synth_sessions.h"
#include "data/synth_symbols.h"
#include "data/synth_tape.h"
#include "market/event.h"

struct synth_plan {
    uint64_t seed;
    const struct synth_symbol *symbols; /* alphabetical; borrowed for synth_create() only */
    uint32_t symbol_count;
    const struct synth_session *sessions; /* in order, of whole minutes; borrowed likewise */
    uint32_t session_count;
    int64_t bar_ns; /* synth_bar_is_possible() */
};

/* Whole minutes up to an hour, or a day. Bars of a session are counted from its open; the last one
 * may hold less than its length. A bar of a day starts at 00:00 UTC of the session's date. */
bool synth_bar_is_possible(int64_t bar_ns);

/* How many slices the plan makes. */
uint64_t synth_slice_count(const struct synth_plan *plan);

struct synth;

/* The caller's to synth_destroy(). */
struct synth *synth_create(const struct synth_plan *plan);
void synth_destroy(struct synth *synth);

/* The next slice, every symbol in it; the synth's until it is asked again. NULL at the end. */
const struct slice *synth_next_slice(struct synth *synth);

/* Bid and ask of a symbol at the close of the last slice. */
struct synth_quote synth_quote(const struct synth *synth, uint32_t instrument);

/* All of it in memory, or in a record file. `*bars` is the caller's to bars_finish(); `progress`
 * (may be NULL) is told now and then the share done, 0..1. */
void synth_bars_create(const struct synth_plan *plan, struct bars *bars);
enum err synth_write(const char *path, const struct synth_plan *plan, void (*progress)(double done),
                     struct problem *problem);

#endif
