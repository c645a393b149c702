/* trading.c: config -> data -> run folder and log -> driver -> result.
 *
 * What is opened is closed in reverse, on every road. Once the driver has started, whatever it
 * decided is in the log before anything else happens, so every failure after that leaves a run
 * folder that opens again. */
#include "cmd/trading.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utc.h"
#include "cmd/build_info.h"
#include "cmd/cmd.h"
#include "driver/driver.h"
#include "readers/explain_decisions.h"
#include "readers/result.h"
#include "readers/result_metrics.h"
#include "readers/run_dir.h"
#include "readers/views.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/memory.h"

#define QUICKSTART "examples/quickstart.yaml"

/* Runs of more slices than this keep one equity point per session instead of one per slice. */
enum { EQUITY_POINTS_MAX = 250000 };

static volatile sig_atomic_t stop_wanted;

static void on_stop_signal(int signal_number)
{
    (void)signal_number;
    if (stop_wanted != 0) {
        _exit(EXIT_KILLED);
    }
    stop_wanted = 1;
}

struct trading {
    const struct trading_options *options;
    struct problem problem;
    int64_t started_ns; /* monotonic */
    char *config_path;
    struct run_config config;
    struct bars bars;
    struct import_report import;
    struct preamble preamble;
    char run_id[RUN_ID_SIZE];
    char *run_dir;
    char *log_dir;
    struct log *log;
    struct views *views;
    struct feed *feed;
    struct driver *driver;
    uint64_t log_slots;
    uint64_t log_chain;
};

/* ---- config and data ---- */

/* The example config in the working directory, else beside the program's folder. */
static char *find_quickstart(void)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = NULL;
    if (access(QUICKSTART, R_OK) != 0 && length > 0) {
        program[length] = '\0';
        slash = strrchr(program, '/');
    }
    if (slash == NULL) {
        return xstrdup(QUICKSTART);
    }
    *slash = '\0';
    return xasprintf("%s/../" QUICKSTART, program);
}

static void use_bar(struct run_config *config, int64_t bar_ns)
{
    config->bar_ns = bar_ns;
    for (uint32_t i = 0; i < config->book_count; i++) {
        config->books[i].frame_ns = bar_ns;
    }
}

/* Every strategy's frame must be the data's bar: frames made of several bars come later. */
static enum err check_frames(struct trading *trading)
{
    for (uint32_t i = 0; i < trading->config.book_count; i++) {
        const struct book_config *book = &trading->config.books[i];
        char frame[24];
        char bar[24];
        if (book->frame_ns != trading->bars.bar_ns) {
            return problem_set(
                &trading->problem, ERR_USAGE,
                "%s: strategy %s works on %s bars, the data holds %s bars; write `frame: %s`, or "
                "give data of %s bars",
                trading->config.path, book->strategy->name, bar_length_text(book->frame_ns, frame),
                bar_length_text(trading->bars.bar_ns, bar), bar, frame);
        }
    }
    return ERR_OK;
}

