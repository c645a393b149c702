/* multi_timeframe.h: the row of multi_timeframe, for the table. */
#ifndef STRATEGY_MULTI_TIMEFRAME_H
#define STRATEGY_MULTI_TIMEFRAME_H

#include "core/strategy.h"

extern const struct strategy_def strategy_multi_timeframe;

#endif
