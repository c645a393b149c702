/* alpaca_served_test.c: an engine that trades at the served exchange, over sockets, by steps; and
 * the same while requests, answers, lists and the stream go wrong.
 *
 * Whatever goes wrong, in the end the engine's positions and cash are those of the exchange, every
 * execution was counted once, and no order was sent twice. */
#include "broker/alpaca_served_test.h"

#include "broker/alpaca.h"
#include "core/engine_test.h"
#include "sys/clock.h"

#ifndef SEEDS
#define SEEDS 1
#endif

static const struct instrument market[] = {{"AAPL"}, {"SPY"}};

static struct near {
    struct bench bench;
    struct loop *loop;
    struct far *far;
    struct alpaca_clock clock;
    struct client *client;
    struct alpaca *alpaca;
    struct broker *broker;
    uint32_t sent, cancels, accepted, rejected, fills, no_answers, ended;
    uint32_t shut; /* conditions that stand: bits */
    uint64_t random;
    bool barrier;
    char said[1 << 16];
} near;

static void say(void *context, const char *what, const char *text)
{
    (void)context;
    size_t used = strlen(near.said);
    (void)snprintf(near.said + used, sizeof near.said - used, "%s: %s\n", what, text);
}

/* ---- the loop ---- */

static void carry_out(void)
{
    const struct output *output = &near.bench.decides.output;
    for (uint32_t i = 0; i < output->send_count; i++) {
        bool cancels = output->sends[i]->head.order.action == ORDER_ACTION_CANCEL;
        near.cancels += cancels ? 1 : 0;
        near.sent += cancels ? 0 : 1;
    }
    if (output->send_count > 0) {
        near.broker->ops->carry_out(near.broker, output);
    }
}

static void count(const struct event *event)
{
    near.accepted += event->kind == EVENT_ACCEPTED ? 1 : 0;
    near.rejected += event->kind == EVENT_REJECTED ? 1 : 0;
    near.fills += event->kind == EVENT_FILL ? 1 : 0;
    near.no_answers += event->kind == EVENT_NO_ANSWER ? 1 : 0;
    near.ended += event->kind == EVENT_CANCELED || event->kind == EVENT_EXPIRED ? 1 : 0;
    if (event->kind == EVENT_STATUS) {
        uint32_t bit = 1U << event->flags;
        near.shut = event->status.begins != 0 ? near.shut | bit : near.shut & ~bit;
    }
}

static bool take_reports(void)
{
    bool any = false;
    for (const struct event *event; (event = near.broker->ops->next_report(near.broker)) != NULL;) {
        struct event taken = *event;
        any = true;
        count(&taken);
        near.bench.ts_ns = near.clock.now_ns;
        taken.ts_ns = near.clock.now_ns;
        if (taken.kind == EVENT_STATUS || taken.kind == EVENT_HOLDING) {
            engine_on_condition(near.bench.decides.engine, &taken, &near.bench.decides.output);
            engine_apply(near.bench.folds.engine, &taken);
            bench_fold_answers(&near.bench);
        } else {
            bench_take(&near.bench, &taken);
        }
        carry_out();
        const struct engine *engine = near.bench.decides.engine;
        cr_assert_eq(engine->fault, ENGINE_FAULT_NONE, "%s\n%s", engine_fault_text(engine->fault),
                     near.said);
    }
    return any;
}

static void on_barrier(void *context)
{
    (void)context;
    near.barrier = false;
}

/* Until nothing is under way and all that was sent is here. What never comes is not waited for. */
static void settle(void)
{
    int64_t end_ns = clock_mono_ns() + 80 * NS_PER_MS;
    for (bool any = true; any;) {
        near.barrier = true;
        alpaca_barrier(near.alpaca, on_barrier, NULL);
        while ((near.barrier || !alpaca_is_idle(near.alpaca)) && clock_mono_ns() < end_ns) {
            loop_turn(near.loop, false);
        }
        any = take_reports() && clock_mono_ns() < end_ns;
    }
}

/* Time passes, from deadline to deadline. */
static void pass_to(int64_t to_ns)
{
    while (near.clock.now_ns < to_ns) {
        int64_t due_ns = near.broker->ops->deadline_ns(near.broker);
        int64_t client_ns = client_deadline_ns(near.client);
        due_ns = client_ns < due_ns ? client_ns : due_ns;
        due_ns = due_ns <= near.clock.now_ns ? near.clock.now_ns + NS_PER_MS : due_ns;
        far_advance(near.far, due_ns < to_ns ? due_ns : to_ns);
        near.clock.now_ns = far_now_ns(near.far);
        settle();
        client_on_time(near.client, near.clock.now_ns);
        near.broker->ops->on_time(near.broker, near.clock.now_ns);
        settle();
    }
}

static void open_account(void)
{
    near.alpaca = alpaca_create(&(struct alpaca_plan){
        .client = near.client,
        .instruments = market,
        .instrument_count = 2,
        .engine = near.bench.decides.engine,
        .tag = "t1",
        .seed = 5,
        .say = say,
    });
    near.broker = alpaca_broker(near.alpaca);
}

