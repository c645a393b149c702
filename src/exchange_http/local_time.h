/* local_time.h: moments and dates as the vendor's clock and calendar write them: New York's wall
 * time with its offset. A market that never closes has no place; its times are UTC. */
#ifndef EXCHANGE_HTTP_LOCAL_TIME_H
#define EXCHANGE_HTTP_LOCAL_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "market/calendar.h"
#include "sys/json_writer.h"

#define LOCAL_TIME_SIZE 36 /* "2026-03-16T14:38:02.118000000-04:00" and its NUL */
#define LOCAL_DATE_SIZE 11 /* "2026-03-16" and its NUL */

/* The wall time at a moment: with New York's offset, or with Z for CALENDAR_ALWAYS. */
void local_time_write(enum calendar_id calendar, int64_t ts_ns, char text[LOCAL_TIME_SIZE]);
void local_time_json(struct json_writer *json, enum calendar_id calendar, int64_t ts_ns);

/* The date on that wall, in days since 1970-01-01, and nanoseconds since its 00:00. */
int32_t local_date(enum calendar_id calendar, int64_t ts_ns);
int64_t local_time_of_day(enum calendar_id calendar, int64_t ts_ns);

/* The moment of a wall time, `time_ns` after 00:00 of the date. */
int64_t local_utc(enum calendar_id calendar, int32_t date, int64_t time_ns);

void local_date_write(int32_t date, char text[LOCAL_DATE_SIZE]);

/* The date that a text begins with, whether a date or a moment: what is written counts, whatever
 * its offset. False when it begins with none. */
bool local_date_read(const char *text, int32_t *date);

#endif
