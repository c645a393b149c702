/* xnys.h: on which dates the New York Stock Exchange trades, and how long.
 *
 * The rules that the exchange has kept since 1998, and a table of the days on which it did
 * otherwise. Nasdaq and the other US stock exchanges keep the same days. Years behind
 * XNYS_YEAR_PUBLISHED are by rule alone: the exchange has not published them yet. */
#ifndef MARKET_XNYS_H
#define MARKET_XNYS_H

#include <stdint.h>

enum {
    XNYS_DATE_FIRST = 10227, /* 1998-01-01: Martin Luther King Jr. Day became a holiday */
    XNYS_DATE_LAST = 24105,  /* 2035-12-31 */
    XNYS_YEAR_PUBLISHED = 2028,
};

enum xnys_hours {
    XNYS_CLOSED,
    XNYS_EARLY_CLOSE, /* 09:30 to 13:00 */
    XNYS_FULL,        /* 09:30 to 16:00 */
};

/* The hours of a date (days since 1970-01-01) from XNYS_DATE_FIRST to XNYS_DATE_LAST. */
enum xnys_hours xnys_hours(int32_t date);

#endif
