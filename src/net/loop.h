/* loop.h: the event loop that everything in net/ lives in: libuv, and what we use of it.
 *
 * One thread. Callbacks run from loop_run() or loop_turn() and never from within another call,
 * except where a header says so. What was made with a loop is destroyed before it. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct uv_loop_s;

typedef void loop_callback(void *context);

/* From now on SIGPIPE is ignored in this process: a peer that is gone is an error of a write. */
struct loop *loop_create(void);

/* Everything made with it must be destroyed; their last callbacks run here. */
void loop_destroy(struct loop *loop);

/* Until loop_stop(), or until there is nothing left to wait for. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* What is ready now; with `wait`, the next thing that becomes ready. For tests, and for those who
 * have a loop of their own. */
void loop_turn(struct loop *loop, bool wait);

/* The next thing that becomes ready, but no longer than `wait_ns`, rounded up to whole
 * milliseconds: without a call of the system for the time. */
void loop_wait(struct loop *loop, int64_t wait_ns);

/* Calls when the signal arrives, e.g. SIGTERM; until the loop is destroyed. */
void loop_on_signal(struct loop *loop, int signal, loop_callback *callback, void *context);

/* Timers have the kernel's resolution, not libuv's milliseconds. One that fired late fires once. */
struct loop_timer *loop_timer_create(struct loop *loop, loop_callback *callback, void *context);
void loop_timer_destroy(struct loop_timer *timer);

/* Fires after `delay_ns` (0: at once), and then every `repeat_ns`, or once when that is 0. A timer
 * that runs is set anew. */
void loop_timer_start(struct loop_timer *timer, int64_t delay_ns, int64_t repeat_ns);
void loop_timer_stop(struct loop_timer *timer);

/* When the last turn ended, of the monotonic clock: what had come by then was handled. 0: there was
 * none. */
int64_t loop_turned_ns(const struct loop *loop);

/* Monotonic nanoseconds of this turn of the loop, in whole milliseconds: for deadlines that need no
 * better, without a call of the system. */
int64_t loop_now_ns(const struct loop *loop);

/* For the modules of net/. */
struct uv_loop_s *loop_uv(struct loop *loop);

#endif
