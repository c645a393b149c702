/* cmd_data_info.c: `bellwether data info`: checks files and says what they hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "config/config.h"
#include "data/quality.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

enum { SHOWN_SYMBOLS_MAX = 20, SHOWN_FINDINGS_MAX = 10 };

enum { OPTION_JSON = 256 };

struct info_arguments {
    struct data_files files;
    bool json;
};

/* One file, opened. */
struct info_file {
    const char *path;
    struct bars bars; /* without ticks, which are told apart; may be none */
    uint64_t quote_count;
    uint64_t trade_count;
    struct tick_facts *ticks; /* by instrument; NULL: there are none */
    struct import_report report;
    struct quality quality;
};

static const struct argp_option info_options[] = {
    {"json",                                   OPTION_JSON, NULL, 0, "JSON on stdout and nothing else there", 0},
    {"skip-bad",                                    DATA_OPTION_SKIP_BAD, NULL, 0, "Leave bad rows of a CSV out and count them", 0},
    {"bar", DATA_OPTION_BAR, "LENGTH", 0, "Length of a bar where a CSV does not tell it", 0},
    {0                                       },
};

static const char info_doc[] =
    "Checks data files and says what they hold, what they lack and what looks wrong in them.\v"
    "Examples:\n"
    "  bellwether data info spy.bwbars\n"
    "  bellwether data info --json SPY.csv.gz QQQ.csv.gz\n"
    "\n"
    "The data hash is the same for a CSV and for the record file made of it.";

static error_t info_parse(int key, char *text, struct argp_state *state)
{
    struct info_arguments *arguments = state->input;
    if (key == OPTION_JSON) {
        arguments->json = true;
        return 0;
    }
    return data_files_parse(key, text, state, &arguments->files);
}

/* The bars of one symbol. */
struct symbol_span {
    uint64_t count;
    const struct event *first;
    const struct event *last;
};

/* One per instrument; the caller free()s them. */
static struct symbol_span *spans_create(const struct bars *bars)
{
    struct symbol_span *spans = xcalloc(bars->instrument_count, sizeof *spans);
    for (uint64_t i = 0; i < bars->count; i++) {
        struct symbol_span *span = &spans[bars->records[i].instrument];
        span->first = span->count == 0 ? &bars->records[i] : span->first;
        span->last = &bars->records[i];
        span->count++;
    }
    return spans;
}

/* The starts of a symbol's first and last bar; empty texts where a record file has none. */
static void span_texts(const struct symbol_span *span, char first[UTC_TEXT_SIZE],
                       char last[UTC_TEXT_SIZE])
{
    first[0] = '\0';
    last[0] = '\0';
    if (span->count > 0) {
        data_start_text(span->first, first);
        data_start_text(span->last, last);
    }
}

/* ---- quality ---- */

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

static void print_finding(const struct bars *bars, const struct quality_finding *finding)
{
    char at[UTC_TEXT_SIZE];
    (void)utc_format(finding->at_ns, at);
    bool day = bars->bar_ns >= NS_PER_DAY || finding->kind == QUALITY_SESSION;
    printf("            %-8s %.*s", bars->instruments[finding->instrument].symbol, day ? 10 : 30,
           at);
    switch (finding->kind) {
    case QUALITY_GAP:
        printf("  %" PRIu64 " bar%s", finding->bars, finding->bars == 1 ? "" : "s");
        break;
    case QUALITY_OUTLIER:
        printf("  %.1f %% beyond both neighbours", 100.0 * finding->ratio);
        break;
    case QUALITY_JUMP:
        printf("  begins at %.4f of the last close; a split %" PRIu32 " for %" PRIu32
               " would give %.4f",
               finding->ratio, finding->split, finding->splits,
               (double)finding->splits / finding->split);
        break;
    case QUALITY_SESSION:
    case QUALITY_OFF_SESSION:
    case QUALITY_KIND_COUNT:
        break;
    }
    printf("\n");
}

/* The first findings of one kind, below their count. */
static void print_findings(const struct bars *bars, const struct quality *quality,
                           enum quality_kind kind)
{
    uint64_t shown = 0;
    for (size_t i = 0; i < quality->finding_count && shown < SHOWN_FINDINGS_MAX; i++) {
        if (quality->findings[i].kind == kind) {
            print_finding(bars, &quality->findings[i]);
            shown++;
        }
    }
    if (quality->all.found[kind] > shown) {
        printf("            ... and %" PRIu64 " more (--json lists all)\n",
               quality->all.found[kind] - shown);
    }
}

