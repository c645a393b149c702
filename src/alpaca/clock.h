/* clock.h: the time that a client of Alpaca lives by: the machine's, or that of a served exchange
 * which moves by steps. */
#ifndef ALPACA_CLOCK_H
#define ALPACA_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Whoever has it sets `now_ns` as time moves, before anything else hears of that moment. */
struct alpaca_clock {
    int64_t now_ns; /* UTC, for records and deadlines; never runs backwards */
    bool stepped;   /* the exchange's time: an event is received when it happens */
    bool offset;    /* a served exchange's time of its own: its Date header is the machine's */
};

#endif
