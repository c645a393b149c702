/* http_client.h: asks HTTP servers in the loop, and says exactly what became of each request.
 *
 * libcurl does DNS, TLS and HTTP/1.1 (keep-alive). What it would do on its own account it does not
 * do here: no retries, no redirects, no proxy from the environment, no other protocols, no cookies.
 * TLS is always verified, by the system's authorities or by the given file.
 *
 * The outcome is what orders hang on (reliability O4): a request of which no byte was written was
 * not sent; one of which a byte was written and that got no whole answer may have been carried out.
 * A connection that ended while nobody used it is replaced by a fresh one before anything is
 * written. An answer without a length is whole when the connection ends in order. */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/http_server.h" /* enum http_method */
#include "net/loop.h"
#include "sys/problem.h"

struct http_client;
struct http_call;

enum http_outcome {
    HTTP_ANSWERED,  /* a whole answer came, whatever its status */
    HTTP_NOT_SENT,  /* failed before any byte of the request was written: name, connect, TLS */
    HTTP_NO_ANSWER, /* a byte was written, and no whole answer came: time out, reset, cut, too
                       large, not HTTP, a body that does not decompress */
};

struct http_answer {
    enum http_outcome outcome;
    int status;       /* 0 unless ANSWERED; a redirect is an answer like any other */
    const char *body; /* never NULL, a NUL behind it; valid during the call, as all of it */
    size_t length;
    const char *why;     /* unless ANSWERED: in a few words, without the URL's query; else "" */
    bool timed_out;      /* unless ANSWERED */
    const void *headers; /* for http_answer_header() */
};

/* The last value of a header of the answer, whatever the case of its name; NULL: there is none. */
const char *http_answer_header(const struct http_answer *answer, const char *name);

typedef void http_answered(void *context, const struct http_answer *answer);

/* All of it is copied. */
struct http_ask {
    enum http_method method;
    const char *url;            /* http:// or https:// */
    const char *const *headers; /* "Name: value"; NULL-ended; NULL: none. Secrets may be here: they
                                   appear in no message and no trace */
    const void *body;           /* NULL: none */
    size_t body_length;
    int64_t timeout_ns;      /* in all; 0: none, who asks cancels it by a clock of its own */
    size_t answer_max;       /* bytes of the body, decompressed; 0: 16 MiB */
    bool prompt;             /* goes by the connection that is kept ready, where that is free */
    http_answered *answered; /* exactly once, never from within http_ask(), unless canceled */
    void *context;
};

struct http_client_options {
    const char *user_agent;   /* copied */
    const char *ca_file;      /* PEM; NULL: the system's; copied */
    int64_t connect_ns;       /* name, connect and TLS together; 0: 5 s */
    unsigned connections_max; /* to one host at a time; others wait; 0: 8 */
};

struct http_client *http_client_create(struct loop *loop,
                                       const struct http_client_options *options);

/* Ends all calls without their answers. Before the loop; not from within answered(). */
void http_client_destroy(struct http_client *client);

/* Never fails by itself: what is wrong comes as HTTP_NOT_SENT. */
struct http_call *http_ask(struct http_client *client, const struct http_ask *ask);

/* From now on one connection there is kept ready: what is asked with `prompt` goes out within
 * http_ask() while it is free (net/http_lane.h). `origin`: "https://host:port". Once. */
void http_client_keep_ready(struct http_client *client, const char *origin);

/* No answer comes any more; the call is gone. Whether bytes of it were written is returned: the
 * request may have been carried out. */
bool http_call_cancel(struct http_call *call);

/* Requests under way. */
unsigned http_client_pending(const struct http_client *client);

#endif
