/* volatility_breakout.h: the row of volatility_breakout, for the table. */
#ifndef STRATEGY_VOLATILITY_BREAKOUT_H
#define STRATEGY_VOLATILITY_BREAKOUT_H

#include "core/strategy.h"

extern const struct strategy_def strategy_volatility_breakout;

#endif
