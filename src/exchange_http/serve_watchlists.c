/* serve_watchlists.c: an account's watchlists by id, or by ?name= where the path has none.
 *
 * A request is judged whole before anything changes: names first, then every symbol. */
#include <string.h>

#include "exchange_http/routes_account.h"
#include "exchange_http/shapes.h"
#include "venue/watchlists.h"

/* ---- shapes ---- */

static void list_id(const struct account *account, const struct watchlist *list,
                    char text[UUID_TEXT_SIZE])
{
    uuid_write(account->seed, UUID_WATCHLIST, list->number, text);
}

static void shape(struct call *call, const struct watchlist *list, bool with_assets)
{
    struct json_writer *json = call->json;
    char id[UUID_TEXT_SIZE];
    list_id(call->account, list, id);
    json_begin_object(json);
    json_member_string(json, "id", id);
    json_member_string(json, "account_id", call->account->id);
    json_member_time(json, "created_at", list->created_ns);
    json_member_time(json, "updated_at", list->updated_ns);
    json_member_string(json, "name", list->name);
    if (with_assets) {
        json_key(json, "assets");
        json_begin_array(json);
        for (uint32_t i = 0; i < list->count; i++) {
            shape_asset(json, call->venue, list->instruments[i]);
        }
        json_end_array(json);
    }
    json_end_object(json);
}

/* ---- what is asked for ---- */

/* The list of the path's id, or of the query's name; NULL with the refusal sent. */
static struct watchlist *find(struct call *call)
{
    const struct account *account = call->account;
    const char *id = call->arguments[0];
    struct watchlist *list = NULL;
    uint64_t number;
    if (id == NULL) {
        const char *name = call_query(call, "name");
        if (name == NULL || *name == '\0') {
            call_fail(call, 422, CODE_BAD_VALUE, "name is required");
            return NULL;
        }
        list = watchlists_named(account->watchlists, name);
    } else if (!uuid_is(id, strlen(id))) {
        call_fail(call, 422, CODE_BAD_VALUE, "watchlist_id is missing");
        return NULL;
    } else if (uuid_read(account->seed, UUID_WATCHLIST, id, strlen(id), &number)) {
        list = watchlists_find(account->watchlists, number);
    }
    if (list == NULL) {
        call_fail(call, 404, CODE_NOT_FOUND, "watchlist not found");
    }
    return list;
}

/* Null and absent are the same. */
static const struct node *member(const struct call *call, const char *key)
{
    const struct node *node = node_member(call->body, key);
    return node == NULL || node->kind == NODE_NULL ? NULL : node;
}

static bool has_object(struct call *call)
{
    if (call->body == NULL || call->body->kind != NODE_OBJECT) {
        call_fail(call, 400, CODE_BAD_REQUEST, "request body format is invalid");
        return false;
    }
    return true;
}

/* A name that is well-formed and not another list's. */
static bool name_is_free(struct call *call, const struct node *node, const struct watchlist *own)
{
    const char *name = node_text(node);
    if (name == NULL || *name == '\0') {
        call_fail(call, 422, CODE_BAD_VALUE, "watchlist name is required");
        return false;
    }
    if (!watchlist_name_fits(name)) {
        call_fail(call, 422, CODE_BAD_VALUE, "watchlist name must be no more than %d characters",
                  WATCHLIST_NAME_MAX);
        return false;
    }
    const struct watchlist *other = watchlists_named(call->account->watchlists, name);
    if (other != NULL && other != own) {
        call_fail(call, 422, CODE_BAD_VALUE, "watchlist name must be unique");
        return false;
    }
    return true;
}

static bool find_asset(struct call *call, const struct node *node, uint32_t *instrument)
{
    const char *symbol = node_text(node);
    if (symbol == NULL || *symbol == '\0') {
        call_fail(call, 422, CODE_BAD_VALUE, "symbol is required");
        return false;
    }
    if (!asset_find(&call->venue->market, symbol, instrument)) {
        call_fail(call, 422, CODE_BAD_VALUE, "asset not found: %s", symbol);
        return false;
    }
    return true;
}

