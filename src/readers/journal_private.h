/* journal_private.h: between the files of the journal: journal_schema.c has its tables,
 * journal_rows.c turns records into their rows, journal.c puts them into a database
 * (journal_file.c) while a run goes on, journal_make.c all at once. */
#ifndef READERS_JOURNAL_PRIVATE_H
#define READERS_JOURNAL_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/utc.h"
#include "log/preamble.h"
#include "market/event.h"
#include "readers/lookup.h"
#include "sys/json_writer.h"
#include "sys/problem.h"

enum journal_table {
    TABLE_RUN,
    TABLE_INSTRUMENTS,
    TABLE_DEPOSITS, /* from here on a row comes from a record */
    TABLE_DECISIONS,
    TABLE_ORDERS,
    TABLE_REPORTS,
    TABLE_FILLS,
    TABLE_BUSTS,
    TABLE_POSTINGS,
    TABLE_TRADES,
    TABLE_SLICES,
    TABLE_CONDITIONS,
    TABLE_COUNT,
};

#define JOURNAL_COLUMNS_MAX 16

struct journal_table_def {
    const char *name;
    int columns;
    bool latest; /* a later row replaces an earlier one of the same key */
};

extern const struct journal_table_def journal_tables[TABLE_COUNT];

/* CREATE TABLE statements of all tables. */
extern const char journal_schema[];

/* The key of a record's row: what its table's rows are sorted by. */
uint64_t journal_key(enum journal_table table, const struct event *record, uint64_t slot);

enum journal_type { JOURNAL_NULL, JOURNAL_INT, JOURNAL_TEXT };

struct journal_value {
    enum journal_type type;
    int length;    /* of the text */
    int64_t value; /* of an integer */
    const char *text;
};

/* A row, values in the order of the columns. Its texts are constants or lie in the maker. */
struct journal_row {
    int count;
    struct journal_value values[JOURNAL_COLUMNS_MAX];
};

/* What makes rows: the names, and room for the texts of one row. */
struct row_maker {
    const struct lookup *lookup;
    struct json_writer inputs; /* of a decision */
    uint64_t slices;           /* rows of that table so far */
    int64_t ts_ns; /* that `ts` is the text of; many rows of one time follow each other */
    int ts_length;
    char ts[UTC_TEXT_SIZE];
    char opened[UTC_TEXT_SIZE];
    char closed[UTC_TEXT_SIZE];
    char hash[24];
};

void row_maker_init(struct row_maker *maker, const struct lookup *lookup);
void row_maker_finish(struct row_maker *maker);

/* Whether the record has a row in the table. */
bool journal_has_row(enum journal_table table, const struct event *record);

/* That row; its texts hold until the next is made. `slot` is the record's place in the log. */
void journal_row_make(struct row_maker *maker, enum journal_table table, const struct event *record,
                      uint64_t slot, struct journal_row *row);

/* A database being written. The first failure stays in .problem and ends the writing. */
struct journal_file {
    char *path;
    sqlite3 *db;
    struct problem problem; /* .err is not ERR_OK once something failed */
};

/* Makes the file anew: pragmas, tables, and the rows of run and instruments. `path` becomes the
 * file's own. */
void journal_file_open(struct journal_file *file, char *path, const char *pragmas,
                       const struct lookup *lookup, const struct preamble *preamble);

void journal_file_execute(struct journal_file *file, const char *sql);

/* Keeps why the database just refused something; `what` says what. */
void journal_file_fail(struct journal_file *file, const char *what);

/* The same of the row of the record at `slot`. */
void journal_file_fail_row(struct journal_file *file, enum journal_table table, uint64_t slot);

/* NULL after a failure. */
sqlite3_stmt *journal_file_prepare(struct journal_file *file, const char *sql);

/* Closes the database and frees the path; the problem stays. */
void journal_file_close(struct journal_file *file);

/* Removes the database and what stands beside it. */
void journal_file_remove(const char *path);

#endif
