/* config.c: the top-level keys as a table, and the reading of the file.
 *
 * A configuration is read into a fresh struct and handed over only when all of it is right. The
 * order of the table is the order of reading: what is compared with another key stands behind it.
 */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/books.h"
#include "config/contradictions.h"
#include "config/exchange_keys.h"
#include "config/limit_keys.h"
#include "config/symbols.h"
#include "sys/memory.h"

enum { FILE_SIZE_MAX = 1 << 20 };

const char *run_mode_text(enum run_mode mode)
{
    switch (mode) {
    case MODE_BACKTEST:
        return "backtest";
    case MODE_SIM:
        return "sim";
    case MODE_PAPER:
        return "paper";
    }
    return "unknown";
}

static enum err read_mode(const struct source *source, const struct key *key,
                          const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    static const enum run_mode modes[] = {MODE_BACKTEST, MODE_SIM, MODE_PAPER};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(node->text, run_mode_text(modes[i])) == 0) {
            config->mode = modes[i];
            return ERR_OK;
        }
    }
    bool later = strcmp(node->text, "live") == 0;
    return source_refuse(source, node->spot, "write mode: sim, mode: paper or mode: backtest",
                         later ? "mode: %s is not in this version" : "mode: %s is no mode",
                         shown(node->text).text);
}

static VALUE_READER(read_calendar)
{
    static const char *const calendars[] = {"always", "XNYS", NULL};
    static const enum calendar_id ids[] = {CALENDAR_ALWAYS, CALENDAR_XNYS};
    struct run_config *config = target;
    size_t index;
    enum err err = value_word(source, key, node, calendars, &index);
    if (err == ERR_OK) {
        config->calendar = ids[index];
    }
    return err;
}

static VALUE_READER(read_hours)
{
    static const char *const hours[] = {"regular", "extended", NULL};
    struct run_config *config = target;
    size_t index;
    enum err err = value_word(source, key, node, hours, &index);
    if (err != ERR_OK) {
        return err;
    }
    config->extended_hours = index == 1;
    if (config->extended_hours && config->calendar == CALENDAR_ALWAYS) {
        return source_refuse(source, node->spot, "write calendar: XNYS, or leave hours out",
                             "hours: under calendar: always there are no hours to extend");
    }
    return ERR_OK;
}

#define ZONE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/"

/* Whether the machine knows the zone is seen when it is used; here it must look like one. */
static VALUE_READER(read_tz)
{
    struct run_config *config = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    const char *text = node->text;
    bool offset = strlen(text) == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
                  strspn(text + 1, "0123456789:") == 5;
    bool name = strchr(text, '/') != NULL && text[0] != '/' && text[strlen(text) - 1] != '/' &&
                text[strspn(text, ZONE_CHARACTERS)] == '\0';
    if (!offset && !name && strcmp(text, "UTC") != 0) {
        return source_refuse(source, node->spot,
                             "write a zone like America/New_York, an offset like -05:00, or UTC",
                             "tz: %s is no time zone", shown(text).text);
    }
    config->tz = xstrdup(text);
    return ERR_OK;
}

static enum err read_bar(const struct source *source, const struct key *key,
                         const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK && bar_length_parse(node->text, &config->bar_ns) != ERR_OK) {
        return source_refuse(source, node->spot, "write a length such as 1s, 1min, 5min, 1h or 1d",
                             "bar: %s is not a bar length", shown(node->text).text);
    }
    return err;
}

