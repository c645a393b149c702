/* http_reply.c: what a handler fills in, and how it goes out. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "net/http_private.h"
#include "sys/memory.h"

enum { COPY_MAX = 64 << 10 };

struct http_later {
    struct http_connection *connection;
};

void http_reply_begin(struct http_connection *connection)
{
    struct http_reply *reply = &connection->reply;
    json_reset(&connection->json);
    reply->status = 200;
    reply->content_type = NULL;
    reply->json = &connection->json;
    reply->delivery = (struct http_delivery){0};
    reply->header_count = 0;
    reply->body = NULL;
    reply->body_length = 0;
    reply->body_kind = BODY_JSON;
    reply->upgraded = NULL;
    reply->later = NULL;
    reply->stream = NULL;
    reply->exchange = connection;
}

/* What would end a header's line. */
static bool is_plain(const char *text)
{
    return text[strcspn(text, "\r\n")] == '\0';
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
    CHECK(reply->header_count < HTTP_HEADERS_MAX);
    CHECK(strlen(name) < sizeof reply->headers[0].name && is_plain(name));
    CHECK(strlen(value) < sizeof reply->headers[0].value && is_plain(value));
    memcpy(reply->headers[reply->header_count].name, name, strlen(name) + 1);
    memcpy(reply->headers[reply->header_count].value, value, strlen(value) + 1);
    reply->header_count++;
}

static void copy_body(struct http_reply *reply, const void *bytes, size_t length)
{
    struct http_connection *connection = reply->exchange;
    if (connection->copied_capacity < length) {
        free(connection->copied);
        connection->copied = xmalloc(length);
        connection->copied_capacity = length;
    }
    if (length > 0) {
        memcpy(connection->copied, bytes, length);
    }
    reply->body = connection->copied;
    reply->body_length = length;
}

void http_reply_bytes(struct http_reply *reply, const char *content_type, const void *bytes,
                      size_t length)
{
    copy_body(reply, bytes, length);
    reply->content_type = content_type;
    reply->body_kind = BODY_COPIED;
}

void http_reply_static(struct http_reply *reply, const char *content_type, const void *bytes,
                       size_t length)
{
    reply->body = bytes;
    reply->body_length = length;
    reply->content_type = content_type;
    reply->body_kind = BODY_STATIC;
}

void http_reply_raw(struct http_reply *reply, const void *bytes, size_t length)
{
    copy_body(reply, bytes, length);
    reply->body_kind = BODY_RAW;
}

void http_reply_upgrade(struct http_reply *reply, http_upgraded_callback *upgraded, void *context)
{
    reply->upgraded = upgraded;
    reply->upgraded_context = context;
}

const void *http_reply_body(const struct http_reply *reply, size_t *length)
{
    if (reply->body_kind == BODY_JSON) {
        *length = reply->json->length;
        return reply->json->text;
    }
    *length = reply->body_length;
    return reply->body;
}

/* The socket becomes our own: its life no longer depends on libmicrohttpd's. */
static void on_upgrade(void *context, struct MHD_Connection *mhd, void *request, const char *early,
                       size_t early_length, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
    (void)mhd;
    (void)request;
    struct http_connection *connection = context;
    struct http_reply *reply = &connection->reply;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    CHECK(own >= 0);
    CHECK(fcntl(own, F_SETFL, O_NONBLOCK) == 0);
    http_upgraded_callback *upgraded = reply->upgraded;
    reply->upgraded = NULL;
    upgraded(reply->upgraded_context, own, early, early_length);
    (void)MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE); /* fails only when done twice */
    http_run_soon(connection->server->run);                     /* or its descriptor stays open */
}

static struct MHD_Response *make_response(struct http_connection *connection)
{
    struct http_reply *reply = &connection->reply;
    if (reply->upgraded != NULL) {
        return MHD_create_response_for_upgrade(on_upgrade, connection);
    }
    if (reply->stream != NULL) {
        return http_stream_response(reply->stream);
    }
    size_t length;
    const void *body = http_reply_body(reply, &length);
    if (reply->body_kind == BODY_STATIC) {
        /* Its parameter is not const, but it only reads. */
        return MHD_create_response_from_buffer(length, (void *)(uintptr_t)body,
                                               MHD_RESPMEM_PERSISTENT);
    }
    if (length <= COPY_MAX || reply->body_kind != BODY_JSON) {
        return MHD_create_response_from_buffer(length, (void *)(uintptr_t)body,
                                               MHD_RESPMEM_MUST_COPY);
    }
    char *text = reply->json->text; /* too large to be copied: given away */
    json_init(reply->json, false);
    return MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
}

