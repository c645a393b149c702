#include "exchange_http/market.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sys/memory.h"

static void count_bars(struct market *market)
{
    const struct bars *data = market->data;
    for (uint64_t i = 0; i < data->count; i++) {
        if (data->records[i].kind == EVENT_BAR) {
            market->symbols[data->records[i].instrument].bar_count++;
        }
    }
}

/* Each instrument's bars lie side by side in one list. */
static void list_bars(struct market *market)
{
    const struct bars *data = market->data;
    market->memory = xcalloc(bars_bar_count(data) + 1, sizeof(const struct event *));
    const struct event **place = market->memory;
    for (uint32_t i = 0; i < data->instrument_count; i++) {
        market->symbols[i].bars = place;
        place += market->symbols[i].bar_count;
        market->symbols[i].bar_count = 0;
    }
    for (uint64_t i = 0; i < data->count; i++) {
        const struct event *record = &data->records[i];
        if (record->kind == EVENT_BAR) {
            struct market_symbol *symbol = &market->symbols[record->instrument];
            symbol->bars[symbol->bar_count++] = record;
        }
    }
}

void market_init(struct market *market, const struct bars *data, enum calendar_id calendar)
{
    *market = (struct market){.data = data, .calendar = calendar, .now_ns = INT64_MIN};
    market->symbols = xcalloc(data->instrument_count, sizeof *market->symbols);
    count_bars(market);
    list_bars(market);
}

void market_finish(struct market *market)
{
    free(market->symbols);
    free(market->memory);
    *market = (struct market){0};
}

/* A day's bar takes one more. */
static void add_to_day(struct market_day *day, const struct event_bar *bar)
{
    if (day->bar_count++ == 0) {
        day->bar = *bar;
        return;
    }
    day->bar.high_e9 = bar->high_e9 > day->bar.high_e9 ? bar->high_e9 : day->bar.high_e9;
    day->bar.low_e9 = bar->low_e9 < day->bar.low_e9 ? bar->low_e9 : day->bar.low_e9;
    day->bar.close_e9 = bar->close_e9;
    day->bar.volume += bar->volume;
}

static void show_bar(const struct market *market, struct market_symbol *symbol,
                     const struct event *bar)
{
    symbol->bar = *bar;
    if (symbol->trade.kind == EVENT_NONE || market->data->trade_count == 0) {
        symbol->trade = *bar;
        symbol->trade.kind = EVENT_TRADE_TICK;
        symbol->trade.trade_tick =
            (struct event_trade_tick){.price_e9 = bar->bar.close_e9, .size = bar->bar.volume};
    }
    struct trading_day day;
    if (!calendar_day_at(market->calendar, bar->ts_ns, &day) ||
        !calendar_is_regular(&day, bar->ts_ns)) {
        return;
    }
    if (symbol->today.bar_count > 0 && symbol->today.date != day.date) {
        symbol->yesterday = symbol->today;
        symbol->today = (struct market_day){0};
    }
    symbol->today.date = day.date;
    add_to_day(&symbol->today, &bar->bar);
}

void market_show(struct market *market, const struct slice *slice)
{
    market->now_ns = slice->ts_ns;
    for (const struct event *event = slice_ticks(slice); event < slice_end(slice); event++) {
        struct market_symbol *symbol = &market->symbols[event->instrument];
        if (event->kind == EVENT_QUOTE) {
            symbol->quote = *event;
        } else if (event->kind == EVENT_TRADE_TICK) {
            symbol->trade = *event;
        } else {
            show_bar(market, symbol, event);
        }
    }
}

uint64_t market_bars(const struct market *market, uint32_t instrument,
                     const struct event *const **bars)
{
    const struct market_symbol *symbol = &market->symbols[instrument];
    uint64_t low = 0;
    uint64_t high = symbol->bar_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (symbol->bars[middle]->ts_ns <= market->now_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *bars = (const struct event *const *)symbol->bars;
    return low;
}

int64_t market_price_e9(const struct market *market, uint32_t instrument)
{
    const struct market_symbol *symbol = &market->symbols[instrument];
    return symbol->trade.kind == EVENT_NONE ? symbol->bar.bar.close_e9
                                            : symbol->trade.trade_tick.price_e9;
}

int64_t market_side_e9(const struct market *market, uint32_t instrument, bool buys)
{
    const struct event *quote = &market->symbols[instrument].quote;
    int64_t side_e9 = buys ? quote->quote.ask_e9 : quote->quote.bid_e9;
    return quote->kind != EVENT_NONE && side_e9 > 0 ? side_e9 : market_price_e9(market, instrument);
}

int64_t market_previous_close_e9(const struct market *market, uint32_t instrument)
{
    return market->symbols[instrument].yesterday.bar.close_e9;
}

bool market_find(const struct market *market, const char *symbol, uint32_t *instrument)
{
    for (uint32_t i = 0; i < market->data->instrument_count; i++) {
        if (strcmp(market->data->instruments[i].symbol, symbol) == 0) {
            *instrument = i;
            return true;
        }
    }
    return false;
}

struct market_asset market_asset(const struct market *market, uint32_t instrument)
{
    return market->assets != NULL ? market->assets[instrument] : (struct market_asset){0};
}

bool market_is_open(const struct market *market)
{
    struct trading_day day;
    return calendar_day_after(market->calendar, market->now_ns, &day) &&
           day.open_ns <= market->now_ns;
}

bool market_is_extended(const struct market *market)
{
    struct trading_day day;
    return calendar_day_at(market->calendar, market->now_ns + 1, &day);
}
