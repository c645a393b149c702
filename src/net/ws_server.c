/* ws_server.c: see ws_server.h; the life of a socket, and what it receives.
 *
 * A socket ends in two steps, so that no caller ever holds one that has just been freed beneath it:
 * ws_end() closes the descriptor, and the loop's next turn calls closed() and frees. */
#include "net/ws_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/utc.h"
#include "net/ws_private.h"
#include "sys/memory.h"

enum { TURN_MAX = 256 << 10 }; /* bytes taken from one socket before others have their turn */
static const int64_t patience_ns = 2 * NS_PER_S;
static const int64_t sweep_ns = NS_PER_S / 4;

static void on_sweep(void *context);

struct ws_server *ws_server_create(struct loop *loop, const struct ws_options *options)
{
    struct ws_server *server = xcalloc(1, sizeof *server);
    server->loop = loop;
    server->options = *options;
    if (server->options.message_max == 0) {
        server->options.message_max = 64 << 10;
    }
    if (server->options.queue_max == 0) {
        server->options.queue_max = 1 << 20;
    }
    if (server->options.sockets_max == 0) {
        server->options.sockets_max = 1024;
    }
    server->sweep = loop_timer_create(loop, on_sweep, server);
    return server;
}

static void free_server(struct ws_server *server)
{
    if (server->ending && server->count == 0) {
        free(server);
    }
}

void ws_server_destroy(struct ws_server *server)
{
    if (server == NULL) {
        return;
    }
    server->ending = true;
    loop_timer_destroy(server->sweep);
    server->sweep = NULL;
    for (struct ws_socket *at = server->sockets; at != NULL; at = at->next) {
        if (at->state != WS_HANDSHAKE) {
            ws_end(at, WS_GOING_AWAY);
        }
    }
    free_server(server);
}

/* closed(), and the end of the memory. */
static void release(struct ws_socket *socket)
{
    struct ws_server *server = socket->server;
    if (server->options.closed != NULL) {
        server->options.closed(server->options.context, socket, socket->code);
    }
    if (socket->previous != NULL) {
        socket->previous->next = socket->next;
    } else {
        server->sockets = socket->next;
    }
    if (socket->next != NULL) {
        socket->next->previous = socket->previous;
    }
    server->count--;
    if (server->count == 0 && server->sweep != NULL) {
        loop_timer_stop(server->sweep);
    }
    if (socket->wslay != NULL) {
        wslay_event_context_free(socket->wslay);
    }
    ws_queue_finish(&socket->queue);
    free(socket->early);
    free(socket);
    free_server(server);
}

static void on_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void ws_end(struct ws_socket *socket, int code)
{
    if (socket->state == WS_ENDED) {
        return;
    }
    if (socket->code == 0) {
        socket->code = code;
    }
    socket->state = WS_ENDED;
    (void)uv_poll_stop(&socket->poll); /* never fails */
    (void)close(socket->fd);           /* what it still had to say is lost or was said */
    socket->fd = -1;
    uv_close((uv_handle_t *)&socket->poll, on_closed);
}

/* Closes have gone both ways, or will not: our end of the stream follows the last byte. */
static void linger(struct ws_socket *socket)
{
    if (socket->state != WS_LINGER && socket->queue.count == 0) {
        socket->state = WS_LINGER;
        socket->deadline_ns = loop_now_ns(socket->server->loop) + patience_ns;
        (void)shutdown(socket->fd, SHUT_WR); /* the peer may be gone: then reading says so */
    }
}

/* What wslay has to say (pongs, closes) goes out, and what follows from a close. */
static void settle(struct ws_socket *socket)
{
    if (socket->state == WS_ENDED || socket->state == WS_LINGER) {
        return;
    }
    if (!socket->refused && wslay_event_want_write(socket->wslay) &&
        wslay_event_send(socket->wslay) != 0) {
        ws_end(socket, WS_LOST);
        return;
    }
    bool sent = wslay_event_get_close_sent(socket->wslay) != 0;
    bool received = wslay_event_get_close_received(socket->wslay) != 0;
    if (sent && socket->state == WS_OPEN) {
        socket->state = WS_CLOSING;
        socket->deadline_ns = loop_now_ns(socket->server->loop) + patience_ns;
        if (socket->code == 0) {
            int code = received ? wslay_event_get_status_code_received(socket->wslay)
                                : wslay_event_get_status_code_sent(socket->wslay);
            socket->code = code != 0 ? code : WS_NO_CODE;
        }
    }
    /* wslay stops reading for good when the peer has broken the protocol. */
    if (socket->refused || (sent && (received || !wslay_event_want_read(socket->wslay)))) {
        linger(socket);
    }
    ws_poll(socket);
}

