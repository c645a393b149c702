/* cmd_data_synth.c: `bellwether data synth`: makes SIMULATED bars. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "data/bar_file.h"
#include "data/workload.h"

/* Long options without a letter. */
enum option_key {
    OPTION_WORKLOAD = 256,
    OPTION_BARS,
    OPTION_SEED,
    OPTION_SYMBOLS,
    OPTION_MARKET,
};

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
        arguments->bars = data_parse_number(state, "--bars", text, 1, WORKLOAD_BARS_MAX);
        return 0;
    case OPTION_SEED:
        arguments->seed = data_parse_number(state, "--seed", text, 0, UINT64_MAX);
        return 0;
    case OPTION_SYMBOLS:
        arguments->symbols =
            (uint32_t)data_parse_number(state, "--symbols", text, 1, INSTRUMENTS_MAX);
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

int cmd_data_synth(int argc, char **argv)
{
    if (is_market(argc, argv)) {
        return cmd_data_market(argc, argv);
    }
    static const struct argp argp = {synth_options, synth_parse, NULL, synth_doc, NULL, NULL, NULL};
    struct synth_arguments arguments = {.seed = 42, .symbols = 1};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    struct problem problem;
    enum err err = workload_write(arguments.out, arguments.bars, arguments.seed, arguments.symbols,
                                  data_progress(), &problem);
    data_progress_end();
    struct bars bars = {0};
    if (err == ERR_OK) {
        err = bar_file_open(arguments.out, &bars, &problem); /* what is printed is what is there */
    }
    if (err != ERR_OK) {
        return cmd_fail(&problem);
    }
    synth_print(&arguments, &bars);
    bars_finish(&bars);
    return data_end_output();
}
