/* logged_run.c: see logged_run.h. */
#include "cmd/logged_run.h"

#include <stdlib.h>
#include <string.h>

#include "log/contents.h"
#include "readers/run_dir.h"
#include "sys/memory.h"
#include "sys/plugin.h"

static enum err open_log(struct logged_run *logged, const char *run_dir, struct problem *problem)
{
    char *log_dir = xasprintf("%s/log", run_dir);
    enum err err = log_reader_open(log_dir, &logged->reader, problem);
    free(log_dir);
    return err != ERR_OK ? err : contents_read(logged->reader, &logged->preamble, problem);
}

enum err logged_run_open(const char *run, struct logged_run *logged, struct problem *problem)
{
    *logged = (struct logged_run){0};
    char *found;
    enum err err = run_dir_find("runs", run, &found, problem);
    if (err != ERR_OK) {
        return err;
    }
    char *absolute = realpath(found, NULL);
    logged->run_dir = absolute != NULL ? absolute : xstrdup(found);
    const char *slash = strrchr(logged->run_dir, '/');
    logged->run_id = slash != NULL && slash[1] != '\0' ? slash + 1 : logged->run_dir;
    err = open_log(logged, found, problem); /* what is wrong is named as it was asked for */
    free(found);
    return err;
}

enum err logged_run_configure(struct logged_run *logged, struct problem *problem)
{
    const struct preamble *preamble = &logged->preamble;
    enum err err =
        config_parse_with(preamble->config_path, preamble->config_bytes, preamble->config_length,
                          plugin_strategy, &logged->config, problem);
    if (err != ERR_OK) {
        return err;
    }
    logged->config.bar_ns = preamble->bar_ns;
    return book_files_open(&logged->config, preamble->instruments, preamble->instrument_count,
                           &logged->files, problem);
}

static enum err open_source(struct logged_run *logged, const struct run_config *config,
                            struct problem *problem)
{
    struct source source;
    struct problem why;
    enum err err = source_parse(logged->preamble.source, &source, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct import_report report = {0};
    err = source_open(&source, config, &logged->bars, &report, &why);
    import_report_finish(&report);
    source_finish(&source);
    if (err != ERR_OK) {
        return problem_set(problem, err,
                           "%s; the log of a backtest refers to its data: put the file back where "
                           "it was",
                           why.text);
    }
    logged->has_bars = true;
    return ERR_OK;
}

enum err logged_run_open_data(struct logged_run *logged, const struct run_config *config,
                              struct problem *problem)
{
    if (logged->preamble.market_full) {
        return ERR_OK;
    }
    enum err err = open_source(logged, config, problem);
    if (err == ERR_OK && strcmp(logged->bars.data_hash, logged->preamble.data_hash) != 0) {
        return problem_set(problem, ERR_DIFFERS,
                           "the data is not what the run traded (%s): its hash is %s, the log's "
                           "%s; put the old data back",
                           logged->preamble.source, logged->bars.data_hash,
                           logged->preamble.data_hash);
    }
    return err;
}

enum err logged_run_rewind(struct logged_run *logged, struct problem *problem)
{
    struct preamble again = {0};
    log_reader_rewind(logged->reader);
    enum err err = preamble_read(logged->reader, &again, problem);
    preamble_finish(&again);
    return err;
}

void logged_run_close(struct logged_run *logged)
{
    bars_finish(&logged->bars);
    book_files_finish(&logged->files);
    config_finish(&logged->config);
    preamble_finish(&logged->preamble);
    if (logged->reader != NULL) {
        log_reader_close(logged->reader);
    }
    free(logged->run_dir);
    *logged = (struct logged_run){0};
}
