/* cmd_report.c: `bellwether report`: what a run came to, as a page, by the day, by the trade. */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/logged_run.h"
#include "readers/explain_signals.h"
#include "readers/metrics_benchmark.h"
#include "readers/result_history.h"
#include "readers/result_metrics.h"
#include "readers/result_report.h"
#include "readers/tearsheet.h"
#include "sys/files.h"
#include "sys/memory.h"

enum { OPTION_OUT = 256, OPTION_JSON };

struct report_arguments {
    const struct report *report;
    const char *run;
    const char *out; /* NULL: tearsheet.html in the run's folder; "-": stdout */
    bool json;
};

/* A run that was opened for reading. */
struct opened {
    struct logged_run logged;
    struct history *history;
};

struct report {
    const char *name;
    bool has_json;
    bool has_out;
    enum err (*write)(const struct report_arguments *arguments, struct opened *opened,
                      struct problem *problem);
};

static enum err open_run(const char *run, struct opened *opened, struct problem *problem)
{
    struct logged_run *logged = &opened->logged;
    enum err err = logged_run_open(run, logged, problem);
    return err != ERR_OK
               ? err
               : history_create(logged->reader, &logged->preamble, &opened->history, problem);
}

static void close_run(struct opened *opened)
{
    history_destroy(opened->history);
    logged_run_close(&opened->logged);
}

/* ---- buy and hold ---- */

static void take_logged_bars(const struct opened *opened, struct benchmark *benchmark)
{
    const struct event *record;
    log_reader_rewind(opened->logged.reader);
    while ((record = log_reader_next(opened->logged.reader)) != NULL) {
        if (record->kind == EVENT_BAR) {
            benchmark_take(benchmark, record);
        } else if (record->kind == EVENT_ACTION) {
            benchmark_action(benchmark, record);
        }
    }
}

/* The next split or dividend that the log holds, or NULL. */
static const struct event *next_action(const struct opened *opened)
{
    const struct event *record;
    do {
        record = log_reader_next(opened->logged.reader);
    } while (record != NULL && record->kind != EVENT_ACTION);
    return record;
}

/* The data's bars, and between them the actions that the log holds. */
static void take_bars(const struct opened *opened, const struct bars *bars,
                      struct benchmark *benchmark)
{
    log_reader_rewind(opened->logged.reader);
    const struct event *action = next_action(opened);
    for (uint64_t i = 0; i < bars->count; i++) {
        for (; action != NULL && action->src_ns < bars->records[i].ts_ns;
             action = next_action(opened)) {
            benchmark_action(benchmark, action);
        }
        if (bars->records[i].kind == EVENT_BAR) {
            benchmark_take(benchmark, &bars->records[i]);
        }
    }
}

/* The bars of a backtest lie in its data, which may be gone or another by now. */
static enum err take_data_bars(struct opened *opened, struct benchmark *benchmark,
                               struct problem *problem)
{
    struct logged_run *logged = &opened->logged;
    struct run_config config = *lookup_config(opened->history->lookup);
    config.bar_ns = logged->preamble.bar_ns;
    enum err err = logged_run_open_data(logged, &config, problem);
    if (err == ERR_OK) {
        take_bars(opened, &logged->bars, benchmark);
    }
    return err;
}

/* ---- the page ---- */

static enum err save(const struct report_arguments *arguments, const struct opened *opened,
                     const char *text, size_t length, struct problem *problem)
{
    if (arguments->out != NULL && strcmp(arguments->out, "-") == 0) {
        (void)fwrite(text, 1, length, stdout); /* cmd_flush() tells of errors */
        return cmd_flush(problem);
    }
    char *path = arguments->out != NULL ? xstrdup(arguments->out)
                                        : xasprintf("%s/tearsheet.html", opened->logged.run_dir);
    enum err err = file_replace(path, text, length, problem);
    if (err == ERR_OK) {
        (void)printf("%s\n", path);
    }
    free(path);
    return err;
}

static enum err write_page(const struct report_arguments *arguments, const struct opened *opened,
                           const struct tearsheet *sheet, struct problem *problem)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL) {
        return problem_set_errno(problem, "cannot gather the page");
    }
    tearsheet_write(sheet, memory);
    enum err err = fclose(memory) == 0 ? save(arguments, opened, text, length, problem)
                                       : problem_set_errno(problem, "cannot gather the page");
    free(text);
    return err;
}

