/* http_lane.c: see http_lane.h. The memory goes when its owner has destroyed it and libuv has let
 * go of it. */
#include "net/http_lane.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/hot.h"
#include "base/utc.h"
#include "net/curl_loop.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { PIECE = 16 << 10, NUMBER_SIZE = 24 };

/* The loop has just looked at the connection: it need not be asked once more. */
#define LOOKED_NS (NS_PER_MS / 10)

enum state { LANE_CONNECTING, LANE_FREE, LANE_ASKED, LANE_OVER };

struct http_lane {
    struct loop *loop;
    struct curl_loop *curl;
    CURL *easy;
    uv_poll_t poll;
    int fd; /* -1: not connected */
    int events;
    enum state state;
    bool handing; /* the answer is being told */
    char *origin;
    char *common; /* from behind the request's target: what every head has */
    size_t common_length;
    int64_t used_ns;
    char *out; /* what is still to be written */
    size_t out_length, out_sent, out_capacity;
    struct http_reader reader;
    http_lane_done *done;
    void *context;
};

/* ---- its end ---- */

static void free_lane(uv_handle_t *handle)
{
    free(handle->data);
}

static void forget_out(struct http_lane *lane)
{
    if (lane->out != NULL) {
        explicit_bzero(lane->out, lane->out_capacity); /* keys */
        free(lane->out);
        lane->out = NULL;
        lane->out_capacity = 0;
    }
}

/* The connection is let go; the memory stays. */
static void end_lane(struct http_lane *lane)
{
    lane->state = LANE_OVER;
    if (lane->fd >= 0) {
        (void)uv_poll_stop(&lane->poll); /* never fails */
        (void)close(lane->fd);           /* curl has the connection */
        lane->fd = -1;
    }
    if (lane->easy != NULL) {
        (void)curl_multi_remove_handle(curl_loop_multi(lane->curl), lane->easy);
        curl_easy_cleanup(lane->easy);
        lane->easy = NULL;
    }
    curl_loop_destroy(lane->curl);
    lane->curl = NULL;
    forget_out(lane);
}

void http_lane_drop(struct http_lane *lane)
{
    if (lane->state != LANE_OVER) {
        end_lane(lane);
    }
}

void http_lane_destroy(struct http_lane *lane)
{
    if (lane == NULL) {
        return;
    }
    CHECK(!lane->handing);
    http_lane_drop(lane);
    http_reader_finish(&lane->reader);
    free(lane->origin);
    free(lane->common);
    if (lane->poll.data == NULL) { /* it was never connected: libuv knows nothing of it */
        free(lane);
    } else {
        uv_close((uv_handle_t *)&lane->poll, free_lane);
    }
}

static int plain_fd(const struct http_lane *lane)
{
    return strncasecmp(lane->origin, "http:", 5) == 0 ? lane->fd : -1;
}

/* ---- the answer ---- */

static void tell(struct http_lane *lane, const char *fault)
{
    bool keeps = fault == NULL && lane->reader.keeps && lane->out_sent == lane->out_length;
    lane->used_ns = clock_mono_ns();
    if (keeps) {
        lane->state = LANE_FREE; /* who is told may ask again */
    } else {
        end_lane(lane);
    }
    lane->handing = true;
    lane->done(lane->context, &lane->reader, fault);
    lane->handing = false;
}

static const char *fault_of(const struct http_reader *reader)
{
    return reader->fault != NULL ? reader->fault : reader->body->fault;
}

/* What came; bytes behind the answer mean that the two sides do not agree on where it ends. */
static void take(struct http_lane *lane, const char *bytes, size_t length)
{
    struct http_reader *reader = &lane->reader;
    size_t taken = http_reader_take(reader, bytes, length);
    if (fault_of(reader) != NULL) {
        tell(lane, fault_of(reader));
    } else if (reader->stage == HTTP_STAGE_DONE) {
        reader->keeps = reader->keeps && taken == length;
        tell(lane, NULL);
    }
}

static void lose(struct http_lane *lane, bool cleanly)
{
    if (lane->state != LANE_ASKED) {
        end_lane(lane);
        return;
    }
    lane->reader.keeps = false;
    if (!cleanly && lane->reader.stage == HTTP_STAGE_UNTIL_END) {
        lane->reader.fault = "the answer was cut";
    }
    tell(lane, http_reader_end(&lane->reader) ? NULL : fault_of(&lane->reader));
}

