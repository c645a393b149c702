/* http_lane.h: one connection that is kept ready for requests which must not wait: it is connected
 * before anything is asked, and a request goes out within the call that asks.
 *
 * libcurl connects and verifies TLS; the request's bytes and the answer's (net/http_reader.h) are
 * ours, because setting up a transfer of libcurl's takes longer than everything else on the way
 * from a tick to an order. It carries one request at a time and is made once: who owns it makes
 * another one when it is over. */
#ifndef NET_HTTP_LANE_H
#define NET_HTTP_LANE_H

#include "net/http_reader.h"
#include "net/loop.h"

struct http_lane;

/* What became of the request: `fault` NULL: a whole answer is in the reader; else why there is none
 * (constant text). Called once, from the loop, unless it was dropped. */
typedef void http_lane_done(void *context, struct http_reader *reader, const char *fault);

struct http_lane_options {
    const char *origin;     /* "http://127.0.0.1:8080", without a path */
    const char *user_agent; /* NULL: none is named */
    const char *ca_file;    /* PEM; NULL: the system's */
    int64_t connect_ns;     /* name, connect and TLS together */
};

/* Begins to connect; copies what it is given. */
struct http_lane *http_lane_create(struct loop *loop, const struct http_lane_options *options);
void http_lane_destroy(struct http_lane *lane);

/* Whether the URL leads there, by this origin and not another one; its target then. NULL: no. */
const char *http_lane_target(const struct http_lane *lane, const char *url);

/* Connected and not in use. */
bool http_lane_is_free(const struct http_lane *lane);

/* It never was, or is no more: nothing goes there again. */
bool http_lane_is_over(const struct http_lane *lane);

/* Since when nobody has used it. */
int64_t http_lane_idle_ns(const struct http_lane *lane);

struct http_lane_request {
    const char *method;
    const char *target;         /* "/v2/orders?limit=1" */
    const char *const *headers; /* "Name: value"; NULL-ended; NULL: none */
    const void *body;
    size_t body_length;
    bool says_length; /* of its body */
    bool bodiless;    /* it is a HEAD: its answer has no body */
};

/* Writes the request on a lane that is free. False: not a byte of it was written, because it cannot
 * be said as it is, or because the lane is over: the request may go elsewhere. `answer`: where the
 * answer's body goes. */
bool http_lane_ask(struct http_lane *lane, const struct http_lane_request *request,
                   struct http_body *answer, http_lane_done *done, void *context);

/* Nobody waits for the answer any more: the lane is over. */
void http_lane_drop(struct http_lane *lane);

#endif
