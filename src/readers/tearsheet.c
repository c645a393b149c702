/* tearsheet.c: the page: heading, key figures, all figures, and the parts in between. */
#include "readers/tearsheet.h"

#include <string.h>

#include "readers/result_text.h"
#include "readers/tearsheet_private.h"

/* ---- heading ---- */

static void write_source(const char *source, FILE *out)
{
    for (const char *line = source; *line != '\0';) {
        char text[512];
        size_t length = strcspn(line, "\n");
        size_t word = strncmp(line, "file ", 5) == 0 ? 5 : 0;
        (void)snprintf(text, sizeof text, "%.*s", (int)(length - word), line + word);
        (void)fputs("<p class=\"soft path\">", out);
        html_text(out, text);
        (void)fputs("</p>\n", out);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}

static void write_span(const struct history *history, FILE *out)
{
    const struct equity_series *series = &history->equity;
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    char sessions[SHOWN_SIZE];
    if (series->point_count > 0) {
        (void)fprintf(
            out, "<p>%s to %s UTC, %s session%s</p>\n", text_minute(series->start_ns, first),
            text_minute(series->points[series->point_count - 1].ts_ns, last),
            text_grouped(series->session_count, sessions), series->session_count == 1 ? "" : "s");
    }
    if (!history->ended) {
        (void)fputs("<p><strong>The log has no end: the run was cut short, or goes on.</strong></p>"
                    "\n",
                    out);
    }
}

static void write_heading(const struct tearsheet *sheet, FILE *out)
{
    const struct history *history = sheet->history;
    (void)fputs("<header><span class=\"tag simulated\">SIMULATED</span><span class=\"tag\">", out);
    html_text(out, run_mode_text(history->preamble->mode));
    (void)fputs("</span><h1>", out);
    html_text(out, sheet->run_id);
    (void)fputs("</h1>\n", out);
    write_span(history, out);
    write_source(history->preamble->source, out);
    (void)fprintf(out, "<p class=\"note\">Fills are made by our own exchange%s.</p></header>\n",
                  lookup_market_is_simulated(history->lookup) ? ", and the market itself is made up"
                                                              : "; no order left the program");
}

/* ---- key figures ---- */

/* `text` may be "n/a (why)"; then the why stands below it, in place of `more`. */
static void write_key_figure(const char *name, const char *value, const char *class,
                             const char *more, FILE *out)
{
    const char *why = strncmp(value, "n/a (", 5) == 0 ? value + 5 : NULL;
    (void)fprintf(out, "<div class=\"figure\"><div class=\"name\">%s</div>", name);
    if (why != NULL) {
        (void)fprintf(out,
                      "<div class=\"value none\">n/a</div><div class=\"more\">%.*s</div></div>\n",
                      (int)strlen(why) - 1, why);
    } else {
        (void)fprintf(out, "<div class=\"value %s\">%s</div><div class=\"more\">%s</div></div>\n",
                      class, value, more);
    }
}

static const char *sign_class(double value)
{
    return value < 0.0 ? "loss" : value > 0.0 ? "gain" : "";
}

static void write_returns(const struct tearsheet *sheet, FILE *out)
{
    const struct equity_metrics *equity = &sheet->metrics->equity;
    const struct equity_series *series = &sheet->history->equity;
    char value[SHOWN_SIZE];
    char cash[SHOWN_SIZE];
    char more[2 * SHOWN_SIZE];
    bool few = equity->sessions < SESSIONS_FEW;
    if (series->point_count > 0) {
        (void)snprintf(more, sizeof more, "from %s", text_dollars(series->start_e9, false, cash));
        write_key_figure(
            "Equity at the end",
            text_dollars(series->points[series->point_count - 1].equity_e9, false, value), "", more,
            out);
    }
    write_key_figure("Total return", text_percent(equity->total_return, true, value),
                     sign_class(equity->total_return.value), "", out);
    write_key_figure("Return per year", text_percent(equity->cagr, true, value),
                     sign_class(equity->cagr.value),
                     few ? "too few sessions to go by" : "compound (CAGR)", out);
    (void)snprintf(more, sizeof more, "%s",
                   equity->drawdown.recovery_ns != 0 ? "made good since"
                   : equity->drawdown.trough_ns != 0 ? "not made good by the end"
                                                     : "never below its peak");
    write_key_figure("Deepest drawdown", text_percent(equity->drawdown.share, false, value), "",
                     more, out);
    write_key_figure("Volatility", text_percent(equity->volatility, false, value), "", "per year",
                     out);
    write_key_figure("Sharpe", text_number(equity->sharpe, value), "",
                     few ? "too few sessions to go by" : "session closes, no risk-free rate", out);
    write_key_figure("Sortino", text_number(equity->sortino, value), "",
                     few ? "too few sessions to go by" : "against losing sessions", out);
}

static void write_trading(const struct tearsheet *sheet, FILE *out)
{
    const struct activity_metrics *total = &sheet->metrics->total;
    const struct equity_metrics *equity = &sheet->metrics->equity;
    char value[SHOWN_SIZE];
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    char more[2 * SHOWN_SIZE];
    (void)snprintf(more, sizeof more, "%s open", text_grouped(total->trades_open, a));
    write_key_figure("Trades closed", text_grouped(total->trades_closed, value), "", more, out);
    (void)snprintf(more, sizeof more, "%s won, %s lost", text_grouped(total->trades_won, a),
                   text_grouped(total->trades_lost, b));
    write_key_figure("Win rate", text_percent(total->win_rate, false, value), "", more, out);
    write_key_figure("Profit factor", text_number(total->profit_factor, value), "",
                     "won for each dollar lost", out);
    write_key_figure("Per trade", text_amount(total->expectancy, true, value),
                     sign_class((double)total->expectancy.e9), "on average, after fees", out);
    (void)snprintf(more, sizeof more, "%s of the equity",
                   text_percent(equity->average_exposure, false, a));
    write_key_figure("Time invested", text_percent(equity->time_invested, false, value), "", more,
                     out);
}

/* ---- all figures ---- */

static void write_pair(const char *name, const char *value, FILE *out)
{
    (void)fprintf(out, "<dt>%s</dt><dd>%s</dd>\n", name, value);
}

static void write_time_pair(const char *name, int64_t ts_ns, const char *none, FILE *out)
{
    char text[UTC_TEXT_SIZE];
    write_pair(name, ts_ns != 0 ? text_minute(ts_ns, text) : none, out);
}

static void write_account_pairs(const struct run_metrics *metrics, FILE *out)
{
    const struct drawdown *drawdown = &metrics->equity.drawdown;
    const struct activity_metrics *total = &metrics->total;
    char text[SHOWN_SIZE];
    (void)fputs("<dl>\n", out);
    write_pair("Realized", text_amount(total->realized, true, text), out);
    write_pair("Fees", text_amount(total->commission, false, text), out);
    write_pair("Not realized yet", text_amount(metrics->unrealized, true, text), out);
    write_pair("Traded", text_amount(total->traded, false, text), out);
    write_pair("Turnover, times the equity", text_number(total->turnover, text), out);
    write_pair("Slippage (cost +)", text_amount(total->slippage, true, text), out);
    write_pair("Slippage, bps", text_number(total->slippage_bps, text), out);
    write_pair("Drawdown in dollars", text_amount(drawdown->value, false, text), out);
    write_time_pair("Drawdown from", drawdown->peak_ns, "never", out);
    write_time_pair("Drawdown to", drawdown->trough_ns, "never", out);
    write_time_pair("Made good", drawdown->recovery_ns,
                    drawdown->trough_ns != 0 ? "not by the end" : "never fell", out);
    (void)fputs("</dl>\n", out);
}

static void write_trade_pairs(const struct activity_metrics *total, FILE *out)
{
    char text[SHOWN_SIZE];
    (void)fputs("<dl>\n", out);
    write_pair("Fills", text_grouped(total->fills, text), out);
    write_pair("Average win", text_amount(total->average_win, true, text), out);
    write_pair("Average loss", text_amount(total->average_loss, true, text), out);
    write_pair("Largest win", text_amount(total->largest_win, true, text), out);
    write_pair("Largest loss", text_amount(total->largest_loss, true, text), out);
    write_pair("Average holding time", text_duration(total->average_holding_s, text), out);
    write_pair("Lost in a row at most", text_grouped(total->losing_streak, text), out);
    (void)fputs("</dl>\n", out);
}

static void write_figures(const struct tearsheet *sheet, FILE *out)
{
    (void)fputs("<section><h2>More figures</h2><div class=\"two\">\n", out);
    write_account_pairs(sheet->metrics, out);
    write_trade_pairs(&sheet->metrics->total, out);
    (void)fputs("</div>", out);
    if (!sheet->metrics->every_slice) {
        (void)fputs("<p class=\"note\">The log has no equity point for each slice: drawdown and "
                    "exposure are of the points it has, and a session closes at its last one.</p>",
                    out);
    }
    (void)fputs("</section>\n", out);
}

/* ---- identity ---- */

static void write_outside_pair(const char *name, const char *value, FILE *out)
{
    (void)fprintf(out, "<dt>%s</dt><dd><code>", name);
    html_text(out, value);
    (void)fputs("</code></dd>\n", out);
}

static void write_identity(const struct tearsheet *sheet, FILE *out)
{
    const struct preamble *preamble = sheet->history->preamble;
    char bar[24];
    (void)fputs("<section><h2>What was run</h2><dl>\n", out);
    write_outside_pair("Config", preamble->config_path, out);
    write_outside_pair("Config hash", lookup_config(sheet->history->lookup)->config_hash, out);
    write_outside_pair("Data hash", preamble->data_hash, out);
    write_outside_pair("Bars of", bar_length_text(preamble->bar_ns, bar), out);
    write_outside_pair("Build", preamble->build, out);
    write_outside_pair("Folder", sheet->run_dir, out);
    (void)fputs("</dl><p class=\"note\">Returns are taken from session close to session close, a "
                "year has 252 sessions, the risk-free rate is 0. Buy and hold: equal parts of the "
                "cash in each symbol at its first open, without fees. Times are UTC.</p></section>"
                "\n",
                out);
}

void tearsheet_write(const struct tearsheet *sheet, FILE *out)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
                out);
    html_text(out, sheet->run_id);
    (void)fputs(" (simulated)</title>\n", out);
    (void)fputs(tearsheet_style, out);
    (void)fputs("</head><body><main>\n", out);
    write_heading(sheet, out);
    (void)fputs("<section class=\"figures\">\n", out);
    write_returns(sheet, out);
    write_trading(sheet, out);
    (void)fputs("</section>\n", out);
    tearsheet_plots(sheet, out);
    tearsheet_months(sheet, out);
    tearsheet_strategies(sheet, out);
    tearsheet_symbols(sheet, out);
    write_figures(sheet, out);
    tearsheet_trades(sheet, out);
    tearsheet_refusals(sheet, out);
    write_identity(sheet, out);
    (void)fputs("</main></body></html>\n", out);
}
