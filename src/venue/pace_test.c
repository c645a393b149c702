/* pace_test.c: the venue's time beside a wall clock that is written here by hand. */
#include <criterion/criterion.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/clock.h"
#include "venue/pace.h"

enum { BARS = 100 };

static struct event records[BARS];
static const struct instrument instruments[1] = {{"SPY"}};

/* A bar a second, from second 1 on. */
static struct bars make_bars(void)
{
    for (int64_t i = 0; i < BARS; i++) {
        records[i] = (struct event){
            .ts_ns = (i + 1) * NS_PER_S,
            .src_ns = i * NS_PER_S,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .bar = {MONEY_E9, MONEY_E9, MONEY_E9, MONEY_E9, 10}
        };
    }
    return (struct bars){.records = records,
                         .count = BARS,
                         .slice_count = BARS,
                         .instruments = instruments,
                         .instrument_count = 1,
                         .bar_ns = NS_PER_S};
}

static struct venue *open_venue(const struct bars *bars)
{
    const struct venue_plan plan = {
        .data = bars,
        .calendar = CALENDAR_ALWAYS,
        .exchange = {.orders_max = 4, .cash_e9 = MONEY_E9},
        .accounts_max = 1
    };
    return venue_create(&plan);
}

Test(pace, follows_the_wall_clock)
{
    struct bars bars = make_bars();
    struct venue *venue = open_venue(&bars);
    struct pace pace;
    int64_t wall_ns = clock_mono_ns();
    pace_start(&pace, venue, 2 * MONEY_E9, wall_ns);
    pace_follow(&pace, wall_ns + 1600 * NS_PER_MS, INT64_C(1) << 60);
    cr_assert_eq(venue->now_ns, 3200 * NS_PER_MS);
    cr_assert_eq(venue->market.symbols[0].bar.ts_ns, 3 * NS_PER_S);
    pace_set(&pace, 0, wall_ns + 1600 * NS_PER_MS);
    pace_follow(&pace, wall_ns + 9 * NS_PER_S, INT64_C(1) << 60);
    cr_assert_eq(venue->now_ns, 3200 * NS_PER_MS);
    venue_advance(venue, 10 * NS_PER_S); /* by hand */
    pace_set(&pace, MONEY_E9, wall_ns + 9 * NS_PER_S);
    pace_follow(&pace, wall_ns + 10 * NS_PER_S, INT64_C(1) << 60);
    cr_assert_eq(venue->now_ns, 11 * NS_PER_S);
    venue_destroy(venue);
}

Test(pace, comes_to_the_end_as_fast_as_it_goes)
{
    struct bars bars = make_bars();
    struct venue *venue = open_venue(&bars);
    struct pace pace;
    int64_t wall_ns = clock_mono_ns();
    pace_start(&pace, venue, PACE_MAX, wall_ns);
    pace_follow(&pace, wall_ns, INT64_C(1) << 60);
    cr_assert_eq(venue->now_ns, BARS * NS_PER_S);
    pace_follow(&pace, wall_ns, INT64_C(1) << 60);
    cr_assert_eq(venue->now_ns, BARS * NS_PER_S);
    venue_destroy(venue);
}

Test(pace, works_no_longer_than_it_may)
{
    struct bars bars = make_bars();
    struct venue *venue = open_venue(&bars);
    struct pace pace;
    int64_t wall_ns = clock_mono_ns();
    pace_start(&pace, venue, 1000 * MONEY_E9, wall_ns - NS_PER_S);
    pace_follow(&pace, wall_ns, 0);
    cr_assert_eq(venue->now_ns, NS_PER_S); /* one slice, then the time was over */
    pace_follow(&pace, wall_ns, INT64_C(1) << 60);
    cr_assert_eq(venue->now_ns, 1000 * NS_PER_S);
    cr_assert(venue->ended);
    venue_destroy(venue);
}
