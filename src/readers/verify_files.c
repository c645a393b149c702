/* verify_files.c: the run's views held against views made anew from its log. */
#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/journal.h"
#include "readers/verify_private.h"
#include "sys/memory.h"

/* Two journals side by side. */
struct pair {
    struct checks *checks;
    sqlite3 *run;
    sqlite3 *rebuilt;
    uint64_t rows;
};

static sqlite3 *open_journal(const char *dir)
{
    char *path = xasprintf("%s/%s", dir, JOURNAL_FILE);
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        db = NULL;
    }
    free(path);
    return db;
}

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    int type = sqlite3_column_type(a, column);
    if (type != sqlite3_column_type(b, column)) {
        return false;
    }
    if (type == SQLITE_INTEGER) {
        return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
    }
    const void *left = sqlite3_column_blob(a, column);
    const void *right = sqlite3_column_blob(b, column);
    int size = sqlite3_column_bytes(a, column);
    return size == sqlite3_column_bytes(b, column) &&
           (size == 0 || memcmp(left, right, (size_t)size) == 0);
}

static const char *value_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text == NULL ? "nothing" : (const char *)text;
}

/* Whether the rows at hand are equal; says where not. */
static bool same_row(struct pair *pair, const char *table, sqlite3_stmt *run, sqlite3_stmt *rebuilt)
{
    for (int i = 0; i < sqlite3_column_count(rebuilt); i++) {
        if (!same_value(run, rebuilt, i)) {
            checks_fail(pair->checks, "journal: table %s, %s %.40s: %s is %.60s, by the log %.60s",
                        table, sqlite3_column_name(rebuilt, 0), value_text(rebuilt, 0),
                        sqlite3_column_name(rebuilt, i), value_text(run, i),
                        value_text(rebuilt, i));
            return false;
        }
    }
    return true;
}

static bool same_rows(struct pair *pair, const char *table, sqlite3_stmt *run,
                      sqlite3_stmt *rebuilt)
{
    uint64_t row = 0;
    for (;; row++) {
        int a = sqlite3_step(run);
        int b = sqlite3_step(rebuilt);
        if (a == SQLITE_DONE && b == SQLITE_DONE) {
            pair->rows += row;
            return true;
        }
        if (a != SQLITE_ROW || b != SQLITE_ROW) {
            checks_fail(pair->checks, "journal: table %s %s after %" PRIu64 " rows", table,
                        a == SQLITE_ROW    ? "goes on when the log's ends"
                        : a == SQLITE_DONE ? "ends before the log's"
                                           : "cannot be read",
                        row);
            return false;
        }
        if (!same_row(pair, table, run, rebuilt)) {
            return false;
        }
    }
}

/* Runs the same query on both and compares what comes. */
static bool same_query(struct pair *pair, const char *table, const char *sql)
{
    sqlite3_stmt *run = NULL;
    sqlite3_stmt *rebuilt = NULL;
    bool same = false;
    if (sqlite3_prepare_v2(pair->run, sql, -1, &run, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(pair->rebuilt, sql, -1, &rebuilt, NULL) != SQLITE_OK ||
        sqlite3_column_count(run) != sqlite3_column_count(rebuilt)) {
        checks_fail(pair->checks, "journal: table %s is missing or has other columns", table);
    } else {
        same = same_rows(pair, table, run, rebuilt);
    }
    sqlite3_finalize(run);
    sqlite3_finalize(rebuilt);
    return same;
}

static bool same_schema(struct pair *pair)
{
    bool same = same_query(pair, "sqlite_master",
                           "SELECT name, sql FROM sqlite_master WHERE type <> 'index' ORDER BY 1");
    pair->rows = 0; /* of the schema */
    return same;
}

/* How the journal makes that table, or NULL; free() it. */
static char *definition(sqlite3 *db, const char *table)
{
    char *found = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?",
                           -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(statement, 0);
        found = sql == NULL ? NULL : xstrdup(sql);
    }
    sqlite3_finalize(statement);
    return found;
}

/* Whether both builds make that table alike; says where not. */
static bool is_made_alike(struct pair *pair, const char *table)
{
    char *theirs = definition(pair->run, table);
    char *ours = definition(pair->rebuilt, table);
    bool alike = theirs != NULL && ours != NULL && strcmp(theirs, ours) == 0;
    if (!alike) {
        checks_skip(pair->checks, "journal: table %s is made %s, and not compared", table,
                    theirs == NULL ? "by this build alone"
                    : ours == NULL ? "by the run's build alone"
                                   : "otherwise by the run's build");
    }
    free(theirs);
    free(ours);
    return alike;
}

