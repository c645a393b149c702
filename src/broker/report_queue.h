/* report_queue.h: what a broker has to say, first in, first out. */
#ifndef BROKER_REPORT_QUEUE_H
#define BROKER_REPORT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "market/event.h"

struct report_queue {
    struct event *events;
    size_t first; /* the oldest one that was not taken */
    size_t count;
    size_t capacity;
};

void report_queue_finish(struct report_queue *queue);

/* Copies the event; slots and version are filled in. */
void report_queue_add(struct report_queue *queue, const struct event *event);

/* The oldest, which is taken thereby; NULL: none. Valid until the next call of either. */
const struct event *report_queue_next(struct report_queue *queue);

static inline bool report_queue_is_empty(const struct report_queue *queue)
{
    return queue->first == queue->count;
}

#endif
