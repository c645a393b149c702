#include "exchange_http/streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/data_stream.h"
#include "exchange_http/events.h"
#include "exchange_http/shapes.h"
#include "exchange_http/stream_faults.h"
#include "exchange_http/trading_stream.h"
#include "net/ws_server.h"
#include "sys/clock.h"
#include "sys/memory.h"

/* A socket and what is said on it; one of the two sessions once the socket is open. */
struct connection {
    struct streams *streams;
    struct ws_socket *socket;
    struct stream_line line;
    struct trading_session *trading;
    struct data_session *data;
    struct account *account; /* of a data session that has signed in */
    bool is_trading;
    enum data_endpoint endpoint;
    bool msgpack;
    char key[KEY_SIZE]; /* of the handshake's headers; "" */
    char secret[KEY_SIZE];
    int64_t opened_ns; /* monotonic */
    struct connection *next;
    struct connection *previous;
};

struct streams {
    struct loop *loop;
    struct venue *venue;
    struct events *events;
    struct ws_server *sockets;
    struct data_stream *data;
    struct connection *first;
    struct json_writer update;
    bool publishing; /* what is sent is news, not an answer */
    struct line_refusal trading_refusal;
    struct line_refusal data_refusal;
};

#define NOT_REFUSED ((struct line_refusal){.until_ns = INT64_MIN})

/* ---- sending ---- */

static void send_trading(void *context, const void *bytes, size_t length, bool binary)
{
    struct connection *connection = context;
    (void)stream_line_send(&connection->line, binary ? WS_BINARY : WS_TEXT, bytes, length,
                           connection->streams->publishing);
}

static bool send_data(void *context, bool binary, const void *bytes, size_t length)
{
    struct connection *connection = context;
    return stream_line_send(&connection->line, binary ? WS_BINARY : WS_TEXT, bytes, length,
                            connection->streams->publishing) != WS_SLOW;
}

/* ---- signing in to market data ---- */

/* One connection an account and stream, as with the vendor. */
static bool is_taken(const struct streams *streams, const struct connection *asking,
                     const struct account *account)
{
    for (const struct connection *other = streams->first; other != NULL; other = other->next) {
        if (other != asking && other->account == account && other->endpoint == asking->endpoint) {
            return true;
        }
    }
    return false;
}

/* A fault cut the stream, and its session is said to live on. */
static bool is_refused(const struct streams *streams, const struct line_refusal *refusal)
{
    return streams->venue->now_ns < refusal->until_ns;
}

static enum data_error sign_in(void *context, struct data_session *session, const char *key,
                               const char *secret)
{
    struct streams *streams = context;
    struct connection *connection = data_session_context(session);
    struct refusal refusal = {0};
    struct account *account = venue_account(streams->venue, key, secret, &refusal);
    if (account == NULL) {
        return DATA_ERROR_AUTH_FAILED;
    }
    if (is_taken(streams, connection, account) || is_refused(streams, &streams->data_refusal)) {
        return DATA_ERROR_CONNECTION_LIMIT;
    }
    connection->account = account;
    return DATA_OK;
}

/* ---- sockets ---- */

static void on_open(void *context, struct ws_socket *socket)
{
    struct streams *streams = context;
    struct connection *connection = ws_user(socket);
    connection->opened_ns = clock_mono_ns();
    if (connection->is_trading) {
        const struct trading_session_plan plan = {
            .venue = streams->venue,
            .msgpack = connection->msgpack,
            .binary_json = true, /* as the paper host does */
            .context = connection,
            .send = send_trading,
        };
        connection->trading = trading_session_create(&plan);
        return;
    }
    const struct data_session_plan plan = {
        .endpoint = connection->endpoint,
        .msgpack = connection->msgpack,
        .context = connection,
        .send = send_data,
    };
    connection->data = data_session_open(streams->data, &plan);
    if (connection->key[0] != '\0') {
        data_session_authenticate(connection->data, connection->key, connection->secret);
    }
}

