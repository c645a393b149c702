/* http_run.c: libmicrohttpd within our loop: its epoll is polled by ours.
 *
 * It must be asked after each run when it wants to run again, or nothing that it waits for without
 * a socket (a resumed connection) would happen. */
#include <stdlib.h>
#include <uv.h>

#include "base/check.h"
#include "net/http_private.h"
#include "sys/memory.h"

struct http_run {
    struct MHD_Daemon *daemon;
    uv_poll_t poll;
    uv_timer_t again;
    bool soon;   /* asked for while it ran */
    int handles; /* not yet closed */
};

static void run(struct http_run *one);

static void on_again(uv_timer_t *handle)
{
    run(handle->data);
}

static void run(struct http_run *one)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    one->soon = false;
    (void)MHD_run(one->daemon); /* fails only for daemons with threads */
    if (one->soon) {
        http_run_soon(one);
    } else if (MHD_get_timeout(one->daemon, &wait_ms) == MHD_YES) {
        (void)uv_timer_start(&one->again, on_again, wait_ms, 0); /* fails only without a callback */
    } else {
        (void)uv_timer_stop(&one->again); /* never fails */
    }
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    run(handle->data);
}

struct http_run *http_run_create(struct loop *loop, struct MHD_Daemon *daemon)
{
    struct http_run *one = xcalloc(1, sizeof *one);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    CHECK(info != NULL && info->epoll_fd >= 0);
    one->daemon = daemon;
    one->poll.data = one;
    one->again.data = one;
    one->handles = 2;
    CHECK(uv_timer_init(loop_uv(loop), &one->again) == 0);
    CHECK(uv_poll_init(loop_uv(loop), &one->poll, info->epoll_fd) == 0);
    CHECK(uv_poll_start(&one->poll, UV_READABLE, on_poll) == 0);
    return one;
}

void http_run_soon(struct http_run *one)
{
    one->soon = true;
    (void)uv_timer_start(&one->again, on_again, 0, 0); /* fails only without a callback */
}

static void on_closed(uv_handle_t *handle)
{
    struct http_run *one = handle->data;
    if (--one->handles == 0) {
        free(one);
    }
}

void http_run_destroy(struct http_run *one)
{
    (void)uv_poll_stop(&one->poll); /* never fails */
    uv_close((uv_handle_t *)&one->poll, on_closed);
    uv_close((uv_handle_t *)&one->again, on_closed);
}
