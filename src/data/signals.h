/* signals.h: reads signals made elsewhere, one JSON object on each line:
 *
 *   {"timestamp":"2019-02-11T14:35:00Z","symbol":"SPY","price":270.62,"qty":10,"side":"buy",
 *    "signal":"SMA crossover","action":"BUY","confidence":0.7,"expected_profit":0.001}
 *
 * `timestamp` (any form of time_text.h; naive ones are of the given zone) and `action` or `side`
 * (buy or sell in any case; where both stand, `action` is meant) are required. Without a symbol it
 * is SPY. price, qty, signal, confidence (0..1) and expected_profit (a fraction) may be left out;
 * other members are read over. */
#ifndef DATA_SIGNALS_H
#define DATA_SIGNALS_H

#include "data/local_zone.h"
#include "market/instrument.h"
#include "strategy/signals_file.h"
#include "sys/problem.h"

struct signals {
    struct signal_list list; /* for the strategy's `data`; valid until signals_finish() */
    uint32_t foreign;        /* signals of symbols that are none of the run's: left out */
    struct signal *memory;
};

/* Reads a file, plain or gzip, for a run over those instruments (in alphabetical order, as
 * bars_open() gives them). A line that is no signal refuses the file and is named. `zone` NULL: New
 * York. On success `*signals` is the caller's to signals_finish(). */
enum err signals_read(const char *path, const struct instrument *instruments,
                      uint32_t instrument_count, const struct local_zone *zone,
                      struct signals *signals, struct problem *problem);

/* The same from memory; `path` only names it. */
enum err signals_parse(const char *path, const char *text, size_t length,
                       const struct instrument *instruments, uint32_t instrument_count,
                       const struct local_zone *zone, struct signals *signals,
                       struct problem *problem);

/* Safe on a zeroed struct. */
void signals_finish(struct signals *signals);

#endif