enum MHD_Result http_reply_queue(struct http_connection *connection)
{
    struct http_reply *reply = &connection->reply;
    struct MHD_Response *response = make_response(connection);
    CHECK(response != NULL); /* memory only */
    bool has_body =
        reply->stream != NULL || reply->body_kind != BODY_JSON || reply->json->length > 0;
    const char *type = reply->content_type != NULL ? reply->content_type : "application/json";
    if (reply->upgraded == NULL && has_body) {
        CHECK(MHD_add_response_header(response, "Content-Type", type) == MHD_YES);
    }
    for (size_t i = 0; i < reply->header_count; i++) {
        CHECK(MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) ==
              MHD_YES);
    }
    unsigned status = reply->upgraded != NULL ? 101 : (unsigned)reply->status;
    enum MHD_Result result = MHD_queue_response(connection->mhd, status, response);
    MHD_destroy_response(response); /* its own reference lives on */
    connection->state = HTTP_SENDING;
    connection->deadline_ns =
        loop_now_ns(connection->server->loop) + connection->server->options.send_ns;
    return result;
}

static void suspend(struct http_connection *connection)
{
    connection->state = HTTP_WAITING;
    connection->deadline_ns = 0;
    MHD_suspend_connection(connection->mhd);
}

void http_resume(struct http_connection *connection, enum http_state state)
{
    connection->state = state;
    MHD_resume_connection(connection->mhd);
    http_run_soon(connection->server->run);
}

static bool is_spoilt(const struct http_reply *reply)
{
    const struct http_delivery *delivery = &reply->delivery;
    bool spoilt = reply->body_kind == BODY_RAW || delivery->cut || delivery->drip_bytes > 0 ||
                  delivery->length_lie != 0;
    return spoilt && reply->upgraded == NULL && reply->stream == NULL;
}

static void on_delay(void *context)
{
    struct http_connection *connection = context;
    if (is_spoilt(&connection->reply)) {
        http_spoil(connection);
    } else {
        http_resume(connection, HTTP_READY);
    }
}

enum MHD_Result http_reply_deliver(struct http_connection *connection)
{
    struct http_reply *reply = &connection->reply;
    if (connection->state == HTTP_HANDLING && reply->later != NULL) {
        suspend(connection);
        return MHD_YES;
    }
    if (connection->state == HTTP_DROPPED) {
        return MHD_NO;
    }
    int64_t delay_ns = reply->delivery.delay_ns;
    reply->delivery.delay_ns = 0;
    if (delay_ns > 0) {
        if (connection->delay == NULL) {
            connection->delay = loop_timer_create(connection->server->loop, on_delay, connection);
        }
        suspend(connection);
        loop_timer_start(connection->delay, delay_ns, 0);
        return MHD_YES;
    }
    if (is_spoilt(reply)) {
        suspend(connection);
        http_spoil(connection);
        return MHD_YES;
    }
    return http_reply_queue(connection);
}

struct http_later *http_defer(struct http_reply *reply)
{
    CHECK(reply->later == NULL);
    struct http_later *later = xmalloc(sizeof *later);
    later->connection = reply->exchange;
    reply->later = later;
    return later;
}

struct http_reply *http_later_reply(struct http_later *later)
{
    return &later->connection->reply;
}

/* The handle ends; the connection goes on, or is freed when it had waited for this only. */
static void finish_later(struct http_later *later, enum http_state state)
{
    struct http_connection *connection = later->connection;
    free(later);
    connection->reply.later = NULL;
    if (connection->server == NULL) {
        http_connection_destroy(connection);
    } else if (connection->state == HTTP_HANDLING) {
        connection->state = state; /* within the handler: it returns to http_reply_deliver() */
    } else {
        http_resume(connection, state);
    }
}

void http_later_send(struct http_later *later)
{
    finish_later(later, HTTP_READY);
}

void http_later_drop(struct http_later *later)
{
    finish_later(later, HTTP_DROPPED);
}

bool http_later_is_gone(const struct http_later *later)
{
    return later->connection->server == NULL || later->connection->peer_gone;
}

const char *http_status_text(int status)
{
    const char *text = MHD_get_reason_phrase_for((unsigned)status);
    return text != NULL ? text : "Unknown";
}
