/* pace_test.c: when a market moment is due, at a speed that changes and a market that stands. */
#include "driver/pace.h"

#include <criterion/criterion.h>

#include "base/utc.h"

#define START (1000 * NS_PER_S) /* of both clocks, for convenience */

static struct pace begun(double speed)
{
    struct pace pace = {.speed = speed};
    cr_assert_leq(pace_due(&pace, START, START), START);
    pace_reach(&pace, START, START);
    return pace;
}

Test(pace, a_minute_at_sixty_takes_a_second)
{
    struct pace pace = begun(60);
    cr_expect_eq(pace_due(&pace, START + NS_PER_MIN, START), START + NS_PER_S);
    pace_reach(&pace, START + NS_PER_MIN, START + NS_PER_S + 5 * NS_PER_MS); /* woken late */
    cr_expect_eq(pace_due(&pace, START + 2 * NS_PER_MIN, START + NS_PER_S), START + 2 * NS_PER_S,
                 "being late a little does not add up");
}

Test(pace, no_speed_means_at_once)
{
    struct pace pace = begun(0);
    cr_expect_eq(pace_due(&pace, START + NS_PER_DAY, START), INT64_MIN);
}

Test(pace, a_gap_is_passed_over)
{
    struct pace pace = begun(60);
    pace.gap_max_ns = 2 * NS_PER_MIN;
    cr_expect_eq(pace_due(&pace, START + NS_PER_DAY, START), START + 2 * NS_PER_S);
}

Test(pace, what_was_waited_counts_at_another_speed)
{
    struct pace pace = begun(60);
    int64_t half = START + NS_PER_S / 2;
    pace_set_speed(&pace, 30, half); /* half a minute is left, at half the speed */
    cr_expect_eq(pace_due(&pace, START + NS_PER_MIN, half), half + NS_PER_S);
    pace_set_speed(&pace, 0, half);
    cr_expect_eq(pace_due(&pace, START + NS_PER_MIN, half), INT64_MIN);
    pace_set_speed(&pace, 60, half); /* from nothing: a whole step */
    cr_expect_eq(pace_due(&pace, START + NS_PER_MIN, half), half + NS_PER_S);
}

Test(pace, a_held_market_goes_on_where_it_stood)
{
    struct pace pace = begun(60);
    pace_hold(&pace, true, START + NS_PER_S / 4);
    cr_expect_eq(pace_due(&pace, START + NS_PER_MIN, START + 9 * NS_PER_S), INT64_MAX);
    pace_hold(&pace, false, START + 10 * NS_PER_S);
    cr_expect_eq(pace_due(&pace, START + NS_PER_MIN, START + 10 * NS_PER_S),
                 START + 10 * NS_PER_S + 3 * NS_PER_S / 4);
}

Test(pace, who_was_away_does_not_run_to_catch_up)
{
    struct pace pace = begun(60);
    int64_t late = START + 100 * NS_PER_S;
    pace_reach(&pace, START + NS_PER_MIN, late);
    cr_expect_eq(pace_due(&pace, START + 2 * NS_PER_MIN, late), late + NS_PER_S);
}

Test(pace, a_market_held_before_it_began_waits_for_nothing_twice)
{
    struct pace pace = {.speed = 60};
    pace_hold(&pace, true, START);
    cr_expect_eq(pace_due(&pace, START, START + NS_PER_S), INT64_MAX);
    pace_hold(&pace, false, START + 5 * NS_PER_S);
    cr_expect_eq(pace_due(&pace, START, START + 5 * NS_PER_S), START + 5 * NS_PER_S);
}
