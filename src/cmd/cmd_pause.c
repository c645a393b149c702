/* cmd_pause.c: `bellwether pause` and `unpause`: entries off, entries on. */
#include "cmd/cmd.h"
#include "cmd/running.h"

int cmd_pause(int argc, char **argv)
{
    return running_command(
        argc, argv, "{\"command\":\"pause\"}",
        "Turns the entries of a running engine off (an id, a path, or `last`, which is the "
        "default). Exits go on; orders that are out stay out. The command is an event in the "
        "run's log.\v"
        "Example:\n"
        "  bellwether pause && bellwether status\n"
        "\n"
        "Exit status: 0 entries are off, 1 no engine runs there, 3 it belongs to another user.");
}

int cmd_unpause(int argc, char **argv)
{
    return running_command(
        argc, argv, "{\"command\":\"unpause\"}",
        "Turns the entries of a running engine on again (an id, a path, or `last`, which is the "
        "default).\v"
        "Example:\n"
        "  bellwether unpause\n"
        "\n"
        "Exit status: 0 entries are on, 1 no engine runs there, 3 it belongs to another user.");
}
