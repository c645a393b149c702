/* http_server.c: see http_server.h.
 *
 * Life of a request: libmicrohttpd has its target (on_target), its head (on_request, the first
 * call), pieces of its body, its end; then the handler runs once. What waits is suspended and comes
 * through on_request again when it is resumed. One request at a time per connection, so its memory
 * is the connection's.
 *
 * Deadlines: libmicrohttpd knows idle time only, and a client that sends a byte now and then is
 * never idle. So each connection has a moment by which its present step must be over, and a sweep
 * each second shuts down the sockets that are late; libmicrohttpd then sees their end. */
#include "net/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/utc.h"
#include "net/http_private.h"
#include "sys/memory.h"

enum { BACKLOG = 512 };

static struct http_connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void set_deadline(struct http_connection *connection, int64_t after_ns)
{
    connection->deadline_ns = loop_now_ns(connection->server->loop) + after_ns;
}

static void on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_connection_destroy(*socket_context);
        return;
    }
    if (server->connections == NULL) {
        loop_timer_start(server->sweep, NS_PER_S, NS_PER_S);
    }
    struct http_connection *connection = http_connection_create(server, mhd);
    connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    set_deadline(connection, server->options.header_ns);
    *socket_context = connection;
}

/* The target is kept before libmicrohttpd takes it apart. */
static void *on_target(void *context, const char *target, struct MHD_Connection *mhd)
{
    struct http_server *server = context;
    struct http_connection *connection = connection_of(mhd);
    size_t length = strlen(target);
    if (connection->target_capacity < 2 * (length + 1)) {
        free(connection->target);
        connection->target_capacity = 2 * (length + 1) + 256;
        connection->target = xmalloc(connection->target_capacity);
    }
    memcpy(connection->target, target, length + 1);
    memcpy(connection->target + length + 1, target, length + 1);
    connection->target_length = length;
    connection->state = HTTP_IDLE;
    set_deadline(connection, server->options.header_ns);
    return connection;
}

/* Its escapes are ours to decode. */
static size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context;
    (void)mhd;
    return strlen(text);
}

struct head {
    size_t bytes;
    int hosts, lengths, encodings;
    bool is_bad;
};

/* RFC 9110, section 5.6.2. */
static bool is_token(const char *text, size_t length)
{
    static const char letters[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz";
    return length > 0 && strspn(text, letters) == length;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_length, const char *value, size_t value_length)
{
    (void)kind;
    struct head *head = context;
    head->bytes += name_length + value_length + 4;
    bool encoding = strcasecmp(name, "Transfer-Encoding") == 0;
    head->is_bad = head->is_bad || !is_token(name, name_length) || value == NULL ||
                   (encoding && strcasecmp(value, "chunked") != 0);
    head->hosts += strcasecmp(name, "Host") == 0;
    head->lengths += strcasecmp(name, "Content-Length") == 0;
    head->encodings += encoding;
    return MHD_YES;
}

static enum http_method method_of(const char *text)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    int method = 0;
    while (method < HTTP_OTHER && strcmp(text, names[method]) != 0) {
        method++;
    }
    return (enum http_method)method;
}

/* The status to refuse a request with for its head, or 0. Target and version lie behind each other
 * in libmicrohttpd's memory: what is more between them was cut off the target by a NUL. */
static int judge_head(struct http_connection *connection, const char *place, const char *version)
{
    struct head head = {.bytes = connection->target_length};
    (void)MHD_get_connection_values_n(connection->mhd, MHD_HEADER_KIND, take_header, &head);
    const struct http_options *options = &connection->server->options;
    if (head.bytes > options->header_max) {
        return 431;
    }
    bool newest = strcmp(version, "HTTP/1.1") == 0;
    bool known = newest || strcmp(version, "HTTP/1.0") == 0;
    known = known && version == place + connection->target_length + 1;
    bool one_host = newest ? head.hosts == 1 : head.hosts <= 1;
    char *target = connection->target + connection->target_length + 1;
    if (!known || !one_host || head.is_bad || head.lengths > 1 ||
        head.lengths + head.encodings > 1 ||
        url_parse(target, &connection->request.url) != ERR_OK) {
        return 400;
    }
    const char *length =
        MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, "Content-Length");
    bool too_large = length != NULL && strtoull(length, NULL, 10) > options->body_max;
    return too_large ? 413 : 0;
}

