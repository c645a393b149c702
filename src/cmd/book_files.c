/* book_files.c: see book_files.h. */
#include "cmd/book_files.h"

#include <stdio.h>
#include <string.h>

#include "core/engine.h"

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
    enum err err = ERR_OK;
    *files = (struct book_files){0};
    for (uint32_t i = 0; i < config->book_count && err == ERR_OK; i++) {
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
    }
}
