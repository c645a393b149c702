/* cmd_exchange.c: `bellwether exchange`: the simulated exchange behind Alpaca's API. */
#include <argp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/exchange_market.h"
#include "data/actions.h"
#include "exchange_http/rate_limit.h"
#include "exchange_http/routes.h"
#include "exchange_http/server.h"
#include "net/loop.h"
#include "sys/clock.h"
#include "venue/accounts_file.h"
#include "venue/faults_file.h"
#include "venue/pace.h"

enum option_key {
    OPTION_ADMIN_PORT = 256,
    OPTION_TLS_PORT,
    OPTION_DATA,
    OPTION_SYNTH,
    OPTION_SYMBOLS,
    OPTION_START,
    OPTION_SPEED,
    OPTION_STEP,
    OPTION_CASH,
    OPTION_MULTIPLIER,
    OPTION_SKIP_BAD,
    OPTION_PLAIN_BARS,
    OPTION_TLS,
    OPTION_ACCOUNTS,
    OPTION_ACTIONS,
    OPTION_FAULTS,
    OPTION_FREE_PLAN,
    OPTION_RATE,
    OPTION_ROUTES,
    OPTION_JSON,
};

enum { DATA_FILES_MAX = 1024, ACCOUNTS_MAX = 256, ORDERS_MAX = 4096 };

enum { HISTORY_SESSIONS = 60, FUTURE_SESSIONS = 20 };

struct exchange_arguments {
    struct server_plan server;
    struct exchange_market_choice market;
    const char *paths[DATA_FILES_MAX];
    const char *actions;  /* a file of splits and dividends; NULL: none */
    const char *faults;   /* a file of what goes wrong; NULL: nothing */
    const char *accounts; /* a file; NULL: they open themselves */
    bool synth;
    bool routes;
    bool json;
};

static const struct argp_option exchange_options[] = {
    {"port",                                                              'p', "N", 0, "Where it listens, on 127.0.0.1 (default 0: a free port, printed)", 0},
    {"admin-port",                                                                OPTION_ADMIN_PORT, "N", 0,
     "Where the operator's face listens (default 0: a free port, printed)", 0},
    {"tls", OPTION_TLS, NULL, 0, "Listen for TLS as well, with a certificate signed by itself", 0},
    {"tls-port",                                                                   OPTION_TLS_PORT, "N", 0, "Where (default 0: a free port, printed)", 0},
    {"data",OPTION_DATA, "PATH", 0, "A file of bars, quotes or trades to serve; may be repeated",
     0},
    {"synth",                                                                  OPTION_SYNTH, "SEED", 0,
     "A synthetic market, in an open session (the default, with seed 42)", 0},
    {"symbols",                                                                  OPTION_SYMBOLS, "A,B,C", 0,
     "Which symbols (default: all of the data; eight of the synthetic market)", 0},
    {"skip-bad",                                                               OPTION_SKIP_BAD, NULL, 0, "Leave out bad rows of the data", 0},
    {"start",                                                               OPTION_START, "TIME", 0,
     "The market's time at the start, as 2026-03-16T14:00:00Z; what was before is history", 0},
    {"speed",      OPTION_SPEED, "X", 0, "Market seconds per second (default 1), or max", 0},
    {"step",                                                                   OPTION_STEP, NULL, 0, "Time moves only when the operator's face says so", 0},
    {"plain-bars",OPTION_PLAIN_BARS, NULL, 0,
     "Orders meet the data's own bars; no quotes or trades are made along them", 0},
    {"cash",                                                                  OPTION_CASH, "DOLLARS", 0, "What an account begins with (default 100000)", 0},
    {"multiplier",                                                                  OPTION_MULTIPLIER, "1|2|4", 0,
     "Buying power as a multiple of the equity (default 2; 1: a cash account)", 0},
    {"accounts",                                                              OPTION_ACCOUNTS, "FILE", 0,
     "The accounts that there are, from a file of mode 0600; no others open themselves", 0},
    {"actions",                                                             OPTION_ACTIONS, "FILE", 0,
     "Splits and dividends of the data's symbols (docs/corporate-actions.md)", 0},
    {"faults",       OPTION_FAULTS, "FILE", 0, "What goes wrong on purpose: a script (docs/exchange.md)",
     0},
    {"free-plan",                                                                   OPTION_FREE_PLAN, NULL, 0,
     "Market data as the vendor's free plan has it: 30 symbols a stream, no sip", 0},
    {"rate-limit",OPTION_RATE, "N", 0,
     "Requests a minute for each account, trading and data each (default 200; 0: any number)", 0},
    {"routes",                                                                  OPTION_ROUTES, NULL, 0, "List what is served, and end", 0},
    {"json",                                                                  OPTION_JSON, NULL, 0, "Say where it listens in one line of JSON", 0},
    {0                                                          },
};

