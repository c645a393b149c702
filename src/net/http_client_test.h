/* http_client_test.h: a client that asks a script, and what it was told last. */
#ifndef NET_HTTP_CLIENT_TEST_H
#define NET_HTTP_CLIENT_TEST_H

#include <stdio.h>

#include "net/http_client.h"
#include "net/script_test.h"

#define SECRET "canary-of-a-secret"

/* What the last answer was. */
static struct {
    int count;
    enum http_outcome outcome;
    int status;
    char body[1 << 16];
    size_t length;
    char why[256];
    char colour[64]; /* its last X-Colour */
    bool timed_out;
} heard;

static struct loop *loop;
static struct http_client *client;
static struct script script;
static char url[128];
static bool by_lane; /* what is asked goes by the connection that is kept ready */

static inline void on_answer(void *context, const struct http_answer *answer)
{
    cr_assert_eq(context, &heard);
    const char *colour =
        answer->outcome == HTTP_ANSWERED ? http_answer_header(answer, "x-colour") : NULL;
    heard.count++;
    heard.outcome = answer->outcome;
    heard.status = answer->status;
    heard.length = answer->length;
    heard.timed_out = answer->timed_out;
    (void)snprintf(heard.body, sizeof heard.body, "%s", answer->body);
    (void)snprintf(heard.why, sizeof heard.why, "%s", answer->why);
    (void)snprintf(heard.colour, sizeof heard.colour, "%s", colour != NULL ? colour : "(none)");
    cr_assert_eq(answer->body[answer->length], '\0');
    cr_assert_eq(answer->outcome == HTTP_ANSWERED, answer->why[0] == '\0');
    cr_assert_eq(answer->outcome == HTTP_ANSWERED, answer->status != 0);
    cr_assert_null(strstr(answer->why, SECRET), "%s", answer->why);
}

static inline void start_with(struct http_client_options options)
{
    memset(&heard, 0, sizeof heard);
    loop = loop_create();
    client = http_client_create(loop, &options);
    script_listen(&script, loop, 8);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v2/orders?q=" SECRET, script.port);
}

static inline void start(void)
{
    start_with((struct http_client_options){.user_agent = "bellwether/test"});
    if (!by_lane) {
        return;
    }
    char origin[64];
    (void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", script.port);
    http_client_keep_ready(client, origin);
    for (int turn = 0; turn < 10 || script.connections == 0; turn++) {
        script_turn(&script);
    }
}

static inline void stop(void)
{
    http_client_destroy(client);
    client = NULL;
    script_finish(&script);
    loop_destroy(loop);
}

static const char *const secret_headers[] = {"APCA-API-SECRET-KEY: " SECRET,
                                             "Content-Type: application/json", NULL};

static inline struct http_call *ask(enum http_method method, const char *body)
{
    struct http_ask what = {.method = method,
                            .url = url,
                            .headers = secret_headers,
                            .body = body,
                            .body_length = body != NULL ? strlen(body) : 0,
                            .timeout_ns = 3 * NS_PER_S,
                            .answer_max = 50000,
                            .prompt = by_lane,
                            .answered = on_answer,
                            .context = &heard};
    int before = heard.count;
    struct http_call *call = http_ask(client, &what);
    cr_assert_eq(heard.count, before, "never from within http_ask()");
    return call;
}

static inline void wait_answers(int count)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (heard.count < count && clock_mono_ns() < end_ns) {
        script_turn(&script);
    }
    cr_assert_eq(heard.count, count);
}

static inline void expect(enum http_outcome outcome, int status)
{
    cr_expect_eq(heard.outcome, outcome, "outcome %d, status %d, %s", heard.outcome, heard.status,
                 heard.why);
    cr_expect_eq(heard.status, status, "%d %s", heard.status, heard.why);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

#endif
