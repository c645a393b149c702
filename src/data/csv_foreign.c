/* csv_foreign.c: which format a file has, by its first line.
 *
 * A format says in the words of --columns which column is what. It fits when all of those are in
 * the header, and the header has no other that the format does not name (TradingView's charts add
 * any number of their own). */
#include "data/csv_foreign.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "data/csv_quoted.h"

static const struct {
    const char *word;
    enum foreign_role role;
} role_words[] = {
    {"symbol", FOREIGN_SYMBOL},
    {"period", FOREIGN_PERIOD},
    {"date",   FOREIGN_TIME  },
    {"time",   FOREIGN_TIME  }, /* with a date: FOREIGN_CLOCK */
    {"open",   FOREIGN_OPEN  },
    {"high",   FOREIGN_HIGH  },
    {"low",    FOREIGN_LOW   },
    {"close",  FOREIGN_CLOSE },
    {"volume", FOREIGN_VOLUME},
};

enum { ROLE_WORD_COUNT = sizeof role_words / sizeof role_words[0] };

/* The roles that a bar needs: all but these. */
static bool is_optional(enum foreign_role role)
{
    return role == FOREIGN_SYMBOL || role == FOREIGN_PERIOD || role == FOREIGN_CLOCK;
}

static bool role_of(struct csv_field word, enum foreign_role *role)
{
    for (int i = 0; i < ROLE_WORD_COUNT; i++) {
        if (csv_field_equals(word, role_words[i].word)) {
            *role = role_words[i].role;
            return true;
        }
    }
    return false;
}

static const char *word_of(enum foreign_role role)
{
    int i = 0;
    while (role_words[i].role != role || strcmp(role_words[i].word, "date") == 0) {
        i++;
    }
    return role_words[i].word;
}

/* The next part of a list with commas; false at its end. */
static bool next_part(const char **list, struct csv_field *part)
{
    if (*list == NULL || **list == '\0') {
        return false;
    }
    *part = (struct csv_field){*list, strcspn(*list, ",")};
    *list += part->length + ((*list)[part->length] == ',' ? 1 : 0);
    return true;
}