static enum MHD_Result begin(struct http_connection *connection, const char *target,
                             const char *method, const char *version)
{
    struct http_request *request = &connection->request;
    request->method = method_of(method);
    request->method_text = method;
    request->target = connection->target;
    request->connection = connection->mhd;
    connection->body_length = 0;
    connection->body_too_large = false;
    connection->peer_gone = false;
    http_reply_begin(connection);
    int refused = judge_head(connection, target, version);
    if (refused != 0) {
        connection->reply.status = refused;
        http_reply_header(&connection->reply, "Connection", "close");
        (void)http_reply_queue(connection); /* what cannot be queued ends the connection */
        connection->state = HTTP_REFUSED;
        return MHD_YES;
    }
    connection->state = HTTP_RECEIVING;
    set_deadline(connection, connection->server->options.body_ns);
    return MHD_YES;
}

static void take_body(struct http_connection *connection, const char *bytes, size_t length)
{
    size_t whole = connection->body_length + length;
    if (whole > connection->server->options.body_max) {
        connection->body_too_large = true; /* only chunks come this far; the rest is read over */
        return;
    }
    if (whole + 1 > connection->body_capacity) {
        connection->body_capacity = 2 * (whole + 1);
        connection->body = xrealloc(connection->body, connection->body_capacity);
    }
    memcpy(connection->body + connection->body_length, bytes, length);
    connection->body_length = whole;
}

/* The request is whole. */
static enum MHD_Result handle(struct http_connection *connection)
{
    const struct http_options *options = &connection->server->options;
    if (connection->body_too_large) {
        connection->reply.status = 413;
        return http_reply_queue(connection);
    }
    connection->body[connection->body_length] = '\0';
    connection->request.body = connection->body;
    connection->request.body_length = connection->body_length;
    connection->state = HTTP_HANDLING;
    options->handle(options->context, &connection->request, &connection->reply);
    return http_reply_deliver(connection);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *target,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_length, void **request_context)
{
    (void)context;
    (void)mhd;
    struct http_connection *connection = *request_context;
    switch (connection->state) {
    case HTTP_IDLE:
        return begin(connection, target, method, version);
    case HTTP_RECEIVING:
        if (*body_length > 0) {
            take_body(connection, body, *body_length);
            *body_length = 0;
            return MHD_YES;
        }
        return handle(connection);
    case HTTP_READY:
        return http_reply_deliver(connection);
    case HTTP_REFUSED:
        *body_length = 0;
        return MHD_YES;
    case HTTP_HANDLING:
    case HTTP_WAITING:
    case HTTP_DROPPED:
    case HTTP_SENDING:
        break;
    }
    return MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)mhd;
    (void)code;
    struct http_connection *connection = *request_context;
    if (connection != NULL) {
        struct http_reply *reply = &connection->reply;
        if (reply->upgraded != NULL) {
            reply->upgraded(reply->upgraded_context, -1, NULL, 0);
            reply->upgraded = NULL;
        }
        connection->state = HTTP_IDLE;
        set_deadline(connection, connection->server->options.idle_ns);
        *request_context = NULL;
    }
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

struct each_header {
    void (*take)(void *context, const char *name, const char *value);
    void *context;
};

static enum MHD_Result pass_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    (void)kind;
    struct each_header *each = context;
    each->take(each->context, name, value != NULL ? value : "");
    return MHD_YES;
}

void http_each_header(const struct http_request *request,
                      void (*take)(void *context, const char *name, const char *value),
                      void *context)
{
    struct each_header each = {take, context};
    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, pass_header, &each);
}

/* A suspended connection is not watched by libmicrohttpd: whether its peer is still there shows in
 * what could be read. */
static void look_for_peer(struct http_connection *connection)
{
    char byte;
    ssize_t got = recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    bool waits = got < 0 && (errno == EAGAIN || errno == EINTR);
    connection->peer_gone = connection->peer_gone || (got <= 0 && !waits);
}

static void on_sweep(void *context)
{
    struct http_server *server = context;
    int64_t now_ns = loop_now_ns(server->loop);
    for (struct http_connection *at = server->connections; at != NULL; at = at->next) {
        if (at->deadline_ns != 0 && now_ns > at->deadline_ns) {
            (void)shutdown(at->fd, SHUT_RDWR); /* the peer may have been quicker */
            at->deadline_ns = 0;
        } else if (at->state == HTTP_WAITING) {
            look_for_peer(at);
        } else if (at->reply.stream != NULL && http_stream_is_idle(at->reply.stream)) {
            look_for_peer(at);
            if (at->peer_gone) {
                http_stream_drop(at->reply.stream);
            }
        }
    }
    if (server->connections == NULL) {
        loop_timer_stop(server->sweep);
    }
}

