/* running.c: see running.h. */
#include "cmd/running.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "driver/control.h"
#include "readers/run_dir.h"
#include "sys/memory.h"

enum { OPTION_JSON = 256 };

/* The socket lies beside the log, which of a run with --state is elsewhere. */
static enum err socket_folder(const char *run, char **folder, struct problem *problem)
{
    char *run_dir;
    enum err err = run_dir_find("runs", run, &run_dir, problem);
    if (err != ERR_OK) {
        return err;
    }
    char *log_dir = xasprintf("%s/log", run_dir);
    char *log = realpath(log_dir, NULL);
    if (log == NULL) {
        err = problem_set_errno(problem, "cannot find the log of %s", run_dir);
    } else {
        *strrchr(log, '/') = '\0';
        *folder = log;
    }
    free(log_dir);
    free(run_dir);
    return err;
}

/* ---- the answer in words ---- */

/* What is shown of an answer, in this order. */
static const struct shown {
    enum answer_member member;
    const char *name;
} shown[] = {
    {ANSWER_RUN_ID,      "run"        },
    {ANSWER_MODE,        "mode"       },
    {ANSWER_STATE,       "state"      },
    {ANSWER_SPEED,       "speed"      },
    {ANSWER_MARKET_TIME, "market time"},
    {ANSWER_EQUITY,      "equity"     },
    {ANSWER_DAY_RESULT,  "day result" },
    {ANSWER_CASH,        "cash"       },
    {ANSWER_POSITIONS,   "positions"  },
    {ANSWER_DECISIONS,   "decisions"  },
    {ANSWER_REFUSED,     "refused"    },
    {ANSWER_ORDERS,      "orders"     },
    {ANSWER_FILLS,       "fills"      },
};

static void print_not_ready(uint32_t shut)
{
    for (uint8_t condition = 0; condition < 32; condition++) {
        if ((shut >> condition & 1) != 0) {
            (void)printf("entries shut %s (%s)\n", status_condition_text(condition),
                         status_condition_meaning(condition));
        }
    }
}

static bool is_some(const char *count)
{
    return count[0] != '\0' && strcmp(count, "0") != 0;
}

static void print_halted(const struct control_answer *answer)
{
    const char *halted = answer->values[ANSWER_HALTED];
    if (is_some(halted)) {
        (void)printf("entries shut in %s symbol(s): trading is halted there (the journal's "
                     "conditions name them)\n",
                     halted);
    }
}

/* Of a broker outside: what is not as our orders make it, where anything is. */
static void print_differences(const struct control_answer *answer)
{
    const char *differing = answer->values[ANSWER_DIFFERING];
    const char *surpluses = answer->values[ANSWER_SURPLUSES];
    if (is_some(differing)) {
        (void)printf("entries shut in %s symbol(s): the account does not hold what our orders make "
                     "it (the journal's conditions name them)\n",
                     differing);
    }
    if (is_some(surpluses)) {
        (void)printf("%-12s %s fill(s) for more than their order had left; not booked\n", "surplus",
                     surpluses);
    }
}

/* Trades that stand otherwise than their plan has it, where any does. */
static void print_amiss(const struct control_answer *answer)
{
    const char *unprotected = answer->values[ANSWER_UNPROTECTED];
    const char *not_closed = answer->values[ANSWER_NOT_CLOSED];
    if (unprotected[0] != '\0' && strcmp(unprotected, "0") != 0) {
        (void)printf("%-12s %s trade(s): nothing rests at the broker for them, it is tried again; "
                     "entries in their symbols are shut\n",
                     "unprotected", unprotected);
    }
    if (not_closed[0] != '\0' && strcmp(not_closed, "0") != 0) {
        (void)printf("%-12s %s trade(s): their exits come to nothing; the journal's reports say "
                     "why; close them at the broker if it has to be now\n",
                     "not closed", not_closed);
    }
}

static void print_latency(const struct control_answer *answer)
{
    for (int i = 0; i < LATENCY_STAGE_COUNT; i++) {
        const struct answer_stage *stage = &answer->stages[i];
        if (stage->count > 0) {
            (void)printf("%-12s p50 %.1f, p99 %.1f, p99.9 %.1f, max %.1f µs in %" PRIu64 "\n",
                         latency_stage_text((enum latency_stage)i),
                         (double)stage->figures[CONTROL_FIGURE_P50] / 1e3,
                         (double)stage->figures[CONTROL_FIGURE_P99] / 1e3,
                         (double)stage->figures[CONTROL_FIGURE_P999] / 1e3,
                         (double)stage->figures[CONTROL_FIGURE_MAX] / 1e3, stage->count);
        }
    }
}

static void print_answer(const struct control_answer *answer)
{
    bool paper = strcmp(answer->values[ANSWER_MODE], "paper") == 0;
    (void)puts(paper ? "PAPER" : "SIMULATED");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *value = answer->values[shown[i].member];
        const char *more =
            shown[i].member == ANSWER_STATE && answer->held ? " (market paused)" : "";
        (void)printf("%-12s %s%s\n", shown[i].name, value[0] != '\0' ? value : "-", more);
        if (shown[i].member == ANSWER_STATE) {
            print_not_ready(answer->shut);
            print_halted(answer);
            print_differences(answer);
            print_amiss(answer);
        }
    }
    print_latency(answer);
}

enum err running_call(const char *run, const char *request, struct control_answer *answer,
                      char **text, struct problem *problem)
{
    char *folder = NULL;
    *text = NULL;
    enum err err = socket_folder(run, &folder, problem);
    if (err == ERR_OK) {
        err = control_call(folder, request, text, problem);
    }
    if (err == ERR_OK && !control_answer_read(*text, answer)) {
        err = problem_set(problem, ERR_FORMAT, "the engine in %s answered something else", folder);
    } else if (err == ERR_OK && !answer->ok) {
        err = problem_set(problem, ERR_USAGE, "the engine in %s says: %s", folder, answer->error);
    }
    free(folder);
    return err;
}

int running_ask(const char *run, const char *request, bool json)
{
    struct problem problem;
    struct control_answer answer;
    char *text;
    enum err err = running_call(run, request, &answer, &text, &problem);
    if (err == ERR_OK && json) {
        (void)puts(text);
    } else if (err == ERR_OK) {
        print_answer(&answer);
    }
    free(text);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}

/* ---- arguments ---- */

struct running_arguments {
    const char *run;
    bool json;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct running_arguments *arguments = state->input;
    switch (key) {
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->run != NULL) {
            argp_error(state, "one run at a time");
        }
        arguments->run = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int running_command(int argc, char **argv, const char *request, const char *doc)
{
    static const struct argp_option options[] = {
        {"json", OPTION_JSON, NULL, 0, "Print the engine's answer as JSON and nothing else", 0},
        {0 },
    };
    const struct argp argp = {.options = options, .parser = parse, .args_doc = "[RUN]", .doc = doc};
    struct running_arguments arguments = {0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* exits by itself on bad usage */
    return running_ask(arguments.run != NULL ? arguments.run : "last", request, arguments.json);
}
