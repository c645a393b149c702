/* engine_decide.c: strategies, ranking, gates, orders and the consequences of fills, all on const
 * state. */
#include "core/engine_decide.h"

#include "base/check.h"
#include "base/money.h"
#include "core/decision_hash.h"

/* ---- what the strategies say ---- */

static uint64_t hash_evaluation(const struct book *book, const struct strategy_context *context,
                                uint32_t book_number, int64_t ts_ns, struct decision decision,
                                uint64_t hash)
{
    uint64_t what = (uint64_t)context->instrument << 32 | (uint64_t)book_number << 16 |
                    (uint64_t)decision.reason << 8 | (uint64_t)decision.act;
    uint64_t x = (uint64_t)ts_ns * DECISION_HASH_A + what * DECISION_HASH_B;
    for (uint32_t i = 0; i < book->series_count; i++) {
        const struct sma *sma = view_sma(context->view, context->instrument, book->series[i]);
        x += (uint64_t)sma->sum_e9 * book->hash_factors[i];
    }
    return decision_hash_step(hash, x);
}

/* BUY opens when the book is flat in the instrument, SELL closes what it holds. */
static bool is_possible(enum act act, enum holding holding)
{
    return (act == ACT_BUY && holding == HOLDING_FLAT) ||
           (act == ACT_SELL && holding == HOLDING_LONG);
}

static void evaluate_book(const struct engine *engine, uint32_t book_index,
                          const struct slice *slice, struct evaluation *evaluation)
{
    const struct book *book = &engine->books[book_index];
    const uint8_t *holdings = &engine->holdings[(size_t)book_index * engine->instrument_count];
    const uint64_t warmup = (uint64_t)book->plan.parameters[PARAMETER_WARMUP_BARS];
    struct strategy_context context = {
        .view = engine->view, .parameters = book->plan.parameters, .series = book->series};
    uint64_t hash = evaluation->hash;
    for (uint32_t i = 0; i < slice->count; i++) {
        context.instrument = slice->bars[i].instrument;
        if (view_bars(engine->view, context.instrument) <= warmup) {
            continue;
        }
        context.holding = (enum holding)holdings[context.instrument];
        struct decision decision = book->plan.strategy->decide(&context);
        hash = hash_evaluation(book, &context, book_index + 1, slice->end.ts_ns, decision, hash);
        evaluation->count++;
        if (decision.act != ACT_HOLD && is_possible(decision.act, context.holding)) {
            evaluation->candidates[evaluation->candidate_count++] = (struct candidate){
                .decision = decision, .book = book_index, .instrument = context.instrument};
        }
    }
    evaluation->hash = hash;
}

/* Whether a goes before b. */
static bool goes_before(const struct candidate *a, const struct candidate *b)
{
    if (a->decision.act != b->decision.act) {
        return a->decision.act == ACT_SELL;
    }
    if (a->decision.confidence_ppm != b->decision.confidence_ppm) {
        return a->decision.confidence_ppm > b->decision.confidence_ppm;
    }
    if (a->instrument != b->instrument) {
        return a->instrument < b->instrument;
    }
    return a->book < b->book;
}

/* Insertion sort: candidates are few and nearly in order. */
static void rank(struct candidate *candidates, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct candidate moving = candidates[i];
        uint32_t at = i;
        for (; at > 0 && goes_before(&moving, &candidates[at - 1]); at--) {
            candidates[at] = candidates[at - 1];
        }
        candidates[at] = moving;
    }
}

void decide_evaluate(const struct engine *engine, const struct slice *slice,
                     struct evaluation *evaluation)
{
    for (uint32_t book = 0; book < engine->book_count; book++) {
        evaluate_book(engine, book, slice, evaluation);
    }
    rank(evaluation->candidates, evaluation->candidate_count);
}

/* ---- from a decision to an order ---- */

/* price x quantity in cash, or -1 when it leaves the range. */
static int64_t value_or_none(int64_t price_e9, int64_t qty_e9)
{
    int64_t value_e9 = -1;
    (void)money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9); /* out of range leaves -1 */
    return value_e9;
}

/* Cash that working entries will still need, and what those of one instrument are worth. */
static void open_entries(const struct engine *engine, uint32_t instrument, int64_t *reserved_e9,
                         int64_t *instrument_e9)
{
    __int128 reserved = 0;
    __int128 same_instrument = 0;
    size_t trades = (size_t)engine->book_count * engine->instrument_count;
    for (size_t i = 0; i < trades && engine->exposed_count > 0; i++) {
        const struct trade *trade = &engine->trades[i];
        if (!order_is_working(&trade->entry)) {
            continue;
        }
        int64_t rest_e9 = trade->entry.qty_e9 - trade->entry.filled_e9;
        int64_t value_e9 = value_or_none(trade->entry.reference_price_e9, rest_e9);
        reserved += value_e9 + engine->commission_e9;
        same_instrument += trade->instrument == instrument ? value_e9 : 0;
    }
    *reserved_e9 = reserved > INT64_MAX ? INT64_MAX : (int64_t)reserved;
    *instrument_e9 = same_instrument > INT64_MAX ? INT64_MAX : (int64_t)same_instrument;
}

