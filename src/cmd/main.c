/* main.c: finds the command and hands it its arguments. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "cmd/build_info.h"
#include "cmd/cmd.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"init",      cmd_init,      "write a commented config to begin with"                   },
    {"validate",  cmd_validate,  "check a config, and say what it means and could lose"     },
    {"run",       cmd_run,       "trade a config: simulated, or on paper at Alpaca"         },
    {"preflight", cmd_networked, "look at all that a paper run needs from outside"          },
    {"status",    cmd_status,    "say how a running engine stands"                          },
    {"metrics",   cmd_networked, "serve how a running engine stands to Prometheus"          },
    {"pause",     cmd_pause,     "turn a running engine's entries off; exits go on"         },
    {"unpause",   cmd_unpause,   "turn them on again"                                       },
    {"backtest",  cmd_backtest,  "trade a config over bars of the past"                     },
    {"replay",    cmd_replay,    "run a log again; --verify compares every record"          },
    {"verify",    cmd_verify,    "hold a run's log, journal, streams and summary together"  },
    {"report",    cmd_report,    "say what a run came to: page, days, trades"               },
    {"why",       cmd_why,       "tell what was thought at a moment, and what was refused"  },
    {"gates",     cmd_gates,     "list the gates, their limits and what they refused"       },
    {"exchange",  cmd_networked, "serve the simulated exchange behind Alpaca's API"         },
    {"parity",    cmd_networked, "hold backtest, simulation and paper over sockets together"},
    {"data",      cmd_data,      "make, import and describe bar files"                      },
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    (void)fputs("Usage: bellwether COMMAND [OPTIONS]\n"
                "An automated trading system for US stocks.\n\n",
                out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    (void)fputs("\nEach command explains itself: bellwether COMMAND --help\n"
                "A first run, with no keys and no network: bellwether run --once\n",
                out);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts(build_info());
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            char name[64];
            (void)snprintf(name, sizeof name, "bellwether %s", commands[i].name);
            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "bellwether: no command `%s`; see `bellwether --help`\n", argv[1]);
    return EXIT_USAGE;
}
