/* net_test.h: a peer on loopback for tests: it sends bytes and collects what comes back, while the
 * loop turns in the same thread. Nothing waits longer than five seconds. */
#ifndef NET_NET_TEST_H
#define NET_NET_TEST_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utc.h"
#include "net/loop.h"
#include "sys/clock.h"

struct peer {
    struct loop *loop;
    int fd;
    char got[1 << 20];
    size_t length;
    bool ended; /* the server has closed */
    bool reset;
};

static const int64_t patience_ns = 5 * NS_PER_S;

static inline void peer_connect(struct peer *peer, struct loop *loop, uint16_t port)
{
    struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    peer->loop = loop;
    peer->length = 0;
    peer->ended = false;
    peer->reset = false;
    peer->got[0] = '\0';
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(peer->fd >= 0);
    cr_assert_eq(connect(peer->fd, (struct sockaddr *)&place, sizeof place), 0);
}

static inline void peer_close(struct peer *peer)
{
    cr_assert_eq(close(peer->fd), 0);
    peer->fd = -1;
    for (int i = 0; i < 5; i++) {
        loop_turn(peer->loop, false);
    }
}

static inline void peer_send(struct peer *peer, const void *bytes, size_t length)
{
    const char *at = bytes;
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (length > 0) {
        ssize_t sent = send(peer->fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            at += sent;
            length -= (size_t)sent;
        } else if (errno != EAGAIN) {
            return; /* the server has had enough: what it answers is asked next */
        }
        cr_assert(clock_mono_ns() < end_ns, "the server takes nothing");
        loop_turn(peer->loop, false);
    }
}

static inline void peer_say(struct peer *peer, const char *text)
{
    peer_send(peer, text, strlen(text));
}

/* Lets both sides go on for a moment; what comes is collected. */
static inline void peer_turn(struct peer *peer)
{
    loop_turn(peer->loop, false);
    struct pollfd ready = {.fd = peer->fd, .events = POLLIN};
    if (peer->ended || poll(&ready, 1, 1) <= 0) {
        return;
    }
    ssize_t got =
        recv(peer->fd, peer->got + peer->length, sizeof peer->got - peer->length - 1, MSG_DONTWAIT);
    if (got > 0) {
        peer->length += (size_t)got;
        peer->got[peer->length] = '\0';
    } else if (got == 0 || errno != EAGAIN) {
        peer->ended = true;
        peer->reset = got < 0 && errno == ECONNRESET;
    }
}

static inline void peer_wait_bytes(struct peer *peer, size_t length)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (peer->length < length && !peer->ended && clock_mono_ns() < end_ns) {
        peer_turn(peer);
    }
    cr_assert(peer->length >= length, "%zu of %zu bytes: %s", peer->length, length, peer->got);
}

static inline void peer_wait_end(struct peer *peer)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (!peer->ended && clock_mono_ns() < end_ns) {
        peer_turn(peer);
    }
    cr_assert(peer->ended, "the connection does not end: %s", peer->got);
}

/* Waits for an answer with a length, and forgets the ones before; returns its body. */
static inline const char *peer_wait_answer(struct peer *peer)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (clock_mono_ns() < end_ns) {
        const char *body = strstr(peer->got, "\r\n\r\n");
        const char *length = strcasestr(peer->got, "\r\nContent-Length: ");
        size_t wanted = length == NULL ? 0 : strtoull(length + 18, NULL, 10);
        if (body != NULL && (size_t)(peer->got + peer->length - body) >= wanted + 4) {
            return body + 4;
        }
        cr_assert_not(peer->ended, "it ended early: %s", peer->got);
        peer_turn(peer);
    }
    cr_assert_fail("no answer: %s", peer->got);
    return "";
}

static inline const char *peer_ask(struct peer *peer, const char *request)
{
    peer->length = 0;
    peer->got[0] = '\0';
    peer_say(peer, request);
    return peer_wait_answer(peer);
}

/* 200 for "HTTP/1.1 200 OK". */
static inline int peer_status(const struct peer *peer)
{
    return strncmp(peer->got, "HTTP/1.1 ", 9) == 0 ? (int)strtol(peer->got + 9, NULL, 10) : 0;
}

#endif
