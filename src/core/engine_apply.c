/* engine_apply.c: the only code that changes the engine's state.
 *
 * Each kind of record has one function here. They trust our own records (a wrong one is a CHECK)
 * and trust nothing that a broker says: what cannot be ends in `fault`, which stops the run. */
#include "base/check.h"
#include "base/money.h"
#include "core/engine.h"
#include "core/engine_bust.h"
#include "core/engine_confirmed.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"
#include "core/engine_split.h"

struct trade *engine_trade(const struct engine *engine, uint32_t instrument, uint64_t order_id)
{
    uint64_t trade_id = order_id_trade(order_id);
    if (instrument >= engine->instrument_count || trade_id == 0) {
        return NULL;
    }
    struct trade *trade = &engine->trades[engine_place(engine, 0, instrument)];
    for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
        if (trade->id == trade_id) {
            return trade;
        }
    }
    return NULL;
}

void engine_show(struct engine *engine, const struct trade *trade)
{
    size_t place = (size_t)(trade - engine->trades);
    engine->weights[place] = trade_weight(trade);
    engine->seats[place].context.holding = trade_holding(trade);
    engine->seats[place].asked_at = SEAT_ASK_ANEW;
    if (engine->closes) {
        engine_set_band(engine, trade->instrument);
    }
}

/* A trade begins or ends to count as exposure of its instrument. */
static void count_live(struct engine *engine, uint32_t instrument, bool was, bool is)
{
    uint16_t *live = &engine->live[instrument];
    if (is && !was) {
        engine->exposed_count += *live == 0 ? 1 : 0;
        (*live)++;
    } else if (was && !is) {
        (*live)--;
        engine->exposed_count -= *live == 0 ? 1 : 0;
    }
}

/* Moves an order by its table. */
static void step_order(struct engine *engine, struct order *order, enum order_event event)
{
    struct order_step step = order_state_step((enum order_state)order->state, event);
    order->state = step.next;
    if (step.move == ORDER_MOVE_QUARANTINE) {
        engine_fail(engine, ENGINE_FAULT_QUARANTINE);
    }
}

/* So much of a fill is no order's of ours any more. */
static void note_surplus(struct engine *engine, uint32_t instrument, enum order_role role,
                         int64_t surplus_e9)
{
    int64_t *sum_e9 = &engine->surplus_e9[instrument];
    *sum_e9 = role == ORDER_ROLE_ENTRY ? money_add_capped(*sum_e9, surplus_e9)
                                       : money_sub_capped(*sum_e9, surplus_e9);
    engine->scratch->surplus_e9 = surplus_e9;
}

/* What of the fill counts for its order; what the trade has no use for is noted. */
RARELY static int64_t share_fill(struct engine *engine, const struct trade *trade,
                                 const struct order *order, const struct event *fill)
{
    int64_t qty_e9 = fill->report.qty_e9;
    struct fill_share share = engine_share_fill(trade, order, qty_e9);
    note_surplus(engine, trade->instrument, order_id_role(order->id), qty_e9 - share.trade_e9);
    engine_note_execution(engine, fill, share.order_e9, share.trade_e9);
    return share.order_e9;
}

static void apply_fill(struct engine *engine, const struct trade *trade, struct order *order,
                       const struct event *event)
{
    const struct event_report *fill = &event->report;
    engine->last_exec_id = fill->exec_id;
    engine->counters.fills++;
    engine->filled = true;
    if (fill->qty_e9 <= 0 || fill->price_e9 <= 0 || fill->commission_e9 < 0 ||
        (fill->qty_e9 > order->qty_e9 - order->filled_e9 && !engine->outside)) {
        engine_fail(engine, ENGINE_FAULT_OVERFILL);
        return;
    }
    int64_t value_e9;
    if (money_notional(fill->price_e9, fill->qty_e9, ROUND_EVEN, &value_e9) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE); /* what cannot be posted cannot count as filled */
        return;
    }
    order->filled_e9 += engine->outside ? share_fill(engine, trade, order, event) : fill->qty_e9;
    step_order(engine, order,
               order->filled_e9 == order->qty_e9 ? ORDER_EVENT_FILLED : ORDER_EVENT_PART_FILLED);
}

