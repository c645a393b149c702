/* stream_test.c: the handshakes of both streams, every end that they can have, and how long it is
 * waited then. */
#include "alpaca/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_http/running_test.h"
#include "net/ws_script_test.h"

#define AUTHORIZED                                                                                 \
    "{\"stream\":\"authorization\",\"data\":{\"status\":\"authorized\",\"action\":"                \
    "\"authenticate\""                                                                             \
    "}}"
#define LISTENING    "{\"stream\":\"listening\",\"data\":{\"streams\":[\"trade_updates\"]}}"
#define CONNECTED    "[{\"T\":\"success\",\"msg\":\"connected\"}]"
#define AUTHENTIC    "[{\"T\":\"success\",\"msg\":\"authenticated\"}]"
#define SUBSCRIPTION "[{\"T\":\"subscription\",\"bars\":[\"AAPL\"]}]"
#define SUBSCRIBE    "{\"action\":\"subscribe\",\"bars\":[\"AAPL\"]}"
#define ERROR(code)  "[{\"T\":\"error\",\"code\":" #code ",\"msg\":\"in its words\"}]"
#define BARS         "[{\"T\":\"b\",\"S\":\"AAPL\"}]"

static struct loop *loop;
static struct alpaca_clock now;
static struct client *client;
static struct script script;
static struct stream *stream;

/* What the owner was told. */
static struct {
    int messages, raws, changes, arrivals;
    int messages_at_arrival;
    enum node_kind kind; /* of the last message; NODE_BYTES: there was none */
    char event[32];
    enum stream_state state;
    char why[256];
} heard;

static bool takes_raw, restarts;

static size_t subscribe(void *context, char *out, size_t size)
{
    cr_assert_eq(context, &heard);
    return (size_t)snprintf(out, size, SUBSCRIBE);
}

static void on_message(void *context, const struct node *root)
{
    const char *event = node_text(node_member(root, "event"));
    (void)context;
    heard.messages++;
    heard.kind = root != NULL ? root->kind : NODE_BYTES;
    (void)snprintf(heard.event, sizeof heard.event, "%s", event != NULL ? event : "");
    if (restarts) {
        stream_restart(stream, "with fewer");
    }
}

static bool on_raw(void *context, const char *bytes, size_t length)
{
    (void)context;
    cr_assert(bytes != NULL && length > 0);
    heard.raws++;
    return takes_raw;
}

static void on_changed(void *context, enum stream_state state, const char *why)
{
    (void)context;
    heard.changes++;
    heard.state = state;
    (void)snprintf(heard.why, sizeof heard.why, "%s", why);
    cr_assert_null(strstr(why, "secret"), "%s", why);
}

static void on_arrived(void *context)
{
    (void)context;
    heard.arrivals++;
    heard.messages_at_arrival = heard.messages;
}

static void make_client(uint16_t port)
{
    char http[64], trading[64], data[64];
    (void)snprintf(http, sizeof http, "http://127.0.0.1:%u", port);
    (void)snprintf(trading, sizeof trading, "ws://127.0.0.1:%u/stream", port);
    (void)snprintf(data, sizeof data, "ws://127.0.0.1:%u/v2/iex", port);
    const struct client_plan plan = {
        .loop = loop,
        .clock = &now,
        .addresses = {http,  http, trading, data},
        .keys = {"PKTEST", "secret"    },
    };
    client = client_create(&plan);
}

static void make_stream(enum stream_kind kind)
{
    memset(&heard, 0, sizeof heard);
    heard.state = STREAM_CONNECTING;
    takes_raw = false;
    restarts = false;
    const struct stream_plan plan = {.kind = kind,
                                     .client = client,
                                     .seed = 42,
                                     .context = &heard,
                                     .subscribe = subscribe,
                                     .message = on_message,
                                     .raw = on_raw,
                                     .changed = on_changed};
    stream = stream_create(&plan);
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
}

static void start(enum stream_kind kind)
{
    now = (struct alpaca_clock){.now_ns = 1000 * NS_PER_DAY};
    loop = loop_create();
    script_listen(&script, loop, 8);
    make_client(script.port);
    make_stream(kind);
}