void data_print_quality(const struct bars *bars, const struct quality *quality)
{
    const struct quality_counts *all = &quality->all;
    printf("zero volume %" PRIu64 " of %" PRIu64 " bars (%.2f %%)\n", all->zero_volume, all->bars,
           share(all->zero_volume, all->bars));
    printf("repeats     %" PRIu64 " bars equal the one before in every number\n", all->repeats);
    printf("duplicates  0: a second bar of one symbol at one time is a bad row\n");
    if (bars->bar_ns < NS_PER_DAY) {
        printf("gaps        %" PRIu64 " of %" PRIu64
               " bars of regular sessions are missing (%.2f %%)\n",
               all->missing, all->expected, share(all->missing, all->expected));
        print_findings(bars, quality, QUALITY_GAP);
        printf("outside     %" PRIu64 " bars lie outside of regular sessions\n", all->outside);
    }
    if (bars->bar_ns <= NS_PER_DAY) {
        printf("sessions    %" PRIu64 " of %" PRIu64 " are missing\n", all->found[QUALITY_SESSION],
               all->sessions);
        print_findings(bars, quality, QUALITY_SESSION);
    }
    if (all->found[QUALITY_OFF_SESSION] > 0) {
        printf("off session %" PRIu64 " bars on days that were no sessions\n",
               all->found[QUALITY_OFF_SESSION]);
        print_findings(bars, quality, QUALITY_OFF_SESSION);
    }
    printf("outliers    %" PRIu64 " bars reach beyond both neighbours by more than 5 times the "
           "median range and 1 %%\n",
           all->found[QUALITY_OUTLIER]);
    print_findings(bars, quality, QUALITY_OUTLIER);
    printf("jumps       %" PRIu64 " days begin more than 35 %% away from the last close\n",
           all->found[QUALITY_JUMP]);
    print_findings(bars, quality, QUALITY_JUMP);
}

static void print_symbols(const struct bars *bars)
{
    printf("symbols     %" PRIu32 " (bars, start of the first, start of the last)\n",
           bars->instrument_count);
    struct symbol_span *spans = spans_create(bars);
    for (uint32_t i = 0; i < bars->instrument_count && i < SHOWN_SYMBOLS_MAX; i++) {
        char first[UTC_TEXT_SIZE];
        char last[UTC_TEXT_SIZE];
        span_texts(&spans[i], first, last);
        printf("            %-15s %8" PRIu64 "  %s  %s\n", bars->instruments[i].symbol,
               spans[i].count, first, last);
    }
    if (bars->instrument_count > SHOWN_SYMBOLS_MAX) {
        printf("            ... and %" PRIu32 " more (--json lists all)\n",
               bars->instrument_count - SHOWN_SYMBOLS_MAX);
    }
    free(spans);
}

static void info_print(const struct info_file *file)
{
    const struct bars *bars = &file->bars;
    data_print_files(&file->report, &file->path);
    data_print_rows(&file->report);
    if (file->ticks != NULL) {
        printf("quotes      %" PRIu64 "\ntrades      %" PRIu64 "\n", file->quote_count,
               file->trade_count);
    }
    printf("bars        %" PRIu64 " at %" PRIu64 " times\n", bars->count, bars->slice_count);
    if (bars->count > 0) {
        data_print_bar_length(bars, &file->report);
        data_print_span(bars);
    }
    printf("data hash   %s\n", bars->data_hash);
    if (file->ticks != NULL) {
        data_print_ticks(bars, file->ticks);
    }
    if (bars->count > 0) {
        print_symbols(bars);
        data_print_quality(bars, &file->quality);
    }
}

/* ---- JSON ---- */

static void json_counts(struct json_writer *json, const struct quality_counts *counts)
{
    const struct {
        const char *key;
        uint64_t value;
    } members[] = {
        {"zero_volume",      counts->zero_volume               },
        {"repeats",          counts->repeats                   },
        {"expected",         counts->expected                  },
        {"missing",          counts->missing                   },
        {"gaps",             counts->found[QUALITY_GAP]        },
        {"outside",          counts->outside                   },
        {"sessions",         counts->sessions                  },
        {"missing_sessions", counts->found[QUALITY_SESSION]    },
        {"off_session",      counts->found[QUALITY_OFF_SESSION]},
        {"outliers",         counts->found[QUALITY_OUTLIER]    },
        {"jumps",            counts->found[QUALITY_JUMP]       },
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_member_uint(json, members[i].key, members[i].value);
    }
}

static void json_symbols(struct json_writer *json, const struct info_file *file)
{
    const struct bars *bars = &file->bars;
    struct symbol_span *spans = spans_create(bars);
    json_key(json, "per_symbol");
    json_begin_array(json);
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        char first[UTC_TEXT_SIZE];
        char last[UTC_TEXT_SIZE];
        span_texts(&spans[i], first, last);
        json_begin_object(json);
        json_member_string(json, "symbol", bars->instruments[i].symbol);
        json_member_uint(json, "bars", spans[i].count);
        json_member_string(json, "first_start", first);
        json_member_string(json, "last_start", last);
        if (file->ticks != NULL) {
            data_json_ticks(json, &file->ticks[i]);
        }
        if (bars->count > 0) {
            json_counts(json, &file->quality.symbols[i]);
        }
        json_end_object(json);
    }
    json_end_array(json);
    free(spans);
}

