/* trading.c: config -> data -> run folder and log -> driver -> result.
 *
 * What is opened is closed in reverse, on every road. Once the driver has started, whatever it
 * decided is in the log before anything else happens, so every failure after that leaves a run
 * folder that opens again. */
#include "cmd/trading.h"
#include "cmd/book_files.h"

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
#include "cmd/desk.h"
#include "config/carried_out.h"
#include "data/actions.h"
#include "driver/driver.h"
#include "monitor/terminal.h"
#include "readers/explain_decisions.h"
#include "readers/result.h"
#include "readers/result_metrics.h"
#include "readers/run_dir.h"
#include "readers/views.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/memory.h"
#include "sys/plugin.h"

#define QUICKSTART    "examples/quickstart.yaml"
#define MARKET_CONFIG "examples/market.yaml"

/* Runs of more slices than this keep one equity point per session instead of one per slice. */
enum { EQUITY_POINTS_MAX = 250000 };

/* What a log in memory is likely to need: made ready before the run. */
enum { LOG_BYTES_PER_BAR = 32 };

static volatile sig_atomic_t stop_wanted;

static void on_stop_signal(int signal_number)
{
    (void)signal_number;
    if (stop_wanted != 0) {
        terminal_restore();
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
    struct book_files files;
    struct event *actions; /* splits and dividends of the run */
    size_t action_count;
    struct import_report import;
    struct preamble preamble;
    char run_id[RUN_ID_SIZE];
    char *run_dir;
    char *log_dir;
    struct log *log;
    struct views *views;
    struct feed *feed;
    struct driver *driver;
    struct desk desk;
    int64_t start_ns;
    char *market_text; /* how the synthetic market is made; NULL: other data */
    uint64_t log_slots;
    uint64_t log_chain;
};

/* ---- config and data ---- */

/* An example config in the working directory, else beside the program's folder. */
static char *find_example(const char *path)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = NULL;
    if (access(path, R_OK) != 0 && length > 0) {
        program[length] = '\0';
        slash = strrchr(program, '/');
    }
    if (slash == NULL) {
        return xstrdup(path);
    }
    *slash = '\0';
    return xasprintf("%s/../%s", program, path);
}

static void use_bar(struct run_config *config, int64_t bar_ns)
{
    config->bar_ns = bar_ns;
    for (uint32_t i = 0; i < config->book_count; i++) {
        config->books[i].frame_ns = bar_ns;
    }
}

/* Without -c: the example for this market. */
static enum err open_config(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    const char *example = options->market.wanted ? MARKET_CONFIG : QUICKSTART;
    bool given = options->config_path != NULL;
    trading->config_path = given ? xstrdup(options->config_path) : find_example(example);
    enum err err = config_read_with(trading->config_path, plugin_strategy, &trading->config,
                                    &trading->problem);
    if (err == ERR_OK) {
        trading->config.mode = options->mode;
    }
    for (uint32_t i = 0; err == ERR_OK && i < trading->config.warning_count; i++) {
        (void)fprintf(stderr, "bellwether: warning: %s\n", trading->config.warnings[i].text);
    }
    if (err == ERR_OK) {
        err = config_check_carried_out(&trading->config, &trading->problem);
    }
    if (err == ERR_OK && !given && !options->json) {
        (void)printf("no -c given: using %s\n", example);
    }
    return err;
}

/* The quickstart takes any data as it is. */
static void fit_quickstart(struct trading *trading)
{
    if (trading->config.books[0].frame_ns != trading->bars.bar_ns) {
        char bar[24];
        use_bar(&trading->config, trading->bars.bar_ns);
        trading->preamble.frame_ns = trading->bars.bar_ns;
        if (!trading->options->json) {
            (void)printf("the data holds %s bars: so do the example's bar and frame here\n",
                         bar_length_text(trading->bars.bar_ns, bar));
        }
    }
}

