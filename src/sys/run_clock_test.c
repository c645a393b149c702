/* run_clock_test.c: whatever is done to the machine's clocks, a run's time goes on, never
 * backwards, and says what was done. No test sleeps: the clocks are made up. */
#include "sys/run_clock.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/utc.h"
#include "sys/clock.h"

#define START_NS (INT64_C(1700000000) * NS_PER_S)

static struct machine_times machine;
static int64_t stands_ns; /* the process stands still for so long before the wall clock is read */

static void pass(int64_t ns)
{
    machine.wall_ns += ns;
    machine.boot_ns += ns;
    machine.mono_ns += ns;
}

static int64_t read_machine(void *context, enum machine_clock clock)
{
    (void)context;
    switch (clock) {
    case MACHINE_WALL:
        pass(stands_ns);
        stands_ns = 0;
        return machine.wall_ns;
    case MACHINE_BOOT:
        return machine.boot_ns;
    case MACHINE_MONO:
        return machine.mono_ns;
    }
    return 0;
}

static void begin(struct run_clock *clock)
{
    machine = (struct machine_times){START_NS, 500 * NS_PER_S, 300 * NS_PER_S};
    stands_ns = 0;
    run_clock_begin(clock, read_machine, NULL);
}

/* The time after so long, with nothing out of the way. */
static int64_t go_on(struct run_clock *clock, int64_t ns)
{
    struct clock_jump jump;
    int64_t last_ns = 0;
    for (int64_t gone_ns = 0; gone_ns < ns; gone_ns += 50 * NS_PER_MS) {
        pass(50 * NS_PER_MS);
        int64_t now_ns = run_clock_read(clock, &jump);
        cr_assert_eq(jump.kind, CLOCK_JUMP_NONE);
        cr_assert(now_ns > last_ns);
        last_ns = now_ns;
    }
    return last_ns;
}

/* What is said of the last 100 ms, in which `wall_ns` was added to the wall clock. */
static struct clock_jump set_by(struct run_clock *clock, int64_t wall_ns)
{
    struct clock_jump jump;
    pass(100 * NS_PER_MS);
    machine.wall_ns += wall_ns;
    (void)run_clock_read(clock, &jump);
    return jump;
}

Test(run_clock, goes_with_the_machine)
{
    struct run_clock clock;
    begin(&clock);
    cr_expect_eq(go_on(&clock, NS_PER_HOUR), START_NS + NS_PER_HOUR);
    run_clock_begin(&clock, NULL, NULL);
    struct clock_jump jump;
    int64_t now_ns = run_clock_read(&clock, &jump);
    cr_expect_lt(llabs(now_ns - clock_utc_ns()), NS_PER_S, "the machine's own");
    cr_expect_eq(jump.kind, CLOCK_JUMP_NONE);
}

Test(run_clock, a_wall_clock_that_is_set_far_off_is_said_and_not_followed)
{
    static const int64_t sizes_ns[] = {-NS_PER_HOUR, NS_PER_DAY, -61 * NS_PER_S, 61 * NS_PER_S};
    for (size_t i = 0; i < sizeof sizes_ns / sizeof *sizes_ns; i++) {
        struct run_clock clock;
        begin(&clock);
        (void)go_on(&clock, NS_PER_S);
        struct clock_jump jump = set_by(&clock, sizes_ns[i]);
        cr_expect_eq(jump.kind, CLOCK_JUMP_SET);
        cr_expect_eq(jump.size_ns, sizes_ns[i]);
        int64_t now_ns = go_on(&clock, NS_PER_HOUR);
        cr_expect_eq(now_ns, START_NS + NS_PER_S + 100 * NS_PER_MS + NS_PER_HOUR);
    }
}

