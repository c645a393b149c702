/* engine_bust.c: see engine_bust.h. */
#include "core/engine_bust.h"

#include "base/money.h"
#include "core/engine_confirmed.h"
#include "core/engine_decide.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"

/* ---- what is remembered ---- */

static struct execution *place_of(const struct engine *engine, uint64_t exec_id)
{
    return &engine->executions[exec_id % EXECUTIONS_KEPT];
}

const struct execution *engine_execution(const struct engine *engine, uint64_t exec_id)
{
    const struct execution *execution = place_of(engine, exec_id);
    return exec_id != 0 && execution->exec_id == exec_id ? execution : NULL;
}

void engine_note_execution(struct engine *engine, const struct event *fill, int64_t order_e9,
                           int64_t trade_e9)
{
    const struct event_report *report = &fill->report;
    *place_of(engine, report->exec_id) = (struct execution){
        .exec_id = report->exec_id,
        .order_id = report->order_id,
        .instrument = fill->instrument,
        .ts_ns = fill->src_ns,
        .qty_e9 = report->qty_e9,
        .order_e9 = order_e9,
        .trade_e9 = trade_e9,
        .price_e9 = report->price_e9,
        .commission_e9 = trade_e9 > 0 ? report->commission_e9 : 0,
    };
}

void engine_forget_executions(struct engine *engine, uint32_t instrument)
{
    for (uint32_t i = 0; engine->outside && i < EXECUTIONS_KEPT; i++) {
        if (engine->executions[i].instrument == instrument) {
            engine->executions[i].exec_id = 0;
        }
    }
}

/* ---- the order ---- */

/* An order that has ended stays as it ended. What was taken back does not fill again, so an exit
 * that works has no more left than before; of an entry the broker says when it ends. */
static void take_from_order(struct order *order, const struct execution *execution)
{
    order->filled_e9 -= execution->order_e9;
    if (order_is_working(order) && order_id_role(order->id) != ORDER_ROLE_ENTRY) {
        order->qty_e9 -= execution->order_e9;
    }
}

/* What of it was beside our trades already is the account's no more. */
static void take_from_surplus(struct engine *engine, const struct execution *execution)
{
    int64_t *sum_e9 = &engine->surplus_e9[execution->instrument];
    int64_t beside_e9 = execution->qty_e9 - execution->trade_e9;
    *sum_e9 = order_id_role(execution->order_id) == ORDER_ROLE_ENTRY
                  ? money_sub_capped(*sum_e9, beside_e9)
                  : money_add_capped(*sum_e9, beside_e9);
}

bool engine_apply_bust(struct engine *engine, const struct event *bust)
{
    const struct event_report *report = &bust->report;
    struct execution *execution = place_of(engine, report->exec_id);
    engine->scratch->taken_back = (struct execution){0};
    if (report->exec_id == 0 || execution->exec_id != report->exec_id ||
        execution->order_id != report->order_id || execution->instrument != bust->instrument ||
        execution->trade_e9 != report->qty_e9 || execution->price_e9 != report->price_e9) {
        return false;
    }
    engine->scratch->taken_back = *execution;
    execution->exec_id = 0;
    take_from_surplus(engine, &engine->scratch->taken_back);
    engine->wary = true; /* what no trade can take keeps its symbol shut */
    engine->filled = true;
    engine->counters.fills--;
    engine->counters.busts++;
    struct trade *trade = engine_trade(engine, bust->instrument, report->order_id);
    struct order *order = trade == NULL ? NULL : trade_order(trade, report->order_id);
    if (order != NULL) {
        take_from_order(order, &engine->scratch->taken_back);
    }
    if (trade != NULL) {
        trade->busted = true;
        engine_show(engine, trade);
    }
    return true;
}

/* ---- ledger lines ---- */

