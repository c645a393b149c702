/* csv_row.c: fields of one line, and what makes a row bad.
 *
 * No quotes, no blanks, no thousands separators: our CSV is what the README of the data says. A row
 * is good only if each of its fields is read to the last character. */
#include "data/csv_row.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/symbol_table.h"

enum column_use { NEEDED, TIME, READ_OVER };

/* In the order of enum csv_column. */
static const struct {
    const char *name;
    enum column_use use;
} columns[] = {
    {"symbol",          NEEDED   },
    {"ts_utc",          TIME     },
    {"date",            TIME     },
    {"open",            NEEDED   },
    {"high",            NEEDED   },
    {"low",             NEEDED   },
    {"close",           NEEDED   },
    {"volume",          NEEDED   },
    {"vwap",            READ_OVER},
    {"trade_count",     READ_OVER},
    {"adj_factor_next", READ_OVER},
};

static_assert(sizeof columns / sizeof columns[0] == CSV_COLUMN_COUNT, "a row for each column");

#define HEADER_EXAMPLE "symbol,ts_utc,open,high,low,close,volume"

const char *csv_column_name(enum csv_column column)
{
    return columns[column].name;
}

bool csv_column_is_read_over(enum csv_column column)
{
    return columns[column].use == READ_OVER;
}

static enum csv_column column_of(struct csv_field name)
{
    enum csv_column column = 0;
    while (column < CSV_COLUMN_COUNT &&
           (strlen(columns[column].name) != name.length ||
            memcmp(columns[column].name, name.text, name.length) != 0)) {
        column++;
    }
    return column;
}

static bool is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (line[i] != ' ' && line[i] != '\t') {
            return false;
        }
    }
    return true;
}

/* Every needed column is there, and exactly one of time. */
static bool header_complete(const struct csv_header *header, struct row_fault *fault)
{
    char missing[80] = "";
    for (enum csv_column column = 0; column < CSV_COLUMN_COUNT; column++) {
        if (columns[column].use == NEEDED && header->place[column] == CSV_COLUMN_NONE) {
            size_t used = strlen(missing);
            (void)snprintf(missing + used, sizeof missing - used, "%s`%s`", used > 0 ? ", " : "",
                           columns[column].name); /* all names together fit */
        }
    }
    if (missing[0] != '\0') {
        return row_refuse(fault, "lacks the column %s; the header reads %s", missing,
                          HEADER_EXAMPLE);
    }
    bool has_ts = header->place[CSV_TS_UTC] != CSV_COLUMN_NONE;
    bool has_date = header->place[CSV_DATE] != CSV_COLUMN_NONE;
    if (!has_ts && !has_date) {
        return row_refuse(fault, "lacks a column of time; name it `ts_utc` (start of the bar, "
                                 "2019-02-11T14:30:00Z) or `date` (2019-02-11)");
    }
    if (has_ts && has_date) {
        return row_refuse(fault, "has both `ts_utc` and `date`; leave one out");
    }
    return true;
}

bool csv_header_parse(const char *line, size_t length, struct csv_header *header,
                      struct row_fault *fault)
{
    if (is_blank(line, length)) {
        return row_refuse(fault, "is blank; the header reads %s", HEADER_EXAMPLE);
    }
    for (enum csv_column column = 0; column < CSV_COLUMN_COUNT; column++) {
        header->place[column] = CSV_COLUMN_NONE;
    }
    /* One field more than there are names: then one of the first is unknown or there twice. */
    struct csv_field fields[CSV_COLUMN_COUNT + 1];
    int count = csv_fields_cut(line, length, fields, CSV_COLUMN_COUNT + 1);
    for (int i = 0; i < count && i < CSV_COLUMN_COUNT + 1; i++) {
        enum csv_column column = column_of(fields[i]);
        if (column == CSV_COLUMN_COUNT) {
            return row_refuse(fault, "has the unknown column `%s`; the header reads %s",
                              csv_field_show(fields[i]).text, HEADER_EXAMPLE);
        }
        if (header->place[column] != CSV_COLUMN_NONE) {
            return row_refuse(fault, "has the column `%s` twice", columns[column].name);
        }
        header->place[column] = i;
    }
    header->column_count = count;
    return header_complete(header, fault);
}

