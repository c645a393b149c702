/* http_client_test.c: what became of a request, for everything that can go wrong with it. */
#include "net/http_client.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "net/script_test.h"
#include "net/tls_front.h"

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

static void on_answer(void *context, const struct http_answer *answer)
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

static void start_with(struct http_client_options options)
{
    memset(&heard, 0, sizeof heard);
    loop = loop_create();
    client = http_client_create(loop, &options);
    script_listen(&script, loop, 8);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v2/orders?q=" SECRET, script.port);
}

static bool by_lane; /* what is asked goes by the connection that is kept ready */

static void start(void)
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

static void stop(void)
{
    http_client_destroy(client);
    client = NULL;
    script_finish(&script);
    loop_destroy(loop);
}

static const char *const secret_headers[] = {"APCA-API-SECRET-KEY: " SECRET,
                                             "Content-Type: application/json", NULL};

static struct http_call *ask(enum http_method method, const char *body)
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

static void wait_answers(int count)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (heard.count < count && clock_mono_ns() < end_ns) {
        script_turn(&script);
    }
    cr_assert_eq(heard.count, count);
}

static void expect(enum http_outcome outcome, int status)
{
    cr_expect_eq(heard.outcome, outcome, "outcome %d, status %d, %s", heard.outcome, heard.status,
                 heard.why);
    cr_expect_eq(heard.status, status, "%d %s", heard.status, heard.why);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void check_sends_what_it_is_given(void)
{
    static const struct {
        enum http_method method;
        const char *body, *line, *rest;
    } cases[] = {
        {HTTP_GET,    NULL,        "GET /v2/orders?q=" SECRET " HTTP/1.1\r\n",    ""         },
        {HTTP_POST,   "{\"a\":1}", "POST /v2/orders?q=" SECRET " HTTP/1.1\r\n",   "{\"a\":1}"},
        {HTTP_POST,   NULL,        "POST /v2/orders?q=" SECRET " HTTP/1.1\r\n",   ""         },
        {HTTP_PATCH,  "{}",        "PATCH /v2/orders?q=" SECRET " HTTP/1.1\r\n",  "{}"       },
        {HTTP_PUT,    "{}",        "PUT /v2/orders?q=" SECRET " HTTP/1.1\r\n",    "{}"       },
        {HTTP_DELETE, NULL,        "DELETE /v2/orders?q=" SECRET " HTTP/1.1\r\n", ""         },
    };
    start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        script_forget(&script);
        (void)ask(cases[i].method, cases[i].body);
        script_wait(&script, "\r\n\r\n");
        script_wait(&script, cases[i].rest);
        cr_expect_eq(strncmp(script.got, cases[i].line, strlen(cases[i].line)), 0, "%s",
                     script.got);
        cr_expect_not_null(strstr(script.got, "APCA-API-SECRET-KEY: " SECRET "\r\n"));
        cr_expect_not_null(strstr(script.got, "User-Agent: bellwether/test\r\n"));
        cr_expect_not_null(strstr(script.got, "Accept-Encoding: gzip\r\n"));
        cr_expect_null(strcasestr(script.got, "Expect:"));
        cr_expect_eq(cases[i].method == HTTP_GET || cases[i].method == HTTP_DELETE,
                     strcasestr(script.got, "Content-Length:") == NULL, "%s", script.got);
        script_say(&script, OK);
        wait_answers((int)i + 1);
        expect(HTTP_ANSWERED, 200);
        cr_expect_str_eq(heard.body, "ok");
    }
    cr_expect_eq(script.connections, 1, "one connection for all");
    stop();
}

Test(http_client, sends_what_it_is_given, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_sends_what_it_is_given();
    }
}

