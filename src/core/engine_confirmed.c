/* engine_confirmed.c: see engine_confirmed.h. Reads const state and changes nothing. */
#include "core/engine_confirmed.h"

#include "base/money.h"

int64_t engine_beside_e9(const struct engine *engine, uint32_t instrument)
{
    return money_add_capped(engine->foreign_e9[instrument], engine->surplus_e9[instrument]);
}

int64_t engine_missing_e9(const struct engine *engine, uint32_t instrument)
{
    int64_t beside_e9 = engine_beside_e9(engine, instrument);
    return beside_e9 < 0 ? money_sub_capped(0, beside_e9) : 0;
}

int64_t engine_present_e9(const struct engine *engine, uint32_t instrument)
{
    int64_t present_e9 = money_sub_capped(engine->ledger.positions[instrument].qty_e9,
                                          engine_missing_e9(engine, instrument));
    return present_e9 > 0 ? present_e9 : 0;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t left_e9(const struct order *order)
{
    return order_is_working(order) ? order->qty_e9 - order->filled_e9 : 0;
}

int64_t engine_resting_e9(const struct trade *trade)
{
    int64_t group_e9 = larger(left_e9(&trade->target), left_e9(&trade->stop));
    return larger(left_e9(&trade->exit), group_e9);
}

int64_t engine_leaving_e9(const struct trade *trade)
{
    return smaller(trade->qty_e9, engine_resting_e9(trade));
}

int64_t engine_confirmed_e9(const struct engine *engine, const struct trade *trade)
{
    if (engine_missing_e9(engine, trade->instrument) == 0) {
        return trade->qty_e9;
    }
    int64_t free_e9 = engine_present_e9(engine, trade->instrument);
    const struct trade *other = &engine->trades[engine_place(engine, 0, trade->instrument)];
    for (const struct trade *const end = other + engine->book_count; other < end; other++) {
        free_e9 -= other != trade ? engine_leaving_e9(other) : 0;
    }
    int64_t most_e9 = smaller(trade->qty_e9, larger(free_e9, 0));
    bool whole = trade->qty_e9 % MONEY_E9 == 0; /* a part of a share can neither rest nor wait */
    return whole ? most_e9 - most_e9 % MONEY_E9 : most_e9;
}

struct fill_share engine_share_fill(const struct trade *trade, const struct order *order,
                                    int64_t qty_e9)
{
    bool enters = order == &trade->entry;
    int64_t order_e9 = smaller(qty_e9, larger(order->qty_e9 - order->filled_e9, 0));
    return (struct fill_share){order_e9, enters ? order_e9 : smaller(order_e9, trade->qty_e9)};
}
