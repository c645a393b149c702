/* cmd_replay.c: `bellwether replay`: a logged run through a fresh engine. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "cmd/book_files.h"
#include "cmd/cmd.h"
#include "cmd/source.h"
#include "driver/replay.h"
#include "readers/run_dir.h"
#include "sys/memory.h"
#include "sys/plugin.h"

enum { OPTION_VERIFY = 256, OPTION_DUMP };

struct replay_arguments {
    const char *run;
    bool verify;
    bool dump;
};

static const struct argp_option options[] = {
    {"verify",                                            OPTION_VERIFY, NULL, 0, "Decide everything again and compare every record", 0},
    {"dump",                                               OPTION_DUMP, NULL, 0,
     "Fold the log without deciding and print the state it comes to (runs with --state)", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct replay_arguments *arguments = state->input;
    switch (key) {
    case OPTION_VERIFY:
        arguments->verify = true;
        return 0;
    case OPTION_DUMP:
        arguments->dump = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->run != NULL) {
            argp_error(state, "one run at a time");
        }
        arguments->run = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? An id, a path, or `last`");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The data that a log refers to, which must still be the same. */
static enum err open_data(const struct preamble *preamble, const struct run_config *config,
                          struct bars *bars, struct problem *problem)
{
    struct source source;
    enum err err = source_parse(preamble->source, &source, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct import_report report = {0};
    err = source_open(&source, config, bars, &report, problem);
    import_report_finish(&report);
    source_finish(&source);
    if (err == ERR_OK && strcmp(bars->data_hash, preamble->data_hash) != 0) {
        bars_finish(bars);
        return problem_set(problem, ERR_DIFFERS,
                           "the data is not what the run traded (%s): its hash is %s, the log's "
                           "%s; put the old data back",
                           preamble->source, bars->data_hash, preamble->data_hash);
    }
    return err;
}

static void print_result(const struct replay_arguments *arguments,
                         const struct replay_result *result)
{
    char equity[MONEY_TEXT_SIZE];
    (void)money_format(result->equity_e9, equity);
    (void)printf("replayed %" PRIu64 " inputs in %" PRIu64 " slices: decision hash %016" PRIx64
                 ", equity %s\n",
                 result->inputs, result->slices, result->decision_hash, equity);
    if (!result->ended) {
        (void)printf("the log has no end record: the run was cut short after %" PRIu64 " slices\n",
                     result->slices);
    }
    if (arguments->verify) {
        (void)printf("verified: %" PRIu64 " decided records equal the log's, byte for byte\n",
                     result->compared);
    }
}

static enum err replay(const struct replay_arguments *arguments, struct log_reader *reader,
                       const struct preamble *preamble, struct problem *problem)
{
    struct run_config config;
    enum err err = config_parse_with(preamble->config_path, preamble->config_bytes,
                                     preamble->config_length, plugin_strategy, &config, problem);
    if (err != ERR_OK) {
        return err;
    }
    config.bar_ns = preamble->bar_ns;
    struct book_files files;
    err = book_files_open(&config, preamble->instruments, preamble->instrument_count, &files,
                          problem);
    if (err != ERR_OK) {
        config_finish(&config);
        return err;
    }
    if (arguments->dump) {
        err = preamble->market_full
                  ? replay_dump(reader, preamble, &config, stdout, problem)
                  : problem_set(problem, ERR_USAGE,
                                "a backtest's log refers to its data; only logs of `run` can be "
                                "folded by themselves");
    } else {
        struct bars bars = {0};
        struct replay_result result;
        err = preamble->market_full ? ERR_OK : open_data(preamble, &config, &bars, problem);
        if (err == ERR_OK) {
            err = replay_run(reader, preamble, &config, preamble->market_full ? NULL : &bars,
                             arguments->verify, &result, problem);
        }
        if (err == ERR_OK) {
            print_result(arguments, &result);
        }
        bars_finish(&bars);
    }
    book_files_finish(&files);
    config_finish(&config);
    return err;
}

static enum err open_and_replay(const struct replay_arguments *arguments, struct problem *problem)
{
    char *run_dir;
    enum err err = run_dir_find("runs", arguments->run, &run_dir, problem);
    if (err != ERR_OK) {
        return err;
    }
    char *log_dir = xasprintf("%s/log", run_dir);
    struct log_reader *reader;
    err = log_reader_open(log_dir, &reader, problem);
    if (err == ERR_OK) {
        struct preamble preamble = {0};
        err = preamble_read(reader, &preamble, problem);
        if (err == ERR_OK) {
            err = replay(arguments, reader, &preamble, problem);
        }
        preamble_finish(&preamble);
        log_reader_close(reader);
    }
    free(log_dir);
    free(run_dir);
    return err;
}

int cmd_replay(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "RUN",
        .doc = "Runs the log of a run (an id, a path, or `last`) through a fresh engine.\v"
               "Examples:\n"
               "  bellwether replay last --verify\n"
               "  bellwether replay runs/20261121-011500-3f2a --dump",
    };
    struct replay_arguments arguments = {0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* exits by itself on bad usage */
    struct problem problem;
    enum err err = open_and_replay(&arguments, &problem);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
