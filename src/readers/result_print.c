/* result_print.c: a run's result for people: plain text, 80 columns, no colour.
 *
 * Money is rounded to cents for the eye; every digit stands in result.json. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "readers/result.h"
#include "readers/result_books.h"
#include "readers/result_metrics.h"
#include "readers/result_text.h"

static void print_source(const struct run_result *result, FILE *out)
{
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    char bars[SHOWN_SIZE];
    char slices[SHOWN_SIZE];
    const char *label = "traded";
    for (const char *line = result->source; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        size_t word = strncmp(line, "file ", 5) == 0 ? 5 : 0;
        /* How bad rows were treated is told below, by their count. */
        if (strncmp(line, "skip-bad", length) != 0) {
            (void)fprintf(out, "  %-10s %.*s\n", label, (int)(length - word), line + word);
            label = "";
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    if (result->bars > 0) {
        (void)fprintf(out, "  %-10s %s to %s UTC\n", "period", text_minute(result->first_ns, first),
                      text_minute(result->last_ns, last));
    }
    (void)fprintf(out, "  %-10s %s in %s slices%s\n", "bars", text_grouped(result->bars, bars),
                  text_grouped(result->slices, slices),
                  result->stopped ? "; stopped before the end of the data" : "");
    if (result->bars_skipped > 0) {
        (void)fprintf(out, "  %-10s %s bad row%s left out of the data\n", "skipped",
                      text_grouped(result->bars_skipped, bars),
                      result->bars_skipped == 1 ? "" : "s");
    }
}

/* Why an account that could have traded did not, in the order in which it would have to. */
static void print_why_idle(const struct run_result *result, const char *run_dir, FILE *out)
{
    const char *why = "the orders were not filled before the data ended";
    if (result->bars == 0) {
        why = "there were no bars";
    } else if (result->evaluations == 0) {
        why = "still warming up: no strategy had enough finished bars";
    } else if (result->decisions == 0 && result->refused == 0) {
        why = "no signal: nobody said buy";
    } else if (result->orders == 0) {
        why = "every entry was refused by a gate (below)";
    } else if (result->rejected >= result->orders) {
        why = "the exchange rejected every order";
    }
    (void)fprintf(out, "  %-10s %s\n", "no trades", why);
    if (run_dir != NULL && result->bars > 0) {
        (void)fprintf(out, "  %-10s ask: bellwether why --summary --run %s\n", "", run_dir);
    }
}

/* Whether the log tells of several strategies. */
static bool tells_books(const struct run_result *result)
{
    const struct run_metrics *metrics = result->metrics;
    return metrics != NULL && !metrics->without_log && metrics->strategy_count > 1;
}

/* For which reasons the strategy wanted to act. */
static void print_signals(const struct run_metrics *metrics, FILE *out)
{
    for (uint32_t i = 0; i < metrics->signal_count; i++) {
        const struct signal_count *row = &metrics->signals[i];
        char count[SHOWN_SIZE];
        (void)fprintf(out, "  %-10s %s time%s %s (%u %s)\n", i == 0 ? "signals" : "",
                      text_grouped(row->count, count), row->count == 1 ? "" : "s", row->reason,
                      (unsigned)row->book, row->name);
    }
}

/* Who was told no, by whom and how often. */
static void print_who_refused(const struct run_metrics *metrics, FILE *out)
{
    for (uint32_t i = 0; i < metrics->refusal_count; i++) {
        const struct refusal_row *row = &metrics->refusals[i];
        char count[SHOWN_SIZE];
        (void)fprintf(out, "  %-10s %s time%s by %s%s (%u %s)\n",
                      row->by_exchange ? "rejected" : "refused", text_grouped(row->count, count),
                      row->count == 1 ? "" : "s", row->by_exchange ? "the exchange: " : "",
                      row->reason, (unsigned)row->book, row->name);
    }
}

