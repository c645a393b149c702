/* ws_client_io.c: bytes and frames of the WebSocket client: libcurl's connection below, wslay
 * above.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/check.h"
#include "net/ws_client_private.h"
#include "sys/memory.h"

/* The queue. */

void ws_client_put(struct ws_client *client, const void *bytes, size_t length)
{
    struct ws_chunk *chunk = xmalloc(sizeof *chunk + length);
    chunk->next = NULL;
    chunk->length = length;
    chunk->sent = 0;
    memcpy(chunk->bytes, bytes, length);
    *client->out_end = chunk;
    client->out_end = &chunk->next;
    client->queued += length;
}

/* What was sent may have held a secret. */
static void drop_first(struct ws_client *client)
{
    struct ws_chunk *chunk = client->out;
    client->out = chunk->next;
    if (client->out == NULL) {
        client->out_end = &client->out;
    }
    client->queued -= chunk->length - chunk->sent;
    explicit_bzero(chunk->bytes, chunk->length);
    free(chunk);
}

void ws_client_drop_queue(struct ws_client *client)
{
    while (client->out != NULL) {
        drop_first(client);
    }
    if (client->said != NULL) {
        explicit_bzero(client->said, client->said_capacity);
        free(client->said);
        client->said = NULL;
    }
}

static bool send_queue(struct ws_client *client)
{
    while (client->out != NULL) {
        struct ws_chunk *chunk = client->out;
        size_t sent = 0;
        CURLcode result =
            curl_loop_send(client->easy, client->plain ? client->fd : -1,
                           chunk->bytes + chunk->sent, chunk->length - chunk->sent, &sent);
        if (result == CURLE_AGAIN) {
            return true;
        }
        if (result != CURLE_OK) {
            return false;
        }
        chunk->sent += sent;
        client->queued -= sent;
        if (chunk->sent == chunk->length) {
            drop_first(client);
        }
    }
    return true;
}

bool ws_client_flush(struct ws_client *client)
{
    if (client->wslay != NULL && !client->refused && wslay_event_want_write(client->wslay)) {
        if (wslay_event_send(client->wslay) != 0) {
            return false;
        }
        ws_client_put(client, client->said, client->said_length);
        explicit_bzero(client->said, client->said_length);
        client->said_length = 0;
    }
    return send_queue(client);
}

/* wslay's callbacks. */

/* Pongs and closes pass the limit of the queue, but not without end. */
static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *bytes, size_t length,
                       int flags, void *context)
{
    (void)flags;
    struct ws_client *client = context;
    if (client->queued + client->said_length > 2 * client->options.queue_max) {
        wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    if (client->said_length + length > client->said_capacity) {
        size_t capacity = 2 * (client->said_length + length);
        uint8_t *larger = xmalloc(capacity);
        if (client->said != NULL) {
            memcpy(larger, client->said, client->said_length);
            explicit_bzero(client->said, client->said_length);
            free(client->said);
        }
        client->said = larger;
        client->said_capacity = capacity;
    }
    memcpy(client->said + client->said_length, bytes, length);
    client->said_length += length;
    return (ssize_t)length;
}

bool ws_client_read(struct ws_client *client)
{
    size_t got = 0;
    if (client->phase == WS_PHASE_ENDED) {
        client->lost = true;
        return false;
    }
    if (client->in_at == client->in_length) {
        client->in_at = client->in_length = 0;
    }
    size_t room = sizeof client->in - client->in_length;
    if (client->taken >= WS_TURN_MAX || room == 0 || client->drained) {
        return false;
    }
    CURLcode result = curl_loop_recv(client->easy, client->plain ? client->fd : -1,
                                     client->in + client->in_length, room, &got);
    if (result == CURLE_OK && got > 0) {
        client->in_length += got;
        client->taken += got;
        client->drained = client->plain && got < room;
        return true;
    }
    client->lost = result != CURLE_AGAIN;
    return false;
}

static ssize_t on_recv(wslay_event_context_ptr wslay, uint8_t *out, size_t size, int flags,
                       void *context)
{
    (void)flags;
    struct ws_client *client = context;
    if (client->phase == WS_PHASE_ENDED ||
        (client->in_at == client->in_length && !ws_client_read(client))) {
        bool over = client->lost || client->phase == WS_PHASE_ENDED;
        wslay_event_set_error(wslay, over ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size_t left = client->in_length - client->in_at;
    size_t amount = left < size ? left : size;
    memcpy(out, client->in + client->in_at, amount);
    client->in_at += amount;
    return (ssize_t)amount;
}

static int on_mask(wslay_event_context_ptr wslay, uint8_t *out, size_t length, void *context)
{
    (void)wslay;
    (void)context;
    CHECK(getrandom(out, length, 0) == (ssize_t)length); /* so few come at once */
    return 0;
}

static void on_message(wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *got,
                       void *context)
{
    (void)wslay;
    struct ws_client *client = context;
    const struct ws_client_options *options = &client->options;
    if (client->phase != WS_PHASE_OPEN || client->destroyed) {
        return;
    }
    if (got->opcode == WSLAY_PONG && options->pong != NULL) {
        options->pong(options->context, got->msg, got->msg_length);
    }
    if (!wslay_is_ctrl_frame(got->opcode)) {
        struct ws_message message = {
            .kind = got->opcode == WSLAY_TEXT_FRAME ? WS_TEXT : WS_BINARY,
            .bytes = got->msg,
            .length = got->msg_length,
        };
        options->message(options->context, &message);
    }
}

void ws_client_start_frames(struct ws_client *client)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_recv,
        .send_callback = on_send,
        .genmask_callback = on_mask,
        .on_msg_recv_callback = on_message,
    };
    CHECK(wslay_event_context_client_init(&client->wslay, &callbacks, client) == 0); /* memory */
    wslay_event_config_set_max_recv_msg_length(client->wslay, client->options.message_max);
}
