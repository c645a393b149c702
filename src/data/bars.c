/* bars.c: opening data sets of any form we know, one or several, all symbols or some.
 *
 * A single file that is wanted whole is used as its reader gave it (a record file stays mapped).
 * Everything else goes one way: the symbols wanted are united in alphabetical order, the records
 * that belong to them are copied with their new ids, and sorted if they come from several files.
 * Last, symbols that have trades and no bars get bars. */
#include "data/bars.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"
#include "base/utc.h"
#include "data/bar_file.h"
#include "data/bars_sort.h"
#include "data/csv.h"
#include "data/json_bars.h"
#include "data/recording.h"
#include "data/symbol_table.h"
#include "data/tick_bars.h"
#include "sys/memory.h"

void bars_finish(struct bars *bars)
{
    if (bars == NULL) {
        return;
    }
    free(bars->memory);
    free(bars->instrument_memory);
    if (bars->mapping != NULL) {
        (void)munmap(bars->mapping, bars->mapping_size); /* a mapping of ours */
    }
    *bars = (struct bars){0};
}

void import_report_finish(struct import_report *report)
{
    if (report == NULL) {
        return;
    }
    for (uint32_t i = 0; i < report->fault_count; i++) {
        free(report->faults[i]);
    }
    for (size_t i = 0; i < report->file_count; i++) {
        free(report->files[i].format);
        free(report->files[i].columns);
        free(report->files[i].time);
        free(report->files[i].symbol);
        free(report->files[i].read_over);
    }
    free(report->files);
    *report = (struct import_report){0};
}

static enum err open_record_file(const char *path, const struct import_options *options,
                                 struct bars *bars, struct import_report *report,
                                 struct import_file *file, struct problem *problem)
{
    struct bars result;
    enum err err = bar_file_open(path, &result, problem);
    if (err != ERR_OK) {
        return err;
    }
    if (options->bar_ns != 0 && result.bar_ns != 0 && options->bar_ns != result.bar_ns) {
        err = problem_set(problem, ERR_USAGE,
                          "%s holds bars of %" PRId64 " s, not of the %" PRId64
                          " s asked for; leave the bar length out",
                          path, result.bar_ns / NS_PER_S, options->bar_ns / NS_PER_S);
        bars_finish(&result);
        return err;
    }
    file->format = xstrdup("record file");
    report->rows += result.count;
    *bars = result;
    return ERR_OK;
}

static enum err open_recording(const char *path, struct bars *bars, struct import_report *report,
                               struct import_file *file, struct problem *problem)
{
    enum err err = recording_bars(path, bars, problem);
    if (err == ERR_OK) {
        file->format = xstrdup("recording");
        report->rows += bars->count;
    }
    return err;
}

/* A name that promises what the file is not: its rows would be searched for columns. */
static enum err check_name(const char *path, struct problem *problem)
{
    struct text_input input = {0};
    if (!bar_file_is_called_so(path)) {
        return ERR_OK;
    }
    enum err err = text_input_open(path, &input, problem); /* says what cannot be opened */
    text_input_finish(&input);
    return err != ERR_OK
               ? err
               : problem_set(problem, ERR_FORMAT,
                             "%s is no bars file of ours, though it is called one: its first 8 "
                             "bytes are not those of a %s; make it again with `bellwether data "
                             "import`, or name it by what it is (.csv, .csv.gz, .json)",
                             path, BAR_FILE_SUFFIX);
}

