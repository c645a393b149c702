/* books.c: strategies with their parameters, checked against the strategy's own row.
 *
 * What a strategy is called, which parameters it has, their ranges and whether they go together is
 * asked of the row alone, so that a new strategy needs nothing here. */
#include "config/books.h"

#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "config/nearest.h"
#include "strategy/table.h"

#define QUANTITY_MAX INT64_C(1000000000) /* shares; in billionths it fits an int64 */

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
    return refuse(source, node->spot, hint.text, "name: unknown strategy %s",
                  shown(node->text).text);
}

/* Also sets every parameter to its fallback, for `parameters` comes next and may be left out. */
static enum err read_name(const struct source *source, const struct key *key,
                          const struct yaml_node *node, void *target)
{
    struct book_config *book = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    book->strategy = strategy_find(node->text);
    if (book->strategy == NULL) {
        return refuse_strategy(source, node);
    }
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        CHECK(i < PARAMETERS_MAX);
        book->parameters[i] = book->strategy->parameters[i].fallback;
    }
    return ERR_OK;
}

static struct words known_parameters(const struct strategy_def *strategy)
{
    struct words list = words("%s has the parameters", strategy->name);
    for (size_t i = 0; strategy->parameters[i].name != NULL; i++) {
        list = words("%s%s %s", list.text, i == 0 ? "" : ",", strategy->parameters[i].name);
    }
    return list;
}

static enum err refuse_parameter(const struct source *source, const struct yaml_node *key,
                                 const struct strategy_def *strategy)
{
    struct nearest nearest = nearest_to(key->text);
    for (size_t i = 0; strategy->parameters[i].name != NULL; i++) {
        nearest_offer(&nearest, strategy->parameters[i].name);
    }
    struct words hint =
        nearest.name != NULL ? words("did you mean %s?", nearest.name) : known_parameters(strategy);
    return refuse(source, key->spot, hint.text, "%s: unknown parameter %s", strategy->name,
                  shown(key->text).text);
}

static struct words choice_list(const struct parameter_def *parameter)
{
    struct words list = words("write one of:");
    for (size_t i = 0; parameter->choices[i] != NULL; i++) {
        list = words("%s%s %s", list.text, i == 0 ? "" : ",", parameter->choices[i]);
    }
    return list;
}

static enum err read_choice(const struct source *source, const struct parameter_def *parameter,
                            const struct yaml_node *node, int64_t *value)
{
    for (int64_t i = 0; parameter->choices[i] != NULL; i++) {
        if (strcmp(node->text, parameter->choices[i]) == 0) {
            *value = i;
            return ERR_OK;
        }
    }
    return refuse(source, node->spot, choice_list(parameter).text, "%s: %s is not one of its words",
                  parameter->name, shown(node->text).text);
}

static enum err read_number(const struct source *source, const struct parameter_def *parameter,
                            const struct yaml_node *node, int64_t *value)
{
    struct count_unit unit = {
        .noun = "", .minimum = parameter->minimum, .maximum = parameter->maximum};
    struct unit_fault fault;
    if (!unit_count(node->text, &unit, value, &fault)) {
        return refuse(source, node->spot,
                      words("write a whole number in %lld..%lld", (long long)parameter->minimum,
                            (long long)parameter->maximum)
                          .text,
                      "%s: %s", parameter->name, fault.text.text);
    }
    return ERR_OK;
}

static enum err read_decimal(const struct source *source, const struct parameter_def *parameter,
                             const struct yaml_node *node, int64_t *value)
{
    int64_t value_e9;
    if (money_parse(node->text, strlen(node->text), &value_e9) != ERR_OK ||
        value_e9 < parameter->minimum || value_e9 > parameter->maximum) {
        char low[MONEY_TEXT_SIZE];
        char high[MONEY_TEXT_SIZE];
        (void)money_format(parameter->minimum, low);
        (void)money_format(parameter->maximum, high);
        return refuse(source, node->spot, words("write a number in %s..%s", low, high).text,
                      "%s: %s does not fit", parameter->name, shown(node->text).text);
    }
    *value = value_e9;
    return ERR_OK;
}

static enum err read_duration(const struct source *source, const struct parameter_def *parameter,
                              const struct yaml_node *node, int64_t *value)
{
    int64_t length_ns = 0;
    bool none = strcmp(node->text, "0s") == 0;
    if ((!none && bar_length_parse(node->text, &length_ns) != ERR_OK) ||
        length_ns < parameter->minimum || length_ns > parameter->maximum) {
        return refuse(source, node->spot, "write a length such as 1s, 1min, 5min, 1h or 1d",
                      "%s: %s does not fit", parameter->name, shown(node->text).text);
    }
    *value = length_ns;
    return ERR_OK;
}

