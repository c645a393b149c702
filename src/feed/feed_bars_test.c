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
    cr_assert_eq(slice->end.ts_ns, slice->bars->ts_ns);
    cr_assert_eq(slice->end.src_ns, slice->end.ts_ns);
    cr_assert_eq(slice->end.kind, EVENT_SLICE_END);
    cr_assert_eq(slice->end.version, 1);
    cr_assert_eq(slice->end.slots, 1);
    cr_assert_eq(slice->end.flags, 0);
    cr_assert_eq(slice->end.instrument, INSTRUMENT_NONE);
    cr_assert_eq(slice->end.slice_end.slice, ordinal);
    cr_assert_eq(slice->end.slice_end.expected, symbols);
    cr_assert_eq(slice->end.slice_end.seen, symbols);
}

Test(feed_bars, gives_every_slice_once_in_order)
{
    static const uint32_t symbols[] = {1, 2, 50};
    for (size_t i = 0; i < 3; i++) {
        struct bars bars;
        workload_create(1000, 42, symbols[i], &bars);
        struct feed *feed = feed_bars_create(&bars);
        cr_assert_eq(feed->slice_count, 1000);
        const struct slice *slice;
        uint64_t ordinal = 0;
        for (; (slice = feed_next(feed)) != NULL; ordinal++) {
            expect_slice(slice, &bars, ordinal, symbols[i]);
        }
        cr_assert_eq(ordinal, 1000);
        cr_assert_null(feed_next(feed), "the end stays the end");
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
            const struct slice *slice = feed_next(feed);
            bool more = slice != NULL;
            cr_assert_eq(more, ordinals[o] < 1000);
            if (more) {
                expect_slice(slice, &bars, ordinals[o], symbols[i]);
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
        const struct slice *slice = feed_next(feed);
        cr_assert_not_null(slice);
        cr_assert_eq(slice->count, counts[i]);
        cr_assert_eq(slice->end.ts_ns, (int64_t)(i + 1) * NS_PER_MIN);
    }
    feed->ops->seek(feed, 2);
    const struct slice *last = feed_next(feed);
    cr_assert_not_null(last);
    cr_assert_eq(last->bars, &records[3]);
    cr_assert_null(feed_next(feed));
    feed->ops->destroy(feed);
}