static void on_message(void *context, struct ws_socket *socket, const struct ws_message *message)
{
    (void)context;
    struct connection *connection = ws_user(socket);
    if (connection->data != NULL) {
        data_session_message(connection->data, message->bytes, message->length);
    } else if (connection->trading != NULL &&
               !trading_session_message(connection->trading, message->bytes, message->length)) {
        ws_close(socket, WS_POLICY, NULL);
    }
}

static void on_close(void *context, struct ws_socket *socket, int code)
{
    struct streams *streams = context;
    struct connection *connection = ws_user(socket);
    (void)code;
    if (connection->data != NULL) {
        data_session_close(connection->data);
    }
    trading_session_destroy(connection->trading);
    stream_line_finish(&connection->line);
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        streams->first = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    explicit_bzero(connection->secret, sizeof connection->secret);
    free(connection);
}

static void take_header(const struct http_request *request, const char *name, char *text)
{
    const char *value = http_header(request, name);
    (void)snprintf(text, KEY_SIZE, "%s", value == NULL ? "" : value);
}

bool streams_accept(struct streams *streams, const struct http_request *request,
                    struct http_reply *reply)
{
    enum data_endpoint endpoint = DATA_ENDPOINT_IEX;
    bool is_trading = strcmp(request->url.path, "/stream") == 0;
    if (!is_trading && !data_endpoint_of(request->url.path, &endpoint)) {
        return false;
    }
    struct line_refusal *refusal = is_trading ? &streams->trading_refusal : &streams->data_refusal;
    if (is_refused(streams, refusal) && (is_trading || refusal->status != 406)) {
        reply->status = refusal->status;
        return true;
    }
    struct ws_socket *socket = ws_accept(streams->sockets, request, reply);
    if (socket == NULL) {
        return true;
    }
    struct connection *connection = xcalloc(1, sizeof *connection);
    connection->streams = streams;
    connection->socket = socket;
    stream_line_init(&connection->line, streams->venue, socket,
                     is_trading ? FAULT_STREAM_TRADING : FAULT_STREAM_DATA, refusal);
    connection->is_trading = is_trading;
    connection->endpoint = endpoint;
    connection->msgpack = ws_wants_msgpack(socket);
    take_header(request, "APCA-API-KEY-ID", connection->key);
    take_header(request, "APCA-API-SECRET-KEY", connection->secret);
    connection->next = streams->first;
    if (streams->first != NULL) {
        streams->first->previous = connection;
    }
    streams->first = connection;
    ws_set_user(socket, connection);
    return true;
}

/* ---- the venue ---- */

static bool listens(const struct connection *connection, const struct account *account)
{
    return connection->trading != NULL && trading_session_account(connection->trading) == account;
}

static void on_order_event(void *context, struct account *account, const struct served_order *order,
                           enum order_event event, int64_t ts_ns, const struct activity *activity)
{
    struct streams *streams = context;
    json_reset(&streams->update);
    shape_trade_update(&streams->update, account, order, event, ts_ns, activity);
    events_add_trade(streams->events, account, ts_ns, streams->update.text);
    for (struct connection *to = streams->first; to != NULL; to = to->next) {
        if (!listens(to, account)) {
            continue;
        }
        streams->publishing = true;
        trading_session_publish(to->trading, account, streams->update.text);
        streams->publishing = false;
    }
}

static void on_slice(void *context, const struct slice *slice)
{
    struct streams *streams = context;
    streams->publishing = true;
    data_stream_publish(streams->data, slice);
    streams->publishing = false;
}

static void on_halt(void *context, uint32_t instrument, bool halted)
{
    struct streams *streams = context;
    streams->publishing = true;
    data_stream_halt(streams->data, instrument, halted, halted ? "T1" : "T3",
                     halted ? "Halt News Pending" : "News and Resumption Times");
    streams->publishing = false;
}

