/* csv.c: the header decides whether the file is ours or of whom else; then row after row. */
#include "data/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv_foreign.h"
#include "data/csv_row.h"
#include "data/csv_ticks.h"
#include "data/file_symbol.h"
#include "data/text_lines.h"
#include "sys/memory.h"

#define OTHER_HINT                                                                                 \
    "; other layouts: `bellwether data import FILE --columns time=...,open=...,high=...,low=...,"  \
    "close=...,volume=...`"

struct csv {
    struct bar_builder *builder;
    struct import_file *file;
    struct text_lines lines;
    bool is_ours;
    struct csv_header header;      /* ours */
    struct tick_header ticks;      /* ours, of quotes or trades; TICK_LAYOUT_NONE: bars */
    struct foreign_layout foreign; /* of others */
    struct instrument instrument;  /* of all rows, where they name none */
    struct local_zone zone;
};

/* Refuses the file for its first line. */
static enum err refuse_header(const struct csv *csv, const char *fault)
{
    char *text = xasprintf("%s line 1: the header %s", csv->builder->path, fault);
    enum err err = bar_builder_refuse(csv->builder, text);
    free(text);
    return err;
}

/* Appends "WORD=NAME" to a list of heap. */
static void note_column(char **list, const char *word, const char *name)
{
    char *longer =
        xasprintf("%s%s%s=%s", *list != NULL ? *list : "", *list != NULL ? " " : "", word, name);
    free(*list);
    *list = longer;
}

static void note_read_over(char **list, const char *name)
{
    char *longer = xasprintf("%s%s%s", *list != NULL ? *list : "", *list != NULL ? ", " : "", name);
    free(*list);
    *list = longer;
}

/* ---- our CSV ---- */

static enum err begin_ticks(struct csv *csv)
{
    char read_over[80];
    enum tick_layout layout = csv->ticks.layout;
    csv->is_ours = true;
    csv->builder->times = (struct bar_times){.zone = &csv->zone, .exact = true};
    csv->builder->kind = layout == TICK_LAYOUT_TRADES ? EVENT_TRADE_TICK : EVENT_QUOTE;
    csv->builder->momentary = layout != TICK_LAYOUT_QUOTE_BARS;
    csv->file->format = xasprintf("CSV of %s", tick_layout_text(layout));
    csv->file->adjustment = "not said by the file";
    csv->file->time =
        xstrdup(csv->builder->momentary ? "column ts_utc, UTC"
                                        : "column ts_utc, start of the interval, UTC");
    tick_header_read_over(&csv->ticks, read_over);
    csv->file->read_over = read_over[0] != '\0' ? xstrdup(read_over) : NULL;
    return ERR_OK;
}

static enum err begin_ours(struct csv *csv, const char *text, size_t length)
{
    struct row_fault fault;
    if (tick_header_parse(text, length, &csv->ticks, &fault)) {
        return begin_ticks(csv);
    }
    if (csv->ticks.layout != TICK_LAYOUT_NONE) {
        return refuse_header(csv, fault.text);
    }
    if (!csv_header_parse(text, length, &csv->header, &fault)) {
        char *longer = xasprintf("%s" OTHER_HINT, fault.text);
        enum err err = refuse_header(csv, longer);
        free(longer);
        return err;
    }
    csv->is_ours = true;
    csv->builder->times = (struct bar_times){.zone = &csv->zone, .exact = true};
    bool by_date = csv->header.place[CSV_DATE] != CSV_COLUMN_NONE;
    csv->file->format = xstrdup("CSV");
    csv->file->adjustment = "not said by the file";
    csv->file->time =
        xstrdup(by_date ? "column date, the UTC day" : "column ts_utc, start of the bar, UTC");
    for (enum csv_column column = 0; column < CSV_COLUMN_COUNT; column++) {
        if (csv->header.place[column] != CSV_COLUMN_NONE && csv_column_is_read_over(column)) {
            note_read_over(&csv->file->read_over, csv_column_name(column));
        }
    }
    return ERR_OK;
}

