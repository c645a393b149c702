/* csv_row.h: our CSV: the header line, and one row of it as a bar. */
#ifndef DATA_CSV_ROW_H
#define DATA_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/bar_row.h"

enum csv_column {
    CSV_SYMBOL,
    CSV_TS_UTC,
    CSV_DATE,
    CSV_OPEN,
    CSV_HIGH,
    CSV_LOW,
    CSV_CLOSE,
    CSV_VOLUME,
    CSV_VWAP,
    CSV_TRADE_COUNT,
    CSV_ADJ_FACTOR_NEXT,
    CSV_COLUMN_COUNT,
};

#define CSV_COLUMN_NONE (-1)

struct csv_header {
    int place[CSV_COLUMN_COUNT]; /* of each column in a row, or CSV_COLUMN_NONE */
    int column_count;
};

const char *csv_column_name(enum csv_column column);

/* Whether a column of that kind is known, allowed and not used. */
bool csv_column_is_read_over(enum csv_column column);

/* Reads a price, and a whole number of shares, of a column of that name. */
bool csv_price_parse(const char *name, struct csv_field field, int64_t *price_e9,
                     struct row_fault *fault);
bool csv_shares_parse(const char *name, struct csv_field field, int64_t *shares,
                      struct row_fault *fault);

/* Reads the header line; false when a column is unknown, missing or there twice. */
bool csv_header_parse(const char *line, size_t length, struct csv_header *header,
                      struct row_fault *fault);

/* Reads one row; false when it is bad. */
bool csv_row_parse(const struct csv_header *header, const char *line, size_t length,
                   struct bar_row *row, struct row_fault *fault);

#endif
