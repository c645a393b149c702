/* ws_client.h: one WebSocket (RFC 6455) to a server, in the loop.
 *
 * libcurl connects and verifies TLS, the handshake and the frames (wslay) are ours. No extensions
 * are offered. It never connects again by itself: who owns it decides when (alpaca/stream.h). */
#ifndef NET_WS_CLIENT_H
#define NET_WS_CLIENT_H

#include "net/loop.h"
#include "net/ws_server.h" /* enum ws_kind, WS_ codes, struct ws_message */

struct ws_client;

/* Why it ended. */
struct ws_ended {
    int code;        /* WS_ codes; WS_LOST: no close came */
    int http_status; /* of a handshake that was refused (401, 403, 406, 429, ...); else 0 */
    const char *why; /* in a few words; valid during the call */
};

struct ws_client_options {
    const char *url;            /* ws:// or wss:// */
    const char *const *headers; /* "Name: value", NULL-ended; NULL: none */
    const char *ca_file;        /* PEM; NULL: the system's */
    int64_t connect_ns;         /* until the handshake is answered; 0: 10 s */
    size_t message_max;         /* 0: 16 MiB; a longer one closes it with WS_TOO_BIG */
    size_t queue_max;           /* unsent bytes; 0: 1 MiB; more cuts it */
    void *context;
    void (*opened)(void *context);
    void (*message)(void *context, const struct ws_message *message);
    void (*pong)(void *context, const void *bytes, size_t length); /* may be NULL */
    void (*closed)(void *context, const struct ws_ended *ended);   /* last, exactly once */
};

/* Begins to connect; everything is copied. Callbacks come from the loop. */
struct ws_client *ws_client_create(struct loop *loop, const struct ws_client_options *options);

/* Cuts it if it is still there; no callback comes any more. May be called from within callbacks. */
void ws_client_destroy(struct ws_client *client);

enum ws_sent ws_client_send(struct ws_client *client, enum ws_kind kind, const void *bytes,
                            size_t length);
void ws_client_ping(struct ws_client *client, const void *bytes, size_t length); /* <= 125 */

/* Sends a close and waits two seconds for the other's; then closed() comes. */
void ws_client_close(struct ws_client *client, int code);

#endif
