/* ws_client.c: see ws_client.h; the life of a connection.
 *
 * It ends in two steps: ws_client_end() lets the connection go, and the loop's next turn calls
 * closed(). The memory goes when its owner has destroyed it and libuv has let go of it, never below
 * a callback. */
#include "net/ws_client.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/utc.h"
#include "net/ws_client_private.h"
#include "sys/memory.h"

enum { PATIENCE_MS = 2000, CONNECT_S = 10 };

static void on_readable(struct ws_client *client);

static void free_client(uv_handle_t *handle)
{
    struct ws_client *client = handle->data;
    if (--client->handles > 0 || !client->destroyed) {
        return;
    }
    if (client->wslay != NULL) {
        wslay_event_context_free(client->wslay);
    }
    explicit_bzero(client->in, sizeof client->in);
    free(client);
}

/* Everything but the handles of the start and the memory. */
static void let_go(struct ws_client *client)
{
    client->phase = WS_PHASE_ENDED;
    if (client->fd >= 0) {
        (void)uv_poll_stop(&client->poll); /* never fails */
        uv_close((uv_handle_t *)&client->poll, free_client);
        (void)close(client->fd); /* curl has the connection */
        client->fd = -1;
    }
    if (client->easy != NULL) {
        (void)curl_multi_remove_handle(curl_loop_multi(client->curl), client->easy);
        curl_easy_cleanup(client->easy);
        client->easy = NULL;
    }
    curl_loop_destroy(client->curl);
    client->curl = NULL;
    ws_client_drop_queue(client);
    ws_hello_finish(&client->hello);
    (void)uv_timer_stop(&client->again); /* never fails; here and below */
    (void)uv_prepare_stop(&client->rest);
}

static void on_deadline(uv_timer_t *timer)
{
    struct ws_client *client = timer->data;
    if (client->phase != WS_PHASE_ENDED) {
        ws_client_end(client, WS_LOST, "no answer in time");
    } else if (!client->told) {
        client->told = true;
        struct ws_ended ended = {
            .code = client->code, .http_status = client->http_status, .why = client->why};
        client->options.closed(client->options.context, &ended);
    }
}

static void set_deadline(struct ws_client *client, uint64_t delay_ms)
{
    uv_update_time(loop_uv(client->loop));
    CHECK(uv_timer_start(&client->deadline, on_deadline, delay_ms, 0) == 0);
}

static void note(struct ws_client *client, int code, const char *why)
{
    if (client->code == 0) {
        client->code = code;
        (void)snprintf(client->why, sizeof client->why, "%s", why);
    }
}

void ws_client_end(struct ws_client *client, int code, const char *why)
{
    if (client->phase != WS_PHASE_ENDED) {
        note(client, code, why);
        let_go(client);
        set_deadline(client, 0);
    }
}

/* Nothing more is said: the end of our half follows the last byte. */
static void linger(struct ws_client *client)
{
    if (client->phase == WS_PHASE_CLOSING && client->out == NULL) {
        client->phase = WS_PHASE_LINGER;
        (void)shutdown(client->fd, SHUT_WR); /* the peer may be gone: then reading says so */
    }
}

static void begin_closing(struct ws_client *client, int code, const char *why)
{
    note(client, code, why);
    client->phase = WS_PHASE_CLOSING;
    set_deadline(client, PATIENCE_MS);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct ws_client *client = handle->data;
    if (status < 0) {
        ws_client_end(client, WS_LOST, "the connection was lost");
        return;
    }
    (void)events; /* TLS may have to write in order to read, and the other way round */
    on_readable(client);
}

static void poll_for(struct ws_client *client)
{
    int events = UV_READABLE | (client->out != NULL ? UV_WRITABLE : 0);
    if (client->phase != WS_PHASE_ENDED && client->events != events) {
        client->events = events;
        CHECK(uv_poll_start(&client->poll, events, on_poll) == 0);
    }
}

static const char *close_reason(const struct ws_client *client, int code)
{
    static const struct {
        int code;
        const char *why;
    } reasons[] = {
        {WS_PROTOCOL_ERROR, "a frame was against the protocol"},
        {WS_BAD_TEXT,       "a text was no UTF-8"             },
        {WS_TOO_BIG,        "a message was too large"         },
    };
    if (wslay_event_get_close_received(client->wslay) != 0) {
        return "the other side closed";
    }
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].code == code) {
            return reasons[i].why;
        }
    }
    return "closed";
}

