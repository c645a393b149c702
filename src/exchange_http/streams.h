/* streams.h: the connections that stay: trade updates (/stream) and market data (/v2/iex, ...), on
 * WebSockets. What is said on them is the sessions' (trading_stream.h, data_stream.h). */
#ifndef EXCHANGE_HTTP_STREAMS_H
#define EXCHANGE_HTTP_STREAMS_H

#include "net/http_server.h"
#include "net/loop.h"
#include "venue/venue.h"

struct streams;
struct events;

/* Watches the venue's market and orders from now on; what becomes of orders goes to `events`, too.
 */
struct streams *streams_create(struct loop *loop, struct venue *venue, struct events *events);

/* Cuts every connection; before the loop and the venue end. */
void streams_destroy(struct streams *streams);

/* Takes a request for one of the paths that are streams: upgrades it, or says why not. False when
 * the path is none of them. */
bool streams_accept(struct streams *streams, const struct http_request *request,
                    struct http_reply *reply);

/* The streams learn what time it is at the venue: openings and closings, what was 15 minutes ago.
 */
void streams_follow(struct streams *streams);

/* When the next message that a fault holds back is due, by the venue's time; VENUE_NEVER. */
int64_t streams_next_ns(const struct streams *streams);

/* Now and then: the same, and who has not signed in after ten seconds is told so. */
void streams_beat(struct streams *streams);

#endif
