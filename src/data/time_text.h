/* time_text.h: days and times in the forms that programs of the market write.
 *
 *   2019-02-11  2019/02/11  02/11/2019 (month first)  20190211             a day
 *   ... and, after `T` or a blank, 09:30  09:30:00  09:30:00.123  093000   a time on a wall clock
 *   ... and Z, +05:30, +0530 or -05                                        a moment
 *   1549895400 (seconds since 1970)  1549895400000 (milliseconds)          a moment */
#ifndef DATA_TIME_TEXT_H
#define DATA_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum time_kind {
    TIME_DAY,    /* ns: the day's first nanosecond, as if the wall showed UTC */
    TIME_WALL,   /* ns: what a wall clock shows, as if it showed UTC */
    TIME_MOMENT, /* ns: since 1970 in UTC */
};

struct time_text {
    enum time_kind kind;
    int64_t ns;
};

/* Reads one that fills text[0..length); false when it is none. Days are of the years 1700 to
 * 2200. */
bool time_text_parse(const char *text, size_t length, struct time_text *time);

#endif
