/* journal_make.c: the journal of a log that is whole: table after table in one statement each.
 *
 * To SQLite the rows of a table appear as a virtual table "log_fills" that reads the log, and
 * INSERT ... SELECT takes them in: a row costs neither a statement nor bindings. They come in the
 * order of the table's key, so that each is put behind the last and every page is written once.
 *
 * There is nothing to roll back to and nothing waits for the disk: the file has another name until
 * it is whole, and half of one is thrown away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "readers/journal.h"
#include "readers/journal_private.h"
#include "sys/memory.h"

/* A record that has a row in a table. */
struct entry {
    uint64_t key;
    uint64_t slot;
    const struct event *record;
};

/* What a table is made of. */
struct entries {
    struct entry *items;
    size_t count;
    size_t capacity;
    bool unsorted;
};

struct making {
    struct row_maker maker;
    struct journal_file file;
    struct entries tables[TABLE_COUNT];
    enum journal_table table; /* at hand */
    size_t at;                /* and its row that SQLite is being shown */
};

/* ---- the rows of the tables ---- */

static void add_entry(struct entries *entries, struct entry entry)
{
    if (entries->count == entries->capacity) {
        entries->capacity = entries->capacity == 0 ? 1024 : 2 * entries->capacity;
        entries->items = xrealloc(entries->items, entries->capacity * sizeof *entries->items);
    }
    if (entries->count > 0 && entries->items[entries->count - 1].key > entry.key) {
        entries->unsorted = true;
    }
    entries->items[entries->count++] = entry;
}

static void gather(struct making *making, struct log_reader *reader)
{
    log_reader_rewind(reader);
    const struct event *record;
    for (uint64_t slot = 0; (record = log_reader_next(reader)) != NULL; slot += record->slots) {
        for (int i = TABLE_DEPOSITS; i < TABLE_COUNT; i++) {
            enum journal_table table = (enum journal_table)i;
            if (journal_has_row(table, record)) {
                uint64_t key = journal_key(table, record, slot);
                add_entry(&making->tables[table], (struct entry){key, slot, record});
            }
        }
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    int by_key = (a->key > b->key) - (a->key < b->key);
    return by_key != 0 ? by_key : (a->slot > b->slot) - (a->slot < b->slot);
}

/* Of each key the last entry stays. */
static void keep_latest(struct entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (i + 1 == entries->count || entries->items[i + 1].key != entries->items[i].key) {
            entries->items[kept++] = entries->items[i];
        }
    }
    entries->count = kept;
}

static void put_in_order(struct entries *entries, bool only_latest)
{
    if (entries->unsorted) {
        qsort(entries->items, entries->count, sizeof *entries->items, compare_entries);
    }
    if (only_latest) {
        keep_latest(entries);
    }
}

/* ---- as a virtual table ---- */

struct table_shown {
    sqlite3_vtab base;
    struct making *making;
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct making *making;
    struct journal_row row;
};

/* The columns need no names of their own: all are taken, in their order. */
static int show_table(sqlite3 *db, void *context, int argc, const char *const *argv,
                      sqlite3_vtab **out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    static const char columns[] = "CREATE TABLE x(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p";
    struct making *making = context;
    int unused = 2 * (JOURNAL_COLUMNS_MAX - journal_tables[making->table].columns);
    char sql[sizeof columns + 1];
    (void)snprintf(sql, sizeof sql, "%.*s)", (int)strlen(columns) - unused, columns);
    int code = sqlite3_declare_vtab(db, sql);
    if (code == SQLITE_OK) {
        struct table_shown *shown = xcalloc(1, sizeof *shown);
        shown->making = making;
        *out = &shown->base;
    }
    return code;
}

static int hide_table(sqlite3_vtab *shown)
{
    free(shown);
    return SQLITE_OK;
}

