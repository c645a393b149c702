/* market.h: what the market of the served exchange has shown up to now: last quotes, trades and
 * bars, and the day so far. Nothing here tells what is still to come, though the data holds it. */
#ifndef VENUE_MARKET_H
#define VENUE_MARKET_H

#include <stdbool.h>
#include <stdint.h>

#include "data/bars.h"
#include "market/calendar.h"
#include "market/event.h"

/* A day of trading, or what there is of it so far. */
struct market_day {
    struct event_bar bar; /* of regular hours; open_e9 0: nothing yet */
    int64_t bar_count;    /* bars in it */
    int32_t date;         /* in New York, days since 1970-01-01 */
};

/* Records of one symbol and one kind, by time; also those of the future. */
struct record_list {
    const struct event **items;
    uint64_t count;
};

struct market_symbol {
    struct event quote; /* the last one; kind EVENT_NONE: none yet, or none today */
    struct event trade; /* the last one; where the data has none, the close of the last bar */
    struct event bar;   /* the last finished one; kind EVENT_NONE: none yet */
    struct market_day today;
    struct market_day yesterday;
    struct record_list bars; /* of the data; market_bars() tells which of them are finished */
    struct record_list quotes;
    struct record_list trades;
    bool halted; /* by fault script: nothing trades */
};

/* What of an instrument is not as it is for most; all false for an ordinary one. */
struct market_asset {
    bool inactive;
    bool not_tradable;
    bool not_shortable;
    bool not_fractionable;
};

struct market {
    const struct bars *data;
    enum calendar_id calendar;
    int64_t now_ns;
    struct market_symbol *symbols;     /* data->instrument_count */
    const struct market_asset *assets; /* as many; NULL: all are ordinary */
    const struct event **memory;
};

/* A market that has shown nothing yet, over a data set that outlives it. */
void market_init(struct market *market, const struct bars *data, enum calendar_id calendar);
void market_finish(struct market *market);

/* Shows a slice, or as much of one as lies at one instant; sets now. */
void market_show(struct market *market, const struct slice *slice);

/* How many of a list end at or before a moment. */
uint64_t record_list_until(const struct record_list *list, int64_t ts_ns);

/* A split, before the first slice of its day: what the market last showed, in new shares. The bars
 * of the past stay as they were. */
void market_split(struct market *market, const struct event *action);

/* The finished bars of an instrument, oldest first: those that end at or before now. */
uint64_t market_bars(const struct market *market, uint32_t instrument,
                     const struct event *const **bars);

/* The price that a position is valued and a market order is judged at: the last trade, else the
 * last close; 0 when the symbol has not traded yet. */
int64_t market_price_e9(const struct market *market, uint32_t instrument);

/* The side of the last quote that a buyer or a seller would trade at; without quotes the price. */
int64_t market_side_e9(const struct market *market, uint32_t instrument, bool buys);

/* The close of the last day before today; 0 when there was none. */
int64_t market_previous_close_e9(const struct market *market, uint32_t instrument);

/* The id of a symbol; false when the data does not hold it. Symbols are case-sensitive. */
bool market_find(const struct market *market, const char *symbol, uint32_t *instrument);

/* What an instrument is. */
struct market_asset market_asset(const struct market *market, uint32_t instrument);

/* Whether the regular session is open now; and whether any session is (early or late trading). */
bool market_is_open(const struct market *market);
bool market_is_extended(const struct market *market);

#endif
