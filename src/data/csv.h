/* csv.h: our CSV, plain or gzip, as a data set of bars.
 *
 * One header line with the columns symbol, ts_utc or date, open, high, low, close, volume in any
 * order. Rows may be ordered by symbol or by time. */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "data/bars.h"

/* Reads all symbols of the file; options->symbols is the caller's matter. A bad row refuses the
 * file, or with options->skip_bad is counted and listed in `report`. `*bars` is the caller's to
 * bars_finish(). */
enum err csv_read(const char *path, const struct import_options *options, struct bars *bars,
                  struct import_report *report, struct problem *problem);

#endif