static bool same_table(struct pair *pair, const char *table)
{
    char *sql = xasprintf("SELECT * FROM %s ORDER BY 1", table);
    bool same = same_query(pair, table, sql);
    free(sql);
    return same;
}

static sqlite3_stmt *table_names(sqlite3 *db)
{
    sqlite3_stmt *names = NULL;
    (void)sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1",
                             -1, &names, NULL); /* else NULL */
    return names;
}

/* Tables of the run's build that this one does not make. */
static void skip_others(struct pair *pair)
{
    sqlite3_stmt *names = table_names(pair->run);
    while (names != NULL && sqlite3_step(names) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(names, 0);
        char *ours = definition(pair->rebuilt, name);
        if (ours == NULL) {
            (void)is_made_alike(pair, name);
        }
        free(ours);
    }
    sqlite3_finalize(names);
}

/* Table by table, in the order of their first column, which is each table's key. */
static bool same_tables(struct pair *pair, uint64_t *tables)
{
    bool foreign = pair->checks->foreign;
    if (!foreign && !same_schema(pair)) {
        return false;
    }
    sqlite3_stmt *names = table_names(pair->rebuilt);
    bool same = names != NULL;
    while (same && sqlite3_step(names) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(names, 0);
        if (!foreign || is_made_alike(pair, name)) {
            same = same_table(pair, name);
            *tables += 1;
        }
    }
    sqlite3_finalize(names);
    if (foreign) {
        skip_others(pair);
    }
    return same;
}

void verify_journal(struct checks *checks, const char *run_dir, const char *rebuilt_dir)
{
    struct pair pair = {.checks = checks};
    pair.run = open_journal(run_dir);
    pair.rebuilt = open_journal(rebuilt_dir);
    uint64_t tables = 0;
    if (pair.run == NULL) {
        checks_fail(checks, "journal: %s/%s is missing or no database", run_dir, JOURNAL_FILE);
    } else if (pair.rebuilt == NULL) {
        checks_fail(checks, "journal: the one made from the log cannot be opened");
    } else if (same_tables(&pair, &tables)) {
        checks_pass(checks, "journal: %" PRIu64 " rows in %" PRIu64 " tables equal the log's",
                    pair.rows, tables);
    }
    sqlite3_close(pair.run);
    sqlite3_close(pair.rebuilt);
}

/* Compares to the end or the first difference; *line counts the lines that are equal. */
static bool same_bytes(FILE *a, FILE *b, uint64_t *line)
{
    int left;
    int right;
    do {
        left = getc_unlocked(a);
        right = getc_unlocked(b);
        *line += left == '\n' && right == '\n' ? 1 : 0;
    } while (left == right && left != EOF);
    return left == right && ferror(a) == 0 && ferror(b) == 0;
}

static void verify_stream(struct checks *checks, const char *run_dir, const char *rebuilt_dir,
                          const char *name)
{
    char *run_path = xasprintf("%s/%s", run_dir, name);
    char *rebuilt_path = xasprintf("%s/%s", rebuilt_dir, name);
    FILE *run = fopen(run_path, "re");
    int run_errno = errno;
    FILE *rebuilt = fopen(rebuilt_path, "re");
    uint64_t lines = 0;
    if (run == NULL) {
        checks_fail(checks, "%s: cannot be opened: %s", name, strerror(run_errno));
    } else if (rebuilt == NULL) {
        checks_fail(checks, "%s: the one made from the log cannot be opened", name);
    } else if (same_bytes(run, rebuilt, &lines)) {
        checks_pass(checks, "%s: %" PRIu64 " lines equal the log's", name, lines);
    } else {
        checks_fail(checks, "%s: line %" PRIu64 " is not what the log gives", name, lines + 1);
    }
    if (run != NULL) {
        (void)fclose(run); /* only read */
    }
    if (rebuilt != NULL) {
        (void)fclose(rebuilt); /* only read */
    }
    free(run_path);
    free(rebuilt_path);
}

void verify_streams(struct checks *checks, const char *run_dir, const char *rebuilt_dir)
{
    verify_stream(checks, run_dir, rebuilt_dir, "equity.jsonl");
    verify_stream(checks, run_dir, rebuilt_dir, "trades.jsonl");
    verify_stream(checks, run_dir, rebuilt_dir, "updates.jsonl");
}
