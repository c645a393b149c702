/* source.c: see source.h. */
#include "cmd/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/day_bars.h"
#include "data/workload.h"
#include "sys/memory.h"

void source_add(struct source *source, const char *path)
{
    source->paths = xrealloc(source->paths, (source->path_count + 1) * sizeof *source->paths);
    source->paths[source->path_count++] = xstrdup(path);
}

enum err source_options(const struct run_config *config, struct local_zone *zone,
                        struct import_options *options, struct problem *problem)
{
    *options = (struct import_options){
        .bar_ns = config->bar_ns,
        .needs_bars = true,
        .symbols = config->symbols,
        .symbol_count = config->symbol_count,
        .zone = config->tz != NULL ? zone : NULL,
    };
    if (config->tz != NULL && local_zone_parse(config->tz, zone) != ERR_OK) {
        return problem_set(problem, ERR_USAGE,
                           "%s: this machine knows no time zone `%s`; write tz: America/New_York",
                           config->path, config->tz);
    }
    return ERR_OK;
}

enum err source_open(const struct source *source, const struct run_config *config,
                     struct bars *bars, struct import_report *report, struct problem *problem)
{
    if (source->path_count == 0) {
        if (config->symbols != NULL) {
            return problem_set(problem, ERR_USAGE,
                               "%s names symbols, but there is no data for them; give a file with "
                               "--data FILE, or write `symbols: all` to trade simulated bars",
                               config->path);
        }
        workload_create(source->workload_bars, source->workload_seed, source->workload_symbols,
                        bars);
        return ERR_OK;
    }
    struct local_zone zone;
    struct import_options options;
    enum err err = source_options(config, &zone, &options, problem);
    options.skip_bad = source->skip_bad;
    if (err == ERR_OK) {
        err = bars_open_many((const char *const *)source->paths, source->path_count, &options, bars,
                             report, problem);
    }
    if (err == ERR_OK && bars_take_sessions(bars, config->calendar, problem) != ERR_OK) {
        bars_finish(bars);
        err = ERR_FORMAT;
    }
    return err;
}

char *source_text(const struct source *source)
{
    if (source->path_count == 0) {
        return xasprintf("workload seed=%" PRIu64 " bars=%" PRIu64 " symbols=%" PRIu32,
                         source->workload_seed, source->workload_bars, source->workload_symbols);
    }
    char *text = xstrdup(source->skip_bad ? "skip-bad\n" : "");
    for (size_t i = 0; i < source->path_count; i++) {
        char *absolute = realpath(source->paths[i], NULL);
        char *longer = xasprintf("%s%sfile %s", text, i > 0 ? "\n" : "",
                                 absolute != NULL ? absolute : source->paths[i]);
        free(absolute);
        free(text);
        text = longer;
    }
    return text;
}

static bool parse_workload(const char *line, struct source *source)
{
    int end = 0;
    int fields =
        sscanf(line, "workload seed=%" SCNu64 " bars=%" SCNu64 " symbols=%" SCNu32 "%n",
               &source->workload_seed, &source->workload_bars, &source->workload_symbols, &end);
    return fields == 3 && line[end] == '\0' && source->workload_symbols > 0 &&
           source->workload_bars > 0 && source->workload_bars <= WORKLOAD_BARS_MAX;
}

static bool parse_line(const char *line, struct source *source)
{
    if (strcmp(line, "skip-bad") == 0) {
        source->skip_bad = true;
        return true;
    }
    if (strncmp(line, "file ", 5) == 0) {
        source_add(source, line + 5);
        return true;
    }
    return source->path_count == 0 && parse_workload(line, source);
}

enum err source_parse(const char *text, struct source *source, struct problem *problem)
{
    *source = (struct source){0};
    char *copy = xstrdup(text);
    char *rest = copy;
    char *line;
    bool understood = true;
    while (understood && (line = strsep(&rest, "\n")) != NULL) {
        understood = parse_line(line, source);
    }
    free(copy);
    if (!understood || (source->path_count == 0 && source->workload_bars == 0)) {
        source_finish(source);
        return problem_set(problem, ERR_FORMAT, "the log's data source is not understood: %s",
                           text);
    }
    return ERR_OK;
}

void source_finish(struct source *source)
{
    for (size_t i = 0; i < source->path_count; i++) {
        free(source->paths[i]);
    }
    free(source->paths);
    *source = (struct source){0};
}