/* All symbols are known; an element may be null, which is none. */
static bool symbols_are_known(struct call *call, const struct node *symbols)
{
    if (symbols != NULL && symbols->kind != NODE_ARRAY) {
        call_fail(call, 400, CODE_BAD_REQUEST, "request body format is invalid");
        return false;
    }
    uint32_t unused;
    for (const struct node *at = node_first(symbols); at != NULL; at = node_next(symbols, at)) {
        if (at->kind != NODE_NULL && !find_asset(call, at, &unused)) {
            return false;
        }
    }
    return true;
}

static void put_symbols(struct call *call, struct watchlist *list, const struct node *symbols)
{
    watchlist_clear(list);
    for (const struct node *at = node_first(symbols); at != NULL; at = node_next(symbols, at)) {
        uint32_t instrument;
        if (at->kind != NODE_NULL && find_asset(call, at, &instrument)) {
            (void)watchlist_add(list, instrument); /* named twice: once is enough */
        }
    }
}

/* ---- the routes ---- */

void serve_watchlists(struct call *call)
{
    const struct watchlist *list;
    json_begin_array(call->json);
    for (uint32_t i = 0; (list = watchlists_at(call->account->watchlists, i)) != NULL; i++) {
        shape(call, list, false);
    }
    json_end_array(call->json);
}

void serve_watchlist_create(struct call *call)
{
    struct account *account = call->account;
    if (!has_object(call) || !name_is_free(call, member(call, "name"), NULL) ||
        !symbols_are_known(call, member(call, "symbols"))) {
        return;
    }
    if (account->watchlists == NULL) {
        account->watchlists = watchlists_create();
    }
    struct watchlist *list =
        watchlists_add(account->watchlists, node_text(member(call, "name")), call->venue->now_ns);
    if (list == NULL) {
        call_fail(call, 422, CODE_UNACCEPTABLE, "too many watchlists (limit: %d)", WATCHLISTS_MAX);
        return;
    }
    put_symbols(call, list, member(call, "symbols"));
    shape(call, list, true);
}

void serve_watchlist(struct call *call)
{
    const struct watchlist *list = find(call);
    if (list != NULL) {
        shape(call, list, true);
    }
}

void serve_watchlist_update(struct call *call)
{
    struct watchlist *list = find(call);
    if (list == NULL || !has_object(call)) {
        return;
    }
    const struct node *name = member(call, "name");
    const struct node *symbols = member(call, "symbols");
    if (name == NULL && symbols == NULL) {
        call_fail(call, 422, CODE_BAD_VALUE, "name or symbols is required");
        return;
    }
    if ((name != NULL && !name_is_free(call, name, list)) || !symbols_are_known(call, symbols)) {
        return;
    }
    if (name != NULL) {
        watchlist_rename(list, node_text(name));
    }
    if (symbols != NULL) {
        put_symbols(call, list, symbols);
    }
    list->updated_ns = call->venue->now_ns;
    shape(call, list, true);
}

void serve_watchlist_add(struct call *call)
{
    struct watchlist *list = find(call);
    uint32_t instrument;
    if (list == NULL || !has_object(call) ||
        !find_asset(call, member(call, "symbol"), &instrument)) {
        return;
    }
    if (!watchlist_add(list, instrument)) {
        call_fail(call, 422, CODE_BAD_VALUE, "duplicate symbol");
        return;
    }
    list->updated_ns = call->venue->now_ns;
    shape(call, list, true);
}

void serve_watchlist_delete(struct call *call)
{
    const struct watchlist *list = find(call);
    if (list != NULL) {
        watchlists_remove(call->account->watchlists, list->number);
        call->status = 204;
        call->empty = true;
    }
}

void serve_watchlist_remove(struct call *call)
{
    struct watchlist *list = find(call);
    if (list == NULL) {
        return;
    }
    uint32_t instrument;
    if (!asset_find(&call->venue->market, call->arguments[1], &instrument) ||
        !watchlist_remove(list, instrument)) {
        call_fail(call, 404, CODE_NOT_FOUND, "symbol not found: %s", call->arguments[1]);
        return;
    }
    list->updated_ns = call->venue->now_ns;
    shape(call, list, true);
}
