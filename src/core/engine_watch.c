/* engine_watch.c: the Closer's state: what finished bars, the clock and reports make of each
 * trade's exits. Deciding what to send for it is engine_close.c's. */
#include <stddef.h>

#include "base/check.h"
#include "base/money.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"

static const struct book_plan *plan_of(const struct engine *engine, const struct trade *trade)
{
    return &engine->books[trade->book - 1].plan;
}

/* Whether rules watch over the trade now. */
static bool is_watched(const struct engine *engine, const struct trade *trade)
{
    return trade->qty_e9 != 0 && trade->exits.wish == EXIT_CAUSE_NONE &&
           !order_is_working(&trade->exit) && closer_has_rules(&plan_of(engine, trade)->exits);
}

/* ---- bands and times ---- */

static void set_turn(struct engine *engine)
{
    int64_t close_ns = engine->session.close_ns;
    int64_t after_ns = close_ns == INT64_MAX ? close_ns : close_ns + 1;
    engine->turn_ns = engine->due_ns < after_ns ? engine->due_ns : after_ns;
}

static int64_t due_ns(const struct engine *engine, const struct trade *trade)
{
    bool waits = trade->qty_e9 != 0 && trade->exits.wish != EXIT_CAUSE_NONE;
    return waits || is_watched(engine, trade)
               ? closer_due_ns(&trade->exits, order_is_working(&trade->entry))
               : CLOSER_NEVER_NS;
}

/* When a step of the trade is to be tried again. */
static int64_t retry_ns(const struct engine *engine, const struct trade *trade)
{
    return due_ns(engine, trade) != CLOSER_NEVER_NS ? trade->exits.retry_ns : CLOSER_NEVER_NS;
}

static void join(struct band *band, struct band other)
{
    band->low_e9 = other.low_e9 > band->low_e9 ? other.low_e9 : band->low_e9;
    band->high_e9 = other.high_e9 < band->high_e9 ? other.high_e9 : band->high_e9;
}

void engine_set_band(struct engine *engine, uint32_t instrument)
{
    struct band band = BAND_QUIET;
    int64_t first_ns = CLOSER_NEVER_NS;
    const struct trade *trade = &engine->trades[engine_place(engine, 0, instrument)];
    const struct trade *const end = trade + engine->book_count;
    for (; trade < end; trade++) {
        if (trade->id == 0) {
            continue;
        }
        if (is_watched(engine, trade)) {
            join(&band, closer_band(&plan_of(engine, trade)->exits, &trade->exits));
        }
        int64_t ns = due_ns(engine, trade);
        first_ns = ns < first_ns ? ns : first_ns;
        int64_t again_ns = retry_ns(engine, trade);
        engine->timer_ns = again_ns < engine->timer_ns ? again_ns : engine->timer_ns;
    }
    engine->bands[instrument] = band;
    engine->dues[instrument] = first_ns;
    engine->due_ns = first_ns < engine->due_ns ? first_ns : engine->due_ns;
    set_turn(engine);
}

static void note(struct engine *engine, struct trade *trade)
{
    struct slice_scratch *scratch = engine->scratch;
    scratch->exits[scratch->exit_count++] = trade;
}

/* The trade is to be closed; an exit has to be sent in this slice. */
static void wish(struct engine *engine, struct trade *trade, enum exit_cause cause)
{
    closer_want(&trade->exits, cause);
    engine_show(engine, trade);
    note(engine, trade);
}

/* ---- average true ranges ---- */

bool engine_needs_atr(const struct book_plan *plan)
{
    return closer_needs_atr(&plan->exits) || plan->sizing.kind == SIZING_VOLATILITY;
}

int64_t engine_atr_e9(const struct engine *engine, uint32_t book, uint32_t instrument)
{
    const struct series *atr = view_series(engine->view, instrument, engine->books[book].atr);
    if (series_is_absent(atr) || atr->row->bars < atr->window) {
        return 0; /* none is needed; strategies are asked only when it is there */
    }
    struct series_def def = {.kind = SERIES_ATR_WILDER};
    return series_value_e9(&def, atr->now);
}

