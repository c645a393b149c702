/* journal.h: journal.db, the run as tables of SQLite, for queries and reports.
 *
 * Money and quantities are integers in billionths (*_e9); times are given twice, as nanoseconds and
 * as UTC text. `slot` is the record's place in the log. journal_schema.c holds the tables.
 *
 * It is written in two ways that come to the same: with the run, record by record, for those who
 * follow it; or at once from a log that is there. */
#ifndef READERS_JOURNAL_H
#define READERS_JOURNAL_H

#include "log/log.h"
#include "readers/lookup.h"

#define JOURNAL_FILE "journal.db"

struct journal;

/* Makes journal.db anew in `run_dir`, with the tables run and instruments filled from the preamble.
 * Lookup and preamble are borrowed. Others may read it while it is being written. */
enum err journal_create(const char *run_dir, const struct lookup *lookup,
                        const struct preamble *preamble, struct journal **journal,
                        struct problem *problem);

/* Adds the record's rows, if it has any; `slot` is its ordinal in the log. A failure is kept for
 * journal_close(). */
void journal_take(struct journal *journal, const struct event *record, uint64_t slot);

/* The batch of records is over: it can be seen. */
void journal_commit(struct journal *journal);

/* Ends the file and frees; returns the first failure. */
enum err journal_close(struct journal *journal, struct problem *problem);

/* Makes journal.db anew in `run_dir` from all records of the log; `lookup` knows the log's orders,
 * and no record is cut short. The file is there when it is whole, and as it was after a failure. */
enum err journal_make(const char *run_dir, const struct lookup *lookup,
                      const struct preamble *preamble, struct log_reader *reader,
                      struct problem *problem);

#endif
