#include "exchange_http/stream_faults.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_http/json_edit.h"
#include "sys/memory.h"

struct line_message {
    struct line_message *next;
    int64_t due_ns;
    enum ws_kind kind;
    bool pieces; /* in frames of so many bytes */
    size_t piece;
    size_t length;
    char bytes[];
};

void stream_line_init(struct stream_line *line, struct venue *venue, struct ws_socket *socket,
                      enum fault_stream stream, struct line_refusal *refusal)
{
    *line = (struct stream_line){.venue = venue,
                                 .socket = socket,
                                 .stream = stream,
                                 .refusal = refusal,
                                 .mute_until_ns = INT64_MIN};
}

void stream_line_finish(struct stream_line *line)
{
    while (line->first != NULL) {
        struct line_message *message = line->first;
        line->first = message->next;
        free(message);
    }
    free(line->swapped);
    line->last = NULL;
    line->swapped = NULL;
}

static struct line_message *copy_message(enum ws_kind kind, const void *bytes, size_t length)
{
    struct line_message *message = xmalloc(sizeof *message + length);
    *message = (struct line_message){.due_ns = INT64_MIN, .kind = kind, .length = length};
    memcpy(message->bytes, bytes, length);
    return message;
}

/* ---- out ---- */

static enum ws_sent send_now(struct stream_line *line, const struct line_message *message)
{
    return message->pieces ? ws_send_pieces(line->socket, message->kind, message->bytes,
                                            message->length, message->piece, true)
                           : ws_send(line->socket, message->kind, message->bytes, message->length);
}

void stream_line_follow(struct stream_line *line)
{
    while (line->first != NULL && line->first->due_ns <= line->venue->now_ns) {
        struct line_message *message = line->first;
        line->first = message->next;
        line->last = line->first == NULL ? NULL : line->last;
        (void)send_now(line, message); /* one that is lost has no more use for it */
        free(message);
    }
}

int64_t stream_line_next_ns(const struct stream_line *line)
{
    return line->first == NULL ? VENUE_NEVER : line->first->due_ns;
}

/* Behind all that waits; takes the message over. */
static enum ws_sent put(struct stream_line *line, struct line_message *message)
{
    stream_line_follow(line);
    if (line->first == NULL && message->due_ns <= line->venue->now_ns) {
        enum ws_sent sent = send_now(line, message);
        free(message);
        return sent;
    }
    if (line->last == NULL) {
        line->first = message;
    } else {
        message->due_ns =
            line->last->due_ns > message->due_ns ? line->last->due_ns : message->due_ns;
        line->last->next = message;
    }
    line->last = message;
    return WS_SENT;
}

/* The same, and behind it what was swapped with it. */
static enum ws_sent put_swapped(struct stream_line *line, struct line_message *message)
{
    struct line_message *swapped = line->swapped;
    line->swapped = NULL;
    enum ws_sent sent = put(line, message);
    return swapped == NULL || sent != WS_SENT ? (free(swapped), sent) : put(line, swapped);
}

/* ---- faults ---- */

/* Other bits in some bytes, all of them below those that UTF-8 is made of; the first byte is among
 * them, so that it can be told. */
static void garble(const struct fault *fault, struct line_message *message)
{
    const size_t length = message->length;
    for (uint32_t i = 0; i < (uint32_t)fault->rule.bytes && length > 0; i++) {
        message->bytes[i == 0 || length == 1 ? 0 : 1 + fault_draw(fault, 2 * i, length - 1)] ^=
            (char)(1 + fault_draw(fault, 2 * i + 1, 31));
    }
}

/* MessagePack begins with a map or an array of its own. */
static bool is_packed(const struct line_message *message)
{
    return message->length > 0 && ((unsigned char)message->bytes[0] & 0x80) != 0;
}

/* The message with nothing in it, in the session's own encoding. */
static struct line_message *without_data(const struct stream_line *line,
                                         const struct line_message *message)
{
    static const char trading[] = "{\"stream\":\"trade_updates\",\"data\":null}";
    static const char packed[] = "\x82\xa6stream\xadtrade_updates\xa4"
                                 "data\xc0";
    bool is_trading = line->stream == FAULT_STREAM_TRADING;
    bool in_msgpack = is_packed(message);
    if (is_trading) {
        return in_msgpack ? copy_message(message->kind, packed, sizeof packed - 1)
                          : copy_message(message->kind, trading, sizeof trading - 1);
    }
    return in_msgpack ? copy_message(message->kind, "\x91\xc0", 2)
                      : copy_message(message->kind, "[null]", 6);
}

/* In JSON alone; another message, or the same where it has no such member. The old one is freed. */
static struct line_message *set_field(const struct fault *fault, struct line_message *message)
{
    size_t length;
    char *text = json_set_members(message->bytes, message->length, fault->rule.field,
                                  fault->rule.text, &length);
    if (text == NULL) {
        return message;
    }
    struct line_message *other = copy_message(message->kind, text, length);
    free(text);
    free(message);
    return other;
}

static void disconnect(struct stream_line *line, const struct fault *fault)
{
    int64_t now_ns = line->venue->now_ns;
    int64_t end_ns = fault_end_ns(fault, now_ns);
    if (end_ns > now_ns) {
        *line->refusal =
            (struct line_refusal){.until_ns = end_ns, .status = (int)fault->rule.refuse};
    }
    ws_cut(line->socket, false);
}

/* Carries it out; the message is taken over. */
static enum ws_sent strike(struct stream_line *line, const struct fault *fault,
                           struct line_message *message)
{
    struct line_message *other = NULL;
    switch (fault->rule.kind) {
    case FAULT_DUPLICATE:
        other = copy_message(message->kind, message->bytes, message->length);
        (void)put_swapped(line, message);
        return put(line, other);
    case FAULT_REORDER:
        if (line->swapped == NULL) {
            line->swapped = message;
            return WS_SENT;
        }
        return put_swapped(line, message);
    case FAULT_LATE:
        message->due_ns = fault_end_ns(fault, line->venue->now_ns);
        return put_swapped(line, message);
    case FAULT_FRAGMENT:
        message->pieces = true;
        message->piece = (size_t)fault->rule.bytes;
        return put_swapped(line, message);
    case FAULT_GARBLE:
        garble(fault, message);
        return put_swapped(line, message);
    case FAULT_NULL_DATA:
        other = without_data(line, message);
        free(message);
        return put_swapped(line, other);
    case FAULT_SET_MESSAGE:
        return put_swapped(line, is_packed(message) ? message : set_field(fault, message));
    case FAULT_MUTE:
        line->mute_until_ns = fault_end_ns(fault, line->venue->now_ns);
        break;
    case FAULT_DISCONNECT:
        disconnect(line, fault);
        break;
    default: /* drop */
        break;
    }
    free(message);
    return WS_SENT;
}

enum ws_sent stream_line_send(struct stream_line *line, enum ws_kind kind, const void *bytes,
                              size_t length, bool subject)
{
    const struct fault_occasion occasion = {.now_ns = line->venue->now_ns, .stream = line->stream};
    struct fault fault;
    if (line->venue->now_ns < line->mute_until_ns) {
        return WS_SENT;
    }
    if (subject && faults_strike(&line->venue->faults, FAULT_OF_STREAM, &occasion, &fault)) {
        return strike(line, &fault, copy_message(kind, bytes, length));
    }
    if (line->first == NULL && line->swapped == NULL) { /* as it always was */
        return ws_send(line->socket, kind, bytes, length);
    }
    struct line_message *message = copy_message(kind, bytes, length);
    return subject ? put_swapped(line, message) : put(line, message);
}