static const char exchange_doc[] =
    "Serves the simulated exchange behind Alpaca's trading and market data API, on this machine "
    "alone: for bots that are to be tried without keys, network or money. All that it fills is "
    "SIMULATED.\v"
    "Any key pair opens an account with $100,000; the same pair finds it again. The operator's "
    "face lets time pass and shows every ledger: docs/exchange.md.\n"
    "\n"
    "Examples:\n"
    "  bellwether exchange --port 8080\n"
    "  bellwether exchange --port 8080 --synth 7 --speed 60\n"
    "  bellwether exchange --port 8080 --data spy.csv.gz --start 2019-02-11T14:30:00Z\n"
    "  bellwether exchange --port 8080 --admin-port 8081 --step\n"
    "  curl -s -XPOST -H 'Content-Type: application/json' -d '{\"seconds\":60}' "
    "127.0.0.1:8081/advance";

static uint16_t parse_port(struct argp_state *state, const char *name, const char *text)
{
    return (uint16_t)data_parse_number(state, name, text, 0, UINT16_MAX);
}

static int64_t parse_amount(struct argp_state *state, const char *name, const char *text)
{
    int64_t value_e9;
    if (money_parse(text, strlen(text), &value_e9) != ERR_OK || value_e9 <= 0) {
        argp_error(state, "%s %s: not an amount above 0, such as 100000 or 2.5", name, text);
        return 0;
    }
    return value_e9;
}

