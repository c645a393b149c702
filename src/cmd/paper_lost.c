/* paper_lost.c: see paper_lost.h.
 *
 * An order is ours by its name, which is a function of (trade, role, attempt); the second exit of a
 * pair is ours through the first, in which the broker nests it. Exits are put into the log first,
 * so that the engine, when it hears how the orders before them ended, knows that they were
 * followed; then ends are told in the order in which they happened, and each may make way for the
 * next attempt in its place. */
#include "cmd/paper_lost.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alpaca/wire.h"
#include "base/utc.h"
#include "core/engine_exits.h"
#include "sys/memory.h"

enum {
    PAGE = 500,
    PAGES_MAX = 1000,
    EXECUTIONS_A_PAGE = 100,
    TRIES_MAX = 3,
    TARGET_SIZE = 512,
    SAID_SIZE = 256,
};

/* The broker's clock may be so far behind ours. */
#define BEFORE_NS NS_PER_MIN

/* An order of a live trade, as the broker shows it. */
struct shown {
    uint64_t id;
    struct wire_order order;
    bool told; /* how it ended */
};

struct search {
    const struct paper_lost_plan *plan;
    const struct engine *engine;
    struct problem *problem;
    struct shown *shown;
    size_t count, capacity;
    uint32_t found;

    /* the page at hand */
    uint32_t seen;
    int64_t last_ns;

    /* the order whose executions are read */
    struct shown *filled;
    int64_t filled_e9;
    enum err err;
};

/* ---- whose it is ---- */

static uint32_t instrument_of(const struct search *search, const char *symbol)
{
    for (uint32_t i = 0; i < search->plan->instrument_count; i++) {
        if (strncmp(search->plan->instruments[i].symbol, symbol, SYMBOL_SIZE) == 0) {
            return i;
        }
    }
    return INSTRUMENT_NONE;
}

/* The live trade that the order is of, or NULL. */
static struct trade *trade_of(const struct search *search, const struct shown *shown)
{
    uint32_t instrument = instrument_of(search, shown->order.symbol);
    struct trade *trade =
        instrument == INSTRUMENT_NONE ? NULL : engine_trade(search->engine, instrument, shown->id);
    return trade != NULL && trade_is_live(trade) ? trade : NULL;
}

static const struct order *known_order(const struct search *search, const struct shown *shown)
{
    struct trade *trade = trade_of(search, shown);
    return trade == NULL ? NULL : trade_order(trade, shown->id);
}

/* Of a later attempt than the log knows of. */
static bool is_lost(const struct search *search, const struct shown *shown)
{
    const struct trade *trade = trade_of(search, shown);
    uint32_t attempt = (uint32_t)(shown->id & ORDER_ATTEMPT_MAX);
    enum order_role role = order_id_role(shown->id);
    if (trade == NULL || role == ORDER_ROLE_ENTRY || known_order(search, shown) != NULL) {
        return false;
    }
    return attempt > (role == ORDER_ROLE_EXIT ? trade->exit_attempts : trade->exits.attempts) ||
           (role != ORDER_ROLE_EXIT && attempt == trade->exits.attempts);
}

/* ---- reading ---- */

static void keep(struct search *search, uint64_t id, const struct wire_order *order)
{
    struct shown shown = {.id = id, .order = *order};
    if (trade_of(search, &shown) == NULL) {
        return;
    }
    for (size_t i = 0; i < search->count; i++) {
        if (search->shown[i].id == id) {
            return; /* the last ones of a page come again on the next */
        }
    }
    if (search->count == search->capacity) {
        search->capacity = search->capacity == 0 ? 64 : 2 * search->capacity;
        search->shown = xrealloc(search->shown, search->capacity * sizeof *search->shown);
    }
    search->shown[search->count++] = shown;
}

static void keep_group(struct search *search, uint64_t id, const struct wire_group *group)
{
    uint32_t attempt =
        order_id_role(id) == ORDER_ROLE_ENTRY ? 1 : (uint32_t)(id & ORDER_ATTEMPT_MAX);
    keep(search, id, &group->order);
    for (uint32_t i = 0; i < group->leg_count; i++) {
        enum order_role role =
            group->legs[i].type == ORDER_TYPE_LIMIT ? ORDER_ROLE_TARGET : ORDER_ROLE_STOP;
        keep(search, order_id_make(order_id_trade(id), role, attempt), &group->legs[i]);
    }
}

