/* served_exchange.c: see served_exchange.h. */
#include "cmd/served_exchange.h"

#include <stdlib.h>

#include "exchange_http/server.h"
#include "sys/memory.h"

struct served_exchange {
    struct server *server;
};

enum err served_exchange_open(struct loop *loop, const struct bars *bars, enum calendar_id calendar,
                              const struct exchange_plan *exchange, struct served_exchange **out,
                              struct problem *problem)
{
    struct server_plan plan = {
        .address = "127.0.0.1",
        .venue = {.data = bars,
                  .start_ns = bars->records[0].src_ns,
                  .calendar = calendar,
                  .accounts_max = 1,
                  .accounts_open_themselves = true,
                  .exchange = *exchange}
    };
    struct server *server = NULL;
    enum err err = server_create(loop, &plan, &server, problem);
    if (err == ERR_OK) {
        *out = xcalloc(1, sizeof **out);
        (*out)->server = server;
    }
    return err;
}

void served_exchange_close(struct served_exchange *served)
{
    if (served != NULL) {
        server_destroy(served->server);
        free(served);
    }
}

uint16_t served_exchange_port(const struct served_exchange *served)
{
    return server_port(served->server);
}

uint16_t served_exchange_admin_port(const struct served_exchange *served)
{
    return server_admin_port(served->server);
}
