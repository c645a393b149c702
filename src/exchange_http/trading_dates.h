/* trading_dates.h: the calendar date by date: which are trading days, and when trades settle. */
#ifndef EXCHANGE_HTTP_TRADING_DATES_H
#define EXCHANGE_HTTP_TRADING_DATES_H

#include <stdbool.h>
#include <stdint.h>

#include "market/calendar.h"

/* The days that a calendar without an end lists when it is asked for all: 1998 to 2035. */
#define TRADING_DATE_FIRST 10227
#define TRADING_DATE_LAST  24105

/* False when that date is no trading day. */
bool trading_date(enum calendar_id calendar, int32_t date, struct trading_day *day);

/* The first trading day on or after the date, the last one on or before it. */
bool trading_date_from(enum calendar_id calendar, int32_t date, struct trading_day *day);
bool trading_date_until(enum calendar_id calendar, int32_t date, struct trading_day *day);

/* When trades of that day settle: three business days later, from 2017-09-05 on two, from
 * 2024-05-28 on one. Business days are trading days on which banks are open as well: Columbus Day
 * and Veterans Day are none. False when that lies behind the calendar's end. */
bool settlement_date(enum calendar_id calendar, const struct trading_day *day, int32_t *date);

#endif
