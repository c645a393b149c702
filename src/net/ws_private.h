/* ws_private.h: what the files of the WebSocket server share. */
#ifndef NET_WS_PRIVATE_H
#define NET_WS_PRIVATE_H

#include <uv.h>
#include <wslay/wslay.h>

#include "net/ws_server.h"

/* A whole frame, ready to be sent to anyone: what a server sends is not masked. */
struct ws_buffer {
    uint32_t users;
    size_t length;
    uint8_t bytes[];
};

enum ws_state {
    WS_HANDSHAKE, /* the 101 is not out yet */
    WS_OPEN,
    WS_CLOSING, /* our close is out, the peer's is awaited */
    WS_LINGER,  /* both are; the peer's end of the stream is awaited, so that it can read ours */
    WS_ENDED,   /* closed() is due */
};

/* A ring of buffers: `count` from `first` on; of the first one `offset` bytes are sent. */
struct ws_queue {
    struct ws_buffer **buffers;
    size_t capacity; /* a power of two, or 0 */
    size_t first;
    size_t count;
    size_t offset;
    size_t bytes; /* not yet sent */
};

struct ws_socket {
    struct ws_server *server;
    struct ws_socket *next, *previous;
    void *user;
    uv_poll_t poll;
    int fd;
    int events; /* polled for */
    enum ws_state state;
    int code; /* for closed() */
    bool msgpack;
    bool lost;           /* nothing more can be read */
    bool refused;        /* a frame had a bad head: our close is the last word */
    int64_t deadline_ns; /* of WS_CLOSING and WS_LINGER */
    int64_t heard_ns;
    bool pinged; /* since then */
    wslay_event_context_ptr wslay;
    char *early; /* came with the handshake; freed when read */
    size_t early_length, early_at;
    size_t taken; /* bytes received in this turn */
    struct ws_queue queue;
};

struct ws_server {
    struct loop *loop;
    struct ws_options options;
    struct ws_socket *sockets;
    unsigned count;
    struct loop_timer *sweep;
    bool ending;
};

/* ws_handshake.c: what to answer in Sec-WebSocket-Accept, or the status to refuse with. */
#define WS_ACCEPT_SIZE 29
int ws_handshake(const struct http_request *request, char accept[WS_ACCEPT_SIZE]);

/* The answer to a key, which has 24 characters. */
void ws_accept_for(const char *key, char accept[WS_ACCEPT_SIZE]);

/* Whether a comma-separated list has the token, in any case; the list may be NULL. */
bool ws_has_token(const char *list, const char *token);

/* ws_send.c */

/* As much of the queue as the socket takes; false when the socket is lost. */
bool ws_flush(struct ws_socket *socket);

/* Sends now what can be sent and queues the rest, however much; false when the socket is lost. */
bool ws_put(struct ws_socket *socket, const void *head, size_t head_length, const void *bytes,
            size_t length);
void ws_queue_finish(struct ws_queue *queue);

/* ws_server.c */

/* Polls for what is to be done. */
void ws_poll(struct ws_socket *socket);

/* Ends it; closed() follows in the next turn. */
void ws_end(struct ws_socket *socket, int code);

#endif
