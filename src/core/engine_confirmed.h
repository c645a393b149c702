/* engine_confirmed.h: what the broker confirms of our trades (reliability: an exit only reduces a
 * position that the broker confirms).
 *
 * Where the account holds less than our trades make it (a negative EVENT_HOLDING: a person sold our
 * shares), that much is missing in all trades of the instrument together. Whose shares they were
 * cannot be told; what is left goes to the trades in the order in which they ask for it, and what
 * is on its way out for one is not there for another. So the sum of all exits is never more than
 * what is there. Trades are long. */
#ifndef CORE_ENGINE_CONFIRMED_H
#define CORE_ENGINE_CONFIRMED_H

#include "base/hot.h"
#include "core/engine.h"

/* What the account holds beside ours, as far as is known: by the last holding, and by what filled
 * beyond our orders since. */
RARELY int64_t engine_beside_e9(const struct engine *engine, uint32_t instrument);

/* Shares of our trades in the instrument that the account has not, and those that it has. */
RARELY int64_t engine_missing_e9(const struct engine *engine, uint32_t instrument);
RARELY int64_t engine_present_e9(const struct engine *engine, uint32_t instrument);

/* What its exit, or what rests at the broker for it, has left. */
RARELY int64_t engine_resting_e9(const struct trade *trade);

/* What of the trade its exit, or what rests at the broker for it, may still sell: no more than it
 * holds, since the exits of an entry that still works wait for its fills. */
RARELY int64_t engine_leaving_e9(const struct trade *trade);

/* engine_sellable_e9() where something may be missing. */
RARELY int64_t engine_confirmed_e9(const struct engine *engine, const struct trade *trade);

/* What a fill is for its order, and for the trade: a broker outside may fill more than was left of
 * either (both exits of a group in a fast market). The rest is a surplus, and not ours. */
struct fill_share {
    int64_t order_e9;
    int64_t trade_e9;
};
struct fill_share engine_share_fill(const struct trade *trade, const struct order *order,
                                    int64_t qty_e9);

/* What an exit, or protection, of the trade may sell. */
static inline int64_t engine_sellable_e9(const struct engine *engine, const struct trade *trade)
{
    return engine->wary ? engine_confirmed_e9(engine, trade) : trade->qty_e9;
}

#endif
