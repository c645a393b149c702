/* tearsheet_private.h: the parts of a tearsheet. */
#ifndef READERS_TEARSHEET_PRIVATE_H
#define READERS_TEARSHEET_PRIVATE_H

#include "readers/tearsheet.h"

/* The style sheet, with its element. */
extern const char tearsheet_style[];

/* A text from anywhere, as text or inside a quoted attribute: what means something in HTML is
 * escaped; control characters and bytes that are not UTF-8 become U+FFFD. */
void html_text(FILE *out, const char *text);

/* tearsheet_plot.c: equity with buy and hold, and the drawdown below it. */
void tearsheet_plots(const struct tearsheet *sheet, FILE *out);

/* tearsheet_tables.c */
void tearsheet_months(const struct tearsheet *sheet, FILE *out);
void tearsheet_strategies(const struct tearsheet *sheet, FILE *out);
void tearsheet_symbols(const struct tearsheet *sheet, FILE *out);
void tearsheet_refusals(const struct tearsheet *sheet, FILE *out);

/* tearsheet_trades.c */
void tearsheet_trades(const struct tearsheet *sheet, FILE *out);

#endif
