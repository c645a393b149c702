/* plugin.c: see plugin.h. A row from outside is looked over before anything of it is used. */
#include "sys/plugin.h"

#include <dlfcn.h>
#include <string.h>

#define PLUGIN_NAME "bellwether_strategy"

static const char *parameter_fault(const struct parameter_def *parameter)
{
    switch (parameter->type) {
    case PARAMETER_COUNT:
    case PARAMETER_DECIMAL:
    case PARAMETER_DURATION:
        break;
    case PARAMETER_CHOICE:
        if (parameter->choices == NULL || parameter->choices[0] == NULL) {
            return "a choice without words";
        }
        break;
    default:
        return "a parameter of unknown type";
    }
    if (parameter->help == NULL) {
        return "a parameter without help";
    }
    return parameter->fallback < parameter->minimum || parameter->fallback > parameter->maximum
               ? "a parameter's default outside of its range"
               : NULL;
}

static const char *reasons_fault(const char *const *reasons)
{
    if (reasons == NULL || reasons[0] == NULL || strcmp(reasons[0], "hold") != 0) {
        return "its first reason is not \"hold\"";
    }
    uint32_t count = 0;
    while (count <= REASONS_MAX && reasons[count] != NULL) {
        count++;
    }
    return count > REASONS_MAX ? "too many reasons" : NULL;
}

const char *plugin_row_fault(const struct strategy_def *def)
{
    if (def->name == NULL || def->summary == NULL || def->parameters == NULL) {
        return "no name, summary or parameters";
    }
    if (def->declare == NULL || def->decide == NULL || def->scope != SCOPE_EACH) {
        return "no declare() or decide(), or a scope that there is not";
    }
    const struct parameter_def *first = &def->parameters[PARAMETER_WARMUP_BARS];
    if (first->name == NULL || strcmp(first->name, "warmup_bars") != 0 ||
        first->type != PARAMETER_COUNT || first->minimum < 0) {
        return "its first parameter is not warmup_bars, a count";
    }
    for (uint32_t i = 0; def->parameters[i].name != NULL; i++) {
        const char *fault =
            i < PARAMETERS_MAX ? parameter_fault(&def->parameters[i]) : "too many parameters";
        if (fault != NULL) {
            return fault;
        }
    }
    return reasons_fault(def->reasons);
}

/* dlerror() names the path itself. */
static const struct strategy_plugin *load(const char *path, struct problem *problem)
{
    if (strchr(path, '/') == NULL) {
        (void)problem_set(problem, ERR_USAGE, "%s: write the path with a slash, as ./%s", path,
                          path);
        return NULL;
    }
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *why = dlerror();
        (void)problem_set(problem, ERR_IO, "%s", why != NULL ? why : path);
        return NULL;
    }
    const struct strategy_plugin *plugin = dlsym(library, PLUGIN_NAME);
    if (plugin == NULL) {
        (void)problem_set(problem, ERR_FORMAT,
                          "%s holds no strategy: it lacks the line STRATEGY_PLUGIN(...)", path);
    }
    return plugin;
}

const struct strategy_def *plugin_strategy(const char *path, const char *name,
                                           struct problem *problem)
{
    const struct strategy_plugin *plugin = load(path, problem);
    if (plugin == NULL) {
        return NULL;
    }
    if (plugin->abi != STRATEGY_ABI || plugin->context_size != sizeof(struct strategy_context)) {
        (void)problem_set(problem, ERR_FORMAT,
                          "%s was built for interface %u, this program has %u; build it again with "
                          "this program's src/",
                          path, plugin->abi, (unsigned)STRATEGY_ABI);
        return NULL;
    }
    const char *fault = plugin_row_fault(plugin->strategy);
    if (fault != NULL) {
        (void)problem_set(problem, ERR_FORMAT, "%s: its row is not sound: %s", path, fault);
        return NULL;
    }
    if (strcmp(plugin->strategy->name, name) != 0) {
        (void)problem_set(problem, ERR_NOT_FOUND, "%s holds the strategy %s, not %s", path,
                          plugin->strategy->name, name);
        return NULL;
    }
    return plugin->strategy;
}
