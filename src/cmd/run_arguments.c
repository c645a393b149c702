/* run_arguments.c: see run_arguments.h. */
#include "cmd/run_arguments.h"

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
    OPTION_MARKET,
    OPTION_KEYS,
    OPTION_TRADING_URL,
    OPTION_DATA_URL,
    OPTION_CA_FILE,
    OPTION_ADMIN_URL,
    OPTION_FEED,
    OPTION_HOME,
    OPTION_STREAM_SYMBOLS,
    OPTION_REQUESTS,
    OPTION_UNTIL_CLOSE,
    OPTION_BUSY_POLL
};

enum { SESSIONS_MAX = 100000 };

/* One session takes this long unless --speed or --once say otherwise. */
static const double default_session_s = 90.0;

static const struct argp_option options[] = {
    {"config",                                                                                 'c', "FILE", 0,
     "The configuration (default: examples/seven_strategies.yaml, with --data "
     "examples/quickstart.yaml)", 0},
    {"data",                                                                                  TRADING_OPTION_DATA, "FILE", 0,
     "Bars to trade: a record file or CSV, plain or gzip; may be given several times", 0},
    {"market",                                                              OPTION_MARKET, NULL, 0,
     "Trade the synthetic market, which is what a run without -c and --data does; with -c and "
     "without either: the simulated workload of 1,440 bars, seed 42", 0},
    {"seed",                                                                                        OPTION_SEED, "N", 0, "Which synthetic market: one seed is one history (42)", 0},
    {"sessions",OPTION_SESSIONS, "N", 0, "How many sessions of it, 1 to 100000 (5)", 0},
    {"once",                                                                                       OPTION_ONCE, NULL, 0, "As fast as it goes, to the end of the data, then a summary", 0},
    {"speed",                                                                                       OPTION_SPEED, "N", 0,
     "Market seconds per second, or `max` (on a terminal: a session in 90 seconds; else max)", 0},
    {"state",                                                                                 OPTION_STATE, "DIR", 0,
     "Keep the log in DIR, durable step by step; started again, the run goes on where it was", 0},
    {"skip-bad",                                                                                    TRADING_OPTION_SKIP_BAD, NULL, 0,
     "Leave bad rows out and list them, instead of refusing the file", 0},
    {"mode",                          OPTION_MODE, "MODE", 0, "sim or paper (default: what the config says, else sim)", 0},
    {"decisions",                                                                                        TRADING_OPTION_DECISIONS, "FILE", 0,
     "Write every decision that acted or was refused into FILE, one JSON object a line", 0},
    {"json",TRADING_OPTION_JSON, NULL, 0, "Print the result as JSON and nothing else", 0},
    {NULL,                                                                                       0, NULL, 0, "With --mode paper:", 1},
    {"keys",                                                                                       OPTION_KEYS, "FILE", 0,
     "The key pair, in a file that only its owner may read (default: the environment, or .env "
     "beside the config)", 1},
    {"feed",                                                                               OPTION_FEED, "iex|sip", 0, "Which market data the plan has (iex, which is free)", 1},
    {"stream-symbols",                                                                                     OPTION_STREAM_SYMBOLS, "N", 0,
     "How many symbols the plan streams; the others are polled each minute (30)", 1},
    {"requests-per-minute",                                              OPTION_REQUESTS, "N", 0, "The account's limit (200)", 1},
    {"home",                                                                                        OPTION_HOME, "DIR", 0, "Where accounts/ and runs/ are (the working directory)", 1},
    {"busy-poll",OPTION_BUSY_POLL, NULL, 0,
     "Never sleep while waiting for the network: a message is seen sooner by the time that waking "
     "up takes (tens of microseconds), and one core is always busy", 1},
    {"until-close",                                                                                       OPTION_UNTIL_CLOSE, NULL, 0, "End when the session has closed", 1},
    {"trading-url",                                                                                       OPTION_TRADING_URL, "URL", 0,
     "Another place than Alpaca's: an exchange served on this machine, http://127.0.0.1:PORT", 1},
    {"data-url",                                                                                  OPTION_DATA_URL, "URL", 0,
     "Likewise for market data (with --trading-url: the same)", 1},
    {"ca-file",                                                                                     OPTION_CA_FILE, "FILE", 0, "Whose certificates to trust, in PEM (the system's)", 1},
    {"exchange-admin", OPTION_ADMIN_URL, "URL", 0,
     "The operator's face of an exchange started with --step: its time moves as this run is ready", 1},
    {0                                                                                       },
};

