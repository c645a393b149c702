/* cmd_init.c: `bellwether init`: a commented config that `validate` accepts, from five answers or,
 * without a terminal to ask at, from their defaults. A file that is there is never replaced. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "cmd/cmd.h"
#include "config/config.h"
#include "config/texts.h"
#include "config/units.h"
#include "data/bars.h"
#include "strategy/table.h"
#include "sys/files.h"
#include "sys/memory.h"

#define FILE_NAME "bellwether.yaml"

enum { SYMBOLS_LISTED_MAX = 20, TRIES_MAX = 5 };

/* What the template asks for; the texts are heap and stand in the file as they are. */
struct answers {
    char *cash;
    char *symbols; /* "all" or "[SPY, QQQ]" */
    char *bar;     /* "bar: 1min" or a comment that says why there is none */
    char *frame;
    char *strategy;
    char *share;
    char *loss;
};

static void answers_finish(struct answers *answers)
{
    char **const texts[] = {&answers->cash,     &answers->symbols, &answers->bar, &answers->frame,
                            &answers->strategy, &answers->share,   &answers->loss};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
}

/* ---- the questions ---- */

static void set_text(char **text, const char *value)
{
    free(*text);
    *text = xstrdup(value);
}

/* Each takes an answer, or says on the terminal what is wrong with it. */
static bool take_cash(struct answers *answers, const char *text)
{
    struct unit_fault fault;
    int64_t cash_e9;
    if (!unit_cash(text, &cash_e9, &fault) || cash_e9 == 0) {
        (void)printf("  %s: %s\n", text, cash_e9 == 0 ? "buys nothing" : fault.hint.text);
        return false;
    }
    set_text(&answers->cash, text);
    return true;
}

static void take_symbols_of(struct answers *answers, const struct bars *bars)
{
    char bar[24];
    char *list = xstrdup("[");
    for (uint32_t i = 0; i < bars->instrument_count && i < SYMBOLS_LISTED_MAX; i++) {
        char *longer = xasprintf("%s%s%s", list, i > 0 ? ", " : "", bars->instruments[i].symbol);
        free(list);
        list = longer;
    }
    free(answers->symbols);
    answers->symbols =
        bars->instrument_count > SYMBOLS_LISTED_MAX ? xstrdup("all") : xasprintf("%s]", list);
    free(list);
    free(answers->bar);
    answers->bar =
        xasprintf("bar: %-19s # length of the data's bars", bar_length_text(bars->bar_ns, bar));
    set_text(&answers->frame, bar);
}

static bool take_file(struct answers *answers, const char *path)
{
    static const struct import_options needs_bars = {.needs_bars = true};
    struct bars bars;
    struct problem problem;
    if (bars_open(path, &needs_bars, &bars, NULL, &problem) != ERR_OK) {
        (void)printf("  %s\n", problem.text);
        return false;
    }
    take_symbols_of(answers, &bars);
    bars_finish(&bars);
    return true;
}

/* "SPY, QQQ" as a list; the config's own reader judges it in the end. */
static bool take_symbols(struct answers *answers, const char *text)
{
    if (strcmp(text, "all") == 0) {
        set_text(&answers->symbols, text);
        return true;
    }
    if (access(text, R_OK) == 0) {
        return take_file(answers, text);
    }
    if (text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-, ")] != '\0') {
        (void)printf("  %s: no such file, and no symbols: write all, or SPY, QQQ, or a path\n",
                     text);
        return false;
    }
    free(answers->symbols);
    answers->symbols = xasprintf("[%s]", text);
    return true;
}

static bool take_strategy(struct answers *answers, const char *text)
{
    if (strategy_find(text) == NULL) {
        (void)printf("  %s: no strategy; there are:", text);
        for (size_t i = 0; strategy_table[i] != NULL; i++) {
            (void)printf(" %s", strategy_table[i]->name);
        }
        (void)printf("\n");
        return false;
    }
    set_text(&answers->strategy, text);
    return true;
}

static bool take_share(struct answers *answers, const char *text)
{
    static const struct unit_range range = {1, 1000000};
    struct unit_fault fault;
    int64_t ppm;
    if (!unit_share(text, range, &ppm, &fault)) {
        (void)printf("  %s; %s\n", fault.text.text, fault.hint.text);
        return false;
    }
    set_text(&answers->share, text);
    return true;
}

