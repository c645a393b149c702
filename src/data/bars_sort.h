/* bars_sort.h: records into the order of bars.h: by ts_ns, then by bars_rank(). */
#ifndef DATA_BARS_SORT_H
#define DATA_BARS_SORT_H

#include <stdint.h>

#include "market/event.h"

/* The order of one instant: quotes, trades, bars, each by instrument, which is below 2^16. */
#define BARS_RANK_QUOTE 0
#define BARS_RANK_TRADE 0x10000
#define BARS_RANK_BAR   0x20000

static inline uint32_t bars_rank(const struct event *record)
{
    uint32_t kind = record->kind == EVENT_BAR          ? BARS_RANK_BAR
                    : record->kind == EVENT_TRADE_TICK ? BARS_RANK_TRADE
                                                       : BARS_RANK_QUOTE;
    return kind | record->instrument;
}

/* A sorted copy of `count` > 0 records, aligned to 64 bytes; the caller free()s it. Instruments are
 * below INSTRUMENTS_MAX. Records that are equal in both keep their order. */
struct event *bars_sorted(const struct event *records, uint64_t count);

#endif
