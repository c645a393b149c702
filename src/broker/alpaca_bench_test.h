/* alpaca_bench_test.h: an account at Alpaca whose broker is the test: the client and the stream are
 * played here, so that every answer, its loss and its moment are the test's own. The engine is a
 * real one, on its bench.
 *
 * A test program that has this defines the functions of alpaca/client.h and alpaca/stream.h that
 * the account uses, so that the real ones are not linked. */
#ifndef BROKER_ALPACA_BENCH_TEST_H
#define BROKER_ALPACA_BENCH_TEST_H

#include "broker/alpaca_private.h"
#include "core/engine_test.h"
#include "net/json.h"

enum { ASKED_MAX = 4096, DESK_TEXT = 8192 };

struct client {
    struct alpaca_clock clock;
};

struct stream {
    struct stream_plan plan;
    enum stream_state state;
    unsigned restarts;
};

/* A request that was made. */
struct asked {
    struct client_ask ask;
    char target[TARGET_SIZE];
    char body[1024];
    bool open; /* not answered, not forgotten */
};

/* The test's desk: the account, its engine, what was asked, what the account is to look like. */
static struct desk {
    struct bench bench;
    struct client client;
    struct stream stream;
    struct alpaca *alpaca;
    struct asked asked[ASKED_MAX];
    unsigned asked_count;
    bool no_budget;
    int64_t skew_ns;
    struct tree tree;
    char told[DESK_TEXT];
    char said[DESK_TEXT];
    const char *orders, *positions, *cash, *executions; /* what the lists have */
    enum client_class lists_class;                      /* of their answers */
} desk;

/* ---- the client and the stream, played ---- */

struct client_call *client_ask(struct client *client, const struct client_ask *ask)
{
    (void)client;
    if (desk.no_budget && ask->use == CLIENT_ENTRY) {
        return NULL;
    }
    cr_assert_lt(desk.asked_count, ASKED_MAX);
    struct asked *asked = &desk.asked[desk.asked_count++];
    *asked = (struct asked){.ask = *ask, .open = true};
    (void)snprintf(asked->target, sizeof asked->target, "%s", ask->target);
    (void)snprintf(asked->body, sizeof asked->body, "%s", ask->body == NULL ? "" : ask->body);
    return (struct client_call *)asked;
}

void client_forget(struct client_call *call)
{
    ((struct asked *)call)->open = false;
}

const struct alpaca_clock *client_clock(const struct client *client)
{
    return &client->clock;
}

int64_t client_skew_ns(const struct client *client)
{
    (void)client;
    return desk.skew_ns;
}

struct stream *stream_create(const struct stream_plan *plan)
{
    desk.stream = (struct stream){.plan = *plan, .state = STREAM_CONNECTING};
    return &desk.stream;
}

void stream_destroy(struct stream *stream)
{
    (void)stream;
}

enum stream_state stream_state(const struct stream *stream)
{
    return stream->state;
}

void stream_restart(struct stream *stream, const char *why)
{
    (void)why;
    stream->restarts++;
}

void stream_barrier(struct stream *stream, void (*arrived)(void *context), void *context)
{
    (void)stream;
    arrived(context);
}

int64_t stream_deadline_ns(const struct stream *stream)
{
    (void)stream;
    return INT64_MAX;
}

void stream_on_time(struct stream *stream, int64_t now_ns)
{
    (void)stream;
    (void)now_ns;
}

/* ---- the engine's side ---- */

static inline void desk_say(void *context, const char *what, const char *text)
{
    (void)context;
    size_t used = strlen(desk.said);
    (void)snprintf(desk.said + used, sizeof desk.said - used, "%s: %s\n", what, text);
}

static inline void desk_note(const struct event *event)
{
    size_t used = strlen(desk.told);
    char *at = desk.told + used;
    size_t size = sizeof desk.told - used;
    const char *comma = used > 0 ? ", " : "";
    if (event->kind == EVENT_STATUS) {
        (void)snprintf(at, size, "%s%s%s", comma, event->status.begins != 0 ? "+" : "-",
                       status_condition_text(event->flags));
    } else if (event->kind == EVENT_HOLDING) {
        (void)snprintf(at, size, "%sholding %s %d", comma, bench_symbols[event->instrument].symbol,
                       (int)(event->holding.qty_e9 / MONEY_E9));
    } else if (event->kind == EVENT_ACCOUNT_CASH) {
        (void)snprintf(at, size, "%scash %d", comma,
                       (int)(event->account_cash.amount_e9 / MONEY_E9));
    } else {
        int fill = (int)(event->report.qty_e9 / MONEY_E9);
        (void)snprintf(at, size, "%s%s %s", comma, event_kind_text(event->kind),
                       order_role_text((uint8_t)order_id_role(event->report.order_id)));
        used = strlen(desk.told);
        if (event->kind == EVENT_FILL) {
            (void)snprintf(desk.told + used, sizeof desk.told - used, " %d", fill);
        } else if (event->flags != REJECT_NONE) {
            (void)snprintf(desk.told + used, sizeof desk.told - used, " (%s)",
                           reject_reason_text(event->flags));
        }
    }
}

