/* clock_test.c: clocks run forward and sleeping ends no earlier than asked. */
#include "sys/clock.h"

#include <criterion/criterion.h>
#include <time.h>

Test(clock, monotonic_and_processor_time_never_step_back)
{
    int64_t mono_ns = clock_mono_ns();
    int64_t boot_ns = clock_boot_ns();
    int64_t cpu_ns = clock_cpu_ns();
    cr_expect_geq(boot_ns, mono_ns, "suspended time counts as well");
    for (int i = 0; i < 100000; i++) {
        int64_t next_mono_ns = clock_mono_ns();
        int64_t next_boot_ns = clock_boot_ns();
        int64_t next_cpu_ns = clock_cpu_ns();
        cr_assert(next_mono_ns >= mono_ns && next_boot_ns >= boot_ns && next_cpu_ns >= cpu_ns);
        mono_ns = next_mono_ns;
        boot_ns = next_boot_ns;
        cpu_ns = next_cpu_ns;
    }
}

Test(clock, utc_is_the_systems_time)
{
    int64_t before_s = (int64_t)time(NULL);
    int64_t now_ns = clock_utc_ns();
    int64_t after_s = (int64_t)time(NULL);
    /* time() reads a coarser clock, which may lag by a tick. */
    cr_expect(now_ns / 1000000000 >= before_s && now_ns / 1000000000 <= after_s + 1);
}

Test(clock, sleeping_lasts_until_the_moment_asked_for)
{
    int64_t until_ns = clock_mono_ns() + 20000000;
    clock_sleep_until(until_ns);
    cr_expect_geq(clock_mono_ns(), until_ns);
    int64_t cpu_ns = clock_cpu_ns();
    clock_sleep_until(clock_mono_ns() + 20000000);
    cr_expect_lt(clock_cpu_ns() - cpu_ns, 15000000, "sleeping takes no processor time");
    clock_sleep_until(0); /* the past: at once */
}
