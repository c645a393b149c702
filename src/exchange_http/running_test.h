/* running_test.h: the whole served exchange on loopback, over the market of made_market_test.h,
 * driven by hand: requests as text, streams as the messages that came. */
#ifndef EXCHANGE_HTTP_RUNNING_TEST_H
#define EXCHANGE_HTTP_RUNNING_TEST_H

#include <stdio.h>

#include "exchange_http/made_market_test.h"
#include "exchange_http/server.h"
#include "net/net_test.h"

#define RUNNING_KEYS "APCA-API-KEY-ID: PKTEST\r\nAPCA-API-SECRET-KEY: secret\r\n"

struct running {
    struct bars data;
    struct server_plan plan;
    struct loop *loop;
    struct server *server;
    struct peer http;  /* Alpaca's face */
    struct peer admin; /* the operator's */
};

/* Monday at 10:00 in New York; the bars themselves, or quotes and trades along them too. */
static inline void running_plan(struct running *running, bool along_bars)
{
    running->data = made_bars();
    running->plan = (struct server_plan){
        .address = "127.0.0.1",
        .venue = made_plan(&running->data, made_open_ns(1) + 30 * NS_PER_MIN),
    };
    running->plan.venue.ticks_along_bars = along_bars;
}

static inline void running_start(struct running *running)
{
    struct problem problem = {0};
    running->loop = loop_create();
    cr_assert_eq(server_create(running->loop, &running->plan, &running->server, &problem), ERR_OK,
                 "%s", problem.text);
    peer_connect(&running->http, running->loop, server_port(running->server));
    peer_connect(&running->admin, running->loop, server_admin_port(running->server));
}

static inline void running_stop(struct running *running)
{
    peer_close(&running->http);
    peer_close(&running->admin);
    server_destroy(running->server);
    loop_destroy(running->loop);
    free(running->data.memory);
}

static inline void running_send(struct peer *peer, const char *method, const char *target,
                                const char *body)
{
    char text[8192];
    peer->length = 0;
    peer->got[0] = '\0';
    (void)snprintf(text, sizeof text,
                   "%s %s HTTP/1.1\r\nHost: localhost\r\n" RUNNING_KEYS
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   method, target, strlen(body), body);
    peer_say(peer, text);
}

/* Asks and returns the answer's body; peer_status() has the rest. */
static inline const char *running_ask(struct peer *peer, const char *method, const char *target,
                                      const char *body)
{
    running_send(peer, method, target, body);
    return peer_wait_answer(peer);
}

/* ---- streams ---- */

/* A frame of text, masked with zeros. */
static inline void running_say(struct peer *peer, const char *text)
{
    size_t length = strlen(text);
    unsigned char head[8] = {0x81, (unsigned char)(0x80 | length)};
    cr_assert(length < 126);
    peer_send(peer, head, 6);
    peer_send(peer, text, length);
}

/* Waits until `text` has come; what came before stays in peer->got. */
static inline void running_wait(struct peer *peer, const char *text)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (memmem(peer->got, peer->length, text, strlen(text)) == NULL) {
        cr_assert(clock_mono_ns() < end_ns && !peer->ended, "`%s` does not come", text);
        peer_turn(peer);
    }
}

static inline bool running_has(const struct peer *peer, const char *text)
{
    return memmem(peer->got, peer->length, text, strlen(text)) != NULL;
}

/* What is there and not read yet, without a turn of the loop. */
static inline void running_read(struct peer *peer)
{
    ssize_t got =
        recv(peer->fd, peer->got + peer->length, sizeof peer->got - peer->length - 1, MSG_DONTWAIT);
    peer->length += got > 0 ? (size_t)got : 0;
    peer->got[peer->length] = '\0';
}

static inline void running_forget(struct peer *peer)
{
    peer->length = 0;
    peer->got[0] = '\0';
}

static inline void running_upgrade(struct running *running, struct peer *peer, const char *path)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                   path);
    peer_connect(peer, running->loop, server_port(running->server));
    peer_say(peer, text);
    running_wait(peer, "\r\n\r\n");
}

/* A trading stream that has signed in and listens. */
static inline void running_listen(struct running *running, struct peer *peer)
{
    running_upgrade(running, peer, "/stream");
    cr_assert_eq(peer_status(peer), 101, "%s", peer->got);
    running_say(peer, "{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}");
    running_wait(peer, "\"authorized\"");
    running_say(peer, "{\"action\":\"listen\",\"data\":{\"streams\":[\"trade_updates\"]}}");
    running_wait(peer, "\"listening\"");
    running_forget(peer);
}

/* A stream of minute bars of all symbols. */
static inline void running_watch(struct running *running, struct peer *peer)
{
    running_upgrade(running, peer, "/v2/iex");
    cr_assert_eq(peer_status(peer), 101, "%s", peer->got);
    running_say(peer, "{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}");
    running_wait(peer, "\"authenticated\"");
    running_say(peer, "{\"action\":\"subscribe\",\"bars\":[\"*\"]}");
    running_wait(peer, "\"subscription\"");
    running_forget(peer);
}

#endif
