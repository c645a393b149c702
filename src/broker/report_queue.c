#include "broker/report_queue.h"

#include <stdlib.h>

#include "sys/memory.h"

enum { CAPACITY_FIRST = 64 };

void report_queue_finish(struct report_queue *queue)
{
    free(queue->events);
    *queue = (struct report_queue){0};
}

void report_queue_add(struct report_queue *queue, const struct event *event)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? CAPACITY_FIRST : 2 * queue->capacity;
        queue->events = xrealloc(queue->events, queue->capacity * sizeof *queue->events);
    }
    struct event *place = &queue->events[queue->count++];
    *place = *event;
    place->version = 1;
    place->slots = 1;
}

const struct event *report_queue_next(struct report_queue *queue)
{
    if (report_queue_is_empty(queue)) {
        queue->first = 0;
        queue->count = 0;
        return NULL;
    }
    return &queue->events[queue->first++];
}
