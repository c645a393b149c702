/* market_wire.h: Alpaca's market data to events: the minute bar of a stream without a detour, and
 * everything else from a tree. */
#ifndef ALPACA_MARKET_WIRE_H
#define ALPACA_MARKET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "market/event.h"
#include "net/tree.h"

/* One element of a data message: T, S and t, and what of it we trade on. */
enum market_word {
    MARKET_WORD_OTHER,    /* quiet kinds and words that we do not know: passed over */
    MARKET_WORD_BAR,      /* b: a finished minute */
    MARKET_WORD_LATE_BAR, /* u: the same minute once more */
    MARKET_WORD_DAY_BAR,  /* d */
    MARKET_WORD_QUOTE,
    MARKET_WORD_TRADE,
    MARKET_WORD_STATUS,     /* s: halted or trading */
    MARKET_WORD_CORRECTION, /* c, x: a trade was corrected or taken back */
    MARKET_WORD_CONTROL,    /* success, subscription, error */
};

enum { MARKET_STATUS_SIZE = 12 };

struct market_message {
    enum market_word word;
    const char *symbol; /* not NUL-ended; valid as long as the bytes or the tree */
    size_t symbol_length;
    int64_t ts_ns;      /* `t`: of a bar its start */
    struct event event; /* BAR, QUOTE or TRADE_TICK with its payload; ts_ns, src_ns = `t`;
                           INSTRUMENT_NONE; shares that are no whole number are cut off */
    bool halted;        /* of STATUS, as the next two */
    bool unknown;       /* it may mean anything: taken for halted */
    char
        status[MARKET_STATUS_SIZE]; /* its code, cut off, with `?` for what is no letter or digit */
    int64_t error_code;             /* of CONTROL; 0: no error */
};

/* An array of nothing but `b` elements, read straight from its bytes in one pass: `take` is called
 * for each. False, with nothing taken or some: it is anything else, or not well formed; then the
 * caller reads it as a tree, which takes what is there, those once more. Strict enough that what it
 * takes the tree would read the same; of a message with one bar all or nothing is taken. */
bool market_read_bars(const char *bytes, size_t length,
                      void (*take)(void *context, const struct market_message *message),
                      void *context);

/* An element of a data message as a tree. ERR_FORMAT: a kind that we know without what it needs, or
 * with numbers that cannot be. What really comes and no event can say becomes OTHER: a crossed
 * quote, a trade of less than a share, a status that is known to say neither halted nor trading. */
enum err market_read(const struct node *element, struct market_message *out);

/* A bar, quote or trade of the REST answers ({"t":..,"o":..}); no T and S there. OTHER as above. */
enum err market_read_past(const struct node *node, enum market_word word,
                          struct market_message *out);

#endif
