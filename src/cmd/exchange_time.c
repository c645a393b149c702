/* exchange_time.c: see exchange_time.h. */
#include "cmd/exchange_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "net/http_client.h"
#include "net/json.h"
#include "sys/clock.h"
#include "sys/memory.h"

#define ANSWER_NS (30 * NS_PER_S)

struct exchange_time {
    struct loop *loop;
    struct http_client *http;
    char *url;
    struct tree tree;
    int64_t now_ns;
    bool ended;
    bool by_hand;
    bool came;
    enum err err;
    struct problem problem;
};

static void take_status(struct exchange_time *time, const struct http_answer *answer)
{
    if (answer->outcome != HTTP_ANSWERED) {
        time->err = problem_set(&time->problem, ERR_IO,
                                "the exchange's operator's face at %s does "
                                "not answer: %s",
                                time->url, answer->why);
        return;
    }
    const struct node *root =
        answer->status == 200 && json_parse(&time->tree, answer->body, answer->length) == ERR_OK
            ? tree_root(&time->tree)
            : NULL;
    if (node_time(node_member(root, "now"), &time->now_ns) != ERR_OK ||
        node_bool(node_member(root, "ended"), &time->ended) != ERR_OK) {
        time->err = problem_set(&time->problem, ERR_FORMAT,
                                "%s is not the operator's face of an exchange (status %d)",
                                time->url, answer->status);
        return;
    }
    const struct node *next = node_member(root, "next");
    time->ended = time->ended || (next != NULL && next->kind == NODE_NULL);
    const struct node *speed = node_member(root, "speed");
    int64_t speed_e9 = -1;
    time->by_hand =
        node_is(speed, "by hand") || (node_decimal_e9(speed, &speed_e9) == ERR_OK && speed_e9 == 0);
}

static void answered(void *context, const struct http_answer *answer)
{
    struct exchange_time *time = context;
    time->came = true;
    take_status(time, answer);
}

static enum err ask(struct exchange_time *time, enum http_method method, const char *path,
                    const char *body, struct problem *problem)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    char *url = xasprintf("%s%s", time->url, path);
    struct http_ask request = {.method = method,
                               .url = url,
                               .headers = headers,
                               .body = body,
                               .body_length = body == NULL ? 0 : strlen(body),
                               .timeout_ns = ANSWER_NS,
                               .answered = answered,
                               .context = time};
    time->came = false;
    time->err = ERR_OK;
    (void)http_ask(time->http, &request);
    free(url);
    while (!time->came) { /* it has a deadline */
        loop_turn(time->loop, true);
    }
    if (time->err != ERR_OK) {
        *problem = time->problem;
    }
    return time->err;
}

enum err exchange_time_open(struct loop *loop, const char *admin_url, struct exchange_time **out,
                            struct problem *problem)
{
    struct exchange_time *time = xcalloc(1, sizeof *time);
    struct http_client_options options = {.user_agent = "bellwether", .connections_max = 1};
    time->loop = loop;
    time->http = http_client_create(loop, &options);
    time->url = xstrdup(admin_url);
    tree_init(&time->tree);
    enum err err = ask(time, HTTP_GET, "/status", NULL, problem);
    if (err == ERR_OK && !time->by_hand) {
        err = problem_set(problem, ERR_REFUSED,
                          "the time of the exchange at %s moves by itself; start it with --step",
                          admin_url);
    }
    if (err != ERR_OK) {
        exchange_time_close(time);
        return err;
    }
    *out = time;
    return ERR_OK;
}

void exchange_time_close(struct exchange_time *time)
{
    if (time == NULL) {
        return;
    }
    http_client_destroy(time->http);
    tree_finish(&time->tree);
    free(time->url);
    free(time);
}

enum err exchange_time_step(struct exchange_time *time, int64_t until_ns, struct problem *problem)
{
    char when[UTC_TEXT_SIZE];
    char body[64];
    /* Far away is far enough: the market has something before. */
    int64_t most_ns = time->now_ns + 30 * NS_PER_DAY;
    (void)utc_format(until_ns < most_ns ? until_ns : most_ns, when);
    (void)snprintf(body, sizeof body, "{\"until\":\"%s\"}", when);
    return ask(time, HTTP_POST, "/advance", body, problem);
}

int64_t exchange_time_now_ns(const struct exchange_time *time)
{
    return time->now_ns;
}

bool exchange_time_has_ended(const struct exchange_time *time)
{
    return time->ended;
}
