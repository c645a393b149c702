/* alpaca_world_test.h: the feed and the exchange that it has its data from, in one loop, with a
 * clock that the test moves; or a stream that says what the test tells it to. */
#ifndef FEED_ALPACA_WORLD_TEST_H
#define FEED_ALPACA_WORLD_TEST_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "exchange_http/made_market_test.h"
#include "exchange_http/server.h"
#include "feed/alpaca.h"
#include "net/ws_script_test.h"
#include "sys/clock.h"
#include "venue/faults_file.h"

enum { SLICES_MAX = 2000, SAID_MAX = 64, HALTS_MAX = 64 };

/* A slice that was given, with a copy of its bars. */
struct given {
    struct slice slice;
    struct event bars[MADE_SYMBOLS];
};

struct world {
    struct bars data;
    struct loop *loop;
    struct loop_timer *timer;
    struct server *server;
    uint16_t port;
    struct alpaca_clock clock;
    struct client *client;
    struct alpaca_feed *feed;
    unsigned barriers;
    int64_t patience_ns; /* with what hangs on purpose */
    struct fault_script *faults;
    struct given given[SLICES_MAX];
    uint32_t given_count;
    int came_back;
    int statuses;                  /* of the data: begins + 1, ends + 100 */
    struct event halts[HALTS_MAX]; /* begun and ended */
    uint32_t halt_count;
    char said[SAID_MAX][256];
    uint32_t said_count;
};

static inline void say(void *context, const char *what, const char *text)
{
    struct world *world = context;
    (void)what;
    if (world->said_count < SAID_MAX) {
        (void)snprintf(world->said[world->said_count++], sizeof world->said[0], "%s", text);
    }
}

static inline bool was_said(const struct world *world, const char *words)
{
    bool found = false;
    for (uint32_t i = 0; i < world->said_count; i++) {
        found = found || strstr(world->said[i], words) != NULL;
    }
    return found;
}

static inline void came_back(void *context)
{
    struct world *world = context;
    world->came_back++;
}

/* ---- the exchange ---- */

static inline void serve(struct world *world, int64_t start_ns)
{
    struct problem problem = {0};
    const struct server_plan plan = {
        .address = "127.0.0.1",
        .port = world->port,
        .venue = {.data = &world->data,
                  .start_ns = start_ns,
                  .calendar = CALENDAR_XNYS,
                  .accounts_max = 4,
                  .accounts_open_themselves = true,
                  .faults = world->faults,
                  .exchange = {.orders_max = 16,
                               .cash_e9 = 100000 * MONEY_E9,
                               .account = {.kind = ACCOUNT_KIND_CASH, .multiplier = 1}}},
    };
    cr_assert_eq(server_create(world->loop, &plan, &world->server, &problem), ERR_OK, "%s",
                 problem.text);
    world->port = server_port(world->server);
}

static inline void make_client(struct world *world, uint16_t stream_port)
{
    char http[64], ws[64];
    (void)snprintf(http, sizeof http, "http://127.0.0.1:%d", world->port);
    (void)snprintf(ws, sizeof ws, "ws://127.0.0.1:%d/v2/iex", stream_port);
    world->client = client_create(&(struct client_plan){
        .loop = world->loop,
        .clock = &world->clock,
        .addresses = {http, http, ws, ws},
        .keys = {"PKTEST",  "secret"     },
    });
}

/* The stream is somewhere else than the past. */
static inline void move_stream(struct world *world, uint16_t port)
{
    client_destroy(world->client);
    make_client(world, port);
}

static inline void open_world(struct world *world, int64_t start_ns, bool stepped)
{
    world->data = world->data.count == 0 ? made_bars() : world->data;
    world->loop = loop_create();
    world->clock = (struct alpaca_clock){.now_ns = start_ns, .stepped = stepped};
    serve(world, start_ns);
    make_client(world, world->port);
}

static inline void start_feed(struct world *world, struct alpaca_feed_plan plan)
{
    plan.client = world->client;
    plan.instruments = world->data.instruments;
    plan.instrument_count = world->data.instrument_count;
    plan.calendar = CALENDAR_XNYS;
    plan.bar_ns = plan.bar_ns == 0 ? NS_PER_MIN : plan.bar_ns;
    plan.feed = "iex";
    plan.seed = 3;
    plan.came_back = came_back;
    plan.came_back_context = world;
    plan.say = say;
    plan.say_context = world;
    world->feed = alpaca_feed_create(&plan);
}

static inline void close_world(struct world *world)
{
    alpaca_feed_destroy(world->feed);
    client_destroy(world->client);
    server_destroy(world->server);
    loop_timer_destroy(world->timer);
    loop_destroy(world->loop);
    free(world->data.memory);
    free(world);
}