static void stop(void)
{
    stream_destroy(stream);
    client_destroy(client);
    script_finish(&script);
    loop_destroy(loop);
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        int64_t end_ns = clock_mono_ns() + patience_ns;                                            \
        while (!(condition) && clock_mono_ns() < end_ns) {                                         \
            script_turn(&script);                                                                  \
        }                                                                                          \
        cr_assert(condition, #condition ": %s", heard.why);                                        \
    } while (0)

static void say(const char *text)
{
    script_say_frame(&script, 0x81, text, strlen(text));
}

static void expect_text(const char *text)
{
    struct script_frame frame;
    script_frame(&script, &frame);
    cr_assert_eq(frame.first, 0x81);
    cr_assert_str_eq(frame.bytes, text);
}

static void come_up(enum stream_kind kind)
{
    script_accept(&script);
    if (kind == STREAM_TRADING) {
        expect_text("{\"action\":\"authenticate\",\"data\":{\"key_id\":\"PKTEST\","
                    "\"secret_key\":\"secret\"}}");
        say(AUTHORIZED);
        expect_text("{\"action\":\"listen\",\"data\":{\"streams\":[\"trade_updates\"]}}");
        say(LISTENING);
    } else {
        say(CONNECTED);
        expect_text("{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}");
        say(AUTHENTIC);
        expect_text(SUBSCRIBE);
        say(SUBSCRIPTION);
    }
    WAIT_FOR(heard.state == STREAM_UP);
}

/* It is down, and for how long it will be. */
static int64_t wait_ns(void)
{
    WAIT_FOR(heard.state == STREAM_DOWN);
    cr_assert_eq(stream_state(stream), STREAM_DOWN);
    return stream_deadline_ns(stream) - now.now_ns;
}

static void try_again(void)
{
    now.now_ns = stream_deadline_ns(stream);
    script_close(&script, false);
    script_forget(&script);
    stream_on_time(stream, now.now_ns - 1);
    cr_assert_eq(stream_state(stream), STREAM_DOWN);
    stream_on_time(stream, now.now_ns);
    cr_assert_eq(heard.state, STREAM_CONNECTING);
}

Test(stream, trading_comes_up_and_tells)
{
    start(STREAM_TRADING);
    come_up(STREAM_TRADING);
    cr_expect_eq(heard.changes, 1);
    cr_expect_eq(stream_heard_ns(stream), now.now_ns);
    now.now_ns += 5;
    say("{\"stream\":\"trade_updates\",\"data\":{\"event\":\"fill\"}}");
    WAIT_FOR(heard.messages == 1);
    cr_expect_str_eq(heard.event, "fill");
    cr_expect_eq(stream_heard_ns(stream), now.now_ns);
    const char *binary = "{\"stream\":\"trade_updates\",\"data\":{\"event\":\"new\"}}";
    script_say_frame(&script, 0x82, binary, strlen(binary));
    WAIT_FOR(heard.messages == 2);
    cr_expect_str_eq(heard.event, "new");
    say("{\"stream\":\"trade_updates\",\"data\":null}");
    WAIT_FOR(heard.messages == 3);
    cr_expect_eq(heard.kind, NODE_NULL);
    say("{\"stream\":\"trade_updates\"}");
    WAIT_FOR(heard.messages == 4);
    cr_expect_eq(heard.kind, NODE_BYTES);
    say("{\"stream\":\"account_updates\",\"data\":{}}");
    say(LISTENING);
    say("{\"stream\":\"trade_updates\",\"data\":null}");
    WAIT_FOR(heard.messages == 5);
    cr_expect_eq(heard.state, STREAM_UP);
    cr_expect_eq(heard.raws, 0);
    stop();
}

Test(stream, data_comes_up_and_tells)
{
    start(STREAM_DATA);
    come_up(STREAM_DATA);
    now.now_ns += 5;
    say(BARS);
    WAIT_FOR(heard.messages == 1);
    cr_expect_eq(heard.kind, NODE_ARRAY);
    cr_expect_eq(stream_heard_ns(stream), now.now_ns);
    takes_raw = true;
    now.now_ns += 5;
    say(BARS);
    WAIT_FOR(heard.raws == 2);
    cr_expect_eq(heard.messages, 1, "no tree is wanted");
    cr_expect_eq(stream_heard_ns(stream), now.now_ns);
    takes_raw = false;
    now.now_ns += 5;
    say(SUBSCRIPTION);
    say(ERROR(405));
    WAIT_FOR(heard.messages == 2);
    cr_expect_eq(heard.state, STREAM_UP);
    cr_expect_eq(stream_heard_ns(stream), now.now_ns - 5, "control is no data");
    cr_expect(stream_send(stream, SUBSCRIBE, strlen(SUBSCRIBE)));
    expect_text(SUBSCRIBE);
    stop();
}

static const struct {
    const char *what;
    enum stream_kind kind;
    int status;          /* of the handshake; 0: it succeeds */
    const char *says[3]; /* after that; NULL-ended */
    bool ends;           /* then */
    enum stream_state state;
    int64_t least_s, most_s; /* it waits */
} ends[] = {
    {"wrong keys",
     STREAM_TRADING,                                   0,
     {"{\"stream\":\"authorization\",\"data\":{\"status\":\"unauthorized\",\"action\":"
      "\"authenticate\"}}"},
     false,                                                                                            STREAM_REFUSED,
     0,                                                                                                                    0 },
    {"wrong keys at the door",         STREAM_TRADING, 401, {NULL},                             false, STREAM_REFUSED, 0,  0 },
    {"forbidden",                      STREAM_DATA,    403, {NULL},                             false, STREAM_REFUSED, 0,  0 },
    {"wrong keys for data",            STREAM_DATA,    0,   {CONNECTED, ERROR(402)},            false, STREAM_REFUSED, 0,  0 },
    {"not enabled",                    STREAM_DATA,    0,   {CONNECTED, ERROR(408)},            false, STREAM_REFUSED, 0,  0 },
    {"not in the plan",                STREAM_DATA,    0,   {CONNECTED, ERROR(409)},            false, STREAM_REFUSED, 0,  0 },
    {"not in the scope",               STREAM_DATA,    0,   {CONNECTED, ERROR(411)},            false, STREAM_REFUSED, 0,  0 },
    {"the same after a while",
     STREAM_DATA,                                      0,
     {CONNECTED, AUTHENTIC, ERROR(409)},
     false,                                                                                            STREAM_REFUSED,
     0,                                                                                                                    0 },
    {"another connection",             STREAM_DATA,    0,   {CONNECTED, ERROR(406)},            false, STREAM_DOWN,    30, 30},
    {"another connection at the door", STREAM_TRADING, 406, {NULL},                             false, STREAM_DOWN,    30, 30},
    {"too often",                      STREAM_TRADING, 429, {NULL},                             false, STREAM_DOWN,    30, 30},
    {"a gateway",                      STREAM_TRADING, 502, {NULL},                             false, STREAM_DOWN,    1,  1 },
    {"no such place",                  STREAM_DATA,    404, {NULL},                             false, STREAM_DOWN,    1,  1 },
    {"no greeting",                    STREAM_DATA,    0,   {NULL},                             true,  STREAM_DOWN,    1,  1 },
    {"an early end",                   STREAM_TRADING, 0,   {AUTHORIZED},                       true,  STREAM_DOWN,    1,  1 },
    {"an end",                         STREAM_TRADING, 0,   {AUTHORIZED, LISTENING},            true,  STREAM_DOWN,    1,  1 },
    {"not what was asked for",
     STREAM_TRADING,                                   0,
     {AUTHORIZED, "{\"stream\":\"listening\",\"data\":{\"streams\":[]}}"},
     false,                                                                                            STREAM_DOWN,
     1,                                                                                                                    1 },
    {"before its time",
     STREAM_TRADING,                                   0,
     {"{\"stream\":\"authorization\",\"data\":{\"status\":\"unauthorized\",\"action\":\"listen\"}"
      "}"},
     false,                                                                                            STREAM_DOWN,
     1,                                                                                                                    1 },
    {"a fault there",
     STREAM_TRADING,                                   0,
     {AUTHORIZED, LISTENING,
      "{\"action\":\"error\",\"data\":{\"error_message\":\"internal server error\"}}"},
     false,                                                                                            STREAM_DOWN,
     1,                                                                                                                    1 },
    {"not authenticated",              STREAM_DATA,    0,   {CONNECTED, ERROR(401)},            false, STREAM_DOWN,    1,  1 },
    {"too late",                       STREAM_DATA,    0,   {CONNECTED, ERROR(404)},            false, STREAM_DOWN,    1,  1 },
    {"too slow",                       STREAM_DATA,    0,   {CONNECTED, AUTHENTIC, ERROR(407)}, false, STREAM_DOWN,    1,  1 },
    {"a fault of data",                STREAM_DATA,    0,   {CONNECTED, ERROR(500)},            false, STREAM_DOWN,    1,  1 },
    {"a code that nobody knows",       STREAM_DATA,    0,   {CONNECTED, ERROR(999)},            false, STREAM_DOWN,    1,  1 },
    {"bad syntax",                     STREAM_DATA,    0,   {CONNECTED, AUTHENTIC, ERROR(400)}, false, STREAM_DOWN,    1,  1 },
    {"a wrong channel",
     STREAM_DATA,                                      0,
     {CONNECTED, AUTHENTIC, ERROR(410)},
     false,                                                                                            STREAM_DOWN,
     1,                                                                                                                    1 },
    {"no JSON",
     STREAM_TRADING,                                   0,
     {AUTHORIZED, LISTENING, "{\"stream\":"},
     false,                                                                                            STREAM_DOWN,
     1,                                                                                                                    1 },
    {"no array",                       STREAM_DATA,    0,   {CONNECTED, AUTHENTIC, "{}"},       false, STREAM_DOWN,    1,  1 },
};

Test(stream, every_end_has_its_wait, .timeout = 60)
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char refusal[128];
        start(ends[i].kind);
        if (ends[i].status != 0) {
            script_wait(&script, "\r\n\r\n");
            (void)snprintf(refusal, sizeof refusal, "HTTP/1.1 %d Word\r\nContent-Length: 0\r\n\r\n",
                           ends[i].status);
            script_say(&script, refusal);
        } else {
            script_accept(&script);
        }
        for (int k = 0; k < 3 && ends[i].says[k] != NULL; k++) {
            say(ends[i].says[k]);
            for (int turn = 0; turn < 3; turn++) {
                script_turn(&script);
            }
        }
        if (ends[i].ends) {
            script_close(&script, false);
        }
        WAIT_FOR(heard.state == STREAM_DOWN || heard.state == STREAM_REFUSED);
        cr_expect_eq(heard.state, ends[i].state, "%s: %s", ends[i].what, heard.why);
        int64_t wait = stream_deadline_ns(stream) - now.now_ns;
        if (ends[i].state == STREAM_DOWN) {
            cr_expect(wait >= ends[i].least_s * NS_PER_S && wait <= ends[i].most_s * NS_PER_S,
                      "%s: %lld", ends[i].what, (long long)wait);
        } else {
            cr_expect_eq(stream_deadline_ns(stream), INT64_MAX, "%s", ends[i].what);
            stream_on_time(stream, now.now_ns += NS_PER_DAY);
            cr_expect_eq(stream_state(stream), STREAM_REFUSED);
        }
        stop();
    }
}

