/* cmd_validate.c: `bellwether validate`: all that can be checked before an order, what the config
 * means in plain words, and what it could lose in dollars. */
#include "cmd/cmd_validate.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "cmd/book_files.h"
#include "cmd/cmd.h"
#include "cmd/source.h"
#include "config/carried_out.h"
#include "sys/memory.h"
#include "sys/plugin.h"

enum { OPTION_DATA = 256, OPTION_JSON };

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct argp_option options[] = {
    {"config", 'c', "FILE", 0, "The configuration", 0},
    {"data", OPTION_DATA, "FILE", 0,
     "Bars that it is to trade: symbols, bar length and last prices are held against it; may be "
     "given several times", 0},
    {"json", OPTION_JSON, NULL, 0, "Print JSON and nothing else", 0},
    {0},
};
/* clang-format on */

struct validate_options {
    const char *config_path;
    const char **data_paths;
    size_t data_count;
    bool json;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct validate_options *wanted = state->input;
    switch (key) {
    case 'c':
        wanted->config_path = text;
        return 0;
    case OPTION_DATA:
        wanted->data_paths =
            xrealloc(wanted->data_paths, (wanted->data_count + 1) * sizeof *wanted->data_paths);
        wanted->data_paths[wanted->data_count++] = text;
        return 0;
    case OPTION_JSON:
        wanted->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected `%s`; the config goes behind -c", text);
        return 0;
    case ARGP_KEY_END:
        if (wanted->config_path == NULL) {
            argp_error(state, "which config? Give -c FILE");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* All that is opened for a validation; finish() gives it back, opened or not. */
struct inputs {
    struct run_config config;
    struct bars bars;
    struct import_report import;
    struct actions actions;
    int64_t *closes_e9;
};

static enum err open_data(const struct validate_options *wanted, struct inputs *inputs,
                          struct problem *problem)
{
    const struct run_config *config = &inputs->config;
    struct local_zone zone;
    struct import_options import;
    enum err err = source_options(config, &zone, &import, problem);
    if (err == ERR_OK && config->actions_path != NULL) {
        err = actions_read(config->actions_path, &inputs->actions, problem);
    }
    if (err == ERR_OK && wanted->data_count > 0) {
        err = bars_open_many(wanted->data_paths, wanted->data_count, &import, &inputs->bars,
                             &inputs->import, problem);
    }
    return err;
}

/* What the config left to the data: the length of its bars, and whether it holds every symbol. */
static enum err check_against_data(const struct run_config *config, const struct bars *bars,
                                   struct problem *problem)
{
    for (uint32_t i = 0; i < config->book_count; i++) {
        const struct book_config *book = &config->books[i];
        char frame[24];
        char bar[24];
        if (book->frame_ns < bars->bar_ns || book->frame_ns % bars->bar_ns != 0) {
            return problem_set(problem, ERR_USAGE,
                               "%s: strategy %s works on %s bars, the data holds %s bars; write "
                               "`frame: %s` or longer, or give finer data",
                               config->path, book->strategy->name,
                               bar_length_text(book->frame_ns, frame),
                               bar_length_text(bars->bar_ns, bar), bar);
        }
    }
    return book_symbols_check(config, bars->instruments, bars->instrument_count, problem);
}

static void find_last_prices(struct inputs *inputs, struct last_prices *prices)
{
    const struct bars *bars = &inputs->bars;
    inputs->closes_e9 = xcalloc(bars->instrument_count, sizeof *inputs->closes_e9);
    for (uint64_t i = 0; i < bars->count; i++) {
        if (bars->records[i].kind == EVENT_BAR) {
            inputs->closes_e9[bars->records[i].instrument] = bars->records[i].bar.close_e9;
        }
    }
    *prices = (struct last_prices){bars->instrument_count, bars->instruments, inputs->closes_e9};
}

static void find_blocked(struct validation *validation)
{
    const struct run_config *config = validation->config;
    const struct last_prices *prices = &validation->prices;
    for (uint32_t i = 0; i < config->book_count; i++) {
        for (uint32_t k = 0; k < prices->count; k++) {
            const char *symbol = prices->instruments[k].symbol;
            struct words why;
            if (!at_risk_trades(config, &config->books[i], symbol)) {
                continue;
            }
            validation->pairs++;
            if (!at_risk_is_blocked(config, &config->books[i], symbol, prices->closes_e9[k],
                                    &why)) {
                continue;
            }
            validation->blocked = xrealloc(validation->blocked, (validation->blocked_count + 1) *
                                                                    sizeof *validation->blocked);
            validation->blocked[validation->blocked_count++] = (struct blocked){i, symbol, why};
        }
    }
}

static enum err validate(const struct validate_options *wanted, struct inputs *inputs,
                         struct validation *validation, struct problem *problem)
{
    enum err err = config_read_with(wanted->config_path, plugin_strategy, &inputs->config, problem);
    if (err == ERR_OK) {
        err = open_data(wanted, inputs, problem);
    }
    if (err == ERR_OK && wanted->data_count > 0) {
        err = check_against_data(&inputs->config, &inputs->bars, problem);
    }
    if (err != ERR_OK) {
        return err;
    }
    validation->config = &inputs->config;
    validation->actions = inputs->config.actions_path != NULL ? &inputs->actions : NULL;
    if (wanted->data_count > 0) {
        validation->bars = &inputs->bars;
        find_last_prices(inputs, &validation->prices);
    }
    err = config_check_carried_out(&inputs->config, problem);
    if (err != ERR_OK) {
        return err;
    }
    at_risk_reckon(validation->config, &validation->prices, &validation->at_risk);
    find_blocked(validation);
    return ERR_OK;
}

static void finish(struct inputs *inputs)
{
    free(inputs->closes_e9);
    actions_finish(&inputs->actions);
    import_report_finish(&inputs->import);
    bars_finish(&inputs->bars);
    config_finish(&inputs->config);
}

int cmd_validate(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Checks all of a config that can be checked before an order, says what it means in "
               "plain words, and what it could lose in dollars. Nothing is started.\v"
               "Examples:\n"
               "  bellwether validate -c my.yaml\n"
               "  bellwether validate -c my.yaml --data bars.csv.gz\n"
               "\n"
               "Exit status: 0 the config may run, 1 the data is refused, 2 bad usage or config.",
    };
    struct validate_options wanted = {.config_path = NULL};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &wanted); /* exits by itself on bad usage */
    struct inputs inputs;
    struct validation validation;
    struct problem problem;
    memset(&inputs, 0, sizeof inputs);
    memset(&validation, 0, sizeof validation);
    enum err err = validate(&wanted, &inputs, &validation, &problem);
    if (err == ERR_OK && wanted.json) {
        validate_print_json(&validation, stdout);
    } else if (err == ERR_OK) {
        validate_print(&validation, stdout);
    }
    if (err == ERR_OK) {
        err = cmd_flush(&problem);
    }
    int code = err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
    free(validation.blocked);
    free(wanted.data_paths);
    finish(&inputs);
    return code;
}