static enum err read_parameter(const struct source *source, const struct strategy_def *strategy,
                               const struct yaml_node *node, int64_t *parameters)
{
    for (size_t i = 0; strategy->parameters[i].name != NULL; i++) {
        const struct parameter_def *parameter = &strategy->parameters[i];
        if (strcmp(parameter->name, node->key->text) != 0) {
            continue;
        }
        if (node->kind != YAML_TEXT) {
            return refuse(source, node->spot, words("write %s: VALUE", parameter->name).text,
                          "%s: %s where a single value is expected", parameter->name,
                          yaml_kind_text(node->kind));
        }
        switch (parameter->type) {
        case PARAMETER_COUNT:
            return read_number(source, parameter, node, &parameters[i]);
        case PARAMETER_CHOICE:
            return read_choice(source, parameter, node, &parameters[i]);
        case PARAMETER_DECIMAL:
            return read_decimal(source, parameter, node, &parameters[i]);
        case PARAMETER_DURATION:
            return read_duration(source, parameter, node, &parameters[i]);
        }
    }
    return refuse_parameter(source, node->key, strategy);
}

static enum err read_parameters(const struct source *source, const struct key *key,
                                const struct yaml_node *node, void *target)
{
    struct book_config *book = target;
    enum err err = keys_want(source, key, node, YAML_MAP);
    for (const struct yaml_node *child = node->first; child != NULL && err == ERR_OK;
         child = child->next) {
        err = read_parameter(source, book->strategy, child, book->parameters);
    }
    if (err != ERR_OK || book->strategy->fault == NULL) {
        return err;
    }
    const char *fault = book->strategy->fault(book->parameters);
    if (fault != NULL) {
        return refuse(
            source, keys_spot(node),
            "change one of them; a parameter left out has its default, see docs/config.md",
            "%s: %s", book->strategy->name, fault);
    }
    return ERR_OK;
}

static enum err read_frame(const struct source *source, const struct key *key,
                           const struct yaml_node *node, void *target)
{
    struct book_config *book = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK && bar_length_parse(node->text, &book->frame_ns) != ERR_OK) {
        return refuse(source, node->spot, "write a length such as 1s, 1min, 5min, 1h or 1d",
                      "frame: %s is not a bar length", shown(node->text).text);
    }
    return err;
}

static enum err read_quantity(const struct source *source, const struct key *key,
                              const struct yaml_node *node, void *target)
{
    static const struct count_unit unit = {
        .noun = "shares", .noun_optional = true, .minimum = 1, .maximum = QUANTITY_MAX};
    struct book_config *book = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t shares;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_count(node->text, &unit, &shares, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    book->qty_e9 = shares * MONEY_E9;
    return ERR_OK;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct key book_keys[] = {
    {"name", KEY_REQUIRED, "ma_crossover", "the strategy", read_name, 0, NULL},
    {"parameters", KEY_OPTIONAL, "{fast: 10}", "the strategy's settings", read_parameters, 0, NULL},
    {"frame", KEY_REQUIRED, "1min", "length of the bars it decides on", read_frame, 0, NULL},
    {"quantity", KEY_REQUIRED, "100", "shares per entry", read_quantity, 0, NULL},
    {0},
};
/* clang-format on */

static enum err read_book(const struct source *source, const struct yaml_node *item, int64_t bar_ns,
                          struct book_config *book)
{
    enum err err = keys_read(source, item, "strategies", book_keys, book);
    if (err != ERR_OK || bar_ns == 0 || book->frame_ns == bar_ns) {
        return err;
    }
    char bar[24];
    return refuse(source, yaml_find(item, "frame")->spot,
                  words("write frame: %s, or change bar", bar_length_text(bar_ns, bar)).text,
                  "frame: differs from bar: %s", bar);
}

enum err books_read(const struct source *source, const struct key *key,
                    const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    enum err err = keys_want(source, key, node, YAML_LIST);
    if (err != ERR_OK) {
        return err;
    }
    if (node->count == 0) {
        return refuse(source, node->spot, "add one, beginning with \"- name: ma_crossover\"",
                      "strategies: the list is empty");
    }
    if (node->count > BOOKS_MAX) {
        return refuse(source, keys_spot(node), "split the run",
                      "strategies: %u of them; at most %d fit one run", node->count, BOOKS_MAX);
    }
    for (const struct yaml_node *item = node->first; item != NULL && err == ERR_OK;
         item = item->next) {
        err = read_book(source, item, config->bar_ns, &config->books[config->book_count]);
        config->book_count++;
    }
    return err;
}
