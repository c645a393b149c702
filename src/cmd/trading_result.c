/* trading_result.c: from a run that is over to its result: what the engine counted and what the
 * closed log tells, saved in the run's folder and printed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/trading_private.h"
#include "readers/explain_decisions.h"
#include "readers/result.h"
#include "readers/result_metrics.h"
#include "sys/clock.h"
#include "sys/memory.h"

static void count_refusals(const struct engine *engine, struct run_result *result)
{
    for (uint8_t i = 1; i < VERDICT_COUNT; i++) {
        if (engine->counters.refused_by[i] > 0) {
            result->refusals[result->refusal_count].gate = verdict_text(i);
            result->refusals[result->refusal_count++].count = engine->counters.refused_by[i];
        }
    }
}

/* The books' trades, and which of them were never asked. */
static void count_trades(const struct engine *engine, struct run_result *result)
{
    for (uint32_t i = 0; i < engine->book_count; i++) {
        result->trades_closed += engine->books[i].trades_closed;
        result->trades_won += engine->books[i].trades_won;
        result->books_cold |= engine_book_is_warm(engine, i) ? 0 : UINT64_C(1) << i;
    }
    for (size_t i = 0; i < (size_t)engine->book_count * engine->instrument_count; i++) {
        result->trades_open += engine->trades[i].state == TRADE_OPEN ? 1 : 0;
    }
}

static void fill_result(const struct trading *trading, struct run_result *result)
{
    const struct engine *engine = driver_engine(trading->driver);
    const struct engine_counters *counters = &engine->counters;
    *result = (struct run_result){
        .mode = trading->options->mode,
        .simulated = true, /* both modes fill at our own exchange */
        .simulated_data = trading->options->source.path_count == 0,
        .stopped = driver_stopped(trading->driver),
        .decision_hash = engine->decision_hash,
        .bars = counters->bars,
        .bars_skipped = trading->import.skipped,
        .slices = counters->slices,
        .evaluations = counters->evaluations,
        .decisions = counters->acted,
        .refused = counters->refused,
        .rejected = counters->rejected,
        .orders = counters->orders,
        .fills = counters->fills,
        .first_ns = driver_first_ns(trading->driver),
        .last_ns = driver_last_ns(trading->driver),
        .initial_cash_e9 = trading->config.cash_e9,
        .final_cash_e9 = ledger_cash_e9(&engine->ledger),
        .final_equity_e9 = engine->equity_e9,
        .realized_e9 = -engine->ledger.balance_e9[ACCOUNT_REALIZED],
        .commission_e9 = engine->ledger.balance_e9[ACCOUNT_COMMISSION],
        .max_drawdown_e9 = engine->max_drawdown_e9,
        .log_slots = trading->log_slots,
        .log_chain = trading->log_chain,
        .random = exchange_config_is_random(&trading->config.exchange),
        .seed_drawn = !trading->config.exchange.seed_given,
        .exchange_seed = trading->config.exchange.seed,
        .engine_cpu_s = driver_engine_cpu_s(trading->driver),
        .process_s = (double)(clock_mono_ns() - trading->started_ns) / 1e9,
    };
    (void)snprintf(result->run_id, sizeof result->run_id, "%s", trading->run_id);
    (void)snprintf(result->config_path, sizeof result->config_path, "%s", trading->config_path);
    (void)snprintf(result->source, sizeof result->source, "%s", trading->preamble.source);
    memcpy(result->config_hash, trading->config.config_hash, sizeof result->config_hash);
    memcpy(result->data_hash, trading->bars.data_hash, sizeof result->data_hash);
    count_refusals(engine, result);
    count_trades(engine, result);
}

/* The books' totals, for a run without a log. */
static struct run_metrics *bare_metrics(const struct trading *trading)
{
    const struct engine *engine = driver_engine(trading->driver);
    struct book_totals *totals = xcalloc(engine->book_count, sizeof *totals);
    for (uint32_t i = 0; i < engine->book_count; i++) {
        const struct book *book = &engine->books[i];
        totals[i] = (struct book_totals){
            .name = book->plan.strategy->name,
            .acted = book->acted,
            .refused = book->refused,
            .trades_closed = book->trades_closed,
            .trades_won = book->trades_won,
            .realized_e9 = book->realized_e9,
            .commission_e9 = book->commission_e9,
        };
        for (uint32_t k = 0; k < engine->instrument_count; k++) {
            const struct trade *trade = &engine->trades[engine_place(engine, i, k)];
            totals[i].trades_open += trade->state == TRADE_OPEN ? 1 : 0;
        }
    }
    struct run_metrics *metrics = run_metrics_create_bare(
        trading->config.cash_e9, engine->equity_e9, totals, engine->book_count);
    free(totals);
    return metrics;
}

