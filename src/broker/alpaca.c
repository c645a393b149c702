#include "broker/alpaca.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/alpaca_private.h"
#include "sys/clock.h"
#include "sys/memory.h"

#define SKEW_SAID_NS (2 * NS_PER_S)
#define SKEW_STOP_NS (10 * NS_PER_S)

enum { SAID_SIZE = 1024 };

/* The conditions that are told here: what the log has of them at the start still stands. */
static const uint32_t conditions =
    1U << STATUS_RECONCILING | 1U << STATUS_ORDER_STREAM | 1U << STATUS_CLOCK | 1U << STATUS_KEYS |
    1U << STATUS_ACCOUNT | 1U << STATUS_BUDGET | 1U << STATUS_DIFFERENCE | 1U << STATUS_CALENDAR;

int64_t alpaca_now_ns(const struct alpaca *alpaca)
{
    return client_clock(alpaca->plan.client)->now_ns;
}

void alpaca_say(const struct alpaca *alpaca, const char *what, const char *format, ...)
{
    char text[SAID_SIZE];
    va_list arguments;
    if (alpaca->plan.say == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    alpaca->plan.say(alpaca->plan.say_context, what, text);
}

/* FNV-1a */
static uint64_t hash_on(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    } while (*text++ != '\0');
    return hash;
}

bool alpaca_is_news(struct alpaca *alpaca, const char *what, const char *name)
{
    uint64_t hash = hash_on(hash_on(UINT64_C(0xcbf29ce484222325), what), name);
    uint32_t kept = alpaca->news_count < NEWS_MAX ? alpaca->news_count : NEWS_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        if (alpaca->news[i] == hash) {
            return false;
        }
    }
    alpaca->news[alpaca->news_count++ % NEWS_MAX] = hash;
    return true;
}

void alpaca_condition(struct alpaca *alpaca, enum status_condition condition, bool stands,
                      int64_t value)
{
    uint32_t bit = 1U << condition;
    if (((alpaca->shut & bit) != 0) == stands) {
        return;
    }
    alpaca->shut ^= bit;
    const struct event event = {
        .src_ns = alpaca_now_ns(alpaca),
        .kind = EVENT_STATUS,
        .flags = (uint8_t)condition,
        .instrument = INSTRUMENT_NONE,
        .status = {.begins = stands ? 1 : 0, .value = value},
    };
    report_queue_add(&alpaca->reports, &event);
}

/* ---- the engine ---- */

static const struct trade *find_trade(const struct alpaca *alpaca, uint32_t instrument,
                                      uint64_t order_id)
{
    return engine_trade(alpaca->plan.engine, instrument, order_id);
}

bool alpaca_find_fact(void *context, uint32_t instrument, uint64_t order_id,
                      struct order_fact *fact)
{
    const struct trade *trade = find_trade(context, instrument, order_id);
    const struct order *order = trade == NULL ? NULL : trade_order((struct trade *)trade, order_id);
    if (order == NULL) {
        return false;
    }
    *fact = (struct order_fact){
        .id = order_id,
        .instrument = instrument,
        .qty_e9 = order->qty_e9,
        .filled_e9 = order->filled_e9,
        .since_ns = trade->entered_ns,
        .accepted = order->state == ORDER_WORKING || order->state == ORDER_CANCELING,
        .unknown = order->state == ORDER_UNKNOWN,
        .working = order_is_working(order),
        .canceling = order->state == ORDER_CANCELING,
    };
    return true;
}

/* A report about an order that the engine has forgotten would stop it: a later trade has taken the
 * place. The shares show up as a difference. */
static bool is_known(struct alpaca *alpaca, const struct event *event)
{
    struct order_fact fact;
    bool of_order = event_is_report(event->kind) && event->kind != EVENT_ACCOUNT_CASH &&
                    event->kind != EVENT_BUSTED; /* it remembers more executions than orders */
    if (!of_order || alpaca_find_fact(alpaca, event->instrument, event->report.order_id, &fact)) {
        return true;
    }
    if (event->kind == EVENT_FILL) {
        alpaca_say(alpaca, "alarm", "order %" PRIu64 " was filled, and its trade is long over",
                   event->report.order_id);
    }
    return false;
}

/* By the engine's memory, which outlives a process. */
static uint64_t find_execution(void *context, uint64_t order_id, int64_t qty_e9, int64_t price_e9)
{
    const struct engine *engine = ((const struct alpaca *)context)->plan.engine;
    uint64_t found = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < EXECUTIONS_KEPT; i++) {
        const struct execution *execution = &engine->executions[i];
        if (execution->exec_id != 0 && execution->order_id == order_id &&
            execution->qty_e9 == qty_e9 && execution->price_e9 == price_e9) {
            found = execution->exec_id;
            count++;
        }
    }
    return count == 1 ? found : 0;
}