/* ---- bars and the clock ---- */

bool engine_watch_bar(struct engine *engine, const struct event *bar)
{
    uint32_t before = engine->scratch->exit_count;
    struct trade *trade = &engine->trades[engine_place(engine, 0, bar->instrument)];
    for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
        if (!is_watched(engine, trade)) {
            continue;
        }
        const struct book_plan *plan = plan_of(engine, trade);
        enum exit_cause cause =
            closer_take_bar(&plan->exits, engine->calendar, plan->frame_ns, &trade->exits, bar);
        if (cause != EXIT_CAUSE_NONE) {
            wish(engine, trade, cause);
        }
    }
    engine_set_band(engine, bar->instrument);
    return engine->scratch->exit_count != before;
}

bool engine_watch_price(struct engine *engine, uint32_t instrument, int64_t price_e9)
{
    uint32_t before = engine->scratch->exit_count;
    struct trade *trade = &engine->trades[engine_place(engine, 0, instrument)];
    for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
        if (!is_watched(engine, trade)) {
            continue;
        }
        enum exit_cause cause =
            closer_take_price(&plan_of(engine, trade)->exits, &trade->exits, price_e9);
        if (cause != EXIT_CAUSE_NONE) {
            wish(engine, trade, cause);
        }
    }
    engine_set_band(engine, instrument);
    return engine->scratch->exit_count != before;
}

/* A trade whose moment has come. */
static void take_time(struct engine *engine, struct trade *trade, int64_t ts_ns)
{
    struct exits *exits = &trade->exits;
    bool due = exits->retry_ns <= ts_ns || exits->patience_ns <= ts_ns;
    exits->retry_ns = exits->retry_ns <= ts_ns ? CLOSER_NEVER_NS : exits->retry_ns;
    exits->patience_ns = exits->patience_ns <= ts_ns ? CLOSER_NEVER_NS : exits->patience_ns;
    enum exit_cause cause =
        exits->wish == EXIT_CAUSE_NONE ? closer_take_time(exits, ts_ns) : EXIT_CAUSE_NONE;
    if (cause != EXIT_CAUSE_NONE) {
        wish(engine, trade, cause);
    } else if (due) {
        note(engine, trade);
    }
}

/* The trades of one instrument whose moment has come. */
static void take_times_of(struct engine *engine, uint32_t instrument, int64_t ts_ns)
{
    struct trade *trade = &engine->trades[engine_place(engine, 0, instrument)];
    int64_t first_ns = CLOSER_NEVER_NS;
    for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
        if (due_ns(engine, trade) <= ts_ns) {
            take_time(engine, trade, ts_ns);
        }
        int64_t ns = due_ns(engine, trade);
        first_ns = ns < first_ns ? ns : first_ns;
    }
    engine->dues[instrument] = first_ns;
}

/* Sets the next timer anew, over all trades. */
static void set_timer(struct engine *engine)
{
    const size_t places = (size_t)engine->book_count * engine->instrument_count;
    engine->timer_ns = CLOSER_NEVER_NS;
    for (size_t i = 0; i < places; i++) {
        int64_t again_ns = retry_ns(engine, &engine->trades[i]);
        engine->timer_ns = again_ns < engine->timer_ns ? again_ns : engine->timer_ns;
    }
}

static void take_times(struct engine *engine, int64_t ts_ns)
{
    int64_t next_ns = CLOSER_NEVER_NS;
    for (uint32_t instrument = 0; instrument < engine->instrument_count; instrument++) {
        if (engine->dues[instrument] <= ts_ns) {
            take_times_of(engine, instrument, ts_ns);
        }
        next_ns = engine->dues[instrument] < next_ns ? engine->dues[instrument] : next_ns;
    }
    engine->due_ns = next_ns;
    if (engine->timer_ns != CLOSER_NEVER_NS) {
        set_timer(engine);
    }
}

void engine_take_timer(struct engine *engine, int64_t ts_ns)
{
    engine->ts_ns = ts_ns;
    take_times(engine, ts_ns);
    set_turn(engine);
}

