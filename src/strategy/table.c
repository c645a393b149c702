/* table.c: the strategies, one row each. A new strategy is one new file and one new line here. */
#include "strategy/table.h"

#include "strategy/ma_crossover.h"
#include "strategy/mean_reversion.h"
#include "strategy/momentum.h"
#include "strategy/multi_timeframe.h"
#include "strategy/quick_test.h"
#include "strategy/rsi_mean_reversion.h"
#include "strategy/signals_file.h"
#include "strategy/volatility_breakout.h"

const struct strategy_def *const strategy_table[] = {
    &strategy_ma_crossover,        &strategy_rsi_mean_reversion, &strategy_momentum,
    &strategy_mean_reversion,      &strategy_quick_test,         &strategy_multi_timeframe,
    &strategy_volatility_breakout, &strategy_signals_file,       NULL,
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
