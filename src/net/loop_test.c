/* loop_test.c: timers, signals, the end. */
#include "net/loop.h"

#include <criterion/criterion.h>
#include <signal.h>

#include "base/utc.h"
#include "sys/clock.h"

static struct loop *loop;
static int count;

static void add_one(void *context)
{
    count++;
    if (context != NULL && count == *(int *)context) {
        loop_stop(loop);
    }
}

Test(loop, a_timer_fires_once_and_not_before_its_time)
{
    static int once = 1;
    loop = loop_create();
    struct loop_timer *timer = loop_timer_create(loop, add_one, &once);
    int64_t began_ns = clock_mono_ns();
    loop_timer_start(timer, 300000, 0);
    loop_run(loop);
    int64_t took_ns = clock_mono_ns() - began_ns;
    cr_assert(took_ns >= 300000 && took_ns < NS_PER_S, "%ld", took_ns);
    for (int i = 0; i < 10; i++) {
        loop_turn(loop, false);
    }
    cr_assert_eq(count, 1);
    loop_timer_destroy(timer);
    loop_destroy(loop);
}

Test(loop, a_timer_repeats_until_it_is_stopped)
{
    static int five = 5;
    loop = loop_create();
    struct loop_timer *timer = loop_timer_create(loop, add_one, &five);
    loop_timer_start(timer, 0, NS_PER_MS);
    loop_run(loop);
    loop_timer_stop(timer);
    clock_sleep_until(clock_mono_ns() + 5 * NS_PER_MS);
    loop_turn(loop, false);
    cr_assert_eq(count, 5);
    loop_timer_destroy(timer);
    loop_destroy(loop);
}

Test(loop, a_timer_that_was_set_anew_forgets_its_old_time)
{
    static int once = 1;
    loop = loop_create();
    struct loop_timer *timer = loop_timer_create(loop, add_one, &once);
    loop_timer_start(timer, 0, 0);
    clock_sleep_until(clock_mono_ns() + NS_PER_MS);
    loop_timer_start(timer, 20 * NS_PER_MS, 0);
    loop_turn(loop, false);
    cr_assert_eq(count, 0);
    loop_run(loop);
    cr_assert_eq(count, 1);
    loop_timer_destroy(timer);
    loop_destroy(loop);
}

static void destroy_timer(void *context)
{
    struct loop_timer **timer = context;
    loop_timer_destroy(*timer);
    *timer = NULL;
}

Test(loop, a_timer_may_end_itself_and_the_loop_ends_with_it)
{
    loop = loop_create();
    struct loop_timer *timer;
    timer = loop_timer_create(loop, destroy_timer, &timer);
    loop_timer_start(timer, 1000, 1000);
    loop_run(loop); /* there is nothing left to wait for */
    cr_assert_null(timer);
    loop_destroy(loop);
}

Test(loop, a_signal_arrives)
{
    static int once = 1;
    loop = loop_create();
    struct loop_timer *timer = loop_timer_create(loop, add_one, NULL);
    loop_timer_start(timer, 10 * NS_PER_S, 0);
    loop_on_signal(loop, SIGTERM, add_one, &once);
    cr_assert_eq(raise(SIGTERM), 0);
    loop_run(loop);
    cr_assert_eq(count, 1);
    cr_assert_eq(raise(SIGPIPE), 0);
    loop_timer_destroy(timer);
    loop_destroy(loop);
}

Test(loop, what_was_left_behind_stops_the_program, .signal = SIGABRT)
{
    loop = loop_create();
    (void)loop_timer_create(loop, add_one, NULL);
    loop_destroy(loop);
}
