/* trading_stream.h: what is said on one connection of the trading stream (/stream), without its
 * socket: authentication, what is listened to, and trade updates.
 *
 * Client and server speak JSON, or MessagePack where the handshake asked for it; what comes in is
 * told apart by its first byte, whatever was asked. There is no greeting and no replay. A session
 * ends before its venue's accounts do: at venue_reset(), too. */
#ifndef EXCHANGE_HTTP_TRADING_STREAM_H
#define EXCHANGE_HTTP_TRADING_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "venue/venue.h"

/* Takes a whole message for the client; the bytes are valid until it returns. */
typedef void trading_send(void *context, const void *bytes, size_t length, bool binary);

struct trading_session_plan {
    struct venue *venue; /* outlives the session */
    bool msgpack;        /* the handshake asked for it */
    bool binary_json;    /* JSON goes out in binary frames, as the vendor's paper host does */
    void *context;
    trading_send *send;
};

struct trading_session;

/* The caller ends it with trading_session_destroy(). */
struct trading_session *trading_session_create(const struct trading_session_plan *plan);
void trading_session_destroy(struct trading_session *session);

/* Answers a message of the client's. False when the connection is to be closed after it: the
 * message was none that this stream knows. */
bool trading_session_message(struct trading_session *session, const void *bytes, size_t length);

/* Sends a trade update of that account, if this session has authenticated for it and listens.
 * `update`: the update as a JSON object (shape_trade_update()). */
void trading_session_publish(struct trading_session *session, const struct account *account,
                             const char *update);

/* The account that the session has authenticated for; NULL before. */
struct account *trading_session_account(const struct trading_session *session);

#endif