/* What the market is, and other files. */
static error_t parse_market(int key, char *text, struct argp_state *state,
                            struct exchange_arguments *arguments)
{
    switch (key) {
    case OPTION_DATA:
        if (arguments->market.path_count == DATA_FILES_MAX) {
            argp_error(state, "--data: more than %d files", DATA_FILES_MAX);
        }
        arguments->paths[arguments->market.path_count++] = text;
        return 0;
    case OPTION_SYNTH:
        arguments->synth = true;
        arguments->market.seed = data_parse_number(state, "--synth", text, 0, UINT64_MAX);
        return 0;
    case OPTION_SYMBOLS:
        arguments->market.symbols = text;
        return 0;
    case OPTION_SKIP_BAD:
        arguments->market.skip_bad = true;
        return 0;
    case OPTION_START:
        if (utc_parse(text, strlen(text), &arguments->market.start_ns) != ERR_OK) {
            argp_error(state, "--start %s: not a time such as 2026-03-16T14:00:00Z", text);
        }
        return 0;
    case OPTION_ACTIONS:
        arguments->actions = text;
        return 0;
    case OPTION_ACCOUNTS:
        arguments->accounts = text;
        return 0;
    case OPTION_FAULTS:
        arguments->faults = text;
        return 0;
    case OPTION_PLAIN_BARS:
        arguments->server.venue.ticks_along_bars = false;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_time(int key, const char *text, struct argp_state *state,
                          struct exchange_arguments *arguments)
{
    switch (key) {
    case OPTION_SPEED:
        arguments->server.speed_e9 =
            strcmp(text, "max") == 0 ? PACE_MAX : parse_amount(state, "--speed", text);
        return 0;
    case OPTION_STEP:
        arguments->server.speed_e9 = 0;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void set_multiplier(struct argp_state *state, const char *text, struct account_plan *plan)
{
    if (strcmp(text, "1") != 0 && strcmp(text, "2") != 0 && strcmp(text, "4") != 0) {
        argp_error(state, "--multiplier %s: one of 1, 2, 4", text);
    }
    plan->multiplier = (uint32_t)(text[0] - '0');
    plan->kind = plan->multiplier == 1 ? ACCOUNT_KIND_CASH : ACCOUNT_KIND_MARGIN;
    plan->shorting = plan->multiplier > 1;
}

static error_t exchange_parse(int key, char *text, struct argp_state *state)
{
    struct exchange_arguments *arguments = state->input;
    struct server_plan *server = &arguments->server;
    switch (key) {
    case 'p':
        server->port = parse_port(state, "--port", text);
        return 0;
    case OPTION_ADMIN_PORT:
        server->admin_port = parse_port(state, "--admin-port", text);
        return 0;
    case OPTION_TLS:
        server->tls = true;
        return 0;
    case OPTION_TLS_PORT:
        server->tls = true;
        server->tls_port = parse_port(state, "--tls-port", text);
        return 0;
    case OPTION_CASH:
        server->venue.exchange.cash_e9 = parse_amount(state, "--cash", text);
        return 0;
    case OPTION_MULTIPLIER:
        set_multiplier(state, text, &server->venue.exchange.account);
        return 0;
    case OPTION_FREE_PLAN:
        server->venue.free_plan = true;
        return 0;
    case OPTION_RATE:
        server->trading_per_minute =
            (uint32_t)data_parse_number(state, "--rate-limit", text, 0, UINT32_MAX);
        server->data_per_minute = server->trading_per_minute;
        return 0;
    case OPTION_ROUTES:
        arguments->routes = true;
        return 0;
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "`%s` is too much; a data file goes after --data", text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->synth && arguments->market.path_count > 0) {
            argp_error(state, "either --data or --synth");
        }
        return 0;
    default:
        return parse_market(key, text, state, arguments) == 0
                   ? 0
                   : parse_time(key, text, state, arguments);
    }
}

/* ---- what is printed ---- */

static int print_routes(bool json)
{
    const struct route *route;
    for (uint32_t i = 0; (route = route_at(alpaca_face, i)) != NULL; i++) {
        printf(json ? "{\"method\":\"%s\",\"path\":\"%s\"}\n" : "%-6s %s\n", route->method,
               route->pattern);
    }
    return data_end_output();
}

static void print_places_json(const struct server *server)
{
    printf("{\"http\":\"127.0.0.1:%u\",\"admin\":\"127.0.0.1:%u\"", server_port(server),
           server_admin_port(server));
    if (server_tls_port(server) != 0) {
        printf(",\"tls\":\"127.0.0.1:%u\"", server_tls_port(server));
    }
    printf("}\n");
}

static void print_places(const struct server *server)
{
    const struct venue *venue = server_venue(server);
    char now[UTC_TEXT_SIZE];
    (void)utc_format(venue->now_ns, now);
    printf("SIMULATED   an exchange behind Alpaca's API%s\n",
           venue->plan.synthetic ? "; the market is made up, too" : "");
    printf("trading     http://127.0.0.1:%u   (also market data, ws://.../stream, "
           "ws://.../v2/iex)\n",
           server_port(server));
    if (server_tls_port(server) != 0) {
        printf("TLS         https://127.0.0.1:%u   (certificate signed by itself)\n",
               server_tls_port(server));
    }
    printf("operator    http://127.0.0.1:%u   (/status, /advance, /ledger)\n",
           server_admin_port(server));
    printf("market time %s, %s, %" PRIu32 " symbols:", now,
           market_is_open(&venue->market) ? "open" : "closed", venue->plan.data->instrument_count);
    for (uint32_t i = 0; i < venue->plan.data->instrument_count && i < 12; i++) {
        printf(" %s", venue->plan.data->instruments[i].symbol);
    }
    printf("%s\nkeys        any pair opens an account; Ctrl-C ends it\n",
           venue->plan.data->instrument_count > 12 ? " ..." : "");
}

/* ---- the run ---- */

static void on_stop(void *loop)
{
    loop_stop(loop);
}

static int serve(const struct exchange_arguments *arguments)
{
    struct problem problem;
    struct loop *loop = loop_create();
    struct server *server = NULL;
    enum err err = server_create(loop, &arguments->server, &server, &problem);
    if (err == ERR_OK) {
        loop_on_signal(loop, SIGINT, on_stop, loop);
        loop_on_signal(loop, SIGTERM, on_stop, loop);
        if (arguments->json) {
            print_places_json(server);
        } else {
            print_places(server);
        }
        err = cmd_flush(&problem);
    }
    if (err == ERR_OK) {
        loop_run(loop);
    }
    server_destroy(server);
    loop_destroy(loop);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}

/* Reads what the options name, and serves it. */
static int run(struct exchange_arguments *arguments)
{
    struct venue_plan *venue = &arguments->server.venue;
    struct accounts_file accounts = {0};
    struct actions actions = {0};
    struct fault_script faults = {0};
    struct bars bars = {0};
    struct problem problem;
    enum err err = ERR_OK;
    arguments->market.paths = arguments->paths;
    if (arguments->accounts != NULL) {
        err = accounts_file_read(arguments->accounts, &accounts, &problem);
        venue->accounts = &accounts;
        venue->accounts_open_themselves = false;
    }
    if (err == ERR_OK && arguments->actions != NULL) {
        err = actions_read(arguments->actions, &actions, &problem);
        venue->actions = &actions;
    }
    if (err == ERR_OK && arguments->faults != NULL) {
        err = fault_script_read(arguments->faults, &faults, &problem);
        venue->faults = &faults;
    }
    if (err == ERR_OK) {
        err = exchange_market_open(&arguments->market, &bars, venue, &problem);
    }
    int status = err == ERR_OK ? serve(arguments) : cmd_fail(&problem);
    bars_finish(&bars);
    actions_finish(&actions);
    fault_script_finish(&faults);
    accounts_file_finish(&accounts);
    venue->accounts = NULL; /* what they stood for is gone */
    venue->actions = NULL;
    venue->faults = NULL;
    return status;
}

int cmd_exchange(int argc, char **argv)
{
    static const struct argp argp = {
        exchange_options, exchange_parse, NULL, exchange_doc, NULL, NULL, NULL};
    struct exchange_arguments arguments = {
        .server = {.address = "127.0.0.1",
                   .speed_e9 = MONEY_E9,
                   .trading_per_minute = RATE_TRADING_PER_MINUTE,
                   .data_per_minute = RATE_DATA_PER_MINUTE,
                   .venue = {.ticks_along_bars = true,
                             .accounts_max = ACCOUNTS_MAX,
                             .accounts_open_themselves = true,
                             .exchange = {.orders_max = ORDERS_MAX,
                                          .cash_e9 = 100000 * MONEY_E9,
                                          .account = {.kind = ACCOUNT_KIND_MARGIN,
                                                      .multiplier = 2,
                                                      .shorting = true,
                                                      .holds = true}}}},
        .market = {.seed = 42,
                   .history_sessions = HISTORY_SESSIONS,
                   .future_sessions = FUTURE_SESSIONS,
                   .wall_ns = clock_utc_ns()     },
    };
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    if (arguments.routes) {
        return print_routes(arguments.json);
    }
    return run(&arguments);
}
