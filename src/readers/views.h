/* views.h: the readers that make files out of the log: journal.db and the three JSONL streams.
 *
 * A view is a function of the log: fed with the same records it writes the same bytes, whether it
 * follows a run or is rebuilt years later. Views never write to the log and halt nothing: a failed
 * view is reported and can be rebuilt. */
#ifndef READERS_VIEWS_H
#define READERS_VIEWS_H

#include "log/preamble.h"
#include "market/event.h"
#include "sys/problem.h"

struct views;

/* Makes journal.db, equity.jsonl, trades.jsonl and updates.jsonl anew in `run_dir`. The preamble is
 * borrowed until views_close(). */
enum err views_create(const char *run_dir, const struct preamble *preamble, struct views **views,
                      struct problem *problem);

/* Takes the next records of the log in order (a log_tap; `context` is the struct views). The
 * preamble's own records are passed over. The first failure is kept for views_close(). */
void views_take(void *context, const struct event *slots, size_t slot_count);

/* Takes all records of a log that is there already, as one batch: before following it further. */
void views_catch_up(struct views *views, struct log_reader *reader);

/* Makes all four files anew from a log that is there, which is read from its start. */
enum err views_rebuild(const char *run_dir, struct log_reader *reader,
                       const struct preamble *preamble, struct problem *problem);

/* Ends all files and frees; returns the first failure. */
enum err views_close(struct views *views, struct problem *problem);

#endif
