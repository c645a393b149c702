/* event_log.h: the last events of an account, for streams of server-sent events, which can begin in
 * the past: /v2/events/trades and /v2beta1/events/activities. One log for each account and kind.
 *
 * It is bounded: the oldest events make room for new ones. An event is a JSON object; the log puts
 * its `event_id` in front of its members. Only text: whoever streams it asks for what a client
 * has not got yet whenever something was added.
 *
 *   struct event_cursor cursor;
 *   if (event_cursor_read(call, log, &cursor)) {   the request is in order
 *       event_log_write(log, &cursor, &text);      what the past holds, as lines
 *       ... again after each event, until cursor.ended
 *   } */
#ifndef EXCHANGE_HTTP_EVENT_LOG_H
#define EXCHANGE_HTTP_EVENT_LOG_H

#include "exchange_http/call.h"
#include "exchange_http/ulid.h"

struct event_log;

/* Holds at most `capacity` events. `seed` makes their ids; logs of one account take two. */
struct event_log *event_log_create(uint64_t seed, uint32_t capacity);
void event_log_destroy(struct event_log *log);

/* Adds an event whose text is a JSON object; copies it. `type`, below 32, is what a client can
 * leave out. An event that is told with an earlier time than the one before it takes that one's, so
 * that ids rise. Returns its id, valid until the next one is added. */
const char *event_log_add(struct event_log *log, int64_t ts_ns, unsigned type, const char *text);

/* Which events a client wants, and how far it has got. */
struct event_cursor {
    uint64_t next;    /* number of the next event to look at */
    int64_t since_ns; /* all four included; INT64_MIN and INT64_MAX where not asked for */
    int64_t until_ns;
    char since_id[ULID_TEXT_SIZE]; /* "": not asked for */
    char until_id[ULID_TEXT_SIZE];
    uint32_t types; /* bits: only these; all unless its owner says otherwise */
    uint64_t lost;  /* events that the log dropped before they were written */
    bool ended;     /* what was asked for has an end, and lies behind */
};

/* A cursor from the query's since, until, since_id, until_id: with none of them it begins behind
 * the last event. An id that the client brings back as it connects again (call->last_event_id)
 * stands for since_id. False with the refusal sent: two kinds of bounds mixed, an until without its
 * since, or no time or id. */
bool event_cursor_read(struct call *call, const struct event_log *log, struct event_cursor *cursor);

/* Text that grows as needed. */
struct event_text {
    char *bytes; /* owned by whoever uses it: free() */
    size_t length;
    size_t capacity;
};

/* Appends `data: {...}` and an empty line for each event that the client has not got yet, and a
 * comment line when some were dropped; now_ns ends a cursor whose time is over. */
void event_log_write(const struct event_log *log, struct event_cursor *cursor, int64_t now_ns,
                     struct event_text *out);

#endif