/* A bust is told as the execution was booked, which the engine knows once it has taken it. */
static const struct event *complete(struct alpaca *alpaca, const struct event *event)
{
    if (event == NULL || event->kind != EVENT_BUSTED) {
        return event;
    }
    const struct execution *execution =
        engine_execution(alpaca->plan.engine, event->report.exec_id);
    if (execution == NULL) {
        alpaca_say(alpaca, "alarm",
                   "order %" PRIu64 ": execution %" PRIu64 " was taken back, and is remembered no "
                   "more: it stays booked",
                   event->report.order_id, event->report.exec_id);
        orders_doubt_execution(&alpaca->orders, event->report.order_id);
        return NULL;
    }
    alpaca->told = *event;
    alpaca->told.report.qty_e9 = execution->trade_e9;
    alpaca->told.report.price_e9 = execution->price_e9;
    alpaca->told.report.commission_e9 = execution->commission_e9;
    return &alpaca->told;
}

static void say_of_orders(void *context, const char *what, const char *text)
{
    const struct alpaca *alpaca = context;
    alpaca->plan.say(alpaca->plan.say_context, what, text);
}

/* ---- the stream ---- */

static void on_message(void *context, const struct node *root)
{
    struct alpaca *alpaca = context;
    struct wire_update update;
    alpaca->broker.received_mono_ns = clock_mono_ns();
    if (root == NULL || wire_read_update(root, &update) != ERR_OK) {
        alpaca->reconcile.orders_ns = alpaca_now_ns(alpaca); /* something happened: look */
        alpaca_say(alpaca, "stream", "an update of orders that cannot be read");
    } else {
        uint32_t instrument = orders_instrument(&alpaca->orders, update.group.order.symbol);
        orders_take_update(&alpaca->orders, &update);
        alpaca_touch(alpaca, instrument);
        if (update.qty_e9 > 0 && update.has_position) {
            alpaca_hint(alpaca, instrument, update.position_qty_e9);
        }
    }
    alpaca_tend(alpaca);
}

static void on_changed(void *context, enum stream_state state, const char *why)
{
    struct alpaca *alpaca = context;
    bool up = state == STREAM_UP;
    alpaca->stream_up_ns = up ? alpaca_now_ns(alpaca) : INT64_MAX;
    if (up) { /* what happened meanwhile nobody tells again */
        alpaca_condition(alpaca, STATUS_RECONCILING, true, 0);
        alpaca->reconcile.current = false;
        alpaca_reconcile_want(alpaca);
        alpaca_sign_of_life(alpaca, true);
    } else {
        alpaca_condition(alpaca, STATUS_ORDER_STREAM, true, 0);
    }
    if (state == STREAM_REFUSED) {
        alpaca_condition(alpaca, STATUS_KEYS, true, 0);
    }
    if (state != STREAM_CONNECTING) {
        alpaca_say(alpaca, "stream", "order updates: %s", why);
    }
    alpaca_tend(alpaca);
}

/* ---- time ---- */

static void watch_clock(struct alpaca *alpaca)
{
    int64_t skew_ns = client_skew_ns(alpaca->plan.client);
    int64_t size_ns = skew_ns < 0 ? -skew_ns : skew_ns;
    alpaca_condition(alpaca, STATUS_CLOCK, size_ns > SKEW_STOP_NS, skew_ns);
    if (size_ns > SKEW_SAID_NS && !alpaca->skew_said) {
        alpaca_say(alpaca, "alarm", "our clock is %" PRId64 " s %s the broker's",
                   size_ns / NS_PER_S, skew_ns > 0 ? "ahead of" : "behind");
    }
    alpaca->skew_said = size_ns > SKEW_SAID_NS;
}

/* What is due by the clock waits until on_time() says so: by steps, everything that happened by
 * then has been heard. */
static void tend_once(struct alpaca *alpaca)
{
    int64_t now_ns = alpaca->time_ns;
    for (struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        alpaca_tend_cancel(alpaca, order, now_ns);
        alpaca_tend_lookup(alpaca, order, now_ns);
    }
    alpaca_pump(alpaca);
    if (alpaca->busts != alpaca->orders.busts) { /* entries stay shut until all is compared */
        alpaca->busts = alpaca->orders.busts;
        alpaca_reconcile_want(alpaca);
    }
    alpaca_tend_round(alpaca, now_ns);
    alpaca_tend_calendar(alpaca, now_ns);
    alpaca_condition(alpaca, STATUS_DIFFERENCE, alpaca->orders.doubts > 0, alpaca->orders.doubts);
    alpaca_compare(alpaca);
}

void alpaca_tend(struct alpaca *alpaca)
{
    if (alpaca->tending) {
        alpaca->tend_again = true;
        return;
    }
    alpaca->tending = true;
    do {
        alpaca->tend_again = false;
        tend_once(alpaca);
    } while (alpaca->tend_again);
    alpaca->tending = false;
    watch_clock(alpaca);
}

/* ---- the port ---- */

static void carry_out(struct broker *broker, const struct output *output)
{
    alpaca_carry_out((struct alpaca *)broker, output);
}

