/* cmd_data_info.c: `bellwether data info`: checks files and says what they hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "config/config.h"
#include "sys/memory.h"

enum { SHOWN_SYMBOLS_MAX = 20 };

/* Long options without a letter. */
enum option_key {
    OPTION_JSON = 256,
    OPTION_SKIP_BAD,
    OPTION_BAR,
};

struct info_arguments {
    struct import_options options;
    bool json;
    char **paths; /* within argv */
    size_t path_count;
};

/* One file, opened. */
struct info_file {
    const char *path;
    struct bars bars;
    struct import_report report;
};

static const struct argp_option info_options[] = {
    {"json",                                   OPTION_JSON, NULL, 0, "JSON on stdout and nothing else there", 0},
    {"skip-bad",                                    OPTION_SKIP_BAD, NULL, 0, "Leave bad rows of a CSV out and count them", 0},
    {"bar", OPTION_BAR, "LENGTH", 0, "Length of a bar where a CSV does not tell it", 0},
    {0                                       },
};

static const char info_doc[] =
    "Checks data files and says what they hold.\v"
    "Examples:\n"
    "  bellwether data info spy.bwbars\n"
    "  bellwether data info --json SPY.csv.gz QQQ.csv.gz\n"
    "\n"
    "The data hash is the same for a CSV and for the record file made of it.";

static error_t info_parse(int key, char *text, struct argp_state *state)
{
    struct info_arguments *arguments = state->input;
    switch (key) {
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case OPTION_SKIP_BAD:
        arguments->options.skip_bad = true;
        return 0;
    case OPTION_BAR:
        arguments->options.bar_ns = data_parse_bar(state, text);
        return 0;
    case ARGP_KEY_ARGS:
        arguments->paths = state->argv + state->next;
        arguments->path_count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        if (arguments->path_count == 0) {
            argp_error(state, "a FILE to look at is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
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

static void info_print(const struct info_file *file)
{
    const struct bars *bars = &file->bars;
    data_print_files(&file->report, &file->path);
    data_print_rows(&file->report);
    printf("bars        %" PRIu64 " at %" PRIu64 " times\n", bars->count, bars->slice_count);
    data_print_bar_length(bars, &file->report);
    data_print_span(bars);
    printf("data hash   %s\n", bars->data_hash);
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

/* A path may hold any byte but NUL. */
static void print_json_text(const char *text)
{
    putchar('"');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            printf("\\%c", *at);
        } else if ((unsigned char)*at < 0x20) {
            printf("\\u%04x", (unsigned)*at);
        } else {
            putchar(*at);
        }
    }
    putchar('"');
}

static void info_print_json_symbols(const struct bars *bars)
{
    struct symbol_span *spans = spans_create(bars);
    printf("\"per_symbol\":[");
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        char first[UTC_TEXT_SIZE];
        char last[UTC_TEXT_SIZE];
        span_texts(&spans[i], first, last);
        printf("%s{\"symbol\":\"%s\",\"bars\":%" PRIu64
               ",\"first_start\":\"%s\",\"last_start\":\"%s\"}",
               i > 0 ? "," : "", bars->instruments[i].symbol, spans[i].count, first, last);
    }
    printf("]");
    free(spans);
}

static void info_print_json(const struct info_file *file)
{
    const struct bars *bars = &file->bars;
    char length[24];
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    data_start_text(&bars->records[0], first);
    data_end_text(&bars->records[bars->count - 1], last);
    printf("{\"path\":");
    print_json_text(file->path);
    printf(",\"format\":\"%s\",\"rows\":%" PRIu64 ",\"skipped\":%" PRIu64 ",\"bars\":%" PRIu64
           ",\"slices\":%" PRIu64 ",\"symbols\":%" PRIu32,
           file->report.files[0].format, file->report.rows, file->report.skipped, bars->count,
           bars->slice_count, bars->instrument_count);
    printf(",\"bar\":\"%s\",\"bar_ns\":%" PRId64
           ",\"first_start\":\"%s\",\"last_end\":\"%s\",\"data_hash\":\"%s\",",
           bar_length_text(bars->bar_ns, length), bars->bar_ns, first, last, bars->data_hash);
    info_print_json_symbols(bars);
    printf("}");
}

static void info_print_all(const struct info_file *files, size_t count, bool json)
{
    printf("%s", json ? "{\"files\":[" : "");
    for (size_t i = 0; i < count; i++) {
        if (json) {
            printf("%s", i > 0 ? ",\n" : "");
            info_print_json(&files[i]);
        } else {
            printf("%s", i > 0 ? "\n" : "");
            info_print(&files[i]);
        }
    }
    printf("%s", json ? "]}\n" : "");
}

/* All files are opened before the first word is printed, so that JSON comes whole or not at all. */
static enum err info_open(struct info_arguments *arguments, struct info_file *files,
                          struct problem *problem)
{
    enum err err = ERR_OK;
    arguments->options.progress = data_progress();
    for (size_t i = 0; err == ERR_OK && i < arguments->path_count; i++) {
        files[i].path = arguments->paths[i];
        err = bars_open(files[i].path, &arguments->options, &files[i].bars, &files[i].report,
                        problem);
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
    struct info_file *files = xcalloc(arguments.path_count, sizeof *files);
    struct problem problem;
    enum err err = info_open(&arguments, files, &problem);
    if (err == ERR_OK) {
        info_print_all(files, arguments.path_count, arguments.json);
    }
    for (size_t i = 0; i < arguments.path_count; i++) {
        bars_finish(&files[i].bars);
        import_report_finish(&files[i].report);
    }
    free(files);
    return err == ERR_OK ? data_end_output() : cmd_fail(&problem);
}
