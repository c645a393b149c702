/* tearsheet_tables.c: months, strategies, symbols and refusals as tables. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "readers/result_text.h"
#include "readers/tearsheet_private.h"

enum { SYMBOLS_SHOWN = 30 };

/* ---- months ---- */

/* The close of the last session before index `i`, or the cash put in. */
static int64_t close_before_e9(const struct equity_series *series, size_t i)
{
    return i == 0 ? series->start_e9 : series->points[series->sessions[i - 1].point].equity_e9;
}

static struct utc_date session_date(const struct equity_series *series, size_t i)
{
    return utc_date(utc_day_of(series->sessions[i].open_ns));
}

/* The return over the sessions from..to. */
static struct figure return_over(const struct equity_series *series, size_t from, size_t to)
{
    int64_t before_e9 = close_before_e9(series, from);
    int64_t after_e9 = close_before_e9(series, to);
    return before_e9 > 0
               ? figure_ratio((__int128)after_e9 - before_e9, before_e9, "no equity before it")
               : figure_none("no equity before it");
}

/* A month of 10 percent has the full colour; the number is there for those who do not see it. */
static void write_heat(struct figure figure, const char *class, FILE *out)
{
    char text[SHOWN_SIZE];
    if (figure.why != NULL) {
        (void)fprintf(out, "<td class=\"%s\" title=\"%s\">n/a</td>", class, figure.why);
        return;
    }
    double strength = figure.value == 0.0 ? 0.0 : fmin(0.08 + fabs(figure.value) * 6.0, 0.68);
    (void)text_percent(figure, true, text);
    (void)fprintf(out, "<td class=\"%s\" style=\"background:rgba(var(--%s),%.2f)\">%.*s</td>",
                  class, figure.value < 0.0 ? "loss" : "gain", strength,
                  (int)(strlen(text) - strlen(" %")), text);
}

/* The row of the year that begins with that session; returns the next year's first session. */
static size_t write_year(const struct equity_series *series, size_t first, FILE *out)
{
    int32_t year = session_date(series, first).year;
    size_t at = first;
    (void)fprintf(out, "<tr><td>%d</td>", (int)year);
    for (int32_t month = 1; month <= 12; month++) {
        size_t from = at;
        while (at < series->session_count && session_date(series, at).year == year &&
               session_date(series, at).month == month) {
            at++;
        }
        if (at > from) {
            write_heat(return_over(series, from, at), "", out);
        } else {
            (void)fputs("<td></td>", out);
        }
    }
    write_heat(return_over(series, first, at), "year", out);
    (void)fputs("</tr>\n", out);
    return at;
}

void tearsheet_months(const struct tearsheet *sheet, FILE *out)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const struct equity_series *series = &sheet->history->equity;
    if (series->session_count == 0) {
        return;
    }
    (void)fputs(
        "<section class=\"long\"><h2>Returns by month, in percent</h2><div class=\"scroll\">"
        "<table class=\"heat\"><thead><tr><th>Year</th>",
        out);
    for (size_t i = 0; i < 12; i++) {
        (void)fprintf(out, "<th>%s</th>", names[i]);
    }
    (void)fputs("<th>Year</th></tr></thead><tbody>\n", out);
    for (size_t at = 0; at < series->session_count;) {
        at = write_year(series, at, out);
    }
    (void)fputs("</tbody></table></div></section>\n", out);
}

/* ---- strategies and symbols ---- */

static void write_money_cell(struct amount amount, FILE *out)
{
    char text[SHOWN_SIZE];
    const char *class = amount.why != NULL || amount.e9 == 0 ? ""
                        : amount.e9 < 0                      ? " class=\"loss\""
                                                             : " class=\"gain\"";
    if (amount.why != NULL) {
        (void)fprintf(out, "<td title=\"%s\">n/a</td>", amount.why);
    } else {
        (void)fprintf(out, "<td%s>%s</td>", class, text_dollars(amount.e9, true, text));
    }
}

/* A cell that says n/a has its why as a title: a table has no room for it. */
static void write_cell(const char *why, const char *text, FILE *out)
{
    if (why != NULL) {
        (void)fprintf(out, "<td title=\"%s\">n/a</td>", why);
    } else {
        (void)fprintf(out, "<td>%s</td>", text);
    }
}

static const char activity_heads[] =
    "<th>Result</th><th>Trades</th><th>Win rate</th><th>Profit factor</th><th>Per trade</th>"
    "<th>Held</th><th>Fees</th><th>Slippage</th></tr></thead><tbody>\n";

static void write_activity(const struct activity_metrics *activity, FILE *out)
{
    char text[SHOWN_SIZE];
    write_money_cell(activity->net_result, out);
    (void)fprintf(out, "<td>%s</td>", text_grouped(activity->trades_closed, text));
    write_cell(activity->win_rate.why, text_percent(activity->win_rate, false, text), out);
    write_cell(activity->profit_factor.why, text_number(activity->profit_factor, text), out);
    write_money_cell(activity->expectancy, out);
    write_cell(activity->average_holding_s.why, text_duration(activity->average_holding_s, text),
               out);
    write_cell(activity->commission.why, text_amount(activity->commission, false, text), out);
    write_cell(activity->slippage.why, text_amount(activity->slippage, true, text), out);
    (void)fputs("</tr>\n", out);
}