/* ---- files of others ---- */

/* Rows without a symbol get that of --symbol or of the file's name. */
static enum err settle_symbol(struct csv *csv)
{
    const struct bar_builder *builder = csv->builder;
    if (csv->foreign.place[FOREIGN_SYMBOL] >= 0) {
        return ERR_OK;
    }
    bool named = builder->options->file_symbol != NULL;
    if (named) {
        csv->instrument = *builder->options->file_symbol;
    } else if (!file_symbol(builder->path, &csv->instrument)) {
        return problem_set(builder->problem, ERR_USAGE,
                           "%s is a %s, which names no symbol, and neither does the file's name; "
                           "say it: `bellwether data import FILE --symbol AAPL`",
                           builder->path, csv->foreign.format->name);
    }
    csv->file->symbol =
        xasprintf("%.15s, %s", csv->instrument.symbol,
                  named ? "as you said" : "from the file's name (--symbol says another)");
    return ERR_OK;
}

static void settle_times(struct csv *csv)
{
    const struct import_options *options = csv->builder->options;
    const struct foreign_format *format = csv->foreign.format;
    if (options->zone != NULL) {
        csv->zone = *options->zone;
    } else if (format->zone != NULL) {
        (void)local_zone_parse(format->zone, &csv->zone); /* one that we know */
    }
    csv->builder->times = (struct bar_times){
        .zone = &csv->zone,
        .ends = options->stamp == STAMP_BY_FORMAT ? format->ends : options->stamp == STAMP_END,
        .either_order = true,
    };
}

static enum err begin_foreign(struct csv *csv)
{
    static const char *const words[FOREIGN_ROLE_COUNT] = {
        "symbol", "time", "clock", "period", "open", "high", "low", "close", "volume"};
    struct import_file *file = csv->file;
    const struct foreign_layout *foreign = &csv->foreign;
    file->format = xstrdup(foreign->format->name);
    file->adjustment = foreign->format->adjustment;
    file->read_over = foreign->read_over[0] != '\0' ? xstrdup(foreign->read_over) : NULL;
    for (int role = 0; role < FOREIGN_ROLE_COUNT; role++) {
        if (foreign->place[role] >= 0) {
            note_column(&file->columns, words[role], foreign->name[role].text);
        }
    }
    if (foreign->format->rounds) {
        char *columns = file->columns;
        file->columns = xasprintf("%s (rounded to whole shares)", columns);
        free(columns);
    }
    settle_times(csv);
    return settle_symbol(csv);
}

/* What the times turned out to be, when all are read. */
static void note_times(const struct csv *csv)
{
    const struct bar_builder *builder = csv->builder;
    const char *stamp = builder->times.ends ? "end of the bar" : "start of the bar";
    const char *name = csv->foreign.name[FOREIGN_TIME].text;
    if (builder->has_days) {
        csv->file->time = xasprintf("column %s, the day of the session", name);
    } else if (builder->daily) {
        csv->file->time =
            xasprintf("column %s, once a day: taken as the day in %s", name, csv->zone.name);
    } else if (builder->has_walls) {
        csv->file->time = xasprintf("column %s, %s, taken as %s time (--tz says another)", name,
                                    stamp, csv->zone.name);
    } else {
        csv->file->time = xasprintf("column %s, %s, with its zone", name, stamp);
    }
}

/* Times whose zone nobody knows are not guessed. */
static enum err check_zone(const struct csv *csv)
{
    const struct bar_builder *builder = csv->builder;
    if (!csv->foreign.format->asks_zone || !builder->has_walls || builder->options->zone != NULL) {
        return ERR_OK;
    }
    return problem_set(builder->problem, ERR_USAGE,
                       "%s is a %s with times of the day, and no such file says of which time "
                       "zone; compare a bar with one you know and say it: `bellwether data import "
                       "FILE --tz Europe/Warsaw`, and --stamp end if times are the ends of bars",
                       builder->path, csv->foreign.format->name);
}