static inline void desk_carry_out(void)
{
    struct broker *broker = alpaca_broker(desk.alpaca);
    if (desk.bench.decides.output.send_count > 0) {
        broker->ops->carry_out(broker, &desk.bench.decides.output);
    }
}

/* The engine takes all that was reported, and what it wants of it goes out. */
static inline void desk_take_reports(void)
{
    struct broker *broker = alpaca_broker(desk.alpaca);
    for (const struct event *event; (event = broker->ops->next_report(broker)) != NULL;) {
        struct event taken = *event;
        desk_note(&taken);
        desk.bench.ts_ns = desk.client.clock.now_ns;
        taken.ts_ns = desk.bench.ts_ns;
        if (taken.kind == EVENT_STATUS || taken.kind == EVENT_HOLDING) {
            engine_on_condition(desk.bench.decides.engine, &taken, &desk.bench.decides.output);
            engine_apply(desk.bench.folds.engine, &taken);
            bench_fold_answers(&desk.bench);
        } else {
            bench_take(&desk.bench, &taken);
        }
        desk_carry_out();
        cr_assert_eq(desk.bench.decides.engine->fault, ENGINE_FAULT_NONE, "%s",
                     engine_fault_text(desk.bench.decides.engine->fault));
    }
}

/* ---- the broker's side ---- */

/* Answers the oldest open request whose "METHOD target" begins so. */
static inline bool desk_answer(const char *begins, enum client_class class, int status,
                               const char *json)
{
    for (unsigned i = 0; i < desk.asked_count; i++) {
        struct asked *asked = &desk.asked[i];
        char line[TARGET_SIZE + 16];
        const char *method = asked->ask.method == HTTP_POST     ? "POST"
                             : asked->ask.method == HTTP_DELETE ? "DELETE"
                                                                : "GET";
        (void)snprintf(line, sizeof line, "%s %s", method, asked->target);
        if (!asked->open || strncmp(line, begins, strlen(begins)) != 0) {
            continue;
        }
        struct client_reply reply = {.class = class, .status = status, .message = "as told"};
        if (json != NULL) {
            cr_assert_eq(json_parse(&desk.tree, json, strlen(json)), ERR_OK, "%s", json);
            reply.root = tree_root(&desk.tree);
            (void)node_int(node_member(reply.root, "code"), &reply.code);
        }
        asked->open = false;
        asked->ask.answered(asked->ask.context, &reply);
        return true;
    }
    return false;
}

/* Requests about the bench's first entry, which the broker knows as "a". */
#define POST   "POST /v2/orders"
#define LOOK   "GET /v2/orders:by_client_order_id?client_order_id=bw-t1-1-1-1&nested=true"
#define CANCEL "DELETE /v2/orders/a"

#define NOT_FOUND_JSON "{\"code\":40410000,\"message\":\"order not found\"}"

static inline bool desk_not_found(const char *begins)
{
    return desk_answer(begins, CLIENT_REFUSED, 404, NOT_FOUND_JSON);
}

/* Answers lists, positions and account with what they are to be. */
static inline bool desk_answer_lists(void)
{
    enum client_class class = desk.lists_class;
    char account[512];
    (void)snprintf(account, sizeof account,
                   "{\"id\":\"acc\",\"account_number\":\"PA1\",\"status\":\"ACTIVE\","
                   "\"cash\":\"%s\",\"equity\":\"1\",\"last_equity\":\"1\",\"buying_power\":\"1\","
                   "\"multiplier\":\"1\",\"trading_blocked\":false,\"account_blocked\":false,"
                   "\"trade_suspended_by_user\":false,\"shorting_enabled\":false}",
                   desk.cash);
    return desk_answer("GET /v2/orders?status=open", class, 200, desk.orders) ||
           desk_answer("GET /v2/account/activities", class, 200, desk.executions) ||
           desk_answer("GET /v2/positions", class, 200, desk.positions) ||
           desk_answer("GET /v2/account", class, 200, account);
}

