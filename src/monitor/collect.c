/* collect.c: see collect.h. */
#include "monitor/collect.h"

#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "market/new_york.h"
#include "market/order.h"
#include "monitor/words.h"

static void copy_name(char name[SNAPSHOT_NAME_SIZE], const char *text)
{
    size_t length = strnlen(text, SNAPSHOT_NAME_SIZE - 1);
    memmove(name, text, length);
    name[length] = '\0';
}

void collect_init(struct collect *collect, const struct engine *engine,
                  const struct instrument *instruments, uint32_t instrument_count,
                  enum calendar_id calendar)
{
    *collect = (struct collect){.engine = engine, .calendar = calendar};
    collect->snapshot.symbol_count = instrument_count;
    for (uint32_t i = 0; i < instrument_count && i < SNAPSHOT_SYMBOLS_MAX; i++) {
        copy_name(collect->snapshot.symbols[i].name, instruments[i].symbol);
    }
}

/* ---- names ---- */

static void name_symbol(const struct collect *collect, uint32_t instrument,
                        char name[SNAPSHOT_NAME_SIZE])
{
    const struct snapshot *snapshot = &collect->snapshot;
    if (instrument < snapshot->symbol_count && instrument < SNAPSHOT_SYMBOLS_MAX) {
        copy_name(name, snapshot->symbols[instrument].name);
    } else {
        (void)snprintf(name, SNAPSHOT_NAME_SIZE, "#%u", instrument);
    }
}

static void name_strategy(const struct collect *collect, uint16_t book,
                          char name[SNAPSHOT_NAME_SIZE])
{
    const struct engine *engine = collect->engine;
    bool known = book >= 1 && book <= engine->book_count;
    copy_name(name, known ? engine->books[book - 1].plan.strategy->name : "");
}

/* ---- sessions ---- */

/* The day's regular hours in New York; on a day that the exchange kept closed, as if it had not:
 * a synthetic market trades then, too. */
static void new_york_session(int64_t end_ns, int64_t *open_ns, int64_t *close_ns)
{
    struct trading_day day;
    if (calendar_day_at(CALENDAR_XNYS, end_ns, &day)) {
        *open_ns = day.open_ns;
        *close_ns = day.close_ns;
        return;
    }
    int32_t date = new_york_date(end_ns);
    *open_ns = new_york_utc(date, 9 * NS_PER_HOUR + 30 * NS_PER_MIN);
    *close_ns = new_york_utc(date, 16 * NS_PER_HOUR);
}

/* Bars of a day end at midnight UTC: each is its own session. */
static void begin_session(struct collect *collect, int64_t end_ns)
{
    struct snapshot *snapshot = &collect->snapshot;
    if (collect->calendar == CALENDAR_XNYS) {
        new_york_session(end_ns, &snapshot->open_ns, &snapshot->close_ns);
    } else {
        struct session session = calendar_session(end_ns);
        snapshot->open_ns = session.open_ns;
        snapshot->close_ns = session.close_ns;
    }
    snapshot->close_ns = snapshot->close_ns > end_ns ? snapshot->close_ns : end_ns;
    snapshot->session++;
    for (uint32_t i = 0; i < SNAPSHOT_SYMBOLS_MAX; i++) {
        struct snapshot_symbol *symbol = &snapshot->symbols[i];
        symbol->base_e9 = symbol->last_e9;
        trail_clear(&symbol->closes);
    }
}

/* ---- records ---- */

static void take_bar(struct collect *collect, const struct event *record)
{
    struct snapshot *snapshot = &collect->snapshot;
    if (snapshot->session == 0 || record->ts_ns > snapshot->close_ns) {
        begin_session(collect, record->ts_ns);
    }
    snapshot->market_ns = record->ts_ns > snapshot->market_ns ? record->ts_ns : snapshot->market_ns;
    if (record->instrument < SNAPSHOT_SYMBOLS_MAX) {
        struct snapshot_symbol *symbol = &snapshot->symbols[record->instrument];
        symbol->base_e9 = symbol->base_e9 == 0 ? record->bar.open_e9 : symbol->base_e9;
        symbol->last_e9 = record->bar.close_e9;
        trail_add(&symbol->closes, record->bar.close_e9);
    }
}

