/* result_report_json.c: sessions and trades as JSON: money is decimal text, shares are numbers,
 * what cannot be is null. */
#include <stdlib.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/trades.h"
#include "readers/result_report.h"
#include "readers/result_text.h"
#include "sys/json_writer.h"

static void begin(struct json_writer *json, const struct history *history, const char *run)
{
    json_init(json, true);
    json_begin_object(json);
    json_member_string(json, "run_id", run);
    json_member_string(json, "mode", run_mode_text(history->preamble->mode));
    json_member_bool(json, "simulated", true); /* both modes fill at our own exchange */
    json_member_bool(json, "ended", history->ended);
}

static void end(struct json_writer *json, FILE *out)
{
    json_end_object(json);
    (void)fprintf(out, "%s\n", json->text); /* the owner of `out` asks ferror() */
    json_finish(json);
}

static void write_session(struct json_writer *json, const struct session_row *row)
{
    char day[UTC_TEXT_SIZE];
    int64_t change_e9;
    json_begin_object(json);
    json_member_string(json, "session", text_day(row->open_ns, day));
    json_member_decimal(json, "equity", row->equity_e9);
    json_member_decimal(json, "result", row->change_e9);
    json_key(json, "return");
    if (row->change.why == NULL && money_from_double(row->change.value, &change_e9) == ERR_OK) {
        json_money(json, change_e9);
    } else {
        json_null(json);
    }
    json_member_uint(json, "trades_closed", row->trades_closed);
    json_member_uint(json, "trades_won", row->trades_won);
    json_member_decimal(json, "trades_result", row->realized_e9);
    json_member_uint(json, "fills", row->fills);
    json_member_decimal(json, "commission", row->commission_e9);
    json_end_object(json);
}

void report_daily_json(const struct history *history, const char *run, FILE *out)
{
    struct json_writer json;
    struct session_row *rows = report_sessions(history);
    begin(&json, history, run);
    json_key(&json, "sessions");
    json_begin_array(&json);
    for (size_t i = 0; i < history->equity.session_count; i++) {
        write_session(&json, &rows[i]);
    }
    json_end_array(&json);
    end(&json, out);
    free(rows);
}

static void write_side(struct json_writer *json, const char *key, int64_t ts_ns, int64_t qty_e9,
                       int64_t value_e9, const char *reason)
{
    json_key(json, key);
    if (qty_e9 == 0) {
        json_null(json);
        return;
    }
    json_begin_object(json);
    json_key(json, "time");
    if (ts_ns != 0) {
        json_time(json, ts_ns);
    } else {
        json_null(json); /* sold in part: the last exit has not filled yet */
    }
    json_member_decimal(json, "qty", qty_e9);
    json_member_decimal(json, "price", trade_price_e9(value_e9, qty_e9));
    json_member_string(json, "reason", reason);
    json_end_object(json);
}

static void write_trade(struct json_writer *json, const struct history *history,
                        const struct history_trade *trade)
{
    const struct lookup *lookup = history->lookup;
    const struct trade_facts *facts = &trade->facts;
    json_begin_object(json);
    json_member_uint(json, "trade_id", trade->id);
    json_member_string(json, "state", trade_state_text(trade->state));
    json_member_string(json, "symbol", lookup_symbol(lookup, trade->instrument));
    json_member_uint(json, "book", trade->book);
    json_member_string(json, "strategy", lookup_strategy(lookup, trade->book));
    write_side(json, "entry", facts->opened_ns, trade->entry_qty_e9, trade->entry_value_e9,
               trade_entry_reason(history, trade));
    write_side(json, "exit", facts->closed_ns, trade->exit_qty_e9, trade->exit_value_e9,
               trade_exit_reason(history, trade));
    json_member_decimal(json, "held", trade->qty_e9);
    json_member_decimal(json, "realized", facts->realized_e9);
    json_member_decimal(json, "commission", facts->commission_e9);
    json_member_decimal(json, "result", trade_result_e9(facts));
    json_end_object(json);
}

void report_journal_json(const struct history *history, const char *run, FILE *out)
{
    struct json_writer json;
    begin(&json, history, run);
    json_key(&json, "trades");
    json_begin_array(&json);
    for (size_t i = 0; i < history->trade_count; i++) {
        write_trade(&json, history, &history->trades[i]);
    }
    json_end_array(&json);
    end(&json, out);
}