/* What the rarer reports mean for the order. */
static enum order_event order_event_of(uint8_t kind)
{
    switch (kind) {
    case EVENT_CANCELED:
        return ORDER_EVENT_CANCELED;
    case EVENT_REPLACED:
        return ORDER_EVENT_REPLACED;
    case EVENT_CANCEL_REJECTED:
        return ORDER_EVENT_REQUEST_DENIED;
    case EVENT_NO_ANSWER:
        return ORDER_EVENT_NO_ANSWER;
    default:
        return ORDER_EVENT_EXPIRED;
    }
}

/* An amount with room for what else moves, and no fewer shares than none. */
static bool cash_is_possible(const struct engine *engine, const struct event *event)
{
    const struct event_account_cash *cash = &event->account_cash;
    int64_t after_e9;
    if (cash->amount_e9 > INT64_MAX / 2 || cash->amount_e9 < -INT64_MAX / 2) {
        return false;
    }
    return event->flags != CASH_SPLIT || event->instrument >= engine->instrument_count ||
           (money_add(engine->ledger.positions[event->instrument].qty_e9, cash->qty_e9,
                      &after_e9) == ERR_OK &&
            after_e9 >= 0);
}

/* What came or went beside our orders is neither gain nor loss: where these are measured from moves
 * with it. */
void engine_move_measures(struct engine *engine, int64_t amount_e9)
{
    int64_t *const measures[] = {&engine->equity_e9, &engine->session_equity_e9,
                                 &engine->peak_equity_e9};
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        if (money_add(*measures[i], amount_e9, measures[i]) != ERR_OK) {
            engine_fail(engine, ENGINE_FAULT_RANGE);
        }
    }
}

/* Its ledger lines follow. */
RARELY static void apply_cash(struct engine *engine, const struct event *event)
{
    if (!cash_is_possible(engine, event)) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    } else if (event->flags == CASH_SPLIT) {
        engine_apply_split(engine, event);
    } else if (event->flags == CASH_RECONCILED) {
        engine_move_measures(engine, event->account_cash.amount_e9);
    }
}

/* A report about an order that we do not have. A broker outside may fill one that it said was over
 * and that another attempt has followed since: nothing of that is booked. */
RARELY static void apply_stray(struct engine *engine, const struct trade *trade,
                               const struct event *event)
{
    const struct event_report *report = &event->report;
    if (trade == NULL || !engine->outside || event->kind != EVENT_FILL || report->qty_e9 <= 0) {
        engine_fail(engine, ENGINE_FAULT_FOREIGN_REPORT);
        return;
    }
    engine->last_exec_id = report->exec_id;
    engine->counters.fills++;
    engine->filled = true;
    note_surplus(engine, trade->instrument, order_id_role(report->order_id), report->qty_e9);
    engine_note_execution(engine, event, 0, 0);
}

/* The ORDER that the log lacks follows. */
RARELY static void apply_found(struct engine *engine, const struct trade *trade,
                               const struct event *event)
{
    engine->wary = true;
    engine->outside = true;
    if (trade == NULL || !engine_can_find(engine, trade, event)) {
        engine_fail(engine, ENGINE_FAULT_FOREIGN_REPORT);
    }
}

