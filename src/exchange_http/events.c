#include "exchange_http/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "exchange_http/action_feed.h"
#include "exchange_http/event_log.h"
#include "exchange_http/shape_activity.h"
#include "sys/memory.h"

enum { LOG_EVENTS = 4096 };

#define HEARTBEAT_NS (10 * NS_PER_S)

static const char heartbeat[] = ": heartbeat\n\n";

struct events_reader {
    struct events *events;
    struct http_stream *stream;
    struct event_log *log;
    struct event_cursor cursor;
    bool ended;
    int64_t told_ns; /* the last time that anything was sent, by the wall clock; 0: just now */
    struct events_reader *next;
    struct events_reader *previous;
};

/* Of one account. */
struct account_events {
    struct event_log *logs[CALL_EVENTS_COUNT];
    uint32_t activities; /* so many are in the log */
};

struct events {
    struct venue *venue;
    struct account_events *accounts; /* plan.accounts_max */
    struct action_feed actions;
    struct events_reader *first;
    struct event_text text;
    struct json_writer json;
};

struct events *events_create(struct venue *venue)
{
    struct events *events = xcalloc(1, sizeof *events);
    events->venue = venue;
    events->accounts = xcalloc(venue->plan.accounts_max, sizeof *events->accounts);
    json_init(&events->json, false);
    return events;
}

static void drop_logs(struct events *events)
{
    for (uint32_t i = 0; i < events->venue->plan.accounts_max; i++) {
        for (int kind = 0; kind < CALL_EVENTS_COUNT; kind++) {
            event_log_destroy(events->accounts[i].logs[kind]);
        }
        events->accounts[i] = (struct account_events){0};
    }
    action_feed_finish(&events->actions);
}

void events_destroy(struct events *events)
{
    if (events != NULL) {
        drop_logs(events);
        free(events->accounts);
        free(events->text.bytes);
        json_finish(&events->json);
        free(events);
    }
}

void events_reset(struct events *events)
{
    for (struct events_reader *reader = events->first; reader != NULL; reader = reader->next) {
        reader->ended = true;
        reader->log = NULL;
        http_stream_end(reader->stream);
    }
    drop_logs(events);
}

/* ---- logs ---- */

static struct event_log *log_of(struct events *events, const struct account *account,
                                enum call_events kind)
{
    struct event_log **log = &events->accounts[account->index].logs[kind];
    if (*log == NULL) {
        *log = event_log_create(account->seed + (uint64_t)kind, LOG_EVENTS);
    }
    return *log;
}

void events_add_trade(struct events *events, const struct account *account, int64_t ts_ns,
                      const char *update)
{
    (void)event_log_add(log_of(events, account, CALL_EVENTS_TRADES), ts_ns, 0, update);
}

static void add_activities(struct events *events, const struct account *account)
{
    struct account_events *of = &events->accounts[account->index];
    for (; of->activities < account->activity_count; of->activities++) {
        const struct activity *activity = &account->activities[of->activities];
        json_reset(&events->json);
        shape_activity_event(&events->json, account, activity);
        (void)event_log_add(log_of(events, account, CALL_EVENTS_ACTIVITIES), activity->ts_ns, 0,
                            events->json.text);
    }
}

/* ---- readers ---- */

static void on_closed(void *context)
{
    struct events_reader *reader = context;
    if (reader->previous != NULL) {
        reader->previous->next = reader->next;
    } else {
        reader->events->first = reader->next;
    }
    if (reader->next != NULL) {
        reader->next->previous = reader->previous;
    }
    free(reader);
}

/* What the reader has not got yet; whether that was anything. */
static bool send(struct events_reader *reader)
{
    struct event_text *text = &reader->events->text;
    if (reader->ended) {
        return false;
    }
    text->length = 0;
    event_log_write(reader->log, &reader->cursor, reader->events->venue->now_ns, text);
    http_stream_write(reader->stream, text->bytes, text->length);
    if (reader->cursor.ended) {
        reader->ended = true;
        http_stream_end(reader->stream);
    }
    reader->told_ns = text->length > 0 ? 0 : reader->told_ns;
    return text->length > 0 || reader->ended;
}

/* The log that is asked for, and from where on; NULL with the refusal sent. */
static struct event_log *find_log(struct events *events, struct call *call,
                                  struct event_cursor *cursor)
{
    if (call->events == CALL_EVENTS_ACTIONS) {
        action_feed_follow(&events->actions, events->venue);
        return action_feed_cursor(call, &events->actions, cursor) ? events->actions.log : NULL;
    }
    call->last_event_id = NULL; /* Alpaca documents it for the feed of actions alone */
    add_activities(events, call->account);
    struct event_log *log = log_of(events, call->account, (enum call_events)call->events);
    return event_cursor_read(call, log, cursor) ? log : NULL;
}

void events_open(struct events *events, struct call *call, struct http_reply *reply)
{
    struct event_cursor cursor;
    struct event_log *log = find_log(events, call, &cursor);
    if (log == NULL) {
        return;
    }
    struct events_reader *reader = xcalloc(1, sizeof *reader);
    *reader = (struct events_reader){
        .events = events, .log = log, .cursor = cursor, .next = events->first};
    reader->stream = http_reply_stream(reply, "text/event-stream", on_closed, reader);
    if (events->first != NULL) {
        events->first->previous = reader;
    }
    events->first = reader;
    http_reply_header(reply, "Cache-Control", "no-cache");
    http_stream_write(reader->stream, heartbeat, sizeof heartbeat - 1);
    (void)send(reader);
}

bool events_follow(struct events *events)
{
    for (uint32_t i = 0; i < events->venue->account_count; i++) {
        add_activities(events, events->venue->accounts[i]);
    }
    if (events->actions.log != NULL) {
        action_feed_follow(&events->actions, events->venue);
    }
    bool sent = false;
    for (struct events_reader *reader = events->first; reader != NULL; reader = reader->next) {
        sent |= send(reader);
    }
    return sent;
}

void events_beat(struct events *events, int64_t wall_ns)
{
    for (struct events_reader *reader = events->first; reader != NULL; reader = reader->next) {
        if (reader->told_ns == 0) {
            reader->told_ns = wall_ns;
        } else if (wall_ns - reader->told_ns >= HEARTBEAT_NS && !reader->ended) {
            http_stream_write(reader->stream, heartbeat, sizeof heartbeat - 1);
            reader->told_ns = wall_ns;
        }
    }
}

/* ---- routes ---- */

void serve_trade_events(struct call *call)
{
    call->events = CALL_EVENTS_TRADES;
}

void serve_activity_events(struct call *call)
{
    call->events = CALL_EVENTS_ACTIVITIES;
}

void serve_action_events(struct call *call)
{
    call->events = CALL_EVENTS_ACTIONS;
}