static bool take_loss(struct answers *answers, const char *text)
{
    struct unit_fault fault;
    struct limit limit;
    if (!unit_money_limit(text, 1000000, &limit, &fault)) {
        (void)printf("  %s; %s\n", fault.text.text, fault.hint.text);
        return false;
    }
    set_text(&answers->loss, text);
    return true;
}

struct question {
    const char *text;
    const char *fallback;
    bool (*take)(struct answers *answers, const char *text);
};

static const struct question questions[] = {
    {"Simulated cash to start with",                    "$100,000",     take_cash    },
    {"Symbols (all, or SPY, QQQ), or a data file",      "all",          take_symbols },
    {"Strategy",                                        "ma_crossover", take_strategy},
    {"Risk per trade: lost at the stop, of the equity", "1%",           take_share   },
    {"Daily loss after which nothing more is bought",   "2%",           take_loss    },
};

enum { QUESTION_COUNT = sizeof questions / sizeof questions[0] };

/* Asks until an answer is taken; an empty one is the default. False at the end of the input. */
static bool ask(const struct question *question, struct answers *answers)
{
    char line[1024];
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        (void)printf("%s [%s]: ", question->text, question->fallback);
        (void)fflush(stdout); /* a prompt that is not seen is still a question */
        if (fgets(line, sizeof line, stdin) == NULL) {
            return false;
        }
        char *text = line + strspn(line, " \t");
        size_t length = strcspn(text, "\r\n");
        while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
            length--;
        }
        text[length] = '\0';
        if (length == 0 || question->take(answers, text)) {
            return true;
        }
    }
    return false;
}

static enum err collect(struct answers *answers, struct problem *problem)
{
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        (void)questions[i].take(answers, questions[i].fallback); /* each default is right */
    }
    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
        return ERR_OK;
    }
    (void)puts("Five questions; Enter takes what stands in brackets.");
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        if (!ask(&questions[i], answers)) {
            return problem_set(problem, ERR_USAGE,
                               "no answer to \"%s\"; nothing was written. Run it again, or "
                               "without a terminal for the defaults: bellwether init </dev/null",
                               questions[i].text);
        }
    }
    return ERR_OK;
}

/* ---- the file ---- */

static const char template[] =
    "# Made by `bellwether init`. Everything here is yours to change.\n"
    "#\n"
    "#   what it means and could lose:  bellwether validate -c %s\n"
    "#   how it would have done:        bellwether backtest -c %s --data FILE\n"
    "#\n"
    "# A line is \"key: value\"; what stands behind a # is a comment. Money begins with $, shares\n"
    "# end with %%. docs/config.md explains every key.\n"
    "\n"
    "mode: sim                # sim: as a market day, simulated; backtest: as fast as possible\n"
    "calendar: XNYS           # days and hours of the US stock exchanges\n"
    "hours: regular           # 09:30 to 16:00 in New York; extended: 04:00 to 20:00\n"
    "symbols: %-15s # of the data; or a list: [SPY, QQQ]\n"
    "%s\n"
    "cash: %-18s # simulated cash in the account at the start\n"
    "commission: $0           # charged for every fill\n"
    "\n"
    "exchange:                # how the simulated exchange behaves\n"
    "  slippage: 2bps         # market orders fill two hundredths of a percent worse\n"
    "  max_volume_share: 5%%   # of a bar's volume that may fill: the rest waits\n"
    "  fees: us               # the fees of SEC and FINRA\n"
    "\n"
    "strategies:\n"
    "  - name: %s\n"
    "    frame: %-13s # length of the bars that it decides on\n"
    "    size:                # how many shares an entry buys:\n"
    "      risk: %-12s # so many that this share of the equity is lost at the stop ...\n"
    "      cap: 20%%           # ... but worth no more than this\n"
    "    exits:               # how a trade ends: by what comes first, or the strategy's SELL\n"
    "      stop: 3ATR         # three average true ranges below what was paid\n"
    "      trailing: 10%%      # so far below the best close since\n"
    "      atr: 14            # bars in the average true range\n"
    "\n"
    "limits:                                # the last check of each order; none has a default\n"
    "  max_order_notional: 25%%              # most that one entry may be worth\n"
    "  max_position_notional: 25%%           # most that one symbol may be worth\n"
    "  max_exposure: 100%%                   # most that all positions may be worth\n"
    "  max_open_positions: 10 positions     # symbols held or being bought at once\n"
    "  max_orders_per_session: 100 orders   # entries in a day\n"
    "  max_orders_per_strategy: 100 orders  # entries in a day, of each strategy\n"
    "  min_time_between_entries: 60s        # between two of a strategy in one symbol\n"
    "  max_daily_loss: %-20s # after this loss nothing more is bought that day\n"
    "  max_portfolio_heat: 10%%              # most that could be lost if every stop were hit\n"
    "  price_collar: 50bps                  # how far a limit price may lie from the market\n";

