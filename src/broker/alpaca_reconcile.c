/* alpaca_reconcile.c: the rounds in which everything at the broker is read. The stream is a hint,
 * these are the proof.
 *
 * A round goes from stage to stage, each when all requests of the one before were answered. One
 * failed request fails the round: it proves nothing, and another one follows. A full round that
 * lacks an order's executions for too long fails as well; one that is complete ends
 * STATUS_RECONCILING and, with an authorized stream and no call refused, STATUS_KEYS. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "broker/alpaca_private.h"
#include "market/calendar.h"
#include "sys/memory.h"

enum {
    FAILURES_MAX = 3, /* rounds in a row: then what we know is too old for entries */
    HASTE_DOUBLES = 5,
};

#define ORDERS_NS  (10 * NS_PER_S) /* between two rounds in a session */
#define FULL_NS    (30 * NS_PER_S)
#define OUTSIDE_NS (300 * NS_PER_S) /* outside of one */
#define AGAIN_NS   (3 * NS_PER_S)   /* what may be motion is looked at again */
#define HASTE_NS   (1 * NS_PER_S)   /* after one that failed, when the broker shows that it lives */
#define OVERLAP_NS (2 * NS_PER_S)   /* executions are read again from so long before the last one */

/* So long a full round waits for what an order lacks: ten tries to read its executions, which the
 * broker has a moment after the order shows them. While it waits no other round begins, so this is
 * also how much later than usual another order's missed fill can be found. */
#define SETTLE_NS (10 * NS_PER_S)

/* ---- what is asked ---- */

static void see(struct alpaca *alpaca, const struct wire_order *shown)
{
    struct tracked *order = orders_find_broker(&alpaca->orders, shown->id);
    if (order != NULL) {
        order->seen = alpaca->reconcile.round.number;
    }
}

/* Until then an order at the broker may be one of ours under a name of the broker's making. */
static bool all_are_found(struct alpaca *alpaca)
{
    for (const struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        if (!orders_is_found(order)) {
            return false;
        }
    }
    return true;
}

/* An order of somebody else's where we trade: never touched, and said once (O12). */
static void note_stranger(struct alpaca *alpaca, const struct wire_order *shown)
{
    uint64_t ours;
    char qty[MONEY_TEXT_SIZE];
    if (orders_find_broker(&alpaca->orders, shown->id) != NULL ||
        wire_client_id_read(alpaca->plan.tag, shown->client_id, &ours) ||
        orders_instrument(&alpaca->orders, shown->symbol) == INSTRUMENT_NONE ||
        !all_are_found(alpaca) || !alpaca_is_news(alpaca, "order", shown->id)) {
        return;
    }
    (void)money_format(shown->qty_e9, qty);
    alpaca_say(alpaca, alpaca->reconcile.known ? "alarm" : "holding",
               "an order that is not ours works at the broker: %s, %s %s of %s (%s)", shown->id,
               shown->buys ? "buy" : "sell", qty, shown->symbol, shown->client_id);
}

static void take_open(struct alpaca *alpaca, const struct list_plan *plan,
                      const struct wire_group *group)
{
    if (plan->kind == LIST_OPEN_ORDERS) { /* in plain rows a child may look like a stranger */
        note_stranger(alpaca, &group->order);
    }
    orders_take_order(&alpaca->orders, group, plan->kind != LIST_OPEN_ROWS);
    see(alpaca, &group->order);
    for (uint32_t i = 0; i < group->leg_count; i++) {
        see(alpaca, &group->legs[i]);
    }
}

static void on_list(struct alpaca *alpaca, const struct list_plan *plan, bool complete)
{
    (void)plan;
    alpaca_round_answered(alpaca, complete);
}

static void ask_orders(struct alpaca *alpaca, enum list_kind kind)
{
    const struct list_plan plan = {.kind = kind, .take_order = take_open, .done = on_list};
    alpaca->reconcile.round.pending = 1;
    alpaca_list(alpaca, &plan);
}

