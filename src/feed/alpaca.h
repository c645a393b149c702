/* alpaca.h: Alpaca's market data as a live feed: the stream where it can, the past by REST for the
 * warm-up and for gaps, and polling every 60 s while the stream is down and for symbols that the
 * plan does not stream. */
#ifndef FEED_ALPACA_H
#define FEED_ALPACA_H

#include "alpaca/client.h"
#include "feed/live_feed.h"
#include "market/calendar.h"
#include "market/instrument.h"

struct alpaca_feed_plan {
    struct client *client; /* borrowed */
    const struct instrument *instruments;
    uint32_t instrument_count;
    int64_t bar_ns; /* of the run's bars: a minute or a multiple */
    enum calendar_id calendar;
    bool extended_hours;
    uint32_t warmup_bars;    /* of each instrument, fetched before the first live slice */
    uint32_t stream_symbols; /* as many as the plan allows; 0: 30 */
    const char *feed;        /* "iex", "sip" */
    int64_t wait_ns;         /* after a minute's end for its last bars; 0: 2 s, by steps: none */
    int64_t last_slice_ns;   /* the log's last slice: nothing at or before it is given again; 0 */
    uint64_t first_ordinal;  /* of the first slice: behind the log's last; 0 */
    uint64_t seed;
    const bool *halted; /* of each instrument, by the log; NULL: none. Read at the start only */
    bool stale;         /* the data are old, by the log */
    /* The stream is up again after it was not: whoever knows the account looks what happened
     * meanwhile (R2). May be NULL. */
    void (*came_back)(void *context);
    void *came_back_context;
    void (*say)(void *context, const char *what, const char *text); /* may be NULL */
    void *say_context;
};

struct alpaca_feed;

/* Begins to connect and to fetch the past at once. Everything that is borrowed outlives it. */
struct alpaca_feed *alpaca_feed_create(const struct alpaca_feed_plan *plan);
void alpaca_feed_destroy(struct alpaca_feed *feed);

/* The port. Slices of the warm-up, or of what was missed since last_slice_ns, come first and say so
 * (slice.past); they cause no decision. */
struct live_feed *alpaca_feed_port(struct alpaca_feed *feed);

/* No slice begins before this: of the warm-up's first possible bar, or of last_slice_ns. */
int64_t alpaca_feed_first_ns(const struct alpaca_feed *feed);

/* Nobody looked for a while, up to the clock's time of now: what the stream has not brought of it
 * is asked for, and waited for as if it had ended now. */
void alpaca_feed_slept(struct alpaca_feed *feed);

/* Whether nothing is under way: no request without an answer, no connection being made. */
bool alpaca_feed_is_idle(const struct alpaca_feed *feed);

/* Calls once when everything that the stream had sent has come; when it is down, too. */
void alpaca_feed_barrier(struct alpaca_feed *feed, void (*arrived)(void *context), void *context);

/* What became of bars, for people and tests. */
struct alpaca_feed_counts {
    uint64_t late;     /* came after their slice was given, and were left out */
    uint64_t changed;  /* were given with other numbers before */
    uint64_t bad;      /* could not be traded on, or not be read */
    uint64_t missed;   /* the stream did not bring them; found by asking */
    uint64_t restarts; /* of a stream that was silent */
};

struct alpaca_feed_counts alpaca_feed_counts(const struct alpaca_feed *feed);

#endif
