/* http_server_test.c: requests over loopback: what is understood, what is refused, deferred, late.
 */
#include "net/http_server.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "net/net_test.h"

static struct loop *loop;
static struct http_server *server;
static struct peer peer;
static struct peer other;
static int handled;
static struct http_later *later;

static void echo_header(void *context, const char *name, const char *value)
{
    struct json_writer *json = context;
    if (strncmp(name, "X-", 2) == 0) {
        json_member_string(json, name, value);
    }
}

/* Says what it was asked. */
static void echo(const struct http_request *request, struct http_reply *reply)
{
    struct json_writer *json = reply->json;
    json_begin_object(json);
    json_member_string(json, "method", request->method_text);
    json_member_string(json, "path", request->url.path);
    json_member_string(json, "body", request->body);
    json_member_uint(json, "length", request->body_length);
    json_key(json, "query");
    json_begin_array(json);
    for (size_t i = 0; i < request->url.parameter_count; i++) {
        json_string(json, request->url.parameters[i].name);
        json_string(json, request->url.parameters[i].value);
    }
    json_end_array(json);
    http_each_header(request, echo_header, json);
    json_end_object(json);
}

static struct http_stream *stream;
static int streams_closed;

static void on_stream_closed(void *context)
{
    cr_assert_eq(context, &stream);
    stream = NULL;
    streams_closed++;
}

static void handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    handled++;
    const char *path = request->url.path;
    if (strcmp(path, "/later") == 0) {
        later = http_defer(reply);
    } else if (strcmp(path, "/at-once") == 0) {
        struct http_later *mine = http_defer(reply);
        json_string(http_later_reply(mine)->json, "at once");
        http_later_send(mine);
    } else if (strcmp(path, "/drop") == 0) {
        http_later_drop(http_defer(reply));
    } else if (strcmp(path, "/slow") == 0) {
        reply->delivery.delay_ns = 50 * NS_PER_MS;
        json_string(reply->json, "slow");
    } else if (strcmp(path, "/cut") == 0) {
        reply->delivery.cut = true;
        reply->delivery.cut_after = 40;
        json_string(reply->json, "never whole");
    } else if (strcmp(path, "/drip") == 0) {
        reply->delivery.drip_bytes = 7;
        reply->delivery.drip_every_ns = NS_PER_MS;
        json_string(reply->json, "drop by drop");
    } else if (strcmp(path, "/lie") == 0) {
        reply->delivery.length_lie = 5;
        json_string(reply->json, "short");
    } else if (strcmp(path, "/raw") == 0) {
        http_reply_raw(reply, "garbage\r\n", 9);
    } else if (strcmp(path, "/stream") == 0) {
        stream = http_reply_stream(reply, "text/event-stream", on_stream_closed, &stream);
        http_stream_write(stream, "first\n", 6);
    } else if (strcmp(path, "/none") == 0) {
        reply->status = 204;
    } else if (strcmp(path, "/text") == 0) {
        http_reply_static(reply, "text/plain", "plain", 5);
        http_reply_header(reply, "X-Request-ID", "abc");
    } else if (strcmp(path, "/large") == 0) {
        json_begin_array(reply->json);
        for (int i = 0; i < 100000; i++) {
            json_int(reply->json, 7);
        }
        json_end_array(reply->json);
    } else {
        echo(request, reply);
    }
}

static void start_with(struct http_options options)
{
    struct problem problem = {0};
    options.handle = handle;
    loop = loop_create();
    cr_assert_eq(http_server_create(loop, &options, &server, &problem), ERR_OK, "%s", problem.text);
    cr_assert_neq(http_server_port(server), 0);
    peer_connect(&peer, loop, http_server_port(server));
}

static void start(void)
{
    start_with((struct http_options){0});
}

static void stop(void)
{
    if (peer.fd >= 0) {
        peer_close(&peer);
    }
    http_server_destroy(server);
    loop_destroy(loop);
}

#define HOST "Host: localhost\r\n"