/* What has to be said goes out, and what follows from a close. */
static void settle(struct ws_client *client)
{
    if (client->phase == WS_PHASE_ENDED || client->phase == WS_PHASE_LINGER) {
        return;
    }
    if (!ws_client_flush(client)) {
        ws_client_end(client, WS_LOST, "the connection was lost");
        return;
    }
    if (client->wslay != NULL) {
        bool sent = wslay_event_get_close_sent(client->wslay) != 0;
        bool received = wslay_event_get_close_received(client->wslay) != 0;
        if (sent && client->phase == WS_PHASE_OPEN) {
            int code = received ? wslay_event_get_status_code_received(client->wslay)
                                : wslay_event_get_status_code_sent(client->wslay);
            begin_closing(client, code != 0 ? code : WS_NO_CODE, close_reason(client, code));
        }
        /* wslay stops reading for good when the other side has broken the protocol. */
        if (client->refused || (sent && (received || !wslay_event_want_read(client->wslay)))) {
            linger(client);
        }
    }
    poll_for(client);
}

/* A head that is none: wslay would go without a word. */
static void refuse_frame(struct ws_client *client)
{
    uint8_t frame[8] = {0x88, 0x82, 0, 0, 0, 0, WS_PROTOCOL_ERROR >> 8, WS_PROTOCOL_ERROR & 0xff};
    if (client->phase == WS_PHASE_OPEN) {
        ws_client_put(client, frame, sizeof frame); /* its mask is zero: nobody chose the bytes */
        begin_closing(client, WS_PROTOCOL_ERROR, "a frame was against the protocol");
        client->refused = true;
        settle(client);
    } else {
        ws_client_end(client, WS_LOST, "a frame was against the protocol");
    }
}

static void on_again(uv_timer_t *timer)
{
    on_readable(timer->data);
}

static void read_frames(struct ws_client *client)
{
    int result = wslay_event_recv(client->wslay);
    if (client->phase == WS_PHASE_ENDED) {
        return;
    }
    if (result == 0) {
        settle(client);
    } else if (client->lost) {
        ws_client_end(client, WS_LOST, "the connection was lost");
    } else {
        refuse_frame(client);
    }
}

/* False: no frames are to be read yet. */
static bool read_greeting(struct ws_client *client)
{
    while (client->in_length <= WS_GREETING_MAX && ws_client_read(client)) {
    }
    struct ws_greeting greeting =
        ws_greeting_read((const char *)client->in, client->in_length, client->hello.accept);
    if (greeting.kind == WS_GREETING_REFUSED) {
        client->http_status = greeting.http_status != 101 ? greeting.http_status : 0;
        ws_client_end(client, WS_LOST, greeting.why);
    } else if (greeting.kind == WS_GREETING_OPEN) {
        client->in_at = greeting.length;
        client->lost = false; /* what came before the end comes first */
        client->phase = WS_PHASE_OPEN;
        (void)uv_timer_stop(&client->deadline);
        ws_client_start_frames(client);
        client->options.opened(client->options.context);
    } else if (client->lost) {
        ws_client_end(client, WS_LOST, "the connection ended before the handshake");
    }
    return client->phase == WS_PHASE_OPEN;
}

static void read_off(struct ws_client *client)
{
    do {
        client->in_at = client->in_length;
    } while (ws_client_read(client));
    if (client->lost) {
        ws_client_end(client, WS_LOST, "the connection was lost");
    }
}

/* Linux acknowledges a message within the call that reads it: it sends a packet, which takes longer
 * than the reading, and what follows from the message waits for it. A 2 acknowledges what is not
 * acknowledged yet, and has the next message wait for this moment too (tcp(7), TCP_QUICKACK: bit 0
 * is the mode, any other value acts once). */
static void on_rest(uv_prepare_t *prepare)
{
    const struct ws_client *client = prepare->data;
    static const int now_and_then = 2;
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_QUICKACK, &now_and_then, sizeof now_and_then);
    (void)uv_prepare_stop(prepare); /* never fails; without the option it is but slower */
}

static void on_readable(struct ws_client *client)
{
    client->taken = 0;
    client->drained = false;
    settle(client);
    if (client->phase == WS_PHASE_GREETING && !read_greeting(client)) {
        return;
    }
    if (client->phase == WS_PHASE_LINGER) {
        read_off(client);
    } else if (client->phase == WS_PHASE_OPEN ||
               (client->phase == WS_PHASE_CLOSING && !client->refused)) {
        read_frames(client);
    }
    if (client->phase != WS_PHASE_ENDED && client->taken > 0) {
        CHECK(uv_prepare_start(&client->rest, on_rest) == 0);
    }
    /* TLS may hold bytes that the socket no longer has. */
    if (client->phase != WS_PHASE_ENDED && client->taken >= WS_TURN_MAX) {
        CHECK(uv_timer_start(&client->again, on_again, 1, 0) == 0);
    }
}

