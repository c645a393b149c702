/* tls_front.c: see tls_front.h.
 *
 * A link has two sides: the client, where OpenSSL works on two buffers in memory, and the plain
 * server. The plain connection is made when the handshake is done. What one side cannot take at
 * once is queued by libuv; above QUEUE_MAX the other side is not read until the queue is short
 * again. */
#include "net/tls_front.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/check.h"
#include "base/utc.h"
#include "net/tls_private.h"
#include "sys/memory.h"

enum { QUEUE_MAX = 256 << 10, READ_MAX = 64 << 10, BACKLOG = 512 };

struct side {
    uv_tcp_t tcp;
    struct link *link;
    uv_shutdown_t shutdown;
    bool reading;
    bool ended; /* nothing more comes from it */
};

struct link {
    struct tls_front *front;
    struct link *next, *previous;
    struct side client;
    struct side plain;
    uv_timer_t deadline;
    uv_connect_t connect;
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    bool connected;
    bool shaken;
    bool closing;
    int handles; /* not yet closed */
};

struct tls_front {
    struct loop *loop;
    struct tls_options options;
    SSL_CTX *context;
    char *pem;
    uv_tcp_t listener;
    uint16_t port;
    struct link *links;
    unsigned link_count;
    bool ending;
    bool listener_closed;
    char read[READ_MAX]; /* callbacks use it up before they return */
};

/* A write that did not go out at once. */
struct waiting {
    uv_write_t request;
    struct side *side;
    char bytes[];
};

static void take_encrypted(struct link *link);

static void free_front(struct tls_front *front)
{
    if (front->ending && front->listener_closed && front->link_count == 0) {
        SSL_CTX_free(front->context);
        free(front->pem);
        free(front);
    }
}

static void on_link_closed(uv_handle_t *handle)
{
    struct link *link = handle->data;
    if (--link->handles > 0) {
        return;
    }
    struct tls_front *front = link->front;
    if (link->previous != NULL) {
        link->previous->next = link->next;
    } else {
        front->links = link->next;
    }
    if (link->next != NULL) {
        link->next->previous = link->previous;
    }
    front->link_count--;
    SSL_free(link->ssl);
    free(link);
    free_front(front);
}

static void close_link(struct link *link, bool reset)
{
    if (link->closing) {
        return;
    }
    link->closing = true;
    /* A reset may be refused, after a shutdown for one. */
    if (!reset || uv_tcp_close_reset(&link->client.tcp, on_link_closed) != 0) {
        uv_close((uv_handle_t *)&link->client.tcp, on_link_closed);
    }
    uv_close((uv_handle_t *)&link->plain.tcp, on_link_closed);
    uv_close((uv_handle_t *)&link->deadline, on_link_closed);
}

static void on_deadline(uv_timer_t *timer)
{
    close_link(timer->data, false);
}

static void set_deadline(struct link *link)
{
    uint64_t wait_ms = (uint64_t)(link->front->options.handshake_ns / NS_PER_MS);
    (void)uv_timer_start(&link->deadline, on_deadline, wait_ms, 0); /* has its callback */
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    struct link *link = handle->data;
    *out = uv_buf_init(link->front->read, READ_MAX);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer);

static void set_reading(struct side *side, bool reading)
{
    if (side->reading == reading || side->ended || side->link->closing) {
        return;
    }
    side->reading = reading;
    uv_stream_t *stream = (uv_stream_t *)&side->tcp;
    if (!reading) {
        (void)uv_read_stop(stream); /* never fails */
    } else if (uv_read_start(stream, on_alloc, on_read) != 0) {
        close_link(side->link, false);
    }
}

static struct side *other_side(struct side *side)
{
    return side == &side->link->client ? &side->link->plain : &side->link->client;
}

static void on_written(uv_write_t *request, int status)
{
    struct waiting *waiting = request->data;
    struct side *side = waiting->side;
    free(waiting);
    if (status == 0 && uv_stream_get_write_queue_size((uv_stream_t *)&side->tcp) < QUEUE_MAX / 2) {
        set_reading(other_side(side), true);
    }
}

static void send_to(struct side *side, const char *bytes, size_t length)
{
    uv_stream_t *stream = (uv_stream_t *)&side->tcp;
    uv_buf_t all = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length); /* it only reads */
    int sent = side->link->closing ? UV_ECANCELED : uv_try_write(stream, &all, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        close_link(side->link, false);
        return;
    }
    size_t done = sent < 0 ? 0 : (size_t)sent;
    if (done == length) {
        return;
    }
    struct waiting *waiting = xmalloc(sizeof *waiting + length - done);
    memcpy(waiting->bytes, bytes + done, length - done);
    waiting->side = side;
    waiting->request.data = waiting;
    uv_buf_t rest = uv_buf_init(waiting->bytes, (unsigned)(length - done));
    if (uv_write(&waiting->request, stream, &rest, 1, on_written) != 0) {
        free(waiting);
        close_link(side->link, false);
        return;
    }
    if (uv_stream_get_write_queue_size(stream) > QUEUE_MAX) {
        set_reading(other_side(side), false);
    }
}