static void print_activity(const struct run_result *result, const char *run_dir, FILE *out)
{
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    char c[SHOWN_SIZE];
    (void)fprintf(out, "  %-10s %s evaluated, %s acted on, %s refused\n", "decisions",
                  text_grouped(result->evaluations, a), text_grouped(result->decisions, b),
                  text_grouped(result->refused, c));
    (void)fprintf(out, "  %-10s %s, %s fills, %s rejected by the exchange\n", "orders",
                  text_grouped(result->orders, a), text_grouped(result->fills, b),
                  text_grouped(result->rejected, c));
    if (result->fills == 0) {
        print_why_idle(result, run_dir, out);
    } else {
        /* A trade that came to exactly nothing is no win. */
        (void)fprintf(out, "  %-10s %s closed, %s won", "trades",
                      text_grouped(result->trades_closed, a), text_grouped(result->trades_won, b));
        (void)fprintf(out, ", %s not won, %s open\n",
                      text_grouped(result->trades_closed - result->trades_won, a),
                      text_grouped(result->trades_open, b));
    }
    if (tells_books(result)) {
        return; /* each strategy speaks for itself, below */
    }
    if (result->metrics != NULL && !result->metrics->without_log) {
        print_signals(result->metrics, out);
        print_who_refused(result->metrics, out);
        return;
    }
    for (uint32_t i = 0; i < result->refusal_count; i++) {
        if (result->refusals[i].count > 0) {
            (void)fprintf(out, "  %-10s %s times by %s\n", "refused",
                          text_grouped(result->refusals[i].count, a), result->refusals[i].gate);
        }
    }
}

static void print_money(const struct run_result *result, FILE *out)
{
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    int64_t gain_e9 = 0;
    (void)fprintf(out, "  %-10s %s at the start, %s at the end\n", "cash",
                  text_dollars(result->initial_cash_e9, false, a),
                  text_dollars(result->final_cash_e9, false, b));
    (void)fprintf(out, "  %-10s %s, commission %s\n", "realized",
                  text_dollars(result->realized_e9, true, a),
                  text_dollars(result->commission_e9, false, b));
    (void)fprintf(out, "  %-10s %s", "equity", text_dollars(result->final_equity_e9, false, a));
    if (money_sub(result->final_equity_e9, result->initial_cash_e9, &gain_e9) == ERR_OK) {
        (void)fprintf(out, "  result %s  %s", text_dollars(gain_e9, true, a),
                      text_share(gain_e9, result->initial_cash_e9, b));
    }
    (void)fprintf(out, "\n  %-10s %s at most, of the equity at slice ends\n", "drawdown",
                  text_dollars(result->max_drawdown_e9, false, a));
}

static void print_drawdown(const struct drawdown *drawdown, FILE *out)
{
    char share[SHOWN_SIZE];
    char from[UTC_TEXT_SIZE];
    char to[UTC_TEXT_SIZE];
    char back[UTC_TEXT_SIZE] = "";
    if (drawdown->share.why == NULL && drawdown->trough_ns != 0) {
        if (drawdown->recovery_ns != 0) {
            (void)text_minute(drawdown->recovery_ns, back);
        }
        (void)fprintf(out, "  %-10s deepest %s, %s to %s,\n  %-10s %s%s\n", "",
                      text_percent(drawdown->share, false, share),
                      text_minute(drawdown->peak_ns, from), text_minute(drawdown->trough_ns, to),
                      "", back[0] == '\0' ? "not made good by the end" : "made good by ", back);
    }
}

static void print_risk(const struct run_metrics *metrics, FILE *out)
{
    const struct equity_metrics *equity = &metrics->equity;
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    char c[SHOWN_SIZE];
    if (equity->cagr.why != NULL && equity->volatility.why != NULL) {
        (void)fprintf(out, "  %-10s %s\n", "per year", text_percent(equity->volatility, false, a));
    } else {
        (void)fprintf(out, "  %-10s return %s, volatility %s\n", "per year",
                      text_percent(equity->cagr, true, a),
                      text_percent(equity->volatility, false, b));
    }
    if (equity->sharpe.why == NULL || equity->sortino.why == NULL) {
        (void)fprintf(out, "  %-10s Sharpe %s, Sortino %s\n  %-10s by %s session closes%s\n", "",
                      text_number(equity->sharpe, a), text_number(equity->sortino, b), "",
                      text_grouped(equity->sessions, c),
                      equity->sessions < SESSIONS_FEW ? ": too few to go by" : "");
    }
    (void)fprintf(out, "  %-10s invested %s of the time,\n  %-10s %s of the equity on average\n",
                  "exposure", text_percent(equity->time_invested, false, a), "",
                  text_percent(equity->average_exposure, false, b));
    if (!metrics->every_slice) {
        (void)fprintf(out, "  %-10s (of the points in the log, which are not all slices)\n", "");
    }
}

