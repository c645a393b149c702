/* cmd_why.c: `bellwether why`: what was thought at a moment, what was refused and by which number.
 *
 * The log is replayed to the moment and somebody looks on (driver/replay.h, readers/explain.h). */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/logged_run.h"
#include "config/nearest.h"
#include "data/time_text.h"
#include "driver/replay.h"
#include "market/new_york.h"
#include "readers/explain.h"
#include "readers/explain_summary.h"
#include "readers/explain_words.h"

enum { OPTION_RUN = 256, OPTION_STRATEGY, OPTION_JSON, OPTION_SUMMARY };

struct why_arguments {
    const char *symbol;
    const char *time;
    const char *run;
    const char *strategy;
    bool json;
    bool summary;
};

static const struct argp_option options[] = {
    {"run",                                              OPTION_RUN, "RUN", 0, "The run: an id, a path, or `last` (the default)", 0},
    {"strategy",                                             OPTION_STRATEGY, "NAME", 0, "Only this strategy's books", 0},
    {"summary", OPTION_SUMMARY, NULL, 0,
     "Count what every strategy answered over the whole run, holds included; takes no TIME, and a "
     "SYMBOL only where one alone is wanted", 0},
    {"json",                                                  OPTION_JSON, NULL, 0, "As JSON and nothing else", 0},
    {0},
};

/* ---- the moment ---- */

/* "09:31" or "09:31:30": since midnight. */
static bool parse_wall(const char *text, int64_t *time_ns)
{
    char dated[64];
    struct time_text time;
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon - text > 2 || colon == text || strlen(text) > 12) {
        return false;
    }
    (void)snprintf(dated, sizeof dated, "1970-01-01T%s%s", colon - text == 1 ? "0" : "", text);
    if (!time_text_parse(dated, strlen(dated), &time) || time.kind != TIME_WALL) {
        return false;
    }
    *time_ns = time.ns;
    return true;
}

/* A day means its last bar. */
static int64_t day_end(int64_t day_ns, const struct run_span *span)
{
    int64_t end_ns = new_york_utc((int32_t)(day_ns / NS_PER_DAY) + 1, 0);
    bool in_run = new_york_utc((int32_t)(day_ns / NS_PER_DAY), 0) < span->last_ns;
    return in_run && end_ns > span->last_ns ? span->last_ns : end_ns;
}

static enum err parse_time(const char *text, const struct run_span *span, int64_t *ts_ns,
                           struct problem *problem)
{
    struct time_text time;
    int64_t wall_ns;
    if (parse_wall(text, &wall_ns)) {
        *ts_ns = new_york_utc(new_york_date(span->last_ns - 1), wall_ns);
        return ERR_OK;
    }
    if (!time_text_parse(text, strlen(text), &time)) {
        return problem_set(problem, ERR_USAGE,
                           "`%s` is no time; write 2024-01-02T14:31:00Z, 2024-01-02T09:31 (New "
                           "York), 2024-01-02 or, of the run's last session, 09:31",
                           text);
    }
    switch (time.kind) {
    case TIME_MOMENT:
        *ts_ns = time.ns;
        break;
    case TIME_WALL:
        *ts_ns =
            new_york_utc((int32_t)utc_day_of(time.ns), time.ns - utc_day_of(time.ns) * NS_PER_DAY);
        break;
    case TIME_DAY:
        *ts_ns = day_end(time.ns, span);
        break;
    }
    return ERR_OK;
}

static enum err check_in_run(int64_t ts_ns, const struct run_span *span, struct problem *problem)
{
    char asked[SHOWN_SIZE];
    char first[SHOWN_SIZE];
    char last[SHOWN_SIZE];
    if (ts_ns >= span->first_ns && ts_ns <= span->last_ns) {
        return ERR_OK;
    }
    return problem_set(problem, ERR_NOT_FOUND,
                       "%s is outside the run: its first bar ended at %s, its last at %s",
                       explain_time(ts_ns, asked), explain_time(span->first_ns, first),
                       explain_time(span->last_ns, last));
}

/* ---- names ---- */

