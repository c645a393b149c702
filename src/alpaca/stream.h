/* stream.h: one of Alpaca's streams, kept alive: connects, authenticates, subscribes, listens, and
 * begins again after every loss, never sooner than 1 s, with capped exponential back-off and full
 * jitter (W2); 406 and 429 wait at least as long as a dead session lives there.
 *
 * It hands on whole messages as trees and tells when it is up, and when it is not. A stream that is
 * up without data for longer than its owner allows is taken for dead: answered pings prove nothing.
 * All waiting is by the client's clock. */
#ifndef ALPACA_STREAM_H
#define ALPACA_STREAM_H

#include "alpaca/client.h"
#include "net/tree.h"
#include "net/ws_client.h"

enum stream_kind { STREAM_TRADING, STREAM_DATA };

enum stream_state {
    STREAM_DOWN,       /* waits for its next try */
    STREAM_CONNECTING, /* until it is authorized and subscribed */
    STREAM_UP,
    STREAM_REFUSED, /* the keys, or what they entitle to, were refused: it does not try again */
};

struct stream;

struct stream_plan {
    enum stream_kind kind;
    struct client *client;
    uint64_t seed; /* of the jitter */
    void *context;
    /* What the owner wants subscribed: writes the message (`{"action":"subscribe",...}`) each time
     * a connection has been authorized. NULL for STREAM_TRADING, which listens to trade_updates. */
    size_t (*subscribe)(void *context, char *out, size_t size);
    /* A message of data: the tree is valid during the call. Of STREAM_DATA the array; of
     * STREAM_TRADING `data` of a trade_updates, which may be NULL or null. */
    void (*message)(void *context, const struct node *root);
    /* The bytes of a data message first: true when the owner took them and no tree is wanted. May
     * be NULL. */
    bool (*raw)(void *context, const char *bytes, size_t length);
    /* The state has changed; `why` in a few words, for people. */
    void (*changed)(void *context, enum stream_state state, const char *why);
};

/* Begins to connect at once. */
struct stream *stream_create(const struct stream_plan *plan);
void stream_destroy(struct stream *stream);

enum stream_state stream_state(const struct stream *stream);

/* When the last message of data came (not pings, not control); when it came up, before the first.
 */
int64_t stream_heard_ns(const struct stream *stream);

/* The owner takes it for dead: it is cut and begins again. */
void stream_restart(struct stream *stream, const char *why);

/* Sends a message in JSON, e.g. a further subscription; false: it is not up. */
bool stream_send(struct stream *stream, const char *text, size_t length);

/* Asks for a sign that everything sent before has come: `arrived` is called once behind all that
 * the server sent before it saw the question; also when the stream is lost or down. For exchanges
 * that move by steps. */
void stream_barrier(struct stream *stream, void (*arrived)(void *context), void *context);

int64_t stream_deadline_ns(const struct stream *stream);
void stream_on_time(struct stream *stream, int64_t now_ns);

#endif
