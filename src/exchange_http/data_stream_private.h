/* data_stream_private.h: what the files of the data stream share. */
#ifndef EXCHANGE_HTTP_DATA_STREAM_PRIVATE_H
#define EXCHANGE_HTTP_DATA_STREAM_PRIVATE_H

#include "exchange_http/data_stream.h"
#include "exchange_http/data_subscription.h"
#include "net/tree.h"
#include "venue/frames.h"

/* In the order of the confirmation. `asked`: a client can ask for it; corrections and cancels come
 * with trades. */
#define DATA_CHANNEL_LIST(X)                                                                       \
    X(TRADES, "trades", true)                                                                      \
    X(QUOTES, "quotes", true)                                                                      \
    X(BARS, "bars", true)                                                                          \
    X(UPDATED_BARS, "updatedBars", true)                                                           \
    X(DAILY_BARS, "dailyBars", true)                                                               \
    X(STATUSES, "statuses", true)                                                                  \
    X(LULDS, "lulds", true)                                                                        \
    X(CORRECTIONS, "corrections", false)                                                           \
    X(CANCEL_ERRORS, "cancelErrors", false)

enum data_channel {
#define X(name, text, asked) CHANNEL_##name,
    DATA_CHANNEL_LIST(X)
#undef X
        CHANNEL_COUNT,
};

enum data_encoding { ENCODING_JSON, ENCODING_MSGPACK, ENCODING_COUNT };

struct data_session {
    struct data_stream *stream;
    struct data_session_plan plan;
    bool authenticated;
    bool slow;                                             /* was told so */
    struct data_subscription subscriptions[CHANNEL_COUNT]; /* of corrections, cancels: trades' */
};

/* What a session listens to on a channel. */
static inline const struct data_subscription *session_channel(const struct data_session *session,
                                                              enum data_channel channel)
{
    bool by_trades = channel == CHANNEL_CORRECTIONS || channel == CHANNEL_CANCEL_ERRORS;
    return &session->subscriptions[by_trades ? CHANNEL_TRADES : channel];
}

struct data_status {
    int64_t ts_ns;
    bool halted;
    const char *reason_code;
    const char *reason;
};

/* One object to be sent, as far as it is known; it is encoded when the first session wants it. */
struct data_item {
    enum data_channel channel;
    uint32_t number; /* of the symbol, in the stream's index */
    const char *symbol;
    uint8_t damage; /* enum fault_damage: it is told wrongly, by fault script */
    union {
        const struct event *tick; /* a quote or a trade */
        struct {
            const struct event *one;       /* this bar of the data, or ... */
            const struct frame_bar *frame; /* ... this one, or ... */
            int64_t end_ns;                /* ... what ended there, put together when encoded */
        } bar;
        struct data_status status;
        struct {
            int64_t ts_ns, up_e9, down_e9;
        } luld;
        struct {
            const struct past_tick *original;
            const struct past_tick *corrected; /* NULL: cancelled ... */
            bool error;                        /* ... because it was an error */
        } change;
    };
    bool encoded[ENCODING_COUNT];
    size_t at[ENCODING_COUNT]; /* in the encoding's bytes */
    size_t length[ENCODING_COUNT];
};

/* The messages made for the last session of an encoding: the next one often wants the same. */
struct data_batch {
    uint32_t *items; /* which they hold */
    uint32_t count;
    bool made;
    char *bytes;
    size_t length;
    size_t capacity;
    size_t *ends; /* of each message in the bytes */
    uint32_t message_count;
};

/* A market that is streamed: now, or as it was 15 minutes ago. */
struct data_lane {
    uint32_t endpoints; /* bits of those that get it */
    int64_t last_ns;    /* of the last slice; INT64_MIN: none yet */
    bool open;          /* the regular session */
    bool open_known;
};

struct data_stream {
    struct data_stream_plan plan;
    struct symbol_index symbols;      /* of the data */
    struct symbol_index test_symbols; /* FAKEPACA */
    struct data_session **sessions;
    uint32_t session_count;
    uint32_t session_capacity;
    struct tree tree; /* a client's message */
    struct json_writer control_json;
    struct msgpack control_msgpack;

    struct data_lane live;
    struct data_lane delayed;
    struct tape *delayed_tape; /* NULL: nobody listens */
    int64_t test_ns;           /* the test stream is sent up to here; INT64_MIN: not begun */

    /* of what is being published */
    struct data_item *items;
    uint32_t item_count;
    uint32_t item_capacity;
    struct json_writer json;
    struct msgpack msgpack;
    uint32_t *selected; /* items that a session wants */
    uint32_t selected_count;
    struct data_batch batches[ENCODING_COUNT];
    uint64_t encoded;
};

/* ---- data_session.c ---- */

/* Sends to a session; tells it once when it is slow. */
void session_send(struct data_session *session, const void *bytes, size_t length);

/* ---- data_messages.c ---- */

/* Encodes an item, if it has not been. */
void item_encode(struct data_stream *stream, struct data_item *item, enum data_encoding encoding);

/* ---- data_batch.c ---- */

/* Adds an item; valid until the next one. */
struct data_item *items_add(struct data_stream *stream, enum data_channel channel,
                            uint32_t instrument);

/* Faults of market data strike the quotes, trades and bars among the items. */
void items_damage(struct data_stream *stream);

/* Sends all items to the sessions of these endpoints that want them, and drops them. */
void items_send(struct data_stream *stream, uint32_t endpoints);
void batch_finish(struct data_batch *batch);

#endif