static void take_equity(struct snapshot *snapshot, int64_t ts_ns, int64_t equity_e9)
{
    if (snapshot->equity.count == 0) {
        snapshot->equity_from_ns = ts_ns;
    }
    trail_add(&snapshot->equity, equity_e9);
}

static struct collect_order *order_place(struct collect *collect, uint64_t order_id)
{
    return &collect->orders[(order_id * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

static void take_order(struct collect *collect, const struct event *record)
{
    const struct order_request *request = (const struct order_request *)record;
    int64_t limit_e9 = record->order.limit_price_e9;
    *order_place(collect, record->order.order_id) = (struct collect_order){
        .id = record->order.order_id,
        .buys = request->legs[0].ratio > 0,
        .book = record->order.book,
        .price_e9 = limit_e9 != 0 ? limit_e9 : request->terms.stop_price_e9,
    };
}

/* The order of a report; of one that was forgotten what its role makes likely. */
static struct collect_order order_of(struct collect *collect, uint64_t order_id)
{
    const struct collect_order *order = order_place(collect, order_id);
    bool entry = order_id_role(order_id) == ORDER_ROLE_ENTRY;
    return order->id == order_id ? *order : (struct collect_order){.id = order_id, .buys = entry};
}

static void take_fill(struct collect *collect, const struct event *record)
{
    struct snapshot *snapshot = &collect->snapshot;
    uint64_t order_id = record->report.order_id;
    struct collect_order order = order_of(collect, order_id);
    struct snapshot_trade *trade = &snapshot->trades[snapshot->trade_count++ % SNAPSHOT_EVENTS_MAX];
    *trade = (struct snapshot_trade){.ts_ns = record->ts_ns,
                                     .bought = order.buys,
                                     .qty_e9 = record->report.qty_e9,
                                     .price_e9 = record->report.price_e9,
                                     .trade_id = order_id_trade(order_id),
                                     .exec_id = record->report.exec_id};
    name_symbol(collect, record->instrument, trade->symbol);
    name_strategy(collect, order.book, trade->strategy);
}

/* The trade that it took back is shown as such, if it still is shown. */
static void take_bust(struct collect *collect, const struct event *record)
{
    struct snapshot *snapshot = &collect->snapshot;
    for (uint64_t i = 0; i < snapshot->trade_count && i < SNAPSHOT_EVENTS_MAX; i++) {
        if (snapshot->trades[i].exec_id == record->report.exec_id) {
            snapshot->trades[i].busted = true;
            snapshot->trades[i].closed = false;
        }
    }
}

/* A trade that closed: its result stands beside the fill that closed it. */
static void take_trade(struct collect *collect, const struct event *record)
{
    struct snapshot *snapshot = &collect->snapshot;
    const struct trade_detail *detail = (const struct trade_detail *)(record + 1);
    if (record->flags != TRADE_CLOSED || snapshot->trade_count == 0) {
        return;
    }
    struct snapshot_trade *last =
        &snapshot->trades[(snapshot->trade_count - 1) % SNAPSHOT_EVENTS_MAX];
    if (last->trade_id == record->trade.trade_id) {
        last->closed = true;
        last->cause = exit_cause_text((uint8_t)record->trade.exit_cause);
        last->result_e9 = money_sub_capped(record->trade.realized_e9, detail->commission_e9);
    }
}

static struct snapshot_refusal *next_refusal(struct collect *collect, const struct event *record,
                                             uint16_t book)
{
    struct snapshot *snapshot = &collect->snapshot;
    struct snapshot_refusal *refusal =
        &snapshot->refusals[snapshot->refusal_count++ % SNAPSHOT_EVENTS_MAX];
    refusal->ts_ns = record->ts_ns;
    name_symbol(collect, record->instrument, refusal->symbol);
    name_strategy(collect, book, refusal->strategy);
    return refusal;
}

static void take_decision(struct collect *collect, const struct event *record)
{
    const struct event_decision *decision = &record->decision;
    if (decision->verdict != VERDICT_PASS) {
        struct snapshot_refusal *refusal = next_refusal(collect, record, decision->book);
        words_refusal(decision->verdict, decision->value, decision->limit, refusal->words,
                      sizeof refusal->words);
    }
}

static void take_rejection(struct collect *collect, const struct event *record)
{
    uint16_t book = order_of(collect, record->report.order_id).book;
    struct snapshot_refusal *refusal = next_refusal(collect, record, book);
    (void)snprintf(refusal->words, sizeof refusal->words, "exchange: %s",
                   reject_reason_text(record->flags));
}

void collect_record(struct collect *collect, const struct event *record)
{
    if (record->kind == EVENT_BAR) {
        take_bar(collect, record);
    } else if (record->kind == EVENT_SLICE) {
        take_equity(&collect->snapshot, record->ts_ns, record->slice.equity_e9);
    } else if (record->kind == EVENT_DEPOSIT) {
        collect->snapshot.start_e9 =
            money_add_capped(collect->snapshot.start_e9, record->deposit.amount_e9);
    } else if (record->kind == EVENT_ORDER) {
        take_order(collect, record);
    } else if (record->kind == EVENT_FILL) {
        take_fill(collect, record);
    } else if (record->kind == EVENT_BUSTED) {
        take_bust(collect, record);
    } else if (record->kind == EVENT_TRADE) {
        take_trade(collect, record);
    } else if (record->kind == EVENT_DECISION) {
        take_decision(collect, record);
    } else if (record->kind == EVENT_REJECTED) {
        take_rejection(collect, record);
    }
}

/* ---- how things stand ---- */

static int64_t average_price_e9(int64_t cost_e9, int64_t qty_e9)
{
    int64_t price_e9 = 0;
    (void)money_mul_div(cost_e9, MONEY_E9, qty_e9, ROUND_EVEN, &price_e9); /* too large: 0 */
    return price_e9;
}

/* What an open trade earns at the last close, before commissions. */
static int64_t open_result_e9(const struct trade *trade, int64_t last_e9)
{
    int64_t worth_e9 = 0;
    if (last_e9 == 0 || money_notional(last_e9, trade->qty_e9, ROUND_EVEN, &worth_e9) != ERR_OK) {
        return 0;
    }
    return money_add_capped(money_sub_capped(worth_e9, trade->cost_e9), trade->realized_e9);
}

/* The price of an order that rests at the exchange; 0: it does not, or was forgotten. */
static int64_t resting_e9(struct collect *collect, const struct order *order)
{
    return order_is_working(order) ? order_of(collect, order->id).price_e9 : 0;
}

/* Stop and target as they are now: those that the engine watches, and those at the exchange. */
static void add_exits(struct collect *collect, const struct trade *trade,
                      struct snapshot_position *position)
{
    const struct exits *exits = &trade->exits;
    int64_t trail_e9 = closer_trail_stop_e9(exits);
    int64_t stop_e9 = resting_e9(collect, &trade->stop);
    stop_e9 = stop_e9 > exits->stop_e9 ? stop_e9 : exits->stop_e9;
    position->trails = trail_e9 > stop_e9;
    position->stop_e9 = position->trails ? trail_e9 : stop_e9;
    position->target_e9 =
        exits->target_e9 != 0 ? exits->target_e9 : resting_e9(collect, &trade->target);
}

/* Who ends a trade that has neither stop nor target. */
static const char *exit_by(const struct engine *engine, const struct trade *trade)
{
    const struct exit_plan *plan = &engine->books[trade->book - 1].plan.exits;
    if (order_is_working(&trade->exit)) {
        return "exit is out";
    }
    return plan->opposite_signal ? "by signal" : "by time";
}

static void add_position(struct collect *collect, const struct trade *trade)
{
    struct snapshot *snapshot = &collect->snapshot;
    if (snapshot->position_count++ >= SNAPSHOT_POSITIONS_MAX) {
        return;
    }
    struct snapshot_position *position = &snapshot->positions[snapshot->position_count - 1];
    *position = (struct snapshot_position){.exit_by = "by signal"};
    name_symbol(collect, trade->instrument, position->symbol);
    name_strategy(collect, trade->book, position->strategy);
    position->last_e9 = view_close_e9(collect->engine->view, trade->instrument);
    position->entering = trade->qty_e9 == 0;
    position->qty_e9 = position->entering ? trade->entry.qty_e9 : trade->qty_e9;
    if (!position->entering) {
        position->entry_e9 = average_price_e9(trade->cost_e9, trade->qty_e9);
        position->result_e9 = open_result_e9(trade, position->last_e9);
        position->exit_by = exit_by(collect->engine, trade);
        add_exits(collect, trade, position);
        position->leaving = order_is_working(&trade->exit);
    }
}

static void add_positions(struct collect *collect)
{
    const struct engine *engine = collect->engine;
    size_t places = (size_t)engine->book_count * engine->instrument_count;
    collect->snapshot.position_count = 0;
    for (size_t i = 0; i < places && engine->exposed_count > 0; i++) {
        if (trade_is_live(&engine->trades[i])) {
            add_position(collect, &engine->trades[i]);
        }
    }
}

/* Bars that a seat has of its frame. */
static uint64_t seat_bars(const struct engine *engine, const struct seat *seat)
{
    return seat->track != NULL ? seat->track->row->bars
                               : view_bars(engine->view, seat->context.instrument);
}

/* How far a strategy that was never asked is, in the instrument where it is farthest. */
static void count_book_warmup(const struct engine *engine, uint32_t index,
                              struct snapshot_book *book)
{
    book->bars_seen = 0;
    book->bars_needed = 0;
    book->waits_for_series = false;
    if (book->acted + book->refused > 0 || engine_book_is_warm(engine, index)) {
        return;
    }
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        const struct seat *seat = &engine->seats[engine_place(engine, index, i)];
        uint64_t bars = seat_bars(engine, seat);
        bool trades = seat->warmup_bars != SEAT_NEVER;
        book->bars_seen = trades && bars > book->bars_seen ? bars : book->bars_seen;
    }
    book->waits_for_series = book->bars_seen > engine->books[index].warmup_bars;
    book->bars_needed = book->waits_for_series ? 0 : engine->books[index].warmup_bars;
}

static void count_book(const struct engine *engine, uint32_t index, struct snapshot_book *book)
{
    const struct book *of = &engine->books[index];
    copy_name(book->name, of->plan.strategy->name);
    book->closed = of->trades_closed;
    book->won = of->trades_won;
    book->acted = of->acted;
    book->refused = of->refused;
    book->result_e9 = of->realized_e9 - of->commission_e9;
    book->open = 0;
    for (uint32_t i = 0; i < engine->instrument_count && engine->exposed_count > 0; i++) {
        book->open += trade_is_live(&engine->trades[engine_place(engine, index, i)]) ? 1 : 0;
    }
    count_book_warmup(engine, index, book);
}

/* The strategies, and how far the one is that will be asked first. */
static void count_books(struct collect *collect)
{
    const struct engine *engine = collect->engine;
    struct snapshot *snapshot = &collect->snapshot;
    snapshot->book_count = engine->book_count;
    snapshot->bars_needed = 0;
    int64_t soonest_ns = INT64_MAX;
    for (uint32_t i = 0; i < engine->book_count && i < SNAPSHOT_BOOKS_MAX; i++) {
        struct snapshot_book *book = &snapshot->books[i];
        count_book(engine, i, book);
        int64_t wait_ns = INT64_MAX;
        if (engine->counters.evaluations == 0 && book->bars_needed > 0 &&
            !__builtin_mul_overflow(book->bars_needed - book->bars_seen,
                                    engine->books[i].plan.frame_ns, &wait_ns) &&
            wait_ns < soonest_ns) {
            soonest_ns = wait_ns;
            snapshot->bars_seen = book->bars_seen;
            snapshot->bars_needed = book->bars_needed;
        }
    }
}

void collect_engine(struct collect *collect)
{
    const struct engine *engine = collect->engine;
    struct snapshot *snapshot = &collect->snapshot;
    snapshot->entries_off = engine->state == ENGINE_ENTRIES_OFF;
    snapshot->shut = engine->shut;
    snapshot->equity_e9 = engine->equity_e9;
    snapshot->cash_e9 = ledger_cash_e9(&engine->ledger);
    snapshot->day_e9 = engine->equity_e9 - engine->session_equity_e9;
    snapshot->evaluations = engine->counters.evaluations;
    snapshot->decisions = engine->counters.acted + engine->counters.refused;
    snapshot->refused = engine->counters.refused;
    snapshot->orders = engine->counters.orders;
    snapshot->fills = engine->counters.fills;
    snapshot->trades_closed = 0;
    snapshot->trades_won = 0;
    for (uint32_t i = 0; i < engine->book_count; i++) {
        snapshot->trades_closed += engine->books[i].trades_closed;
        snapshot->trades_won += engine->books[i].trades_won;
    }
    count_books(collect);
    add_positions(collect);
}