Test(http_server, answers_and_keeps_the_connection)
{
    start();
    const char *body = peer_ask(&peer, "GET /v2/clock HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_str_eq(
        body,
        "{\"method\":\"GET\",\"path\":\"/v2/clock\",\"body\":\"\",\"length\":0,\"query\":[]}");
    cr_assert_eq(peer_status(&peer), 200);
    cr_assert_not_null(strstr(peer.got, "Content-Type: application/json\r\n"));
    body = peer_ask(&peer, "POST /v2/orders HTTP/1.1\r\n" HOST
                           "Content-Length: 9\r\nX-Key: k\r\n\r\n{\"a\":\"b\"}");
    cr_assert_not_null(strstr(body, "\"body\":\"{\\\"a\\\":\\\"b\\\"}\",\"length\":9"), "%s", body);
    cr_assert_not_null(strstr(body, "\"X-Key\":\"k\""), "%s", body);
    body = peer_ask(&peer, "GET /text HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_str_eq(body, "plain");
    cr_assert_not_null(strstr(peer.got, "X-Request-ID: abc\r\n"));
    cr_assert_not_null(strstr(peer.got, "Content-Type: text/plain\r\n"));
    (void)peer_ask(&peer, "DELETE /none HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_eq(peer_status(&peer), 204);
    cr_assert_null(strstr(peer.got, "Content-Type"));
    cr_assert_eq(handled, 4);
    stop();
}

Test(http_server, paths_and_queries_are_decoded_where_that_is_safe)
{
    static const struct {
        const char *target;
        const char *want;
    } cases[] = {
        {"/v2/orders:by_client_order_id?client_order_id=a%2Cb+c",
         "\"path\":\"/v2/orders:by_client_order_id\",\"body\":\"\",\"length\":0,"
         "\"query\":[\"client_order_id\",\"a,b c\"]"                    },
        {"/a%20b/BTC%2FUSD/100%25?x=%2F%25&x=2&y&&z=1=2",
         "\"path\":\"/a b/BTC%2FUSD/100%25\",\"body\":\"\",\"length\":0,"
         "\"query\":[\"x\",\"/%\",\"x\",\"2\",\"y\",\"\",\"z\",\"1=2\"]"},
        {"/?start=2026-01-01T00%3A00%3A00-05%3A00",
         "\"query\":[\"start\",\"2026-01-01T00:00:00-05:00\"]"          },
    };
    start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[512];
        (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n", cases[i].target);
        const char *body = peer_ask(&peer, request);
        cr_assert_not_null(strstr(body, cases[i].want), "%s: %s", cases[i].target, body);
    }
    stop();
}

Test(http_server, bodies_come_in_chunks_too)
{
    start();
    const char *body =
        peer_ask(&peer, "PATCH / HTTP/1.1\r\n" HOST
                        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    cr_assert_not_null(strstr(body, "\"body\":\"abcdefg\",\"length\":7"), "%s", body);
    stop();
}

Test(http_server, several_requests_may_come_at_once)
{
    start();
    peer_say(&peer, "GET /text HTTP/1.1\r\n" HOST "\r\nGET /later HTTP/1.1\r\n" HOST
                    "\r\nGET /text HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    while (later == NULL) {
        peer_turn(&peer);
    }
    json_string(http_later_reply(later)->json, "second");
    http_later_send(later);
    peer_wait_end(&peer);
    const char *second = strstr(peer.got, "\"second\"");
    cr_assert_not_null(second);
    cr_assert_not_null(strstr(second, "plain"), "in order: %s", peer.got);
    stop();
}

Test(http_server, large_answers_come_whole)
{
    start();
    for (int i = 0; i < 3; i++) {
        const char *body = peer_ask(&peer, "GET /large HTTP/1.1\r\n" HOST "\r\n");
        cr_assert_eq(strlen(body), 200001);
    }
    stop();
}

/* Each on a connection of its own; the server ends it. */
static const struct {
    const char *what;
    const char *request;
    int want;
} refusals[] = {
    {"no host",            "GET / HTTP/1.1\r\n\r\n",                                                     400},
    {"two hosts",          "GET / HTTP/1.1\r\n" HOST HOST "\r\n",                                        400},
    {"two lengths",        "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
     400                                                                                                    },
    {"length, encoding",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400                                                                                                    },
    {"negative length",    "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",                      400},
    {"length with a sign", "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\na",                     400},
    {"overlong length",    "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n",
     413                                                                                                    },
    {"body too large",     "POST / HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n",                   413},
    {"bad percent",        "GET /%zz HTTP/1.1\r\n" HOST "\r\n",                                          400},
    {"cut percent",        "GET /a?b=%2 HTTP/1.1\r\n" HOST "\r\n",                                       400},
    {"NUL in the path",    "GET /a%00b HTTP/1.1\r\n" HOST "\r\n",                                        400},
    {"NUL in the query",   "GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n",                                       400},
    {"line end in path",   "GET /a%0d%0ab HTTP/1.1\r\n" HOST "\r\n",                                     400},
    {"no slash",           "GET a HTTP/1.1\r\n" HOST "\r\n",                                             400},
    {"an absolute target", "GET http://localhost/ HTTP/1.1\r\n" HOST "\r\n",                             400},
    {"blank in a name",    "GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n",                                    400},
    {"another encoding",   "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n",                 400},
    {"two encodings",
     "POST / HTTP/1.1\r\n" HOST
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",                        400},
    {"a bad chunk",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",              400},
    {"a list of lengths",  "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\na",                   400},
    {"HTTP/0.9",           "GET /\r\n\r\n",                                                              400},
    {"HTTP/2",             "GET / HTTP/2.0\r\n" HOST "\r\n",                                             505},
    {"blank in a target",  "GET /a b HTTP/1.1\r\n" HOST "\r\n",                                          0  }, /* ended without a word */
};

Test(http_server, refuses, .timeout = 60)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        start();
        peer_say(&peer, refusals[i].request);
        peer_wait_end(&peer);
        cr_expect_eq(peer_status(&peer), refusals[i].want, "%s: %s", refusals[i].what, peer.got);
        cr_expect_eq(handled, 0, "%s", refusals[i].what);
        handled = 0;
        stop();
    }
}

Test(http_server, a_nul_in_the_first_line_is_400)
{
    start();
    peer_send(&peer, "GET /a\0b HTTP/1.1\r\n" HOST "\r\n", 19 + strlen(HOST) + 2);
    peer_wait_end(&peer);
    cr_assert_eq(peer_status(&peer), 400, "%s", peer.got);
    cr_assert_eq(handled, 0);
    stop();
}

Test(http_server, a_head_that_is_too_large_is_431)
{
    static char request[70000];
    static const size_t sizes[] = {2000, 16000, 17000, 30000, 60000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        start();
        size_t used = (size_t)snprintf(request, sizeof request, "GET / HTTP/1.1\r\n" HOST "A: ");
        memset(request + used, 'a', sizes[i]);
        memcpy(request + used + sizes[i], "\r\n\r\n", 5);
        peer_say(&peer, request);
        if (sizes[i] > 16 << 10) {
            peer_wait_end(&peer);
            cr_assert_eq(peer_status(&peer), 431, "%zu: %s", sizes[i], peer.got);
        } else {
            (void)peer_wait_answer(&peer);
            cr_assert_eq(peer_status(&peer), 200, "%zu: %s", sizes[i], peer.got);
        }
        stop();
    }
}

Test(http_server, a_chunked_body_that_is_too_large_is_413)
{
    static char chunk[1010];
    start();
    peer_say(&peer, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    (void)snprintf(chunk, sizeof chunk, "3e8\r\n%01000d\r\n", 0);
    for (int i = 0; i < 66; i++) {
        peer_say(&peer, chunk);
    }
    peer_say(&peer, "0\r\n\r\n");
    (void)peer_wait_answer(&peer);
    cr_assert_eq(peer_status(&peer), 413);
    cr_assert_eq(handled, 0);
    stop();
}

Test(http_server, a_deferred_answer_comes_later)
{
    start();
    peer_say(&peer, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    peer_connect(&other, loop, http_server_port(server));
    cr_assert_str_eq(peer_ask(&other, "GET /text HTTP/1.1\r\n" HOST "\r\n"), "plain");
    cr_assert_not_null(later);
    cr_assert_eq(peer.length, 0);
    struct http_reply *reply = http_later_reply(later);
    reply->status = 422;
    json_string(reply->json, "now");
    http_later_send(later);
    cr_assert_str_eq(peer_wait_answer(&peer), "\"now\"");
    cr_assert_eq(peer_status(&peer), 422);
    cr_assert_str_eq(peer_ask(&peer, "GET /at-once HTTP/1.1\r\n" HOST "\r\n"), "\"at once\"");
    peer_close(&other);
    stop();
}

Test(http_server, a_deferred_answer_may_find_nobody)
{
    start();
    peer_say(&peer, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    while (later == NULL) {
        peer_turn(&peer);
    }
    peer_close(&peer);
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (!http_later_is_gone(later) && clock_mono_ns() < end_ns) {
        loop_turn(loop, true);
    }
    cr_assert(http_later_is_gone(later), "the client has hung up");
    json_string(http_later_reply(later)->json, "to nobody");
    http_later_send(later);
    peer_connect(&peer, loop, http_server_port(server));
    cr_assert_str_eq(peer_ask(&peer, "GET /text HTTP/1.1\r\n" HOST "\r\n"), "plain");
    stop();
}

Test(http_server, a_deferred_answer_may_outlive_the_server)
{
    start();
    peer_say(&peer, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    while (later == NULL) {
        peer_turn(&peer);
    }
    stop();
    cr_assert(http_later_is_gone(later));
    json_string(http_later_reply(later)->json, "to nobody");
    http_later_send(later);
}

Test(http_server, a_dropped_answer_ends_the_connection)
{
    start();
    peer_say(&peer, "GET /drop HTTP/1.1\r\n" HOST "\r\n");
    peer_wait_end(&peer);
    cr_assert_eq(peer.length, 0);
    stop();
}

Test(http_server, a_delayed_answer_keeps_the_connection)
{
    start();
    int64_t began_ns = clock_mono_ns();
    cr_assert_str_eq(peer_ask(&peer, "GET /slow HTTP/1.1\r\n" HOST "\r\n"), "\"slow\"");
    cr_assert(clock_mono_ns() - began_ns >= 50 * NS_PER_MS);
    cr_assert_str_eq(peer_ask(&peer, "GET /text HTTP/1.1\r\n" HOST "\r\n"), "plain");
    stop();
}

Test(http_server, an_answer_can_be_cut_and_reset)
{
    start();
    peer_say(&peer, "GET /cut HTTP/1.1\r\n" HOST "\r\n");
    peer_wait_end(&peer);
    cr_assert_eq(peer.length, 40);
    cr_assert(peer.reset);
    stop();
}

Test(http_server, an_answer_can_drip)
{
    start();
    int64_t began_ns = clock_mono_ns();
    peer_say(&peer, "GET /drip HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_str_eq(peer_wait_answer(&peer), "\"drop by drop\"");
    cr_assert(clock_mono_ns() - began_ns > 10 * NS_PER_MS);
    peer_wait_end(&peer);
    stop();
}

Test(http_server, an_answer_can_lie_about_its_length)
{
    start();
    peer_say(&peer, "GET /lie HTTP/1.1\r\n" HOST "\r\n");
    peer_wait_end(&peer);
    cr_assert_not_null(strstr(peer.got, "Content-Length: 12\r\n"));
    cr_assert_not_null(strstr(peer.got, "\r\n\r\n\"short\""));
    stop();
}

Test(http_server, an_answer_can_be_no_http)
{
    start();
    peer_say(&peer, "GET /raw HTTP/1.1\r\n" HOST "\r\n");
    peer_wait_end(&peer);
    cr_assert_str_eq(peer.got, "garbage\r\n");
    cr_assert_not(peer.reset);
    stop();
}

static const char *const slow_heads[] = {
    "",
    "GET / HT",
    "GET / HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\n" HOST,
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc",
};

/* Also when a byte comes now and then. */
Test(http_server, what_takes_too_long_is_ended, .timeout = 60)
{
    for (size_t i = 0; i < sizeof slow_heads / sizeof slow_heads[0]; i++) {
        start_with((struct http_options){.header_ns = NS_PER_S / 5, .body_ns = NS_PER_S / 5});
        peer_say(&peer, slow_heads[i]);
        int64_t end_ns = clock_mono_ns() + patience_ns;
        for (int turn = 0; !peer.ended && clock_mono_ns() < end_ns; turn++) {
            peer_turn(&peer);
            if (turn % 300 == 299) {
                (void)send(peer.fd, "a", 1, MSG_NOSIGNAL);
            }
        }
        cr_assert(peer.ended, "%s", slow_heads[i]);
        cr_assert_eq(handled, 0);
        stop();
    }
}

Test(http_server, a_port_that_is_taken_is_said)
{
    start();
    struct http_options options = {.handle = handle, .port = http_server_port(server)};
    struct http_server *second = NULL;
    struct problem problem = {0};
    cr_assert_eq(http_server_create(loop, &options, &second, &problem), ERR_BUSY);
    cr_assert_not_null(strstr(problem.text, "is in use"));
    options.address = "localhost";
    cr_assert_eq(http_server_create(loop, &options, &second, &problem), ERR_USAGE);
    stop();
}

/* ---- streams ---- */

static void turn_until(const char *text)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (strstr(peer.got, text) == NULL) {
        cr_assert(clock_mono_ns() < end_ns && !peer.ended, "`%s` does not come: %s", text,
                  peer.got);
        peer_turn(&peer);
    }
}

Test(http_server, a_stream_is_written_as_it_comes)
{
    start();
    peer_say(&peer, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until("\r\n6\r\nfirst\n\r\n");
    cr_assert_eq(peer_status(&peer), 200);
    cr_expect_not_null(strstr(peer.got, "Transfer-Encoding: chunked\r\n"));
    cr_expect_not_null(strstr(peer.got, "Content-Type: text/event-stream\r\n"));
    for (int i = 0; i < 10; i++) {
        peer_turn(&peer);
    }
    http_stream_write(stream, "second\n", 7);
    http_server_turn(server);
    ssize_t got = recv(peer.fd, peer.got, sizeof peer.got - 1, MSG_DONTWAIT);
    cr_assert_eq(got, 12, "it is out when the server has had its turn");
    cr_expect_eq(memcmp(peer.got, "7\r\nsecond\n\r\n", 12), 0);
    http_stream_end(stream);
    turn_until("0\r\n\r\n");
    cr_expect_eq(streams_closed, 1);
    cr_expect_null(stream);
    (void)peer_ask(&peer, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    cr_expect_eq(peer_status(&peer), 204, "the connection lives on");
    stop();
}

Test(http_server, a_stream_that_nobody_reads_any_more_is_closed)
{
    start();
    peer_say(&peer, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until("first");
    peer_close(&peer);
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (streams_closed == 0 && clock_mono_ns() < end_ns) {
        loop_turn(loop, true);
    }
    cr_expect_eq(streams_closed, 1);
    stop();
}

Test(http_server, who_reads_too_slowly_is_cut)
{
    start();
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    peer_say(&peer, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until("first");
    int64_t end_ns = clock_mono_ns() + patience_ns;
    size_t written = 0;
    while (streams_closed == 0 && clock_mono_ns() < end_ns) { /* the peer reads nothing */
        if (stream != NULL) {
            http_stream_write(stream, block, sizeof block);
            written += sizeof block;
        }
        loop_turn(loop, false);
    }
    cr_expect_eq(streams_closed, 1);
    cr_expect_gt(written, 4U << 20);
    stop();
}

Test(http_server, a_stream_ends_with_its_server)
{
    start();
    peer_say(&peer, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    turn_until("first");
    for (int i = 0; i < 5; i++) {
        peer_turn(&peer);
    }
    stop();
    cr_expect_eq(streams_closed, 1);
}
