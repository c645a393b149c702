/* actions.c: every row is read, checked and appended with its line; then all are sorted and
 * neighbours compared. */
#include "data/actions.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/csv_fields.h"
#include "data/symbol_table.h"
#include "data/text_lines.h"
#include "market/new_york.h"
#include "sys/memory.h"

#define HEADER_EXAMPLE "date,symbol,split,cash"

/* No split so far made so many shares of one, or one of so many. */
enum { SPLIT_MAX = 100000 };

enum column { DATE, SYMBOL, SPLIT, CASH, COLUMN_COUNT };

/* In the order of enum column. */
static const char *const column_names[] = {"date", "symbol", "split", "cash"};

static_assert(sizeof column_names / sizeof column_names[0] == COLUMN_COUNT, "a name for each");

struct line {
    struct action action;
    uint64_t number;
};

/* One file on its way in. */
struct reader {
    const char *path;
    struct text_input input;
    struct text_lines lines;
    struct problem *problem;
    int place[COLUMN_COUNT]; /* of each column in a row; -1: not there */
    int column_count;
    struct line *rows;
    size_t count;
    size_t capacity;
};

/* Refuses the file for the line that was read last, unless the file itself is what is wrong:
 * damaged gzip data gives rows of rubbish. */
__attribute__((format(printf, 2, 3))) static enum err refuse(struct reader *reader,
                                                             const char *format, ...)
{
    uint64_t number = reader->lines.number;
    char fault[320];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(fault, sizeof fault, format, arguments); /* cut is fine */
    va_end(arguments);
    enum err err = text_input_drain(&reader->input, reader->problem);
    return err != ERR_OK ? err
                         : problem_set(reader->problem, ERR_FORMAT, "%s line %" PRIu64 ": %s",
                                       reader->path, number, fault);
}

static enum err check_header(struct reader *reader)
{
    for (enum column column = DATE; column <= SYMBOL; column++) {
        if (reader->place[column] < 0) {
            return refuse(reader, "the header lacks the column `%s`; it reads " HEADER_EXAMPLE,
                          column_names[column]);
        }
    }
    if (reader->place[SPLIT] < 0 && reader->place[CASH] < 0) {
        return refuse(reader,
                      "the header has neither `split` nor `cash`; it reads " HEADER_EXAMPLE);
    }
    return ERR_OK;
}

static enum err read_header(struct reader *reader, const char *text, size_t length)
{
    /* One field more than there are names: then one of the first is unknown or there twice. */
    struct csv_field fields[COLUMN_COUNT + 1];
    int count = csv_fields_cut(text, length, fields, COLUMN_COUNT + 1);
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        reader->place[column] = -1;
    }
    for (int i = 0; i < count && i < COLUMN_COUNT + 1; i++) {
        enum column column = 0;
        while (column < COLUMN_COUNT && !csv_field_equals(fields[i], column_names[column])) {
            column++;
        }
        if (column == COLUMN_COUNT) {
            return refuse(reader,
                          "the header has the unknown column `%s`; it reads " HEADER_EXAMPLE,
                          csv_field_show(fields[i]).text);
        }
        if (reader->place[column] >= 0) {
            return refuse(reader, "the header has the column `%s` twice", column_names[column]);
        }
        reader->place[column] = i;
    }
    reader->column_count = count;
    return check_header(reader);
}

static int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static enum err parse_split(struct reader *reader, struct csv_field field, struct action *action)
{
    const char *colon = memchr(field.text, ':', field.length);
    size_t new_length = colon != NULL ? (size_t)(colon - field.text) : field.length;
    int64_t new_e9 = 0;
    int64_t old_e9 = MONEY_E9;
    bool good = money_parse(field.text, new_length, &new_e9) == ERR_OK;
    if (good && colon != NULL) {
        good = money_parse(colon + 1, field.length - new_length - 1, &old_e9) == ERR_OK;
    }
    if (!good || new_e9 <= 0 || old_e9 <= 0) {
        return refuse(reader, "split is no ratio of new to old shares like 4:1, 1:8 or 0.125 (%s)",
                      csv_field_show(field).text);
    }
    if (new_e9 == old_e9) {
        return refuse(reader, "split changes nothing (%s); leave it blank where there is none",
                      csv_field_show(field).text);
    }
    if (new_e9 / SPLIT_MAX >= old_e9 || old_e9 / SPLIT_MAX >= new_e9) {
        return refuse(reader, "split is beyond any there was, %d for one (%s)", SPLIT_MAX,
                      csv_field_show(field).text);
    }
    int64_t divisor = greatest_divisor(new_e9, old_e9);
    action->split_new = new_e9 / divisor;
    action->split_old = old_e9 / divisor;
    return ERR_OK;
}

