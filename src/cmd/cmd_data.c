/* cmd_data.c: `bellwether data`: make, import and look at data sets of bars.
 *
 * Each subcommand is a row of `subcommands` with its own argp. What a person reads goes to stdout,
 * progress to stderr and only on a terminal. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "cmd/cmd.h"
#include "config/config.h"
#include "data/bar_file.h"
#include "data/bars.h"
#include "data/symbol_table.h"
#include "data/workload.h"
#include "sys/memory.h"

enum { SHOWN_SYMBOLS_MAX = 20, SHOWN_BARS_MAX = 3 };

/* Long options without a letter. */
enum option_key {
    OPTION_WORKLOAD = 256,
    OPTION_BARS,
    OPTION_SEED,
    OPTION_SYMBOLS,
    OPTION_SKIP_BAD,
    OPTION_BAR,
    OPTION_SYMBOL,
    OPTION_JSON,
    OPTION_MARKET,
};

/* ---- what the subcommands share ---- */

/* On a terminal: "\r 37 % ". The line is wiped by progress_end(). */
static void progress_show(double done)
{
    (void)fprintf(stderr, "\r%3.0f %% ", done < 1.0 ? done * 100.0 : 100.0);
}

static bool progress_wanted(void)
{
    return isatty(STDERR_FILENO) == 1;
}

static void progress_end(void)
{
    if (progress_wanted()) {
        (void)fprintf(stderr, "\r\033[K");
    }
}

/* A command whose output could not be written has failed. */
static int end_output(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return EXIT_DONE;
    }
    struct problem problem;
    (void)problem_set_errno(&problem, "cannot write to the standard output");
    return cmd_fail(&problem);
}

/* Reads a whole decimal number from `min` to `max`, or ends the program with usage. */
static uint64_t parse_number(struct argp_state *state, const char *option, const char *text,
                             uint64_t min, uint64_t max)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    if (!is_number || value < min || value > max) {
        argp_error(state, "%s is a whole number from %" PRIu64 " to %" PRIu64 ", not `%s`", option,
                   min, max, text);
    }
    return value;
}

static int64_t parse_bar(struct argp_state *state, const char *text)
{
    int64_t bar_ns = 0;
    if (bar_length_parse(text, &bar_ns) != ERR_OK) {
        argp_error(state, "--bar is a length like 1min, 5min, 1h or 1d, not `%s`", text);
    }
    return bar_ns;
}

static void start_text(const struct event *bar, char text[UTC_TEXT_SIZE])
{
    (void)utc_format(bar->src_ns, text);
}

static void end_text(const struct event *bar, char text[UTC_TEXT_SIZE])
{
    (void)utc_format(bar->ts_ns, text);
}

/* ---- synth ---- */

struct synth_arguments {
    bool workload;
    uint64_t bars; /* 0: not given */
    uint64_t seed;
    uint32_t symbols;
    const char *out;
};

static const struct argp_option synth_options[] = {
    {"workload",     OPTION_WORKLOAD, NULL, 0,
     "The common workload: minute bars on ticks of 1/128 around 100, the same bit for bit on every "
     "machine", 0},
    {"market",          OPTION_MARKET, NULL, 0,
     "Instead: a synthetic stock market; `synth --market --help` tells its options", 0},
    {"bars",      OPTION_BARS, "N", 0, "Bars of each symbol", 0},
    {"seed",              OPTION_SEED, "S", 0, "Seed of the first symbol (default 42); the next has S+1", 0},
    {"symbols",OPTION_SYMBOLS, "K", 0, "How many symbols, S000, S001, ... (default 1)", 0},
    {"out",             'o', "FILE", 0, "The record file to write; an old one is replaced", 0},
    {0            },
};

static const char synth_doc[] =
    "Makes SIMULATED bars for tests and measurements.\v"
    "Examples:\n"
    "  bellwether data synth --workload --bars 100000 --seed 42 --out w.bwbars\n"
    "  bellwether data synth --workload --bars 100000 --symbols 50 -o w50.bwbars\n"
    "\n"
    "The checksum that is printed is the one of the workload's definition, for S000: 100,000 bars "
    "with seed 42 give 5c0bcbe3a40d6d34.";