Test(stream, already_authenticated_is_authenticated)
{
    start(STREAM_DATA);
    script_accept(&script);
    say(CONNECTED);
    struct script_frame frame;
    script_frame(&script, &frame);
    say(ERROR(403));
    expect_text(SUBSCRIBE);
    say(SUBSCRIPTION);
    WAIT_FOR(heard.state == STREAM_UP);
    stop();
}

/* Full jitter: anywhere between 1 s and a bound that doubles. */
Test(stream, losses_wait_longer_and_longer, .timeout = 60)
{
    int64_t most_ns = 0;
    start(STREAM_TRADING);
    for (int i = 0; i < 12; i++) {
        script_wait(&script, "\r\n\r\n");
        script_close(&script, false);
        int64_t wait = wait_ns();
        int64_t cap_ns = (i < 6 ? INT64_C(1) << i : 60) * NS_PER_S;
        cr_expect(wait >= NS_PER_S && wait <= cap_ns, "%d: %lld", i, (long long)wait);
        most_ns = wait > most_ns ? wait : most_ns;
        try_again();
    }
    cr_expect(most_ns > 10 * NS_PER_S, "they differ");
    come_up(STREAM_TRADING);
    now.now_ns += NS_PER_MIN; /* steady: what was is forgotten */
    script_close(&script, false);
    cr_expect_eq(wait_ns(), NS_PER_S);
    stop();
}

