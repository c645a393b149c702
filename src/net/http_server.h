/* http_server.h: an HTTP/1.1 server in the loop, with one handler for all requests.
 *
 * libmicrohttpd parses (strict mode, its epoll in our loop); what it lets through and we do not is
 * answered 400 here: a Content-Length or Host that occurs twice, Transfer-Encoding together with a
 * length, targets that url_parse() refuses. Plain HTTP; TLS goes in front (net/tls_front.h).
 *
 * The handler answers at once, or defers, or upgrades to a WebSocket (net/ws_server.h). How the
 * answer travels may be spoilt on purpose, for tests of clients: struct http_delivery. */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"
#include "net/url.h"
#include "sys/json_writer.h"
#include "sys/problem.h"

struct http_server;
struct http_later;
struct http_stream;

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER,
};

/* All of it is valid until the handler returns. */
struct http_request {
    enum http_method method;
    const char *method_text;
    const char *target; /* as it was sent: for logs */
    struct url url;
    const char *body; /* never NULL, a NUL behind it */
    size_t body_length;
    void *connection; /* for http_header() */
};

/* The first value of a header, whatever the case of its name; NULL when there is none. */
const char *http_header(const struct http_request *request, const char *name);

/* Calls with each header in turn. */
void http_each_header(const struct http_request *request,
                      void (*take)(void *context, const char *name, const char *value),
                      void *context);

/* The first query parameter of that name, decoded; NULL when there is none. All of them, repeated
 * ones too, are in request->url. */
static inline const char *http_query(const struct http_request *request, const char *name)
{
    return url_parameter(&request->url, name);
}

/* How an answer travels; all zero: as it should. Only a delay lets the connection live on. */
struct http_delivery {
    int64_t delay_ns; /* before the first byte */
    bool cut;         /* after `cut_after` bytes, head included, the connection is reset */
    size_t cut_after;
    size_t drip_bytes; /* so many at a time, ... */
    int64_t drip_every_ns;
    int64_t length_lie; /* added to the Content-Length that the head tells */
};

#define HTTP_HEADERS_MAX 16

typedef void http_upgraded_callback(void *context, int fd, const void *early, size_t early_length);

/* What the handler fills in. It comes with status 200 and an empty body. */
struct http_reply {
    int status;
    const char *content_type; /* constant; NULL: application/json where there is a body */

    /* The body, unless one of the functions below gave another. Its memory goes back to the server,
     * so writing here costs no allocation. */
    struct json_writer *json;

    struct http_delivery delivery;

    /* Set by the functions below. */
    struct {
        char name[48];
        char value[208];
    } headers[HTTP_HEADERS_MAX];
    size_t header_count;
    const char *body;
    size_t body_length;
    enum { BODY_JSON, BODY_COPIED, BODY_STATIC, BODY_RAW } body_kind;
    http_upgraded_callback *upgraded;
    void *upgraded_context;
    struct http_later *later;
    struct http_stream *stream;
    void *exchange; /* the server's */
};

/* A header of the answer. CHECKs that it fits and has no line ends. */
void http_reply_header(struct http_reply *reply, const char *name, const char *value);

/* A body of any bytes: copied, or constant for as long as the server lives. */
void http_reply_bytes(struct http_reply *reply, const char *content_type, const void *bytes,
                      size_t length);
void http_reply_static(struct http_reply *reply, const char *content_type, const void *bytes,
                       size_t length);

/* These bytes go out exactly as they are, head and all, and then the connection ends: for answers
 * that are no HTTP. Copied. */
void http_reply_raw(struct http_reply *reply, const void *bytes, size_t length);

/* Answers 101 and then hands over the socket (non-blocking, the callee's to close) and what the
 * client sent behind its request. Called exactly once: with -1 when the client was gone before. */
void http_reply_upgrade(struct http_reply *reply, http_upgraded_callback *upgraded, void *context);

/* The answer comes later: fill http_later_reply() and call http_later_send(), exactly once, or
 * http_later_drop(), which ends the connection without an answer. All three are safe when client or
 * server are gone by then. */
struct http_later *http_defer(struct http_reply *reply);
struct http_reply *http_later_reply(struct http_later *later);
void http_later_send(struct http_later *later);
void http_later_drop(struct http_later *later);

/* The body comes in pieces, whenever there are some: chunked. `closed` is called once, when nobody
 * reads it any more or it has ended; the stream is gone then. A reader who is gone is seen within a
 * second or two; one who lets more than 4 MiB wait is cut. In `closed` nothing is asked of this
 * server. */
struct http_stream *http_reply_stream(struct http_reply *reply, const char *content_type,
                                      void (*closed)(void *context), void *context);
void http_stream_write(struct http_stream *stream, const void *bytes, size_t length);
void http_stream_end(struct http_stream *stream);

/* Whether nobody waits for the answer any more; seen within a second or two. */
bool http_later_is_gone(const struct http_later *later);

typedef void http_handler(void *context, const struct http_request *request,
                          struct http_reply *reply);

struct http_options {
    const char *address; /* NULL: 127.0.0.1 */
    uint16_t port;       /* 0: any that is free */
    http_handler *handle;
    void *context;
    size_t body_max;          /* 0: 64 KiB; more is answered 413 */
    size_t header_max;        /* 0: 16 KiB for line and headers together; more is answered 431 */
    unsigned connections_max; /* 0: 1024 */
    int64_t header_ns;        /* from the first byte or line to the last header; 0: 10 s */
    int64_t body_ns;          /* 0: 10 s */
    int64_t idle_ns;          /* between two requests; 0: 75 s */
    int64_t send_ns;          /* for the client to take an answer; 0: 60 s */
};

/* ERR_BUSY: the port is taken. */
enum err http_server_create(struct loop *loop, const struct http_options *options,
                            struct http_server **out, struct problem *problem);

/* Ends all connections; deferred answers may still be sent, to nobody. Not from within the handler.
 */
void http_server_destroy(struct http_server *server);

/* Lets it do at once what is ready: answers that http_later_send() gave, and pieces of streams, are
 * written when this returns, as far as sockets take them. Not from within its own handler. */
void http_server_turn(struct http_server *server);

/* The port that it listens on. */
uint16_t http_server_port(const struct http_server *server);

/* "Not Found"; never NULL. */
const char *http_status_text(int status);

#endif
