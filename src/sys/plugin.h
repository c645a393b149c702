/* plugin.h: strategies in shared libraries (docs/strategies/README.md). */
#ifndef SYS_PLUGIN_H
#define SYS_PLUGIN_H

#include "core/strategy.h"
#include "sys/problem.h"

/* Loads the library at exactly that path (no search anywhere) and returns its strategy, which must
 * have that name, be built for this program (STRATEGY_ABI) and have a sound row. NULL and a problem
 * otherwise. The library stays loaded until the process ends. Loading runs its code: only give
 * files that you would run as programs. */
const struct strategy_def *plugin_strategy(const char *path, const char *name,
                                           struct problem *problem);

/* NULL, or what is wrong with a row: a parameter without name for its first place, a default
 * outside of its range, a missing function. */
const char *plugin_row_fault(const struct strategy_def *def);

#endif