static enum err read_cash(const struct source *source, const struct key *key,
                          const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    enum err err = value_cash(source, key, node, target);
    if (err == ERR_OK && config->cash_e9 == 0) {
        return source_refuse(source, node->spot, "write the cash to start with, like $100,000",
                             "cash: %s buys nothing", shown(node->text).text);
    }
    return err;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define AT(field)    offsetof(struct run_config, field)
#define BOOK_EXAMPLE "[{name: ma_crossover, frame: 1min, quantity: 100}]"
#define LIMITS_HELP  "limits have no defaults; docs/config.md lists them"

static const struct key config_keys[] = {
    {"mode", KEY_REQUIRED, "sim", "sim or backtest", read_mode, 0, NULL, 0, 0},
    {"calendar", KEY_REQUIRED, "always", "when the market is open", read_calendar, 0, NULL, 0, 0},
    {"hours", KEY_OPTIONAL, "regular", "regular or extended", read_hours, 0, NULL, 0, 0},
    {"symbols", KEY_REQUIRED, "all", "what to trade", symbols_read, 0, NULL, 0, 0},
    {"bar", KEY_OPTIONAL, "1min", "length of the data's bars", read_bar, 0, NULL, 0, 0},
    {"tz", KEY_OPTIONAL, "America/New_York", "zone of times without one", read_tz, 0, NULL, 0, 0},
    {"cash", KEY_REQUIRED, "$100,000", "the cash to start with", read_cash, AT(cash_e9), NULL, 0, 0},
    {"commission", KEY_REQUIRED, "$1", "charged per fill", commission_read, AT(commission_e9), NULL,
     0, 0},
    {"actions", KEY_OPTIONAL, "actions.csv", "splits and dividends", value_path, AT(actions_path),
     NULL, 0, 0},
    {"assume_adjusted", KEY_OPTIONAL, "no", "whether gaps over 35 % stop no entries", value_flag,
     AT(assume_adjusted), NULL, 0, 0},
    {"exchange", KEY_OPTIONAL, "{slippage: 5bps}", "how the simulated exchange behaves",
     exchange_read, 0, NULL, 0, 0},
    {"strategies", KEY_REQUIRED, BOOK_EXAMPLE, "the strategies at work", books_read, 0, NULL, 0, 0},
    {"limits", KEY_REQUIRED, "{max_daily_loss: 2%, ...}", LIMITS_HELP, limits_read, 0, NULL, 0, 0},
    {0},
};
/* clang-format on */

/* Reads bytes that the config owns, so that its hash and its copy are of the same bytes. */
static enum err read_all(const struct source *source, struct run_config *config)
{
    struct source text = *source;
    if (text.length >= 3 && memcmp(text.bytes, "\xef\xbb\xbf", 3) == 0) {
        text.bytes += 3; /* a byte order mark shows nothing and means nothing */
        text.length -= 3;
    }
    enum err err = source_check(&text);
    struct yaml_tree tree = {0};
    if (err == ERR_OK) {
        err = yaml_read(&text, &tree);
    }
    if (err == ERR_OK) {
        err = keys_read(&text, tree.root, "configuration", config_keys, config);
    }
    if (err == ERR_OK) {
        err = contradictions_run(&text, tree.root, config);
    }
    yaml_finish(&tree);
    return err;
}

enum err config_parse(const char *path, const char *bytes, size_t length, struct run_config *config,
                      struct problem *problem)
{
    return config_parse_with(path, bytes, length, NULL, config, problem);
}

enum err config_parse_with(const char *path, const char *bytes, size_t length,
                           plugin_load *load_plugin, struct run_config *config,
                           struct problem *problem)
{
    if (length > FILE_SIZE_MAX) {
        return problem_set(problem, ERR_USAGE,
                           "%.400s: error: larger than 1 MiB\nhint: is this the configuration?",
                           path);
    }
    struct run_config result = {
        .path = xstrdup(path), .length = length, .load_plugin = load_plugin};
    result.exchange.multiplier = 1;
    result.bytes = xmalloc(length + 1);
    memcpy(result.bytes, bytes, length);
    result.bytes[length] = '\0';
    unsigned char digest[SHA256_SIZE];
    sha256(result.bytes, length, digest);
    sha256_hex(digest, result.config_hash);
    struct source source = {
        .path = path, .bytes = result.bytes, .length = length, .problem = problem};
    enum err err = read_all(&source, &result);
    if (err != ERR_OK) {
        config_finish(&result);
        return err;
    }
    *config = result;
    return ERR_OK;
}

static enum err refuse_file(const char *path, const char *why, struct problem *problem)
{
    return problem_set(problem, ERR_USAGE,
                       "%.400s: error: cannot be read: %s\n"
                       "hint: give the path of a YAML file, such as examples/quickstart.yaml",
                       path, why);
}

enum err config_read(const char *path, struct run_config *config, struct problem *problem)
{
    return config_read_with(path, NULL, config, problem);
}

enum err config_read_with(const char *path, plugin_load *load_plugin, struct run_config *config,
                          struct problem *problem)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return refuse_file(path, strerror(errno), problem);
    }
    char *bytes = xmalloc(FILE_SIZE_MAX + 1);
    errno = 0;
    size_t length = fread(bytes, 1, FILE_SIZE_MAX + 1, file);
    enum err err;
    if (ferror(file) != 0) {
        err = refuse_file(path, strerror(errno), problem); /* a directory ends here, too */
    } else {
        err = config_parse_with(path, bytes, length, load_plugin, config, problem);
    }
    (void)fclose(file); /* was only read */
    free(bytes);
    return err;
}

void config_finish(struct run_config *config)
{
    if (config == NULL) {
        return;
    }
    free(config->path);
    free(config->bytes);
    free(config->symbols);
    free(config->tz);
    free(config->actions_path);
    free(config->warnings);
    for (uint32_t i = 0; i < config->book_count; i++) {
        free(config->books[i].symbols);
        free(config->books[i].plugin);
        free(config->books[i].signals_path);
    }
    *config = (struct run_config){0};
}
