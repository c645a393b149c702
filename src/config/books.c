/* books.c: one item of `strategies` after the other.
 *
 * The order of the table is the order of reading: the strategy and its defaults, the preset over
 * them, then whatever is written over both. What keys say together is checked in
 * contradictions.c. */
#include "config/books.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "config/contradictions.h"
#include "config/exits.h"
#include "config/nearest.h"
#include "config/parameters.h"
#include "config/presets.h"
#include "config/sizes.h"
#include "config/symbols.h"
#include "strategy/signals_file.h"
#include "strategy/table.h"

#define PPM_ONE INT64_C(1000000)

/* ---- strategy, preset, parameters ---- */

static enum err refuse_strategy(const struct source *source, const struct yaml_node *node)
{
    struct words hint = words("%s", "");
    struct nearest nearest = nearest_to(node->text);
    for (const struct strategy_def *const *row = strategy_table; *row != NULL; row++) {
        nearest_offer(&nearest, (*row)->name);
        hint = words("%s%s%s", hint.text, hint.text[0] == '\0' ? "" : ", ", (*row)->name);
    }
    hint = nearest.name != NULL
               ? words("did you mean %s? known strategies: %s", nearest.name, hint.text)
               : words("known strategies: %s", hint.text);
    return source_refuse(source, node->spot, hint.text, "name: unknown strategy %s",
                         shown(node->text).text);
}

static VALUE_READER(read_plugin)
{
    const struct book_reading *reading = target;
    enum err err = value_path(source, key, node, reading->book);
    if (err == ERR_OK && reading->config->load_plugin == NULL) {
        return source_refuse(source, node->spot, "leave plugin out, and name one of our strategies",
                             "plugin: strategies from files are not loaded here");
    }
    return err;
}

static const struct strategy_def *find_strategy(const struct source *source,
                                                const struct book_reading *reading,
                                                const struct yaml_node *node, enum err *err)
{
    const struct book_config *book = reading->book;
    const struct strategy_def *strategy = NULL;
    struct problem problem = {.text = ""};
    if (book->plugin == NULL) {
        strategy = strategy_find(node->text);
        *err = strategy == NULL ? refuse_strategy(source, node) : ERR_OK;
        return strategy;
    }
    strategy = reading->config->load_plugin(book->plugin, node->text, &problem);
    *err = strategy == NULL
               ? source_refuse(source, node->spot, "give the path of a plug-in for this build",
                               "plugin: %s", problem.text)
               : ERR_OK;
    return strategy;
}

/* Also sets what follows from the strategy alone, for the keys that may be left out. */
static VALUE_READER(read_name)
{
    const struct book_reading *reading = target;
    struct book_config *book = reading->book;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK) {
        book->strategy = find_strategy(source, reading, node, &err);
    }
    if (err == ERR_OK) {
        parameters_fall_back(book->strategy, book->parameters);
        book->frame_ns = book->strategy->default_frame_ns;
    }
    return err;
}

static void set_parameter(struct book_config *book, const char *name, int64_t value)
{
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        if (strcmp(book->strategy->parameters[i].name, name) == 0) {
            book->parameters[i] = value;
        }
    }
}

static VALUE_READER(read_preset)
{
    const struct book_reading *reading = target;
    struct book_config *book = reading->book;
    const char *names[8] = {NULL};
    size_t index;
    for (size_t i = 0; presets[i].name != NULL; i++) {
        names[i] = presets[i].name;
    }
    enum err err = value_word(source, key, node, names, &index);
    if (err != ERR_OK) {
        return err;
    }
    book->preset = &presets[index];
    book->frame_ns = book->preset->frame_ns;
    set_parameter(book, "fast", book->preset->fast);
    set_parameter(book, "slow", book->preset->slow);
    set_parameter(book, "min_confidence", book->preset->confidence_e9);
    set_parameter(book, "min_profit", book->preset->profit_e9);
    set_parameter(book, "min_alignment", book->preset->confidence_e9); /* its confidence */
    book->sizing.kind = SIZING_RISK;
    book->sizing.share_ppm = book->preset->risk_ppm;
    book->exits.time_limit_ns = book->preset->time_limit_ns;
    if (reading->config->calendar != CALENDAR_ALWAYS) {
        book->exits.flat_before_close_ns = book->preset->flat_before_close_ns;
    }
    return ERR_OK;
}

