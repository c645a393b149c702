/* run_clock.c: see run_clock.h. */
#include "sys/run_clock.h"

#include <stdlib.h>

#include "base/utc.h"
#include "sys/clock.h"

/* Between two comparisons: what is looked at each turn is one clock, not three. */
#define COMPARE_NS (100 * NS_PER_MS)

#define JUMP_NS   (1 * NS_PER_S)
#define STOOD_NS  (10 * NS_PER_S)
#define FOLLOW_NS (60 * NS_PER_S) /* as far as it may be from the broker's at the start */

/* A process that stands still between two readings makes one time of two. */
#define APART_NS (100 * NS_PER_MS)

enum { SLOWLY = 20, READINGS_MAX = 4 };

static int64_t read_clock(const struct run_clock *clock, enum machine_clock which)
{
    if (clock->read != NULL) {
        return clock->read(clock->context, which);
    }
    switch (which) {
    case MACHINE_WALL:
        return clock_utc_ns();
    case MACHINE_BOOT:
        return clock_boot_ns();
    case MACHINE_MONO:
        return clock_mono_ns();
    }
    return 0;
}

static struct machine_times read_all(const struct run_clock *clock)
{
    struct machine_times times;
    int64_t after_ns = read_clock(clock, MACHINE_BOOT);
    unsigned readings = 0;
    do {
        times.boot_ns = after_ns;
        times.mono_ns = read_clock(clock, MACHINE_MONO);
        times.wall_ns = read_clock(clock, MACHINE_WALL);
        after_ns = read_clock(clock, MACHINE_BOOT);
    } while (after_ns - times.boot_ns > APART_NS && ++readings < READINGS_MAX);
    return times;
}

/* The run's time at that moment: what has passed, and a little of what the wall clock differs by.
 */
static int64_t time_at(const struct run_clock *clock, int64_t boot_ns)
{
    int64_t passed_ns = boot_ns - clock->seen.boot_ns;
    int64_t most_ns = passed_ns / SLOWLY;
    int64_t follow_ns = llabs(clock->lead_ns) > FOLLOW_NS ? 0 : clock->lead_ns;
    follow_ns = follow_ns > most_ns ? most_ns : follow_ns < -most_ns ? -most_ns : follow_ns;
    return clock->then_ns + passed_ns + follow_ns;
}

static struct clock_jump judge(const struct machine_times *before, const struct machine_times *now)
{
    int64_t passed_ns = now->boot_ns - before->boot_ns;
    int64_t slept_ns = passed_ns - (now->mono_ns - before->mono_ns);
    int64_t set_ns = now->wall_ns - before->wall_ns - passed_ns;
    if (slept_ns > JUMP_NS) {
        return (struct clock_jump){CLOCK_JUMP_SLEPT, slept_ns};
    }
    if (llabs(set_ns) > JUMP_NS) {
        return (struct clock_jump){CLOCK_JUMP_SET, set_ns};
    }
    if (passed_ns > STOOD_NS) {
        return (struct clock_jump){CLOCK_JUMP_STOOD, passed_ns};
    }
    return (struct clock_jump){CLOCK_JUMP_NONE, 0};
}

void run_clock_begin(struct run_clock *clock,
                     int64_t (*read)(void *context, enum machine_clock clock), void *context)
{
    *clock = (struct run_clock){.read = read, .context = context};
    clock->seen = read_all(clock);
    clock->then_ns = clock->seen.wall_ns;
}

int64_t run_clock_read(struct run_clock *clock, struct clock_jump *jump)
{
    int64_t boot_ns = read_clock(clock, MACHINE_BOOT);
    *jump = (struct clock_jump){CLOCK_JUMP_NONE, 0};
    if (boot_ns - clock->seen.boot_ns < COMPARE_NS) {
        return time_at(clock, boot_ns);
    }
    struct machine_times times = read_all(clock);
    int64_t now_ns = time_at(clock, times.boot_ns);
    *jump = judge(&clock->seen, &times);
    clock->seen = times;
    clock->then_ns = now_ns;
    clock->lead_ns = times.wall_ns - now_ns;
    return now_ns;
}

int64_t run_clock_behind_ns(const struct run_clock *clock)
{
    return clock->lead_ns > FOLLOW_NS ? clock->lead_ns : 0;
}

void run_clock_believe(struct run_clock *clock, struct clock_jump *jump)
{
    *jump = (struct clock_jump){CLOCK_JUMP_NONE, 0};
    if (clock->lead_ns > 0) {
        *jump = (struct clock_jump){CLOCK_JUMP_SLEPT, clock->lead_ns};
        clock->then_ns += clock->lead_ns;
        clock->lead_ns = 0;
    }
}
