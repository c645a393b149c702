/* http_spoil.c: answers that go wrong on purpose: cut short and reset, in drips, with a wrong
 * length, or no HTTP at all.
 *
 * libmicrohttpd only sends what is right, so its connection is suspended meanwhile and the bytes go
 * straight to the socket. Afterwards the connection ends, as nobody could say where the next
 * answer begins. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/check.h"
#include "net/http_private.h"
#include "sys/memory.h"

struct http_spoiler {
    uv_poll_t poll;
    struct http_connection *connection;
    struct loop_timer *drip;
    char *bytes;
    size_t length; /* of what is to be sent: the cut is taken off */
    size_t sent;
};

static void write_on(struct http_spoiler *spoiler);

/* Head and body as they would have been, but for the length; the caller frees. */
static char *compose(const struct http_reply *reply, size_t *length)
{
    size_t body_length;
    const void *body = http_reply_body(reply, &body_length);
    size_t size = 512 + body_length + reply->header_count * sizeof reply->headers[0];
    char *bytes = xmalloc(size);
    size_t used = 0;
    if (reply->body_kind != BODY_RAW) {
        used = (size_t)snprintf(bytes, size,
                                "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %" PRId64
                                "\r\nContent-Type: %.100s\r\n",
                                reply->status, http_status_text(reply->status),
                                (int64_t)body_length + reply->delivery.length_lie,
                                reply->content_type != NULL ? reply->content_type
                                                            : "application/json");
        for (size_t i = 0; i < reply->header_count; i++) {
            used += (size_t)snprintf(bytes + used, size - used, "%s: %s\r\n",
                                     reply->headers[i].name, reply->headers[i].value);
        }
        used += (size_t)snprintf(bytes + used, size - used, "\r\n");
    }
    if (body_length > 0) {
        memcpy(bytes + used, body, body_length);
    }
    *length = used + body_length;
    return bytes;
}

static void free_spoiler(uv_handle_t *handle)
{
    struct http_spoiler *spoiler = handle->data;
    free(spoiler->bytes);
    free(spoiler);
}

void http_spoil_stop(struct http_connection *connection)
{
    struct http_spoiler *spoiler = connection->spoiler;
    if (spoiler != NULL) {
        connection->spoiler = NULL;
        loop_timer_destroy(spoiler->drip);
        (void)uv_poll_stop(&spoiler->poll); /* never fails */
        uv_close((uv_handle_t *)&spoiler->poll, free_spoiler);
    }
}

static void end(struct http_spoiler *spoiler)
{
    struct http_connection *connection = spoiler->connection;
    if (connection->reply.delivery.cut) {
        /* To connect to nowhere resets the connection at once; closing it could say goodbye. */
        struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
        (void)connect(connection->fd, &nowhere, sizeof nowhere); /* gone already: as good */
    }
    http_spoil_stop(connection);
    http_resume(connection, HTTP_DROPPED);
}

static void on_writable(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    struct http_spoiler *spoiler = handle->data;
    (void)uv_poll_stop(handle); /* never fails */
    write_on(spoiler);
}

static void on_drip(void *context)
{
    write_on(context);
}

static void write_on(struct http_spoiler *spoiler)
{
    const struct http_delivery *delivery = &spoiler->connection->reply.delivery;
    while (spoiler->sent < spoiler->length) {
        size_t amount = spoiler->length - spoiler->sent;
        if (delivery->drip_bytes > 0 && amount > delivery->drip_bytes) {
            amount = delivery->drip_bytes;
        }
        ssize_t sent = send(spoiler->connection->fd, spoiler->bytes + spoiler->sent, amount,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            CHECK(uv_poll_start(&spoiler->poll, UV_WRITABLE, on_writable) == 0);
            return;
        }
        if (sent < 0) {
            break; /* the client is gone */
        }
        spoiler->sent += (size_t)sent;
        if (delivery->drip_bytes > 0 && spoiler->sent < spoiler->length) {
            loop_timer_start(spoiler->drip, delivery->drip_every_ns, 0);
            return;
        }
    }
    end(spoiler);
}

void http_spoil(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    const struct http_delivery *delivery = &connection->reply.delivery;
    struct http_spoiler *spoiler = xcalloc(1, sizeof *spoiler);
    spoiler->connection = connection;
    spoiler->bytes = compose(&connection->reply, &spoiler->length);
    if (delivery->cut && delivery->cut_after < spoiler->length) {
        spoiler->length = delivery->cut_after;
    }
    spoiler->drip = loop_timer_create(server->loop, on_drip, spoiler);
    spoiler->poll.data = spoiler;
    CHECK(uv_poll_init(loop_uv(server->loop), &spoiler->poll, connection->fd) == 0);
    connection->spoiler = spoiler;
    connection->deadline_ns =
        delivery->drip_bytes > 0 ? 0 : loop_now_ns(server->loop) + server->options.send_ns;
    write_on(spoiler);
}
