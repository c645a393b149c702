/* weekday.h: days of the week, and dates that are told by them ("the third Monday of January").
 *
 * A date is its number of days since 1970-01-01, as in base/utc.h. */
#ifndef MARKET_WEEKDAY_H
#define MARKET_WEEKDAY_H

#include <stdint.h>

enum weekday { SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY };

enum weekday weekday_of(int32_t date);

/* The nth (1..4) such day of a month. */
int32_t weekday_nth(int32_t year, int32_t month, enum weekday weekday, int32_t nth);

/* The last such day of a month. */
int32_t weekday_last(int32_t year, int32_t month, enum weekday weekday);

#endif