static void check_a_large_body_goes_without_a_question(void)
{
    static char body[200001];
    memset(body, 'x', sizeof body - 1);
    start();
    (void)ask(HTTP_POST, body);
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (script.length < sizeof body && clock_mono_ns() < end_ns) {
        script_turn(&script);
    }
    cr_expect_null(strcasestr(script.got, "Expect:"));
    cr_expect_not_null(strstr(script.got, "Content-Length: 200000\r\n"));
    script_say(&script, OK);
    wait_answers(1);
    expect(HTTP_ANSWERED, 200);
    stop();
}

Test(http_client, a_large_body_goes_without_a_question, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_a_large_body_goes_without_a_question();
    }
}

enum after { STAYS, CLOSES, RESETS };

/* Each to a POST, the first one on a fresh connection; whatever comes, it is asked once. */
static const struct {
    const char *what, *reply;
    enum after after;
    enum http_outcome outcome;
    int status;
    const char *body;
} replies[] = {
    {"nothing",                       "",                                                                              CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"a reset",                       "",                                                                              RESETS, HTTP_NO_ANSWER, 0,   ""  },
    {"no HTTP",                       "garbage\r\n\r\n",                                                               CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"TLS",                           "\x15\x03\x03\x00\x02\x02\x28",                                                  CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"a status that is none",         "HTTP/22222222 00000 OK\r\nContent-Length: 2\r\n\r\nok",                         CLOSES,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"a status of four digits",       "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",                               CLOSES,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"another version",               "HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\nok",                                CLOSES, HTTP_NO_ANSWER, 0,
     ""                                                                                                                                                 },
    {"a cut line",                    "HTTP/1.",                                                                       CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"a cut head",                    "HTTP/1.1 200 OK\r\nContent-Le",                                                 CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"a head without its end",        "HTTP/1.1 200 OK\r\nA: b\r\n",                                                   CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"a reset within the head",       "HTTP/1.1 200 OK\r\nA: b\r\n",                                                   RESETS, HTTP_NO_ANSWER, 0,   ""  },
    {"a cut body",                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",                                CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"a reset body",                  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",                                RESETS, HTTP_NO_ANSWER, 0,
     ""                                                                                                                                                 },
    {"a reset body without a length", "HTTP/1.1 200 OK\r\n\r\nok",                                                     RESETS, HTTP_NO_ANSWER, 0,   ""  },
    {"chunks",                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",     STAYS,
     HTTP_ANSWERED,                                                                                                                            200, "ok"},
    {"cut chunks",                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",              CLOSES,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"bad chunks",                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n",            CLOSES,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"until the end",                 "HTTP/1.1 200 OK\r\n\r\nok",                                                     CLOSES, HTTP_ANSWERED,  200, "ok"},
    {"HTTP/1.0",                      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",                                CLOSES, HTTP_ANSWERED,  200,
     "ok"                                                                                                                                               },
    {"no content",                    "HTTP/1.1 204 No Content\r\n\r\n",                                               STAYS,  HTTP_ANSWERED,  204, ""  },
    {"a redirect",                    "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
     STAYS,                                                                                                                    HTTP_ANSWERED,  307, ""  },
    {"a redirect elsewhere",          "HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",                  STAYS,
     HTTP_ANSWERED,                                                                                                                            302, ""  },
    {"a demand for a password",
     "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nno",                              STAYS,
     HTTP_ANSWERED,                                                                                                                            401, "no"},
    {"no expectations",               "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n",                                  STAYS,  HTTP_ANSWERED,  417,
     ""                                                                                                                                                 },
    {"a failure",                     "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",              STAYS,
     HTTP_ANSWERED,                                                                                                                            503, ""  },
    {"something before",              "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" OK,
     STAYS,                                                                                                                    HTTP_ANSWERED,  200, "ok"},
    {"only something before",         "HTTP/1.1 100 Continue\r\n\r\n",                                                 CLOSES, HTTP_NO_ANSWER, 0,   ""  },
    {"another protocol",              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",                        CLOSES,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"two lengths",                   "HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Length: 2\r\n\r\nok",          CLOSES,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"a negative length",             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok",                               CLOSES, HTTP_NO_ANSWER,
     0,                                                                                                                                             ""  },
    {"no gzip",                       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",      STAYS,
     HTTP_NO_ANSWER,                                                                                                                           0,   ""  },
    {"another encoding",              "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nok",
     STAYS,                                                                                                                    HTTP_NO_ANSWER, 0,   ""  },
    {"two encodings",
     "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: "
     "2\r\n\r\nok",                                                                                                    STAYS,  HTTP_NO_ANSWER, 0,   ""  },
    {"too much",                      "HTTP/1.1 200 OK\r\nContent-Length: 50001\r\n\r\n",                              STAYS,  HTTP_NO_ANSWER, 0,   ""  },
};

