/* ws_client_test.c: the client against our server, and against everything that servers may do. */
#include "net/ws_client.h"

#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "net/tls_front.h"
#include "net/ws_script_test.h"

#define SECRET "canary-of-a-secret"

static struct loop *loop;
static struct script script;
static struct ws_client *client;
static char url[128];

/* What the client was told. */
static struct {
    int opened, messages, pongs, closed;
    enum ws_kind kind;
    size_t length;
    char text[1 << 12]; /* of the last message */
    char pong[128];
    int code, http_status;
    char why[256];
} heard;

/* What is to be done from within a callback. */
static enum { DO_NOTHING, DESTROY_OPENED, DESTROY_MESSAGE, DESTROY_CLOSED, CLOSE_IT } then;

static void destroy(void)
{
    ws_client_destroy(client);
    client = NULL;
}

static void on_opened(void *context)
{
    cr_assert_eq(context, &heard);
    heard.opened++;
    if (then == DESTROY_OPENED) {
        destroy();
    }
}

static void on_message(void *context, const struct ws_message *message)
{
    (void)context;
    heard.messages++;
    heard.kind = message->kind;
    heard.length = message->length;
    size_t kept = message->length < sizeof heard.text ? message->length : sizeof heard.text - 1;
    if (kept > 0) {
        memcpy(heard.text, message->bytes, kept);
    }
    heard.text[kept] = '\0';
    if (then == DESTROY_MESSAGE) {
        destroy();
    } else if (then == CLOSE_IT) {
        ws_client_close(client, WS_NORMAL);
    }
}

static void on_pong(void *context, const void *bytes, size_t length)
{
    (void)context;
    heard.pongs++;
    cr_assert_lt(length, sizeof heard.pong);
    memcpy(heard.pong, bytes, length);
    heard.pong[length] = '\0';
}

static void on_closed(void *context, const struct ws_ended *ended)
{
    (void)context;
    heard.closed++;
    heard.code = ended->code;
    heard.http_status = ended->http_status;
    (void)snprintf(heard.why, sizeof heard.why, "%s", ended->why);
    cr_assert_neq(ended->why[0], '\0');
    cr_assert_null(strstr(ended->why, SECRET), "%s", ended->why);
    if (then == DESTROY_CLOSED) {
        destroy();
    }
}

static void start(void)
{
    memset(&heard, 0, sizeof heard);
    then = DO_NOTHING;
    loop = loop_create();
    script_listen(&script, loop, 8);
    (void)snprintf(url, sizeof url, "ws://127.0.0.1:%u/v2/iex?a=b", script.port);
}

static void stop(void)
{
    if (client != NULL) {
        destroy();
    }
    script_finish(&script);
    loop_destroy(loop);
    cr_expect_leq(heard.closed, 1);
}