/* An order of ours that should be open and was not listed. */
static bool is_missing(const struct alpaca *alpaca, const struct tracked *order)
{
    const struct round *round = &alpaca->reconcile.round;
    return order->broker_id[0] != '\0' && order->seen != round->number &&
           order->sent_ns < round->began_ns && order->end == WIRE_UNKNOWN;
}

/* One that is missing is cheaper to look at by itself. */
static void ask_rows(struct alpaca *alpaca)
{
    uint32_t missing = 0;
    for (const struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        missing += is_missing(alpaca, order) ? 1 : 0;
    }
    if (missing > 1) {
        ask_orders(alpaca, LIST_OPEN_ROWS);
    }
}

static void ask_missing(struct alpaca *alpaca)
{
    for (struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        if (is_missing(alpaca, order)) {
            alpaca->reconcile.round.pending++;
            alpaca_poll(alpaca, order, true);
        }
    }
}

static void take_recent(struct alpaca *alpaca, const struct list_plan *plan,
                        const struct wire_activity *activity)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    if (activity->ts_ns > reconcile->execution_ns) {
        reconcile->execution_ns = activity->ts_ns;
    }
    alpaca_take_execution(alpaca, plan, activity);
}

static void ask_executions(struct alpaca *alpaca)
{
    const struct list_plan plan = {
        .kind = LIST_EXECUTIONS,
        .after_ns = alpaca->reconcile.execution_ns - OVERLAP_NS,
        .take_activity = take_recent,
        .done = on_list,
    };
    alpaca->reconcile.round.pending = 1;
    alpaca_list(alpaca, &plan);
}

/* One that cannot be read, in a symbol of the run, could be ours: then the list is no answer. */
static bool take_position(struct alpaca *alpaca, const struct node *node)
{
    struct wire_position position;
    bool read = wire_read_position(node, &position) == ERR_OK;
    const char *symbol = node_text(node_member(node, "symbol"));
    uint32_t instrument =
        symbol == NULL ? INSTRUMENT_NONE : orders_instrument(&alpaca->orders, symbol);
    if (instrument != INSTRUMENT_NONE && read) {
        alpaca->reconcile.holdings[instrument].shown_e9 = position.qty_e9;
        return true;
    }
    if (instrument != INSTRUMENT_NONE || symbol == NULL) {
        return false;
    }
    alpaca->reconcile.round.unknown++;
    if (alpaca_is_news(alpaca, "holding", symbol)) {
        alpaca_say(alpaca, "holding", "the account holds %.32s, which this run does not trade%s",
                   symbol, read ? "" : " and cannot read");
    }
    return true;
}

static void on_positions(struct alpaca *alpaca, const struct call *call,
                         const struct client_reply *reply)
{
    (void)call;
    bool well = reply->class == CLIENT_OK && reply->root != NULL && reply->root->kind == NODE_ARRAY;
    for (uint32_t i = 0; i < alpaca->plan.instrument_count && well; i++) {
        alpaca->reconcile.holdings[i].shown_e9 = 0;
    }
    const struct node *root = reply->root;
    for (const struct node *at = well ? node_first(root) : NULL; at != NULL && well;
         at = node_next(root, at)) {
        well = take_position(alpaca, at);
    }
    if (!well) {
        alpaca_say_unread(alpaca, "the positions", reply);
    }
    alpaca_round_answered(alpaca, well);
}

static void on_account(struct alpaca *alpaca, const struct call *call,
                       const struct client_reply *reply)
{
    (void)call;
    struct wire_account account;
    bool well = reply->class == CLIENT_OK && reply->root != NULL &&
                wire_read_account(reply->root, &account) == ERR_OK;
    if (well) {
        bool barred = account.blocked || !account.active;
        alpaca_condition(alpaca, STATUS_ACCOUNT, barred, 0);
        alpaca->cash_e9 = account.cash_e9;
        if (alpaca->account.number[0] == '\0') {
            alpaca->account = account;
        }
    } else {
        alpaca_say_unread(alpaca, "the account", reply);
    }
    alpaca_round_answered(alpaca, well);
}

static void ask_for_round(struct alpaca *alpaca, const char *target, call_answered *answered)
{
    const struct call about = {.answered = answered};
    alpaca->reconcile.round.pending = 1;
    (void)alpaca_ask(alpaca, CLIENT_RECONCILE, HTTP_GET, target, NULL, &about); /* it waits */
}

