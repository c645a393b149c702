/* latency_test.c: quantiles against the sorted samples themselves, and what becomes of the stamps
 * of steps and orders. */
#include "driver/latency.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "market/order.h"
#include "sys/memory.h"

/* ---- histograms ---- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* As the head comment says: never below the sample of that rank, at most a sixteenth above. */
static void expect_quantiles(const struct histogram *histogram, int64_t *samples, size_t count)
{
    static const uint32_t ppms[] = {0, 1, 10000, 250000, 500000, 900000, 990000, 999000, 1000000};
    qsort(samples, count, sizeof *samples, by_size);
    for (size_t i = 0; i < sizeof ppms / sizeof ppms[0]; i++) {
        size_t rank = (size_t)((count * (uint64_t)ppms[i] + 999999) / 1000000);
        int64_t want = samples[rank > 0 ? rank - 1 : 0];
        int64_t got = histogram_quantile_ns(histogram, ppms[i]);
        cr_expect(got >= want && got <= want + want / 16, "%u ppm: %lld for %lld", ppms[i],
                  (long long)got, (long long)want);
    }
    cr_expect_eq(histogram->min_ns, samples[0]);
    cr_expect_eq(histogram->max_ns, samples[count - 1]);
}

Test(histogram, quantiles_are_those_of_the_samples)
{
    enum { COUNT = 20000 };
    static int64_t samples[COUNT];
    uint64_t state = 7;
    for (int powers = 1; powers <= 36; powers++) { /* samples up to 2^powers, small ones often */
        struct histogram histogram = {0};
        uint64_t sum_ns = 0;
        for (int i = 0; i < COUNT; i++) {
            int bits = 1 + (int)(next_random(&state) % (uint64_t)powers);
            samples[i] = (int64_t)(next_random(&state) >> (64 - bits));
            histogram_add(&histogram, samples[i]);
            sum_ns += (uint64_t)samples[i];
        }
        cr_expect_eq(histogram.count, COUNT);
        cr_expect_eq(histogram.sum_ns, sum_ns);
        expect_quantiles(&histogram, samples, COUNT);
    }
}

Test(histogram, every_single_value_stays_within_a_sixteenth)
{
    for (int64_t ns = 0; ns < INT64_C(1) << 37; ns += 1 + ns / 97) {
        struct histogram histogram = {0};
        histogram_add(&histogram, ns);
        histogram_add(&histogram, INT64_C(1) << 37); /* so that not the maximum bounds it */
        int64_t got = histogram_quantile_ns(&histogram, 500000);
        cr_assert(got >= ns && got <= ns + ns / 16, "%lld for %lld", (long long)got, (long long)ns);
    }
}

Test(histogram, the_ends)
{
    struct histogram histogram = {0};
    cr_expect_eq(histogram_quantile_ns(&histogram, 500000), 0, "nothing yet");
    histogram_add(&histogram, -5);
    cr_expect_eq(histogram_quantile_ns(&histogram, 1000000), 0);
    cr_expect_eq(histogram.min_ns, 0);
    histogram_add(&histogram, 3600 * NS_PER_S);
    histogram_add(&histogram, INT64_MAX);
    cr_expect_eq(histogram_quantile_ns(&histogram, 0), 0);
    cr_expect_eq(histogram_quantile_ns(&histogram, 1000000), INT64_MAX, "the maximum is exact");
    cr_expect_eq(histogram.count, 3);
}

/* ---- stages ---- */

static struct order_request request_of(uint64_t order_id, uint8_t action, uint8_t role)
{
    return (struct order_request){
        .head = {
                 .kind = EVENT_ORDER, .flags = role, .order = {.order_id = order_id, .action = action}}
    };
}

static struct event report_of(uint8_t kind, uint64_t order_id)
{
    return (struct event){.kind = kind, .report = {.order_id = order_id}};
}

static void send_one(struct latency *latency, int64_t at_ns, const struct order_request *request)
{
    struct output output = {.sends = &request, .send_count = 1};
    struct latency_step step = latency_begin(latency, at_ns);
    step.decided_ns = at_ns + 20;
    step.logged_ns = at_ns + 50;
    latency_end(latency, &step, &output, at_ns + 60);
}

static void report(struct latency *latency, int64_t at_ns, uint8_t kind, uint64_t order_id)
{
    struct latency_step step = latency_begin(latency, at_ns);
    struct event event = report_of(kind, order_id);
    latency_take_report(latency, &step, &event);
}

