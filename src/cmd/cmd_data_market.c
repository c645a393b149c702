/* cmd_data_market.c: `bellwether data synth --market`: a synthetic stock market in a record file.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "config/config.h"
#include "data/bar_file.h"
#include "data/symbol_table.h"
#include "data/synth.h"
#include "sys/memory.h"

enum { SESSIONS_MAX = 25200 }; /* a hundred years */

enum option_key {
    OPTION_MARKET = 256,
    OPTION_SEED,
    OPTION_SYMBOLS,
    OPTION_SESSIONS,
    OPTION_FROM,
    OPTION_BAR,
};

struct market_arguments {
    uint64_t seed;
    struct instrument *names; /* heap; NULL: the first symbol_count */
    uint32_t symbol_count;
    uint32_t sessions;
    int64_t first_day;
    int64_t bar_ns;
    const char *out;
};

static const struct argp_option market_options[] = {
    {"market",        OPTION_MARKET, NULL, 0, "This command", 0},
    {"seed",           OPTION_SEED, "S", 0, "Seed (default 42); one seed is one history", 0},
    {"symbols", OPTION_SYMBOLS, "K|A,B,C", 0,
     "How many symbols, or which (default 8: SPY, QQQ, AAPL, MSFT, NVDA, TSLA, AMZN, IWM); more "
     "than eight, and names not among them, are made-up stocks", 0},
    {"sessions",               OPTION_SESSIONS, "N", 0, "How many sessions (default 20)", 0},
    {"from",OPTION_FROM, "DATE", 0, "The first day, like 2024-01-02 (the default)", 0},
    {"bar",              OPTION_BAR, "LENGTH", 0, "1min (default), 5min, 1h, 1d, ...", 0},
    {"out",              'o', "FILE", 0, "The record file to write; an old one is replaced", 0},
    {0      },
};

static const char market_doc[] =
    "Makes SIMULATED bars of a synthetic stock market: correlated symbols, calm and stressed "
    "times, jumps, gaps over night, volume. The names of the eight are those of US stocks and "
    "funds with about their levels of price, volatility and volume; no price is real.\v"
    "The same seed gives the same file on every machine; a longer run begins with the shorter "
    "one; a symbol is the same whichever others there are. Sessions are Monday to Friday, 09:30 to "
    "16:00 in New York.\n"
    "\n"
    "Examples:\n"
    "  bellwether data synth --market --sessions 5 --out week.bwbars\n"
    "  bellwether data synth --market --seed 7 --symbols 50 --sessions 252 --bar 5min -o y.bwbars\n"
    "  bellwether data synth --market --symbols SPY,AAPL,ACME --from 2025-01-02 -o three.bwbars\n"
    "\n"
    "`bellwether data facts FILE` shows how it compares with real data.";

/* "A,B,C": each once. */
static void parse_names(struct argp_state *state, struct market_arguments *arguments,
                        const char *text)
{
    char *copy = xstrdup(text);
    char *rest = copy;
    char *name;
    uint32_t count = 0;
    struct instrument *names = NULL;
    while ((name = strsep(&rest, ",")) != NULL) {
        names = xrealloc(names, (count + 1) * sizeof *names);
        if (!symbol_parse(name, strlen(name), &names[count])) {
            argp_error(state,
                       "--symbols is a number or a list of names like SPY,AAPL, and `%s` is "
                       "no name (" SYMBOL_ALLOWED ")",
                       name);
        }
        for (uint32_t i = 0; i < count; i++) {
            if (symbol_compare(&names[i], &names[count]) == 0) {
                argp_error(state, "--symbols names %s twice", name);
            }
        }
        count++;
    }
    free(copy);
    free(arguments->names);
    arguments->names = names;
    arguments->symbol_count = count;
}

static void parse_symbols(struct argp_state *state, struct market_arguments *arguments,
                          const char *text)
{
    if (text[strspn(text, "0123456789")] != '\0') {
        parse_names(state, arguments, text);
        return;
    }
    free(arguments->names);
    arguments->names = NULL;
    arguments->symbol_count =
        (uint32_t)data_parse_number(state, "--symbols", text, 1, INSTRUMENTS_MAX);
}

static void parse_date(struct argp_state *state, struct market_arguments *arguments,
                       const char *text)
{
    int64_t ts_ns = 0;
    if (utc_parse_date(text, strlen(text), &ts_ns) != ERR_OK || utc_day_of(ts_ns) < 0 ||
        utc_date(utc_day_of(ts_ns)).year > 2060) {
        argp_error(state, "--from is a day of 1970 to 2060 like 2024-01-02, not `%s`", text);
    }
    arguments->first_day = utc_day_of(ts_ns);
}