/* What OpenSSL wants the client to have. */
static void flush(struct link *link)
{
    char *bytes;
    long length = BIO_get_mem_data(link->out, &bytes);
    if (length > 0) {
        send_to(&link->client, bytes, (size_t)length);
        (void)BIO_reset(link->out); /* of a buffer in memory: never fails */
    }
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
    (void)request;
    (void)status; /* the other side's end follows, or the deadline */
}

/* Nothing more comes from `side`: the other one learns it; when neither has more, it is over. */
static void end_side(struct side *side)
{
    struct link *link = side->link;
    if (side->ended || link->closing) {
        return;
    }
    set_reading(side, false);
    side->ended = true;
    struct side *other = other_side(side);
    if (side == &link->plain) {
        (void)SSL_shutdown(link->ssl); /* our part of it; the client's may never come */
        flush(link);
    }
    if (!link->connected ||
        (other->ended && uv_stream_get_write_queue_size((uv_stream_t *)&link->client.tcp) == 0)) {
        close_link(link, false);
        return;
    }
    set_deadline(link);
    if (!link->closing &&
        uv_shutdown(&other->shutdown, (uv_stream_t *)&other->tcp, on_shutdown) != 0) {
        close_link(link, false);
    }
}

static void on_connect(uv_connect_t *request, int status)
{
    struct link *link = request->data;
    if (status != 0 || link->closing) {
        close_link(link, true); /* there is nobody behind */
        return;
    }
    link->connected = true;
    (void)uv_tcp_nodelay(&link->plain.tcp, 1); /* slower without, not wrong */
    set_reading(&link->plain, true);
    set_reading(&link->client, true);
    take_encrypted(link);
}

