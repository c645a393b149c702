/* running.h: the road from a command to the engine that runs: RUN -> its folder -> its socket. */
#ifndef CMD_RUNNING_H
#define CMD_RUNNING_H

#include <stdbool.h>

#include "driver/control_answer.h"
#include "sys/problem.h"

/* Sends the request to the run (an id, a path, or `last`) and takes its answer apart. `*text`, the
 * caller's to free(), is the answer as it came, or NULL. ERR_NOT_FOUND: no such run, or nobody
 * listens there; ERR_USAGE: the engine refuses the request. */
enum err running_call(const char *run, const char *request, struct control_answer *answer,
                      char **text, struct problem *problem);

/* Sends the request to the run (an id, a path, or `last`) and prints how it stands then: in words,
 * or with `json` the answer as it came. Returns the exit code. */
int running_ask(const char *run, const char *request, bool json);

/* The commands that take `[RUN] [--json]` and send one request: parses, asks, returns the exit
 * code. */
int running_command(int argc, char **argv, const char *request, const char *doc);

#endif
