/* result_metrics.c: sorts fills and trades to their strategy and symbol and has them summed up. */
#include "readers/result_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "core/gates.h"
#include "sys/memory.h"

static const char no_log[] = "no log was kept";

/* Running sums of all that is told apart. */
struct tallies {
    struct activity total;
    struct activity books[BOOKS_MAX + 1];
    struct activity *symbols;
    uint32_t symbol_count;
};

static struct activity *symbol_activity(struct tallies *tallies, uint32_t instrument)
{
    return &tallies
                ->symbols[instrument < tallies->symbol_count ? instrument : tallies->symbol_count];
}

static void add_up(const struct history *history, struct tallies *tallies)
{
    for (size_t i = 0; i < history->fill_count; i++) {
        const struct history_fill *fill = &history->fills[i];
        activity_add_fill(&tallies->total, &fill->facts);
        activity_add_fill(&tallies->books[fill->book], &fill->facts);
        activity_add_fill(symbol_activity(tallies, fill->instrument), &fill->facts);
    }
    for (size_t i = 0; i < history->trade_count; i++) {
        const struct history_trade *trade = &history->trades[i];
        activity_add_trade(&tallies->total, &trade->facts);
        activity_add_trade(&tallies->books[trade->book], &trade->facts);
        activity_add_trade(symbol_activity(tallies, trade->instrument), &trade->facts);
    }
}

static void fill_strategies(const struct history *history, const struct tallies *tallies,
                            struct run_metrics *metrics)
{
    metrics->strategy_count = lookup_config(history->lookup)->book_count;
    metrics->strategies = xcalloc(metrics->strategy_count, sizeof *metrics->strategies);
    for (uint32_t i = 0; i < metrics->strategy_count; i++) {
        uint16_t book = (uint16_t)(i + 1);
        metrics->strategies[i] = (struct strategy_metrics){
            .book = book,
            .name = lookup_strategy(history->lookup, book),
            .acted = history->acted[book],
            .refused = history->refused[book],
            .rejected = history->rejected[book],
            .activity = activity_metrics(&tallies->books[book], metrics->equity.mean_equity),
        };
    }
}

static void fill_symbols(const struct history *history, const struct tallies *tallies,
                         struct run_metrics *metrics)
{
    metrics->symbols = xcalloc((size_t)tallies->symbol_count + 1, sizeof *metrics->symbols);
    for (uint32_t i = 0; i < tallies->symbol_count; i++) {
        if (tallies->symbols[i].fills > 0) {
            struct symbol_metrics *symbol = &metrics->symbols[metrics->symbol_count++];
            symbol->symbol = history->preamble->instruments[i];
            symbol->activity = activity_metrics(&tallies->symbols[i], metrics->equity.mean_equity);
        }
    }
}

static void fill_refusals(const struct history *history, struct run_metrics *metrics)
{
    metrics->refusal_count = (uint32_t)history->refusal_count;
    metrics->refusals = xcalloc(history->refusal_count + 1, sizeof *metrics->refusals);
    for (size_t i = 0; i < history->refusal_count; i++) {
        const struct history_refusal *row = &history->refusals[i];
        metrics->refusals[i] = (struct refusal_row){
            .book = row->book,
            .name = lookup_strategy(history->lookup, row->book),
            .by_exchange = row->by_exchange,
            .reason = row->by_exchange ? reject_reason_text(row->code) : verdict_text(row->code),
            .count = row->count,
        };
    }
}

static void fill_signals(const struct history *history, struct run_metrics *metrics)
{
    const uint16_t books = (uint16_t)lookup_config(history->lookup)->book_count;
    metrics->signals = xcalloc((size_t)books * REASONS_MAX, sizeof *metrics->signals);
    for (uint16_t book = 1; book <= books; book++) {
        for (uint8_t reason = 0; reason < REASONS_MAX; reason++) {
            if (history->signals[book][reason] > 0) {
                metrics->signals[metrics->signal_count++] = (struct signal_count){
                    .book = book,
                    .name = lookup_strategy(history->lookup, book),
                    .reason = lookup_reason(history->lookup, book, reason),
                    .count = history->signals[book][reason],
                };
            }
        }
    }
}

