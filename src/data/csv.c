/* csv.c: from rows of text to sorted records.
 *
 * Every row is read, checked and appended with its start and a provisional instrument. When all are
 * there, the length of a bar is settled, which gives the ends; the symbols that have a bar get
 * their ids in alphabetical order; and the records are sorted by (end, instrument).
 *
 * A row is also bad when its time is not later than that of the last good row of its symbol, so
 * each symbol's bars increase strictly and no two bars share time and instrument. */
#include "data/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/bars_sort.h"
#include "data/csv_lines.h"
#include "data/csv_row.h"
#include "data/symbol_table.h"
#include "sys/memory.h"

#define MEND_HINT "mend the row, or leave out bad rows with --skip-bad"

/* One file on its way in. */
struct import {
    const char *path;
    const struct import_options *options;
    struct import_report *report;
    struct problem *problem;
    struct csv_lines *lines;
    struct csv_header header;
    struct symbol_table symbols;
    struct event *records; /* ts_ns is not set yet, instrument is the id in `symbols` */
    uint64_t count;
    uint64_t capacity;
    uint64_t rows;
    uint64_t skipped;
    uint64_t gap_ns; /* the smallest distance of two bars of one symbol; UINT64_MAX: none yet */
    uint64_t gap_line;
    char first_fault[400];
};

/* The file itself may be what is wrong: damaged gzip data gives rows of rubbish. */
static enum err refuse(struct import *import, const char *text)
{
    enum err err = csv_lines_drain(import->lines, import->problem);
    return err != ERR_OK ? err : problem_set(import->problem, ERR_FORMAT, "%s", text);
}

/* A bad row: refuses the file, or counts and lists it. */
static enum err bad_row(struct import *import, const char *fault)
{
    uint64_t line = csv_lines_number(import->lines);
    char *text = xasprintf("%s line %" PRIu64 ": %s", import->path, line, fault);
    enum err err = ERR_OK;
    if (import->skipped == 0) {
        (void)snprintf(import->first_fault, sizeof import->first_fault, "line %" PRIu64 ": %s",
                       line, fault); /* cut is fine */
    }
    import->skipped++;
    if (!import->options->skip_bad) {
        char *refusal = xasprintf("%s; " MEND_HINT, text);
        err = refuse(import, refusal);
        free(refusal);
    } else if (import->report->fault_count < IMPORT_FAULTS_MAX) {
        import->report->faults[import->report->fault_count++] = text;
        text = NULL;
    }
    free(text);
    return err;
}

static enum err out_of_order(struct import *import, int64_t last_ns, int64_t start_ns)
{
    char last[UTC_TEXT_SIZE];
    char start[UTC_TEXT_SIZE];
    (void)utc_format(last_ns, last);
    (void)utc_format(start_ns, start);
    char fault[160];
    (void)snprintf(fault, sizeof fault,
                   "its time is not later than the one before of its symbol (%s after %s)", start,
                   last); /* fits */
    return bad_row(import, fault);
}

static void append(struct import *import, const struct csv_row *row, uint32_t instrument)
{
    if (import->count == import->capacity) {
        import->capacity = import->capacity == 0 ? 4096 : import->capacity * 2;
        import->records = xrealloc(import->records, import->capacity * sizeof *import->records);
    }
    import->records[import->count++] = (struct event){
        .src_ns = row->start_ns,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .bar = row->bar,
    };
}

/* A row that is good on its own: it must also follow its symbol's last one. */
static enum err take_row(struct import *import, const struct csv_row *row)
{
    struct symbol_table *symbols = &import->symbols;
    uint32_t id = symbol_table_find(symbols, &row->instrument);
    if (id == SYMBOL_ID_NONE) {
        if (symbols->count == INSTRUMENTS_MAX) {
            return problem_set(import->problem, ERR_FULL, "%s has more than %d symbols",
                               import->path, INSTRUMENTS_MAX);
        }
        id = symbol_table_add(symbols, &row->instrument);
    } else {
        int64_t last_ns = symbols->entries[id].last_start_ns;
        if (row->start_ns <= last_ns) {
            return out_of_order(import, last_ns, row->start_ns);
        }
        uint64_t gap_ns = (uint64_t)row->start_ns - (uint64_t)last_ns;
        if (gap_ns < import->gap_ns) {
            import->gap_ns = gap_ns;
            import->gap_line = csv_lines_number(import->lines);
        }
    }
    symbols->entries[id].last_start_ns = row->start_ns;
    append(import, row, id);
    return ERR_OK;
}