/* Until nothing of that is open any more. */
static inline void desk_settle(void)
{
    do {
        desk_take_reports();
    } while (desk_answer_lists());
    desk_take_reports();
}

static inline unsigned desk_open(const char *begins)
{
    unsigned count = 0;
    for (unsigned i = 0; i < desk.asked_count; i++) {
        const struct asked *asked = &desk.asked[i];
        count += asked->open && strncmp(asked->target, begins, strlen(begins)) == 0 ? 1 : 0;
    }
    return count;
}

/* Time passes, by seconds: deadlines are met on the way. */
static inline void desk_later(unsigned seconds)
{
    struct broker *broker = alpaca_broker(desk.alpaca);
    for (unsigned i = 0; i < seconds; i++) {
        desk.client.clock.now_ns += NS_PER_S;
        if (broker->ops->deadline_ns(broker) <= desk.client.clock.now_ns) {
            broker->ops->on_time(broker, desk.client.clock.now_ns);
        }
    }
}

static inline void desk_stream(enum stream_state state)
{
    desk.stream.state = state;
    desk.stream.plan.changed(desk.stream.plan.context, state, "as told");
}

static inline void desk_update(const char *json)
{
    cr_assert_eq(json_parse(&desk.tree, json, strlen(json)), ERR_OK, "%s", json);
    desk.stream.plan.message(desk.stream.plan.context, tree_root(&desk.tree));
}

/* What the account has told since the last time. */
static inline const char *desk_told(void)
{
    static char told[DESK_TEXT];
    (void)snprintf(told, sizeof told, "%s", desk.told);
    desk.told[0] = '\0';
    return told;
}

#define ASSERT_DESK_TOLD(expected)                                                                 \
    do {                                                                                           \
        const char *told_ = desk_told();                                                           \
        cr_assert_str_eq(told_, expected, "told: %s\nsaid: %s", told_, desk.said);                 \
    } while (0)

static inline void desk_open_account(bool stepped)
{
    desk.client.clock = (struct alpaca_clock){.now_ns = desk.bench.ts_ns, .stepped = stepped};
    desk.alpaca = alpaca_create(&(struct alpaca_plan){
        .client = &desk.client,
        .instruments = bench_symbols,
        .instrument_count = desk.bench.decides.engine->instrument_count,
        .engine = desk.bench.decides.engine,
        .tag = "t1",
        .seed = 1,
        .say = desk_say,
    });
}

/* An engine of that plan and an account that is reconciled, with a stream that is up. */
static inline void desk_begin_with(const struct bench_plan *plan)
{
    desk = (struct desk){.orders = "[]", .positions = "[]", .cash = "1000000", .executions = "[]"};
    tree_init(&desk.tree);
    bench_init(&desk.bench, plan);
    desk_open_account(false);
    desk_stream(STREAM_UP);
    desk_settle();
    ASSERT_DESK_TOLD("+reconciling, +order-stream, -reconciling, -order-stream");
}

static inline void desk_begin(void)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.commission_e9 = 0;
    desk_begin_with(&plan);
}

static inline void desk_end(void)
{
    alpaca_destroy(desk.alpaca);
    bench_finish(&desk.bench);
    tree_finish(&desk.tree);
}

/* An order of the broker's as JSON, with legs or NULL; `client`: a client id in full, or ours. */
static inline const char *desk_order(const char *id, uint64_t ours, const char *type, bool buys,
                                     const char *status, int filled, const char *legs)
{
    static char texts[8][8192];
    static unsigned next;
    char client[WIRE_CLIENT_ID_SIZE];
    char moment[UTC_TEXT_SIZE];
    char *text = texts[next++ % 8];
    wire_client_id("t1", ours, client);
    (void)utc_format(desk.client.clock.now_ns, moment);
    const char *prices = strcmp(type, "limit") == 0  ? "\"limit_price\":\"12\","
                         : strcmp(type, "stop") == 0 ? "\"stop_price\":\"9\","
                                                     : "";
    (void)snprintf(text, sizeof texts[0],
                   "{\"id\":\"%s\",\"client_order_id\":\"%s\",\"symbol\":\"A\",\"status\":\"%s\","
                   "\"type\":\"%s\",\"side\":\"%s\",\"time_in_force\":\"gtc\",\"qty\":\"100\","
                   "\"filled_qty\":\"%d\",%s\"submitted_at\":\"%s\",\"updated_at\":\"%s\","
                   "\"legs\":%s}",
                   id, ours == 0 ? id : client, status, type, buys ? "buy" : "sell", filled, prices,
                   moment, moment, legs == NULL ? "null" : legs);
    return text;
}

