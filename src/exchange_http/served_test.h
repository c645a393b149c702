/* served_test.h: Alpaca's API without its network: text in, text out. The market is that of
 * made_market_test.h (served_at()), or one of quotes that is written by hand (served_init(),
 * served_quote(), served_start()), where it is also told what becomes of orders. */
#ifndef EXCHANGE_HTTP_SERVED_TEST_H
#define EXCHANGE_HTTP_SERVED_TEST_H

#include <stdio.h>
#include <string.h>

#include "exchange_http/made_market_test.h"
#include "exchange_http/routes.h"
#include "net/json.h"
#include "net/url.h"

#define E9(dollars) ((int64_t)((dollars)*100 + 0.5) * (MONEY_E9 / 100))

enum { SERVED_EVENTS_MAX = 256, SERVED_SYMBOLS = 3 };

enum { AAPL, SPY, CHEAP };

static const struct instrument served_instruments[SERVED_SYMBOLS] = {{"AAPL"}, {"SPY"}, {"PENNY"}};

/* A venue, an account, and the last answer. */
struct served {
    struct bars *data;
    struct venue_plan plan;
    struct venue *venue;
    struct account *account;
    struct json_writer json;   /* the last answer ... */
    struct tree asked, answer; /* ... and what it says */
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

/* Where the next event goes. */
static inline struct event *served_event(struct served *served)
{
    cr_assert(served->data->count < SERVED_EVENTS_MAX);
    return &((struct event *)served->data->memory)[served->data->count++];
}

static inline void served_quote(struct served *served, uint32_t instrument, int64_t ts_ns,
                                double bid, double ask, int64_t size)
{
    served->data->quote_count++;
    *served_event(served) = (struct event){
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
    *served_event(served) = (struct event){
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
    *served = (struct served){.data = xcalloc(1, sizeof(struct bars))};
    served->plan = made_plan(served->data, served_time(9, 30, 0));
    struct event *records = xcalloc(SERVED_EVENTS_MAX, sizeof *records);
    *served->data = (struct bars){.records = records,
                                  .memory = records,
                                  .instruments = served_instruments,
                                  .instrument_count = SERVED_SYMBOLS};
    int64_t friday_ns = served_time(16, 0, 0) - 3 * NS_PER_DAY;
    served_bar(served, AAPL, friday_ns, 210);
    served_bar(served, SPY, friday_ns, 498);
    served_bar(served, CHEAP, friday_ns, 0.5);
    served_quote(served, AAPL, served_time(9, 30, 1), 211.98, 212.00, 500);
    served_quote(served, SPY, served_time(9, 30, 1), 500.00, 500.02, 500);
    served_quote(served, CHEAP, served_time(9, 30, 1), 0.50, 0.51, 500);
}

/* The account, and room for answers. */
static inline void served_open(struct served *served)
{
    struct refusal refusal = {0};
    served->account = venue_account(served->venue, "PKTEST", "secret", &refusal);
    cr_assert_not_null(served->account);
    json_init(&served->json, false);
    tree_init(&served->asked);
    tree_init(&served->answer);
}

static inline void served_start(struct served *served)
{
    served->venue = venue_create(&served->plan);
    served->venue->order_watcher =
        (struct order_watcher){.context = served, .on_event = served_on_event};
    served_open(served);
    if (served->plan.start_ns == served_time(9, 30, 0)) {
        venue_advance(served->venue, served_time(9, 30, 2));
    }
}

/* On the made market, at that time. */
static inline struct served served_at(int64_t now_ns)
{
    struct served served = {.data = xmalloc(sizeof *served.data)};
    *served.data = made_bars();
    served.venue = made_venue(served.data, now_ns, false);
    served.venue->plan.synthetic = true;
    served_open(&served);
    return served;
}

static inline void served_finish(struct served *served)
{
    venue_destroy(served->venue);
    json_finish(&served->json);
    tree_finish(&served->asked);
    tree_finish(&served->answer);
    free(served->data->memory);
    free(served->data);
}

/* A call with the query of the URL, whose answer is to be written. */
static inline void served_call(struct served *served, const struct url *url, struct call *call,
                               struct query_item query[URL_PARAMETERS_MAX])
{
    for (size_t i = 0; i < url->parameter_count; i++) {
        query[i] = (struct query_item){url->parameters[i].name, url->parameters[i].value};
    }
    json_reset(&served->json);
    *call = (struct call){.venue = served->venue,
                          .account = served->account,
                          .query = query,
                          .query_count = (uint32_t)url->parameter_count,
                          .status = 200,
                          .json = &served->json};
}

/* Asks; the answer is in `json` and, read again, in `answer`. */
static inline int served_ask(struct served *served, const char *method, const char *target,
                             const char *body)
{
    char text[1024], path[1024];
    struct url url;
    struct query_item query[URL_PARAMETERS_MAX];
    struct call call;
    bool other_method;
    (void)snprintf(text, sizeof text, "%s", target);
    cr_assert_eq(url_parse(text, &url), ERR_OK, "%s", target);
    served_call(served, &url, &call, query);
    if (body != NULL && json_parse(&served->asked, body, strlen(body)) == ERR_OK) {
        call.body = tree_root(&served->asked);
    }
    (void)snprintf(path, sizeof path, "%s", url.path);
    const struct route *route = route_find(alpaca_face, method, path, &call, &other_method);
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

/* "GET /v2/clock", with a body or NULL; the answer's text, valid until the next one. */
static inline const char *ask_with(struct served *served, const char *request, const char *body)
{
    char method[16];
    const char *target = strchr(request, ' ') + 1;
    (void)snprintf(method, sizeof method, "%.*s", (int)(target - 1 - request), request);
    (void)served_ask(served, method, target, body);
    return served->json.text;
}

static inline const char *ask(struct served *served, const char *request)
{
    return ask_with(served, request, NULL);
}

/* The answer is exactly that text, with that status. */
#define expect_answer(served, request, expected_status, expected)                                  \
    do {                                                                                           \
        const char *answer_ = ask(served, request);                                                \
        cr_expect_str_eq(answer_, expected, "%s:\n  %s\n  %s", request, answer_, expected);        \
        cr_expect_eq((served)->status, expected_status, "%s: %d", request, (served)->status);      \
    } while (0)

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
