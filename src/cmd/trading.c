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
#include <sys/random.h>
#include <unistd.h>

#include "base/utc.h"
#include "cmd/cmd.h"
#include "cmd/trading_private.h"
#include "config/carried_out.h"
#include "monitor/terminal.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/memory.h"
#include "sys/plugin.h"

#define QUICKSTART    "examples/quickstart.yaml"
#define MARKET_CONFIG "examples/seven_strategies.yaml"

/* Runs of more slices than this keep one equity point per session instead of one per slice. */
enum { EQUITY_POINTS_MAX = 250000 };

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

/* What the broker has: no data but the symbols. */
static enum err open_outside(struct trading *trading)
{
    const struct trading_outside *outside = trading->options->outside;
    trading->bars.instruments = outside->instruments;
    trading->bars.instrument_count = outside->instrument_count;
    trading->bars.bar_ns = outside->bar_ns;
    trading->start_ns = clock_utc_ns();
    if (trading->config.actions_path != NULL) {
        return problem_set(&trading->problem, ERR_USAGE,
                           "%s: `actions` is for recorded data; at a broker splits and dividends "
                           "are the broker's",
                           trading->config_path);
    }
    return ERR_OK;
}

static enum err open_inputs(struct trading *trading)
{
    enum err err = open_config(trading);
    if (err == ERR_OK && trading->options->outside != NULL) {
        err = open_outside(trading);
    } else if (err == ERR_OK && trading->options->market.wanted) {
        err =
            market_open(&trading->options->market, &trading->config, &trading->bars, &trading->feed,
                        &trading->start_ns, &trading->market_text, &trading->problem);
    } else if (err == ERR_OK) {
        err = open_bars(trading);
    }
    if (err == ERR_OK) {
        err = run_actions_open(&trading->config, &trading->bars, trading->start_ns,
                               &trading->actions, &trading->problem);
    }
    if (err == ERR_OK) {
        err = book_frames_check(&trading->config, trading->bars.bar_ns, &trading->problem);
    }
    return err == ERR_OK
               ? book_files_open(&trading->config, trading->bars.instruments,
                                 trading->bars.instrument_count, &trading->files, &trading->problem)
               : err;
}

/* Where something happens at random and the config gives no seed, one is drawn; the log keeps it.
 */
static enum err draw_seed(struct trading *trading)
{
    struct exchange_config *exchange = &trading->config.exchange;
    uint32_t drawn = 0;
    if (trading->options->outside != NULL || exchange->seed_given ||
        !exchange_config_is_random(exchange)) {
        return ERR_OK;
    }
    if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn) {
        return problem_set_errno(&trading->problem,
                                 "cannot draw a seed; write one under exchange: seed");
    }
    trading->preamble.drawn_seed = drawn == 0 ? 1 : drawn;
    exchange->seed = trading->preamble.drawn_seed;
    return ERR_OK;
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
    if (options->outside != NULL) {
        return 1; /* the world's own */
    }
    if (!(options->session_s > 0)) {
        return options->speed;
    }
    double session_s = (double)(session_length_ns(trading) / NS_PER_S);
    return trading->desk.keys ? session_s / options->session_s : 0;
}

static int64_t room_for_log(void *context)
{
    const struct trading *trading = context;
    return folder_free_bytes(trading->options->state_dir);
}

static enum err make_driver(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    bool attended = options->mode != MODE_BACKTEST;
    bool terminal = isatty(STDERR_FILENO) == 1 && !options->json && !trading->desk.keys;
    struct driver_plan plan = {
        .config = &trading->config,
        .instrument_count = trading->bars.instrument_count,
        .feed = trading->feed,
        .start_ns = trading->start_ns,
        .actions = trading->actions.events,
        .action_count = trading->actions.count,
        .outside = options->outside != NULL,
        .market_log = attended ? MARKET_LOG_FULL : MARKET_LOG_REF,
        .every_slice = trading->bars.slice_count <= EQUITY_POINTS_MAX,
        .sync = options->state_dir != NULL,
        .speed = wanted_speed(trading),
        .gap_max_ns = 2 * trading->bars.bar_ns,
        .stop = &stop_wanted,
        .progress = terminal ? show_progress : NULL,
        .attend = attended ? desk_attend : NULL,
        .attend_context = &trading->desk,
        .free_bytes = options->outside != NULL ? room_for_log : NULL,
        .free_context = trading,
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
    desk->outside = trading->options->outside != NULL;
    if (trading->options->mode != MODE_BACKTEST) {
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
    if (err == ERR_OK) {
        err = draw_seed(trading);
    }
    if (err != ERR_OK) {
        return err;
    }
    trading_fill_preamble(trading);
    trading->desk.keys = trading->options->view && terminal_is_there();
    err = make_driver(trading);
    if (err != ERR_OK) {
        return err;
    }
    trading->desk.driver = trading->driver;
    if (trading->desk.keys) {
        make_monitor(trading);
    }
    err = trading_open_log(trading);
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
    free(trading->actions.events);
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
        err = err == ERR_OK ? trading_conclude(&trading) : trading_give_up(&trading, err);
    } else {
        err = trading_close_log(&trading, err);
    }
    int code = err == ERR_OK ? EXIT_DONE : cmd_fail(&trading.problem);
    if (err != ERR_OK && trading.run_dir != NULL) {
        (void)fprintf(stderr, "what was written so far is in %s\n", trading.run_dir);
    }
    finish(&trading);
    return code;
}
