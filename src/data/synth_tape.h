/* synth_tape.h: one symbol's tape in the synthetic market: from its price to bid and ask, trades,
 * volume and bars. */
#ifndef DATA_SYNTH_TAPE_H
#define DATA_SYNTH_TAPE_H

#include <stdbool.h>

#include "data/synth_factor.h"
#include "data/synth_symbols.h"
#include "market/event.h"

struct synth_quote {
    int64_t bid_e9, ask_e9;     /* bid < ask, both whole cents */
    int64_t bid_size, ask_size; /* whole shares, round lots */
};

struct synth_tape {
    uint64_t seed;
    struct synth_symbol symbol;
    struct synth_random sides, volumes;
    double price;     /* what it is worth: between bid and ask */
    double spread;    /* in dollars, of a calm minute */
    double busy_x;    /* log-volume of the session, apart from volatility: from day to day */
    double news;      /* log-volume of this session for a large move over night */
    double minute_r;  /* moved in this minute */
    double deviation; /* expected in this minute */
    double heat;      /* deviation over the one of a usual minute at this time of day */
    int64_t bid_ticks, ask_ticks, last_ticks;
    struct event_bar bar; /* being made, in ticks; volume 0 and open 0: nothing yet */
};

void synth_tape_start(struct synth_tape *tape, const struct synth_symbol *symbol, uint64_t seed);

/* A new session, at a price moved by `r` where `night` was its usual deviation. */
void synth_tape_open(struct synth_tape *tape, double r, double night);

/* A new minute: `deviation` is expected of it, `usual` at this time of day in the long run. Its
 * first trade is at the price as it stands. */
void synth_tape_minute(struct synth_tape *tape, double deviation, double usual);

/* One inner step of log return `r`, and a trade. */
void synth_tape_step(struct synth_tape *tape, double r);

/* The end of a minute: its volume. */
void synth_tape_minute_end(struct synth_tape *tape, double since, double left);

/* The bar made since the last call, in e9. */
struct event_bar synth_tape_bar(struct synth_tape *tape);

/* Bid and ask as they stand; ts_ns is now. */
struct synth_quote synth_tape_quote(const struct synth_tape *tape, int64_t ts_ns);

#endif
