/* csv.h: a CSV file, ours or one of others (csv_foreign.h), as a data set of bars.
 *
 * Ours has one header line with the columns symbol, ts_utc or date, open, high, low, close, volume
 * in any order, and no quotes. Rows may be ordered by symbol or by time. */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "data/bar_builder.h"

/* Reads all of the builder's input and makes the data set of it; notes in `file` what it was taken
 * for. */
enum err csv_read(struct bar_builder *builder, struct import_file *file, struct bars *bars);

#endif