static enum err open_inputs(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    bool quickstart = options->config_path == NULL;
    trading->config_path = quickstart ? find_quickstart() : xstrdup(options->config_path);
    enum err err = config_read(trading->config_path, &trading->config, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    trading->config.mode = options->mode;
    if (quickstart) {
        trading->config.bar_ns = 0; /* the example takes any data as it is */
        if (!options->json) {
            (void)printf("no -c given: using %s\n", QUICKSTART);
        }
    }
    err = source_open(&options->source, &trading->config, &trading->bars, &trading->import,
                      &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    if (quickstart && trading->config.books[0].frame_ns != trading->bars.bar_ns) {
        char bar[24];
        use_bar(&trading->config, trading->bars.bar_ns);
        trading->preamble.frame_ns = trading->bars.bar_ns;
        if (!options->json) {
            (void)printf("the data holds %s bars: so do the example's bar and frame here\n",
                         bar_length_text(trading->bars.bar_ns, bar));
        }
    }
    return check_frames(trading);
}

/* ---- run folder and log ---- */

static void fill_preamble(struct trading *trading)
{
    struct preamble *preamble = &trading->preamble;
    const struct trading_options *options = trading->options;
    preamble->mode = options->mode;
    preamble->market_full = options->mode != MODE_BACKTEST;
    preamble->created_ns = clock_utc_ns();
    preamble->bar_ns = trading->bars.bar_ns;
    preamble->slice_count = trading->bars.slice_count;
    memcpy(preamble->data_hash, trading->bars.data_hash, sizeof preamble->data_hash);
    preamble->source = source_text(&options->source);
    preamble->build = xstrdup(build_info());
    preamble->config_path = xstrdup(trading->config_path);
    preamble->config_bytes = xstrdup(trading->config.bytes);
    preamble->config_length = trading->config.length;
    preamble->instrument_count = trading->bars.instrument_count;
    preamble->instruments = xcalloc(preamble->instrument_count, sizeof *preamble->instruments);
    memcpy(preamble->instruments, trading->bars.instruments,
           preamble->instrument_count * sizeof *preamble->instruments);
}

static enum err make_run_dir(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    if (options->out_dir == NULL) {
        return run_dir_create("runs", trading->run_id, &trading->run_dir, &trading->problem);
    }
    trading->run_dir = xstrdup(options->out_dir);
    const char *name = strrchr(options->out_dir, '/');
    (void)snprintf(trading->run_id, sizeof trading->run_id, "%s",
                   name != NULL && name[1] != '\0' ? name + 1 : options->out_dir);
    return folder_make(options->out_dir, &trading->problem);
}

/* With a state folder the run's `log` is a link to the log there. */
static enum err link_state_log(struct trading *trading)
{
    char *absolute = realpath(trading->log_dir, NULL);
    char *link_path = xasprintf("%s/log", trading->run_dir);
    int result = absolute == NULL ? -1 : symlink(absolute, link_path);
    enum err err =
        result == 0 ? ERR_OK
                    : problem_set_errno(&trading->problem, "cannot link %s to the log", link_path);
    free(link_path);
    free(absolute);
    return err;
}

/* What else a run's folder holds; the log is ours by now, so nothing of another run is replaced. */
static enum err fill_run_dir(struct trading *trading)
{
    char *config = xasprintf("%s/config.yaml", trading->run_dir);
    enum err err =
        file_replace(config, trading->config.bytes, trading->config.length, &trading->problem);
    free(config);
    if (err == ERR_OK && trading->options->state_dir != NULL) {
        err = link_state_log(trading);
    }
    return err != ERR_OK ? err
                         : views_create(trading->run_dir, &trading->preamble, &trading->views,
                                        &trading->problem);
}

static void pass_to_views(void *context, const struct event *slots, size_t slot_count)
{
    const struct trading *trading = context;
    views_take(trading->views, slots, slot_count);
}

/* A log that was begun with another config, other data or other instruments is another run's. */
static enum err check_same_run(struct trading *trading, const struct preamble *logged)
{
    const struct preamble *ours = &trading->preamble;
    const char *what = NULL;
    if (logged->config_length != ours->config_length ||
        memcmp(logged->config_bytes, ours->config_bytes, ours->config_length) != 0) {
        what = "another config";
    } else if (strcmp(logged->data_hash, ours->data_hash) != 0 ||
               logged->instrument_count != ours->instrument_count ||
               memcmp(logged->instruments, ours->instruments,
                      ours->instrument_count * sizeof *ours->instruments) != 0) {
        what = "other data";
    } else if (logged->frame_ns != ours->frame_ns || !logged->market_full) {
        what = "other settings";
    }
    if (what == NULL) {
        return ERR_OK;
    }
    return problem_set(&trading->problem, ERR_REFUSED,
                       "the state folder %s belongs to a run with %s; go on with that one, or give "
                       "another folder",
                       trading->options->state_dir, what);
}

static enum err begin_log(struct trading *trading)
{
    preamble_write(trading->log, &trading->preamble);
    enum err err =
        log_end_step(trading->log, trading->options->state_dir != NULL, &trading->problem);
    return err != ERR_OK ? err : driver_begin(trading->driver, &trading->problem);
}

static enum err log_resume(struct trading *trading, uint64_t cut_bytes)
{
    struct event resume = {.ts_ns = clock_utc_ns(),
                           .src_ns = clock_utc_ns(),
                           .kind = EVENT_LOG_RESUME,
                           .version = 1,
                           .slots = 1,
                           .instrument = INSTRUMENT_NONE,
                           .slice_end = {.slice = cut_bytes}};
    log_append(trading->log, &resume);
    return log_end_step(trading->log, true, &trading->problem);
}

/* The views of a run that goes on tell of its beginning, not of this start. */
static enum err resume_views(struct trading *trading, struct preamble *logged,
                             struct log_reader *reader)
{
    preamble_finish(&trading->preamble);
    trading->preamble = *logged;
    *logged = (struct preamble){0};
    enum err err = make_run_dir(trading);
    if (err == ERR_OK) {
        err = fill_run_dir(trading);
    }
    if (err == ERR_OK) {
        views_catch_up(trading->views, reader);
    }
    return err;
}

/* Folds the log that is there. *empty: it holds nothing yet, not even how it began. */
static enum err resume_from(struct trading *trading, bool *empty)
{
    struct log_reader *reader;
    enum err err = log_reader_open(trading->log_dir, &reader, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    *empty = log_reader_slots(reader) == 0;
    struct preamble logged = {0};
    if (!*empty) {
        err = preamble_read(reader, &logged, &trading->problem);
        if (err == ERR_OK) {
            err = check_same_run(trading, &logged);
        }
        if (err == ERR_OK) {
            err = driver_resume(trading->driver, reader, &trading->problem);
        }
        if (err == ERR_OK) {
            err = resume_views(trading, &logged, reader);
        }
        preamble_finish(&logged);
    }
    log_reader_close(reader);
    return err;
}

static enum err begin_run(struct trading *trading)
{
    enum err err = make_run_dir(trading);
    if (err == ERR_OK && trading->log == NULL) {
        trading->log_dir = xasprintf("%s/log", trading->run_dir);
        err =
            log_create(trading->log_dir, pass_to_views, trading, &trading->log, &trading->problem);
    }
    if (err == ERR_OK) {
        err = fill_run_dir(trading);
    }
    driver_set_log(trading->driver, trading->log);
    return err == ERR_OK ? begin_log(trading) : err;
}

static enum err go_on(struct trading *trading, uint64_t cut_bytes)
{
    const struct engine *engine = driver_engine(trading->driver);
    if (!trading->options->json) {
        (void)printf("state in %s: going on after slice %" PRIu64 "%s\n",
                     trading->options->state_dir, engine->counters.slices,
                     cut_bytes > 0 ? " (a torn end was cut off)" : "");
    }
    enum err err = log_resume(trading, cut_bytes);
    bool before_deposit = engine->ledger.balance_e9[ACCOUNT_CAPITAL] == 0;
    return err == ERR_OK && before_deposit ? driver_begin(trading->driver, &trading->problem) : err;
}

/* Only who holds the state folder's lock makes a run folder. */
static enum err open_state(struct trading *trading)
{
    uint64_t cut_bytes = 0;
    bool empty = true;
    enum err err = folder_make(trading->options->state_dir, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    trading->log_dir = xasprintf("%s/log", trading->options->state_dir);
    err = log_reopen(trading->log_dir, pass_to_views, trading, &trading->log, &cut_bytes,
                     &trading->problem);
    if (err == ERR_NOT_FOUND) {
        err =
            log_create(trading->log_dir, pass_to_views, trading, &trading->log, &trading->problem);
    } else if (err == ERR_OK) {
        driver_set_log(trading->driver, trading->log);
        err = resume_from(trading, &empty);
    }
    if (err != ERR_OK) {
        return err;
    }
    return empty ? begin_run(trading) : go_on(trading, cut_bytes);
}

static enum err open_log(struct trading *trading)
{
    if (trading->options->no_run_dir) {
        return driver_begin(trading->driver, &trading->problem);
    }
    return trading->options->state_dir != NULL ? open_state(trading) : begin_run(trading);
}

/* ---- the run ---- */

static void show_progress(uint64_t slices, uint64_t slice_count, int64_t ts_ns)
{
    char when[UTC_TEXT_SIZE];
    (void)utc_format(ts_ns, when);
    double share = slice_count > 0 ? 100.0 * (double)slices / (double)slice_count : 0.0;
    (void)fprintf(stderr, "\r%s  %5.1f %%  slice %" PRIu64 " of %" PRIu64 " ", when, share, slices,
                  slice_count);
}

static double wanted_speed(const struct trading *trading)
{
    const struct trading_options *options = trading->options;
    return options->session_s > 0 ? (double)(NS_PER_DAY / NS_PER_S) / options->session_s
                                  : options->speed;
}

static enum err make_driver(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    trading->feed = feed_bars_create(&trading->bars);
    bool terminal = isatty(STDERR_FILENO) == 1 && !options->json;
    struct driver_plan plan = {
        .config = &trading->config,
        .instrument_count = trading->bars.instrument_count,
        .feed = trading->feed,
        .start_ns = trading->bars.records[0].src_ns,
        .market_log = options->mode == MODE_BACKTEST ? MARKET_LOG_REF : MARKET_LOG_FULL,
        .every_slice = trading->bars.slice_count <= EQUITY_POINTS_MAX,
        .sync = options->state_dir != NULL,
        .speed = wanted_speed(trading),
        .stop = &stop_wanted,
        .progress = terminal ? show_progress : NULL,
    };
    return driver_create(&plan, &trading->driver, &trading->problem);
}

static enum err prepare(struct trading *trading)
{
    enum err err = open_inputs(trading);
    if (err != ERR_OK) {
        return err;
    }
    fill_preamble(trading);
    err = make_driver(trading);
    return err != ERR_OK ? err : open_log(trading);
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL); /* cannot fail for these signals */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file limit is an error of write() */
}

/* Closes log and views; the first failure of all stays. */
static enum err close_outputs(struct trading *trading, enum err err)
{
    struct problem later;
    if (trading->log != NULL) {
        enum err close_err = log_close(trading->log, &later);
        trading->log = NULL;
        if (err == ERR_OK && close_err != ERR_OK) {
            err = close_err;
            trading->problem = later;
        }
    }
    if (trading->views != NULL) {
        enum err close_err = views_close(trading->views, &later);
        trading->views = NULL;
        if (err == ERR_OK && close_err != ERR_OK) {
            err = close_err;
            trading->problem = later;
        }
    }
    return err;
}

static void count_refusals(const struct engine *engine, struct run_result *result)
{
    for (uint8_t i = 1; i < VERDICT_COUNT; i++) {
        if (engine->counters.refused_by[i] > 0) {
            result->refusals[result->refusal_count].gate = verdict_text(i);
            result->refusals[result->refusal_count++].count = engine->counters.refused_by[i];
        }
    }
}

static void count_trades(const struct engine *engine, struct run_result *result)
{
    for (uint32_t i = 0; i < engine->book_count; i++) {
        result->trades_closed += engine->books[i].trades_closed;
        result->trades_won += engine->books[i].trades_won;
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
        const struct trade *trades = engine->trades + (size_t)i * engine->instrument_count;
        for (uint32_t k = 0; k < engine->instrument_count; k++) {
            totals[i].trades_open += trades[k].state == TRADE_OPEN ? 1 : 0;
        }
    }
    struct run_metrics *metrics = run_metrics_create_bare(
        trading->config.cash_e9, engine->equity_e9, totals, engine->book_count);
    free(totals);
    return metrics;
}

/* What only the closed log can tell: its chain, and the run's figures. */
static enum err read_log_back(struct trading *trading, struct run_metrics **metrics)
{
    struct log_reader *reader;
    enum err err = log_reader_open(trading->log_dir, &reader, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    struct history *history = NULL;
    trading->log_chain = log_reader_chain(reader);
    err = history_create(reader, &trading->preamble, &history, &trading->problem);
    if (err == ERR_OK) {
        *metrics = run_metrics_create(history);
        history_destroy(history);
    }
    if (err == ERR_OK && trading->options->decisions_path != NULL) {
        err = decisions_save(reader, &trading->preamble, trading->options->decisions_path,
                             &trading->problem);
    }
    log_reader_close(reader);
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

static enum err conclude(struct trading *trading)
{
    if (trading->log != NULL) {
        enum err err = log_flush(trading->log, &trading->problem);
        if (err != ERR_OK) {
            return close_outputs(trading, err);
        }
        trading->log_slots = log_slots(trading->log);
    }
    enum err err = close_outputs(trading, ERR_OK);
    struct run_metrics *metrics = NULL;
    if (trading->log_dir == NULL) {
        metrics = bare_metrics(trading);
    } else if (err == ERR_OK) {
        err = read_log_back(trading, &metrics);
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

static void finish(struct trading *trading)
{
    driver_destroy(trading->driver);
    if (trading->feed != NULL) {
        trading->feed->ops->destroy(trading->feed);
    }
    preamble_finish(&trading->preamble);
    bars_finish(&trading->bars);
    import_report_finish(&trading->import);
    config_finish(&trading->config);
    free(trading->config_path);
    free(trading->run_dir);
    free(trading->log_dir);
}

int trading_run(const struct trading_options *options)
{
    struct trading trading = {.options = options, .started_ns = clock_mono_ns()};
    watch_signals();
    enum err err = prepare(&trading);
    if (err == ERR_OK) {
        err = driver_run(trading.driver, &trading.problem);
        if (isatty(STDERR_FILENO) == 1 && !options->json) {
            (void)fputs("\r\033[K", stderr);
        }
        err = err == ERR_OK ? conclude(&trading) : close_outputs(&trading, err);
    } else {
        err = close_outputs(&trading, err);
    }
    int code = err == ERR_OK ? EXIT_DONE : cmd_fail(&trading.problem);
    if (err != ERR_OK && trading.run_dir != NULL) {
        (void)fprintf(stderr, "what was written so far is in %s\n", trading.run_dir);
    }
    finish(&trading);
    return code;
}