static enum err parse_cash(struct reader *reader, struct csv_field field, struct action *action)
{
    if (money_parse(field.text, field.length, &action->cash_e9) != ERR_OK || action->cash_e9 <= 0) {
        return refuse(reader,
                      "cash is no amount per share above 0 like 0.47, with at most nine decimals "
                      "(%s); leave it blank where there is none",
                      csv_field_show(field).text);
    }
    if (action->cash_e9 > PRICE_E9_MAX) {
        return refuse(reader, "cash is more than any share costs (%s)", csv_field_show(field).text);
    }
    return ERR_OK;
}

static void append(struct reader *reader, const struct action *action)
{
    if (reader->count == reader->capacity) {
        reader->capacity = reader->capacity == 0 ? 256 : reader->capacity * 2;
        reader->rows = xrealloc(reader->rows, reader->capacity * sizeof *reader->rows);
    }
    reader->rows[reader->count++] = (struct line){*action, reader->lines.number};
}

/* A field of the row; blank when the file has no such column. */
static struct csv_field field_of(const struct reader *reader, const struct csv_field *fields,
                                 enum column column)
{
    int place = reader->place[column];
    return place < 0 ? (struct csv_field){"", 0} : fields[place];
}

static enum err take_fields(struct reader *reader, const struct csv_field *fields)
{
    struct action action = {.split_new = 1, .split_old = 1};
    struct csv_field date = field_of(reader, fields, DATE);
    struct csv_field symbol = field_of(reader, fields, SYMBOL);
    struct csv_field split = field_of(reader, fields, SPLIT);
    struct csv_field cash = field_of(reader, fields, CASH);
    int64_t date_ns;
    if (utc_parse_date(date.text, date.length, &date_ns) != ERR_OK) {
        return refuse(reader, "date is no day like 2014-06-09 (%s)", csv_field_show(date).text);
    }
    action.date = (int32_t)utc_day_of(date_ns);
    if (!symbol_parse(symbol.text, symbol.length, &action.instrument)) {
        return refuse(reader, "symbol is not " SYMBOL_ALLOWED " (%s)", csv_field_show(symbol).text);
    }
    if (split.length == 0 && cash.length == 0) {
        return refuse(reader, "the row has neither a split nor cash; fill one in or leave it out");
    }
    enum err err = split.length > 0 ? parse_split(reader, split, &action) : ERR_OK;
    if (err == ERR_OK && cash.length > 0) {
        err = parse_cash(reader, cash, &action);
    }
    if (err == ERR_OK) {
        append(reader, &action);
    }
    return err;
}

static enum err read_row(struct reader *reader, const char *text, size_t length)
{
    struct csv_field whole = {text, length};
    if (!csv_field_is_plain(whole)) {
        return refuse(reader, "the line holds bytes that are no plain text (%s)",
                      csv_field_show(whole).text);
    }
    struct csv_field fields[COLUMN_COUNT] = {0};
    int count = csv_fields_cut(text, length, fields, COLUMN_COUNT);
    if (count != reader->column_count) {
        return refuse(reader, "the line has %d field%s, the header %d (%s)", count,
                      count == 1 ? "" : "s", reader->column_count, csv_field_show(whole).text);
    }
    if (reader->count == ACTIONS_MAX) {
        return refuse(reader, "the file has more than %d rows; split it by years", ACTIONS_MAX);
    }
    return take_fields(reader, fields);
}

static enum err read_line(struct reader *reader, const char *text, size_t length)
{
    if (reader->lines.number == 1) {
        return read_header(reader, text, length);
    }
    /* A blank line, as many files end with, is no row. */
    return length > 0 ? read_row(reader, text, length) : ERR_OK;
}

