/* served_test.h: the trading API without its network: text in, text out, on a market of quotes that
 * is written by hand. */
#ifndef EXCHANGE_HTTP_SERVED_TEST_H
#define EXCHANGE_HTTP_SERVED_TEST_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/call.h"
#include "exchange_http/routes.h"
#include "net/json.h"
#include "sys/memory.h"

#define E9(dollars) ((int64_t)((dollars)*100 + 0.5) * (MONEY_E9 / 100))

enum { SERVED_EVENTS_MAX = 256, SERVED_SYMBOLS = 3, SERVED_TEXT_MAX = 1 << 14, SERVED_QUERY = 8 };

enum { AAPL, SPY, CHEAP };

static const struct instrument served_instruments[SERVED_SYMBOLS] = {{"AAPL"}, {"SPY"}, {"PENNY"}};

/* A venue, an account, and the last answer. */
struct served {
    struct event records[SERVED_EVENTS_MAX];
    struct bars data;
    struct venue_plan plan;
    struct venue *venue;
    struct account *account;
    struct json_writer json;
    struct tree asked, answer;
    int status;
    char told[4096]; /* "0 new, 0 fill, ..." */
};

/* Monday 2026-03-16 in New York: nanoseconds after its midnight as UTC. */
static inline int64_t served_time(int hour, int minute, int second)
{
    int64_t day_ns;
    cr_assert_eq(utc_parse_date("2026-03-16", 10, &day_ns), ERR_OK);
    return day_ns + (4 + hour) * NS_PER_HOUR + minute * NS_PER_MIN + second * NS_PER_S;
}

static inline void served_quote(struct served *served, uint32_t instrument, int64_t ts_ns,
                                double bid, double ask, int64_t size)
{
    cr_assert(served->data.count < SERVED_EVENTS_MAX);
    served->data.quote_count++;
    served->records[served->data.count++] = (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_QUOTE,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .quote = {E9(bid), E9(ask), size, size, 0}
    };
}

static inline void served_bar(struct served *served, uint32_t instrument, int64_t end_ns,
                              double price)
{
    cr_assert(served->data.count < SERVED_EVENTS_MAX);
    served->records[served->data.count++] = (struct event){
        .ts_ns = end_ns,
        .src_ns = end_ns - NS_PER_MIN,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .bar = {E9(price), E9(price), E9(price), E9(price), 1000}
    };
}

static inline void served_on_event(void *context, struct account *account,
                                   const struct served_order *order, enum order_event event,
                                   int64_t ts_ns, const struct activity *activity)
{
    struct served *served = context;
    (void)account;
    (void)ts_ns;
    (void)activity;
    size_t used = strlen(served->told);
    (void)snprintf(served->told + used, sizeof served->told - used, "%s%u %s", used > 0 ? ", " : "",
                   order->number, order_event_text((uint8_t)event));
}

/* Friday's last bar of each symbol, and Monday's quotes of the first second: AAPL 211.98 / 212.00,
 * SPY 500.00 / 500.02, PENNY 0.50 / 0.51. */
static inline void served_init(struct served *served)
{
    *served = (struct served){
        .data = {.instruments = served_instruments, .instrument_count = SERVED_SYMBOLS},
        .plan = { .seed = 7,
                 .start_ns = served_time(9, 30, 0),
                 .calendar = CALENDAR_XNYS,
                 .exchange = {.orders_max = 64,
                              .cash_e9 = 100000 * MONEY_E9,
                              .account = {.kind = ACCOUNT_KIND_MARGIN,
                                          .multiplier = 2,
                                          .shorting = true,
                                          .holds = true}},
                 .accounts_max = 4,
                 .accounts_open_themselves = true},
    };
    int64_t friday_ns = served_time(16, 0, 0) - 3 * NS_PER_DAY;
    served_bar(served, AAPL, friday_ns, 210);
    served_bar(served, SPY, friday_ns, 498);
    served_bar(served, CHEAP, friday_ns, 0.5);
    served_quote(served, AAPL, served_time(9, 30, 1), 211.98, 212.00, 500);
    served_quote(served, SPY, served_time(9, 30, 1), 500.00, 500.02, 500);
    served_quote(served, CHEAP, served_time(9, 30, 1), 0.50, 0.51, 500);
}