static void json_findings(struct json_writer *json, const struct info_file *file)
{
    json_key(json, "findings");
    json_begin_array(json);
    for (size_t i = 0; i < file->quality.finding_count; i++) {
        const struct quality_finding *finding = &file->quality.findings[i];
        char number[32];
        json_begin_object(json);
        json_member_string(json, "kind", quality_kind_text(finding->kind));
        json_member_string(json, "symbol", file->bars.instruments[finding->instrument].symbol);
        json_member_time(json, "at", finding->at_ns);
        if (finding->kind == QUALITY_GAP) {
            json_member_uint(json, "bars", finding->bars);
        }
        if (finding->ratio > 0.0) {
            (void)snprintf(number, sizeof number, "%.6f", finding->ratio); /* fits */
            json_member_string(json, "ratio", number);
        }
        if (finding->kind == QUALITY_JUMP) {
            (void)snprintf(number, sizeof number, "%" PRIu32 ":%" PRIu32, finding->split,
                           finding->splits); /* fits */
            json_member_string(json, "nearest_split", number);
        }
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_file(struct json_writer *json, const struct info_file *file)
{
    const struct bars *bars = &file->bars;
    char length[24];
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    if (bars->count > 0) {
        data_start_text(&bars->records[0], first);
        data_end_text(&bars->records[bars->count - 1], last);
    }
    json_begin_object(json);
    json_member_string(json, "path", file->path);
    json_member_string(json, "format", file->report.files[0].format);
    json_member_uint(json, "rows", file->report.rows);
    json_member_uint(json, "skipped", file->report.skipped);
    json_member_uint(json, "bars", bars->count);
    json_member_uint(json, "slices", bars->slice_count);
    json_member_uint(json, "symbols", bars->instrument_count);
    json_member_uint(json, "quotes", file->quote_count);
    json_member_uint(json, "trades", file->trade_count);
    if (bars->count > 0) {
        json_member_string(json, "bar", bar_length_text(bars->bar_ns, length));
        json_member_uint(json, "bar_ns", (uint64_t)bars->bar_ns);
        json_member_string(json, "first_start", first);
        json_member_string(json, "last_end", last);
    }
    json_member_string(json, "data_hash", bars->data_hash);
    if (bars->count > 0) {
        json_counts(json, &file->quality.all);
    }
    json_symbols(json, file);
    json_findings(json, file);
    json_end_object(json);
}

static void info_print_all(const struct info_file *files, size_t count, bool as_json)
{
    if (!as_json) {
        for (size_t i = 0; i < count; i++) {
            printf("%s", i > 0 ? "\n" : "");
            info_print(&files[i]);
        }
        return;
    }
    struct json_writer json;
    json_init(&json, false);
    json_begin_object(&json);
    json_key(&json, "files");
    json_begin_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_file(&json, &files[i]);
    }
    json_end_array(&json);
    json_end_object(&json);
    printf("%s\n", json.text);
    json_finish(&json);
}

/* All files are opened before the first word is printed, so that JSON comes whole or not at all. */
static enum err info_open(struct data_files *sources, struct info_file *files,
                          struct problem *problem)
{
    enum err err = ERR_OK;
    sources->options.progress = data_progress();
    for (size_t i = 0; err == ERR_OK && i < sources->count; i++) {
        struct info_file *file = &files[i];
        file->path = sources->paths[i];
        err = bars_open(file->path, &sources->options, &file->bars, &file->report, problem);
        file->quote_count = file->bars.quote_count;
        file->trade_count = file->bars.trade_count;
        if (err == ERR_OK) {
            file->ticks = tick_facts_create(&file->bars);
            bars_drop_ticks(&file->bars);
        }
        if (err == ERR_OK && file->bars.count > 0) {
            quality_measure(&file->bars, &file->quality);
        }
    }
    data_progress_end();
    return err;
}

int cmd_data_info(int argc, char **argv)
{
    static const struct argp argp = {info_options, info_parse, "FILE...", info_doc,
                                     NULL,         NULL,       NULL};
    struct info_arguments arguments = {0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    size_t count = arguments.files.count;
    struct info_file *files = xcalloc(count, sizeof *files);
    struct problem problem;
    enum err err = info_open(&arguments.files, files, &problem);
    if (err == ERR_OK) {
        info_print_all(files, count, arguments.json);
    }
    for (size_t i = 0; i < count; i++) {
        bars_finish(&files[i].bars);
        import_report_finish(&files[i].report);
        quality_finish(&files[i].quality);
        free(files[i].ticks);
    }
    free(files);
    data_files_finish(&arguments.files);
    return err == ERR_OK ? data_end_output() : cmd_fail(&problem);
}