static VALUE_READER(read_signals)
{
    const struct book_reading *reading = target;
    if (reading->book->strategy != &strategy_signals_file) {
        return source_refuse(source, keys_spot(node),
                             "leave signals out, or write name: signals_file",
                             "signals: %s reads no file of signals", reading->book->strategy->name);
    }
    return value_path(source, key, node, reading->book);
}

static VALUE_READER(read_parameters)
{
    const struct book_reading *reading = target;
    enum err err = keys_want(source, key, node, YAML_MAP);
    return err != ERR_OK
               ? err
               : parameters_read(source, reading->book->strategy, node, reading->book->parameters);
}

/* ---- where and when ---- */

static VALUE_READER(read_frame)
{
    const struct book_reading *reading = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK && bar_length_parse(node->text, &reading->book->frame_ns) != ERR_OK) {
        return source_refuse(source, node->spot, "write a length such as 1s, 1min, 5min, 1h or 1d",
                             "frame: %s is not a bar length", shown(node->text).text);
    }
    return err;
}

static bool is_traded(const struct run_config *config, const char *symbol)
{
    for (uint32_t i = 0; i < config->symbol_count; i++) {
        if (strcmp(config->symbols[i].symbol, symbol) == 0) {
            return true;
        }
    }
    return config->symbols == NULL;
}

static VALUE_READER(read_symbols)
{
    const struct book_reading *reading = target;
    struct book_config *book = reading->book;
    if (node->kind == YAML_TEXT && strcmp(node->text, "all") == 0) {
        return ERR_OK;
    }
    if (node->kind == YAML_TEXT && node->text[0] != '\0') {
        return source_refuse(source, node->spot, words("write symbols: [%.15s]", node->text).text,
                             "symbols: %s is neither all nor a list", shown(node->text).text);
    }
    enum err err = keys_want(source, key, node, YAML_LIST);
    if (err == ERR_OK) {
        err = symbols_read_list(source, node, &book->symbols, &book->symbol_count);
    }
    for (const struct yaml_node *item = node->first; item != NULL && err == ERR_OK;
         item = item->next) {
        if (!is_traded(reading->config, item->text)) {
            err = source_refuse(source, item->spot,
                                "add it to the symbols of the run, or leave it out",
                                "symbols: %s is not among the run's symbols", item->text);
        }
    }
    return err;
}

/* ---- size and entry ---- */

static VALUE_READER(read_fractional)
{
    const struct book_reading *reading = target;
    return value_flag(source, key, node, &reading->book->sizing);
}

static VALUE_READER(read_capital)
{
    const struct book_reading *reading = target;
    return value_share(source, key, node, &reading->book->sizing);
}

#define ORDER_HINT "write order: market, order: limit 10bps, or order: limit -5bps"

/* "market", or "limit 10bps": so far beyond the reference price may be paid; "limit -5bps": so far
 * below it is bid. */
