/* csv_ticks.c: see csv_ticks.h.
 *
 * Sale conditions are the bits that LEAN's tick files carry. A trade makes a price when it has the
 * bit of a regular trade or of one in extended hours; others (average prices, late reports, prices
 * derived from elsewhere, sweeps reported without the regular bit) count in the volume only. The
 * exchange's official opening and closing price repeat a trade that is reported besides and are set
 * aside. That is the vendor's own rule, found by comparing: docs/data.md has the figures. */
#include "data/csv_ticks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/bar_builder.h"
#include "data/csv_row.h"
#include "data/symbol_table.h"

#define SALE_REGULAR        UINT64_C(0x1)
#define SALE_EXTENDED_HOURS UINT64_C(0x2000)
#define SALE_OFFICIAL_CLOSE UINT64_C(0x1000000)
#define SALE_OFFICIAL_OPEN  UINT64_C(0x4000000)

enum column {
    SYMBOL,
    TS_UTC,
    BID_OPEN, /* the four prices of a side, then its size */
    BID_HIGH,
    BID_LOW,
    BID_CLOSE,
    BID_SIZE,
    ASK_OPEN,
    ASK_HIGH,
    ASK_LOW,
    ASK_CLOSE,
    ASK_SIZE,
    BID,
    ASK,
    PRICE,
    SIZE,
    EXCHANGE,
    QUOTE_CONDITION,
    SALE_CONDITION,
    SUSPICIOUS,
    COLUMN_COUNT,
};

static_assert(COLUMN_COUNT <= TICK_COLUMNS_MAX, "room for each");

/* By layout: may it have the column, and must it? */
enum { NEVER, MAY, MUST };

static const struct {
    const char *name;
    uint8_t use[4]; /* by enum tick_layout */
} columns[COLUMN_COUNT] = {
    [SYMBOL] = {"symbol",              {NEVER, MUST, MUST, MUST}  },
    [TS_UTC] = {"ts_utc",              {NEVER, MUST, MUST, MUST}  },
    [BID_OPEN] = {"bid_open",            {NEVER, MUST, NEVER, NEVER}},
    [BID_HIGH] = {"bid_high",            {NEVER, MUST, NEVER, NEVER}},
    [BID_LOW] = {"bid_low",             {NEVER, MUST, NEVER, NEVER}},
    [BID_CLOSE] = {"bid_close",           {NEVER, MUST, NEVER, NEVER}},
    [BID_SIZE] = {"bid_size",            {NEVER, MUST, MUST, NEVER} },
    [ASK_OPEN] = {"ask_open",            {NEVER, MUST, NEVER, NEVER}},
    [ASK_HIGH] = {"ask_high",            {NEVER, MUST, NEVER, NEVER}},
    [ASK_LOW] = {"ask_low",             {NEVER, MUST, NEVER, NEVER}},
    [ASK_CLOSE] = {"ask_close",           {NEVER, MUST, NEVER, NEVER}},
    [ASK_SIZE] = {"ask_size",            {NEVER, MUST, MUST, NEVER} },
    [BID] = {"bid",                 {NEVER, NEVER, MUST, NEVER}},
    [ASK] = {"ask",                 {NEVER, NEVER, MUST, NEVER}},
    [PRICE] = {"price",               {NEVER, NEVER, NEVER, MUST}},
    [SIZE] = {"size",                {NEVER, NEVER, NEVER, MUST}},
    [EXCHANGE] = {"exchange",            {NEVER, NEVER, MAY, MAY}   },
    [QUOTE_CONDITION] = {"quote_condition_hex", {NEVER, NEVER, MAY, NEVER} },
    [SALE_CONDITION] = {"sale_condition_hex",  {NEVER, NEVER, NEVER, MAY} },
    [SUSPICIOUS] = {"suspicious",          {NEVER, NEVER, MAY, MAY}   },
};

const char *tick_layout_text(enum tick_layout layout)
{
    static const char *const texts[] = {"", "quote bars", "quotes", "trades"};
    return texts[layout];
}

void tick_header_read_over(const struct tick_header *header, char text[80])
{
    bool exchange = header->place[EXCHANGE] >= 0;
    bool condition = header->place[QUOTE_CONDITION] >= 0;
    (void)snprintf(text, 80, "%s%s%s%s", exchange ? "exchange" : "",
                   exchange && condition ? ", " : "", condition ? "quote_condition_hex" : "",
                   header->layout == TICK_LAYOUT_QUOTE_BARS ? "all but the closes and sizes"
                                                            : ""); /* fits */
}

/* ---- header ---- */

static enum column column_of(struct csv_field name)
{
    enum column column = 0;
    while (column < COLUMN_COUNT && !csv_field_equals(name, columns[column].name)) {
        column++;
    }
    return column;
}

/* Columns that only one layout has tell which it is. */
static enum tick_layout layout_of(const int place[])
{
    if (place[BID_CLOSE] >= 0 || place[ASK_CLOSE] >= 0) {
        return TICK_LAYOUT_QUOTE_BARS;
    }
    if (place[BID] >= 0 && place[ASK] >= 0) {
        return TICK_LAYOUT_QUOTES;
    }
    return place[PRICE] >= 0 && place[SIZE] >= 0 ? TICK_LAYOUT_TRADES : TICK_LAYOUT_NONE;
}

