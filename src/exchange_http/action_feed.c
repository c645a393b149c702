#include "exchange_http/action_feed.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "exchange_http/data_query.h"
#include "exchange_http/name_list.h"
#include "exchange_http/shape_action.h"
#include "market/new_york.h"

enum { LOG_EVENTS = 4096 };

#define TIME_OF_ULID 10 /* characters of an id that are its milliseconds */

static const char *const region_names[] = {"all", "us", "non_us"};

/* ---- the log ---- */

static void add_row(struct action_feed *feed, const struct venue *venue, size_t row)
{
    const struct action *action = &venue->plan.actions->rows[row];
    int64_t ts_ns = new_york_utc(action->date, 0);
    for (enum action_type type = 0; type < TYPE_COUNT; type++) {
        if (action_is(action, type)) {
            json_reset(&feed->json);
            shape_action_event(&feed->json, venue, row, type, ts_ns);
            (void)event_log_add(feed->log, ts_ns, type, feed->json.text);
        }
    }
}

void action_feed_follow(struct action_feed *feed, const struct venue *venue)
{
    const struct actions *actions = venue->plan.actions;
    if (feed->log == NULL) {
        feed->log = event_log_create(venue->plan.seed, LOG_EVENTS);
        json_init(&feed->json, false);
    }
    while (actions != NULL && feed->rows < actions->count &&
           new_york_utc(actions->rows[feed->rows].date, 0) <= venue->now_ns) {
        add_row(feed, venue, feed->rows++);
    }
}

void action_feed_finish(struct action_feed *feed)
{
    event_log_destroy(feed->log);
    json_finish(&feed->json);
    *feed = (struct action_feed){0};
}

/* ---- who asks ---- */

/* With the list of what is valid, which is longer than other refusals. */
static bool refuse_name(struct call *call, const char *what, const char *name,
                        const char *const *names, size_t count)
{
    char message[1024];
    int length = snprintf(message, sizeof message, "invalid %s: %.48s; valid:", what, name);
    for (size_t i = 0; i < count && (size_t)length < sizeof message; i++) {
        length += snprintf(message + length, sizeof message - (size_t)length, "%s %s",
                           i > 0 ? "," : "", names[i]);
    }
    call->status = 400;
    json_reset(call->json);
    json_begin_object(call->json);
    json_member_string(call->json, "message", message);
    json_end_object(call->json);
    return false;
}

static bool read_types(struct call *call, uint32_t *types)
{
    const char *list = call_query(call, "type");
    uint32_t listed = 0;
    for (char name[LIST_NAME_SIZE]; list != NULL && name_list_next(&list, name);) {
        uint32_t type = 0;
        while (type < ACTION_NAMES && strcmp(name, action_event_names[type]) != 0) {
            type++;
        }
        if (type == ACTION_NAMES) {
            return refuse_name(call, "type", name, action_event_names, ACTION_NAMES);
        }
        listed |= 1U << type;
    }
    *types = listed == 0 ? UINT32_MAX : listed;
    return true;
}

/* All of ours are of the region `us`. */
static bool read_region(struct call *call, uint32_t *types)
{
    const char *region = call_query(call, "region");
    if (region == NULL || region[0] == '\0' || strcasecmp(region, "all") == 0 ||
        strcasecmp(region, "us") == 0) {
        return true;
    }
    *types = 0;
    return strcasecmp(region, "non_us") == 0 ||
           refuse_name(call, "region", region, region_names,
                       sizeof region_names / sizeof region_names[0]);
}

static bool ends_in_future(const struct call *call, const struct event_cursor *cursor)
{
    char now[ULID_TEXT_SIZE];
    ulid_write(0, call->venue->now_ns, 0, now);
    return (cursor->until_ns != INT64_MAX && cursor->until_ns > call->venue->now_ns) ||
           (cursor->until_id[0] != '\0' && strncmp(cursor->until_id, now, TIME_OF_ULID) > 0);
}

bool action_feed_cursor(struct call *call, const struct action_feed *feed,
                        struct event_cursor *cursor)
{
    if (!event_cursor_read(call, feed->log, cursor)) {
        call->status = 400; /* market data knows no 422 */
        return false;
    }
    if (ends_in_future(call, cursor)) {
        return data_fail(call, 400, "until and until_id cannot be in the future");
    }
    return read_types(call, &cursor->types) && read_region(call, &cursor->types);
}
