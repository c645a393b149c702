/* csv_foreign.h: bars in the CSV files of others, known by their headers: Yahoo, Stooq, Nasdaq.com,
 * TradingView, NinjaTrader; or with columns that the user names.
 *
 * Fields may be quoted, numbers may carry $ and thousands separators, rows may be newest first. */
#ifndef DATA_CSV_FOREIGN_H
#define DATA_CSV_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "data/bar_row.h"

enum foreign_role {
    FOREIGN_SYMBOL,
    FOREIGN_TIME,  /* day, time or both */
    FOREIGN_CLOCK, /* time of the day, behind the day in FOREIGN_TIME */
    FOREIGN_PERIOD,
    FOREIGN_OPEN,
    FOREIGN_HIGH,
    FOREIGN_LOW,
    FOREIGN_CLOSE,
    FOREIGN_VOLUME,
    FOREIGN_ROLE_COUNT,
};

/* What is known of a format. */
struct foreign_format {
    const char *name;
    const char *adjustment; /* whether its prices are adjusted */
    const char *columns;    /* "time=Date,open=Open,...": which column is what */
    const char *needs;      /* one more column that must be there; or NULL */
    const char *others;     /* "Adj Close,...": columns that may be there and are read over */
    bool any_others;        /* all columns that it does not name are read over */
    const char *zone;       /* of times without one; NULL: the default */
    bool asks_zone;         /* nobody knows in which zone its times are */
    bool ends;              /* times are the ends of bars */
    bool rounds;            /* volumes may have decimals, from being adjusted; they are rounded */
    bool exchange_ending;   /* symbols end with the exchange: AAPL.US */
};

extern const struct foreign_format *const foreign_formats[]; /* NULL ends them */
extern const struct foreign_format foreign_ninja_trader;     /* by the shape of its first row */
extern const struct foreign_format foreign_by_columns;       /* as the user names them */

/* Where a file keeps what. */
struct foreign_layout {
    const struct foreign_format *format;
    char separator;
    bool has_header; /* the first line is no row */
    int column_count;
    int place[FOREIGN_ROLE_COUNT];             /* of each role in a row, or -1 */
    struct csv_shown name[FOREIGN_ROLE_COUNT]; /* of its column, for messages; may be cut */
    char read_over[256];                       /* names of columns not used; may be cut */
};

enum foreign_match {
    FOREIGN_KNOWN,
    FOREIGN_UNKNOWN,
    FOREIGN_WRONG, /* nearly known: the fault says what is missing */
};

/* Looks at the first line. With `columns` ("time=Date,open=Open,...") the header must have them. */
enum foreign_match foreign_recognise(const char *line, size_t length, const char *columns,
                                     struct foreign_layout *layout, struct row_fault *fault);

/* Reads one row; false when it is bad. Without a column of symbols row->instrument stays. */
bool foreign_row_parse(const struct foreign_layout *layout, const char *line, size_t length,
                       struct bar_row *row, struct row_fault *fault);

#endif
