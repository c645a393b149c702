/* script_test.h: a server for tests of clients that does only what it is told: accepts, collects,
 * says bytes, closes or resets; while the loop of the client turns in the same thread. Nothing
 * waits longer than five seconds. */
#ifndef NET_SCRIPT_TEST_H
#define NET_SCRIPT_TEST_H

#include "net/net_test.h"

struct script {
    struct loop *loop;
    int listener;
    uint16_t port;
    int fd;            /* the connection accepted last; -1: none */
    int connections;   /* accepted so far */
    char got[1 << 18]; /* what came on that connection */
    size_t length;
    bool ended;
};

static inline void script_listen(struct script *script, struct loop *loop, int backlog)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    script->loop = loop;
    script->fd = -1;
    script->connections = 0;
    script->length = 0;
    script->got[0] = '\0';
    script->ended = false;
    script->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    cr_assert(script->listener >= 0);
    cr_assert_eq(bind(script->listener, (struct sockaddr *)&place, sizeof place), 0);
    cr_assert_eq(listen(script->listener, backlog), 0);
    cr_assert_eq(getsockname(script->listener, (struct sockaddr *)&place, &size), 0);
    script->port = ntohs(place.sin_port);
}

static inline void script_close(struct script *script, bool reset)
{
    if (script->fd >= 0) {
        struct linger none = {.l_onoff = 1};
        if (reset) {
            cr_assert_eq(setsockopt(script->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
        }
        cr_assert_eq(close(script->fd), 0);
        script->fd = -1;
    }
}

static inline void script_finish(struct script *script)
{
    script_close(script, false);
    cr_assert_eq(close(script->listener), 0);
}

/* Both sides go on for a moment; a new connection takes the place of the one before. */
static inline void script_turn(struct script *script)
{
    loop_turn(script->loop, false);
    int fd = accept4(script->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        script_close(script, false);
        script->fd = fd;
        script->connections++;
        script->length = 0;
        script->ended = false;
    }
    struct pollfd ready = {.fd = script->fd >= 0 && !script->ended ? script->fd : -1,
                           .events = POLLIN};
    if (poll(&ready, 1, 1) > 0) {
        size_t room = sizeof script->got - script->length - 1;
        ssize_t got = recv(script->fd, script->got + script->length, room, MSG_DONTWAIT);
        script->length += got > 0 ? (size_t)got : 0;
        script->ended = got == 0 || (got < 0 && errno != EAGAIN);
    }
    script->got[script->length] = '\0';
}

/* Until `text` has come on the connection accepted last. */
static inline void script_wait(struct script *script, const char *text)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while ((script->fd < 0 || strstr(script->got, text) == NULL) && clock_mono_ns() < end_ns) {
        script_turn(script);
    }
    cr_assert_not_null(strstr(script->got, text), "%s: %s", text, script->got);
}

static inline void script_say_bytes(struct script *script, const void *bytes, size_t length)
{
    const char *at = bytes;
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (length > 0) {
        ssize_t sent = send(script->fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            at += sent;
            length -= (size_t)sent;
        } else if (errno != EAGAIN) {
            return; /* the client has had enough: what it makes of it is asked next */
        }
        cr_assert(clock_mono_ns() < end_ns, "the client takes nothing");
        loop_turn(script->loop, false);
    }
}

static inline void script_say(struct script *script, const char *text)
{
    script_say_bytes(script, text, strlen(text));
}

static inline void script_forget(struct script *script)
{
    script->length = 0;
    script->got[0] = '\0';
}

#endif
