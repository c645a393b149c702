/* source.h: where a run's bars come from, as words that a log keeps and replay understands.
 *
 *   workload seed=42 bars=1440 symbols=1
 *   skip-bad              (only when bad rows were left out)
 *   file /path/to/bars.csv.gz
 * one per line. */
#ifndef CMD_SOURCE_H
#define CMD_SOURCE_H

#include "config/config.h"
#include "data/bars.h"
#include "data/local_zone.h"

struct source {
    char **paths; /* NULL: the common workload */
    size_t path_count;
    bool skip_bad;
    uint64_t workload_bars;
    uint64_t workload_seed;
    uint32_t workload_symbols;
};

/* Adds a data file; the path is copied. */
void source_add(struct source *source, const char *path);

/* What the config asks of the files of bars: its symbols, length and time zone, which `zone` takes
 * and must outlive the options. ERR_USAGE when this machine does not know the zone. */
enum err source_options(const struct run_config *config, struct local_zone *zone,
                        struct import_options *options, struct problem *problem);

/* Opens the bars that the config's symbols and bar length ask for. */
enum err source_open(const struct source *source, const struct run_config *config,
                     struct bars *bars, struct import_report *report, struct problem *problem);

/* The words; the caller frees them. Paths become absolute. */
char *source_text(const struct source *source);

/* Back from the words. ERR_FORMAT when they are none of ours. The caller ends it with
 * source_finish(). */
enum err source_parse(const char *text, struct source *source, struct problem *problem);

void source_finish(struct source *source);

#endif
