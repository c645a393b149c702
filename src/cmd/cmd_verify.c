/* cmd_verify.c: `bellwether verify`: a run's files held against each other. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/build_info.h"
#include "cmd/cmd.h"
#include "readers/run_dir.h"
#include "readers/verify.h"

static error_t parse(int key, char *text, struct argp_state *state)
{
    const char **run = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*run != NULL) {
            argp_error(state, "one run at a time");
        }
        *run = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which run? An id, a path, or `last`");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_verify(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "RUN",
        .doc =
            "Holds log, ledger, journal, streams and summary of a run (an id, a path, or `last`) "
            "against each other, one line a comparison.\v"
            "Example:\n"
            "  bellwether verify last\n"
            "\n"
            "A run of another build is said to be one, and what that makes impossible is left out "
            "(skip).\n"
            "\n"
            "Exit status: 0 all that can be compared agrees, 1 something differs, is damaged or "
            "was "
            "cut short.",
    };
    const char *run = NULL;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &run); /* exits by itself on bad usage */
    struct problem problem;
    char *run_dir;
    enum err err = run_dir_find("runs", run, &run_dir, &problem);
    if (err == ERR_OK) {
        err = verify_run(run_dir, build_info(), stdout, &problem);
        free(run_dir);
    }
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}