/* Orders of others do not matter here; one of ours that cannot be read does. */
static enum err read_page(const struct node *node, void *out)
{
    struct search *search = out;
    if (node->kind != NODE_ARRAY) {
        return ERR_FORMAT;
    }
    search->seen = 0;
    for (const struct node *at = node_first(node); at != NULL; at = node_next(node, at)) {
        struct wire_group group;
        uint64_t id;
        const char *client_id = node_text(node_member(at, "client_order_id"));
        bool ours = client_id != NULL && wire_client_id_read(search->plan->tag, client_id, &id);
        bool read = wire_read_order(at, &group) == ERR_OK && group.order.submitted_ns != 0;
        if (ours && !read) {
            return ERR_FORMAT;
        }
        search->seen++;
        if (read) {
            search->last_ns = group.order.submitted_ns;
        }
        if (ours) {
            keep_group(search, id, &group);
        }
    }
    return ERR_OK;
}

static enum err ask(const struct search *search, const char *target,
                    enum err (*read)(const struct node *node, void *out), void *out)
{
    const struct paper_lost_plan *plan = search->plan;
    enum err err = ERR_IO; /* nobody answered */
    for (int tries = 0; tries < TRIES_MAX && err == ERR_IO; tries++) {
        err = plan->ask(plan->ask_context, target, read, out, search->problem);
    }
    return err;
}

static enum err read_orders(struct search *search, int64_t since_ns)
{
    int64_t after_ns = since_ns - BEFORE_NS;
    for (uint32_t page = 0; page < PAGES_MAX; page++) {
        char moment[UTC_TEXT_SIZE];
        char target[TARGET_SIZE];
        (void)utc_format(after_ns, moment);
        (void)snprintf(target, sizeof target,
                       "/v2/orders?status=all&nested=true&direction=asc&limit=%d&after=%s",
                       (int)PAGE, moment);
        enum err err = ask(search, target, read_page, search);
        if (err != ERR_OK || search->seen < PAGE) {
            return err;
        }
        if (search->last_ns <= after_ns + 1) {
            break; /* it does not go on */
        }
        after_ns = search->last_ns - 1;
    }
    return problem_set(search->problem, ERR_IO,
                       "the broker's list of orders has no end; try again later");
}

/* ---- telling ---- */

static enum err tell(const struct search *search, const struct shown *shown, struct event event)
{
    event.instrument = instrument_of(search, shown->order.symbol);
    event.report.order_id = shown->id;
    return driver_catch_up(search->plan->driver, &event, search->problem);
}

static void say_found(const struct search *search, const struct shown *shown)
{
    char text[SAID_SIZE];
    char qty[MONEY_TEXT_SIZE];
    (void)money_format(shown->order.qty_e9, qty);
    (void)snprintf(text, sizeof text,
                   "%.16s order %" PRIu64 " (%s of %s shares, %s) was sent after the log's end: it "
                   "is in the log now",
                   shown->order.symbol, shown->id,
                   order_role_text((uint8_t)order_id_role(shown->id)), qty,
                   wire_status_text(shown->order.status));
    if (search->plan->say != NULL) {
        search->plan->say(search->plan->say_context, "found", text);
    }
}

/* Those whose place is free. */
static enum err tell_found(struct search *search)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < search->count && err == ERR_OK; i++) {
        const struct shown *shown = &search->shown[i];
        const struct wire_order *order = &shown->order;
        const struct event event = {
            .src_ns = order->submitted_ns,
            .kind = EVENT_FOUND,
            .flags = order->type,
            .instrument = instrument_of(search, order->symbol),
            .report = {.order_id = shown->id,
                       .qty_e9 = order->qty_e9,
                       .price_e9 = order->type == ORDER_TYPE_LIMIT ? order->limit_price_e9
                                                                   : order->stop_price_e9},
        };
        if (is_lost(search, shown) && !order->buys &&
            engine_can_find(search->engine, trade_of(search, shown), &event)) {
            search->found++;
            say_found(search, shown);
            err = tell(search, shown, event);
        }
    }
    return err;
}

static enum err read_executions(const struct node *node, void *out)
{
    struct search *search = out;
    if (node->kind != NODE_ARRAY) {
        return ERR_FORMAT;
    }
    search->seen = 0;
    for (const struct node *at = node_first(node); at != NULL && search->err == ERR_OK;
         at = node_next(node, at)) {
        struct wire_activity activity;
        search->seen++;
        if (wire_read_activity(at, &activity) != ERR_OK) {
            return ERR_FORMAT;
        }
        if (!activity.trades || strcmp(activity.order_id, search->filled->order.id) != 0 ||
            activity.cum_qty_e9 - activity.qty_e9 != search->filled_e9) {
            continue; /* counted already */
        }
        search->filled_e9 = activity.cum_qty_e9;
        search->err = tell(search, search->filled,
                           (struct event){
                               .src_ns = activity.ts_ns,
                               .kind = EVENT_FILL,
                               .report = {.exec_id = search->engine->last_exec_id + 1,
                                          .qty_e9 = activity.qty_e9,
                                          .price_e9 = activity.price_e9}
        });
    }
    return ERR_OK;
}