struct trade *engine_apply_report(struct engine *engine, const struct event *event)
{
    if (event->kind == EVENT_ACCOUNT_CASH) {
        apply_cash(engine, event);
        return NULL;
    }
    struct trade *trade = engine_trade(engine, event->instrument, event->report.order_id);
    if (event->kind == EVENT_FILL && event->report.exec_id <= engine->last_exec_id) {
        return trade; /* an execution counts once, whosever place in the table it was */
    }
    struct order *order = trade == NULL ? NULL : trade_order(trade, event->report.order_id);
    if (event->kind == EVENT_FOUND) {
        apply_found(engine, trade, event);
        return trade;
    }
    if (order == NULL) {
        apply_stray(engine, trade, event);
        return trade;
    }
    if (event->kind == EVENT_FILL) {
        apply_fill(engine, trade, order, event);
    } else if (event->kind == EVENT_ACCEPTED) {
        engine->counters.accepted++;
        step_order(engine, order, ORDER_EVENT_ACCEPTED);
    } else if (event->kind == EVENT_REJECTED) {
        engine->counters.rejected++;
        step_order(engine, order, ORDER_EVENT_REJECTED);
    } else {
        engine->wary |= event->kind == EVENT_NO_ANSWER;
        engine->outside |= event->kind == EVENT_NO_ANSWER;
        step_order(engine, order, order_event_of(event->kind));
    }
    if (order == &trade->exit && event->kind == EVENT_FILL) {
        trade->exits.cause = trade->exits.sent;
    }
    if (engine->closes) {
        engine_note_report(engine, trade, order, event);
    }
    if (event->kind != EVENT_ACCEPTED) { /* else it works, as it did before */
        engine_show(engine, trade);
    }
    return trade;
}