static enum err open_text(const char *path, const struct import_options *options, struct bars *bars,
                          struct import_report *report, struct import_file *file,
                          struct problem *problem)
{
    struct text_input input = {0};
    enum err err = text_input_open(path, &input, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct bar_builder builder;
    bar_builder_init(&builder, path, options, report, &input, problem);
    bool is_json = json_bars_are(&input) && options->columns == NULL;
    err = is_json ? json_bars_read(&builder, file, bars) : csv_read(&builder, file, bars);
    if (file->format != NULL && text_input_is_gzip(&input)) {
        char *plain = file->format;
        file->format = xasprintf("gzip %s", plain);
        free(plain);
    }
    bar_builder_finish(&builder);
    text_input_finish(&input);
    return err;
}

/* One file with all that it holds. */
static enum err open_whole(const char *path, const struct import_options *options,
                           struct bars *bars, struct import_report *report, struct problem *problem)
{
    report->files = xrealloc(report->files, (report->file_count + 1) * sizeof *report->files);
    struct import_file *file = &report->files[report->file_count++];
    *file = (struct import_file){0};
    if (bar_file_is(path)) {
        return open_record_file(path, options, bars, report, file, problem);
    }
    if (recording_is(path)) {
        return open_recording(path, bars, report, file, problem);
    }
    enum err err = check_name(path, problem);
    return err != ERR_OK ? err : open_text(path, options, bars, report, file, problem);
}

/* Several data sets, and what shall become of them. */
struct collection {
    const char *const *paths;
    struct bars *sets;
    size_t count;
    const struct import_options *options;
    struct problem *problem;
    struct instrument *instruments; /* wanted, in alphabetical order */
    uint32_t instrument_count;
};

static bool is_wanted(const struct import_options *options, const struct instrument *instrument)
{
    if (options->symbols == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < options->symbol_count; i++) {
        if (strncmp(options->symbols[i].symbol, instrument->symbol, SYMBOL_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

/* The length of all bars; 0 where there are only ticks. */
static enum err settle_length(const struct collection *all, int64_t *bar_ns)
{
    size_t first = 0;
    while (first + 1 < all->count && all->sets[first].bar_ns == 0) {
        first++;
    }
    *bar_ns = all->sets[first].bar_ns;
    for (size_t s = first + 1; s < all->count; s++) {
        if (all->sets[s].bar_ns != 0 && all->sets[s].bar_ns != *bar_ns) {
            return problem_set(all->problem, ERR_USAGE,
                               "%s holds bars of %" PRId64 " s and %s bars of %" PRId64
                               " s; only bars of one length go together",
                               all->paths[first], *bar_ns / NS_PER_S, all->paths[s],
                               all->sets[s].bar_ns / NS_PER_S);
        }
    }
    return ERR_OK;
}

static enum err unite_instruments(struct collection *all)
{
    struct symbol_table table = {0};
    for (size_t s = 0; s < all->count; s++) {
        for (uint32_t i = 0; i < all->sets[s].instrument_count; i++) {
            const struct instrument *instrument = &all->sets[s].instruments[i];
            if (is_wanted(all->options, instrument) &&
                symbol_table_find(&table, instrument) == SYMBOL_ID_NONE) {
                (void)symbol_table_add(&table, instrument); /* its order of coming is not used */
            }
        }
    }
    enum err err = ERR_OK;
    if (table.count > INSTRUMENTS_MAX) {
        err = problem_set(all->problem, ERR_FULL, "the files have more than %d symbols together",
                          INSTRUMENTS_MAX);
    } else {
        uint32_t *places;
        all->instruments = symbol_table_sorted(&table, &places);
        all->instrument_count = table.count;
        free(places);
    }
    symbol_table_finish(&table);
    return err;
}

/* The place of an instrument among those wanted, or SYMBOL_ID_NONE. */
static uint32_t place_of(const struct collection *all, const struct instrument *instrument)
{
    const struct instrument *found = bsearch(instrument, all->instruments, all->instrument_count,
                                             sizeof *instrument, symbol_compare);
    return found == NULL ? SYMBOL_ID_NONE : (uint32_t)(found - all->instruments);
}

static uint32_t *map_create(const struct collection *all, const struct bars *set)
{
    uint32_t *map = xcalloc(set->instrument_count, sizeof *map);
    for (uint32_t i = 0; i < set->instrument_count; i++) {
        map[i] = place_of(all, &set->instruments[i]);
    }
    return map;
}

/* Copies the records that are wanted to `out`, or only counts them when `out` is NULL. */
static uint64_t copy_wanted(const struct collection *all, const struct bars *set, struct event *out)
{
    uint32_t *map = map_create(all, set);
    uint64_t count = 0;
    for (uint64_t i = 0; i < set->count; i++) {
        uint32_t place = map[set->records[i].instrument];
        if (place == SYMBOL_ID_NONE) {
            continue;
        }
        if (out != NULL) {
            out[count] = set->records[i];
            out[count].instrument = place;
        }
        count++;
    }
    free(map);
    return count;
}

static enum err check_symbols_occur(const struct collection *all, const struct bars *bars)
{
    bool *seen = xcalloc(all->instrument_count + 1, sizeof *seen);
    for (uint64_t i = 0; i < bars->count; i++) {
        seen[bars->records[i].instrument] = true;
    }
    enum err err = ERR_OK;
    for (uint32_t i = 0; err == ERR_OK && i < all->options->symbol_count; i++) {
        uint32_t place = place_of(all, &all->options->symbols[i]);
        if (place == SYMBOL_ID_NONE || !seen[place]) {
            err = problem_set(all->problem, ERR_NOT_FOUND,
                              "the data holds no bars of %.15s (%s%s); "
                              "`bellwether data info` lists its symbols",
                              all->options->symbols[i].symbol, all->paths[0],
                              all->count > 1 ? ", ..." : "");
        }
    }
    free(seen);
    return err;
}

static void count_kinds(struct bars *bars)
{
    bars->quote_count = 0;
    bars->trade_count = 0;
    for (uint64_t i = 0; i < bars->count; i++) {
        bars->quote_count += bars->records[i].kind == EVENT_QUOTE;
        bars->trade_count += bars->records[i].kind == EVENT_TRADE_TICK;
    }
    if (bars_bar_count(bars) == 0) {
        bars->bar_ns = 0;
    }
}

/* Counts the slices of sorted records; two bars of one symbol at one time are refused. */
static enum err count_slices(const struct collection *all, struct bars *bars)
{
    uint64_t slices = 1;
    count_kinds(bars);
    for (uint64_t i = 1; i < bars->count; i++) {
        const struct event *a = &bars->records[i - 1];
        const struct event *b = &bars->records[i];
        if (a->ts_ns != b->ts_ns) {
            slices++;
        } else if (a->instrument == b->instrument && a->kind == EVENT_BAR) {
            char time[UTC_TEXT_SIZE];
            (void)utc_format(b->src_ns, time);
            return problem_set(
                all->problem, ERR_FORMAT,
                "the files hold two bars of %s at %s; give files that do not overlap",
                bars->instruments[b->instrument].symbol, time);
        }
    }
    bars->slice_count = slices;
    return ERR_OK;
}

/* The records wanted, in order; NULL when there are none. */
static struct event *gather(const struct collection *all, uint64_t *count)
{
    uint64_t total = 0;
    for (size_t s = 0; s < all->count; s++) {
        total += copy_wanted(all, &all->sets[s], NULL);
    }
    *count = total;
    if (total == 0) {
        return NULL;
    }
    struct event *records = xcalloc_aligned(total * sizeof *records);
    uint64_t used = 0;
    for (size_t s = 0; s < all->count; s++) {
        used += copy_wanted(all, &all->sets[s], records + used);
    }
    if (all->count == 1) {
        return records; /* still in order: ids keep the order of the symbols */
    }
    struct event *sorted = bars_sorted(records, total);
    free(records);
    return sorted;
}

static enum err collect(struct collection *all, struct bars *bars)
{
    struct bars result = {0};
    enum err err = settle_length(all, &result.bar_ns);
    if (err == ERR_OK) {
        err = unite_instruments(all);
    }
    if (err != ERR_OK) {
        return err;
    }
    struct event *records = gather(all, &result.count);
    result.records = records;
    result.memory = records;
    result.instruments = all->instruments;
    result.instrument_count = all->instrument_count;
    result.instrument_memory = all->instruments;
    err = check_symbols_occur(all, &result);
    if (err == ERR_OK) {
        err = count_slices(all, &result);
    }
    if (err != ERR_OK) {
        bars_finish(&result);
        return err;
    }
    bar_records_hash(result.records, result.count, result.data_hash);
    *bars = result;
    return ERR_OK;
}

/* ---- ticks ---- */

/* Takes sorted records of heap in place of the old ones. */
static void replace_records(struct bars *bars, struct event *records, uint64_t count)
{
    if (bars->instrument_memory == NULL) { /* they lie in the mapping */
        size_t size = bars->instrument_count * sizeof *bars->instruments;
        bars->instrument_memory = xmalloc(size);
        memcpy(bars->instrument_memory, bars->instruments, size);
        bars->instruments = bars->instrument_memory;
    }
    free(bars->memory);
    if (bars->mapping != NULL) {
        (void)munmap(bars->mapping, bars->mapping_size); /* a mapping of ours */
    }
    bars->mapping = NULL;
    bars->memory = records;
    bars->records = records;
    bars->count = count;
    bars->slice_count = count > 0 ? 1 : 0;
    for (uint64_t i = 1; i < count; i++) {
        bars->slice_count += records[i].ts_ns != records[i - 1].ts_ns;
    }
    count_kinds(bars);
}

void bars_drop_ticks(struct bars *bars)
{
    uint64_t count = bars_bar_count(bars);
    if (bars_tick_count(bars) == 0) {
        return;
    }
    struct event *kept = xcalloc_aligned((count + 1) * sizeof *kept);
    uint64_t used = 0;
    for (uint64_t i = 0; i < bars->count; i++) {
        if (bars->records[i].kind == EVENT_BAR) {
            kept[used++] = bars->records[i];
        }
    }
    replace_records(bars, kept, used);
}

/* Adds bars built of the trades of symbols that have none. */
static enum err build_bars(struct bars *bars, int64_t bar_ns, struct problem *problem)
{
    struct event *built;
    uint64_t count;
    enum err err = tick_bars_build(bars, bar_ns, &built, &count, problem);
    if (err != ERR_OK || count == 0) {
        return err;
    }
    uint64_t total = bars->count + count;
    struct event *all = xmalloc(total * sizeof *all);
    memcpy(all, bars->records, bars->count * sizeof *all);
    memcpy(all + bars->count, built, count * sizeof *all);
    struct event *sorted = bars_sorted(all, total);
    free(all);
    free(built);
    bars->bar_ns = bar_ns;
    replace_records(bars, sorted, total);
    bar_records_hash(sorted, total, bars->data_hash);
    return ERR_OK;
}

static enum err refuse_barless(const struct collection *all, const struct bars *bars)
{
    const char *path = all->paths[0];
    if (bars->trade_count == 0) {
        return problem_set(all->problem, ERR_USAGE,
                           "%s holds quotes and no bars or trades; strategies decide on bars: give "
                           "a file of those as well",
                           path);
    }
    return problem_set(all->problem, ERR_USAGE,
                       "%s holds trades and no bars; say how long the bars built of them are: "
                       "`bar: 1min` in the config, or --bar 1min",
                       path);
}

/* Of symbols with trades and no bars, bars; and what has to have bars has them. */
static enum err settle_ticks(const struct collection *all, struct bars *bars)
{
    int64_t bar_ns = bars->bar_ns != 0 ? bars->bar_ns : all->options->bar_ns;
    const char *fault = tick_bars_length_fault(bar_ns);
    enum err err = ERR_OK;
    if (bars->trade_count > 0 && fault == NULL) {
        err = build_bars(bars, bar_ns, all->problem);
    } else if (bars->trade_count > 0 && bar_ns != 0 && bars->bar_ns == 0) {
        err = problem_set(all->problem, ERR_USAGE, "%s: %s; longer ones are frames of strategies",
                          all->paths[0], fault);
    }
    if (err == ERR_OK && bars->bar_ns == 0 && all->options->needs_bars) {
        err = refuse_barless(all, bars);
    }
    return err;
}

/* Whether the one file there is can be used as it is. */
static bool keeps_all(const struct import_options *options, const struct bars *set)
{
    if (options->symbols == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < set->instrument_count; i++) {
        if (!is_wanted(options, &set->instruments[i])) {
            return false;
        }
    }
    return options->symbol_count == set->instrument_count;
}

static enum err open_sets(struct collection *all, struct import_report *report)
{
    for (size_t s = 0; s < all->count; s++) {
        enum err err = open_whole(all->paths[s], all->options, &all->sets[s], report, all->problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

enum err bars_open_many(const char *const *paths, size_t path_count,
                        const struct import_options *options, struct bars *bars,
                        struct import_report *report, struct problem *problem)
{
    static const struct import_options no_options;
    CHECK(path_count > 0);
    CHECK(options == NULL || options->symbols == NULL || options->symbol_count > 0);
    struct problem own_problem;
    struct import_report own_report = {0};
    struct collection all = {
        .paths = paths,
        .sets = xcalloc(path_count, sizeof *all.sets),
        .count = path_count,
        .options = options != NULL ? options : &no_options,
        .problem = problem != NULL ? problem : &own_problem,
    };
    enum err err = open_sets(&all, report != NULL ? report : &own_report);
    if (err == ERR_OK && path_count == 1 && keeps_all(all.options, &all.sets[0])) {
        *bars = all.sets[0];
        all.sets[0] = (struct bars){0};
    } else if (err == ERR_OK) {
        err = collect(&all, bars);
    }
    if (err == ERR_OK && bars_tick_count(bars) > 0) {
        err = settle_ticks(&all, bars);
        if (err != ERR_OK) {
            bars_finish(bars);
        }
    }
    for (size_t s = 0; s < path_count; s++) {
        bars_finish(&all.sets[s]);
    }
    free(all.sets);
    import_report_finish(&own_report);
    return err;
}

enum err bars_open(const char *path, const struct import_options *options, struct bars *bars,
                   struct import_report *report, struct problem *problem)
{
    return bars_open_many(&path, 1, options, bars, report, problem);
}