static void say_at_length(size_t length)
{
    static char many[1 << 17];
    memset(many, 'x', sizeof many);
    script_say_bytes(&script, many, length);
}

static void check_knows_a_whole_answer_from_any_other(void)
{
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        start();
        (void)ask(HTTP_POST, "{}");
        script_wait(&script, "\r\n\r\n{}");
        script_say(&script, replies[i].reply);
        if (strcmp(replies[i].what, "too much") == 0) {
            say_at_length(50001);
        }
        for (int turn = 0; turn < 3; turn++) {
            script_turn(&script); /* what was said is read before the end */
        }
        if (replies[i].after != STAYS) {
            script_close(&script, replies[i].after == RESETS);
        }
        wait_answers(1);
        cr_expect_eq(heard.outcome, replies[i].outcome, "%s: %d, %s", replies[i].what,
                     heard.outcome, heard.why);
        cr_expect_eq(heard.status, replies[i].status, "%s: %d", replies[i].what, heard.status);
        cr_expect_str_eq(heard.body, replies[i].body, "%s", replies[i].what);
        cr_expect_not(heard.timed_out, "%s", replies[i].what);
        for (int turn = 0; turn < 5; turn++) {
            script_turn(&script);
        }
        cr_expect_eq(script.connections, 1, "%s: asked once", replies[i].what);
        cr_expect_eq(http_client_pending(client), 0);
        stop();
    }
}

Test(http_client, knows_a_whole_answer_from_any_other, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_knows_a_whole_answer_from_any_other();
    }
}

/* libcurl by itself would send each of these again, on a fresh connection. */
static void check_what_was_written_on_a_used_connection_is_not_written_again(void)
{
    static const enum http_method methods[] = {HTTP_POST, HTTP_PATCH, HTTP_DELETE, HTTP_GET};
    for (int reset = 0; reset < 2; reset++) {
        for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
            start();
            (void)ask(HTTP_GET, NULL);
            script_wait(&script, "\r\n\r\n");
            script_say(&script, OK);
            wait_answers(1);
            script_forget(&script);
            (void)ask(methods[i], i < 2 ? "{}" : NULL);
            script_wait(&script, "\r\n\r\n");
            cr_assert_eq(script.connections, 1, "it was used again");
            script_forget(&script);
            script_close(&script, reset == 1);
            wait_answers(2);
            expect(HTTP_NO_ANSWER, 0);
            for (int turn = 0; turn < 20; turn++) {
                script_turn(&script);
            }
            cr_expect_eq(script.length, 0, "sent twice: %s", script.got);
            stop();
        }
    }
}

Test(http_client, what_was_written_on_a_used_connection_is_not_written_again, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_what_was_written_on_a_used_connection_is_not_written_again();
    }
}

static void check_a_connection_that_ended_while_idle_is_replaced(void)
{
    for (int reset = 0; reset < 2; reset++) {
        start();
        (void)ask(HTTP_GET, NULL);
        script_wait(&script, "\r\n\r\n");
        script_say(&script, OK);
        wait_answers(1);
        script_close(&script, reset == 1);
        (void)usleep(1000); /* since the loop has looked at it */
        (void)ask(HTTP_POST, "{}");
        script_wait(&script, "\r\n\r\n{}");
        cr_expect_eq(script.connections, 2);
        script_say(&script, OK);
        wait_answers(2);
        expect(HTTP_ANSWERED, 200);
        stop();
    }
}

