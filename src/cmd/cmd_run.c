/* cmd_run.c: `bellwether run`: trades on the simulated exchange, at a pace to watch or at once.
 * What trades at a broker outside is handed to bellwether-net. */
#include "cmd/cmd.h"
#include "cmd/run_arguments.h"
#include "sys/plugin.h"

/* Where no option says it: the config's own word. What is wrong with the config, trading says. */
static enum run_mode wanted_mode(const struct run_arguments *arguments)
{
    struct run_config config;
    struct problem problem;
    if (arguments->trading.mode != 0) {
        return arguments->trading.mode;
    }
    if (arguments->trading.config_path == NULL ||
        config_read_with(arguments->trading.config_path, plugin_strategy, &config, &problem) !=
            ERR_OK) {
        return MODE_SIM;
    }
    enum run_mode mode = config.mode == MODE_PAPER ? MODE_PAPER : MODE_SIM;
    config_finish(&config);
    return mode;
}

int cmd_run(int argc, char **argv)
{
    struct run_arguments arguments;
    run_arguments_parse(argc, argv, &arguments);
    arguments.trading.mode = wanted_mode(&arguments);
    int code = arguments.trading.mode == MODE_PAPER ? cmd_networked(argc, argv)
                                                    : trading_run(&arguments.trading);
    source_finish(&arguments.trading.source);
    return code;
}
