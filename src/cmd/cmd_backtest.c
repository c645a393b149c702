/* cmd_backtest.c: `bellwether backtest`: a config over history, as fast as it goes. */
#include <argp.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/trading_arguments.h"

enum { OPTION_OUT = 256, OPTION_NO_RUN_DIR, OPTION_IN_MEMORY };

static const struct argp_option options[] = {
    {"config",                                                 'c', "FILE", 0, "The configuration (default: examples/quickstart.yaml)", 0},
    {"data",                                                  TRADING_OPTION_DATA, "FILE", 0,
     "Bars to trade: a record file or CSV, plain or gzip; may be given several times. Without it "
     "the "
     "simulated workload: 1,440 bars, seed 42", 0},
    {"skip-bad", TRADING_OPTION_SKIP_BAD, NULL, 0,
     "Leave bad rows out and list them, instead of refusing the file", 0},
    {"out",                                                        OPTION_OUT, "DIR", 0, "Write the run into DIR instead of runs/<id>/", 0},
    {"no-run-dir",OPTION_NO_RUN_DIR, NULL, 0, "Write nothing; print the result only", 0},
    {"in-memory",                                                       OPTION_IN_MEMORY, NULL, 0,
     "Write nothing, and keep the log in memory, so that the result has all its figures", 0},
    {"decisions",                                                       TRADING_OPTION_DECISIONS, "FILE", 0,
     "Write every decision that acted or was refused into FILE, one JSON object a line", 0},
    {"json",                                               TRADING_OPTION_JSON, NULL, 0, "Print the result as JSON and nothing else", 0},
    {0                                                   },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct trading_options *trading = state->input;
    switch (key) {
    case OPTION_OUT:
        trading->out_dir = text;
        return 0;
    case OPTION_NO_RUN_DIR:
        trading->no_run_dir = true;
        return 0;
    case OPTION_IN_MEMORY:
        trading->in_memory = true;
        return 0;
    case ARGP_KEY_END:
        if (trading->no_run_dir + trading->in_memory + (trading->out_dir != NULL) > 1) {
            argp_error(state, "--out, --no-run-dir and --in-memory exclude each other");
        } else if (trading->no_run_dir && trading->decisions_path != NULL) {
            argp_error(state, "--decisions reads the run's log, which --no-run-dir does not keep; "
                              "take --in-memory in its place");
        }
        return 0;
    default:
        return trading_parse(key, text, state, trading);
    }
}

int cmd_backtest(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc =
            "Trades a config over bars of the past, through the same engine and exchange as every "
            "other mode, and says what it came to. Fills are SIMULATED.\v"
            "Examples:\n"
            "  bellwether backtest --data bars.csv.gz\n"
            "  bellwether backtest -c my.yaml --data a.bwbars --data b.bwbars --json\n"
            "\n"
            "Exit status: 0 done, 1 data refused or the run failed, 2 bad usage or config.",
    };
    struct trading_options trading = {
        .mode = MODE_BACKTEST,
        .source = {.workload_bars = 1440, .workload_seed = 42, .workload_symbols = 1},
    };
    (void)argp_parse(&argp, argc, argv, 0, NULL, &trading); /* exits by itself on bad usage */
    int code = trading_run(&trading);
    source_finish(&trading.source);
    return code;
}
