/* status_queue.c: see status_queue.h. */
#include "feed/status_queue.h"

#include <stdlib.h>

#include "base/check.h"
#include "sys/memory.h"

void status_queue_init(struct status_queue *queue, uint32_t instrument_count)
{
    *queue = (struct status_queue){.instrument_count = instrument_count};
    queue->subjects = xcalloc((size_t)instrument_count + 1, sizeof *queue->subjects);
}

void status_queue_finish(struct status_queue *queue)
{
    free(queue->subjects);
}

static struct status_subject *subject_of(const struct status_queue *queue, uint32_t instrument)
{
    CHECK(instrument < queue->instrument_count || instrument == INSTRUMENT_NONE);
    return &queue->subjects[instrument == INSTRUMENT_NONE ? queue->instrument_count : instrument];
}

const struct status_subject *status_queue_subject(const struct status_queue *queue,
                                                  uint32_t instrument)
{
    return subject_of(queue, instrument);
}

void status_queue_restore(struct status_queue *queue, uint32_t instrument, int64_t ts_ns)
{
    *subject_of(queue, instrument) = (struct status_subject){true, true, ts_ns};
}

static void add(struct status_queue *queue, uint32_t instrument)
{
    struct status_subject *subject = subject_of(queue, instrument);
    bool of_all = instrument == INSTRUMENT_NONE;
    subject->queued = subject->stands;
    queue->waiting[(queue->first + queue->count++) % STATUS_QUEUE_MAX] =
        (struct event){.src_ns = subject->since_ns,
                       .kind = EVENT_STATUS,
                       .version = 1,
                       .slots = 1,
                       .flags = of_all ? STATUS_MARKET_DATA : STATUS_HALTED,
                       .instrument = instrument,
                       .status = {.begins = subject->stands ? 1 : 0}};
}

bool status_queue_put(struct status_queue *queue, uint32_t instrument, bool begins, int64_t ts_ns)
{
    struct status_subject *subject = subject_of(queue, instrument);
    bool same = subject->stands == begins;
    if (!same || begins) {
        subject->since_ns = ts_ns;
    }
    if (same) {
        return false;
    }
    subject->stands = begins;
    if (queue->behind || queue->count == STATUS_QUEUE_MAX) {
        queue->behind = true;
    } else {
        add(queue, instrument);
    }
    return true;
}

/* The queue is empty: what was not queued is, as it stands now. */
static void catch_up(struct status_queue *queue)
{
    queue->behind = false;
    for (uint32_t i = 0; i <= queue->instrument_count; i++) {
        bool differs = queue->subjects[i].stands != queue->subjects[i].queued;
        if (differs && queue->count == STATUS_QUEUE_MAX) {
            queue->behind = true;
            return;
        }
        if (differs) {
            add(queue, i == queue->instrument_count ? INSTRUMENT_NONE : i);
        }
    }
}

const struct event *status_queue_next(struct status_queue *queue)
{
    if (queue->count == 0 && queue->behind) {
        catch_up(queue);
    }
    if (queue->count == 0) {
        return NULL;
    }
    queue->given = queue->waiting[queue->first];
    queue->first = (queue->first + 1) % STATUS_QUEUE_MAX;
    queue->count--;
    return &queue->given;
}
