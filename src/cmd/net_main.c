/* net_main.c: bellwether-net: the commands that need the network. It is started by `bellwether`
 * with "bellwether COMMAND" as its name (cmd_networked.c); by itself it says so. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"bellwether exchange",    cmd_exchange   },
    {"bellwether data pull",   cmd_data_pull  },
    {"bellwether data record", cmd_data_record},
    {"bellwether preflight",   cmd_preflight  },
    {"bellwether run",         cmd_paper      },
    {"bellwether parity",      cmd_parity     },
    {"bellwether metrics",     cmd_metrics    },
};

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    for (size_t i = 0; argc > 0 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[0], commands[i].name) == 0) {
            return commands[i].run(argc, argv);
        }
    }
    (void)fputs("bellwether-net: part of bellwether; see `bellwether --help`\n", stderr);
    return EXIT_USAGE;
}
