/* ws_send.c: frames out: at once where the socket takes them, else through the queue. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/check.h"
#include "net/ws_private.h"
#include "sys/memory.h"

enum { AT_ONCE = 32, HEAD_MAX = 10, WHOLE = 0x80 };

/* The head of a frame that is not masked: FIN and opcode, and its length. */
static size_t write_head(uint8_t head[HEAD_MAX], unsigned first, size_t length)
{
    head[0] = (uint8_t)first;
    size_t size = length < 126 ? 0 : length <= UINT16_MAX ? 2 : 8;
    head[1] = (uint8_t)(size == 0 ? length : size == 2 ? 126 : 127);
    for (size_t i = 0; i < size; i++) {
        head[2 + i] = (uint8_t)((uint64_t)length >> (8 * (size - 1 - i)));
    }
    return 2 + size;
}

/* Room for two parts, in one. */
static struct ws_buffer *join(const void *head, size_t head_length, const void *bytes,
                              size_t length)
{
    struct ws_buffer *buffer = xmalloc(sizeof *buffer + head_length + length);
    buffer->users = 1;
    buffer->length = head_length + length;
    if (head_length > 0) {
        memcpy(buffer->bytes, head, head_length);
    }
    if (length > 0) {
        memcpy(buffer->bytes + head_length, bytes, length);
    }
    return buffer;
}

struct ws_buffer *ws_buffer_create(enum ws_kind kind, const void *bytes, size_t length)
{
    uint8_t head[HEAD_MAX];
    size_t head_length = write_head(head, WHOLE | kind, length);
    return join(head, head_length, bytes, length);
}

void ws_buffer_release(struct ws_buffer *buffer)
{
    CHECK(buffer->users > 0);
    if (--buffer->users == 0) {
        free(buffer);
    }
}

/* Takes a use of the buffer over. */
static void enqueue(struct ws_queue *queue, struct ws_buffer *buffer, size_t sent)
{
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity == 0 ? 16 : 2 * queue->capacity;
        struct ws_buffer **buffers = xmalloc(capacity * sizeof(struct ws_buffer *));
        for (size_t i = 0; i < queue->count; i++) {
            buffers[i] = queue->buffers[(queue->first + i) & (queue->capacity - 1)];
        }
        free(queue->buffers);
        queue->buffers = buffers;
        queue->capacity = capacity;
        queue->first = 0;
    }
    queue->buffers[(queue->first + queue->count) & (queue->capacity - 1)] = buffer;
    queue->count++;
    queue->bytes += buffer->length - sent;
    if (queue->count == 1) {
        queue->offset = sent;
    }
}

static void dequeue(struct ws_queue *queue)
{
    ws_buffer_release(queue->buffers[queue->first]);
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->count--;
    queue->offset = 0;
}

void ws_queue_finish(struct ws_queue *queue)
{
    while (queue->count > 0) {
        dequeue(queue);
    }
    free(queue->buffers);
    *queue = (struct ws_queue){0};
}

/* Bytes sent, 0 when the socket takes nothing now, -1 when it is lost. */
static ssize_t send_parts(int fd, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    bool later = sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS);
    return later ? 0 : sent;
}

bool ws_flush(struct ws_socket *socket)
{
    struct ws_queue *queue = &socket->queue;
    while (queue->count > 0) {
        struct iovec parts[AT_ONCE];
        size_t count = 0;
        size_t wanted = 0;
        for (; count < AT_ONCE && count < queue->count; count++) {
            struct ws_buffer *buffer =
                queue->buffers[(queue->first + count) & (queue->capacity - 1)];
            size_t offset = count == 0 ? queue->offset : 0;
            parts[count] = (struct iovec){buffer->bytes + offset, buffer->length - offset};
            wanted += buffer->length - offset;
        }
        ssize_t sent = send_parts(socket->fd, parts, count);
        if (sent < 0) {
            return false;
        }
        queue->bytes -= (size_t)sent;
        queue->offset += (size_t)sent;
        while (queue->count > 0 && queue->offset >= queue->buffers[queue->first]->length) {
            size_t beyond = queue->offset - queue->buffers[queue->first]->length;
            dequeue(queue);
            queue->offset = beyond;
        }
        if ((size_t)sent < wanted) {
            return true;
        }
    }
    return true;
}