/* Reads the header and notes what is read over. */
static enum err read_header(struct import *import)
{
    const char *text;
    size_t length;
    enum csv_line_state state = csv_lines_next(import->lines, &text, &length, import->problem);
    if (state == CSV_LINES_FAILED) {
        return import->problem->err;
    }
    struct csv_fault fault = {"is too long"};
    if (state == CSV_LINES_END) {
        return problem_set(import->problem, ERR_FORMAT, "%s is empty", import->path);
    }
    if (state == CSV_LINE_TOO_LONG || !csv_header_parse(text, length, &import->header, &fault)) {
        char *refusal = xasprintf("%s line 1: the header %s", import->path, fault.text);
        enum err err = refuse(import, refusal);
        free(refusal);
        return err;
    }
    return ERR_OK;
}

static void tell_progress(const struct import *import)
{
    if (import->options->progress != NULL && import->rows % 16384 == 0) {
        import->options->progress(csv_lines_done(import->lines));
    }
}

static enum err read_row(struct import *import, const char *text, size_t length)
{
    struct csv_row row;
    struct csv_fault fault;
    import->rows++;
    tell_progress(import);
    bool good = csv_row_parse(&import->header, text, length, &row, &fault);
    return good ? take_row(import, &row) : bad_row(import, fault.text);
}

static enum err read_rows(struct import *import)
{
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        const char *text;
        size_t length;
        switch (csv_lines_next(import->lines, &text, &length, import->problem)) {
        case CSV_LINE:
            /* A blank line, as many files end with, is no row. */
            err = length > 0 ? read_row(import, text, length) : ERR_OK;
            break;
        case CSV_LINE_TOO_LONG:
            import->rows++;
            err = bad_row(import, "the line is too long");
            break;
        case CSV_LINES_FAILED:
            return import->problem->err;
        case CSV_LINES_END:
            return ERR_OK;
        }
    }
    return err;
}

static enum err check_rows(const struct import *import)
{
    if (import->rows == 0) {
        return problem_set(import->problem, ERR_FORMAT, "%s has a header and no rows",
                           import->path);
    }
    if (import->count == 0) {
        return problem_set(import->problem, ERR_FORMAT,
                           "%s: all %" PRIu64 " rows are bad; the first is %s", import->path,
                           import->rows, import->first_fault);
    }
    return ERR_OK;
}

/* Bars must not overlap: a length asked for is at most the smallest distance. */
static enum err check_length_asked(const struct import *import, int64_t bar_ns)
{
    if (import->gap_ns >= (uint64_t)bar_ns) {
        return ERR_OK;
    }
    return problem_set(import->problem, ERR_USAGE,
                       "%s line %" PRIu64 ": two bars of one symbol start %" PRIu64
                       " s apart, less than the bar length asked for (%" PRId64
                       " s); give the length that the file has",
                       import->path, import->gap_line, import->gap_ns / (uint64_t)NS_PER_S,
                       bar_ns / NS_PER_S);
}