/* libcurl has connected, or has not. */
static void on_connected(void *context, CURL *easy, CURLcode result)
{
    struct ws_client *client = context;
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (result != CURLE_OK) {
        ws_client_end(client, WS_LOST,
                      client->words[0] != '\0' ? client->words : curl_easy_strerror(result));
        return;
    }
    CHECK(curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK);
    client->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* curl's name for it may still be polled */
    if (client->fd < 0) {
        ws_client_end(client, WS_LOST, strerror(errno));
        return;
    }
    client->poll.data = client;
    client->handles++;
    CHECK(uv_poll_init_socket(loop_uv(client->loop), &client->poll, client->fd) == 0);
    client->phase = WS_PHASE_GREETING;
    ws_client_put(client, client->hello.request, client->hello.length);
    settle(client);
}

static void connect_to(struct ws_client *client, const struct ws_client_options *options)
{
    client->easy = curl_loop_easy(options->ca_file, options->connect_ns);
    CURL_SET(client->easy, URL, client->hello.url);
    CURL_SET(client->easy, CONNECT_ONLY, 1L);
    CURL_SET(client->easy, ERRORBUFFER, client->words);
    CHECK(curl_multi_add_handle(curl_loop_multi(client->curl), client->easy) == CURLM_OK);
}

struct ws_client *ws_client_create(struct loop *loop, const struct ws_client_options *options)
{
    struct ws_client *client = xcalloc(1, sizeof *client);
    struct ws_client_options *mine = &client->options;
    client->loop = loop;
    *mine = *options;
    mine->connect_ns = options->connect_ns > 0 ? options->connect_ns : CONNECT_S * NS_PER_S;
    mine->message_max = options->message_max > 0 ? options->message_max : 16 << 20;
    mine->queue_max = options->queue_max > 0 ? options->queue_max : 1 << 20;
    client->fd = -1;
    client->out_end = &client->out;
    client->deadline.data = client;
    client->again.data = client;
    client->rest.data = client;
    client->handles = 3;
    CHECK(uv_prepare_init(loop_uv(loop), &client->rest) == 0);
    uv_unref((uv_handle_t *)&client->rest); /* nothing to wait for */
    CHECK(uv_timer_init(loop_uv(loop), &client->deadline) == 0);
    CHECK(uv_timer_init(loop_uv(loop), &client->again) == 0);
    client->curl = curl_loop_create(loop, on_connected, client);
    const char *fault = ws_hello_init(&client->hello, options->url, options->headers);
    if (fault != NULL) {
        ws_client_end(client, WS_LOST, fault);
        return client;
    }
    client->plain = strncasecmp(client->hello.url, "http:", 5) == 0;
    set_deadline(client, (uint64_t)((mine->connect_ns + NS_PER_MS - 1) / NS_PER_MS));
    connect_to(client, mine);
    return client;
}

void ws_client_destroy(struct ws_client *client)
{
    if (client == NULL) {
        return;
    }
    CHECK(!client->destroyed);
    if (client->phase != WS_PHASE_ENDED) {
        let_go(client);
    }
    client->destroyed = true;
    (void)uv_timer_stop(&client->deadline); /* never fails */
    uv_close((uv_handle_t *)&client->rest, free_client);
    uv_close((uv_handle_t *)&client->deadline, free_client);
    uv_close((uv_handle_t *)&client->again, free_client);
}

enum ws_sent ws_client_send(struct ws_client *client, enum ws_kind kind, const void *bytes,
                            size_t length)
{
    struct wslay_event_msg message = {(uint8_t)kind, bytes, length};
    if (client->phase != WS_PHASE_OPEN) {
        return WS_CLOSED;
    }
    if (client->queued + length > client->options.queue_max) {
        ws_client_end(client, WS_LOST, "the other side is too slow");
        return WS_SLOW;
    }
    if (wslay_event_queue_msg(client->wslay, &message) != 0) {
        return WS_CLOSED; /* a close is on its way */
    }
    settle(client);
    return client->phase == WS_PHASE_OPEN ? WS_SENT : WS_CLOSED;
}

void ws_client_ping(struct ws_client *client, const void *bytes, size_t length)
{
    struct wslay_event_msg ping = {WSLAY_PING, bytes, length};
    CHECK(length <= 125);
    if (client->phase == WS_PHASE_OPEN) {
        (void)wslay_event_queue_msg(client->wslay, &ping); /* fails when a close is on its way */
        settle(client);
    }
}

void ws_client_close(struct ws_client *client, int code)
{
    if (client->phase == WS_PHASE_OPEN) {
        (void)wslay_event_queue_close(client->wslay, (uint16_t)code, NULL, 0); /* likewise */
        settle(client);
    } else if (client->phase == WS_PHASE_CONNECT || client->phase == WS_PHASE_GREETING) {
        ws_client_end(client, code, "closed before it was open");
    }
}
