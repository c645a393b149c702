/* engine_close.c: the Closer's hand: requests that close a trade, or protect it at the broker.
 *
 * A trade is closed in steps, one at a time, each after the answer to the one before: its entry is
 * canceled if it still works, then the group that rests at the broker, then what is left is sold at
 * the market. So nothing is ever sold twice, and what the group filled on the way counts. */
#include "base/check.h"
#include "base/money.h"
#include "core/engine_confirmed.h"
#include "core/engine_decide.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"

static const struct book_plan *plan_of(const struct engine *engine, const struct trade *trade)
{
    return &engine->books[trade->book - 1].plan;
}

/* ---- requests ---- */

/* Begins an ORDER about the trade, for the caller to complete and commit. */
static struct event *begin_order(const struct engine *engine, const struct trade *trade,
                                 uint64_t order_id, enum exit_cause cause, struct output *output)
{
    struct event *record = output_place(output, 2);
    enum order_role role = order_id_role(order_id);
    begin_record(record, EVENT_ORDER, 2, engine->ts_ns, engine->ts_ns, trade->instrument);
    record->flags = (uint8_t)((unsigned)role | (unsigned)cause << 4);
    record->order.order_id = order_id;
    record->order.qty_e9 = trade->qty_e9;
    record->order.reference_price_e9 = view_close_e9(engine->view, trade->instrument);
    record->order.book = trade->book;
    record->order.type = ORDER_TYPE_MARKET;
    record->order.time_in_force = TIME_IN_FORCE_GTC;
    record->order.leg_count = 1;
    struct order_leg *leg = &((struct order_request *)record)->legs[0];
    leg->instrument = trade->instrument;
    leg->ratio = role == ORDER_ROLE_ENTRY ? 1 : -1;
    return record;
}

static void send(struct engine *engine, const struct event *record, struct output *output)
{
    output->sends[output->send_count++] = (const struct order_request *)record;
    engine_apply_order(engine, output_commit(output));
}

static void send_cancel(struct engine *engine, const struct trade *trade, const struct order *order,
                        enum exit_cause cause, struct output *output)
{
    struct event *record = begin_order(engine, trade, order->id, cause, output);
    record->order.action = ORDER_ACTION_CANCEL;
    record->order.qty_e9 = order->qty_e9;
    send(engine, record, output);
}

void engine_send_notice(struct engine *engine, const struct trade *trade, enum notice notice,
                        int64_t qty_e9, struct output *output)
{
    struct event *record = output_place(output, 1);
    begin_record(record, EVENT_NOTICE, 1, engine->ts_ns, engine->ts_ns, trade->instrument);
    record->flags = (uint8_t)notice;
    record->notice.trade_id = trade->id;
    record->notice.qty_e9 = qty_e9;
    record->notice.book = trade->book;
    engine_apply_notice(engine, output_commit(output));
}

/* A person has to know that the trade is held on against its plan. */
static void send_not_closed(struct engine *engine, const struct trade *trade, struct output *output)
{
    engine_send_notice(engine, trade, NOTICE_NOT_CLOSED, trade->qty_e9, output);
}

static void send_missing(struct engine *engine, const struct trade *trade, struct output *output)
{
    engine_send_notice(engine, trade, NOTICE_MISSING, engine_missing_e9(engine, trade->instrument),
                       output);
}

/* ---- closing ---- */

void engine_close_trade(struct engine *engine, const struct trade *trade, enum exit_cause cause,
                        struct output *output)
{
    const struct order *const before[] = {&trade->entry, &trade->target, &trade->stop};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        if (order_is_working(before[i])) {
            if (before[i]->state != ORDER_CANCELING) {
                send_cancel(engine, trade, before[i], cause, output);
            }
            return; /* until the broker says that it is over */
        }
    }
    if (order_is_working(&trade->exit)) {
        return;
    }
    if (trade->exit_attempts >= ORDER_ATTEMPT_MAX) {
        send_not_closed(engine, trade, output);
        return;
    }
    int64_t qty_e9 = engine_sellable_e9(engine, trade);
    if (qty_e9 == 0) { /* it waits until there is something */
        send_missing(engine, trade, output);
        return;
    }
    uint64_t id = order_id_make(trade->id, ORDER_ROLE_EXIT, trade->exit_attempts + 1);
    struct event *record = begin_order(engine, trade, id, cause, output);
    record->order.qty_e9 = qty_e9;
    send(engine, record, output);
}

