/* engine.c: start, and the one door: apply the input, decide one thing at a time, apply it.
 *
 * Invariant: whatever changed the state is in the output, in the order it was applied. */
#include "core/engine.h"

#include "base/check.h"
#include "base/hot.h"
#include "core/decision_hash.h"
#include "core/engine_bust.h"
#include "core/engine_confirmed.h"
#include "core/engine_decide.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"
#include "core/engine_split.h"

const char *engine_fault_text(enum engine_fault fault)
{
    switch (fault) {
#define X(name, text)                                                                              \
    case ENGINE_FAULT_##name:                                                                      \
        return text;
        ENGINE_FAULT_LIST(X)
#undef X
    }
    return "unknown fault";
}

const char *engine_state_text(enum engine_state state)
{
    switch (state) {
#define X(name, text)                                                                              \
    case ENGINE_##name:                                                                            \
        return text;
        ENGINE_STATE_LIST(X)
#undef X
    }
    return "unknown";
}

/* What the strategy asks for, each series with the length of its bars. */
static uint32_t book_series(const struct book_plan *book, struct series_def *defs)
{
    for (uint32_t i = 0; i < SERIES_PER_STRATEGY_MAX; i++) {
        defs[i] = (struct series_def){.kind = SERIES_NOTHING};
    }
    uint32_t count = book->strategy->declare(book->parameters, defs);
    CHECK(count <= SERIES_PER_STRATEGY_MAX);
    for (uint32_t i = 0; i < count; i++) {
        defs[i].frame_ns = defs[i].frame_ns == 0 ? book->frame_ns : defs[i].frame_ns;
    }
    return count;
}

/* The series of one book, as ids of the view's plan: what the strategy asks for, and the average
 * true range that sizing and exits do. */
struct book_ids {
    series_id series[SERIES_PER_STRATEGY_MAX];
    uint32_t count;
    series_id atr; /* SERIES_ABSENT: none */
};

static enum err declare_book(const struct book_plan *book, struct view_plan *view_plan,
                             struct book_ids *ids)
{
    struct series_def defs[SERIES_PER_STRATEGY_MAX];
    enum err err = view_plan_add_frame(view_plan, book->frame_ns);
    ids->count = book_series(book, defs);
    for (uint32_t i = 0; i < ids->count && err == ERR_OK; i++) {
        err = view_plan_declare(view_plan, defs[i], &ids->series[i]);
    }
    ids->atr = SERIES_ABSENT;
    if (err == ERR_OK && engine_needs_atr(book)) {
        struct series_def atr = {.kind = SERIES_ATR_WILDER,
                                 .window = book->exits.atr_window,
                                 .frame_ns = book->frame_ns};
        err = view_plan_declare(view_plan, atr, &ids->atr);
    }
    return err;
}

uint32_t engine_frames_left_out(const struct book_plan *book, int64_t bar_ns,
                                int64_t frames_ns[SERIES_PER_STRATEGY_MAX])
{
    struct series_def defs[SERIES_PER_STRATEGY_MAX];
    uint32_t count = book_series(book, defs);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!defs[i].optional || view_frame_fault(bar_ns, defs[i].frame_ns) == NULL) {
            continue;
        }
        uint32_t at = found;
        while (at > 0 && frames_ns[at - 1] > defs[i].frame_ns) {
            at--;
        }
        if (at > 0 && frames_ns[at - 1] == defs[i].frame_ns) {
            continue;
        }
        for (uint32_t k = found++; k > at; k--) {
            frames_ns[k] = frames_ns[k - 1];
        }
        frames_ns[at] = defs[i].frame_ns;
    }
    return found;
}