/* ---- time ---- */

static inline void wake(void *context)
{
    (void)context;
}

static inline void turn(struct world *world)
{
    if (world->timer == NULL) {
        world->timer = loop_timer_create(world->loop, wake, world);
    }
    loop_timer_start(world->timer, NS_PER_MS / 2, 0);
    loop_turn(world->loop, true);
    loop_timer_stop(world->timer);
}

static inline void barrier_came(void *context)
{
    struct world *world = context;
    world->barriers--;
}

static inline bool is_idle(const struct world *world)
{
    return world->barriers == 0 && client_pending(world->client) == 0 &&
           alpaca_feed_is_idle(world->feed);
}

/* Until nothing is under way and all that was sent is here. */
static inline void settle(struct world *world)
{
    bool hangs = world->patience_ns != 0;
    int64_t until_ns = clock_mono_ns() + (hangs ? world->patience_ns : 5 * NS_PER_S);
    for (int round = 0; round < 2; round++) {
        while (!is_idle(world) && clock_mono_ns() < until_ns) {
            turn(world);
        }
        if (round == 0 && world->barriers == 0) {
            world->barriers = 1;
            alpaca_feed_barrier(world->feed, barrier_came, world);
        }
    }
    cr_assert(hangs || is_idle(world), "it does not come to rest");
}

static inline void take(struct world *world)
{
    struct live_feed *port = alpaca_feed_port(world->feed);
    const struct event *status;
    while ((status = port->ops->next_status(port)) != NULL) {
        cr_assert_eq(status->kind, EVENT_STATUS);
        if (status->flags == STATUS_HALTED) {
            cr_assert_lt(world->halt_count, HALTS_MAX);
            world->halts[world->halt_count++] = *status;
            continue;
        }
        cr_assert_eq(status->flags, STATUS_MARKET_DATA);
        cr_assert_eq(status->instrument, INSTRUMENT_NONE);
        world->statuses += status->status.begins == 1 ? 1 : 100;
    }
    struct slice slice;
    while (port->ops->next(port, &slice)) {
        cr_assert_lt(world->given_count, SLICES_MAX);
        struct given *given = &world->given[world->given_count++];
        given->slice = slice;
        uint32_t count = slice.count < MADE_SYMBOLS ? slice.count : MADE_SYMBOLS;
        memcpy(given->bars, slice.bars, count * sizeof *slice.bars);
    }
}

/* Lets the exchange and everybody come to that moment, in the steps that they ask for. */
static inline void go_to(struct world *world, int64_t to_ns)
{
    struct live_feed *port = alpaca_feed_port(world->feed);
    settle(world);
    take(world);
    while (world->clock.now_ns < to_ns) {
        int64_t due_ns = port->ops->deadline_ns(port);
        int64_t client_ns = client_deadline_ns(world->client);
        due_ns = client_ns < due_ns ? client_ns : due_ns;
        due_ns = due_ns < to_ns ? due_ns : to_ns;
        due_ns = due_ns > world->clock.now_ns ? due_ns : world->clock.now_ns + NS_PER_S;
        if (world->server != NULL) {
            int64_t next_ns = server_next_ns(world->server);
            due_ns = next_ns > world->clock.now_ns && next_ns < due_ns ? next_ns : due_ns;
            server_advance_until(world->server, due_ns);
        }
        world->clock.now_ns = due_ns;
        settle(world);
        client_on_time(world->client, due_ns);
        port->ops->on_time(port, due_ns);
        settle(world);
        take(world);
    }
}

static inline struct world *new_world(void)
{
    return xcalloc(1, sizeof(struct world));
}

/* The stream as far as the subscription; how many symbols it asks bars of. */
static inline unsigned read_subscription(struct script *script)
{
    static const char connected[] = "[{\"T\":\"success\",\"msg\":\"connected\"}]";
    static const char authentic[] = "[{\"T\":\"success\",\"msg\":\"authenticated\"}]";
    static struct script_frame frame;
    unsigned count = 0;
    script_accept(script);
    script_say_frame(script, 0x81, connected, sizeof connected - 1);
    script_frame(script, &frame);
    script_say_frame(script, 0x81, authentic, sizeof authentic - 1);
    script_frame(script, &frame);
    const char *bars = strstr(frame.bytes, "\"bars\":[");
    cr_assert_not_null(bars, "%s", frame.bytes);
    for (const char *at = bars + 7; *at != ']'; at++) {
        count += *at == 'S';
    }
    return count;
}

#endif