static void print_trading(const struct activity_metrics *activity, FILE *out)
{
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    char c[SHOWN_SIZE];
    (void)fprintf(out, "  %-10s %s, %s times the equity\n", "turnover",
                  text_amount(activity->traded, false, a), text_number(activity->turnover, b));
    (void)fprintf(out, "  %-10s %s, %s bps of the price decided on\n", "slippage",
                  text_amount(activity->slippage, true, a), text_number(activity->slippage_bps, b));
    if (activity->trades_closed == 0) {
        return;
    }
    (void)fprintf(out, "  %-10s win rate %s, profit factor %s\n", "per trade",
                  text_percent(activity->win_rate, false, a),
                  text_number(activity->profit_factor, b));
    (void)fprintf(out, "  %-10s average %s: wins %s,\n", "",
                  text_amount(activity->expectancy, true, a),
                  text_amount(activity->average_win, true, b));
    (void)fprintf(out, "  %-10s losses %s\n", "", text_amount(activity->average_loss, true, a));
    (void)fprintf(out, "  %-10s largest win %s, loss %s\n", "",
                  text_amount(activity->largest_win, true, a),
                  text_amount(activity->largest_loss, true, b));
    (void)fprintf(out, "  %-10s held %s on average, %s lost in a row at most\n", "",
                  text_duration(activity->average_holding_s, a),
                  text_grouped(activity->losing_streak, c));
}

static void print_strategies(const struct run_metrics *metrics, FILE *out)
{
    for (uint32_t i = 0; metrics->strategy_count > 1 && i < metrics->strategy_count; i++) {
        const struct strategy_metrics *strategy = &metrics->strategies[i];
        char a[SHOWN_SIZE];
        char b[SHOWN_SIZE];
        (void)fprintf(out, "  %-10s %u %s: %s closed, result %s\n", i == 0 ? "strategies" : "",
                      (unsigned)strategy->book, strategy->name,
                      text_grouped(strategy->activity.trades_closed, a),
                      text_amount(strategy->activity.net_result, true, b));
    }
}

/* Without a log there is nothing here that is not said elsewhere. */
static void print_metrics(const struct run_result *result, FILE *out)
{
    const struct run_metrics *metrics = result->metrics;
    if (!metrics->without_log) {
        print_drawdown(&metrics->equity.drawdown, out);
        print_risk(metrics, out);
        print_trading(&metrics->total, out);
    }
    if (tells_books(result)) {
        result_print_books(result, out);
    } else {
        print_strategies(metrics, out);
    }
}

/* What to write into the config to have the same chance again. */
static void print_seed(const struct run_result *result, FILE *out)
{
    if (result->random && result->seed_drawn) {
        (void)fprintf(out,
                      "  %-10s %" PRIu64 ", drawn; the same again: exchange: {seed: %" PRIu64 "}\n",
                      "seed", result->exchange_seed, result->exchange_seed);
    } else if (result->random) {
        (void)fprintf(out, "  %-10s %" PRIu64 " of what the exchange does at random\n", "seed",
                      result->exchange_seed);
    }
}

static void print_identity(const struct run_result *result, const char *run_dir, FILE *out)
{
    char slots[SHOWN_SIZE];
    (void)fprintf(out, "  %-10s %016" PRIx64 " (of all decisions)\n", "hash",
                  result->decision_hash);
    print_seed(result, out);
    (void)fprintf(out, "  %-10s %s\n", "config", result->config_path);
    (void)fprintf(out, "  %-10s engine %.3f s of processor, whole command %.3f s\n", "time",
                  result->engine_cpu_s, result->process_s);
    if (result->log_slots > 0) {
        (void)fprintf(out, "  %-10s %s slots, chain %016" PRIx64 "\n", "log",
                      text_grouped(result->log_slots, slots), result->log_chain);
    }
    if (run_dir != NULL) {
        (void)fprintf(out, "  %-10s %s\n", "folder", run_dir);
    }
}

void result_print(const struct run_result *result, const char *run_dir, FILE *out)
{
    (void)fprintf(out, "%s%s%s\n", run_mode_text(result->mode),
                  result->run_id[0] != '\0' ? " " : "", result->run_id);
    if (result->mode == MODE_PAPER) {
        (void)fprintf(out, "  PAPER      play money, at a broker outside\n");
    } else if (result->simulated) {
        (void)fprintf(out, "  SIMULATED  fills by our own exchange%s\n",
                      result->simulated_data ? ", and the market itself is made up" : "");
    }
    print_source(result, out);
    print_activity(result, run_dir, out);
    print_money(result, out);
    if (result->metrics != NULL) {
        print_metrics(result, out);
    }
    print_identity(result, run_dir, out);
}
