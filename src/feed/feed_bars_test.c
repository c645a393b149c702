/* feed_bars_test.c: slices come in order, whole, and from any ordinal on. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/utc.h"
#include "data/workload.h"
#include "feed/feed.h"
#include "sys/memory.h"

static void expect_slice(const struct slice *slice, const struct bars *bars, uint64_t ordinal,
                         uint32_t symbols)
{
    cr_assert_eq(slice->count, symbols);
    cr_assert_eq(slice->bars, bars->records + ordinal * symbols);
    cr_assert_eq(slice->expected, symbols);
    cr_assert_eq(slice->ts_ns, slice->bars->ts_ns);
    cr_assert_eq(slice->ordinal, ordinal);
}

Test(feed_bars, gives_every_slice_once_in_order)
{
    static const uint32_t symbols[] = {1, 2, 50};
    for (size_t i = 0; i < 3; i++) {
        struct bars bars;
        workload_create(1000, 42, symbols[i], &bars);
        struct feed *feed = feed_bars_create(&bars);
        cr_assert_eq(feed->slice_count, 1000);
        struct slice slice;
        uint64_t ordinal = 0;
        for (; feed_next(feed, &slice); ordinal++) {
            expect_slice(&slice, &bars, ordinal, symbols[i]);
        }
        cr_assert_eq(ordinal, 1000);
        cr_assert_not(feed_next(feed, &slice), "the end stays the end");
        cr_assert_not(feed_ready(feed));
        feed->ops->destroy(feed);
        bars_finish(&bars);
    }
}

Test(feed_bars, seeks_forward_back_and_to_the_end)
{
    static const uint64_t ordinals[] = {0, 500, 501, 3, 999, 0, 1000, 12};
    static const uint32_t symbols[] = {1, 7};
    for (size_t i = 0; i < 2; i++) {
        struct bars bars;
        workload_create(1000, 42, symbols[i], &bars);
        struct feed *feed = feed_bars_create(&bars);
        for (size_t o = 0; o < sizeof ordinals / sizeof ordinals[0]; o++) {
            feed->ops->seek(feed, ordinals[o]);
            struct slice slice;
            bool more = feed_next(feed, &slice);
            cr_assert_eq(more, ordinals[o] < 1000);
            if (more) {
                expect_slice(&slice, &bars, ordinals[o], symbols[i]);
            }
        }
        feed->ops->destroy(feed);
        bars_finish(&bars);
    }
}

Test(feed_bars, slices_may_differ_in_size)
{
    /* Instruments 0 and 1 at minute 1, 1 alone at minute 2, 0 alone at minute 3. */
    static const struct {
        int64_t minute;
        uint32_t instrument;
    } rows[] = {
        {1, 0},
        {1, 1},
        {2, 1},
        {3, 0},
    };
    struct event records[4] = {0};
    for (size_t i = 0; i < 4; i++) {
        records[i] = (struct event){.ts_ns = rows[i].minute * NS_PER_MIN,
                                    .kind = EVENT_BAR,
                                    .instrument = rows[i].instrument};
    }
    struct bars bars = {.records = records, .count = 4, .slice_count = 3, .instrument_count = 2};
    struct feed *feed = feed_bars_create(&bars);
    static const uint32_t counts[] = {2, 1, 1};
    for (size_t i = 0; i < 3; i++) {
        struct slice slice;
        cr_assert(feed_next(feed, &slice));
        cr_assert_eq(slice.count, counts[i]);
        cr_assert_eq(slice.ts_ns, (int64_t)(i + 1) * NS_PER_MIN);
        cr_assert_eq(slice.ordinal, i);
    }
    feed->ops->seek(feed, 2);
    struct slice last;
    cr_assert(feed_next(feed, &last));
    cr_assert_eq(last.bars, &records[3]);
    cr_assert_eq(last.ordinal, 2);
    cr_assert_not(feed_next(feed, &last));
    feed->ops->destroy(feed);
}

/* Looking at the next slice takes nothing; skipping does. */
Test(feed_bars, peeks_without_taking)
{
    struct bars bars;
    workload_create(10, 42, 3, &bars);
    struct feed *feed = feed_bars_create(&bars);
    struct slice slice;
    for (int i = 0; i < 3; i++) {
        cr_assert(feed_peek(feed, &slice));
        expect_slice(&slice, &bars, 0, 3);
    }
    feed_skip(feed, bars.records + 4 * 3, 4);
    cr_assert(feed_peek(feed, &slice));
    expect_slice(&slice, &bars, 4, 3);
    cr_assert(feed_next(feed, &slice));
    expect_slice(&slice, &bars, 4, 3);
    cr_assert(feed_next(feed, &slice));
    expect_slice(&slice, &bars, 5, 3);
    feed->ops->destroy(feed);
    bars_finish(&bars);
}

/* ---- feeds that bring more ---- */

/* A data set that comes in pieces of some slices. */
struct piecewise {
    struct feed feed; /* first */
    const struct bars *bars;
    uint64_t slices; /* of a piece */
    uint64_t asked;
};

static bool piecewise_more(struct feed *feed)
{
    struct piecewise *self = (struct piecewise *)feed;
    uint64_t symbols = self->bars->instrument_count;
    uint64_t there = (uint64_t)(feed->end - self->bars->records);
    uint64_t left = self->bars->count - there;
    uint64_t more = self->slices * symbols < left ? self->slices * symbols : left;
    self->asked++;
    feed->end += more;
    return more > 0;
}

static const struct feed_ops piecewise_ops = {.more = piecewise_more};

Test(feed, is_asked_for_more_only_when_it_is_used_up)
{
    static const uint64_t pieces[] = {1, 2, 7, 1000};
    struct bars bars;
    workload_create(20, 42, 3, &bars);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct piecewise self = {
            .feed = {.ops = &piecewise_ops, .next = bars.records, .end = bars.records},
            .bars = &bars,
            .slices = pieces[i]
        };
        struct slice slice;
        for (uint64_t ordinal = 0; ordinal < 20; ordinal++) {
            cr_assert(feed_ready(&self.feed));
            cr_assert(feed_ready(&self.feed), "ready is ready");
            cr_assert(feed_next(&self.feed, &slice));
            expect_slice(&slice, &bars, ordinal, 3);
            cr_assert_eq(self.asked, ordinal / pieces[i] + 1);
        }
        cr_assert_not(feed_next(&self.feed, &slice));
    }
    bars_finish(&bars);
}
