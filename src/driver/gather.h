/* gather.h: from the bars of a log, one by one, back to slices. */
#ifndef DRIVER_GATHER_H
#define DRIVER_GATHER_H

#include <stdbool.h>

#include "market/event.h"

/* Takes a BAR or a SLICE_END; true when the slice is whole, until the next call. Begin with a
 * zeroed slice. The bars of a slice lie side by side in the log: they were written as one step. */
static inline bool gather_slice(struct slice *slice, const struct event *record)
{
    if (slice->end.kind == EVENT_SLICE_END) {
        *slice = (struct slice){0}; /* the one before was whole */
    }
    if (record->kind == EVENT_SLICE_END) {
        slice->end = *record;
        return true;
    }
    if (slice->count == 0) {
        slice->bars = record;
    }
    slice->count++;
    return false;
}

#endif
