/* cmd_replay.c: `bellwether replay`: a logged run through a fresh engine. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "cmd/build_info.h"
#include "cmd/cmd.h"
#include "cmd/logged_run.h"
#include "driver/replay.h"

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

static enum err dump(struct logged_run *logged, struct problem *problem)
{
    return logged->preamble.market_full
               ? replay_dump(logged->reader, &logged->preamble, &logged->config, stdout, problem)
               : problem_set(problem, ERR_USAGE,
                             "a backtest's log refers to its data; only logs of `run` can be "
                             "folded by themselves");
}

static enum err replay(const struct replay_arguments *arguments, struct logged_run *logged,
                       struct problem *problem)
{
    struct replay_result result;
    enum err err = logged_run_open_data(logged, &logged->config, problem);
    if (err == ERR_OK) {
        err = replay_run(logged->reader, &logged->preamble, &logged->config,
                         logged_run_bars(logged), arguments->verify, &result, problem);
    }
    if (err == ERR_OK) {
        print_result(arguments, &result);
    }
    return err;
}

static enum err open_and_replay(const struct replay_arguments *arguments, struct logged_run *logged,
                                struct problem *problem)
{
    enum err err = logged_run_open(arguments->run, logged, problem);
    if (err == ERR_OK) {
        err = logged_run_configure(logged, problem);
    }
    if (err == ERR_OK) {
        err = arguments->dump ? dump(logged, problem) : replay(arguments, logged, problem);
    }
    if (err == ERR_DIFFERS && strcmp(logged->preamble.build, build_info()) != 0) {
        struct problem differs = *problem;
        return problem_set(problem, err,
                           "%s (the run is of %s; this is %s, and only the same build decides the "
                           "same again for certain)",
                           differs.text, logged->preamble.build, build_info());
    }
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
    struct logged_run logged;
    enum err err = open_and_replay(&arguments, &logged, &problem);
    logged_run_close(&logged);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