/* ---- both ---- */

static enum err read_tick(struct csv *csv, const char *text, size_t length)
{
    struct bar_row row;
    struct row_fault fault;
    struct row_place place = {.line = csv->lines.number};
    switch (tick_row_parse(&csv->ticks, text, length, &row, &fault)) {
    case TICK_ROW_GOOD:
        return bar_builder_add(csv->builder, &row, place);
    case TICK_ROW_BAD:
        return bar_builder_bad_row(csv->builder, fault.text, place);
    case TICK_ROW_ASIDE:
        bar_builder_set_aside(csv->builder);
        break;
    }
    return ERR_OK;
}

static enum err read_row(struct csv *csv, const char *text, size_t length)
{
    struct bar_row row;
    struct row_fault fault;
    struct row_place place = {.line = csv->lines.number};
    if (csv->ticks.layout != TICK_LAYOUT_NONE) {
        return read_tick(csv, text, length);
    }
    row.instrument = csv->instrument;
    bool good = csv->is_ours ? csv_row_parse(&csv->header, text, length, &row, &fault)
                             : foreign_row_parse(&csv->foreign, text, length, &row, &fault);
    return good ? bar_builder_add(csv->builder, &row, place)
                : bar_builder_bad_row(csv->builder, fault.text, place);
}

/* Reads the first line, which may be a row already. */
static enum err read_header(struct csv *csv)
{
    struct bar_builder *builder = csv->builder;
    const char *text;
    size_t length;
    struct row_fault fault;
    switch (text_lines_next(&csv->lines, &text, &length, builder->problem)) {
    case TEXT_LINES_FAILED:
        return builder->problem->err;
    case TEXT_LINES_END:
        return problem_set(builder->problem, ERR_FORMAT, "%s is empty", builder->path);
    case TEXT_LINE_TOO_LONG:
        return refuse_header(csv, "is too long");
    case TEXT_LINE:
        break;
    }
    switch (foreign_recognise(text, length, builder->options->columns, &csv->foreign, &fault)) {
    case FOREIGN_UNKNOWN:
        return begin_ours(csv, text, length);
    case FOREIGN_WRONG:
        return refuse_header(csv, fault.text);
    case FOREIGN_KNOWN:
        break;
    }
    enum err err = begin_foreign(csv);
    return err != ERR_OK || csv->foreign.has_header ? err : read_row(csv, text, length);
}

static enum err read_rows(struct csv *csv)
{
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        const char *text;
        size_t length;
        switch (text_lines_next(&csv->lines, &text, &length, csv->builder->problem)) {
        case TEXT_LINE:
            /* A blank line, as many files end with, is no row. */
            err = length > 0 ? read_row(csv, text, length) : ERR_OK;
            break;
        case TEXT_LINE_TOO_LONG:
            err = bar_builder_bad_row(csv->builder, "the line is too long",
                                      (struct row_place){.line = csv->lines.number});
            break;
        case TEXT_LINES_FAILED:
            return csv->builder->problem->err;
        case TEXT_LINES_END:
            return ERR_OK;
        }
    }
    return err;
}

enum err csv_read(struct bar_builder *builder, struct import_file *file, struct bars *bars)
{
    struct csv csv = {.builder = builder, .file = file, .lines = {.input = builder->input}};
    (void)local_zone_parse(LOCAL_ZONE_DEFAULT, &csv.zone); /* one that we know */
    enum err err = read_header(&csv);
    if (err == ERR_OK) {
        err = read_rows(&csv);
    }
    if (err == ERR_OK && !csv.is_ours) {
        err = check_zone(&csv);
    }
    if (err == ERR_OK) {
        err = bar_builder_make(builder, bars);
    }
    if (err == ERR_OK && !csv.is_ours) {
        note_times(&csv);
    }
    return err;
}
