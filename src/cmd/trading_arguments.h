/* trading_arguments.h: the options that mean the same to `run` and `backtest`. */
#ifndef CMD_TRADING_ARGUMENTS_H
#define CMD_TRADING_ARGUMENTS_H

#include <argp.h>

#include "cmd/trading.h"

enum trading_option {
    TRADING_OPTION_DATA = 512,
    TRADING_OPTION_SKIP_BAD,
    TRADING_OPTION_DECISIONS,
    TRADING_OPTION_JSON,
};

/* Takes -c and the options above; for an argp's parser, as its `default`. */
error_t trading_parse(int key, char *text, struct argp_state *state,
                      struct trading_options *trading);

#endif
