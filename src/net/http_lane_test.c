/* http_lane_test.c: what became of a request, for everything that can go wrong with it: the same by
 * libcurl and by the connection that is kept ready. */
#include <zlib.h>

#include "net/http_client_test.h"

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

Test(http_lane, sends_what_it_is_given, .timeout = 60)
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

Test(http_lane, a_large_body_goes_without_a_question, .timeout = 60)
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

Test(http_lane, knows_a_whole_answer_from_any_other, .timeout = 60)
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

Test(http_lane, what_was_written_on_a_used_connection_is_not_written_again, .timeout = 60)
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

Test(http_lane, a_connection_that_ended_while_idle_is_replaced, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_a_connection_that_ended_while_idle_is_replaced();
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

Test(http_lane, gzip_is_undone_whole_or_not_at_all, .timeout = 60)
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

Test(http_lane, endless_heads_and_bodies_end, .timeout = 60)
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

Test(http_lane, finds_the_last_of_a_header, .timeout = 60)
{
    for (int lane = 0; lane < 2; lane++) {
        by_lane = lane == 1;
        check_finds_the_last_of_a_header();
    }
}

Test(http_lane, what_went_by_the_connection_kept_ready_was_written)
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
