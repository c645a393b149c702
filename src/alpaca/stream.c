/* stream.c: see stream.h.
 *
 * A connection goes through steps (enum step); every answer that does not belong to its step, and
 * everything that ends the connection, leads to lose() or refuse(). Their caller touches nothing
 * more: the owner may have done anything by then but destroy the stream. */
#include "alpaca/stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alpaca/stream_words.h"
#include "base/check.h"
#include "base/utc.h"
#include "sys/memory.h"

#define STEPS_NS   (20 * NS_PER_S) /* from connecting to being up */
#define PING_NS    (15 * NS_PER_S)
#define STEADY_NS  NS_PER_MIN /* up for so long, and what was before is forgotten */
#define BARRIER_NS (10 * NS_PER_S)

enum { AUTH_SIZE = 8192, SUBSCRIBE_SIZE = 1 << 20, WHY_SIZE = 256, BUSY_S = 30, BUSY_MAX_S = 120 };

enum step {
    STEP_NONE,      /* no connection */
    STEP_OPENING,   /* until the handshake is answered */
    STEP_GREETING,  /* market data says that it is there */
    STEP_AUTH,      /* the keys are under way */
    STEP_SUBSCRIBE, /* the subscription is */
    STEP_UP,
};

struct barrier {
    struct barrier *next;
    uint64_t id; /* 0: it is due */
    void (*arrived)(void *context);
    void *context;
};

struct stream {
    struct stream_plan plan;
    const struct alpaca_clock *clock;
    struct ws_client *ws;
    struct tree tree;
    enum stream_state state;
    enum step step;
    unsigned connection; /* their number: tells whether it is still the same */
    int64_t due_ns;      /* of DOWN the next try, of CONNECTING the end of patience, of UP a ping */
    int64_t up_ns;
    int64_t heard_ns;
    bool pinged; /* and nothing was heard since */
    unsigned losses, refusals;
    uint64_t random;
    struct barrier *barriers, **barriers_end;
    uint64_t last_barrier;
    struct loop_timer *barrier_timer; /* by the machine: the exchange's time may stand still */
};

static void connect_now(struct stream *stream);

/* Words and state. */

