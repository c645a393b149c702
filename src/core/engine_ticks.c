/* engine_ticks.c: quotes and trades of the market, and last prices, through the engine.
 *
 * All are prices that positions are valued at: a trade at its price, a quote at the side that the
 * position could be closed at. A quote also runs the exits at once, in the hours that count; a
 * trade of others does not, since nobody could have closed at its price. A last price runs them
 * like the close of the bar that it is of. Strategies decide on finished bars only. */
#include "core/engine_exits.h"
#include "core/engine_slice.h"
#include "market/calendar.h"

/* What a share of the position is worth by this tick; 0: the tick does not say. */
static int64_t worth_e9(const struct event *tick, bool is_long)
{
    if (tick->kind == EVENT_LAST_PRICE) {
        return tick->last_price.price_e9;
    }
    if (tick->kind == EVENT_TRADE_TICK) {
        return (tick->flags & TRADE_TICK_VOLUME_ONLY) != 0 ? 0 : tick->trade_tick.price_e9;
    }
    int64_t closing_e9 = is_long ? tick->quote.bid_e9 : tick->quote.ask_e9;
    int64_t other_e9 = is_long ? tick->quote.ask_e9 : tick->quote.bid_e9;
    return closing_e9 != 0 ? closing_e9 : other_e9;
}

static bool hour_counts(const struct engine *engine, int64_t ts_ns)
{
    struct trading_day day;
    return engine->calendar == CALENDAR_ALWAYS || engine->extended_hours ||
           (calendar_day_at(engine->calendar, ts_ns, &day) && calendar_is_regular(&day, ts_ns));
}

/* What the exits run by: a quote's bid, a last price; 0: the tick is not of that kind. */
static int64_t exit_price_e9(const struct engine *engine, const struct event *tick)
{
    if (tick->kind == EVENT_LAST_PRICE) {
        return tick->last_price.price_e9;
    }
    return tick->kind == EVENT_QUOTE && hour_counts(engine, tick->ts_ns) ? tick->quote.bid_e9 : 0;
}

static bool is_beyond(const struct band *band, int64_t price_e9)
{
    return price_e9 <= band->low_e9 || price_e9 >= band->high_e9;
}

bool engine_take_ticks(struct engine *engine, const struct slice *slice)
{
    bool says = false;
    for (const struct event *tick = slice_ticks(slice); tick < slice->bars; tick++) {
        CHECK(tick->instrument < engine->instrument_count);
        int64_t qty_e9 = engine->ledger.positions[tick->instrument].qty_e9;
        if (qty_e9 == 0) {
            continue;
        }
        int64_t price_e9 = worth_e9(tick, qty_e9 > 0);
        if (price_e9 != 0) {
            engine_mark(engine, tick->instrument, price_e9);
        }
        int64_t exit_e9 = qty_e9 > 0 ? exit_price_e9(engine, tick) : 0;
        if (exit_e9 != 0 && is_beyond(&engine->bands[tick->instrument], exit_e9)) {
            says |= engine_watch_price(engine, tick->instrument, exit_e9);
        }
    }
    return says;
}
