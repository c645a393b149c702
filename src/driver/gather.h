/* gather.h: from the bars and ticks of a log, one by one, back to slices. */
#ifndef DRIVER_GATHER_H
#define DRIVER_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "market/event.h"

/* Begin with a zeroed one. */
struct gather {
    struct slice slice;
    bool whole;
};

/* Takes a BAR, a tick or a SLICE_END; the slice once it is whole, until the next call, else NULL.
 * The records of a slice lie side by side in the log: they were written as one step. */
static inline const struct slice *gather_slice(struct gather *gather, const struct event *record)
{
    struct slice *slice = &gather->slice;
    if (gather->whole) {
        *gather = (struct gather){0};
    }
    if (record->kind == EVENT_SLICE_END) {
        slice->bars = slice->bars == NULL ? record : slice->bars; /* a slice of nothing */
        slice_from_end(slice, record);
        gather->whole = true;
        return slice;
    }
    if (event_is_tick(record->kind)) {
        slice->tick_count++;
        slice->bars = record + 1;
        return NULL;
    }
    if (slice->count == 0) {
        slice->bars = record;
    }
    slice->count++;
    return NULL;
}

#endif