static VALUE_READER(read_order)
{
    static const struct unit_range range = {0, 100000};
    struct entry_config *entry = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (strcmp(node->text, "market") == 0) {
        entry->type = ORDER_TYPE_MARKET;
        return ERR_OK;
    }
    size_t word = strcspn(node->text, " ");
    const char *offset = node->text + word + strspn(node->text + word, " ");
    if (word != 5 || strncmp(node->text, "limit", 5) != 0 || offset[0] == '\0') {
        return source_refuse(source, node->spot, ORDER_HINT, "order: %s is not an entry order",
                             shown(node->text).text);
    }
    bool below = offset[0] == '-';
    if (!unit_ppm(offset + (below ? 1 : 0), range, &entry->limit_offset_ppm, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    entry->type = ORDER_TYPE_LIMIT;
    entry->limit_offset_ppm *= below ? -1 : 1;
    return ERR_OK;
}

static VALUE_READER(read_time_in_force)
{
    static const char *const forces[] = {
#define X(name, code, text) (text),
        TIME_IN_FORCE_LIST(X)
#undef X
            NULL,
    };
    static const enum time_in_force codes[] = {
#define X(name, code, text) TIME_IN_FORCE_##name,
        TIME_IN_FORCE_LIST(X)
#undef X
    };
    struct entry_config *entry = target;
    size_t index;
    enum err err = value_word(source, key, node, forces, &index);
    if (err == ERR_OK) {
        entry->time_in_force = codes[index];
    }
    return err;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct key entry_keys[] = {
    {"order", KEY_OPTIONAL, "market", "market, or limit 10bps", read_order, 0, NULL, 0, 0},
    {"time_in_force", KEY_OPTIONAL, "gtc", "how long it waits", read_time_in_force, 0, NULL, 0, 0},
    {0},
};
/* clang-format on */

static VALUE_READER(read_entry)
{
    const struct book_reading *reading = target;
    return keys_read(source, node, key->name, entry_keys, &reading->book->entry);
}

/* ---- the book ---- */

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define PLUGIN_AT     offsetof(struct book_config, plugin)
#define SIGNALS_AT    offsetof(struct book_config, signals_path)
#define CAPITAL_AT    offsetof(struct sizing, capital_ppm)
#define FRACTIONAL_AT offsetof(struct sizing, fractional)

static const struct key book_keys[] = {
    {"plugin", KEY_OPTIONAL, "./my.so", "file that holds the strategy", read_plugin, PLUGIN_AT,
     NULL, 0, 0},
    {"name", KEY_REQUIRED, "ma_crossover", "the strategy", read_name, 0, NULL, 0, 0},
    {"preset", KEY_OPTIONAL, "swing", "a set of the keys below", read_preset, 0, NULL, 0, 0},
    {"parameters", KEY_OPTIONAL, "{fast: 10}", "the strategy's settings", read_parameters, 0, NULL,
     0, 0},
    {"signals", KEY_OPTIONAL, "signals.jsonl", "file of signals, for signals_file", read_signals,
     SIGNALS_AT, NULL, 0, 0},
    {"frame", KEY_OPTIONAL, "1min", "length of the bars it decides on", read_frame, 0, NULL, 0, 0},
    {"symbols", KEY_OPTIONAL, "[SPY]", "which of the run's symbols", read_symbols, 0, NULL, 0, 0},
    {"capital", KEY_OPTIONAL, "50%", "its share of the equity", read_capital, CAPITAL_AT, NULL,
     1, PPM_ONE},
    {"fractional", KEY_OPTIONAL, "no", "whether parts of a share", read_fractional, FRACTIONAL_AT,
     NULL, 0, 0},
    {"quantity", KEY_OPTIONAL, "100", "shares per entry", quantity_read, 0, NULL, 0, 0},
    {"size", KEY_OPTIONAL, "{equity: 10%}", "shares per entry by a rule", size_read, 0, NULL, 0, 0},
    {"entry", KEY_OPTIONAL, "{order: market}", "the order that enters", read_entry, 0, NULL, 0, 0},
    {"exits", KEY_OPTIONAL, "{stop: 2ATR}", "how a trade ends", exits_read, 0, NULL, 0, 0},
    {0},
};
/* clang-format on */

static enum err read_book(const struct source *source, const struct yaml_node *item,
                          struct run_config *config)
{
    struct book_config *book = &config->books[config->book_count++];
    book->sizing.capital_ppm = PPM_ONE;
    book->exits = EXIT_PLAN_DEFAULT;
    book->entry =
        (struct entry_config){.type = ORDER_TYPE_MARKET, .time_in_force = TIME_IN_FORCE_GTC};
    struct book_reading reading = {.config = config, .book = book};
    enum err err = keys_read(source, item, "strategies", book_keys, &reading);
    return err != ERR_OK ? err : contradictions_book(source, item, config, book);
}

VALUE_READER(books_read)
{
    struct run_config *config = target;
    enum err err = keys_want(source, key, node, YAML_LIST);
    if (err != ERR_OK) {
        return err;
    }
    if (node->count == 0) {
        return source_refuse(source, node->spot, "add one, beginning with \"- name: ma_crossover\"",
                             "strategies: the list is empty");
    }
    if (node->count > BOOKS_MAX) {
        return source_refuse(source, keys_spot(node), "split the run",
                             "strategies: %u of them; at most %d fit one run", node->count,
                             BOOKS_MAX);
    }
    for (const struct yaml_node *item = node->first; item != NULL && err == ERR_OK;
         item = item->next) {
        err = read_book(source, item, config);
    }
    return err;
}