/* The last trade is no more, or was for a cent more; or bands of five per cent around it. */
static void on_notice(void *context, uint8_t fault_kind, uint32_t instrument)
{
    struct streams *streams = context;
    struct past_tick trade;
    if (!past_trade(streams->venue, instrument, streams->venue->now_ns, &trade)) {
        return;
    }
    int64_t price_e9 = trade.event.trade_tick.price_e9;
    streams->publishing = true;
    if (fault_kind == FAULT_LULD) {
        data_stream_luld(streams->data, instrument, price_e9 + price_e9 / 20,
                         price_e9 - price_e9 / 20);
    } else if (fault_kind == FAULT_CANCEL_TRADE) {
        data_stream_cancel_trade(streams->data, &trade, false);
    } else {
        struct past_tick corrected = trade;
        corrected.id++;
        corrected.event.trade_tick.price_e9 += MONEY_E9 / 100;
        data_stream_correct_trade(streams->data, &trade, &corrected);
    }
    streams->publishing = false;
}

int64_t streams_next_ns(const struct streams *streams)
{
    int64_t next_ns = VENUE_NEVER;
    for (const struct connection *at = streams->first; at != NULL; at = at->next) {
        int64_t line_ns = stream_line_next_ns(&at->line);
        next_ns = line_ns < next_ns ? line_ns : next_ns;
    }
    return next_ns;
}

/* The accounts that the connections speak for are no more. */
static void on_reset(void *context)
{
    struct streams *streams = context;
    for (struct connection *connection = streams->first; connection != NULL;
         connection = connection->next) {
        connection->account = NULL;
        trading_session_destroy(connection->trading);
        connection->trading = NULL;
        ws_close(connection->socket, WS_GOING_AWAY, "the exchange begins again");
    }
    data_stream_reset(streams->data);
    streams->trading_refusal = NOT_REFUSED;
    streams->data_refusal = NOT_REFUSED;
}

void streams_follow(struct streams *streams)
{
    for (struct connection *at = streams->first; at != NULL; at = at->next) {
        stream_line_follow(&at->line);
    }
    streams->publishing = true;
    data_stream_advance(streams->data, streams->venue->now_ns);
    streams->publishing = false;
}

void streams_beat(struct streams *streams)
{
    int64_t now_ns = clock_mono_ns();
    for (struct connection *connection = streams->first; connection != NULL;
         connection = connection->next) {
        if (connection->data != NULL && connection->opened_ns != 0 &&
            now_ns - connection->opened_ns > DATA_AUTH_NS &&
            !data_session_is_authenticated(connection->data)) {
            connection->opened_ns = 0; /* told once */
            data_session_error(connection->data, DATA_ERROR_AUTH_TIMEOUT);
            ws_close(connection->socket, WS_NORMAL, NULL);
        }
    }
    streams_follow(streams);
    data_stream_test(streams->data, clock_utc_ns());
}

struct streams *streams_create(struct loop *loop, struct venue *venue, struct events *events)
{
    struct streams *streams = xcalloc(1, sizeof *streams);
    streams->loop = loop;
    streams->venue = venue;
    streams->events = events;
    streams->trading_refusal = NOT_REFUSED;
    streams->data_refusal = NOT_REFUSED;
    json_init(&streams->update, false);
    const struct ws_options sockets = {
        .context = streams,
        .opened = on_open,
        .message = on_message,
        .closed = on_close,
    };
    streams->sockets = ws_server_create(loop, &sockets);
    const struct data_stream_plan data = {
        .venue = venue,
        .faults = &venue->faults,
        .symbols_max = venue->plan.free_plan ? DATA_SYMBOLS_FREE : 0,
        .context = streams,
        .authenticate = sign_in,
    };
    streams->data = data_stream_create(&data);
    venue->order_watcher = (struct order_watcher){.context = streams, .on_event = on_order_event};
    venue->market_watcher = (struct market_watcher){.context = streams,
                                                    .on_slice = on_slice,
                                                    .on_reset = on_reset,
                                                    .on_halt = on_halt,
                                                    .on_notice = on_notice};
    return streams;
}

void streams_destroy(struct streams *streams)
{
    if (streams == NULL) {
        return;
    }
    ws_server_destroy(streams->sockets);
    while (streams->first != NULL) {
        loop_turn(streams->loop, false); /* which calls on_close() for each */
    }
    streams->venue->order_watcher = (struct order_watcher){0};
    streams->venue->market_watcher = (struct market_watcher){0};
    data_stream_destroy(streams->data);
    json_finish(&streams->update);
    free(streams);
}
