/* carried_out.h: what the grammar understands and this version of the engine does not do yet.
 *
 * Reading such a key and leaving it out would be worse than refusing it: a stop that nobody holds
 * is no stop. So `run` and `backtest` refuse the config, and `validate` says so, too. */
#ifndef CONFIG_CARRIED_OUT_H
#define CONFIG_CARRIED_OUT_H

#include "config/config.h"

/* ERR_USAGE, with the keys named, when the config asks for what is not carried out yet. */
enum err config_check_carried_out(const struct run_config *config, struct problem *problem);

#endif