static enum err read_lines(struct reader *reader)
{
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        const char *text;
        size_t length;
        switch (text_lines_next(&reader->lines, &text, &length, reader->problem)) {
        case TEXT_LINE:
            err = read_line(reader, text, length);
            break;
        case TEXT_LINE_TOO_LONG:
            return refuse(reader, "the line is too long");
        case TEXT_LINES_FAILED:
            return reader->problem->err;
        case TEXT_LINES_END:
            return reader->lines.number > 0
                       ? ERR_OK
                       : problem_set(reader->problem, ERR_FORMAT, "%s is empty", reader->path);
        }
    }
    return err;
}

static int compare_actions(const struct action *a, const struct action *b)
{
    int by_date = (a->date > b->date) - (a->date < b->date);
    return by_date != 0 ? by_date : symbol_compare(&a->instrument, &b->instrument);
}

/* By date, symbol and line, so that the order of equal ones is settled. */
static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left;
    const struct line *b = right;
    int by_action = compare_actions(&a->action, &b->action);
    return by_action != 0 ? by_action : (a->number > b->number) - (a->number < b->number);
}

static enum err sort(struct reader *reader)
{
    if (reader->count == 0) {
        return ERR_OK;
    }
    qsort(reader->rows, reader->count, sizeof *reader->rows, compare_lines);
    for (size_t i = 1; i < reader->count; i++) {
        const struct line *last = &reader->rows[i - 1];
        const struct line *line = &reader->rows[i];
        if (compare_actions(&last->action, &line->action) == 0) {
            char text[UTC_TEXT_SIZE];
            (void)utc_format(line->action.date * NS_PER_DAY, text);
            return problem_set(
                reader->problem, ERR_FORMAT,
                "%s line %" PRIu64 ": a second row for %s on %.10s, after line %" PRIu64
                "; put split and cash into one row, cash per old share",
                reader->path, line->number, line->action.instrument.symbol, text, last->number);
        }
    }
    return ERR_OK;
}

static void give(const struct reader *reader, struct actions *actions)
{
    *actions = (struct actions){.count = reader->count};
    if (reader->count > 0) {
        actions->rows = xcalloc(reader->count, sizeof *actions->rows);
    }
    for (size_t i = 0; i < reader->count; i++) {
        actions->rows[i] = reader->rows[i].action;
    }
}

enum err actions_read(const char *path, struct actions *actions, struct problem *problem)
{
    struct problem unread; /* the reader's own, for a caller who needs no words */
    struct reader reader = {.path = path, .problem = problem != NULL ? problem : &unread};
    enum err err = text_input_open(path, &reader.input, reader.problem);
    if (err != ERR_OK) {
        return err;
    }
    reader.lines.input = &reader.input;
    err = read_lines(&reader);
    if (err == ERR_OK) {
        err = sort(&reader);
    }
    if (err == ERR_OK) {
        give(&reader, actions);
    }
    text_input_finish(&reader.input);
    free(reader.rows);
    return err;
}

void actions_finish(struct actions *actions)
{
    if (actions != NULL) {
        free(actions->rows);
        *actions = (struct actions){0};
    }
}

struct event *actions_events(const struct actions *actions, const struct instrument *instruments,
                             uint32_t instrument_count, int64_t start_ns, size_t *count)
{
    struct symbol_table symbols = {0};
    for (uint32_t i = 0; i < instrument_count; i++) {
        (void)symbol_table_add(&symbols, &instruments[i]); /* ids follow the order */
    }
    struct event *events = NULL;
    *count = 0;
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->rows[i];
        uint32_t id = symbol_table_find(&symbols, &action->instrument);
        int64_t ts_ns = new_york_utc(action->date, 0);
        if (id == SYMBOL_ID_NONE || ts_ns < start_ns) {
            continue;
        }
        if (events == NULL) {
            events = xcalloc(actions->count, sizeof *events);
        }
        events[(*count)++] = (struct event){
            .ts_ns = ts_ns,
            .src_ns = ts_ns,
            .kind = EVENT_ACTION,
            .version = 1,
            .slots = 1,
            .instrument = id,
            .action = {.split_new = action->split_new,
                       .split_old = action->split_old,
                       .cash_e9 = action->cash_e9},
        };
    }
    symbol_table_finish(&symbols);
    return events;
}
