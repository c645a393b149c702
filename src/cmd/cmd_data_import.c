/* cmd_data_import.c: `bellwether data import`: turns files of bars into one checked record file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "data/bar_file.h"
#include "data/local_zone.h"

enum { SHOWN_BARS_MAX = 3 };

/* Long options without a letter. */
enum option_key {
    OPTION_COLUMNS = 256,
    OPTION_TZ,
    OPTION_STAMP,
};

struct import_arguments {
    struct data_files files;
    struct local_zone zone;
    const char *out;
};

static const struct argp_option import_argp_options[] = {
    {"out",                                               'o', "FILE", 0, "The record file to write; an old one is replaced", 0},
    {"skip-bad",                                             DATA_OPTION_SKIP_BAD, NULL, 0,
     "Leave bad rows out, count them and list the first 20; without it the first bad row refuses "
     "the file", 0},
    {"bar", DATA_OPTION_BAR, "LENGTH", 0,
     "Length of a bar: 1s, 1min, 5min, 1h, 1d, ... (default: the smallest distance of two bars of "
     "one symbol)", 0},
    {"symbol",                                                   DATA_OPTION_SYMBOL, "SYMBOL", 0,
     "Keep only this symbol; may be given again. Given once, it also names the bars of files that "
     "name none", 0},
    {"columns",OPTION_COLUMNS, "LIST", 0,
     "Which column is what, for a CSV that we do not know: "
     "symbol=..,date=..,time=..,open=..,high=..,low=..,close=..,volume=..", 0},
    {"tz",                                                  OPTION_TZ, "ZONE", 0,
     "Zone of times that name none: America/New_York (the default), UTC, +01:00, Europe/Berlin, "
     "...", 0},
    {"stamp",                                                  OPTION_STAMP, "start|end", 0,
     "What a time is of its bar, in files of others (default: as the format has it, else start)", 0},
    {0                                              },
};

static const char import_doc[] =
    "Reads bars from files of many kinds and writes them as one record file.\v"
    "Known by what is in them, plain or gzip: our CSV and JSONL, Alpaca's JSON, the CSV files of "
    "Yahoo, Stooq, Nasdaq.com and TradingView, NinjaTrader's text, record files. What they were "
    "taken for and the first bars are printed before anything is written. docs/data.md has a "
    "recipe for each.\n"
    "\n"
    "Examples:\n"
    "  bellwether data import SPY.csv.gz --out spy.bwbars\n"
    "  bellwether data import SPY.csv QQQ.csv AAPL.csv --bar 1min -o three.bwbars\n"
    "  bellwether data import all.csv.gz --skip-bad --symbol SPY -o spy.bwbars\n"
    "  bellwether data import HistoricalData_1.csv --symbol AAPL -o aapl.bwbars\n"
    "  bellwether data import mine.csv --columns time=When,open=O,high=H,low=L,close=C,volume=V "
    "--tz UTC --stamp end --symbol SPY -o spy.bwbars";

static void set_zone(struct argp_state *state, struct import_arguments *arguments, const char *text)
{
    enum err err = local_zone_parse(text, &arguments->zone);
    if (err == ERR_NOT_FOUND) {
        argp_error(state, "this machine knows no time zone `%s`; give an offset like +01:00", text);
    }
    if (err != ERR_OK) {
        argp_error(state, "--tz is a zone like America/New_York, UTC or +01:00, not `%s`", text);
    }
    arguments->files.options.zone = &arguments->zone;
}

static enum import_stamp parse_stamp(struct argp_state *state, const char *text)
{
    if (strcmp(text, "start") != 0 && strcmp(text, "end") != 0) {
        argp_error(state, "--stamp is start or end, not `%s`", text);
    }
    return strcmp(text, "end") == 0 ? STAMP_END : STAMP_START;
}

static error_t import_parse(int key, char *text, struct argp_state *state)
{
    struct import_arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->out = text;
        return 0;
    case OPTION_COLUMNS:
        arguments->files.options.columns = text;
        return 0;
    case OPTION_TZ:
        set_zone(state, arguments, text);
        return 0;
    case OPTION_STAMP:
        arguments->files.options.stamp = parse_stamp(state, text);
        return 0;
    case ARGP_KEY_END:
        if (arguments->files.count == 0 || arguments->out == NULL) {
            argp_error(state, "a FILE to read and --out FILE are needed");
        }
        return 0;
    default:
        return data_files_parse(key, text, state, &arguments->files);
    }
}

static void print_first_bars(const struct bars *bars)
{
    int shown = 0;
    printf("first bars  symbol start open high low close volume\n");
    for (uint64_t i = 0; i < bars->count && shown < SHOWN_BARS_MAX; i++) {
        const struct event *record = &bars->records[i];
        if (record->kind != EVENT_BAR) {
            continue;
        }
        shown++;
        char start[UTC_TEXT_SIZE];
        char open[MONEY_TEXT_SIZE];
        char high[MONEY_TEXT_SIZE];
        char low[MONEY_TEXT_SIZE];
        char close[MONEY_TEXT_SIZE];
        data_start_text(record, start);
        (void)money_format(record->bar.open_e9, open);
        (void)money_format(record->bar.high_e9, high);
        (void)money_format(record->bar.low_e9, low);
        (void)money_format(record->bar.close_e9, close);
        printf("            %s %s %s %s %s %s %" PRId64 "\n",
               bars->instruments[record->instrument].symbol, start, open, high, low, close,
               record->bar.volume);
    }
}

static void import_print(const struct bars *bars, const struct import_report *report,
                         const char *const *paths)
{
    data_print_files(report, paths);
    data_print_rows(report);
    printf("bars        %" PRIu64 " of %" PRIu32 " symbol%s\n", bars_bar_count(bars),
           bars->instrument_count, bars->instrument_count == 1 ? "" : "s");
    if (bars_tick_count(bars) > 0) {
        printf("quotes      %" PRIu64 "\ntrades      %" PRIu64 "\n", bars->quote_count,
               bars->trade_count);
    }
    if (bars->bar_ns != 0) {
        data_print_bar_length(bars, report);
    }
    data_print_span(bars);
    if (bars->bar_ns != 0) {
        print_first_bars(bars);
    }
    (void)fflush(stdout); /* seen before the writing starts; data_end_output() tells of errors */
}

static enum err import_run(struct import_arguments *arguments, struct problem *problem)
{
    struct bars bars = {0};
    struct import_report report = {0};
    struct import_options *options = &arguments->files.options;
    const char *const *paths = (const char *const *)arguments->files.paths;
    options->progress = data_progress();
    if (options->symbol_count == 1) {
        options->file_symbol = options->symbols;
    }
    enum err err = bars_open_many(paths, arguments->files.count, options, &bars, &report, problem);
    data_progress_end();
    if (err == ERR_OK) {
        import_print(&bars, &report, paths);
        err = bar_file_write(arguments->out, &bars, problem);
    }
    if (err == ERR_OK) {
        printf("data hash   %s\nwritten     %s\n", bars.data_hash, arguments->out);
    }
    import_report_finish(&report);
    bars_finish(&bars);
    return err;
}

int cmd_data_import(int argc, char **argv)
{
    static const struct argp argp = {
        import_argp_options, import_parse, "FILE...", import_doc, NULL, NULL, NULL};
    struct import_arguments arguments = {0};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    struct problem problem;
    enum err err = import_run(&arguments, &problem);
    data_files_finish(&arguments.files);
    return err == ERR_OK ? data_end_output() : cmd_fail(&problem);
}
