/* latency.c: see latency.h. A value's bucket follows from its highest bit and the four bits below
 * it, as in a floating-point number. */
#include "driver/latency.h"

#include <stddef.h>

#include "base/check.h"
#include "market/order.h"

/* ---- histograms ---- */

/* 2^4: the values below have a bucket each. */
enum { EXACT_BITS = 4 };

static uint32_t bucket_of(uint64_t ns)
{
    if (ns < HISTOGRAM_PER_POWER) {
        return (uint32_t)ns;
    }
    uint32_t power = 63 - (uint32_t)__builtin_clzll(ns);
    uint32_t part = (uint32_t)(ns >> (power - EXACT_BITS)) - HISTOGRAM_PER_POWER;
    uint32_t bucket = (power - EXACT_BITS + 1) * HISTOGRAM_PER_POWER + part;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The largest value of a bucket. */
static int64_t bucket_end(uint32_t bucket)
{
    if (bucket < HISTOGRAM_PER_POWER) {
        return bucket;
    }
    uint32_t shift = bucket / HISTOGRAM_PER_POWER - 1;
    int64_t part = bucket % HISTOGRAM_PER_POWER + HISTOGRAM_PER_POWER;
    return ((part + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, int64_t ns)
{
    ns = ns < 0 ? 0 : ns;
    if (histogram->count == 0 || ns < histogram->min_ns) {
        histogram->min_ns = ns;
    }
    if (ns > histogram->max_ns) {
        histogram->max_ns = ns;
    }
    histogram->count++;
    histogram->sum_ns += (uint64_t)ns;
    histogram->buckets[bucket_of((uint64_t)ns)]++;
}

int64_t histogram_quantile_ns(const struct histogram *histogram, uint32_t ppm)
{
    CHECK(ppm <= 1000000);
    /* The rank, rounded up, without overflow before 2^44 samples. */
    uint64_t rank = (histogram->count * ppm + 999999) / 1000000;
    uint64_t seen = 0;
    for (uint32_t i = 0; i + 1 < HISTOGRAM_BUCKETS && histogram->count > 0; i++) {
        seen += histogram->buckets[i];
        if (seen >= rank && seen > 0) {
            int64_t end_ns = bucket_end(i);
            return end_ns < histogram->max_ns ? end_ns : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

/* ---- the stages ---- */

const char *latency_stage_text(enum latency_stage stage)
{
    static const char *const texts[] = {
#define X(name, text, meaning) text,
        LATENCY_STAGE_LIST(X)
#undef X
    };
    return texts[stage];
}

const char *latency_stage_meaning(enum latency_stage stage)
{
    static const char *const meanings[] = {
#define X(name, text, meaning) meaning,
        LATENCY_STAGE_LIST(X)
#undef X
    };
    return meanings[stage];
}

struct latency_step latency_begin(const struct latency *latency, int64_t received_ns)
{
    bool fresh = received_ns >= latency->began_ns && received_ns != 0;
    return (struct latency_step){.received_ns = fresh ? received_ns : latency->turn_ns};
}

/* The newest of that id: an order that is replaced has a new one. */
static struct latency_order *find_order(struct latency *latency, uint64_t order_id)
{
    for (uint64_t n = latency->sent; n > 0 && latency->sent - n < LATENCY_ORDERS_MAX; n--) {
        struct latency_order *order = &latency->orders[(n - 1) % LATENCY_ORDERS_MAX];
        if (order->order_id == order_id) {
            return order;
        }
    }
    return NULL;
}

void latency_take_report(struct latency *latency, const struct latency_step *step,
                         const struct event *report)
{
    bool answer = report->kind == EVENT_ACCEPTED || report->kind == EVENT_REJECTED;
    if (!answer && report->kind != EVENT_FILL) {
        return;
    }
    struct latency_order *order = find_order(latency, report->report.order_id);
    if (order == NULL) {
        return;
    }
    int64_t took_ns = step->received_ns - order->sent_ns;
    if (answer && !order->answered) {
        histogram_add(&latency->stages[LATENCY_ACK], took_ns);
        order->answered = true;
    }
    if (report->kind == EVENT_FILL && !order->rests) {
        histogram_add(&latency->stages[LATENCY_FILL], took_ns);
    }
    if (report->kind != EVENT_ACCEPTED) {
        order->order_id = 0; /* the first fill or the refusal: no more is waited for */
    }
}

static void note_order(struct latency *latency, const struct event *order, int64_t sent_ns)
{
    uint8_t role = event_order_role(order);
    latency->orders[latency->sent++ % LATENCY_ORDERS_MAX] =
        (struct latency_order){.order_id = order->order.order_id,
                               .sent_ns = sent_ns,
                               .rests = role == ORDER_ROLE_TARGET || role == ORDER_ROLE_STOP};
}

void latency_end(struct latency *latency, const struct latency_step *step,
                 const struct output *output, int64_t sent_ns)
{
    struct histogram *stages = latency->stages;
    if (step->received_ns == 0) {
        return;
    }
    histogram_add(&stages[LATENCY_DECIDE], step->decided_ns - step->received_ns);
    histogram_add(&stages[LATENCY_LOG], step->logged_ns - step->decided_ns);
    if (output->send_count == 0) {
        return;
    }
    histogram_add(&stages[LATENCY_SEND], sent_ns - step->logged_ns);
    histogram_add(&stages[LATENCY_TOTAL], sent_ns - step->received_ns);
    for (uint32_t i = 0; i < output->send_count; i++) {
        const struct event *order = &output->sends[i]->head;
        if (order->order.action != ORDER_ACTION_CANCEL) {
            note_order(latency, order, sent_ns);
        }
    }
}
