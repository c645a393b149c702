/* contents.c: see contents.h. One function for each kind of record that has something to check. */
#include "log/contents.h"

#include "base/money.h"
#include "core/closer.h"
#include "core/gates.h"
#include "core/ledger.h"
#include "core/strategy.h"
#include "core/trades.h"
#include "market/order.h"

#define PPM 1000000

static bool is_time(int64_t ts_ns)
{
    return ts_ns >= EVENT_TS_NS_MIN && ts_ns <= EVENT_TS_NS_MAX;
}

static bool is_book(uint16_t book)
{
    return book >= 1 && book <= BOOKS_MAX;
}

void contents_begin(struct contents *contents, uint32_t instrument_count)
{
    *contents = (struct contents){
        .instrument_count = instrument_count, .bar_instrument = -1, .last_ns = EVENT_TS_NS_MIN};
}

/* ---- the market ---- */

static bool in_slice(const struct contents *contents)
{
    return contents->bars > 0 || contents->ticks > 0;
}

static const char *market_fault(struct contents *contents, const struct event *record)
{
    if (in_slice(contents) && record->ts_ns != contents->slice_ns) {
        return "its slice has another time";
    }
    if (record->instrument >= contents->instrument_count) {
        return "the run has no such instrument";
    }
    contents->slice_ns = record->ts_ns;
    if (record->kind == EVENT_BAR) {
        if (record->instrument <= contents->bar_instrument) {
            return "the bars of a slice are not in order";
        }
        contents->bar_instrument = record->instrument;
        contents->bars++;
        return event_bar_fault(&record->bar);
    }
    if (contents->bars > 0) {
        return "it comes behind a bar of its slice";
    }
    contents->ticks++;
    return record->kind == EVENT_QUOTE        ? event_quote_fault(&record->quote)
           : record->kind == EVENT_LAST_PRICE ? event_last_price_fault(&record->last_price)
                                              : event_trade_tick_fault(&record->trade_tick);
}

static const char *slice_end_fault(struct contents *contents, const struct event *record)
{
    bool whole = (!in_slice(contents) || record->ts_ns == contents->slice_ns) &&
                 record->slice_end.seen == contents->bars && record->flags <= SLICE_END_PAST;
    bool too_late = record->ts_ns < contents->last_ns && record->flags != SLICE_END_PAST;
    contents->bars = 0;
    contents->ticks = 0;
    contents->bar_instrument = -1;
    return !whole     ? "it ends a slice of other bars"
           : too_late ? "its slice lies before the record before it, and is not of the past"
                      : NULL;
}

static const char *action_fault(const struct contents *contents, const struct event *record)
{
    const struct event_action *action = &record->action;
    if (record->instrument >= contents->instrument_count) {
        return "the run has no such instrument";
    }
    bool possible = action->split_new > 0 && action->split_old > 0 && action->cash_e9 >= 0 &&
                    action->cash_e9 <= PRICE_E9_MAX;
    return possible ? NULL : "no company did that";
}

/* ---- what the engine said ---- */

static const char *decision_fault(const struct contents *contents, const struct event *record)
{
    const struct event_decision *decision = &record->decision;
    const struct decision_inputs *inputs = (const struct decision_inputs *)(record + 1);
    if (record->instrument >= contents->instrument_count || !is_book(decision->book)) {
        return "the run has no such instrument or book";
    }
    bool possible = (record->flags == ACT_BUY || record->flags == ACT_SELL) &&
                    decision->verdict < VERDICT_COUNT &&
                    (decision->verdict == VERDICT_PASS) == (decision->order_id != 0) &&
                    decision->strength_ppm >= 0 && decision->strength_ppm <= PPM &&
                    decision->confidence_ppm >= 0 && decision->confidence_ppm <= PPM &&
                    inputs->count <= DECISION_INPUTS_MAX;
    return possible ? NULL : "no strategy and no gate says that";
}

static bool is_order_id(uint64_t order_id)
{
    uint64_t role = order_id_role(order_id);
    return order_id_trade(order_id) != 0 && role >= ORDER_ROLE_ENTRY && role <= ORDER_ROLE_STOP;
}

