/* cmd_status.c: `bellwether status`: how a running engine stands. */
#include "cmd/cmd.h"
#include "cmd/running.h"

int cmd_status(int argc, char **argv)
{
    return running_command(
        argc, argv, "{\"command\":\"status\"}",
        "Asks a running engine (an id, a path, or `last`, which is the default) how it stands.\v"
        "Examples:\n"
        "  bellwether status\n"
        "  bellwether status 20261121-031028-82a5 --json\n"
        "\n"
        "Exit status: 0 it answered, 1 no engine runs there, 3 it belongs to another user.");
}
