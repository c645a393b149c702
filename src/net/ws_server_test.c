/* ws_server_test.c: handshake, frames of every kind and the broken ones, slow clients, the end. */
#include "net/ws_server.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/net_test.h"
#include "sys/memory.h"

static struct loop *loop;
static struct http_server *http;
static struct ws_server *server;
static struct peer peer;
static struct ws_socket *opened;
static int open_count, closed_count, closed_code, message_count;
static bool echoes = true;
static int64_t handshake_delay_ns;
static struct ws_message last;
static char last_bytes[70000];

static void on_opened(void *context, struct ws_socket *socket)
{
    cr_assert_eq(context, &loop);
    opened = socket;
    open_count++;
}

static void on_message(void *context, struct ws_socket *socket, const struct ws_message *message)
{
    (void)context;
    message_count++;
    last = *message;
    cr_assert_lt(message->length, sizeof last_bytes);
    if (message->length > 0) {
        memcpy(last_bytes, message->bytes, message->length);
    }
    if (echoes) {
        (void)ws_send(socket, message->kind, message->bytes, message->length);
    }
}

static void on_closed(void *context, struct ws_socket *socket, int code)
{
    (void)context;
    if (socket == opened) {
        opened = NULL;
    }
    closed_count++;
    closed_code = code;
}

static void handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    struct ws_socket *socket = ws_accept(server, request, reply);
    if (socket != NULL) {
        ws_set_user(socket, &peer);
        reply->delivery.delay_ns = handshake_delay_ns;
        cr_assert_eq(ws_user(socket), &peer);
    }
}

static void start_with(struct ws_options options)
{
    struct http_options http_options = {.handle = handle};
    struct problem problem = {0};
    options.context = &loop;
    options.opened = on_opened;
    options.message = on_message;
    options.closed = on_closed;
    loop = loop_create();
    server = ws_server_create(loop, &options);
    cr_assert_eq(http_server_create(loop, &http_options, &http, &problem), ERR_OK);
    peer_connect(&peer, loop, http_server_port(http));
}

static void stop(void)
{
    if (peer.fd >= 0) {
        peer_close(&peer);
    }
    ws_server_destroy(server);
    http_server_destroy(http);
    loop_destroy(loop);
    cr_assert_eq(closed_count, open_count, "every socket is closed once");
}

#define UPGRADE                                                                                    \
    "Host: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"                 \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static void shake_hands(const char *more)
{
    peer_say(&peer, "GET /stream HTTP/1.1\r\n" UPGRADE);
    peer_say(&peer, more);
    peer_say(&peer, "\r\n");
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while ((strstr(peer.got, "\r\n\r\n") == NULL || opened == NULL) && clock_mono_ns() < end_ns) {
        peer_turn(&peer);
    }
    cr_assert_eq(peer_status(&peer), 101, "%s", peer.got);
    cr_assert_not_null(opened);
    cr_assert_not_null(strstr(peer.got, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
                       "the answer of RFC 6455, section 1.3");
    cr_assert_null(strcasestr(peer.got, "Sec-WebSocket-Extensions"));
    char *end = strstr(peer.got, "\r\n\r\n") + 4;
    peer.length -= (size_t)(end - peer.got);
    memmove(peer.got, end, peer.length + 1);
}

static void start(void)
{
    start_with((struct ws_options){0});
    shake_hands("");
}

/* A masked frame as a client sends it. `first`: FIN, reserved bits, opcode. */
static void say_frame(unsigned first, const void *bytes, size_t length)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t *frame = xmalloc(length + 14);
    size_t used = 0;
    frame[used++] = (uint8_t)first;
    size_t size = length < 126 ? 0 : length < 65536 ? 2 : 8;
    frame[used++] = (uint8_t)(0x80 | (size == 0 ? length : size == 2 ? 126 : 127));
    for (size_t i = 0; i < size; i++) {
        frame[used++] = (uint8_t)((uint64_t)length >> (8 * (size - 1 - i)));
    }
    memcpy(frame + used, mask, 4);
    used += 4;
    for (size_t i = 0; i < length; i++) {
        frame[used++] = (uint8_t)(((const uint8_t *)bytes)[i] ^ mask[i % 4]);
    }
    peer_send(&peer, frame, used);
    free(frame);
}

