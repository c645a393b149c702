/* parameters.c: see parameters.h. */
#include "config/parameters.h"

#include <string.h>

#include "base/check.h"
#include "config/nearest.h"
#include "config/numbers.h"
#include "config/units.h"

void parameters_fall_back(const struct strategy_def *strategy, int64_t *parameters)
{
    for (size_t i = 0; strategy->parameters[i].name != NULL; i++) {
        CHECK(i < PARAMETERS_MAX);
        parameters[i] = strategy->parameters[i].fallback;
    }
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
    return source_refuse(source, key->spot, hint.text, "%s: unknown parameter %s", strategy->name,
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
    return source_refuse(source, node->spot, choice_list(parameter).text,
                         "%s: %s is not one of its words", parameter->name, shown(node->text).text);
}

static bool read_count(const char *text, struct unit_range range, int64_t *value,
                       struct unit_fault *fault)
{
    struct count_unit unit = {.noun = "", .minimum = range.minimum, .maximum = range.maximum};
    bool good = unit_count(text, &unit, value, fault);
    if (!good) {
        fault->hint = words("write a whole number in %lld..%lld", (long long)range.minimum,
                            (long long)range.maximum);
    }
    return good;
}

static enum err read_value(const struct source *source, const struct parameter_def *parameter,
                           const struct yaml_node *node, int64_t *value)
{
    struct unit_range range = {parameter->minimum, parameter->maximum};
    struct unit_fault fault;
    bool good = false;
    switch (parameter->type) {
    case PARAMETER_CHOICE:
        return read_choice(source, parameter, node, value);
    case PARAMETER_COUNT:
        good = read_count(node->text, range, value, &fault);
        break;
    case PARAMETER_DECIMAL:
        good = unit_decimal(node->text, range, value, &fault);
        break;
    case PARAMETER_DURATION:
        good = unit_duration(node->text, range, value, &fault);
        break;
    }
    return good ? ERR_OK
                : source_refuse(source, node->spot, fault.hint.text, "%s: %s", parameter->name,
                                fault.text.text);
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
            return source_refuse(source, node->spot, words("write %s: VALUE", parameter->name).text,
                                 "%s: %s where a single value is expected", parameter->name,
                                 yaml_kind_text(node->kind));
        }
        return read_value(source, parameter, node, &parameters[i]);
    }
    return refuse_parameter(source, node->key, strategy);
}

enum err parameters_read(const struct source *source, const struct strategy_def *strategy,
                         const struct yaml_node *node, int64_t *parameters)
{
    enum err err = ERR_OK;
    for (const struct yaml_node *child = node->first; child != NULL && err == ERR_OK;
         child = child->next) {
        err = read_parameter(source, strategy, child, parameters);
    }
    return err;
}

enum err parameters_check(const struct source *source, const struct strategy_def *strategy,
                          struct spot spot, const int64_t *parameters)
{
    const char *fault = strategy->fault == NULL ? NULL : strategy->fault(parameters);
    if (fault == NULL) {
        return ERR_OK;
    }
    return source_refuse(
        source, spot,
        "change one of them; a parameter left out has its default, see docs/config.md", "%s: %s",
        strategy->name, fault);
}
