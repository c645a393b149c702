/* control.h: the socket by which a running engine is asked and steered: `control.sock` in the
 * folder that holds the run's log, for its owner alone (0600, and the peer's user is compared).
 *
 * The server never waits: the loop looks in between two steps, takes a request, and answers it once
 * it is carried out. A peer that does not read its answer, or sends a line that is too long, is let
 * go; of too many peers the one that was quiet for longest is. */
#ifndef DRIVER_CONTROL_H
#define DRIVER_CONTROL_H

#include "driver/control_line.h"
#include "sys/problem.h"

#define CONTROL_SOCKET    "control.sock"
#define CONTROL_PEERS_MAX 8

struct control;

/* Listens in `folder`, whose lock the caller holds: a socket that a killed run left is replaced.
 * The caller's to control_close(). */
enum err control_open(const char *folder, struct control **control, struct problem *problem);

/* Removes the socket; NULL is nothing. */
void control_close(struct control *control);

/* Readable when a look is worth it: for poll(). */
int control_fd(const struct control *control);

/* The next request, if there is one; it is answered before the next is taken. What is no request
 * was answered here. */
bool control_next(struct control *control, struct control_request *request);
void control_answer(struct control *control, const struct control_status *status);

/* The other end: sends a request (a line without newline) to the run whose socket lies in `folder`
 * and waits for its answer, a few seconds at most. `*answer` is the caller's to free().
 * ERR_NOT_FOUND: no engine listens there. */
enum err control_call(const char *folder, const char *line, char **answer, struct problem *problem);

#endif
