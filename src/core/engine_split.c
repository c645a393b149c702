/* engine_split.c: see engine_split.h and docs/corporate-actions.md.
 *
 * The exchange scales the same orders by a text of its own (exchange/actions.c); both round
 * quantities towards zero, to whole shares where they were whole, and prices to the billionth. */
#include "core/engine_split.h"

#include "base/money.h"
#include "core/engine_bust.h"
#include "core/engine_decide.h"
#include "core/engine_exits.h"
#include "core/engine_slice.h"

/* ---- new measures ---- */

/* value * a / b; what no longer fits ends the run. */
static int64_t scaled(struct engine *engine, int64_t value, int64_t a, int64_t b,
                      enum rounding rounding)
{
    int64_t result = value;
    if (money_mul_div(value, a, b, rounding, &result) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
    return result;
}

static int64_t without_fraction(int64_t before_e9, int64_t after_e9)
{
    return before_e9 % MONEY_E9 == 0 ? after_e9 - after_e9 % MONEY_E9 : after_e9;
}

static int64_t split_qty_e9(struct engine *engine, int64_t qty_e9)
{
    const struct split *split = &engine->split;
    int64_t after_e9 = scaled(engine, qty_e9, split->new_shares, split->old_shares, ROUND_DOWN);
    return without_fraction(qty_e9, after_e9);
}

static int64_t split_price_e9(struct engine *engine, int64_t price_e9)
{
    const struct split *split = &engine->split;
    return scaled(engine, price_e9, split->old_shares, split->new_shares, ROUND_EVEN);
}

/* An order that no longer works stays as it ended. */
static void split_order(struct engine *engine, struct order *order)
{
    if (order_is_working(order)) {
        int64_t left_e9 = split_qty_e9(engine, order->qty_e9 - order->filled_e9);
        order->filled_e9 = split_qty_e9(engine, order->filled_e9);
        if (money_add(order->filled_e9, left_e9, &order->qty_e9) != ERR_OK) {
            engine_fail(engine, ENGINE_FAULT_RANGE);
        }
        order->reference_price_e9 = split_price_e9(engine, order->reference_price_e9);
    }
}

/* The exits of an entry that still works are for what it filled and has left; each of the two lost
 * its own fraction. */
static void fit_exit(const struct order *entry, struct order *exit)
{
    int64_t most_e9 = money_add_capped(exit->filled_e9, entry->qty_e9);
    if (order_is_working(entry) && order_is_working(exit) && exit->qty_e9 > most_e9) {
        exit->qty_e9 = most_e9;
    }
}

/* Its sums count in new shares: what it bought and sold, so that prices on average stay true. */
static void split_trade(struct engine *engine, struct trade *trade)
{
    const struct split *split = &engine->split;
    struct trade_detail *detail = &trade->detail;
    split_order(engine, &trade->entry);
    split_order(engine, &trade->exit);
    detail->entry_qty_e9 =
        scaled(engine, detail->entry_qty_e9, split->new_shares, split->old_shares, ROUND_EVEN);
    detail->exit_qty_e9 =
        scaled(engine, detail->exit_qty_e9, split->new_shares, split->old_shares, ROUND_EVEN);
    if (engine->closes) {
        split_order(engine, &trade->target);
        split_order(engine, &trade->stop);
        fit_exit(&trade->entry, &trade->target);
        fit_exit(&trade->entry, &trade->stop);
        trade->stop_price_e9 = split_price_e9(engine, trade->stop_price_e9);
        closer_split(&trade->exits, split->new_shares, split->old_shares);
    }
    engine_show(engine, trade);
}

static void split_trades(struct engine *engine, uint32_t instrument)
{
    engine_forget_executions(engine, instrument);
    struct trade *trade = &engine->trades[engine_place(engine, 0, instrument)];
    for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
        if (trade_is_live(trade) || order_is_working(&trade->entry)) {
            split_trade(engine, trade);
        }
    }
}

void engine_apply_action(struct engine *engine, const struct event *action)
{
    const struct event_action *terms = &action->action;
    if (terms->split_new == terms->split_old || action->instrument >= engine->instrument_count) {
        return; /* a dividend is the broker's to report */
    }
    bool held = engine->ledger.positions[action->instrument].qty_e9 != 0;
    engine->split = (struct split){.instrument = action->instrument,
                                   .announced = held,
                                   .new_shares = terms->split_new,
                                   .old_shares = terms->split_old};
    if (!held) {
        split_trades(engine, action->instrument);
    }
}

void engine_apply_split(struct engine *engine, const struct event *cash)
{
    if (!engine->split.announced || engine->split.instrument != cash->instrument) {
        engine_fail(engine, ENGINE_FAULT_SPLIT);
        return;
    }
    engine->split.announced = false;
    split_trades(engine, cash->instrument);
}

/* ---- shares and cash ---- */

