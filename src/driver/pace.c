/* pace.c: see pace.h. */
#include "driver/pace.h"

#include "base/utc.h"

/* Wall time of a stretch of market time. */
static int64_t wall_ns(const struct pace *pace, int64_t market_ns)
{
    if (pace->gap_max_ns > 0 && market_ns > pace->gap_max_ns) {
        market_ns = pace->gap_max_ns;
    }
    double wall = (double)market_ns / pace->speed;
    return wall < (double)(INT64_MAX / 4) ? (int64_t)wall : INT64_MAX / 4;
}

int64_t pace_due(struct pace *pace, int64_t market_ns, int64_t now_ns)
{
    if (pace->mono_ns == 0) {
        pace->mono_ns = now_ns;
        pace->market_ns = market_ns;
    }
    if (pace->held) {
        return INT64_MAX;
    }
    if (!(pace->speed > 0)) {
        return INT64_MIN;
    }
    return pace->mono_ns + wall_ns(pace, market_ns - pace->market_ns);
}

void pace_reach(struct pace *pace, int64_t market_ns, int64_t now_ns)
{
    int64_t due_ns = pace_due(pace, market_ns, now_ns);
    bool on_time = due_ns != INT64_MIN && due_ns <= now_ns && now_ns - due_ns < NS_PER_S;
    pace->mono_ns = on_time ? due_ns : now_ns;
    pace->market_ns = market_ns;
}

void pace_set_speed(struct pace *pace, double speed, int64_t now_ns)
{
    if (pace->mono_ns != 0 && pace->speed > 0 && speed > 0) {
        int64_t at_ns = pace->held ? pace->held_ns : now_ns;
        double waited = (double)(at_ns - pace->mono_ns) * pace->speed / speed;
        pace->mono_ns = at_ns - (int64_t)waited;
    } else if (pace->mono_ns != 0) {
        pace->mono_ns = pace->held ? pace->held_ns : now_ns;
    }
    pace->speed = speed < PACE_SPEED_MAX ? speed : 0;
}

void pace_hold(struct pace *pace, bool held, int64_t now_ns)
{
    if (held && !pace->held) {
        pace->held_ns = now_ns;
    } else if (!held && pace->held && pace->mono_ns != 0) {
        /* Held before anything was paced, it has waited for nothing. */
        int64_t from_ns = pace->held_ns > pace->mono_ns ? pace->held_ns : pace->mono_ns;
        pace->mono_ns += now_ns - from_ns;
    }
    pace->held = held;
}
