#include "venue/past_ticks.h"

#include "base/utc.h"

uint64_t trade_id(const struct bars *data, const struct event *trade)
{
    bool own = trade >= data->records && trade < data->records + data->count;
    return own ? (uint64_t)(trade - data->records) + 1 : (uint64_t)(trade->ts_ns / NS_PER_MS);
}

void past_ticks_start(struct past_ticks *ticks, const struct venue *venue, uint32_t instrument,
                      uint8_t kind, int64_t from_ns, int64_t to_ns, bool descending)
{
    const struct market_symbol *symbol = &venue->market.symbols[instrument];
    int64_t now_ns = venue->market.now_ns;
    ticks->venue = venue;
    ticks->instrument = instrument;
    ticks->kind = kind;
    ticks->descending = descending;
    ticks->made = venue->plan.ticks_along_bars && bars_tick_count(venue->plan.data) == 0;
    ticks->from_ns = from_ns;
    ticks->to_ns = to_ns < now_ns ? to_ns : now_ns;
    ticks->tick = 0;
    ticks->tick_count = 0;
    ticks->list = ticks->made           ? &symbol->bars
                  : kind == EVENT_QUOTE ? &symbol->quotes
                                        : &symbol->trades;
    if (!descending) {
        ticks->next = record_list_until(ticks->list, from_ns - 1);
        return;
    }
    ticks->next = record_list_until(ticks->list, ticks->to_ns);
    if (ticks->made && ticks->next < ticks->list->count) {
        ticks->next++; /* the bar under way */
    }
}

/* The index of the next record of the list, and goes on; false at its end. */
static bool next_index(struct past_ticks *ticks, uint64_t *index)
{
    if (ticks->descending ? ticks->next == 0 : ticks->next == ticks->list->count) {
        return false;
    }
    *index = ticks->descending ? --ticks->next : ticks->next++;
    return true;
}

/* ---- the data's own ---- */

static bool next_own(struct past_ticks *ticks, struct past_tick *out)
{
    uint64_t i;
    if (!next_index(ticks, &i)) {
        return false;
    }
    const struct event *tick = ticks->list->items[i];
    if (tick->ts_ns < ticks->from_ns || tick->ts_ns > ticks->to_ns) {
        return false;
    }
    *out = (struct past_tick){*tick, trade_id(ticks->venue->plan.data, tick)};
    return true;
}

/* ---- made along bars ---- */

/* Goes to the next bar that may have ticks of the range, and makes them; false at the end. */
static bool next_bar(struct past_ticks *ticks)
{
    const struct bars *data = ticks->venue->plan.data;
    uint64_t i;
    if (!next_index(ticks, &i)) {
        return false;
    }
    const struct event bar = tape_bar(data, ticks->list->items[i]);
    if (bar.ts_ns < ticks->from_ns || (!ticks->descending && bar.src_ns >= ticks->to_ns)) {
        return false;
    }
    int64_t before_e9 = i > 0 ? ticks->list->items[i - 1]->bar.close_e9 : 0;
    ticks->tick_count =
        bar_ticks_make(ticks->venue->plan.seed, &data->instruments[ticks->instrument], &bar,
                       before_e9, ticks->ticks);
    ticks->tick = ticks->descending ? ticks->tick_count : 0;
    return true;
}

static bool next_made(struct past_ticks *ticks, struct past_tick *out)
{
    for (;;) {
        bool bar_ends = ticks->descending ? ticks->tick == 0 : ticks->tick == ticks->tick_count;
        if (bar_ends && !next_bar(ticks)) {
            return false;
        }
        if (bar_ends) {
            continue;
        }
        const struct bar_tick *tick =
            &ticks->ticks[ticks->descending ? --ticks->tick : ticks->tick++];
        bool wanted = ticks->kind == EVENT_QUOTE || tick->size > 0;
        if (wanted && tick->ts_ns >= ticks->from_ns && tick->ts_ns <= ticks->to_ns) {
            out->event = ticks->kind == EVENT_QUOTE ? bar_tick_quote(tick, ticks->instrument)
                                                    : bar_tick_trade(tick, ticks->instrument);
            out->id = trade_id(ticks->venue->plan.data, &out->event);
            return true;
        }
    }
}

bool past_ticks_next(struct past_ticks *ticks, struct past_tick *out)
{
    return ticks->made ? next_made(ticks, out) : next_own(ticks, out);
}

/* ---- the last ones ---- */

bool past_quote(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                struct past_tick *out)
{
    struct past_ticks ticks;
    past_ticks_start(&ticks, venue, instrument, EVENT_QUOTE, INT64_MIN + 1, until_ns, true);
    return past_ticks_next(&ticks, out);
}

bool past_trade(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                struct past_tick *out)
{
    struct past_ticks ticks;
    past_ticks_start(&ticks, venue, instrument, EVENT_TRADE_TICK, INT64_MIN + 1, until_ns, true);
    if (past_ticks_next(&ticks, out)) {
        return true;
    }
    const struct record_list *bars = &venue->market.symbols[instrument].bars;
    uint64_t count =
        record_list_until(bars, until_ns < venue->market.now_ns ? until_ns : venue->market.now_ns);
    if (count == 0) {
        return false;
    }
    out->event = *bars->items[count - 1];
    out->event.kind = EVENT_TRADE_TICK;
    out->event.trade_tick =
        (struct event_trade_tick){.price_e9 = bars->items[count - 1]->bar.close_e9,
                                  .size = bars->items[count - 1]->bar.volume};
    out->id = trade_id(venue->plan.data, bars->items[count - 1]);
    return true;
}
