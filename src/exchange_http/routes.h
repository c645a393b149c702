/* routes.h: which method and path leads to which handler: everything that is served, in one table.
 *
 * A pattern's {} stands for one part of a path. Where two patterns fit, the one whose parts are
 * written out wins: /v2/stocks/bars before /v2/stocks/{}. */
#ifndef EXCHANGE_HTTP_ROUTES_H
#define EXCHANGE_HTTP_ROUTES_H

#include "exchange_http/call.h"

enum route_budget {
    BUDGET_TRADING, /* counts towards the account's requests a minute */
    BUDGET_DATA,    /* counts towards its requests for market data */
};

struct route {
    const char *method; /* "GET" */
    const char *pattern;
    call_handler *handle;
    enum route_budget budget;
};

extern const struct route routes[];
extern const uint32_t route_count;

/* The route of a request; fills the call's arguments, which then point into `path`, a copy that is
 * cut up for it. NULL: none; `*other_method`: the path is served, but not so. */
const struct route *route_find(const char *method, char *path, struct call *call,
                               bool *other_method);

#endif
