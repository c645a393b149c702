/* loop.c: see loop.h.
 *
 * A timer is a timerfd: libuv's own timers know milliseconds only, and an exchange's answer may be
 * due within microseconds. */
#include "net/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/utc.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { SIGNALS_MAX = 4 };

struct signal_watch {
    uv_signal_t handle;
    loop_callback *callback;
    void *context;
};

struct loop {
    uv_loop_t uv;
    struct signal_watch signals[SIGNALS_MAX];
    int signal_count;
    uv_timer_t wait;
    int64_t turned_ns;
};

struct loop_timer {
    uv_poll_t handle;
    int fd;
    loop_callback *callback;
    void *context;
};

struct loop *loop_create(void)
{
    struct loop *loop = xcalloc(1, sizeof *loop);
    CHECK(uv_loop_init(&loop->uv) == 0);
    CHECK(uv_timer_init(&loop->uv, &loop->wait) == 0);
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail: the signal exists */
    return loop;
}

void loop_destroy(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    uv_close((uv_handle_t *)&loop->wait, NULL);
    for (int i = 0; i < loop->signal_count; i++) {
        uv_close((uv_handle_t *)&loop->signals[i].handle, NULL);
    }
    /* What is closed says so in the next turns. */
    for (int turn = 0; uv_loop_close(&loop->uv) == UV_EBUSY; turn++) {
        CHECK(turn < 1000); /* else something that was made with it has not been destroyed */
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    free(loop);
}

void loop_run(struct loop *loop)
{
    (void)uv_run(&loop->uv,
                 UV_RUN_DEFAULT); /* whether something is left is the caller's business */
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

void loop_turn(struct loop *loop, bool wait)
{
    (void)uv_run(&loop->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    loop->turned_ns = clock_mono_ns();
}

static void on_wait(uv_timer_t *timer)
{
    (void)timer; /* the loop came back: that is all */
}

void loop_wait(struct loop *loop, int64_t wait_ns)
{
    uint64_t wait_ms = wait_ns > 0 ? (uint64_t)((wait_ns + NS_PER_MS - 1) / NS_PER_MS) : 0;
    uv_update_time(&loop->uv);
    CHECK(uv_timer_start(&loop->wait, on_wait, wait_ms, 0) == 0);
    (void)uv_run(&loop->uv, UV_RUN_ONCE);
    loop->turned_ns = clock_mono_ns();
    (void)uv_timer_stop(&loop->wait); /* never fails */
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    struct signal_watch *watch = handle->data;
    watch->callback(watch->context);
}

void loop_on_signal(struct loop *loop, int signal, loop_callback *callback, void *context)
{
    CHECK(loop->signal_count < SIGNALS_MAX);
    struct signal_watch *watch = &loop->signals[loop->signal_count++];
    watch->callback = callback;
    watch->context = context;
    watch->handle.data = watch;
    CHECK(uv_signal_init(&loop->uv, &watch->handle) == 0);
    CHECK(uv_signal_start(&watch->handle, on_signal, signal) == 0);
    uv_unref((uv_handle_t *)&watch->handle); /* waiting for a signal alone is nothing to do */
}

static void on_timer(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    struct loop_timer *timer = handle->data;
    uint64_t times;
    /* Nothing to read: it was stopped or set anew after it had fired. */
    if (read(timer->fd, &times, sizeof times) == (ssize_t)sizeof times) {
        timer->callback(timer->context);
    }
}

struct loop_timer *loop_timer_create(struct loop *loop, loop_callback *callback, void *context)
{
    struct loop_timer *timer = xcalloc(1, sizeof *timer);
    timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    CHECK(timer->fd >= 0);
    timer->callback = callback;
    timer->context = context;
    timer->handle.data = timer;
    CHECK(uv_poll_init(&loop->uv, &timer->handle, timer->fd) == 0);
    return timer;
}

static void free_timer(uv_handle_t *handle)
{
    free(handle->data);
}

void loop_timer_destroy(struct loop_timer *timer)
{
    if (timer != NULL) {
        (void)uv_poll_stop(&timer->handle); /* never fails */
        (void)close(timer->fd);             /* nothing was written to it */
        uv_close((uv_handle_t *)&timer->handle, free_timer);
    }
}

static struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

void loop_timer_start(struct loop_timer *timer, int64_t delay_ns, int64_t repeat_ns)
{
    CHECK(delay_ns >= 0 && repeat_ns >= 0);
    struct itimerspec when = {
        .it_value = to_timespec(delay_ns > 0 ? delay_ns : 1), /* 0 would stop it */
        .it_interval = to_timespec(repeat_ns),
    };
    CHECK(timerfd_settime(timer->fd, 0, &when, NULL) == 0);
    CHECK(uv_poll_start(&timer->handle, UV_READABLE, on_timer) == 0);
}

void loop_timer_stop(struct loop_timer *timer)
{
    struct itimerspec never = {0};
    CHECK(timerfd_settime(timer->fd, 0, &never, NULL) == 0);
    (void)uv_poll_stop(&timer->handle); /* never fails */
}

int64_t loop_turned_ns(const struct loop *loop)
{
    return loop->turned_ns;
}

int64_t loop_now_ns(const struct loop *loop)
{
    return (int64_t)uv_now(&loop->uv) * NS_PER_MS;
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
    return &loop->uv;
}