static void read_all(struct http_lane *lane)
{
    UNSET char bytes[PIECE];
    for (;;) {
        size_t got = 0;
        CURLcode result = curl_loop_recv(lane->easy, plain_fd(lane), bytes, sizeof bytes, &got);
        if (result == CURLE_AGAIN) {
            return;
        }
        if (result != CURLE_OK || got == 0) {
            lose(lane, result == CURLE_OK);
            return;
        }
        if (lane->state != LANE_ASKED) { /* nobody has asked for anything */
            end_lane(lane);
            return;
        }
        take(lane, bytes, got);
        if (lane->state != LANE_ASKED) {
            return;
        }
    }
}

/* ---- the request ---- */

static bool write_out(struct http_lane *lane)
{
    while (lane->out_sent < lane->out_length) {
        size_t sent = 0;
        CURLcode result = curl_loop_send(lane->easy, plain_fd(lane), lane->out + lane->out_sent,
                                         lane->out_length - lane->out_sent, &sent);
        if (result == CURLE_AGAIN) {
            return true;
        }
        if (result != CURLE_OK) {
            return false;
        }
        lane->out_sent += sent;
    }
    if (lane->out_length > 0) {
        explicit_bzero(lane->out, lane->out_length); /* keys */
    }
    return true;
}

static void on_poll(uv_poll_t *handle, int status, int events);

static void poll_for(struct http_lane *lane)
{
    int events = UV_READABLE | (lane->out_sent < lane->out_length ? UV_WRITABLE : 0);
    if (events != lane->events) {
        lane->events = events;
        CHECK(uv_poll_start(&lane->poll, events, on_poll) == 0);
    }
}

/* TLS may have to write in order to read, and the other way round. An answer may come before the
 * whole request was written, and what cannot be written may have been answered. */
static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct http_lane *lane = handle->data;
    (void)events;
    if (status < 0) {
        lose(lane, false);
        return;
    }
    bool written = write_out(lane);
    read_all(lane);
    if (lane->state == LANE_OVER) {
        return;
    }
    if (!written) {
        lose(lane, false);
        return;
    }
    poll_for(lane);
}

static void make_room(struct http_lane *lane, const struct http_lane_request *request)
{
    size_t needed = strlen(request->method) + 1 + strlen(request->target) + lane->common_length +
                    sizeof "Content-Length: \r\n\r\n" + NUMBER_SIZE + request->body_length;
    for (const char *const *at = request->headers; at != NULL && *at != NULL; at++) {
        needed += strlen(*at) + 2;
    }
    if (needed > lane->out_capacity) {
        forget_out(lane);
        lane->out_capacity = needed < PIECE ? PIECE : needed;
        lane->out = xmalloc(lane->out_capacity);
    }
    lane->out_length = 0;
    lane->out_sent = 0;
}

static void put(struct http_lane *lane, const void *bytes, size_t length)
{
    memcpy(lane->out + lane->out_length, bytes, length);
    lane->out_length += length;
}

static void put_text(struct http_lane *lane, const char *text)
{
    put(lane, text, strlen(text));
}

static void put_number(struct http_lane *lane, size_t number)
{
    char digits[NUMBER_SIZE];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(lane, digits + at, sizeof digits - at);
}

static bool target_is_good(const char *target)
{
    while (*target > ' ' && *target < 0x7f) {
        target++;
    }
    return *target == '\0';
}

/* How many characters of what is written from there on end a line. */
static size_t line_ends(const struct http_lane *lane, size_t from)
{
    size_t count = 0;
    for (size_t i = from; i < lane->out_length; i++) {
        count += lane->out[i] == '\n' || lane->out[i] == '\r';
    }
    return count;
}

/* One piece of memory, so that it is one packet. False: it is one for libcurl to look at; a text
 * with a line's end of its own shows as ends too many. */