Test(http_client, a_connection_that_ended_while_idle_is_replaced, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_a_connection_that_ended_while_idle_is_replaced();
    }
}

Test(http_client, a_refused_connection_is_not_sent)
{
    start();
    cr_assert_eq(close(script.listener), 0);
    (void)ask(HTTP_POST, "{}");
    while (heard.count == 0) {
        loop_turn(loop, true);
    }
    expect(HTTP_NOT_SENT, 0);
    cr_expect_not(heard.timed_out);
    http_client_destroy(client);
    loop_destroy(loop);
}

/* The kernel takes no more connections, and says nothing. */
Test(http_client, a_connection_that_is_not_taken_is_not_sent)
{
    struct script full;
    int fillers[2];
    start_with((struct http_client_options){.connect_ns = NS_PER_S / 5});
    script_listen(&full, loop, 0);
    struct sockaddr_in place = {.sin_family = AF_INET,
                                .sin_port = htons(full.port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 2; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(fillers[i], (struct sockaddr *)&place, sizeof place);
    }
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", full.port);
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect(heard.timed_out);
    cr_assert_eq(close(fillers[0]), 0);
    cr_assert_eq(close(fillers[1]), 0);
    cr_assert_eq(close(full.listener), 0);
    stop();
}

Test(http_client, silence_is_no_answer_in_time)
{
    static const char *const begun[] = {"", "HTTP/1.1 200 OK\r\n",
                                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"};
    for (int i = 0; i < 3; i++) {
        start();
        struct http_ask what = {.method = HTTP_POST,
                                .url = url,
                                .body = "{}",
                                .body_length = 2,
                                .timeout_ns = NS_PER_S / 10,
                                .answered = on_answer,
                                .context = &heard};
        (void)http_ask(client, &what);
        script_wait(&script, "\r\n\r\n{}");
        script_say(&script, begun[i]);
        wait_answers(1);
        expect(HTTP_NO_ANSWER, 0);
        cr_expect(heard.timed_out);
        stop();
    }
}

static void say_gzip(const char *bytes, size_t length, size_t cut, const char *behind)
{
    static char packed[1 << 16];
    char head[128];
    z_stream zip = {0};
    cr_assert_eq(deflateInit2(&zip, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    zip.next_in = (Bytef *)bytes;
    zip.avail_in = (uInt)length;
    zip.next_out = (Bytef *)packed;
    zip.avail_out = sizeof packed;
    cr_assert_eq(deflate(&zip, Z_FINISH), Z_STREAM_END);
    size_t size = zip.total_out - cut;
    deflateEnd(&zip);
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                   size + strlen(behind));
    script_say(&script, head);
    script_say_bytes(&script, packed, size);
    script_say(&script, behind);
}

static void check_gzip_is_undone_whole_or_not_at_all(void)
{
    static char bomb[20 << 20];
    static const struct {
        size_t length, cut;
        const char *behind;
        enum http_outcome outcome;
    } cases[] = {
        {50000,       0, "",  HTTP_ANSWERED }, /* the most that is taken */
        {0,           0, "",  HTTP_ANSWERED },
        {50001,       0, "",  HTTP_NO_ANSWER},
        {sizeof bomb, 0, "",  HTTP_NO_ANSWER},
        {50000,       1, "",  HTTP_NO_ANSWER}, /* libcurl would take it */
        {50000,       9, "",  HTTP_NO_ANSWER},
        {50000,       0, "x", HTTP_NO_ANSWER},
    };
    memset(bomb, 'b', sizeof bomb);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        (void)ask(HTTP_GET, NULL);
        script_wait(&script, "\r\n\r\n");
        say_gzip(bomb, cases[i].length, cases[i].cut, cases[i].behind);
        wait_answers(1);
        expect(cases[i].outcome, cases[i].outcome == HTTP_ANSWERED ? 200 : 0);
        if (cases[i].outcome == HTTP_ANSWERED) {
            cr_expect_eq(heard.length, cases[i].length);
            cr_expect_eq(strspn(heard.body, "b"), cases[i].length);
        }
        stop();
    }
}

Test(http_client, gzip_is_undone_whole_or_not_at_all, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_gzip_is_undone_whole_or_not_at_all();
    }
}

static void check_endless_heads_and_bodies_end(void)
{
    start();
    (void)ask(HTTP_GET, NULL);
    script_wait(&script, "\r\n\r\n");
    script_say(&script, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 3000 && heard.count == 0; i++) {
        script_say(&script, "X-Colour: red, and some more words about it\r\n");
    }
    wait_answers(1);
    expect(HTTP_NO_ANSWER, 0);
    (void)ask(HTTP_GET, NULL);
    script_wait(&script, "\r\n\r\n");
    for (int i = 0; i < 3000 && heard.count == 1; i++) {
        script_say(&script, "HTTP/1.1 100 Continue\r\nX-Colour: red\r\n\r\n");
    }
    wait_answers(2);
    expect(HTTP_NO_ANSWER, 0);
    (void)ask(HTTP_GET, NULL);
    script_wait(&script, "\r\n\r\n");
    script_say(&script, "HTTP/1.1 200 OK\r\n\r\n");
    say_at_length(1 << 17);
    wait_answers(3);
    expect(HTTP_NO_ANSWER, 0);
    stop();
}

Test(http_client, endless_heads_and_bodies_end, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_endless_heads_and_bodies_end();
    }
}

