/* result_books.h: the summary's part on several strategies: what each came to, what it wanted and
 * what it was refused; no strategy without a word on why it did not trade. */
#ifndef READERS_RESULT_BOOKS_H
#define READERS_RESULT_BOOKS_H

#include "readers/result.h"

/* A few lines for each strategy, fit for 80 columns; `result` has metrics. */
void result_print_books(const struct run_result *result, FILE *out);

#endif
