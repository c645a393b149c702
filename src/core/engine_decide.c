/* engine_decide.c: gates, orders and the consequences of reports, all on const state. */
#include "core/engine_decide.h"

#include "base/check.h"
#include "base/hot.h"
#include "base/money.h"
#include "core/decision_hash.h"
#include "core/engine_confirmed.h"
#include "core/engine_exits.h"
#include "core/engine_split.h"
#include "core/gate_input.h"

/* ---- from a decision to an order ---- */

/* price x quantity in cash, or -1 when it leaves the range. */
static int64_t value_or_none(int64_t price_e9, int64_t qty_e9)
{
    int64_t value_e9 = -1;
    (void)money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9); /* out of range leaves -1 */
    return value_e9;
}

static struct gate_result ask_gates(const struct engine *engine, const struct gate_order *order)
{
    UNSET struct gate_input input;
    gate_input_fill(engine, order, &input);
    if (engine->gate_trace != NULL) {
        engine->gate_trace->take(engine->gate_trace->context, order->book, order->instrument,
                                 order->reference_price_e9, order->qty_e9, &input);
    }
    return gates_entry(&input);
}

/* The quantity by the book's rule, for any but a plain quantity. What it comes to without a share
 * is refused with the numbers that led there. */
RARELY static void size_by_rule(const struct engine *engine, struct gate_order *order,
                                struct event *decision)
{
    const struct book *book = &engine->books[order->book];
    struct sizing_input input = {
        .price_e9 = order->limit_price_e9 != 0 ? order->limit_price_e9 : order->reference_price_e9,
        .stop_price_e9 = order->stop_price_e9,
        .atr_e9 = engine_atr_e9(engine, order->book, order->instrument),
        .record = book->record,
    };
    struct sizing_result result = {0};
    if (ledger_equity(&engine->ledger, &input.equity_e9) == ERR_OK) {
        sizing_quantity(&book->plan.sizing, &input, &result);
    }
    order->qty_e9 = result.qty_e9;
    if (result.qty_e9 == 0) {
        decision->decision.verdict = VERDICT_NO_SIZE;
        decision->decision.value = result.spend_e9;
        decision->decision.limit = input.price_e9;
    }
}

/* The limit price of an entry, and where its plan would end it with a loss. */
RARELY static void plan_prices(const struct engine *engine, struct gate_order *order)
{
    const struct book_plan *plan = &engine->books[order->book].plan;
    if (order->type == ORDER_TYPE_LIMIT) {
        order->limit_price_e9 =
            closer_limit_price_e9(order->reference_price_e9, plan->entry.limit_offset_ppm);
    }
    int64_t price_e9 =
        order->limit_price_e9 != 0 ? order->limit_price_e9 : order->reference_price_e9;
    order->stop_price_e9 = closer_first_stop_e9(
        &plan->exits, price_e9, engine_atr_e9(engine, order->book, order->instrument));
}

/* The entry as the book's plan wants it; the decision's verdict says when it comes to nothing. */
static void size_entry(const struct engine *engine, int64_t ts_ns,
                       const struct candidate *candidate, struct gate_order *order,
                       struct event *decision)
{
    const struct book_plan *plan = &engine->books[candidate->book].plan;
    order->book = candidate->book;
    order->instrument = candidate->instrument;
    order->ts_ns = ts_ns;
    order->qty_e9 = plan->sizing.qty_e9;
    order->reference_price_e9 = view_close_e9(engine->view, candidate->instrument);
    order->limit_price_e9 = 0;
    order->stop_price_e9 = 0;
    order->type = plan->entry.type == 0 ? ORDER_TYPE_MARKET : (uint8_t)plan->entry.type;
    order->time_in_force =
        plan->entry.time_in_force == 0 ? TIME_IN_FORCE_GTC : (uint8_t)plan->entry.time_in_force;
    if (order->type != ORDER_TYPE_MARKET || engine->closes) {
        plan_prices(engine, order);
    }
    if (plan->sizing.kind != SIZING_FIXED || plan->sizing.cap_ppm != 0) {
        size_by_rule(engine, order, decision);
    }
}