enum err engine_declare(const struct engine_plan *plan, struct view_plan *view_plan)
{
    for (uint32_t i = 0; i < plan->book_count; i++) {
        struct book_ids ids;
        enum err err = declare_book(&plan->books[i], view_plan, &ids);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* A strategy is asked once both values of all its series are there: so many bars of its own frame,
 * and what series of other frames need beside. */
static uint64_t warmup_bars(const struct book *book, const struct view_plan *view_plan)
{
    int64_t own_ns = book->plan.frame_ns == view_plan->bar_ns ? 0 : book->plan.frame_ns;
    uint64_t bars = (uint64_t)book->plan.parameters[PARAMETER_WARMUP_BARS];
    for (uint32_t k = 0; k < book->series_count; k++) {
        if (book->series[k] == SERIES_ABSENT) {
            continue;
        }
        const struct series_def *def = &view_plan->series[book->series[k]];
        uint64_t needed = def->frame_ns == own_ns ? series_def_bars(def) : 0;
        bars = needed > bars ? needed : bars;
    }
    if (engine_needs_atr(&book->plan) && book->plan.exits.atr_window > bars) {
        bars = book->plan.exits.atr_window; /* the first bar has no true range: one more */
    }
    return bars;
}

static void init_books(struct engine *engine, const struct engine_plan *plan)
{
    /* The same declarations in the same order give the same ids as in engine_declare(). */
    struct view_plan again = {.instrument_count = plan->instrument_count,
                              .bar_ns = engine->view->bar_ns};
    for (uint32_t i = 0; i < plan->book_count; i++) {
        struct book *book = &engine->books[i];
        book->plan = plan->books[i];
        struct book_ids ids;
        enum err err = declare_book(&book->plan, &again, &ids);
        CHECK(err == ERR_OK);
        book->series_count = ids.count;
        book->atr = ids.atr;
        for (uint32_t k = 0; k < ids.count; k++) {
            book->series[k] = ids.series[k];
        }
        book->warmup_bars = warmup_bars(book, &again);
    }
}

static bool trades_it(const struct book_plan *book, uint32_t instrument)
{
    return book->instruments == NULL || book->instruments[instrument];
}

static void init_seat(const struct engine *engine, uint32_t book_index, uint32_t instrument,
                      struct seat *seat)
{
    const struct book *book = &engine->books[book_index];
    const struct view_track *track = view_track(engine->view, instrument, book->plan.frame_ns);
    *seat = (struct seat){
        .decide = book->plan.strategy->decide,
        .strategy = book->plan.strategy->decide,
        .warmup_bars = trades_it(&book->plan, instrument) ? book->warmup_bars : SEAT_NEVER,
        .track = track,
        .what_x_b =
            ((uint64_t)instrument << 32 | (book_index + UINT64_C(1)) << 16) * DECISION_HASH_B,
        .said = &engine->said[(size_t)book_index * SAID_MAX],
        .book = book_index,
        .series_count = (uint16_t)book->series_count,
        .asked_at = SEAT_ASK_ANEW,
        .context = {.instrument = instrument,
                    .holding = HOLDING_FLAT,
                    .parameters = book->plan.parameters,
                    .data = book->plan.data},
    };
    for (uint32_t k = 0; k < book->series_count; k++) {
        seat->context.series[k] = view_series(engine->view, instrument, book->series[k]);
    }
    if (track != NULL) {
        seat->finished_ns = view_finished_ns(track);
        seat->changes =
            book->plan.strategy->by_series
                ? view_changes(engine->view, instrument, seat->context.series, seat->series_count)
                : &view_row(engine->view, instrument)->bars;
        seat->time_factor = decision_hash_powers[seat->series_count];
    }
}

static void init_seats(struct engine *engine)
{
    for (uint32_t instrument = 0; instrument < engine->instrument_count; instrument++) {
        for (uint32_t book = 0; book < engine->book_count; book++) {
            init_seat(engine, book, instrument,
                      &engine->seats[engine_place(engine, book, instrument)]);
        }
    }
}

static bool has_rules(const struct engine_plan *plan)
{
    for (uint32_t i = 0; i < plan->book_count; i++) {
        if (closer_has_rules(&plan->books[i].exits)) {
            return true;
        }
    }
    return false;
}

/* The most slots one event can come to: a decision and an order per book and bar, with its exits
 * and a step of the Closer where there are plans, and the slice; or what a split comes to: three
 * ledger lines and a trade's end per book. */
static uint32_t output_capacity(const struct engine_plan *plan)
{
    uint64_t each = has_rules(plan) ? 12 : 4;
    uint64_t slots = 32 + plan->book_count + each * plan->book_count * plan->instrument_count;
    CHECK(slots < UINT32_MAX);
    return (uint32_t)slots;
}

/* What the Closer keeps, for an engine whose books have plans. */
struct closer_parts {
    struct band *bands;
    int64_t *dues;
    struct trade **noted;
};

static struct closer_parts carve_closer(struct arena *arena, const struct engine_plan *plan)
{
    size_t places = (size_t)plan->book_count * plan->instrument_count;
    struct closer_parts parts = {0};
    parts.bands = arena_take(arena, plan->instrument_count, sizeof *parts.bands);
    parts.dues = arena_take(arena, plan->instrument_count, sizeof *parts.dues);
    parts.noted = arena_take(arena, has_rules(plan) ? 2 * places : 1, sizeof(void *));
    return parts;
}

static void init_closer(struct engine *engine, const struct engine_plan *plan,
                        const struct closer_parts *parts)
{
    engine->closes = has_rules(plan);
    engine->bands = parts->bands;
    engine->dues = parts->dues;
    engine->scratch->exits = parts->noted;
    for (uint32_t instrument = 0; instrument < plan->instrument_count; instrument++) {
        engine->bands[instrument] = BAND_QUIET;
        engine->dues[instrument] = CLOSER_NEVER_NS;
    }
    engine->due_ns = CLOSER_NEVER_NS;
    engine->timer_ns = CLOSER_NEVER_NS;
    engine->turn_ns = INT64_MIN;
}

/* What a broker elsewhere says of each instrument, and what it may take back. */
struct outside_parts {
    int64_t *foreign_e9;
    int64_t *surplus_e9;
    bool *halted;
    struct execution *executions;
};

static struct outside_parts carve_outside(struct arena *arena, uint32_t instrument_count)
{
    struct outside_parts parts;
    parts.foreign_e9 = arena_take(arena, instrument_count, sizeof *parts.foreign_e9);
    parts.surplus_e9 = arena_take(arena, instrument_count, sizeof *parts.surplus_e9);
    parts.halted = arena_take(arena, instrument_count, sizeof *parts.halted);
    parts.executions = arena_take(arena, EXECUTIONS_KEPT, sizeof *parts.executions);
    return parts;
}

struct engine *engine_init(struct arena *arena, const struct engine_plan *plan,
                           const struct view *view, struct output *output)
{
    size_t places = (size_t)plan->book_count * plan->instrument_count;
    struct engine *engine = arena_take(arena, 1, sizeof *engine);
    struct book *books = arena_take(arena, plan->book_count, sizeof *books);
    struct trade *trades = arena_take(arena, places, sizeof *trades);
    struct seat *seats = arena_take(arena, places, sizeof *seats);
    uint8_t *weights = arena_take(arena, (places + 7) / 8, sizeof(uint64_t)); /* read by eight */
    uint16_t *live = arena_take(arena, plan->instrument_count, sizeof *live);
    struct slice_scratch *scratch = arena_take(arena, 1, sizeof *scratch);
    struct candidate *candidates = arena_take(arena, places, sizeof *candidates);
    uint64_t *said = arena_take(arena, (size_t)plan->book_count * SAID_MAX, sizeof *said);
    struct ledger ledger;
    ledger_init(&ledger, arena, plan->instrument_count);
    *output = (struct output){.capacity = output_capacity(plan)};
    output->records = arena_take(arena, output->capacity, sizeof *output->records);
    output->sends =
        arena_take(arena, has_rules(plan) ? 4 * places + 4 : places, sizeof *output->sends);
    struct closer_parts closer = carve_closer(arena, plan);
    struct outside_parts outside = carve_outside(arena, plan->instrument_count);
    if (engine == NULL) {
        return NULL;
    }
    *engine = (struct engine){
        .view = view,
        .limits = plan->limits,
        .commission_e9 = plan->commission_e9,
        .calendar = plan->calendar,
        .extended_hours = plan->extended_hours,
        .assume_adjusted = plan->assume_adjusted,
        .multiplier = plan->multiplier == 0 ? 1 : plan->multiplier,
        .instrument_count = plan->instrument_count,
        .book_count = plan->book_count,
        .ledger = ledger,
        .books = books,
        .trades = trades,
        .seats = seats,
        .weights = weights,
        .live = live,
        .foreign_e9 = outside.foreign_e9,
        .next_trade_id = 1,
        .session = {.open_ns = INT64_MIN, .close_ns = INT64_MIN},
        .decision_hash = DECISION_HASH_START,
        .surplus_e9 = outside.surplus_e9,
        .halted = outside.halted,
        .executions = outside.executions,
        .scratch = scratch,
        .said = said,
    };
    init_books(engine, plan);
    engine->scratch->candidates = candidates;
    init_closer(engine, plan, &closer);
    init_seats(engine);
    return engine;
}

/* Whether what a strategy wanted still goes: an exit of the Closer may have come first. */
static bool is_still_possible(const struct engine *engine, const struct candidate *candidate)
{
    size_t place = engine_place(engine, candidate->book, candidate->instrument);
    enum holding holding = engine->seats[place].context.holding;
    return candidate->decision.act == ACT_SELL
               ? holding == HOLDING_LONG &&
                     engine->books[candidate->book].plan.exits.opposite_signal
               : holding == HOLDING_FLAT;
}

static void hash_decision(struct engine *engine, const struct event *decision, int64_t qty_e9)
{
    uint64_t x = decision->decision.order_id * DECISION_HASH_A +
                 (uint64_t)qty_e9 * DECISION_HASH_B + decision->decision.verdict;
    engine->decision_hash = decision_hash_step(engine->decision_hash, x);
}

/* Flat: that the one question to the gates costs no call is otherwise the linker's mood. */
__attribute__((flatten)) void
engine_act_on(struct engine *engine, const struct candidate *candidate, struct output *output)
{
    if (!is_still_possible(engine, candidate)) {
        return;
    }
    const struct trade *trade =
        &engine->trades[engine_place(engine, candidate->book, candidate->instrument)];
    if (candidate->decision.act == ACT_REARM) {
        engine_rearm(engine, trade, output);
        return;
    }
    struct event *decision = output_place(output, 4); /* a decision and an order */
    struct event *order = decision + 2;
    bool ordered = decide_candidate(engine, engine->ts_ns, candidate, decision, order);
    bool brackets = ordered && candidate->decision.act == ACT_BUY &&
                    engine_brackets(&engine->books[candidate->book].plan);
    engine_apply_decision(engine, output_commit(output));
    if (brackets) {
        engine_tie_bracket(engine, order);
    }
    if (ordered) {
        output->sends[output->send_count++] = (const struct order_request *)order;
        engine_apply_order(engine, output_commit(output));
    } else if (decision->decision.order_id != 0) {
        engine_close_trade(engine, trade, EXIT_CAUSE_SIGNAL, output);
    }
    if (brackets) {
        engine_add_bracket(engine, order, output);
    }
    hash_decision(engine, decision, ordered ? order->order.qty_e9 : 0);
}

static void restart(struct output *output)
{
    output->slots = 0;
    output->send_count = 0;
}

RARELY static void post_cash(struct engine *engine, const struct event *cash, struct output *output)
{
    if (engine->fault != ENGINE_FAULT_NONE) {
        return; /* nothing of it can be booked */
    }
    uint32_t count =
        decide_cash_postings(engine, cash, output_place(output, 3 * engine->book_count + 1));
    for (uint32_t i = 0; i < count; i++) {
        engine_apply_posting(engine, output_commit(output));
    }
    for (uint32_t book = 0; cash->flags == CASH_SPLIT && book < engine->book_count; book++) {
        if (engine->fault == ENGINE_FAULT_NONE &&
            decide_split_trade(engine, book, cash, output_place(output, 2))) {
            engine_apply_trade(engine, output_commit(output));
        }
    }
}

/* The ledger lines of a fill that was applied. */
static inline void post_fill(struct engine *engine, struct trade *trade, const struct event *fill,
                             struct output *output)
{
    uint32_t count =
        decide_fill_postings(engine, trade, fill, output_place(output, FILL_POSTINGS_MAX));
    for (uint32_t i = 0; i < count; i++) {
        engine_post(engine, trade, output_commit(output));
    }
}

/* What follows from a report of a broker outside. It may fill more than was asked for: that is
 * told, and the rest of the fill is booked. */
RARELY static void answer_outside(struct engine *engine, struct trade *trade,
                                  const struct event *report, bool filled, struct output *output)
{
    struct event ours = *report;
    bool sound = engine->fault == ENGINE_FAULT_NONE;
    int64_t surplus_e9 = filled && sound ? engine->scratch->surplus_e9 : 0;
    if (surplus_e9 > 0) {
        engine_send_notice(engine, trade, NOTICE_SURPLUS, surplus_e9, output);
        ours.report.qty_e9 -= surplus_e9;
    }
    if (filled && ours.report.qty_e9 > 0) {
        post_fill(engine, trade, &ours, output);
    }
    if (decide_trade(trade, report, output_place(output, 2))) {
        engine_apply_trade(engine, output_commit(output));
    }
    if (engine->fault != ENGINE_FAULT_NONE) {
        return;
    }
    if (surplus_e9 > 0) {
        engine_fit_exits(engine, report->instrument, output);
    } else if (engine->closes) {
        engine_answer(engine, trade, report, output);
    }
}

void engine_on_report(struct engine *engine, const struct event *report, struct output *output)
{
    restart(output);
    uint64_t fills = engine->counters.fills;
    engine->ts_ns = report->ts_ns;
    if (report->kind == EVENT_BUSTED) {
        engine_on_bust(engine, report, output);
        return;
    }
    struct trade *trade = engine_apply_report(engine, report);
    if (report->kind == EVENT_ACCOUNT_CASH) {
        post_cash(engine, report, output);
        return;
    }
    if (report->kind == EVENT_FOUND) {
        if (engine->fault == ENGINE_FAULT_NONE) {
            engine_take_found(engine, trade, report, output);
        }
        return;
    }
    if (report->kind == EVENT_ACCEPTED || trade == NULL) {
        return;
    }
    const bool filled = engine->counters.fills != fills; /* one that was known moves nothing */
    if (engine->outside) {
        answer_outside(engine, trade, report, filled, output);
        return;
    }
    if (filled) {
        post_fill(engine, trade, report, output);
    }
    if (decide_trade(trade, report, output_place(output, 2))) {
        engine_apply_trade(engine, output_commit(output));
    }
    if (engine->closes && engine->fault == ENGINE_FAULT_NONE) {
        engine_answer(engine, trade, report, output);
    }
}

void engine_on_action(struct engine *engine, const struct event *action, struct output *output)
{
    restart(output);
    engine_apply(engine, action);
}

void engine_on_condition(struct engine *engine, const struct event *event, struct output *output)
{
    restart(output);
    const bool holding = event->kind == EVENT_HOLDING;
    const int64_t missing_e9 = holding ? engine_missing_e9(engine, event->instrument) : 0;
    engine_apply(engine, event);
    if (holding && engine->fault == ENGINE_FAULT_NONE &&
        engine_missing_e9(engine, event->instrument) != missing_e9) {
        engine_fit_exits(engine, event->instrument, output);
    }
}

void engine_on_timer(struct engine *engine, const struct event *timer, struct output *output)
{
    restart(output);
    engine_take_timer(engine, timer->ts_ns);
    if (engine->fault == ENGINE_FAULT_NONE) {
        engine_act_on_exits(engine, output);
    }
    engine->scratch->exit_count = 0;
}

void engine_on_command(struct engine *engine, const struct event *command, struct output *output)
{
    restart(output);
    engine_apply(engine, command);
}

void engine_deposit(struct engine *engine, int64_t ts_ns, int64_t amount_e9, struct output *output)
{
    restart(output);
    *output_place(output, 1) = (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_DEPOSIT,
        .version = 1,
        .slots = 1,
        .instrument = INSTRUMENT_NONE,
        .deposit = {.amount_e9 = amount_e9},
    };
    engine_apply(engine, output_commit(output));
}

/* Whether no trade has more resting or on its way than it holds or has ordered, and none waits to
 * be closed that holds nothing and is still open. Of what was taken back from a trade its exits
 * know only once the broker has canceled them. */
static bool exits_are_consistent(const struct engine *engine)
{
    size_t places = (size_t)engine->book_count * engine->instrument_count;
    for (size_t i = 0; i < places && engine->closes; i++) {
        const struct trade *trade = &engine->trades[i];
        bool entering = order_is_working(&trade->entry);
        bool leaving = order_is_working(&trade->exit);
        /* Exits that go with an entry are as large until it ends, and go just after it. */
        bool with_entry = entering || trade->entry.filled_e9 == 0;
        int64_t most_e9 = with_entry ? trade->entry.qty_e9 : trade->qty_e9;
        if (leaving && trade->exits.sent == EXIT_CAUSE_UNLOGGED) {
            continue; /* it is as large as its trade was then; what it followed is still to end */
        }
        if (leaving && (entering || trade_is_protected(trade))) {
            return false;
        }
        if (trade->busted) {
            continue;
        }
        if ((leaving && trade->exit.qty_e9 - trade->exit.filled_e9 > trade->qty_e9) ||
            (order_is_working(&trade->target) &&
             trade->target.qty_e9 - trade->target.filled_e9 > most_e9) ||
            (order_is_working(&trade->stop) &&
             trade->stop.qty_e9 - trade->stop.filled_e9 > most_e9)) {
            return false;
        }
    }
    return true;
}

static bool weights_are_consistent(const struct engine *engine)
{
    size_t places = (size_t)engine->book_count * engine->instrument_count;
    for (size_t i = 0; i < places; i++) {
        if (engine->weights[i] != trade_weight(&engine->trades[i])) {
            return false;
        }
    }
    return true;
}

bool engine_is_consistent(const struct engine *engine)
{
    for (uint32_t instrument = 0; instrument < engine->instrument_count; instrument++) {
        __int128 qty = 0;
        __int128 cost = 0;
        for (uint32_t book = 0; book < engine->book_count; book++) {
            const struct trade *trade = &engine->trades[engine_place(engine, book, instrument)];
            qty += trade->qty_e9;
            cost += trade->cost_e9;
        }
        const struct position *position = &engine->ledger.positions[instrument];
        if (qty != position->qty_e9 || cost != position->cost_e9) {
            return false;
        }
    }
    __int128 realized = 0;
    __int128 commission = 0;
    for (uint32_t book = 0; book < engine->book_count; book++) {
        realized += engine->books[book].realized_e9;
        commission += engine->books[book].commission_e9;
    }
    if (!exits_are_consistent(engine) || !weights_are_consistent(engine)) {
        return false;
    }
    return realized == -(__int128)engine->ledger.balance_e9[ACCOUNT_REALIZED] &&
           commission == engine->ledger.balance_e9[ACCOUNT_COMMISSION] &&
           ledger_is_balanced(&engine->ledger);
}
