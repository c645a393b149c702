/* latency.h: how long what comes in takes on its way through a live run, in histograms that cost a
 * few nanoseconds a sample and never grow.
 *
 *   message came -> decided -> logged, durable where the run syncs -> handed to the broker's port
 *                                                     -> accepted or rejected -> first fill
 *
 * A histogram is log-linear: 16 buckets for each power of two from 1 ns to 137 s. A quantile is the
 * upper bound of its bucket, at most 6.25 % above the sample that it stands for and never below it.
 * Stamps are of the monotonic clock; nothing that is decided depends on them. */
#ifndef DRIVER_LATENCY_H
#define DRIVER_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine.h"
#include "market/event.h"

/* ---- histograms ---- */

enum {
    HISTOGRAM_PER_POWER = 16,
    HISTOGRAM_POWERS = 37, /* 2^37 ns are 137 s; what is longer counts in the last bucket */
    HISTOGRAM_BUCKETS = HISTOGRAM_PER_POWER * (HISTOGRAM_POWERS - 3),
};

/* All zero: empty. */
struct histogram {
    uint64_t count;
    uint64_t sum_ns;
    int64_t min_ns;
    int64_t max_ns;
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* A sample; below 0 it counts as 0. */
void histogram_add(struct histogram *histogram, int64_t ns);

/* What `ppm` millionths of the samples do not exceed; 0 when there are none. */
int64_t histogram_quantile_ns(const struct histogram *histogram, uint32_t ppm);

/* ---- the stages of a live run ---- */

#define LATENCY_STAGE_LIST(X)                                                                      \
    X(DECIDE, "decide", "from a message's receipt to the engine's answer")                         \
    X(LOG, "log", "from the answer to the log, durable where the run syncs")                       \
    X(SEND, "send", "from the log to the broker's port, of steps that send")                       \
    X(TOTAL, "total", "from the receipt to the broker's port, of steps that send")                 \
    X(ACK, "ack", "from an order's sending to the broker's yes or no")                             \
    X(FILL, "fill", "from an order's sending to its first fill")

enum latency_stage {
#define X(name, text, meaning) LATENCY_##name,
    LATENCY_STAGE_LIST(X)
#undef X
        LATENCY_STAGE_COUNT
};

/* "decide", and what it measures. */
const char *latency_stage_text(enum latency_stage stage);
const char *latency_stage_meaning(enum latency_stage stage);

/* Orders whose answers are waited for at once; beyond that the oldest are left out. */
enum { LATENCY_ORDERS_MAX = 256 };

struct latency {
    struct histogram stages[LATENCY_STAGE_COUNT];
    int64_t began_ns; /* the world's last turn ... */
    int64_t turn_ns;  /* ... ended then: the receipt of what has no stamp of that turn */
    struct latency_order {
        uint64_t order_id; /* 0: none */
        int64_t sent_ns;
        bool answered;
        bool rests; /* protection that waits for its price: when it fills says nothing */
    } orders[LATENCY_ORDERS_MAX]; /* a ring */
    uint64_t sent;                /* how many there were */
};

/* The stamps of the step at hand. */
struct latency_step {
    int64_t received_ns;
    int64_t decided_ns;
    int64_t logged_ns;
};

/* A step begins with what came at `received_ns`; a stamp older than the last turn (or 0) is of
 * something else: what a timer brings came when the turn ended. */
struct latency_step latency_begin(const struct latency *latency, int64_t received_ns);

/* What the broker says of an order that was sent: begun with the stamp of its receipt. */
void latency_take_report(struct latency *latency, const struct latency_step *step,
                         const struct event *report);

/* The step is over, unless it was never begun (all zero); `sent_ns` is when its requests had been
 * handed over. */
void latency_end(struct latency *latency, const struct latency_step *step,
                 const struct output *output, int64_t sent_ns);

#endif