static enum err settle_bar_length(struct import *import, int64_t *bar_ns)
{
    int64_t asked_ns = import->options->bar_ns;
    bool by_date = import->header.place[CSV_DATE] != CSV_COLUMN_NONE;
    if (by_date && asked_ns != 0 && asked_ns != NS_PER_DAY) {
        return problem_set(import->problem, ERR_USAGE,
                           "%s has a `date` column, so its bars are one day long, not %" PRId64
                           " s; leave the bar length out or say 1d",
                           import->path, asked_ns / NS_PER_S);
    }
    if (by_date) {
        *bar_ns = NS_PER_DAY;
        return ERR_OK;
    }
    if (asked_ns != 0) {
        *bar_ns = asked_ns;
        return check_length_asked(import, asked_ns);
    }
    if (import->gap_ns > (uint64_t)BAR_NS_MAX) {
        return problem_set(import->problem, ERR_USAGE,
                           "%s does not tell how long its bars are (no symbol has two bars close "
                           "to each other); say `bar: 1min` in the config or --bar 1min",
                           import->path);
    }
    import->report->bar_length_guessed = true;
    *bar_ns = (int64_t)import->gap_ns;
    return ERR_OK;
}

static uint64_t count_slices(const struct event *records, uint64_t count)
{
    uint64_t slices = 1;
    for (uint64_t i = 1; i < count; i++) {
        slices += records[i].ts_ns != records[i - 1].ts_ns;
    }
    return slices;
}

static void make_bars(struct import *import, int64_t bar_ns, struct bars *bars)
{
    uint32_t *places;
    struct instrument *instruments = symbol_table_sorted(&import->symbols, &places);
    for (uint64_t i = 0; i < import->count; i++) {
        struct event *record = &import->records[i];
        record->ts_ns = record->src_ns + bar_ns;
        record->instrument = places[record->instrument];
    }
    free(places);
    struct event *records = bars_sorted(import->records, import->count);
    *bars = (struct bars){
        .records = records,
        .count = import->count,
        .slice_count = count_slices(records, import->count),
        .instruments = instruments,
        .instrument_count = import->symbols.count,
        .bar_ns = bar_ns,
        .memory = records,
        .instrument_memory = instruments,
    };
    bar_records_hash(records, import->count, bars->data_hash);
}

static void note_columns(const struct import *import)
{
    struct import_report *report = import->report;
    for (enum csv_column column = 0; column < CSV_COLUMN_COUNT; column++) {
        const char *name = csv_column_name(column);
        if (import->header.place[column] != CSV_COLUMN_NONE && csv_column_is_read_over(column) &&
            strstr(report->read_over, name) == NULL) {
            size_t used = strlen(report->read_over);
            (void)snprintf(report->read_over + used, sizeof report->read_over - used, "%s%s",
                           used > 0 ? ", " : "", name); /* all names together fit */
        }
    }
    bool by_date = import->header.place[CSV_DATE] != CSV_COLUMN_NONE;
    report->time_column = csv_column_name(by_date ? CSV_DATE : CSV_TS_UTC);
    const char *format = csv_lines_are_gzip(import->lines) ? "gzip CSV" : "CSV";
    bool other = report->format != NULL && strcmp(report->format, format) != 0;
    report->format = other ? "several formats" : format;
    report->rows += import->rows;
    report->skipped += import->skipped;
}

static enum err read_all(struct import *import, struct bars *bars)
{
    enum err err = read_header(import);
    if (err == ERR_OK) {
        err = read_rows(import);
    }
    if (err == ERR_OK) {
        err = check_rows(import);
    }
    int64_t bar_ns = 0;
    if (err == ERR_OK) {
        err = settle_bar_length(import, &bar_ns);
    }
    if (err == ERR_OK) {
        note_columns(import);
        make_bars(import, bar_ns, bars);
    }
    return err;
}

enum err csv_read(const char *path, const struct import_options *options, struct bars *bars,
                  struct import_report *report, struct problem *problem)
{
    struct import import = {
        .path = path,
        .options = options,
        .report = report,
        .problem = problem,
        .gap_ns = UINT64_MAX,
    };
    enum err err = csv_lines_create(path, &import.lines, problem);
    if (err != ERR_OK) {
        return err;
    }
    err = read_all(&import, bars);
    csv_lines_destroy(import.lines);
    symbol_table_finish(&import.symbols);
    free(import.records);
    return err;
}