static void connect_with(struct ws_client_options options)
{
    static const char *const headers[] = {"APCA-API-SECRET-KEY: " SECRET, NULL};
    options.url = url;
    options.headers = headers;
    options.context = &heard;
    options.opened = on_opened;
    options.message = on_message;
    options.pong = on_pong;
    options.closed = on_closed;
    client = ws_client_create(loop, &options);
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        int64_t end_ns = clock_mono_ns() + patience_ns;                                            \
        while (!(condition) && clock_mono_ns() < end_ns) {                                         \
            script_turn(&script);                                                                  \
        }                                                                                          \
        cr_assert(condition, #condition ": %s", heard.why);                                        \
    } while (0)

/* Connects and shakes hands; `early` comes with the answer. */
static void open_with(struct ws_client_options options, const char *early)
{
    char answer[512];
    connect_with(options);
    script_greeting(&script, answer);
    (void)strncat(answer, early, sizeof answer - strlen(answer) - 1);
    script_say(&script, answer);
    script_forget(&script);
    WAIT_FOR(heard.opened == 1);
}

static void open_up(void)
{
    open_with((struct ws_client_options){0}, "");
}

/* Of a close. */
static int code_of(const struct script_frame *frame)
{
    const uint8_t *bytes = (const uint8_t *)frame->bytes;
    return bytes[0] << 8 | bytes[1];
}

Test(ws_client, shakes_hands_and_talks)
{
    struct script_frame frame;
    start();
    connect_with((struct ws_client_options){0});
    cr_expect_eq(ws_client_send(client, WS_TEXT, "x", 1), WS_CLOSED, "not yet");
    script_wait(&script, "\r\n\r\n");
    cr_expect_eq(strncmp(script.got, "GET /v2/iex?a=b HTTP/1.1\r\nHost: 127.0.0.1:", 42), 0, "%s",
                 script.got);
    cr_expect_not_null(strstr(script.got, "APCA-API-SECRET-KEY: " SECRET "\r\n"));
    cr_expect_not_null(strstr(script.got, "Sec-WebSocket-Version: 13\r\n"));
    cr_expect_null(strcasestr(script.got, "Extensions"));
    destroy();
    script_close(&script, false);
    script_forget(&script);
    open_with((struct ws_client_options){0}, "\x81\x02hi"); /* a frame behind the answer */
    WAIT_FOR(heard.messages == 1);
    cr_expect_str_eq(heard.text, "hi");
    cr_expect_eq(heard.kind, WS_TEXT);
    cr_expect_eq(ws_client_send(client, WS_TEXT, "{\"a\":1}", 7), WS_SENT);
    script_frame(&script, &frame);
    cr_expect_eq(frame.first, 0x81);
    cr_expect_eq(frame.length, 7);
    cr_expect_eq(memcmp(frame.bytes, "{\"a\":1}", 7), 0);
    stop();
    cr_expect_eq(heard.closed, 0, "who destroys it is not told");
}

Test(ws_client, keys_and_masks_are_never_the_same)
{
    char key[25], mask[4];
    start();
    connect_with((struct ws_client_options){0});
    script_wait(&script, "\r\n\r\n");
    memcpy(key, strstr(script.got, "Sec-WebSocket-Key: ") + 19, 24);
    destroy();
    script_close(&script, false);
    script_forget(&script);
    connect_with((struct ws_client_options){0});
    script_wait(&script, "\r\n\r\n");
    cr_expect_neq(memcmp(key, strstr(script.got, "Sec-WebSocket-Key: ") + 19, 24), 0);
    destroy();
    script_close(&script, false);
    script_forget(&script);
    open_up();
    (void)ws_client_send(client, WS_TEXT, "a", 1);
    WAIT_FOR(script.length == 7);
    memcpy(mask, script.got + 2, 4);
    script_forget(&script);
    (void)ws_client_send(client, WS_TEXT, "a", 1);
    WAIT_FOR(script.length == 7);
    cr_expect_neq(memcmp(mask, script.got + 2, 4), 0);
    stop();
}

Test(ws_client, a_refused_handshake_tells_its_status)
{
    static const int statuses[] = {200, 302, 400, 401, 403, 406, 429, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        char answer[128];
        start();
        connect_with((struct ws_client_options){0});
        script_wait(&script, "\r\n\r\n");
        (void)snprintf(answer, sizeof answer,
                       "HTTP/1.1 %d Word\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nno",
                       statuses[i]);
        script_say(&script, answer);
        WAIT_FOR(heard.closed == 1);
        cr_expect_eq(heard.http_status, statuses[i]);
        cr_expect_eq(heard.code, WS_LOST);
        cr_expect_eq(heard.opened, 0);
        stop();
    }
}

/* `%s` is where the right answer to the key goes. */
static const struct {
    const char *what, *answer;
    int http_status;
} handshakes[] = {
    {"nothing",                "",                                                                          0},
    {"no HTTP",                "SSH-2.0-OpenSSH_9.2\r\n",                                                   0},
    {"a cut head",             "HTTP/1.1 101 Switching",                                                    0},
    {"a cut refusal",          "HTTP/1.1 403 Forbidden\r\n",                                                0},
    {"no status",              "HTTP/1.1 abc\r\n\r\n",                                                      0},
    {"another key",
     "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",                                          0},
    {"no key",                 "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",       0},
    {"the key twice",
     "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n"
     "Sec-WebSocket-Accept: x\r\n\r\n",                                                                     0},
    {"no upgrade",             "HTTP/1.1 101 S\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", 0},
    {"another upgrade",
     "HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",           0},
    {"no connection",          "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n",
     0                                                                                                       },
    {"an extension",
     "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n"
     "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",                                                0},
    {"a bare line end",
     "HTTP/1.1 101 S\r\nUpgrade: websocket\nConnection: upgrade\r\nSec-WebSocket-Accept: "
     "%s\r\n\r\n",                                                                                          0},
    {"a line without a colon",
     "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n"
     "hello\r\n\r\n",                                                                                       0},
    {"a folded line",
     "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\n"
     " A: b\r\n\r\n",                                                                                       0},
};

Test(ws_client, a_handshake_must_be_right, .timeout = 60)
{
    for (size_t i = 0; i < sizeof handshakes / sizeof handshakes[0]; i++) {
        char answer[512], accept[WS_ACCEPT_SIZE];
        start();
        connect_with((struct ws_client_options){0});
        script_wait(&script, "\r\n\r\n");
        ws_accept_for(strstr(script.got, "Sec-WebSocket-Key: ") + 19, accept);
        const char *mark = strstr(handshakes[i].answer, "%s");
        (void)snprintf(answer, sizeof answer, "%.*s%s%s",
                       mark != NULL ? (int)(mark - handshakes[i].answer) : 0, handshakes[i].answer,
                       mark != NULL ? accept : "", mark != NULL ? mark + 2 : handshakes[i].answer);
        script_say(&script, answer);
        for (int turn = 0; turn < 3; turn++) {
            script_turn(&script);
        }
        script_close(&script, false);
        WAIT_FOR(heard.closed == 1);
        cr_expect_eq(heard.opened, 0, "%s", handshakes[i].what);
        cr_expect_eq(heard.http_status, handshakes[i].http_status, "%s", handshakes[i].what);
        stop();
    }
}

Test(ws_client, endless_greetings_end)
{
    start();
    connect_with((struct ws_client_options){0});
    script_wait(&script, "\r\n\r\n");
    script_say(&script, "HTTP/1.1 101 S\r\n");
    for (int i = 0; i < 1000 && heard.closed == 0; i++) {
        script_say(&script, "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    }
    WAIT_FOR(heard.closed == 1);
    stop();
    start();
    connect_with((struct ws_client_options){0});
    char answer[256];
    script_greeting(&script, answer);
    answer[strlen(answer) - 2] = '\0';
    script_say(&script, answer);
    for (int i = 0; i < 100; i++) {
        script_say(&script, "A: b\r\n");
    }
    script_say(&script, "\r\n");
    WAIT_FOR(heard.closed == 1);
    cr_expect_eq(heard.opened, 0);
    stop();
}

Test(ws_client, who_says_nothing_is_left)
{
    start();
    connect_with((struct ws_client_options){.connect_ns = NS_PER_S / 10});
    WAIT_FOR(heard.closed == 1);
    cr_expect_not_null(strstr(script.got, "Sec-WebSocket-Key"), "it was asked");
    cr_expect_str_eq(heard.why, "no answer in time");
    stop();
}

Test(ws_client, who_cannot_be_reached_is_told_of)
{
    static const char *const bad[] = {
        "http://127.0.0.1/",    "127.0.0.1", "ws://", "wss://a b/", "ws://me:" SECRET "@127.0.0.1/",
        "ws://127.0.0.1:99999/"};
    static const char *const two_lines[] = {"A: b\r\nC: d", NULL};
    start();
    cr_assert_eq(close(script.listener), 0);
    connect_with((struct ws_client_options){0});
    script.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    WAIT_FOR(heard.closed == 1);
    cr_expect_eq(heard.code, WS_LOST);
    stop();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        start();
        (void)snprintf(url, sizeof url, "%s", bad[i]);
        connect_with((struct ws_client_options){0});
        cr_expect_eq(heard.closed, 0, "never from within");
        WAIT_FOR(heard.closed == 1);
        stop();
    }
    start();
    struct ws_client_options options = {.url = url, .headers = two_lines, .closed = on_closed};
    client = ws_client_create(loop, &options);
    WAIT_FOR(heard.closed == 1);
    stop();
}

/* Frames of a server, and how it ends. */
static const struct {
    const char *what, *bytes;
    size_t length;
    int messages, code;
    const char *last;
} frames[] = {
    {"a text",                         "\x81\x02hi",                                4,  1, 0,                 "hi"      },
    {"bytes",                          "\x82\x02hi",                                4,  1, 0,                 "hi"      },
    {"an empty one",                   "\x81\x00",                                  2,  1, 0,                 ""        },
    {"two at once",
     "\x81\x01"
     "a\x81\x01"
     "b",                                                                           6,  2, 0,                 "b"       },
    {"two parts",
     "\x01\x01"
     "a\x80\x01"
     "b",                                                                           6,  1, 0,                 "ab"      },
    {"an empty last part",             "\x01\x02hi\x80\x00",                        6,  1, 0,                 "hi"      },
    {"an empty first part",            "\x01\x00\x80\x02hi",                        6,  1, 0,                 "hi"      },
    {"empty parts alone",              "\x01\x00\x00\x00\x80\x00",                  6,  1, 0,                 ""        },
    {"a ping between parts",
     "\x01\x01"
     "a\x89\x01p\x80\x01"
     "b",                                                                           9,  1, 0,                 "ab"      },
    {"a letter over two parts",        "\x01\x01\xc3\x80\x01\xa4",                  6,  1, 0,                 "\xc3\xa4"},
    {"a close",                        "\x88\x02\x03\xe8",                          4,  0, 1000,              ""        },
    {"a close with words",
     "\x88\x05\x03\xf0"
     "bye",                                                                         7,  0, 1008,              ""        },
    {"a close without a code",         "\x88\x00",                                  2,  0, WS_NO_CODE,        ""        },
    {"behind a close nothing counts",  "\x88\x02\x03\xe8\x81\x02hi",                8,  0, 1000,              ""        },
    {"bad text",                       "\x81\x02\xc3\x28",                          4,  0, WS_BAD_TEXT,       ""        },
    {"bad text in a close",            "\x88\x03\x03\xe8\xff",                      5,  0, WS_BAD_TEXT,       ""        },
    {"a code that must not be sent",   "\x88\x02\x03\xed",                          4,  0, WS_PROTOCOL_ERROR, ""        },
    {"a masked frame",                 "\x81\x82\x01\x02\x03\x04hi",                8,  0, WS_PROTOCOL_ERROR, ""        },
    {"a reserved bit",                 "\xc1\x02hi",                                4,  0, WS_PROTOCOL_ERROR, ""        },
    {"an opcode that is none",         "\x83\x02hi",                                4,  0, WS_PROTOCOL_ERROR, ""        },
    {"a control opcode that is none",  "\x8b\x00",                                  2,  0, WS_PROTOCOL_ERROR, ""        },
    {"a ping in parts",                "\x09\x01p",                                 3,  0, WS_PROTOCOL_ERROR, ""        },
    {"a long ping",                    "\x89\x7e\x00\x7e",                          4,  0, WS_PROTOCOL_ERROR, ""        },
    {"a part of nothing",              "\x80\x02hi",                                4,  0, WS_PROTOCOL_ERROR, ""        },
    {"a message within one",
     "\x01\x01"
     "a\x81\x01"
     "b",                                                                           6,  0, WS_PROTOCOL_ERROR, ""        },
    {"a length that could be shorter", "\x81\x7e\x00\x05hello",                     9,  0, WS_PROTOCOL_ERROR, ""        },
    {"a length of 2^63",               "\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00",  10, 0, WS_PROTOCOL_ERROR, ""        },
    {"a length of 2^62",               "\x81\x7f\x40\x00\x00\x00\x00\x00\x00\x00h", 11, 0, WS_TOO_BIG,        ""        },
    {"1001 bytes in one",              "\x82\x7e\x03\xe9h",                         5,  0, WS_TOO_BIG,        ""        },
};

Test(ws_client, frames_are_judged, .timeout = 60)
{
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct script_frame frame = {0};
        start();
        open_with((struct ws_client_options){.message_max = 1000}, "");
        script_say_bytes(&script, frames[i].bytes, frames[i].length);
        if (frames[i].code != 0) {
            script_frame(&script, &frame);
            cr_expect_eq(frame.first, 0x88, "%s: a close", frames[i].what);
            int told = frame.length >= 2 ? code_of(&frame) : WS_NO_CODE;
            cr_expect_eq(told, frames[i].code, "%s: %d", frames[i].what, told);
            script_close(&script, false);
            WAIT_FOR(heard.closed == 1);
            cr_expect_eq(heard.code, frames[i].code, "%s: %d", frames[i].what, heard.code);
        } else {
            WAIT_FOR(heard.messages == frames[i].messages);
            cr_expect_eq(heard.closed, 0, "%s", frames[i].what);
        }
        cr_expect_eq(heard.messages, frames[i].messages, "%s", frames[i].what);
        cr_expect_str_eq(heard.text, frames[i].last, "%s", frames[i].what);
        stop();
    }
}

Test(ws_client, parts_count_together)
{
    static char part[4 + 600] = "\x02\x7e\x02\x58";
    start();
    open_with((struct ws_client_options){.message_max = 1000}, "");
    script_say_bytes(&script, part, sizeof part);
    part[0] = 0;
    script_say_bytes(&script, part, sizeof part);
    struct script_frame frame;
    script_frame(&script, &frame);
    cr_expect_eq(code_of(&frame), WS_TOO_BIG);
    cr_expect_eq(heard.messages, 0);
    stop();
}

Test(ws_client, pings_go_both_ways)
{
    struct script_frame frame;
    start();
    open_up();
    script_say_bytes(&script, "\x89\x05hello", 7);
    script_frame(&script, &frame);
    cr_expect_eq(frame.first, 0x8a);
    cr_expect_eq(frame.length, 5);
    cr_expect_eq(memcmp(frame.bytes, "hello", 5), 0);
    script_forget(&script);
    ws_client_ping(client, "mark", 4);
    script_frame(&script, &frame);
    cr_expect_eq(frame.first, 0x89);
    cr_expect_eq(memcmp(frame.bytes, "mark", 4), 0);
    script_say_bytes(&script, "\x8a\x04mark", 6);
    WAIT_FOR(heard.pongs == 1);
    cr_expect_str_eq(heard.pong, "mark");
    stop();
}

/* Bytes that the other side has sent and that nobody has acknowledged. */
static int unacknowledged(void)
{
    int bytes = -1;
    cr_assert_eq(ioctl(script.fd, SIOCOUTQ, &bytes), 0);
    return bytes;
}

/* Not within the call that reads it, and before the loop waits: long before the kernel would by
 * itself, unless this process stands still for so long. */
Test(ws_client, a_message_is_acknowledged_when_it_was_told)
{
    static const char frame[] = "\x81\x02hi";
    int waited = 0;
    start();
    open_up();
    for (int i = 1; i <= 20; i++) {
        script_turn(&script);
        cr_expect_eq(unacknowledged(), 0);
        script_say_bytes(&script, frame, 4);
        while (heard.messages < i) {
            loop_turn(loop, true);
        }
        waited += unacknowledged() == 4 ? 1 : 0;
    }
    cr_expect_gt(waited, 0);
    stop();
}

Test(ws_client, a_loss_is_told_once)
{
    for (int reset = 0; reset < 2; reset++) {
        start();
        open_up();
        script_say_bytes(&script, "\x81\x05he", 4);
        for (int turn = 0; turn < 3; turn++) {
            script_turn(&script);
        }
        script_close(&script, reset == 1);
        WAIT_FOR(heard.closed == 1);
        cr_expect_eq(heard.code, WS_LOST);
        cr_expect_eq(heard.messages, 0);
        cr_expect_eq(ws_client_send(client, WS_TEXT, "x", 1), WS_CLOSED);
        stop();
    }
}

Test(ws_client, a_close_waits_for_the_other)
{
    struct script_frame frame;
    start();
    open_up();
    ws_client_close(client, WS_GOING_AWAY);
    script_frame(&script, &frame);
    cr_expect_eq(code_of(&frame), WS_GOING_AWAY);
    cr_expect_eq(ws_client_send(client, WS_TEXT, "x", 1), WS_CLOSED);
    script_say_bytes(&script, "\x88\x02\x03\xe9", 4);
    script_close(&script, false);
    WAIT_FOR(heard.closed == 1);
    cr_expect_eq(heard.code, WS_GOING_AWAY);
    stop();
    start();
    open_up();
    int64_t begun_ns = clock_mono_ns();
    ws_client_close(client, WS_NORMAL);
    WAIT_FOR(heard.closed == 1);
    cr_expect(clock_mono_ns() - begun_ns > 1900 * NS_PER_MS, "two seconds for the other's");
    cr_expect_eq(heard.code, WS_NORMAL);
    stop();
}

Test(ws_client, can_be_destroyed_anywhere)
{
    start();
    connect_with((struct ws_client_options){0});
    stop(); /* while it connects */
    for (int which = DESTROY_OPENED; which <= DESTROY_CLOSED; which++) {
        start();
        connect_with((struct ws_client_options){0});
        char answer[512];
        script_greeting(&script, answer);
        then = (typeof(then))which;
        (void)strncat(answer,
                      "\x81\x01"
                      "a\x81\x01"
                      "b\x88",
                      sizeof answer - strlen(answer) - 1);
        script_say(&script, answer);
        script_say_bytes(&script, "\x00", 1);
        for (int turn = 0; turn < 5; turn++) {
            script_turn(&script);
        }
        script_close(&script, false);
        WAIT_FOR(client == NULL);
        cr_expect_eq(heard.opened, 1);
        cr_expect_eq(heard.messages, which - DESTROY_OPENED < 2 ? which - DESTROY_OPENED : 2);
        cr_expect_eq(heard.closed, which == DESTROY_CLOSED);
        stop();
    }
    start();
    then = CLOSE_IT;
    open_with((struct ws_client_options){0}, "\x81\x01"
                                             "a\x81\x01"
                                             "b");
    WAIT_FOR(script.length >= 8);
    cr_expect_eq(heard.messages, 1, "behind our close nothing is handed on");
    stop();
}

/* The server takes nothing: what it is to get waits, and then it is cut. */
Test(ws_client, who_is_too_slow_is_cut)
{
    static char bytes[100000];
    start();
    open_with((struct ws_client_options){.queue_max = 150000}, "");
    enum ws_sent sent = WS_SENT;
    for (int i = 0; i < 1000 && sent == WS_SENT; i++) {
        sent = ws_client_send(client, WS_BINARY, bytes, sizeof bytes);
    }
    cr_expect_eq(sent, WS_SLOW);
    cr_expect_eq(heard.closed, 0, "never from within");
    WAIT_FOR(heard.closed == 1);
    stop();
}

/* Our own server, with and without TLS. */

static struct ws_server *server;
static struct ws_socket *peer_socket;
static struct http_server *http;
static size_t server_got;

static void serve(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    (void)ws_accept(server, request, reply);
}

static void served_opened(void *context, struct ws_socket *socket)
{
    (void)context;
    peer_socket = socket;
}

static void served_message(void *context, struct ws_socket *socket,
                           const struct ws_message *message)
{
    (void)context;
    (void)socket;
    server_got += message->length;
}

static void start_server(void)
{
    struct problem problem = {0};
    struct http_options http_options = {.handle = serve};
    struct ws_options options = {.opened = served_opened,
                                 .message = served_message,
                                 .message_max = 4 << 20,
                                 .queue_max = 32 << 20};
    start();
    server_got = 0;
    peer_socket = NULL;
    server = ws_server_create(loop, &options);
    cr_assert_eq(http_server_create(loop, &http_options, &http, &problem), ERR_OK);
}

static void talk(struct ws_client_options options)
{
    static char bytes[3 << 20];
    memset(bytes, 'x', sizeof bytes);
    options.queue_max = 8 << 20;
    connect_with(options);
    WAIT_FOR(heard.opened == 1 && peer_socket != NULL);
    cr_expect_eq(ws_client_send(client, WS_TEXT, bytes, sizeof bytes), WS_SENT);
    WAIT_FOR(server_got == sizeof bytes);
    cr_expect_eq(ws_send(peer_socket, WS_TEXT, bytes, sizeof bytes), WS_SENT);
    WAIT_FOR(heard.messages == 1);
    cr_expect_eq(heard.length, sizeof bytes);
    cr_expect_eq(ws_send_pieces(peer_socket, WS_BINARY, bytes, 100000, 1000, true), WS_SENT);
    WAIT_FOR(heard.messages == 2);
    cr_expect_eq(heard.length, 100000);
    for (int i = 0; i < 2000; i++) {
        (void)ws_send(peer_socket, WS_TEXT, "small", 5);
    }
    WAIT_FOR(heard.messages == 2002);
    ws_client_ping(client, "x", 1);
    WAIT_FOR(heard.pongs == 1);
    ws_client_close(client, WS_NORMAL);
    WAIT_FOR(heard.closed == 1);
    cr_expect_eq(heard.code, WS_NORMAL);
}

static void stop_server(void)
{
    if (client != NULL) {
        destroy();
    }
    ws_server_destroy(server);
    http_server_destroy(http);
    stop();
}

Test(ws_client, talks_to_our_server, .timeout = 60)
{
    start_server();
    (void)snprintf(url, sizeof url, "ws://localhost:%u/stream", http_server_port(http));
    talk((struct ws_client_options){0});
    stop_server();
}

Test(ws_client, talks_over_tls_to_whom_it_trusts, .timeout = 60)
{
    char trusted[] = "/tmp/bellwether-ca-XXXXXX";
    struct tls_front *front = NULL;
    struct problem problem = {0};
    start_server();
    struct tls_options options = {.plain_port = http_server_port(http)};
    cr_assert_eq(tls_front_create(loop, &options, &front, &problem), ERR_OK);
    int fd = mkstemp(trusted);
    const char *pem = tls_front_certificate(front);
    cr_assert_eq(write(fd, pem, strlen(pem)), (ssize_t)strlen(pem));
    cr_assert_eq(close(fd), 0);
    (void)snprintf(url, sizeof url, "wss://localhost:%u/stream", tls_front_port(front));
    connect_with((struct ws_client_options){0});
    WAIT_FOR(heard.closed == 1);
    cr_expect_not_null(strstr(heard.why, "certificate"), "%s", heard.why);
    destroy();
    memset(&heard, 0, sizeof heard);
    talk((struct ws_client_options){.ca_file = trusted});
    destroy();
    tls_front_destroy(front);
    (void)unlink(trusted);
    stop_server();
}