static const char *order_fault(const struct contents *contents, const struct event *record)
{
    const struct order_request *request = (const struct order_request *)record;
    const struct event_order *order = &record->order;
    const struct order_leg *leg = &request->legs[0];
    if (record->instrument >= contents->instrument_count || leg->instrument != record->instrument ||
        !is_book(order->book)) {
        return "the run has no such instrument or book";
    }
    if (!is_order_id(order->order_id) || event_order_cause(record) > EXIT_CAUSE_UNLOGGED ||
        event_order_role(record) != (uint8_t)order_id_role(order->order_id)) {
        return "no order has that id, role or cause";
    }
    if (order->action == ORDER_ACTION_CANCEL) {
        return NULL;
    }
    bool possible = order->action == ORDER_ACTION_SUBMIT && order->leg_count == 1 &&
                    (leg->ratio == 1 || leg->ratio == -1) && order->qty_e9 > 0 &&
                    order->type >= ORDER_TYPE_MARKET && order->type <= ORDER_TYPE_TRAILING_STOP &&
                    order->time_in_force >= TIME_IN_FORCE_DAY &&
                    order->time_in_force <= TIME_IN_FORCE_CLS &&
                    order->order_class <= ORDER_CLASS_OTO;
    if (!possible) {
        return "the engine sends no such order";
    }
    bool priced = order->limit_price_e9 >= 0 && order->limit_price_e9 <= PRICE_E9_MAX &&
                  order->reference_price_e9 >= 0 && order->reference_price_e9 <= PRICE_E9_MAX &&
                  request->terms.stop_price_e9 >= 0 &&
                  request->terms.stop_price_e9 <= PRICE_E9_MAX && request->terms.trail >= 0 &&
                  request->terms.trail <= PRICE_E9_MAX;
    return priced ? NULL : "a price of it lies outside of the range of prices";
}

/* What takes an execution back moves between few accounts; what is no trade's, against transfers.
 */
static const char *bust_fault(const struct contents *contents, const struct event *record)
{
    const struct event_posting *posting = &record->posting;
    uint32_t accounts = 1U << posting->debit | 1U << posting->credit;
    bool beside = accounts == (1U << ACCOUNT_CASH | 1U << ACCOUNT_TRANSFERS);
    bool known = beside || accounts == (1U << ACCOUNT_CASH | 1U << ACCOUNT_POSITIONS) ||
                 accounts == (1U << ACCOUNT_POSITIONS | 1U << ACCOUNT_REALIZED) ||
                 (posting->debit == ACCOUNT_CASH && posting->credit == ACCOUNT_COMMISSION);
    if (!known || beside != (posting->order_id == 0)) {
        return "it takes back what no execution books";
    }
    return record->instrument < contents->instrument_count ? NULL : "there is no such instrument";
}

static const char *posting_fault(const struct contents *contents, const struct event *record)
{
    const struct event_posting *posting = &record->posting;
    bool moves = posting->debit == ACCOUNT_POSITIONS || posting->credit == ACCOUNT_POSITIONS;
    if (posting->debit >= ACCOUNT_COUNT || posting->credit >= ACCOUNT_COUNT ||
        posting->debit == posting->credit || posting->amount_e9 < 0 ||
        posting->qty_e9 == INT64_MIN) { /* what is taken away has to have an opposite */
        return "it is negative, moves nothing or names no account";
    }
    if (posting->book > BOOKS_MAX || (moves && record->instrument >= contents->instrument_count) ||
        (record->instrument >= contents->instrument_count &&
         record->instrument != INSTRUMENT_NONE)) {
        return "the run has no such instrument or book";
    }
    if (record->flags == POSTING_TAKES_BACK) {
        return bust_fault(contents, record);
    }
    return moves || posting->qty_e9 == 0 ? NULL : "it moves shares without a position";
}

static const char *trade_fault(const struct contents *contents, const struct event *record)
{
    const struct event_trade *trade = &record->trade;
    const struct trade_detail *detail = (const struct trade_detail *)(record + 1);
    if (record->instrument >= contents->instrument_count || !is_book(trade->book)) {
        return "the run has no such instrument or book";
    }
    bool possible = trade->trade_id != 0 && record->flags >= TRADE_OPEN &&
                    record->flags <= TRADE_VOID && trade->exit_cause <= EXIT_CAUSE_UNLOGGED &&
                    is_time(detail->opened_ns) && is_time(detail->closed_ns);
    return possible ? NULL : "no trade is like that";
}

static const char *notice_fault(const struct contents *contents, const struct event *record)
{
    if (record->instrument >= contents->instrument_count || !is_book(record->notice.book)) {
        return "the run has no such instrument or book";
    }
    bool known = record->flags >= NOTICE_REARMED && record->flags <= NOTICE_NOT_CLOSED;
    return known ? NULL : "there is no such notice";
}

static const char *command_fault(const struct event *record)
{
    bool known = record->flags >= COMMAND_PAUSE && record->flags <= COMMAND_STOP;
    return known ? NULL : "there is no such command";
}

static bool is_condition(uint8_t condition)
{
    switch ((enum status_condition)condition) {
#define X(name, code, text, meaning) case STATUS_##name:
        STATUS_CONDITION_LIST(X)
#undef X
        return true;
    }
    return false;
}

static const char *status_fault(const struct contents *contents, const struct event *record)
{
    if (!is_condition(record->flags) || record->status.begins < 0 || record->status.begins > 1) {
        return "there is no such condition";
    }
    if (status_is_of_instrument(record->flags)) {
        return record->instrument < contents->instrument_count ? NULL
                                                               : "there is no such instrument";
    }
    return record->instrument == INSTRUMENT_NONE ? NULL : "it is no condition of an instrument";
}

