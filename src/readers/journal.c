/* journal.c: the journal of a run that is followed: rows by prepared statements, a transaction a
 * batch of records, so that others see what came.
 *
 * The file is a view: nothing waits for the disk (synchronous=OFF), because a lost journal is built
 * again from the log. */
#include "readers/journal.h"

#include <stdlib.h>
#include <string.h>

#include "readers/journal_private.h"
#include "sys/memory.h"

struct journal {
    struct journal_file file;
    sqlite3_stmt *insert[TABLE_COUNT]; /* NULL for tables without records */
    struct row_maker maker;
    bool in_transaction;
};

/* INSERT OR ABORT INTO fills VALUES (?,?,?,...) */
static sqlite3_stmt *prepare_insert(struct journal_file *file, enum journal_table table)
{
    static const char marks[2 * JOURNAL_COLUMNS_MAX] = "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?";
    const struct journal_table_def *def = &journal_tables[table];
    char *sql = xasprintf("INSERT OR %s INTO %s VALUES (%.*s)", def->latest ? "REPLACE" : "ABORT",
                          def->name, 2 * def->columns - 1, marks);
    sqlite3_stmt *statement = journal_file_prepare(file, sql);
    free(sql);
    return statement;
}

enum err journal_create(const char *run_dir, const struct lookup *lookup,
                        const struct preamble *preamble, struct journal **out,
                        struct problem *problem)
{
    struct journal *journal = xcalloc(1, sizeof *journal);
    row_maker_init(&journal->maker, lookup);
    journal_file_open(&journal->file, xasprintf("%s/%s", run_dir, JOURNAL_FILE),
                      "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF", lookup, preamble);
    for (int table = TABLE_DEPOSITS; table < TABLE_COUNT; table++) {
        journal->insert[table] = prepare_insert(&journal->file, (enum journal_table)table);
    }
    if (journal->file.problem.err != ERR_OK) {
        return journal_close(journal, problem);
    }
    *out = journal;
    return ERR_OK;
}

static void bind(sqlite3_stmt *statement, int column, const struct journal_value *value)
{
    switch (value->type) {
    case JOURNAL_NULL:
        sqlite3_bind_null(statement, column);
        break;
    case JOURNAL_INT:
        sqlite3_bind_int64(statement, column, value->value);
        break;
    case JOURNAL_TEXT:
        sqlite3_bind_text(statement, column, value->text, value->length, SQLITE_STATIC);
        break;
    }
}

static void add_row(struct journal *journal, enum journal_table table, const struct event *record,
                    uint64_t slot)
{
    struct journal_row row;
    sqlite3_stmt *insert = journal->insert[table];
    if (!journal->in_transaction) {
        journal_file_execute(&journal->file, "BEGIN");
        journal->in_transaction = true;
    }
    journal_row_make(&journal->maker, table, record, slot, &row);
    for (int i = 0; i < row.count; i++) {
        bind(insert, i + 1, &row.values[i]);
    }
    if (journal->file.problem.err == ERR_OK && sqlite3_step(insert) != SQLITE_DONE) {
        journal_file_fail_row(&journal->file, table, slot);
    }
    sqlite3_reset(insert);
}

void journal_take(struct journal *journal, const struct event *record, uint64_t slot)
{
    for (int i = TABLE_DEPOSITS; i < TABLE_COUNT && journal->file.problem.err == ERR_OK; i++) {
        enum journal_table table = (enum journal_table)i;
        if (journal_has_row(table, record)) {
            add_row(journal, table, record, slot);
        }
    }
}

void journal_commit(struct journal *journal)
{
    if (journal->in_transaction) {
        journal_file_execute(&journal->file, "COMMIT");
        journal->in_transaction = false;
    }
}

enum err journal_close(struct journal *journal, struct problem *problem)
{
    journal_commit(journal);
    for (int i = 0; i < TABLE_COUNT; i++) {
        sqlite3_finalize(journal->insert[i]);
    }
    /* With a write-ahead log a reader would need to write beside the file. */
    journal_file_execute(&journal->file, "PRAGMA journal_mode=DELETE");
    journal_file_close(&journal->file);
    struct problem first = journal->file.problem;
    row_maker_finish(&journal->maker);
    free(journal);
    if (first.err != ERR_OK && problem != NULL) {
        *problem = first;
    }
    return first.err;
}