/* The account's result is what trades realized, less commission, and what is held at its marks. */
static struct amount unrealized(const struct history *history, const struct tallies *tallies)
{
    const struct equity_series *equity = &history->equity;
    if (equity->point_count == 0) {
        return amount_none("no bars");
    }
    __int128 result_e9 =
        (__int128)equity->points[equity->point_count - 1].equity_e9 - equity->start_e9;
    return amount_of(result_e9 - tallies->total.realized_e9 + tallies->total.commission_e9);
}

struct run_metrics *run_metrics_create(const struct history *history)
{
    struct run_metrics *metrics = xcalloc(1, sizeof *metrics);
    struct tallies *tallies = xcalloc(1, sizeof *tallies);
    tallies->symbol_count = history->preamble->instrument_count;
    tallies->symbols = xcalloc((size_t)tallies->symbol_count + 1, sizeof *tallies->symbols);
    add_up(history, tallies);
    metrics->every_slice = history->every_slice;
    metrics->equity = equity_metrics(&history->equity);
    metrics->total = activity_metrics(&tallies->total, metrics->equity.mean_equity);
    metrics->unrealized = unrealized(history, tallies);
    fill_strategies(history, tallies, metrics);
    fill_symbols(history, tallies, metrics);
    fill_refusals(history, metrics);
    fill_signals(history, metrics);
    free(tallies->symbols);
    free(tallies);
    return metrics;
}

/* ---- without a log ---- */

static struct activity_metrics bare_activity(const struct book_totals *book)
{
    __int128 net_e9 = (__int128)book->realized_e9 - book->commission_e9;
    const struct amount none = amount_none(no_log);
    const struct figure unknown = figure_none(no_log);
    return (struct activity_metrics){
        .totals_only = true,
        .trades_closed = book->trades_closed,
        .trades_open = book->trades_open,
        .trades_won = book->trades_won,
        .win_rate = figure_ratio(book->trades_won, book->trades_closed, "no closed trade"),
        .profit_factor = unknown,
        .average_win = none,
        .average_loss = none,
        .expectancy = none,
        .largest_win = none,
        .largest_loss = none,
        .average_holding_s = unknown,
        .net_result = amount_of(net_e9),
        .realized = amount_of(book->realized_e9),
        .commission = amount_of(book->commission_e9),
        .traded = none,
        .turnover = unknown,
        .slippage = none,
        .slippage_bps = unknown,
    };
}

static struct equity_metrics bare_equity(int64_t start_e9, int64_t end_e9)
{
    const struct figure unknown = figure_none(no_log);
    return (struct equity_metrics){
        .total_return = figure_ratio((__int128)end_e9 - start_e9, start_e9, "no cash was put in"),
        .cagr = unknown,
        .volatility = unknown,
        .sharpe = unknown,
        .sortino = unknown,
        .drawdown = {.share = unknown, .value = amount_none(no_log)},
        .time_invested = unknown,
        .average_exposure = unknown,
        .mean_equity = amount_none(no_log),
    };
}

struct run_metrics *run_metrics_create_bare(int64_t start_e9, int64_t end_e9,
                                            const struct book_totals *books, uint32_t book_count)
{
    struct run_metrics *metrics = xcalloc(1, sizeof *metrics);
    struct book_totals total = {0};
    metrics->without_log = true;
    metrics->equity = bare_equity(start_e9, end_e9);
    metrics->strategies = xcalloc(book_count, sizeof *metrics->strategies);
    metrics->strategy_count = book_count;
    for (uint32_t i = 0; i < book_count; i++) {
        metrics->strategies[i] = (struct strategy_metrics){
            .book = (uint16_t)(i + 1),
            .name = books[i].name,
            .acted = books[i].acted,
            .refused = books[i].refused,
            .activity = bare_activity(&books[i]),
        };
        total.trades_closed += books[i].trades_closed;
        total.trades_won += books[i].trades_won;
        total.trades_open += books[i].trades_open;
        total.realized_e9 += books[i].realized_e9;
        total.commission_e9 += books[i].commission_e9;
    }
    metrics->total = bare_activity(&total);
    metrics->unrealized =
        amount_of((__int128)end_e9 - start_e9 - total.realized_e9 + total.commission_e9);
    return metrics;
}

void run_metrics_destroy(struct run_metrics *metrics)
{
    if (metrics != NULL) {
        free(metrics->strategies);
        free(metrics->symbols);
        free(metrics->refusals);
        free(metrics->signals);
        free(metrics);
    }
}
