/* status_queue.h: what a feed has to tell of its market beside prices, until somebody asks: that
 * the data are old, and in which instruments trading is halted.
 *
 * Every change is told, in the order of the changes. What changes while the queue is full is not
 * told on its own: once it is empty, what then stands otherwise than it was told is, so that the
 * last word on each instrument always comes. */
#ifndef FEED_STATUS_QUEUE_H
#define FEED_STATUS_QUEUE_H

#include "market/event.h"

enum { STATUS_QUEUE_MAX = 64 };

/* Of one instrument, or of the data as a whole. */
struct status_subject {
    bool stands;      /* by what was heard last */
    bool queued;      /* by the last event that waits, or was given */
    int64_t since_ns; /* when it changed last, or was said to stand */
};

struct status_queue {
    struct status_subject *subjects; /* [instrument], and behind them the data */
    uint32_t instrument_count;
    struct event waiting[STATUS_QUEUE_MAX]; /* a ring */
    uint32_t first;
    uint32_t count;
    bool behind;        /* something stands otherwise than it was queued */
    struct event given; /* the last one */
};

void status_queue_init(struct status_queue *queue, uint32_t instrument_count);
void status_queue_finish(struct status_queue *queue);

/* It stands since ts_ns, and that is known to whoever asks: an earlier process has told it. */
void status_queue_restore(struct status_queue *queue, uint32_t instrument, int64_t ts_ns);

/* STATUS_HALTED of the instrument, or STATUS_MARKET_DATA of INSTRUMENT_NONE, begins or ends. False:
 * it was like that already, and is not told again. */
bool status_queue_put(struct status_queue *queue, uint32_t instrument, bool begins, int64_t ts_ns);

/* What was put last. */
const struct status_subject *status_queue_subject(const struct status_queue *queue,
                                                  uint32_t instrument);

/* The next EVENT_STATUS, valid until the next call; NULL: none waits. */
const struct event *status_queue_next(struct status_queue *queue);

#endif
