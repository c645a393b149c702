/* bars_sort.h: records into the order of bars.h: by ts_ns, then by instrument. */
#ifndef DATA_BARS_SORT_H
#define DATA_BARS_SORT_H

#include <stdint.h>

#include "market/event.h"

/* A sorted copy of `count` > 0 records, aligned to 64 bytes; the caller free()s it. Instruments are
 * below INSTRUMENTS_MAX. Records that are equal in both keep their order. */
struct event *bars_sorted(const struct event *records, uint64_t count);

#endif
