/* net_fuzz.h: a client for fuzz targets of servers: bytes in over loopback, whatever comes back is
 * read to nowhere. */
#ifndef NET_NET_FUZZ_H
#define NET_NET_FUZZ_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "net/loop.h"

static inline void fuzz_read_off(int fd)
{
    char bytes[4096];
    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
}

/* Connects, sends, lets the server have its turns, and resets. */
static inline void fuzz_connection(struct loop *loop, uint16_t port, const void *const parts[2],
                                   const size_t lengths[2])
{
    struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    if (connect(fd, (struct sockaddr *)&place, sizeof place) != 0) {
        CHECK(errno == EINTR); /* the fuzzer's own alarm */
        CHECK(close(fd) == 0);
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (lengths[i] > 0) {
            (void)send(fd, parts[i], lengths[i], MSG_NOSIGNAL | MSG_DONTWAIT); /* all, or refused */
        }
        for (int turn = 0; turn < 4; turn++) {
            loop_turn(loop, false);
        }
        fuzz_read_off(fd);
    }
    struct linger none = {.l_onoff = 1}; /* no port is kept waiting */
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0);
    CHECK(close(fd) == 0);
    for (int turn = 0; turn < 3; turn++) {
        loop_turn(loop, false);
    }
}

#endif
