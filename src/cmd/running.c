/* running.c: see running.h. */
#include "cmd/running.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "data/json_tokens.h"
#include "driver/control.h"
#include "readers/run_dir.h"
#include "sys/memory.h"

enum { OPTION_JSON = 256, VALUE_SIZE = 128 };

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

/* What is shown of an answer: its members, in this order. */
static const struct shown {
    const char *key;
    const char *name;
} shown[] = {
    {"run_id",      "run"        },
    {"mode",        "mode"       },
    {"state",       "state"      },
    {"speed",       "speed"      },
    {"market_time", "market time"},
    {"equity",      "equity"     },
    {"day_result",  "day result" },
    {"cash",        "cash"       },
    {"positions",   "positions"  },
    {"decisions",   "decisions"  },
    {"refused",     "refused"    },
    {"orders",      "orders"     },
    {"fills",       "fills"      },
};

enum { SHOWN_COUNT = sizeof shown / sizeof shown[0] };

struct answer {
    bool ok, held;
    char error[JSON_KEPT_MAX];
    char values[SHOWN_COUNT][VALUE_SIZE];
};

static void keep_value(struct answer *answer, const char *key, const struct json_tokens *tokens,
                       enum json_token token)
{
    if (strcmp(key, "ok") == 0) {
        answer->ok = token == JSON_TRUE;
    } else if (strcmp(key, "held") == 0) {
        answer->held = token == JSON_TRUE;
    } else if (strcmp(key, "error") == 0) {
        (void)snprintf(answer->error, sizeof answer->error, "%.*s", (int)tokens->length,
                       tokens->text);
    }
    bool has_text = token == JSON_STRING || token == JSON_NUMBER;
    for (size_t i = 0; i < SHOWN_COUNT && has_text; i++) {
        if (strcmp(key, shown[i].key) == 0) {
            (void)snprintf(answer->values[i], VALUE_SIZE, "%.*s", (int)tokens->length,
                           tokens->text);
        }
    }
}

/* Reads {"key":value,...}; false when it is none. */
static bool read_answer(const char *text, struct answer *answer)
{
    struct problem problem;
    struct text_input input = text_input_of(text, strlen(text));
    struct json_tokens tokens;
    *answer = (struct answer){0};
    json_tokens_init(&tokens, &input, &problem);
    enum json_token token = json_next(&tokens);
    if (token != JSON_OBJECT) {
        return false;
    }
    while ((token = json_next(&tokens)) == JSON_KEY) {
        char key[JSON_KEPT_MAX + 1];
        (void)snprintf(key, sizeof key, "%.*s", (int)tokens.length, tokens.text);
        token = json_next(&tokens);
        keep_value(answer, key, &tokens, token);
        if (!json_skip(&tokens, token)) {
            return false;
        }
    }
    return token == JSON_OBJECT_END;
}

static void print_answer(const struct answer *answer)
{
    (void)puts("SIMULATED");
    for (size_t i = 0; i < SHOWN_COUNT; i++) {
        const char *value = answer->values[i][0] != '\0' ? answer->values[i] : "-";
        const char *more =
            strcmp(shown[i].key, "state") == 0 && answer->held ? " (market paused)" : "";
        (void)printf("%-12s %s%s\n", shown[i].name, value, more);
    }
}

int running_ask(const char *run, const char *request, bool json)
{
    struct problem problem;
    char *folder = NULL;
    char *text = NULL;
    enum err err = socket_folder(run, &folder, &problem);
    if (err == ERR_OK) {
        err = control_call(folder, request, &text, &problem);
    }
    struct answer answer = {0};
    if (err == ERR_OK && !read_answer(text, &answer)) {
        err = problem_set(&problem, ERR_FORMAT, "the engine in %s answered something else", folder);
    } else if (err == ERR_OK && !answer.ok) {
        err = problem_set(&problem, ERR_USAGE, "the engine in %s says: %s", folder, answer.error);
    }
    if (err == ERR_OK && json) {
        (void)puts(text);
    } else if (err == ERR_OK) {
        print_answer(&answer);
    }
    free(text);
    free(folder);
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
