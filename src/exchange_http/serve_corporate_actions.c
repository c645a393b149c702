/* serve_corporate_actions.c: splits and dividends of the venue's list of actions, up to today; and
 * news, of which there is none: no news is simulated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "exchange_http/data_query.h"
#include "exchange_http/routes_data.h"
#include "exchange_http/shape_action.h"
#include "market/new_york.h"
#include "sys/base64.h"

#define LIMIT_MAX     1000
#define LIMIT_DEFAULT 100

static const char *const type_lists[TYPE_COUNT] = {"cash_dividends", "forward_splits",
                                                   "reverse_splits"};
struct action_query {
    const struct actions *actions;
    bool types[ACTION_NAMES];
    const char *symbols; /* list; NULL: all */
    int32_t first, last; /* ex-dates, both included */
    bool descending;
    int64_t limit;
    uint64_t skip;
};

/* ---- what is asked for ---- */

static bool is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; list != NULL; list = strchr(list, ','), list = list == NULL ? NULL : list + 1) {
        if (strncmp(list, word, length) == 0 && (list[length] == ',' || list[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool read_types(struct call *call, struct action_query *query)
{
    const char *list = call_query(call, "types");
    size_t expected = list == NULL || list[0] == '\0' ? 0 : 1;
    size_t found = 0;
    for (const char *at = list; expected > 0 && *at != '\0'; at++) {
        expected += *at == ',';
    }
    for (size_t i = 0; i < ACTION_NAMES; i++) {
        bool listed = expected > 0 && is_listed(list, action_names[i]);
        found += listed;
        query->types[i] = expected == 0 || listed;
    }
    return found == expected || data_fail(call, 400, "invalid types: %s", list);
}

/* Today alone, unless dates are given; and never a later day. */
static bool read_dates(struct call *call, struct action_query *query)
{
    int32_t today = new_york_date(call->venue->now_ns);
    int64_t start_ns = new_york_utc(today, 0);
    int64_t end_ns = start_ns;
    bool present;
    if (!call_query_time(call, "start", &present, &start_ns) ||
        !call_query_time(call, "end", &present, &end_ns)) {
        return false;
    }
    query->first = new_york_date(start_ns);
    query->last = new_york_date(end_ns);
    query->last = query->last < today ? query->last : today;
    return true;
}

static bool read_query(struct call *call, struct action_query *query)
{
    const char *sort = call_query(call, "sort");
    const char *token = call_query(call, "page_token");
    char text[32] = "0";
    *query = (struct action_query){.actions = call->venue->plan.actions,
                                   .symbols = call_query(call, "symbols"),
                                   .descending = sort != NULL && strcmp(sort, "desc") == 0};
    if (sort != NULL && !query->descending && strcmp(sort, "asc") != 0) {
        return data_fail(call, 400, "invalid sort: %s", sort);
    }
    if (token != NULL && token[0] != '\0' &&
        (!base64_decode_text(token, text, sizeof text) ||
         strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)) {
        return data_fail(call, 400, "invalid page_token: %.64s", token);
    }
    query->skip = strtoul(text, NULL, 10);
    return call_query_int(call, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &query->limit) &&
           read_types(call, query) && read_dates(call, query);
}

/* ---- answers ---- */

static bool is_wanted(const struct action_query *query, const struct action *action)
{
    return action->date >= query->first && action->date <= query->last &&
           (query->symbols == NULL || query->symbols[0] == '\0' ||
            is_listed(query->symbols, action->instrument.symbol));
}

/* Writes the page's actions of one type; all passes count the same. Returns how many actions of any
 * type there are behind the page. */
static uint64_t write_type(struct call *call, const struct action_query *query,
                           enum action_type wanted)
{
    size_t count = query->actions == NULL ? 0 : query->actions->count;
    uint64_t nth = 0;
    bool open = false;
    for (size_t i = 0; i < count; i++) {
        size_t row = query->descending ? count - 1 - i : i;
        for (enum action_type type = 0; type < TYPE_COUNT; type++) {
            const struct action *action = &query->actions->rows[row];
            if (!query->types[type] || !action_is(action, type) || !is_wanted(query, action)) {
                continue;
            }
            bool on_page = nth >= query->skip && nth < query->skip + (uint64_t)query->limit;
            nth++;
            if (!on_page || type != wanted) {
                continue;
            }
            if (!open) {
                json_key(call->json, type_lists[type]);
                json_begin_array(call->json);
                open = true;
            }
            shape_action(call->json, call->venue, row, type);
        }
    }
    if (open) {
        json_end_array(call->json);
    }
    uint64_t end = query->skip + (uint64_t)query->limit;
    return nth > end ? nth - end : 0;
}

void serve_corporate_actions(struct call *call)
{
    struct json_writer *json = call->json;
    struct action_query query;
    uint64_t left = 0;
    if (!read_query(call, &query)) {
        return;
    }
    json_begin_object(json);
    json_key(json, "corporate_actions");
    json_begin_object(json);
    for (enum action_type type = 0; type < TYPE_COUNT; type++) {
        left = write_type(call, &query, type);
    }
    json_end_object(json);
    json_key(json, "next_page_token");
    if (left == 0) {
        json_null(json);
    } else {
        char text[32];
        char token[BASE64_TEXT_SIZE(sizeof text)];
        int length = snprintf(text, sizeof text, "%llu",
                              (unsigned long long)(query.skip + (uint64_t)query.limit));
        base64_encode(text, (size_t)length, token);
        json_string(json, token);
    }
    json_end_object(json);
}

void serve_news(struct call *call)
{
    json_begin_object(call->json);
    json_key(call->json, "news");
    json_begin_array(call->json);
    json_end_array(call->json);
    json_key(call->json, "next_page_token");
    json_null(call->json);
    json_end_object(call->json);
}
