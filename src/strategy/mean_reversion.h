/* mean_reversion.h: the row of mean_reversion, for the table. */
#ifndef STRATEGY_MEAN_REVERSION_H
#define STRATEGY_MEAN_REVERSION_H

#include "core/strategy.h"

extern const struct strategy_def strategy_mean_reversion;

#endif
