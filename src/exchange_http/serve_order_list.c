/* serve_order_list.c: GET /v2/orders: which orders, in which order, how many.
 *
 * Orders are numbered as they are sent, so their numbers are in order of `submitted_at`. Nested, an
 * order of a group stands for the whole group: it is listed when itself or one of its exits is
 * looked for. */
#include <string.h>

#include "exchange_http/order_request.h"
#include "exchange_http/routes_trading.h"
#include "exchange_http/shapes.h"
#include "venue/walk.h"

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 500 };

struct order_query {
    bool open, closed;
    bool ascending;
    bool nested;
    bool any_side, sells;
    bool equities; /* among the asset classes asked for */
    bool has_after, has_until;
    int64_t after_ns, until_ns;
    int64_t limit;
    uint32_t first, end; /* numbers in first <= n < end */
    const char *symbols; /* NULL: all */
};

/* Whether a list like "AAPL,MSFT" has the word. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',' ? 1 : 0;
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool fail_value(struct call *call, const char *name)
{
    call_fail(call, 422, CODE_BAD_VALUE, "invalid %s", name);
    return false;
}

/* The value, or NULL where it is absent or empty. */
static const char *given(const struct call *call, const char *name)
{
    const char *text = call_query(call, name);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static bool read_words(struct call *call, struct order_query *query)
{
    const char *status = given(call, "status");
    const char *direction = given(call, "direction");
    const char *side = given(call, "side");
    const char *classes = given(call, "asset_class");
    status = status != NULL ? status : "open";
    direction = direction != NULL ? direction : "desc";
    query->open = strcmp(status, "closed") != 0;
    query->closed = strcmp(status, "open") != 0;
    if (query->open && query->closed && strcmp(status, "all") != 0) {
        return fail_value(call, "status");
    }
    query->ascending = strcmp(direction, "asc") == 0;
    if (!query->ascending && strcmp(direction, "desc") != 0) {
        return fail_value(call, "direction");
    }
    query->any_side = side == NULL;
    if (side != NULL && !order_side_read(side, &query->sells)) {
        return fail_value(call, "side");
    }
    query->equities = classes == NULL || has_word(classes, "us_equity") || has_word(classes, "all");
    query->symbols = given(call, "symbols");
    return true;
}

/* The order that a parameter names. */
static bool read_order(struct call *call, const char *name, uint32_t *number)
{
    const char *id = given(call, name);
    if (id == NULL) {
        return true;
    }
    const struct served_order *order = account_order_by_id(call->account, id, strlen(id));
    if (order == NULL) {
        call_fail(call, 404, CODE_NOT_FOUND, "order not found for %.40s", id);
        return false;
    }
    *number = order->number;
    return true;
}

/* The number of the order that was sent last, without its exits. */
static uint32_t newest_of(const struct account *account)
{
    uint32_t number = account->order_count;
    while (number > 0 && account_order(account, --number)->parent != NO_SERVED_ORDER) {
    }
    return number;
}

static bool read_query(struct call *call, struct order_query *query)
{
    uint32_t after = NO_SERVED_ORDER;
    *query = (struct order_query){.end = call->account->order_count};
    if (!read_words(call, query) || !read_order(call, "after_order_id", &after) ||
        !read_order(call, "before_order_id", &query->end)) {
        return false;
    }
    query->first = after == NO_SERVED_ORDER ? 0 : after + 1;
    if (call->without_newest) {
        uint32_t newest = newest_of(call->account);
        query->end = newest < query->end ? newest : query->end;
    }
    return call_query_bool(call, "nested", false, &query->nested) &&
           call_query_int(call, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &query->limit) &&
           call_query_time(call, "after", &query->has_after, &query->after_ns) &&
           call_query_time(call, "until", &query->has_until, &query->until_ns);
}

static bool has_status(const struct order_query *query, const struct served_order *order)
{
    return order_status_is_open(order->status) ? query->open : query->closed;
}

/* Itself, or nested one of its exits. */
static bool is_looked_for(const struct order_query *query, const struct account *account,
                          const struct served_order *order)
{
    bool found = has_status(query, order);
    for (size_t i = 0; i < 2 && query->nested && !found; i++) {
        const struct served_order *leg = account_order(account, order->legs[i]);
        found = leg != NULL && has_status(query, leg);
    }
    return found;
}

static bool is_listed(const struct order_query *query, const struct account *account,
                      const struct served_order *order)
{
    const char *symbol = account->market->data->instruments[order->instrument].symbol;
    return query->equities && order->number >= query->first && order->number < query->end &&
           !(query->nested && order->parent != NO_SERVED_ORDER) &&
           account_shows(order, account->market->now_ns) &&
           (query->any_side || query->sells == order->sells) &&
           (!query->has_after || order->created_ns > query->after_ns) &&
           (!query->has_until || order->created_ns < query->until_ns) &&
           (query->symbols == NULL || has_word(query->symbols, symbol)) &&
           is_looked_for(query, account, order);
}

void serve_orders(struct call *call)
{
    const struct account *account = call->account;
    struct order_query query;
    struct order_walk walk;
    if (!read_query(call, &query)) {
        return;
    }
    /* Nested, an open exit's group is found by its first order, which may be closed. */
    order_walk_begin(&walk, account, !query.closed && !query.nested);
    json_begin_array(call->json);
    int64_t left = query.limit;
    for (uint32_t i = 0; i < walk.count && left > 0; i++) {
        const struct served_order *order =
            account_order(account, order_walk_at(&walk, query.ascending ? i : walk.count - 1 - i));
        if (is_listed(&query, account, order)) {
            shape_order(call->json, account, order, query.nested);
            left--;
        }
    }
    json_end_array(call->json);
    order_walk_end(&walk);
}
