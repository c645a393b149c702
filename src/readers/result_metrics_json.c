/* result_metrics_json.c: a run's figures as members of result.json. Money is decimal text, a figure
 * a number with at most nine decimals, and null what cannot be. */
#include "base/money.h"
#include "readers/result_metrics.h"

static void write_figure(struct json_writer *json, const char *key, struct figure figure)
{
    int64_t value_e9;
    json_key(json, key);
    if (figure.why == NULL && money_from_double(figure.value, &value_e9) == ERR_OK) {
        json_money(json, value_e9);
    } else {
        json_null(json);
    }
}

static void write_amount(struct json_writer *json, const char *key, struct amount amount)
{
    json_key(json, key);
    if (amount.why == NULL) {
        json_decimal(json, amount.e9);
    } else {
        json_null(json);
    }
}

static void write_count_if(struct json_writer *json, const char *key, uint64_t count, bool known)
{
    json_key(json, key);
    if (known) {
        json_uint(json, count);
    } else {
        json_null(json);
    }
}

static void write_time(struct json_writer *json, const char *key, int64_t ts_ns)
{
    json_key(json, key);
    if (ts_ns != 0) {
        json_time(json, ts_ns);
    } else {
        json_null(json);
    }
}

static void write_drawdown(struct json_writer *json, const struct drawdown *drawdown)
{
    json_key(json, "max_drawdown");
    json_begin_object(json);
    write_figure(json, "share", drawdown->share);
    write_amount(json, "value", drawdown->value);
    write_time(json, "peak", drawdown->peak_ns);
    write_time(json, "trough", drawdown->trough_ns);
    write_time(json, "recovery", drawdown->recovery_ns);
    json_end_object(json);
}

static void write_activity(struct json_writer *json, const struct activity_metrics *activity)
{
    bool all = !activity->totals_only;
    write_count_if(json, "fills", activity->fills, all);
    json_member_uint(json, "trades_closed", activity->trades_closed);
    json_member_uint(json, "trades_open", activity->trades_open);
    json_member_uint(json, "trades_won", activity->trades_won);
    write_count_if(json, "trades_lost", activity->trades_lost, all);
    write_figure(json, "win_rate", activity->win_rate);
    write_figure(json, "profit_factor", activity->profit_factor);
    write_amount(json, "average_win", activity->average_win);
    write_amount(json, "average_loss", activity->average_loss);
    write_amount(json, "expectancy", activity->expectancy);
    write_amount(json, "largest_win", activity->largest_win);
    write_amount(json, "largest_loss", activity->largest_loss);
    write_figure(json, "average_holding_s", activity->average_holding_s);
    write_count_if(json, "losing_streak", activity->losing_streak, all);
    write_amount(json, "net_result", activity->net_result);
    write_amount(json, "realized", activity->realized);
    write_amount(json, "commission", activity->commission);
    write_amount(json, "traded", activity->traded);
    write_figure(json, "turnover", activity->turnover);
    write_amount(json, "slippage", activity->slippage);
    write_figure(json, "slippage_bps", activity->slippage_bps);
}

static void write_account(struct json_writer *json, const struct run_metrics *metrics)
{
    const struct equity_metrics *equity = &metrics->equity;
    write_count_if(json, "sessions", equity->sessions, !metrics->without_log);
    json_member_bool(json, "every_slice", metrics->every_slice);
    write_figure(json, "total_return", equity->total_return);
    write_figure(json, "cagr", equity->cagr);
    write_figure(json, "volatility", equity->volatility);
    write_figure(json, "sharpe", equity->sharpe);
    write_figure(json, "sortino", equity->sortino);
    write_drawdown(json, &equity->drawdown);
    write_figure(json, "time_invested", equity->time_invested);
    write_figure(json, "average_exposure", equity->average_exposure);
    write_amount(json, "mean_equity", equity->mean_equity);
    write_amount(json, "unrealized", metrics->unrealized);
    write_activity(json, &metrics->total);
}

static void write_strategies(struct json_writer *json, const struct run_metrics *metrics)
{
    json_key(json, "strategies");
    json_begin_array(json);
    for (uint32_t i = 0; i < metrics->strategy_count; i++) {
        const struct strategy_metrics *strategy = &metrics->strategies[i];
        json_begin_object(json);
        json_member_uint(json, "book", strategy->book);
        json_member_string(json, "strategy", strategy->name);
        json_member_uint(json, "decisions", strategy->acted);
        json_member_uint(json, "refused", strategy->refused);
        write_count_if(json, "rejected", strategy->rejected, !metrics->without_log);
        write_activity(json, &strategy->activity);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_symbols(struct json_writer *json, const struct run_metrics *metrics)
{
    json_key(json, "symbols");
    json_begin_array(json);
    for (uint32_t i = 0; i < metrics->symbol_count; i++) {
        json_begin_object(json);
        json_member_string(json, "symbol", metrics->symbols[i].symbol.symbol);
        write_activity(json, &metrics->symbols[i].activity);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_refusals(struct json_writer *json, const struct run_metrics *metrics)
{
    json_key(json, "refusals_by_strategy");
    json_begin_array(json);
    for (uint32_t i = 0; i < metrics->refusal_count; i++) {
        const struct refusal_row *row = &metrics->refusals[i];
        json_begin_object(json);
        json_member_uint(json, "book", row->book);
        json_member_string(json, "strategy", row->name);
        json_member_string(json, "by", row->by_exchange ? "exchange" : "limit");
        json_member_string(json, "reason", row->reason);
        json_member_uint(json, "count", row->count);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_signals(struct json_writer *json, const struct run_metrics *metrics)
{
    json_key(json, "signals");
    json_begin_array(json);
    for (uint32_t i = 0; i < metrics->signal_count; i++) {
        const struct signal_count *row = &metrics->signals[i];
        json_begin_object(json);
        json_member_uint(json, "book", row->book);
        json_member_string(json, "strategy", row->name);
        json_member_string(json, "reason", row->reason);
        json_member_uint(json, "count", row->count);
        json_end_object(json);
    }
    json_end_array(json);
}

void run_metrics_write_json(const struct run_metrics *metrics, struct json_writer *json)
{
    json_key(json, "metrics");
    json_begin_object(json);
    write_account(json, metrics);
    json_end_object(json);
    write_strategies(json, metrics);
    if (metrics->without_log) {
        json_key(json, "symbols");
        json_null(json);
        json_key(json, "refusals_by_strategy");
        json_null(json);
        json_key(json, "signals");
        json_null(json);
        return;
    }
    write_symbols(json, metrics);
    write_refusals(json, metrics);
    write_signals(json, metrics);
}
