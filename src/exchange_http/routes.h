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
    BUDGET_COUNT,
};

struct route {
    const char *method; /* "GET" */
    const char *pattern;
    call_handler *handle;
    enum route_budget budget;
};

struct route_table {
    const struct route *rows;
    uint32_t count;
};

/* What is served, by the files that do it. */
extern const struct route_table trading_routes; /* orders, positions, the account */
extern const struct route_table account_routes; /* what lies around them */
extern const struct route_table data_routes;    /* market data */

extern const struct route_table admin_routes; /* the operator's, on a port of their own */

/* Which tables a port serves: a list that NULL ends. */
extern const struct route_table *const alpaca_face[];
extern const struct route_table *const admin_face[];

/* The `index`th route of a face; NULL behind the last one. */
const struct route *route_at(const struct route_table *const *face, uint32_t index);

/* The route of a request; fills the call's arguments, which then point into `path`, a copy that is
 * cut up for it. NULL: none; `*other_method`: the path is served, but not so. */
const struct route *route_find(const struct route_table *const *face, const char *method,
                               char *path, struct call *call, bool *other_method);

#endif