static void check_finds_the_last_of_a_header(void)
{
    start();
    (void)ask(HTTP_GET, NULL);
    script_wait(&script, "\r\n\r\n");
    script_say(&script, "HTTP/1.1 200 OK\r\nX-COLOUR: red\r\nx-colour:  blue \r\n"
                        "Content-Length: 0\r\n\r\n");
    wait_answers(1);
    cr_expect_str_eq(heard.colour, "blue");
    (void)ask(HTTP_HEAD, NULL);
    script_wait(&script, "HEAD /");
    script_say(&script, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n");
    wait_answers(2);
    expect(HTTP_ANSWERED, 200);
    cr_expect_str_eq(heard.colour, "(none)");
    stop();
}

Test(http_client, finds_the_last_of_a_header, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_finds_the_last_of_a_header();
    }
}

Test(http_client, what_cannot_be_asked_is_not_sent)
{
    static const char *const bad_urls[] = {"ftp://127.0.0.1/x",
                                           "file:///etc/passwd",
                                           "nothing",
                                           "",
                                           "http://me:" SECRET "@127.0.0.1/",
                                           "http://127.0.0.1:99999/",
                                           "http:///"};
    static const char *const two_lines[] = {"A: b\r\nSecret: " SECRET, NULL};
    start();
    for (size_t i = 0; i < sizeof bad_urls / sizeof bad_urls[0]; i++) {
        (void)snprintf(url, sizeof url, "%s", bad_urls[i]);
        (void)ask(HTTP_POST, "{}");
        wait_answers((int)i + 1);
        expect(HTTP_NOT_SENT, 0);
    }
    int count = heard.count;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", script.port);
    struct http_ask what = {
        .url = url, .headers = two_lines, .answered = on_answer, .context = &heard};
    (void)http_ask(client, &what);
    wait_answers(count + 1);
    expect(HTTP_NOT_SENT, 0);
    what.headers = NULL;
    what.method = HTTP_OTHER;
    (void)http_ask(client, &what);
    wait_answers(count + 2);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_eq(script.connections, 0);
    stop();
}