/* The next frame from the server: taken off what was got. Returns its first byte. */
static unsigned next_frame(char *out, size_t *length)
{
    peer_wait_bytes(&peer, 2);
    const uint8_t *got = (const uint8_t *)peer.got;
    size_t head = got[1] < 126 ? 2 : got[1] == 126 ? 4 : 10;
    cr_assert_lt(got[1], 128, "a server's frame is not masked");
    peer_wait_bytes(&peer, head);
    *length = 0;
    for (size_t i = 2; i < head; i++) {
        *length = *length * 256 + got[i];
    }
    *length = head == 2 ? got[1] : *length;
    peer_wait_bytes(&peer, head + *length);
    unsigned first = got[0];
    memcpy(out, got + head, *length);
    peer.length -= head + *length;
    memmove(peer.got, peer.got + head + *length, peer.length + 1);
    return first;
}

static void expect_frame(unsigned first, const char *bytes, size_t length)
{
    static char got[1 << 20];
    size_t got_length;
    unsigned got_first = next_frame(got, &got_length);
    cr_assert_eq(got_first, first, "%02x", got_first);
    cr_assert_eq(got_length, length, "%zu", got_length);
    cr_assert_eq(memcmp(got, bytes, length), 0);
}

static void wait_closed(int code)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (closed_count == 0 && clock_mono_ns() < end_ns) {
        peer_turn(&peer);
    }
    cr_assert_eq(closed_count, 1);
    cr_assert_eq(closed_code, code, "%d", closed_code);
}

Test(ws_server, the_example_of_the_standard)
{
    start();
    peer_send(&peer, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
    expect_frame(0x81, "Hello", 5);
    cr_assert_eq(last.kind, WS_TEXT);
    say_frame(0x82, "\x00\xff", 2);
    expect_frame(0x82, "\x00\xff", 2);
    cr_assert_eq(last.kind, WS_BINARY);
    say_frame(0x82, "", 0);
    expect_frame(0x82, "", 0);
    stop();
}

Test(ws_server, messages_of_every_length)
{
    static const size_t lengths[] = {1, 125, 126, 127, 65535, 65536};
    static char bytes[65536];
    memset(bytes, 'x', sizeof bytes);
    start();
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        say_frame(0x82, bytes, lengths[i]);
        expect_frame(0x82, bytes, lengths[i]);
    }
    stop();
}

Test(ws_server, fragments_with_an_empty_last_one)
{
    start();
    say_frame(0x02, "{\"action\":", 10);
    say_frame(0x89, "mid", 3);
    expect_frame(0x8a, "mid", 3);
    say_frame(0x00, "\"auth\"}", 7);
    say_frame(0x80, "", 0);
    expect_frame(0x82, "{\"action\":\"auth\"}", 17);
    cr_assert_eq(message_count, 1);
    say_frame(0x01, "", 0);
    say_frame(0x80, "", 0);
    expect_frame(0x81, "", 0);
    stop();
}

Test(ws_server, messages_can_go_in_pieces)
{
    start();
    cr_assert_eq(ws_send_pieces(opened, WS_TEXT, "abcdefg", 7, 3, false), WS_SENT);
    expect_frame(0x01, "abc", 3);
    expect_frame(0x00, "def", 3);
    expect_frame(0x80, "g", 1);
    cr_assert_eq(ws_send_pieces(opened, WS_BINARY, "abc", 3, 100, true), WS_SENT);
    expect_frame(0x02, "abc", 3);
    expect_frame(0x80, "", 0);
    cr_assert_eq(ws_send_pieces(opened, WS_BINARY, "", 0, 1, true), WS_SENT);
    expect_frame(0x02, "", 0);
    expect_frame(0x80, "", 0);
    cr_assert_eq(ws_send_pieces(opened, WS_TEXT, "abc", 3, 3, false), WS_SENT);
    expect_frame(0x81, "abc", 3);
    stop();
}

