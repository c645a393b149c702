/* past_ticks.h: the quotes and trades of one symbol up to a moment, in either order: the data's
 * own, or where it has none and the venue makes them along its bars, the same ones made again. */
#ifndef VENUE_PAST_TICKS_H
#define VENUE_PAST_TICKS_H

#include "data/bar_ticks.h"
#include "venue/venue.h"

struct past_ticks {
    const struct venue *venue;
    uint32_t instrument;
    uint8_t kind; /* EVENT_QUOTE or EVENT_TRADE_TICK */
    bool descending;
    bool made;
    int64_t from_ns, to_ns;         /* both included */
    const struct record_list *list; /* the ticks; where they are made, the bars */
    uint64_t next;                  /* in the list; descending: the one behind it */
    uint32_t tick;                  /* of the bar; descending: the one behind it */
    uint32_t tick_count;
    struct bar_tick ticks[BAR_TICKS_MAX];
};

struct past_tick {
    struct event event;
    uint64_t id; /* of a trade: of this symbol no other has it */
};

/* Those in from_ns..to_ns that are not of the future: to_ns is at most now. */
void past_ticks_start(struct past_ticks *ticks, const struct venue *venue, uint32_t instrument,
                      uint8_t kind, int64_t from_ns, int64_t to_ns, bool descending);

/* The next one; false when there is no more. */
bool past_ticks_next(struct past_ticks *ticks, struct past_tick *out);

/* The last ones up to a moment. A market without trades has the close of its last bar instead.
 * False when there is none. */
bool past_quote(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                struct past_tick *out);
bool past_trade(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                struct past_tick *out);

/* The id of a trade of a slice. */
uint64_t trade_id(const struct bars *data, const struct event *trade);

#endif