static struct gate_result ask_gates(const struct engine *engine, uint32_t instrument,
                                    int64_t price_e9, int64_t qty_e9)
{
    const struct position *position = &engine->ledger.positions[instrument];
    int64_t reserved_e9;
    int64_t entering_e9;
    open_entries(engine, instrument, &reserved_e9, &entering_e9);
    struct gate_input input = {
        .limits = &engine->limits,
        .order_value_e9 = value_or_none(price_e9, qty_e9),
        .commission_e9 = engine->commission_e9,
        .position_qty_e9 = position->qty_e9,
        .session_equity_e9 = engine->session_equity_e9,
        .open_positions = engine->exposed_count + (engine->exposed[instrument] ? 0 : 1),
        .session_entries = (uint32_t)engine->counters.session_entries + 1,
    };
    if (money_add(position->value_e9, entering_e9, &input.instrument_value_e9) != ERR_OK ||
        money_sub(ledger_cash_e9(&engine->ledger), reserved_e9, &input.free_cash_e9) != ERR_OK ||
        ledger_equity(&engine->ledger, &input.equity_e9) != ERR_OK) {
        input.order_value_e9 = -1; /* what cannot be computed is refused */
    }
    return gates_entry(&input);
}

static void fill_decision(const struct engine *engine, int64_t ts_ns,
                          const struct candidate *candidate, struct decision_record *record)
{
    const struct book *book = &engine->books[candidate->book];
    *record = (struct decision_record){
        .head = {.ts_ns = ts_ns,
                 .src_ns = ts_ns,
                 .kind = EVENT_DECISION,
                 .version = 1,
                 .slots = 2,
                 .flags = (uint8_t)candidate->decision.act,
                 .instrument = candidate->instrument,
                 .decision = {.strength_ppm = candidate->decision.strength_ppm,
                              .confidence_ppm = candidate->decision.confidence_ppm,
                              .book = (uint16_t)(candidate->book + 1),
                              .reason = candidate->decision.reason}},
    };
    uint32_t count =
        book->series_count < DECISION_INPUTS_MAX ? book->series_count : DECISION_INPUTS_MAX;
    record->inputs.count = count;
    for (uint32_t i = 0; i < count; i++) {
        record->inputs.value_e9[i] =
            view_value_e9(engine->view, candidate->instrument, book->series[i]);
    }
}

void decide_candidate(const struct engine *engine, int64_t ts_ns, const struct candidate *candidate,
                      struct decision_record *decision, struct order_request *order, bool *ordered)
{
    const struct book *book = &engine->books[candidate->book];
    const struct trade *trade =
        &engine->trades[(size_t)candidate->book * engine->instrument_count + candidate->instrument];
    bool entry = candidate->decision.act == ACT_BUY;
    int64_t price_e9 = view_close_e9(engine->view, candidate->instrument);
    int64_t qty_e9 = entry ? book->plan.qty_e9 : trade->qty_e9;
    uint64_t order_id = entry ? order_id_make(engine->next_trade_id, ORDER_ROLE_ENTRY, 1)
                              : order_id_make(trade->id, ORDER_ROLE_EXIT, trade->exit_attempts + 1);