static enum err write_tearsheet(const struct report_arguments *arguments, struct opened *opened,
                                struct problem *problem)
{
    struct problem no_bars = {.text = "the data held no bars"};
    struct run_metrics *metrics = run_metrics_create(opened->history);
    struct benchmark *benchmark =
        benchmark_create(&opened->history->equity, opened->logged.preamble.instrument_count);
    bool known = true;
    if (opened->logged.preamble.market_full) {
        take_logged_bars(opened, benchmark);
    } else {
        known = take_data_bars(opened, benchmark, &no_bars) == ERR_OK;
    }
    struct tearsheet sheet = {
        .run_id = opened->logged.run_id,
        .run_dir = opened->logged.run_dir,
        .history = opened->history,
        .metrics = metrics,
        .benchmark = known ? benchmark_values(benchmark) : NULL,
        .benchmark_why = no_bars.text,
        .benchmark_gaps = benchmark_gaps(benchmark),
    };
    enum err err = write_page(arguments, opened, &sheet, problem);
    benchmark_destroy(benchmark);
    run_metrics_destroy(metrics);
    return err;
}

/* ---- the tables ---- */

static enum err write_daily(const struct report_arguments *arguments, struct opened *opened,
                            struct problem *problem)
{
    (arguments->json ? report_daily_json : report_daily)(opened->history, opened->logged.run_id,
                                                         stdout);
    return cmd_flush(problem);
}

static enum err write_journal(const struct report_arguments *arguments, struct opened *opened,
                              struct problem *problem)
{
    (arguments->json ? report_journal_json : report_journal)(opened->history, opened->logged.run_id,
                                                             stdout);
    return cmd_flush(problem);
}

static enum err write_signals(const struct report_arguments *arguments, struct opened *opened,
                              struct problem *problem)
{
    struct signal_rows rows = signal_rows_read(opened->logged.reader);
    (arguments->json ? signals_print_json : signals_print)(&rows, opened->history->lookup,
                                                           opened->logged.run_id, stdout);
    free(rows.rows);
    return cmd_flush(problem);
}

static const struct report reports[] = {
    {"tearsheet", false, true,  write_tearsheet},
    {"daily",     true,  false, write_daily    },
    {"journal",   true,  false, write_journal  },
    {"signals",   true,  false, write_signals  },
};

enum { REPORT_COUNT = sizeof reports / sizeof reports[0] };

/* ---- the command line ---- */

static const struct argp_option options[] = {
    {"out",                                                                                     OPTION_OUT, "FILE", 0,
     "tearsheet: write the page there instead of RUN/tearsheet.html; - is the standard output", 0},
    {"json",                                                                                   OPTION_JSON, NULL, 0, "daily, journal, signals: as JSON and nothing else", 0},
    {0},
};

static void take_word(struct report_arguments *arguments, char *text, struct argp_state *state)
{
    if (arguments->report != NULL) {
        if (arguments->run != NULL) {
            argp_error(state, "one run at a time");
        }
        arguments->run = text;
        return;
    }
    for (size_t i = 0; i < REPORT_COUNT; i++) {
        if (strcmp(reports[i].name, text) == 0) {
            arguments->report = &reports[i];
        }
    }
    if (arguments->report == NULL) {
        argp_error(state, "no report `%s`; there are tearsheet, daily, journal and signals", text);
    }
}

static void check(const struct report_arguments *arguments, struct argp_state *state)
{
    if (arguments->report == NULL) {
        argp_error(state, "which report? tearsheet, daily, journal or signals");
    } else if (arguments->run == NULL) {
        argp_error(state, "which run? An id, a path, or `last`");
    } else if (arguments->json && !arguments->report->has_json) {
        argp_error(
            state,
            "--json is for daily, journal and signals; a run's figures stand in result.json");
    } else if (arguments->out != NULL && !arguments->report->has_out) {
        argp_error(state, "--out is for tearsheet; the tables go to the standard output");
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct report_arguments *arguments = state->input;
    switch (key) {
    case OPTION_OUT:
        arguments->out = text;
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

int cmd_report(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "tearsheet|daily|journal|signals RUN",
        .doc =
            "Says what a run (an id, a path, or `last`) came to, from its log: `tearsheet` as "
            "one page of HTML, `daily` session by session, `journal` trade by trade with the "
            "reasons, `signals` decision by decision with what became of each.\v"
            "Examples:\n"
            "  bellwether report tearsheet last\n"
            "  bellwether report journal last --json\n"
            "\n"
            "Exit status: 0 done, 1 the run cannot be read or the page not written, 2 bad usage.",
    };
    struct report_arguments arguments = {0};
    struct opened opened = {0};
    struct problem problem;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* exits by itself on bad usage */
    enum err err = open_run(arguments.run, &opened, &problem);
    if (err == ERR_OK) {
        err = arguments.report->write(&arguments, &opened, &problem);
    }
    close_run(&opened);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