/* ---- any record ---- */

/* Slots that a record of the kind has; 0: there is none behind the preamble. */
static uint8_t slots_of(uint8_t kind)
{
    bool known = event_is_input(kind) || event_is_output(kind) || kind == EVENT_LOG_SLICE_REF ||
                 kind == EVENT_LOG_RESUME || kind == EVENT_LOG_END;
    bool two = kind == EVENT_DECISION || kind == EVENT_ORDER || kind == EVENT_TRADE;
    return known ? two ? 2 : 1 : 0;
}

/* Resumes and ends have the time of the wall; bars that came late, which are of the past, theirs:
 * whether a slice is of the past, its end says. */
static bool is_of_run(uint8_t kind)
{
    return event_is_input(kind) || event_is_output(kind);
}

static bool may_be_late(uint8_t kind)
{
    return kind == EVENT_BAR || kind == EVENT_SLICE_END;
}

static const char *kind_fault(struct contents *contents, const struct event *record)
{
    switch (record->kind) {
    case EVENT_BAR:
    case EVENT_QUOTE:
    case EVENT_TRADE_TICK:
    case EVENT_LAST_PRICE:
        return market_fault(contents, record);
    case EVENT_SLICE_END:
        return slice_end_fault(contents, record);
    case EVENT_ACTION:
        return action_fault(contents, record);
    case EVENT_COMMAND:
        return command_fault(record);
    case EVENT_STATUS:
        return status_fault(contents, record);
    case EVENT_HOLDING:
        return record->instrument < contents->instrument_count ? NULL
                                                               : "there is no such instrument";
    case EVENT_DEPOSIT:
        return record->deposit.amount_e9 > 0 ? NULL : "it is no amount";
    case EVENT_DECISION:
        return decision_fault(contents, record);
    case EVENT_ORDER:
        return order_fault(contents, record);
    case EVENT_POSTING:
        return posting_fault(contents, record);
    case EVENT_TRADE:
        return trade_fault(contents, record);
    case EVENT_NOTICE:
        return notice_fault(contents, record);
    default:
        return NULL; /* reports, slices' sums, the log's own */
    }
}

const char *contents_fault(struct contents *contents, const struct event *record)
{
    if (record->slots != slots_of(record->kind)) {
        return "there is no such record behind a preamble";
    }
    if (record->version != 1) {
        return "its layout is one that this program does not know";
    }
    bool is_no_time = record->kind == EVENT_LOG_END && record->ts_ns == INT64_MIN &&
                      record->src_ns == INT64_MIN; /* it ended before its first slice */
    if (!is_no_time && (!is_time(record->ts_ns) || !is_time(record->src_ns))) {
        return "its time lies outside the years 1700 to 2201";
    }
    bool early = is_of_run(record->kind) && record->ts_ns < contents->last_ns;
    if (early && !may_be_late(record->kind)) {
        return "its time lies before that of the record before it";
    }
    if (in_slice(contents) && record->kind != EVENT_SLICE_END && record->kind != EVENT_BAR &&
        !event_is_tick(record->kind)) {
        return "it stands within a slice";
    }
    contents->last_ns = is_of_run(record->kind) && !early ? record->ts_ns : contents->last_ns;
    return kind_fault(contents, record);
}

/* ---- a whole log ---- */

enum err contents_refuse(const struct event *record, uint64_t number, const char *fault,
                         struct problem *problem)
{
    return problem_set(problem, ERR_DAMAGED,
                       "record %llu of the log (%s) cannot be a run's: %s\n"
                       "Its checksums are right, so it was written like that. Restore the log from "
                       "a backup, or keep it for inspection.",
                       (unsigned long long)number, event_kind_text(record->kind), fault);
}

static enum err check_all(struct log_reader *reader, uint32_t instrument_count,
                          struct problem *problem)
{
    struct contents contents;
    const struct event *record;
    uint64_t number = 0;
    contents_begin(&contents, instrument_count);
    while ((record = log_reader_next(reader)) != NULL) {
        const char *fault = contents_fault(&contents, record);
        number++;
        if (fault != NULL) {
            return contents_refuse(record, number, fault, problem);
        }
    }
    return ERR_OK;
}

enum err contents_read(struct log_reader *reader, struct preamble *preamble,
                       struct problem *problem)
{
    struct preamble first = {0};
    enum err err = preamble_read(reader, &first, problem);
    if (err == ERR_OK) {
        err = check_all(reader, first.instrument_count, problem);
    }
    preamble_finish(&first);
    return err == ERR_OK ? preamble_read(reader, preamble, problem) : err; /* back behind it */
}
