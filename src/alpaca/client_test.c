/* client_test.c: requests over loopback to a server that is told what to say: what they are called
 * afterwards, who may ask when, and whose clock counts. */
#include "alpaca/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/script_test.h"
#include "net/tree.h"

#define KEY    "PKTESTKEY"
#define SECRET "canary-of-a-\"secret\""

enum { KEPT = 512 };

static struct loop *loop;
static struct alpaca_clock now;
static struct client *client;
static struct script script;

/* What was told, in order. */
static struct told {
    int id;
    enum client_class class;
    int status;
    int64_t code, asked_ns;
    char message[128];
    char name[32]; /* the member `name` of the body */
} told[KEPT];
static int told_count;
static int ids[KEPT];
static struct client_call *forget_next; /* by the next who is told */

static void on_answer(void *context, const struct client_reply *reply)
{
    struct told *next = &told[told_count++];
    const char *name = node_text(node_member(reply->root, "name"));
    next->id = *(int *)context;
    next->class = reply->class;
    next->status = reply->status;
    next->code = reply->code;
    next->asked_ns = reply->asked_ns;
    (void)snprintf(next->message, sizeof next->message, "%s", reply->message);
    (void)snprintf(next->name, sizeof next->name, "%s", name != NULL ? name : "(none)");
    cr_assert_null(strstr(reply->message, "canary"), "%s", reply->message);
    if (forget_next != NULL) {
        client_forget(forget_next);
        forget_next = NULL;
    }
}

static void start_with(struct client_plan plan)
{
    char address[64];
    for (int i = 0; i < KEPT; i++) {
        ids[i] = i;
    }
    told_count = 0;
    loop = loop_create();
    script_listen(&script, loop, 64);
    (void)snprintf(address, sizeof address, "http://127.0.0.1:%u", script.port);
    plan.loop = loop;
    plan.clock = &now;
    plan.addresses = (struct client_addresses){address, address, "ws://a", "ws://b"};
    plan.keys = (struct client_keys){KEY, SECRET};
    client = client_create(&plan);
}

static void start(void)
{
    now = (struct alpaca_clock){.now_ns = 1000 * NS_PER_DAY};
    start_with((struct client_plan){0});
}

static void stop(void)
{
    client_destroy(client);
    script_finish(&script);
    loop_destroy(loop);
}

static struct client_call *ask(int id, enum client_use use, const char *target)
{
    struct client_ask what = {.use = use,
                              .host = use == CLIENT_DATA ? CLIENT_MARKET_DATA : CLIENT_TRADING,
                              .method = use == CLIENT_ENTRY ? HTTP_POST : HTTP_GET,
                              .target = target,
                              .body = use == CLIENT_ENTRY ? "{\"qty\":\"1\"}" : NULL,
                              .answered = on_answer,
                              .context = &ids[id]};
    int before = told_count;
    struct client_call *call = client_ask(client, &what);
    cr_assert_eq(told_count, before, "never from within");
    return call;
}

static void wait_told(int count)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (told_count < count && clock_mono_ns() < end_ns) {
        script_turn(&script);
    }
    cr_assert_eq(told_count, count);
}

static void turns(int count)
{
    for (int i = 0; i < count; i++) {
        script_turn(&script);
    }
}

#define OK(headers, body) "HTTP/1.1 200 OK\r\n" headers "Content-Length: 14\r\n\r\n" body

Test(client, asks_with_keys_and_reads_the_answer)
{
    start();
    (void)ask(1, CLIENT_ENTRY, "/v2/orders?a=b");
    cr_expect_eq(client_pending(client), 1);
    script_wait(&script, "{\"qty\":\"1\"}");
    cr_expect_eq(strncmp(script.got, "POST /v2/orders?a=b HTTP/1.1\r\n", 30), 0, "%s", script.got);
    cr_expect_not_null(strstr(script.got, "\r\nAPCA-API-KEY-ID: " KEY "\r\n"));
    cr_expect_not_null(strstr(script.got, "\r\nAPCA-API-SECRET-KEY: " SECRET "\r\n"));
    cr_expect_not_null(strstr(script.got, "\r\nContent-Type: application/json\r\n"));
    script_say(&script, OK("", "{\"name\":\"abc\"}"));
    wait_told(1);
    cr_expect_eq(told[0].id, 1);
    cr_expect_eq(told[0].class, CLIENT_OK);
    cr_expect_eq(told[0].status, 200);
    cr_expect_eq(told[0].asked_ns, now.now_ns);
    cr_expect_str_eq(told[0].name, "abc");
    cr_expect_eq(client_pending(client), 0);
    stop();
}

