/* run_dir.h: where runs live and how they are named.
 *
 * A run's folder is HOME/runs/<id>/, id = UTC time + 4 hex digits ("20261121-011500-3f2a"), HOME
 * the working directory. Inside: log/ (a folder, or a link to the state folder's log), journal.db,
 * equity.jsonl, trades.jsonl, updates.jsonl, result.json, config.yaml as used. */
#ifndef READERS_RUN_DIR_H
#define READERS_RUN_DIR_H

#include "sys/problem.h"

#define RUN_ID_SIZE 24

/* Makes runs/<id>/ with a fresh id under `parent` ("runs"). `*path` is the caller's to free(). */
enum err run_dir_create(const char *parent, char id[RUN_ID_SIZE], char **path,
                        struct problem *problem);

/* Finds a run by id, path, or "last" (the newest that holds a log). `*path` is the caller's to
 * free(). ERR_NOT_FOUND names what was looked for and what there is. */
enum err run_dir_find(const char *parent, const char *run, char **path, struct problem *problem);

#endif
