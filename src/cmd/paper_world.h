/* paper_world.h: everything outside of a paper run, in one loop: the client, the broker and the
 * feed at Alpaca, or at an exchange served in its shapes; and whose time it is.
 *
 * The time is the machine's, as it goes on since the start (sys/run_clock.h): where the machine's
 * clock was set, or the machine slept, entries are shut until everything at the broker was read
 * anew (reliability T4, R2). Where the exchange's operator's face is given, it is the exchange's:
 * then the exchange takes its next step only when this side has nothing left to do, and every
 * wait, deadline and back-off is in its time (settled.md: parity over sockets). */
#ifndef CMD_PAPER_WORLD_H
#define CMD_PAPER_WORLD_H

#include "alpaca/client.h"
#include "alpaca/wire.h"
#include "config/config.h"
#include "driver/driver.h"
#include "driver/world.h"
#include "net/loop.h"
#include "sys/run_clock.h"

struct paper_plan {
    struct loop *loop; /* NULL: one of its own */
    struct client_addresses addresses;
    struct client_keys keys;
    const char *ca_file; /* NULL: the system's */
    const char
        *admin_url;   /* the operator's face of a served exchange, whose time it is; else NULL */
    const char *feed; /* "iex", "sip" */
    uint32_t stream_symbols;
    unsigned requests_per_minute;
    const struct run_config *config;
    const struct instrument *instruments; /* borrowed */
    uint32_t instrument_count;
    int64_t bar_ns;
    int64_t (*utc_ns)(void *context); /* whose clock instead of the machine's, for measurements */
    void *utc_context;
    int64_t (*read_clock)(void *context, enum machine_clock clock); /* as in sys/run_clock.h */
    void *read_clock_context;
    bool busy_poll;      /* by the machine's time: never sleeps */
    bool own_time;       /* a served exchange that goes at the clock's speed, at another time: its
                            time is asked for once, and is the run's */
    bool until_close;    /* the run ends when the session has closed */
    bool by_bars;        /* the exchange's orders meet bars, and nothing between two of them */
    int64_t patience_ns; /* stepping: how long a request may hang before time goes on; 0: 50 ms */
    /* The account's number is known, and nothing else was asked for yet: whether it may be traded
     * from here. May be NULL. */
    enum err (*claim)(void *context, const struct wire_account *account, struct problem *problem);
    void *claim_context;
    void (*say)(void *context, const char *what, const char *text); /* may be NULL */
    void *say_context;
};

struct paper_world;

/* Connects and reads clock, account and assets: what is wrong with keys, hosts, account or symbols
 * is said before anything is opened. ERR_REFUSED: keys, a blocked account; ERR_NOT_FOUND: a symbol;
 * ERR_IO: nobody answers. */
enum err paper_world_open(const struct paper_plan *plan, struct paper_world **world,
                          struct problem *problem);
void paper_world_close(struct paper_world *world);

/* The account as it was read. */
const struct wire_account *paper_world_account(const struct paper_world *world);

/* Whether nothing is under way: no request without an answer, no connection being made. Once it has
 * met its driver. */
bool paper_world_is_idle(const struct paper_world *world);

/* Begins broker and feed for an engine whose state is that of its log; the driver's world from then
 * on. `tag`: in the orders' names. */
enum err paper_world_meet(struct paper_world *world, struct driver *driver, const char *tag,
                          struct problem *problem);

/* What the driver sees: broker, feed, clock. For tests that look at what passes. */
struct driver_world *paper_world_outside(struct paper_world *world);

/* Messages of the exchange that came: answers, and what the streams brought. */
uint64_t paper_world_messages(const struct paper_world *world);

#endif
