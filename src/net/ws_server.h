/* ws_server.h: WebSockets (RFC 6455) on connections that the HTTP server upgraded.
 *
 * wslay reads: frames must be masked, text is UTF-8, control frames are short and whole; it answers
 * pings and closes. Extensions are declined by not answering them. What is sent goes out at once as
 * far as the socket takes it; the rest waits in a queue of bounded size, and who sends learns that
 * a client is slow.
 *
 * In a handler of the HTTP server:
 *     struct ws_socket *socket = ws_accept(server, request, reply);
 *     if (socket != NULL) {
 *         ws_set_user(socket, ...);     else `reply` says what was wrong with the handshake
 *     }
 * From then on closed() is called once for that socket, whatever happens. */
#ifndef NET_WS_SERVER_H
#define NET_WS_SERVER_H

#include "net/http_server.h"

struct ws_server;
struct ws_socket;
struct ws_buffer;

enum ws_kind { WS_TEXT = 1, WS_BINARY = 2 };

/* Codes of RFC 6455 for ws_close() and closed(). */
enum {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_NO_CODE = 1005, /* closed() only: the peer's close had none */
    WS_LOST = 1006,    /* closed() only: no close came */
    WS_BAD_TEXT = 1007,
    WS_POLICY = 1008,
    WS_TOO_BIG = 1009,
    WS_INTERNAL = 1011,
};

struct ws_message {
    enum ws_kind kind;
    const void *bytes; /* valid during the call */
    size_t length;
};

struct ws_options {
    void *context;
    void (*opened)(void *context, struct ws_socket *socket); /* from now on it can be sent to */
    void (*message)(void *context, struct ws_socket *socket, const struct ws_message *message);
    void (*closed)(void *context, struct ws_socket *socket, int code); /* last; may be NULL */
    size_t message_max;   /* 0: 64 KiB; a longer message closes the socket with WS_TOO_BIG */
    size_t queue_max;     /* 0: 1 MiB */
    bool cut_slow;        /* a client that is too slow is cut, not just told of */
    unsigned sockets_max; /* 0: 1024; more are answered 503 */
    int64_t ping_ns; /* one that was silent so long is pinged, and cut after twice that; 0: no */
};

struct ws_server *ws_server_create(struct loop *loop, const struct ws_options *options);

/* Cuts all sockets; their closed() are called in the loop's next turn. The server may be destroyed
 * before or after the HTTP server, but before the loop. */
void ws_server_destroy(struct ws_server *server);

/* NULL: the handshake is none, and `reply` says so. */
struct ws_socket *ws_accept(struct ws_server *server, const struct http_request *request,
                            struct http_reply *reply);

/* The caller's own pointer. */
void ws_set_user(struct ws_socket *socket, void *user);
void *ws_user(const struct ws_socket *socket);

/* The handshake had `Content-Type: application/msgpack`. */
bool ws_wants_msgpack(const struct ws_socket *socket);

enum ws_sent {
    WS_SENT,   /* or queued */
    WS_SLOW,   /* not queued: it would be more than queue_max; with cut_slow, the socket is cut */
    WS_CLOSED, /* not open yet, closing, or lost */
};

/* Sends a message; the bytes are copied as far as the socket does not take them. */
enum ws_sent ws_send(struct ws_socket *socket, enum ws_kind kind, const void *bytes, size_t length);

/* One message for many sockets: counted by its users, one for each who was given it, copied once.
 * It is ws_buffer_release()'s to give back. */
struct ws_buffer *ws_buffer_create(enum ws_kind kind, const void *bytes, size_t length);
void ws_buffer_release(struct ws_buffer *buffer);
enum ws_sent ws_send_buffer(struct ws_socket *socket, struct ws_buffer *buffer);

/* Bytes that wait to be sent. */
size_t ws_queued(const struct ws_socket *socket);

void ws_ping(struct ws_socket *socket, const void *bytes, size_t length); /* at most 125 bytes */

/* Sends a close and waits two seconds for the other's. `reason` may be NULL. */
void ws_close(struct ws_socket *socket, int code, const char *reason);

/* Ends it without a word; with `reset`, not even the end of the stream. */
void ws_cut(struct ws_socket *socket, bool reset);

/* The same message in frames of at most `piece` bytes, and, if `empty_last`, one more without any:
 * as some clients and servers send, and all must understand. */
enum ws_sent ws_send_pieces(struct ws_socket *socket, enum ws_kind kind, const void *bytes,
                            size_t length, size_t piece, bool empty_last);

/* Bytes past all framing, for tests of clients: a broken frame, a piece of one. */
enum ws_sent ws_send_raw(struct ws_socket *socket, const void *bytes, size_t length);

#endif