static bool check_columns(const struct tick_header *header, struct row_fault *fault)
{
    const char *text = tick_layout_text(header->layout);
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        uint8_t use = columns[column].use[header->layout];
        if (use == MUST && header->place[column] < 0) {
            return row_refuse(fault, "is one of %s and lacks the column `%s`", text,
                              columns[column].name);
        }
        if (use == NEVER && header->place[column] >= 0) {
            return row_refuse(fault, "is one of %s, which have no column `%s`", text,
                              columns[column].name);
        }
    }
    return true;
}

bool tick_header_parse(const char *line, size_t length, struct tick_header *header,
                       struct row_fault *fault)
{
    struct csv_field fields[TICK_COLUMNS_MAX];
    int count = csv_fields_cut(line, length, fields, TICK_COLUMNS_MAX);
    int cut = count < TICK_COLUMNS_MAX ? count : TICK_COLUMNS_MAX;
    *header = (struct tick_header){.column_count = count};
    int unknown = -1;
    int twice = -1;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        header->place[i] = -1;
    }
    for (int i = 0; i < cut; i++) {
        enum column column = column_of(fields[i]);
        if (column == COLUMN_COUNT) {
            unknown = unknown < 0 ? i : unknown;
            continue;
        }
        twice = header->place[column] >= 0 && twice < 0 ? i : twice;
        header->place[column] = i;
    }
    header->layout = layout_of(header->place);
    if (header->layout == TICK_LAYOUT_NONE || count > cut) {
        header->layout = TICK_LAYOUT_NONE;
        return false;
    }
    if (unknown >= 0 || twice >= 0) {
        int place = unknown >= 0 ? unknown : twice;
        return row_refuse(fault, "has the %s `%s`%s", unknown >= 0 ? "unknown column" : "column",
                          csv_field_show(fields[place]).text, unknown >= 0 ? "" : " twice");
    }
    return check_columns(header, fault);
}

/* ---- rows ---- */

/* A row under way. */
struct parse {
    const struct tick_header *header;
    struct csv_field fields[TICK_COLUMNS_MAX];
    struct row_fault *fault;
};

static struct csv_field field_of(const struct parse *parse, enum column column)
{
    return parse->fields[parse->header->place[column]];
}

static bool price(const struct parse *parse, enum column column, int64_t *price_e9)
{
    return csv_price_parse(columns[column].name, field_of(parse, column), price_e9, parse->fault);
}

static bool shares(const struct parse *parse, enum column column, int64_t *count)
{
    return csv_shares_parse(columns[column].name, field_of(parse, column), count, parse->fault);
}

/* One side: its last price and its size; blank where nobody offers anything. */
static bool parse_side(const struct parse *parse, enum column price_column, enum column size_column,
                       int64_t *price_e9, int64_t *size, bool *told)
{
    *told = field_of(parse, price_column).length > 0;
    *price_e9 = 0;
    *size = 0;
    if (*told) {
        return price(parse, price_column, price_e9) && shares(parse, size_column, size) &&
               (*price_e9 > 0 || row_refuse(parse->fault,
                                            "%s is not positive; leave a side blank "
                                            "that nobody offers",
                                            columns[price_column].name));
    }
    bool none = field_of(parse, size_column).length == 0 ||
                (shares(parse, size_column, size) && *size == 0);
    return none ||
           row_refuse(parse->fault, "%s is blank, but there is a size", columns[price_column].name);
}

/* The prices of a side within its interval agree with each other. */
static bool check_side(const struct parse *parse, enum column open, bool told)
{
    int64_t prices_e9[4] = {0};
    for (int i = 0; told && i < 4; i++) {
        if (!price(parse, open + (enum column)i, &prices_e9[i])) {
            return false;
        }
    }
    const int64_t high_e9 = prices_e9[1];
    const int64_t low_e9 = prices_e9[2];
    bool good = low_e9 <= high_e9 && prices_e9[0] >= low_e9 && prices_e9[0] <= high_e9 &&
                prices_e9[3] >= low_e9 && prices_e9[3] <= high_e9;
    return good || row_refuse(parse->fault,
                              "%s to %s do not agree: open or close lies outside "
                              "low..high",
                              columns[open].name, columns[open + 3].name);
}

