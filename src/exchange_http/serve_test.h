/* serve_test.h: requests as text, answers as text: the routes that lie around orders, on a venue
 * over made_market_test.h, without a network. */
#ifndef EXCHANGE_HTTP_SERVE_TEST_H
#define EXCHANGE_HTTP_SERVE_TEST_H

#include <stdio.h>
#include <string.h>

#include "exchange_http/made_market_test.h"
#include "exchange_http/routes_account.h"
#include "net/json.h"
#include "net/url.h"

/* The tables of others are not asked; without them the program would not be whole. */
__attribute__((weak)) const struct route_table trading_routes;
__attribute__((weak)) const struct route_table data_routes;
__attribute__((weak)) const struct route_table admin_routes;

struct served {
    struct bars *data;
    struct venue *venue;
    struct account *account;
    struct json_writer json; /* the last answer ... */
    int status;
    bool empty;
    struct tree tree; /* ... and what it says */
    struct tree body;
};

/* At that time, with an account of $100,000 on margin that may sell short. */
static inline struct served serve_at(int64_t now_ns)
{
    struct served served = {.data = xmalloc(sizeof *served.data)};
    *served.data = made_bars();
    served.venue = made_venue(served.data, now_ns, false);
    served.venue->plan.synthetic = true;
    served.venue->plan.exchange.account.shorting = true;
    struct refusal refusal = {0};
    served.account = venue_account(served.venue, "PKTEST", "secret", &refusal);
    cr_assert_not_null(served.account);
    json_init(&served.json, false);
    tree_init(&served.tree);
    tree_init(&served.body);
    return served;
}

static inline void serve_end(struct served *served)
{
    venue_destroy(served->venue);
    json_finish(&served->json);
    tree_finish(&served->tree);
    tree_finish(&served->body);
    free(served->data->memory);
    free(served->data);
}

static inline void serve_fill_call(struct served *served, const struct url *url, struct call *call,
                                   struct query_item *query)
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

/* "GET /v2/clock", with a body or NULL; the answer's text, valid until the next one. */
static inline const char *ask_with(struct served *served, const char *request, const char *body)
{
    static const struct route_table *const face[] = {&account_routes, NULL};
    char text[512], path[512];
    struct query_item query[URL_PARAMETERS_MAX];
    (void)snprintf(text, sizeof text, "%s", request);
    char *target = strchr(text, ' ');
    *target++ = '\0';
    struct url url;
    cr_assert_eq(url_parse(target, &url), ERR_OK, "%s", request);
    struct call call;
    serve_fill_call(served, &url, &call, query);
    if (body != NULL) {
        cr_assert_eq(json_parse(&served->body, body, strlen(body)), ERR_OK, "%s", body);
        call.body = tree_root(&served->body);
    }
    bool other_method;
    (void)snprintf(path, sizeof path, "%s", url.path);
    const struct route *route = route_find(face, text, path, &call, &other_method);
    cr_assert_not_null(route, "no route: %s", request);
    route->handle(&call);
    served->status = call.status;
    served->empty = call.empty;
    if (!call.empty) {
        cr_assert_eq(json_parse(&served->tree, served->json.text, served->json.length), ERR_OK,
                     "%s: %s", request, served->json.text);
    }
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

#endif