/* What the network does, and what it is called. */
Test(client, outcomes_have_their_classes)
{
    static const struct {
        const char *reply;
        bool reset;
        enum client_class class;
        int status;
    } cases[] = {
        {"HTTP/1.1 204 No Content\r\n\r\n",                                false, CLIENT_OK,      204},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{x",                 false, CLIENT_UNKNOWN, 200},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",                 true,  CLIENT_UNKNOWN, 0  },
        {"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n",      false, CLIENT_UNKNOWN, 504},
        {"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", false, CLIENT_UNKNOWN,
         302                                                                                         },
        {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",                   false, CLIENT_KEYS,    401},
        {"",                                                               true,  CLIENT_UNKNOWN, 0  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        (void)ask(0, CLIENT_ENTRY, "/v2/orders");
        script_wait(&script, "{\"qty\":\"1\"}");
        script_say(&script, cases[i].reply);
        turns(2);
        if (cases[i].reset) {
            script_close(&script, true);
        }
        wait_told(1);
        cr_expect_eq(told[0].class, cases[i].class, "%zu: %d %s", i, told[0].class,
                     told[0].message);
        cr_expect_eq(told[0].status, cases[i].status);
        turns(5);
        cr_expect_eq(script.connections, 1, "it is never asked again");
        stop();
    }
    start();
    cr_assert_eq(close(script.listener), 0);
    script.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)ask(0, CLIENT_ENTRY, "/v2/orders");
    wait_told(1);
    cr_expect_eq(told[0].class, CLIENT_NOT_SENT);
    stop();
}

Test(client, entries_leave_their_share_to_the_others)
{
    start();
    int entries = 0;
    while (ask(entries, CLIENT_ENTRY, "/v2/orders") != NULL) {
        entries++;
    }
    cr_expect_eq(entries, 100, "half of 200");
    int polls = 0;
    for (; polls < 70; polls++) {
        cr_assert_not_null(ask(100 + polls, CLIENT_RECONCILE, "/v2/positions"), "it waits");
    }
    cr_expect_null(ask(0, CLIENT_ENTRY, "/v2/orders"));
    for (int i = 0; i < 3; i++) {
        cr_assert_not_null(ask(200 + i, CLIENT_DATA, "/v2/stocks/bars"), "has its own");
    }
    cr_expect_eq(client_pending(client), 173);
    client_destroy(client); /* nobody is told */
    cr_expect_eq(told_count, 0);
    script_finish(&script);
    loop_destroy(loop);
}

/* Answers what comes, one after the other, on one connection. */
static void serve_until(int count, char order[static KEPT])
{
    size_t length = 0;
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (told_count < count && clock_mono_ns() < end_ns) {
        script_turn(&script);
        char *line = strstr(script.got, "\r\n\r\n");
        if (line != NULL) {
            order[length++] = script.got[5];
            script_forget(&script);
            script_say(&script,
                       "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
            script_close(&script, false);
        }
    }
    order[length] = '\0';
    cr_assert_eq(told_count, count);
}

Test(client, the_budget_lets_exits_through_first)
{
    char order[KEPT];
    now = (struct alpaca_clock){.now_ns = 1000 * NS_PER_DAY, .stepped = true};
    start_with((struct client_plan){.requests_per_minute = 5});
    /* Of five, reconciliation leaves one. */
    for (int i = 0; i < 6; i++) {
        (void)ask(i, CLIENT_RECONCILE, "/r");
    }
    (void)ask(10, CLIENT_EXIT, "/x");
    (void)ask(11, CLIENT_EXIT, "/y");
    cr_expect_null(ask(12, CLIENT_ENTRY, "/e"));
    serve_until(5, order);
    cr_expect_eq(client_pending(client), 3);
    cr_expect_not_null(strchr(order, 'x'), "%s", order);
    cr_expect_null(strchr(order, 'y'), "%s", order);
    cr_expect_eq(client_deadline_ns(client), now.now_ns + NS_PER_MIN);
    client_on_time(client, now.now_ns += NS_PER_MIN - 1);
    turns(10);
    cr_expect_eq(told_count, 5);
    client_on_time(client, now.now_ns += 1);
    serve_until(8, order);
    cr_expect_not_null(strchr(order, 'y'), "%s", order);
    cr_expect_eq(client_deadline_ns(client), INT64_MAX);
    stop();
}

Test(client, a_row_of_polls_does_not_stand_before_an_exit)
{
    struct client_call *polls[40];
    start();
    for (int i = 0; i < 40; i++) {
        polls[i] = ask(i, CLIENT_RECONCILE, "/r");
    }
    (void)ask(100, CLIENT_EXIT, "/x");
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (strstr(script.got, "GET /x") == NULL && clock_mono_ns() < end_ns) {
        loop_turn(loop, false);
        int fd = accept4(script.listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            script_close(&script, false);
            script.fd = fd;
            script.connections++;
            ssize_t got = 0;
            for (int turn = 0; turn < 20 && got <= 0; turn++) {
                loop_turn(loop, false);
                got = recv(fd, script.got, 1000, MSG_DONTWAIT);
            }
            script.got[got > 0 ? got : 0] = '\0';
        }
    }
    cr_expect_leq(script.connections, 20, "%d", script.connections);
    cr_expect_not_null(strstr(script.got, "GET /x"));
    for (int i = 39; i >= 0; i--) {
        if (told_count == 0) {
            client_forget(polls[i]);
        }
    }
    stop();
}

Test(client, too_many_requests_wait_for_the_reset)
{
    char reply[256];
    now = (struct alpaca_clock){.now_ns = 1000 * NS_PER_DAY, .stepped = true};
    start_with((struct client_plan){0});
    (void)ask(1, CLIENT_ENTRY, "/v2/orders");
    script_wait(&script, "{\"qty\":\"1\"}");
    /* The broker's own times, whatever year it is there: 17 seconds. */
    (void)snprintf(reply, sizeof reply,
                   "HTTP/1.1 429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:43 GMT\r\n"
                   "X-RateLimit-Limit: 200\r\nX-RateLimit-Remaining: 0\r\n"
                   "X-RateLimit-Reset: 784111800\r\nContent-Length: 0\r\n\r\n");
    script_say(&script, reply);
    wait_told(1);
    cr_expect_eq(told[0].class, CLIENT_NOT_SENT);
    cr_expect_null(ask(2, CLIENT_ENTRY, "/v2/orders"));
    script_forget(&script);
    (void)ask(3, CLIENT_EXIT, "/v2/orders/x");
    cr_expect_eq(client_deadline_ns(client), now.now_ns + 17 * NS_PER_S);
    client_on_time(client, now.now_ns += 17 * NS_PER_S - 1);
    turns(5);
    cr_expect_eq(script.length, 0);
    client_on_time(client, now.now_ns += 1);
    script_wait(&script, "GET /v2/orders/x");
    cr_expect_eq(client_skew_ns(client), 0, "the exchange's time is ours");
    stop();
}

Test(client, what_the_broker_has_left_counts)
{
    start();
    (void)ask(1, CLIENT_RECONCILE, "/v2/clock");
    script_wait(&script, "GET /");
    script_say(&script, OK("X-RateLimit-Remaining: 101\r\nX-RateLimit-Reset: 99999999999\r\n",
                           "{\"name\":\"abc\"}"));
    wait_told(1);
    cr_expect_not_null(ask(2, CLIENT_ENTRY, "/v2/orders"));
    cr_expect_null(ask(3, CLIENT_ENTRY, "/v2/orders"));
    now.now_ns += 60 * NS_PER_S; /* at the latest, whatever it told */
    cr_expect_not_null(ask(3, CLIENT_ENTRY, "/v2/orders"));
    stop();
}

Test(client, deadlines_are_by_the_clock_that_it_is_given)
{
    now = (struct alpaca_clock){.now_ns = 5 * NS_PER_S, .stepped = true};
    start_with((struct client_plan){.timeout_ns = NS_PER_S / 100});
    (void)ask(1, CLIENT_RECONCILE, "/v2/clock");
    script_wait(&script, "GET /");
    int64_t end_ns = clock_mono_ns() + NS_PER_S / 10;
    while (clock_mono_ns() < end_ns) {
        script_turn(&script);
    }
    cr_expect_eq(told_count, 0, "the machine's time does not matter");
    cr_expect_eq(client_deadline_ns(client), now.now_ns + NS_PER_S / 100);
    client_on_time(client, now.now_ns += NS_PER_S / 100);
    cr_expect_eq(told_count, 1);
    cr_expect_eq(told[0].class, CLIENT_UNKNOWN);
    (void)ask(2, CLIENT_RECONCILE, "/v2/clock"); /* not even connected */
    client_on_time(client, now.now_ns += NS_PER_S / 100);
    cr_expect_eq(told[1].class, CLIENT_NOT_SENT);
    (void)ask(3, CLIENT_RECONCILE, "/v2/clock");
    forget_next = ask(4, CLIENT_RECONCILE, "/v2/clock");
    client_on_time(client, now.now_ns += NS_PER_S / 100);
    cr_expect_eq(told_count, 3, "the other was forgotten");
    cr_expect_eq(client_pending(client), 0);
    stop();
    now = (struct alpaca_clock){.now_ns = 5 * NS_PER_S};
    start_with((struct client_plan){.timeout_ns = NS_PER_S / 20});
    (void)ask(1, CLIENT_RECONCILE, "/v2/clock");
    wait_told(1);
    cr_expect_eq(told[0].class, CLIENT_UNKNOWN);
    stop();
}

Test(client, what_is_forgotten_is_not_told)
{
    now = (struct alpaca_clock){.now_ns = 5 * NS_PER_S};
    start_with((struct client_plan){.requests_per_minute = 1});
    struct client_call *first = ask(1, CLIENT_EXIT, "/a");
    struct client_call *second = ask(2, CLIENT_EXIT, "/b");
    cr_expect_eq(client_pending(client), 2);
    client_forget(second);
    cr_expect_eq(client_pending(client), 1);
    script_wait(&script, "GET /a");
    client_forget(first);
    cr_expect_eq(client_pending(client), 1, "it may still be carried out");
    script_say(&script, OK("", "{\"name\":\"abc\"}"));
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (client_pending(client) > 0 && clock_mono_ns() < end_ns) {
        script_turn(&script);
    }
    cr_expect_eq(client_pending(client), 0);
    cr_expect_eq(told_count, 0);
    stop();
}

Test(client, the_skew_is_told)
{
    now = (struct alpaca_clock){.now_ns = 784111780 * NS_PER_S + NS_PER_S / 2};
    start_with((struct client_plan){0});
    (void)ask(1, CLIENT_RECONCILE, "/v2/clock");
    script_wait(&script, "GET /");
    script_say(&script, OK("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "{\"name\":\"abc\"}"));
    wait_told(1);
    cr_expect_eq(client_skew_ns(client), 3 * NS_PER_S);
    stop();
}

Test(client, authenticates_streams)
{
    char text[256];
    start();
    size_t length = client_auth_message(client, CLIENT_AUTH_TRADING, text, sizeof text);
    cr_expect_str_eq(text, "{\"action\":\"authenticate\",\"data\":{\"key_id\":\"" KEY
                           "\",\"secret_key\":\"canary-of-a-\\\"secret\\\"\"}}");
    cr_expect_eq(length, strlen(text));
    length = client_auth_message(client, CLIENT_AUTH_DATA, text, sizeof text);
    cr_expect_str_eq(text, "{\"action\":\"auth\",\"key\":\"" KEY
                           "\",\"secret\":\"canary-of-a-\\\"secret\\\"\"}");
    cr_expect_eq(length, strlen(text));
    cr_expect_eq(client_auth_message(client, CLIENT_AUTH_DATA, text, 40), 0);
    cr_expect_str_eq(client_key_headers(client)[0], "APCA-API-KEY-ID: " KEY);
    cr_expect_str_eq(client_key_headers(client)[1], "APCA-API-SECRET-KEY: " SECRET);
    cr_expect_null(client_key_headers(client)[2]);
    cr_expect_str_eq(client_addresses(client)->trading_stream, "ws://a");
    stop();
}