static enum err find_symbol(const struct preamble *preamble, const char *symbol,
                            uint32_t *instrument, struct problem *problem)
{
    struct nearest nearest = nearest_to(symbol);
    for (uint32_t i = 0; i < preamble->instrument_count; i++) {
        if (strcmp(preamble->instruments[i].symbol, symbol) == 0) {
            *instrument = i;
            return ERR_OK;
        }
        nearest_offer(&nearest, preamble->instruments[i].symbol);
    }
    return problem_set(problem, ERR_NOT_FOUND, "the run has no symbol %s%s%s%s; it traded %s%s",
                       symbol, nearest.name != NULL ? " (did you mean " : "",
                       nearest.name != NULL ? nearest.name : "", nearest.name != NULL ? "?)" : "",
                       preamble->instrument_count > 0 ? preamble->instruments[0].symbol : "none",
                       preamble->instrument_count > 1 ? " and others" : "");
}

static enum err check_strategy(const struct run_config *config, const char *strategy,
                               struct problem *problem)
{
    if (strategy == NULL) {
        return ERR_OK;
    }
    struct nearest nearest = nearest_to(strategy);
    for (uint32_t i = 0; i < config->book_count; i++) {
        if (strcmp(config->books[i].strategy->name, strategy) == 0) {
            return ERR_OK;
        }
        nearest_offer(&nearest, config->books[i].strategy->name);
    }
    return problem_set(problem, ERR_NOT_FOUND, "the run has no strategy %s; %s %s", strategy,
                       nearest.name != NULL ? "did you mean" : "it has, for one,",
                       nearest.name != NULL ? nearest.name : config->books[0].strategy->name);
}

/* ---- the answers ---- */

static enum err replay(struct logged_run *logged, const struct replay_watch *watch,
                       struct problem *problem)
{
    enum err err = logged_run_rewind(logged, problem);
    return err != ERR_OK ? err
                         : replay_watched(logged->reader, &logged->preamble, &logged->config,
                                          logged_run_bars(logged), watch, problem);
}

