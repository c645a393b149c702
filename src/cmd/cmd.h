/* cmd.h: one function per command, and the exit codes that all of them share. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "sys/problem.h"

enum exit_code {
    EXIT_DONE = 0,     /* also after a clean stop by Ctrl-C */
    EXIT_FAILED = 1,   /* the job failed, or data is refused or damaged */
    EXIT_USAGE = 2,    /* bad usage or config; nothing was started */
    EXIT_REFUSED = 3,  /* a safety rule: second instance, latch, arming */
    EXIT_KILLED = 130, /* a second Ctrl-C */
};

/* Each takes its own arguments, argv[0] being "bellwether COMMAND" for messages. */
int cmd_status(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_unpause(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_backtest(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_gates(int argc, char **argv);
int cmd_data(int argc, char **argv);

/* Commands that need the network are in the program bellwether-net beside this one; this one
 * becomes that one. */
int cmd_networked(int argc, char **argv);

/* There: */
int cmd_exchange(int argc, char **argv);
int cmd_metrics(int argc, char **argv);
int cmd_data_pull(int argc, char **argv);
int cmd_data_record(int argc, char **argv);
int cmd_parity(int argc, char **argv);
int cmd_preflight(int argc, char **argv);
int cmd_paper(int argc, char **argv); /* `run --mode paper` */

/* Writes out the standard output; a command whose output could not be written has failed. */
enum err cmd_flush(struct problem *problem);

/* Prints "bellwether: TEXT" to stderr and returns the exit code that belongs to the error. */
int cmd_fail(const struct problem *problem);

#endif