Test(stream, a_dead_session_is_given_its_time, .timeout = 60)
{
    start(STREAM_DATA);
    for (int i = 0; i < 8; i++) {
        script_accept(&script);
        say(CONNECTED);
        say(ERROR(406));
        int64_t wait = wait_ns();
        int64_t cap_ns = (i == 0 ? 30 : i == 1 ? 60 : 120) * NS_PER_S;
        cr_expect(wait >= 30 * NS_PER_S && wait <= cap_ns, "%d: %lld", i, (long long)wait);
        try_again();
    }
    come_up(STREAM_DATA);
    stop();
}

Test(stream, its_owner_may_begin_anew_from_within)
{
    start(STREAM_DATA);
    script_accept(&script);
    say(CONNECTED);
    struct script_frame frame;
    script_frame(&script, &frame);
    say(AUTHENTIC);
    expect_text(SUBSCRIBE);
    restarts = true;
    say(ERROR(405));
    cr_expect_eq(wait_ns(), NS_PER_S);
    cr_expect_eq(heard.messages, 1);
    cr_expect_not_null(strstr(heard.why, "with fewer"), "%s", heard.why);
    restarts = false;
    try_again();
    come_up(STREAM_DATA);
    cr_expect_eq(heard.changes, 3);
    stop();
}

