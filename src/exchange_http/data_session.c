/* data_session.c: sessions of the data stream: who they are, what they listen to, and how they are
 * answered. */
#include <stdlib.h>
#include <string.h>

#include "exchange_http/data_stream_private.h"
#include "sys/memory.h"

static const struct {
    const char *name;
    bool asked;
} channels[] = {
#define X(name, text, asked) [CHANNEL_##name] = {text, asked},
    DATA_CHANNEL_LIST(X)
#undef X
};

/* Channels of other feeds: asking for them here is a mistake that the vendor names. Some clients
 * always name them all, with null for those that they do not ask for. */
static const char *const foreign_channels[] = {"news", "orderbooks"};

static const char *error_text(enum data_error error)
{
    switch (error) {
#define X(name, code, text)                                                                        \
    case DATA_ERROR_##name:                                                                        \
        return text;
        DATA_ERROR_LIST(X)
#undef X
    case DATA_OK:
        break;
    }
    return "internal error";
}

/* ---- sending ---- */

void session_send(struct data_session *session, const void *bytes, size_t length)
{
    const struct data_session_plan *plan = &session->plan;
    if (plan->send(plan->context, plan->msgpack, bytes, length)) {
        session->slow = false;
    } else if (!session->slow) {
        session->slow = true;
        data_session_error(session, DATA_ERROR_SLOW_CLIENT);
    }
}

/* A message of control: an array of one object with that many members. */
static struct data_writer begin_control(struct data_session *session, const char *type,
                                        uint32_t members)
{
    struct data_stream *stream = session->stream;
    struct data_writer writer = {0};
    if (session->plan.msgpack) {
        writer.msgpack = &stream->control_msgpack;
        msgpack_reset(writer.msgpack);
    } else {
        writer.json = &stream->control_json;
        json_reset(writer.json);
    }
    data_array(&writer, 1);
    data_map(&writer, 1 + members);
    data_member_string(&writer, "T", type);
    return writer;
}

static void end_control(struct data_session *session, const struct data_writer *writer)
{
    data_map_end(writer);
    data_array_end(writer);
    if (writer->msgpack != NULL) {
        session_send(session, writer->msgpack->bytes, writer->msgpack->length);
    } else if (writer->json != NULL) {
        session_send(session, writer->json->text, writer->json->length);
    }
}

static void send_success(struct data_session *session, const char *message)
{
    const struct data_writer writer = begin_control(session, "success", 1);
    data_member_string(&writer, "msg", message);
    end_control(session, &writer);
}

void data_session_error(struct data_session *session, enum data_error error)
{
    const struct data_writer writer = begin_control(session, "error", 2);
    data_member_uint(&writer, "code", (uint64_t)error);
    data_member_string(&writer, "msg", error_text(error));
    end_control(session, &writer);
}

static const struct symbol_index *symbols_of(const struct data_session *session)
{
    return session->plan.endpoint == DATA_ENDPOINT_TEST ? &session->stream->test_symbols
                                                        : &session->stream->symbols;
}

/* The whole state, whatever was changed. */
static void send_subscriptions(struct data_session *session)
{
    const struct data_writer writer = begin_control(session, "subscription", CHANNEL_COUNT);
    for (enum data_channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        data_subscription_member(&writer, channels[channel].name, session_channel(session, channel),
                                 symbols_of(session));
    }
    end_control(session, &writer);
}

/* ---- opening and closing ---- */

struct data_session *data_session_open(struct data_stream *stream,
                                       const struct data_session_plan *plan)
{
    struct data_session *session = xcalloc(1, sizeof *session);
    session->stream = stream;
    session->plan = *plan;
    if (stream->session_count == stream->session_capacity) {
        stream->session_capacity = 2 * stream->session_capacity + 16;
        stream->sessions =
            xrealloc(stream->sessions, stream->session_capacity * sizeof(struct data_session *));
    }
    stream->sessions[stream->session_count++] = session;
    send_success(session, "connected");
    return session;
}

void data_session_close(struct data_session *session)
{
    if (session == NULL) {
        return;
    }
    struct data_stream *stream = session->stream;
    for (uint32_t i = 0; i < stream->session_count; i++) {
        if (stream->sessions[i] == session) {
            stream->sessions[i] = stream->sessions[--stream->session_count];
            break;
        }
    }
    for (enum data_channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        data_subscription_finish(&session->subscriptions[channel]);
    }
    free(session);
}

/* ---- authentication ---- */

bool data_session_is_authenticated(const struct data_session *session)
{
    return session->authenticated;
}

enum data_endpoint data_session_endpoint(const struct data_session *session)
{
    return session->plan.endpoint;
}

void *data_session_context(const struct data_session *session)
{
    return session->plan.context;
}

