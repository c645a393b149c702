/* parameters.h: a strategy's parameters, checked against the strategy's own rows.
 *
 * Which parameters there are, their ranges and whether they go together is asked of the row alone,
 * so that a new strategy needs nothing here. */
#ifndef CONFIG_PARAMETERS_H
#define CONFIG_PARAMETERS_H

#include "config/yaml.h"
#include "core/strategy.h"

/* Sets every parameter to its fallback. */
void parameters_fall_back(const struct strategy_def *strategy, int64_t *parameters);

/* Reads a map of parameters over those that are there. */
enum err parameters_read(const struct source *source, const struct strategy_def *strategy,
                         const struct yaml_node *node, int64_t *parameters);

/* Refuses parameters that do not go together, at that spot. */
enum err parameters_check(const struct source *source, const struct strategy_def *strategy,
                          struct spot spot, const int64_t *parameters);

#endif
