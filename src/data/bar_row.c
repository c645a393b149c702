/* bar_row.c: see bar_row.h. */
#include "data/bar_row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"

bool row_refuse(struct row_fault *fault, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(fault->text, sizeof fault->text, format, arguments); /* cut is fine */
    va_end(arguments);
    return false;
}

bool bar_row_check(const struct event_bar *bar, struct row_fault *fault)
{
    const char *text = event_bar_fault(bar);
    if (text == NULL) {
        return true;
    }
    char open[MONEY_TEXT_SIZE];
    char high[MONEY_TEXT_SIZE];
    char low[MONEY_TEXT_SIZE];
    char close[MONEY_TEXT_SIZE];
    (void)money_format(bar->open_e9, open);
    (void)money_format(bar->high_e9, high);
    (void)money_format(bar->low_e9, low);
    (void)money_format(bar->close_e9, close);
    return row_refuse(fault, "%s (open %s, high %s, low %s, close %s, volume %" PRId64 ")", text,
                      open, high, low, close, bar->volume);
}