static bool same_text(struct csv_field a, struct csv_field b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static int find_column(const struct csv_quoted *header, struct csv_field name)
{
    for (int i = 0; i < header->count; i++) {
        if (same_text(header->at[i], name)) {
            return i;
        }
    }
    return -1;
}

static bool list_has(const char *list, struct csv_field name)
{
    struct csv_field part;
    while (next_part(&list, &part)) {
        if (same_text(part, name)) {
            return true;
        }
    }
    return false;
}

/* ---- one format and one header ---- */

static void layout_clear(struct foreign_layout *layout, const struct foreign_format *format,
                         int column_count)
{
    char separator = layout->separator;
    *layout = (struct foreign_layout){
        .format = format, .separator = separator, .has_header = true, .column_count = column_count};
    for (int role = 0; role < FOREIGN_ROLE_COUNT; role++) {
        layout->place[role] = -1;
    }
}

/* One "time=Date". `has_date`: a day was named, so `time` is the time behind it. */
static bool place_pair(struct csv_field pair, bool has_date, const struct csv_quoted *header,
                       struct foreign_layout *layout, struct row_fault *fault)
{
    const char *equals = memchr(pair.text, '=', pair.length);
    enum foreign_role role = FOREIGN_ROLE_COUNT;
    struct csv_field word = {pair.text, equals != NULL ? (size_t)(equals - pair.text) : 0};
    if (equals == NULL || !role_of(word, &role)) {
        return row_refuse(fault,
                          "cannot be read: --columns says `%s`; it is like time=Date,open=Open "
                          "with the words symbol, date, time, open, high, low, close, volume",
                          csv_field_show(pair).text);
    }
    struct csv_field name = {equals + 1, pair.length - word.length - 1};
    role = has_date && csv_field_equals(word, "time") ? FOREIGN_CLOCK : role;
    int column = find_column(header, name);
    if (column < 0) {
        return row_refuse(fault, "has no column `%s` (--columns)", csv_field_show(name).text);
    }
    if (layout->place[role] >= 0) {
        return row_refuse(fault, "cannot be read: --columns says `%s` twice",
                          csv_field_show(word).text);
    }
    layout->place[role] = column;
    layout->name[role] = csv_field_show(name);
    return true;
}

/* A column of symbols is never read over: rows of several would be taken for one. */
static bool names_symbol(struct csv_field name)
{
    return name.length == 6 &&
           (strncasecmp(name.text, "symbol", 6) == 0 || strncasecmp(name.text, "ticker", 6) == 0);
}

/* The columns that the format has no role for: whether it allows them. */
static bool take_others(const struct foreign_format *format, const struct csv_quoted *header,
                        struct foreign_layout *layout)
{
    for (int i = 0; i < header->count; i++) {
        bool used = false;
        for (int role = 0; role < FOREIGN_ROLE_COUNT; role++) {
            used = used || layout->place[role] == i;
        }
        if (used) {
            continue;
        }
        bool allowed = format->any_others ? !names_symbol(header->at[i])
                                          : list_has(format->others, header->at[i]);
        if (!allowed && format != &foreign_by_columns) {
            return false;
        }
        size_t length = strlen(layout->read_over);
        (void)snprintf(layout->read_over + length, sizeof layout->read_over - length, "%s%s",
                       length > 0 ? ", " : "",
                       csv_field_show(header->at[i]).text); /* cut is fine */
    }
    return true;
}

/* How well a format's columns were found. */
struct placing {
    int pairs_wrong;
    bool lacks_volume;
    int lacks_others; /* other roles that a bar needs */
    struct row_fault first;
};

static struct placing place_all(const char *columns, const struct csv_quoted *header,
                                struct foreign_layout *layout)
{
    struct placing placing = {0};
    struct row_fault later;
    bool has_date = strncmp(columns, "date=", 5) == 0 || strstr(columns, ",date=") != NULL;
    struct csv_field pair;
    while (next_part(&columns, &pair)) {
        struct row_fault *fault = placing.pairs_wrong == 0 ? &placing.first : &later;
        placing.pairs_wrong += place_pair(pair, has_date, header, layout, fault) ? 0 : 1;
    }
    for (enum foreign_role role = 0; role < FOREIGN_ROLE_COUNT; role++) {
        if (layout->place[role] >= 0 || is_optional(role)) {
            continue;
        }
        placing.lacks_volume = placing.lacks_volume || role == FOREIGN_VOLUME;
        placing.lacks_others += role == FOREIGN_VOLUME ? 0 : 1;
        if (placing.first.text[0] == '\0') {
            (void)row_refuse(&placing.first,
                             "cannot be read: --columns does not say which column is the %s",
                             word_of(role));
        }
    }
    return placing;
}

/* FOREIGN_WRONG when only the volume is missing. */
static enum foreign_match match(const struct foreign_format *format,
                                const struct csv_quoted *header, struct foreign_layout *layout)
{
    layout_clear(layout, format, header->count);
    struct placing placing = place_all(format->columns, header, layout);
    struct csv_field needs = {format->needs, format->needs != NULL ? strlen(format->needs) : 0};
    bool has_needs = format->needs == NULL || find_column(header, needs) >= 0;
    if (placing.lacks_others > 0 || !has_needs || !take_others(format, header, layout)) {
        return FOREIGN_UNKNOWN;
    }
    if (placing.lacks_volume) {
        return placing.pairs_wrong == 1 ? FOREIGN_WRONG : FOREIGN_UNKNOWN;
    }
    return placing.pairs_wrong == 0 ? FOREIGN_KNOWN : FOREIGN_UNKNOWN;
}

static enum foreign_match match_named(const char *columns, const struct csv_quoted *header,
                                      struct foreign_layout *layout, struct row_fault *fault)
{
    layout_clear(layout, &foreign_by_columns, header->count);
    struct placing placing = place_all(columns, header, layout);
    *fault = placing.first;
    bool good = placing.first.text[0] == '\0' && take_others(layout->format, header, layout);
    return good ? FOREIGN_KNOWN : FOREIGN_WRONG;
}

static enum foreign_match match_formats(const struct csv_quoted *header,
                                        struct foreign_layout *layout, struct row_fault *fault)
{
    const struct foreign_format *without_volume = NULL;
    for (int i = 0; foreign_formats[i] != NULL; i++) {
        switch (match(foreign_formats[i], header, layout)) {
        case FOREIGN_KNOWN:
            return FOREIGN_KNOWN;
        case FOREIGN_WRONG:
            without_volume = foreign_formats[i];
            break;
        case FOREIGN_UNKNOWN:
            break;
        }
    }
    if (without_volume == NULL) {
        return FOREIGN_UNKNOWN;
    }
    (void)row_refuse(fault,
                     "is that of a %s without its column of volumes, which bars need; get the file "
                     "with it (TradingView: add the indicator Volume to the chart)",
                     without_volume->name);
    return FOREIGN_WRONG;
}

/* ---- the first line ---- */

/* "20190211 093100;271.19;271.34;271.07;271.34;1488804" */
static bool is_ninja_trader(const struct csv_quoted *fields)
{
    struct time_text time;
    return fields->count == 6 && fields->at[0].length >= 8 &&
           memchr(fields->at[0].text, '-', fields->at[0].length) == NULL &&
           time_text_parse(fields->at[0].text, fields->at[0].length, &time) &&
           time.kind != TIME_MOMENT;
}

static void place_ninja_trader(struct foreign_layout *layout)
{
    static const char order[] = "time;open;high;low;close;volume";
    struct csv_quoted header;
    (void)csv_quoted_split(order, sizeof order - 1, ';', &header); /* has no quotes */
    (void)match(&foreign_ninja_trader, &header, layout);           /* it fits */
    layout->has_header = false;
}

/* The separator is the first of them that the line has. */
static char find_separator(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (line[i] == ',' || line[i] == ';' || line[i] == '\t') {
            return line[i];
        }
    }
    return ',';
}

enum foreign_match foreign_recognise(const char *line, size_t length, const char *columns,
                                     struct foreign_layout *layout, struct row_fault *fault)
{
    layout->separator = find_separator(line, length);
    struct csv_quoted header;
    if (!csv_quoted_split(line, length, layout->separator, &header) ||
        header.count > CSV_QUOTED_MAX) {
        return FOREIGN_UNKNOWN;
    }
    if (columns != NULL) {
        return match_named(columns, &header, layout, fault);
    }
    if (layout->separator == ';' && is_ninja_trader(&header)) {
        place_ninja_trader(layout);
        return FOREIGN_KNOWN;
    }
    return match_formats(&header, layout, fault);
}
