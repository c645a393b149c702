/* csv_foreign_row.c: a line of a known foreign format as a bar. */
#include "data/csv_foreign.h"

#include <stdio.h>
#include <string.h>

#include "data/csv_quoted.h"
#include "data/number_text.h"
#include "data/symbol_table.h"

static bool is_text(const char *line, size_t length)
{
    bool good = true;
    for (size_t i = 0; i < length; i++) {
        good &= (line[i] >= 0x20 && line[i] < 0x7f) || line[i] == '\t';
    }
    return good;
}

static struct csv_field field_of(const struct foreign_layout *layout,
                                 const struct csv_quoted *fields, enum foreign_role role)
{
    return fields->at[layout->place[role]];
}

/* Columns that are used have something in them. */
static bool check_blanks(const struct foreign_layout *layout, const struct csv_quoted *fields,
                         struct row_fault *fault)
{
    for (int role = 0; role < FOREIGN_ROLE_COUNT; role++) {
        if (layout->place[role] >= 0 && fields->at[layout->place[role]].length == 0) {
            return row_refuse(fault, "%s is blank", layout->name[role].text);
        }
    }
    return true;
}

/* Stooq's AAPL.US is our AAPL. */
static bool parse_symbol(const struct foreign_layout *layout, const struct csv_quoted *fields,
                         struct bar_row *row, struct row_fault *fault)
{
    if (layout->place[FOREIGN_SYMBOL] < 0) {
        return true;
    }
    struct csv_field field = field_of(layout, fields, FOREIGN_SYMBOL);
    size_t length = field.length;
    if (layout->format->exchange_ending && length > 3 &&
        memcmp(field.text + length - 3, ".US", 3) == 0) {
        length -= 3;
    }
    return symbol_parse(field.text, length, &row->instrument) ||
           row_refuse(fault, "%s is not " SYMBOL_ALLOWED " (%s)", layout->name[FOREIGN_SYMBOL].text,
                      csv_field_show(field).text);
}

static bool parse_time(const struct foreign_layout *layout, const struct csv_quoted *fields,
                       struct bar_row *row, struct row_fault *fault)
{
    struct csv_field day = field_of(layout, fields, FOREIGN_TIME);
    bool has_clock = layout->place[FOREIGN_CLOCK] >= 0;
    if (layout->place[FOREIGN_PERIOD] >= 0) {
        struct csv_field period = field_of(layout, fields, FOREIGN_PERIOD);
        if (period.text[0] >= 'E' && period.text[0] <= 'Z') {
            return row_refuse(fault, "its period is %s; bars of a week or more are of no use here",
                              csv_field_show(period).text);
        }
        has_clock = has_clock && !csv_field_equals(period, "D");
    }
    char joined[64];
    struct csv_field whole = day;
    if (has_clock) {
        struct csv_field clock = field_of(layout, fields, FOREIGN_CLOCK);
        int length = snprintf(joined, sizeof joined, "%.*s %.*s", (int)day.length, day.text,
                              (int)clock.length, clock.text);
        whole = (struct csv_field){joined, length > 0 ? (size_t)length : 0};
    }
    return (whole.length < sizeof joined &&
            time_text_parse(whole.text, whole.length, &row->time)) ||
           row_refuse(fault, "%s is no time that we know (%s)", layout->name[FOREIGN_TIME].text,
                      csv_field_show(whole).text);
}

static bool parse_price(const struct foreign_layout *layout, const struct csv_quoted *fields,
                        enum foreign_role role, int64_t *price_e9, struct row_fault *fault)
{
    struct csv_field field = field_of(layout, fields, role);
    char clean[NUMBER_TEXT_MAX];
    size_t length = number_text_clean(field.text, field.length, clean);
    enum err err = number_text_e9(clean, length, price_e9);
    if (err == ERR_RANGE) {
        return row_refuse(fault, "%s is too large or has more than nine decimals (%s)",
                          layout->name[role].text, csv_field_show(field).text);
    }
    return err == ERR_OK || row_refuse(fault, "%s is no number (%s)", layout->name[role].text,
                                       csv_field_show(field).text);
}

static bool parse_volume(const struct foreign_layout *layout, const struct csv_quoted *fields,
                         int64_t *volume, struct row_fault *fault)
{
    struct csv_field field = field_of(layout, fields, FOREIGN_VOLUME);
    char clean[NUMBER_TEXT_MAX];
    size_t length = number_text_clean(field.text, field.length, clean);
    return number_text_whole(clean, length, layout->format->rounds, volume) == ERR_OK ||
           row_refuse(fault, "%s is no whole number from 0 up (%s)",
                      layout->name[FOREIGN_VOLUME].text, csv_field_show(field).text);
}

bool foreign_row_parse(const struct foreign_layout *layout, const char *line, size_t length,
                       struct bar_row *row, struct row_fault *fault)
{
    struct csv_field whole = {line, length};
    if (!is_text(line, length)) {
        return row_refuse(fault, "the line holds bytes that are no plain text (%s)",
                          csv_field_show(whole).text);
    }
    struct csv_quoted fields;
    if (!csv_quoted_split(line, length, layout->separator, &fields)) {
        return row_refuse(fault, "a quote is not closed (%s)", csv_field_show(whole).text);
    }
    if (fields.count != layout->column_count) {
        return row_refuse(fault, "the line has %d field%s, the %s %d (%s)", fields.count,
                          fields.count == 1 ? "" : "s",
                          layout->has_header ? "header" : "first line", layout->column_count,
                          csv_field_show(whole).text);
    }
    struct event_bar *bar = &row->bar;
    return check_blanks(layout, &fields, fault) && parse_symbol(layout, &fields, row, fault) &&
           parse_time(layout, &fields, row, fault) &&
           parse_price(layout, &fields, FOREIGN_OPEN, &bar->open_e9, fault) &&
           parse_price(layout, &fields, FOREIGN_HIGH, &bar->high_e9, fault) &&
           parse_price(layout, &fields, FOREIGN_LOW, &bar->low_e9, fault) &&
           parse_price(layout, &fields, FOREIGN_CLOSE, &bar->close_e9, fault) &&
           parse_volume(layout, &fields, &bar->volume, fault) && bar_row_check(bar, fault);
}
