/* paper_world.c: see paper_world.h. */
#include "cmd/paper_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "broker/alpaca.h"
#include "cmd/exchange_time.h"
#include "cmd/paper_lost.h"
#include "feed/alpaca.h"
#include "sys/clock.h"
#include "sys/memory.h"

/* Two clocks that are no further apart tell the same time: one of them has whole seconds. */
#define AGREE_NS (2 * NS_PER_S)

/* At the start: for each answer that everything else hangs on. */
#define FIRST_ANSWER_NS (20 * NS_PER_S)

/* Waited before a question of the start is asked again, where a gateway says that the broker fails.
 */
#define FIRST_AGAIN_NS NS_PER_S
enum { FIRST_TRIES = 5 }; /* 15 s in all: each wait is twice the one before */

#define PATIENCE_NS (50 * NS_PER_MS)

/* Everybody hears of the time as often as that, whatever comes. */
#define TELL_NS (100 * NS_PER_MS)

/* What is under way when the market has nothing more: so long, by the exchange's time. */
#define AFTER_END_NS (5 * NS_PER_S)

/* The last bars and reports of a session come behind its close. */
#define AFTER_CLOSE_NS (2 * NS_PER_MIN)

struct paper_world {
    struct paper_plan plan;
    struct alpaca_clock clock;
    struct loop *loop;
    bool own_loop;
    struct exchange_time *time; /* the exchange's, by steps; NULL: the machine's */
    struct client *client;
    struct wire_account account;
    struct alpaca *alpaca;
    struct alpaca_feed *feed;
    struct driver_world outside;
    const struct engine *engine; /* that trades in it, since the broker was met */
    int64_t told_ns;             /* everybody heard of this moment */
    char tag[17];                /* at most 16 characters (alpaca/wire.h) */
    struct run_clock machine;    /* its time, since the start */
    int64_t offset_ns;           /* the world's clock less that */
    int64_t until_ns;            /* the run ends then; 0: it does not */
    int64_t end_ns;              /* when the market had nothing more; 0: it has */
    unsigned barriers;           /* that have not come back */
};

/* ---- time ---- */