static error_t synth_parse(int key, char *text, struct argp_state *state)
{
    struct synth_arguments *arguments = state->input;
    switch (key) {
    case OPTION_WORKLOAD:
        arguments->workload = true;
        return 0;
    case OPTION_BARS:
        arguments->bars = parse_number(state, "--bars", text, 1, WORKLOAD_BARS_MAX);
        return 0;
    case OPTION_SEED:
        arguments->seed = parse_number(state, "--seed", text, 0, UINT64_MAX);
        return 0;
    case OPTION_SYMBOLS:
        arguments->symbols = (uint32_t)parse_number(state, "--symbols", text, 1, INSTRUMENTS_MAX);
        return 0;
    case 'o':
        arguments->out = text;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "`%s` is too much; the file to write goes after --out", text);
        return 0;
    case ARGP_KEY_END:
        if (!arguments->workload || arguments->bars == 0 || arguments->out == NULL) {
            argp_error(state, "--workload, --bars N and --out FILE are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void synth_print(const struct synth_arguments *arguments, const struct bars *bars)
{
    printf("SIMULATED   the common workload, seed %" PRIu64, arguments->seed);
    if (arguments->symbols > 1) {
        printf("..%" PRIu64, arguments->seed + arguments->symbols - 1);
    }
    printf("\nfile        %s\n", arguments->out);
    printf("bars        %" PRIu64 " of %" PRIu32 " symbol%s\n", bars->count, bars->instrument_count,
           bars->instrument_count == 1 ? "" : "s");
    printf("checksum    %016" PRIx64 " of %s\n", workload_checksum(bars, 0),
           bars->instruments[0].symbol);
    printf("data hash   %s\n", bars->data_hash);
}

/* The synthetic stock market has options of its own. */
static bool is_market(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--market") == 0) {
            return true;
        }
    }
    return false;
}

static int synth(int argc, char **argv)
{
    if (is_market(argc, argv)) {
        return cmd_data_market(argc, argv);
    }
    static const struct argp argp = {synth_options, synth_parse, NULL, synth_doc, NULL, NULL, NULL};
    struct synth_arguments arguments = {.seed = 42, .symbols = 1};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    struct problem problem;
    enum err err = workload_write(arguments.out, arguments.bars, arguments.seed, arguments.symbols,
                                  progress_wanted() ? progress_show : NULL, &problem);
    progress_end();
    struct bars bars = {0};
    if (err == ERR_OK) {
        err = bar_file_open(arguments.out, &bars, &problem); /* what is printed is what is there */
    }
    if (err != ERR_OK) {
        return cmd_fail(&problem);
    }
    synth_print(&arguments, &bars);
    bars_finish(&bars);
    return end_output();
}

/* ---- import ---- */

struct import_arguments {
    struct import_options options;
    struct instrument *symbols; /* heap */
    const char *out;
    char **paths; /* within argv */
    size_t path_count;
};

static const struct argp_option import_argp_options[] = {
    {"out",                                               'o', "FILE", 0, "The record file to write; an old one is replaced", 0},
    {"skip-bad",                                             OPTION_SKIP_BAD, NULL, 0,
     "Leave bad rows out, count them and list the first 20; without it the first bad row refuses "
     "the file", 0},
    {"bar", OPTION_BAR, "LENGTH", 0,
     "Length of a bar: 1s, 1min, 5min, 1h, 1d, ... (default: the smallest distance of two bars of "
     "one symbol)", 0},
    {"symbol",                                                   OPTION_SYMBOL, "SYMBOL", 0, "Keep only this symbol; may be given again", 0},
    {0},
};

static const char import_doc[] =
    "Reads bars from CSV files (plain or gzip) or record files and writes them as one record "
    "file.\v"
    "The CSV has a header line with symbol, ts_utc (start of the bar, like 2019-02-11T14:30:00Z) "
    "or "
    "date, open, high, low, close and volume in any order; vwap, trade_count and adj_factor_next "
    "are read over. Rows may be ordered by symbol or by time.\n"
    "\n"
    "Examples:\n"
    "  bellwether data import SPY.csv.gz --out spy.bwbars\n"
    "  bellwether data import SPY.csv QQQ.csv AAPL.csv --bar 1min -o three.bwbars\n"
    "  bellwether data import all.csv.gz --skip-bad --symbol SPY -o spy.bwbars";

static void add_symbol(struct argp_state *state, struct import_arguments *arguments,
                       const char *text)
{
    uint32_t count = arguments->options.symbol_count;
    arguments->symbols = xrealloc(arguments->symbols, (count + 1) * sizeof *arguments->symbols);
    if (!symbol_parse(text, strlen(text), &arguments->symbols[count])) {
        argp_error(state, "--symbol is " SYMBOL_ALLOWED ", not `%s`", text);
    }
    arguments->options.symbol_count++;
    arguments->options.symbols = arguments->symbols;
}

static error_t import_parse(int key, char *text, struct argp_state *state)
{
    struct import_arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->out = text;
        return 0;
    case OPTION_SKIP_BAD:
        arguments->options.skip_bad = true;
        return 0;
    case OPTION_BAR:
        arguments->options.bar_ns = parse_bar(state, text);
        return 0;
    case OPTION_SYMBOL:
        add_symbol(state, arguments, text);
        return 0;
    case ARGP_KEY_ARGS:
        arguments->paths = state->argv + state->next;
        arguments->path_count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        if (arguments->path_count == 0 || arguments->out == NULL) {
            argp_error(state, "a FILE to read and --out FILE are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_bar_length(const struct bars *bars, const struct import_report *report)
{
    char length[24];
    printf("bar length  %s%s\n", bar_length_text(bars->bar_ns, length),
           report->bar_length_guessed ? " (the smallest distance of two bars of one symbol)" : "");
}

static void print_span(const struct bars *bars)
{
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    start_text(&bars->records[0], first);
    end_text(&bars->records[bars->count - 1], last);
    printf("span        %s to %s\n", first, last);
}

static void print_rows(const struct import_report *report)
{
    if (report->time_column != NULL) {
        printf("time        column %s, %s\n", report->time_column,
               strcmp(report->time_column, "date") == 0 ? "the UTC day" : "start of the bar, UTC");
    }
    if (report->read_over[0] != '\0') {
        printf("read over   %s\n", report->read_over);
    }
    printf("rows        %" PRIu64, report->rows);
    if (report->skipped > 0) {
        printf(", %" PRIu64 " bad ones left out", report->skipped);
    }
    printf("\n");
    for (uint32_t i = 0; i < report->fault_count; i++) {
        printf("            %s\n", report->faults[i]);
    }
}

static void print_first_bars(const struct bars *bars)
{
    printf("first bars  symbol start open high low close volume\n");
    for (uint64_t i = 0; i < bars->count && i < SHOWN_BARS_MAX; i++) {
        const struct event *record = &bars->records[i];
        char start[UTC_TEXT_SIZE];
        char open[MONEY_TEXT_SIZE];
        char high[MONEY_TEXT_SIZE];
        char low[MONEY_TEXT_SIZE];
        char close[MONEY_TEXT_SIZE];
        start_text(record, start);
        (void)money_format(record->bar.open_e9, open);
        (void)money_format(record->bar.high_e9, high);
        (void)money_format(record->bar.low_e9, low);
        (void)money_format(record->bar.close_e9, close);
        printf("            %s %s %s %s %s %s %" PRId64 "\n",
               bars->instruments[record->instrument].symbol, start, open, high, low, close,
               record->bar.volume);
    }
}

static void import_print(const struct bars *bars, const struct import_report *report)
{
    printf("format      %s\n", report->format);
    print_rows(report);
    printf("bars        %" PRIu64 " of %" PRIu32 " symbol%s\n", bars->count, bars->instrument_count,
           bars->instrument_count == 1 ? "" : "s");
    print_bar_length(bars, report);
    print_span(bars);
    print_first_bars(bars);
    (void)fflush(stdout); /* seen before the writing starts; end_output() tells of errors */
}

static enum err import_run(struct import_arguments *arguments, struct problem *problem)
{
    struct bars bars = {0};
    struct import_report report = {0};
    arguments->options.progress = progress_wanted() ? progress_show : NULL;
    enum err err = bars_open_many((const char *const *)arguments->paths, arguments->path_count,
                                  &arguments->options, &bars, &report, problem);
    progress_end();
    if (err == ERR_OK) {
        import_print(&bars, &report);
        err = bar_file_write(arguments->out, &bars, problem);
    }
    if (err == ERR_OK) {
        printf("data hash   %s\nwritten     %s\n", bars.data_hash, arguments->out);
    }
    import_report_finish(&report);
    bars_finish(&bars);
    return err;
}

static int import(int argc, char **argv)
{
    static const struct argp argp = {
        import_argp_options, import_parse, "FILE...", import_doc, NULL, NULL, NULL};
    struct import_arguments arguments = {0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    struct problem problem;
    enum err err = import_run(&arguments, &problem);
    free(arguments.symbols);
    return err == ERR_OK ? end_output() : cmd_fail(&problem);
}

/* ---- info ---- */

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
        arguments->options.bar_ns = parse_bar(state, text);
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
        start_text(span->first, first);
        start_text(span->last, last);
    }
}

static void info_print(const struct info_file *file)
{
    const struct bars *bars = &file->bars;
    printf("file        %s\nformat      %s\n", file->path, file->report.format);
    print_rows(&file->report);
    printf("bars        %" PRIu64 " at %" PRIu64 " times\n", bars->count, bars->slice_count);
    print_bar_length(bars, &file->report);
    print_span(bars);
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
    start_text(&bars->records[0], first);
    end_text(&bars->records[bars->count - 1], last);
    printf("{\"path\":");
    print_json_text(file->path);
    printf(",\"format\":\"%s\",\"rows\":%" PRIu64 ",\"skipped\":%" PRIu64 ",\"bars\":%" PRIu64
           ",\"slices\":%" PRIu64 ",\"symbols\":%" PRIu32,
           file->report.format, file->report.rows, file->report.skipped, bars->count,
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
    arguments->options.progress = progress_wanted() ? progress_show : NULL;
    for (size_t i = 0; err == ERR_OK && i < arguments->path_count; i++) {
        files[i].path = arguments->paths[i];
        err = bars_open(files[i].path, &arguments->options, &files[i].bars, &files[i].report,
                        problem);
    }
    progress_end();
    return err;
}

static int info(int argc, char **argv)
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
    return err == ERR_OK ? end_output() : cmd_fail(&problem);
}

/* ---- data ---- */

static const struct {
    const char *name;
    char title[24]; /* argv[0] for messages */
    int (*run)(int argc, char **argv);
    const char *summary;
} subcommands[] = {
    {"synth",  "bellwether data synth",  synth,
     "make SIMULATED bars: a stock market, or the common workload"                                    },
    {"import", "bellwether data import", import,         "turn CSV files into one checked record file"},
    {"info",   "bellwether data info",   info,           "check files and say what they hold"         },
    {"facts",  "bellwether data facts",  cmd_data_facts, "stylised facts of files, side by side"      },
};

enum { SUBCOMMAND_COUNT = sizeof subcommands / sizeof subcommands[0] };

static void print_usage(FILE *out)
{
    (void)fprintf(out, "Usage: bellwether data COMMAND [OPTION...]\n\n");
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
        (void)fprintf(out, "  %-8s %s\n", subcommands[i].name, subcommands[i].summary);
    }
    (void)fprintf(out, "\nExamples:\n"
                       "  bellwether data synth --workload --bars 100000 --seed 42 --out w.bwbars\n"
                       "  bellwether data synth --market --sessions 20 --out market.bwbars\n"
                       "  bellwether data import SPY.csv.gz QQQ.csv.gz --out two.bwbars\n"
                       "  bellwether data info two.bwbars\n"
                       "\n`bellwether data COMMAND --help` tells more.\n");
}

int cmd_data(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-?") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return end_output();
    }
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++) {
        if (strcmp(name, subcommands[i].name) == 0) {
            char title[sizeof subcommands[i].title];
            memcpy(title, subcommands[i].title, sizeof title);
            argv[1] = title;
            return subcommands[i].run(argc - 1, argv + 1);
        }
    }
    if (name[0] != '\0') {
        (void)fprintf(stderr, "bellwether data: there is no command `%s`\n\n", name);
    }
    print_usage(stderr);
    return EXIT_USAGE;
}
