/* quick_test.h: the row of quick_test, for the table. */
#ifndef STRATEGY_QUICK_TEST_H
#define STRATEGY_QUICK_TEST_H

#include "core/strategy.h"

extern const struct strategy_def strategy_quick_test;

#endif