static void parse_speed(struct argp_state *state, const char *text)
{
    struct run_arguments *arguments = state->input;
    struct trading_options *trading = &arguments->trading;
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

static void parse_mode(struct argp_state *state, struct trading_options *trading, const char *text)
{
    if (strcmp(text, "live") == 0) {
        (void)fputs(
            "bellwether: mode live is not in this version: it needs the guardian, which can "
            "end a run and close its positions from outside; trade on paper\n",
            stderr);
        exit(EXIT_REFUSED);
    }
    if (strcmp(text, "sim") != 0 && strcmp(text, "paper") != 0) {
        argp_error(state, "--mode is `sim` or `paper`, not `%s`", text);
    }
    trading->mode = strcmp(text, "sim") == 0 ? MODE_SIM : MODE_PAPER;
}

/* What only a run at a broker has. */
static error_t parse_outside(int key, char *text, struct argp_state *state,
                             struct run_arguments *arguments)
{
    switch (key) {
    case OPTION_KEYS:
        arguments->keys_path = text;
        return 0;
    case OPTION_TRADING_URL:
        arguments->trading_url = text;
        return 0;
    case OPTION_DATA_URL:
        arguments->data_url = text;
        return 0;
    case OPTION_CA_FILE:
        arguments->ca_file = text;
        return 0;
    case OPTION_ADMIN_URL:
        arguments->admin_url = text;
        return 0;
    case OPTION_HOME:
        arguments->home = text;
        return 0;
    case OPTION_FEED:
        if (strcmp(text, "iex") != 0 && strcmp(text, "sip") != 0) {
            argp_error(state, "--feed is `iex` or `sip`, not `%s`", text);
        }
        arguments->feed = text;
        return 0;
    case OPTION_STREAM_SYMBOLS:
        arguments->stream_symbols =
            (uint32_t)data_parse_number(state, "--stream-symbols", text, 1, 100000);
        return 0;
    case OPTION_REQUESTS:
        arguments->requests_per_minute =
            (uint32_t)data_parse_number(state, "--requests-per-minute", text, 10, 100000);
        return 0;
    case OPTION_UNTIL_CLOSE:
        arguments->until_close = true;
        return 0;
    case OPTION_BUSY_POLL:
        arguments->busy_poll = true;
        return 0;
    default:
        return trading_parse(key, text, state, &arguments->trading);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct run_arguments *arguments = state->input;
    struct trading_options *trading = &arguments->trading;
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
        parse_mode(state, trading, text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->busy_poll && arguments->admin_url != NULL) {
            argp_error(state, "--busy-poll is for the machine's time, --exchange-admin for the "
                              "exchange's: one of them");
        }
        choose_data(state, trading);
        return 0;
    default:
        return parse_outside(key, text, state, arguments);
    }
}

void run_arguments_parse(int argc, char **argv, struct run_arguments *arguments)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc =
            "Trades a config on the simulated exchange in this process: no keys, no network. Fills "
            "are SIMULATED; without --data the market is, too. With --mode paper it trades play "
            "money at Alpaca, or at an exchange served on this machine (docs/alpaca.md). On a "
            "terminal it shows prices, "
            "positions, equity and what the gates refuse, and takes keys: + and - change the "
            "speed, space pauses the market, p turns entries off and on, q quits. Elsewhere, and "
            "with --once, it runs as fast as it goes and sums up.\v"
            "Examples:\n"
            "  bellwether run\n"
            "  bellwether run --once --seed 7 --sessions 20\n"
            "  bellwether run -c my.yaml --data bars.csv --state my-state\n"
            "  bellwether run -c my.yaml --mode paper\n"
            "\n"
            "`bellwether status`, `pause` and `unpause` reach a run from another terminal. Ctrl-C "
            "stops after the current step and sums up; a second one ends at once. Exit status: 0 "
            "done, 1 data refused or the run failed, 2 bad usage or config, 3 the state folder is "
            "in use or belongs to another run, 130 a second Ctrl-C.",
    };
    *arguments = (struct run_arguments){
        .trading = {.source = {.workload_bars = 1440, .workload_seed = 42, .workload_symbols = 1},
                    .market = {.seed = 42, .sessions = 5},
                    .session_s = default_session_s,
                    .view = true},
        .feed = "iex",
        .stream_symbols = 30,
    };
    (void)argp_parse(&argp, argc, argv, 0, NULL, arguments);
}
