/* server.h: the served exchange with its network: Alpaca's face, the operator's, and the streams,
 * in one loop. */
#ifndef EXCHANGE_HTTP_SERVER_H
#define EXCHANGE_HTTP_SERVER_H

#include <stdint.h>

#include "net/loop.h"
#include "sys/problem.h"
#include "venue/venue.h"

struct server_plan {
    struct venue_plan venue;
    const char *address; /* loopback */
    uint16_t port;       /* 0: any that is free; here and below */
    uint16_t admin_port;
    bool tls;
    uint16_t tls_port;
    uint32_t trading_per_minute; /* requests of an account; 0: any number */
    uint32_t data_per_minute;
    int64_t speed_e9; /* market seconds per second; 0: time moves by the admin face alone */
};

struct server;

/* ERR_BUSY when a port is taken. The caller ends it with server_destroy(). */
enum err server_create(struct loop *loop, const struct server_plan *plan, struct server **out,
                       struct problem *problem);
void server_destroy(struct server *server);

/* Where it listens; 0: not at all. */
uint16_t server_port(const struct server *server);
uint16_t server_admin_port(const struct server *server);
uint16_t server_tls_port(const struct server *server);

/* For who drives it from within the process, with speed 0: lets the market's time pass to `to_ns`
 * or to when the market has something next, whichever is earlier. Whatever came of it has been
 * written to the sockets when this returns. POST /advance {"until": TIME} does the same. */
void server_advance_until(struct server *server, int64_t to_ns);

/* When the market has something next; VENUE_NEVER at the end of the data. */
int64_t server_next_ns(const struct server *server);

const struct venue *server_venue(const struct server *server);

#endif
