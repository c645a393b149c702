/* http_stream.c: a body that is written as it comes, for as long as somebody reads it.
 *
 * libmicrohttpd asks for bytes when it can send some (on_read). While there are none the connection
 * is suspended and nobody watches its socket; the server's sweep looks whether the peer is still
 * there. The stream lives as long as the response does: its end is libmicrohttpd's to tell. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "net/http_private.h"
#include "sys/memory.h"

enum { BLOCK = 16 << 10, QUEUE_MAX = 4 << 20 };

struct http_stream {
    struct http_connection *connection;
    void (*closed)(void *context);
    void *context;
    char *bytes; /* from `sent` on they wait */
    size_t length;
    size_t capacity;
    size_t sent;
    bool suspended;
    bool ended;   /* after what waits */
    bool dropped; /* at once */
};

struct http_stream *http_reply_stream(struct http_reply *reply, const char *content_type,
                                      void (*closed)(void *context), void *context)
{
    CHECK(reply->stream == NULL && reply->later == NULL);
    struct http_stream *stream = xcalloc(1, sizeof *stream);
    stream->connection = reply->exchange;
    stream->closed = closed;
    stream->context = context;
    reply->stream = stream;
    reply->content_type = content_type;
    return stream;
}

/* ---- libmicrohttpd asks ---- */

static ssize_t on_read(void *context, uint64_t position, char *out, size_t most)
{
    struct http_stream *stream = context;
    (void)position;
    size_t waits = stream->length - stream->sent;
    if (stream->dropped) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (waits == 0 && stream->ended) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    stream->connection->deadline_ns = 0;
    if (waits == 0) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection->mhd);
        return 0;
    }
    size_t some = waits < most ? waits : most;
    memcpy(out, stream->bytes + stream->sent, some);
    stream->sent += some;
    if (stream->sent == stream->length) {
        stream->sent = 0;
        stream->length = 0;
    }
    return (ssize_t)some;
}

/* Nobody reads it any more, whatever the reason. */
static void on_free(void *context)
{
    struct http_stream *stream = context;
    if (stream->connection != NULL) {
        stream->connection->reply.stream = NULL;
    }
    stream->closed(stream->context);
    free(stream->bytes);
    free(stream);
}

struct MHD_Response *http_stream_response(struct http_stream *stream)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, stream, on_free);
}

/* ---- the server writes ---- */

static void go_on(struct http_stream *stream)
{
    if (stream->suspended) {
        stream->suspended = false;
        MHD_resume_connection(stream->connection->mhd);
        http_run_soon(stream->connection->server->run);
    }
}

void http_stream_write(struct http_stream *stream, const void *bytes, size_t length)
{
    size_t waits = stream->length - stream->sent;
    if (stream->ended || stream->dropped || length == 0) {
        return;
    }
    if (waits + length > QUEUE_MAX) {
        stream->dropped = true; /* it reads too slowly: libmicrohttpd sees that it is no use */
        (void)shutdown(stream->connection->fd, SHUT_RDWR); /* the peer may be gone already */
        go_on(stream);
        return;
    }
    if (stream->length + length > stream->capacity) {
        stream->capacity = 2 * (stream->length + length);
        stream->bytes = xrealloc(stream->bytes, stream->capacity);
    }
    memcpy(stream->bytes + stream->length, bytes, length);
    stream->length += length;
    go_on(stream);
}

void http_stream_end(struct http_stream *stream)
{
    stream->ended = true;
    go_on(stream);
}

void http_stream_drop(struct http_stream *stream)
{
    stream->dropped = true;
    go_on(stream);
}

void http_stream_forget(struct http_stream *stream)
{
    stream->connection = NULL;
    stream->suspended = false;
    stream->dropped = true;
}

bool http_stream_is_idle(const struct http_stream *stream)
{
    return stream->suspended;
}
