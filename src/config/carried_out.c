/* carried_out.c: see carried_out.h. */
#include "config/carried_out.h"

#include <stdio.h>
#include <string.h>

struct keys {
    char text[400];
    size_t length;
};

static void name(struct keys *keys, const char *key)
{
    if (strstr(keys->text, key) != NULL || keys->length + strlen(key) + 3 > sizeof keys->text) {
        return; /* named once is enough */
    }
    keys->length += (size_t)snprintf(keys->text + keys->length, sizeof keys->text - keys->length,
                                     "%s%s", keys->length > 0 ? ", " : "", key);
}

enum err config_check_carried_out(const struct run_config *config, struct problem *problem)
{
    struct keys keys = {.length = 0};
    if (config->exchange.shorting) {
        name(&keys, "shorting");
    }
    if (keys.length == 0) {
        return ERR_OK;
    }
    return problem_set(problem, ERR_USAGE,
                       "%s: understood, but not carried out by this version yet: %s; leave it out, "
                       "so that nothing is promised that nobody keeps",
                       config->path, keys.text);
}
