/* cmd_data.c: `bellwether data`: which subcommand it is, and what they share. */
#include "cmd/cmd_data.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "config/config.h"
#include "data/symbol_table.h"
#include "sys/memory.h"

/* On a terminal: "\r 37 % ". The line is wiped by data_progress_end(). */
static void progress_show(double done)
{
    (void)fprintf(stderr, "\r%3.0f %% ", done < 1.0 ? done * 100.0 : 100.0);
}

static bool progress_wanted(void)
{
    return isatty(STDERR_FILENO) == 1;
}

void (*data_progress(void))(double done)
{
    return progress_wanted() ? progress_show : NULL;
}

void data_progress_end(void)
{
    if (progress_wanted()) {
        (void)fprintf(stderr, "\r\033[K");
    }
}

int data_end_output(void)
{
    struct problem problem;
    return cmd_flush(&problem) == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}

uint64_t data_parse_number(struct argp_state *state, const char *option, const char *text,
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

static void add_symbol(struct argp_state *state, struct data_files *files, const char *text)
{
    uint32_t count = files->options.symbol_count;
    files->symbols = xrealloc(files->symbols, (count + 1) * sizeof *files->symbols);
    if (!symbol_parse(text, strlen(text), &files->symbols[count])) {
        argp_error(state, "--symbol is " SYMBOL_ALLOWED ", not `%s`", text);
    }
    files->options.symbol_count++;
    files->options.symbols = files->symbols;
}

error_t data_files_parse(int key, char *text, struct argp_state *state, struct data_files *files)
{
    switch (key) {
    case DATA_OPTION_SKIP_BAD:
        files->options.skip_bad = true;
        return 0;
    case DATA_OPTION_BAR:
        if (bar_length_parse(text, &files->options.bar_ns) != ERR_OK) {
            argp_error(state, "--bar is a length like 1min, 5min, 1h or 1d, not `%s`", text);
        }
        return 0;
    case DATA_OPTION_SYMBOL:
        add_symbol(state, files, text);
        return 0;
    case ARGP_KEY_ARGS:
        files->paths = state->argv + state->next;
        files->count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        if (files->count == 0) {
            argp_error(state, "a FILE to look at is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void data_files_finish(struct data_files *files)
{
    free(files->symbols);
    *files = (struct data_files){0};
}

void data_start_text(const struct event *bar, char text[UTC_TEXT_SIZE])
{
    (void)utc_format(bar->src_ns, text);
}

void data_end_text(const struct event *bar, char text[UTC_TEXT_SIZE])
{
    (void)utc_format(bar->ts_ns, text);
}

void data_print_bar_length(const struct bars *bars, const struct import_report *report)
{
    char length[24];
    printf("bar length  %s%s\n", bar_length_text(bars->bar_ns, length),
           report->bar_length_guessed ? " (the smallest distance of two bars of one symbol)" : "");
}

void data_print_span(const struct bars *bars)
{
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    data_start_text(&bars->records[0], first);
    data_end_text(&bars->records[bars->count - 1], last);
    printf("span        %s to %s\n", first, last);
}

/* A line of the listing, unless there is nothing to say. */
static void print_line(const char *name, const char *text)
{
    if (text != NULL) {
        printf("%-11s %s\n", name, text);
    }
}

void data_print_files(const struct import_report *report, const char *const *paths)
{
    for (size_t i = 0; i < report->file_count; i++) {
        const struct import_file *file = &report->files[i];
        print_line("file", paths[i]);
        print_line("format", file->format);
        print_line("columns", file->columns);
        print_line("time", file->time);
        print_line("prices", file->adjustment);
        print_line("symbol", file->symbol);
        print_line("read over", file->read_over);
    }
}

void data_print_rows(const struct import_report *report)
{
    printf("rows        %" PRIu64, report->rows);
    if (report->skipped > 0) {
        printf(", %" PRIu64 " bad ones left out", report->skipped);
    }
    if (report->set_aside > 0) {
        printf(", %" PRIu64 " set aside by their own flags", report->set_aside);
    }
    printf("\n");
    for (uint32_t i = 0; i < report->fault_count; i++) {
        printf("            %s\n", report->faults[i]);
    }
}

static const struct {
    const char *name;
    char title[24]; /* argv[0] for messages */
    int (*run)(int argc, char **argv);
    const char *summary;
} subcommands[] = {
    {"synth",   "bellwether data synth",   cmd_data_synth,
     "make SIMULATED bars: a stock market, or the common workload"                                  },
    {"import",  "bellwether data import",  cmd_data_import,
     "turn files of bars into one checked record file"                                              },
    {"pull",    "bellwether data pull",    cmd_networked,
     "fetch bars of the past from Alpaca into a record file"                                        },
    {"record",  "bellwether data record",  cmd_networked,
     "record bars, quotes and trades of a stream as they come"                                      },
    {"info",    "bellwether data info",    cmd_data_info,    "check files and say what they hold"   },
    {"facts",   "bellwether data facts",   cmd_data_facts,   "stylised facts of files, side by side"},
    {"signals", "bellwether data signals", cmd_data_signals,
     "write a strategy's decisions as signals"                                                      },
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
                       "  bellwether data pull --symbols SPY --from 2024-01-02 --to 2024-06-28 "
                       "--out spy.bwbars\n"
                       "  bellwether data info two.bwbars\n"
                       "\n`bellwether data COMMAND --help` tells more.\n");
}

int cmd_data(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-?") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return data_end_output();
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