static void expect_stage(const struct latency *latency, enum latency_stage stage, uint64_t count,
                         uint64_t sum_ns)
{
    const struct histogram *histogram = &latency->stages[stage];
    cr_expect(histogram->count == count && histogram->sum_ns == sum_ns, "%s: %llu, %llu ns",
              latency_stage_text(stage), (unsigned long long)histogram->count,
              (unsigned long long)histogram->sum_ns);
}

Test(latency, a_step_has_its_stages_and_an_order_its_answers)
{
    struct latency *latency = xcalloc(1, sizeof *latency);
    struct output nothing = {0};
    struct latency_step step = latency_begin(latency, 1000);
    step.decided_ns = 1007;
    step.logged_ns = 1010;
    latency_end(latency, &step, &nothing, 1011);
    expect_stage(latency, LATENCY_DECIDE, 1, 7);
    expect_stage(latency, LATENCY_LOG, 1, 3);
    expect_stage(latency, LATENCY_SEND, 0, 0);
    latency_end(latency, &(struct latency_step){0}, &nothing, 1011); /* never begun */
    expect_stage(latency, LATENCY_LOG, 1, 3);
    struct order_request entry = request_of(77, ORDER_ACTION_SUBMIT, ORDER_ROLE_ENTRY);
    send_one(latency, 2000, &entry);
    expect_stage(latency, LATENCY_DECIDE, 2, 27);
    expect_stage(latency, LATENCY_SEND, 1, 10);
    expect_stage(latency, LATENCY_TOTAL, 1, 60);
    report(latency, 2160, EVENT_ACCEPTED, 77);
    report(latency, 2170, EVENT_ACCEPTED, 77); /* looked up once more: the first counts */
    report(latency, 2180, EVENT_ACCEPTED, 78);
    expect_stage(latency, LATENCY_ACK, 1, 100);
    report(latency, 2360, EVENT_FILL, 77);
    report(latency, 2460, EVENT_FILL, 77);
    expect_stage(latency, LATENCY_FILL, 1, 300);
    struct order_request refused = request_of(80, ORDER_ACTION_SUBMIT, ORDER_ROLE_EXIT);
    send_one(latency, 3000, &refused);
    report(latency, 3090, EVENT_REJECTED, 80);
    expect_stage(latency, LATENCY_ACK, 2, 130);
    free(latency);
}

Test(latency, cancels_and_protection_that_rests)
{
    struct latency *latency = xcalloc(1, sizeof *latency);
    struct order_request cancel = request_of(77, ORDER_ACTION_CANCEL, ORDER_ROLE_ENTRY);
    send_one(latency, 1000, &cancel);
    report(latency, 1070, EVENT_ACCEPTED, 77);
    expect_stage(latency, LATENCY_SEND, 1, 10);
    expect_stage(latency, LATENCY_ACK, 0, 0);
    struct order_request stop = request_of(79, ORDER_ACTION_REPLACE, ORDER_ROLE_STOP);
    send_one(latency, 2000, &stop);
    report(latency, 2080, EVENT_ACCEPTED, 79);
    report(latency, 9000, EVENT_FILL, 79);
    expect_stage(latency, LATENCY_ACK, 1, 20);
    expect_stage(latency, LATENCY_FILL, 0, 0);
    free(latency);
}

Test(latency, the_oldest_orders_are_left_out)
{
    struct latency *latency = xcalloc(1, sizeof *latency);
    for (uint64_t id = 1; id <= LATENCY_ORDERS_MAX + 1; id++) {
        struct order_request order = request_of(id, ORDER_ACTION_SUBMIT, ORDER_ROLE_ENTRY);
        send_one(latency, 1000, &order);
    }
    report(latency, 1061, EVENT_ACCEPTED, 1);
    expect_stage(latency, LATENCY_ACK, 0, 0);
    report(latency, 1061, EVENT_ACCEPTED, 2);
    report(latency, 1061, EVENT_ACCEPTED, LATENCY_ORDERS_MAX + 1);
    expect_stage(latency, LATENCY_ACK, 2, 2);
    free(latency);
}

Test(latency, a_stamp_from_before_the_turn_is_of_something_else)
{
    struct latency *latency = xcalloc(1, sizeof *latency);
    latency->began_ns = 500;
    latency->turn_ns = 900;
    cr_expect_eq(latency_begin(latency, 0).received_ns, 900);
    cr_expect_eq(latency_begin(latency, 499).received_ns, 900);
    cr_expect_eq(latency_begin(latency, 700).received_ns, 700);
    free(latency);
}