/* A listening socket; `*port` becomes the one it got. */
static enum err open_socket(const char *address, uint16_t *port, int *out, struct problem *problem)
{
    struct sockaddr_storage place = {0};
    socklen_t size = sizeof(struct sockaddr_in);
    if (uv_ip4_addr(address, *port, (struct sockaddr_in *)&place) != 0) {
        size = sizeof(struct sockaddr_in6);
        if (uv_ip6_addr(address, *port, (struct sockaddr_in6 *)&place) != 0) {
            return problem_set(problem, ERR_USAGE, "`%s` is no address; e.g. 127.0.0.1", address);
        }
    }
    int fd = socket(place.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, (struct sockaddr *)&place, size) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&place, &size) == 0) {
        *port = ntohs(place.ss_family == AF_INET ? ((struct sockaddr_in *)&place)->sin_port
                                                 : ((struct sockaddr_in6 *)&place)->sin6_port);
        *out = fd;
        return ERR_OK;
    }
    bool taken = errno == EADDRINUSE;
    (void)problem_set_errno(problem, "cannot listen on %s port %u", address, (unsigned)*port);
    if (fd >= 0) {
        (void)close(fd); /* it was only made for this */
    }
    return taken ? problem_set(problem, ERR_BUSY,
                               "port %u of %s is in use; end what uses it, or give another port",
                               (unsigned)*port, address)
                 : ERR_IO;
}

static void set_defaults(struct http_options *options)
{
    static const int64_t header_ns = 10 * NS_PER_S, idle_ns = 75 * NS_PER_S;
    options->address = options->address != NULL ? options->address : "127.0.0.1";
    options->body_max = options->body_max != 0 ? options->body_max : 64 << 10;
    options->header_max = options->header_max != 0 ? options->header_max : 16 << 10;
    options->connections_max = options->connections_max != 0 ? options->connections_max : 1024;
    options->header_ns = options->header_ns != 0 ? options->header_ns : header_ns;
    options->body_ns = options->body_ns != 0 ? options->body_ns : header_ns;
    options->idle_ns = options->idle_ns != 0 ? options->idle_ns : idle_ns;
    options->send_ns = options->send_ns != 0 ? options->send_ns : NS_PER_MIN;
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int fd)
{
    static const unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_UPGRADE | MHD_ALLOW_SUSPEND_RESUME;
    /* Half of it is for what is received; the head is counted exactly in judge_head(). */
    size_t memory = 3 * server->options.header_max;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory < 8192 ? (size_t)8192 : memory,
        MHD_OPTION_CONNECTION_LIMIT, server->options.connections_max, MHD_OPTION_CONNECTION_TIMEOUT,
        0U, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        server, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

enum err http_server_create(struct loop *loop, const struct http_options *options,
                            struct http_server **out, struct problem *problem)
{
    struct http_server *server = xcalloc(1, sizeof *server);
    int fd = -1;
    server->loop = loop;
    server->options = *options;
    set_defaults(&server->options);
    server->port = options->port;
    enum err err = open_socket(server->options.address, &server->port, &fd, problem);
    if (err != ERR_OK) {
        free(server);
        return err;
    }
    server->daemon = start_daemon(server, fd);
    if (server->daemon == NULL) {
        (void)close(fd); /* it was only made for this */
        free(server);
        return problem_set(problem, ERR_IO, "the HTTP server does not start");
    }
    server->run = http_run_create(loop, server->daemon);
    server->sweep = loop_timer_create(loop, on_sweep, server);
    *out = server;
    return ERR_OK;
}

void http_server_destroy(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    /* libmicrohttpd cannot stop with suspended connections. */
    for (struct http_connection *at = server->connections; at != NULL; at = at->next) {
        if (at->state == HTTP_WAITING) {
            if (at->delay != NULL) {
                loop_timer_stop(at->delay);
            }
            http_spoil_stop(at);
            http_resume(at, HTTP_DROPPED);
        } else if (at->reply.stream != NULL) {
            http_stream_drop(at->reply.stream);
        }
    }
    (void)MHD_run(server->daemon); /* fails only for daemons with threads */
    http_run_destroy(server->run);
    loop_timer_destroy(server->sweep);
    MHD_stop_daemon(server->daemon);
    free(server);
}

void http_server_turn(struct http_server *server)
{
    (void)MHD_run(server->daemon); /* what was resumed comes to its answer; */
    (void)MHD_run(server->daemon); /* this writes it. It fails only for daemons with threads */
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}