    fill_decision(engine, ts_ns, candidate, decision);
    struct event_decision *said = &decision->head.decision;
    if (entry) {
        struct gate_result gates = ask_gates(engine, candidate->instrument, price_e9, qty_e9);
        said->verdict = gates.verdict;
        said->value = gates.value;
        said->limit = gates.limit;
    }
    *ordered = said->verdict == VERDICT_PASS;
    if (!*ordered) {
        return;
    }
    said->order_id = order_id;
    *order = (struct order_request){
        .head = {.ts_ns = ts_ns,
                 .src_ns = ts_ns,
                 .kind = EVENT_ORDER,
                 .version = 1,
                 .slots = 2,
                 .flags = entry ? ORDER_ROLE_ENTRY : ORDER_ROLE_EXIT,
                 .instrument = candidate->instrument,
                 .order = {.order_id = order_id,
                           .qty_e9 = qty_e9,
                           .reference_price_e9 = price_e9,
                           .book = (uint16_t)(candidate->book + 1),
                           .type = ORDER_TYPE_MARKET,
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{.instrument = candidate->instrument, .ratio = entry ? 1 : -1}},
    };
}

/* ---- what a report means ---- */

/* Whether this fill was the one that apply just took. */
static const struct trade *filled_trade(const struct engine *engine, const struct event *fill)
{
    if (engine->fault != ENGINE_FAULT_NONE || fill->report.exec_id != engine->last_exec_id) {
        return NULL;
    }
    return engine_trade(engine, fill->instrument, fill->report.order_id);
}

static struct event posting_of(const struct event *fill, uint16_t book, uint16_t debit,
                               uint16_t credit, int64_t amount_e9, int64_t qty_e9)
{
    return (struct event){
        .ts_ns = fill->ts_ns,
        .src_ns = fill->src_ns,
        .kind = EVENT_POSTING,
        .version = 1,
        .slots = 1,
        .instrument = fill->instrument,
        .posting = {.amount_e9 = amount_e9,
                    .qty_e9 = qty_e9,
                    .order_id = fill->report.order_id,
                    .exec_id = fill->report.exec_id,
                    .debit = debit,
                    .credit = credit,
                    .book = book},
    };
}

/* A sale takes the average cost out of the position; the rest is the result. */
static uint32_t sale_postings(const struct trade *trade, const struct event *fill, int64_t value_e9,
                              struct event *postings)
{
    uint32_t count = 0;
    int64_t qty_e9 = fill->report.qty_e9;
    int64_t cost_e9 = ledger_cost_leaving_e9(trade->cost_e9, trade->qty_e9, qty_e9);
    int64_t result_e9 = value_e9 - cost_e9; /* both >= 0: cannot overflow */
    postings[count++] =
        posting_of(fill, trade->book, ACCOUNT_CASH, ACCOUNT_POSITIONS, cost_e9, -qty_e9);
    if (result_e9 > 0) {
        postings[count++] =
            posting_of(fill, trade->book, ACCOUNT_CASH, ACCOUNT_REALIZED, result_e9, 0);
    } else if (result_e9 < 0) {
        postings[count++] =
            posting_of(fill, trade->book, ACCOUNT_REALIZED, ACCOUNT_CASH, -result_e9, 0);
    }
    return count;
}

uint32_t decide_fill_postings(const struct engine *engine, const struct event *fill,
                              struct event postings[FILL_POSTINGS_MAX])
{
    const struct trade *trade = filled_trade(engine, fill);
    if (trade == NULL) {
        return 0;
    }
    int64_t value_e9 = value_or_none(fill->report.price_e9, fill->report.qty_e9);
    if (value_e9 < 0) {
        return 0;
    }
    uint32_t count = 0;
    if (order_id_role(fill->report.order_id) == ORDER_ROLE_ENTRY) {
        postings[count++] = posting_of(fill, trade->book, ACCOUNT_POSITIONS, ACCOUNT_CASH, value_e9,
                                       fill->report.qty_e9);
    } else if (fill->report.qty_e9 <= trade->qty_e9) {
        count = sale_postings(trade, fill, value_e9, postings);
    } else {
        return 0; /* engine_on_event() calls it a fault */
    }
    if (fill->report.commission_e9 > 0) {
        postings[count++] = posting_of(fill, trade->book, ACCOUNT_COMMISSION, ACCOUNT_CASH,
                                       fill->report.commission_e9, 0);
    }
    return count;
}

bool decide_trade(const struct engine *engine, const struct event *report,
                  struct trade_record *record)
{
    const struct trade *trade = engine_trade(engine, report->instrument, report->report.order_id);
    if (trade == NULL || !trade_is_live(trade)) {
        return false;
    }
    enum trade_state next;
    bool quiet = !order_is_working(&trade->entry) && !order_is_working(&trade->exit);
    if (trade->qty_e9 != 0) {
        next = TRADE_OPEN;
    } else if (quiet) {
        next = trade->entry.filled_e9 > 0 ? TRADE_CLOSED : TRADE_VOID;
    } else {
        next = (enum trade_state)trade->state;
    }
    if (next == (enum trade_state)trade->state) {
        return false;
    }
    *record = (struct trade_record){
        .head = {.ts_ns = report->ts_ns,
                 .src_ns = report->src_ns,
                 .kind = EVENT_TRADE,
                 .version = 1,
                 .slots = 2,
                 .flags = (uint8_t)next,
                 .instrument = trade->instrument,
                 .trade = {.trade_id = trade->id,
                           .qty_e9 = trade->qty_e9,
                           .cost_e9 = trade->cost_e9,
                           .realized_e9 = trade->realized_e9,
                           .book = trade->book}},
        .detail = trade->detail,
    };
    if (next == TRADE_OPEN) {
        record->detail.opened_ns = report->ts_ns;
    } else if (next == TRADE_CLOSED) {
        record->detail.closed_ns = report->ts_ns;
    }
    return true;
}

void decide_slice(const struct engine *engine, const struct slice *slice,
                  const struct evaluation *evaluation, struct event *record)
{
    int64_t equity_e9 = engine->equity_e9;
    (void)ledger_equity(&engine->ledger, &equity_e9); /* marks out of range are a fault already */
    *record = (struct event){
        .ts_ns = slice->end.ts_ns,
        .src_ns = slice->end.ts_ns,
        .kind = EVENT_SLICE,
        .version = 1,
        .slots = 1,
        .flags = engine->counters.fills != engine->counters.slice_fills ? 1 : 0,
        .instrument = INSTRUMENT_NONE,
        .slice = {.orders = (uint32_t)engine->counters.orders,
                  .evaluations = evaluation->count,
                  .decision_hash = evaluation->hash,
                  .equity_e9 = equity_e9,
                  .cash_e9 = ledger_cash_e9(&engine->ledger),
                  .fills = (uint32_t)engine->counters.fills,
                  .positions = engine->ledger.held},
    };
}