static inline void served_start(struct served *served)
{
    if (served->data.records == NULL) {
        served->data.records = served->records;
    }
    served->plan.data = &served->data;
    served->venue = venue_create(&served->plan);
    served->venue->order_watcher =
        (struct order_watcher){.context = served, .on_event = served_on_event};
    struct refusal refusal = {0};
    served->account = venue_account(served->venue, "PKTEST", "secret", &refusal);
    cr_assert_not_null(served->account);
    json_init(&served->json, false);
    tree_init(&served->asked);
    tree_init(&served->answer);
    if (served->plan.start_ns == served_time(9, 30, 0)) {
        venue_advance(served->venue, served_time(9, 30, 2));
    }
}

static inline void served_finish(struct served *served)
{
    venue_destroy(served->venue);
    json_finish(&served->json);
    tree_finish(&served->asked);
    tree_finish(&served->answer);
}

/* "a=b&c=d" in place. */
static inline uint32_t served_cut_query(char *text, struct query_item items[SERVED_QUERY])
{
    uint32_t count = 0;
    for (char *at = text; at != NULL && *at != '\0' && count < SERVED_QUERY;) {
        char *next = strchr(at, '&');
        if (next != NULL) {
            *next++ = '\0';
        }
        char *equals = strchr(at, '=');
        cr_assert_not_null(equals);
        *equals = '\0';
        items[count++] = (struct query_item){.name = at, .value = equals + 1};
        at = next;
    }
    return count;
}

/* Asks; the answer is in `json` and, read again, in `answer`. */
static inline int served_ask(struct served *served, const char *method, const char *target,
                             const char *body)
{
    static const struct route_table *const face[] = {&trading_routes, NULL};
    char path[1024];
    bool other_method;
    struct query_item query[SERVED_QUERY];
    (void)snprintf(path, sizeof path, "%s", target);
    char *mark = strchr(path, '?');
    if (mark != NULL) {
        *mark = '\0';
    }
    struct call call = {.venue = served->venue,
                        .account = served->account,
                        .status = 200,
                        .query = query,
                        .query_count = mark != NULL ? served_cut_query(mark + 1, query) : 0,
                        .json = &served->json};
    if (body != NULL && json_parse(&served->asked, body, strlen(body)) == ERR_OK) {
        call.body = tree_root(&served->asked);
    }
    json_reset(&served->json);
    const struct route *route = route_find(face, method, path, &call, &other_method);
    cr_assert_not_null(route, "%s %s", method, target);
    route->handle(&call);
    served->status = call.status;
    cr_assert_eq(call.empty, served->json.length == 0, "%s %s", method, target);
    if (!call.empty) {
        cr_assert_eq(json_parse(&served->answer, served->json.text, served->json.length), ERR_OK,
                     "%s", served->json.text);
    }
    return call.status;
}

/* A member of the last answer by its path: "legs.0.status"; NULL where there is none. */
static inline const struct node *served_node(const struct served *served, const char *path)
{
    const struct node *node = tree_root(&served->answer);
    while (node != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        char part[64];
        (void)snprintf(part, sizeof part, "%.*s", (int)length, path);
        if (node->kind == NODE_ARRAY) {
            const struct node *element = node_first(node);
            for (long i = strtol(part, NULL, 10); i > 0 && element != NULL; i--) {
                element = node_next(node, element);
            }
            node = element;
        } else {
            node = node_member(node, part);
        }
        path += path[length] == '.' ? length + 1 : length;
    }
    return node;
}

/* Its text: a number as it was written, "null", "true"; "(none)" where there is nothing. */
static inline const char *served_text(const struct served *served, const char *path)
{
    const struct node *node = served_node(served, path);
    if (node == NULL) {
        return "(none)";
    }
    if (node->kind == NODE_NULL || node->kind == NODE_BOOL) {
        return node->kind == NODE_NULL ? "null" : node->truth ? "true" : "false";
    }
    static char number[64];
    if (node->kind == NODE_NUMBER) {
        (void)snprintf(number, sizeof number, "%.*s", (int)node->length, node->as.text);
    }
    return node->kind == NODE_STRING   ? node->as.text
           : node->kind == NODE_NUMBER ? number
                                       : "(nested)";
}

/* Posts an order, single quotes for double ones, and expects it to be taken; its id. */
static inline const char *served_post(struct served *served, const char *body)
{
    char text[1024];
    static char id[UUID_TEXT_SIZE];
    (void)snprintf(text, sizeof text, "%s", body);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    cr_assert_eq(served_ask(served, "POST", "/v2/orders", text), 200, "%s: %s", body,
                 served->json.text);
    (void)snprintf(id, sizeof id, "%s", served_text(served, "id"));
    return id;
}

#define ASSERT_ANSWER(served, path, expected)                                                      \
    cr_assert_str_eq(served_text(served, path), expected, "%s", (served)->json.text)

#endif