bool ws_put(struct ws_socket *socket, const void *head, size_t head_length, const void *bytes,
            size_t length)
{
    size_t sent = 0;
    if (socket->queue.count == 0) {
        /* iovec is not const, but sending only reads. */
        struct iovec parts[2] = {
            {(void *)(uintptr_t)head,  head_length},
            {(void *)(uintptr_t)bytes, length     }
        };
        ssize_t some = send_parts(socket->fd, parts, 2);
        if (some < 0) {
            return false;
        }
        sent = (size_t)some;
    }
    if (sent < head_length + length) {
        enqueue(&socket->queue, join(head, head_length, bytes, length), sent);
        ws_poll(socket);
    }
    return true;
}

/* Whether `length` more bytes may wait; else what to answer. */
static bool may_send(struct ws_socket *socket, size_t length, enum ws_sent *answer)
{
    if (socket->state != WS_OPEN) {
        *answer = WS_CLOSED;
        return false;
    }
    if (socket->queue.bytes > 0 &&
        socket->queue.bytes + length > socket->server->options.queue_max) {
        if (socket->server->options.cut_slow) {
            ws_end(socket, WS_POLICY);
        }
        *answer = WS_SLOW;
        return false;
    }
    return true;
}

static enum ws_sent put_open(struct ws_socket *socket, const void *head, size_t head_length,
                             const void *bytes, size_t length)
{
    enum ws_sent answer;
    if (!may_send(socket, head_length + length, &answer)) {
        return answer;
    }
    if (!ws_put(socket, head, head_length, bytes, length)) {
        ws_end(socket, WS_LOST);
        return WS_CLOSED;
    }
    return WS_SENT;
}

enum ws_sent ws_send(struct ws_socket *socket, enum ws_kind kind, const void *bytes, size_t length)
{
    uint8_t head[HEAD_MAX];
    size_t head_length = write_head(head, WHOLE | kind, length);
    return put_open(socket, head, head_length, bytes, length);
}

enum ws_sent ws_send_raw(struct ws_socket *socket, const void *bytes, size_t length)
{
    return put_open(socket, NULL, 0, bytes, length);
}

enum ws_sent ws_send_buffer(struct ws_socket *socket, struct ws_buffer *buffer)
{
    enum ws_sent answer;
    if (!may_send(socket, buffer->length, &answer)) {
        return answer;
    }
    size_t sent = 0;
    if (socket->queue.count == 0) {
        struct iovec part = {buffer->bytes, buffer->length};
        ssize_t some = send_parts(socket->fd, &part, 1);
        if (some < 0) {
            ws_end(socket, WS_LOST);
            return WS_CLOSED;
        }
        sent = (size_t)some;
    }
    if (sent < buffer->length) {
        buffer->users++;
        enqueue(&socket->queue, buffer, sent);
        ws_poll(socket);
    }
    return WS_SENT;
}

enum ws_sent ws_send_pieces(struct ws_socket *socket, enum ws_kind kind, const void *bytes,
                            size_t length, size_t piece, bool empty_last)
{
    CHECK(piece > 0);
    uint8_t head[HEAD_MAX];
    size_t at = 0;
    enum ws_sent answer = WS_SENT;
    bool last = false;
    for (unsigned opcode = kind; answer == WS_SENT && !last; opcode = 0) {
        size_t some = length - at < piece ? length - at : piece;
        last = empty_last ? at == length && opcode == 0 : at + some == length;
        size_t head_length = write_head(head, (last ? WHOLE : 0) | opcode, some);
        answer = put_open(socket, head, head_length, (const char *)bytes + at, some);
        at += some;
    }
    return answer;
}

size_t ws_queued(const struct ws_socket *socket)
{
    return socket->queue.bytes;
}