/* There is one way through the rows. */
static int plan(sqlite3_vtab *shown, sqlite3_index_info *info)
{
    (void)shown;
    (void)info;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *shown, sqlite3_vtab_cursor **out)
{
    struct cursor *cursor = xcalloc(1, sizeof *cursor);
    cursor->making = ((struct table_shown *)shown)->making;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static void make_row(struct cursor *cursor)
{
    struct making *making = cursor->making;
    const struct entries *entries = &making->tables[making->table];
    if (making->at < entries->count) {
        const struct entry *entry = &entries->items[making->at];
        journal_row_make(&making->maker, making->table, entry->record, entry->slot, &cursor->row);
    }
}

static int first_row(sqlite3_vtab_cursor *base, int plan_number, const char *plan_text, int argc,
                     sqlite3_value **argv)
{
    (void)plan_number;
    (void)plan_text;
    (void)argc;
    (void)argv;
    struct cursor *cursor = (struct cursor *)base;
    cursor->making->at = 0;
    make_row(cursor);
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->making->at++;
    make_row(cursor);
    return SQLITE_OK;
}

static int no_more_rows(sqlite3_vtab_cursor *base)
{
    const struct making *making = ((struct cursor *)base)->making;
    return making->at >= making->tables[making->table].count ? 1 : 0;
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *result, int column)
{
    const struct journal_value *value = &((struct cursor *)base)->row.values[column];
    switch (value->type) {
    case JOURNAL_NULL:
        sqlite3_result_null(result);
        break;
    case JOURNAL_INT:
        sqlite3_result_int64(result, value->value);
        break;
    case JOURNAL_TEXT:
        sqlite3_result_text(result, value->text, value->length, SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((struct cursor *)base)->making->at;
    return SQLITE_OK;
}

static const sqlite3_module log_table = {
    .xConnect = show_table, /* without xCreate it is there by its module's name */
    .xDisconnect = hide_table,
    .xBestIndex = plan,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = first_row,
    .xNext = next_row,
    .xEof = no_more_rows,
    .xColumn = give_column,
    .xRowid = give_rowid,
};

/* ---- the file ---- */

static void fill_table(struct making *making, enum journal_table table)
{
    struct journal_file *file = &making->file;
    struct entries *entries = &making->tables[table];
    char *shown = xasprintf("log_%s", journal_tables[table].name);
    char *sql = xasprintf("INSERT INTO %s SELECT * FROM %s", journal_tables[table].name, shown);
    put_in_order(entries, journal_tables[table].latest);
    making->table = table;
    if (sqlite3_create_module_v2(file->db, shown, &log_table, making, NULL) != SQLITE_OK) {
        journal_file_fail(file, "cannot show it the log");
    }
    sqlite3_stmt *insert = journal_file_prepare(file, sql);
    if (file->problem.err == ERR_OK && sqlite3_step(insert) != SQLITE_DONE) {
        uint64_t slot = making->at < entries->count ? entries->items[making->at].slot : 0;
        journal_file_fail_row(file, table, slot);
    }
    sqlite3_finalize(insert);
    free(sql);
    free(shown);
}

static void fill_tables(struct making *making)
{
    journal_file_execute(&making->file, "BEGIN");
    for (int i = TABLE_DEPOSITS; i < TABLE_COUNT && making->file.problem.err == ERR_OK; i++) {
        fill_table(making, (enum journal_table)i);
    }
    journal_file_execute(&making->file, "COMMIT");
}

static void finish(struct making *making)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        free(making->tables[i].items);
    }
    row_maker_finish(&making->maker);
}

/* The new file takes its place, or goes. */
static void put_in_place(struct making *making, const char *fresh, const char *path)
{
    if (making->file.problem.err == ERR_OK) {
        journal_file_remove(path);
        if (rename(fresh, path) != 0) {
            (void)problem_set_errno(&making->file.problem, "cannot name %s %s", fresh, path);
        }
    }
    if (making->file.problem.err != ERR_OK) {
        journal_file_remove(fresh);
    }
}

enum err journal_make(const char *run_dir, const struct lookup *lookup,
                      const struct preamble *preamble, struct log_reader *reader,
                      struct problem *problem)
{
    struct making making = {0};
    char *path = xasprintf("%s/%s", run_dir, JOURNAL_FILE);
    char *fresh = xasprintf("%s.new", path);
    row_maker_init(&making.maker, lookup);
    journal_file_open(&making.file, xstrdup(fresh),
                      "PRAGMA page_size=16384; PRAGMA cache_size=-16384; PRAGMA journal_mode=OFF;"
                      "PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE",
                      lookup, preamble);
    gather(&making, reader);
    fill_tables(&making);
    journal_file_close(&making.file);
    put_in_place(&making, fresh, path);
    finish(&making);
    free(fresh);
    free(path);
    if (making.file.problem.err != ERR_OK && problem != NULL) {
        *problem = making.file.problem;
    }
    return making.file.problem.err;
}