static void set_state(struct stream *stream, enum stream_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set_state(struct stream *stream, enum stream_state state, const char *format, ...)
{
    char why[WHY_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    if (stream->state != state) {
        stream->state = state;
        stream->plan.changed(stream->plan.context, state, why);
    }
}

/* splitmix64 */
static uint64_t next_random(struct stream *stream)
{
    uint64_t z = stream->random += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static int64_t jitter_ns(struct stream *stream, int64_t max_ns)
{
    return (int64_t)(next_random(stream) % ((uint64_t)max_ns + 1));
}

/* 1 s doubling to 60 s, full jitter, never below 1 s. */
static int64_t plain_wait_ns(struct stream *stream)
{
    int64_t cap_s = stream->losses < 6 ? INT64_C(1) << stream->losses : 60;
    int64_t wait_ns = jitter_ns(stream, cap_s * NS_PER_S);
    stream->losses++;
    return wait_ns > NS_PER_S ? wait_ns : NS_PER_S;
}

/* A dead session lives on there: 30 s at least, the most doubling to 120 s. */
static int64_t busy_wait_ns(struct stream *stream)
{
    int64_t cap_s = stream->refusals < 2 ? (int64_t)BUSY_S << stream->refusals : BUSY_MAX_S;
    stream->refusals++;
    return BUSY_S * NS_PER_S + jitter_ns(stream, (cap_s - BUSY_S) * NS_PER_S);
}

/* Barriers. */

static void make_due(struct stream *stream)
{
    for (struct barrier *at = stream->barriers; at != NULL; at = at->next) {
        at->id = 0;
    }
    if (stream->barriers != NULL) {
        loop_timer_start(stream->barrier_timer, 0, 0);
    }
}

/* Calls all that are due or whose question is answered; they are first in the row. */
static void arrive(struct stream *stream, uint64_t id)
{
    struct barrier *first = stream->barriers;
    struct barrier **end = &stream->barriers;
    while (*end != NULL && (*end)->id <= id) {
        end = &(*end)->next;
    }
    if (end == &stream->barriers) {
        return;
    }
    stream->barriers = *end;
    *end = NULL;
    if (stream->barriers == NULL) {
        stream->barriers_end = &stream->barriers;
        loop_timer_stop(stream->barrier_timer);
    } else {
        loop_timer_start(stream->barrier_timer, BARRIER_NS, 0);
    }
    while (first != NULL) {
        struct barrier *next = first->next;
        first->arrived(first->context);
        free(first);
        first = next;
    }
}

/* The end of a connection. */

static void cut(struct stream *stream)
{
    int64_t now_ns = stream->clock->now_ns;
    if (stream->step == STEP_UP && now_ns - stream->up_ns >= STEADY_NS) {
        stream->losses = 0;
        stream->refusals = 0;
    }
    ws_client_destroy(stream->ws);
    stream->ws = NULL;
    stream->step = STEP_NONE;
    make_due(stream);
}

static void lose(struct stream *stream, bool busy, const char *why)
{
    char kept[WHY_SIZE]; /* the words may be the connection's */
    (void)snprintf(kept, sizeof kept, "%s", why);
    cut(stream);
    int64_t wait_ns = busy ? busy_wait_ns(stream) : plain_wait_ns(stream);
    stream->due_ns = stream->clock->now_ns + wait_ns;
    set_state(stream, STREAM_DOWN, "%.200s; tries again in %lld s", kept,
              (long long)((wait_ns + NS_PER_S / 2) / NS_PER_S));
}

static void refuse(struct stream *stream, const char *why)
{
    char kept[WHY_SIZE];
    (void)snprintf(kept, sizeof kept, "%s", why);
    cut(stream);
    stream->due_ns = INT64_MAX;
    set_state(stream, STREAM_REFUSED, "%s", kept);
}

static void on_barrier_timer(void *context)
{
    struct stream *stream = context;
    if (stream->barriers != NULL && stream->barriers->id != 0) {
        lose(stream, false, "it does not answer"); /* and they are due in the next turn */
    } else {
        arrive(stream, 0);
    }
}

/* Steps. */

static void say_auth(struct stream *stream)
{
    char text[AUTH_SIZE];
    enum client_auth kind =
        stream->plan.kind == STREAM_TRADING ? CLIENT_AUTH_TRADING : CLIENT_AUTH_DATA;
    size_t length = client_auth_message(stream->plan.client, kind, text, sizeof text);
    stream->step = STEP_AUTH;
    if (length > 0) {
        (void)ws_client_send(stream->ws, WS_TEXT, text, length); /* a loss says so by itself */
    }
    explicit_bzero(text, sizeof text);
    if (length == 0) {
        refuse(stream, "the keys are longer than any are");
    }
}

static void be_up(struct stream *stream)
{
    stream->step = STEP_UP;
    stream->up_ns = stream->clock->now_ns;
    stream->heard_ns = stream->up_ns;
    stream->due_ns = stream->up_ns + PING_NS;
    stream->pinged = false;
    set_state(stream, STREAM_UP, "authorized and subscribed");
}

static void say_subscribe(struct stream *stream)
{
    static const char listen[] =
        "{\"action\":\"listen\",\"data\":{\"streams\":[\"trade_updates\"]}}";
    stream->step = STEP_SUBSCRIBE;
    if (stream->plan.kind == STREAM_TRADING) {
        (void)ws_client_send(stream->ws, WS_TEXT, listen, sizeof listen - 1);
        return;
    }
    char *text = xmalloc(SUBSCRIBE_SIZE);
    size_t length = stream->plan.subscribe != NULL
                        ? stream->plan.subscribe(stream->plan.context, text, SUBSCRIBE_SIZE)
                        : 0;
    if (length > 0) {
        (void)ws_client_send(stream->ws, WS_TEXT, text, length);
    }
    free(text);
    if (length == 0) {
        be_up(stream); /* it wants nothing yet */
    }
}

/* What a message says of the stream itself. */
static void step_on(struct stream *stream, const struct stream_word *word)
{
    switch (word->kind) {
    case STREAM_WORD_CONNECTED:
        if (stream->step == STEP_GREETING) {
            say_auth(stream);
        }
        break;
    case STREAM_WORD_AUTHORIZED:
        if (stream->step == STEP_AUTH) {
            say_subscribe(stream);
        }
        break;
    case STREAM_WORD_SUBSCRIBED:
        if (stream->step == STEP_SUBSCRIBE) {
            be_up(stream);
        }
        break;
    case STREAM_WORD_REFUSED:
        refuse(stream, word->why);
        break;
    case STREAM_WORD_BUSY:
        lose(stream, true, word->why);
        break;
    case STREAM_WORD_BROKEN:
        lose(stream, false, word->why);
        break;
    case STREAM_WORD_OWNER:
        if (stream->step != STEP_UP) { /* and the owner has not begun anew by itself */
            lose(stream, false, word->why);
        }
        break;
    case STREAM_WORD_DATA:
    case STREAM_WORD_NOTHING:
        break;
    }
}

static void hand_on(struct stream *stream, const struct node *root, bool is_data)
{
    if (is_data) {
        stream->heard_ns = stream->clock->now_ns;
    }
    stream->plan.message(stream->plan.context, root);
}

static void take_trading(struct stream *stream, const struct node *root)
{
    struct stream_word word = stream_word_trading(root);
    if (word.kind == STREAM_WORD_DATA) {
        hand_on(stream, word.data, true);
    } else {
        step_on(stream, &word);
    }
}

/* The owner is shown a message first, as far as it is the owner's. */
static void take_data(struct stream *stream, const struct node *root)
{
    bool data = false, owner = false;
    unsigned connection = stream->connection;
    if (root->kind != NODE_ARRAY) {
        lose(stream, false, "a message is no array");
        return;
    }
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        enum stream_word_kind kind = stream_word_data(at).kind;
        data = data || kind == STREAM_WORD_DATA;
        owner = owner || kind == STREAM_WORD_OWNER;
    }
    if (data || owner) {
        hand_on(stream, root, data);
    }
    for (const struct node *at = node_first(root);
         at != NULL && stream->connection == connection && stream->step != STEP_NONE;
         at = node_next(root, at)) {
        struct stream_word word = stream_word_data(at);
        step_on(stream, &word);
    }
}

/* The connection's callbacks. */

static void on_opened(void *context)
{
    struct stream *stream = context;
    if (stream->plan.kind == STREAM_TRADING) {
        say_auth(stream); /* nobody greets there */
    } else {
        stream->step = STEP_GREETING;
    }
}

static void on_message(void *context, const struct ws_message *message)
{
    struct stream *stream = context;
    stream->pinged = false;
    if (stream->step == STEP_UP && stream->plan.kind == STREAM_DATA && stream->plan.raw != NULL &&
        stream->plan.raw(stream->plan.context, message->bytes, message->length)) {
        stream->heard_ns = stream->clock->now_ns;
    } else if (stream->step == STEP_NONE) {
        return; /* the owner has begun anew from within raw() */
    } else if (tree_read(&stream->tree, message->bytes, message->length) != ERR_OK) {
        lose(stream, false, "a message does not parse");
    } else if (stream->plan.kind == STREAM_TRADING) {
        take_trading(stream, tree_root(&stream->tree));
    } else {
        take_data(stream, tree_root(&stream->tree));
    }
}

static void on_pong(void *context, const void *bytes, size_t length)
{
    struct stream *stream = context;
    uint64_t id;
    stream->pinged = false;
    if (length == sizeof id) {
        memcpy(&id, bytes, sizeof id);
        arrive(stream, id);
    }
}

static void on_closed(void *context, const struct ws_ended *ended)
{
    struct stream *stream = context;
    char why[WHY_SIZE];
    int status = ended->http_status;
    (void)snprintf(why, sizeof why, status != 0 ? "%s with status %d" : "%s (%d)", ended->why,
                   status != 0 ? status : ended->code);
    if (status == 401 || status == 403) {
        refuse(stream, why);
    } else {
        lose(stream, status == 406 || status == 429, why);
    }
}

static void connect_now(struct stream *stream)
{
    const struct client_addresses *addresses = client_addresses(stream->plan.client);
    struct ws_client_options options = {
        .url = stream->plan.kind == STREAM_TRADING ? addresses->trading_stream
                                                   : addresses->data_stream,
        .ca_file = client_ca_file(stream->plan.client),
        .context = stream,
        .opened = on_opened,
        .message = on_message,
        .pong = on_pong,
        .closed = on_closed,
    };
    stream->connection++;
    stream->step = STEP_OPENING;
    stream->due_ns = stream->clock->now_ns + STEPS_NS;
    stream->ws = ws_client_create(client_loop(stream->plan.client), &options);
}

/* From outside. */

struct stream *stream_create(const struct stream_plan *plan)
{
    struct stream *stream = xcalloc(1, sizeof *stream);
    stream->plan = *plan;
    stream->clock = client_clock(plan->client);
    stream->random = plan->seed;
    stream->barriers_end = &stream->barriers;
    stream->heard_ns = stream->clock->now_ns;
    stream->barrier_timer = loop_timer_create(client_loop(plan->client), on_barrier_timer, stream);
    tree_init(&stream->tree);
    stream->state = STREAM_CONNECTING;
    connect_now(stream);
    return stream;
}

void stream_destroy(struct stream *stream)
{
    if (stream == NULL) {
        return;
    }
    ws_client_destroy(stream->ws);
    loop_timer_destroy(stream->barrier_timer);
    while (stream->barriers != NULL) {
        struct barrier *next = stream->barriers->next;
        free(stream->barriers);
        stream->barriers = next;
    }
    tree_finish(&stream->tree);
    free(stream);
}

enum stream_state stream_state(const struct stream *stream)
{
    return stream->state;
}

int64_t stream_heard_ns(const struct stream *stream)
{
    return stream->heard_ns;
}

void stream_restart(struct stream *stream, const char *why)
{
    if (stream->ws != NULL) {
        lose(stream, false, why);
    }
}

bool stream_send(struct stream *stream, const char *text, size_t length)
{
    return stream->step == STEP_UP && ws_client_send(stream->ws, WS_TEXT, text, length) == WS_SENT;
}

void stream_barrier(struct stream *stream, void (*arrived)(void *context), void *context)
{
    struct barrier *barrier = xcalloc(1, sizeof *barrier);
    bool first = stream->barriers == NULL;
    barrier->arrived = arrived;
    barrier->context = context;
    *stream->barriers_end = barrier;
    stream->barriers_end = &barrier->next;
    if (stream->step != STEP_UP) {
        loop_timer_start(stream->barrier_timer, 0, 0);
        return;
    }
    barrier->id = ++stream->last_barrier;
    if (first) {
        loop_timer_start(stream->barrier_timer, BARRIER_NS, 0);
    }
    ws_client_ping(stream->ws, &barrier->id, sizeof barrier->id);
}

int64_t stream_deadline_ns(const struct stream *stream)
{
    bool waits = stream->state != STREAM_UP || !stream->clock->stepped;
    return waits ? stream->due_ns : INT64_MAX;
}

/* Where time moves by steps a ping proves nothing: the next step may be an hour away. */
static void keep_alive(struct stream *stream, int64_t now_ns)
{
    if (stream->clock->stepped) {
        return;
    }
    if (stream->pinged) {
        lose(stream, false, "it does not answer");
        return;
    }
    stream->pinged = true;
    stream->due_ns = now_ns + PING_NS;
    ws_client_ping(stream->ws, NULL, 0);
}

void stream_on_time(struct stream *stream, int64_t now_ns)
{
    if (now_ns < stream->due_ns) {
        return;
    }
    switch (stream->state) {
    case STREAM_DOWN:
        connect_now(stream);
        set_state(stream, STREAM_CONNECTING, "connects");
        break;
    case STREAM_CONNECTING:
        lose(stream, false, "it took too long to come up");
        break;
    case STREAM_UP:
        keep_alive(stream, now_ns);
        break;
    case STREAM_REFUSED:
        break;
    }
}