static bool parse_quote(const struct parse *parse, struct bar_row *row)
{
    struct event_quote *quote = &row->quote;
    bool bars = parse->header->layout == TICK_LAYOUT_QUOTE_BARS;
    bool bid;
    bool ask;
    if (!parse_side(parse, bars ? BID_CLOSE : BID, BID_SIZE, &quote->bid_e9, &quote->bid_size,
                    &bid) ||
        !parse_side(parse, bars ? ASK_CLOSE : ASK, ASK_SIZE, &quote->ask_e9, &quote->ask_size,
                    &ask)) {
        return false;
    }
    if (bars && (!check_side(parse, BID_OPEN, bid) || !check_side(parse, ASK_OPEN, ask))) {
        return false;
    }
    if (!bars && bid != ask) {
        row->flags = bid ? QUOTE_ROW_BID : QUOTE_ROW_ASK;
    }
    const char *text = event_quote_fault(quote);
    char bid_text[MONEY_TEXT_SIZE];
    char ask_text[MONEY_TEXT_SIZE];
    (void)money_format(quote->bid_e9, bid_text);
    (void)money_format(quote->ask_e9, ask_text);
    return text == NULL ||
           row_refuse(parse->fault, "%s (bid %s, ask %s, sizes %" PRId64 " and %" PRId64 ")", text,
                      bid_text, ask_text, quote->bid_size, quote->ask_size);
}

/* Up to 16 hexadecimal digits. */
static bool parse_hex(const struct parse *parse, enum column column, uint64_t *value)
{
    struct csv_field field = field_of(parse, column);
    bool good = field.length > 0 && field.length <= 16;
    *value = 0;
    for (size_t i = 0; good && i < field.length; i++) {
        const char *digits = "0123456789abcdef";
        char lower = field.text[i] >= 'A' && field.text[i] <= 'F' ? (char)(field.text[i] + 32)
                                                                  : field.text[i];
        const char *found = strchr(digits, lower);
        good = found != NULL && *found != '\0';
        *value = good ? *value << 4 | (uint64_t)(found - digits) : 0;
    }
    return good || row_refuse(parse->fault, "%s is no hexadecimal number (%s)",
                              columns[column].name, csv_field_show(field).text);
}

static bool parse_trade(const struct parse *parse, struct bar_row *row, bool *aside)
{
    struct event_trade_tick *trade = &row->trade;
    uint64_t condition = SALE_REGULAR;
    if (!price(parse, PRICE, &trade->price_e9) || !shares(parse, SIZE, &trade->size) ||
        (parse->header->place[SALE_CONDITION] >= 0 &&
         !parse_hex(parse, SALE_CONDITION, &condition))) {
        return false;
    }
    bool makes_price = (condition & (SALE_REGULAR | SALE_EXTENDED_HOURS)) != 0;
    row->flags = makes_price ? 0 : TRADE_TICK_VOLUME_ONLY;
    *aside = *aside || (condition & (SALE_OFFICIAL_CLOSE | SALE_OFFICIAL_OPEN)) != 0;
    const char *text = event_trade_tick_fault(trade);
    char price_text[MONEY_TEXT_SIZE];
    (void)money_format(trade->price_e9, price_text);
    return text == NULL || row_refuse(parse->fault, "%s (price %s, size %" PRId64 ")", text,
                                      price_text, trade->size);
}

static bool parse_flag(const struct parse *parse, bool *aside)
{
    if (parse->header->place[SUSPICIOUS] < 0) {
        return true;
    }
    struct csv_field field = field_of(parse, SUSPICIOUS);
    *aside = csv_field_equals(field, "1");
    return *aside || csv_field_equals(field, "0") ||
           row_refuse(parse->fault, "suspicious is 0 or 1, not %s", csv_field_show(field).text);
}

static bool parse_head(const struct parse *parse, struct bar_row *row)
{
    struct csv_field symbol = field_of(parse, SYMBOL);
    struct csv_field time = field_of(parse, TS_UTC);
    row->time.kind = TIME_MOMENT;
    if (!symbol_parse(symbol.text, symbol.length, &row->instrument)) {
        return row_refuse(parse->fault, "symbol is not " SYMBOL_ALLOWED " (%s)",
                          csv_field_show(symbol).text);
    }
    return utc_parse(time.text, time.length, &row->time.ns) == ERR_OK ||
           row_refuse(parse->fault, "ts_utc is no time like 2019-02-11T14:30:00.000Z (%s)",
                      csv_field_show(time).text);
}

enum tick_row tick_row_parse(const struct tick_header *header, const char *line, size_t length,
                             struct bar_row *row, struct row_fault *fault)
{
    struct parse parse = {.header = header, .fault = fault};
    struct csv_field whole = {line, length};
    int count = csv_fields_cut(line, length, parse.fields, TICK_COLUMNS_MAX);
    bool aside = false;
    memset(row, 0, sizeof *row);
    if (!csv_field_is_plain(whole)) {
        (void)row_refuse(fault, "the line holds bytes that are no plain text (%s)",
                         csv_field_show(whole).text);
        return TICK_ROW_BAD;
    }
    if (count != header->column_count) {
        (void)row_refuse(fault, "the line has %d field%s, the header %d (%s)", count,
                         count == 1 ? "" : "s", header->column_count, csv_field_show(whole).text);
        return TICK_ROW_BAD;
    }
    bool good = parse_head(&parse, row) && parse_flag(&parse, &aside) &&
                (header->layout == TICK_LAYOUT_TRADES ? parse_trade(&parse, row, &aside)
                                                      : parse_quote(&parse, row));
    return !good ? TICK_ROW_BAD : aside ? TICK_ROW_ASIDE : TICK_ROW_GOOD;
}
