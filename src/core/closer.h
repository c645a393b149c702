/* closer.h: how a trade is to end: its plan as prices and times, and what a finished close or the
 * clock makes of them. The rules are in docs/closer.md. Pure functions of one trade; the engine
 * (engine_watch.c, engine_close.c) carries out what they ask for.
 *
 * Each rule has one holder. The broker holds target and stop where the plan says so, and the
 * trailing stop when it is the only stop: a second one cannot rest for the same shares. The engine
 * holds the others, and times. */
#ifndef CORE_CLOSER_H
#define CORE_CLOSER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/exit_plan.h"
#include "market/calendar.h"
#include "market/event.h"

/* An entry that is protected at the broker may be filled in part for so long. */
#define CLOSER_PATIENCE_NS INT64_C(3000000000)

/* A step that came to nothing is tried again after this, the more of them in a row the later; the
 * last wait stays. Protection that the broker has refused after each of the first CLOSER_RETRIES,
 * too, is given up: the trade is closed at the market. */
#define CLOSER_WAITS_S                                                                             \
    {                                                                                              \
        1, 3, 10, 30, 60                                                                           \
    }
#define CLOSER_RETRIES 3

/* Protection that rested for so long did not come to nothing: what ends then is repaired at once.
 */
#define CLOSER_STOOD_NS INT64_C(2000000000)

#define CLOSER_NEVER_NS INT64_MAX

/* What is said of a trade in a NOTICE record. */
#define NOTICE_LIST(X)                                                                             \
    X(REARMED, 1, "rearmed")         /* after a stop: the entry condition was false again */       \
    X(UNPROTECTED, 2, "unprotected") /* nothing rests at the broker for it; sent again */          \
    X(GIVEN_UP, 3, "given-up")       /* protection was refused too often: to be closed */          \
    X(MISSING, 4, "not-there")       /* the account has nothing of it that could be sold */        \
    X(SURPLUS, 5, "surplus") /* an order of it filled for more than it had left: not booked */     \
    X(NOT_CLOSED, 6, "not-closed") /* its exit came to nothing time and again */

enum notice {
#define X(name, code, text) NOTICE_##name = code,
    NOTICE_LIST(X)
#undef X
};

const char *notice_text(uint8_t notice);

/* What a trade's plan came to. Zero prices are rules that it has not. */
struct exits {
    int64_t target_e9;    /* at or above it the trade is closed */
    int64_t stop_e9;      /* at or below it the trade is closed */
    int64_t trail_e9;     /* the trailing stop's distance from best_e9 */
    int64_t best_e9;      /* best finished close since the entry, which counts as the first */
    int64_t atr_e9;       /* at the entry decision; 0: the plan needs none */
    int64_t time_ns;      /* time is up; CLOSER_NEVER_NS, also below: never */
    int64_t flat_ns;      /* has to be flat */
    int64_t patience_ns;  /* when a partly filled entry is cut short */
    int64_t retry_ns;     /* a step that came to nothing is tried again, an exit or protection */
    int64_t placed_ns;    /* since when the latest protection rests */
    int64_t frame_end_ns; /* of the frame that is being counted; 0: none */
    uint32_t bars;        /* finished bars of the book's frame since the entry */
    uint16_t attempts;    /* protections sent */
    uint16_t ended;       /* the latest of them that is known to have ended */
    uint8_t failures;     /* steps in a row that came to nothing */
    uint8_t refusals;     /* those of them that were protection, refused by the broker */
    uint8_t wish;         /* enum exit_cause: why the trade is being closed */
    uint8_t sent;         /* enum exit_cause of the latest exit order */
    uint8_t cause;        /* enum exit_cause of the last exit that filled */
    bool fresh;           /* no bar has finished since the entry */
    bool bare;            /* what should rest at the broker does not, and that was said */
    bool told;            /* so was that its exit comes to nothing */
};

