/* data_query.h: what the requests for market data have in common: symbols, range, order, page,
 * feed; and the vendor's words for what is wrong with them. */
#ifndef EXCHANGE_HTTP_DATA_QUERY_H
#define EXCHANGE_HTTP_DATA_QUERY_H

#include "base/utc.h"
#include "exchange_http/call.h"
#include "venue/adjustment.h"
#include "venue/timeframe.h"

/* The free plan sees consolidated data when it is older than this. */
#define DATA_DELAY_NS (15 * NS_PER_MIN)

enum data_feed {
    DATA_FEED_SIP,
    DATA_FEED_IEX,
    DATA_FEED_DELAYED_SIP,
    DATA_FEED_BOATS,     /* it, ... */
    DATA_FEED_OVERNIGHT, /* ... this ... */
    DATA_FEED_OTC,       /* ... and this have nothing: no such market is simulated */
};

/* Where a page ended. */
struct data_page {
    char symbol[SYMBOL_SIZE];
    int64_t ts_ns;
    uint32_t nth; /* items of that instant that were given */
};

struct data_query {
    uint32_t *instruments; /* known ones, by symbol, each once */
    uint32_t instrument_count;
    enum data_feed feed;
    int64_t until_ns;     /* nothing later is told */
    const char *currency; /* as it was asked for; NULL: it was not */

    /* of history */
    int64_t start_ns, end_ns; /* both included */
    bool descending;
    uint32_t limit;
    struct timeframe timeframe;
    unsigned adjustment;   /* ADJUST_ bits */
    struct data_page page; /* symbol "": the first one */
};

/* Reads a request for what is last, or for history. False with the answer written when something is
 * wrong; otherwise the caller ends it with data_query_finish(). A path argument is its one symbol.
 */
bool data_query_latest(struct call *call, struct data_query *query);
bool data_query_history(struct call *call, struct data_query *query);
void data_query_finish(struct data_query *query);

/* The timeframe and the adjustment of bars. */
bool data_query_bars(struct call *call, struct data_query *query);

/* An answer with a message alone, as this API sends it; returns false. */
bool data_fail(struct call *call, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The page's token for the next one, in base64: symbol, kind, time and count. */
void data_page_member(struct json_writer *json, const char *kind, const struct data_page *page);

#endif
