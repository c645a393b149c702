/* cmd_run.c: `bellwether run`: trades on the simulated exchange, at a pace to watch or at once. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/trading_arguments.h"

enum {
    OPTION_ONCE = 256,
    OPTION_STATE,
    OPTION_SPEED,
    OPTION_MODE,
    OPTION_SEED,
    OPTION_SESSIONS,
    OPTION_MARKET
};

enum { SESSIONS_MAX = 100000 };

/* One session takes this long unless --speed or --once say otherwise. */
static const double default_session_s = 90.0;

static const struct argp_option options[] = {
    {"config",                                                        'c', "FILE", 0,
     "The configuration (default: examples/seven_strategies.yaml, with --data "
     "examples/quickstart.yaml)", 0},
    {"data",                                                         TRADING_OPTION_DATA, "FILE", 0,
     "Bars to trade: a record file or CSV, plain or gzip; may be given several times", 0},
    {"market",                                     OPTION_MARKET, NULL, 0,
     "Trade the synthetic market, which is what a run without -c and --data does; with -c and "
     "without either: the simulated workload of 1,440 bars, seed 42", 0},
    {"seed",                                                               OPTION_SEED, "N", 0, "Which synthetic market: one seed is one history (42)", 0},
    {"sessions",OPTION_SESSIONS, "N", 0, "How many sessions of it, 1 to 100000 (5)", 0},
    {"once",                                                              OPTION_ONCE, NULL, 0, "As fast as it goes, to the end of the data, then a summary", 0},
    {"speed",                                                              OPTION_SPEED, "N", 0,
     "Market seconds per second, or `max` (on a terminal: a session in 90 seconds; else max)", 0},
    {"state",                                                        OPTION_STATE, "DIR", 0,
     "Keep the log in DIR, durable step by step; started again, the run goes on where it was", 0},
    {"skip-bad",                                                           TRADING_OPTION_SKIP_BAD, NULL, 0,
     "Leave bad rows out and list them, instead of refusing the file", 0},
    {"mode", OPTION_MODE, "MODE", 0, "sim (the only one so far)", 0},
    {"decisions",                                                               TRADING_OPTION_DECISIONS, "FILE", 0,
     "Write every decision that acted or was refused into FILE, one JSON object a line", 0},
    {"json",TRADING_OPTION_JSON, NULL, 0, "Print the result as JSON and nothing else", 0},
    {0                                                             },
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

static void choose_data(struct argp_state *state, struct trading_options *trading)
{
    bool data = trading->source.path_count > 0;
    if (data && trading->market.wanted) {
        argp_error(state, "--market and --data exclude each other");
    }
    trading->market.wanted = trading->market.wanted || (!data && trading->config_path == NULL);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct trading_options *trading = state->input;
    switch (key) {
    case OPTION_ONCE:
        trading->session_s = 0;
        trading->speed = 0;
        trading->view = false;
        return 0;
    case OPTION_SPEED:
        parse_speed(state, text);
        return 0;
    case OPTION_STATE:
        trading->state_dir = text;
        return 0;
    case OPTION_MARKET:
        trading->market.wanted = true;
        return 0;
    case OPTION_SEED:
        trading->market.seed = data_parse_number(state, "--seed", text, 0, UINT64_MAX);
        return 0;
    case OPTION_SESSIONS:
        trading->market.sessions =
            (uint32_t)data_parse_number(state, "--sessions", text, 1, SESSIONS_MAX);
        return 0;
    case OPTION_MODE:
        if (strcmp(text, "sim") != 0) {
            argp_error(state, "--mode is `sim` in this version, not `%s`", text);
        }
        return 0;
    case ARGP_KEY_END:
        choose_data(state, trading);
        return 0;
    default:
        return trading_parse(key, text, state, trading);
    }
}

int cmd_run(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc =
            "Trades a config on the simulated exchange in this process: no keys, no network. Fills "
            "are SIMULATED; without --data the market is, too. On a terminal it shows prices, "
            "positions, equity and what the gates refuse, and takes keys: + and - change the "
            "speed, space pauses the market, p turns entries off and on, q quits. Elsewhere, and "
            "with --once, it runs as fast as it goes and sums up.\v"
            "Examples:\n"
            "  bellwether run\n"
            "  bellwether run --once --seed 7 --sessions 20\n"
            "  bellwether run -c my.yaml --data bars.csv --state my-state\n"
            "\n"
            "`bellwether status`, `pause` and `unpause` reach a run from another terminal. Ctrl-C "
            "stops after the current step and sums up; a second one ends at once. Exit status: 0 "
            "done, 1 data refused or the run failed, 2 bad usage or config, 3 the state folder is "
            "in use or belongs to another run, 130 a second Ctrl-C.",
    };
    struct trading_options trading = {
        .mode = MODE_SIM,
        .source = {.workload_bars = 1440, .workload_seed = 42, .workload_symbols = 1},
        .market = {.seed = 42,                     .sessions = 5                              },
        .session_s = default_session_s,
        .view = true,
    };
    (void)argp_parse(&argp, argc, argv, 0, NULL, &trading); /* exits by itself on bad usage */
    int code = trading_run(&trading);
    source_finish(&trading.source);
    return code;
}