/* What only the log can tell: its chain, and the run's figures. */
static enum err read_log_back(struct trading *trading, struct log_reader *reader,
                              struct run_metrics **metrics)
{
    struct history *history = NULL;
    trading->log_chain = log_reader_chain(reader);
    enum err err = history_create(reader, &trading->preamble, &history, &trading->problem);
    if (err == ERR_OK) {
        *metrics = run_metrics_create(history);
        history_destroy(history);
    }
    if (err == ERR_OK && trading->options->decisions_path != NULL) {
        err = decisions_save(reader, &trading->preamble, trading->options->decisions_path,
                             &trading->problem);
    }
    return err;
}

/* Reads the log in memory, which is gone once it is closed. */
static enum err read_memory(struct trading *trading, struct run_metrics **metrics)
{
    struct log_reader *reader = NULL;
    enum err err = log_reader_open_in_memory(trading->log, &reader, &trading->problem);
    if (err == ERR_OK) {
        err = read_log_back(trading, reader, metrics);
        log_reader_close(reader);
    }
    return err;
}

/* Reads the closed log; a backtest's views are made of it now. */
static enum err read_folder(struct trading *trading, struct run_metrics **metrics)
{
    struct log_reader *reader = NULL;
    enum err err = log_reader_open(trading->log_dir, &reader, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    if (trading->options->mode == MODE_BACKTEST) {
        err = views_rebuild(trading->run_dir, reader, &trading->preamble, &trading->problem);
    }
    if (err == ERR_OK) {
        err = read_log_back(trading, reader, metrics);
    }
    log_reader_close(reader);
    return err;
}

/* Closes log and views, and reads the log; *metrics stays NULL where that fails. */
static enum err close_and_read(struct trading *trading, struct run_metrics **metrics)
{
    enum err err = trading->options->in_memory ? read_memory(trading, metrics) : ERR_OK;
    err = trading_close_log(trading, err);
    return err == ERR_OK && trading->log_dir != NULL ? read_folder(trading, metrics) : err;
}

enum err trading_give_up(struct trading *trading, enum err err)
{
    struct problem why = trading->problem;
    struct log_reader *reader = NULL;
    err = trading_close_log(trading, err);
    if (trading->options->mode == MODE_BACKTEST && trading->log_dir != NULL &&
        log_reader_open(trading->log_dir, &reader, NULL) == ERR_OK) {
        /* A help for who looks into it; the failure of the run is the one to report. */
        (void)views_rebuild(trading->run_dir, reader, &trading->preamble, NULL);
        log_reader_close(reader);
    }
    trading->problem = why;
    return err;
}

static void print_skipped(const struct import_report *import)
{
    for (uint32_t i = 0; i < import->fault_count; i++) {
        (void)printf("skipped  %s\n", import->faults[i]);
    }
    if (import->skipped > import->fault_count) {
        (void)printf("skipped  ... and %" PRIu64 " more\n", import->skipped - import->fault_count);
    }
}

enum err trading_conclude(struct trading *trading)
{
    if (trading->log != NULL) {
        enum err err = log_flush(trading->log, &trading->problem);
        if (err != ERR_OK) {
            return trading_close_log(trading, err);
        }
        trading->log_slots = log_slots(trading->log);
    }
    struct run_metrics *metrics = NULL;
    enum err err = close_and_read(trading, &metrics);
    if (trading->options->no_run_dir) {
        metrics = bare_metrics(trading);
    }
    struct run_result result;
    fill_result(trading, &result);
    result.metrics = metrics;
    if (err == ERR_OK && trading->run_dir != NULL) {
        err = result_save(&result, trading->run_dir, &trading->problem);
    }
    if (trading->options->json) {
        result_write_json(&result, stdout);
    } else {
        print_skipped(&trading->import);
        result_print(&result, trading->run_dir, stdout);
    }
    run_metrics_destroy(metrics);
    return err;
}
