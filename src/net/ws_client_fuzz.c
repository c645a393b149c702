/* ws_client_fuzz.c: whatever a server says, in its handshake or after it, only messages within the
 * limit arrive, text is UTF-8, and the end is told once. The first byte picks which. */
#include "net/ws_client.h"

#include <stdio.h>

#include "base/utc.h"
#include "net/client_fuzz.h"
#include "net/json_index.h"
#include "net/ws_private.h"

static struct ws_client *client;
static bool is_open;
static int closed_count;

static void on_opened(void *context)
{
    (void)context;
    CHECK(!is_open && closed_count == 0);
    is_open = true;
}

static void on_message(void *context, const struct ws_message *message)
{
    (void)context;
    CHECK(is_open && closed_count == 0 && message->length <= 1000);
    CHECK(message->kind == WS_BINARY || utf8_is_valid(message->bytes, message->length));
    (void)ws_client_send(client, message->kind, message->bytes, message->length);
}

static void on_pong(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    CHECK(length <= 125);
}

static void on_closed(void *context, const struct ws_ended *ended)
{
    (void)context;
    closed_count++;
    CHECK(ended->code >= 1000 && ended->code < 5000 && ended->why[0] != '\0');
    CHECK(ended->http_status == 0 || (!is_open && ended->http_status >= 100));
}

static void greet(struct fuzz_server *server)
{
    char accept[WS_ACCEPT_SIZE], answer[256];
    const char *key = strstr(server->asked, "Sec-WebSocket-Key: ");
    CHECK(key != NULL);
    ws_accept_for(key + 19, accept);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    fuzz_say(server, answer, (size_t)length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct loop *loop;
    static struct fuzz_server server;
    static char url[64];
    if (loop == NULL) {
        loop = loop_create();
        fuzz_listen(&server);
        (void)snprintf(url, sizeof url, "ws://127.0.0.1:%u/", server.port);
    }
    if (size == 0) {
        return 0;
    }
    struct ws_client_options options = {.url = url,
                                        .connect_ns = NS_PER_S,
                                        .message_max = 1000,
                                        .queue_max = 100000,
                                        .opened = on_opened,
                                        .message = on_message,
                                        .pong = on_pong,
                                        .closed = on_closed};
    is_open = false;
    closed_count = 0;
    client = ws_client_create(loop, &options);
    CHECK(fuzz_asked(&server, loop));
    if ((bytes[0] & 1) != 0) {
        greet(&server);
    }
    fuzz_say(&server, bytes + 1, size - 1);
    fuzz_end(&server);
    while (closed_count == 0) {
        loop_turn(loop, true); /* patience ends at the latest */
    }
    CHECK(closed_count == 1);
    ws_client_destroy(client);
    fuzz_close(&server);
    loop_turn(loop, false);
    return 0;
}
