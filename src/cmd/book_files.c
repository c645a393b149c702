/* book_files.c: see book_files.h. */
#include "cmd/book_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine.h"
#include "sys/memory.h"

static void name_left_out(const struct book_config *book, int64_t bar_ns)
{
    struct book_plan plan = {.strategy = book->strategy, .frame_ns = book->frame_ns};
    int64_t frames_ns[SERIES_PER_STRATEGY_MAX];
    memcpy(plan.parameters, book->parameters, sizeof plan.parameters);
    uint32_t count = engine_frames_left_out(&plan, bar_ns, frames_ns);
    for (uint32_t i = 0; i < count; i++) {
        char bar[24];
        char frame[24];
        (void)fprintf(stderr, "bellwether: %s goes without %s bars: the data holds %s bars\n",
                      book->strategy->name, bar_length_text(frames_ns[i], frame),
                      bar_length_text(bar_ns, bar));
    }
}

enum err book_frames_check(struct run_config *config, int64_t bar_ns, struct problem *problem)
{
    config->bar_ns = bar_ns;
    for (uint32_t i = 0; i < config->book_count; i++) {
        const struct book_config *book = &config->books[i];
        const char *fault = view_frame_fault(bar_ns, book->frame_ns);
        char frame[24];
        char bar[24];
        if (fault != NULL) {
            return problem_set(
                problem, ERR_USAGE,
                "%s: strategy %s works on %s bars, which is %s: %s; write frame: %s, "
                "or give data of %s bars",
                config->path, book->strategy->name, bar_length_text(book->frame_ns, frame), fault,
                bar_length_text(bar_ns, bar), bar, frame);
        }
        name_left_out(book, bar_ns);
    }
    return ERR_OK;
}

/* The place of a symbol among the instruments; their count when it is not there. */
static uint32_t find_symbol(const char *symbol, const struct instrument *instruments,
                            uint32_t instrument_count)
{
    uint32_t at = 0;
    while (at < instrument_count && strcmp(instruments[at].symbol, symbol) != 0) {
        at++;
    }
    return at;
}

enum err book_symbols_check(const struct run_config *config, const struct instrument *instruments,
                            uint32_t instrument_count, struct problem *problem)
{
    for (uint32_t i = 0; i < config->book_count; i++) {
        const struct book_config *book = &config->books[i];
        for (uint32_t k = 0; k < book->symbol_count; k++) {
            const char *symbol = book->symbols[k].symbol;
            if (find_symbol(symbol, instruments, instrument_count) == instrument_count) {
                return problem_set(problem, ERR_USAGE,
                                   "%s: strategy %s names %s, which the data does not hold; take "
                                   "it out, or give data that holds it",
                                   config->path, book->strategy->name, symbol);
            }
        }
    }
    return ERR_OK;
}

/* Which of the instruments the book trades; all of its symbols are there. */
static bool *book_instruments(const struct book_config *book, const struct instrument *instruments,
                              uint32_t instrument_count)
{
    if (book->symbols == NULL) {
        return NULL;
    }
    bool *traded = xcalloc(instrument_count, sizeof *traded);
    for (uint32_t k = 0; k < book->symbol_count; k++) {
        traded[find_symbol(book->symbols[k].symbol, instruments, instrument_count)] = true;
    }
    return traded;
}

static enum err open_book(struct book_config *book, const struct run_config *config,
                          const struct instrument *instruments, uint32_t instrument_count,
                          struct signals *signals, struct problem *problem)
{
    struct local_zone zone;
    if (book->strategy != &strategy_signals_file) {
        return ERR_OK;
    }
    if (book->signals_path == NULL) {
        return problem_set(problem, ERR_USAGE,
                           "%s: signals_file without signals; add signals: FILE to it",
                           config->path);
    }
    if (config->tz != NULL && local_zone_parse(config->tz, &zone) != ERR_OK) {
        return problem_set(problem, ERR_USAGE, "%s: tz: %s is no zone", config->path, config->tz);
    }
    enum err err = signals_read(book->signals_path, instruments, instrument_count,
                                config->tz != NULL ? &zone : NULL, signals, problem);
    book->data = err == ERR_OK ? &signals->list : NULL;
    return err;
}

enum err book_files_open(struct run_config *config, const struct instrument *instruments,
                         uint32_t instrument_count, struct book_files *files,
                         struct problem *problem)
{
    *files = (struct book_files){0};
    enum err err = book_symbols_check(config, instruments, instrument_count, problem);
    for (uint32_t i = 0; i < config->book_count && err == ERR_OK; i++) {
        files->instruments[i] = book_instruments(&config->books[i], instruments, instrument_count);
        config->books[i].instruments = files->instruments[i];
        err = open_book(&config->books[i], config, instruments, instrument_count,
                        &files->signals[i], problem);
    }
    if (err != ERR_OK) {
        book_files_finish(files);
    }
    return err;
}

void book_files_finish(struct book_files *files)
{
    for (uint32_t i = 0; i < BOOKS_MAX; i++) {
        signals_finish(&files->signals[i]);
        free(files->instruments[i]);
        files->instruments[i] = NULL;
    }
}