static void connect_plain(struct link *link)
{
    struct sockaddr_in place = {.sin_family = AF_INET,
                                .sin_port = htons(link->front->options.plain_port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    link->connect.data = link;
    set_reading(&link->client, false); /* what comes now would have nowhere to go */
    if (uv_tcp_connect(&link->connect, &link->plain.tcp, (struct sockaddr *)&place, on_connect) !=
        0) {
        close_link(link, false);
    }
}

/* False while it is not done. */
static bool shake_hands(struct link *link)
{
    int result = SSL_do_handshake(link->ssl);
    int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(link->ssl, result);
    flush(link);
    if (result == 1) {
        link->shaken = true;
        (void)uv_timer_stop(&link->deadline); /* never fails */
        connect_plain(link);
    } else if (error != SSL_ERROR_WANT_READ) {
        close_link(link, false); /* the alert that says why is out already */
    }
    return false;
}

/* What the client sent is in link->in. */
static void take_encrypted(struct link *link)
{
    ERR_clear_error();
    if (!link->shaken) {
        (void)shake_hands(link); /* what follows waits for the plain connection */
        return;
    }
    while (link->connected && !link->closing) {
        char bytes[16 << 10];
        int got = SSL_read(link->ssl, bytes, sizeof bytes);
        if (got > 0) {
            send_to(&link->plain, bytes, (size_t)got);
            continue;
        }
        int error = SSL_get_error(link->ssl, got);
        flush(link);
        if (error == SSL_ERROR_ZERO_RETURN) {
            end_side(&link->client);
        } else if (error != SSL_ERROR_WANT_READ) {
            close_link(link, true);
        }
        return;
    }
}

/* libuv takes a reset that follows data closely for an end; the socket knows better. */
static bool was_reset(const struct side *side)
{
    uv_os_fd_t fd;
    int error = 0;
    socklen_t size = sizeof error;
    return uv_fileno((const uv_handle_t *)&side->tcp, &fd) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0;
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct link *link = stream->data;
    struct side *side = stream == (uv_stream_t *)&link->client.tcp ? &link->client : &link->plain;
    if (link->closing || length == 0) {
        return;
    }
    if (length < 0) {
        if (length == UV_EOF && !was_reset(side)) {
            end_side(side);
        } else {
            close_link(link, true);
        }
        return;
    }
    if (side == &link->client) {
        CHECK(BIO_write(link->in, buffer->base, (int)length) == (int)length); /* memory */
        take_encrypted(link);
    } else {
        ERR_clear_error();
        if (SSL_write(link->ssl, buffer->base, (int)length) <= 0) {
            close_link(link, true);
            return;
        }
        flush(link);
    }
}

static void init_side(struct link *link, struct side *side)
{
    side->link = link;
    CHECK(uv_tcp_init(loop_uv(link->front->loop), &side->tcp) == 0);
    side->tcp.data = link;
}

static struct link *link_create(struct tls_front *front)
{
    struct link *link = xcalloc(1, sizeof *link);
    link->front = front;
    link->handles = 3;
    init_side(link, &link->client);
    init_side(link, &link->plain);
    CHECK(uv_timer_init(loop_uv(front->loop), &link->deadline) == 0);
    link->deadline.data = link;
    link->ssl = SSL_new(front->context);
    link->in = BIO_new(BIO_s_mem());
    link->out = BIO_new(BIO_s_mem());
    CHECK(link->ssl != NULL && link->in != NULL && link->out != NULL); /* memory */
    SSL_set_bio(link->ssl, link->in, link->out);
    SSL_set_accept_state(link->ssl);
    link->next = front->links;
    if (front->links != NULL) {
        front->links->previous = link;
    }
    front->links = link;
    front->link_count++;
    return link;
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct tls_front *front = listener->data;
    if (status != 0) {
        return; /* no descriptor left: the client waits in the queue until there is one */
    }
    struct link *link = link_create(front);
    if (uv_accept(listener, (uv_stream_t *)&link->client.tcp) != 0 ||
        front->link_count > front->options.links_max) {
        close_link(link, true);
        return;
    }
    (void)uv_tcp_nodelay(&link->client.tcp, 1); /* slower without, not wrong */
    set_deadline(link);
    set_reading(&link->client, true);
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct tls_front *front = handle->data;
    front->listener_closed = true;
    free_front(front);
}

static enum err start_listening(struct tls_front *front, struct problem *problem)
{
    const char *address = front->options.address != NULL ? front->options.address : "127.0.0.1";
    struct sockaddr_storage place = {0};
    int size = sizeof place;
    if (uv_ip4_addr(address, front->options.port, (struct sockaddr_in *)&place) != 0 &&
        uv_ip6_addr(address, front->options.port, (struct sockaddr_in6 *)&place) != 0) {
        return problem_set(problem, ERR_USAGE, "`%s` is no address; e.g. 127.0.0.1", address);
    }
    int result = uv_tcp_bind(&front->listener, (struct sockaddr *)&place, 0);
    if (result == 0) {
        result = uv_listen((uv_stream_t *)&front->listener, BACKLOG, on_connection);
    }
    if (result == 0) {
        result = uv_tcp_getsockname(&front->listener, (struct sockaddr *)&place, &size);
    }
    if (result == UV_EADDRINUSE) {
        return problem_set(problem, ERR_BUSY,
                           "port %u of %s is in use; end what uses it, or give another port",
                           (unsigned)front->options.port, address);
    }
    if (result != 0) {
        return problem_set(problem, ERR_IO, "cannot listen on %s port %u: %s", address,
                           (unsigned)front->options.port, uv_strerror(result));
    }
    front->port = ntohs(place.ss_family == AF_INET ? ((struct sockaddr_in *)&place)->sin_port
                                                   : ((struct sockaddr_in6 *)&place)->sin6_port);
    return ERR_OK;
}

enum err tls_front_create(struct loop *loop, const struct tls_options *options,
                          struct tls_front **out, struct problem *problem)
{
    struct tls_front *front = xcalloc(1, sizeof *front);
    front->loop = loop;
    front->options = *options;
    if (front->options.handshake_ns == 0) {
        front->options.handshake_ns = 10 * NS_PER_S;
    }
    if (front->options.links_max == 0) {
        front->options.links_max = 1024;
    }
    enum err err = tls_context_create(options, &front->context, &front->pem, problem);
    if (err != ERR_OK) {
        free(front);
        return err;
    }
    CHECK(uv_tcp_init(loop_uv(loop), &front->listener) == 0);
    front->listener.data = front;
    err = start_listening(front, problem);
    if (err != ERR_OK) {
        tls_front_destroy(front);
        return err;
    }
    *out = front;
    return ERR_OK;
}

void tls_front_destroy(struct tls_front *front)
{
    if (front != NULL) {
        front->ending = true;
        for (struct link *link = front->links; link != NULL; link = link->next) {
            close_link(link, false);
        }
        uv_close((uv_handle_t *)&front->listener, on_listener_closed);
    }
}

uint16_t tls_front_port(const struct tls_front *front)
{
    return front->port;
}

const char *tls_front_certificate(const struct tls_front *front)
{
    return front->pem;
}