/* Everybody hears of the moment, the client first: a deadline of its may be an answer. */
static void give_time(struct paper_world *world)
{
    int64_t now_ns = world->clock.now_ns;
    client_on_time(world->client, now_ns);
    if (world->alpaca != NULL) {
        struct broker *broker = alpaca_broker(world->alpaca);
        broker->ops->on_time(broker, now_ns);
        struct live_feed *feed = alpaca_feed_port(world->feed);
        feed->ops->on_time(feed, now_ns);
    }
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

/* When the engine wants to be told of the time, where the market's has not stopped before. */
static int64_t timer_ns(const struct paper_world *world)
{
    const struct live_feed *feed = alpaca_feed_port(world->feed);
    return world->engine->timer_ns < feed->ops->horizon_ns(feed) ? world->engine->timer_ns
                                                                 : INT64_MAX;
}

static int64_t deadline_ns(const struct paper_world *world)
{
    int64_t due_ns = client_deadline_ns(world->client);
    if (world->alpaca != NULL) {
        due_ns = earlier(due_ns, timer_ns(world));
        const struct broker *broker = alpaca_broker(world->alpaca);
        due_ns = earlier(due_ns, broker->ops->deadline_ns(broker));
        const struct live_feed *feed = alpaca_feed_port(world->feed);
        due_ns = earlier(due_ns, feed->ops->deadline_ns(feed));
    }
    return due_ns;
}

static void say_jump(const struct paper_world *world, const struct clock_jump *jump)
{
    static const char then[] = "no entries until everything at the broker has been read anew";
    char text[256];
    bool back = jump->size_ns < 0;
    int64_t size_s = ((back ? -jump->size_ns : jump->size_ns) + NS_PER_S / 2) / NS_PER_S;
    switch (jump->kind) {
    case CLOCK_JUMP_NONE:
        return;
    case CLOCK_JUMP_SET:
        (void)snprintf(text, sizeof text,
                       "this machine's clock was set %s by %" PRId64
                       " s; the run's time goes on as before; %s",
                       back ? "back" : "forwards", size_s, then);
        break;
    case CLOCK_JUMP_SLEPT:
        (void)snprintf(text, sizeof text, "this machine slept for %" PRId64 " s; %s", size_s, then);
        break;
    case CLOCK_JUMP_STOOD:
        (void)snprintf(text, sizeof text,
                       "this process did not come to its turn for %" PRId64 " s; %s", size_s, then);
        break;
    }
    if (world->plan.say != NULL) {
        world->plan.say(world->plan.say_context, "clock", text);
    }
}

/* What happened meanwhile is not known. */
static void take_jump(struct paper_world *world, const struct clock_jump *jump)
{
    if (jump->kind == CLOCK_JUMP_NONE || world->alpaca == NULL) {
        return; /* before the broker is met, all is still to be read */
    }
    say_jump(world, jump);
    if (jump->kind == CLOCK_JUMP_SET) {
        alpaca_lost_sight(world->alpaca);
        return;
    }
    alpaca_feed_slept(world->feed);
    alpaca_slept(world->alpaca);
}

/* The wall clock is far ahead, and the broker's answers have its time: a pause of the whole machine
 * that none of its clocks saw. */
static bool was_paused(const struct paper_world *world)
{
    int64_t behind_ns = run_clock_behind_ns(&world->machine);
    if (behind_ns == 0 || world->alpaca == NULL) {
        return false;
    }
    int64_t apart_ns = behind_ns + client_skew_ns(world->client); /* the wall's and the broker's */
    return apart_ns <= AGREE_NS && apart_ns >= -AGREE_NS;
}

static int64_t machine_ns(struct paper_world *world, struct clock_jump *jump)
{
    *jump = (struct clock_jump){0};
    if (world->plan.utc_ns != NULL) {
        return world->plan.utc_ns(world->plan.utc_context);
    }
    int64_t now_ns = run_clock_read(&world->machine, jump);
    if (jump->kind == CLOCK_JUMP_NONE && was_paused(world)) {
        run_clock_believe(&world->machine, jump);
        now_ns += jump->size_ns;
    }
    return now_ns;
}

static void read_machine_clock(struct paper_world *world)
{
    struct clock_jump jump;
    int64_t now_ns = machine_ns(world, &jump) + world->offset_ns;
    if (now_ns > world->clock.now_ns) {
        world->clock.now_ns = now_ns;
    }
    take_jump(world, &jump);
}

/* The network, for `wait_ns` at most. */
static void wait_for_network(struct paper_world *world, int64_t wait_ns)
{
    if (wait_ns <= 0) {
        loop_turn(world->loop, false);
    } else {
        loop_wait(world->loop, wait_ns);
    }
}

/* When somebody's time is due, and now and then: between a message and what follows from it nobody
 * looks at the calendar. */
static bool tell_time(struct paper_world *world, int64_t due_ns)
{
    int64_t now_ns = world->clock.now_ns;
    bool tells = now_ns >= due_ns || now_ns - world->told_ns >= TELL_NS;
    if (tells) {
        world->told_ns = now_ns;
        give_time(world);
    }
    return tells;
}

static enum err turn_by_machine(struct paper_world *world, int64_t until_mono_ns)
{
    read_machine_clock(world);
    int64_t due_ns = deadline_ns(world);
    if (tell_time(world, due_ns)) {
        due_ns = deadline_ns(world);
    }
    int64_t wait_ns = until_mono_ns - clock_mono_ns();
    if (due_ns != INT64_MAX) {
        wait_ns = earlier(wait_ns, due_ns - world->clock.now_ns);
    }
    wait_for_network(world, world->plan.busy_poll ? 0 : wait_ns);
    read_machine_clock(world);
    (void)tell_time(world, due_ns);
    return ERR_OK;
}

/* ---- by steps ---- */

static void barrier_came(void *context)
{
    struct paper_world *world = context;
    world->barriers--;
}

bool paper_world_is_idle(const struct paper_world *world)
{
    return world->barriers == 0 && client_pending(world->client) == 0 &&
           alpaca_is_idle(world->alpaca) && alpaca_feed_is_idle(world->feed);
}

/* Until nothing is under way on this side and all that the exchange has sent is here. What hangs by
 * design of the exchange (an answer that never comes) hangs until its deadline. */
static void settle(struct paper_world *world)
{
    int64_t until_ns = clock_mono_ns() + world->plan.patience_ns;
    for (int round = 0; round < 2; round++) {
        while (!paper_world_is_idle(world) && clock_mono_ns() < until_ns) {
            wait_for_network(world, NS_PER_MS);
        }
        if (round == 0 && world->barriers == 0) {
            world->barriers = 2;
            alpaca_barrier(world->alpaca, barrier_came, world);
            alpaca_feed_barrier(world->feed, barrier_came, world);
        }
    }
}

static enum err turn_by_steps(struct paper_world *world, bool took, bool *ended,
                              struct problem *problem)
{
    settle(world);
    if (took) {
        return ERR_OK; /* what came of it is taken at the same moment */
    }
    if (exchange_time_has_ended(world->time)) {
        world->end_ns = world->end_ns == 0 ? world->clock.now_ns : world->end_ns;
        *ended = world->clock.now_ns >= world->end_ns + AFTER_END_NS;
        if (*ended) {
            return ERR_OK;
        }
    }
    enum err err = exchange_time_step(world->time, deadline_ns(world), problem);
    if (err == ERR_OK) {
        world->clock.now_ns = exchange_time_now_ns(world->time);
        settle(world);    /* all of that moment is here ... */
        give_time(world); /* ... before anybody takes it for over */
        settle(world);
    }
    return err;
}

static enum err turn(void *context, int64_t until_mono_ns, bool took, bool *ended,
                     struct problem *problem)
{
    struct paper_world *world = context;
    if (world->until_ns != 0 && world->clock.now_ns >= world->until_ns && !took) {
        *ended = true;
        return ERR_OK;
    }
    return world->time == NULL ? turn_by_machine(world, until_mono_ns)
                               : turn_by_steps(world, took, ended, problem);
}

/* ---- the start ---- */

struct first_answer {
    bool came;
    bool fails; /* somebody is there, and cannot answer now */
    enum err err;
    struct client_reply reply; /* its message is copied into the problem */
    struct problem *problem;
    void *out;
    enum err (*read)(const struct node *node, void *out);
};

static enum err refuse(const struct client_reply *reply, struct problem *problem)
{
    if (reply->class == CLIENT_KEYS) {
        return problem_set(
            problem, ERR_REFUSED,
            "the broker refuses the keys (%s): are they of this host, paper or live, "
            "and still valid?",
            reply->message);
    }
    return reply->class == CLIENT_REFUSED
               ? problem_set(problem, ERR_REFUSED, "the broker refuses: %s", reply->message)
               : problem_set(problem, ERR_IO, "the broker did not answer: %s", reply->message);
}

static void on_first_answer(void *context, const struct client_reply *reply)
{
    struct first_answer *first = context;
    first->came = true;
    first->fails = reply->class == CLIENT_UNKNOWN && reply->status != 0;
    if (reply->class != CLIENT_OK || reply->root == NULL) {
        first->err = refuse(reply, first->problem);
    } else if (first->read(reply->root, first->out) != ERR_OK) {
        first->err = problem_set(first->problem, ERR_FORMAT,
                                 "the broker's answer is not what its documents say: is this "
                                 "Alpaca's address?");
    }
}

/* Lets the network go on until *came, or that moment. */
static void wait_for_first(struct paper_world *world, const bool *came, int64_t until_mono_ns)
{
    while (!*came && clock_mono_ns() < until_mono_ns) {
        if (world->time == NULL) {
            read_machine_clock(world);
            client_on_time(world->client, world->clock.now_ns);
        }
        wait_for_network(world, 10 * NS_PER_MS);
    }
}

static enum err ask_once(struct paper_world *world, const char *target, struct first_answer *first)
{
    struct client_ask ask = {.use = CLIENT_RECONCILE,
                             .host = CLIENT_TRADING,
                             .method = HTTP_GET,
                             .target = target,
                             .answered = on_first_answer,
                             .context = first};
    struct client_call *call = client_ask(world->client, &ask);
    wait_for_first(world, &first->came, clock_mono_ns() + FIRST_ANSWER_NS);
    if (!first->came) {
        client_forget(call);
        return problem_set(first->problem, ERR_IO, "%s does not answer",
                           world->plan.addresses.trading);
    }
    return first->err;
}

/* Asks and waits. A gateway in trouble is asked again: who is started after a crash may have
 * positions to look after. */
static enum err ask_first(struct paper_world *world, const char *target,
                          enum err (*read)(const struct node *node, void *out), void *out,
                          struct problem *problem)
{
    const bool never = false;
    int64_t wait_ns = FIRST_AGAIN_NS;
    for (int tries = 1;; tries++, wait_ns *= 2) {
        struct first_answer first = {.problem = problem, .out = out, .read = read};
        enum err err = ask_once(world, target, &first);
        if (err == ERR_OK || !first.fails || tries == FIRST_TRIES) {
            return err;
        }
        if (world->plan.say != NULL && problem != NULL) {
            world->plan.say(world->plan.say_context, "start", problem->text);
        }
        if (world->time == NULL) { /* by steps nothing passes meanwhile */
            wait_for_first(world, &never, clock_mono_ns() + wait_ns);
        }
    }
}

static enum err read_account(const struct node *node, void *out)
{
    return wire_read_account(node, out);
}

static enum err read_clock(const struct node *node, void *out)
{
    return wire_read_clock(node, out);
}

static enum err read_asset(const struct node *node, void *out)
{
    return wire_read_asset(node, out);
}

static enum err check_account(struct paper_world *world, struct problem *problem)
{
    enum err err = ask_first(world, "/v2/account", read_account, &world->account, problem);
    if (err == ERR_OK && (!world->account.active || world->account.blocked)) {
        err = problem_set(problem, ERR_REFUSED,
                          "account %s may not trade: its status is %s%s; see the broker's own page",
                          world->account.number, world->account.status,
                          world->account.blocked ? ", and it is blocked" : "");
    }
    return err;
}

static void make_client(struct paper_world *world)
{
    struct client_plan client = {.loop = world->loop,
                                 .clock = &world->clock,
                                 .addresses = world->plan.addresses,
                                 .keys = world->plan.keys,
                                 .ca_file = world->plan.ca_file,
                                 .prompt = world->plan.admin_url == NULL,
                                 .requests_per_minute = world->plan.requests_per_minute,
                                 .data_requests_per_minute = world->plan.requests_per_minute};
    world->client = client_create(&client);
}

/* The client has lived by another time until now. */
static void take_time_of_exchange(struct paper_world *world, int64_t off_ns)
{
    client_destroy(world->client);
    world->offset_ns = off_ns;
    world->clock = (struct alpaca_clock){.offset = true};
    read_machine_clock(world);
    make_client(world);
}

static enum err check_clock(struct paper_world *world, struct problem *problem)
{
    struct wire_clock clock;
    enum err err = ask_first(world, "/v2/clock", read_clock, &clock, problem);
    if (err != ERR_OK) {
        return err;
    }
    int64_t off_ns = clock.ts_ns - world->clock.now_ns;
    if (world->plan.own_time && world->time == NULL) {
        take_time_of_exchange(world, off_ns);
        return ERR_OK;
    }
    if (world->time == NULL && (off_ns > 60 * NS_PER_S || off_ns < -60 * NS_PER_S)) {
        return problem_set(problem, ERR_REFUSED,
                           "this machine's clock and the broker's are %" PRId64
                           " s apart; set the clock (or, for a served exchange with a time of its "
                           "own, give --exchange-admin)",
                           off_ns / NS_PER_S);
    }
    return ERR_OK;
}

static enum err check_assets(struct paper_world *world, struct problem *problem)
{
    enum err err = ERR_OK;
    for (uint32_t i = 0; i < world->plan.instrument_count && err == ERR_OK; i++) {
        const char *symbol = world->plan.instruments[i].symbol;
        struct wire_asset asset;
        char target[64];
        (void)snprintf(target, sizeof target, "/v2/assets/%s", symbol);
        err = ask_first(world, target, read_asset, &asset, problem);
        if (err == ERR_OK && (!asset.active || !asset.tradable)) {
            err = problem_set(problem, ERR_REFUSED, "%s cannot be traded at the broker", symbol);
        }
    }
    return err;
}

/* The close of the session that is open, or comes next. */
static void set_end(struct paper_world *world)
{
    const struct run_config *config = world->plan.config;
    struct session session = calendar_session_of(config->calendar, config->extended_hours,
                                                 world->clock.now_ns + NS_PER_MIN);
    world->until_ns = world->plan.until_close ? session.close_ns + AFTER_CLOSE_NS : 0;
}

static enum err open_time(struct paper_world *world, struct problem *problem)
{
    if (world->plan.admin_url == NULL) {
        run_clock_begin(&world->machine, world->plan.read_clock, world->plan.read_clock_context);
        read_machine_clock(world);
        return ERR_OK;
    }
    world->clock.stepped = true;
    enum err err = exchange_time_open(world->loop, world->plan.admin_url, &world->time, problem);
    if (err == ERR_OK) {
        world->clock.now_ns = exchange_time_now_ns(world->time);
    }
    return err;
}

enum err paper_world_open(const struct paper_plan *plan, struct paper_world **out,
                          struct problem *problem)
{
    struct paper_world *world = xcalloc(1, sizeof *world);
    world->plan = *plan;
    world->plan.patience_ns = plan->patience_ns == 0 ? PATIENCE_NS : plan->patience_ns;
    world->own_loop = plan->loop == NULL;
    world->loop = world->own_loop ? loop_create() : plan->loop;
    enum err err = open_time(world, problem);
    if (err == ERR_OK) {
        make_client(world);
        err = check_account(world, problem);
    }
    if (err == ERR_OK && plan->claim != NULL) {
        err = plan->claim(plan->claim_context, &world->account, problem);
    }
    if (err == ERR_OK) {
        err = check_clock(world, problem);
    }
    if (err == ERR_OK) {
        err = check_assets(world, problem);
    }
    set_end(world);
    if (err != ERR_OK) {
        paper_world_close(world);
        return err;
    }
    *out = world;
    return ERR_OK;
}

void paper_world_close(struct paper_world *world)
{
    if (world == NULL) {
        return;
    }
    alpaca_destroy(world->alpaca);
    alpaca_feed_destroy(world->feed);
    client_destroy(world->client);
    exchange_time_close(world->time);
    if (world->own_loop) {
        loop_destroy(world->loop);
    }
    free(world);
}

const struct wire_account *paper_world_account(const struct paper_world *world)
{
    return &world->account;
}

struct driver_world *paper_world_outside(struct paper_world *world)
{
    return &world->outside;
}

uint64_t paper_world_messages(const struct paper_world *world)
{
    return client_messages(world->client);
}

/* The most bars that a book waits for, of its own frame, in bars of the run. */
static uint32_t warmup_bars(const struct paper_world *world)
{
    const struct run_config *config = world->plan.config;
    uint32_t most = 0;
    for (uint32_t i = 0; i < config->book_count; i++) {
        int64_t frame_ns = config->books[i].frame_ns == 0
                               ? config->books[i].strategy->default_frame_ns
                               : config->books[i].frame_ns;
        int64_t bars_each = frame_ns > world->plan.bar_ns ? frame_ns / world->plan.bar_ns : 1;
        int64_t bars = (config->books[i].parameters[0] + 1) * bars_each;
        most = bars > (int64_t)most ? (uint32_t)bars : most;
    }
    return most;
}

static void on_feed_back(void *context)
{
    const struct paper_world *world = context;
    alpaca_lost_sight(world->alpaca);
}

static enum err ask_for_lost(void *context, const char *target,
                             enum err (*read)(const struct node *node, void *out), void *out,
                             struct problem *problem)
{
    return ask_first(context, target, read, out, problem);
}

/* What was sent and not logged, before anything else is asked or sent. */
static enum err find_lost(struct paper_world *world, struct driver *driver, struct problem *problem)
{
    const struct paper_plan *plan = &world->plan;
    const struct paper_lost_plan lost = {.driver = driver,
                                         .tag = world->tag,
                                         .instruments = plan->instruments,
                                         .instrument_count = plan->instrument_count,
                                         .ask = ask_for_lost,
                                         .ask_context = world,
                                         .say = plan->say,
                                         .say_context = plan->say_context};
    return paper_lost_find(&lost, problem);
}

static struct alpaca_feed_plan feed_plan(struct paper_world *world, const struct driver *driver)
{
    const struct paper_plan *plan = &world->plan;
    const struct engine *engine = driver_engine(driver);
    return (struct alpaca_feed_plan){.client = world->client,
                                     .instruments = plan->instruments,
                                     .instrument_count = plan->instrument_count,
                                     .bar_ns = plan->bar_ns,
                                     .calendar = plan->config->calendar,
                                     .extended_hours = plan->config->extended_hours,
                                     .warmup_bars = warmup_bars(world),
                                     .stream_symbols = plan->stream_symbols,
                                     .feed = plan->feed,
                                     .last_slice_ns = driver_last_ns(driver),
                                     .have_ns = driver_have_ns(driver),
                                     .first_ordinal = engine->counters.slices,
                                     .seed = engine->next_trade_id,
                                     .halted = engine->halted,
                                     .stale = (engine->shut >> STATUS_MARKET_DATA & 1) != 0,
                                     .came_back = on_feed_back,
                                     .came_back_context = world,
                                     .say = plan->say,
                                     .say_context = plan->say_context};
}

enum err paper_world_meet(struct paper_world *world, struct driver *driver, const char *tag,
                          struct problem *problem)
{
    const struct paper_plan *plan = &world->plan;
    const struct engine *engine = driver_engine(driver);
    (void)snprintf(world->tag, sizeof world->tag, "%s", tag);
    enum err err = find_lost(world, driver, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct alpaca_plan broker = {.client = world->client,
                                 .instruments = plan->instruments,
                                 .instrument_count = plan->instrument_count,
                                 .engine = engine,
                                 .tag = world->tag,
                                 .seed = engine->next_trade_id,
                                 .by_bars = plan->by_bars,
                                 .watches_calendar = world->time == NULL,
                                 .say = plan->say,
                                 .say_context = plan->say_context};
    const struct alpaca_feed_plan feed = feed_plan(world, driver);
    world->engine = engine;
    if (world->time == NULL) {
        read_machine_clock(world); /* a long log has been read meanwhile */
    }
    world->feed = alpaca_feed_create(&feed);
    world->alpaca = alpaca_create(&broker);
    world->outside = (struct driver_world){.broker = alpaca_broker(world->alpaca),
                                           .feed = alpaca_feed_port(world->feed),
                                           .now_ns = &world->clock.now_ns,
                                           .stepped = world->clock.stepped,
                                           .first_ns = alpaca_feed_first_ns(world->feed),
                                           .cash_e9 = world->account.cash_e9,
                                           .say = plan->say,
                                           .say_context = plan->say_context,
                                           .context = world,
                                           .turn = turn};
    driver_set_world(driver, &world->outside);
    return ERR_OK;
}