static void apply_deposit(struct engine *engine, const struct event *event)
{
    struct event_posting posting = {
        .amount_e9 = event->deposit.amount_e9, .debit = ACCOUNT_CASH, .credit = ACCOUNT_CAPITAL};
    if (ledger_post(&engine->ledger, INSTRUMENT_NONE, &posting) != ERR_OK ||
        ledger_equity(&engine->ledger, &engine->equity_e9) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
    engine->session_equity_e9 = engine->equity_e9;
    engine->peak_equity_e9 = engine->equity_e9;
}

/* A strategy's SELL that cannot be carried out now, for want of shares or because what rested at
 * the broker is just being canceled, stays wanted. */
RARELY static void keep_wish(struct engine *engine, const struct event *decision)
{
    struct trade *trade =
        &engine->trades[engine_place(engine, decision->decision.book - 1U, decision->instrument)];
    uint8_t verdict = decision->decision.verdict;
    if (decision->flags == ACT_SELL &&
        (verdict == VERDICT_MISSING || (verdict == VERDICT_PASS && trade_is_protected(trade)))) {
        closer_want(&trade->exits, EXIT_CAUSE_SIGNAL);
        engine_show(engine, trade);
    }
}

void engine_apply_decision(struct engine *engine, const struct event *event)
{
    struct book *book = &engine->books[event->decision.book - 1];
    if (event->decision.verdict == VERDICT_PASS) {
        book->acted++;
        engine->counters.acted++;
    } else {
        book->refused++;
        engine->counters.refused++;
        engine->counters.refused_by[event->decision.verdict]++;
    }
    if (engine->wary) {
        keep_wish(engine, event);
    }
}

static void begin_order(struct engine *engine, struct order *order, const struct event_order *head)
{
    order->id = head->order_id;
    order->qty_e9 = head->qty_e9;
    order->filled_e9 = 0;
    /* What it counts at: the most that a limit order pays. */
    order->reference_price_e9 =
        head->limit_price_e9 != 0 ? head->limit_price_e9 : head->reference_price_e9;
    order->state = ORDER_INTENT;
    /* In the log means: it goes out in this very step. */
    step_order(engine, order, ORDER_EVENT_SENT);
}

static void clear_order(struct order *order)
{
    order->id = 0;
    order->qty_e9 = 0;
    order->filled_e9 = 0;
    order->reference_price_e9 = 0;
    order->state = 0;
}

/* The plan's clocks and its stop, for what could be lost; nothing is held yet. */
static void begin_exits(const struct engine *engine, struct trade *trade,
                        const struct event_order *head, uint32_t instrument)
{
    int64_t atr_e9 = engine_atr_e9(engine, head->book - 1U, instrument);
    int64_t price_e9 = head->limit_price_e9 != 0 ? head->limit_price_e9 : head->reference_price_e9;
    closer_begin(&trade->exits, atr_e9);
    trade->stop_price_e9 =
        closer_first_stop_e9(&engine->books[head->book - 1].plan.exits, price_e9, atr_e9);
}

static void begin_trade(const struct engine *engine, struct trade *trade,
                        const struct event_order *head, uint32_t instrument)
{
    trade->id = order_id_trade(head->order_id);
    trade->instrument = instrument;
    trade->book = head->book;
    trade->state = TRADE_PENDING;
    trade->counted_won = false;
    trade->busted = false;
    trade->exit_attempts = 0;
    trade->qty_e9 = 0;
    trade->cost_e9 = 0;
    trade->realized_e9 = 0;
    trade->detail = (struct trade_detail){0};
    clear_order(&trade->exit);
    if (engine->closes) {
        clear_order(&trade->target);
        clear_order(&trade->stop);
        begin_exits(engine, trade, head, instrument);
    }
    trade->exits.cause = EXIT_CAUSE_NONE;
    trade->exits.wish = EXIT_CAUSE_NONE;
}

/* A request to cancel one of the trade's orders. The broker ends both exits of a group together. */
static void apply_cancel(struct engine *engine, struct trade *trade, const struct event *record)
{
    struct order *order = trade_order(trade, record->order.order_id);
    CHECK(order != NULL);
    engine->counters.cancels++;
    step_order(engine, order, ORDER_EVENT_CANCEL_SENT);
    enum order_role role = order_id_role(order->id);
    if (role == ORDER_ROLE_TARGET || role == ORDER_ROLE_STOP) {
        trade->exits.ended = trade->exits.attempts; /* by our own doing */
    }
    if (role == ORDER_ROLE_TARGET && order_is_working(&trade->stop)) {
        step_order(engine, &trade->stop, ORDER_EVENT_CANCEL_SENT);
    }
    if (role == ORDER_ROLE_STOP && order_is_working(&trade->target)) {
        step_order(engine, &trade->target, ORDER_EVENT_CANCEL_SENT);
    }
    if (event_order_cause(record) != EXIT_CAUSE_NONE) {
        closer_want(&trade->exits, (enum exit_cause)event_order_cause(record));
    }
}

/* Any order but an entry. */
static void apply_exit_order(struct engine *engine, struct trade *trade, const struct event *record)
{
    const struct event_order *head = &record->order;
    enum order_role role = order_id_role(head->order_id);
    CHECK(trade->id == order_id_trade(head->order_id));
    if (role == ORDER_ROLE_EXIT) {
        CHECK(!order_is_working(&trade->exit));
        trade->exit_attempts = (uint32_t)(head->order_id & ORDER_ATTEMPT_MAX);
        trade->exits.sent = event_order_cause(record);
        if (!engine->closes) {
            trade->exits.wish = EXIT_CAUSE_NONE; /* its strategy says it again */
        } else if (head->qty_e9 < trade->qty_e9) {
            closer_want(&trade->exits, (enum exit_cause)trade->exits.sent); /* the rest, too, once
                                                                               it is there */
        }
        begin_order(engine, &trade->exit, head);
        return;
    }
    struct order *order = role == ORDER_ROLE_TARGET ? &trade->target : &trade->stop;
    CHECK(!order_is_working(order));
    begin_order(engine, order, head);
    engine_note_protection(trade, (const struct order_request *)record);
}

void engine_apply_order(struct engine *engine, const struct event *record)
{
    const struct order_request *request = (const struct order_request *)record;
    const struct event_order *head = &record->order;
    uint32_t instrument = request->legs[0].instrument;
    struct trade *trade = &engine->trades[engine_place(engine, head->book - 1U, instrument)];
    if (head->action == ORDER_ACTION_CANCEL) {
        apply_cancel(engine, trade, record);
        engine_show(engine, trade);
        return;
    }
    engine->counters.orders++;
    if (order_id_role(head->order_id) == ORDER_ROLE_ENTRY) {
        CHECK(!trade_is_live(trade));
        count_live(engine, instrument, false, true);
        engine->counters.session_entries++;
        engine->books[head->book - 1U].session_entries++;
        engine->next_trade_id = order_id_trade(head->order_id) + 1;
        begin_trade(engine, trade, head, instrument);
        trade->entered_ns = record->ts_ns;
        begin_order(engine, &trade->entry, head);
    } else {
        apply_exit_order(engine, trade, record);
    }
    engine_show(engine, trade);
}

/* Adds without wrapping; the sums of one trade stay far inside the account's own, checked range. */
static void add(struct engine *engine, int64_t *sum, int64_t amount)
{
    if (money_add(*sum, amount, sum) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
}

static void add_sub(struct engine *engine, int64_t *sum, int64_t amount, bool adds)
{
    add(engine, sum, adds ? amount : -amount);
}

static void post_to_trade(struct engine *engine, struct trade *trade,
                          const struct event_posting *posting)
{
    struct book *book = &engine->books[trade->book - 1];
    int64_t amount_e9 = posting->amount_e9;
    if (posting->debit == ACCOUNT_COMMISSION) {
        add(engine, &trade->detail.commission_e9, amount_e9);
        add(engine, &book->commission_e9, amount_e9);
    } else if (posting->debit == ACCOUNT_POSITIONS) {
        add(engine, &trade->qty_e9, posting->qty_e9);
        add(engine, &trade->cost_e9, amount_e9);
        add(engine, &trade->detail.entry_qty_e9, posting->qty_e9);
        add(engine, &trade->detail.entry_value_e9, amount_e9);
    } else if (posting->credit == ACCOUNT_POSITIONS) {
        add(engine, &trade->qty_e9, posting->qty_e9);
        add_sub(engine, &trade->cost_e9, amount_e9, false);
        add_sub(engine, &trade->detail.exit_qty_e9, posting->qty_e9, false);
        add(engine, &trade->detail.exit_value_e9, amount_e9);
    } else {
        /* Price result: credited when won, debited when lost. */
        bool won = posting->credit == ACCOUNT_REALIZED;
        add_sub(engine, &trade->realized_e9, amount_e9, won);
        add_sub(engine, &book->realized_e9, amount_e9, won);
        add_sub(engine, &trade->detail.exit_value_e9, amount_e9, won);
    }
}

void engine_apply_posting(struct engine *engine, const struct event *event)
{
    struct trade *trade = engine_trade(engine, event->instrument, event->posting.order_id);
    CHECK(trade != NULL || event->posting.order_id == 0); /* 0: cash of the account alone */
    if (event->flags == POSTING_TAKES_BACK) {
        engine_post_bust(engine, trade, event);
        return;
    }
    if (trade != NULL && posting_is_split(&event->posting)) {
        engine_post_split(engine, trade, &event->posting);
        return;
    }
    engine_post(engine, trade, event);
}

void engine_post(struct engine *engine, struct trade *trade, const struct event *event)
{
    const struct event_posting *posting = &event->posting;
    if (ledger_post(&engine->ledger, event->instrument, posting) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
        return;
    }
    if (trade == NULL) {
        return;
    }
    bool first = trade->detail.entry_qty_e9 == 0;
    post_to_trade(engine, trade, posting);
    if (posting->qty_e9 != 0) {
        engine_mark(engine, event->instrument, view_close_e9(engine->view, event->instrument));
    }
    if (engine->closes && posting->qty_e9 != 0) {
        engine_measure_exits(engine, trade, posting, first);
    }
}

/* A trade begins to count as closed, or, by a late fill, ceases to. */
static void count_closed(struct engine *engine, struct trade *trade, bool counts)
{
    struct book *book = &engine->books[trade->book - 1];
    struct sizing_record *record = &book->record;
    int64_t result_e9 = 0;
    if (money_sub(trade->realized_e9, trade->detail.commission_e9, &result_e9) != ERR_OK ||
        result_e9 == INT64_MIN) { /* it is subtracted again */
        engine_fail(engine, ENGINE_FAULT_RANGE);
        return;
    }
    if (counts) {
        trade->counted_won = result_e9 > 0;
        trade->counted_e9 = result_e9;
    }
    uint32_t one = counts ? 1 : UINT32_MAX; /* adds, or takes away again */
    int64_t amount_e9 = counts ? trade->counted_e9 : -trade->counted_e9;
    if (trade->counted_won) {
        record->wins += one;
        add(engine, &record->won_e9, amount_e9);
    } else {
        record->losses += one;
        add(engine, &record->lost_e9, -amount_e9);
    }
    book->trades_won = record->wins;
    book->trades_closed = (uint64_t)record->wins + record->losses;
}

void engine_apply_trade(struct engine *engine, const struct event *record)
{
    const struct trade_detail *detail = (const struct trade_detail *)(record + 1);
    struct trade *trade =
        &engine->trades[engine_place(engine, record->trade.book - 1U, record->instrument)];
    CHECK(trade->id == record->trade.trade_id);
    if (trade->state == TRADE_CLOSED) {
        count_closed(engine, trade, false); /* a late fill opens it again */
    }
    bool was_live = trade_is_live(trade);
    trade->state = record->flags;
    count_live(engine, trade->instrument, was_live, trade_is_live(trade));
    trade->detail.opened_ns = detail->opened_ns;
    trade->detail.closed_ns = detail->closed_ns;
    engine_show(engine, trade);
    if (record->flags == TRADE_CLOSED) {
        count_closed(engine, trade, true);
        engine_disarm(engine, trade);
    }
}

static void apply_command(struct engine *engine, uint8_t command)
{
    if (command == COMMAND_PAUSE) {
        engine->state = ENGINE_ENTRIES_OFF;
        engine->wary = true;
    } else if (command == COMMAND_UNPAUSE) {
        engine->state = ENGINE_RUN;
    }
}

static void apply_status(struct engine *engine, const struct event *record)
{
    uint32_t bit = 1U << record->flags;
    bool begins = record->status.begins != 0;
    engine->wary = true;
    engine->outside = true;
    if (record->instrument != INSTRUMENT_NONE) {
        engine->halted[record->instrument] = begins;
    } else {
        engine->shut = begins ? engine->shut | bit : engine->shut & ~bit;
    }
}

static void apply_holding(struct engine *engine, const struct event *record)
{
    engine->wary = true;
    engine->outside = true;
    engine->foreign_e9[record->instrument] = record->holding.qty_e9;
    engine->surplus_e9[record->instrument] = 0; /* it is in what the account holds */
}

/* What the world told. */
static void apply_input(struct engine *engine, const struct event *record)
{
    switch (record->kind) {
    case EVENT_TIMER:
        engine_take_timer(engine, record->ts_ns);
        engine->scratch->exit_count = 0; /* what followed is in the records */
        return;
    case EVENT_BUSTED:
        (void)engine_apply_bust(engine, record);
        return;
    case EVENT_COMMAND:
        apply_command(engine, record->flags);
        return;
    case EVENT_STATUS:
        apply_status(engine, record);
        return;
    case EVENT_HOLDING:
        apply_holding(engine, record);
        return;
    case EVENT_ACTION:
        engine_apply_action(engine, record);
        return;
    default:
        CHECK(event_is_report(record->kind)); /* bars and ticks come by the slice */
        (void)engine_apply_report(engine, record);
    }
}

/* What the engine answered. */
static void apply_output(struct engine *engine, const struct event *record)
{
    switch (record->kind) {
    case EVENT_DEPOSIT:
        apply_deposit(engine, record);
        return;
    case EVENT_DECISION:
        engine_apply_decision(engine, record);
        return;
    case EVENT_ORDER:
        engine_apply_order(engine, record);
        return;
    case EVENT_POSTING:
        engine_apply_posting(engine, record);
        return;
    case EVENT_TRADE:
        engine_apply_trade(engine, record);
        return;
    case EVENT_SLICE:
        engine_apply_slice_record(engine, &record->slice);
        return;
    default:
        CHECK(record->kind == EVENT_NOTICE);
        engine_apply_notice(engine, record);
    }
}

void engine_apply(struct engine *engine, const struct event *record)
{
    engine->ts_ns = record->ts_ns;
    if (event_is_output(record->kind)) {
        apply_output(engine, record);
    } else if (record->kind < EVENT_LOG_START) { /* the log's own records are no state */
        apply_input(engine, record);
    }
}
