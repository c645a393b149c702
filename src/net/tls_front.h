/* tls_front.h: TLS in front of a plain port of this machine, in the same loop.
 *
 * It listens on a port of its own, speaks TLS 1.2 or newer there and passes the bytes on to
 * 127.0.0.1, unread: whoever serves the plain port knows nothing of it. Each side is read only as
 * fast as the other takes it; a reset behind becomes a reset in front. */
#ifndef NET_TLS_FRONT_H
#define NET_TLS_FRONT_H

#include <stdint.h>

#include "net/loop.h"
#include "sys/problem.h"

struct tls_front;

struct tls_options {
    const char *address; /* NULL: 127.0.0.1 */
    uint16_t port;       /* 0: any that is free */
    uint16_t plain_port; /* where the bytes go */
    /* PEM files, the chain with our own certificate first. Both NULL: one is made, signed by
     * itself, for localhost, 127.0.0.1 and ::1, and lives in memory only. */
    const char *certificate_file;
    const char *key_file;
    int64_t handshake_ns; /* 0: 10 s; also what a client gets for its end after ours */
    unsigned links_max;   /* 0: 1024; more are not accepted but closed */
};

/* ERR_BUSY: the port is taken. ERR_USAGE: the files are no certificate and its key. */
enum err tls_front_create(struct loop *loop, const struct tls_options *options,
                          struct tls_front **out, struct problem *problem);

/* Ends all connections; the memory goes in the loop's next turns. */
void tls_front_destroy(struct tls_front *front);

uint16_t tls_front_port(const struct tls_front *front);

/* The certificate as PEM, for clients that shall trust it. */
const char *tls_front_certificate(const struct tls_front *front);

#endif