/* The next step of an exit that is wanted, unless one that came to nothing waits for its time. */
static void go_on_closing(struct engine *engine, const struct trade *trade, struct output *output)
{
    const struct exits *exits = &trade->exits;
    if (exits->failures > CLOSER_RETRIES && !exits->told) {
        send_not_closed(engine, trade, output);
    }
    if (!closer_waits(exits)) {
        engine_close_trade(engine, trade, (enum exit_cause)exits->wish, output);
    }
}

/* ---- protecting ---- */

/* Orders of a bracket have one time in force, and exits outlive the day: the exits of an entry for
 * the day, or for a moment, follow its fill. */
bool engine_brackets(const struct book_plan *plan)
{
    return plan->exits.at_broker &&
           (plan->entry.time_in_force == 0 || plan->entry.time_in_force == TIME_IN_FORCE_GTC);
}

/* Exits that are to rest at the broker. */
struct protection {
    struct closer_prices prices;
    int64_t qty_e9;
    uint64_t group;
    enum order_class class;
    uint32_t attempt;
};

/* What the broker is to hold of a plan, measured from a price; false when that is nothing. */
static bool plan_protection(const struct exit_plan *plan, int64_t price_e9, int64_t atr_e9,
                            struct protection *protection)
{
    struct closer_prices *prices = &protection->prices;
    *prices = closer_prices(plan, price_e9, atr_e9);
    if (!closer_trails_at_broker(plan)) {
        prices->trail_e9 = 0;
    }
    return (prices->target_e9 | prices->stop_e9 | prices->trail_e9) != 0;
}

static bool is_pair(const struct protection *protection)
{
    return protection->prices.target_e9 != 0 &&
           (protection->prices.stop_e9 | protection->prices.trail_e9) != 0;
}

static void complete(const struct protection *protection, struct event *record)
{
    record->order.qty_e9 = protection->qty_e9;
    record->order.order_class = (uint8_t)protection->class;
    ((struct order_request *)record)->terms.group = protection->group;
}

static void send_target(struct engine *engine, const struct trade *trade,
                        const struct protection *protection, struct output *output)
{
    uint64_t id = order_id_make(trade->id, ORDER_ROLE_TARGET, protection->attempt);
    struct event *record = begin_order(engine, trade, id, EXIT_CAUSE_TARGET, output);
    complete(protection, record);
    record->order.type = ORDER_TYPE_LIMIT;
    record->order.limit_price_e9 = protection->prices.target_e9;
    send(engine, record, output);
}

static void send_stop(struct engine *engine, const struct trade *trade,
                      const struct protection *protection, struct output *output)
{
    uint64_t id = order_id_make(trade->id, ORDER_ROLE_STOP, protection->attempt);
    bool trails = protection->prices.trail_e9 != 0;
    enum exit_cause cause = trails ? EXIT_CAUSE_TRAILING : EXIT_CAUSE_STOP;
    struct event *record = begin_order(engine, trade, id, cause, output);
    struct order_terms *terms = &((struct order_request *)record)->terms;
    complete(protection, record);
    record->order.type = trails ? ORDER_TYPE_TRAILING_STOP : ORDER_TYPE_STOP;
    terms->stop_price_e9 = trails ? 0 : protection->prices.stop_e9;
    terms->trail = protection->prices.trail_e9;
    send(engine, record, output);
}

static void send_protection(struct engine *engine, const struct trade *trade,
                            const struct protection *protection, struct output *output)
{
    if (protection->prices.target_e9 != 0) {
        send_target(engine, trade, protection, output);
    }
    if ((protection->prices.stop_e9 | protection->prices.trail_e9) != 0) {
        send_stop(engine, trade, protection, output);
    }
}

/* The exits that go with an entry, which is not applied yet. */
static bool plan_bracket(const struct engine *engine, const struct event *entry,
                         struct protection *protection)
{
    const struct event_order *order = &entry->order;
    const struct exit_plan *plan = &engine->books[order->book - 1].plan.exits;
    int64_t price_e9 =
        order->limit_price_e9 != 0 ? order->limit_price_e9 : order->reference_price_e9;
    int64_t atr_e9 = engine_atr_e9(engine, order->book - 1U, entry->instrument);
    bool any = plan_protection(plan, price_e9, atr_e9, protection);
    protection->qty_e9 = order->qty_e9;
    protection->group = order->order_id;
    protection->class = is_pair(protection) ? ORDER_CLASS_BRACKET : ORDER_CLASS_OTO;
    protection->attempt = 1;
    return any;
}

