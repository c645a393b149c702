/* run_actions.h: the splits and dividends that a config names, as the events of a run. */
#ifndef CMD_RUN_ACTIONS_H
#define CMD_RUN_ACTIONS_H

#include "config/config.h"
#include "data/bars.h"

struct run_actions {
    struct event *events; /* EVENT_ACTION by time; heap memory of the caller, NULL when none */
    size_t count;
};

/* Reads them for data that begins at start_ns, and says on stderr when the file has none for it. */
enum err run_actions_open(const struct run_config *config, const struct bars *bars,
                          int64_t start_ns, struct run_actions *actions, struct problem *problem);

#endif
