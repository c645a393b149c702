/* cmd_data_signals.c: `bellwether data signals`: runs a config over bars and writes what its
 * strategies decided as a file of signals, for other programs or for a strategy that reads them.
 *
 * It is a backtest whose log lies in a folder of its own that is removed afterwards. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/book_files.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/source.h"
#include "driver/driver.h"
#include "readers/explain_decisions.h"
#include "sys/memory.h"
#include "sys/plugin.h"

enum { OPTION_DATA = 256, OPTION_OUT, OPTION_SKIP_BAD };

struct signals_arguments {
    const char *config_path;
    const char *out;
    struct source source;
};

static const struct argp_option options[] = {
    {"config",                                'c', "FILE", 0, "The configuration, as for `backtest`", 0},
    {"data",                                 OPTION_DATA, "FILE", 0, "Bars; may be given several times", 0},
    {"out", OPTION_OUT, "FILE", 0, "Where the signals go; replaces an old file", 0},
    {"skip-bad",                                       OPTION_SKIP_BAD, NULL, 0, "Leave bad rows out instead of refusing the file", 0},
    {0},
};

static void check(const struct signals_arguments *arguments, struct argp_state *state)
{
    if (arguments->config_path == NULL) {
        argp_error(state, "whose signals? Give a configuration with -c FILE");
    } else if (arguments->source.path_count == 0) {
        argp_error(state, "of which bars? Give a file with --data FILE");
    } else if (arguments->out == NULL) {
        argp_error(state, "where to? Give a file with --out FILE");
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct signals_arguments *arguments = state->input;
    switch (key) {
    case 'c':
        arguments->config_path = text;
        return 0;
    case OPTION_DATA:
        source_add(&arguments->source, text);
        return 0;
    case OPTION_OUT:
        arguments->out = text;
        return 0;
    case OPTION_SKIP_BAD:
        arguments->source.skip_bad = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected `%s`; data files go behind --data", text);
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- the folder of the log ---- */

/* Beside the file that is made: what fits there as signals nearly fits as a log. */
static enum err make_folder(const char *out, char **folder, struct problem *problem)
{
    *folder = xasprintf("%s.log-XXXXXX", out);
    if (mkdtemp(*folder) == NULL) {
        enum err err = problem_set_errno(problem, "cannot make a folder beside %s", out);
        free(*folder);
        *folder = NULL;
        return err;
    }
    return ERR_OK;
}

/* Only plain files lie in a log's folder. */
static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        (void)unlinkat(dirfd(dir), entry->d_name, 0); /* `.` and `..` stay */
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    (void)rmdir(folder);
}

/* ---- the run ---- */

struct signals_run {
    struct run_config config;
    struct bars bars;
    struct book_files files;
    struct import_report import;
    struct preamble preamble;
};

/* Names are all that the reading of the log needs of it. */
static void fill_preamble(struct signals_run *run, const char *source)
{
    struct preamble *preamble = &run->preamble;
    preamble->mode = MODE_BACKTEST;
    preamble->bar_ns = run->bars.bar_ns;
    preamble->slice_count = run->bars.slice_count;
    memcpy(preamble->data_hash, run->bars.data_hash, sizeof preamble->data_hash);
    preamble->source = xstrdup(source);
    preamble->build = xstrdup("");
    preamble->config_path = xstrdup(run->config.path);
    preamble->config_bytes = xstrdup(run->config.bytes);
    preamble->config_length = run->config.length;
    preamble->instrument_count = run->bars.instrument_count;
    preamble->instruments = xcalloc(preamble->instrument_count, sizeof *preamble->instruments);
    memcpy(preamble->instruments, run->bars.instruments,
           preamble->instrument_count * sizeof *preamble->instruments);
}