Test(stream, it_does_not_wait_for_ever_to_come_up)
{
    start(STREAM_TRADING);
    script_accept(&script);
    struct script_frame frame;
    script_frame(&script, &frame); /* the keys, and no answer */
    stream_on_time(stream, now.now_ns = stream_deadline_ns(stream));
    cr_expect_eq(stream_state(stream), STREAM_DOWN);
    stop();
}

Test(stream, pings_find_a_dead_connection)
{
    struct script_frame frame;
    start(STREAM_TRADING);
    come_up(STREAM_TRADING);
    for (int i = 0; i < 3; i++) {
        stream_on_time(stream, now.now_ns = stream_deadline_ns(stream));
        script_frame(&script, &frame);
        cr_expect_eq(frame.first, 0x89);
        script_say_frame(&script, 0x8a, frame.bytes, frame.length);
        for (int turn = 0; turn < 3; turn++) {
            script_turn(&script);
        }
    }
    stream_on_time(stream, now.now_ns = stream_deadline_ns(stream));
    cr_expect_eq(stream_state(stream), STREAM_UP);
    stream_on_time(stream, now.now_ns = stream_deadline_ns(stream));
    cr_expect_eq(stream_state(stream), STREAM_DOWN);
    stop();
    now.stepped = true;
    loop = loop_create();
    script_listen(&script, loop, 8);
    make_client(script.port);
    make_stream(STREAM_TRADING);
    come_up(STREAM_TRADING);
    cr_expect_eq(stream_deadline_ns(stream), INT64_MAX, "by steps a ping proves nothing");
    stream_on_time(stream, now.now_ns += NS_PER_DAY);
    stream_on_time(stream, now.now_ns += NS_PER_DAY);
    cr_expect_eq(stream_state(stream), STREAM_UP);
    stop();
}

Test(stream, a_barrier_comes_behind_what_was_sent)
{
    struct script_frame first, second;
    start(STREAM_TRADING);
    stream_barrier(stream, on_arrived, NULL);
    cr_expect_eq(heard.arrivals, 0, "never from within");
    WAIT_FOR(heard.arrivals == 1); /* it is not up */
    come_up(STREAM_TRADING);
    stream_barrier(stream, on_arrived, NULL);
    script_frame(&script, &first);
    stream_barrier(stream, on_arrived, NULL);
    script_frame(&script, &second);
    say("{\"stream\":\"trade_updates\",\"data\":{\"event\":\"new\"}}");
    script_say_frame(&script, 0x8a, first.bytes, first.length);
    WAIT_FOR(heard.arrivals == 2);
    cr_expect_eq(heard.messages_at_arrival, 1);
    script_close(&script, true);
    WAIT_FOR(heard.arrivals == 3);
    cr_expect_eq(heard.state, STREAM_DOWN, "a loss is told first");
    stream_barrier(stream, on_arrived, NULL);
    WAIT_FOR(heard.arrivals == 4);
    stop();
}

