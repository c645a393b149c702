/* bar_row.h: one bar as a row of some file gives it, and what makes a row bad. */
#ifndef DATA_BAR_ROW_H
#define DATA_BAR_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/time_text.h"
#include "market/event.h"
#include "market/instrument.h"

struct bar_row {
    struct instrument instrument;
    struct time_text time; /* as the file gives it: start or end of the bar, or its day */
    struct event_bar bar;
};

/* A piece of text from outside; not NUL-terminated. */
struct text_field {
    const char *text;
    size_t length;
};

/* What is wrong with a row, with the values that show it. */
struct row_fault {
    char text[320];
};

/* Sets the text and is always false, so that a parser can end with it. */
bool row_refuse(struct row_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text from outside as it may be shown: printable and short. */
struct shown_text {
    char text[44];
};

struct shown_text text_show(struct text_field field);

/* Whether the row's bar is one we may trade on. */
bool bar_row_check(const struct event_bar *bar, struct row_fault *fault);

#endif
