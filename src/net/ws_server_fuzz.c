/* ws_server_fuzz.c: whatever a client sends after the handshake, only messages within the limit
 * arrive, text is UTF-8, and each socket is closed once. */
#include "net/ws_server.h"

#include <string.h>

#include "net/json_index.h"
#include "net/net_fuzz.h"

static struct ws_server *server;
static int open_count;

static void on_opened(void *context, struct ws_socket *socket)
{
    (void)context;
    (void)socket;
    open_count++;
}

static void on_closed(void *context, struct ws_socket *socket, int code)
{
    (void)context;
    (void)socket;
    CHECK(code >= 1000 && code < 5000);
    open_count--;
}

static void on_message(void *context, struct ws_socket *socket, const struct ws_message *message)
{
    (void)context;
    CHECK(message->length <= 1000);
    CHECK(message->kind == WS_BINARY || utf8_is_valid(message->bytes, message->length));
    (void)ws_send(socket, message->kind, message->bytes, message->length);
}

static void handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    (void)ws_accept(server, request, reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char handshake[] =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    static struct loop *loop;
    static struct http_server *http;
    if (loop == NULL) {
        struct http_options options = {.handle = handle};
        struct ws_options sockets = {.opened = on_opened,
                                     .message = on_message,
                                     .closed = on_closed,
                                     .message_max = 1000,
                                     .queue_max = 100000};
        loop = loop_create();
        server = ws_server_create(loop, &sockets);
        CHECK(http_server_create(loop, &options, &http, NULL) == ERR_OK);
    }
    const void *parts[2] = {handshake, bytes};
    size_t lengths[2] = {sizeof handshake - 1, size};
    fuzz_connection(loop, http_server_port(http), parts, lengths);
    CHECK(open_count <= 1); /* the last one may still have its turn to come */
    return 0;
}