Test(ws_server, frames_may_come_byte_by_byte)
{
    start();
    const char *frame = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    for (size_t i = 0; i < 11; i++) {
        peer_send(&peer, frame + i, 1);
        peer_turn(&peer);
    }
    expect_frame(0x81, "Hello", 5);
    stop();
}

Test(ws_server, frames_may_come_with_the_handshake)
{
    start_with((struct ws_options){0});
    peer_send(&peer,
              "GET / HTTP/1.1\r\n" UPGRADE "\r\n\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
              strlen("GET / HTTP/1.1\r\n" UPGRADE "\r\n") + 11);
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (message_count == 0 && clock_mono_ns() < end_ns) {
        peer_turn(&peer);
    }
    cr_assert_eq(message_count, 1);
    cr_assert_eq(memcmp(last_bytes, "Hello", 5), 0);
    stop();
}

Test(ws_server, pings_are_answered_with_their_payload)
{
    char payload[125];
    memset(payload, 'p', sizeof payload);
    start();
    say_frame(0x89, "", 0);
    expect_frame(0x8a, "", 0);
    say_frame(0x89, payload, sizeof payload);
    expect_frame(0x8a, payload, sizeof payload);
    say_frame(0x8a, "unasked", 7); /* a pong that nobody asked for is nothing */
    ws_ping(opened, "there?", 6);
    expect_frame(0x89, "there?", 6);
    cr_assert_eq(message_count, 0);
    stop();
}

Test(ws_server, the_client_closes)
{
    start();
    say_frame(0x88, "\x03\xe8", 2);
    expect_frame(0x88, "\x03\xe8", 2);
    peer_wait_end(&peer);
    peer_close(&peer);
    wait_closed(WS_NORMAL);
    stop();
}

Test(ws_server, the_client_closes_without_a_code)
{
    start();
    say_frame(0x88, "", 0);
    expect_frame(0x88, "", 0);
    peer_wait_end(&peer);
    peer_close(&peer);
    wait_closed(WS_NO_CODE);
    stop();
}

Test(ws_server, the_server_closes)
{
    start();
    struct ws_socket *socket = opened;
    ws_close(socket, WS_POLICY, "no");
    cr_assert_eq(ws_send(socket, WS_TEXT, "x", 1), WS_CLOSED);
    expect_frame(0x88, "\x03\xf0no", 4);
    cr_assert_eq(closed_count, 0);
    say_frame(0x88, "\x03\xf0", 2);
    peer_wait_end(&peer);
    peer_close(&peer);
    wait_closed(WS_POLICY);
    stop();
}

Test(ws_server, a_close_that_is_not_answered_ends_all_the_same, .timeout = 30)
{
    start();
    ws_close(opened, WS_NORMAL, NULL);
    peer_wait_end(&peer);
    wait_closed(WS_NORMAL);
    stop();
}

Test(ws_server, the_client_vanishes)
{
    start();
    peer_close(&peer);
    wait_closed(WS_LOST);
    stop();
}

Test(ws_server, a_socket_can_be_cut)
{
    start();
    ws_cut(opened, true);
    peer_wait_end(&peer);
    cr_assert(peer.reset);
    wait_closed(WS_LOST);
    stop();
}

