/* config.c: the top-level keys and the limits, as tables, and the reading of the file.
 *
 * A configuration is read into a fresh struct and handed over only when all of it is right. The
 * order of the table is the order of reading: `bar` stands before `strategies`, whose frames are
 * compared with it. */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/books.h"
#include "config/keys.h"
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
    static const enum run_mode modes[] = {MODE_BACKTEST, MODE_SIM};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(node->text, run_mode_text(modes[i])) == 0) {
            config->mode = modes[i];
            return ERR_OK;
        }
    }
    bool later = strcmp(node->text, "paper") == 0 || strcmp(node->text, "live") == 0;
    return refuse(source, node->spot, "write mode: sim or mode: backtest",
                  later ? "mode: %s is not in this version" : "mode: %s is no mode",
                  shown(node->text).text);
}

static enum err read_calendar(const struct source *source, const struct key *key,
                              const struct yaml_node *node, void *target)
{
    (void)target; /* there is nothing to choose yet */
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK && strcmp(node->text, "always") != 0) {
        return refuse(source, node->spot, "write calendar: always",
                      "calendar: %s is not in this version", shown(node->text).text);
    }
    return err;
}

static enum err read_bar(const struct source *source, const struct key *key,
                         const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK && bar_length_parse(node->text, &config->bar_ns) != ERR_OK) {
        return refuse(source, node->spot, "write a length such as 1s, 1min, 5min, 1h or 1d",
                      "bar: %s is not a bar length", shown(node->text).text);
    }
    return err;
}

/* An amount of cash into the int64 at the row's offset. */
static enum err read_amount(const struct source *source, const struct key *key,
                            const struct yaml_node *node, void *target)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t cash_e9;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_cash(node->text, &cash_e9, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    memcpy((char *)target + key->offset, &cash_e9, sizeof cash_e9);
    return ERR_OK;
}

static enum err read_cash(const struct source *source, const struct key *key,
                          const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    enum err err = read_amount(source, key, node, target);
    if (err == ERR_OK && config->cash_e9 == 0) {
        return refuse(source, node->spot, "write the cash to start with, like $100,000",
                      "cash: %s buys nothing", shown(node->text).text);
    }
    return err;
}

/* The readers of LIMIT_LIST's two kinds; the row's offset leads to the struct limit. */
static enum err read_limit_MONEY(const struct source *source, const struct key *key,
                                 const struct yaml_node *node, void *target)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    /* A position may be worth more than the equity, but no more than all of it can be lost. */
    bool loss = key->offset == offsetof(struct limits, daily_loss);
    struct unit_fault fault;
    struct limit limit;
    if (!unit_money_limit(node->text, loss ? 1000000 : SHARE_PPM_MAX, &limit, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    memcpy((char *)target + key->offset, &limit, sizeof limit);
    return ERR_OK;
}

static enum err read_limit_COUNT(const struct source *source, const struct key *key,
                                 const struct yaml_node *node, void *target)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    struct count_unit unit = {.noun = key->noun, .minimum = 1, .maximum = COUNT_MAX};
    struct unit_fault fault;
    struct limit limit = {.unit = LIMIT_COUNT};
    if (!unit_count(node->text, &unit, &limit.value, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    memcpy((char *)target + key->offset, &limit, sizeof limit);
    return ERR_OK;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define EXAMPLE_MONEY(plural) "2%"
#define EXAMPLE_COUNT(plural) "10 " plural

static const struct key limit_keys[] = {
#define X(field, name, kind, plural, help)                                                         \
    {(name), KEY_REQUIRED, EXAMPLE_##kind(plural), (help), read_limit_##kind,                      \
     offsetof(struct limits, field), (plural)},
    LIMIT_LIST(X)
#undef X
    {0},
};
/* clang-format on */

static enum err read_limits(const struct source *source, const struct key *key,
                            const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    return keys_read(source, node, key->name, limit_keys, &config->limits);
}

/* clang-format off */
#define CASH_AT       offsetof(struct run_config, cash_e9)
#define COMMISSION_AT offsetof(struct run_config, commission_e9)
#define BOOK_EXAMPLE  "[{name: ma_crossover, frame: 1min, quantity: 100}]"
#define LIMITS_HELP   "limits have no defaults; docs/config.md lists them"

static const struct key config_keys[] = {
    {"mode", KEY_REQUIRED, "sim", "sim or backtest", read_mode, 0, NULL},
    {"calendar", KEY_REQUIRED, "always", "when the market is open", read_calendar, 0, NULL},
    {"symbols", KEY_REQUIRED, "all", "what to trade", symbols_read, 0, NULL},
    {"bar", KEY_OPTIONAL, "1min", "length of the data's bars", read_bar, 0, NULL},
    {"cash", KEY_REQUIRED, "$100,000", "the cash to start with", read_cash, CASH_AT, NULL},
    {"commission", KEY_REQUIRED, "$1", "charged per fill", read_amount, COMMISSION_AT, NULL},
    {"strategies", KEY_REQUIRED, BOOK_EXAMPLE, "the strategies at work", books_read, 0, NULL},
    {"limits", KEY_REQUIRED, "{max_daily_loss: 2%, ...}", LIMITS_HELP, read_limits, 0, NULL},
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
    yaml_finish(&tree);
    return err;
}

enum err config_parse(const char *path, const char *bytes, size_t length, struct run_config *config,
                      struct problem *problem)
{
    if (length > FILE_SIZE_MAX) {
        return problem_set(problem, ERR_USAGE,
                           "%.400s: error: larger than 1 MiB\nhint: is this the configuration?",
                           path);
    }
    struct run_config result = {.path = xstrdup(path), .length = length};
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
        err = config_parse(path, bytes, length, config, problem);
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
    *config = (struct run_config){0};
}
