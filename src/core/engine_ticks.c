/* engine_ticks.c: quotes and trades of the market through the engine.
 *
 * Both are prices that positions are valued at: a trade at its price, a quote at the side that the
 * position could be closed at. A quote also runs the exits at once, in the hours that count; a
 * trade of others does not, since nobody could have closed at its price. Strategies decide on
 * finished bars only. */
#include "core/engine_exits.h"
#include "core/engine_slice.h"
#include "market/calendar.h"

/* What a share of the position is worth by this tick; 0: the tick does not say. */
static int64_t worth_e9(const struct event *tick, bool is_long)
{
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

/* Whether the quote's bid concerns the instrument's trades. */
static bool concerns(const struct engine *engine, const struct event *tick)
{
    const struct band *band = &engine->bands[tick->instrument];
    int64_t bid_e9 = tick->quote.bid_e9;
    return tick->kind == EVENT_QUOTE && bid_e9 != 0 &&
           (bid_e9 <= band->low_e9 || bid_e9 >= band->high_e9) && hour_counts(engine, tick->ts_ns);
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
        if (qty_e9 > 0 && concerns(engine, tick)) {
            says |= engine_watch_price(engine, tick->instrument, tick->quote.bid_e9);
        }
    }
    return says;
}