void engine_tie_bracket(const struct engine *engine, struct event *entry)
{
    struct protection protection;
    if (plan_bracket(engine, entry, &protection)) {
        entry->order.order_class = (uint8_t)protection.class;
        ((struct order_request *)entry)->terms.group = protection.group;
    }
}

void engine_add_bracket(struct engine *engine, const struct event *entry, struct output *output)
{
    struct protection protection;
    if (plan_bracket(engine, entry, &protection)) {
        const struct trade *trade = engine_trade(engine, entry->instrument, entry->order.order_id);
        send_protection(engine, trade, &protection, output);
    }
}

/* Whether the broker should hold something for the trade and holds nothing. */
static bool lacks_protection(const struct engine *engine, const struct trade *trade)
{
    return plan_of(engine, trade)->exits.at_broker && trade->exits.wish == EXIT_CAUSE_NONE &&
           !order_is_working(&trade->entry) && !order_is_working(&trade->exit) &&
           !trade_is_protected(trade);
}

static void protect(struct engine *engine, const struct trade *trade, struct output *output)
{
    const struct trade_detail *detail = &trade->detail;
    const struct exits *exits = &trade->exits;
    struct protection protection;
    int64_t average_e9;
    if (money_mul_div(detail->entry_value_e9, MONEY_E9, detail->entry_qty_e9, ROUND_EVEN,
                      &average_e9) != ERR_OK ||
        !plan_protection(&plan_of(engine, trade)->exits, average_e9, exits->atr_e9, &protection)) {
        return;
    }
    protection.qty_e9 = engine_sellable_e9(engine, trade);
    if (protection.qty_e9 == 0) {
        send_missing(engine, trade, output);
        return;
    }
    if (exits->attempts > 0 && !exits->bare) {
        engine_send_notice(engine, trade, NOTICE_UNPROTECTED, trade->qty_e9, output);
    }
    if (closer_waits(exits)) {
        return;
    }
    if (closer_gives_up(exits) || exits->attempts >= ORDER_ATTEMPT_MAX) {
        engine_send_notice(engine, trade, NOTICE_GIVEN_UP, trade->qty_e9, output);
        engine_close_trade(engine, trade, EXIT_CAUSE_REPAIR, output);
        return;
    }
    bool pair = is_pair(&protection);
    protection.attempt = exits->attempts + 1U;
    protection.group = pair ? order_id_make(trade->id, ORDER_ROLE_TARGET, protection.attempt) : 0;
    protection.class = pair ? ORDER_CLASS_OCO : ORDER_CLASS_SIMPLE;
    send_protection(engine, trade, &protection, output);
}

/* ---- what the log lacks ---- */

bool engine_can_find(const struct engine *engine, const struct trade *trade,
                     const struct event *found)
{
    uint64_t id = found->report.order_id;
    uint32_t attempt = (uint32_t)(id & ORDER_ATTEMPT_MAX);
    enum order_role role = order_id_role(id);
    const struct order *before = role == ORDER_ROLE_EXIT     ? &trade->exit
                                 : role == ORDER_ROLE_TARGET ? &trade->target
                                                             : &trade->stop;
    /* Both exits of a group are of one attempt. */
    bool later = role == ORDER_ROLE_EXIT ? attempt > trade->exit_attempts
                                         : attempt >= trade->exits.attempts && id > before->id;
    bool known = role == ORDER_ROLE_EXIT ||
                 ((role == ORDER_ROLE_TARGET || role == ORDER_ROLE_STOP) && engine->closes);
    return trade_is_live(trade) && known && later && !order_is_working(before) &&
           found->report.qty_e9 > 0 && found->report.qty_e9 <= trade->entry.qty_e9 &&
           found->flags >= ORDER_TYPE_MARKET && found->flags <= ORDER_TYPE_TRAILING_STOP &&
           found->report.price_e9 >= 0 && found->report.price_e9 <= PRICE_E9_MAX;
}

static enum exit_cause cause_of_found(const struct event *found)
{
    enum order_role role = order_id_role(found->report.order_id);
    bool trails = found->flags == ORDER_TYPE_TRAILING_STOP;
    return role == ORDER_ROLE_EXIT     ? EXIT_CAUSE_UNLOGGED /* nobody wrote it down */
           : role == ORDER_ROLE_TARGET ? EXIT_CAUSE_TARGET
           : trails                    ? EXIT_CAUSE_TRAILING
                                       : EXIT_CAUSE_STOP;
}

