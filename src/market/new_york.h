/* new_york.h: what the clocks on New York's walls show, from UTC and back.
 *
 * Wall time is Eastern Standard Time, five hours behind UTC, or in summer Eastern Daylight Time,
 * four hours behind. By the law of the United States summer lasts until 2006 from the first Sunday
 * of April to the last of October, from 2007 on from the second Sunday of March to the first of
 * November; clocks change at 02:00. That holds from 1987 on and as long as the law stands. Before
 * 1987 the rule of 1987 is used, which is not what the clocks showed then.
 *
 * Moments are of the years that base/utc.h allows, 1700 to 2200. */
#ifndef MARKET_NEW_YORK_H
#define MARKET_NEW_YORK_H

#include <stdint.h>

/* Wall time minus UTC at a moment, in nanoseconds: -5 h or -4 h. */
int64_t new_york_offset_ns(int64_t ts_ns);

/* The date in New York at a moment, in days since 1970-01-01. */
int32_t new_york_date(int64_t ts_ns);

/* The moment at which the wall shows that time, `time_ns` after 00:00 of `date` (0 to 24 h). A time
 * that the wall shows twice in autumn: the first of the two. One that it leaves out in spring moves
 * forward by the hour that is missing: 02:30 is what the wall calls 03:30. */
int64_t new_york_utc(int32_t date, int64_t time_ns);

#endif
