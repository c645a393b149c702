/* result_report.c: sessions and trades as text. result_report_json.c has the same as JSON. */
#include "readers/result_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "core/gates.h"
#include "readers/result_text.h"
#include "sys/memory.h"

/* ---- sessions ---- */

/* The session whose points hold that one; what came behind the last point counts to the last. */
static size_t session_of(const struct equity_series *equity, size_t point)
{
    size_t low = 0;
    size_t high = equity->session_count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (equity->sessions[middle].point < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void add_trading(const struct history *history, struct session_row *rows)
{
    for (size_t i = 0; i < history->fill_count; i++) {
        const struct history_fill *fill = &history->fills[i];
        struct session_row *row = &rows[session_of(&history->equity, fill->point)];
        row->fills++;
        row->commission_e9 = money_add_capped(row->commission_e9, fill->facts.commission_e9);
    }
    for (size_t i = 0; i < history->trade_count; i++) {
        const struct history_trade *trade = &history->trades[i];
        if (trade->facts.closed) {
            struct session_row *row = &rows[session_of(&history->equity, trade->point)];
            int64_t result_e9 = trade_result_e9(&trade->facts);
            row->trades_closed++;
            row->trades_won += result_e9 > 0 ? 1 : 0;
            row->realized_e9 = money_add_capped(row->realized_e9, result_e9);
        }
    }
}

struct session_row *report_sessions(const struct history *history)
{
    const struct equity_series *equity = &history->equity;
    struct session_row *rows = xcalloc(equity->session_count + 1, sizeof *rows);
    int64_t before_e9 = equity->start_e9;
    for (size_t i = 0; i < equity->session_count; i++) {
        rows[i].open_ns = equity->sessions[i].open_ns;
        rows[i].equity_e9 = equity->points[equity->sessions[i].point].equity_e9;
        /* Out of range only where the equity went from one end of it to the other. */
        (void)money_sub(rows[i].equity_e9, before_e9, &rows[i].change_e9);
        rows[i].change = before_e9 > 0 ? figure_ratio(rows[i].change_e9, before_e9, "")
                                       : figure_none("equity was not above zero");
        before_e9 = rows[i].equity_e9;
    }
    if (equity->session_count > 0) {
        add_trading(history, rows);
    }
    return rows;
}

static void print_heading(const struct history *history, const char *run, const char *what,
                          FILE *out)
{
    (void)fprintf(out, "%s of %s, %s\n", what, run, run_mode_text(history->preamble->mode));
    (void)fprintf(out, "  SIMULATED  fills by our own exchange%s\n",
                  lookup_market_is_simulated(history->lookup) ? ", and the market itself is made up"
                                                              : "");
    if (!history->ended) {
        (void)fprintf(out, "  the log has no end: the run was cut short, or goes on\n");
    }
}

static void print_session(const struct session_row *row, FILE *out)
{
    char day[UTC_TEXT_SIZE];
    char equity[SHOWN_SIZE];
    char change[SHOWN_SIZE];
    char share[SHOWN_SIZE];
    char fees[SHOWN_SIZE];
    (void)fprintf(out, "%-10s %17s %15s %10s %6" PRIu64 " %6" PRIu64 " %11s\n",
                  text_day(row->open_ns, day), text_dollars(row->equity_e9, false, equity),
                  text_dollars(row->change_e9, true, change),
                  row->change.why != NULL ? "n/a" : text_percent(row->change, true, share),
                  row->trades_closed, row->fills, text_dollars(row->commission_e9, false, fees));
}

void report_daily(const struct history *history, const char *run, FILE *out)
{
    struct session_row *rows = report_sessions(history);
    print_heading(history, run, "sessions", out);
    (void)fprintf(out, "\n%-10s %17s %15s %10s %6s %6s %11s\n", "session", "equity", "result",
                  "share", "trades", "fills", "fees");
    for (size_t i = 0; i < history->equity.session_count; i++) {
        print_session(&rows[i], out);
    }
    if (history->equity.session_count == 0) {
        (void)fprintf(out, "no session: the run saw no bars\n");
    }
    if (!history->every_slice) {
        (void)fprintf(out, "\nThe log has no point for each slice: a session's equity is that of "
                           "its last point.\n");
    }
    free(rows);
}

/* ---- trades ---- */

int64_t trade_price_e9(int64_t value_e9, int64_t qty_e9)
{
    int64_t price_e9 = 0;
    if (qty_e9 > 0) {
        /* An average of prices fits where they did. */
        (void)money_mul_div(value_e9, MONEY_E9, qty_e9, ROUND_EVEN, &price_e9);
    }
    return price_e9;
}

const char *trade_entry_reason(const struct history *history, const struct history_trade *trade)
{
    return lookup_reason(history->lookup, trade->book, trade->entry_reason);
}

const char *trade_exit_reason(const struct history *history, const struct history_trade *trade)
{
    if (trade->exit_role == ORDER_ROLE_TARGET || trade->exit_role == ORDER_ROLE_STOP) {
        return order_role_text(trade->exit_role);
    }
    return lookup_reason(history->lookup, trade->book, trade->exit_reason);
}

static void print_side(const char *what, int64_t ts_ns, int64_t price_e9, const char *reason,
                       FILE *out)
{
    char when[UTC_TEXT_SIZE];
    char price[SHOWN_SIZE];
    (void)fprintf(out, "        %-4s %-19s %12s  %s\n", what, text_minute(ts_ns, when),
                  text_dollars(price_e9, false, price), reason);
}

static void print_trade(const struct history *history, const struct history_trade *trade, FILE *out)
{
    const struct lookup *lookup = history->lookup;
    const struct trade_facts *facts = &trade->facts;
    char qty[MONEY_TEXT_SIZE];
    char result[SHOWN_SIZE];
    (void)money_format(trade->entry_qty_e9, qty);
    (void)fprintf(out, "%6" PRIu64 "  %-8s %10s  %2u %-24s %14s\n", trade->id,
                  lookup_symbol(lookup, trade->instrument), qty, (unsigned)trade->book,
                  lookup_strategy(lookup, trade->book),
                  facts->closed ? text_dollars(trade_result_e9(facts), true, result) : "open");
    print_side("in", facts->opened_ns, trade_price_e9(trade->entry_value_e9, trade->entry_qty_e9),
               trade_entry_reason(history, trade), out);
    if (facts->closed) {
        print_side("out", facts->closed_ns,
                   trade_price_e9(trade->exit_value_e9, trade->exit_qty_e9),
                   trade_exit_reason(history, trade), out);
    }
}

static void print_refusals(const struct history *history, FILE *out)
{
    for (size_t i = 0; i < history->refusal_count; i++) {
        const struct history_refusal *row = &history->refusals[i];
        char count[SHOWN_SIZE];
        (void)fprintf(out, "%s %s time%s by %s%s (%u %s)\n",
                      row->by_exchange ? "rejected" : "refused ", text_grouped(row->count, count),
                      row->count == 1 ? "" : "s", row->by_exchange ? "the exchange: " : "",
                      row->by_exchange ? reject_reason_text(row->code) : verdict_text(row->code),
                      (unsigned)row->book, lookup_strategy(history->lookup, row->book));
    }
}

void report_journal(const struct history *history, const char *run, FILE *out)
{
    print_heading(history, run, "trades", out);
    (void)fprintf(out, "\n%6s  %-8s %10s  %-27s %14s\n", "trade", "symbol", "shares", "strategy",
                  "result");
    for (size_t i = 0; i < history->trade_count; i++) {
        print_trade(history, &history->trades[i], out);
    }
    if (history->trade_count == 0) {
        (void)fprintf(out, "no trade: nothing was filled\n");
    }
    if (history->refusal_count > 0) {
        (void)fputc('\n', out);
        print_refusals(history, out);
    }
}