Test(http_client, a_canceled_call_is_not_answered)
{
    start();
    struct http_call *call = ask(HTTP_POST, "{}");
    cr_expect_not(http_call_cancel(call), "nothing was written");
    call = ask(HTTP_POST, "{}");
    script_wait(&script, "\r\n\r\n{}");
    cr_expect_eq(http_client_pending(client), 1);
    cr_expect(http_call_cancel(call));
    cr_expect_eq(http_client_pending(client), 0);
    for (int turn = 0; turn < 10; turn++) {
        script_turn(&script);
    }
    cr_expect_eq(heard.count, 0);
    (void)ask(HTTP_GET, NULL); /* and goes with the client */
    stop();
    cr_expect_eq(heard.count, 0);
}

Test(http_client, what_went_by_the_connection_kept_ready_was_written)
{
    by_lane = true;
    start();
    struct http_call *call = ask(HTTP_POST, "{}");
    cr_expect(http_call_cancel(call), "within http_ask()");
    script_wait(&script, "\r\n\r\n{}");
    (void)ask(HTTP_POST, "{}"); /* that connection is over: by another one */
    for (int turn = 0; turn < 1000 && (script.length == 0 || script.connections < 2); turn++) {
        script_turn(&script);
    }
    cr_expect_gt(script.connections, 1);
    cr_expect_eq(heard.count, 0);
    stop();
}

Test(http_client, more_than_the_connections_wait)
{
    start_with((struct http_client_options){.connections_max = 1});
    (void)ask(HTTP_GET, NULL);
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "GET /");
    for (int turn = 0; turn < 10; turn++) {
        script_turn(&script);
    }
    cr_expect_null(strstr(script.got, "POST"));
    script_say(&script, OK);
    script_wait(&script, "POST /");
    script_say(&script, OK);
    wait_answers(2);
    expect(HTTP_ANSWERED, 200);
    cr_expect_eq(script.connections, 1);
    (void)ask(HTTP_GET, NULL);
    script_forget(&script);
    struct http_ask what = {.method = HTTP_POST,
                            .url = url,
                            .timeout_ns = NS_PER_S / 10,
                            .answered = on_answer,
                            .context = &heard};
    (void)http_ask(client, &what);
    wait_answers(3);
    expect(HTTP_NOT_SENT, 0);
    cr_expect(heard.timed_out, "its turn did not come");
    stop();
}

Test(http_client, no_proxy_and_no_password_from_the_environment)
{
    cr_assert_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    cr_assert_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    start();
    (void)ask(HTTP_GET, NULL);
    script_wait(&script, "\r\n\r\n");
    cr_expect_null(strcasestr(script.got, "Authorization"));
    script_say(&script, OK);
    wait_answers(1);
    expect(HTTP_ANSWERED, 200);
    stop();
}

/* TLS. */

static char trusted[] = "/tmp/bellwether-ca-XXXXXX";

static void trust(const char *pem)
{
    int fd = mkstemp(trusted);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, pem, strlen(pem)), (ssize_t)strlen(pem));
    cr_assert_eq(close(fd), 0);
}

/* Asks the script through a front; the client trusts its certificate, or not. */
static struct tls_front *start_tls(struct tls_options options, bool trusting, const char *host)
{
    struct tls_front *front = NULL;
    struct problem problem = {0};
    start();
    options.plain_port = script.port;
    cr_assert_eq(tls_front_create(loop, &options, &front, &problem), ERR_OK, "%s", problem.text);
    if (trusting) {
        trust(tls_front_certificate(front));
        http_client_destroy(client);
        struct http_client_options mine = {.ca_file = trusted};
        client = http_client_create(loop, &mine);
    }
    (void)snprintf(url, sizeof url, "https://%s:%u/", host, tls_front_port(front));
    return front;
}

static void stop_tls(struct tls_front *front)
{
    (void)unlink(trusted);
    (void)snprintf(trusted, sizeof trusted, "/tmp/bellwether-ca-XXXXXX");
    http_client_destroy(client);
    client = NULL;
    tls_front_destroy(front);
    script_finish(&script);
    loop_destroy(loop);
}