/* What a client must not send, and the code that it is told. */
static const struct {
    const char *what;
    const char *bytes;
    size_t length;
    int code;
} broken[] = {
    {"unmasked",                    "\x81\x01x",                                        3,  1002},
    {"reserved bit",                "\xc1\x80\0\0\0\0",                                 6,  1002},
    {"reserved opcode",             "\x83\x80\0\0\0\0",                                 6,  1002},
    {"fragmented ping",             "\x09\x80\0\0\0\0",                                 6,  1002},
    {"long ping",                   "\x89\xfe\0\x7e\0\0\0\0",                           8,  1002},
    {"continuation of nothing",     "\x80\x80\0\0\0\0",                                 6,  1002},
    {"text within a message",       "\x01\x80\0\0\0\0\x81\x80\0\0\0\0",                 12, 1002},
    {"length with its top bit set", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14, 1002},
    {"a longer form than needed",   "\x82\xfe\0\x05\0\0\0\0xxxxx",                      13, 1002},
    {"text that is no UTF-8",       "\x81\x81\0\0\0\0\xff",                             7,  1007},
    {"too large",                   "\x82\xff\0\0\0\0\0\x01\0\x01\0\0\0\0x",            15, 1009},
    {"close with code 1005",        "\x88\x82\0\0\0\0\x03\xed",                         8,  1002},
    {"close with bad text",         "\x88\x83\0\0\0\0\x03\xe8\xff",                     9,  1007},
};

Test(ws_server, broken_frames_close_with_the_right_code, .timeout = 60)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char got[256];
        size_t length;
        open_count = closed_count = 0;
        start();
        peer_send(&peer, broken[i].bytes, broken[i].length);
        cr_assert_eq(next_frame(got, &length), 0x88, "%s", broken[i].what);
        int code = (unsigned char)got[0] * 256 + (unsigned char)got[1];
        cr_expect_eq(code, broken[i].code, "%s: %d", broken[i].what, code);
        peer_wait_end(&peer);
        peer_close(&peer);
        wait_closed(broken[i].code);
        cr_expect_eq(message_count, 0, "%s", broken[i].what);
        stop();
    }
}

Test(ws_server, a_message_that_grows_too_large_is_1009)
{
    static char piece[40000];
    start();
    say_frame(0x02, piece, sizeof piece);
    say_frame(0x80, piece, sizeof piece);
    expect_frame(0x88, "\x03\xf1", 2);
    stop();
}

