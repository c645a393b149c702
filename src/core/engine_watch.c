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
    trade->exits.wish = (uint8_t)cause;
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

/* Bars from before the trade are none of its. */
void engine_see_bar(struct engine *engine, const struct event *bar)
{
    struct trade *trade = &engine->trades[engine_place(engine, 0, bar->instrument)];
    for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
        if (is_watched(engine, trade) && bar->ts_ns > trade->detail.opened_ns) {
            const struct book_plan *plan = plan_of(engine, trade);
            closer_see_bar(&plan->exits, engine->calendar, plan->frame_ns, &trade->exits, bar);
        }
    }
    engine_set_band(engine, bar->instrument);
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
    if (exits->wish != EXIT_CAUSE_NONE) {
        exits->retry_ns = CLOSER_NEVER_NS;
        note(engine, trade);
        return;
    }
    if (exits->patience_ns <= ts_ns) {
        exits->patience_ns = CLOSER_NEVER_NS;
        note(engine, trade);
    }
    enum exit_cause cause = closer_take_time(exits, ts_ns);
    if (cause != EXIT_CAUSE_NONE) {
        wish(engine, trade, cause);
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

void engine_note_report(struct engine *engine, struct trade *trade, struct order *order,
                        const struct event *report)
{
    struct exits *exits = &trade->exits;
    bool protects = order == &trade->target || order == &trade->stop;
    bool ended = report->kind == EVENT_REJECTED || report->kind == EVENT_CANCELED ||
                 report->kind == EVENT_EXPIRED;
    if (protects && report->kind == EVENT_ACCEPTED) {
        exits->refusals = 0;
    } else if (protects && report->kind == EVENT_FILL) {
        take_exit_fill(engine, trade, order, report->report.qty_e9);
    } else if (order == &trade->entry && ended && trade->entry.filled_e9 > 0) {
        cut_exits(trade);
    }
    bool refused = (order == &trade->exit && ended) || report->kind == EVENT_CANCEL_REJECTED;
    if (refused && exits->wish != EXIT_CAUSE_NONE) {
        exits->retry_ns = report->ts_ns + 1; /* with the next slice */
    }
}

void engine_note_protection(struct trade *trade, const struct order_request *request)
{
    const struct event_order *head = &request->head.order;
    uint16_t attempt = (uint16_t)(head->order_id & ORDER_ATTEMPT_MAX);
    struct exits *exits = &trade->exits;
    if (attempt > exits->attempts) {
        exits->attempts = attempt;
        exits->refusals++;
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
        return;
    case NOTICE_GIVEN_UP:
        engine->counters.given_up++;
        trade->exits.wish = EXIT_CAUSE_REPAIR;
        engine_show(engine, trade);
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
