/* trading_arguments.c: see trading_arguments.h. */
#include "cmd/trading_arguments.h"

error_t trading_parse(int key, char *text, struct argp_state *state,
                      struct trading_options *trading)
{
    switch (key) {
    case 'c':
        trading->config_path = text;
        return 0;
    case TRADING_OPTION_DATA:
        source_add(&trading->source, text);
        return 0;
    case TRADING_OPTION_SKIP_BAD:
        trading->source.skip_bad = true;
        return 0;
    case TRADING_OPTION_DECISIONS:
        trading->decisions_path = text;
        return 0;
    case TRADING_OPTION_JSON:
        trading->json = true;
        trading->view = false;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected `%s`; data files go behind --data", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
