/* cmd_gates.c: `bellwether gates`: every gate, its limit, and how often it refused in a run. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "config/config.h"
#include "readers/gates_table.h"
#include "readers/run_dir.h"
#include "sys/memory.h"
#include "sys/plugin.h"

enum { OPTION_RUN = 256, OPTION_JSON };

static const struct argp_option options[] = {
    {"config",                                                             'c', "FILE", 0, "The configuration whose limits to show (default: that of the run)",
     0},
    {"run",                                                              OPTION_RUN, "RUN", 0, "Count the refusals of a run: an id, a path, or `last`", 0},
    {"json", OPTION_JSON, NULL, 0, "Print JSON and nothing else", 0},
    {0                                                                   },
};

struct gates_arguments {
    const char *config_path;
    const char *run;
    bool json;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct gates_arguments *arguments = state->input;
    switch (key) {
    case 'c':
        arguments->config_path = text;
        return 0;
    case OPTION_RUN:
        arguments->run = text;
        return 0;
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected `%s`; a run goes behind --run", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What the run says: its counts, and its configuration where none was given. */
static enum err read_run(const struct gates_arguments *arguments, struct gate_counts *counts,
                         struct run_config *config, struct problem *problem)
{
    char *run_dir;
    enum err err = run_dir_find("runs", arguments->run, &run_dir, problem);
    if (err != ERR_OK) {
        return err;
    }
    err = gate_counts_read(run_dir, counts, problem);
    if (err == ERR_OK && arguments->config_path == NULL) {
        char *path = xasprintf("%s/config.yaml", run_dir);
        err = config_read_with(path, plugin_strategy, config, problem);
        free(path);
    }
    free(run_dir);
    return err;
}

static enum err list_gates(const struct gates_arguments *arguments, struct problem *problem)
{
    struct run_config config = {0};
    struct gate_counts counts;
    enum err err = ERR_OK;
    if (arguments->config_path != NULL) {
        err = config_read_with(arguments->config_path, plugin_strategy, &config, problem);
    }
    if (err == ERR_OK && arguments->run != NULL) {
        err = read_run(arguments, &counts, &config, problem);
    }
    if (err == ERR_OK) {
        (arguments->json ? gates_write_json
                         : gates_print)(config.path != NULL ? &config.limits : NULL,
                                        arguments->run != NULL ? &counts : NULL, stdout);
        err = cmd_flush(problem);
    }
    config_finish(&config);
    return err;
}

int cmd_gates(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Lists every gate between a decision and an order, in the order they are asked: "
               "what it measures, in which unit, and the limit of a configuration; with a run also "
               "how often each refused.\v"
               "Examples:\n"
               "  bellwether gates\n"
               "  bellwether gates -c my.yaml\n"
               "  bellwether gates --run last --json\n"
               "\n"
               "Exit status: 0 done, 1 the run cannot be read, 2 bad usage or config.",
    };
    struct gates_arguments arguments = {0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* exits by itself on bad usage */
    struct problem problem;
    return list_gates(&arguments, &problem) == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
