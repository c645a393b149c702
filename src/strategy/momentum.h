/* momentum.h: the row of momentum, for the table. */
#ifndef STRATEGY_MOMENTUM_H
#define STRATEGY_MOMENTUM_H

#include "core/strategy.h"

extern const struct strategy_def strategy_momentum;

#endif
