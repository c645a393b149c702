/* run_actions.c: see run_actions.h. */
#include "cmd/run_actions.h"

#include <stdio.h>

#include "data/actions.h"

enum err run_actions_open(const struct run_config *config, const struct bars *bars,
                          int64_t start_ns, struct run_actions *actions, struct problem *problem)
{
    struct actions file;
    *actions = (struct run_actions){0};
    if (config->actions_path == NULL) {
        return ERR_OK;
    }
    enum err err = actions_read(config->actions_path, &file, problem);
    if (err != ERR_OK) {
        return err;
    }
    actions->events =
        actions_events(&file, bars->instruments, bars->instrument_count, start_ns, &actions->count);
    if (actions->count == 0) {
        (void)fprintf(stderr,
                      "bellwether: warning: none of the %zu splits and dividends in %s is of a "
                      "symbol of the data and later than its first bar\n",
                      file.count, config->actions_path);
    }
    actions_finish(&file);
    return ERR_OK;
}