/* ---- from stage to stage ---- */

/* An order whose executions are not all here, or that is known by name only and was not asked for
 * once with an answer; NULL: all are settled. */
static const struct tracked *find_unsettled(struct alpaca *alpaca)
{
    for (const struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        if (order->wants_fills ||
            (order->adrift && !orders_is_found(order) && order->lookup.misses == 0)) {
            return order;
        }
    }
    return NULL;
}

static void begin_stage(struct alpaca *alpaca)
{
    struct round *round = &alpaca->reconcile.round;
    round->pending = 0;
    switch (round->stage) {
    case ROUND_NONE:
    case ROUND_COMPARE:
        return;
    case ROUND_ORDERS:
        ask_orders(alpaca, LIST_OPEN_ORDERS);
        return;
    case ROUND_ROWS:
        ask_rows(alpaca);
        return;
    case ROUND_MISSING:
        if (!alpaca->reconcile.listed) { /* from now on orders are asked for by name */
            alpaca->reconcile.listed = true;
            alpaca->tend_again = true;
        }
        ask_missing(alpaca);
        return;
    case ROUND_SETTLE:
        round->settle_ns = alpaca_now_ns(alpaca) + SETTLE_NS;
        return;
    case ROUND_EXECUTIONS:
        ask_executions(alpaca);
        return;
    case ROUND_POSITIONS:
        round->unknown = 0;
        round->positions_ns = alpaca_now_ns(alpaca);
        ask_for_round(alpaca, "/v2/positions", on_positions);
        return;
    case ROUND_ACCOUNT:
        ask_for_round(alpaca, "/v2/account", on_account);
        return;
    }
}

static void begin_round(struct alpaca *alpaca, bool full, int64_t now_ns)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    reconcile->wanted = reconcile->wanted && !full;
    reconcile->alive = false;
    reconcile->round = (struct round){
        .stage = ROUND_ORDERS,
        .number = reconcile->round.number + 1,
        .full = full,
        .began_ns = now_ns,
    };
    begin_stage(alpaca);
}

static bool in_session(const struct alpaca *alpaca, int64_t now_ns)
{
    struct trading_day day;
    return calendar_day_at(alpaca->plan.engine->calendar, now_ns, &day);
}

/* It failed, or it was a round of orders alone and is complete. */
static void end_round(struct alpaca *alpaca, int64_t now_ns)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    const struct round *round = &reconcile->round;
    int64_t outside_ns = in_session(alpaca, now_ns) ? 0 : OUTSIDE_NS;
    if (round->failed) {
        reconcile->failures++;
        reconcile->unanswered = true;
        reconcile->failed_ns = now_ns;
        reconcile->orders_ns = now_ns + alpaca_wait_ns(alpaca, reconcile->failures);
        reconcile->full_ns = reconcile->orders_ns;
        if (reconcile->failures >= FAILURES_MAX) {
            alpaca_condition(alpaca, STATUS_RECONCILING, true, reconcile->failures);
            reconcile->current = false;
        }
    } else {
        reconcile->failures = 0;
        reconcile->hastened = 0;
        reconcile->orders_ns = now_ns + (outside_ns != 0 ? outside_ns : ORDERS_NS);
        if (round->full) {
            reconcile->full_ns = now_ns + (outside_ns != 0 ? outside_ns : FULL_NS);
        }
    }
    reconcile->round.stage = ROUND_NONE;
}

void alpaca_round_answered(struct alpaca *alpaca, bool well)
{
    struct round *round = &alpaca->reconcile.round;
    round->failed = round->failed || !well;
    round->pending -= round->pending > 0 ? 1 : 0;
}

void alpaca_reconcile_want(struct alpaca *alpaca)
{
    alpaca->reconcile.wanted = true;
}

void alpaca_sign_of_life(struct alpaca *alpaca, bool stream)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    bool of_round = reconcile->round.stage != ROUND_NONE; /* whatever it asks tells for itself */
    if (!stream && (of_round || !reconcile->unanswered)) {
        return;
    }
    reconcile->alive = true;
    reconcile->hastened = stream ? 0 : reconcile->hastened;
}