static bool parse_time(const struct csv_header *header, const struct csv_field *fields,
                       struct time_text *time, struct row_fault *fault)
{
    if (header->place[CSV_DATE] != CSV_COLUMN_NONE) {
        struct csv_field field = fields[header->place[CSV_DATE]];
        time->kind = TIME_DAY;
        return utc_parse_date(field.text, field.length, &time->ns) == ERR_OK ||
               row_refuse(fault, "date is no day like 2019-02-11 (%s)", csv_field_show(field).text);
    }
    struct csv_field field = fields[header->place[CSV_TS_UTC]];
    time->kind = TIME_MOMENT;
    return utc_parse(field.text, field.length, &time->ns) == ERR_OK ||
           row_refuse(fault, "ts_utc is no time like 2019-02-11T14:30:00Z (%s)",
                      csv_field_show(field).text);
}

bool csv_price_parse(const char *name, struct csv_field field, int64_t *price_e9,
                     struct row_fault *fault)
{
    enum err err = money_parse(field.text, field.length, price_e9);
    if (err == ERR_RANGE) {
        return row_refuse(fault, "%s is too large or has more than nine decimals (%s)", name,
                          csv_field_show(field).text);
    }
    return err == ERR_OK ||
           row_refuse(fault, "%s is no number (%s)", name, csv_field_show(field).text);
}

static bool parse_price(const struct csv_header *header, const struct csv_field *fields,
                        enum csv_column column, int64_t *price_e9, struct row_fault *fault)
{
    return csv_price_parse(columns[column].name, fields[header->place[column]], price_e9, fault);
}

/* Whole shares, "123" or "123.0". Larger than any volume may be is as good as the value itself. */
bool csv_shares_parse(const char *name, struct csv_field field, int64_t *shares,
                      struct row_fault *fault)
{
    const int64_t enough = INT64_C(100000000000000);
    int64_t value = 0;
    size_t i = 0;
    for (; i < field.length && field.text[i] >= '0' && field.text[i] <= '9'; i++) {
        value = value < enough ? value * 10 + (field.text[i] - '0') : value;
    }
    bool is_number = i > 0;
    if (i < field.length && field.text[i] == '.') {
        size_t point = i++;
        while (i < field.length && field.text[i] == '0') {
            i++;
        }
        is_number = is_number && i > point + 1;
    }
    if (!is_number || i != field.length) {
        return row_refuse(fault, "%s is no whole number from 0 up (%s)", name,
                          csv_field_show(field).text);
    }
    *shares = value;
    return true;
}

/* The columns that are used have something in them. */
static bool check_blanks(const struct csv_header *header, const struct csv_field *fields,
                         struct row_fault *fault)
{
    for (enum csv_column column = 0; column < CSV_COLUMN_COUNT; column++) {
        int place = header->place[column];
        if (place != CSV_COLUMN_NONE && columns[column].use != READ_OVER &&
            is_blank(fields[place].text, fields[place].length)) {
            return row_refuse(fault, "%s is blank", columns[column].name);
        }
    }
    return true;
}

bool csv_row_parse(const struct csv_header *header, const char *line, size_t length,
                   struct bar_row *row, struct row_fault *fault)
{
    if (!csv_field_is_plain((struct csv_field){line, length})) {
        return row_refuse(fault, "the line holds bytes that are no plain text (%s)",
                          csv_field_show((struct csv_field){line, length}).text);
    }
    struct csv_field fields[CSV_COLUMN_COUNT] = {0};
    int count = csv_fields_cut(line, length, fields, CSV_COLUMN_COUNT);
    if (count != header->column_count) {
        return row_refuse(fault, "the line has %d field%s, the header %d (%s)", count,
                          count == 1 ? "" : "s", header->column_count,
                          csv_field_show((struct csv_field){line, length}).text);
    }
    if (!check_blanks(header, fields, fault)) {
        return false;
    }
    struct csv_field symbol = fields[header->place[CSV_SYMBOL]];
    if (!symbol_parse(symbol.text, symbol.length, &row->instrument)) {
        return row_refuse(fault, "symbol is not " SYMBOL_ALLOWED " (%s)",
                          csv_field_show(symbol).text);
    }
    struct event_bar *bar = &row->bar;
    return parse_time(header, fields, &row->time, fault) &&
           parse_price(header, fields, CSV_OPEN, &bar->open_e9, fault) &&
           parse_price(header, fields, CSV_HIGH, &bar->high_e9, fault) &&
           parse_price(header, fields, CSV_LOW, &bar->low_e9, fault) &&
           parse_price(header, fields, CSV_CLOSE, &bar->close_e9, fault) &&
           csv_shares_parse("volume", fields[header->place[CSV_VOLUME]], &bar->volume, fault) &&
           bar_row_check(bar, fault);
}