void engine_put_off(struct engine *engine, int64_t ts_ns)
{
    struct slice_scratch *scratch = engine->scratch;
    for (uint32_t i = 0; i < scratch->exit_count; i++) {
        scratch->exits[i]->exits.retry_ns = ts_ns + 1;
        engine_set_band(engine, scratch->exits[i]->instrument);
    }
}

bool engine_turn(struct engine *engine, int64_t ts_ns, int64_t equity_e9)
{
    uint32_t before = engine->scratch->exit_count;
    if (ts_ns > engine->session.close_ns) {
        engine_begin_session(engine, ts_ns, equity_e9);
    }
    if (ts_ns >= engine->due_ns) {
        take_times(engine, ts_ns);
    }
    set_turn(engine);
    return engine->scratch->exit_count != before;
}

/* ---- fills, reports, requests ---- */

void engine_measure_exits(struct engine *engine, struct trade *trade,
                          const struct event_posting *posting, bool first)
{
    const struct book_plan *plan = plan_of(engine, trade);
    const struct trade_detail *detail = &trade->detail;
    int64_t average_e9;
    if (posting->debit == ACCOUNT_POSITIONS && posting->credit == ACCOUNT_CASH &&
        closer_has_rules(&plan->exits) &&
        money_mul_div(detail->entry_value_e9, MONEY_E9, detail->entry_qty_e9, ROUND_EVEN,
                      &average_e9) == ERR_OK) {
        closer_take_entry(&plan->exits, &trade->exits, average_e9, engine->ts_ns, first);
        trade->stop_price_e9 = closer_first_stop_e9(&plan->exits, average_e9, trade->exits.atr_e9);
    }
    engine_set_band(engine, trade->instrument);
}

/* An exit at the broker filled in part or in whole: its sibling loses what it filled. */
static void take_exit_fill(const struct engine *engine, struct trade *trade, struct order *order,
                           int64_t qty_e9)
{
    bool target = order == &trade->target;
    struct order *other = target ? &trade->stop : &trade->target;
    bool trails = closer_trails_at_broker(&plan_of(engine, trade)->exits);
    if (trade->qty_e9 != 0) { /* else the sibling has closed it */
        trade->exits.cause = target   ? EXIT_CAUSE_TARGET
                             : trails ? EXIT_CAUSE_TRAILING
                                      : EXIT_CAUSE_STOP;
    }
    if (order_is_working(other)) {
        int64_t left_e9 = other->qty_e9 - other->filled_e9;
        other->qty_e9 -= qty_e9 < left_e9 ? qty_e9 : left_e9;
    }
}

/* An entry that ended partly filled leaves its exits with what filled. */
static void cut_exits(struct trade *trade)
{
    struct order *const exits[] = {&trade->target, &trade->stop};
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        if (order_is_working(exits[i])) {
            exits[i]->qty_e9 = trade->entry.filled_e9;
        }
    }
}

static bool is_end(uint8_t kind)
{
    return kind == EVENT_REJECTED || kind == EVENT_CANCELED || kind == EVENT_EXPIRED;
}

/* A step of the trade's exit came to nothing: it stays wanted, and has its time. An exit of the
 * strategy's own word has no other wish behind it. */
static void note_failed_step(struct trade *trade, const struct order *order,
                             const struct event *report)
{
    struct exits *exits = &trade->exits;
    bool failed = order == &trade->exit ? is_end(report->kind) && trade->qty_e9 != 0
                                        : report->kind == EVENT_CANCEL_REJECTED;
    if (failed && order == &trade->exit) {
        closer_want(exits, (enum exit_cause)exits->sent);
    }
    if (failed && exits->wish != EXIT_CAUSE_NONE) {
        closer_step_failed(exits, report->ts_ns);
    }
}

/* Whether it was the last of the orders that rested, with nothing else of the trade on its way. */
static bool is_left_bare(const struct trade *trade)
{
    return trade->qty_e9 != 0 && !trade_is_protected(trade) && !order_is_working(&trade->entry) &&
           trade->exits.wish == EXIT_CAUSE_NONE;
}

