/* book_files.h: what a run's strategies need of the data before it starts: frames that it can give,
 * the symbols that each of them trades, and the files that they bring along: signals. */
#ifndef CMD_BOOK_FILES_H
#define CMD_BOOK_FILES_H

#include "config/config.h"
#include "data/signals.h"

/* Checks that every strategy's frame can be made of the data's bars, whose length it notes in the
 * config, and says on stderr which optional frames a strategy goes without. */
enum err book_frames_check(struct run_config *config, int64_t bar_ns, struct problem *problem);

/* Checks that the data holds every symbol that a strategy names. ERR_USAGE. */
enum err book_symbols_check(const struct run_config *config, const struct instrument *instruments,
                            uint32_t instrument_count, struct problem *problem);

struct book_files {
    struct signals signals[BOOKS_MAX];
    bool *instruments[BOOKS_MAX]; /* NULL: the book trades all of them */
};

/* Reads them for a run over those instruments, and gives each book its own, its instruments too;
 * they must outlive the run. On failure there is nothing to finish. */
enum err book_files_open(struct run_config *config, const struct instrument *instruments,
                         uint32_t instrument_count, struct book_files *files,
                         struct problem *problem);

void book_files_finish(struct book_files *files);

#endif
