/* cmd_data_facts.c: `bellwether data facts`: the stylised facts of files, side by side. */
#include <argp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "data/facts.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

enum { OPTION_JSON = 256 };

enum { NAME_WIDTH_MAX = 30, NAME_WIDTH_MIN = 12, TEXT_WIDTH = 34 };

struct facts_arguments {
    struct data_files files;
    bool json;
};

static const struct argp_option facts_options[] = {
    {"json",                                   OPTION_JSON, NULL, 0, "JSON on stdout and nothing else there", 0},
    {"skip-bad",                                    DATA_OPTION_SKIP_BAD, NULL, 0, "Leave bad rows out instead of refusing the file",
     0},
    {"symbol", DATA_OPTION_SYMBOL, "SYMBOL", 0, "Look at this symbol only; may be given again", 0},
    {0                                       },
};

static const char facts_doc[] =
    "Prints what returns and volumes in the files look like, one column a file: volatility, tails, "
    "clusters of volatility, the shape of the day, correlations.\v"
    "Bars of less than a day count within regular sessions (09:30 to 16:00 in New York). Each "
    "number is the mean over the symbols; `-` stands where a file does not tell. The last column "
    "is the range in which real US stocks and index funds were found.\n"
    "\n"
    "Examples:\n"
    "  bellwether data facts market.bwbars SPY_5min.csv.gz\n"
    "  bellwether data facts --json --symbol SPY market.bwbars";

static error_t facts_parse(int key, char *text, struct argp_state *state)
{
    struct facts_arguments *arguments = state->input;
    if (key == OPTION_JSON) {
        arguments->json = true;
        return 0;
    }
    return data_files_parse(key, text, state, &arguments->files);
}

/* ---- the table ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* As wide as the longest name, within limits; longer names are cut. */
static int column_width(const struct facts_arguments *arguments)
{
    size_t width = NAME_WIDTH_MIN;
    for (size_t i = 0; i < arguments->files.count; i++) {
        size_t length = strlen(base_name(arguments->files.paths[i]));
        width = length > width ? length : width;
    }
    return width < NAME_WIDTH_MAX ? (int)width : NAME_WIDTH_MAX;
}

static void print_counts(const char *text, const struct facts *facts, size_t count, int width,
                         uint64_t (*get)(const struct facts *facts))
{
    printf("%-*s", TEXT_WIDTH, text);
    for (size_t i = 0; i < count; i++) {
        printf("  %*" PRIu64, width, get(&facts[i]));
    }
    printf("\n");
}

static uint64_t get_symbols(const struct facts *facts)
{
    return facts->symbols;
}

static uint64_t get_bars(const struct facts *facts)
{
    return facts->bars;
}

static uint64_t get_days(const struct facts *facts)
{
    return facts->days;
}

static uint64_t get_unused(const struct facts *facts)
{
    return facts->unused;
}

static void print_section(enum fact fact)
{
    if (fact == FACT_BAR_VOLATILITY) {
        printf("\nbars, within sessions\n");
    } else if (fact == FACT_SHAPE_FIRST) {
        printf("\nthe shape of the session\n");
    } else if (fact == FACT_DAY_VOLATILITY) {
        printf("\ndays, close to close\n");
    }
}

static void print_table(const struct facts_arguments *arguments, const struct facts *facts)
{
    size_t count = arguments->files.count;
    int width = column_width(arguments);
    printf("%-*s", TEXT_WIDTH, "");
    for (size_t i = 0; i < count; i++) {
        printf("  %*.*s", width, width, base_name(arguments->files.paths[i]));
    }
    printf("  usual\n");
    print_counts("symbols", facts, count, width, get_symbols);
    print_counts("bars of regular sessions", facts, count, width, get_bars);
    print_counts("returns of days", facts, count, width, get_days);
    print_counts("nights above 35 %, left out", facts, count, width, get_unused);
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        const struct fact_row *row = &fact_rows[fact];
        print_section((enum fact)fact);
        printf("  %-*s", TEXT_WIDTH - 2, row->text);
        for (size_t i = 0; i < count; i++) {
            double value = facts[i].values[fact];
            if (value == value) { /* not NaN */
                printf("  %*.4f", width, value);
            } else {
                printf("  %*s", width, "-");
            }
        }
        printf("  %g to %g\n", row->low, row->high);
    }
}

/* ---- JSON ---- */

static void json_facts(struct json_writer *json, const struct facts *facts)
{
    json_begin_object(json);
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        int64_t value_e9;
        json_key(json, fact_rows[fact].key);
        if (money_from_double(facts->values[fact], &value_e9) == ERR_OK) {
            json_money(json, value_e9); /* a plain number with nine decimals at most */
        } else {
            json_null(json);
        }
    }
    json_end_object(json);
}

static void print_json(const struct facts_arguments *arguments, const struct facts *facts)
{
    struct json_writer json;
    json_init(&json, true);
    json_begin_object(&json);
    json_key(&json, "files");
    json_begin_array(&json);
    for (size_t i = 0; i < arguments->files.count; i++) {
        json_begin_object(&json);
        json_member_string(&json, "path", arguments->files.paths[i]);
        json_member_uint(&json, "symbols", facts[i].symbols);
        json_member_uint(&json, "bars", facts[i].bars);
        json_member_uint(&json, "days", facts[i].days);
        json_member_uint(&json, "unused", facts[i].unused);
        json_key(&json, "facts");
        json_facts(&json, &facts[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    printf("%s\n", json.text);
    json_finish(&json);
}

/* ---- the command ---- */

static enum err compute_all(const struct facts_arguments *arguments, struct facts *facts,
                            struct problem *problem)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < arguments->files.count; i++) {
        struct bars bars = {0};
        struct import_report report = {0};
        err = bars_open(arguments->files.paths[i], &arguments->files.options, &bars, &report,
                        problem);
        if (err == ERR_OK) {
            bars_drop_ticks(&bars);
            facts_compute(&bars, &facts[i]);
        }
        import_report_finish(&report);
        bars_finish(&bars);
    }
    return err;
}

int cmd_data_facts(int argc, char **argv)
{
    static const struct argp argp = {facts_options, facts_parse, "FILE...", facts_doc,
                                     NULL,          NULL,        NULL};
    struct facts_arguments arguments = {.files = {.options = {.needs_bars = true}}};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    struct facts *facts = xcalloc(arguments.files.count, sizeof *facts);
    struct problem problem;
    enum err err = compute_all(&arguments, facts, &problem);
    if (err == ERR_OK) {
        if (arguments.json) {
            print_json(&arguments, facts);
        } else {
            print_table(&arguments, facts);
        }
    }
    free(facts);
    data_files_finish(&arguments.files);
    return err == ERR_OK ? data_end_output() : cmd_fail(&problem);
}