/* Finished closes at or outside of it concern somebody. */
struct band {
    int64_t low_e9;
    int64_t high_e9;
};

#define BAND_QUIET                                                                                 \
    (struct band)                                                                                  \
    {                                                                                              \
        0, INT64_MAX                                                                               \
    }
#define BAND_ALWAYS                                                                                \
    (struct band)                                                                                  \
    {                                                                                              \
        INT64_MAX, INT64_MAX                                                                       \
    }

/* Whether a plan asks for more than the strategy's own word. */
bool closer_has_rules(const struct exit_plan *plan);

/* Whether a distance of the plan is told in ATRs. */
bool closer_needs_atr(const struct exit_plan *plan);

/* Whether the trailing stop rests at the broker. */
bool closer_trails_at_broker(const struct exit_plan *plan);

/* Begins a trade: nothing is held yet. */
void closer_begin(struct exits *exits, int64_t atr_e9);

/* The plan's prices for an entry at price_e9. A price is rounded to the tick that is met earlier,
 * and lies a cent or more from the entry. */
struct closer_prices {
    int64_t target_e9;
    int64_t stop_e9;
    int64_t trail_e9;
};
struct closer_prices closer_prices(const struct exit_plan *plan, int64_t price_e9, int64_t atr_e9);

/* Where an entry at price_e9 would first end with a loss: the nearer of stop and trailing stop; 0:
 * nowhere. */
int64_t closer_first_stop_e9(const struct exit_plan *plan, int64_t price_e9, int64_t atr_e9);

/* The entry filled: the rules that the engine holds are measured from the average price. `first`:
 * it is the trade's first fill, which starts the clocks. */
void closer_take_entry(const struct exit_plan *plan, struct exits *exits, int64_t average_e9,
                       int64_t ts_ns, bool first);

/* A price at which the trade could be closed now; the cause when it closes the trade, else NONE. */
enum exit_cause closer_take_price(const struct exit_plan *plan, struct exits *exits,
                                  int64_t price_e9);

/* A finished bar of the trade's instrument; the cause when it closes the trade, else NONE. */
enum exit_cause closer_take_bar(const struct exit_plan *plan, enum calendar_id calendar,
                                int64_t frame_ns, struct exits *exits, const struct event *bar);

/* Where the trailing stop stands; 0: there is none. */
int64_t closer_trail_stop_e9(const struct exits *exits);

/* Whether a time rule closes the trade at ts_ns. */
enum exit_cause closer_take_time(const struct exits *exits, int64_t ts_ns);

/* Which closes concern the trade, and when the clock does. */
struct band closer_band(const struct exit_plan *plan, const struct exits *exits);
int64_t closer_due_ns(const struct exits *exits, bool entry_works);

/* ---- steps that come to nothing ---- */

/* The trade is to be closed for that cause from now on; a cause that it has already stays. */
void closer_want(struct exits *exits, enum exit_cause cause);

/* Whether the next step waits for its time. */
static inline bool closer_waits(const struct exits *exits)
{
    return exits->retry_ns != CLOSER_NEVER_NS;
}

/* A step of an exit came to nothing: its time is set, unless it is. */
void closer_step_failed(struct exits *exits, int64_t ts_ns);

/* That attempt at protection ended without a fill, `refused` by the broker: the time of the next is
 * set; none where it may go at once, or is to be given up. One that has ended already ends no more.
 */
void closer_protection_ended(struct exits *exits, uint16_t attempt, bool refused, int64_t ts_ns);

/* Whether protection is to be given up. */
bool closer_gives_up(const struct exits *exits);

/* A split of `new_shares` for `old_shares`: prices take their new measure. */
void closer_split(struct exits *exits, int64_t new_shares, int64_t old_shares);

/* A limit price that is `offset_ppm` above the reference, on a tick, rounded down. */
int64_t closer_limit_price_e9(int64_t reference_e9, int64_t offset_ppm);

const char *exit_cause_text(uint8_t cause);

#endif