void engine_post_split(struct engine *engine, struct trade *trade,
                       const struct event_posting *posting)
{
    struct trade_detail *detail = &trade->detail;
    int64_t left_e9;
    if (ledger_post(&engine->ledger, trade->instrument, posting) != ERR_OK ||
        money_add(trade->qty_e9, posting->qty_e9, &trade->qty_e9) != ERR_OK ||
        money_sub(detail->entry_qty_e9, detail->exit_qty_e9, &left_e9) != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
        return;
    }
    /* A fraction that was paid for counts as sold; one that made a share whole as bought. */
    enum err err = left_e9 < trade->qty_e9
                       ? money_add(detail->exit_qty_e9, trade->qty_e9, &detail->entry_qty_e9)
                       : money_sub(detail->entry_qty_e9, trade->qty_e9, &detail->exit_qty_e9);
    if (err != ERR_OK) {
        engine_fail(engine, ENGINE_FAULT_RANGE);
    }
    if (trade->qty_e9 == 0) {
        trade->exits.cause = EXIT_CAUSE_SPLIT;
    }
    engine_mark(engine, trade->instrument, view_price_e9(engine->view, trade->instrument));
    if (engine->closes) {
        engine_set_band(engine, trade->instrument);
    }
}

/* The lines of one report, one behind the other. */
struct lines {
    const struct event *cash;
    struct event *postings;
    uint32_t count;
};

static void write_line(struct lines *lines, const struct trade *trade, uint16_t debit,
                       uint16_t credit, int64_t amount_e9, int64_t qty_e9)
{
    struct event *record = &lines->postings[lines->count++];
    begin_record(record, EVENT_POSTING, 1, lines->cash->ts_ns, lines->cash->src_ns,
                 lines->cash->instrument);
    record->posting.amount_e9 = amount_e9;
    record->posting.qty_e9 = qty_e9;
    record->posting.order_id = trade->entry.id;
    record->posting.debit = debit;
    record->posting.credit = credit;
    record->posting.book = trade->book;
}

static void write_result(struct lines *lines, const struct trade *trade, int64_t result_e9)
{
    if (result_e9 > 0) {
        write_line(lines, trade, ACCOUNT_CASH, ACCOUNT_REALIZED, result_e9, 0);
    } else if (result_e9 < 0) {
        write_line(lines, trade, ACCOUNT_REALIZED, ACCOUNT_CASH, -result_e9, 0);
    }
}

/* A trade that should have exact_e9 shares gets after_e9, and cash for the difference. */
static void write_part(struct lines *lines, const struct trade *trade, int64_t exact_e9,
                       int64_t after_e9, int64_t cash_e9)
{
    write_line(lines, trade, ACCOUNT_POSITIONS, ACCOUNT_CAPITAL, 0, after_e9 - trade->qty_e9);
    if (after_e9 < exact_e9) {
        int64_t cost_e9 = ledger_cost_leaving_e9(trade->cost_e9, exact_e9, exact_e9 - after_e9);
        write_line(lines, trade, ACCOUNT_CASH, ACCOUNT_POSITIONS, cost_e9, 0);
        write_result(lines, trade, cash_e9 - cost_e9); /* both small against the cash there is */
    } else if (after_e9 > exact_e9 && cash_e9 < 0) {
        write_line(lines, trade, ACCOUNT_POSITIONS, ACCOUNT_CASH, -cash_e9, 0);
    } else {
        write_result(lines, trade, cash_e9);
    }
}

static int64_t exact_qty_e9(const struct engine *engine, const struct trade *trade)
{
    int64_t exact_e9 = trade->qty_e9;
    (void)money_mul_div(trade->qty_e9, engine->split.new_shares, engine->split.old_shares,
                        ROUND_DOWN, &exact_e9); /* the account's own would not fit, either */
    return exact_e9;
}

uint32_t decide_split_postings(const struct engine *engine, const struct event *cash,
                               struct event *postings)
{
    const struct trade *trades = &engine->trades[engine_place(engine, 0, cash->instrument)];
    const int64_t price_e9 = view_price_e9(engine->view, cash->instrument);
    struct lines lines = {.cash = cash, .postings = postings};
    int64_t left_e9 = engine->ledger.positions[cash->instrument].qty_e9 + cash->account_cash.qty_e9;
    int64_t left_cash_e9 = cash->account_cash.amount_e9;
    const struct trade *last = NULL;
    for (uint32_t book = 0; book < engine->book_count; book++) {
        last = trades[book].qty_e9 != 0 ? &trades[book] : last;
    }
    for (const struct trade *trade = trades; last != NULL && trade < last; trade++) {
        int64_t exact_e9 = exact_qty_e9(engine, trade);
        int64_t after_e9 = without_fraction(trade->qty_e9, exact_e9);
        int64_t cash_e9 = 0;
        if (trade->qty_e9 != 0 && money_mul_div(price_e9, exact_e9 - after_e9, MONEY_E9, ROUND_EVEN,
                                                &cash_e9) == ERR_OK) {
            write_part(&lines, trade, exact_e9, after_e9, cash_e9);
            left_e9 -= after_e9;
            left_cash_e9 -= cash_e9;
        }
    }
    if (last != NULL && left_e9 >= 0) { /* else the two ledgers will disagree: it stops the run */
        write_part(&lines, last, exact_qty_e9(engine, last), left_e9, left_cash_e9);
    }
    return lines.count;
}