static void write_decision(const struct engine *engine, int64_t ts_ns,
                           const struct candidate *candidate, const struct seat *seat,
                           struct event *record)
{
    const struct book *book = &engine->books[candidate->book];
    struct decision_inputs *inputs = (struct decision_inputs *)(record + 1);
    uint32_t count =
        book->series_count < DECISION_INPUTS_MAX ? book->series_count : DECISION_INPUTS_MAX;
    begin_record(record, EVENT_DECISION, 2, ts_ns, ts_ns, candidate->instrument);
    record->flags = candidate->decision.act;
    record->decision.strength_ppm = (int32_t)candidate->decision.strength_ppm;
    record->decision.confidence_ppm = (int32_t)candidate->decision.confidence_ppm;
    record->decision.book = (uint16_t)(candidate->book + 1);
    record->decision.reason = candidate->decision.reason;
    inputs->count = count;
    for (uint32_t i = 0; i < count; i++) {
        inputs->bits[i] = seat->context.series[i]->now.bits;
    }
}

static void write_order(int64_t ts_ns, const struct candidate *candidate, bool entry,
                        uint64_t order_id, int64_t qty_e9, int64_t price_e9, struct event *record)
{
    struct order_request *request = (struct order_request *)record;
    begin_record(record, EVENT_ORDER, 2, ts_ns, ts_ns, candidate->instrument);
    record->flags = entry ? ORDER_ROLE_ENTRY : ORDER_ROLE_EXIT | EXIT_CAUSE_SIGNAL << 4;
    record->order.order_id = order_id;
    record->order.qty_e9 = qty_e9;
    record->order.reference_price_e9 = price_e9;
    record->order.book = (uint16_t)(candidate->book + 1);
    record->order.type = ORDER_TYPE_MARKET;
    record->order.time_in_force = TIME_IN_FORCE_GTC;
    record->order.leg_count = 1;
    request->legs[0].instrument = candidate->instrument;
    request->legs[0].ratio = entry ? 1 : -1;
}

/* Whether something outside of the gates keeps entries in the instrument shut, with its numbers. */
RARELY static bool is_shut(const struct engine *engine, uint32_t instrument, struct event *decision)
{
    const struct trade *trades = &engine->trades[engine_place(engine, 0, instrument)];
    int64_t unknown = 0;
    for (uint32_t book = 0; book < engine->book_count; book++) {
        const struct trade *trade = &trades[book];
        unknown += (trade->entry.state == ORDER_UNKNOWN) + (trade->exit.state == ORDER_UNKNOWN) +
                   (trade->target.state == ORDER_UNKNOWN) + (trade->stop.state == ORDER_UNKNOWN);
    }
    if (engine->state == ENGINE_ENTRIES_OFF) {
        decision->decision.verdict = VERDICT_ENTRIES_OFF;
    } else if (engine->shut != 0) {
        decision->decision.verdict = VERDICT_NOT_READY;
        decision->decision.value = engine->shut;
    } else if (engine->halted[instrument]) {
        decision->decision.verdict = VERDICT_TRADING_HALTED;
    } else if (engine->foreign_e9[instrument] != 0 || engine->surplus_e9[instrument] != 0) {
        decision->decision.verdict = VERDICT_FOREIGN;
        decision->decision.value = engine_beside_e9(engine, instrument);
    } else if (unknown > 0) {
        decision->decision.verdict = VERDICT_UNKNOWN_ORDER;
        decision->decision.value = unknown;
    } else {
        return false;
    }
    return true;
}

/* Whether a trade of the instrument stands without the protection that its plan promises. */
static bool is_bare(const struct engine *engine, uint32_t instrument, struct event *decision)
{
    const struct trade *trade = &engine->trades[engine_place(engine, 0, instrument)];
    int64_t bare = 0;
    for (const struct trade *const end = trade + engine->book_count; trade < end; trade++) {
        bare += trade->exits.bare && trade->qty_e9 != 0 ? 1 : 0;
    }
    if (bare > 0) {
        decision->decision.verdict = VERDICT_UNPROTECTED;
        decision->decision.value = bare;
    }
    return bare > 0;
}

/* One call, for a run in which either may be. */
RARELY static bool cannot_enter(const struct engine *engine, uint32_t instrument,
                                struct event *decision)
{
    return (engine->wary && is_shut(engine, instrument, decision)) ||
           (engine->closes && is_bare(engine, instrument, decision));
}

/* Whether no exit can be sent, with the numbers of it. What rests at the broker is canceled before
 * it is known what can be sold. */
static bool cannot_exit(const struct engine *engine, const struct trade *trade,
                        struct event *decision)
{
    if (trade->exit_attempts >= ORDER_ATTEMPT_MAX) {
        decision->decision.verdict = VERDICT_EXIT_ATTEMPTS;
        decision->decision.value = trade->exit_attempts;
        decision->decision.limit = ORDER_ATTEMPT_MAX;
        return true;
    }
    if (!trade_is_protected(trade) && engine_sellable_e9(engine, trade) == 0) {
        decision->decision.verdict = VERDICT_MISSING;
        decision->decision.value = engine_missing_e9(engine, trade->instrument);
        return true;
    }
    return false;
}