static bool compose(struct http_lane *lane, const struct http_lane_request *request)
{
    size_t count = 0;
    if (request->method == NULL || !target_is_good(request->target)) {
        return false;
    }
    make_room(lane, request);
    put_text(lane, request->method);
    put(lane, " ", 1);
    put_text(lane, request->target);
    put(lane, lane->common, lane->common_length);
    size_t from = lane->out_length;
    for (const char *const *at = request->headers; at != NULL && *at != NULL; at++) {
        put_text(lane, *at);
        put(lane, "\r\n", 2);
        count += strchr(*at, ':') != NULL ? 2 : 0; /* else it is no header */
    }
    if (request->says_length) {
        put_text(lane, "Content-Length: ");
        put_number(lane, request->body_length);
        put(lane, "\r\n", 2);
        count += 2;
    }
    if (line_ends(lane, from) != count) {
        return false;
    }
    put(lane, "\r\n", 2);
    if (request->body_length > 0) {
        put(lane, request->body, request->body_length);
    }
    return true;
}

/* A server that has closed an idle connection would not see the request. What had come by the end
 * of the loop's last turn was seen there. */
static bool is_alive(const struct http_lane *lane)
{
    char byte;
    size_t got = 0;
    return clock_mono_ns() - loop_turned_ns(lane->loop) < LOOKED_NS ||
           curl_loop_recv(lane->easy, plain_fd(lane), &byte, 1, &got) == CURLE_AGAIN;
}

bool http_lane_ask(struct http_lane *lane, const struct http_lane_request *request,
                   struct http_body *answer, http_lane_done *done, void *context)
{
    CHECK(http_lane_is_free(lane));
    if (!is_alive(lane)) {
        end_lane(lane);
        return false;
    }
    if (!compose(lane, request)) {
        forget_out(lane);
        return false;
    }
    http_reader_begin(&lane->reader, answer, request->bodiless);
    lane->done = done;
    lane->context = context;
    lane->state = LANE_ASKED;
    if (!write_out(lane) && lane->out_sent == 0) {
        end_lane(lane);
        return false;
    }
    poll_for(lane); /* what could be written in part is lost or goes on in the loop */
    return true;
}

/* ---- its beginning ---- */

static void on_connected(void *context, CURL *easy, CURLcode result)
{
    struct http_lane *lane = context;
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (result != CURLE_OK) {
        end_lane(lane);
        return;
    }
    CHECK(curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK);
    lane->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* curl's name for it may still be polled */
    if (lane->fd < 0) {
        end_lane(lane);
        return;
    }
    lane->poll.data = lane;
    CHECK(uv_poll_init_socket(loop_uv(lane->loop), &lane->poll, lane->fd) == 0);
    lane->state = LANE_FREE;
    lane->used_ns = clock_mono_ns();
    poll_for(lane);
}

/* The rest of the request line, and the headers that say who asks whom. */
static char *common_head(const struct http_lane_options *options)
{
    static const char form[] = " HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
                               "%s%s%s";
    const char *host = strstr(options->origin, "://") + 3;
    const char *agent = options->user_agent;
    size_t size = sizeof form + strlen(host) + (agent != NULL ? strlen(agent) + 16 : 0);
    char *head = xmalloc(size);
    (void)snprintf(head, size, form, host, agent != NULL ? "User-Agent: " : "",
                   agent != NULL ? agent : "", agent != NULL ? "\r\n" : "");
    return head;
}

struct http_lane *http_lane_create(struct loop *loop, const struct http_lane_options *options)
{
    struct http_lane *lane = xcalloc(1, sizeof *lane);
    lane->loop = loop;
    lane->fd = -1;
    lane->origin = xstrdup(options->origin);
    lane->common = common_head(options);
    lane->common_length = strlen(lane->common);
    lane->curl = curl_loop_create(loop, on_connected, lane);
    lane->easy = curl_loop_easy(options->ca_file, options->connect_ns);
    CURL_SET(lane->easy, URL, options->origin);
    CURL_SET(lane->easy, CONNECT_ONLY, 1L);
    CHECK(curl_multi_add_handle(curl_loop_multi(lane->curl), lane->easy) == CURLM_OK);
    return lane;
}

const char *http_lane_target(const struct http_lane *lane, const char *url)
{
    size_t length = strlen(lane->origin);
    bool same = strncmp(url, lane->origin, length) == 0 && url[length] == '/';
    return same && strchr(url, '#') == NULL ? url + length : NULL;
}

bool http_lane_is_free(const struct http_lane *lane)
{
    return lane->state == LANE_FREE;
}

bool http_lane_is_over(const struct http_lane *lane)
{
    return lane->state == LANE_OVER;
}

int64_t http_lane_idle_ns(const struct http_lane *lane)
{
    return lane->state == LANE_FREE ? clock_mono_ns() - lane->used_ns : 0;
}
