/* journal.h: journal.db, the run as tables of SQLite, for queries and reports.
 *
 * Money and quantities are integers in billionths (*_e9); times are given twice, as nanoseconds and
 * as UTC text. `slot` is the record's place in the log. journal_schema.c holds the tables. */
#ifndef READERS_JOURNAL_H
#define READERS_JOURNAL_H

#include "readers/lookup.h"

#define JOURNAL_FILE "journal.db"

struct journal;

/* Makes journal.db anew in `run_dir`, with the tables run and instruments filled from the preamble.
 * Lookup and preamble are borrowed. With `followed`, others may read it while it is being written,
 * and each journal_commit() shows them what came; else it is written in one go. */
enum err journal_create(const char *run_dir, const struct lookup *lookup,
                        const struct preamble *preamble, bool followed, struct journal **journal,
                        struct problem *problem);

/* Adds the record's row, if it has one; `slot` is its ordinal in the log. A failure is kept for
 * journal_close(). */
void journal_take(struct journal *journal, const struct event *record, uint64_t slot);

/* The batch of records is over. */
void journal_commit(struct journal *journal);

/* Ends the file and frees; returns the first failure. */
enum err journal_close(struct journal *journal, struct problem *problem);

#endif
