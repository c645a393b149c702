/* http_server_fuzz.c: whatever a client sends, what reaches the handler keeps the promises of
 * http_server.h. The input comes in two pieces, parted where its first byte says. */
#include "net/http_server.h"

#include <string.h>

#include "net/net_fuzz.h"
#include "net/ws_private.h"

static size_t pass(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

static void handle(void *context, const struct http_request *request, struct http_reply *reply)
{
    (void)context;
    CHECK(request->url.path[0] == '/' && request->target != NULL);
    CHECK(request->body[request->body_length] == '\0' && request->body_length <= 1000);
    CHECK(request->url.parameter_count <= URL_PARAMETERS_MAX);
    CHECK(pass(http_header(request, "Host")) <= 2000);
    for (size_t i = 0; i < request->url.parameter_count; i++) {
        CHECK(http_query(request, request->url.parameters[i].name) != NULL);
    }
    char accept[WS_ACCEPT_SIZE];
    int refused = ws_handshake(request, accept);
    CHECK(refused != 0 || strlen(accept) == WS_ACCEPT_SIZE - 1);
    json_string(reply->json, request->url.path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct loop *loop;
    static struct http_server *server;
    if (loop == NULL) {
        struct http_options options = {.handle = handle, .body_max = 1000, .header_max = 2000};
        loop = loop_create();
        CHECK(http_server_create(loop, &options, &server, NULL) == ERR_OK);
    }
    if (size > 0) {
        size_t first = bytes[0] * (size - 1) / 255;
        const void *parts[2] = {bytes + 1, bytes + 1 + first};
        size_t lengths[2] = {first, size - 1 - first};
        fuzz_connection(loop, http_server_port(server), parts, lengths);
    }
    return 0;
}
