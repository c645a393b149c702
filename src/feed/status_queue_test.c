/* status_queue_test.c: nothing is lost, nothing is told twice, and the last word always comes. */
#include "feed/status_queue.h"

#include <criterion/criterion.h>

enum { MANY = 3 * STATUS_QUEUE_MAX };

static void expect_next(struct status_queue *queue, uint32_t instrument, bool begins, int64_t ts_ns)
{
    const struct event *event = status_queue_next(queue);
    bool of_all = instrument == INSTRUMENT_NONE;
    cr_assert_not_null(event);
    cr_expect_eq(event->kind, EVENT_STATUS);
    cr_expect_eq(event->version, 1);
    cr_expect_eq(event->slots, 1);
    cr_expect_eq(event->flags, of_all ? STATUS_MARKET_DATA : STATUS_HALTED);
    cr_expect_eq(event->instrument, instrument);
    cr_expect_eq(event->status.begins, begins ? 1 : 0);
    cr_expect_eq(event->src_ns, ts_ns);
}

Test(status_queue, tells_every_change_in_order_and_no_other)
{
    struct status_queue queue;
    status_queue_init(&queue, 3);
    cr_expect_null(status_queue_next(&queue));
    cr_expect_not(status_queue_put(&queue, 1, false, 5), "it trades already");
    cr_expect(status_queue_put(&queue, 1, true, 10));
    cr_expect(status_queue_put(&queue, INSTRUMENT_NONE, true, 11));
    cr_expect_not(status_queue_put(&queue, 1, true, 12), "it is halted already");
    cr_expect_eq(status_queue_subject(&queue, 1)->since_ns, 12);
    cr_expect(status_queue_put(&queue, 1, false, 13));
    cr_expect(status_queue_put(&queue, 2, true, 14));
    expect_next(&queue, 1, true, 10);
    expect_next(&queue, INSTRUMENT_NONE, true, 11);
    expect_next(&queue, 1, false, 13);
    cr_expect(status_queue_put(&queue, 1, true, 15));
    expect_next(&queue, 2, true, 14);
    expect_next(&queue, 1, true, 15);
    cr_expect_null(status_queue_next(&queue));
    status_queue_finish(&queue);
}

Test(status_queue, what_an_earlier_process_told_is_not_told_again_but_ends)
{
    struct status_queue queue;
    status_queue_init(&queue, 2);
    status_queue_restore(&queue, 1, 100);
    status_queue_restore(&queue, INSTRUMENT_NONE, 100);
    cr_expect_null(status_queue_next(&queue));
    cr_expect_not(status_queue_put(&queue, 1, true, 110));
    cr_expect(status_queue_put(&queue, 1, false, 120));
    cr_expect(status_queue_put(&queue, INSTRUMENT_NONE, false, 130));
    expect_next(&queue, 1, false, 120);
    expect_next(&queue, INSTRUMENT_NONE, false, 130);
    status_queue_finish(&queue);
}

/* More change than fit: each change up to the brim, then of each what it has come to. */
Test(status_queue, a_full_queue_loses_no_last_word)
{
    struct status_queue queue;
    bool told[MANY] = {false};
    uint32_t given = 0;
    const struct event *event;
    status_queue_init(&queue, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        cr_assert(status_queue_put(&queue, i, true, i + 1));
    }
    for (uint32_t i = 0; i < MANY; i += 5) {
        cr_assert(status_queue_put(&queue, i, false, MANY + i)); /* heard of, and over */
    }
    cr_assert(status_queue_put(&queue, INSTRUMENT_NONE, true, 7));
    for (uint32_t i = 0; i < STATUS_QUEUE_MAX; i++) {
        expect_next(&queue, i, true, i + 1);
        told[i] = true;
    }
    bool old = false;
    while ((event = status_queue_next(&queue)) != NULL) {
        bool *of = event->instrument == INSTRUMENT_NONE ? &old : &told[event->instrument];
        cr_assert_neq(*of, event->status.begins != 0, "told twice");
        *of = event->status.begins != 0;
        given++;
    }
    for (uint32_t i = 0; i < MANY; i++) {
        cr_expect_eq(told[i], i % 5 != 0, "instrument %u", i);
    }
    cr_expect(old);
    /* Those behind the brim that stand, those before it that ended, and the data. */
    cr_expect_eq(given, 2 * STATUS_QUEUE_MAX - 26 + 13 + 1, "%u", given);
    cr_expect(status_queue_put(&queue, 0, true, 1000));
    expect_next(&queue, 0, true, 1000);
    cr_expect_null(status_queue_next(&queue));
    status_queue_finish(&queue);
}
