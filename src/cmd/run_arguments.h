/* run_arguments.h: the command line of `bellwether run`, which two programs read: bellwether itself
 * for the exchange in process, bellwether-net for a broker outside. */
#ifndef CMD_RUN_ARGUMENTS_H
#define CMD_RUN_ARGUMENTS_H

#include "cmd/trading.h"

struct run_arguments {
    struct trading_options trading; /* .mode: 0 where neither option nor config says */
    const char *keys_path;          /* NULL: the environment, or .env beside the config */
    const char *trading_url;        /* NULL: by mode and environment; here and below */
    const char *data_url;
    const char *ca_file;
    const char *admin_url;
    const char *feed;
    const char *home;
    uint32_t stream_symbols;
    uint32_t requests_per_minute;
    bool until_close;
    bool busy_poll;
};

/* Exits by itself on bad usage. End with source_finish(&arguments->trading.source). */
void run_arguments_parse(int argc, char **argv, struct run_arguments *arguments);

#endif
