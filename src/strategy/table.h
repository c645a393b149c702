/* table.h: every strategy that this program knows. */
#ifndef STRATEGY_TABLE_H
#define STRATEGY_TABLE_H

#include <stdint.h>

#include "core/strategy.h"

/* NULL-terminated. */
extern const struct strategy_def *const strategy_table[];

/* The row of that name, or NULL. */
const struct strategy_def *strategy_find(const char *name);

#endif