Test(http_client, asks_over_tls)
{
    static const char keys[] = "/tmp/bellwether-must-not-be-written";
    cr_assert_eq(setenv("SSLKEYLOGFILE", keys, 1), 0);
    struct tls_front *front = start_tls((struct tls_options){0}, true, "localhost");
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "\r\n\r\n{}");
    script_say(&script, OK);
    wait_answers(1);
    expect(HTTP_ANSWERED, 200);
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "\r\n\r\n{}");
    script_close(&script, true);
    wait_answers(2);
    expect(HTTP_NO_ANSWER, 0);
    cr_expect_neq(access(keys, F_OK), 0, "session keys stay in the process");
    stop_tls(front);
}

Test(http_client, keeps_a_connection_ready_over_tls)
{
    struct tls_front *front = start_tls((struct tls_options){0}, true, "localhost");
    char origin[64];
    by_lane = true;
    (void)snprintf(origin, sizeof origin, "https://localhost:%u", tls_front_port(front));
    http_client_keep_ready(client, origin);
    for (int turn = 0; turn < 200; turn++) {
        script_turn(&script);
    }
    for (int i = 1; i <= 2; i++) {
        script_forget(&script);
        (void)ask(HTTP_POST, "{}");
        script_wait(&script, "\r\n\r\n{}");
        script_say(&script, OK);
        wait_answers(i);
        expect(HTTP_ANSWERED, 200);
    }
    cr_expect_eq(script.connections, 1);
    cr_expect(http_call_cancel(ask(HTTP_POST, "{}")), "it went out at once");
    stop_tls(front);
}

Test(http_client, a_certificate_that_nobody_vouches_for_is_not_sent_to)
{
    struct tls_front *front = start_tls((struct tls_options){0}, false, "localhost");
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_not_null(strstr(heard.why, "certificate"), "%s", heard.why);
    stop_tls(front);
}

Test(http_client, a_certificate_for_another_name_is_not_sent_to)
{
    struct tls_options options = {.address = "127.0.0.2"};
    struct tls_front *front = start_tls(options, true, "127.0.0.2");
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_eq(script.length, 0);
    stop_tls(front);
}

/* A certificate for localhost that has ended yesterday, with its key. */
static void write_expired(char *certificate_file, char *key_file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    cr_assert(key != NULL && names != NULL);
    cr_assert_eq(X509_set_version(certificate, X509_VERSION_3), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -10L * 86400);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), -86400L);
    cr_assert_eq(X509_set_pubkey(certificate, key), 1);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                     -1, -1, 0);
    cr_assert_eq(X509_set_issuer_name(certificate, name), 1);
    cr_assert_eq(X509_add_ext(certificate, names, -1), 1);
    cr_assert(X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *out = fdopen(mkstemp(certificate_file), "w");
    cr_assert_eq(PEM_write_X509(out, certificate), 1);
    cr_assert_eq(fclose(out), 0);
    out = fdopen(mkstemp(key_file), "w");
    cr_assert_eq(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    cr_assert_eq(fclose(out), 0);
    X509_EXTENSION_free(names);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

Test(http_client, a_certificate_that_has_expired_is_not_sent_to)
{
    char certificate[] = "/tmp/bellwether-tls-XXXXXX";
    char key[] = "/tmp/bellwether-key-XXXXXX";
    write_expired(certificate, key);
    struct tls_options options = {.certificate_file = certificate, .key_file = key};
    struct tls_front *front = start_tls(options, true, "localhost");
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_not_null(strstr(heard.why, "expired"), "%s", heard.why);
    stop_tls(front);
    (void)unlink(certificate);
    (void)unlink(key);
}

Test(http_client, a_handshake_that_does_not_come_is_not_sent)
{
    start_with((struct http_client_options){.connect_ns = NS_PER_S / 5});
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", script.port);
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect(heard.timed_out);
    cr_expect(script.length > 0, "it had said hello");
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "\x16\x03");
    script_say(&script, "HTTP/1.1 400 Bad Request\r\n\r\n");
    wait_answers(2);
    expect(HTTP_NOT_SENT, 0);
    stop();
}
