#include "exchange_http/trading_stream.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_http/repack.h"
#include "net/json.h"
#include "net/tree.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

#define TRADE_UPDATES "trade_updates"

struct trading_session {
    struct trading_session_plan plan;
    struct account *account; /* NULL: not authenticated */
    bool listens;
    struct tree message; /* of the client's */
    struct tree packing; /* of ours, on its way to MessagePack */
    struct json_writer json;
    struct msgpack packed;
};

struct trading_session *trading_session_create(const struct trading_session_plan *plan)
{
    struct trading_session *session = xcalloc(1, sizeof *session);
    session->plan = *plan;
    tree_init(&session->message);
    tree_init(&session->packing);
    json_init(&session->json, false);
    msgpack_init(&session->packed);
    return session;
}

void trading_session_destroy(struct trading_session *session)
{
    if (session == NULL) {
        return;
    }
    tree_finish(&session->message);
    tree_finish(&session->packing);
    json_finish(&session->json);
    msgpack_finish(&session->packed);
    free(session);
}

struct account *trading_session_account(const struct trading_session *session)
{
    return session->account;
}

/* ---- what goes out ---- */

/* JSON that is ours can always be read again. */
static void send_text(struct trading_session *session, const char *text, size_t length)
{
    if (!session->plan.msgpack || json_parse(&session->packing, text, length) != ERR_OK) {
        session->plan.send(session->plan.context, text, length, session->plan.binary_json);
        return;
    }
    msgpack_reset(&session->packed);
    repack(&session->packed, tree_root(&session->packing));
    session->plan.send(session->plan.context, session->packed.bytes, session->packed.length, true);
}

static void send_json(struct trading_session *session)
{
    send_text(session, session->json.text, session->json.length);
}

static void send_authorization(struct trading_session *session, bool authorized, const char *action)
{
    struct json_writer *json = &session->json;
    json_reset(json);
    json_begin_object(json);
    json_member_string(json, "stream", "authorization");
    json_key(json, "data");
    json_begin_object(json);
    json_member_string(json, "status", authorized ? "authorized" : "unauthorized");
    json_member_string(json, "action", action);
    json_end_object(json);
    json_end_object(json);
    send_json(session);
}

static void send_listening(struct trading_session *session)
{
    struct json_writer *json = &session->json;
    json_reset(json);
    json_begin_object(json);
    json_member_string(json, "stream", "listening");
    json_key(json, "data");
    json_begin_object(json);
    json_key(json, "streams");
    json_begin_array(json);
    if (session->listens) {
        json_string(json, TRADE_UPDATES);
    }
    json_end_array(json);
    json_end_object(json);
    json_end_object(json);
    send_json(session);
}

static void send_error(struct trading_session *session, const char *message)
{
    struct json_writer *json = &session->json;
    json_reset(json);
    json_begin_object(json);
    json_member_string(json, "action", "error");
    json_key(json, "data");
    json_begin_object(json);
    json_member_string(json, "error_message", message);
    json_end_object(json);
    json_end_object(json);
    send_json(session);
}

/* ---- what comes in ---- */

/* {"action":"authenticate","data":{"key_id":..,"secret_key":..}}, or
 * {"action":"auth","key":..,"secret":..}. Tokens of OAuth are known to no account here. */
static void authenticate(struct trading_session *session, const struct node *message)
{
    const struct node *data = node_member(message, "data");
    const char *key = node_text(node_member(data, "key_id"));
    const char *secret = node_text(node_member(data, "secret_key"));
    if (data == NULL) {
        key = node_text(node_member(message, "key"));
        secret = node_text(node_member(message, "secret"));
    }
    struct refusal unused = {0};
    struct account *before = session->account;
    session->account = key == NULL || secret == NULL
                           ? NULL
                           : venue_account(session->plan.venue, key, secret, &unused);
    session->listens = session->listens && session->account == before;
    send_authorization(session, session->account != NULL, "authenticate");
}

/* The list is the whole of what is listened to from now on; streams that are not known drop out. */
static void listen(struct trading_session *session, const struct node *message)
{
    if (session->account == NULL) {
        send_authorization(session, false, "listen");
        return;
    }
    const struct node *streams = node_member(node_member(message, "data"), "streams");
    session->listens = false;
    for (const struct node *at = node_first(streams); at != NULL; at = node_next(streams, at)) {
        session->listens = session->listens || node_is(at, TRADE_UPDATES);
    }
    send_listening(session);
}

bool trading_session_message(struct trading_session *session, const void *bytes, size_t length)
{
    if (tree_read(&session->message, bytes, length) != ERR_OK) {
        send_error(session, "invalid message");
        return false;
    }
    const struct node *message = tree_root(&session->message);
    const struct node *action = node_member(message, "action");
    if (node_is(action, "authenticate") || node_is(action, "auth")) {
        authenticate(session, message);
    } else if (node_is(action, "listen")) {
        listen(session, message);
    } else {
        send_error(session, "invalid action");
        return false;
    }
    return true;
}

/* ---- updates ---- */

void trading_session_publish(struct trading_session *session, const struct account *account,
                             const char *update)
{
    static const char head[] = "{\"stream\":\"" TRADE_UPDATES "\",\"data\":";
    if (session->account != account || !session->listens) {
        return;
    }
    char *text = xasprintf("%s%s}", head, update);
    send_text(session, text, strlen(text));
    free(text);
}
