/* result_text.h: figures as people read them: "$1,234.56", "+1.23 %", "3 h 12 min", "n/a (why)".
 * Each returns `text`. Money is rounded to cents for the eye. */
#ifndef READERS_RESULT_TEXT_H
#define READERS_RESULT_TEXT_H

#include <stdbool.h>

#include "base/utc.h"
#include "readers/metrics.h"

/* "-9,223,372,036,854,775,808" and its NUL, or a figure and its why. */
#define SHOWN_SIZE 64

/* 1234567 as "1,234,567". */
const char *text_grouped(uint64_t value, char text[SHOWN_SIZE]);

/* "$1,234.56", with a sign before the dollar when negative or, with `plus`, when positive. */
const char *text_dollars(int64_t value_e9, bool plus, char text[SHOWN_SIZE]);

/* The same, or "n/a (why)". */
const char *text_amount(struct amount amount, bool plus, char text[SHOWN_SIZE]);

/* part / whole as "+1.23 %"; empty when there is no such share. */
const char *text_share(int64_t part_e9, int64_t whole_e9, char text[SHOWN_SIZE]);

/* 0.0123 as "1.23 %", or "n/a (why)". */
const char *text_percent(struct figure figure, bool plus, char text[SHOWN_SIZE]);

/* 1.2345 as "1.23", or "n/a (why)". */
const char *text_number(struct figure figure, char text[SHOWN_SIZE]);

/* Seconds as the two largest units: "45 s", "12 min", "3 h 05 min", "4 d 02 h"; or "n/a (why)". */
const char *text_duration(struct figure seconds, char text[SHOWN_SIZE]);

/* "2019-02-11 14:30", the seconds only where they are not zero. */
const char *text_minute(int64_t ts_ns, char text[UTC_TEXT_SIZE]);

/* "2019-02-11" */
const char *text_day(int64_t ts_ns, char text[UTC_TEXT_SIZE]);

#endif
