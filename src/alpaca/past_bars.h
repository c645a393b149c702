/* past_bars.h: bars of the past by GET /v2/stocks/bars, page after page until there is no further
 * one. A page that fails, is cut or is not what it should be is asked for again, after a while: it
 * never counts as "no data". Nothing of a page is handed on before all of its frame has been read.
 */
#ifndef ALPACA_PAST_BARS_H
#define ALPACA_PAST_BARS_H

#include "alpaca/client.h"
#include "alpaca/market_wire.h"

struct past_bars;

struct past_bars_end {
    bool whole;              /* every page came */
    enum client_class class; /* else: of the answer that ended it */
    const char *why;         /* in a few words; valid during the call */
};

struct past_bars_plan {
    struct client *client;  /* borrowed */
    const char *symbols;    /* "AAPL,MSFT"; copied, as all texts here */
    const char *timeframe;  /* "1Min", "1Day" */
    const char *feed;       /* "iex"; NULL: the best that the account has */
    const char *adjustment; /* NULL: "raw" */
    int64_t from_ns, to_ns; /* of the starts of bars, both included */
    const char *page_token; /* where to go on; NULL: at the beginning */
    uint32_t tries;         /* of one page; 0: for ever */
    uint64_t seed;          /* of the waits */
    void *context;
    /* A bar; NULL for one that cannot be read. */
    void (*bar)(void *context, const char *symbol, const struct market_message *message);
    /* All bars of a page were handed on; `next` asks for the following one, NULL: it was the last.
     * May be NULL. */
    void (*page)(void *context, const char *next);
    /* A page did not come and is asked for again. May be NULL. */
    void (*failed)(void *context, const char *why);
    /* Last, exactly once, and nothing is touched behind it: the owner may destroy it there. The
     * keys or the request were refused, or the tries are used up, unless it is whole. */
    void (*ended)(void *context, const struct past_bars_end *end);
};

/* Asks for the first page at once. */
struct past_bars *past_bars_create(const struct past_bars_plan *plan);

/* No callback comes any more. NULL is fine. */
void past_bars_destroy(struct past_bars *past);

/* When past_bars_on_time() wants to be called, by the client's clock; INT64_MAX: never. */
int64_t past_bars_deadline_ns(const struct past_bars *past);
void past_bars_on_time(struct past_bars *past, int64_t now_ns);

#endif