void engine_take_found(struct engine *engine, const struct trade *trade, const struct event *found,
                       struct output *output)
{
    struct event *record =
        begin_order(engine, trade, found->report.order_id, cause_of_found(found), output);
    record->order.qty_e9 = found->report.qty_e9;
    record->order.type = found->flags;
    if (found->flags == ORDER_TYPE_LIMIT) {
        record->order.limit_price_e9 = found->report.price_e9;
    } else {
        ((struct order_request *)record)->terms.stop_price_e9 = found->report.price_e9;
    }
    engine_apply_order(engine, output_commit(output));
}

/* ---- shares that are missing ---- */

/* Takes back what is on its way out. A rule's exit stays wanted. */
static void take_back(struct engine *engine, const struct trade *trade, struct output *output)
{
    const struct order *const leaving[] = {&trade->target, &trade->stop, &trade->exit};
    for (size_t i = 0; i < sizeof leaving / sizeof leaving[0]; i++) {
        if (order_is_working(leaving[i])) {
            bool wanted = leaving[i] == &trade->exit && engine->closes;
            if (leaving[i]->state != ORDER_CANCELING) {
                send_cancel(engine, trade, leaving[i],
                            wanted ? (enum exit_cause)trade->exits.sent : EXIT_CAUSE_NONE, output);
            }
            return;
        }
    }
}

static void look_again(struct engine *engine, const struct trade *trade, struct output *output)
{
    if (trade->qty_e9 == 0) {
        return;
    }
    if (trade->exits.wish != EXIT_CAUSE_NONE) {
        go_on_closing(engine, trade, output);
    } else if (lacks_protection(engine, trade)) {
        protect(engine, trade, output);
    } else if (trade_is_protected(trade) && !order_is_working(&trade->entry) &&
               engine_leaving_e9(trade) < engine_sellable_e9(engine, trade)) {
        take_back(engine, trade, output); /* it is sent again, for more */
    }
}

void engine_fit_exits(struct engine *engine, uint32_t instrument, struct output *output)
{
    const struct trade *const first = &engine->trades[engine_place(engine, 0, instrument)];
    const struct trade *const end = first + engine->book_count;
    int64_t left_e9 = engine_present_e9(engine, instrument);
    for (const struct trade *trade = first; trade < end; trade++) {
        int64_t leaving_e9 = engine_leaving_e9(trade);
        if (leaving_e9 > left_e9) {
            take_back(engine, trade, output);
        }
        left_e9 -= leaving_e9 < left_e9 ? leaving_e9 : left_e9;
    }
    for (const struct trade *trade = first; trade < end; trade++) {
        look_again(engine, trade, output);
    }
}

void engine_fit_busted(struct engine *engine, const struct trade *trade, uint32_t instrument,
                       struct output *output)
{
    if (trade != NULL && !order_is_working(&trade->entry) &&
        engine_resting_e9(trade) > trade->qty_e9) {
        take_back(engine, trade, output); /* what is left is protected anew */
    }
    engine_fit_exits(engine, instrument, output);
}

/* ---- when ---- */

void engine_answer(struct engine *engine, const struct trade *trade, const struct event *report,
                   struct output *output)
{
    if (trade->qty_e9 == 0) {
        return;
    }
    if (engine->wary && order_id_role(report->report.order_id) == ORDER_ROLE_ENTRY &&
        engine_missing_e9(engine, trade->instrument) > 0) {
        engine_fit_exits(engine, trade->instrument, output); /* its exits come alive with it */
        return;
    }
    if (lacks_protection(engine, trade)) {
        protect(engine, trade, output);
    } else if (trade->exits.wish != EXIT_CAUSE_NONE) {
        go_on_closing(engine, trade, output);
    }
}

void engine_act_on_exits(struct engine *engine, struct output *output)
{
    struct slice_scratch *scratch = engine->scratch;
    for (uint32_t i = 0; i < scratch->exit_count; i++) {
        const struct trade *trade = scratch->exits[i];
        if (trade->exits.wish != EXIT_CAUSE_NONE) {
            engine_close_trade(engine, trade, (enum exit_cause)trade->exits.wish, output);
        } else if (order_is_working(&trade->entry) && trade->entry.state != ORDER_CANCELING) {
            send_cancel(engine, trade, &trade->entry, EXIT_CAUSE_NONE, output);
        } else if (lacks_protection(engine, trade)) {
            protect(engine, trade, output);
        }
    }
    scratch->exit_count = 0;
}

void engine_rearm(struct engine *engine, const struct trade *trade, struct output *output)
{
    engine_send_notice(engine, trade, NOTICE_REARMED, 0, output);
}