/* What the order filled since the log's end, of which the broker shows a total. */
static enum err tell_fills(struct search *search, struct shown *shown)
{
    char target[TARGET_SIZE];
    search->filled = shown;
    search->filled_e9 = known_order(search, shown)->filled_e9;
    search->err = ERR_OK;
    if (shown->order.filled_qty_e9 <= search->filled_e9) {
        return ERR_OK;
    }
    (void)snprintf(target, sizeof target,
                   "/v2/account/activities?activity_types=FILL&direction=asc&page_size=%d"
                   "&order_id=%s",
                   (int)EXECUTIONS_A_PAGE, shown->order.id);
    enum err err = ask(search, target, read_executions, search);
    err = err == ERR_OK ? search->err : err;
    if (err == ERR_OK && search->filled_e9 < shown->order.filled_qty_e9) {
        err = problem_set(search->problem, ERR_IO,
                          "the broker does not yet show all executions of order %" PRIu64
                          " (%s); try again in a moment",
                          shown->id, shown->order.id);
    }
    return err;
}

static enum err tell_end(const struct search *search, const struct shown *shown)
{
    enum wire_status status = shown->order.status;
    if (status == WIRE_FILLED) {
        return ERR_OK;
    }
    bool rejected = status == WIRE_REJECTED && shown->order.filled_qty_e9 == 0;
    return tell(search, shown,
                (struct event){.src_ns = shown->order.ended_ns,
                               .kind = rejected                 ? EVENT_REJECTED
                                       : status == WIRE_EXPIRED ? EVENT_EXPIRED
                                                                : EVENT_CANCELED,
                               .flags = rejected ? REJECT_BY_BROKER : REJECT_NONE});
}

static enum err tell_history(struct search *search, struct shown *shown)
{
    const struct order *order = known_order(search, shown);
    bool unheard = order->state == ORDER_SENDING || order->state == ORDER_UNKNOWN;
    enum err err = ERR_OK;
    shown->told = true;
    if (unheard && shown->order.status != WIRE_REJECTED) {
        err = tell(search, shown,
                   (struct event){.src_ns = shown->order.submitted_ns, .kind = EVENT_ACCEPTED});
    }
    if (err == ERR_OK) {
        err = tell_fills(search, shown);
    }
    return err == ERR_OK ? tell_end(search, shown) : err;
}

/* Whether something of its trade was found: else its end is told as any other. */
static bool is_concerned(const struct search *search, const struct shown *shown)
{
    const struct order *order = known_order(search, shown);
    return !shown->told && wire_status_is_final(shown->order.status) && order != NULL &&
           order_is_working(order);
}

static struct shown *first_to_end(const struct search *search)
{
    struct shown *first = NULL;
    for (size_t i = 0; i < search->count; i++) {
        struct shown *shown = &search->shown[i];
        if (is_concerned(search, shown) &&
            (first == NULL || shown->order.ended_ns < first->order.ended_ns)) {
            first = shown;
        }
    }
    return first;
}

static bool any_is_lost(const struct search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        if (is_lost(search, &search->shown[i])) {
            return true;
        }
    }
    return false;
}

static enum err tell_all(struct search *search)
{
    struct shown *shown;
    if (!any_is_lost(search)) {
        return ERR_OK;
    }
    enum err err = tell_found(search);
    while (err == ERR_OK && (shown = first_to_end(search)) != NULL) {
        err = tell_history(search, shown);
        if (err == ERR_OK) {
            err = tell_found(search);
        }
    }
    return err == ERR_OK ? driver_caught_up(search->plan->driver, search->problem) : err;
}

/* When the first trade that was live at the log's end began; 0: there is none. */
static int64_t first_live_ns(const struct engine *engine)
{
    size_t places = (size_t)engine->book_count * engine->instrument_count;
    int64_t first_ns = 0;
    for (size_t i = 0; i < places; i++) {
        const struct trade *trade = &engine->trades[i];
        if (trade_is_live(trade) && (first_ns == 0 || trade->entered_ns < first_ns)) {
            first_ns = trade->entered_ns;
        }
    }
    return first_ns;
}

enum err paper_lost_find(const struct paper_lost_plan *plan, struct problem *problem)
{
    struct search search = {
        .plan = plan, .engine = driver_engine(plan->driver), .problem = problem};
    int64_t since_ns = first_live_ns(search.engine);
    if (since_ns == 0) {
        return ERR_OK;
    }
    enum err err = read_orders(&search, since_ns);
    if (err == ERR_OK) {
        err = tell_all(&search);
    }
    free(search.shown);
    return err;
}
