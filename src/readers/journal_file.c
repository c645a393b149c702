/* journal_file.c: the database of a journal: made anew with its tables and what it begins with;
 * keeps the first failure and closes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "readers/journal_private.h"
#include "sys/memory.h"

void journal_file_fail(struct journal_file *file, const char *what)
{
    if (file->problem.err == ERR_OK) {
        int code = sqlite3_errcode(file->db);
        enum err err = code == SQLITE_CONSTRAINT ? ERR_DIFFERS
                       : code == SQLITE_FULL     ? ERR_FULL
                                                 : ERR_IO;
        (void)problem_set(&file->problem, err, "%s: %s: %s", file->path, what,
                          sqlite3_errmsg(file->db));
    }
}

void journal_file_fail_row(struct journal_file *file, enum journal_table table, uint64_t slot)
{
    char what[96];
    bool refused = sqlite3_errcode(file->db) == SQLITE_CONSTRAINT;
    (void)snprintf(what, sizeof what, "%s %s (slot %" PRIu64 " of the log)",
                   refused ? "a record does not fit table" : "cannot write a row of table",
                   journal_tables[table].name, slot);
    journal_file_fail(file, what);
}

void journal_file_execute(struct journal_file *file, const char *sql)
{
    if (file->problem.err == ERR_OK && sqlite3_exec(file->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        journal_file_fail(file, "cannot set up or commit");
    }
}

void journal_file_remove(const char *path)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *name = xasprintf("%s%s", path, suffixes[i]);
        (void)unlink(name); /* most are not there; what stays in the way fails later */
        free(name);
    }
}

sqlite3_stmt *journal_file_prepare(struct journal_file *file, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (file->problem.err == ERR_OK &&
        sqlite3_prepare_v3(file->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
            SQLITE_OK) {
        journal_file_fail(file, "cannot prepare");
    }
    return statement;
}

/* ---- what a journal begins with ---- */

static void add_fact(struct journal_file *file, sqlite3_stmt *add, const char *key,
                     const char *value)
{
    sqlite3_bind_text(add, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 2, value, -1, SQLITE_STATIC);
    if (file->problem.err == ERR_OK && sqlite3_step(add) != SQLITE_DONE) {
        journal_file_fail(file, "cannot write table run");
    }
    sqlite3_reset(add);
}

static void add_number(struct journal_file *file, sqlite3_stmt *add, const char *key, int64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    add_fact(file, add, key, text);
}

static void fill_run(struct journal_file *file, const struct lookup *lookup,
                     const struct preamble *preamble)
{
    char created[UTC_TEXT_SIZE];
    sqlite3_stmt *add = journal_file_prepare(file, "INSERT INTO run VALUES (?,?)");
    (void)utc_format(preamble->created_ns, created);
    add_fact(file, add, "mode", run_mode_text(preamble->mode));
    add_fact(file, add, "simulated", "true");
    add_fact(file, add, "simulated_market", lookup_market_is_simulated(lookup) ? "true" : "false");
    add_fact(file, add, "created", created);
    add_fact(file, add, "source", preamble->source);
    add_fact(file, add, "data_hash", preamble->data_hash);
    add_fact(file, add, "config_path", preamble->config_path);
    add_fact(file, add, "config_hash", lookup_config(lookup)->config_hash);
    add_fact(file, add, "config", preamble->config_bytes);
    add_fact(file, add, "build", preamble->build);
    add_fact(file, add, "market_in_log", preamble->market_full ? "true" : "false");
    add_number(file, add, "bar_ns", preamble->bar_ns);
    add_number(file, add, "frame_ns", preamble->frame_ns);
    add_number(file, add, "slices", (int64_t)preamble->slice_count);
    sqlite3_finalize(add);
}

static void fill_instruments(struct journal_file *file, const struct preamble *preamble)
{
    sqlite3_stmt *add = journal_file_prepare(file, "INSERT INTO instruments VALUES (?,?)");
    for (uint32_t id = 0; id < preamble->instrument_count && file->problem.err == ERR_OK; id++) {
        sqlite3_bind_int64(add, 1, id);
        sqlite3_bind_text(add, 2, preamble->instruments[id].symbol, -1, SQLITE_STATIC);
        if (sqlite3_step(add) != SQLITE_DONE) {
            journal_file_fail(file, "cannot write table instruments");
        }
        sqlite3_reset(add);
    }
    sqlite3_finalize(add);
}

void journal_file_open(struct journal_file *file, char *path, const char *pragmas,
                       const struct lookup *lookup, const struct preamble *preamble)
{
    *file = (struct journal_file){.path = path};
    journal_file_remove(path);
    if (sqlite3_open_v2(path, &file->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        journal_file_fail(file, "cannot make it");
        return;
    }
    journal_file_execute(file, pragmas);
    journal_file_execute(file, "BEGIN");
    journal_file_execute(file, journal_schema);
    fill_run(file, lookup, preamble);
    fill_instruments(file, preamble);
    journal_file_execute(file, "COMMIT");
}

void journal_file_close(struct journal_file *file)
{
    if (sqlite3_close(file->db) != SQLITE_OK) {
        journal_file_fail(file, "cannot close");
    }
    free(file->path);
}
