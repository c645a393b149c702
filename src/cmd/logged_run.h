/* logged_run.h: a run that is opened to be read: folder, log and preamble; and to be replayed: its
 * config, and the data where the log refers to it. */
#ifndef CMD_LOGGED_RUN_H
#define CMD_LOGGED_RUN_H

#include "cmd/book_files.h"
#include "cmd/source.h"
#include "log/preamble.h"

struct logged_run {
    char *run_dir;
    const char *run_id; /* the folder's name, in run_dir */
    struct log_reader *reader;
    struct preamble preamble;
    struct run_config config; /* empty until logged_run_configure() */
    struct book_files files;
    struct bars bars; /* empty where the log holds its market */
    bool has_bars;
};

/* `run`: an id, a path, or "last". Whatever it returns, the caller ends it with
 * logged_run_close(). The reader stands behind the preamble. */
enum err logged_run_open(const char *run, struct logged_run *logged, struct problem *problem);

/* Reads the config of the run's preamble, and the files that its strategies bring along. */
enum err logged_run_configure(struct logged_run *logged, struct problem *problem);

/* Opens the data that the log refers to, which must still be the same, with the symbols and the
 * length of bars of `config`; does nothing where the log holds its market. */
enum err logged_run_open_data(struct logged_run *logged, const struct run_config *config,
                              struct problem *problem);

/* The bars for whoever wants them or NULL: logged->bars where there are any. */
static inline const struct bars *logged_run_bars(const struct logged_run *logged)
{
    return logged->has_bars ? &logged->bars : NULL;
}

/* Puts the reader behind the preamble again, as replays want it. */
enum err logged_run_rewind(struct logged_run *logged, struct problem *problem);

void logged_run_close(struct logged_run *logged);

#endif
