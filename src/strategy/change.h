/* change.h: relative changes of a price against a threshold, exactly. */
#ifndef STRATEGY_CHANGE_H
#define STRATEGY_CHANGE_H

#include <stdint.h>

#include "base/money.h"

/* -1, 0 or 1: now / base - 1 is below, equal to or above the threshold. Prices are in e9 and above
 * zero, the threshold is in e9: its products need up to 90 bits. */
static inline int change_compare(int64_t base_e9, int64_t now_e9, int64_t threshold_e9)
{
    __int128 change = (__int128)(now_e9 - base_e9) * MONEY_E9;
    __int128 wanted = (__int128)base_e9 * threshold_e9;
    return (change > wanted) - (change < wanted);
}

#endif
