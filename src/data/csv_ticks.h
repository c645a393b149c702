/* csv_ticks.h: our CSV of quotes and of trades: the header line, and one row of it.
 *
 *   quote bars   symbol,ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,...,ask_size
 *                a row is the quote that stands at the end of its interval: both closes, both sizes
 *   quotes       symbol,ts_utc,bid,bid_size,ask,ask_size: as they change; a blank side stays
 *   trades       symbol,ts_utc,price,size: one trade a row
 *
 * Columns may stand in any order; ticks may also have exchange (read over), quote_condition_hex
 * (read over), sale_condition_hex and suspicious. A row whose `suspicious` is 1 is set aside. */
#ifndef DATA_CSV_TICKS_H
#define DATA_CSV_TICKS_H

#include "data/bar_row.h"

enum tick_layout {
    TICK_LAYOUT_NONE, /* the header is not one of these */
    TICK_LAYOUT_QUOTE_BARS,
    TICK_LAYOUT_QUOTES,
    TICK_LAYOUT_TRADES,
};

#define TICK_COLUMNS_MAX 24

struct tick_header {
    enum tick_layout layout;
    int column_count;
    int place[TICK_COLUMNS_MAX]; /* of each column (csv_ticks.c) in a row, or -1 */
};

/* "quote bars", "quotes", "trades". */
const char *tick_layout_text(enum tick_layout layout);

/* Which columns the layout has that a header may hold and nothing reads: "exchange, ..."; empty
 * where this one has none. */
void tick_header_read_over(const struct tick_header *header, char text[80]);

/* Whether the line is meant as such a header (header->layout), and whether it is a good one: false
 * with `fault` set when a column is unknown, missing or there twice. */
bool tick_header_parse(const char *line, size_t length, struct tick_header *header,
                       struct row_fault *fault);

enum tick_row {
    TICK_ROW_GOOD,
    TICK_ROW_BAD,
    TICK_ROW_ASIDE, /* it says itself that it should not count */
};

/* Reads one row. */
enum tick_row tick_row_parse(const struct tick_header *header, const char *line, size_t length,
                             struct bar_row *row, struct row_fault *fault);

#endif
