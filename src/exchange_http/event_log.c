#include "exchange_http/event_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"

struct logged_event {
    int64_t ts_ns;
    unsigned type;
    char id[ULID_TEXT_SIZE];
    char *text; /* the whole object */
};

struct event_log {
    uint64_t seed;
    uint32_t capacity;
    uint64_t made; /* ever; the ring holds the last `capacity` of them */
    int64_t last_ns;
    struct logged_event *ring;
};

struct event_log *event_log_create(uint64_t seed, uint32_t capacity)
{
    CHECK(capacity > 0);
    struct event_log *log = xcalloc(1, sizeof *log);
    log->seed = seed;
    log->capacity = capacity;
    log->last_ns = INT64_MIN;
    log->ring = xcalloc(capacity, sizeof *log->ring);
    return log;
}

void event_log_destroy(struct event_log *log)
{
    if (log == NULL) {
        return;
    }
    for (uint32_t i = 0; i < log->capacity; i++) {
        free(log->ring[i].text);
    }
    free(log->ring);
    free(log);
}

static const struct logged_event *event_at(const struct event_log *log, uint64_t number)
{
    return &log->ring[number % log->capacity];
}

static uint64_t oldest(const struct event_log *log)
{
    return log->made > log->capacity ? log->made - log->capacity : 0;
}

const char *event_log_add(struct event_log *log, int64_t ts_ns, unsigned type, const char *text)
{
    CHECK(type < 32);
    CHECK(text[0] == '{' && text[1] != '\0');
    log->last_ns = ts_ns > log->last_ns ? ts_ns : log->last_ns;
    struct logged_event *event = &log->ring[log->made % log->capacity];
    free(event->text);
    event->ts_ns = log->last_ns;
    event->type = type;
    ulid_write(log->seed, event->ts_ns, log->made++, event->id);
    event->text =
        xasprintf("{\"event_id\":\"%s\"%s%s", event->id, text[1] == '}' ? "" : ",", text + 1);
    return event->id;
}

/* ---- what a client asks for ---- */

static bool refuse_query(struct call *call, const char *message)
{
    call_fail(call, 422, CODE_BAD_VALUE, "%s", message);
    return false;
}

static bool read_id(struct call *call, const char *name, char id[ULID_TEXT_SIZE], bool *present)
{
    const char *text = call_query(call, name);
    *present = text != NULL && *text != '\0';
    id[0] = '\0';
    if (*present && !ulid_read(text, id)) {
        call_fail(call, 422, CODE_BAD_VALUE, "invalid %s: %s", name, text);
        return false;
    }
    return true;
}

bool event_cursor_read(struct call *call, const struct event_log *log, struct event_cursor *cursor)
{
    bool since;
    bool until;
    bool since_id;
    bool until_id;
    *cursor =
        (struct event_cursor){.since_ns = INT64_MIN, .until_ns = INT64_MAX, .types = UINT32_MAX};
    if (!call_query_time(call, "since", &since, &cursor->since_ns) ||
        !call_query_time(call, "until", &until, &cursor->until_ns) ||
        !read_id(call, "since_id", cursor->since_id, &since_id) ||
        !read_id(call, "until_id", cursor->until_id, &until_id)) {
        return false;
    }
    bool again = call->last_event_id != NULL;
    if (again && !ulid_read(call->last_event_id, cursor->since_id)) {
        return refuse_query(call, "invalid Last-Event-Id");
    }
    if (since && since_id) {
        return refuse_query(call, "since and since_id cannot be used together");
    }
    if (until && !since) {
        return refuse_query(call, "since is required when until is specified");
    }
    if (until_id && !since_id && !again) {
        return refuse_query(call, "since_id is required when until_id is specified");
    }
    cursor->next = since || since_id || again ? oldest(log) : log->made;
    return true;
}

/* ---- what it gets ---- */

static void append(struct event_text *out, const char *text)
{
    size_t length = strlen(text);
    if (out->length + length + 1 > out->capacity) {
        out->capacity = 2 * (out->length + length + 1);
        out->bytes = xrealloc(out->bytes, out->capacity);
    }
    memcpy(out->bytes + out->length, text, length + 1);
    out->length += length;
}

/* Events that are gone, told as the vendor tells a client that reads too slowly. */
static void skip_lost(const struct event_log *log, struct event_cursor *cursor,
                      struct event_text *out)
{
    uint64_t first = oldest(log);
    if (cursor->next >= first) {
        return;
    }
    uint64_t lost = first - cursor->next;
    char line[96];
    (void)snprintf(line, sizeof line,
                   ": you are reading too slowly, dropped %" PRIu64 " messages\n\n", lost);
    append(out, line);
    cursor->lost += lost;
    cursor->next = first;
}

static bool is_behind(const struct event_cursor *cursor, const struct logged_event *event)
{
    return event->ts_ns > cursor->until_ns ||
           (cursor->until_id[0] != '\0' && strcmp(event->id, cursor->until_id) > 0);
}

static bool is_before(const struct event_cursor *cursor, const struct logged_event *event)
{
    return event->ts_ns < cursor->since_ns ||
           (cursor->since_id[0] != '\0' && strcmp(event->id, cursor->since_id) < 0);
}

void event_log_write(const struct event_log *log, struct event_cursor *cursor, int64_t now_ns,
                     struct event_text *out)
{
    skip_lost(log, cursor, out);
    while (!cursor->ended && cursor->next < log->made) {
        const struct logged_event *event = event_at(log, cursor->next);
        if (is_behind(cursor, event)) {
            cursor->ended = true;
            return;
        }
        if (!is_before(cursor, event) && (cursor->types >> event->type & 1) != 0) {
            append(out, "data: ");
            append(out, event->text);
            append(out, "\n\n");
        }
        cursor->next++;
        cursor->ended = cursor->until_id[0] != '\0' && strcmp(event->id, cursor->until_id) == 0;
    }
    cursor->ended = cursor->ended || cursor->until_ns < now_ns;
}
