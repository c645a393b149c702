/* net_server.c: a server to be measured: every request is answered with 40 bytes of JSON, every
 * WebSocket's text is echoed; `fan` as a message sends 1000 messages of 200 bytes to every socket.
 *
 *   net_server PORT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/ws_server.h"

enum { SOCKETS_MAX = 1024 };

struct bench {
    struct loop *loop;
    struct ws_server *sockets;
    struct ws_socket *open[SOCKETS_MAX];
    size_t count;
};

static void handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    struct bench *bench = context;
    if (http_header(request, "Upgrade") != NULL) {
        (void)ws_accept(bench->sockets, request, reply);
        return;
    }
    json_begin_object(reply->json);
    json_member_string(reply->json, "status", "accepted");
    json_member_uint(reply->json, "id", 1234567);
    json_end_object(reply->json);
}

static void on_opened(void *context, struct ws_socket *socket)
{
    struct bench *bench = context;
    if (bench->count < SOCKETS_MAX) {
        bench->open[bench->count++] = socket;
    }
}

static void on_closed(void *context, struct ws_socket *socket, int code)
{
    struct bench *bench = context;
    (void)code;
    for (size_t i = 0; i < bench->count; i++) {
        if (bench->open[i] == socket) {
            bench->open[i] = bench->open[--bench->count];
        }
    }
}

static void on_message(void *context, struct ws_socket *socket, const struct ws_message *message)
{
    struct bench *bench = context;
    if (message->length == 3 && memcmp(message->bytes, "fan", 3) == 0) {
        char bytes[200];
        memset(bytes, 'x', sizeof bytes);
        for (int i = 0; i < 1000; i++) {
            struct ws_buffer *buffer = ws_buffer_create(WS_TEXT, bytes, sizeof bytes);
            for (size_t k = 0; k < bench->count; k++) {
                (void)ws_send_buffer(bench->open[k], buffer);
            }
            ws_buffer_release(buffer);
        }
        return;
    }
    (void)ws_send(socket, message->kind, message->bytes, message->length);
}

static void stop(void *context)
{
    loop_stop(context);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct http_server *server = NULL;
    struct problem problem = {0};
    unsigned long port = argc == 2 ? strtoul(argv[1], NULL, 10) : 65536;
    if (port > 65535) {
        (void)fputs("usage: net_server PORT\n", stderr);
        return 2;
    }
    bench.loop = loop_create();
    struct ws_options sockets = {.context = &bench,
                                 .opened = on_opened,
                                 .message = on_message,
                                 .closed = on_closed,
                                 .queue_max = 16 << 20};
    bench.sockets = ws_server_create(bench.loop, &sockets);
    struct http_options options = {.port = (uint16_t)port, .handle = handle, .context = &bench};
    if (http_server_create(bench.loop, &options, &server, &problem) != ERR_OK) {
        (void)fprintf(stderr, "net_server: %s\n", problem.text);
        return 1;
    }
    (void)printf("%u\n", (unsigned)http_server_port(server));
    (void)fflush(stdout);
    loop_on_signal(bench.loop, SIGTERM, stop, bench.loop);
    loop_on_signal(bench.loop, SIGINT, stop, bench.loop);
    loop_run(bench.loop);
    ws_server_destroy(bench.sockets);
    http_server_destroy(server);
    loop_destroy(bench.loop);
    return 0;
}
