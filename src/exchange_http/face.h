/* face.h: HTTP requests to calls, and calls' answers back: who asks, how often, for what. */
#ifndef EXCHANGE_HTTP_FACE_H
#define EXCHANGE_HTTP_FACE_H

#include "exchange_http/events.h"
#include "exchange_http/rate_limit.h"
#include "exchange_http/routes.h"
#include "net/http_server.h"
#include "venue/pace.h"
#include "venue/venue.h"

struct face {
    struct venue *venue;
    struct pace *pace;
    const struct route_table *const *routes;   /* alpaca_face or admin_face */
    bool keys;                                 /* requests need a key pair */
    struct rate_limit (*limits)[BUDGET_COUNT]; /* by account; NULL: no keys, no limits */
    struct tree body;
    uint64_t requests;     /* so many so far */
    struct events *events; /* for calls that ask for them; NULL: nobody serves them */
    bool without_newest;   /* the present request's lists lack the newest order, by fault script */
};

void face_init(struct face *face, struct venue *venue, struct pace *pace,
               const struct route_table *const *routes, bool keys);
void face_finish(struct face *face);

/* So many requests a minute from now on, for every account; 0: any number. */
void face_limit(struct face *face, uint32_t trading, uint32_t data);

/* The account of a request's key pair: the APCA headers, or HTTP's basic ones. NULL with the
 * refusal when there is none or it is wrong. */
struct account *face_account(struct face *face, const struct http_request *request,
                             struct refusal *refusal);

/* Answers a request; an http_handler's inside. */
void face_serve(struct face *face, const struct http_request *request, struct http_reply *reply);

#endif
