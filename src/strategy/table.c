/* table.c: the strategies, one row each. A new strategy is one new file and one new line here. */
#include "strategy/table.h"

#include "strategy/ma_crossover.h"

const struct strategy_def *const strategy_table[] = {
    &strategy_ma_crossover,
    NULL,
};

static bool same_text(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct strategy_def *strategy_find(const char *name)
{
    for (size_t i = 0; strategy_table[i] != NULL; i++) {
        if (same_text(strategy_table[i]->name, name)) {
            return strategy_table[i];
        }
    }
    return NULL;
}
