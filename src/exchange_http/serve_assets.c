/* serve_assets.c: what can be traded. Every instrument of the data is a stock; option contracts are
 * not served yet, and their lists are empty. */
#include <stdlib.h>
#include <string.h>

#include "exchange_http/listings.h"
#include "exchange_http/name_list.h"
#include "exchange_http/routes_account.h"
#include "exchange_http/shapes.h"
#include "sys/memory.h"

/* ---- stocks ---- */

static bool one_of(struct call *call, const char *name, const char *allowed, const char **value)
{
    *value = call_query(call, name);
    if (*value == NULL || **value == '\0' || name_list_has(allowed, *value)) {
        return true;
    }
    call_fail(call, 422, CODE_BAD_VALUE, "invalid %s: %s", name, *value);
    return false;
}

/* `value` was not given, or is the one that fits. */
static bool fits(const char *value, const char *wanted)
{
    return value == NULL || *value == '\0' || strcmp(value, wanted) == 0;
}

/* By exchange, then by symbol. */
static int compare_listings(const void *a, const void *b, void *context)
{
    const struct instrument *instruments = context;
    const char *x = instruments[*(const uint32_t *)a].symbol;
    const char *y = instruments[*(const uint32_t *)b].symbol;
    int order = strcmp(listing_exchange(x), listing_exchange(y));
    return order != 0 ? order : strcmp(x, y);
}

static void write_assets(struct call *call, const char *exchange, const char *status)
{
    const struct market *market = &call->venue->market;
    const struct bars *data = market->data;
    uint32_t *order = xcalloc(data->instrument_count, sizeof *order);
    for (uint32_t i = 0; i < data->instrument_count; i++) {
        order[i] = i;
    }
    qsort_r(order, data->instrument_count, sizeof *order, compare_listings,
            (void *)(uintptr_t)data->instruments);
    for (uint32_t i = 0; i < data->instrument_count; i++) {
        const char *own = market_asset(market, order[i]).inactive ? "inactive" : "active";
        if (fits(exchange, listing_exchange(data->instruments[order[i]].symbol)) &&
            (fits(status, own) || fits(status, "all"))) {
            shape_asset(call->json, call->venue, order[i]);
        }
    }
    free(order);
}

void serve_assets(struct call *call)
{
    const char *status;
    const char *class;
    const char *exchange;
    if (!one_of(call, "status", "active,inactive,all", &status) ||
        !one_of(call, "asset_class", "us_equity,us_option,crypto,crypto_perp,treasury,corporate",
                &class) ||
        !one_of(call, "exchange", "AMEX,ARCA,BATS,NYSE,NASDAQ,NYSEARCA,OTC,CRYPTO", &exchange)) {
        return;
    }
    const char *attributes = call_query(call, "attributes"); /* no asset has any */
    json_begin_array(call->json);
    if (fits(class, "us_equity") && fits(attributes, "")) {
        write_assets(call, exchange, status);
    }
    json_end_array(call->json);
}

void serve_asset(struct call *call)
{
    uint32_t instrument;
    if (!asset_find(&call->venue->market, call->arguments[0], &instrument)) {
        call_fail(call, 404, CODE_NOT_FOUND, "asset not found for %s", call->arguments[0]);
        return;
    }
    shape_asset(call->json, call->venue, instrument);
}

/* ---- option contracts ---- */

enum { CONTRACTS_LIMIT = 100, CONTRACTS_LIMIT_MAX = 10000 };

void serve_contracts(struct call *call)
{
    int64_t limit;
    const char *unused;
    if (!call_query_int(call, "limit", 1, CONTRACTS_LIMIT_MAX, CONTRACTS_LIMIT, &limit) ||
        !one_of(call, "status", "active,inactive", &unused) ||
        !one_of(call, "type", "call,put", &unused) ||
        !one_of(call, "style", "american,european", &unused)) {
        return;
    }
    json_begin_object(call->json);
    json_key(call->json, "option_contracts");
    json_begin_array(call->json);
    json_end_array(call->json);
    json_key(call->json, "next_page_token");
    json_null(call->json);
    json_end_object(call->json);
}

void serve_contract(struct call *call)
{
    call_fail(call, 404, CODE_NOT_FOUND, "option contract %s not found", call->arguments[0]);
}