static enum err open_bars(struct trading *trading)
{
    bool quickstart = trading->options->config_path == NULL;
    if (quickstart) {
        trading->config.bar_ns = 0;
    }
    enum err err = source_open(&trading->options->source, &trading->config, &trading->bars,
                               &trading->import, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    trading->feed = feed_bars_create(&trading->bars);
    trading->start_ns = trading->bars.records[0].src_ns;
    if (quickstart) {
        fit_quickstart(trading);
    }
    return ERR_OK;
}

/* Splits and dividends; says so when the file has none for this data. */
static enum err open_actions(struct trading *trading)
{
    const char *path = trading->config.actions_path;
    struct actions actions;
    if (path == NULL) {
        return ERR_OK;
    }
    enum err err = actions_read(path, &actions, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    trading->actions =
        actions_events(&actions, trading->bars.instruments, trading->bars.instrument_count,
                       trading->start_ns, &trading->action_count);
    if (trading->action_count == 0) {
        (void)fprintf(stderr,
                      "bellwether: warning: none of the %zu splits and dividends in %s is of a "
                      "symbol of the data and later than its first bar\n",
                      actions.count, path);
    }
    actions_finish(&actions);
    return ERR_OK;
}

static enum err open_inputs(struct trading *trading)
{
    enum err err = open_config(trading);
    if (err == ERR_OK && trading->options->market.wanted) {
        err =
            market_open(&trading->options->market, &trading->config, &trading->bars, &trading->feed,
                        &trading->start_ns, &trading->market_text, &trading->problem);
    } else if (err == ERR_OK) {
        err = open_bars(trading);
    }
    if (err == ERR_OK) {
        err = open_actions(trading);
    }
    if (err == ERR_OK) {
        err = book_frames_check(&trading->config, trading->bars.bar_ns, &trading->problem);
    }
    return err == ERR_OK
               ? book_files_open(&trading->config, trading->bars.instruments,
                                 trading->bars.instrument_count, &trading->files, &trading->problem)
               : err;
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
    preamble->source = trading->market_text != NULL ? xstrdup(trading->market_text)
                                                    : source_text(&options->source);
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
    if (trading->desk.monitor != NULL) {
        monitor_take(trading->desk.monitor, slots, slot_count);
    }
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

/* The view of a run that goes on tells of its beginning, too. */
static void show_past(const struct trading *trading, struct log_reader *reader)
{
    const struct event *record;
    log_reader_rewind(reader);
    while (trading->desk.monitor != NULL && (record = log_reader_next(reader)) != NULL) {
        monitor_take(trading->desk.monitor, record, record->slots);
    }
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
        show_past(trading, reader);
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
    if (trading->options->in_memory) {
        enum err err = log_create_in_memory(trading->bars.count * LOG_BYTES_PER_BAR, &trading->log,
                                            &trading->problem);
        driver_set_log(trading->driver, trading->log);
        return err == ERR_OK ? begin_log(trading) : err;
    }
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

/* A session of the synthetic market is that of the exchange; other data's calendar never closes. */
static int64_t session_length_ns(const struct trading *trading)
{
    return trading->market_text != NULL ? 6 * NS_PER_HOUR + 30 * NS_PER_MIN : NS_PER_DAY;
}

/* Without a view nobody waits, unless a speed was asked for. */
static double wanted_speed(const struct trading *trading)
{
    const struct trading_options *options = trading->options;
    if (!(options->session_s > 0)) {
        return options->speed;
    }
    double session_s = (double)(session_length_ns(trading) / NS_PER_S);
    return trading->desk.keys ? session_s / options->session_s : 0;
}

static enum err make_driver(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    bool sim = options->mode == MODE_SIM;
    bool terminal = isatty(STDERR_FILENO) == 1 && !options->json && !trading->desk.keys;
    struct driver_plan plan = {
        .config = &trading->config,
        .instrument_count = trading->bars.instrument_count,
        .feed = trading->feed,
        .start_ns = trading->start_ns,
        .actions = trading->actions,
        .action_count = trading->action_count,
        .market_log = sim ? MARKET_LOG_FULL : MARKET_LOG_REF,
        .every_slice = trading->bars.slice_count <= EQUITY_POINTS_MAX,
        .sync = options->state_dir != NULL,
        .speed = wanted_speed(trading),
        .gap_max_ns = 2 * trading->bars.bar_ns,
        .stop = &stop_wanted,
        .progress = terminal ? show_progress : NULL,
        .attend = sim ? desk_attend : NULL,
        .attend_context = &trading->desk,
    };
    return driver_create(&plan, &trading->driver, &trading->problem);
}

/* ---- who attends ---- */

static void make_monitor(struct trading *trading)
{
    struct monitor_plan plan = {
        .mode = run_mode_text(trading->options->mode),
        .market_is_synth = trading->market_text != NULL,
        .engine = driver_engine(trading->driver),
        .instruments = trading->bars.instruments,
        .instrument_count = trading->bars.instrument_count,
        .calendar = trading->market_text != NULL ? CALENDAR_XNYS : trading->config.calendar,
        .session_count = trading->market_text != NULL ? trading->options->market.sessions : 0,
    };
    trading->desk.monitor = monitor_create(&plan);
}

/* The run is ready: it can be asked, and the view takes the terminal. */
static void open_desk(struct trading *trading)
{
    struct desk *desk = &trading->desk;
    desk->run_id = trading->run_id;
    desk->mode = run_mode_text(trading->options->mode);
    if (trading->options->mode == MODE_SIM) {
        desk_listen(desk, trading->log_dir);
    }
    if (desk->keys && !monitor_show(desk->monitor, trading->run_id)) {
        desk->keys = false;
        monitor_destroy(desk->monitor);
        desk->monitor = NULL;
    }
}

static enum err prepare(struct trading *trading)
{
    enum err err = open_inputs(trading);
    if (err != ERR_OK) {
        return err;
    }
    fill_preamble(trading);
    trading->desk.keys = trading->options->view && terminal_is_there();
    err = make_driver(trading);
    if (err != ERR_OK) {
        return err;
    }
    trading->desk.driver = trading->driver;
    if (trading->desk.keys) {
        make_monitor(trading);
    }
    err = open_log(trading);
    if (err == ERR_OK) {
        open_desk(trading);
    }
    return err;
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL); /* cannot fail for these signals */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
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

/* What only the log can tell: its chain, and the run's figures. Closes the reader. */
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
    log_reader_close(reader);
    return err;
}

/* Closes log and views, and reads the log; *metrics stays NULL where that fails. */
static enum err close_and_read(struct trading *trading, struct run_metrics **metrics)
{
    struct log_reader *reader = NULL;
    enum err err = ERR_OK;
    if (trading->options->in_memory) { /* it is gone once it is closed */
        err = log_reader_open_in_memory(trading->log, &reader, &trading->problem);
        err = err == ERR_OK ? read_log_back(trading, reader, metrics) : err;
    }
    err = close_outputs(trading, err);
    if (err == ERR_OK && trading->log_dir != NULL) {
        err = log_reader_open(trading->log_dir, &reader, &trading->problem);
        err = err == ERR_OK ? read_log_back(trading, reader, metrics) : err;
    }
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

static void finish(struct trading *trading)
{
    desk_close(&trading->desk);
    driver_destroy(trading->driver);
    if (trading->feed != NULL) {
        trading->feed->ops->destroy(trading->feed);
    }
    preamble_finish(&trading->preamble);
    bars_finish(&trading->bars);
    book_files_finish(&trading->files);
    import_report_finish(&trading->import);
    config_finish(&trading->config);
    free(trading->actions);
    free(trading->market_text);
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
        desk_close(&trading.desk);
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
