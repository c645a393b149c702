/* returns.c: see returns.h. */
#include "signal/returns.h"

#include "signal/units.h"

void returns_init(struct returns *returns, struct arena *arena, uint32_t bars)
{
    CHECK(bars <= SIGNAL_WINDOW_MAX);
    *returns = (struct returns){0};
    ring_init(&returns->prices_e9, arena, bars);
}

void returns_rescale(struct returns *returns, int64_t numerator, int64_t denominator)
{
    ring_rescale(&returns->prices_e9, numerator, denominator);
    returns->last_e9 = units_split(returns->last_e9, numerator, denominator);
    returns->base_e9 = units_split(returns->base_e9, numerator, denominator);
}