void tearsheet_strategies(const struct tearsheet *sheet, FILE *out)
{
    const struct run_metrics *metrics = sheet->metrics;
    (void)fputs("<section class=\"long\"><h2>Strategies</h2><div class=\"scroll\"><table><thead>"
                "<tr><th>Strategy</th><th>Acted</th><th>Refused</th>",
                out);
    (void)fputs(activity_heads, out);
    for (uint32_t i = 0; i < metrics->strategy_count; i++) {
        const struct strategy_metrics *strategy = &metrics->strategies[i];
        char acted[SHOWN_SIZE];
        char refused[SHOWN_SIZE];
        (void)fprintf(out, "<tr><td>%u ", (unsigned)strategy->book);
        html_text(out, strategy->name);
        (void)fprintf(out, "</td><td>%s</td><td>%s</td>", text_grouped(strategy->acted, acted),
                      text_grouped(strategy->refused + strategy->rejected, refused));
        write_activity(&strategy->activity, out);
    }
    (void)fputs("</tbody></table></div><p class=\"note\">Result: what trades realized less their "
                "fees, open trades included, without what is not realized yet.</p></section>\n",
                out);
}

void tearsheet_symbols(const struct tearsheet *sheet, FILE *out)
{
    const struct run_metrics *metrics = sheet->metrics;
    if (metrics->symbol_count == 0) {
        return;
    }
    uint32_t shown = metrics->symbol_count < SYMBOLS_SHOWN ? metrics->symbol_count : SYMBOLS_SHOWN;
    (void)fputs("<section class=\"long\"><h2>Symbols</h2><div class=\"scroll\"><table><thead>"
                "<tr><th>Symbol</th>",
                out);
    (void)fputs(activity_heads, out);
    for (uint32_t i = 0; i < shown; i++) {
        (void)fputs("<tr><td>", out);
        html_text(out, metrics->symbols[i].symbol.symbol);
        (void)fputs("</td>", out);
        write_activity(&metrics->symbols[i].activity, out);
    }
    (void)fputs("</tbody></table></div>", out);
    if (shown < metrics->symbol_count) {
        (void)fprintf(out,
                      "<p class=\"note\">The first %u of %u symbols that were traded; all of them "
                      "stand in <code>result.json</code>.</p>",
                      (unsigned)shown, (unsigned)metrics->symbol_count);
    }
    (void)fputs("</section>\n", out);
}

/* ---- refusals ---- */

static void write_refusal(const struct refusal_row *row, FILE *out)
{
    char count[SHOWN_SIZE];
    (void)fprintf(out, "<tr><td>%u ", (unsigned)row->book);
    html_text(out, row->name);
    (void)fprintf(out, "</td><td class=\"left\">%s</td><td class=\"left\">",
                  row->by_exchange ? "the exchange" : "a limit");
    html_text(out, row->reason);
    (void)fprintf(out, "</td><td>%s</td></tr>\n", text_grouped(row->count, count));
}

/* Why a run without trades had none; NULL when it had some. */
static const char *why_idle(const struct tearsheet *sheet)
{
    const struct history *history = sheet->history;
    if (history->fill_count > 0) {
        return NULL;
    }
    if (history->equity.point_count == 0) {
        return "Nothing was traded: there were no bars.";
    }
    if (history->refusal_count > 0) {
        return "Nothing was traded: all of this was refused.";
    }
    if (history->order_count > 0) {
        return "Nothing was traded: the orders were not filled before the data ended.";
    }
    return history->evaluations == 0 && history->every_slice
               ? "Nothing was traded: still warming up, no strategy had enough finished bars."
               : "Nothing was traded: no strategy gave a signal.";
}

void tearsheet_refusals(const struct tearsheet *sheet, FILE *out)
{
    const struct run_metrics *metrics = sheet->metrics;
    const char *idle = why_idle(sheet);
    (void)fputs("<section class=\"long\"><h2>Refusals</h2>\n", out);
    if (idle != NULL) {
        (void)fprintf(out, "<p>%s</p>", idle);
    }
    if (metrics->refusal_count == 0) {
        (void)fputs("<p class=\"soft\">No decision was refused, no order rejected.</p></section>\n",
                    out);
        return;
    }
    (void)fputs("<div class=\"scroll\"><table><thead><tr><th>Strategy</th><th class=\"left\">By"
                "</th><th class=\"left\">Why</th><th>Times</th></tr></thead><tbody>\n",
                out);
    for (uint32_t i = 0; i < metrics->refusal_count; i++) {
        write_refusal(&metrics->refusals[i], out);
    }
    (void)fputs("</tbody></table></div></section>\n", out);
}