static void add(struct engine *engine, int64_t *sum, int64_t amount)
{
    if (money_add(*sum, amount, sum) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
}

/* Shares between cash and the trade, at the execution's price. */
static void move_shares(struct engine *engine, struct trade *trade,
                        const struct event_posting *posting)
{
    struct trade_detail *detail = &trade->detail;
    bool back = posting->debit == ACCOUNT_POSITIONS; /* a sale was taken back, else a purchase */
    int64_t amount_e9 = back ? posting->amount_e9 : -posting->amount_e9;
    add(engine, &trade->qty_e9, posting->qty_e9);
    add(engine, &trade->cost_e9, amount_e9);
    add(engine, back ? &detail->exit_qty_e9 : &detail->entry_qty_e9,
        back ? -posting->qty_e9 : posting->qty_e9);
    add(engine, back ? &detail->exit_value_e9 : &detail->entry_value_e9, -posting->amount_e9);
}

/* Between cost and result. */
static void move_result(struct engine *engine, struct trade *trade,
                        const struct event_posting *posting)
{
    int64_t amount_e9 =
        posting->debit == ACCOUNT_POSITIONS ? posting->amount_e9 : -posting->amount_e9;
    add(engine, &trade->cost_e9, amount_e9);
    add(engine, &trade->realized_e9, amount_e9);
    add(engine, &engine->books[trade->book - 1].realized_e9, amount_e9);
}

/* Rules that the engine holds are measured from the average of the purchases that stand. */
static void measure_again(struct engine *engine, struct trade *trade)
{
    const struct exit_plan *plan = &engine->books[trade->book - 1].plan.exits;
    const struct trade_detail *detail = &trade->detail;
    int64_t average_e9;
    if (detail->entry_qty_e9 > 0 && closer_has_rules(plan) &&
        money_mul_div(detail->entry_value_e9, MONEY_E9, detail->entry_qty_e9, ROUND_EVEN,
                      &average_e9) == ERR_OK) {
        closer_take_entry(plan, &trade->exits, average_e9, engine->ts_ns, false);
        trade->stop_price_e9 = closer_first_stop_e9(plan, average_e9, trade->exits.atr_e9);
    }
    engine_set_band(engine, trade->instrument);
}

/* Cash for shares that are no trade's: neither gain nor loss. */
static void post_beside(struct engine *engine, const struct event *event)
{
    const struct event_posting *posting = &event->posting;
    int64_t *sum_e9 = &engine->surplus_e9[event->instrument];
    *sum_e9 = money_add_capped(*sum_e9, posting->qty_e9);
    engine->counters.surpluses += posting->qty_e9 != 0 ? 1 : 0;
    engine_move_measures(engine,
                         posting->debit == ACCOUNT_CASH ? posting->amount_e9 : -posting->amount_e9);
}

void engine_post_bust(struct engine *engine, struct trade *trade, const struct event *event)
{
    const struct event_posting *posting = &event->posting;
    if (ledger_post(&engine->ledger, event->instrument, posting) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
        return;
    }
    if (trade == NULL) {
        post_beside(engine, event);
    } else if (posting->credit == ACCOUNT_COMMISSION) {
        add(engine, &trade->detail.commission_e9, -posting->amount_e9);
        add(engine, &engine->books[trade->book - 1].commission_e9, -posting->amount_e9);
    } else if (posting->debit == ACCOUNT_REALIZED || posting->credit == ACCOUNT_REALIZED) {
        move_result(engine, trade, posting);
    } else {
        move_shares(engine, trade, posting);
        engine_mark(engine, event->instrument, view_close_e9(engine->view, event->instrument));
        if (engine->closes) {
            measure_again(engine, trade);
        }
    }
}

/* ---- what a bust comes to ---- */

/* The lines of one bust, one behind the other. */
struct lines {
    struct engine *engine;
    const struct event *bust;
    struct output *output;
};

/* Writes a line and applies it. `trade`: NULL for what is beside all of them. */
static void post(const struct lines *lines, struct trade *trade, uint16_t debit, uint16_t credit,
                 int64_t amount_e9, int64_t qty_e9)
{
    const struct event *bust = lines->bust;
    struct event *record = output_place(lines->output, 1);
    begin_record(record, EVENT_POSTING, 1, bust->ts_ns, bust->src_ns, bust->instrument);
    record->flags = POSTING_TAKES_BACK;
    record->posting.amount_e9 = amount_e9;
    record->posting.qty_e9 = qty_e9;
    record->posting.order_id = trade == NULL ? 0 : bust->report.order_id;
    record->posting.exec_id = bust->report.exec_id;
    record->posting.debit = debit;
    record->posting.credit = credit;
    record->posting.book = trade == NULL ? 0 : trade->book;
    engine_post_bust(lines->engine, trade, output_commit(lines->output));
}

/* Of what is held by the purchases that stand. */
static enum err cost_held(const struct trade *trade, int64_t *cost_e9)
{
    const struct trade_detail *detail = &trade->detail;
    *cost_e9 = 0;
    return detail->entry_qty_e9 <= 0 || trade->qty_e9 == 0
               ? ERR_OK
               : money_mul_div(detail->entry_value_e9, trade->qty_e9, detail->entry_qty_e9,
                               ROUND_EVEN, cost_e9);
}

/* What of it concerns its trade: shares and cash, cost and result, commission. */
static void post_to_trade(const struct lines *lines, struct trade *trade, bool bought,
                          int64_t qty_e9, int64_t value_e9)
{
    int64_t cost_e9;
    if (bought) {
        post(lines, trade, ACCOUNT_CASH, ACCOUNT_POSITIONS, value_e9, -qty_e9);
    } else {
        post(lines, trade, ACCOUNT_POSITIONS, ACCOUNT_CASH, value_e9, qty_e9);
    }
    if (cost_held(trade, &cost_e9) != ERR_OK) {
        engine_fail(lines->engine, ENGINE_FAULT_RANGE);
    } else if (cost_e9 > trade->cost_e9) {
        post(lines, trade, ACCOUNT_POSITIONS, ACCOUNT_REALIZED, cost_e9 - trade->cost_e9, 0);
    } else if (cost_e9 < trade->cost_e9) {
        post(lines, trade, ACCOUNT_REALIZED, ACCOUNT_POSITIONS, trade->cost_e9 - cost_e9, 0);
    }
}

static void post_bust(const struct lines *lines, struct trade *trade,
                      const struct execution *execution)
{
    bool bought = order_id_role(execution->order_id) == ORDER_ROLE_ENTRY;
    int64_t most_e9 = trade == NULL ? 0 : bought ? trade->qty_e9 : execution->trade_e9;
    int64_t trade_e9 = execution->trade_e9 < most_e9 ? execution->trade_e9 : most_e9;
    int64_t beside_e9 = execution->trade_e9 - trade_e9;
    int64_t value_e9 = 0;
    int64_t whole_e9 = 0;
    if (money_notional(execution->price_e9, execution->trade_e9, ROUND_EVEN, &whole_e9) != ERR_OK ||
        money_notional(execution->price_e9, trade_e9, ROUND_EVEN, &value_e9) != ERR_OK) {
        engine_fail(lines->engine, ENGINE_FAULT_RANGE);
        return;
    }
    if (trade_e9 > 0) {
        post_to_trade(lines, trade, bought, trade_e9, value_e9);
    }
    if (beside_e9 > 0) {
        post(lines, NULL, bought ? ACCOUNT_CASH : ACCOUNT_TRANSFERS,
             bought ? ACCOUNT_TRANSFERS : ACCOUNT_CASH, whole_e9 - value_e9,
             bought ? -beside_e9 : beside_e9);
    }
    if (execution->commission_e9 > 0) {
        post(lines, trade, ACCOUNT_CASH, trade == NULL ? ACCOUNT_TRANSFERS : ACCOUNT_COMMISSION,
             execution->commission_e9, 0);
    }
}

void engine_on_bust(struct engine *engine, const struct event *bust, struct output *output)
{
    if (!engine_apply_bust(engine, bust)) {
        return;
    }
    const struct execution execution = engine->scratch->taken_back;
    const struct lines lines = {.engine = engine, .bust = bust, .output = output};
    struct trade *trade = engine_trade(engine, bust->instrument, bust->report.order_id);
    post_bust(&lines, trade, &execution);
    if (trade != NULL && decide_trade(trade, bust, output_place(output, 2))) {
        engine_apply_trade(engine, output_commit(output));
    }
    if (engine->fault == ENGINE_FAULT_NONE) {
        engine_fit_busted(engine, trade, bust->instrument, output);
    }
}