static void begin(const struct bench_plan *plan, const char *faults)
{
    static char http[64], stream[64];
    near = (struct near){.random = 9};
    near.loop = loop_create();
    near.far = far_start(near.loop, faults);
    near.clock = (struct alpaca_clock){.now_ns = far_now_ns(near.far), .stepped = true};
    (void)snprintf(http, sizeof http, "http://127.0.0.1:%u", far_port(near.far));
    (void)snprintf(stream, sizeof stream, "ws://127.0.0.1:%u/stream", far_port(near.far));
    near.client = client_create(&(struct client_plan){
        .loop = near.loop,
        .clock = &near.clock,
        .addresses = {http,    http, stream, stream},
        .keys = {"PKTEST", "secret"    },
        .requests_per_minute = 6000,
    });
    bench_init(&near.bench, plan);
    near.bench.ts_ns = near.clock.now_ns;
    open_account();
    settle();
    pass_to(near.clock.now_ns + 30 * NS_PER_S);
}

static void end(void)
{
    alpaca_destroy(near.alpaca);
    client_destroy(near.client);
    far_stop(near.far);
    loop_destroy(near.loop);
    bench_finish(&near.bench);
}

static struct bench_plan plan_of(bool brackets)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.cash_e9 = USD(100000);
    plan.qty_e9 = SHARES(10);
    plan.commission_e9 = 0;
    if (brackets) {
        plan.exits = (struct exit_plan){
            .target = {EXIT_PRICE, MONEY_E9 / 20},
            .stop = {EXIT_PRICE, USD(1)       },
            .opposite_signal = true,
            .at_broker = true
        };
    }
    return plan;
}

/* ---- trading ---- */

static uint32_t draw(uint32_t below)
{
    near.random = near.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(near.random >> 33) % below;
}

/* The minute's slice, at the price of the served market, with what the strategy wants. */
static void slice(void)
{
    int64_t minutes = (near.clock.now_ns - far_now_ns(near.far)) / NS_PER_MIN;
    int64_t session_ns = near.clock.now_ns % NS_PER_DAY - 13 * NS_PER_HOUR - 30 * NS_PER_MIN;
    int64_t cents = session_ns / NS_PER_MIN + minutes;
    near.bench.price_e9[0] = USD(201) + cents * MONEY_E9 / 100;
    near.bench.price_e9[1] = USD(501) + cents * MONEY_E9 / 100;
    near.bench.ts_ns = near.clock.now_ns - NS_PER_MIN;
    bench_slice(&near.bench);
    carry_out();
    settle();
}

static void minute(enum act first, enum act second)
{
    bench_wish(0, 0, first);
    bench_wish(0, 1, second);
    slice();
    pass_to(near.clock.now_ns + NS_PER_MIN);
}

/* All the same on both sides, each execution once, and no order too many. */
static void compare(const char *what)
{
    const struct engine *engine = near.bench.decides.engine;
    for (uint32_t i = 0; i < 2; i++) {
        cr_expect_eq(engine->ledger.positions[i].qty_e9, far_qty_e9(near.far, i),
                     "%s: %s: %d, the exchange has %d\n%s", what, market[i].symbol,
                     (int)(engine->ledger.positions[i].qty_e9 / MONEY_E9),
                     (int)(far_qty_e9(near.far, i) / MONEY_E9), near.said);
        cr_expect_eq(engine->foreign_e9[i], 0, "%s: held beside ours\n%s", what, near.said);
    }
    cr_expect_eq(ledger_cash_e9(&engine->ledger), far_cash_e9(near.far), "%s: cash\n%s", what,
                 near.said);
    cr_expect_eq(near.fills, far_fill_count(near.far), "%s: %u of %u executions\n%s", what,
                 near.fills, far_fill_count(near.far), near.said);
    cr_expect_leq(far_order_count(near.far), near.sent, "%s: orders sent twice\n%s", what,
                  near.said);
    cr_expect_eq(near.shut, 0, "%s: %x stands\n%s", what, near.shut, near.said);
}

/* Minutes of trading, then some of rest. */
static void trade(unsigned minutes)
{
    static const enum act acts[] = {ACT_HOLD, ACT_BUY, ACT_SELL};
    for (unsigned i = 0; i < minutes; i++) {
        minute(acts[draw(3)], acts[draw(3)]);
    }
    for (unsigned i = 0; i < 6; i++) {
        minute(ACT_HOLD, ACT_HOLD);
    }
}

Test(alpaca_served, market_orders)
{
    struct bench_plan plan = plan_of(false);
    begin(&plan, NULL);
    cr_assert_eq(near.shut, 0, "%s", near.said);
    trade(40);
    compare("clean");
    cr_expect_gt(near.fills, 10);
    cr_expect_eq(near.accepted, near.sent);
    cr_expect_eq(far_order_count(near.far), near.sent);
    cr_expect_eq(near.no_answers, 0);
    end();
}

Test(alpaca_served, brackets_targets_and_cancels)
{
    struct bench_plan plan = plan_of(true);
    begin(&plan, NULL);
    trade(60);
    compare("brackets");
    cr_expect_gt(near.fills, 10);
    cr_expect_gt(near.cancels, 0);
    cr_expect_gt(near.ended, 5, "stops end when targets fill");
    end();
}