static void parse_bar(struct argp_state *state, struct market_arguments *arguments,
                      const char *text)
{
    if (bar_length_parse(text, &arguments->bar_ns) != ERR_OK ||
        !synth_bar_is_possible(arguments->bar_ns)) {
        argp_error(state, "--bar is a length of whole minutes up to 1h, or 1d, not `%s`", text);
    }
}

static error_t market_parse(int key, char *text, struct argp_state *state)
{
    struct market_arguments *arguments = state->input;
    switch (key) {
    case OPTION_MARKET:
        return 0;
    case OPTION_SEED:
        arguments->seed = data_parse_number(state, "--seed", text, 0, UINT64_MAX);
        return 0;
    case OPTION_SYMBOLS:
        parse_symbols(state, arguments, text);
        return 0;
    case OPTION_SESSIONS:
        arguments->sessions =
            (uint32_t)data_parse_number(state, "--sessions", text, 1, SESSIONS_MAX);
        return 0;
    case OPTION_FROM:
        parse_date(state, arguments, text);
        return 0;
    case OPTION_BAR:
        parse_bar(state, arguments, text);
        return 0;
    case 'o':
        arguments->out = text;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "`%s` is too much; the file to write goes after --out", text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->out == NULL) {
            argp_error(state, "--out FILE is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_symbols(const struct bars *bars)
{
    enum { SHOWN_MAX = 20 };
    printf("symbols     %" PRIu32 " (first open, last close)\n", bars->instrument_count);
    const struct event *last = &bars->records[bars->count - bars->instrument_count];
    for (uint32_t i = 0; i < bars->instrument_count && i < SHOWN_MAX; i++) {
        char open[MONEY_TEXT_SIZE];
        char close[MONEY_TEXT_SIZE];
        (void)money_format(bars->records[i].bar.open_e9, open); /* every slice has every symbol */
        (void)money_format(last[i].bar.close_e9, close);
        printf("            %-15s %10s %10s\n", bars->instruments[i].symbol, open, close);
    }
    if (bars->instrument_count > SHOWN_MAX) {
        printf("            ... and %" PRIu32 " more\n", bars->instrument_count - SHOWN_MAX);
    }
}

static void print_file(const struct market_arguments *arguments, const struct bars *bars)
{
    char length[24];
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    data_start_text(&bars->records[0], first);
    data_end_text(&bars->records[bars->count - 1], last);
    printf("SIMULATED   a synthetic stock market, seed %" PRIu64 "; no price is real\n",
           arguments->seed);
    printf("file        %s\n", arguments->out);
    printf("sessions    %" PRIu32 ", %s to %s\n", arguments->sessions, first, last);
    printf("bars        %" PRIu64 " of %s\n", bars->count, bar_length_text(bars->bar_ns, length));
    print_symbols(bars);
    printf("data hash   %s\n", bars->data_hash);
}

static enum err make(const struct market_arguments *arguments, struct problem *problem)
{
    struct synth_symbol *symbols =
        arguments->names != NULL
            ? synth_symbols_named(arguments->seed, arguments->names, arguments->symbol_count)
            : synth_symbols_first(arguments->seed, arguments->symbol_count);
    struct synth_session *sessions = synth_sessions(arguments->first_day, arguments->sessions);
    struct synth_plan plan = {
        .seed = arguments->seed,
        .symbols = symbols,
        .symbol_count = arguments->symbol_count,
        .sessions = sessions,
        .session_count = arguments->sessions,
        .bar_ns = arguments->bar_ns,
    };
    enum err err = synth_write(arguments->out, &plan, data_progress(), problem);
    data_progress_end();
    free(sessions);
    free(symbols);
    return err;
}

int cmd_data_market(int argc, char **argv)
{
    static const struct argp argp = {market_options, market_parse, NULL, market_doc,
                                     NULL,           NULL,         NULL};
    struct market_arguments arguments = {
        .seed = 42,
        .symbol_count = SYNTH_CAST_COUNT,
        .sessions = 20,
        .first_day = utc_days((struct utc_date){.year = 2024, .month = 1, .day = 2}),
        .bar_ns = NS_PER_MIN,
    };
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    struct problem problem;
    struct bars bars = {0};
    enum err err = make(&arguments, &problem);
    if (err == ERR_OK) {
        err = bar_file_open(arguments.out, &bars, &problem); /* what is printed is what is there */
    }
    if (err == ERR_OK) {
        print_file(&arguments, &bars);
    }
    bars_finish(&bars);
    free(arguments.names);
    return err == ERR_OK ? data_end_output() : cmd_fail(&problem);
}
