/* collect.h: from the records of a log, and the engine between two steps, to a snapshot.
 *
 * What happened comes from the records, in their order: prices, equity, trades, refusals. How
 * things stand comes from the engine when a frame is due. */
#ifndef MONITOR_COLLECT_H
#define MONITOR_COLLECT_H

#include "core/engine.h"
#include "market/calendar.h"
#include "market/instrument.h"
#include "monitor/snapshot.h"

/* The newest orders, found by id: what a fill's own record does not say. */
enum { COLLECT_ORDERS = 256 };

struct collect_order {
    uint64_t id;
    bool buys;
    uint16_t book;
    int64_t price_e9; /* its limit, else its stop price; 0: neither */
};

struct collect {
    struct snapshot snapshot;
    enum calendar_id calendar; /* whose sessions the view tells of */
    const struct engine *engine;
    bool session_known;
    struct collect_order orders[COLLECT_ORDERS];
};

/* `engine` and `instruments` are borrowed; the names are copied. */
void collect_init(struct collect *collect, const struct engine *engine,
                  const struct instrument *instruments, uint32_t instrument_count,
                  enum calendar_id calendar);

/* Takes a record of the log; any kind. */
void collect_record(struct collect *collect, const struct event *record);

/* Fills in how the engine stands. */
void collect_engine(struct collect *collect);

#endif
