/* ma_crossover.h: the row of ma_crossover, for the table. */
#ifndef STRATEGY_MA_CROSSOVER_H
#define STRATEGY_MA_CROSSOVER_H

#include "core/strategy.h"

extern const struct strategy_def strategy_ma_crossover;

#endif