bool decide_candidate(const struct engine *engine, int64_t ts_ns, const struct candidate *candidate,
                      struct event *decision, struct event *order)
{
    size_t place = engine_place(engine, candidate->book, candidate->instrument);
    const struct trade *trade = &engine->trades[place];
    bool entry = candidate->decision.act == ACT_BUY;
    UNSET struct gate_order wanted;

    write_decision(engine, ts_ns, candidate, &engine->seats[place], decision);
    if (entry && (engine->wary | engine->closes) &&
        cannot_enter(engine, candidate->instrument, decision)) {
        return false;
    }
    if (entry) {
        size_entry(engine, ts_ns, candidate, &wanted, decision);
        if (decision->decision.verdict != VERDICT_PASS) {
            return false;
        }
        struct gate_result gates = ask_gates(engine, &wanted);
        decision->decision.verdict = gates.verdict;
        decision->decision.value = gates.value;
        decision->decision.limit = gates.limit;
        if (gates.verdict != VERDICT_PASS) {
            return false;
        }
    }
    if (!entry && cannot_exit(engine, trade, decision)) {
        return false;
    }
    uint64_t order_id = entry ? order_id_make(engine->next_trade_id, ORDER_ROLE_ENTRY, 1)
                              : order_id_make(trade->id, ORDER_ROLE_EXIT, trade->exit_attempts + 1);
    decision->decision.order_id = order_id;
    if (!entry && trade_is_protected(trade)) {
        return false; /* by the way of its group: engine_close_trade() */
    }
    write_order(ts_ns, candidate, entry, order_id,
                entry ? wanted.qty_e9 : engine_sellable_e9(engine, trade),
                view_close_e9(engine->view, candidate->instrument), order);
    if (entry) {
        order->order.type = wanted.type;
        order->order.time_in_force = wanted.time_in_force;
        order->order.limit_price_e9 = wanted.limit_price_e9;
    }
    return true;
}

/* ---- what a report means ---- */

static void write_posting(const struct event *fill, uint16_t book, uint16_t debit, uint16_t credit,
                          int64_t amount_e9, int64_t qty_e9, struct event *record)
{
    begin_record(record, EVENT_POSTING, 1, fill->ts_ns, fill->src_ns, fill->instrument);
    record->posting.amount_e9 = amount_e9;
    record->posting.qty_e9 = qty_e9;
    record->posting.order_id = fill->report.order_id;
    record->posting.exec_id = fill->report.exec_id;
    record->posting.debit = debit;
    record->posting.credit = credit;
    record->posting.book = book;
}

/* A sale takes the average cost out of the position; the rest is the result. */
static uint32_t write_sale(const struct trade *trade, const struct event *fill, int64_t value_e9,
                           struct event *postings)
{
    uint32_t count = 0;
    int64_t qty_e9 = fill->report.qty_e9;
    int64_t cost_e9 = ledger_cost_leaving_e9(trade->cost_e9, trade->qty_e9, qty_e9);
    int64_t result_e9 = value_e9 - cost_e9; /* both >= 0: cannot overflow */
    write_posting(fill, trade->book, ACCOUNT_CASH, ACCOUNT_POSITIONS, cost_e9, -qty_e9,
                  &postings[count++]);
    if (result_e9 > 0) {
        write_posting(fill, trade->book, ACCOUNT_CASH, ACCOUNT_REALIZED, result_e9, 0,
                      &postings[count++]);
    } else if (result_e9 < 0) {
        write_posting(fill, trade->book, ACCOUNT_REALIZED, ACCOUNT_CASH, -result_e9, 0,
                      &postings[count++]);
    }
    return count;
}

/* Flat: whether the one product here costs a call is otherwise the linker's mood. */
__attribute__((flatten)) uint32_t decide_fill_postings(const struct engine *engine,
                                                       const struct trade *trade,
                                                       const struct event *fill,
                                                       struct event *postings)
{
    if (engine->fault != ENGINE_FAULT_NONE) {
        return 0;
    }
    int64_t value_e9 = value_or_none(fill->report.price_e9, fill->report.qty_e9);
    if (value_e9 < 0) {
        return 0;
    }
    uint32_t count = 0;
    if (order_id_role(fill->report.order_id) == ORDER_ROLE_ENTRY) {
        write_posting(fill, trade->book, ACCOUNT_POSITIONS, ACCOUNT_CASH, value_e9,
                      fill->report.qty_e9, &postings[count++]);
    } else if (fill->report.qty_e9 <= trade->qty_e9) {
        count = write_sale(trade, fill, value_e9, postings);
    } else {
        return 0; /* the two ledgers will disagree, which stops the run */
    }
    if (fill->report.commission_e9 > 0) {
        write_posting(fill, trade->book, ACCOUNT_COMMISSION, ACCOUNT_CASH,
                      fill->report.commission_e9, 0, &postings[count++]);
    }
    return count;
}

