#include "venue/pace.h"

#include "base/money.h"
#include "sys/clock.h"

void pace_start(struct pace *pace, struct venue *venue, int64_t speed_e9, int64_t wall_ns)
{
    pace->venue = venue;
    pace_set(pace, speed_e9, wall_ns);
}

void pace_set(struct pace *pace, int64_t speed_e9, int64_t wall_ns)
{
    pace->speed_e9 = speed_e9;
    pace_rebase(pace, wall_ns);
}

void pace_rebase(struct pace *pace, int64_t wall_ns)
{
    pace->origin_ns = pace->venue->now_ns;
    pace->origin_wall = wall_ns;
}

/* Slices up to the target, as many as the time allows; true when all of them came. */
static bool catch_up(struct pace *pace, int64_t target_ns, int64_t stop_ns)
{
    int64_t ts_ns;
    while (tape_peek(pace->venue->tape, &ts_ns) && ts_ns <= target_ns) {
        (void)venue_step(pace->venue);
        if (clock_mono_ns() >= stop_ns) {
            return false;
        }
    }
    return true;
}

void pace_follow(struct pace *pace, int64_t wall_ns, int64_t max_ns)
{
    if (pace->speed_e9 == 0) {
        return;
    }
    int64_t stop_ns = wall_ns + max_ns;
    if (pace->speed_e9 == PACE_MAX) {
        (void)catch_up(pace, INT64_MAX, stop_ns);
        return;
    }
    int64_t passed_ns;
    int64_t target_ns;
    if (money_mul_div(wall_ns - pace->origin_wall, pace->speed_e9, MONEY_E9, ROUND_DOWN,
                      &passed_ns) != ERR_OK ||
        money_add(pace->origin_ns, passed_ns, &target_ns) != ERR_OK) {
        target_ns = INT64_MAX;
    }
    if (catch_up(pace, target_ns, stop_ns) && target_ns > pace->venue->now_ns &&
        target_ns < INT64_MAX) {
        venue_advance(pace->venue, target_ns);
    }
}