static enum err summarize(const struct why_arguments *arguments, struct logged_run *logged,
                          const struct lookup *lookup, struct problem *problem)
{
    uint32_t instrument = INSTRUMENT_NONE;
    enum err err = arguments->symbol == NULL
                       ? ERR_OK
                       : find_symbol(&logged->preamble, arguments->symbol, &instrument, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct explain_summary summary;
    explain_summary_init(&summary, lookup, arguments->strategy, instrument);
    struct replay_watch watch = {
        .context = &summary, .before = explain_summary_before, .after = explain_summary_after};
    err = replay(logged, &watch, problem);
    if (err == ERR_OK) {
        (arguments->json ? explain_summary_print_json
                         : explain_summary_print)(&summary, logged->run_id, stdout);
    }
    explain_summary_finish(&summary);
    return err;
}

/* Which bar is meant. */
static enum err find_bar(const struct why_arguments *arguments, const struct logged_run *logged,
                         struct explanation *explanation, struct problem *problem)
{
    const struct event *bars = logged->has_bars ? logged->bars.records : NULL;
    const uint64_t count = logged->bars.count;
    char asked[SHOWN_SIZE];
    explanation->span = explain_span(logged->reader, bars, count);
    if (explanation->span.last_ns == 0) {
        return problem_set(problem, ERR_NOT_FOUND, "the run ended before its first bar");
    }
    enum err err = parse_time(arguments->time, &explanation->span, &explanation->asked_ns, problem);
    if (err == ERR_OK) {
        err = check_in_run(explanation->asked_ns, &explanation->span, problem);
    }
    if (err != ERR_OK) {
        return err;
    }
    explanation->bar_ns =
        explain_bar_at(logged->reader, bars, count, explanation->instrument, explanation->asked_ns);
    return explanation->bar_ns != 0
               ? ERR_OK
               : problem_set(problem, ERR_NOT_FOUND, "%s had no finished bar by %s",
                             arguments->symbol, explain_time(explanation->asked_ns, asked));
}

static enum err explain(const struct why_arguments *arguments, struct logged_run *logged,
                        const struct lookup *lookup, struct problem *problem)
{
    uint32_t instrument;
    enum err err = find_symbol(&logged->preamble, arguments->symbol, &instrument, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct explanation explanation;
    explain_init(&explanation, lookup, arguments->strategy, instrument);
    err = find_bar(arguments, logged, &explanation, problem);
    const struct gate_trace gates = {.context = &explanation, .take = explain_gates};
    const struct replay_watch watch = {.context = &explanation,
                                       .gate_trace = &gates,
                                       .before = explain_before,
                                       .after = explain_after};
    if (err == ERR_OK) {
        err = replay(logged, &watch, problem);
    }
    if (err == ERR_OK) {
        explain_follow(&explanation, logged->reader);
        (arguments->json ? explain_print_json : explain_print)(&explanation, logged->run_id,
                                                               stdout);
    }
    explain_finish(&explanation);
    return err;
}

static enum err answer(const struct why_arguments *arguments, struct logged_run *logged,
                       struct problem *problem)
{
    struct lookup *lookup = NULL;
    enum err err = check_strategy(&logged->config, arguments->strategy, problem);
    if (err == ERR_OK) {
        err = logged_run_open_data(logged, &logged->config, problem);
    }
    if (err == ERR_OK) {
        err = lookup_create(&logged->preamble, &lookup, problem);
    }
    if (err == ERR_OK) {
        err = (arguments->summary ? summarize : explain)(arguments, logged, lookup, problem);
    }
    lookup_destroy(lookup);
    return err != ERR_OK ? err : cmd_flush(problem);
}

/* ---- the command line ---- */

static void take_word(struct why_arguments *arguments, char *text, struct argp_state *state)
{
    if (arguments->symbol == NULL) {
        arguments->symbol = text;
    } else if (arguments->time == NULL) {
        arguments->time = text;
    } else {
        argp_error(state, "one symbol and one time; a time with a blank needs quotes");
    }
}

static void check(const struct why_arguments *arguments, struct argp_state *state)
{
    if (arguments->summary && arguments->time != NULL) {
        argp_error(state, "--summary counts over the whole run and takes no time");
    } else if (!arguments->summary && arguments->symbol == NULL) {
        argp_error(state, "which symbol and which time? As in: bellwether why SPY 09:31");
    } else if (!arguments->summary && arguments->time == NULL) {
        argp_error(state, "which time? As in 09:31 or 2024-01-02T09:31; or give --summary");
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct why_arguments *arguments = state->input;
    switch (key) {
    case OPTION_RUN:
        arguments->run = text;
        return 0;
    case OPTION_STRATEGY:
        arguments->strategy = text;
        return 0;
    case OPTION_SUMMARY:
        arguments->summary = true;
        return 0;
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        take_word(arguments, text, state);
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_why(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "SYMBOL TIME\n--summary [SYMBOL]",
        .doc =
            "Tells why a run did what it did: replays its log to that moment and says which bar "
            "was finished, what each series was, what each strategy answered and why, what it "
            "held, what every gate measured, and what became of the order. TIME is in New York "
            "unless it names a zone; HH:MM is of the run's last session; a time between two bars "
            "means the one before.\v"
            "Examples:\n"
            "  bellwether why SPY 09:31\n"
            "  bellwether why SPY 2024-01-02T14:31:00Z --run 20261121-011500-3f2a --json\n"
            "  bellwether why --summary\n"
            "\n"
            "Exit status: 0 done, 1 no such moment, symbol, strategy or run, or its data is gone, "
            "2 bad usage.",
    };
    struct why_arguments arguments = {.run = "last"};
    struct logged_run logged;
    struct problem problem;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* exits by itself on bad usage */
    enum err err = logged_run_open(arguments.run, &logged, &problem);
    if (err == ERR_OK) {
        err = logged_run_configure(&logged, &problem);
    }
    if (err == ERR_OK) {
        err = answer(&arguments, &logged, &problem);
    }
    logged_run_close(&logged);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
