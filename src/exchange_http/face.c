#include "exchange_http/face.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/json.h"
#include "sys/base64.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { PATH_SIZE = 1024 };

void face_init(struct face *face, struct venue *venue, struct pace *pace,
               const struct route_table *const *routes, bool keys)
{
    *face = (struct face){.venue = venue, .pace = pace, .routes = routes, .keys = keys};
    tree_init(&face->body);
    if (keys) {
        face->limits = xcalloc(venue->plan.accounts_max, sizeof *face->limits);
        face_limit(face, RATE_TRADING_PER_MINUTE, RATE_DATA_PER_MINUTE);
    }
}

void face_finish(struct face *face)
{
    tree_finish(&face->body);
    free(face->limits);
}

void face_limit(struct face *face, uint32_t trading, uint32_t data)
{
    for (uint32_t i = 0; i < face->venue->plan.accounts_max; i++) {
        face->limits[i][BUDGET_TRADING] = (struct rate_limit){.per_minute = trading};
        face->limits[i][BUDGET_DATA] = (struct rate_limit){.per_minute = data};
    }
}

/* ---- who asks ---- */

/* "Basic base64(id:secret)", cut in two in `text`. */
static bool basic_pair(const char *header, char *text, size_t size, const char **key,
                       const char **secret)
{
    static const char scheme[] = "Basic ";
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0 ||
        !base64_decode_text(header + sizeof scheme - 1, text, size)) {
        return false;
    }
    char *colon = strchr(text, ':');
    if (colon == NULL) {
        return false;
    }
    *colon = '\0';
    *key = text;
    *secret = colon + 1;
    return true;
}

struct account *face_account(struct face *face, const struct http_request *request,
                             struct refusal *refusal)
{
    char text[2 * KEY_SIZE];
    const char *key = http_header(request, "APCA-API-KEY-ID");
    const char *secret = http_header(request, "APCA-API-SECRET-KEY");
    if ((key == NULL || secret == NULL) &&
        !basic_pair(http_header(request, "Authorization"), text, sizeof text, &key, &secret)) {
        (void)refuse(refusal, 401, CODE_UNAUTHORIZED, "unauthorized.");
        return NULL;
    }
    return venue_account(face->venue, key, secret, refusal);
}

/* ---- what is asked ---- */

static bool has_body(const struct http_request *request)
{
    return request->body_length > 0 &&
           (request->method == HTTP_POST || request->method == HTTP_PUT ||
            request->method == HTTP_PATCH || request->method == HTTP_DELETE);
}

/* The body as a tree; an empty one is none. */
static bool read_body(struct face *face, const struct http_request *request, struct call *call)
{
    if (!has_body(request)) {
        return true;
    }
    if (json_parse(&face->body, request->body, request->body_length) != ERR_OK) {
        call_fail(call, 400, CODE_BAD_REQUEST, "request body format is invalid: %s at byte %zu",
                  face->body.fault, face->body.fault_at);
        return false;
    }
    call->body = tree_root(&face->body);
    return true;
}

/* A page in a browser may send a form or plain text here without asking; it may not send JSON. */
static bool comes_from_a_program(const struct http_request *request)
{
    const char *type = http_header(request, "Content-Type");
    return request->method == HTTP_GET ||
           (type != NULL && strncasecmp(type, "application/json", 16) == 0);
}

static void tell_number(struct http_reply *reply, const char *name, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    http_reply_header(reply, name, text);
}

/* Counts the request towards its account's budget and says how that stands. */
static bool is_within_limits(struct face *face, const struct route *route, struct call *call,
                             struct http_reply *reply)
{
    struct rate_standing standing;
    struct refusal refusal = {0};
    if (face->limits == NULL) {
        return true;
    }
    bool within = rate_limit_take(&face->limits[call->account->index][route->budget],
                                  clock_utc_ns(), &standing);
    if (standing.limit != 0) {
        tell_number(reply, "X-RateLimit-Limit", standing.limit);
        tell_number(reply, "X-RateLimit-Remaining", standing.remaining);
        tell_number(reply, "X-RateLimit-Reset", standing.reset_s);
    }
    if (!within) {
        (void)rate_limit_refuse(&refusal);
        call_refuse(call, &refusal);
    }
    return within;
}

static void run(struct face *face, const struct http_request *request, struct call *call,
                struct http_reply *reply)
{
    char path[PATH_SIZE];
    bool other_method;
    if (strlen(request->url.path) >= sizeof path) {
        call_fail(call, 414, CODE_BAD_REQUEST, "the path is too long");
        return;
    }
    (void)snprintf(path, sizeof path, "%s", request->url.path);
    const struct route *route =
        route_find(face->routes, request->method_text, path, call, &other_method);
    if (route == NULL) {
        call_fail(call, other_method ? 405 : 404,
                  other_method ? CODE_NO_SUCH_METHOD : CODE_NOT_FOUND,
                  other_method ? "method not allowed" : "endpoint not found.");
        return;
    }
    struct refusal refusal = {0};
    if (face->keys && (call->account = face_account(face, request, &refusal)) == NULL) {
        call_refuse(call, &refusal);
        return;
    }
    if (!face->keys && !comes_from_a_program(request)) {
        call_fail(call, 415, CODE_BAD_REQUEST, "send application/json");
        return;
    }
    if (is_within_limits(face, route, call, reply) && read_body(face, request, call)) {
        route->handle(call);
    }
}

void face_serve(struct face *face, const struct http_request *request, struct http_reply *reply)
{
    char id[UUID_TEXT_SIZE];
    uuid_write(face->venue->plan.seed, UUID_REQUEST, face->requests++ & UINT32_MAX, id);
    http_reply_header(reply, "X-Request-ID", id);
    struct query_item query[URL_PARAMETERS_MAX];
    for (size_t i = 0; i < request->url.parameter_count; i++) {
        query[i] =
            (struct query_item){request->url.parameters[i].name, request->url.parameters[i].value};
    }
    struct call call = {
        .venue = face->venue,
        .pace = face->pace,
        .query = query,
        .query_count = (uint32_t)request->url.parameter_count,
        .status = 200,
        .last_event_id = http_header(request, "Last-Event-Id"),
        .without_newest = face->without_newest,
        .json = reply->json,
    };
    run(face, request, &call, reply);
    if (call.events != CALL_EVENTS_NONE && face->events != NULL) {
        events_open(face->events, &call, reply);
    }
    reply->status = call.status;
    if (call.empty) {
        json_reset(reply->json);
    }
}