/* A target or a stop was accepted, filled, or ended. */
static void note_protection_report(const struct engine *engine, struct trade *trade,
                                   struct order *order, const struct event *report)
{
    struct exits *exits = &trade->exits;
    if (report->kind == EVENT_ACCEPTED) {
        exits->placed_ns = exits->placed_ns == CLOSER_NEVER_NS ? report->ts_ns : exits->placed_ns;
        exits->bare = false;
    } else if (report->kind == EVENT_FILL) {
        take_exit_fill(engine, trade, order, report->report.qty_e9);
    } else if (is_end(report->kind) && is_left_bare(trade)) {
        bool refused = report->kind == EVENT_REJECTED && reject_is_refusal(report->flags);
        closer_protection_ended(exits, (uint16_t)(order->id & ORDER_ATTEMPT_MAX), refused,
                                report->ts_ns);
    }
}

void engine_note_report(struct engine *engine, struct trade *trade, struct order *order,
                        const struct event *report)
{
    if (order == &trade->target || order == &trade->stop) {
        note_protection_report(engine, trade, order, report);
    } else if (order == &trade->entry && is_end(report->kind) && trade->entry.filled_e9 > 0) {
        cut_exits(trade);
    } else if (order == &trade->exit && report->kind == EVENT_FILL) {
        trade->exits.failures = 0; /* it gets on */
        trade->exits.told = false;
    }
    note_failed_step(trade, order, report);
}

void engine_note_protection(struct trade *trade, const struct order_request *request)
{
    const struct event_order *head = &request->head.order;
    struct exits *exits = &trade->exits;
    uint16_t attempt = (uint16_t)(head->order_id & ORDER_ATTEMPT_MAX);
    if (attempt > exits->attempts) {
        exits->attempts = attempt;
        exits->placed_ns = CLOSER_NEVER_NS;
    }
    if (order_id_role(head->order_id) == ORDER_ROLE_TARGET) {
        exits->target_e9 = head->limit_price_e9;
    } else {
        exits->stop_e9 = request->terms.stop_price_e9;
    }
}

/* ---- notices ---- */

/* In place of a strategy that was stopped out: its BUY waits until it has said something else. */
static struct decision ask_disarmed(const struct strategy_context *context)
{
    const struct seat *seat =
        (const struct seat *)((const char *)context - offsetof(struct seat, context));
    struct decision decision = seat->strategy(context);
    decision.act = decision.act == ACT_BUY ? ACT_HOLD : ACT_REARM;
    return decision;
}

void engine_disarm(struct engine *engine, const struct trade *trade)
{
    uint8_t cause = trade->exits.cause;
    if (cause == EXIT_CAUSE_STOP || cause == EXIT_CAUSE_TRAILING) {
        struct seat *seat = &engine->seats[trade - engine->trades];
        seat->decide = ask_disarmed;
        seat->asked_at = SEAT_ASK_ANEW;
    }
}

void engine_apply_notice(struct engine *engine, const struct event *record)
{
    size_t place = engine_place(engine, record->notice.book - 1U, record->instrument);
    struct trade *trade = &engine->trades[place];
    CHECK(trade->id == record->notice.trade_id);
    switch ((enum notice)record->flags) {
    case NOTICE_REARMED:
        engine->seats[place].decide = engine->seats[place].strategy;
        engine->seats[place].asked_at = SEAT_ASK_ANEW;
        return;
    case NOTICE_UNPROTECTED:
        engine->counters.unprotected++;
        trade->exits.bare = true;
        return;
    case NOTICE_GIVEN_UP:
        engine->counters.given_up++;
        closer_want(&trade->exits, EXIT_CAUSE_REPAIR);
        engine_show(engine, trade);
        return;
    case NOTICE_NOT_CLOSED:
        engine->counters.not_closed++;
        trade->exits.told = true;
        return;
    case NOTICE_MISSING:
        engine->counters.missing++;
        return;
    case NOTICE_SURPLUS:
        engine->counters.surpluses++;
        return;
    }
    CHECK(!"a notice of ours");
}