/* The exchange that we serve, in the same loop. */

static struct running running;
static struct {
    int count;
    enum client_class class;
    char id[64], status[32];
} told;

static void on_answer(void *context, const struct client_reply *reply)
{
    (void)context;
    const char *id = node_text(node_member(reply->root, "id"));
    const char *status = node_text(node_member(reply->root, "status"));
    told.count++;
    told.class = reply->class;
    (void)snprintf(told.id, sizeof told.id, "%s", id != NULL ? id : "");
    (void)snprintf(told.status, sizeof told.status, "%s", status != NULL ? status : "");
}

static void serve_until(const int *count, int wanted)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (*count < wanted && clock_mono_ns() < end_ns) {
        loop_turn(loop, false);
    }
    cr_assert_eq(*count, wanted);
}

static void serve_ask(enum http_method method, const char *target, const char *body)
{
    int before = told.count;
    struct client_ask what = {.use = body != NULL ? CLIENT_ENTRY : CLIENT_RECONCILE,
                              .method = method,
                              .target = target,
                              .body = body,
                              .answered = on_answer};
    cr_assert_not_null(client_ask(client, &what));
    serve_until(&told.count, before + 1);
}

Test(stream, the_served_exchange_is_understood)
{
    running_plan(&running, false);
    running_start(&running);
    loop = running.loop;
    now = (struct alpaca_clock){.now_ns = running.plan.venue.start_ns, .stepped = true};
    make_client(server_port(running.server));
    make_stream(STREAM_TRADING);
    serve_until(&heard.changes, 1);
    cr_assert_eq(heard.state, STREAM_UP, "%s", heard.why);
    serve_ask(HTTP_GET, "/v2/account", NULL);
    cr_expect_eq(told.class, CLIENT_OK);
    cr_expect_str_eq(told.status, "ACTIVE");
    serve_ask(HTTP_POST, "/v2/orders",
              "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\",\"type\":\"market\","
              "\"time_in_force\":\"day\",\"client_order_id\":\"bw-1\"}");
    cr_expect_eq(told.class, CLIENT_OK);
    cr_expect_str_not_empty(told.id);
    stream_barrier(stream, on_arrived, NULL);
    serve_until(&heard.arrivals, 1);
    cr_expect_gt(heard.messages_at_arrival, 0, "its update came before");
    serve_ask(HTTP_POST, "/v2/orders",
              "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\",\"type\":\"market\","
              "\"time_in_force\":\"day\",\"client_order_id\":\"bw-1\"}");
    cr_expect_eq(told.class, CLIENT_EXISTS);
    serve_ask(HTTP_GET, "/v2/orders:by_client_order_id?client_order_id=bw-2", NULL);
    cr_expect_eq(told.class, CLIENT_REFUSED);
    struct stream *trading = stream;
    make_stream(STREAM_DATA);
    serve_until(&heard.changes, 1);
    cr_expect_eq(heard.state, STREAM_UP, "%s", heard.why);
    server_advance_until(running.server, now.now_ns += NS_PER_MIN);
    stream_barrier(stream, on_arrived, NULL);
    serve_until(&heard.arrivals, 1);
    cr_expect_gt(heard.messages_at_arrival, 0, "the bar came before");
    stream_destroy(trading);
    stream_destroy(stream);
    client_destroy(client);
    running_stop(&running);
}

Test(stream, the_served_exchange_refuses_wrong_keys)
{
    running_plan(&running, false);
    running_start(&running);
    loop = running.loop;
    now = (struct alpaca_clock){.now_ns = running.plan.venue.start_ns, .stepped = true};
    (void)running_ask(&running.http, "GET", "/v2/account", ""); /* PKTEST has its secret now */
    char address[64];
    (void)snprintf(address, sizeof address, "ws://127.0.0.1:%u/stream",
                   server_port(running.server));
    const struct client_plan plan = {
        .loop = loop,
        .clock = &now,
        .addresses = {"",       "", address, address},
        .keys = {"PKTEST", "wrong"  }
    };
    client = client_create(&plan);
    make_stream(STREAM_TRADING);
    serve_until(&heard.changes, 1);
    cr_expect_eq(heard.state, STREAM_REFUSED, "%s", heard.why);
    stream_destroy(stream);
    client_destroy(client);
    running_stop(&running);
}