static const struct {
    const char *what;
    const char *request;
    int want;
} handshakes[] = {
    {"no upgrade",  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",                                426},
    {"old version",
     "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 426},
    {"no key",
     "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\n\r\n",                                               400},
    {"a short key",
     "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n\r\n",        400},
    {"not a GET",   "POST / HTTP/1.1\r\nContent-Length: 0\r\n" UPGRADE "\r\n",          400},
};

Test(ws_server, refuses_bad_handshakes)
{
    for (size_t i = 0; i < sizeof handshakes / sizeof handshakes[0]; i++) {
        start_with((struct ws_options){0});
        (void)peer_ask(&peer, handshakes[i].request);
        cr_assert_eq(peer_status(&peer), handshakes[i].want, "%s: %s", handshakes[i].what,
                     peer.got);
        cr_assert_eq(open_count, 0);
        stop();
    }
}

Test(ws_server, a_handshake_can_be_delayed)
{
    handshake_delay_ns = 30 * NS_PER_MS;
    int64_t began_ns = clock_mono_ns();
    start();
    cr_assert(clock_mono_ns() - began_ns >= handshake_delay_ns);
    say_frame(0x81, "a", 1);
    expect_frame(0x81, "a", 1);
    stop();
}

/* Also the socket that never opened is closed once. */
Test(ws_server, a_handshake_may_find_nobody)
{
    handshake_delay_ns = 10 * NS_PER_S;
    start_with((struct ws_options){0});
    peer_say(&peer, "GET / HTTP/1.1\r\n" UPGRADE "\r\n");
    for (int i = 0; i < 20; i++) {
        peer_turn(&peer);
    }
    peer_close(&peer);
    http_server_destroy(http);
    http = NULL;
    cr_assert_eq(open_count, 0);
    cr_assert_eq(closed_count, 1);
    cr_assert_eq(closed_code, WS_LOST);
    open_count = 1; /* for stop() */
    stop();
}

Test(ws_server, knows_who_wants_msgpack)
{
    start();
    cr_assert_not(ws_wants_msgpack(opened));
    stop();
    start_with((struct ws_options){0});
    shake_hands("Content-Type: application/msgpack\r\nSec-WebSocket-Extensions: "
                "permessage-deflate\r\n");
    cr_assert(ws_wants_msgpack(opened));
    stop();
}

Test(ws_server, only_so_many_sockets)
{
    start_with((struct ws_options){.sockets_max = 1});
    shake_hands("");
    static struct peer second;
    peer_connect(&second, loop, http_server_port(http));
    (void)peer_ask(&second, "GET / HTTP/1.1\r\n" UPGRADE "\r\n");
    cr_assert_eq(peer_status(&second), 503);
    peer_close(&second);
    stop();
}

/* A client that does not read: what the kernel takes, then the queue, then WS_SLOW; and when it
 * reads again, everything comes whole and in order. */
Test(ws_server, a_slow_client_is_told_of, .timeout = 60)
{
    static char bytes[10000];
    start();
    unsigned sent = 0;
    memset(bytes, 'b', sizeof bytes);
    struct ws_buffer *shared = ws_buffer_create(WS_BINARY, bytes, sizeof bytes);
    for (; sent < 100000; sent += 2) {
        if (ws_send_buffer(opened, shared) != WS_SENT) {
            break;
        }
        if (ws_send(opened, WS_BINARY, bytes, sizeof bytes) != WS_SENT) {
            sent++;
            break;
        }
    }
    cr_assert_lt(sent, 100000);
    cr_assert(ws_queued(opened) > (1 << 20) - 11000 && ws_queued(opened) <= 1 << 20);
    ws_buffer_release(shared);
    for (unsigned i = 0; i < sent; i++) {
        expect_frame(0x82, bytes, sizeof bytes);
    }
    cr_assert_eq(ws_queued(opened), 0);
    say_frame(0x81, "still here", 10);
    expect_frame(0x81, "still here", 10);
    stop();
}

Test(ws_server, a_slow_client_can_be_cut)
{
    static char bytes[10000];
    start_with((struct ws_options){.cut_slow = true, .queue_max = 100000});
    shake_hands("");
    struct ws_socket *socket = opened;
    while (ws_send(socket, WS_BINARY, bytes, sizeof bytes) == WS_SENT) {
    }
    cr_assert_eq(ws_send(socket, WS_BINARY, bytes, sizeof bytes), WS_CLOSED);
    wait_closed(WS_POLICY);
    stop();
}

/* One message for many: one memory, counted. */
Test(ws_server, one_buffer_serves_many_sockets)
{
    enum { MANY = 20 };
    static struct peer peers[MANY];
    static struct ws_socket *sockets[MANY];
    start_with((struct ws_options){0});
    for (int i = 0; i < MANY; i++) {
        opened = NULL;
        peer_close(&peer);
        peer_connect(&peer, loop, http_server_port(http));
        shake_hands("");
        peers[i] = peer;
        peer.fd = dup(peer.fd);
        sockets[i] = opened;
    }
    struct ws_buffer *buffer = ws_buffer_create(WS_TEXT, "tick", 4);
    for (int i = 0; i < MANY; i++) {
        cr_assert_eq(ws_send_buffer(sockets[i], buffer), WS_SENT);
    }
    ws_buffer_release(buffer);
    for (int i = 0; i < MANY; i++) {
        peer_wait_bytes(&peers[i], 6);
        cr_assert_eq(memcmp(peers[i].got, "\x81\x04tick", 6), 0);
        cr_assert_eq(close(peers[i].fd), 0);
    }
    stop();
}

Test(ws_server, a_silent_client_is_pinged_and_then_cut, .timeout = 30)
{
    start_with((struct ws_options){.ping_ns = NS_PER_S / 2});
    shake_hands("");
    expect_frame(0x89, "", 0);
    wait_closed(WS_LOST);
    stop();
}

Test(ws_server, the_server_goes_first)
{
    start();
    ws_server_destroy(server);
    loop_turn(loop, false);
    server = NULL;
    peer_wait_end(&peer);
    wait_closed(WS_GOING_AWAY);
    stop();
}