void data_session_authenticate(struct data_session *session, const char *key, const char *secret)
{
    const struct data_stream_plan *plan = &session->stream->plan;
    if (session->authenticated) {
        data_session_error(session, DATA_ERROR_ALREADY_AUTHENTICATED);
        return;
    }
    /* Before the keys are judged: who is let in there may count as connected. */
    bool entitled = session->plan.endpoint != DATA_ENDPOINT_SIP || !plan->venue->plan.free_plan;
    enum data_error error = entitled ? plan->authenticate(plan->context, session, key, secret)
                                     : DATA_ERROR_INSUFFICIENT_SUBSCRIPTION;
    if (error != DATA_OK) {
        data_session_error(session, error);
        return;
    }
    session->authenticated = true;
    send_success(session, "authenticated");
}

/* ---- subscriptions ---- */

/* What is wrong with the lists of a subscription; DATA_OK: nothing. */
static enum data_error judge_lists(const struct node *message)
{
    for (enum data_channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        const struct node *list = node_member(message, channels[channel].name);
        if (list == NULL || list->kind == NODE_NULL) {
            continue;
        }
        if (list->kind != NODE_ARRAY) {
            return DATA_ERROR_SYNTAX;
        }
        for (const struct node *at = node_first(list); at != NULL; at = node_next(list, at)) {
            const char *symbol = node_text(at);
            if (symbol == NULL || symbol[0] == '\0' || strlen(symbol) >= SYMBOL_SIZE) {
                return DATA_ERROR_SYNTAX;
            }
        }
    }
    for (size_t i = 0; i < sizeof foreign_channels / sizeof foreign_channels[0]; i++) {
        const struct node *list = node_member(message, foreign_channels[i]);
        if (list != NULL && list->kind != NODE_NULL) {
            return DATA_ERROR_INVALID_ACTION;
        }
    }
    return DATA_OK;
}

/* Changes one channel; false when it holds too many names. */
static bool change_channel(struct data_session *session, enum data_channel channel,
                           const struct node *list, bool adds)
{
    struct data_subscription *subscription = &session->subscriptions[channel];
    for (const struct node *at = node_first(list); at != NULL; at = node_next(list, at)) {
        if (!adds) {
            data_subscription_remove(subscription, symbols_of(session), node_text(at));
        } else if (!data_subscription_add(subscription, symbols_of(session), node_text(at))) {
            return false;
        }
    }
    return true;
}

static bool within_limit(const struct data_session *session)
{
    uint32_t limit = session->stream->plan.symbols_max;
    return limit == 0 || session->plan.endpoint == DATA_ENDPOINT_TEST ||
           data_subscription_size(&session->subscriptions[CHANNEL_TRADES]) +
                   data_subscription_size(&session->subscriptions[CHANNEL_QUOTES]) <=
               limit;
}

/* All of a subscription, or nothing of it. */
static bool change_all(struct data_session *session, const struct node *message, bool adds)
{
    struct data_subscription before[CHANNEL_COUNT];
    bool good = true;
    for (enum data_channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        data_subscription_copy(&before[channel], &session->subscriptions[channel],
                               symbols_of(session));
    }
    for (enum data_channel channel = 0; channel < CHANNEL_COUNT && good; channel++) {
        if (channels[channel].asked) {
            good = change_channel(session, channel, node_member(message, channels[channel].name),
                                  adds);
        }
    }
    good = good && (!adds || within_limit(session));
    for (enum data_channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        struct data_subscription *subscription = &session->subscriptions[channel];
        data_subscription_finish(good ? &before[channel] : subscription);
        if (!good) {
            *subscription = before[channel];
        }
    }
    return good;
}

static void subscribe(struct data_session *session, const struct node *message, bool adds)
{
    enum data_error error = judge_lists(message);
    if (!session->authenticated) {
        error = DATA_ERROR_NOT_AUTHENTICATED;
    } else if (error == DATA_OK && !change_all(session, message, adds)) {
        error = DATA_ERROR_SYMBOL_LIMIT;
    }
    if (error != DATA_OK) {
        data_session_error(session, error);
    } else {
        send_subscriptions(session);
    }
}

/* ---- messages ---- */

static void authenticate(struct data_session *session, const struct node *message)
{
    const char *key = node_text(node_member(message, "key"));
    const char *secret = node_text(node_member(message, "secret"));
    if (key == NULL || secret == NULL) {
        data_session_error(session, session->authenticated ? DATA_ERROR_ALREADY_AUTHENTICATED
                                                           : DATA_ERROR_AUTH_FAILED);
        return;
    }
    data_session_authenticate(session, key, secret);
}

void data_session_message(struct data_session *session, const void *bytes, size_t length)
{
    struct tree *tree = &session->stream->tree;
    const struct node *message = NULL;
    if (tree_read(tree, bytes, length) == ERR_OK) {
        message = tree_root(tree);
    }
    const struct node *action = node_member(message, "action");
    if (node_is(action, "auth")) {
        authenticate(session, message);
    } else if (node_is(action, "subscribe")) {
        subscribe(session, message, true);
    } else if (node_is(action, "unsubscribe")) {
        subscribe(session, message, false);
    } else {
        data_session_error(session, DATA_ERROR_SYNTAX);
    }
}
