/* call.h: one request as a handler sees it, and the answer that it writes.
 *
 * A handler reads path arguments, query and body, asks the venue, and writes one JSON value. It
 * knows nothing of sockets: the server (server.h) makes calls out of HTTP requests, tests make them
 * out of text. */
#ifndef EXCHANGE_HTTP_CALL_H
#define EXCHANGE_HTTP_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "net/tree.h"
#include "sys/json_writer.h"
#include "venue/venue.h"

#define CALL_ARGUMENTS_MAX 2

struct query_item {
    const char *name; /* decoded; NUL-terminated */
    const char *value;
};

/* Answers that go on: server-sent events. */
enum call_events {
    CALL_EVENTS_NONE,
    CALL_EVENTS_TRADES,
    CALL_EVENTS_ACTIVITIES,
    CALL_EVENTS_ACTIONS, /* corporate actions: the same for all accounts */
};
enum { CALL_EVENTS_COUNT = 4 };

struct call {
    struct venue *venue;
    struct pace *pace;       /* how the venue's time goes; NULL where nobody drives it */
    struct account *account; /* who asks; NULL on routes without one */
    const char *arguments[CALL_ARGUMENTS_MAX]; /* what {...} in the path stood for, decoded */
    const struct query_item *query;
    uint32_t query_count;
    const struct node *body;   /* NULL: none was sent */
    int status;                /* of the answer; 200 unless a handler says otherwise */
    bool empty;                /* the answer has no body (204, or an empty 200) */
    const char *last_event_id; /* where a client's events ended before; NULL: it says nothing */
    uint8_t events;            /* enum call_events; set by a handler: no value is written */
    bool without_newest;       /* the newest order is not listed, by fault script */
    struct json_writer *json;  /* takes the answer */
};

typedef void call_handler(struct call *call);

/* The last value of that name; NULL when it is absent. */
const char *call_query(const struct call *call, const char *name);

/* The same as a truth value in any case of letters; `otherwise` when it is absent. False with the
 * refusal sent when it is none. */
bool call_query_bool(struct call *call, const char *name, bool otherwise, bool *value);

/* A whole number in lowest..highest. */
bool call_query_int(struct call *call, const char *name, int64_t lowest, int64_t highest,
                    int64_t otherwise, int64_t *value);

/* A date or a moment: "2026-03-16", RFC 3339 with Z or an offset. `present`: whether it was given.
 * A date is its first nanosecond in New York. */
bool call_query_time(struct call *call, const char *name, bool *present, int64_t *ts_ns);

/* Answers with a refusal instead of what was written so far. */
void call_refuse(struct call *call, const struct refusal *refusal);
void call_fail(struct call *call, int status, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
