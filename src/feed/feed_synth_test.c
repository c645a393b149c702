/* feed_synth_test.c: the feed gives what the synthetic market makes, from any slice on. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "feed/feed.h"

enum { FIRST_DAY = 19724 }; /* 2024-01-02 */

struct setting {
    struct synth_plan plan;
    struct synth_symbol *symbols;
    struct synth_session *sessions;
    struct bars bars;
};

static void setting_init(struct setting *setting, uint32_t sessions, int64_t bar_ns)
{
    setting->symbols = synth_symbols_first(7, SYNTH_CAST_COUNT);
    setting->sessions = synth_sessions(FIRST_DAY, sessions);
    setting->plan = (struct synth_plan){
        7, setting->symbols, SYNTH_CAST_COUNT, setting->sessions, sessions, bar_ns};
    synth_bars_create(&setting->plan, &setting->bars);
}

static void setting_finish(struct setting *setting)
{
    bars_finish(&setting->bars);
    free(setting->symbols);
    free(setting->sessions);
}

/* Every slice from `first` on against the bars of the whole market. */
static void expect_rest(struct feed *feed, const struct bars *bars, uint64_t first)
{
    struct feed *stored = feed_bars_create(bars);
    stored->ops->seek(stored, first);
    struct slice want;
    struct slice got;
    uint64_t slices = first;
    while (feed_next(stored, &want)) {
        cr_assert(feed_next(feed, &got), "slice %llu is missing", (unsigned long long)slices);
        cr_assert_eq(got.ordinal, want.ordinal);
        cr_assert_eq(got.count, want.count);
        cr_assert_eq(got.expected, want.expected);
        cr_assert_eq(got.ts_ns, want.ts_ns);
        cr_assert_eq(memcmp(got.bars, want.bars, got.count * sizeof *got.bars), 0, "slice %llu",
                     (unsigned long long)slices);
        slices++;
    }
    cr_assert_not(feed_next(feed, &got), "there is more than the market has");
    cr_assert_not(feed_ready(feed), "and stays at its end");
    cr_assert_eq(slices, bars->slice_count);
    stored->ops->destroy(stored);
}

Test(feed_synth, gives_the_bars_of_the_market_slice_by_slice)
{
    static const int64_t lengths[] = {NS_PER_MIN, NS_PER_HOUR, NS_PER_DAY};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct setting setting;
        setting_init(&setting, 3, lengths[i]);
        struct feed *feed = feed_synth_create(&setting.plan);
        cr_assert_eq(feed->slice_count, setting.bars.slice_count);
        expect_rest(feed, &setting.bars, 0);
        feed->ops->destroy(feed);
        setting_finish(&setting);
    }
}

Test(feed_synth, goes_to_any_slice_forwards_and_backwards)
{
    static const uint64_t targets[] = {0, 1, 15, 16, 17, 389, 390, 779, 780, 400, 3};
    struct setting setting;
    setting_init(&setting, 2, NS_PER_MIN);
    struct feed *feed = feed_synth_create(&setting.plan);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        feed->ops->seek(feed, targets[i]);
        expect_rest(feed, &setting.bars, targets[i]);
    }
    feed->ops->destroy(feed);
    setting_finish(&setting);
}

Test(feed_synth, keeps_its_own_copy_of_the_plan)
{
    struct setting setting;
    setting_init(&setting, 1, NS_PER_MIN);
    struct feed *feed = feed_synth_create(&setting.plan);
    memset(setting.symbols, 0, SYNTH_CAST_COUNT * sizeof *setting.symbols);
    memset(setting.sessions, 0, sizeof *setting.sessions);
    feed->ops->seek(feed, 20);
    feed->ops->seek(feed, 2); /* begins again */
    expect_rest(feed, &setting.bars, 2);
    feed->ops->destroy(feed);
    setting_finish(&setting);
}
