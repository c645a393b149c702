/* cmd_data.h: what the subcommands of `bellwether data` share. `run` reads its numbers with it,
 * too.
 *
 * Each subcommand is a file of its own with its own argp, and a row in cmd_data.c. What a person
 * reads goes to stdout, progress to stderr and only on a terminal. */
#ifndef CMD_CMD_DATA_H
#define CMD_CMD_DATA_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/utc.h"
#include "data/bars.h"
#include "data/tick_facts.h"
#include "sys/json_writer.h"

/* The subcommands: each takes its own arguments and returns the exit code. */
int cmd_data_synth(int argc, char **argv);
int cmd_data_import(int argc, char **argv);
int cmd_data_info(int argc, char **argv);
int cmd_data_facts(int argc, char **argv);
int cmd_data_signals(int argc, char **argv);
int cmd_data_market(int argc, char **argv); /* synth --market */

/* What to give as `progress`: the share done on a terminal, or NULL where nobody looks. */
void (*data_progress(void))(double done);

/* Wipes the line of progress. */
void data_progress_end(void);

/* Ends the standard output; a command whose output could not be written has failed. */
int data_end_output(void);

/* Reads a whole decimal number from `min` to `max`, or ends the program with usage. */
uint64_t data_parse_number(struct argp_state *state, const char *option, const char *text,
                           uint64_t min, uint64_t max);

/* The files that import, info and facts read, and how. */
struct data_files {
    struct import_options options;
    struct instrument *symbols; /* heap */
    char **paths;               /* within argv */
    size_t count;
};

/* Options that mean the same wherever a command has a row for them. */
enum data_option {
    DATA_OPTION_SKIP_BAD = 512,
    DATA_OPTION_BAR,
    DATA_OPTION_SYMBOL,
};

/* Takes the FILEs and the options above; for an argp's parser, as its `default`. */
error_t data_files_parse(int key, char *text, struct argp_state *state, struct data_files *files);

void data_files_finish(struct data_files *files);

/* The start or the end of a bar as text. */
void data_start_text(const struct event *bar, char text[UTC_TEXT_SIZE]);
void data_end_text(const struct event *bar, char text[UTC_TEXT_SIZE]);

/* Lines of the listing that import and info have in common. */
void data_print_files(const struct import_report *report, const char *const *paths);
void data_print_rows(const struct import_report *report);
void data_print_bar_length(const struct bars *bars, const struct import_report *report);
void data_print_span(const struct bars *bars);

/* What info finds in bars, line by line. */
struct quality;
void data_print_quality(const struct bars *bars, const struct quality *quality);

/* What info says of quotes and trades; `facts` are one symbol's. */
void data_print_ticks(const struct bars *bars, const struct tick_facts *ticks);
void data_json_ticks(struct json_writer *json, const struct tick_facts *facts);

#endif