/* What is in the queue, as the engine can take it. */
static const struct event *next_told(struct alpaca *alpaca)
{
    const struct event *event;
    while ((event = report_queue_next(&alpaca->reports)) != NULL) {
        const struct event *whole = is_known(alpaca, event) ? complete(alpaca, event) : NULL;
        if (whole != NULL) {
            return whole;
        }
    }
    return NULL;
}

static const struct event *next_report(struct broker *broker)
{
    struct alpaca *alpaca = (struct alpaca *)broker;
    const struct event *event = next_told(alpaca);
    if (event == NULL) {
        alpaca_tend(alpaca); /* a comparison may have waited for this */
        event = next_told(alpaca);
    }
    if (event != NULL && (event->kind == EVENT_FILL || event->kind == EVENT_BUSTED)) {
        alpaca_touch(alpaca, event->instrument);
    }
    return event;
}

static int64_t deadline_ns(const struct broker *broker)
{
    struct alpaca *alpaca = (struct alpaca *)broker;
    int64_t first_ns = stream_deadline_ns(alpaca->stream);
    int64_t due_ns = alpaca_round_due_ns(alpaca);
    first_ns = due_ns < first_ns ? due_ns : first_ns;
    due_ns = alpaca_calendar_due_ns(alpaca);
    first_ns = due_ns < first_ns ? due_ns : first_ns;
    for (const struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        due_ns = alpaca_lookup_due_ns(alpaca, order);
        first_ns = due_ns < first_ns ? due_ns : first_ns;
        due_ns = alpaca_cancel_due_ns(order);
        first_ns = due_ns < first_ns ? due_ns : first_ns;
    }
    return first_ns;
}

static void on_time(struct broker *broker, int64_t now_ns)
{
    struct alpaca *alpaca = (struct alpaca *)broker;
    alpaca->time_ns = now_ns;
    stream_on_time(alpaca->stream, now_ns);
    alpaca_tend(alpaca);
}

static const struct broker_ops ops = {
    .carry_out = carry_out,
    .next_report = next_report,
    .deadline_ns = deadline_ns,
    .on_time = on_time,
};

struct alpaca *alpaca_create(const struct alpaca_plan *plan)
{
    struct alpaca *alpaca = xcalloc(1, sizeof *alpaca);
    alpaca->broker.ops = &ops;
    alpaca->plan = *plan;
    alpaca->time_ns = alpaca_now_ns(alpaca);
    alpaca->stream_up_ns = INT64_MAX;
    alpaca->random = plan->seed;
    alpaca->shut = plan->engine->shut & conditions;
    orders_init(&alpaca->orders, &(struct orders_plan){
                                     .tag = plan->tag,
                                     .instruments = plan->instruments,
                                     .instrument_count = plan->instrument_count,
                                     .last_exec_id = plan->engine->last_exec_id,
                                     .reports = &alpaca->reports,
                                     .context = alpaca,
                                     .find = alpaca_find_fact,
                                     .executed = find_execution,
                                     .say = plan->say == NULL ? NULL : say_of_orders,
                                 });
    alpaca_reconcile_begin(alpaca);
    alpaca_condition(alpaca, STATUS_ORDER_STREAM, true, 0);
    alpaca->stream = stream_create(&(struct stream_plan){
        .kind = STREAM_TRADING,
        .client = plan->client,
        .seed = plan->seed,
        .context = alpaca,
        .message = on_message,
        .changed = on_changed,
    });
    alpaca_tend(alpaca);
    return alpaca;
}

void alpaca_destroy(struct alpaca *alpaca)
{
    if (alpaca == NULL) {
        return;
    }
    alpaca_forget_calls(alpaca);
    stream_destroy(alpaca->stream);
    alpaca_reconcile_end(alpaca);
    orders_finish(&alpaca->orders);
    report_queue_finish(&alpaca->reports);
    free(alpaca->outbox.items);
    free(alpaca);
}

struct broker *alpaca_broker(struct alpaca *alpaca)
{
    return &alpaca->broker;
}

bool alpaca_is_idle(const struct alpaca *alpaca)
{
    return alpaca->call_count == 0 && !alpaca->outbox.busy &&
           alpaca->outbox.first == alpaca->outbox.count &&
           stream_state(alpaca->stream) != STREAM_CONNECTING;
}

void alpaca_barrier(struct alpaca *alpaca, void (*arrived)(void *context), void *context)
{
    stream_barrier(alpaca->stream, arrived, context);
}

const struct wire_account *alpaca_account(const struct alpaca *alpaca)
{
    return &alpaca->account;
}

void alpaca_lost_sight(struct alpaca *alpaca)
{
    alpaca_condition(alpaca, STATUS_RECONCILING, true, 0);
    alpaca->reconcile.current = false;
    alpaca_reconcile_want(alpaca);
    alpaca_tend(alpaca);
}

void alpaca_slept(struct alpaca *alpaca)
{
    stream_restart(alpaca->stream, "nobody listened to it for a while");
    alpaca_lost_sight(alpaca);
}