/* ---- cash without an execution ---- */

/* Income is credited, a payment debited; of the account, of no trade. */
static void write_income(const struct event *cash, uint16_t account, struct event *record)
{
    int64_t amount_e9 = cash->account_cash.amount_e9;
    bool paid = amount_e9 >= 0;
    begin_record(record, EVENT_POSTING, 1, cash->ts_ns, cash->src_ns, cash->instrument);
    record->posting.amount_e9 = paid ? amount_e9 : -amount_e9;
    record->posting.debit = paid ? ACCOUNT_CASH : account;
    record->posting.credit = paid ? account : ACCOUNT_CASH;
}

uint32_t decide_cash_postings(const struct engine *engine, const struct event *cash,
                              struct event *postings)
{
    switch ((enum cash_cause)cash->flags) {
    case CASH_DIVIDEND:
        write_income(cash, ACCOUNT_DIVIDENDS, postings);
        return 1;
    case CASH_RECONCILED:
        write_income(cash, ACCOUNT_TRANSFERS, postings);
        return 1;
    case CASH_INTEREST:
        write_income(cash, ACCOUNT_INTEREST, postings);
        return 1;
    case CASH_SPLIT:
        return engine->fault == ENGINE_FAULT_NONE ? decide_split_postings(engine, cash, postings)
                                                  : 0;
    }
    return 0; /* no cause that we know: the two ledgers will disagree */
}

/* ---- the trade ---- */

/* What the trade is now that the report was applied. */
static enum trade_state next_trade_state(const struct trade *trade)
{
    bool quiet = !order_is_working(&trade->entry) && !order_is_working(&trade->exit) &&
                 !trade_is_protected(trade);
    if (trade->qty_e9 != 0) {
        return TRADE_OPEN;
    }
    if (quiet) { /* and nothing can fill any more */
        return trade->detail.entry_qty_e9 > 0 ? TRADE_CLOSED : TRADE_VOID;
    }
    return (enum trade_state)trade->state;
}

/* decide_trade(). Always inline: an order's path has its own, a split's another. */
__attribute__((always_inline)) static inline bool
trade_moves(const struct trade *trade, const struct event *report, struct event *record)
{
    /* Also of a trade that has ended: what was canceled may still have filled. */
    enum trade_state next = next_trade_state(trade);
    if (next == (enum trade_state)trade->state) {
        return false;
    }
    struct trade_detail *detail = (struct trade_detail *)(record + 1);
    begin_record(record, EVENT_TRADE, 2, report->ts_ns, report->src_ns, trade->instrument);
    record->flags = (uint8_t)next;
    record->trade.trade_id = trade->id;
    record->trade.qty_e9 = trade->qty_e9;
    record->trade.cost_e9 = trade->cost_e9;
    record->trade.realized_e9 = trade->realized_e9;
    record->trade.book = trade->book;
    record->trade.exit_cause = trade->exits.cause;
    detail->opened_ns = trade->detail.opened_ns;
    detail->closed_ns = trade->detail.closed_ns;
    detail->entry_qty_e9 = trade->detail.entry_qty_e9;
    detail->entry_value_e9 = trade->detail.entry_value_e9;
    detail->exit_qty_e9 = trade->detail.exit_qty_e9;
    detail->exit_value_e9 = trade->detail.exit_value_e9;
    detail->commission_e9 = trade->detail.commission_e9;
    if (next == TRADE_OPEN) {
        detail->opened_ns = trade->detail.opened_ns == 0 ? report->ts_ns : trade->detail.opened_ns;
        detail->closed_ns = 0;
    } else if (next == TRADE_CLOSED) {
        detail->closed_ns = report->ts_ns;
    } else if (next == TRADE_VOID) { /* what opened it may have been taken back */
        detail->opened_ns = 0;
    }
    return true;
}

bool decide_trade(const struct trade *trade, const struct event *report, struct event *record)
{
    return trade_moves(trade, report, record);
}

bool decide_split_trade(const struct engine *engine, uint32_t book, const struct event *cash,
                        struct event *record)
{
    const struct trade *trade = &engine->trades[engine_place(engine, book, cash->instrument)];
    return trade_is_live(trade) && trade_moves(trade, cash, record);
}
