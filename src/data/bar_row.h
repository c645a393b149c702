/* bar_row.h: one bar, quote or trade as a row of some file gives it, and what makes a row bad. */
#ifndef DATA_BAR_ROW_H
#define DATA_BAR_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/csv_fields.h"
#include "data/time_text.h"
#include "market/event.h"
#include "market/instrument.h"

struct bar_row {
    struct instrument instrument;
    struct time_text time; /* as the file gives it: start or end of the bar, or its day */
    union {                /* as the builder's kind says */
        struct event_bar bar;
        struct event_quote quote;
        struct event_trade_tick trade;
        unsigned char bytes[40];
    };
    uint8_t flags; /* of a quote or a trade: as the event's */
};

/* What is wrong with a row, with the values that show it. */
struct row_fault {
    char text[320];
};

/* Sets the text and is always false, so that a parser can end with it. */
bool row_refuse(struct row_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether the row's bar is one we may trade on. */
bool bar_row_check(const struct event_bar *bar, struct row_fault *fault);

#endif
