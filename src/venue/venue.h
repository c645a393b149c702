/* venue.h: the served exchange without its network: one market, its clock, and the accounts on it.
 *
 * Time moves by venue_advance() alone: by the wall clock, or step by step as the admin face says.
 */
#ifndef VENUE_VENUE_H
#define VENUE_VENUE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/actions.h"
#include "sys/problem.h"
#include "venue/account.h"
#include "venue/accounts_file.h"
#include "venue/faults.h"
#include "venue/market.h"
#include "venue/tape.h"

/* No moment at all. */
#define VENUE_NEVER INT64_MAX

struct venue_plan {
    const struct bars *data;       /* all that the market will do; outlives the venue */
    bool synthetic;                /* the bars themselves are SIMULATED */
    const struct actions *actions; /* splits and dividends; NULL: none */
    bool free_plan;                /* no consolidated data of the last 15 minutes */
    bool ticks_along_bars;
    uint64_t seed;
    int64_t start_ns;                  /* what ends at or before it is history */
    const struct market_asset *assets; /* by instrument; NULL: all are ordinary */
    enum calendar_id calendar;
    struct exchange_plan exchange; /* of each account; instruments and calendar are set here */
    uint32_t accounts_max;
    bool accounts_open_themselves;        /* any key pair opens one */
    const struct accounts_file *accounts; /* that there are from the beginning; NULL: none */
    const struct fault_script *faults;    /* what goes wrong, copied; NULL: nothing */
};

/* Told of what passes, by whoever streams it. */
struct market_watcher {
    void *context;
    void (*on_slice)(void *context, const struct slice *slice);
    void (*on_reset)(void *context); /* before it happens */
    void (*on_halt)(void *context, uint32_t instrument, bool halted);
    void (*on_notice)(void *context, uint8_t fault_kind, uint32_t instrument); /* LULD, ... */
};

/* Who holds something back until a moment of the venue's time. */
struct venue_holder {
    void *context;
    int64_t (*next_ns)(void *context); /* when the first of it is due; VENUE_NEVER */
    void (*on_reset)(void *context);   /* it never will be */
};

struct venue {
    struct venue_plan plan;
    struct market market;
    struct tape *tape;
    struct event *actions; /* splits and dividends that are still to come, from next_action on */
    size_t action_count;
    size_t next_action;
    int64_t now_ns;
    bool ended; /* the data has no more */
    struct account **accounts;
    uint32_t account_count;
    struct order_watcher order_watcher; /* set before the first account opens; may be zero */
    struct market_watcher market_watcher;
    struct venue_holder holder; /* may be zero */
    struct faults faults;
    struct venue_faults *struck; /* what of them lasts */
};

struct venue *venue_create(const struct venue_plan *plan);
void venue_destroy(struct venue *venue);

/* Lets everything happen up to and including to_ns, and makes that the time. */
void venue_advance(struct venue *venue, int64_t to_ns);

/* When something happens next: the market's next slice, or what a fault has put off. VENUE_NEVER at
 * the end of all of it. */
int64_t venue_next_ns(const struct venue *venue);

/* Lets time pass to `to_ns` or to when the market has something next, whichever is earlier. Time
 * never goes back. */
void venue_advance_until(struct venue *venue, int64_t to_ns);

/* Lets the next slice happen, whenever it is; false at the end of the data. */
bool venue_step(struct venue *venue);

/* Back to the beginning: the start's time, no accounts, as if nothing had happened. Whoever holds a
 * pointer to an account lets go of it when `on_reset` tells. */
void venue_reset(struct venue *venue);

/* The account of a key pair: opens one where that is allowed. NULL with a refusal (401) when the
 * secret is another than before, when no account opens itself, or when there are too many. */
struct account *venue_account(struct venue *venue, const char *key, const char *secret,
                              struct refusal *refusal);

/* Opens an account with that cash. NULL when the key is taken or there are too many. */
struct account *venue_open_account(struct venue *venue, const char *key, const char *secret,
                                   int64_t cash_e9);

#endif