Test(run_clock, a_correction_is_followed_slowly)
{
    static const int64_t sizes_ns[] = {-30 * NS_PER_S, 30 * NS_PER_S, 900 * NS_PER_MS};
    for (size_t i = 0; i < sizeof sizes_ns / sizeof *sizes_ns; i++) {
        struct run_clock clock;
        int64_t sign = sizes_ns[i] < 0 ? -1 : 1;
        begin(&clock);
        (void)go_on(&clock, NS_PER_S);
        struct clock_jump jump = set_by(&clock, sizes_ns[i]);
        cr_expect_eq(jump.kind, llabs(sizes_ns[i]) > NS_PER_S ? CLOCK_JUMP_SET : CLOCK_JUMP_NONE,
                     "a second is none");
        int64_t right_ns = machine.wall_ns - sizes_ns[i]; /* as it would be */
        int64_t now_ns = go_on(&clock, 10 * NS_PER_S);
        cr_expect_eq(now_ns - right_ns, 10 * NS_PER_S + sign * 10 * NS_PER_S / 20);
        cr_expect_eq(go_on(&clock, 600 * NS_PER_S), machine.wall_ns);
    }
}

Test(run_clock, a_suspended_machine_has_lost_no_time)
{
    struct run_clock clock;
    begin(&clock);
    (void)go_on(&clock, NS_PER_S);
    machine.wall_ns += NS_PER_HOUR;
    machine.boot_ns += NS_PER_HOUR;
    struct clock_jump jump = set_by(&clock, 0);
    cr_expect_eq(jump.kind, CLOCK_JUMP_SLEPT);
    cr_expect_eq(jump.size_ns, NS_PER_HOUR);
    cr_expect_eq(go_on(&clock, NS_PER_S), machine.wall_ns);
}

Test(run_clock, a_process_that_stood_still_hears_of_it)
{
    struct run_clock clock;
    struct clock_jump jump;
    begin(&clock);
    pass(9 * NS_PER_S);
    (void)run_clock_read(&clock, &jump);
    cr_expect_eq(jump.kind, CLOCK_JUMP_NONE);
    pass(11 * NS_PER_S);
    cr_expect_eq(run_clock_read(&clock, &jump), START_NS + 20 * NS_PER_S);
    cr_expect_eq(jump.kind, CLOCK_JUMP_STOOD);
    cr_expect_eq(jump.size_ns, 11 * NS_PER_S);
}

/* Else the wall clock would seem to have been set, and to be set back the next time. */
Test(run_clock, a_process_that_stood_still_while_it_looked_is_not_taken_for_a_clock_that_was_set)
{
    struct run_clock clock;
    begin(&clock);
    (void)go_on(&clock, NS_PER_S);
    stands_ns = 5 * NS_PER_S;
    cr_expect_eq(set_by(&clock, 0).kind, CLOCK_JUMP_NONE);
    cr_expect_eq(set_by(&clock, 0).kind, CLOCK_JUMP_NONE);
    cr_expect_eq(go_on(&clock, NS_PER_S), machine.wall_ns);
}

Test(run_clock, a_pause_that_no_clock_saw_is_taken_when_it_is_confirmed)
{
    struct run_clock clock;
    struct clock_jump jump;
    begin(&clock);
    (void)go_on(&clock, NS_PER_S);
    (void)set_by(&clock, 30 * NS_PER_S);
    cr_expect_eq(run_clock_behind_ns(&clock), 0, "that is followed");
    begin(&clock);
    (void)set_by(&clock, NS_PER_HOUR);
    cr_expect_eq(run_clock_behind_ns(&clock), NS_PER_HOUR);
    run_clock_believe(&clock, &jump);
    cr_expect_eq(jump.kind, CLOCK_JUMP_SLEPT);
    cr_expect_eq(jump.size_ns, NS_PER_HOUR);
    cr_expect_eq(run_clock_behind_ns(&clock), 0);
    cr_expect_eq(go_on(&clock, NS_PER_S), machine.wall_ns);
    (void)set_by(&clock, -NS_PER_HOUR);
    run_clock_believe(&clock, &jump);
    cr_expect_eq(jump.kind, CLOCK_JUMP_NONE, "never backwards");
    cr_expect_eq(go_on(&clock, NS_PER_S), machine.wall_ns + NS_PER_HOUR);
}
