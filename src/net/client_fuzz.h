/* client_fuzz.h: a server for fuzz targets of clients: takes a connection over loopback, and what
 * it says are the fuzzer's bytes. */
#ifndef NET_CLIENT_FUZZ_H
#define NET_CLIENT_FUZZ_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "net/loop.h"

struct fuzz_server {
    int listener;
    uint16_t port;
    int fd;
    char asked[8192];
    size_t length;
};

static inline void fuzz_listen(struct fuzz_server *server)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    server->fd = -1;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK(server->listener >= 0);
    CHECK(bind(server->listener, (struct sockaddr *)&place, sizeof place) == 0);
    CHECK(listen(server->listener, 8) == 0);
    CHECK(getsockname(server->listener, (struct sockaddr *)&place, &size) == 0);
    server->port = ntohs(place.sin_port);
}

/* Until the head of a request is there, or the loop has turned often enough. */
static inline bool fuzz_asked(struct fuzz_server *server, struct loop *loop)
{
    server->length = 0;
    server->asked[0] = '\0';
    for (int turn = 0; turn < 1000 && strstr(server->asked, "\r\n\r\n") == NULL; turn++) {
        loop_turn(loop, false);
        if (server->fd < 0) {
            server->fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
            continue;
        }
        ssize_t got = recv(server->fd, server->asked + server->length,
                           sizeof server->asked - server->length - 1, MSG_DONTWAIT);
        server->length += got > 0 ? (size_t)got : 0;
        server->asked[server->length] = '\0';
    }
    return strstr(server->asked, "\r\n\r\n") != NULL;
}

static inline void fuzz_say(struct fuzz_server *server, const void *bytes, size_t length)
{
    (void)send(server->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT); /* all, or it is gone */
}

/* Nothing more comes; what the client still says is read, so that it is not reset. */
static inline void fuzz_end(struct fuzz_server *server)
{
    if (server->fd >= 0) {
        (void)shutdown(server->fd, SHUT_WR); /* the client may be gone */
    }
}

static inline void fuzz_close(struct fuzz_server *server)
{
    struct linger none = {.l_onoff = 1}; /* no port is kept waiting */
    if (server->fd >= 0) {
        CHECK(setsockopt(server->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0);
        CHECK(close(server->fd) == 0);
        server->fd = -1;
    }
}

#endif