/* When a round may begin though the last one failed; INT64_MAX: it waits as long as it has to. A
 * part of the broker that answers is no sign that the rest does, so each that fails again doubles
 * it; a stream cannot come up often by itself. */
static int64_t haste_ns(const struct reconcile *reconcile)
{
    bool wanted = reconcile->wanted || !reconcile->current;
    uint32_t doubles = reconcile->hastened < HASTE_DOUBLES ? reconcile->hastened : HASTE_DOUBLES;
    return wanted && reconcile->alive ? reconcile->failed_ns + (HASTE_NS << doubles) : INT64_MAX;
}

/* Said once for each order, however many rounds wait for it. */
static void say_awaited(struct alpaca *alpaca, const struct tracked *order)
{
    static const char then[] = "entries stay shut until a whole round is through; "
                               "this one is given up and the next ones go on";
    if (alpaca->reconcile.awaited == order->id) {
        return;
    }
    alpaca->reconcile.awaited = order->id;
    const char *symbol = order->instrument < alpaca->plan.instrument_count
                             ? alpaca->plan.instruments[order->instrument].symbol
                             : "?"; /* ours, of a run that traded more */
    if (order->wants_fills) {
        char shown[MONEY_TEXT_SIZE];
        char known[MONEY_TEXT_SIZE];
        (void)money_format(order->known_e9, shown);
        (void)money_format(order->applied_e9, known);
        alpaca_say(alpaca, "alarm",
                   "%.16s order %" PRIu64 " (%s): the broker shows %s filled, and its executions "
                   "that we have make %s; %s",
                   symbol, order->id, order->broker_id, shown, known, then);
    } else {
        alpaca_say(alpaca, "alarm",
                   "%.16s order %" PRIu64 ": the broker has not answered whether it has it; %s",
                   symbol, order->id, then);
    }
}

/* What the round waits for does not come, and nothing else is looked after meanwhile. It fails, and
 * at once it is known that not everything is: no second one has to. */
static void give_up(struct alpaca *alpaca, const struct tracked *unsettled, int64_t now_ns)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    say_awaited(alpaca, unsettled);
    reconcile->round.failed = true;
    end_round(alpaca, now_ns);
    reconcile->unanswered = false;         /* it answers, and that is of no help */
    reconcile->full_ns = now_ns + FULL_NS; /* orders sooner: that is where a fill is found */
    reconcile->current = false;
    alpaca_condition(alpaca, STATUS_RECONCILING, true, reconcile->failures);
}

/* Whether the stage is over; a round that has waited too long is ended. */
static bool is_settled(struct alpaca *alpaca, int64_t now_ns)
{
    const struct tracked *unsettled = find_unsettled(alpaca);
    if (unsettled == NULL) {
        alpaca->reconcile.awaited = 0;
    } else if (now_ns >= alpaca->reconcile.round.settle_ns) {
        give_up(alpaca, unsettled, now_ns);
    }
    return unsettled == NULL;
}

/* The next stage, if this one is over. */
static bool go_on(struct alpaca *alpaca, int64_t now_ns)
{
    struct round *round = &alpaca->reconcile.round;
    if (round->pending > 0 || round->stage == ROUND_NONE || round->stage == ROUND_COMPARE) {
        return false;
    }
    if (round->failed || (round->stage == ROUND_MISSING && !round->full)) {
        end_round(alpaca, now_ns);
        return false;
    }
    if (round->stage == ROUND_SETTLE && !is_settled(alpaca, now_ns)) {
        return false;
    }
    round->stage++;
    begin_stage(alpaca);
    return true;
}

void alpaca_tend_round(struct alpaca *alpaca, int64_t now_ns)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    while (go_on(alpaca, now_ns)) {
    }
    if (reconcile->round.stage != ROUND_NONE) {
        return;
    }
    if (reconcile->failures > 0 && now_ns < reconcile->orders_ns) {
        if (now_ns >= haste_ns(reconcile)) {
            reconcile->hastened++;
            begin_round(alpaca, true, now_ns);
        }
        return;
    }
    if (reconcile->wanted || now_ns >= reconcile->full_ns) {
        begin_round(alpaca, true, now_ns);
    } else if (now_ns >= reconcile->orders_ns && orders_first(&alpaca->orders) != NULL) {
        begin_round(alpaca, false, now_ns);
    }
}