static inline const char *desk_fill(const char *id, int qty, int cumulative)
{
    static char text[512];
    char moment[UTC_TEXT_SIZE];
    (void)utc_format(desk.client.clock.now_ns, moment);
    (void)snprintf(text, sizeof text,
                   "[{\"id\":\"x%s-%d\",\"activity_type\":\"FILL\",\"transaction_time\":\"%s\","
                   "\"type\":\"fill\",\"price\":\"10\",\"qty\":\"%d\",\"side\":\"buy\","
                   "\"symbol\":\"A\",\"leaves_qty\":\"0\",\"order_id\":\"%s\",\"cum_qty\":\"%d\","
                   "\"order_status\":\"filled\"}]",
                   id, cumulative, moment, qty, id, cumulative);
    return text;
}

static inline void desk_update_of(const char *event, const char *order, int qty)
{
    char text[9000];
    char moment[UTC_TEXT_SIZE];
    char execution[64] = "";
    (void)utc_format(desk.client.clock.now_ns, moment);
    if (qty > 0) {
        (void)snprintf(execution, sizeof execution, "\"price\":\"10\",\"qty\":\"%d\",", qty);
    }
    (void)snprintf(text, sizeof text, "{\"event\":\"%s\",\"timestamp\":\"%s\",%s\"order\":%s}",
                   event, moment, execution, order);
    desk_update(text);
}

/* The engine buys 100 of A; the entry's id. */
static inline uint64_t desk_buy(void)
{
    desk.bench.ts_ns = desk.client.clock.now_ns;
    uint64_t entry = bench_buy(&desk.bench, 0, 0, USD(10));
    desk.client.clock.now_ns = desk.bench.ts_ns;
    alpaca_broker(desk.alpaca)->ops->on_time(alpaca_broker(desk.alpaca), desk.bench.ts_ns);
    desk_carry_out();
    return entry;
}

/* Requests that send an order. */
static inline unsigned posts(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < desk.asked_count; i++) {
        count += desk.asked[i].ask.method == HTTP_POST ? 1 : 0;
    }
    return count;
}

/* An entry that the broker has, as "a". */
static inline uint64_t accepted(void)
{
    uint64_t entry = desk_buy();
    cr_assert(
        desk_answer(POST, CLIENT_OK, 200, desk_order("a", entry, "market", true, "new", 0, NULL)));
    desk_settle();
    ASSERT_DESK_TOLD("accepted entry");
    return entry;
}

/* One that is filled. */
static inline uint64_t held(void)
{
    uint64_t entry = accepted();
    desk_update_of("fill", desk_order("a", entry, "market", true, "filled", 100, NULL), 100);
    desk.positions = "[{\"symbol\":\"A\",\"qty\":\"100\",\"side\":\"long\",\"qty_available\":"
                     "\"100\",\"avg_entry_price\":\"10\"}]";
    desk.cash = "999000";
    desk_settle();
    ASSERT_DESK_TOLD("fill entry 100");
    return entry;
}

static inline void begin_with_bracket(void)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.commission_e9 = 0;
    plan.exits = (struct exit_plan){
        .target = {EXIT_PRICE, USD(2)},
          .stop = {EXIT_PRICE, USD(1)},
          .at_broker = true
    };
    desk_begin_with(&plan);
}

static inline const char *bracket(const char *entry_status, int entry_filled,
                                  const char *target_status, int target_filled,
                                  const char *stop_status)
{
    char legs[4000];
    (void)snprintf(legs, sizeof legs, "[%s,%s]",
                   desk_order("b", 0, "limit", false, target_status, target_filled, NULL),
                   desk_order("c", 0, "stop", false, stop_status, 0, NULL));
    return desk_order("a", order_id_make(1, ORDER_ROLE_ENTRY, 1), "market", true, entry_status,
                      entry_filled, legs);
}

/* A new process of the same engine. */
static inline void restart(void)
{
    alpaca_destroy(desk.alpaca);
    desk.asked_count = 0;
    desk.said[0] = '\0';
    desk_open_account(false);
    desk_stream(STREAM_UP);
}

/* Seconds in which the lists are answered at once. */
static inline void pass(unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i++) {
        desk_later(1);
        desk_settle();
    }
}

/* How often that was said. */
static inline unsigned said(const char *words)
{
    unsigned count = 0;
    for (const char *at = desk.said; (at = strstr(at, words)) != NULL; at++) {
        count++;
    }
    return count;
}

/* ---- rounds ---- */

#endif
