/* data_stream.h: the streams of market data without their sockets: sessions, what they listen to,
 * and what is sent to whom. One for a venue.
 *
 * A session is one connection. The server opens it, hands its messages in, and gives what comes out
 * to the socket; everything is sent through the session's callback, from inside of the functions
 * here. Nothing may be opened or closed from inside of a callback.
 *
 * What is sent:
 *   trades, quotes   as the venue's tape has them;
 *   bars             of a minute, at its end: finer data is put together, longer bars come as
 *                    they are, at their end;
 *   dailyBars        with each bar, the day so far;
 *   statuses         of every symbol when the regular session opens or closes, and at halts;
 *   updatedBars      never: no trade is late here;
 *   lulds, corrections, cancelErrors   when the operator or a script of faults says so.
 * What passes at one instant goes out as one array, or where it is long as a few: a session's
 * messages hold 64 KiB at most. Each object is encoded once, however many sessions get it. */
#ifndef EXCHANGE_HTTP_DATA_STREAM_H
#define EXCHANGE_HTTP_DATA_STREAM_H

#include "venue/past_ticks.h"
#include "venue/venue.h"

/* Errors of the streams, and their texts (section 11 of the vendor's reference). */
#define DATA_ERROR_LIST(X)                                                                         \
    X(SYNTAX, 400, "invalid syntax")                                                               \
    X(NOT_AUTHENTICATED, 401, "not authenticated")                                                 \
    X(AUTH_FAILED, 402, "auth failed")                                                             \
    X(ALREADY_AUTHENTICATED, 403, "already authenticated")                                         \
    X(AUTH_TIMEOUT, 404, "auth timeout")                                                           \
    X(SYMBOL_LIMIT, 405, "symbol limit exceeded")                                                  \
    X(CONNECTION_LIMIT, 406, "connection limit exceeded")                                          \
    X(SLOW_CLIENT, 407, "slow client")                                                             \
    X(NOT_ENABLED, 408, "v2 not enabled")                                                          \
    X(INSUFFICIENT_SUBSCRIPTION, 409, "insufficient subscription")                                 \
    X(INVALID_ACTION, 410, "invalid subscribe action for this feed")                               \
    X(INTERNAL, 500, "internal error")

enum data_error {
    DATA_OK = 0,
#define X(name, code, text) DATA_ERROR_##name = code,
    DATA_ERROR_LIST(X)
#undef X
};

/* The streams by their paths. */
enum data_endpoint {
    DATA_ENDPOINT_IEX,         /* /v2/iex */
    DATA_ENDPOINT_SIP,         /* /v2/sip: not on the free plan */
    DATA_ENDPOINT_DELAYED_SIP, /* /v2/delayed_sip: what was 15 minutes ago */
    DATA_ENDPOINT_BOATS,       /* /v1beta1/boats and ... */
    DATA_ENDPOINT_OVERNIGHT,   /* /v1beta1/overnight: no such market, so nothing comes */
    DATA_ENDPOINT_TEST,        /* /v2/test: FAKEPACA, always on */
    DATA_ENDPOINT_COUNT,
};

struct data_stream;
struct data_session;

struct data_stream_plan {
    const struct venue *venue; /* outlives the stream */
    struct faults *faults;     /* of what is streamed; outlives it, too; NULL: none */
    uint32_t symbols_max;      /* on trades and quotes of a session together; 0: any number */
    void *context;
    /* Whether a key pair may listen, or what is wrong: AUTH_FAILED, CONNECTION_LIMIT, ... */
    enum data_error (*authenticate)(void *context, struct data_session *session, const char *key,
                                    const char *secret);
};

struct data_session_plan {
    enum data_endpoint endpoint;
    bool msgpack; /* else JSON */
    void *context;
    /* Sends a message, binary or text; the bytes are valid during the call. False when the client
     * is too slow to take it. */
    bool (*send)(void *context, bool binary, const void *bytes, size_t length);
};

/* The most symbols of the free plan. */
#define DATA_SYMBOLS_FREE 30

/* A client that has not authenticated by then is told so and cut. */
#define DATA_AUTH_NS (10 * NS_PER_S)

struct data_stream *data_stream_create(const struct data_stream_plan *plan);
void data_stream_destroy(struct data_stream *stream);

/* The endpoint of a path, without its query; false when it is none. */
bool data_endpoint_of(const char *path, enum data_endpoint *endpoint);

/* Greets the client. */
struct data_session *data_session_open(struct data_stream *stream,
                                       const struct data_session_plan *plan);
void data_session_close(struct data_session *session);

/* A message of the client's, in JSON or MessagePack whatever the session speaks; answers it. */
void data_session_message(struct data_session *session, const void *bytes, size_t length);

/* Keys that came with the handshake. */
void data_session_authenticate(struct data_session *session, const char *key, const char *secret);
bool data_session_is_authenticated(const struct data_session *session);

/* Sends an error: AUTH_TIMEOUT when its time is up, ... */
void data_session_error(struct data_session *session, enum data_error error);

enum data_endpoint data_session_endpoint(const struct data_session *session);
void *data_session_context(const struct data_session *session);

/* A slice that the venue's market has just shown (a market_watcher's on_slice). */
void data_stream_publish(struct data_stream *stream, const struct slice *slice);

/* The venue's time goes on: openings, closings, and what was 15 minutes ago. */
void data_stream_advance(struct data_stream *stream, int64_t now_ns);

/* The test stream up to a moment, by a clock that always goes; it begins with the first call, and
 * what was more than a minute ago is left out. */
void data_stream_test(struct data_stream *stream, int64_t now_ns);

/* The venue went back to its beginning. */
void data_stream_reset(struct data_stream *stream);

/* By an operator or a script of faults. */
void data_stream_halt(struct data_stream *stream, uint32_t instrument, bool halted,
                      const char *reason_code, const char *reason);
void data_stream_luld(struct data_stream *stream, uint32_t instrument, int64_t up_e9,
                      int64_t down_e9);
void data_stream_cancel_trade(struct data_stream *stream, const struct past_tick *trade,
                              bool error);
void data_stream_correct_trade(struct data_stream *stream, const struct past_tick *original,
                               const struct past_tick *corrected);

/* Objects that were encoded so far, for who measures it. */
uint64_t data_stream_encoded(const struct data_stream *stream);

#endif
