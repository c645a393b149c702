/* curl_loop.c: see curl_loop.h; libcurl's multi_socket interface on libuv. */
#include "net/curl_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/check.h"
#include "base/utc.h"
#include "sys/memory.h"

struct curl_loop {
    struct loop *loop;
    CURLM *multi;
    uv_timer_t timer;
    curl_loop_done *done;
    void *context;
    bool ending;
};

/* A descriptor that curl waits for. */
struct watch {
    uv_poll_t poll;
    struct curl_loop *curl;
    curl_socket_t fd;
};

static void tell_of_ends(struct curl_loop *curl)
{
    int left;
    while (!curl->ending) {
        CURLMsg *message = curl_multi_info_read(curl->multi, &left);
        if (message == NULL) {
            return;
        }
        if (message->msg == CURLMSG_DONE) {
            curl->done(curl->context, message->easy_handle, message->data.result);
        }
    }
}

static void act(struct curl_loop *curl, curl_socket_t fd, int flags)
{
    int running;
    (void)curl_multi_socket_action(curl->multi, fd, flags,
                                   &running); /* transfers say what failed */
    tell_of_ends(curl);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct watch *watch = handle->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    flags |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    act(watch->curl, watch->fd, flags);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
    (void)easy;
    struct curl_loop *curl = context;
    struct watch *watch = known;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            (void)uv_poll_stop(&watch->poll); /* never fails */
            (void)curl_multi_assign(curl->multi, fd, NULL);
            uv_close((uv_handle_t *)&watch->poll, free_watch);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = xcalloc(1, sizeof *watch);
        watch->curl = curl;
        watch->fd = fd;
        watch->poll.data = watch;
        CHECK(uv_poll_init_socket(loop_uv(curl->loop), &watch->poll, fd) == 0);
        CHECK(curl_multi_assign(curl->multi, fd, watch) == CURLM_OK);
    }
    int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                 ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
    CHECK(uv_poll_start(&watch->poll, events, on_poll) == 0);
    return 0;
}

/* A timer that is early does nothing, and curl does not set it again: so it is never early. */
static int on_timeout(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    struct curl_loop *curl = context;
    if (timeout_ms < 0) {
        return uv_timer_stop(&curl->timer);
    }
    uv_update_time(loop_uv(curl->loop));
    return uv_timer_start(&curl->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms + 1 : 0, 0);
}

struct curl_loop *curl_loop_create(struct loop *loop, curl_loop_done *done, void *context)
{
    struct curl_loop *curl = xcalloc(1, sizeof *curl);
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write what decrypts our connections there */
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); /* counted */
    curl->loop = loop;
    curl->done = done;
    curl->context = context;
    curl->timer.data = curl;
    CHECK(uv_timer_init(loop_uv(loop), &curl->timer) == 0);
    curl->multi = curl_multi_init();
    CHECK(curl->multi != NULL); /* memory */
    CHECK(curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK);
    CHECK(curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl) == CURLM_OK);
    CHECK(curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_timeout) == CURLM_OK);
    CHECK(curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl) == CURLM_OK);
    CHECK(curl_multi_setopt(curl->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) == CURLM_OK);
    return curl;
}

static void free_curl(uv_handle_t *handle)
{
    free(handle->data);
}

void curl_loop_destroy(struct curl_loop *curl)
{
    if (curl != NULL) {
        curl->ending = true;
        CHECK(curl_multi_cleanup(curl->multi) == CURLM_OK);
        (void)uv_timer_stop(&curl->timer); /* never fails */
        uv_close((uv_handle_t *)&curl->timer, free_curl);
        curl_global_cleanup();
    }
}

CURLM *curl_loop_multi(const struct curl_loop *curl)
{
    return curl->multi;
}

CURL *curl_loop_easy(const char *ca_file, int64_t connect_ns)
{
    CURL *easy = curl_easy_init();
    CHECK(easy != NULL); /* memory */
    CURL_SET(easy, PROTOCOLS_STR, "http,https");
    CURL_SET(easy, HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    CURL_SET(easy, HTTP09_ALLOWED, 0L);
    CURL_SET(easy, FOLLOWLOCATION, 0L);
    CURL_SET(easy, PROXY, "");
    CURL_SET(easy, NETRC, (long)CURL_NETRC_IGNORED);
    CURL_SET(easy, DISALLOW_USERNAME_IN_URL, 1L);
    CURL_SET(easy, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    CURL_SET(easy, SSL_VERIFYPEER, 1L);
    CURL_SET(easy, SSL_VERIFYHOST, 2L);
    if (ca_file != NULL) {
        CURL_SET(easy, CAINFO, ca_file);
        CURL_SET(easy, CAPATH, NULL);
    }
    CURL_SET(easy, CONNECTTIMEOUT_MS, (long)((connect_ns + NS_PER_MS - 1) / NS_PER_MS));
    CURL_SET(easy, NOSIGNAL, 1L);
    CURL_SET(easy, QUICK_EXIT, 1L); /* who gives up does not wait for the resolver's thread */
    CURL_SET(easy, TCP_NODELAY, 1L);
    CURL_SET(easy, PATH_AS_IS, 1L);
    return easy;
}

static CURLcode outcome(ssize_t bytes, CURLcode lost, size_t *moved)
{
    if (bytes < 0) {
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? CURLE_AGAIN : lost;
    }
    *moved = (size_t)bytes;
    return CURLE_OK;
}

CURLcode curl_loop_send(CURL *easy, int fd, const void *bytes, size_t length, size_t *sent)
{
    if (fd < 0) {
        return curl_easy_send(easy, bytes, length, sent);
    }
    return outcome(send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT), CURLE_SEND_ERROR, sent);
}

CURLcode curl_loop_recv(CURL *easy, int fd, void *bytes, size_t size, size_t *got)
{
    if (fd < 0) {
        return curl_easy_recv(easy, bytes, size, got);
    }
    return outcome(recv(fd, bytes, size, MSG_DONTWAIT), CURLE_RECV_ERROR, got);
}
