/* http_client_test.c: requests that are not sent, end early or wait; http_lane_test.c has what
 * became of those that were answered, or should have been. */
#include <stdlib.h>

#include "net/http_client_test.h"

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
