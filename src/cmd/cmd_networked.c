/* cmd_networked.c: commands that need the network are in a program of their own, bellwether-net
 * beside this one: what it loads (HTTP, TLS, an event loop) would make every backtest begin later
 * (docs/adr/0011-the-network.md). */
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

#define NET_PROGRAM "bellwether-net"

/* The other program's path; false when our own cannot be told. */
static bool find_program(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof "/" NET_PROGRAM);
    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return false;
    }
    memcpy(slash + 1, NET_PROGRAM, sizeof NET_PROGRAM);
    return true;
}

int cmd_networked(int argc, char **argv)
{
    struct problem problem;
    char path[PATH_MAX];
    (void)argc;
    if (!find_program(path)) {
        (void)problem_set_errno(&problem, "cannot tell where this program lies (/proc/self/exe)");
        return cmd_fail(&problem);
    }
    execv(path, argv); /* argv[0] is "bellwether COMMAND" */
    (void)problem_set_errno(&problem,
                            "%s, which has this command, cannot be started; build it (./run does), "
                            "or put it back beside bellwether",
                            path);
    return cmd_fail(&problem);
}