Test(alpaca_served, limit_entries_that_wait)
{
    struct bench_plan plan = plan_of(false);
    plan.entry = (struct entry_plan){.type = ORDER_TYPE_LIMIT, .limit_offset_ppm = -2000};
    begin(&plan, NULL);
    trade(20);
    compare("limits");
    cr_expect_gt(far_open_count(near.far), 0, "below the market, and the market rises");
    end();
}

/* A new process: the engine folded, orders at work. */
Test(alpaca_served, after_a_restart)
{
    struct bench_plan plan = plan_of(true);
    begin(&plan, NULL);
    minute(ACT_BUY, ACT_BUY);
    bench_wish(0, 0, ACT_HOLD);
    for (int i = 0; i < 10; i++) {
        alpaca_destroy(near.alpaca); /* and while it is away the market goes on */
        far_advance(near.far, near.clock.now_ns + NS_PER_MIN);
        near.clock.now_ns = far_now_ns(near.far);
        near.shut = near.bench.decides.engine->shut;
        open_account();
        settle();
        pass_to(near.clock.now_ns + NS_PER_MIN);
        minute(i % 3 == 0 ? ACT_BUY : ACT_HOLD, i % 4 == 0 ? ACT_SELL : ACT_HOLD);
    }
    trade(5);
    compare("restarts");
    cr_expect_gt(near.fills, 4);
    end();
}

static const struct {
    const char *what, *script;
    bool brackets;
} rows[] = {
    {"answers lost after it was carried out",
     "rules: [{route: POST /v2/orders, what: timeout_after, probability: 30%}]",                                false},
    {"answers lost before it was",
     "rules: [{route: POST /v2/orders, what: timeout_before, probability: 30%}]",                               false},
    {"errors, carried out and not",
     "rules: [{route: POST /v2/orders, what: status, code: 504, carried_out: yes, every: 3},"
     "{route: POST /v2/orders, what: status, code: 503, every: 4}]",                                            true },
    {"answers cut, doubled, empty, not JSON",
     "rules: [{route: POST /v2/orders, what: cut, every: 3}, {route: POST /v2/orders, what: "
     "empty, every: 4}, {route: POST /v2/orders, what: not_json, carried_out: yes, every: 5}]",                 true },
    {"look-ups that lag, lists without the newest",
     "rules: [{route: POST /v2/orders, what: timeout_after, every: 2}, {what: lookup_lag, for: "
     "20s}, {route: GET /v2/orders, what: list_without_newest, every: 2}, {stream: trading, what: "
     "drop, probability: 60%}]",                                                                                false},
    {"look-ups that fail",
     "rules: [{route: POST /v2/orders, what: timeout_after, every: 2}, "
     "{route: \"GET /v2/orders*\", what: status, code: 500, probability: 40%}]",                                true },
    {"the stream drops",                            "rules: [{stream: trading, what: drop, probability: 40%}]", true },
    {"the stream doubles and reorders",
     "rules: [{stream: trading, what: duplicate, probability: 40%}, {stream: trading, what: "
     "reorder, probability: 40%}]",                                                                             true },
    {"the stream is cut",                           "rules: [{stream: trading, what: disconnect, every: 9}]",   true },
    {"the stream says nothing, or null",
     "rules: [{stream: trading, what: mute, for: 3min, every: 13}, {stream: trading, what: "
     "null_data, every: 4}]",                                                                                   false},
    {"fills in parts, and while they are canceled",
     "rules: [{what: partial, parts: [30%, 70%], every: 2}, {what: fill_during_cancel, every: "
     "2}]",                                                                                                     true },
    {"rejected after they were accepted",           "rules: [{what: reject_after_accept, probability: 30%}]",
     true                                                                                                            },
    {"cancels that get no answer",
     "rules: [{route: \"DELETE /v2/orders/*\", what: timeout_after, every: 2}, "
     "{route: \"DELETE /v2/orders/*\", what: status, code: 500, every: 3}]",                                    true },
    {"everything at once",
     "rules: [{stream: trading, what: drop, probability: 20%}, {route: POST /v2/orders, what: "
     "timeout_after, probability: 20%}, {route: \"GET /*\", what: status, code: 502, probability: "
     "10%}, {what: lookup_lag, for: 10s, probability: 20%}, {stream: trading, what: disconnect, "
     "every: 30}]",                                                                                             true },
};

Test(alpaca_served, whatever_goes_wrong, .timeout = 110 * SEEDS)
{
    for (size_t i = 0; i < SEEDS * (sizeof rows / sizeof rows[0]); i++) {
        size_t row = i / SEEDS;
        char script[1024];
        struct bench_plan plan = plan_of(rows[row].brackets);
        (void)snprintf(script, sizeof script, "seed: %zu\n%s", i % SEEDS + 1, rows[row].script);
        begin(&plan, script);
        near.random += i % SEEDS;
        trade(25);
        compare(rows[row].what);
        cr_expect_gt(near.fills, 4, "%s", rows[row].what);
        end();
    }
}
