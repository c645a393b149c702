/* rsi_mean_reversion.h: the row of rsi_mean_reversion, for the table. */
#ifndef STRATEGY_RSI_MEAN_REVERSION_H
#define STRATEGY_RSI_MEAN_REVERSION_H

#include "core/strategy.h"

extern const struct strategy_def strategy_rsi_mean_reversion;

#endif
