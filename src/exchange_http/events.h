/* events.h: server-sent events: GET /v2/events/trades and GET /v2beta1/events/activities, one log
 * of each account and kind, from its first event on; GET /v1beta1/events/corporate-actions, one for
 * all (action_feed.h); and those who read them.
 *
 * Unlike the WebSocket it can begin in the past (event_log.h). Lines that begin with a colon are
 * comments: they show that the connection lives. */
#ifndef EXCHANGE_HTTP_EVENTS_H
#define EXCHANGE_HTTP_EVENTS_H

#include "exchange_http/call.h"
#include "net/http_server.h"

struct events;

struct events *events_create(struct venue *venue);

/* When the HTTP server has ended, and the venue not yet. */
void events_destroy(struct events *events);

/* Begins to answer a call that asks for events (call->events), unless its query is refused. */
void events_open(struct events *events, struct call *call, struct http_reply *reply);

/* What became of an order; `update` is a trade update (shape_trade_update()). */
void events_add_trade(struct events *events, const struct account *account, int64_t ts_ns,
                      const char *update);

/* What else is new goes into the logs, and all of it to those who read; whether any was. */
bool events_follow(struct events *events);

/* A comment to everybody who has heard nothing for so long by the wall clock. */
void events_beat(struct events *events, int64_t wall_ns);

/* The accounts will be no more. */
void events_reset(struct events *events);

/* The routes: they say which events; events_open() does the rest. */
void serve_trade_events(struct call *call);
void serve_activity_events(struct call *call);
void serve_action_events(struct call *call);

#endif
