/* tearsheet_trades.c: the first and the last trades of a run. */
#include <inttypes.h>

#include "base/money.h"
#include "readers/result_report.h"
#include "readers/result_text.h"
#include "readers/tearsheet_private.h"

/* So many from each end; when all fit, all are shown. */
enum { SHOWN_FIRST = 15, SHOWN_LAST = 15, COLUMNS = 9 };

/* When, and below it why. */
static void write_moment(int64_t ts_ns, const char *reason, FILE *out)
{
    char when[UTC_TEXT_SIZE];
    (void)fprintf(out, "<td class=\"left\">%s<small>", text_minute(ts_ns, when));
    html_text(out, reason);
    (void)fputs("</small></td>", out);
}

static void write_price(int64_t price_e9, FILE *out)
{
    char price[SHOWN_SIZE];
    (void)fprintf(out, "<td>%s</td>", text_dollars(price_e9, false, price));
}

static void write_outcome(const struct history_trade *trade, const char *reason, FILE *out)
{
    char result[SHOWN_SIZE];
    if (!trade->facts.closed) {
        (void)fputs("<td class=\"left\">open</td><td></td><td></td>", out);
        return;
    }
    int64_t result_e9 = trade_result_e9(&trade->facts);
    write_moment(trade->facts.closed_ns, reason, out);
    write_price(trade_price_e9(trade->exit_value_e9, trade->exit_qty_e9), out);
    (void)fprintf(out, "<td class=\"%s\">%s</td>",
                  result_e9 < 0   ? "loss"
                  : result_e9 > 0 ? "gain"
                                  : "",
                  text_dollars(result_e9, true, result));
}

static void write_trade(const struct tearsheet *sheet, const struct history_trade *trade, FILE *out)
{
    const struct lookup *lookup = sheet->history->lookup;
    char qty[MONEY_TEXT_SIZE];
    (void)fprintf(out, "<tr><td>%" PRIu64 "</td><td class=\"left\">", trade->id);
    html_text(out, lookup_symbol(lookup, trade->instrument));
    (void)fprintf(out, "</td><td class=\"left\">%u ", (unsigned)trade->book);
    html_text(out, lookup_strategy(lookup, trade->book));
    (void)money_format(trade->entry_qty_e9, qty);
    (void)fprintf(out, "</td><td>%s</td>", qty);
    write_moment(trade->facts.opened_ns, trade_entry_reason(sheet->history, trade), out);
    write_price(trade_price_e9(trade->entry_value_e9, trade->entry_qty_e9), out);
    write_outcome(trade, trade_exit_reason(sheet->history, trade), out);
    (void)fputs("</tr>\n", out);
}

static void write_rows(const struct tearsheet *sheet, FILE *out)
{
    const struct history *history = sheet->history;
    bool all = history->trade_count <= SHOWN_FIRST + SHOWN_LAST;
    for (size_t i = 0; i < history->trade_count; i++) {
        if (all || i < SHOWN_FIRST || i + SHOWN_LAST >= history->trade_count) {
            write_trade(sheet, &history->trades[i], out);
        } else if (i == SHOWN_FIRST) {
            char count[SHOWN_SIZE];
            (void)fprintf(out, "<tr><td class=\"gap\" colspan=\"%d\">%s more</td></tr>\n", COLUMNS,
                          text_grouped(history->trade_count - SHOWN_FIRST - SHOWN_LAST, count));
        }
    }
}

void tearsheet_trades(const struct tearsheet *sheet, FILE *out)
{
    size_t count = sheet->history->trade_count;
    char shown[SHOWN_SIZE];
    (void)fprintf(out, "<section class=\"long\"><h2>Trades (%s)</h2>\n",
                  text_grouped(count, shown));
    if (count == 0) {
        (void)fputs("<p class=\"soft\">Nothing was filled.</p></section>\n", out);
        return;
    }
    (void)fputs(
        "<div class=\"scroll\"><table><thead><tr><th>Trade</th><th class=\"left\">Symbol"
        "</th><th class=\"left\">Strategy</th><th>Shares</th><th class=\"left\">In (UTC)"
        "</th><th>Price</th><th class=\"left\">Out (UTC)</th><th>Price</th><th>Result</th></tr>"
        "</thead><tbody>\n",
        out);
    write_rows(sheet, out);
    (void)fputs("</tbody></table></div><p class=\"note path\">In the order they closed. All trades "
                "stand in <code>journal.db</code>, all fills in <code>trades.jsonl</code>, both "
                "in <code>",
                out);
    html_text(out, sheet->run_dir);
    (void)fputs("</code>.</p></section>\n", out);
}
