/* cmd_run.c: `bellwether run`: trades on the simulated exchange, at a pace to watch or at once. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/trading.h"

enum {
    OPTION_ONCE = 256,
    OPTION_STATE,
    OPTION_SPEED,
    OPTION_SKIP_BAD,
    OPTION_DATA,
    OPTION_MODE,
    OPTION_JSON,
    OPTION_DECISIONS
};

/* One session takes this long unless --speed or --once say otherwise. */
static const double default_session_s = 90.0;

static const struct argp_option options[] = {
    {"config",                                                      'c', "FILE", 0, "The configuration (default: examples/quickstart.yaml)", 0},
    {"data",                                                       OPTION_DATA, "FILE", 0,
     "Bars to trade: a record file or CSV, plain or gzip; may be given several times. Without it "
     "the "
     "simulated workload: 1,440 bars, seed 42", 0},
    {"once",      OPTION_ONCE, NULL, 0, "As fast as it goes, to the end of the data, then a summary", 0},
    {"speed",                                                             OPTION_SPEED, "N", 0,
     "Market seconds per second, or `max` (default: a session in 90 seconds)", 0},
    {"state",OPTION_STATE, "DIR", 0,
     "Keep the log in DIR, durable step by step; started again, the run goes on where it was", 0},
    {"skip-bad",                                                            OPTION_SKIP_BAD, NULL, 0,
     "Leave bad rows out and list them, instead of refusing the file", 0},
    {"mode",                                                            OPTION_MODE, "MODE", 0, "sim (the only one so far)", 0},
    {"decisions",                                                        OPTION_DECISIONS, "FILE", 0,
     "Write every decision that acted or was refused into FILE, one JSON object a line", 0},
    {"json",                                                         OPTION_JSON, NULL, 0, "Print the result as JSON and nothing else", 0},
    {0},
};

static void parse_speed(struct argp_state *state, const char *text)
{
    struct trading_options *trading = state->input;
    char *end;
    trading->session_s = 0;
    if (strcmp(text, "max") == 0) {
        trading->speed = 0;
        return;
    }
    trading->speed = strtod(text, &end);
    if (end == text || *end != '\0' || !(trading->speed > 0 && trading->speed <= 1e9)) {
        argp_error(state,
                   "--speed is a number above 0, like 60 for a minute a second, or `max`; "
                   "not `%s`",
                   text);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct trading_options *trading = state->input;
    switch (key) {
    case 'c':
        trading->config_path = text;
        return 0;
    case OPTION_DATA:
        source_add(&trading->source, text);
        return 0;
    case OPTION_ONCE:
        trading->session_s = 0;
        trading->speed = 0;
        return 0;
    case OPTION_SPEED:
        parse_speed(state, text);
        return 0;
    case OPTION_STATE:
        trading->state_dir = text;
        return 0;
    case OPTION_SKIP_BAD:
        trading->source.skip_bad = true;
        return 0;
    case OPTION_DECISIONS:
        trading->decisions_path = text;
        return 0;
    case OPTION_JSON:
        trading->json = true;
        return 0;
    case OPTION_MODE:
        if (strcmp(text, "sim") != 0) {
            argp_error(state, "--mode is `sim` in this version, not `%s`", text);
        }
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected `%s`; data files go behind --data", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc =
            "Trades a config on the simulated exchange in this process: no keys, no network. Fills "
            "are SIMULATED; without --data the market is, too.\v"
            "Examples:\n"
            "  bellwether run --once\n"
            "  bellwether run --once --data bars.csv.gz\n"
            "  bellwether run -c my.yaml --data bars.csv --state my-state\n"
            "\n"
            "Ctrl-C stops after the current step and sums up; a second one ends at once. Exit "
            "status: 0 done, 1 data refused or the run failed, 2 bad usage or config, 3 the state "
            "folder is in use or belongs to another run, 130 a second Ctrl-C.",
    };
    struct trading_options trading = {
        .mode = MODE_SIM,
        .source = {.workload_bars = 1440, .workload_seed = 42, .workload_symbols = 1},
        .session_s = default_session_s,
    };
    (void)argp_parse(&argp, argc, argv, 0, NULL, &trading); /* exits by itself on bad usage */
    int code = trading_run(&trading);
    source_finish(&trading.source);
    return code;
}