/* Reads to nowhere until the peer ends. */
static void read_off(struct ws_socket *socket)
{
    char bytes[4096];
    for (size_t taken = 0; taken < TURN_MAX; taken += sizeof bytes) {
        ssize_t got = recv(socket->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (got <= 0) {
            ws_end(socket, WS_LOST);
            return;
        }
    }
}

/* A head that is none: wslay would close without saying why. */
static void refuse_frame(struct ws_socket *socket)
{
    static const uint8_t frame[] = {0x88, 2, WS_PROTOCOL_ERROR >> 8, WS_PROTOCOL_ERROR & 0xff};
    if (socket->state != WS_OPEN || !ws_put(socket, NULL, 0, frame, sizeof frame)) {
        ws_end(socket, WS_LOST);
        return;
    }
    socket->code = WS_PROTOCOL_ERROR;
    socket->state = WS_CLOSING;
    socket->deadline_ns = loop_now_ns(socket->server->loop) + patience_ns;
    socket->refused = true;
    linger(socket);
}

static void receive(struct ws_socket *socket)
{
    socket->taken = 0;
    socket->heard_ns = loop_now_ns(socket->server->loop);
    socket->pinged = false;
    if (socket->state == WS_LINGER || socket->refused) {
        read_off(socket);
        return;
    }
    int result = wslay_event_recv(socket->wslay);
    if (result == 0) {
        settle(socket);
    } else if (socket->lost) {
        ws_end(socket, WS_LOST);
    } else {
        refuse_frame(socket);
    }
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct ws_socket *socket = handle->data;
    if (status < 0) {
        ws_end(socket, WS_LOST);
        return;
    }
    if ((events & UV_WRITABLE) != 0) {
        if (!ws_flush(socket)) {
            ws_end(socket, WS_LOST);
            return;
        }
        settle(socket);
    }
    if ((events & UV_READABLE) != 0 && socket->state != WS_ENDED) {
        receive(socket);
    }
    if (socket->state != WS_ENDED) {
        ws_poll(socket);
    }
}

void ws_poll(struct ws_socket *socket)
{
    int events = UV_READABLE | (socket->queue.count > 0 ? UV_WRITABLE : 0);
    if (socket->state != WS_ENDED && socket->events != events) {
        socket->events = events;
        CHECK(uv_poll_start(&socket->poll, events, on_poll) == 0);
    }
}

/* wslay's callbacks. */

static ssize_t on_recv(wslay_event_context_ptr wslay, uint8_t *out, size_t size, int flags,
                       void *context)
{
    (void)flags;
    struct ws_socket *socket = context;
    if (socket->early_at < socket->early_length) {
        size_t left = socket->early_length - socket->early_at;
        size_t amount = left < size ? left : size;
        memcpy(out, socket->early + socket->early_at, amount);
        socket->early_at += amount;
        return (ssize_t)amount;
    }
    if (socket->state == WS_ENDED) {
        socket->lost = true;
        wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    ssize_t got = socket->taken < TURN_MAX ? recv(socket->fd, out, size, MSG_DONTWAIT) : -1;
    if (got < 0 && (socket->taken >= TURN_MAX || errno == EAGAIN || errno == EINTR)) {
        wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (got <= 0) {
        socket->lost = true;
        wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    socket->taken += (size_t)got;
    return got;
}

/* Pongs and closes: they pass the limit of the queue, but not without end. */
static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *bytes, size_t length,
                       int flags, void *context)
{
    (void)flags;
    struct ws_socket *socket = context;
    bool bomb = socket->queue.bytes > 2 * socket->server->options.queue_max;
    if (bomb || !ws_put(socket, NULL, 0, bytes, length)) {
        wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    return (ssize_t)length;
}

static void on_message(wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *got,
                       void *context)
{
    (void)wslay;
    struct ws_socket *socket = context;
    if (wslay_is_ctrl_frame(got->opcode)) {
        return; /* settle() sees what follows */
    }
    if (socket->state == WS_OPEN) {
        struct ws_message message = {
            .kind = got->opcode == WSLAY_TEXT_FRAME ? WS_TEXT : WS_BINARY,
            .bytes = got->msg,
            .length = got->msg_length,
        };
        socket->server->options.message(socket->server->options.context, socket, &message);
    }
}

static void start_wslay(struct ws_socket *socket)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_recv,
        .send_callback = on_send,
        .on_msg_recv_callback = on_message,
    };
    CHECK(wslay_event_context_server_init(&socket->wslay, &callbacks, socket) == 0); /* memory */
    wslay_event_config_set_max_recv_msg_length(socket->wslay, socket->server->options.message_max);
}

/* The 101 is out; or, without a descriptor, it never will be. */
static void on_upgraded(void *context, int fd, const void *early, size_t early_length)
{
    struct ws_socket *socket = context;
    struct ws_server *server = socket->server;
    if (fd < 0 || server->ending) {
        if (fd >= 0) {
            (void)close(fd); /* there is nobody any more to serve it */
        }
        socket->code = WS_LOST;
        release(socket);
        return;
    }
    int yes = 1; /* libmicrohttpd leaves it off, and a small message would wait for others */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes,
                     sizeof yes); /* slower without, not wrong */
    socket->fd = fd;
    socket->state = WS_OPEN;
    socket->heard_ns = loop_now_ns(server->loop);
    socket->poll.data = socket;
    CHECK(uv_poll_init(loop_uv(server->loop), &socket->poll, fd) == 0);
    start_wslay(socket);
    if (early_length > 0) {
        socket->early = xmalloc(early_length);
        memcpy(socket->early, early, early_length);
        socket->early_length = early_length;
    }
    ws_poll(socket);
    if (server->options.opened != NULL) {
        server->options.opened(server->options.context, socket);
    }
    if (early_length > 0 && socket->state != WS_ENDED) {
        receive(socket);
    }
}

struct ws_socket *ws_accept(struct ws_server *server, const struct http_request *request,
                            struct http_reply *reply)
{
    char accept[WS_ACCEPT_SIZE];
    int refused =
        server->count >= server->options.sockets_max ? 503 : ws_handshake(request, accept);
    if (refused != 0) {
        reply->status = refused;
        if (refused == 426) {
            http_reply_header(reply, "Upgrade", "websocket");
            http_reply_header(reply, "Sec-WebSocket-Version", "13");
        }
        return NULL;
    }
    const char *type = http_header(request, "Content-Type");
    struct ws_socket *socket = xcalloc(1, sizeof *socket);
    socket->server = server;
    socket->fd = -1;
    socket->state = WS_HANDSHAKE;
    socket->msgpack = type != NULL && strcasecmp(type, "application/msgpack") == 0;
    socket->next = server->sockets;
    if (server->sockets != NULL) {
        server->sockets->previous = socket;
    }
    server->sockets = socket;
    if (server->count++ == 0) {
        loop_timer_start(server->sweep, sweep_ns, sweep_ns);
    }
    http_reply_header(reply, "Upgrade", "websocket");
    http_reply_header(reply, "Sec-WebSocket-Accept", accept);
    http_reply_upgrade(reply, on_upgraded, socket);
    return socket;
}

void ws_set_user(struct ws_socket *socket, void *user)
{
    socket->user = user;
}

void *ws_user(const struct ws_socket *socket)
{
    return socket->user;
}

bool ws_wants_msgpack(const struct ws_socket *socket)
{
    return socket->msgpack;
}

void ws_ping(struct ws_socket *socket, const void *bytes, size_t length)
{
    CHECK(length <= 125);
    if (socket->state == WS_OPEN) {
        struct wslay_event_msg ping = {WSLAY_PING, bytes, length};
        CHECK(wslay_event_queue_msg(socket->wslay, &ping) == 0); /* memory */
        settle(socket);
    }
}

void ws_close(struct ws_socket *socket, int code, const char *reason)
{
    if (socket->state == WS_OPEN) {
        size_t length = reason != NULL ? strlen(reason) : 0;
        CHECK(length <= 123);
        (void)wslay_event_queue_close(socket->wslay, (uint16_t)code, (const uint8_t *)reason,
                                      length); /* fails only when one is on its way */
        settle(socket);
    }
}

void ws_cut(struct ws_socket *socket, bool reset)
{
    if (socket->state == WS_HANDSHAKE || socket->state == WS_ENDED) {
        return;
    }
    if (reset) {
        struct linger none = {.l_onoff = 1};
        (void)setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none); /* then it ends */
    }
    ws_end(socket, WS_LOST);
}

static void on_sweep(void *context)
{
    struct ws_server *server = context;
    int64_t now_ns = loop_now_ns(server->loop);
    int64_t ping_ns = server->options.ping_ns;
    for (struct ws_socket *at = server->sockets; at != NULL; at = at->next) {
        bool closing = at->state == WS_CLOSING || at->state == WS_LINGER;
        if (closing && now_ns > at->deadline_ns) {
            ws_end(at, WS_LOST);
        } else if (at->state == WS_OPEN && at->pinged && now_ns - at->heard_ns > 2 * ping_ns) {
            ws_end(at, WS_LOST);
        } else if (at->state == WS_OPEN && !at->pinged && ping_ns > 0 &&
                   now_ns - at->heard_ns > ping_ns) {
            at->pinged = true;
            ws_ping(at, NULL, 0);
        }
    }
}
