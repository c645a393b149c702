/* serve_activities.c: the account's history, page by page. Entries lie in order of time; a page
 * goes on behind the entry whose id was given, in the direction that is asked for. */
#include <string.h>

#include "exchange_http/local_time.h"
#include "exchange_http/name_list.h"
#include "exchange_http/routes_account.h"
#include "exchange_http/shape_activity.h"

enum { PAGE_SIZE_MAX = 100 };

struct filter {
    const char *types; /* list; NULL: all */
    bool fills, entries;
    uint32_t order;  /* NO_SERVED_ORDER: any */
    bool impossible; /* asks for an order that there is not */
    bool on_date;    /* on one date alone */
    int32_t date;
    int64_t after_ns; /* both exclusive */
    int64_t until_ns;
    bool ascending;
    uint32_t page_size;
    uint32_t first; /* number of the entry that the page begins with */
};

/* ---- the query ---- */

static bool read_types(struct call *call, const char *types, struct filter *filter)
{
    const char *category = call_query(call, "category");
    filter->fills = true;
    filter->entries = true;
    if (types != NULL && *types != '\0') {
        if (category != NULL) {
            call_fail(call, 422, CODE_BAD_VALUE, "category cannot be used with activity types");
            return false;
        }
        const char *list = types;
        for (char type[LIST_NAME_SIZE]; name_list_next(&list, type);) {
            if (!name_list_has(activity_types, type)) {
                call_fail(call, 422, CODE_BAD_VALUE, "invalid activity type: %s", type);
                return false;
            }
        }
        filter->types = types;
    } else if (category != NULL) {
        filter->fills = strcmp(category, "trade_activity") == 0;
        filter->entries = strcmp(category, "non_trade_activity") == 0;
        if (!filter->fills && !filter->entries) {
            call_fail(call, 422, CODE_BAD_VALUE, "invalid category: %s", category);
            return false;
        }
    }
    return true;
}

static bool read_times(struct call *call, struct filter *filter)
{
    bool present;
    int64_t unused_ns;
    filter->after_ns = INT64_MIN;
    filter->until_ns = INT64_MAX;
    if (!call_query_time(call, "after", &present, &filter->after_ns) ||
        !call_query_time(call, "until", &present, &filter->until_ns) ||
        !call_query_time(call, "date", &present, &unused_ns)) {
        return false;
    }
    filter->on_date = present && local_date_read(call_query(call, "date"), &filter->date);
    return true;
}

static bool read_order(struct call *call, struct filter *filter)
{
    const char *id = call_query(call, "order_id");
    filter->order = NO_SERVED_ORDER;
    if (id == NULL || *id == '\0') {
        return true;
    }
    if (!uuid_is(id, strlen(id))) {
        call_fail(call, 422, CODE_BAD_VALUE, "order_id is missing");
        return false;
    }
    const struct served_order *order = account_order_by_id(call->account, id, strlen(id));
    filter->impossible = order == NULL;
    filter->order = order == NULL ? NO_SERVED_ORDER : order->number;
    return true;
}

/* Where the page begins, and in which direction it goes. */
static bool read_page(struct call *call, struct filter *filter)
{
    const char *direction = call_query(call, "direction");
    const char *token = call_query(call, "page_token");
    int64_t page_size;
    if (direction != NULL && strcmp(direction, "asc") != 0 && strcmp(direction, "desc") != 0) {
        call_fail(call, 422, CODE_BAD_VALUE, "invalid direction: %s", direction);
        return false;
    }
    if (!call_query_int(call, "page_size", 1, PAGE_SIZE_MAX, PAGE_SIZE_MAX, &page_size)) {
        return false;
    }
    filter->page_size = (uint32_t)page_size;
    filter->ascending = direction != NULL && strcmp(direction, "asc") == 0;
    if (token == NULL || *token == '\0') {
        filter->first = filter->ascending ? 0 : call->account->activity_count - 1;
        return true;
    }
    uint32_t last_seen;
    if (!activity_find(call->account, token, &last_seen)) {
        call_fail(call, 422, CODE_BAD_VALUE, "invalid page_token");
        return false;
    }
    filter->first = filter->ascending ? last_seen + 1 : last_seen - 1;
    return true;
}

/* ---- the answer ---- */

static bool matches(const struct account *account, const struct filter *filter,
                    const struct activity *activity)
{
    bool fill = activity_is_fill(activity);
    return !filter->impossible && !activity->busted && (fill ? filter->fills : filter->entries) &&
           (filter->types == NULL || name_list_has(filter->types, activity_type(activity))) &&
           (filter->order == NO_SERVED_ORDER || activity->order == filter->order) &&
           activity->ts_ns > filter->after_ns && activity->ts_ns < filter->until_ns &&
           (!filter->on_date ||
            local_date(account->market->calendar, activity->ts_ns) == filter->date);
}

static void serve(struct call *call, const char *types)
{
    const struct account *account = call->account;
    struct filter filter = {0};
    if (!read_types(call, types, &filter) || !read_times(call, &filter) ||
        !read_order(call, &filter) || !read_page(call, &filter)) {
        return;
    }
    json_begin_array(call->json);
    /* Behind either end the number is no entry's: going down, 0 - 1 is the largest one. */
    uint32_t written = 0;
    for (uint32_t i = filter.first; i < account->activity_count && written < filter.page_size;
         i = filter.ascending ? i + 1 : i - 1) {
        if (matches(account, &filter, &account->activities[i])) {
            shape_activity(call->json, account, &account->activities[i]);
            written++;
        }
    }
    json_end_array(call->json);
}

void serve_activities(struct call *call)
{
    serve(call, call_query(call, "activity_types"));
}

void serve_activities_of_type(struct call *call)
{
    serve(call, call->arguments[0]);
}