static enum err prepare(const struct signals_arguments *arguments, struct signals_run *run,
                        struct problem *problem)
{
    enum err err = config_read_with(arguments->config_path, plugin_strategy, &run->config, problem);
    if (err != ERR_OK) {
        return err;
    }
    run->config.mode = MODE_BACKTEST;
    err = source_open(&arguments->source, &run->config, &run->bars, &run->import, problem);
    if (err == ERR_OK) {
        err = book_frames_check(&run->config, run->bars.bar_ns, problem);
    }
    if (err == ERR_OK) {
        err = book_files_open(&run->config, run->bars.instruments, run->bars.instrument_count,
                              &run->files, problem);
    }
    if (err == ERR_OK) {
        char *source = source_text(&arguments->source);
        fill_preamble(run, source);
        free(source);
    }
    return err;
}

static enum err drive(const struct signals_run *run, struct log *log, struct problem *problem)
{
    struct feed *feed = feed_bars_create(&run->bars);
    struct driver *driver = NULL;
    struct driver_plan plan = {
        .config = &run->config,
        .instrument_count = run->bars.instrument_count,
        .feed = feed,
        .start_ns = run->bars.records[0].src_ns,
        .log = log,
        .market_log = MARKET_LOG_REF,
    };
    enum err err = driver_create(&plan, &driver, problem);
    if (err == ERR_OK) {
        err = driver_begin(driver, problem);
    }
    if (err == ERR_OK) {
        err = driver_run(driver, problem);
    }
    driver_destroy(driver);
    feed->ops->destroy(feed);
    return err;
}

static enum err run_into(const struct signals_run *run, const char *folder, struct problem *problem)
{
    struct log *log;
    enum err err = log_create(folder, NULL, NULL, &log, problem);
    if (err != ERR_OK) {
        return err;
    }
    err = drive(run, log, problem);
    if (err != ERR_OK) {
        log_abandon(log);
        return err;
    }
    return log_close(log, problem);
}

static enum err write_signals(const struct signals_run *run, const char *folder, const char *path,
                              struct problem *problem)
{
    struct log_reader *reader;
    struct lookup *lookup = NULL;
    enum err err = log_reader_open(folder, &reader, problem);
    if (err != ERR_OK) {
        return err;
    }
    err = lookup_create(&run->preamble, &lookup, problem);
    FILE *out = err == ERR_OK ? fopen(path, "we") : NULL;
    if (err == ERR_OK && out == NULL) {
        err = problem_set_errno(problem, "cannot make %s", path);
    }
    if (out != NULL) {
        struct decision_counts counts = signals_write(reader, lookup, out);
        bool failed = ferror(out) != 0;
        if (fclose(out) != 0 || failed) {
            err = problem_set_errno(problem, "cannot write %s", path);
        } else {
            (void)printf("%s: %" PRIu64 " signals; %" PRIu64
                         " decisions that a gate refused are left out\n",
                         path, counts.ordered, counts.refused);
        }
    }
    lookup_destroy(lookup);
    log_reader_close(reader);
    return err;
}

static enum err make_signals(const struct signals_arguments *arguments, struct signals_run *run,
                             struct problem *problem)
{
    char *folder = NULL;
    enum err err = prepare(arguments, run, problem);
    if (err == ERR_OK) {
        err = make_folder(arguments->out, &folder, problem);
    }
    if (err == ERR_OK) {
        err = run_into(run, folder, problem);
        if (err == ERR_OK) {
            err = write_signals(run, folder, arguments->out, problem);
        }
        remove_folder(folder);
    }
    free(folder);
    return err;
}

int cmd_data_signals(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Runs a configuration over bars, on the simulated exchange, and writes each "
               "decision that became an order as a line of JSON: timestamp (end of the bar), "
               "symbol, price, qty, side, signal (the reason), confidence.\v"
               "Example:\n"
               "  bellwether data signals -c my.yaml --data bars.csv --out signals.jsonl\n"
               "\n"
               "Exit status: 0 done, 1 data refused or the run failed, 2 bad usage or config.",
    };
    struct signals_arguments arguments = {0};
    struct signals_run run = {0};
    struct problem problem;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* exits by itself on bad usage */
    enum err err = make_signals(&arguments, &run, &problem);
    preamble_finish(&run.preamble);
    bars_finish(&run.bars);
    book_files_finish(&run.files);
    import_report_finish(&run.import);
    config_finish(&run.config);
    source_finish(&arguments.source);
    return err == ERR_OK ? data_end_output() : cmd_fail(&problem);
}