static char *fill_template(const struct answers *answers, const char *path)
{
    return xasprintf(template, path, path, answers->symbols, answers->bar, answers->cash,
                     answers->strategy, answers->frame, answers->share, answers->loss);
}

/* O_EXCL, so that what is there stays, even what came a moment ago. */
static enum err write_new(const char *path, const char *text, struct problem *problem)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST) {
        return problem_set(problem, ERR_USAGE,
                           "%s is there already and stays as it is; name another folder, or move "
                           "it away",
                           path);
    }
    if (fd < 0) {
        return problem_set_errno(problem, "cannot make %s", path);
    }
    enum err err = write_all(fd, text, strlen(text)) == 0
                       ? ERR_OK
                       : problem_set_errno(problem, "cannot write %s", path);
    if (close(fd) != 0 && err == ERR_OK) {
        err = problem_set_errno(problem, "cannot write %s", path);
    }
    if (err != ERR_OK) {
        (void)unlink(path); /* half a config is none */
    }
    return err;
}

/* What answers came to must pass the checks that every config passes. */
static enum err make_config(const struct answers *answers, const char *path,
                            struct problem *problem)
{
    struct run_config config;
    char *text = fill_template(answers, path);
    enum err err = config_parse(path, text, strlen(text), &config, problem);
    if (err == ERR_OK) {
        config_finish(&config);
        err = write_new(path, text, problem);
    }
    free(text);
    return err;
}

static enum err init(const char *folder, struct problem *problem)
{
    struct answers answers;
    memset(&answers, 0, sizeof answers);
    char *path = strcmp(folder, ".") == 0 ? xstrdup(FILE_NAME) : xasprintf("%s/" FILE_NAME, folder);
    enum err err = ERR_OK;
    if (access(path, F_OK) == 0) { /* before any question; write_new() makes sure */
        err = problem_set(problem, ERR_USAGE,
                          "%s is there already and stays as it is; name another folder, or move "
                          "it away",
                          path);
    }
    set_text(&answers.bar, "# bar: 1min              # length of the data's bars: what it holds");
    set_text(&answers.frame, "1d");
    if (err == ERR_OK) {
        err = collect(&answers, problem);
    }
    if (err == ERR_OK) {
        err = folder_make(folder, problem);
    }
    if (err == ERR_OK) {
        err = make_config(&answers, path, problem);
    }
    if (err == ERR_OK) {
        (void)printf(
            "written: %s\n"
            "next:    bellwether validate -c %s\n"
            "         bellwether backtest -c %s --data FILE\n"
            "No key file was made: everything is SIMULATED; a paper run at Alpaca wants keys "
            "(docs/alpaca.md).\n",
            path, path, path);
    }
    answers_finish(&answers);
    free(path);
    return err;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    const char **folder = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "unexpected `%s`; one folder is enough", text);
        }
        *folder = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_init(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "[FOLDER]",
        .doc = "Writes a commented config, FOLDER/" FILE_NAME " (default: the working directory). "
               "At a terminal it asks five questions, else it takes their defaults.\v"
               "A file that is there is never replaced.\n"
               "\n"
               "Exit status: 0 written, 1 it could not be, 2 bad usage or the file is there.",
    };
    const char *folder = ".";
    struct problem problem;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &folder); /* exits by itself on bad usage */
    return init(folder, &problem) == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
