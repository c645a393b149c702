/* ws_client_private.h: what the files of the WebSocket client share. */
#ifndef NET_WS_CLIENT_PRIVATE_H
#define NET_WS_CLIENT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/curl_loop.h"
#include "net/ws_client.h"
#include "net/ws_private.h" /* WS_ACCEPT_SIZE, libuv, wslay */

enum {
    WS_GREETING_MAX = 16 << 10,
    WS_TURN_MAX = 512 << 10, /* bytes taken before others in the loop have their turn */
};

/* ws_client_handshake.c: the opening handshake as text. */

/* Where to, and what is said there. */
struct ws_hello {
    char *url;     /* http or https: for libcurl */
    char *request; /* may hold secrets: ws_hello_finish() wipes it */
    size_t length;
    char accept[WS_ACCEPT_SIZE]; /* what the server must answer */
};

/* NULL, or what is wrong with the address or a header, constant; ws_hello_finish() in any case. */
const char *ws_hello_init(struct ws_hello *hello, const char *url, const char *const *headers);
void ws_hello_finish(struct ws_hello *hello);

enum ws_greeting_kind {
    WS_GREETING_MORE, /* it is not whole yet */
    WS_GREETING_OPEN,
    WS_GREETING_REFUSED,
};

struct ws_greeting {
    enum ws_greeting_kind kind;
    size_t length;   /* of OPEN: what is behind it are frames */
    int http_status; /* of an answer that is HTTP; else 0 */
    const char *why; /* of REFUSED, constant */
};

/* Judges what the server has said so far. */
struct ws_greeting ws_greeting_read(const char *bytes, size_t length, const char *accept);

enum ws_phase {
    WS_PHASE_CONNECT,
    WS_PHASE_GREETING, /* our handshake is out, or on its way */
    WS_PHASE_OPEN,
    WS_PHASE_CLOSING, /* our close is out, the other's is awaited */
    WS_PHASE_LINGER,  /* nothing more is said; the end of the stream is awaited */
    WS_PHASE_ENDED,   /* closed() is due, or was called */
};

/* Bytes to be sent. They stay where they are until they are: TLS, which has begun with some, must
 * be given the same again. */
struct ws_chunk {
    struct ws_chunk *next;
    size_t length, sent;
    uint8_t bytes[];
};

struct ws_client {
    struct loop *loop;
    struct ws_client_options options; /* its texts are not used after the start */
    struct ws_hello hello;
    struct curl_loop *curl;
    CURL *easy;
    uv_timer_t deadline;
    uv_timer_t again;  /* more is to be read than one turn takes */
    uv_prepare_t rest; /* before the loop waits again */
    uv_poll_t poll;
    int handles; /* of libuv, not closed yet */
    int fd;      /* our own name for curl's socket; -1: none */
    int events;  /* polled for */
    enum ws_phase phase;
    bool told;      /* closed() was called */
    bool destroyed; /* its owner is gone */
    bool lost;      /* nothing more can be read */
    bool plain;     /* no TLS, which may hold bytes that the socket no longer has */
    bool drained;   /* plain, and the socket had less than was asked for in this turn */
    bool refused;   /* a frame had a bad head: our close is the last word */
    int code;
    int http_status;
    char why[CURL_ERROR_SIZE];
    char words[CURL_ERROR_SIZE]; /* libcurl's */
    wslay_event_context_ptr wslay;
    struct ws_chunk *out, **out_end;
    size_t queued;
    uint8_t *said; /* by wslay, not yet a chunk */
    size_t said_length, said_capacity;
    size_t taken; /* bytes read in this turn */
    size_t in_at, in_length;
    uint8_t in[64 << 10];
};

/* ws_client.c: it is over; closed() follows in the loop. The first reason counts. */
void ws_client_end(struct ws_client *client, int code, const char *why);

/* ws_client_io.c */

void ws_client_start_frames(struct ws_client *client);

/* More bytes into `in`, behind what is there; false when none are to be had now, or ever (`lost`).
 */
bool ws_client_read(struct ws_client *client);

/* Queues bytes that are no frame of wslay's. */
void ws_client_put(struct ws_client *client, const void *bytes, size_t length);

/* What wslay has to say is queued, and sent as far as it goes; false: it is lost. */
bool ws_client_flush(struct ws_client *client);
void ws_client_drop_queue(struct ws_client *client);

#endif
