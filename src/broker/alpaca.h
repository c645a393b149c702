/* alpaca.h: an account at Alpaca as a broker: sends each order once, finds out what became of it
 * whatever is lost on the way, and proves by polling what the stream only hints at.
 *
 * An order is known by its client id, a function of ours. It is sent once; an answer that does not
 * come is looked up, never repeated (O4 to O7). Executions count by their order's cumulative
 * quantity, so that stream, answers, polls and activities may tell the same in any order and any
 * number of times (O10). Entries stay shut until everything at the broker is known (R3). */
#ifndef BROKER_ALPACA_H
#define BROKER_ALPACA_H

#include "alpaca/client.h"
#include "broker/broker.h"
#include "market/instrument.h"

struct alpaca_plan {
    struct client *client;                /* borrowed */
    const struct instrument *instruments; /* borrowed */
    uint32_t instrument_count;
    const struct engine *engine; /* read: which orders it takes for working, what it holds */
    const char *tag;             /* in client ids: 1..16 of [a-z0-9] */
    uint64_t seed;
    bool by_bars; /* orders meet bars, and nothing between two of them: entries that are filled in
                     part are left to the engine, which looks at them with each bar */
    bool watches_calendar; /* its sessions are held against ours, every hour */
    /* The broker's words about an order, an alarm, a difference: for messages.jsonl; may be NULL.
     */
    void (*say)(void *context, const char *what, const char *text);
    void *say_context;
};

struct alpaca;

/* Begins to connect and to reconcile at once; from the engine's state, so after a fold. */
struct alpaca *alpaca_create(const struct alpaca_plan *plan);
void alpaca_destroy(struct alpaca *alpaca);

/* The port. */
struct broker *alpaca_broker(struct alpaca *alpaca);

/* Whether nothing is under way: no request without an answer and none about to be sent. What waits
 * for a time, such as the next look-up of an order, is not under way: deadline_ns() has it. */
bool alpaca_is_idle(const struct alpaca *alpaca);

/* Calls once when everything that the trading stream had sent has come. */
void alpaca_barrier(struct alpaca *alpaca, void (*arrived)(void *context), void *context);

/* What happened meanwhile is not known: the clock was set, or another stream was lost. A full round
 * at once, and entries stay shut until it is whole (R2). */
void alpaca_lost_sight(struct alpaca *alpaca);

/* Nobody listened for a while: the machine was suspended, or the process stood still. The same, and
 * the stream is connected anew: what says that it is up may be a connection that the other side has
 * forgotten. */
void alpaca_slept(struct alpaca *alpaca);

/* The account as it was read first; `number` is "" until then. */
const struct wire_account *alpaca_account(const struct alpaca *alpaca);

#endif