int64_t alpaca_round_due_ns(struct alpaca *alpaca)
{
    const struct reconcile *reconcile = &alpaca->reconcile;
    if (reconcile->round.stage == ROUND_SETTLE) {
        return reconcile->round.settle_ns;
    }
    if (reconcile->round.stage != ROUND_NONE) {
        return INT64_MAX; /* it goes on with an answer, or with what is due about an order */
    }
    bool orders = orders_first(&alpaca->orders) != NULL; /* else there is nothing to look after */
    int64_t due_ns = orders && reconcile->orders_ns < reconcile->full_ns ? reconcile->orders_ns
                                                                         : reconcile->full_ns;
    int64_t sooner_ns = reconcile->failures > 0 ? haste_ns(reconcile) : INT64_MAX;
    return sooner_ns < due_ns ? sooner_ns : due_ns;
}

void alpaca_round_complete(struct alpaca *alpaca, bool again)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    int64_t now_ns = alpaca_now_ns(alpaca);
    bool wanted = reconcile->wanted; /* something happened that asks for another one */
    end_round(alpaca, now_ns);
    if (again) {
        bool stepped = client_clock(alpaca->plan.client)->stepped;
        reconcile->full_ns = stepped ? now_ns : now_ns + AGAIN_NS;
        return;
    }
    reconcile->known = true;
    if (wanted) {
        return;
    }
    reconcile->current = true;
    reconcile->unread[0] = '\0';
    alpaca_condition(alpaca, STATUS_RECONCILING, false, 0);
    alpaca_condition(alpaca, STATUS_BUDGET, false, 0);
    if (stream_state(alpaca->stream) == STREAM_UP) {
        alpaca_condition(alpaca, STATUS_ORDER_STREAM, false, 0);
    }
    if (stream_state(alpaca->stream) == STREAM_UP && !reconcile->round.keys_refused) {
        alpaca_condition(alpaca, STATUS_KEYS, false, 0);
    }
}

/* ---- begin and end ---- */

/* An order of an earlier process that the engine takes for working. */
static void recall(struct alpaca *alpaca, const struct trade *trade, const struct order *order)
{
    struct order_fact fact;
    if (order_is_working(order) && alpaca_find_fact(alpaca, trade->instrument, order->id, &fact)) {
        orders_recall(&alpaca->orders, &fact, alpaca_now_ns(alpaca));
    }
}

void alpaca_reconcile_begin(struct alpaca *alpaca)
{
    const struct engine *engine = alpaca->plan.engine;
    struct reconcile *reconcile = &alpaca->reconcile;
    int64_t now_ns = alpaca_now_ns(alpaca);
    reconcile->heeded_ns = INT64_MIN / 2;
    reconcile->holdings = xcalloc(alpaca->plan.instrument_count, sizeof *reconcile->holdings);
    for (uint32_t i = 0; i < alpaca->plan.instrument_count; i++) {
        reconcile->holdings[i].active_ns = INT64_MIN / 2; /* long ago */
    }
    for (size_t i = 0; i < (size_t)engine->instrument_count * engine->book_count; i++) {
        const struct trade *trade = &engine->trades[i];
        recall(alpaca, trade, &trade->entry);
        recall(alpaca, trade, &trade->target);
        recall(alpaca, trade, &trade->stop);
        recall(alpaca, trade, &trade->exit);
    }
    /* From the log's end on, a day earlier; a new log has nothing to look for. */
    reconcile->execution_ns = engine->ts_ns > NS_PER_DAY ? engine->ts_ns - NS_PER_DAY : now_ns;
    alpaca_condition(alpaca, STATUS_RECONCILING, true, 0);
    reconcile->wanted = true;
}

void alpaca_reconcile_end(struct alpaca *alpaca)
{
    free(alpaca->reconcile.holdings);
}
