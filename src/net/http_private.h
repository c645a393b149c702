/* http_private.h: what the files of the HTTP server share. */
#ifndef NET_HTTP_PRIVATE_H
#define NET_HTTP_PRIVATE_H

#include <microhttpd.h>

#include "net/http_server.h"

struct http_spoiler;

/* Where a connection's request stands. */
enum http_state {
    HTTP_IDLE,      /* waiting for a request, or receiving its head */
    HTTP_RECEIVING, /* its body */
    HTTP_REFUSED,   /* answered before its body was read */
    HTTP_HANDLING,  /* the handler runs */
    HTTP_WAITING,   /* suspended: deferred, delayed or on its way by http_spoil() */
    HTTP_READY,     /* its answer can be queued */
    HTTP_DROPPED,   /* it ends without an answer from libmicrohttpd */
    HTTP_SENDING,
};

/* A connection, its request and its answer; memory stays from request to request. */
struct http_connection {
    struct http_server *server; /* NULL: it is gone, and only `reply.later` holds this */
    struct MHD_Connection *mhd;
    struct http_connection *next, *previous;
    int fd;
    enum http_state state;
    int64_t deadline_ns; /* by loop_now_ns(); 0: none */
    bool peer_gone;
    char *target; /* twice: as sent, and taken apart */
    size_t target_capacity;
    size_t target_length;
    char *body;
    size_t body_length;
    size_t body_capacity;
    bool body_too_large;
    struct http_request request;
    struct http_reply reply;
    struct json_writer json;
    char *copied; /* a copied body, owned */
    size_t copied_capacity;
    struct loop_timer *delay;
    struct http_spoiler *spoiler;
};

struct http_server {
    struct loop *loop;
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct http_connection *connections;
    struct http_run *run; /* the daemon within the loop */
    struct loop_timer *sweep;
    uint16_t port;
    bool ending;
};

/* http_run.c: the daemon within the loop. */
struct http_run *http_run_create(struct loop *loop, struct MHD_Daemon *daemon);
void http_run_destroy(struct http_run *run);

/* Lets the daemon work soon: something was resumed. */
void http_run_soon(struct http_run *run);

/* http_reply.c: the answer. */
void http_reply_begin(struct http_connection *connection);

/* Queues, delays or spoils the answer that the handler gave. */
enum MHD_Result http_reply_deliver(struct http_connection *connection);

/* Queues it now. */
enum MHD_Result http_reply_queue(struct http_connection *connection);

/* Lets a suspended connection go on in that state. */
void http_resume(struct http_connection *connection, enum http_state state);

const void *http_reply_body(const struct http_reply *reply, size_t *length);

/* http_stream.c: the response; ends it without its end; whether it has nothing to write. */
struct MHD_Response *http_stream_response(struct http_stream *stream);
void http_stream_drop(struct http_stream *stream);
/* The connection is gone. */
void http_stream_forget(struct http_stream *stream);
bool http_stream_is_idle(const struct http_stream *stream);

/* http_spoil.c: writes the answer past libmicrohttpd, as `delivery` says; then the connection is
 * HTTP_DROPPED. */
void http_spoil(struct http_connection *connection);
void http_spoil_stop(struct http_connection *connection);

/* http_connection.c */
struct http_connection *http_connection_create(struct http_server *server,
                                               struct MHD_Connection *mhd);
void http_connection_destroy(struct http_connection *connection);

#endif
